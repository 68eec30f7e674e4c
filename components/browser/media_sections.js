// The media sections (m-lines) of both connections to the server, and of a direct one. They are negotiated once: what is in
// one changes without a new offer.

/** @typedef {"microphone" | "camera" | "screen" | "sound"} Sent what a person sends; `sound` is that of the screen */
/** @typedef {Record<Sent, RTCRtpSender>} Senders */
/** @typedef {{ add: (connection: any) => void, hidden: boolean }} Sections `hidden`: the library is handed none of it */

/** The kinds of what is sent, in the order of the m-lines (calls/media/feed.py). */
export const SENT = /** @type {const} */ ({ microphone: "audio", camera: "video", screen: "video", sound: "audio" });

const SCREEN_BITRATE = 2_500_000, SCREEN_RATE = 15;  // bits and frames per second
const SPOKEN = { video: /\/(VP8|rtx)$/i, audio: /\/opus$/i };  // each m-line lists every codec, and all browsers speak these

/**
 * The preview's connection: the library asks for the picture that comes back, and hands over no camera.
 * @type {Sections}
 */
export const sending = {
  hidden: false,
  add(connection) {
    const senders = Object.entries(SENT).map(([name, kind]) => [name, addSender(connection, name, kind)]);
    connection.senders = Object.fromEntries(senders);
    limitCodecs(connection);
  },
};

/**
 * The stage's connection: so many slots, each a picture and a sound. The library asks for one of them.
 * @param {number} slots
 * @returns {Sections}
 */
export const receiving = (slots) => ({
  hidden: true,
  add(connection) {
    for (const kind of ["video", "audio"]) {
      const made = connection.getTransceivers().filter((/** @type {RTCRtpTransceiver} */ each) => kindOf(each) === kind);
      for (let more = slots - made.length; more > 0; more -= 1) connection.addTransceiver(kind, { direction: "recvonly" });
    }
    limitCodecs(connection);
  },
});

/**
 * @param {RTCPeerConnection} connection
 * @param {string} name
 * @param {"audio" | "video"} kind
 */
function addSender(connection, name, kind) {
  const screen = { sendEncodings: [{ maxBitrate: SCREEN_BITRATE, maxFramerate: SCREEN_RATE }] };
  return connection.addTransceiver(kind, { direction: "sendonly", ...(name === "screen" ? screen : {}) }).sender;
}

/** @param {RTCPeerConnection} connection */
function limitCodecs(connection) {
  for (const transceiver of connection.getTransceivers()) transceiver.setCodecPreferences(spoken(kindOf(transceiver)));
}

/** @param {RTCRtpTransceiver} transceiver */
function kindOf({ receiver }) {
  return /** @type {"audio" | "video"} */ (receiver.track.kind);
}

/** @param {"audio" | "video"} kind */
function spoken(kind) {
  return RTCRtpReceiver.getCapabilities(kind)?.codecs.filter(({ mimeType }) => SPOKEN[kind].test(mimeType)) ?? [];
}
