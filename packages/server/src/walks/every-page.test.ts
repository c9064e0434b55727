/**
 * Every page that a guest, a member or the desk can come to, in a browser: small and wide, from left and from right, in
 * the colours of every town, by day and at night.
 */
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { walk } from '../hostile/crawl.ts';
import { openScene, type Route, routesOfPages, type Scene, type Who } from '../hostile/scene.ts';
import { faultsOf, hasChromium, openBrowser, paleOn, tooFine, tooSmall } from '../testing/browser.ts';
import { paint } from '../testing/town.ts';
import type { Visitor } from '../testing/visitor.ts';
import { LEITH } from './steps.ts';

const PHONE = { width: 360, height: 800 };
const DESK = { width: 1280, height: 900 };

interface WayOfLooking {
  readonly options: BrowserContextOptions;
  /** Whether a page is looked at again when it is somebody else's. */
  readonly everybodys: boolean;
  /** In how many towns' colours a page is looked at. */
  readonly themes: number;
}

const WAYS: Readonly<Record<string, WayOfLooking>> = {
  'on a telephone': { options: { viewport: PHONE, locale: 'en' }, everybodys: true, themes: 4 },
  'on a desk': { options: { viewport: DESK, locale: 'en' }, everybodys: false, themes: 1 },
  'on a telephone, from right to left': { options: { viewport: PHONE, locale: 'ar' }, everybodys: false, themes: 1 },
  'on a desk, from right to left': { options: { viewport: DESK, locale: 'ar' }, everybodys: true, themes: 1 },
  'with the colours of the system': {
    options: { viewport: PHONE, locale: 'es', forcedColors: 'active' },
    everybodys: true,
    themes: 0,
  },
};
const PEOPLE = ['guest', 'moira', 'going', 'fiona', 'operator'] as const;
/** In whose colours the bank is shown, one after the other, and its partner in those of the one before. */
const THEMES = ['leith', 'gracia', 'galway', 'plain'] as const;

/** One address of each kind of page that is there for somebody. */
interface Pages {
  readonly visitor: Visitor;
  /** By the route that serves them. */
  readonly addresses: ReadonlyMap<string, string>;
}

describe.skipIf(!hasChromium())('every page', { timeout: 300_000 }, () => {
  let scene: Scene;
  let browser: Browser;
  const routes: readonly Route[] = routesOfPages();
  const found = new Map<Who, Pages>();

  beforeAll(async () => {
    scene = await openScene();
    await paint(scene.town, LEITH);
    for (const who of PEOPLE) {
      const visitor = await scene.busy(who);
      found.set(who, { visitor, addresses: await addressesOf(who, visitor) });
    }
    browser = await openBrowser();
  }, 120_000);
  afterAll(async () => {
    await browser?.close();
    await scene?.stop();
  });

  describe.each(Object.entries(WAYS))('%s', (_, { options, everybodys, themes }) => {
    const seen = new Set<string>();

    test.each(PEOPLE)('of %s', async (who) => {
      const { visitor, addresses } = found.get(who) as Pages;
      const context = await browser.newContext({ ...options, reducedMotion: 'reduce' });
      await carry(context, visitor);
      const page = await context.newPage();
      const faults: string[] = [];
      page.on('console', (message) => {
        if (/Content.Security.Policy/i.test(message.text())) faults.push(`${page.url()}: ${message.text()}`);
      });
      for (const [path, address] of addresses) {
        if (seen.has(path) && !everybodys) continue;
        const answer = await page.goto(`${scene.town.origin}${address}`);
        if (!/^text\/html/.test(answer?.headers()['content-type'] ?? '')) continue;
        if ((await page.locator('h1').count()) !== 1) faults.push(`${address}: it has no heading`);
        await unfold(page);
        const wrong = [...(await faultsOf(page)), ...(await tooSmall(page)), ...(await tooFine(page))];
        faults.push(...wrong.map((fault) => `${address}: ${fault}`));
        const turns = seen.has(path) ? [] : Array.from({ length: themes }, (_, n) => (seen.size + n) % THEMES.length);
        faults.push(...(await paleIn(page, turns)).map((fault) => `${address}: ${fault}`));
        seen.add(path);
      }
      expect(faults).toEqual([]);
      await context.close();
    });
  });

  async function addressesOf(who: Who, visitor: Visitor): Promise<ReadonlyMap<string, string>> {
    const { pages } = await walk(visitor, scene.town.origin, routes, ['/', ...scene.letters]);
    const kinds = new Map<string, string>();
    for (const [address, { route, html, status }] of pages)
      if (html !== '' && status < 400 && !kinds.has(route.path)) kinds.set(route.path, address);
    expect(kinds.size, who).toBeGreaterThan(5);
    return kinds;
  }

  async function carry(context: BrowserContext, { cookies }: Visitor): Promise<void> {
    const { origin } = scene.town;
    await context.addCookies([...cookies].map(([name, value]) => ({ name, value, url: origin })));
  }
});

/** Opens what is folded up, so that it is looked at too. */
async function unfold(page: Page): Promise<void> {
  await page.evaluate(() => {
    for (const each of document.querySelectorAll('details')) each.open = true;
  });
}

/**
 * What cannot be read well by day or at night, when every town wears the colours of one that comes so many turns later.
 */
async function paleIn(page: Page, turns: readonly number[]): Promise<string[]> {
  const faults: string[] = [];
  let worn = 0;
  for (const turn of turns) {
    await turnColours(page, turn - worn);
    worn = turn;
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      faults.push(...(await paleOn(page)).map((fault) => `${THEMES[turn]}, ${colorScheme}: ${fault}`));
    }
  }
  return faults;
}

async function turnColours(page: Page, by: number): Promise<void> {
  await page.evaluate(
    ({ themes, by }) => {
      for (const each of document.querySelectorAll<HTMLElement>('[data-town]')) {
        const next = themes.indexOf(each.dataset['town'] ?? '') + by + themes.length;
        each.dataset['town'] = themes[next % themes.length];
      }
    },
    { themes: THEMES as readonly string[], by },
  );
}
