/** A member's first page, statement, thanks and leaving in a real browser, by day and by night, in both directions. */
import { sql } from 'drizzle-orm';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { askExchange } from '../exchange/asking.ts';
import { createOffer } from '../offer/offers.ts';
import { faultsOf, hasChromium, openBrowser } from '../testing/browser.ts';
import { type Streets, startStreets } from '../testing/streets.ts';
import { until } from '../testing/town.ts';

const looks = [
  [360, 'light', 'en'],
  [360, 'dark', 'ar'],
  [1280, 'light', 'ar'],
  [1280, 'dark', 'en'],
] as const;

describe.skipIf(!hasChromium())('a member’s own pages in a browser', { timeout: 120_000 }, () => {
  let browser: Browser;
  let streets: Streets;

  beforeAll(async () => {
    streets = await startStreets();
    const { leith, gracia, tokens } = streets;
    await leith.database.db.execute(
      sql`update bank set theme = 'leith', phone = '0131 496 0123', bridge_builder = 'Fiona Kerr' where id = ${leith.bank.id}`,
    );
    await leith.node.context.banks.reload();
    const give = (to: string, minutes: number, content: string, token: string) =>
      leith.call('POST', '/api/transfers', { to, minutes, content }, { token });
    await give('moira', 300, 'Hems, zips and curtains', tokens.agnes);
    const { body } = await give(`rosa@${gracia.host}`, 90, 'Catalan by telephone', tokens.moira);
    await until(async () => (await leith.call('GET', `/api/transfers/${body.id}`)).body.status === 'settled');
    const [moira, agnes] = await Promise.all(
      ['moira', 'agnes'].map(async (handle) => (await leith.call('GET', `/api/members/${handle}`)).body.id as string),
    );
    await leith.node.context.signals.commit(async (tx, after) => {
      const offer = { text: '', language: 'en', place: { name: 'Leith' }, when: '', minutes: 60, seats: null };
      for (const [who, kind, title] of [
        [agnes, 'need', 'Company on the 22 bus'],
        [moira, 'offer', 'English conversation'],
      ])
        await createOffer(
          tx,
          leith.bank,
          who as string,
          { ...offer, kind, title, category: 'company', visibility: 'public' } as never,
        );
      const ask = { by: { by: 'member' }, side: 'giver', terms: { minutes: 60, content: 'A zip' } };
      await askExchange(tx, leith.bank, { ...ask, memberId: agnes, to: 'moira' } as never, after);
      await askExchange(tx, leith.bank, { ...ask, memberId: moira, to: 'agnes' } as never, after);
    });
    browser = await openBrowser();
  });
  afterAll(async () => {
    await browser?.close();
    await streets?.stop();
  });

  async function look(page: Page, path: string): Promise<void> {
    await page.goto(`${streets.leith.origin}${path}`);
    expect(await faultsOf(page), page.url()).toEqual([]);
  }

  test.each(looks)('at %i px, %s, %s', async (width, colorScheme, locale) => {
    const options = { viewport: { width, height: 900 }, colorScheme, locale, reducedMotion: 'reduce' } as const;
    const page = await (await browser.newContext(options)).newPage();
    await look(page, '/');
    const visitor = await streets.visitor('leith').signIn(streets.tokens.moira);
    await page
      .context()
      .addCookies([...visitor.cookies].map(([name, value]) => ({ name, value, url: streets.leith.origin })));
    await look(page, '/');
    await look(page, '/me');
    await look(page, '/statement/print');
    await look(page, '/thanks');
    await look(page, '/leave');
    await page.goto(`${streets.leith.origin}/me`);
    await page.locator('a[href^="/receipt/"]').first().click();
    await page.waitForURL(/\/receipt\//);
    await look(page, new URL(page.url()).pathname);
    await page.context().close();
  });
});
