/**
 * The three towns in a real browser: what `npm start` shows, and a member's way from the door to a
 * proof. With EVENHOUR_PICTURES=1 it also takes the pictures in `docs/pictures`.
 *
 * @module
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import axe from 'axe-core';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { freePort, until } from '../testing/town.ts';

const CHROMIUM = process.env['CHROMIUM'] ?? '/usr/bin/chromium';
const MAIN = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));
const PICTURES = fileURLToPath(new URL('../../../../docs/pictures/', import.meta.url));
const WIDTHS = [
  ['phone', 360],
  ['desktop', 1280],
] as const;

const takesPictures = process.env['EVENHOUR_PICTURES'] === '1';
const hasChromium = existsSync(CHROMIUM);
if (!hasChromium && process.env['EVENHOUR_REQUIRE_ALL'] === '1')
  throw new Error(`there is no browser at ${CHROMIUM}; install Debian's chromium`);

describe.skipIf(!hasChromium)('in a browser', { timeout: 120_000 }, () => {
  let browser: Browser;
  let demo: ChildProcess;
  let folder: string;
  let port: number;
  const problems: string[] = [];
  const live = (): string => `http://localhost:${port}`;
  const leith = (): string => `http://localhost:${port + 1}`;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'evenhour-browser-'));
    port = await freeRange();
    demo = spawn(process.execPath, [MAIN, 'demo', '--ports', String(port), '--folder', folder, '--still'], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let said = '';
    demo.stdout?.on('data', (data: Buffer) => {
      said += data.toString();
    });
    demo.stderr?.on('data', (data: Buffer) => {
      said += data.toString();
    });
    await until(async () => {
      if (demo.exitCode !== null) throw new Error(`the demo ended: ${said}`);
      return fetch(live()).then(
        async (answer) => answer.ok && (await answer.text()).includes('Both banks signed.'),
        () => false,
      );
    }, 90_000);
    browser = await chromium.launch({
      executablePath: CHROMIUM,
      args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-background-networking', '--no-first-run'],
    });
  }, 120_000);

  afterAll(async () => {
    await browser?.close();
    demo?.kill('SIGTERM');
    await until(async () => demo === undefined || demo.exitCode !== null || demo.signalCode !== null, 15_000);
    rmSync(folder, { recursive: true, force: true });
  });

  async function open(
    width: number,
    options: { scheme?: 'light' | 'dark'; javaScriptEnabled?: boolean } = {},
  ): Promise<Page> {
    const context = await browser.newContext({
      viewport: { width, height: 900 },
      colorScheme: options.scheme ?? 'light',
      reducedMotion: 'reduce',
      ...(options.javaScriptEnabled !== undefined && { javaScriptEnabled: options.javaScriptEnabled }),
    });
    const page = await context.newPage();
    page.on('console', (message) => {
      if (message.type() === 'error' && !message.text().includes('status of 4'))
        problems.push(`${page.url()}: ${message.text()}`);
    });
    page.on('request', (request) => {
      if (new URL(request.url()).hostname !== 'localhost') problems.push(`a request to ${request.url()}`);
    });
    return page;
  }

  async function walkIn(page: Page): Promise<void> {
    await page.goto(leith());
    await page.locator('form[action="/sign-in/demo"] button').first().click();
    await page.waitForURL(`${leith()}/me`);
  }

  /**
   * Nothing for axe to find, nothing wider than the screen. The policy lets no script in, so axe comes through the
   * debugger.
   */
  async function sound(page: Page): Promise<void> {
    await page.evaluate(axe.source);
    const found = await page.evaluate(async () => {
      const axe = (
        globalThis as unknown as {
          axe: { run(options: unknown): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> };
        }
      ).axe;
      const { violations } = await axe.run({
        runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
      });
      return violations.map((violation) => `${violation.id}: ${violation.nodes[0]?.html.slice(0, 200)}`);
    });
    expect(found, page.url()).toEqual([]);
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    expect(wide, `${page.url()} is wider than the screen`).toBeLessThanOrEqual(0);
  }

  /** `compared`: of a page that shows both figures, once every two towns have compared them. */
  async function picture(page: Page, name: string, compared = false): Promise<void> {
    if (!takesPictures) return;
    mkdirSync(PICTURES, { recursive: true });
    if (compared)
      await until(async () => {
        await page.reload();
        return (await page.locator('.agree .tick-mark').count()) === 2;
      }, 90_000);
    await page.screenshot({ path: join(PICTURES, `${name}.png`) });
  }

  for (const [name, width] of WIDTHS) {
    for (const scheme of ['light', 'dark'] as const) {
      test(`the live page and the first pages of a town, ${name}, ${scheme}`, async () => {
        const page = await open(width, { scheme });
        await page.goto(`${live()}/?hold`);
        await sound(page);
        if (scheme === 'light') await picture(page, `demo-${name}`);
        await page.locator('a', { hasText: 'Open the message' }).first().click();
        await page.waitForLoadState();
        expect(await page.locator('details').count()).toBeGreaterThanOrEqual(4);
        await sound(page);
        for (const [path, shot] of [
          ['/', 'home'],
          ['/towns', 'towns'],
          ['/sign-in', null],
        ] as const) {
          await page.goto(`${leith()}${path}`);
          await sound(page);
          if (scheme === 'light' && shot !== null) await picture(page, `bank-${shot}-${name}`, shot === 'towns');
        }
        await page.context().close();
      });
    }

    test(`a member gives an hour and a half to another town and sees it counted, ${name}`, async () => {
      const page = await open(width);
      await walkIn(page);
      await sound(page);
      await page.goto(`${leith()}/give`);
      await sound(page);
      await fillGift(page, `localhost:${port + 2}`);
      // The page looks again by itself; its proof is there once both banks have signed.
      await page.locator('a[href^="/proof/"]').waitFor({ timeout: 20_000 });
      await sound(page);
      await picture(page, `bank-given-${name}`);
      await page.goto(`${leith()}/me`);
      await sound(page);
      await picture(page, `bank-statement-${name}`);
      await page.locator('a[href^="/proof/"]').first().click();
      await page.waitForLoadState();
      expect(await page.locator('h1').innerText()).not.toBe('');
      for (const kind of ['Hold', 'HoldAccept', 'Post', 'Receipt']) expect(await page.content()).toContain(kind);
      await sound(page);
      await page.context().close();
    });
  }

  test('the same without script', async () => {
    const page = await open(360, { javaScriptEnabled: false });
    await page.goto(live());
    expect(await page.locator('h1').innerText()).toContain('every hour');
    await walkIn(page);
    await page.goto(`${leith()}/give`);
    await fillGift(page, `localhost:${port + 2}`);
    expect(page.url()).toContain('/given/');
    await page.context().close();
  });

  test('what is missing in the form is said beside it, and what was typed is kept', async () => {
    const page = await open(360);
    await walkIn(page);
    await page.goto(`${leith()}/give`);
    await page.locator('[name="what"]').fill('Kept words');
    // A browser checks the form itself; what the bank says is for those that do not.
    await page.locator('form[action="/give"]').evaluate((form) => form.setAttribute('novalidate', ''));
    await page.locator('#send').click();
    await page.waitForLoadState();
    expect(await page.locator('[name="what"]').inputValue()).toBe('Kept words');
    expect(await page.locator('[aria-invalid="true"]').count()).toBeGreaterThan(0);
    await sound(page);
    await page.context().close();
  });

  test('the desk sees what waits and what is well', async () => {
    const page = await open(1280);
    await page.goto(leith());
    await page.locator('form[action="/sign-in/demo"]:has([value="operator"]) button').click();
    await page.waitForURL(`${leith()}/console`);
    await sound(page);
    await picture(page, 'bank-desk-desktop');
    await page.goto(`${leith()}/console/invitations`);
    await sound(page);
    await page.context().close();
  });

  test('no page asked for anything elsewhere, and no browser complained', () => {
    expect(problems).toEqual([]);
  });
});

async function fillGift(page: Page, town: string): Promise<void> {
  await page.locator('select[name="town"]').selectOption(town);
  await page.locator('[name="who"]').fill('rosa');
  await page.locator('input[name="length"][value="90"]').check();
  await page.locator('[name="what"]').fill('Catalan by telephone');
  await page.locator('#send').click();
  await page.locator('#sure').click();
  await page.waitForURL(/\/given\//);
}

/** Four ports in a row that nobody listens on; on a picture, those that `npm start` takes. */
async function freeRange(): Promise<number> {
  for (let first = takesPictures; ; first = false) {
    const port = first ? 4000 : await freePort();
    const four = await Promise.all([0, 1, 2, 3].map((more) => isFree(port + more)));
    if (port < 65_000 && four.every(Boolean)) return port;
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.on('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
