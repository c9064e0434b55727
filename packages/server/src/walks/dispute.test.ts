/** Two who do not say the same: both desks see it, and a record in other words settles it. */
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hasChromium, openBrowser } from '../testing/browser.ts';
import { connect, paint, startTowns, type Town, until } from '../testing/town.ts';
import {
  ask,
  comeIn,
  formOf,
  GRACIA,
  LEITH,
  leave,
  length,
  newcomer,
  openSlip,
  picture,
  press,
  record,
  sayYes,
  see,
  seeBalance,
  type,
  type Way,
  walkerAt,
} from './steps.ts';

const ways: readonly (readonly [string, Way, string, string])[] = [
  ['with script', {}, 'Moira', 'Rosa'],
  ['without script', { script: false }, 'Isla', 'Neus'],
  ['with the keyboard alone', { keyboard: true }, 'Effie', 'Oriol'],
];

describe.skipIf(!hasChromium())('a dispute between two towns', { timeout: 90_000 }, () => {
  let browser: Browser;
  let towns: Town[];

  beforeAll(async () => {
    towns = await startTowns(['Leith', 'Gràcia']);
    await paint(towns[0] as Town, LEITH);
    await paint(towns[1] as Town, GRACIA);
    await connect(towns[0] as Town, towns[1] as Town, 600, 600);
    browser = await openBrowser();
  });
  afterAll(async () => {
    await browser?.close();
    await Promise.all((towns ?? []).map((town) => town.stop()));
  });

  test.each(ways)('%s: contested, seen at both desks, settled by an amended record', async (_, way, asker, giver) => {
    const [leith, gracia] = towns as [Town, Town];
    const moira = await walkerAt(browser, leith.origin, way);
    const rosa = await walkerAt(browser, gracia.origin, way);
    const { t, long } = moira.words;
    const [asks, gives] = [asker.toLowerCase(), giver.toLowerCase()];
    await comeIn(moira, await newcomer(leith, asks, `${asker} Baird`));
    await comeIn(rosa, await newcomer(gracia, gives, `${giver} Vidal`));
    await moira.page.goto(`${leith.origin}/exchanges/new?to=${gives}@${gracia.host}`);
    await ask(moira, 'An hour of Catalan', giver);
    await openSlip(rosa, 'waits', t('exchange.askedGive', { name: asker, title: 'An hour of Catalan' }));
    await sayYes(rosa, t('exchange.youSaidYes'));
    await openSlip(rosa, 'rests', t('exchange.leadAgreed'));
    await record(rosa, 120);
    await openSlip(moira, 'waits', t('exchange.theySay', { name: giver, hours: long(120) }));
    await press(moira, moira.page.getByText(t('exchange.contestOpen'), { exact: true }));
    await type(moira, '#contest-because', 'It was one hour');
    await press(moira, formOf('contest'));
    await see(moira, t('exchange.disputed', { name: giver }));
    await picture(moira, 'walk-dispute');

    const desks = [await walkerAt(browser, leith.origin, way), await walkerAt(browser, gracia.origin, way)];
    for (const [n, desk] of desks.entries()) {
      await comeIn(desk, (towns[n] as Town).token, /\/console$/);
      await until(async () => {
        await desk.page.goto(`${desk.origin}/console/disputes`);
        return (await desk.page.locator('.slip h3 a').count()) > 0;
      });
      await press(desk, '.slip h3 a');
      await see(desk, 'It was one hour');
      await see(desk, t('exchange.deskSettle'));
    }

    await openSlip(rosa, 'waits', 'It was one hour');
    await length(rosa, 'record', 60);
    await press(rosa, formOf('record'));
    await see(rosa, t('exchange.youWrote', { hours: long(60) }));
    await openSlip(moira, 'waits', t('exchange.theySay', { name: giver, hours: long(60) }));
    await sayYes(moira, t('exchange.confirmedReceive', { name: giver, hours: long(60) }));
    await until(async () => (await gracia.call('GET', `/api/members/${gives}`)).body.balance.balanceMinutes === 60);
    await seeBalance(rosa, 60, 0);
    await seeBalance(moira, 0, 60);
    await desks[0]?.page.goto(`${leith.origin}/console/disputes`);
    await see(desks[0] as (typeof desks)[0], t('exchange.deskNone'));
    expect((await leith.call('GET', `/api/members/${asks}`)).body.balance.balanceMinutes).toBe(-60);
    await leave(moira, rosa, ...desks);
  });
});
