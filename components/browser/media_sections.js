// The media sections (m-lines) of both connections to the server, and of a direct one. They are negotiated once: what is in
// one changes without a new offer.

/** @typedef {"microphone" | "camera" | "small" | "screen" | "sound"} Sent `small` is the camera, `sound` that of the screen */
/** @typedef {Record<Sent, RTCRtpSender>} Senders */
/** @typedef {{ add: (connection: any) => void, hidden: boolean }} Sections `hidden`: the library is handed none of it */

/** The kinds of what is sent, in the order of the m-lines (calls/media/feed.py). */
export const SENT = /** @type {const} */ ({
  microphone: "audio", camera: "video", small: "video", screen: "video", sound: "audio",
});
/** What goes from browser to browser, where each has one viewer. */
export const DIRECT = /** @type {const} */ (["microphone", "camera", "screen", "sound"]);

/**
 * What is other than a browser would have it; rates in bits and frames per second.
 * @type {Partial<Record<Sent, RTCRtpEncodingParameters>>}
 */
const ENCODINGS = {
  small: { scaleResolutionDownBy: 4, maxBitrate: 150_000, maxFramerate: 15 },
  screen: { maxBitrate: 2_500_000, maxFramerate: 15 },
};
const SPOKEN = { video: /\/(VP8|rtx)$/i, audio: /\/opus$/i };  // each m-line lists every codec, and all browsers speak these

/**
 * The preview's connection: the library asks for the picture that comes back, and hands over no camera.
 * @type {Sections}
 */
export const sending = {
  hidden: false,
  add(connection) {
    const names = /** @type {Sent[]} */ (Object.keys(SENT));
    connection.senders = Object.fromEntries(names.map((name) => [name, addSender(connection, name)]));
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
 * @param {Sent} name
 */
function addSender(connection, name) {
  const encoding = ENCODINGS[name], more = encoding ? { sendEncodings: [encoding] } : {};
  return connection.addTransceiver(SENT[name], { direction: "sendonly", ...more }).sender;
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
