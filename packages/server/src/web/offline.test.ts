/** A bank as an app of its own: it can be installed, and shows my next exchange without a connection. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { faultsOf, hasChromium, openBrowser } from '../testing/browser.ts';
import { type Streets, startStreets } from '../testing/streets.ts';
import type { Visitor } from '../testing/visitor.ts';

let streets: Streets;
beforeAll(async () => {
  streets = await startStreets();
  const { call } = streets.leith;
  const asked = await call(
    'POST',
    '/api/exchanges',
    {
      to: 'agnes',
      side: 'receiver',
      minutes: 90,
      content: 'The kitchen tap',
      startTime: new Date(Date.now() + 86_400_000).toISOString(),
    },
    { token: streets.tokens.moira },
  );
  expect(asked.status).toBe(201);
  expect(
    (
      await call(
        'POST',
        `/api/exchanges/${asked.body.id}/accept`,
        { answers: asked.body.open },
        { token: streets.tokens.agnes },
      )
    ).status,
  ).toBe(200);
});
afterAll(() => streets?.stop());

test('the manifest names the town, in the reader’s language, and icons of our own', async () => {
  const answer = await streets.visitor('leith').get('/manifest.webmanifest', { 'accept-language': 'es' });
  expect(answer.headers.get('content-type')).toMatch(/^application\/manifest\+json/);
  const manifest = JSON.parse(answer.html);
  expect(manifest).toMatchObject({ short_name: 'Leith', start_url: '/', display: 'standalone', lang: 'es' });
  const town = streets.visitor('leith');
  for (const { src, type } of manifest.icons) await seeIcon(town, src, type);
  expect(manifest.icons.map(({ purpose }: { purpose: string }) => purpose)).toEqual(['any', 'maskable']);
  // A telephone that reads no manifest finds one by a link.
  const [, icon = ''] = /<link rel="apple-touch-icon" href="([^"]+)"/.exec((await town.get('/')).html) ?? [];
  await seeIcon(town, icon, 'image/png');
});

async function seeIcon(town: Visitor, address: string, type: string): Promise<void> {
  expect(address).toMatch(/^\/assets\//);
  const { status, headers } = await town.get(address);
  expect([status, headers.get('content-type')]).toEqual([200, type]);
}

test('the worker keeps the page of no connection and its style, and nothing else', async () => {
  const { html, headers } = await streets.visitor('leith').get('/sw.js');
  expect(headers.get('content-type')).toMatch(/^text\/javascript/);
  expect(headers.get('cache-control')).toBe('no-cache');
  const kept = JSON.parse(/^const KEEP = (\[.*\]);$/m.exec(html)?.[1] ?? '') as string[];
  for (const address of kept) expect((await streets.visitor('leith').get(address)).status).toBe(200);
});

describe.skipIf(!hasChromium())('in a browser', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await openBrowser();
  });
  afterAll(() => browser?.close());

  const keptText = (page: Page) =>
    page.evaluate(async () => (await (await caches.match('/offline'))?.text()) ?? 'nothing');

  test('without a connection a member sees the next exchange; after signing out nothing of it is left', async () => {
    const context = await browser.newContext({ viewport: { width: 360, height: 740 } });
    const page = await context.newPage();
    const { origin } = streets.leith;
    await page.goto(`${origin}/sign-in`);
    await page.locator('details:has(#words) > summary').click();
    await page.locator('#words').fill(streets.tokens.moira);
    await page.locator('details:has(#words) button[type="submit"]').click();
    await page.waitForURL(/\/me$/);
    await expect.poll(() => keptText(page), { timeout: 10_000 }).toContain('kitchen tap');
    await context.setOffline(true);
    await page.goto(`${origin}/give`);
    expect(await page.locator('h1').textContent()).toBe('There is no connection just now');
    const main = await page.locator('main').textContent();
    expect(main).toContain('The kitchen tap');
    expect(main).toContain('with Agnes');
    expect(main).toContain('Put aside for it: 1 h 30 min');
    expect(await page.locator('.tel').count()).toBeLessThanOrEqual(1);
    expect(await faultsOf(page)).toEqual([]);
    await context.setOffline(false);
    await page.goto(`${origin}/`);
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.waitForURL(`${origin}/`);
    expect(await keptText(page)).not.toContain('kitchen tap');
    await context.close();
  });
});
