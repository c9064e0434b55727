/**
 * Drawings of what people in the demo's towns offer.
 *
 * Promises: they are kept in both sizes beside the SVG that they are drawn from, so that a start draws nothing.
 *
 * @module
 */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Shrunk } from '../offer/shrink.ts';

/** Where they are. `NAME.svg`, `NAME.webp` and `NAME-small.webp`. */
export const DRAWINGS = fileURLToPath(new URL('../../src/demo/drawings/', import.meta.url));
/** In pixels. */
export const DRAWN = { width: 800, height: 600 } as const;

/** A drawing as a member's picture is kept. */
export function readDrawing(name: string): Shrunk {
  return {
    bytes: readFileSync(`${DRAWINGS}${name}.webp`),
    ...DRAWN,
    small: readFileSync(`${DRAWINGS}${name}-small.webp`),
  };
}
