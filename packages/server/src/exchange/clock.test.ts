/** What happens when nobody answers: reminders, a lapse, the bank's rule for silence, and the end of a dispute. */
import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Bank } from '../bank/bank.ts';
import { doDue } from '../clock/due.ts';
import { type Database, openMemory } from '../db/database.ts';
import { due, notice } from '../db/schema.ts';
import { Signals } from '../delivery/signals.ts';
import { DESK } from '../notification/notify.ts';
import { exchangeHandlers } from './clock.ts';
import { type Exchange, loadExchange } from './exchange-store.ts';
import { type Scene, setScene } from './testing.ts';
import { DAY_MS } from './turns.ts';

let database: Database;
let scene: Scene;

beforeAll(async () => {
  database = await openMemory();
});
afterAll(() => database.close());
beforeEach(async () => {
  await database.db.delete(due);
  scene = await setScene(database);
});

/** Lets so many days go by from now, one after the other, and says who was told what by the clock. */
async function daysGoBy(days: number, bank: Bank = scene.bank): Promise<string[]> {
  const names: Record<string, string> = { [scene.moira.id]: 'Moira', [scene.davie.id]: 'Davie', [DESK]: 'desk' };
  const context = { signals: new Signals(database), banks: () => [bank], handlers: exchangeHandlers };
  await database.db.delete(notice);
  const told: string[] = [];
  for (let day = 1; day <= days; day++) {
    while (await doDue(context, new Date(Date.now() + day * DAY_MS + 60_000)));
    const rows = await database.db.delete(notice).where(eq(notice.bankId, bank.id)).returning();
    told.push(...rows.map(({ memberId, kind }) => `${day} ${names[memberId]} ${kind}`).sort());
  }
  return told;
}

async function again({ row }: Exchange): Promise<Exchange> {
  return (await loadExchange(database.db, scene.bank.id, row.id)) as Exchange;
}

const withRule = (days: number): Bank => ({
  ...scene.bank,
  settings: { ...scene.bank.settings, confirmAfterDays: days },
});

async function claimed(by: 'moira' | 'davie' = 'davie'): Promise<Exchange> {
  const asked = await scene.ask();
  await scene.act(scene.davie, asked.row.id, { do: 'accept', answers: { side: 'receiver', n: 1 } });
  return scene.act(scene[by], asked.row.id, { do: 'record', minutes: 60 });
}

test('an ask is brought to mind after 3, 7 and 14 days, and taken back after 30', async () => {
  const asked = await scene.ask();
  expect(await daysGoBy(29)).toEqual(['3', '7', '14'].map((day) => `${day} Davie exchange_reminder`));
  expect(await daysGoBy(31)).toEqual(['30 Davie exchange_withdrawn', '30 Moira exchange_withdrawn']);
  const { row, steps } = await again(asked);
  expect(row.status).toBe('cancelled');
  expect(steps.receiver.at(-1)).toMatchObject({ act: { kind: 'Withdraw' }, by: 'bank' });
  expect(await daysGoBy(60)).toEqual([]);
});

test('who was away for weeks is reminded once', async () => {
  await scene.ask();
  const context = { signals: new Signals(database), banks: () => [scene.bank], handlers: exchangeHandlers };
  await database.db.delete(notice);
  const late = new Date(Date.now() + 20 * DAY_MS);
  while (await doDue(context, late));
  expect(await database.db.select().from(notice)).toHaveLength(1);
});

test.each([
  ['by the rule of the bank', false],
  ['by what was said when asking', true],
])('who was away for weeks finds hours confirmed %s, once', async (_, yesAhead) => {
  const bank = yesAhead ? scene.bank : withRule(5);
  const { row } = await scene.ask('receiver', {}, yesAhead);
  await scene.act(scene.davie, row.id, { do: 'accept', answers: { side: 'receiver', n: 1 } });
  const said = await scene.act(scene.davie, row.id, { do: 'record', minutes: 60 });
  await database.db.delete(notice);
  const context = { signals: new Signals(database), banks: () => [bank], handlers: exchangeHandlers };
  const late = new Date(Date.now() + 8 * DAY_MS);
  expect(await doDue(context, late)).toBe(false);
  expect((await again(said)).row).toMatchObject({ status: 'confirmed', reserved: 'settled' });
  expect(await database.db.select().from(notice)).toHaveLength(2);
});

test('what is agreed is brought to mind after it was to be done; an answer stops it', async () => {
  const startTime = new Date(Date.now() + 10 * DAY_MS).toISOString();
  const asked = await scene.ask('receiver', { startTime });
  await scene.act(scene.davie, asked.row.id, { do: 'accept', answers: { side: 'receiver', n: 1 } });
  expect(await daysGoBy(14)).toEqual(['14 Davie exchange_reminder', '14 Moira exchange_reminder']);
  await scene.act(scene.davie, asked.row.id, { do: 'cancel' });
  expect(await daysGoBy(60)).toEqual([]);
});

test('silence is no yes, unless the bank says so, and then for whoever pays', async () => {
  const silent = await claimed();
  expect(await daysGoBy(60)).toEqual(['3', '7', '14'].map((day) => `${day} Moira exchange_reminder`));
  expect((await again(silent)).row.status).toBe('claimed');

  const ruled = await claimed();
  const write = { do: 'change_record', minutes: 50 } as const;
  const { doInExchange } = await import('./acts.ts');
  const { callerOf } = await import('./testing.ts');
  await scene.run((tx, after) => doInExchange(tx, withRule(10), callerOf(scene.davie), ruled.row.id, write, after));
  const told = await daysGoBy(20, withRule(10));
  expect(told).toEqual([
    '3 Moira exchange_reminder',
    '7 Moira exchange_reminder',
    '10 Davie exchange_confirmed',
    '10 Moira exchange_counted',
  ]);
  expect((await again(ruled)).row).toMatchObject({ status: 'confirmed', reserved: 'settled', minutes: 50 });

  // The giver has nothing to pay, so nothing is confirmed for them.
  const reversed = await claimed('moira');
  await daysGoBy(40, withRule(10));
  expect((await again(reversed)).row.status).toBe('claimed');
});

test('a yes that was said when asking covers what was agreed, a day after it, and no more', async () => {
  const context = { signals: new Signals(database), banks: () => [scene.bank], handlers: exchangeHandlers };
  const goOn = async (days = 1) => {
    while (await doDue(context, new Date(Date.now() + days * DAY_MS + 60_000)));
  };
  const agreed = async (terms = {}) => {
    const { row } = await scene.ask('receiver', terms, true);
    await scene.act(scene.davie, row.id, { do: 'accept', answers: { side: 'receiver', n: 1 } });
    return row.id;
  };
  const record = async (id: string, minutes: number) => {
    const said = await scene.act(scene.davie, id, { do: 'record', minutes });
    await database.db.delete(notice);
    return said;
  };

  const less = await record(await agreed(), 45);
  await goOn(0.9);
  expect((await again(less)).row.status).toBe('claimed');
  await goOn();
  expect((await again(less)).row).toMatchObject({ status: 'confirmed', reserved: 'settled', minutes: 45 });
  expect((await again(less)).steps.receiver.at(-1)).toMatchObject({ act: { kind: 'AcceptClaim' }, by: 'bank' });
  const told = await database.db.select().from(notice);
  expect(told.map(({ memberId, kind }) => [memberId, kind]).sort()).toEqual(
    [
      [scene.davie.id, 'exchange_confirmed'],
      [scene.moira.id, 'exchange_counted'],
    ].sort(),
  );

  const more = await record(await agreed(), 75);
  await goOn();
  expect((await again(more)).row.status).toBe('claimed');

  const startTime = new Date(Date.now() + DAY_MS).toISOString();
  const early = await record(await agreed({ startTime }), 60);
  await goOn(1.9);
  expect((await again(early)).row.status).toBe('claimed');
  await goOn(2);
  expect((await again(early)).row.status).toBe('confirmed');

  // Who has said no is asked.
  const contested = await record(await agreed(), 75);
  await scene.act(scene.moira, contested.row.id, {
    ...{ do: 'contest', answers: { side: 'giver', n: 2 }, because: 'He never came' },
  });
  await record(contested.row.id, 60);
  await goOn();
  expect((await again(contested)).row.status).toBe('claimed');

  // Whoever gives is asked about fewer minutes.
  const giving = await scene.ask('giver', {}, true);
  await scene.act(scene.davie, giving.row.id, { do: 'accept', answers: { side: 'giver', n: 1 } });
  await record(giving.row.id, 15);
  await goOn();
  expect((await again(giving)).row.status).toBe('claimed');
  await scene.act(scene.davie, giving.row.id, { do: 'change_record', minutes: 60 });
  await goOn();
  expect((await again(giving)).row).toMatchObject({ status: 'confirmed', minutes: 60 });

  // The other side has said nothing ahead.
  const hers = await agreed();
  await scene.act(scene.moira, hers, { do: 'record', minutes: 60 });
  await goOn();
  expect((await loadExchange(database.db, scene.bank.id, hers))?.row.status).toBe('claimed');
});

test('a dispute: both members and the desk hear of its end', async () => {
  const { row } = await claimed();
  const contest = { do: 'contest', answers: { side: 'giver', n: 2 }, because: 'Less' } as const;
  await scene.act(scene.moira, row.id, contest);
  const told = await daysGoBy(20);
  const days = [...new Set(told.map((line) => line.split(' ')[0]))];
  expect(days).toHaveLength(2);
  expect(told.slice(0, 3).map((line) => line.replace(/^\d+ /, ''))).toEqual([
    'Davie deadline_near',
    'Moira deadline_near',
    'desk deadline_near',
  ]);
});
