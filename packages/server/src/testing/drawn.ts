/**
 * Pictures that are kept in the tree and drawn by a test.
 *
 * @module
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import sharp from 'sharp';
import { expect } from 'vitest';

/** The kept picture is the one that was drawn. With EVENHOUR_PICTURES=1 that one is kept from now on. */
export async function expectDrawn(path: string, drawn: Buffer): Promise<void> {
  if (process.env['EVENHOUR_PICTURES'] === '1') {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, drawn);
  }
  expect(existsSync(path), path).toBe(true);
  const [kept, now] = await Promise.all([readFileSync(path), drawn].map((each) => sharp(each).raw().toBuffer()));
  const channels = now?.length ?? 0;
  expect(kept?.length, path).toBe(channels);
  // Another version of the library may smooth an edge otherwise.
  const apart = now?.reduce((sum, value, at) => sum + Math.abs(value - (kept?.[at] ?? 0)), 0) ?? 0;
  expect(apart / channels, path).toBeLessThan(1);
}
