/**
 * Every page of a bank in a real browser, signed in as a member and as the desk, small and wide, by day
 * and by night. `demo/browser.test.ts` walks through the three towns and takes the pictures.
 */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { faultsOf, hasChromium, openBrowser } from '../testing/browser.ts';
import { type Streets, startStreets } from '../testing/streets.ts';
import { paint, type Town, until } from '../testing/town.ts';

const looks = [
  [360, 'light'],
  [360, 'dark'],
  [1280, 'light'],
  [1280, 'dark'],
] as const;

describe.skipIf(!hasChromium())('in a browser', { timeout: 120_000 }, () => {
  let browser: Browser;
  let streets: Streets;
  const complaints: string[] = [];

  beforeAll(async () => {
    streets = await startStreets();
    await paint(streets.leith, {
      theme: 'leith',
      phone: '0131 496 0123',
      bridgeBuilder: 'Fiona Kerr',
      timeZone: 'Europe/London',
    });
    await paint(streets.gracia, {
      theme: 'gracia',
      phone: '93 555 01 23',
      bridgeBuilder: 'Núria Soler',
      timeZone: 'Europe/Madrid',
    });
    browser = await openBrowser();
  });
  afterAll(async () => {
    await browser?.close();
    await streets?.stop();
  });

  async function open(
    width: number,
    colorScheme: 'light' | 'dark',
    javaScriptEnabled = true,
    locale = 'en',
  ): Promise<Page> {
    const context = await browser.newContext({
      viewport: { width, height: 900 },
      colorScheme,
      reducedMotion: 'reduce',
      javaScriptEnabled,
      locale,
    });
    const page = await context.newPage();
    page.on('console', (message) => {
      if (message.type() === 'error' && !message.text().includes('status of 4'))
        complaints.push(`${page.url()}: ${message.text()}`);
    });
    return page;
  }

  async function signIn(page: Page, town: Town, words: string): Promise<void> {
    await page.goto(`${town.origin}/sign-in`);
    await page.locator('details:has(#words) > summary').click();
    await page.locator('#words').fill(words);
    await page.locator('details:has(#words) button[type="submit"]').click();
    await page.waitForURL(/\/(me|console)$/);
  }

  async function sound(page: Page): Promise<void> {
    expect(await faultsOf(page), page.url()).toEqual([]);
  }

  async function give(page: Page, what: string, { script = true } = {}): Promise<void> {
    await page.goto(`${streets.leith.origin}/give`);
    await page.locator('select[name="town"]').selectOption(streets.gracia.host);
    await page.locator('[name="who"]').fill('rosa');
    await page.locator('input[name="length"][value="90"]').check();
    await page.locator('[name="what"]').fill(what);
    await page.locator('#send').click();
    await page.locator('#sure').waitFor();
    // axe waits for timers of the page, and without script there are none.
    if (script) await sound(page);
    await page.locator('#sure').click();
    await page.waitForURL(/\/given\//);
  }

  test.each([
    [360, 'es'],
    [1280, 'es'],
    [360, 'ar'],
    [1280, 'ar'],
  ] as const)('reads at %i px in %s, and what never mirrors stays', async (width, locale) => {
    const page = await open(width, 'light', true, locale);
    const { origin } = streets.leith;
    for (const path of ['/', '/sign-in', '/nowhere']) {
      await page.goto(`${origin}${path}`);
      await sound(page);
    }
    await signIn(page, streets.leith, streets.tokens.moira);
    for (const path of ['/me', '/give', '/towns']) {
      await page.goto(`${origin}${path}`);
      await sound(page);
    }
    const styles = await page.evaluate(() => {
      const of = (selector: string) => getComputedStyle(document.querySelector(selector) as Element);
      const lines = Number.parseFloat(of('body').lineHeight) / Number.parseFloat(of('body').fontSize);
      const dial = new DOMMatrix(of('.dial').transform).a;
      return [lines.toFixed(2), of('h1').letterSpacing, of('.foot .tel').direction, dial, of('html').direction];
    });
    if (locale === 'ar') expect(styles).toEqual(['1.80', 'normal', 'ltr', -1, 'rtl']);
    else expect(styles).toEqual(['1.55', expect.stringContaining('px'), 'ltr', 1, 'ltr']);
    await page.locator('button[lang="en"]').click();
    await page.waitForURL(`${origin}/towns`);
    expect(await page.locator('h1').textContent()).toBe('How we stand with each town');
    await page.context().close();
  });

  test.each(looks)('a member gives 1 h 30 min to Rosa in Gràcia, at %i px, %s', async (width, scheme) => {
    const { origin } = streets.leith;
    const page = await open(width, scheme);
    for (const path of ['/', '/sign-in', '/nowhere']) {
      await page.goto(`${origin}${path}`);
      await sound(page);
    }
    await signIn(page, streets.leith, streets.tokens.moira);
    await sound(page);
    await page.goto(`${origin}/give`);
    await sound(page);
    await give(page, `Catalan, ${width}, ${scheme}`);
    await page.locator('h1', { hasText: 'Rosa in Gràcia has it' }).waitFor({ timeout: 20_000 });
    await sound(page);
    await page.getByRole('link', { name: 'See my hours' }).click();
    await page.getByText(`Catalan, ${width}, ${scheme}`, { exact: true }).waitFor();
    await sound(page);
    await page.locator('a[href^="/proof/"]').first().click();
    await page.getByText('Checked: both banks signed').waitFor();
    for (const entry of await page.locator('summary').all()) await entry.click();
    await sound(page);
    await streets.gracia.call('POST', `/api/agreements/${streets.agreement.gracia}/statement`);
    await until(async () => {
      await page.goto(`${origin}/towns`);
      return (await page.locator('.agree svg[aria-label="the same"]').count()) === 1;
    });
    const [theirs, ours] = await page.locator('.agree b').allTextContents();
    expect(theirs?.replaceAll(/\s+/g, ' ').trim()).toBe(ours?.replaceAll(/\s+/g, ' ').trim());
    await sound(page);
    await page.goto(`${origin}/agreements/${streets.agreement.leith}`);
    await sound(page);
    await page.goto(`${origin}/console`);
    expect((await page.locator('h1').textContent())?.trim()).toBe('This page is for somebody else.');
    await sound(page);
    await page.context().close();
  });

  test.each(looks)('the desk makes a link and reads one, at %i px, %s', async (width, scheme) => {
    const page = await open(width, scheme);
    await signIn(page, streets.leith, streets.leith.token);
    await sound(page);
    await page.goto(`${streets.leith.origin}/agreements/${streets.agreement.leith}`);
    await page.getByRole('button', { name: 'Take no new hours for now' }).waitFor();
    await sound(page);
    await page.goto(`${streets.leith.origin}/console/members`);
    await sound(page);
    await page.locator('#name').fill('Davie Muir');
    await page.locator('#handle').fill(`davie-${width}-${scheme}`);
    await page.getByRole('button', { name: 'Add this member' }).click();
    await page.waitForURL(/\/console\/card$/);
    expect(await page.locator('#card-words li').count()).toBe(4);
    await sound(page);
    await page.goto(`${streets.leith.origin}/console/invitations`);
    await sound(page);
    await page.locator('#hours').fill('12');
    await page.getByRole('button', { name: 'Make the link' }).click();
    const link = await page.locator('#made-link').inputValue();
    await sound(page);
    await page.goto(link);
    await sound(page);
    const other = await open(width, scheme);
    await signIn(other, streets.gracia, streets.gracia.token);
    await other.goto(`${streets.gracia.origin}/console/invitations`);
    await other.locator('#link').fill(link);
    await other.getByRole('button', { name: 'Read what they offer' }).click();
    await other.getByText('Leith honours up to 12 h from us').waitFor();
    await sound(other);
    await page.context().close();
    await other.context().close();
  });

  test('without script the page of a gift looks again by itself', async () => {
    const page = await open(360, 'light', false);
    await signIn(page, streets.leith, streets.tokens.moira);
    await give(page, 'Without script', { script: false });
    await page.locator('h1', { hasText: 'Rosa in Gràcia has it' }).waitFor({ timeout: 20_000 });
    await page.locator('form[action="/sign-out"] button').click();
    await page.waitForURL(`${streets.leith.origin}/`);
    expect(await page.context().cookies()).toEqual([]);
    await page.context().close();
  });

  test('what is missing is said beside its field, and what was typed is kept', async () => {
    const page = await open(360, 'light');
    await signIn(page, streets.leith, streets.tokens.moira);
    await page.goto(`${streets.leith.origin}/give`);
    await page.locator('main form').evaluate((form) => form.setAttribute('novalidate', ''));
    await page.locator('[name="what"]').fill('Kept words');
    await page.locator('#send').click();
    await page.getByText('Write a name.').waitFor();
    expect(await page.locator('[name="what"]').inputValue()).toBe('Kept words');
    await sound(page);
    await page.context().close();
  });

  test('no page broke its policy', () => {
    expect(complaints).toEqual([]);
  });
});
