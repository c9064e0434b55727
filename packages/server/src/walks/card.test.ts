/** A member without e-mail: added at the desk, in by the four words of a printed card, and no longer by those. */
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hasChromium, openBrowser } from '../testing/browser.ts';
import { freePort, paint, startTown, type Town } from '../testing/town.ts';
import { comeIn, LEITH, leave, newcomer, onPaper, press, see, type, type Walker, type Way, walkerAt } from './steps.ts';

const ways: readonly (readonly [string, Way, string])[] = [
  ['with script', {}, 'Agnes'],
  ['without script', { script: false }, 'Nessa'],
  ['with the keyboard alone', { keyboard: true }, 'Greta'],
];

describe.skipIf(!hasChromium())('a member without e-mail', { timeout: 90_000 }, () => {
  let browser: Browser;
  let town: Town;

  beforeAll(async () => {
    town = await startTown({ name: 'Leith', port: await freePort(), allow: [] });
    await paint(town, LEITH);
    await newcomer(town, 'moira', 'Moira Baird');
    browser = await openBrowser();
  });
  afterAll(async () => {
    await browser?.close();
    await town?.stop();
  });

  async function tryWords(walker: Walker, words: string): Promise<void> {
    await walker.page.goto(`${town.origin}/sign-in`);
    await type(walker, '#who', words);
    await press(walker, 'form[action="/sign-in"] button');
  }

  test.each(ways)('%s: in with a card, gives an hour, and in no more when the card is ended', async (_, way, name) => {
    const desk = await walkerAt(browser, town.origin, way);
    const nan = await walkerAt(browser, town.origin, way);
    const { t, short } = desk.words;
    await comeIn(desk, town.token, /\/console$/);
    await desk.page.goto(`${town.origin}/console/members`);
    await type(desk, '#name', `${name} Tulloch`);
    await type(desk, '#handle', name.toLowerCase());
    await press(desk, 'form[action="/console/members"]:has(#handle) button');
    await see(desk, t('card.heading', { name }));
    await onPaper(desk, 'walk-card', async () => {
      expect(await desk.page.locator('#card-words').isVisible()).toBe(true);
      expect(await desk.page.locator('h1').isVisible()).toBe(false);
    });
    const four = (await desk.page.locator('#card-words li').allTextContents()).join(' ');
    expect(four).toMatch(/^\S+ \S+ \S+ \S+$/);

    await tryWords(nan, four);
    await nan.page.waitForURL(/\/me/);
    await nan.page.goto(`${town.origin}/give`);
    await type(nan, '[name="who"]', 'moira');
    await press(nan, nan.page.locator('input[name="length"][value="60"]'));
    await type(nan, '[name="what"]', 'Company on the 22 bus');
    await press(nan, '#send');
    await see(nan, t('give.sureHeading'));
    await press(nan, '#sure');
    await see(nan, t('given.heading.settled', { who: 'Moira' }));
    await nan.page.goto(`${town.origin}/me`);
    await see(nan, short(60));

    await press(desk, 'main a.btn');
    await desk.page.waitForURL(/\/console\/members$/);
    await press(desk, desk.page.getByRole('link', { name: `${name} Tulloch` }));
    await press(desk, 'form[action$="/card/end"] button');
    await see(desk, t('members.noCard'));
    const stranger = await walkerAt(browser, town.origin, way);
    await tryWords(stranger, four);
    await see(stranger, t('signIn.fault.words'));
    await leave(desk, nan, stranger);
  });
});
