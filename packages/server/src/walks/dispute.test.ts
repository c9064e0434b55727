/**
 * Two who do not say the same, in two towns and in one: the desks see it, and a record in other words settles it.
 * Whoever is asked is found by links: by a whole address elsewhere, and among the people of the own town.
 */
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hasChromium, openBrowser } from '../testing/browser.ts';
import { connect, paint, startTowns, type Town, until } from '../testing/town.ts';
import {
  ask,
  comeIn,
  formOf,
  GRACIA,
  goHome,
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
  type Walker,
  type Way,
  walkerAt,
} from './steps.ts';

const ways: readonly (readonly [string, Way, string, string, 'across' | 'inside'])[] = [
  ['across, with script', {}, 'Moira', 'Rosa', 'across'],
  ['across, without script', { script: false }, 'Isla', 'Neus', 'across'],
  ['across, with the keyboard alone', { keyboard: true }, 'Effie', 'Oriol', 'across'],
  ['inside a town, without script', { script: false }, 'Ailsa', 'Hamish', 'inside'],
  ['inside a town, with the keyboard alone', { keyboard: true }, 'Morag', 'Fergus', 'inside'],
];

/** Opens the form for asking a neighbour: People, the person, Ask. */
async function openNeighbour(walker: Walker, name: string): Promise<void> {
  const { page, words } = walker;
  await goHome(walker);
  await press(walker, 'nav a[href="/members"]');
  await see(walker, words.t('people.heading'));
  await type(walker, '#search', name);
  await press(walker, 'form[action="/members"] button');
  await page.waitForURL(/search=/);
  await press(walker, page.locator('main').getByRole('link', { name }));
  await see(walker, words.t('profile.ask', { name }));
  await press(walker, page.getByRole('link', { name: words.t('profile.ask', { name }) }));
  await see(walker, words.t('exchange.newHeadingTo', { name }));
}

/** Opens the form for asking, and writes whom. */
async function openAddress(walker: Walker, address: string): Promise<void> {
  const { words } = walker;
  await goHome(walker);
  await press(walker, 'nav a[href="/exchanges"]');
  await see(walker, words.t('exchange.heading'));
  await press(walker, 'main a[href="/exchanges/new"]');
  await see(walker, words.t('exchange.newHeading'));
  await type(walker, '#ask-to', address);
}

describe.skipIf(!hasChromium())('a dispute', { timeout: 120_000 }, () => {
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

  test.each(ways)('%s: contested, seen at the desks, settled in other words', async (_, way, asker, giver, where) => {
    const [leith, gracia] = towns as [Town, Town];
    const there = where === 'across' ? gracia : leith;
    const moira = await walkerAt(browser, leith.origin, way);
    const rosa = await walkerAt(browser, there.origin, way);
    const { t, long } = moira.words;
    const [asks, gives] = [asker.toLowerCase(), giver.toLowerCase()];
    await comeIn(moira, await newcomer(leith, asks, `${asker} Baird`));
    await comeIn(rosa, await newcomer(there, gives, `${giver} Vidal`));
    await (where === 'across' ? openAddress(moira, `${gives}@${gracia.host}`) : openNeighbour(moira, giver));
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
    if (where === 'across') await picture(moira, 'walk-dispute');

    const desks: Walker[] = [];
    for (const { origin, token } of new Set([leith, there])) {
      const desk = await walkerAt(browser, origin, way);
      desks.push(desk);
      await comeIn(desk, token, /\/console$/);
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
    await until(async () => (await there.call('GET', `/api/members/${gives}`)).body.balance.balanceMinutes === 60);
    await seeBalance(rosa, 60, 0);
    await seeBalance(moira, 0, 60);
    await desks[0]?.page.goto(`${leith.origin}/console/disputes`);
    await see(desks[0] as Walker, t('exchange.deskNone'));
    expect((await leith.call('GET', `/api/members/${asks}`)).body.balance.balanceMinutes).toBe(-60);
    await leave(moira, rosa, ...desks);
  });
});
