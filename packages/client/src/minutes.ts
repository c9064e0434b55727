/**
 * Minutes, the only unit of the API, said as people say them.
 *
 * Promises: what comes out of `hours` is a whole number of minutes, or a RangeError; nothing is rounded
 * silently. `say` says the same words as the bank's own pages.
 *
 * @module
 */

/**
 * Hours as minutes: `hours(1.5)` is 90, `hours(1, 20)` is 80. Throws a RangeError unless it is a whole number of
 * minutes.
 */
export function hours(count: number, minutes = 0): number {
  const exact = count * 60 + minutes;
  const whole = Math.round(exact);
  // 1.1 hours are 66.00000000000001 minutes to a computer; a difference a person can mean is far larger.
  if (!Number.isSafeInteger(whole) || Math.abs(exact - whole) > 1e-6) {
    throw new RangeError(`${count} hours and ${minutes} minutes are not a whole number of minutes`);
  }
  return whole === 0 ? 0 : whole;
}

/** Minutes in English: `say(90)` is `1 h 30 min`. The sign is left to the sentence around it. */
export function say(minutes: number): string {
  const size = Math.abs(minutes);
  const whole = Math.floor(size / 60);
  const rest = size % 60;
  if (whole === 0) return `${rest} min`;
  return rest === 0 ? `${whole} h` : `${whole} h ${rest} min`;
}
