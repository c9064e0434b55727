/** Hours that a coordinator writes down for a member who rings: the slip, and the objection by the link on it. */
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hasChromium, openBrowser } from '../testing/browser.ts';
import { coordinator } from '../testing/people.ts';
import { freePort, paint, startTown, type Town } from '../testing/town.ts';
import { comeIn, LEITH, leave, length, newcomer, onPaper, press, see, type, type Way, walkerAt } from './steps.ts';

const ways: readonly (readonly [string, Way, string, string])[] = [
  ['with script', {}, 'Agnes', '311'],
  ['without script', { script: false }, 'Nessa', '312'],
  ['with the keyboard alone', { keyboard: true }, 'Greta', '313'],
];

describe.skipIf(!hasChromium())('a slip', { timeout: 60_000 }, () => {
  let browser: Browser;
  let town: Town;

  beforeAll(async () => {
    town = await startTown({ name: 'Leith', port: await freePort(), allow: [] });
    await paint(town, LEITH);
    await newcomer(town, 'moira', 'Moira Baird');
    await coordinator(town, 'Fiona Kerr');
    browser = await openBrowser();
  });
  afterAll(async () => {
    await browser?.close();
    await town?.stop();
  });

  test.each(ways)(
    '%s: written for a member, printed, objected to, and waits at the desk',
    async (_, way, name, slip) => {
      const handle = name.toLowerCase();
      const who = `${name} Tulloch`;
      await newcomer(town, handle, who);
      const desk = await walkerAt(browser, town.origin, way);
      const { t, short } = desk.words;
      await comeIn(desk, town.token, /\/console$/);
      await desk.page.goto(`${town.origin}/console/slips`);
      await press(desk, 'main a[href="/console/slips/new"]');
      await type(desk, '#q', name);
      await press(desk, 'main form[method="get"] button');
      await see(desk, who);
      await press(desk, 'main a[href*="?member="]');
      await see(desk, t('slip.newFor', { who }));
      await type(desk, '#to', 'moira');
      await length(desk, 'gift', 90);
      await type(desk, '#what', 'Hems and zips');
      await type(desk, '#gift-reason', 'She rang');
      await type(desk, '#gift-slip', slip);
      await press(desk, 'form:has(input[name="kind"][value="gift"]) button');
      await see(desk, t('slip.paper', { slip, who: name }));
      await see(desk, t('slip.gift', { hours: short(90), to: 'Moira Baird' }));
      await onPaper(desk, 'walk-slip', async () => {
        expect(await desk.page.locator('.slip-paper').isVisible()).toBe(true);
        expect(await desk.page.locator('h1').isVisible()).toBe(false);
      });
      const link = (await desk.page.locator('.slip-paper__link').textContent())?.trim() ?? '';

      const member = await walkerAt(browser, town.origin, way);
      await member.page.goto(link);
      await see(member, t('slip.objectHeading'));
      await type(member, '#words', 'It was one hour only');
      await press(member, 'form[action$="/objection"] button');
      await see(member, 'It was one hour only');
      await see(member, t('slip.objectedHere'));
      // The hours stay as they are until the desk writes a new line.
      expect((await town.call('GET', `/api/members/${handle}`)).body.balance.balanceMinutes).toBe(-90);

      await desk.page.goto(`${town.origin}/console/slips`);
      await see(desk, t('slip.open'));
      await press(desk, 'section[aria-labelledby="open"] .slip a');
      await see(desk, 'It was one hour only');
      await type(desk, '#how', 'Half an hour went back');
      await press(desk, 'form[action$="/settle"] button');
      await see(desk, 'Half an hour went back');
      await leave(desk, member);
    },
  );
});
