// For every frame of a page: a camera that films the clock, as glass_page.js draws it, before a picture with much
// detail that moves. Its encoder has to need what it may have, as with a real camera: 1.7 Mbit/s in Chromium here.
(() => {
  const WIDTH = 640, HEIGHT = 480;
  const FPS = 29.9;              // at 30, all frames of a run would wait equally long for the screen, by chance
  const TILE = 256, GRAIN = 4;   // px: the texture repeats, and how fine it is
  const CONTRAST = 60;           // of 255
  const SPEED = [3, 2];          // px a frame, right and down

  if (!navigator.mediaDevices) return;
  const native = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
  navigator.mediaDevices.getUserMedia = async ({ audio, video }) => {
    const stream = audio ? await native({ audio }) : new MediaStream();
    if (video) stream.addTrack(film());
    return stream;
  };

  function film() {
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = [WIDTH, HEIGHT];
    const context = canvas.getContext("2d", { alpha: false, willReadFrequently: true });
    // With a frame rate it would look by a clock of its own, and miss frames that are drawn by this one.
    const [track] = canvas.captureStream().getVideoTracks(), texture = noise();
    const copies = [track], clone = track.clone.bind(track);  // a real camera films for as long as anybody takes it
    track.clone = () => copies[copies.push(clone()) - 1];
    const begun = performance.now();
    let number = 0;
    const draw = () => {
      if (copies.every(({ readyState }) => readyState === "ended")) return;
      paint(context, texture, number);
      top.glass.draw(context);
      number = Math.max(number + 1, Math.ceil((performance.now() - begun) * FPS / 1000));
      setTimeout(draw, begun + number * 1000 / FPS - performance.now());
    };
    draw();
    return track;
  }

  function paint(context, texture, number) {
    const [x, y] = SPEED.map((speed) => number * speed % TILE);
    for (let left = x - TILE; left < WIDTH; left += TILE) {
      for (let up = y - TILE; up < HEIGHT; up += TILE) context.drawImage(texture, left, up);
    }
  }

  // A grey texture of random squares.
  function noise() {
    const canvas = new OffscreenCanvas(TILE, TILE), context = canvas.getContext("2d");
    for (let x = 0; x < TILE; x += GRAIN) {
      for (let y = 0; y < TILE; y += GRAIN) {
        const light = 128 + CONTRAST * (Math.random() - 0.5);
        context.fillStyle = `rgb(${light}, ${light}, ${light})`;
        context.fillRect(x, y, GRAIN, GRAIN);
      }
    }
    return canvas;
  }
})();
