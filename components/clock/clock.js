// How long a call has been running: counts in the browser, so that the server has nothing to do for it, and on a clock that
// nobody sets: with the time of day, a call would be an hour longer or shorter after a change of it.
let timer = null;

export default function clock({ data, parentElement }) {
  const from = performance.now() - 1_000 * data.elapsed, time = parentElement.querySelector("time");
  const tick = () => { time.textContent = format(Math.floor((performance.now() - from) / 1_000)); };
  clearInterval(timer);
  timer = setInterval(tick, 1_000);
  tick();
  return () => clearInterval(timer);
}

function format(seconds) {
  const parts = [Math.floor(seconds / 3_600), Math.floor(seconds / 60) % 60, seconds % 60];
  const [first, ...rest] = parts[0] ? parts : parts.slice(1);
  return [first, ...rest.map((part) => String(part).padStart(2, "0"))].join(":");
}
