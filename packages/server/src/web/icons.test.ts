/**
 * The icons of a town on a telephone's first page: its emblem on its card, with room around it for a mask of any shape.
 * With EVENHOUR_PICTURES=1 they are drawn anew.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { expect, test } from 'vitest';

const SIDE = 512;
const asset = (name: string) => fileURLToPath(new URL(`assets/${name}`, import.meta.url));

/** A mask leaves at least a disc of four fifths of the side, which is where the emblem stands. */
async function draw(town: string): Promise<Buffer> {
  const emblem = readFileSync(asset(`emblems/${town}.svg`), 'utf8');
  const [, card = ''] = /<circle[^>]* fill="(#[0-9a-f]{6})"/.exec(emblem) ?? [];
  const drawing = emblem.replace(/^<svg [^>]*>/, '').replace('</svg>', '');
  const icon = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="-8 -8 80 80" width="${SIDE}" height="${SIDE}">
    <rect x="-8" y="-8" width="80" height="80" fill="${card}"/>${drawing}</svg>`;
  return sharp(Buffer.from(icon)).png({ palette: true, colours: 16 }).toBuffer();
}

test.each(['leith', 'gracia', 'galway', 'plain'])('the icon of %s is its emblem', async (town) => {
  const path = asset(`icons/${town}.png`);
  const drawn = await draw(town);
  if (process.env['EVENHOUR_PICTURES'] === '1') {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, drawn);
  }
  expect(existsSync(path)).toBe(true);
  const [kept, now] = await Promise.all([readFileSync(path), drawn].map((each) => sharp(each).raw().toBuffer()));
  const channels = now?.length ?? 0;
  expect(kept?.length).toBe(channels);
  // Another version of the library may smooth an edge otherwise.
  const apart = now?.reduce((sum, value, at) => sum + Math.abs(value - (kept?.[at] ?? 0)), 0) ?? 0;
  expect(apart / channels).toBeLessThan(1);
});
