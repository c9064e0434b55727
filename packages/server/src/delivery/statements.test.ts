/** When a bank signs what it computes without being asked. */
import { and, eq, sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { journalEntry, pair as pairTable } from '../db/schema.ts';
import { connect, startTowns, type Town, until } from '../testing/town.ts';
import { nightOf, StatementClock } from './statement-clock.ts';

describe('the night of a bank', () => {
  const at = (time: string): Date => new Date(`2026-11-23T${time}Z`);
  test('begins between three and four by its own clock, and is named by its date there', () => {
    expect(nightOf(at('02:59'), 'UTC', 'any')).toBeNull();
    expect(nightOf(at('04:00'), 'UTC', 'any')).toBe('2026-11-23');
    expect(nightOf(at('17:59'), 'Asia/Tokyo', 'any')).toBeNull();
    expect(nightOf(at('19:00'), 'Asia/Tokyo', 'any')).toBe('2026-11-24');
    expect(nightOf(at('04:00'), 'Nowhere/At-All', 'any')).toBe('2026-11-23');
  });

  test('does not begin for all banks of a node at once', () => {
    const begun = Array.from({ length: 100 }, (_, i) => nightOf(at('03:30'), 'UTC', `bank ${i}`) !== null);
    expect(new Set(begun)).toEqual(new Set([true, false]));
  });
});

describe('a statement', () => {
  let leith: Town;
  let gracia: Town;
  let clock: StatementClock;
  let ids: { a: string; b: string };

  beforeAll(async () => {
    [leith, gracia] = (await startTowns(['Leith', 'Gràcia'], { statementQuietMs: 3_600_000 })) as [Town, Town];
    ids = await connect(leith, gracia, 600, 600);
    await leith.call('POST', '/api/members', { handle: 'moira', name: 'Moira' });
    await gracia.call('POST', '/api/members', { handle: 'rosa', name: 'Rosa' });
    clock = new StatementClock(leith.node.context);
  });
  afterAll(async () => {
    clock?.stop();
    await Promise.all([leith?.stop(), gracia?.stop()]);
  });

  /** How many statements of Leith's own its journal holds. */
  async function written(): Promise<number> {
    const rows = await leith.database.db
      .select({ seq: journalEntry.seq })
      .from(journalEntry)
      .innerJoin(pairTable, and(eq(pairTable.id, journalEntry.pairId), eq(pairTable.me, journalEntry.author)))
      .where(eq(journalEntry.kind, 'Checkpoint'));
    return rows.length;
  }

  async function give(): Promise<void> {
    const gift = { from: 'moira', to: `rosa@${gracia.host}`, minutes: 1, content: 'A minute' };
    const given = await leith.call('POST', '/api/transfers', gift);
    const done = await leith.call('GET', `/api/transfers/${given.body.id}?waitMs=10000`);
    expect(done.body.status).toBe('settled');
  }

  test('is written after a hundred entries of both journals, also while the pair is busy', async () => {
    await give();
    expect(await written()).toBe(0);
    // The test hour and this gift were about a dozen entries. Let the last statement lie further back.
    await leith.database.db.update(pairTable).set({ statedSeqs: sql`${pairTable.statedSeqs} - 86` });
    await give();
    await until(async () => (await written()) === 1);
    await give();
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(await written()).toBe(1);
  });

  test('is written once a night, for what either bank wrote, and not for statements', async () => {
    const before = await written();
    await clock.tick(new Date('2030-01-01T02:00Z'));
    expect(await written()).toBe(before);
    await clock.tick(new Date('2030-01-01T04:00Z'));
    expect(await written()).toBe(before + 1);
    await give();
    await clock.tick(new Date('2030-01-01T05:00Z'));
    expect(await written()).toBe(before + 1);
    await clock.tick(new Date('2030-01-02T04:00Z'));
    await gracia.call('POST', `/api/agreements/${ids.b}/statement`);
    await until(async () => (await leith.call('GET', `/api/agreements/${ids.a}`)).body.statement);
    await clock.tick(new Date('2030-01-03T04:00Z'));
    expect(await written()).toBe(before + 2);

    const position = async (): Promise<number> =>
      (await leith.call('GET', `/api/agreements/${ids.a}`)).body.position.limitMinutes;
    const limit = await position();
    await gracia.call('POST', `/api/agreements/${ids.b}/change`, { grantsMinutes: 540 });
    await until(async () => (await position()) !== limit);
    await clock.tick(new Date('2030-01-04T04:00Z'));
    expect(await written()).toBe(before + 3);
  });
});
