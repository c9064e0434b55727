/**
 * Pictures of any camera, made small and plain.
 *
 * Promises: what comes out is WebP and nothing else: no place, no day, no name of a camera, no second picture inside.
 * Only the five kinds below are ever decoded; what would take too much memory is refused before it is. At most two are
 * worked on at a time, by threads of the library's own, and only so many wait.
 *
 * @module
 */
import type { SharpOptions } from 'sharp';
import { Refused } from '../node/refused.ts';

export interface Shrunk {
  /** WebP, upright. */
  readonly bytes: Uint8Array;
  /** Pixels. */
  readonly width: number;
  readonly height: number;
  /** A square of {@link SMALL} pixels, cut out of the middle. */
  readonly small: Uint8Array;
}

/** Why a picture is not taken: it is none that can be read, or has too many pixels. */
export type NotTaken = 'unreadable' | 'pixels';

/** The most bytes of a picture as it comes. */
export const MOST_BYTES = 10 * 1024 * 1024;
/** Of a camera with 50 megapixels. */
const MOST_PIXELS = 8192 * 6144;
const MOST_WIDE = 1200;
const MOST_HIGH = 900;
export const SMALL = 320;

const INPUT: SharpOptions = { limitInputPixels: MOST_PIXELS, failOn: 'error' };
const AT_ONCE = 2;
const MOST_WAITING = 20;
const MOST_SECONDS = 20;

/** The kinds that are decoded. Each decoder is a door; the others stay shut. */
const KINDS = ['Jpeg', 'Png', 'Webp', 'Heif', 'Nsgif'].map((kind) => `VipsForeignLoad${kind}Buffer`);

/** The library, loaded with the first picture: a node without one starts sooner. */
let loaded: Promise<typeof import('sharp')['default']> | undefined;
async function load() {
  const { default: sharp } = await import('sharp');
  sharp.block({ operation: ['VipsForeignLoad'] });
  sharp.unblock({ operation: KINDS });
  // One thread for a picture, and nothing remembered between two.
  sharp.concurrency(1);
  sharp.cache(false);
  return sharp;
}

let working = 0;
const waiting: (() => void)[] = [];

/** JPEG, PNG, WebP, AVIF or the first picture of a GIF. Refuses `too_large`, and `too_many_requests` when many wait. */
export async function shrink(picture: Uint8Array): Promise<Shrunk | NotTaken> {
  if (picture.length > MOST_BYTES) throw new Refused('too_large', { maxPictureBytes: MOST_BYTES });
  if (waiting.length >= MOST_WAITING) throw new Refused('too_many_requests');
  if (working >= AT_ONCE) await new Promise<void>((go) => waiting.push(go));
  else working += 1;
  try {
    return await work(picture);
  } finally {
    // Whoever waited longest takes the place.
    const next = waiting.shift();
    if (next === undefined) working -= 1;
    else next();
  }
}

async function work(picture: Uint8Array): Promise<Shrunk | NotTaken> {
  loaded ??= load();
  const sharp = await loaded;
  try {
    const { data, info } = await sharp(picture, INPUT)
      .timeout({ seconds: MOST_SECONDS })
      .autoOrient()
      .resize({ width: MOST_WIDE, height: MOST_HIGH, fit: 'inside', withoutEnlargement: true })
      // A drawing on nothing would be lost on a dark page.
      .flatten({ background: '#ffffff' })
      .webp({ quality: 78 })
      .toBuffer({ resolveWithObject: true });
    const small = await sharp(data)
      .resize({ width: SMALL, height: SMALL, fit: 'cover' })
      .webp({ quality: 72 })
      .toBuffer();
    return { bytes: data, width: info.width, height: info.height, small };
  } catch (error) {
    // The library says in words only why it could not; none of it is a fault of ours.
    return /pixel limit/.test(String(error)) ? 'pixels' : 'unreadable';
  }
}
