// Sounds, made here: no file to load, nothing to license.
//
// A browser lets a page sound only after a gesture of the person's: until then an AudioContext is suspended, and what is
// scheduled in it waits, and sounds all at once when it may. So nothing is scheduled before it runs. And there is one voice:
// a new sound ends the one before, so that it is never louder than one.

const WAKES_WITHIN = 500;  // ms; a context that may run runs by then

/**
 * @typedef {[frequencies: number[], at: number, length: number]} Tone in hertz, and in seconds
 */

export const voice = {
  /** @type {AudioContext | null} */
  context: null,
  /** @type {GainNode | null} */
  sounding: null,
  /** @type {number | undefined} */
  resting: undefined,
  turn: 0,

  /**
   * Whether it is to be heard: what may not sound at once is left out.
   * @param {Tone[]} tones
   * @param {number} volume of 1, for each frequency
   */
  async play(tones, volume) {
    this.stop();
    const { turn } = this, seconds = Math.max(...tones.map(([, at, length]) => at + length));
    const context = this.context ??= this.open();
    this.rest(seconds * 1_000 + 2 * WAKES_WITHIN);
    await Promise.race([context.resume(), new Promise((resolve) => setTimeout(resolve, WAKES_WITHIN))]);
    if (turn !== this.turn) return true;  // another one has its place by now
    if (context.state !== "running") return false;
    const into = this.sounding = context.createGain();
    into.connect(context.destination);
    for (const [frequencies, at, length] of tones) sound(into, frequencies, context.currentTime + at, length, volume);
    return true;
  },

  // A context that is slow to start may run only after it was told to rest.
  open() {
    const context = new AudioContext();
    context.onstatechange = () => { if (context.state === "running" && this.resting === undefined) context.suspend(); };
    return context;
  },

  stop() {
    this.turn += 1;
    this.sounding?.disconnect();
    this.sounding = null;
  },

  /**
   * A context that runs keeps the loudspeaker open, and the computer awake for it: it rests when the sound is over.
   * @param {number} within
   */
  rest(within) {
    clearTimeout(this.resting);
    this.resting = setTimeout(() => {
      this.resting = undefined;
      this.context?.suspend();
    }, within);
  },
};

/**
 * @param {GainNode} into
 * @param {number[]} frequencies
 * @param {number} from
 * @param {number} seconds
 * @param {number} volume
 */
function sound(into, frequencies, from, seconds, volume) {
  const gain = into.context.createGain();
  gain.gain.setValueAtTime(0, from);
  gain.gain.linearRampToValueAtTime(volume, from + 0.03);
  gain.gain.setValueAtTime(volume, from + seconds - 0.05);
  gain.gain.linearRampToValueAtTime(0, from + seconds);
  gain.connect(into);
  for (const frequency of frequencies) {
    const oscillator = into.context.createOscillator();
    oscillator.frequency.value = frequency;
    oscillator.connect(gain);
    oscillator.start(from);
    oscillator.stop(from + seconds);
  }
}
