/**
 * The pages of joining, coming in and one's own in a real browser: small and wide, by day and by night, in English
 * and in Arabic; and a passkey, made and used with a device that the browser plays.
 */
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { giveHat } from '../member/people.ts';
import { faultsOf, hasChromium, openBrowser } from '../testing/browser.ts';
import { lastLetter } from '../testing/letters.ts';
import { signedInPerson } from '../testing/people.ts';
import { freePort, startTown, type Town } from '../testing/town.ts';
import { cookieName } from './handlers/session.ts';

const LOOKS = [
  [360, 'light', 'en'],
  [360, 'dark', 'ar'],
  [1280, 'light', 'ar'],
  [1280, 'dark', 'en'],
] as const;

const GUEST = [
  '/sign-in',
  '/join',
  '/join/asked',
  '/join/asked?mailed=yes',
  '/sign-in/link/x',
  '/card/a-b-c-d',
  '/join/x',
];
const MEMBER = [
  '/me/profile?saved',
  '/me/doors',
  '/me/doors/offer',
  '/me/hats',
  '/me/invitations',
  '/members',
  '/members?search=nobody',
];
const DESK = ['/console/members', '/console/hats'];

describe.skipIf(!hasChromium())('in a browser', { timeout: 180_000 }, () => {
  let browser: Browser;
  let town: Town;
  let una: Awaited<ReturnType<typeof signedInPerson>>;

  beforeAll(async () => {
    const port = await freePort();
    // A passkey belongs to a name, not to a number.
    const origin = `http://localhost:${port}`;
    town = await startTown({ name: 'Leith', port, origin, allow: [origin] });
    una = await signedInPerson(town, 'una', 'una@mail.example');
    await town.call('POST', `/api/members/${una.memberId}`, {
      name: 'Una Bell',
      about: 'Hems, zips and curtains',
      speaks: 'English, some Gaelic',
      phone: '0131 496 0199',
      reachShown: true,
    });
    await giveHat(town.database.db, town.bank.id, { personId: una.personId, memberId: '', role: 'desk' });
    await town.call('POST', '/api/join', { name: 'Ewan Laing', about: 'Digging', phone: '0131 496 0188' });
    browser = await openBrowser();
  });
  afterAll(async () => {
    await browser?.close();
    await town?.stop();
  });

  async function look(width: number, colorScheme: 'light' | 'dark', locale: string): Promise<BrowserContext> {
    return browser.newContext({ viewport: { width, height: 900 }, colorScheme, locale, reducedMotion: 'reduce' });
  }

  async function sound(page: Page, path: string): Promise<void> {
    await page.goto(`${town.origin}${path}`);
    expect(await faultsOf(page), page.url()).toEqual([]);
  }

  /** Comes in by six figures. */
  async function comeIn(page: Page): Promise<void> {
    await town.database.db.execute('delete from attempt');
    await page.goto(`${town.origin}/sign-in`);
    await page.locator('#who').fill('una@mail.example');
    await page.locator('#who').press('Enter');
    await page.waitForURL(/\/sign-in\/code$/);
    expect(await faultsOf(page)).toEqual([]);
    const figures = /(\d{3}) (\d{3})/.exec(await lastLetter(town, 'una@mail.example')) ?? [];
    await page.locator('#code').fill(figures.slice(1).join(''));
    await page.locator('#code').press('Enter');
    await page.waitForURL(/\/me\//);
  }

  test.each(LOOKS)('every page is sound at %i px, %s, %s', async (width, scheme, locale) => {
    const context = await look(width, scheme, locale);
    const page = await context.newPage();
    for (const path of GUEST) await sound(page, path);
    await comeIn(page);
    await page.goto(`${town.origin}/me/hats`);
    await page.locator('main button', { hasText: 'Una Bell' }).click();
    await page.waitForURL(/\/me$/);
    for (const path of [...MEMBER, `/members/${una.memberId}`]) await sound(page, path);
    await page.goto(`${town.origin}/me/hats`);
    await page.locator('main form:has(input[name="memberId"][value=""]) button').click();
    await page.waitForURL(/\/console$/);
    for (const path of [...DESK, `/console/members/${una.memberId}`]) await sound(page, path);
    await page.locator(`form[action$="/card"] button`).first().click();
    await page.waitForURL(/\/console\/card$/);
    expect(await faultsOf(page), page.url()).toEqual([]);
    await context.close();
  });

  test('a passkey is offered after six figures, made, used, named and forgotten', async () => {
    const context = await look(360, 'light', 'en');
    const page = await context.newPage();
    const device = await context.newCDPSession(page);
    await device.send('WebAuthn.enable');
    await device.send('WebAuthn.addVirtualAuthenticator', {
      options: {
        protocol: 'ctap2',
        transport: 'internal',
        hasResidentKey: true,
        hasUserVerification: true,
        isUserVerified: true,
      },
    });
    await comeIn(page);
    expect(new URL(page.url()).pathname).toBe('/me/doors/offer');
    await page.locator('form[data-passkey="make"] button').click();
    await page.waitForURL(/\/me\/hats/);
    await page.goto(`${town.origin}/me/doors`);
    await page.locator('#key-0').fill('My telephone');
    await page.locator('#key-0').press('Enter');
    await page.waitForURL(/\/me\/doors$/);
    expect(await page.locator('#key-0').inputValue()).toBe('My telephone');
    await context.clearCookies({ name: cookieName(town.bank) });
    await page.goto(`${town.origin}/sign-in`);
    await page.locator('form[data-passkey="use"] button').click();
    await page.waitForURL(/\/me\/hats/);
    await page.goto(`${town.origin}/me/doors`);
    expect(await page.locator('main').textContent()).toContain('With the device’s lock');
    await page.locator('form[action$="/passkey/remove"] button').click();
    await page.waitForURL(/\/me\/doors$/);
    await context.clearCookies({ name: cookieName(town.bank) });
    await page.goto(`${town.origin}/sign-in`);
    await page.locator('form[data-passkey="use"] button').click();
    await page.locator('.wrong', { hasText: 'We do not know this device' }).waitFor();
    await context.close();
  });

  test('without script nothing of passkeys is shown', async () => {
    const context = await browser.newContext({ javaScriptEnabled: false });
    const page = await context.newPage();
    await page.goto(`${town.origin}/sign-in`);
    expect(await page.locator('form[data-passkey]').isVisible()).toBe(false);
    await context.close();
  });
});
