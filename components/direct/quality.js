// How good the connection is, from getStats (W3C WebRTC Statistics): a badge, and the details below it.

const quality = {
  before: null,

  async measure(connection) {
    const report = [...(await connection.getStats()).values()];
    const by = (id) => report.find((entry) => entry.id === id);
    const pair = by(report.find(({ type }) => type === "transport")?.selectedCandidatePairId)
      ?? report.find(({ type, nominated, state }) => type === "candidate-pair" && nominated && state === "succeeded");
    const received = report.filter(({ type }) => type === "inbound-rtp");
    const sum = (name) => received.reduce((total, entry) => total + (entry[name] ?? 0), 0);
    const now = { at: performance.now(), bytes: sum("bytesReceived"), packets: sum("packetsReceived"), lost: sum("packetsLost") };
    const before = this.before?.connection === connection ? this.before : { ...now, at: now.at - 1 };
    this.before = { ...now, connection };
    const lost = Math.max(0, now.lost - before.lost), all = lost + now.packets - before.packets;
    const ends = [by(pair?.localCandidateId), by(pair?.remoteCandidateId)];
    const video = received.find(({ kind }) => kind === "video");
    return {
      roundTrip: pair?.currentRoundTripTime == null ? null : 1_000 * pair.currentRoundTripTime,
      loss: all > 0 ? 100 * lost / all : 0,
      bitrate: 8_000 * (now.bytes - before.bytes) / (now.at - before.at),
      relayed: ends.some((end) => end?.candidateType === "relay"),
      ends: ends.map((end) => end ? `${end.candidateType} ${end.relayProtocol ?? end.protocol}` : "unknown"),
      picture: video?.frameWidth ? `${video.frameWidth}×${video.frameHeight}, ${Math.round(video.framesPerSecond ?? 0)} fps` : "none",
      codec: by(video?.codecId)?.mimeType ?? "none",
      jitter: video?.jitter == null ? null : 1_000 * video.jitter,
    };
  },

  words({ roundTrip, loss, bitrate, relayed }) {
    const delay = roundTrip == null ? "–" : `${Math.round(roundTrip)} ms`;
    return `${delay} · ${loss.toFixed(1)} % lost · ${rate(bitrate)} · ${relayed ? "relayed by TURN" : "direct"}`;
  },

  details({ roundTrip, loss, bitrate, relayed, ends, picture, codec, jitter }) {
    return [
      ["Round trip", roundTrip == null ? "unknown" : `${roundTrip.toFixed(1)} ms`],
      ["Packets lost", `${loss.toFixed(1)} %`],
      ["Received", rate(bitrate)],
      ["Path", relayed ? "relayed by a TURN server" : "direct"],
      ["This end", ends[0]],
      ["Other end", ends[1]],
      ["Picture", `${picture}, ${codec.replace("video/", "")}`],
      ["Jitter", jitter == null ? "unknown" : `${jitter.toFixed(1)} ms`],
    ];
  },
};

function rate(bitsPerSecond) {
  return bitsPerSecond >= 1e6 ? `${(bitsPerSecond / 1e6).toFixed(1)} Mbit/s` : `${Math.round(bitsPerSecond / 1e3)} kbit/s`;
}
