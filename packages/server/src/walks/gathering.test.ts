/**
 * A gathering of twenty from two towns: seats that run out, a sheet with a code, and everybody's hours by one button.
 * The host and most guests go without script, one has the keyboard alone.
 */
import { eq, sql } from 'drizzle-orm';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { due, exchange, exchangeStep, gathering } from '../db/schema.ts';
import { OfferReader } from '../delivery/offer-reader.ts';
import { dueAfter } from '../delivery/signals.ts';
import { EXCHANGE_TURN } from '../exchange/turns.ts';
import { hasChromium, openBrowser } from '../testing/browser.ts';
import { connect, paint, startTowns, type Town, until } from '../testing/town.ts';
import { Qr } from '../web/qr.tsx';
import {
  comeIn,
  find,
  GRACIA,
  goHome,
  hear,
  LEITH,
  leave,
  newcomer,
  onPaper,
  openSlip,
  picture,
  press,
  see,
  seeBalance,
  showKey,
  type,
  type Walker,
  walkerAt,
} from './steps.ts';

const MINUTE = 60_000;
const TITLE = 'Paint for the long room';
/** Who has a seat in the town itself, the last one only once another gives theirs back. */
const HERE = 'Moira Agnes Davie Zofia Linh Callum Isla Ewan Morag Hamish Greta Jean Ross Lou'.split(' ');
const LEAVES = 'Ross';
const ABSENT = 'Jean';
const THERE = 'Rosa Jordi Merce Pau Neus Oriol'.split(' ');
/** Who wants to be asked before hours are written down. */
const ASKED_AGAIN = 'Oriol';
/** Who comes along from the other town without a seat. */
const ALONG = ['Nadia', 'Omar'];
const SEATS = 19;
/** What the host was given before, beside the two hours that it may owe: enough for twenty and not a minute more. */
const GIVERS = HERE.slice(3, 7);
const EACH = 120;

type Keys = ReadonlyMap<string, string>;

describe.skipIf(!hasChromium())('a gathering of twenty from two towns', { timeout: 150_000 }, () => {
  let browser: Browser;
  let towns: Town[];
  let agreement: { a: string; b: string };

  beforeAll(async () => {
    towns = await startTowns(['Leith', 'Gràcia']);
    await paint(towns[0] as Town, LEITH);
    await paint(towns[1] as Town, GRACIA);
    agreement = await connect(towns[0] as Town, towns[1] as Town, 600, 600);
    browser = await openBrowser();
  });
  afterAll(async () => {
    await browser?.close();
    await Promise.all((towns ?? []).map((town) => town.stop()));
  });

  test('seats run out, who came signs in by the code, and one button is for everybody', async () => {
    const [leith, gracia] = towns as [Town, Town];
    const [here, there] = [await moveIn(leith, HERE), await moveIn(gracia, [...THERE, ...ALONG])];
    const kitchen = await newcomer(leith, 'kitchen', 'Dock Street Kitchen', 'organisation');
    for (const name of GIVERS) {
      const gift = { to: 'kitchen', minutes: EACH, content: 'For the kitchen' };
      expect((await leith.call('POST', '/api/transfers', gift, { token: keyOf(here, name) })).status).toBe(202);
    }
    const kept = async () => (await leith.call('GET', '/api/members/kitchen')).body.balance.balanceMinutes;
    await until(async () => (await kept()) === GIVERS.length * EACH);
    const host = await walkerAt(browser, leith.origin, { script: false });
    const { t, short } = host.words;
    await comeIn(host, kitchen);
    const path = await callTogether(host);
    const api = `/api${path}`;
    const seen = async () => (await leith.call('GET', api, undefined, { token: kitchen })).body;

    // From the other town one asks by the pages, the others by their programs.
    const rosa = await walkerAt(browser, gracia.origin, { script: false });
    await comeIn(rosa, keyOf(there, 'Rosa'));
    const asked = await askAll(gracia, there, rosa);
    await until(async () => (await seen()).free === SEATS - THERE.length, 30_000);
    await hear(rosa, rosa.words.t('exchange.leadAgreed'));

    // Here one with script, one without, one with the keyboard alone; the others by their programs.
    const moira = await walkerAt(browser, leith.origin);
    const agnes = await walkerAt(browser, leith.origin, { script: false });
    const davie = await walkerAt(browser, leith.origin, { keyboard: true });
    for (const [walker, name] of [
      [moira, 'Moira'],
      [agnes, 'Agnes'],
      [davie, 'Davie'],
    ] as const) {
      await comeIn(walker, keyOf(here, name));
      await openGathering(walker);
      await press(walker, 'input[name="shown"]');
      await press(walker, '#seat');
      await see(walker, t('gathering.have'));
    }
    for (const name of HERE.slice(3, -1)) {
      const { status, body } = await leith.call('POST', `${api}/sign-up`, {}, { token: keyOf(here, name) });
      expect([status, body.me?.status]).toEqual([200, 'coming']);
    }
    const lou = await walkerAt(browser, leith.origin, { script: false });
    await comeIn(lou, keyOf(here, 'Lou'));
    await openGathering(lou);
    await see(lou, t('gathering.waitText'));
    await press(lou, '#seat');
    await see(lou, t('gathering.youWait'));
    await moira.page.reload();
    await see(moira, t('gathering.waiting', { waiting: 1 }));
    await picture(moira, 'walk-gathering');
    const left = await leith.call('POST', `${api}/withdraw`, {}, { token: keyOf(here, LEAVES) });
    expect([left.status, left.body.me?.status]).toEqual([200, 'withdrawn']);
    await lou.page.reload();
    await see(lou, t('gathering.have'));

    await leith.database.db
      .update(gathering)
      .set({ startsAt: new Date(Date.now() - MINUTE), endsAt: new Date(Date.now() + 90 * MINUTE) });
    const link = `${leith.origin}${path}/here/${(await seen()).hereCode}`;
    await seeSheet(host, path, link);
    for (const walker of [moira, agnes, davie]) {
      await walker.page.goto(link);
      await press(walker, '#here');
      await see(walker, t('gathering.here.done'));
    }
    // Whoever is not signed in comes to the door first, and then back to the code.
    const atDoor = await walkerAt(browser, leith.origin, { script: false });
    await atDoor.page.goto(link);
    await showKey(atDoor, keyOf(here, 'Lou'), /\/here\//);
    await press(atDoor, '#here');
    await see(atDoor, t('gathering.here.done'));

    await openGathering(host);
    await press(host, `main a[href="${path}/credit"]`);
    await see(host, t('gathering.credit.lead'));
    await see(host, `${ABSENT} Reid`);
    expect(await host.page.locator('.who-came').textContent()).not.toContain(LEAVES);
    for (const box of await host.page.locator('.who-came li').all()) {
      const text = (await box.textContent()) ?? '';
      if (!text.includes(ABSENT) && !(await box.locator('input').isChecked())) await press(host, box.locator('input'));
    }
    const addresses = ALONG.map((name) => `${name.toLowerCase()}@${gracia.host}`);
    await type(host, '#more', addresses.join('\n'));
    await press(host, '#mark');
    expect(await host.page.locator('.who-came input:checked').count()).toBe(20);
    await press(host, '#credit');
    await see(host, t('gathering.outcome.credited', { amount: short(30) }));
    await picture(host, 'walk-gathering-hours');

    // Who asked from the other town said yes ahead, all but one, who wanted to be asked; who came along is given
    // theirs.
    await openSlip(rosa, 'waits', rosa.words.t('exchange.theySay', { name: 'Dock', hours: rosa.words.long(30) }));
    await see(rosa, rosa.words.t('exchange.aheadWaits'));
    await until(async () => (await waiting(gracia)) === asked.size + 1, 30_000);
    await letADayPass(gracia);
    await hear(rosa, rosa.words.t('exchange.confirmedGive', { name: 'Dock', hours: rosa.words.long(30) }));
    await see(rosa, rosa.words.t('exchange.storyAhead'));
    await confirm(gracia, keyOf(there, ASKED_AGAIN), asked.get(ASKED_AGAIN) ?? '');
    const outcomes = async (): Promise<Record<string, string | null>> =>
      Object.fromEntries(
        (await seen()).guests.map(({ name, outcome }: { name: string; outcome: string | null }) => [name, outcome]),
      );
    const countOf = (of: Record<string, string | null>) =>
      Object.values(of).filter((each) => each === 'credited').length;
    await until(async () => countOf(await outcomes()) === 20, 45_000);
    expect(await outcomes()).toMatchObject({ [`${LEAVES} Reid`]: null, [`${ABSENT} Reid`]: 'absent' });

    const balances = async (town: Town, names: readonly string[]) =>
      Object.fromEntries(
        await Promise.all(
          names.map(async (name) => {
            const { body } = await town.call('GET', `/api/members/${name.toLowerCase()}`);
            return [name, body.balance] as const;
          }),
        ),
      );
    const stands = (name: string) => ({
      balanceMinutes: (name === LEAVES || name === ABSENT ? 0 : 30) - (GIVERS.includes(name) ? EACH : 0),
      heldMinutes: 0,
    });
    const expected = (names: readonly string[]) =>
      Object.fromEntries(names.map((name) => [name, expect.objectContaining(stands(name))]));
    expect(await balances(leith, HERE)).toEqual(expected(HERE));
    const visitors = [...THERE, ...ALONG];
    await until(async () =>
      Object.values(await balances(gracia, visitors)).every(({ balanceMinutes }) => balanceMinutes === 30),
    );
    expect(await balances(gracia, visitors)).toEqual(expected(visitors));
    const whole = { balanceMinutes: GIVERS.length * EACH - 20 * 30, heldMinutes: 0 };
    expect(await balances(leith, ['kitchen'])).toMatchObject({ kitchen: whole });
    await goHome(agnes);
    await see(agnes, t('statement.youHave', { given: short(30), received: short(0) }));
    await seeBalance(rosa, 30, 0);
    const [ours, theirs] = await Promise.all([
      leith.call('GET', `/api/agreements/${agreement.a}`),
      gracia.call('GET', `/api/agreements/${agreement.b}`),
    ]);
    expect([ours.body.position.owesMinutes, theirs.body.position.owesMinutes]).toEqual([240, -240]);
    await leave(host, rosa, moira, agnes, davie, lou, atDoor);
  });

  /** Calls everybody together by the form, for tomorrow. Returns its address. */
  async function callTogether(host: Walker): Promise<string> {
    const { page, words } = host;
    await page.goto(`${host.origin}/gatherings`);
    await press(host, 'main a[href="/gatherings/new"]');
    await press(host, 'input[name="kind"][value="shift"]');
    await type(host, '#title', TITLE);
    await type(host, '#day', new Date(Date.now() + 26 * 60 * MINUTE).toISOString().slice(0, 10));
    await type(host, '#from', '11:00');
    await type(host, '#to', '12:30');
    await type(host, '#place', 'Dock Street Hall');
    await type(host, '#text', 'Brushes are here. Old clothes are not.');
    await type(host, '#seats', String(SEATS));
    await press(host, 'input[name="rule"][value="guests_receive"]');
    await press(host, 'input[name="minutes"][value="30"]');
    await press(host, 'input[name="visibility"][value="partners"]');
    await press(host, '#send');
    await see(host, words.t('gathering.guestsNone'));
    return new URL(page.url()).pathname;
  }

  async function openGathering(walker: Walker): Promise<void> {
    await goHome(walker);
    await press(walker, 'a[href="/gatherings"]');
    await see(walker, walker.words.t('gathering.heading'));
    await press(walker, walker.page.getByRole('link', { name: TITLE }));
    await see(walker, walker.words.t('gathering.tableTitle'));
  }

  /** The sheet as it is printed, with a code that leads to `link`. */
  async function seeSheet(host: Walker, path: string, link: string): Promise<void> {
    const { page, words } = host;
    await page.goto(`${host.origin}${path}/sheet`);
    await see(host, words.t('gathering.print.lead'));
    await onPaper(host, 'walk-gathering-sheet', async () => {
      const tables = page.locator('.signing');
      expect(await tables.first().locator('tbody tr').count()).toBe(SEATS);
      expect(await tables.last().locator('tbody tr').count()).toBeGreaterThanOrEqual(10);
      for (const name of ['Lou Reid', words.t('page.inTown', { who: 'Rosa Vidal', town: 'Gràcia' })])
        expect(await tables.first().textContent()).toContain(name);
      expect(await tables.first().textContent()).not.toContain(LEAVES);
      expect(await page.locator('nav:visible, footer:visible, .screen-only:visible').count()).toBe(0);
      const drawn = (await page.locator('.signing__code .qr__ink').getAttribute('d')) ?? '';
      expect(String(Qr({ text: link, label: '' })).includes(`d="${drawn}"`), `the code leads to ${link}`).toBe(true);
    });
  }

  /** Everybody in the other town asks, the first one by the pages. The exchanges of the others. */
  async function askAll(gracia: Town, keys: Keys, rosa: Walker): Promise<ReadonlyMap<string, string>> {
    const reader = new OfferReader(gracia.node.context);
    for (const partner of gracia.node.context.partners.all()) await reader.read(partner);
    await reader.stop();
    const offer = await until(async () => {
      const { body } = await gracia.call('GET', '/api/offers?q=paint', undefined, { token: keyOf(keys, 'Rosa') });
      return body.items[0];
    }, 30_000);
    await find(rosa, 'paint', TITLE);
    await press(rosa, 'main a[href^="/exchanges/new?offer="]');
    await type(rosa, '#ask-content', 'I bring my own brush');
    expect(await rosa.page.locator('input[name="ahead"][value="yes"]').isChecked()).toBe(true);
    await press(rosa, 'form[action="/exchanges"] button');
    await see(rosa, 'I bring my own brush');
    const asked = new Map<string, string>();
    for (const name of THERE.slice(1)) {
      const ask = { offer: offer.id, minutes: 30, content: 'I would like to come', yesAhead: name !== ASKED_AGAIN };
      const { status, body } = await gracia.call('POST', '/api/exchanges', ask, { token: keyOf(keys, name) });
      expect(status).toBe(201);
      asked.set(name, body.id);
    }
    return asked;
  }

  async function confirm(town: Town, token: string, id: string): Promise<void> {
    const open = await until(async () => {
      const { body } = await town.call('GET', `/api/exchanges/${id}`, undefined, { token });
      return body.status === 'claimed' ? body.open : null;
    }, 30_000);
    const said = await town.call('POST', `/api/exchanges/${id}/confirm`, { answers: open }, { token });
    expect(said.status).toBe(200);
  }
});

/** How many exchanges of a town wait for a yes to what was recorded. */
async function waiting({ database: { db } }: Town): Promise<number> {
  return db.$count(exchange, eq(exchange.status, 'claimed'));
}

/** As if all that was said so far had been said a day before. */
async function letADayPass({ database, node }: Town): Promise<void> {
  await database.db.update(exchangeStep).set({ at: sql`${exchangeStep.at} - interval '25 hours'` });
  await node.context.signals.commit(async (tx) => {
    await tx.update(due).set({ at: new Date() }).where(eq(due.kind, EXCHANGE_TURN));
    dueAfter(tx);
  });
}

/** Everybody's keys, by their first name. */
async function moveIn(town: Town, names: readonly string[]): Promise<Keys> {
  const surname = names.includes('Rosa') ? 'Vidal' : 'Reid';
  const keys = new Map<string, string>();
  for (const name of names) keys.set(name, await newcomer(town, name.toLowerCase(), `${name} ${surname}`));
  return keys;
}

function keyOf(keys: Keys, name: string): string {
  return keys.get(name) ?? '';
}
