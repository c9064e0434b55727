/**
 * Where a place is, as people find it: two numbers, or a link that a map gave them.
 *
 * Promises: nothing is asked of any map; what cannot be read is said to be so, and why, as far as it can be told.
 *
 * @module
 */
import type { Degrees } from './places.ts';

/** `outside`: no such place in the world. `swapped`: the two numbers stand the wrong way around. */
export type NoPlace = 'unreadable' | 'outside' | 'swapped';

/** The most characters that are looked at. */
export const WHERE_LENGTH = 500;

const NUMBER = String.raw`(-?\d{1,3}(?:\.\d{1,20})?)`;
const links = [
  // Google Maps: the pin first, then the middle of the map.
  `!3d${NUMBER}!4d${NUMBER}`,
  `@${NUMBER},${NUMBER}`,
  `[?&](?:q|ll|query|center|destination)=(?:loc:)?${NUMBER},${NUMBER}`,
  `^geo:${NUMBER},${NUMBER}`,
  // OpenStreetMap: the same.
  `[?&]mlat=${NUMBER}&mlon=${NUMBER}`,
  String.raw`#(?:.*&)?map=\d+(?:\.\d+)?/${NUMBER}/${NUMBER}`,
].map((pattern) => new RegExp(pattern, 'i'));
/** A point parts the figures, or a comma does and then something else stands between the two numbers. */
const pairs = [
  new RegExp(`^${NUMBER}°?(?:\\s*[,;/]\\s*|\\s+)${NUMBER}°?$`),
  /^(-?\d{1,3},\d{1,20})°?(?:\s*[;/]\s*|\s+|,\s+)(-?\d{1,3},\d{1,20})°?$/,
];

/** Further than this from where the town's places are, and near when turned around: it is turned around. Degrees. */
const FAR = 5;
const CLOSE = 2;

/** Reads it. `near` is another place of the town, if one is known. */
export function readWhere(typed: string, near: Degrees | null): Degrees | NoPlace {
  const text = plain(typed.slice(0, WHERE_LENGTH));
  const found = [...pairs, ...links].map((pattern) => pattern.exec(text)).find((match) => match !== null);
  if (found === null || found === undefined) return 'unreadable';
  const [latitude = 0, longitude = 0] = found.slice(1).map((figures) => Number(figures.replace(',', '.')));
  const read = { latitude, longitude };
  const turned = { latitude: longitude, longitude: latitude };
  if (isInWorld(read)) {
    if (near !== null && !isWithin(FAR, read, near) && isWithin(CLOSE, turned, near)) return 'swapped';
    return read;
  }
  return isInWorld(turned) ? 'swapped' : 'outside';
}

/** In figures and signs of one form: other keyboards have others. */
function plain(text: string): string {
  return decoded(text)
    .replaceAll(/[٠-٩]/g, (figure) => String(figure.charCodeAt(0) - 0x660))
    .replaceAll(/[۰-۹]/g, (figure) => String(figure.charCodeAt(0) - 0x6f0))
    .replaceAll('٫', '.')
    .replaceAll('،', ',')
    .replaceAll(/[−–]/g, '-')
    .replaceAll(/[\u200e\u200f\u061c\u2066-\u2069]/g, '')
    .trim();
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function isInWorld({ latitude, longitude }: Degrees): boolean {
  return Math.abs(latitude) <= 90 && Math.abs(longitude) <= 180;
}

function isWithin(degrees: number, a: Degrees, b: Degrees): boolean {
  return Math.abs(a.latitude - b.latitude) <= degrees && Math.abs(a.longitude - b.longitude) <= degrees;
}
