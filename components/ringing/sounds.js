// Sounds, made here: no file to load, nothing to license

let audio = null, resting = null, company = {};

// An AudioContext that runs keeps the loudspeaker open, and the computer awake for it: it rests when the tone is over.
function tone(frequencies, at, seconds, volume) {
  audio ??= new AudioContext();
  audio.resume();
  clearTimeout(resting);
  resting = setTimeout(() => audio.suspend(), (at + seconds) * 1_000 + 500);
  const gain = audio.createGain(), from = audio.currentTime + at;
  gain.gain.setValueAtTime(0, from);
  gain.gain.linearRampToValueAtTime(volume, from + 0.03);
  gain.gain.setValueAtTime(volume, from + seconds - 0.05);
  gain.gain.linearRampToValueAtTime(0, from + seconds);
  gain.connect(audio.destination);
  for (const frequency of frequencies) {
    const oscillator = audio.createOscillator();
    oscillator.frequency.value = frequency;
    oscillator.connect(gain);
    oscillator.start(from);
    oscillator.stop(from + seconds);
  }
  return gain;
}

// Somebody came into the room that one is in, or went.
function chime(now) {
  const before = company;
  company = now;
  if (!before.room || before.room !== now.room) return;
  if (now.members > before.members) [523, 659].forEach((f, i) => tone([f], i * 0.12, 0.15, 0.05));
  if (now.members < before.members) [659, 523].forEach((f, i) => tone([f], i * 0.12, 0.15, 0.05));
}
