/**
 * The drawings of the demo are those of their SVG, and each town has some. With EVENHOUR_PICTURES=1 they are drawn
 * anew.
 */
import { readdirSync } from 'node:fs';
import sharp from 'sharp';
import { expect, test } from 'vitest';
import { SMALL } from '../offer/shrink.ts';
import { expectDrawn } from '../testing/drawn.ts';
import { DRAWINGS, DRAWN } from './drawings.ts';
import { TOWNS } from './people.ts';

const names = readdirSync(DRAWINGS)
  .filter((file) => file.endsWith('.svg'))
  .map((file) => file.slice(0, -4));

test.each(names)('%s is kept in both sizes', async (name) => {
  const drawing = await sharp(`${DRAWINGS}${name}.svg`, { density: 500 }).resize(DRAWN).png().toBuffer();
  const webp = { quality: 90, effort: 6 } as const;
  await expectDrawn(`${DRAWINGS}${name}.webp`, await sharp(drawing).webp(webp).toBuffer());
  const square = sharp(drawing).resize({ width: SMALL, height: SMALL, fit: 'cover' });
  await expectDrawn(`${DRAWINGS}${name}-small.webp`, await square.webp(webp).toBuffer());
});

test('each town has some, each says what is to be seen, and none is left over', () => {
  const used = TOWNS.map(({ wishes }) => wishes.flatMap(({ drawing }) => (drawing === undefined ? [] : [drawing])));
  for (const drawings of used) {
    expect(drawings.length).toBeGreaterThanOrEqual(3);
    for (const [, text] of drawings) expect(text).toMatch(/^[A-Z].{8,}$/);
  }
  expect(
    used
      .flat()
      .map(([name]) => name)
      .sort(),
  ).toEqual([...names].sort());
});
