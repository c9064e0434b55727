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
    '10 Moira exchange_confirmed',
  ]);
  expect((await again(ruled)).row).toMatchObject({ status: 'confirmed', reserved: 'settled', minutes: 50 });

  // The giver has nothing to pay, so nothing is confirmed for them.
  const reversed = await claimed('moira');
  await daysGoBy(40, withRule(10));
  expect((await again(reversed)).row.status).toBe('claimed');
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
