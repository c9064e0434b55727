/** Things that have a time, on both databases: done once, whoever looks and whatever breaks. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Bank, Banks, createBank } from '../bank/bank.ts';
import type { Database, Queries } from '../db/database.ts';
import { due } from '../db/schema.ts';
import { Signals } from '../delivery/signals.ts';
import { startLog } from '../node/log.ts';
import { createSeal } from '../node/seal.ts';
import { type Opened, STORES } from '../testing/stores.ts';
import { type DueHandler, doDue, forget, remindAt } from './due.ts';

const NOON = new Date('2026-11-23T12:00:00Z');
const after = (minutes: number): Date => new Date(NOON.getTime() + minutes * 60_000);

describe.each(STORES)('the clock on %s', (name, open) => {
  let opened: Opened;
  let database: Database;
  /** Another process, where the database allows one. */
  let other: Database;
  let bank: Bank;
  let done: string[];

  beforeAll(async () => {
    startLog('error');
    opened = await open();
    ({ database, other } = opened);
    const seal = createSeal('a secret of thirty-two characters');
    const id = await createBank(database, seal, { origin: 'https://leith.example', name: 'Leith' });
    const banks = new Banks(database, seal);
    await banks.reload();
    bank = banks.byId(id) as Bank;
  });
  afterAll(() => opened?.close());
  beforeEach(async () => {
    done = [];
    await database.db.delete(due);
  });

  const note: DueHandler = async (_tx, at, subject) => void done.push(`${at.settings.name} ${subject}`);

  function look(
    now: Date,
    handlers: Record<string, DueHandler> = { reminder: note },
    where = database,
    banks = [bank],
  ) {
    return doDue({ signals: new Signals(where), banks: () => banks, handlers }, now);
  }

  async function promise(subject: string, at: Date, kind = 'reminder'): Promise<void> {
    await database.transaction((tx) => remindAt(tx, bank, { kind, subject, at }));
  }

  async function left(): Promise<string[]> {
    const rows = await database.db.select().from(due).orderBy(due.subject);
    return rows.map(({ subject }) => subject);
  }

  test('nothing is done before its time, and what is late is done in its order', async () => {
    await promise('second', after(20));
    await promise('first', after(10));
    await promise('later', after(60));
    await look(after(9));
    expect(done).toEqual([]);
    await look(after(20));
    expect(done).toEqual(['Leith first', 'Leith second']);
    expect(await left()).toEqual(['later']);
  });

  test('what is said again has the later time, and what is taken back is not done', async () => {
    await promise('moved', after(10));
    await promise('moved', after(30));
    await promise('gone', after(10));
    await database.transaction((tx) => forget(tx, bank, { kind: 'reminder', subject: 'gone' }));
    await look(after(20));
    expect(done).toEqual([]);
    await look(after(30));
    expect(done).toEqual(['Leith moved']);
  });

  test('a handler that fails leaves no half of its work, is asked later, and delays nobody', async () => {
    await promise('broken', after(1));
    await promise('fine', after(2));
    const write = (tx: Queries) => remindAt(tx, bank, { kind: 'trace', subject: 'half', at: after(0) });
    const fails: DueHandler = async (tx, at, subject, ...rest) => {
      if (subject !== 'broken') return note(tx, at, subject, ...rest);
      await write(tx);
      throw new Error('for a test');
    };
    await look(after(5), { reminder: fails });
    expect(done).toEqual(['Leith fine']);
    expect(await left()).toEqual(['broken']);
    await look(after(5));
    expect(done).toEqual(['Leith fine']);
    await look(after(6));
    expect(done).toEqual(['Leith fine', 'Leith broken']);
  });

  test('a kind that has no handler here waits for a process that has one', async () => {
    await promise('new', after(0), 'unheard_of');
    await look(after(5));
    expect(await left()).toEqual(['new']);
  });

  test('a bank that this node may not speak for is left alone', async () => {
    await promise('quiet', after(0));
    await look(after(5), { reminder: note }, database, []);
    expect(await left()).toEqual(['quiet']);
  });

  // PGlite has one process and one connection.
  if (name !== 'PGlite')
    test('what takes long in one process keeps another from nothing else', async () => {
      await promise('slow', after(0));
      await promise('quick', after(1));
      const slow: DueHandler = async (tx, at, subject, now, rest) => {
        // While we are at it, the other process looks as well.
        if (subject === 'slow') await look(after(5), { reminder: note }, other);
        await note(tx, at, subject, now, rest);
      };
      await look(after(5), { reminder: slow });
      expect(done).toEqual(['Leith quick', 'Leith slow']);
    });

  test('one look is bounded, and two processes do each thing once', async () => {
    const many = Array.from({ length: 230 }, (_, index) => `n${index}`);
    await database.transaction(async (tx) => {
      for (const subject of many) await remindAt(tx, bank, { kind: 'reminder', subject, at: NOON });
    });
    expect(await look(after(1))).toBe(true);
    expect(done).toHaveLength(200);
    await database.transaction(async (tx) => {
      for (const subject of many) await remindAt(tx, bank, { kind: 'reminder', subject, at: NOON });
    });
    done = [];
    const both = [database, other].map(async (where) => {
      while (await look(after(1), { reminder: note }, where));
    });
    await Promise.all(both);
    expect(done.toSorted()).toEqual(many.map((subject) => `Leith ${subject}`).toSorted());
    expect(await left()).toEqual([]);
  });
});
