/**
 * The icons of a town on a telephone's first page: its emblem on its card, with room around it for a mask of any shape.
 * With EVENHOUR_PICTURES=1 they are drawn anew.
 */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { test } from 'vitest';
import { expectDrawn } from '../testing/drawn.ts';

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
  await expectDrawn(asset(`icons/${town}.png`), await draw(town));
});
