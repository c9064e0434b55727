/**
 * Minutes: the only unit that Evenhour counts in.
 *
 * Promises: a `Minutes` is always a safe integer; arithmetic that would leave the safe range
 * throws, because a sum that large is a bug and never a member's doing. Everyone's hour is
 * equal: there is no rate and no conversion. Spec: words.
 *
 * @module
 */
declare const minutesBrand: unique symbol;

/** A whole number of minutes. May be negative for a balance; amounts that move are positive. */
export type Minutes = number & { readonly [minutesBrand]: true };

/** The largest amount that one entry may carry: ten thousand hours. */
export const MAX_ENTRY_MINUTES = 600_000;

/** The largest limit that a bank may grant another: one million hours. */
export const MAX_LIMIT_MINUTES = 60_000_000;

export const ZERO: Minutes = 0 as Minutes;

/** Brands a whole number. Throws on anything else: callers check foreign input before. */
export function minutes(value: number): Minutes {
  if (!Number.isSafeInteger(value)) throw new RangeError(`not a whole number of minutes: ${value}`);
  return (Object.is(value, -0) ? 0 : value) as Minutes;
}

export function add(a: Minutes, b: Minutes): Minutes {
  return minutes(a + b);
}

export function subtract(a: Minutes, b: Minutes): Minutes {
  return minutes(a - b);
}

export function negate(a: Minutes): Minutes {
  return minutes(-a);
}

/** Whether `value` may be the amount of one entry: 1 to {@link MAX_ENTRY_MINUTES}. */
export function isEntryAmount(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 1 && value <= MAX_ENTRY_MINUTES;
}

/** Whether `value` may be a limit: 0 to {@link MAX_LIMIT_MINUTES}. */
export function isLimit(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0 && value <= MAX_LIMIT_MINUTES;
}

/** Says minutes as a person does in English: `90` is `1 h 30 min`. The sign is left to the sentence. */
export function say(value: number): string {
  const size = Math.abs(value);
  const hours = Math.floor(size / 60);
  const rest = size % 60;
  if (hours === 0) return `${rest} min`;
  return rest === 0 ? `${hours} h` : `${hours} h ${rest} min`;
}
