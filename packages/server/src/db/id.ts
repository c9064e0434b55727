/**
 * Ids of our own rows: ULIDs, so that rows of one bank lie in the order in which they were made.
 *
 * Their random part is drawn from the system in portions, for asking it for each letter costs more
 * than everything else that a row needs.
 *
 * @module
 */
import { randomFillSync } from 'node:crypto';
import { encodeTime, ulid } from 'ulid';

const portion = new Uint8Array(4096);
let used = portion.length;

/** `at` in milliseconds; default now. */
export function newId(at?: number): string {
  return ulid(at, nextFraction);
}

/** Before every id that is made from this moment on, and after those made before it. */
export function firstIdAt(at: Date): string {
  return `${encodeTime(Math.max(0, at.getTime()), 10)}${'0'.repeat(16)}`;
}

/** From 0 up to 1, in steps of 1/256: a letter of a ULID takes five of the eight bits. */
function nextFraction(): number {
  if (used === portion.length) {
    randomFillSync(portion);
    used = 0;
  }
  return (portion[used++] as number) / 256;
}
