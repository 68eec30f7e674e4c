// Where each tile of a room is on the stage.

/**
 * @typedef {"large" | "strip" | "grid" | "corner" | "hidden"} Place
 * @typedef {{ tile: Shown, person: Member, self: boolean, place: Place }} Placed
 */

const GAP = 8, RATIO = 4 / 3;  // px between two tiles; width to height of most pictures

/**
 * One is large and the others stand in a strip, or all are of one size; of two, oneself lies in a corner. On the other pages
 * there is room for one. What one shares has no tile of one's own: one has it before oneself.
 * @param {Room} room
 * @param {boolean} docked
 * @returns {Placed[]}
 */
export function arrange({ people, tiles, layout, shown }, docked) {
  const [me] = people, large = shown ?? { id: me?.id, kind: "camera" };
  const seen = tiles.filter(({ id, kind }) => id !== me?.id || kind === "camera");
  return seen.flatMap((tile) => {
    const person = people.find(({ id }) => id === tile.id);
    if (!person) return [];
    const self = person === me, isLarge = tile.id === large.id && tile.kind === large.kind;
    return { tile, person, self, place: place({ self, isLarge, pair: seen.length === 2, layout, docked }) };
  });
}

/**
 * @param {{ self: boolean, isLarge: boolean, pair: boolean, layout: Room["layout"], docked: boolean }} facts
 * @returns {Place}
 */
function place({ self, isLarge, pair, layout, docked }) {
  if (docked) return isLarge ? "large" : "hidden";
  if (layout === "grid") return "grid";
  if (isLarge) return "large";
  return self && pair ? "corner" : "strip";
}

/**
 * In how many columns so many tiles are largest, and how wide each is then.
 * @param {number} count
 * @param {number} width in px, of all of them
 * @param {number} height
 */
export function fitted(count, width, height) {
  let best = 1, widest = 0;
  for (let across = 1; across <= count; across += 1) {
    const down = Math.ceil(count / across);
    const room = (width - GAP * (across - 1)) / across, low = RATIO * (height - GAP * (down - 1)) / down;
    const fits = Math.min(room, low);
    if (fits > widest + 1) [best, widest] = [across, fits];
  }
  return { columns: best, wide: Math.floor(widest) };
}

/**
 * What a tile is called.
 * @param {Pick<Shown, "kind">} tile
 * @param {Pick<Member, "name">} person
 */
export function titled({ kind }, { name }) {
  return kind === "screen" ? `${name}’s screen` : name;
}

/**
 * Why a tile has no picture.
 * @param {Pick<Placed, "tile" | "person" | "self">} placed
 * @param {{ films: boolean, stands: boolean }} seen whether this person's own camera is on, and whether no picture has come
 *   for a while that should
 */
export function missing({ tile, person, self }, { films, stands }) {
  if (self) return person.camera || films ? "" : "Your camera is off";
  if (!person.connected) return `${person.name} lost the connection. Waiting for them to come back…`;
  if (tile.kind === "screen") return "";
  if (!person.camera) return `${person.name} has the camera off`;
  return stands ? `The connection is too weak for ${person.name}’s picture` : "";
}

/**
 * What is said of the stage as a whole, and lies over all tiles: where everybody else is away, their tiles say so.
 * @param {Room} room
 * @param {{ direct: boolean, refusal: string, connecting: boolean }} state
 */
export function cover({ people }, { direct, refusal, connecting }) {
  const [, ...others] = people;
  if (direct || others.every(({ connected }) => !connected)) return "";
  return refusal || (connecting ? "Connecting…" : "");
}
