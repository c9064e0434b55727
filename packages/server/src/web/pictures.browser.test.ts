/** A picture of one's own, chosen in a real browser without script, small and wide, by day and by night. */
import type { Browser, Page } from 'playwright-core';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { MOST_BYTES } from '../offer/shrink.ts';
import { faultsOf, hasChromium, openBrowser } from '../testing/browser.ts';
import { type Streets, startStreets } from '../testing/streets.ts';
import { cookieName } from './handlers/session.ts';

type Look = readonly [width: number, scheme: 'light' | 'dark', language: string];
const LOOKS: readonly Look[] = [
  [360, 'light', 'en'],
  [360, 'dark', 'ar'],
  [1280, 'light', 'es'],
  [1280, 'dark', 'en'],
];

/** A bicycle, as far as rectangles and circles go. */
const DRAWING = `<svg xmlns="http://www.w3.org/2000/svg" width="2000" height="1400"><rect width="2000" height="1400" fill="#cfe3d6"/>
<g fill="none" stroke="#7a2e1d" stroke-width="40"><circle cx="560" cy="900" r="300"/><circle cx="1440" cy="900" r="300"/>
<path d="M560 900L820 420H1240L1440 900M820 420L1020 900L1240 420M760 360H900M1240 420L1210 320H1340"/></g></svg>`;

describe.skipIf(!hasChromium())('in a browser', { timeout: 120_000 }, () => {
  let browser: Browser;
  let streets: Streets;
  let photo: Buffer;
  let offer: string;

  beforeAll(async () => {
    streets = await startStreets();
    browser = await openBrowser();
    photo = await sharp(Buffer.from(DRAWING)).jpeg().toBuffer();
  }, 60_000);
  afterAll(async () => {
    await browser?.close();
    await streets?.stop();
  });

  async function open(path: string, look?: Look): Promise<Page> {
    const [width, scheme, language] = look ?? [360, 'light', 'en'];
    const { leith, tokens } = streets;
    const visitor = await streets.visitor('leith').signIn(tokens.moira);
    const context = await browser.newContext({
      // Whether a page is sound is found out by a script.
      javaScriptEnabled: look !== undefined,
      colorScheme: scheme,
      locale: language,
      viewport: { width, height: 900 },
    });
    const value = visitor.cookies.get(cookieName(leith.bank)) ?? '';
    await context.addCookies([{ name: cookieName(leith.bank), value, url: leith.origin }]);
    const page = await context.newPage();
    await page.goto(`${leith.origin}${path}`);
    return page;
  }

  const choose = (page: Page, buffer: Buffer) =>
    page.locator('#picture').setInputFiles({ name: 'IMG_1.jpg', mimeType: 'image/jpeg', buffer });

  test('it is chosen, kept while something else is put right, and shown', async () => {
    const page = await open('/offers/new');
    await choose(page, photo);
    await page.locator('#pictureText').fill('A red bicycle');
    // A browser would not let the sentence be empty.
    await page.locator('#title').fill('I mend bicycles');
    await page.locator('#send').click();
    expect(await page.locator('#category-error').count()).toBe(1);
    expect(await page.locator('.picture-now img').getAttribute('alt')).toBe('A red bicycle');
    await page.locator('#category').selectOption('repairs');
    await page.locator('#send').click();
    expect(page.url()).toMatch(/\/offers\/[0-9A-Z]{26}$/);
    offer = new URL(page.url()).pathname;
    await page.context().close();
  });

  test('one that is larger than 10 MB is answered in words, and what was typed is still there', async () => {
    const page = await open('/offers/new');
    await page.locator('#title').fill('I take large photographs');
    await page.locator('#category').selectOption('repairs');
    await choose(page, Buffer.alloc(2 * MOST_BYTES, 7));
    await page.locator('#send').click();
    expect(await page.locator('main').textContent()).toContain('That picture is larger than 10 MB.');
    await page.goBack();
    expect(await page.locator('#title').inputValue()).toBe('I take large photographs');
    await page.context().close();
  });

  test.each(LOOKS)('at %i px, %s, in %s nothing is wrong with its pages', async (...look) => {
    for (const path of [offer, `${offer}/change`, '/find', '/offers']) {
      const page = await open(path, look);
      const images = page.locator('main img');
      expect(await images.count(), path).toBe(1);
      await images.scrollIntoViewIfNeeded();
      const seen = await images.evaluate((image) => [
        (image as HTMLImageElement).naturalWidth,
        Math.round(image.clientWidth),
      ]);
      expect(seen[0], path).toBe(path === offer ? 1200 : 320);
      expect(seen[1], path).toBeGreaterThan(80);
      expect(await faultsOf(page), path).toEqual([]);
      const folder = process.env['EVENHOUR_LOOK'];
      if (folder)
        await page.screenshot({
          path: `${folder}/${look.join('-')}${path.replaceAll(/[/]|[0-9A-Z]{26}/g, '-')}.png`,
          fullPage: true,
        });
      await page.context().close();
    }
  });
});
