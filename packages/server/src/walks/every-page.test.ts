/** Every page that a guest, a member or the desk can come to, in a browser: by day on a telephone, and at night from right to left. */
import type { Browser, BrowserContext, BrowserContextOptions } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { walk } from '../hostile/crawl.ts';
import { openScene, type Route, routesOfPages, type Scene, type Who } from '../hostile/scene.ts';
import { faultsOf, hasChromium, openBrowser } from '../testing/browser.ts';
import type { Visitor } from '../testing/visitor.ts';

const WAYS: Readonly<Record<string, BrowserContextOptions>> = {
  'on a telephone by day': { viewport: { width: 360, height: 800 }, colorScheme: 'light', locale: 'en' },
  'on a desk at night, from right to left': {
    viewport: { width: 1280, height: 900 },
    colorScheme: 'dark',
    locale: 'ar',
  },
  'with the colours of the system': {
    viewport: { width: 360, height: 800 },
    forcedColors: 'active',
    locale: 'es',
  },
};

describe.skipIf(!hasChromium())('every page', { timeout: 300_000 }, () => {
  let scene: Scene;
  let browser: Browser;
  const routes: readonly Route[] = routesOfPages();

  beforeAll(async () => {
    scene = await openScene();
    browser = await openBrowser();
  }, 120_000);
  afterAll(async () => {
    await browser?.close();
    await scene?.stop();
  });

  describe.each(Object.entries(WAYS))('%s', (_, options) => {
    test.each(['guest', 'moira', 'going', 'fiona', 'operator'] as const)('of %s', async (who) => {
      const visitor = await scene.busy(who);
      const context = await browser.newContext({ ...options, reducedMotion: 'reduce' });
      await carry(context, visitor);
      const page = await context.newPage();
      const faults: string[] = [];
      page.on('console', (message) => {
        if (/Content.Security.Policy/i.test(message.text())) faults.push(`${page.url()}: ${message.text()}`);
      });
      for (const address of await addresses(who, visitor)) {
        const answer = await page.goto(`${scene.town.origin}${address}`);
        if (!/^text\/html/.test(answer?.headers()['content-type'] ?? '')) continue;
        if ((await page.locator('h1').count()) !== 1) faults.push(`${address}: it has no heading`);
        faults.push(...(await faultsOf(page)).map((fault) => `${address}: ${fault}`));
      }
      expect(faults).toEqual([]);
      await context.close();
    });
  });

  /** One address of each kind of page that is there for them. A guest's pages are looked at once. */
  async function addresses(who: Who, visitor: Visitor): Promise<string[]> {
    const { pages } = await walk(visitor, scene.town.origin, routes, ['/', ...scene.letters]);
    const kinds = new Map<string, string>();
    for (const [address, { route, html, status }] of pages)
      if (html !== '' && status < 400 && !kinds.has(route.path)) kinds.set(route.path, address);
    expect(kinds.size, who).toBeGreaterThan(5);
    return [...kinds.values()];
  }

  async function carry(context: BrowserContext, { cookies }: Visitor): Promise<void> {
    const { origin } = scene.town;
    await context.addCookies([...cookies].map(([name, value]) => ({ name, value, url: origin })));
  }
});
