// How good a connection is, from getStats (W3C WebRTC Statistics): a badge, and the details below it.

/**
 * @typedef {{ roundTrip: number | null, loss: number, bitrate: number, relayed: boolean, ends: string[], picture: string,
 *   codec: string, jitter: number | null }} Quality round trip and jitter in ms, loss in percent, bitrate in bit/s
 * @typedef {Record<string, any>} Entry of a report; its members are those of W3C's dictionaries
 */

/** @type {{ connection: RTCPeerConnection, at: number, bytes: number, packets: number, lost: number } | null} */
let last = null;

/**
 * @param {RTCPeerConnection} connection
 * @returns {Promise<Quality>} since the last time
 */
export async function measure(connection) {
  /** @type {Entry[]} */
  const report = [...(await connection.getStats()).values()];
  const find = entries(report), pair = selected(report, find);
  const received = report.filter(({ type }) => type === "inbound-rtp");
  const video = largest(received.filter(({ kind }) => kind === "video"));
  const ends = [find(pair.localCandidateId), find(pair.remoteCandidateId)];
  return {
    roundTrip: milliseconds(pair.currentRoundTripTime),
    ...amounts(connection, received),
    relayed: ends.some((end) => end?.candidateType === "relay"),
    ends: ends.map((end) => end ? `${end.candidateType} ${end.relayProtocol ?? end.protocol}` : "unknown"),
    picture: video.frameWidth ? size(video) : "none",
    codec: find(video.codecId)?.mimeType ?? "none",
    jitter: milliseconds(video.jitter),
  };
}

/**
 * The picture that has most pixels.
 * @param {Entry[]} pictures
 * @returns {Entry}
 */
function largest(pictures) {
  return pictures.reduce((most, each) => (each.frameWidth ?? 0) > (most.frameWidth ?? 0) ? each : most, {});
}

/** @param {Entry[]} report */
function entries(report) {
  return (/** @type {string | undefined} */ id) => report.find((entry) => entry.id === id);
}

/**
 * The candidate pair in use. Firefox has no entry of type "transport".
 * @param {Entry[]} report
 * @param {(id: string | undefined) => Entry | undefined} find
 * @returns {Entry}
 */
function selected(report, find) {
  return find(report.find(({ type }) => type === "transport")?.selectedCandidatePairId)
    ?? report.find(({ type, nominated, state }) => type === "candidate-pair" && nominated && state === "succeeded") ?? {};
}

/**
 * @param {RTCPeerConnection} connection
 * @param {Entry[]} received
 */
function amounts(connection, received) {
  const sum = (/** @type {string} */ name) => received.reduce((total, entry) => total + (entry[name] ?? 0), 0);
  const now = {
    connection, at: performance.now(), bytes: sum("bytesReceived"), packets: sum("packetsReceived"), lost: sum("packetsLost"),
  };
  const before = last?.connection === connection ? last : { ...now, at: now.at - 1 };
  last = now;
  const lost = Math.max(0, now.lost - before.lost), all = lost + now.packets - before.packets;
  return { loss: all > 0 ? 100 * lost / all : 0, bitrate: 8_000 * (now.bytes - before.bytes) / (now.at - before.at) };
}

/** @param {Entry} video */
function size({ frameWidth, frameHeight, framesPerSecond = 0 }) {
  return `${frameWidth}×${frameHeight}, ${Math.round(framesPerSecond)} fps`;
}

/** @param {number | undefined} seconds */
function milliseconds(seconds) {
  return seconds === undefined ? null : 1_000 * seconds;
}

/**
 * @param {Quality} quality
 * @param {string} path where no TURN server relays
 */
export function words({ roundTrip, loss, bitrate, relayed }, path) {
  const delay = roundTrip === null ? "–" : `${Math.round(roundTrip)} ms`;
  return `${delay} · ${loss.toFixed(1)} % lost · ${rate(bitrate)} · ${relayed ? "relayed by TURN" : path}`;
}

/**
 * @param {Quality} quality
 * @param {string} path
 */
export function details({ roundTrip, loss, bitrate, relayed, ends, picture, codec, jitter }, path) {
  return Object.entries({
    "Round trip": roundTrip === null ? "unknown" : `${roundTrip.toFixed(1)} ms`,
    "Packets lost": `${loss.toFixed(1)} %`,
    "Received": rate(bitrate),
    "Path": relayed ? "relayed by a TURN server" : path,
    "This end": ends[0] ?? "unknown",
    "Other end": ends[1] ?? "unknown",
    "Picture": `${picture}, ${codec.replace("video/", "")}`,
    "Jitter": jitter === null ? "unknown" : `${jitter.toFixed(1)} ms`,
  });
}

/** @param {number} bitsPerSecond */
function rate(bitsPerSecond) {
  return bitsPerSecond >= 1e6 ? `${(bitsPerSecond / 1e6).toFixed(1)} Mbit/s` : `${Math.round(bitsPerSecond / 1e3)} kbit/s`;
}
