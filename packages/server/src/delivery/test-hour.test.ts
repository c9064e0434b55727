/** The hour that goes there and back when an agreement is made. */
import { and, eq, sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { pair as pairTable, transfer } from '../db/schema.ts';
import type { FakePartner } from '../testing/fake-partner.ts';
import { itemsOf } from '../testing/fake-server.ts';
import { connect, startTowns, type Town, until } from '../testing/town.ts';
import { pay, type Stage, setStage } from '../testing/watch.ts';
import { TEST_BACK_WORDS, TEST_WORDS } from '../transfer/gifts.ts';

let stage: Stage;
let partner: FakePartner;

beforeAll(async () => {
  stage = await setStage(1);
  [partner] = stage.partners as [FakePartner];
  await partner.agree(stage.town);
});
afterAll(() => stage?.stop());

type Step = { purpose: string; direction: string; status: string; reverses: string | null; transfer: string | null };

async function steps(town: Town): Promise<Step[]> {
  const rows = await town.database.db
    .select()
    .from(transfer)
    .where(and(eq(transfer.bankId, town.bank.id), sql`${transfer.purpose} <> 'gift'`))
    .orderBy(transfer.id);
  return rows.map(({ purpose, direction, status, reverses, transfer }) => ({
    purpose,
    direction,
    status,
    reverses,
    transfer,
  }));
}

async function tested(): Promise<boolean> {
  return (await stage.town.call('GET', `/api/agreements/${partner.agreementId}`)).body.tested;
}

test('goes there and back once, and the way back names it', async () => {
  const towns = (await startTowns(['Leith', 'Gràcia'])) as [Town, Town];
  try {
    await connect(...towns, 600, 600);
    const [there, back] = await steps(towns[0]);
    expect([there, back]).toMatchObject([
      { purpose: 'test', direction: 'out', status: 'settled' },
      { purpose: 'test_back', direction: 'in', status: 'settled', reverses: there?.transfer },
    ]);
    expect((await steps(towns[0])).length).toBe(2);
    expect((await steps(towns[1])).length).toBe(2);
  } finally {
    await Promise.all(towns.map((town) => town.stop()));
  }
});

test('is tried again at the next greeting when it was declined', async () => {
  expect(await steps(stage.town)).toMatchObject([{ purpose: 'test', direction: 'out', status: 'declined' }]);
  await stage.town.database.db.update(pairTable).set({ mode: 'waiting' });
  stage.town.node.context.senders.sync();
  await until(async () => (await steps(stage.town)).length === 2);
  await partner.quiet();
  const offers = partner.seen.filter(({ route }) => route === 'messages').flatMap(itemsOf);
  // One that is sent twice is one.
  const ids = offers.filter((offer) => JSON.stringify(offer).includes(TEST_WORDS)).map(({ id }) => id);
  expect(new Set(ids).size).toBe(2);
});

test('is not given back to a bank whose turn it is not, however often it says the words', async () => {
  for (let time = 0; time < 3; time++) await pay(partner, 'bank', 60, { content: TEST_WORDS });
  await partner.quiet();
  const own = (await steps(stage.town)).filter(({ direction }) => direction === 'out');
  expect(own.map(({ purpose }) => purpose)).toEqual(['test', 'test']);
});

test('has not come back by the words alone, or by naming another transfer', async () => {
  await pay(partner, 'bank', 60, { content: TEST_BACK_WORDS });
  expect(await tested()).toBe(false);
  const declined = (await steps(stage.town))[0]?.transfer ?? '';
  await pay(partner, 'bank', 60, { content: TEST_BACK_WORDS, reverses: declined });
  await partner.quiet();
  expect(await tested()).toBe(false);
});
