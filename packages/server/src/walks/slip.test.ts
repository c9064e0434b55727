/** Hours that a coordinator writes down for a member who rings: the slip, and the objection by the link on it. */
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hasChromium, openBrowser } from '../testing/browser.ts';
import { coordinator } from '../testing/people.ts';
import { freePort, startTown, type Town } from '../testing/town.ts';
import { comeIn, leave, length, newcomer, picture, press, see, type, walkerAt } from './steps.ts';

describe.skipIf(!hasChromium())('a slip', { timeout: 60_000 }, () => {
  let browser: Browser;
  let town: Town;

  beforeAll(async () => {
    town = await startTown({ name: 'Leith', port: await freePort(), allow: [] });
    browser = await openBrowser();
  });
  afterAll(async () => {
    await browser?.close();
    await town?.stop();
  });

  test('is written for a member, printed, objected to by its link, and waits at the desk', async () => {
    await newcomer(town, 'moira', 'Moira Baird');
    await newcomer(town, 'agnes', 'Agnes Tulloch');
    await coordinator(town, 'Fiona Kerr');
    const desk = await walkerAt(browser, town.origin);
    const { t, short } = desk.words;
    await comeIn(desk, town.token, /\/console$/);
    await desk.page.goto(`${town.origin}/console/slips`);
    await press(desk, 'main a[href="/console/slips/new"]');
    await type(desk, '#q', 'Agnes');
    await press(desk, 'main form[method="get"] button');
    await see(desk, 'Agnes Tulloch');
    await press(desk, 'main a[href*="?member="]');
    await see(desk, t('slip.newFor', { who: 'Agnes Tulloch' }));
    await type(desk, '#to', 'moira');
    await length(desk, 'gift', 90);
    await type(desk, '#what', 'Hems and zips');
    await type(desk, '#gift-reason', 'She rang');
    await type(desk, '#gift-slip', '311');
    await press(desk, 'form:has(input[name="kind"][value="gift"]) button');
    await see(desk, t('slip.paper', { slip: '311', who: 'Agnes' }));
    await see(desk, t('slip.gift', { hours: short(90), to: 'Moira Baird' }));
    await desk.page.emulateMedia({ media: 'print' });
    expect(await desk.page.locator('.slip-paper').isVisible()).toBe(true);
    expect(await desk.page.locator('h1').isVisible()).toBe(false);
    await picture(desk, 'walk-slip');
    await desk.page.emulateMedia({ media: null });
    const link = (await desk.page.locator('.slip-paper__link').textContent())?.trim() ?? '';

    const agnes = await walkerAt(browser, town.origin);
    await agnes.page.goto(link);
    await see(agnes, t('slip.objectHeading'));
    await type(agnes, '#words', 'It was one hour only');
    await press(agnes, 'form[action$="/objection"] button');
    await see(agnes, 'It was one hour only');
    await see(agnes, t('slip.objectedHere'));
    // The hours stay as they are until the desk writes a new line.
    expect((await town.call('GET', '/api/members/agnes')).body.balance.balanceMinutes).toBe(-90);

    await desk.page.goto(`${town.origin}/console/slips`);
    await see(desk, t('slip.open'));
    await press(desk, 'section[aria-labelledby="open"] .slip a');
    await see(desk, 'It was one hour only');
    await type(desk, '#how', 'Half an hour went back');
    await press(desk, 'form[action$="/settle"] button');
    await see(desk, 'Half an hour went back');
    await leave(desk, agnes);
  });
});
