// Sounds, made here: no file to load, nothing to license.
//
// A browser lets a page sound only after a gesture of the person's: until then an AudioContext is suspended, and what is
// scheduled in it waits, and sounds all at once when it may. So nothing is scheduled before it runs. And there is one voice:
// a new sound ends the one before, so that it is never louder than one.

const VOLUME = { ring: 0.12, ringback: 0.03, chime: 0.05 };  // of 1, for each frequency in it
const WAKES_WITHIN = 500;  // ms; a context that may run runs by then

const voice = {
  context: null, sounding: null, resting: null, turn: 0,

  // Each tone is its frequencies in hertz, when it begins and how long it is, in seconds. Whether it is to be heard: what may
  // not sound at once is left out.
  async play(tones, volume) {
    this.stop();
    const { turn } = this, seconds = Math.max(...tones.map(([, at, length]) => at + length));
    this.context ??= new AudioContext();
    this.rest(seconds * 1_000 + 2 * WAKES_WITHIN);
    await Promise.race([this.context.resume(), new Promise((resolve) => setTimeout(resolve, WAKES_WITHIN))]);
    if (turn !== this.turn) return true;  // another one has its place by now
    if (this.context.state !== "running") return false;
    this.sounding = this.context.createGain();
    this.sounding.connect(this.context.destination);
    for (const [frequencies, at, length] of tones) tone(this.sounding, frequencies, this.context.currentTime + at, length, volume);
    return true;
  },

  stop() {
    this.turn += 1;
    this.sounding?.disconnect();
    this.sounding = null;
  },

  // A context that runs keeps the loudspeaker open, and the computer awake for it: it rests when the sound is over.
  rest(within) {
    clearTimeout(this.resting);
    this.resting = setTimeout(() => this.context.suspend(), within);
  },
};

function tone(into, frequencies, from, seconds, volume) {
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

let company = {};

// Somebody came into the room that one is in, or went.
function chime(now) {
  const before = company;
  company = now;
  if (!before.room || before.room !== now.room || before.members === now.members) return;
  const notes = now.members > before.members ? [523, 659] : [659, 523];
  voice.play(notes.map((note, i) => [[note], i * 0.12, 0.15]), VOLUME.chime);
}
