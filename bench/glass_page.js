// For every frame of a page that bench/glass.py opens: the barcode, the frame's peer connections, and the reading of
// what another person's video shows. All frames share the one `glass` of the top window, whose functions Python calls.
// Times are in ms since the epoch, by a clock that all browsers of this machine share.
(() => {
  const clock = () => performance.timeOrigin + performance.now();

  window.RTCPeerConnection = class GlassPeerConnection extends RTCPeerConnection {
    constructor(...options) {
      super(...options);
      top.glass.connections.push(this);
      // A page may have its own addEventListener in a class made of this one, which is not ready yet.
      EventTarget.prototype.addEventListener.call(this, "connectionstatechange", () => {
        if (this.connectionState === "connected") this.connectedAt ??= clock();
      });
    }
  };
  if (window !== top) return;

  // The barcode: the time modulo 2^16, most significant bit first, then four bits to check it. A column a bit, each
  // twice: as it is, and inverted below. A bit is how the two differ, so that neither brightness nor contrast matters.
  const BITS = 16, CHECKED = 4, COLUMNS = BITS + CHECKED, RANGE = 2 ** BITS;
  const BLOCK = 32;         // px of a 640 by 480 picture: two macroblocks, which also survive where it is shrunk
  const DOT = 3;            // px of a block as it is read: the one in the middle has none of its neighbours in it
  const DIFFERENCE = 80;    // of 255, between the two halves of a readable bit
  const SAMPLE_EVERY = 100; // ms
  const FIGURES = [         // of RTCInboundRtpStreamStats
    "bytesReceived", "framesDecoded", "frameWidth", "frameHeight", "jitterBufferDelay", "jitterBufferEmittedCount",
  ];
  const SIZE = { width: 640, height: 480, frameRate: 30 };

  const code = (stamp) => stamp << CHECKED | (stamp ^ stamp >> 4 ^ stamp >> 8 ^ stamp >> 12) & 2 ** CHECKED - 1;
  const reading = new OffscreenCanvas(COLUMNS * DOT, 2 * DOT).getContext("2d", { willReadFrequently: true });
  // A connection of Parley's names its senders (components/browser/media_sections.js), and getSenders finds none there.
  const senders = (one) => one.senders ? Object.values(one.senders) : one.getSenders();
  const camera = (one) => senders(one).find(({ track }) => track?.kind === "video");

  window.glass = {
    connections: [],
    delays: [],    // [when a frame was presented, ms since it was drawn]
    unread: [],    // when a frame was presented whose barcode could not be read
    samples: [],   // [when, ...FIGURES]
    plain: {},     // the connections of a plain page, by role

    // The barcode

    draw(context) {
      const bits = code(Math.round(clock()) % RANGE);
      for (let column = 0; column < COLUMNS; column++) {
        const set = bits >> COLUMNS - 1 - column & 1;
        for (const [row, light] of [[0, set], [1, !set]]) {
          context.fillStyle = light ? "white" : "black";
          context.fillRect(column * BLOCK, row * BLOCK, BLOCK, BLOCK);
        }
      }
    },

    // The stamp in a video's picture; null where none can be read.
    read(video) {
      const { width, height } = reading.canvas, band = video.videoHeight * 2 * BLOCK / 480;
      reading.drawImage(video, 0, 0, video.videoWidth, band, 0, 0, width, height);
      const { data } = reading.getImageData(0, 0, width, height);
      const green = (column, row) => data[4 * ((row * DOT + 1) * width + column * DOT + 1) + 1];
      let bits = 0;
      for (let column = 0; column < COLUMNS; column++) {
        const difference = green(column, 0) - green(column, 1);
        if (Math.abs(difference) < DIFFERENCE) return null;
        bits = bits << 1 | (difference > 0);
      }
      const stamp = bits >> CHECKED;
      return code(stamp) === bits ? stamp : null;
    },

    // The viewer

    // The first video of the page itself, or of one of its frames.
    video(selector) {
      return document.querySelector(selector ?? "video");
    },

    // The connected connection that a video's picture comes by; undefined while there is none.
    receiving(selector) {
      const [shown] = this.video(selector)?.srcObject?.getVideoTracks() ?? [];
      const brings = (one) => one.connectedAt && one.getReceivers().some(({ track }) => track === shown);
      return shown && this.connections.find(brings);
    },

    // The connection that this page's camera is sent by.
    sending() {
      return this.connections.find((one) => one.connectionState === "connected" && camera(one));
    },

    // Note what a video shows from now on, and what its connection receives.
    watch(selector) {
      const video = this.video(selector), connection = this.receiving(selector);
      const look = () => {
        const now = clock(), stamp = this.read(video);
        if (stamp === null) this.unread.push(now);
        else this.delays.push([now, (now % RANGE - stamp + 1.5 * RANGE) % RANGE - RANGE / 2]);
        video.requestVideoFrameCallback(look);
      };
      video.requestVideoFrameCallback(look);
      setInterval(() => this.sample(connection), SAMPLE_EVERY);
    },

    async sample(connection) {
      const when = clock();
      for (const stat of (await connection.getStats()).values()) {
        if (stat.type === "inbound-rtp" && stat.kind === "video") {
          this.samples.push([when, ...FIGURES.map((figure) => stat[figure] ?? 0)]);
        }
      }
    },

    // A plain page's own end of a call, by roles: it may "send", "receive" or do "both". No candidate comes late: an
    // offer and an answer carry them all.

    async offer(role) {
      const connection = await this.open(role);
      if (role === "receive") {
        for (const kind of ["video", "audio"]) connection.addTransceiver(kind, { direction: "recvonly" });
      }
      await connection.setLocalDescription(await connection.createOffer());
      return gathered(connection);
    },

    async answer(offer) {
      const connection = await this.open("both");
      await connection.setRemoteDescription(offer);
      await connection.setLocalDescription(await connection.createAnswer());
      return gathered(connection);
    },

    async accept([role, answer]) {
      await this.plain[role].setRemoteDescription(answer);
    },

    async open(role) {
      const connection = this.plain[role] = new RTCPeerConnection({ iceServers: [] });
      connection.ontrack = ({ streams: [stream] }) => { this.video().srcObject = stream; };
      if (role === "receive") return connection;
      const stream = await navigator.mediaDevices.getUserMedia({ video: SIZE, audio: true });
      for (const track of stream.getTracks()) connection.addTrack(track, stream);
      return connection;
    },
  };

  function gathered(connection) {
    return new Promise((resolve) => {
      const look = () => {
        if (connection.iceGatheringState === "complete") resolve(connection.localDescription.toJSON());
      };
      connection.addEventListener("icegatheringstatechange", look);
      look();
    });
  }
})();
