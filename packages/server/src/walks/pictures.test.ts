/**
 * The main pages of two towns that are lived in, each sound. With EVENHOUR_PICTURES=1 they are kept in `docs/pictures`.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, test } from 'vitest';
import { TOWNS, type TownPlan } from '../demo/people.ts';
import { seedTown } from '../demo/seed.ts';
import { copyTemplate, findTemplate } from '../demo/template.ts';
import { hasChromium, openBrowser } from '../testing/browser.ts';
import { connect, freePort, startTown, type Town, until } from '../testing/town.ts';
import { comeIn, leave, picture, see, type Walker, type Way, walkerAt } from './steps.ts';

/** A page by its address, or by links that lead to it: the last part is what one looks for on the page before. */
type Look = readonly [name: string, address: string, ...links: string[]];

const BY_DOOR: readonly Look[] = [['sign-in', '/sign-in']];
const OF_MEMBER: readonly Look[] = [
  ['home', '/'],
  ['find', '/find'],
  ['offer', '/find', 'main .entry a[href^="/offers/"]'],
  ['exchange', '/', '.slips h3 a[href^="/exchanges/"]'],
  ['statement', '/me'],
  ['receipt', '/me', 'main a[href^="/receipt/"]'],
  ['gatherings', '/gatherings'],
  ['gathering', '/gatherings', 'main .slip h3 a'],
  ['give', '/give'],
  ['fund', '/fund'],
  ['notices', '/notices'],
];
const OF_DESK: readonly Look[] = [['desk-members', '/console/members']];
const WIDE = ['home', 'exchange', 'gathering', 'statement', 'desk-members'];
const MANY_LANGUAGES = ['home', 'exchange'];

describe.skipIf(!hasChromium())('the main pages', { timeout: 120_000 }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'evenhour-pictures-'));
  let browser: Browser;
  let towns: Town[];

  beforeAll(async () => {
    const ports = await Promise.all([freePort(), freePort()]);
    const allow = ports.map((port) => `http://127.0.0.1:${port}`);
    towns = [];
    const template = await findTemplate(join(folder, 'template'), () => {});
    for (const [n, port] of ports.entries()) {
      const plan = TOWNS[n] as TownPlan;
      const data = copyTemplate(template, join(folder, plan.id));
      await seedTown(plan, data, allow[n] ?? '');
      towns.push(await startTown({ name: plan.name, folder: data, databaseFolder: data, port, allow }));
    }
    const [leith, gracia] = towns as [Town, Town];
    await connect(leith, gracia, 720, 720);
    // Offers of a partner are read as soon as there is an agreement.
    const theirs = encodeURIComponent(TOWNS[1].wishes.find(({ seenBy }) => seenBy === undefined)?.title ?? '');
    await until(async () => (await leith.call('GET', `/api/offers?q=${theirs}`)).body.items.length > 0, 60_000);
    browser = await openBrowser();
  }, 180_000);
  afterAll(async () => {
    await browser?.close();
    await Promise.all((towns ?? []).map((town) => town.stop()));
    rmSync(folder, { recursive: true, force: true });
  });

  test.each<[string, number, string, Way]>([
    ['a telephone', 0, 'moira', {}],
    ['a desk', 0, 'moira', { width: 1280 }],
    ['a telephone in Spanish', 1, 'rosa', { language: 'es' }],
    ['a telephone in Arabic', 0, 'moira', { language: 'ar' }],
  ])('on %s', async (_, at, handle, way) => {
    const town = towns[at] as Town;
    const { language = 'en', width } = way;
    const wanted = width === undefined ? (language === 'en' ? null : MANY_LANGUAGES) : WIDE;
    const ending = `${width === undefined ? 'phone' : 'desktop'}${language === 'en' ? '' : `-${language}`}`;
    const tour = async (walker: Walker, looks: readonly Look[]): Promise<void> => {
      for (const [name, address, ...links] of looks) {
        if (wanted !== null && !wanted.includes(name)) continue;
        await walker.page.goto(`${town.origin}${address}`);
        for (const link of links) {
          await walker.page.locator(link).first().click();
          await walker.page.waitForLoadState();
        }
        await see(walker, /\S/);
        await picture(walker, `page-${name}-${ending}`);
      }
    };
    const member = await walkerAt(browser, town.origin, way);
    await tour(member, BY_DOOR);
    const { body } = await town.call('POST', `/api/members/${handle}/tokens`);
    await comeIn(member, body.token);
    await tour(member, OF_MEMBER);
    const desk = await walkerAt(browser, town.origin, way);
    await comeIn(desk, town.token, /\/console$/);
    await tour(desk, OF_DESK);
    await leave(member, desk);
  });
});
