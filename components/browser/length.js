// How long something has been going on, as one reads it.

/**
 * 65 -> "1:05", 3,700 -> "1:01:40".
 * @param {number} seconds
 */
export function length(seconds) {
  const whole = Math.floor(seconds), minutes = Math.floor(whole / 60) % 60, hours = Math.floor(whole / 3_600);
  const parts = [...(hours ? [hours] : []), minutes, whole % 60];
  return parts.map((part, i) => i ? String(part).padStart(2, "0") : String(part)).join(":");
}
