// Moments as people read them.

const CLOCK = new Intl.DateTimeFormat([], { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
const DAY = new Intl.DateTimeFormat([], { month: "short", day: "numeric" });

/**
 * The time of day, and the day where it is another than today.
 * @param {Date} date
 */
export function moment(date) {
  const today = date.toDateString() === new Date().toDateString();
  return today ? CLOCK.format(date) : `${DAY.format(date)}, ${CLOCK.format(date)}`;
}
