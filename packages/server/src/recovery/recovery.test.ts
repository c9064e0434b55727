/** Two real nodes, and a database that is put back to what it was a while ago. */
import { eq, sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { account, droppedEntry, journalEntry, pair as pairTable, transfer } from '../db/schema.ts';
import { PairWork } from '../journal/pair-work.ts';
import { hasTestPostgres } from '../testing/postgres.ts';
import { Restorable, type Storage } from '../testing/restorable.ts';
import { type Town, until } from '../testing/town.ts';

/** The first one sees every case, the others the plain ones. */
const STORAGES: readonly Storage[] = hasTestPostgres() ? ['postgres', 'pglite'] : ['pglite'];

describe.each(STORAGES)('a database that is put back, on %s', (storage) => {
  /** A case that is not tried on every storage. */
  const rare = (name: string, work: () => Promise<void>): void => {
    if (storage === STORAGES[0]) test(name, work);
  };
  let towns: Restorable;
  /** What the members of Leith and Gràcia must have. */
  let books: [number, number] = [0, 0];

  beforeAll(async () => {
    towns = await Restorable.start(storage, ['Leith', 'Gràcia']);
    await towns.connect('Leith', 'Gràcia');
  }, 120_000);
  afterAll(() => towns?.stop());

  const cross = async (from: 'Leith' | 'Gràcia', minutes: number): Promise<void> => {
    const sign = from === 'Leith' ? 1 : -1;
    await towns.cross(from, from === 'Leith' ? 'Gràcia' : 'Leith', minutes);
    books = [books[0] - sign * minutes, books[1] + sign * minutes];
  };
  const sound = async (): Promise<void> => {
    expect(await towns.settle('Leith', 'Gràcia')).toEqual([]);
    expect([await towns.balance('Leith'), await towns.balance('Gràcia')]).toEqual(books);
  };
  const kinds = async (at: string, kind: string): Promise<number> =>
    (await towns.of(at).database.db.select().from(journalEntry).where(eq(journalEntry.kind, kind))).length;

  test('of the giver: what was given since is there again, once, and hours cross on', async () => {
    await cross('Leith', 60);
    const copy = await towns.backUp('Leith');
    await cross('Leith', 30);
    await cross('Gràcia', 7);
    await towns.putBack('Leith', copy);
    await sound();
    expect(await kinds('Gràcia', 'Resume')).toBe(1);
    await cross('Leith', 10);
    await cross('Gràcia', 3);
    await sound();
  });

  test('of the receiver: what came since is there again, and its hours go out', async () => {
    const copy = await towns.backUp('Gràcia');
    await cross('Leith', 5);
    await cross('Gràcia', 2);
    await towns.putBack('Gràcia', copy);
    await sound();
    await cross('Gràcia', 4);
    await sound();
  });

  test('the same copy put back twice', async () => {
    const copy = await towns.backUp('Leith');
    await cross('Leith', 5);
    await towns.putBack('Leith', copy);
    await cross('Leith', 6);
    await towns.putBack('Leith', copy);
    await sound();
    await cross('Gràcia', 1);
    await sound();
  });

  test('both at once, each to another time', async () => {
    const first = await towns.backUp('Leith');
    await cross('Leith', 8);
    const second = await towns.backUp('Gràcia');
    // What both lose is lost at both.
    await towns.cross('Gràcia', 'Leith', 9);
    await towns.cross('Leith', 'Gràcia', 1);
    await towns.down('Leith', 'Gràcia');
    await towns.putBack('Leith', first);
    await towns.putBack('Gràcia', second);
    await towns.up('Leith', 'Gràcia');
    await sound();
    await cross('Leith', 2);
    await cross('Gràcia', 3);
    await sound();
  });

  rare('a member whom the copy does not know: her minutes stay visible', async () => {
    const copy = await towns.backUp('Leith');
    await towns.of('Leith').call('POST', '/api/members', { handle: 'agnes', name: 'Agnes' });
    const host = towns.of('Gràcia').host;
    const given = await towns
      .of('Leith')
      .call('POST', '/api/transfers', { from: 'agnes', to: `m@${host}`, minutes: 11 });
    await until(async () => (await towns.statusOf('Leith', given.body.id)) === 'settled');
    await towns.putBack('Leith', copy);
    books = [books[0], books[1] + 11];
    await sound();
    const rows = await towns.of('Leith').database.db.select().from(account).where(eq(account.id, 'unresolved'));
    expect(rows[0]?.balance).toBe(-11);
  });

  rare('beyond what a member may owe: it was hers to give then, and somebody is told', async () => {
    const floor = (minutes: number) =>
      towns.of('Leith').database.db.update(account).set({ floor: minutes }).where(isMember('Leith'));
    await floor(books[0]);
    const copy = await towns.backUp('Leith');
    await floor(-6000);
    await cross('Leith', 20);
    await towns.putBack('Leith', copy);
    await sound();
    // The next gift is asked again.
    await expect(towns.give('Leith', 'Gràcia', 1)).rejects.toThrow('not_enough_hours');
    await floor(-6000);
    await cross('Leith', 1);
  });

  rare('with entries that the partner never took: what they held is given back', async () => {
    const oldest = await towns.backUp('Leith');
    await cross('Leith', 3);
    // Leith promises a gift while nobody hears it, and is copied.
    await towns.down('Gràcia');
    const id = await towns.give('Leith', 'Gràcia', 25);
    await promise(towns.of('Leith'), id);
    const promised = await towns.backUp('Leith');
    expect(await held('Leith')).toBe(25);
    // It lives on from an older copy, and begins an epoch where the promise stood.
    await towns.putBack('Leith', oldest);
    await towns.up('Gràcia');
    await cross('Leith', 4);
    await sound();
    // And then the copy with the promise is put back.
    await towns.putBack('Leith', promised);
    await sound();
    expect(await held('Leith')).toBe(0);
    expect(await towns.statusOf('Leith', id)).toBe('returned');
    const { db } = towns.of('Leith').database;
    expect((await db.select().from(droppedEntry)).length).toBe(1);
    await cross('Leith', 2);
    await cross('Gràcia', 1);
    await sound();
  });

  rare('with a payment that the partner never took: it is moved back, and counts once', async () => {
    const oldest = await towns.backUp('Leith');
    await cross('Leith', 3);
    const { outgoing } = towns.of('Leith').node.context;
    const send = outgoing.request;
    outgoing.request = (request) =>
      Buffer.from(request.body ?? '').includes('"Post"') ? Promise.reject(new Error('lost')) : send(request);
    const id = await towns.give('Leith', 'Gràcia', 17);
    await until(async () => (await towns.statusOf('Leith', id)) === 'posted');
    const posted = await towns.backUp('Leith');
    await towns.down('Leith');
    await towns.putBack('Leith', oldest);
    await towns.up('Leith');
    books = [books[0] - 17, books[1] + 17];
    await sound();
    await towns.putBack('Leith', posted);
    await sound();
    expect(await towns.statusOf('Leith', id)).toBe('settled');
  });

  rare('a Resume that nobody took is dropped for the one that was taken', async () => {
    const oldest = await towns.backUp('Leith');
    await cross('Leith', 3);
    await towns.down('Leith');
    await towns.putBack('Leith', oldest);
    await untaken();
    const stale = await towns.backUp('Leith');
    await towns.down('Leith', 'Gràcia');
    await towns.putBack('Leith', oldest);
    await towns.up('Leith', 'Gràcia');
    await cross('Leith', 6);
    await sound();
    await towns.putBack('Leith', stale);
    await sound();
    const { db } = towns.of('Leith').database;
    expect((await db.select().from(droppedEntry)).length).toBeGreaterThan(0);
    await cross('Leith', 2);
    await cross('Gràcia', 1);
    await sound();
  });

  rare('what an older life sent and comes late counts for nothing', async () => {
    const copy = await towns.backUp('Leith');
    const { outgoing } = towns.of('Leith').node.context;
    const send = outgoing.request;
    const packets: Parameters<typeof send>[0][] = [];
    outgoing.request = (request) => {
      if (request.url.endsWith('/ap/journals')) packets.push(request);
      return send(request);
    };
    await cross('Leith', 5);
    await towns.putBack('Leith', copy);
    await cross('Leith', 6);
    await sound();
    const late = packets.at(0);
    expect(late).toBeDefined();
    const answer = await fetch(late?.url ?? '', {
      method: 'POST',
      headers: late?.headers ?? {},
      body: Buffer.from(late?.body ?? ''),
    });
    expect(((await answer.json()) as { code: string }).code).toBe('stale_session');
    await sound();
  });

  rare('what comes before the Resume was heard is answered afterwards', async () => {
    const copy = await towns.backUp('Leith');
    await cross('Leith', 3);
    const early = await towns.give('Gràcia', 'Leith', 13);
    await until(async () => (await towns.statusOf('Gràcia', early)) === 'settled');
    books = [books[0] + 13, books[1] - 13];
    await towns.down('Leith');
    await towns.putBack('Leith', copy);
    const id = await towns.give('Gràcia', 'Leith', 14);
    await untaken();
    // Gràcia writes a Hold that knows nothing of the Resume, and only then takes it.
    await towns.of('Gràcia').database.db.update(pairTable).set({ mode: 'open' });
    await promise(towns.of('Gràcia'), id);
    await towns.down('Gràcia');
    await towns.up('Gràcia');
    await until(async () => (await towns.statusOf('Gràcia', id)) === 'returned', 20_000);
    await sound();
  });

  /** Brings Leith up, and lets it recover from a Gràcia that is read and takes nothing, not even the Resume. */
  async function untaken(): Promise<void> {
    const { node, bank, database } = towns.of('Gràcia');
    for (const { id } of await database.db.select().from(pairTable))
      await node.context.senders.get(bank.id, id)?.stop();
    await database.db.update(pairTable).set({ mode: 'waiting' });
    await towns.up('Leith');
    await until(async () => (await kinds('Leith', 'Resume')) > (await kinds('Gràcia', 'Resume')));
  }

  const isMember = (at: string) =>
    sql`${account.id} = (select account_id from member where handle = 'm' and bank_id = ${towns.of(at).bank.id})`;
  const held = async (at: string): Promise<number> =>
    (await towns.of(at).database.db.select().from(account).where(isMember(at)))[0]?.held ?? 0;
});

describe('of two partners', () => {
  let towns: Restorable;
  let first: string;

  beforeAll(async () => {
    towns = await Restorable.start(STORAGES[0] ?? 'pglite', ['Leith', 'Gràcia', 'Galway']);
    first = await towns.backUp('Leith');
    await towns.connect('Leith', 'Gràcia');
    await towns.connect('Leith', 'Galway');
  }, 120_000);
  afterAll(() => towns?.stop());

  test('one that is silent keeps the other open, and recovers when it is back', async () => {
    const copy = await towns.backUp('Leith');
    await towns.cross('Leith', 'Gràcia', 5);
    await towns.cross('Leith', 'Galway', 6);
    await towns.down('Galway');
    await towns.putBack('Leith', copy);
    expect(await towns.settle('Leith', 'Gràcia')).toEqual([]);
    expect(await towns.balance('Leith')).toBe(-5);
    await towns.cross('Gràcia', 'Leith', 1);
    expect((await towns.agreement('Leith', 'Galway')).mode).toBe('waiting');
    await towns.up('Galway');
    expect(await towns.settle('Leith', 'Galway')).toEqual([]);
    expect([await towns.balance('Leith'), await towns.balance('Galway')]).toEqual([-10, 6]);
    await towns.cross('Galway', 'Leith', 2);
  });

  test('both are unknown to the copy: they present their pairs, which are made again', async () => {
    const before = [await towns.balance('Leith'), await towns.balance('Gràcia'), await towns.balance('Galway')];
    await towns.putBack('Leith', first);
    const gifts = await Promise.all([towns.give('Gràcia', 'Leith', 1), towns.give('Galway', 'Leith', 2)]);
    await towns.find('Leith', 'Gràcia');
    await towns.find('Leith', 'Galway');
    await until(async () => (await towns.statusOf('Gràcia', gifts[0])) === 'settled', 20_000);
    await until(async () => (await towns.statusOf('Galway', gifts[1])) === 'settled', 20_000);
    for (const town of ['Gràcia', 'Galway']) expect(await towns.settle('Leith', town)).toEqual([]);
    const now = [await towns.balance('Leith'), await towns.balance('Gràcia'), await towns.balance('Galway')];
    expect(now).toEqual([(before[0] ?? 0) + 3, (before[1] ?? 0) - 1, (before[2] ?? 0) - 2]);
    await until(async () => (await towns.agreement('Leith', 'Galway')).tested);
    await towns.cross('Leith', 'Gràcia', 3);
    await towns.cross('Galway', 'Leith', 1);
    for (const town of ['Gràcia', 'Galway']) expect(await towns.settle('Leith', town)).toEqual([]);
  });
});

/** Writes the Hold of a gift as if its receiver had said yes. */
async function promise({ bank, database }: Town, id: string): Promise<void> {
  await database.transaction(async (tx) => {
    const [row] = await tx.select().from(transfer).where(eq(transfer.id, id));
    const work = await PairWork.open(tx, bank, row?.pairId ?? '');
    if (row === undefined || work === null || row.transfer === null || row.detail === null) throw new Error('no gift');
    const { transfer: url, minutes, detail } = row;
    const written = work.write({ kind: 'Hold', transfer: url, minutes, payerRef: row.ownRef, payeeRef: 'r', detail });
    if (!written.ok) throw new Error(written.refusal.code);
    work.change({ id, status: 'held' });
    work.answered([`${row.url}/1`]);
    await work.save();
  });
}
