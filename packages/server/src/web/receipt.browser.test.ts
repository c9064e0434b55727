/** Receipts in a real browser: shown, checked by the page itself, saved as a file, and bent. */
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';
import { sql } from 'drizzle-orm';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { faultsOf, hasChromium, openBrowser } from '../testing/browser.ts';
import { settledExchange } from '../testing/receipts.ts';
import { type Streets, startStreets } from '../testing/streets.ts';
import { until } from '../testing/town.ts';

const looks = [
  [360, 'light', 'en'],
  [360, 'dark', 'ar'],
  [1280, 'light', 'ar'],
  [1280, 'dark', 'en'],
] as const;

describe.skipIf(!hasChromium())('receipts in a browser', { timeout: 120_000 }, () => {
  let browser: Browser;
  let streets: Streets;
  let links: string[];
  let saved: string;
  /** Of an exchange whose hours moved in two parts. */
  let inParts: string;

  beforeAll(async () => {
    streets = await startStreets();
    for (const [town, theme] of [
      [streets.leith, 'leith'],
      [streets.gracia, 'gracia'],
    ] as const) {
      await town.database.db.execute(sql`update bank set theme = ${theme} where id = ${town.bank.id}`);
      await town.node.context.banks.reload();
    }
    const token = streets.tokens.moira;
    const receipt = async (to: string, content: string): Promise<string> => {
      const { body } = await streets.leith.call('POST', '/api/transfers', { to, minutes: 90, content }, { token });
      await until(async () => (await streets.leith.call('GET', `/api/transfers/${body.id}`)).body.status === 'settled');
      return body.id;
    };
    const across = await receipt(`rosa@${streets.gracia.host}`, 'English conversation by telephone');
    const inside = await receipt('agnes', 'Company on the 22 bus');
    links = await Promise.all(
      [across, inside].map(async (id) => {
        const shared = await streets.leith.call(
          'POST',
          `/api/transfers/${id}/receipt/share`,
          { names: true },
          { token },
        );
        return shared.body.url;
      }),
    );
    const moira = await streets.visitor('leith').signIn(token);
    saved = (await moira.get(`/receipt/${across}/file?names=yes`)).html;
    const { receiver } = await settledExchange(streets, 'rosa', { agreed: 60, done: 90 });
    const exchange = await streets.leith.call('GET', `/api/exchanges/${receiver}`, undefined, { token });
    inParts = (await moira.get(`/receipt/${exchange.body.transferIds[1]}/file?names=yes`)).html;
    browser = await openBrowser();
  });
  afterAll(async () => {
    await browser?.close();
    await streets?.stop();
  });

  async function open(
    options: BrowserContextOptions = {},
  ): Promise<{ page: Page; complaints: string[]; asked: string[] }> {
    const page = await (await browser.newContext({ reducedMotion: 'reduce', ...options })).newPage();
    const complaints: string[] = [];
    const asked: string[] = [];
    page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
    page.on('request', (request) => asked.push(request.url()));
    return { page, complaints, asked };
  }

  test.each(looks)('a guest sees it and the page checks it, at %i px, %s, %s', async (width, colorScheme, language) => {
    const { page, complaints } = await open({ viewport: { width, height: 900 }, colorScheme, locale: language });
    for (const [n, link] of links.entries()) {
      await page.goto(link);
      await page.locator('#check[data-is="good"]').waitFor();
      expect(await page.locator('html').getAttribute('dir')).toBe(language === 'ar' ? 'rtl' : 'ltr');
      expect(await page.locator('#check .check__good:visible').count()).toBe(n === 0 ? 6 : 2);
      expect(await page.locator('[data-fact="minutes"]').textContent()).toBe('90');
      expect(await faultsOf(page), page.url()).toEqual([]);
    }
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  test('without script the town’s own check stands, and says so', async () => {
    const { page } = await open({ javaScriptEnabled: false });
    await page.goto(links[0] ?? '');
    expect(await page.locator('#check').isVisible()).toBe(false);
    expect(await page.locator('.check__good:visible').count()).toBe(6);
    expect(await page.locator('noscript p').isVisible()).toBe(true);
    await page.context().close();
  });

  test('saved as a file it checks itself offline, and asks nobody', async () => {
    const { page, complaints, asked } = await open({ offline: true });
    const file = join(mkdtempSync(join(tmpdir(), 'evenhour-file-')), 'receipt.html');
    const show = async (html: string, timeout = 10_000): Promise<string | null> => {
      writeFileSync(file, html);
      await page.goto(pathToFileURL(file).href);
      await page.locator('#check[data-is]').waitFor({ timeout });
      return page.locator('#check').getAttribute('data-is');
    };
    expect(await show(saved)).toBe('good');
    expect(await page.locator('[data-fact="what"]').textContent()).toBe('English conversation by telephone');
    expect(await faultsOf(page)).toEqual([]);
    const bent = (from: string, to: string, file = saved) => {
      const papers = file.indexOf('id="receipt"');
      return file.slice(0, papers) + file.slice(papers).replace(from, to);
    };
    for (const [from, to] of [
      ['"minutes":90', '"minutes":99'],
      ['by telephone', 'by telegram'],
      ['"seq":', '"seq":1'],
      ['"format"', '"farmat"'],
    ] as const) {
      expect(await show(bent(from, to)), from).toBe('bad');
      expect(await page.locator('.check__whole.check__bad').isVisible()).toBe(true);
      expect(await page.locator('.check__whole.check__good').isVisible()).toBe(false);
    }
    expect(await show(inParts)).toBe('good');
    expect(await page.locator('[data-fact="minutes"]').textContent()).toBe('90');
    expect(await page.locator('[data-fact="parts"]').textContent()).toBe('60 + 30');
    expect(await page.locator('[data-step="parts"] .check__good').isVisible()).toBe(true);
    expect(await faultsOf(page)).toEqual([]);
    expect(await show(bent('"minutes":30', '"minutes":60', inParts))).toBe('bad');
    expect(await page.locator('[data-fact="parts"]').textContent()).toBe('');
    expect(
      await show(saved.replace('async function showCheck() {', 'async function showCheck() { return;'), 1000).catch(
        () => 'blocked',
      ),
    ).toBe('blocked');
    expect(asked.every((url) => url.startsWith('file:'))).toBe(true);
    expect(complaints.filter((text) => !text.includes('Content Security Policy'))).toEqual([]);
    await page.context().close();
  });

  test('a browser that cannot check such signatures says so, and not that the receipt is bad', async () => {
    const { page } = await open();
    await page.addInitScript(() => {
      crypto.subtle.verify = crypto.subtle.generateKey = () => Promise.reject(new Error('not supported')) as never;
    });
    await page.goto(links[0] ?? '');
    await page.locator('#check[data-is="unable"]').waitFor();
    expect(await page.locator('.check__unable').isVisible()).toBe(true);
    expect(await page.locator('html').getAttribute('data-receipt')).toBe(null);
    await page.context().close();
  });

  test('it prints alone on one sheet, and its script is small', async () => {
    const { page } = await open({ viewport: { width: 794, height: 1123 } });
    await page.goto(links[0] ?? '');
    await page.emulateMedia({ media: 'print' });
    expect(await page.locator('.ticket').isVisible()).toBe(true);
    expect(await page.locator('#check').isVisible()).toBe(false);
    expect(await page.locator('.band').isVisible()).toBe(false);
    const script = readFileSync(new URL('assets/check.js', import.meta.url));
    expect(gzipSync(script).length).toBeLessThan(15_000);
    await page.context().close();
  });
});
