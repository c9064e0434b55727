/** Gifts that one of two real nodes has forgotten, because its database was put back. */
import { eq, sql } from 'drizzle-orm';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { exchangeMessage, pair as pairTable, transfer } from '../db/schema.ts';
import { hasTestPostgres } from '../testing/postgres.ts';
import { Restorable } from '../testing/restorable.ts';
import { until } from '../testing/town.ts';

type Name = 'Leith' | 'Gràcia';

let towns: Restorable;
/** What the members of Leith and Gràcia must have. */
let books: [number, number] = [0, 0];

beforeAll(async () => {
  towns = await Restorable.start(hasTestPostgres() ? 'postgres' : 'pglite', ['Leith', 'Gràcia']);
  await towns.connect('Leith', 'Gràcia');
}, 120_000);
afterAll(() => towns?.stop());

/** Whatever a restore did: both ended, nothing waits, and the members have what was really given. */
afterEach(async () => {
  expect(await towns.settle('Leith', 'Gràcia')).toEqual([]);
  expect([await towns.balance('Leith'), await towns.balance('Gràcia')]).toEqual(books);
  for (const name of ['Leith', 'Gràcia'] as const) {
    const open = sql`${transfer.status} not in ('settled', 'declined', 'returned')`;
    await until(async () => (await towns.of(name).database.db.select().from(transfer).where(open)).length === 0);
    await nothingWaits(name);
  }
  await cross(1);
});

const nothingWaits = (at: Name) =>
  until(
    async () =>
      (await towns.of(at).database.db.select().from(exchangeMessage).where(eq(exchangeMessage.pending, true)))
        .length === 0,
  );

async function cross(minutes: number): Promise<void> {
  await towns.cross('Leith', 'Gràcia', minutes);
  books = [books[0] - minutes, books[1] + minutes];
}

/** How a gift stands where it comes to. */
async function there(id: string): Promise<string | undefined> {
  const url = `${towns.of('Leith').origin}/ap/exchanges/${id}`;
  const [row] = await towns.of('Gràcia').database.db.select().from(transfer).where(eq(transfer.url, url));
  return row === undefined ? undefined : `${row.status} ${row.code}`;
}

/** Loses the good answers that Leith is given, or what it sends, at addresses that end so. Until Leith starts again. */
function lose(what: 'answers' | 'requests', end: string): void {
  const { outgoing } = towns.of('Leith').node.context;
  const send = outgoing.request;
  outgoing.request = async (request) => {
    if (!request.url.endsWith(end)) return send(request);
    if (what === 'answers') {
      const answer = await send(request);
      if (answer.status !== 200) return answer;
    }
    throw new Error('lost');
  };
}

/** Leith gives, Gràcia says yes, and Leith does not hear it. */
async function unheard(minutes: number): Promise<string> {
  lose('answers', '/ap/exchanges');
  const id = await towns.give('Leith', 'Gràcia', minutes);
  await until(async () => (await there(id)) === 'accepted null');
  return id;
}

/** Leith takes a gift back while Gràcia is down, which would say yes once more otherwise. Returns a copy of Gràcia. */
async function takenBack(id: string): Promise<string> {
  await towns.down('Gràcia');
  const copy = await towns.backUp('Gràcia');
  const { status } = await towns.of('Leith').call('POST', `/api/transfers/${id}/take-back`);
  expect(status).toBe(200);
  return copy;
}

const over = (id: string, said: string) => until(async () => (await there(id)) === said, 20_000);
const resumes = async (at: Name): Promise<number> =>
  (
    (await towns.of(at).database.db.execute(sql`select 1 from journal_entry where kind = 'Resume'`)) as {
      rows: unknown[];
    }
  ).rows.length;

test('by the giver’s bank, and no entry was lost with it: there is no Resume, and the receiver’s bank hears', async () => {
  const copy = await towns.backUp('Leith');
  const id = await unheard(10);
  await towns.putBack('Leith', copy);
  await over(id, 'returned terms_unknown');
  expect(await resumes('Leith')).toBe(0);
});

test('by the giver’s bank, with entries', async () => {
  const copy = await towns.backUp('Leith');
  await cross(2);
  const id = await unheard(10);
  await towns.putBack('Leith', copy);
  await over(id, 'returned terms_unknown');
});

test('by the giver’s bank, with the Hold that it had written and nobody saw', async () => {
  const copy = await towns.backUp('Leith');
  lose('requests', '/ap/journals');
  const id = await towns.give('Leith', 'Gràcia', 10);
  await until(async () => (await towns.statusOf('Leith', id)) === 'held');
  await towns.putBack('Leith', copy);
  await over(id, 'returned terms_unknown');
});

test('by nobody: the giver’s bank kept its offer, and the gift goes through once', async () => {
  const id = await unheard(10);
  await towns.down('Leith');
  const copy = await towns.backUp('Leith');
  await towns.up('Leith');
  await over(id, 'settled null');
  books = [books[0] - 10, books[1] + 10];
  // And once more from the offer on, which the journals know to be settled.
  await towns.putBack('Leith', copy);
  await until(async () => (await towns.statusOf('Leith', id)) === 'settled', 20_000);
});

test('by the giver’s bank, which finds its offer again in a newer copy: it stays over', async () => {
  const oldest = await towns.backUp('Leith');
  const id = await unheard(10);
  await towns.down('Leith');
  const newer = await towns.backUp('Leith');
  await towns.putBack('Leith', oldest);
  await towns.up('Leith');
  await over(id, 'returned terms_unknown');
  await towns.putBack('Leith', newer);
  await until(async () => (await towns.statusOf('Leith', id)) === 'returned', 20_000);
  expect(await there(id)).toBe('returned terms_unknown');
});

test('its end by the receiver’s bank: it asks by itself, though the giver’s bank has nothing to say', async () => {
  await cross(1);
  const id = await unheard(10);
  const copy = await takenBack(id);
  await towns.up('Gràcia');
  await towns.down('Leith');
  await towns.up('Leith');
  await over(id, 'returned taken_back');
  await nothingWaits('Leith');
  await towns.putBack('Gràcia', copy);
  await over(id, 'returned taken_back');
});

test('by the giver’s bank, and its end by the receiver’s', async () => {
  const oldest = await towns.backUp('Leith');
  const id = await unheard(10);
  const copy = await takenBack(id);
  await towns.down('Leith');
  await towns.putBack('Leith', oldest);
  await towns.putBack('Gràcia', copy);
  await towns.up('Leith', 'Gràcia');
  await over(id, 'returned terms_unknown');
});

test('by the receiver’s bank: it is offered again', async () => {
  const copy = await towns.backUp('Gràcia');
  const id = await unheard(10);
  await towns.down('Leith', 'Gràcia');
  await towns.putBack('Gràcia', copy);
  await towns.up('Leith', 'Gràcia');
  await over(id, 'settled null');
  books = [books[0] - 10, books[1] + 10];
});

test('by the giver’s bank, which comes back while the other one is away', async () => {
  const copy = await towns.backUp('Leith');
  const id = await unheard(10);
  await towns.down('Gràcia');
  await towns.putBack('Leith', copy);
  await until(async () => {
    const [row] = await towns.of('Leith').database.db.select({ mode: pairTable.mode }).from(pairTable);
    return row?.mode === 'waiting';
  });
  await towns.up('Gràcia');
  await over(id, 'returned terms_unknown');
});
