import type { KvKey, KvStoreSetOptions } from '@fedify/fedify/federation';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type Database, openMemory, openPostgres } from '../db/database.ts';
import { bank, idempotency } from '../db/schema.ts';
import { rowsOf } from '../ledger/ledger.ts';
import { hasTestPostgres, testDatabase } from '../testing/postgres.ts';
import { until } from '../testing/town.ts';
import { createKv, sweepAnswers, sweepDaily, sweepKv } from './kv.ts';
import { all } from './testing.ts';

/** Node 24 has no Temporal of its own; the store asks a duration for its seconds and nothing else. */
const ttl = (seconds: number): KvStoreSetOptions => ({ ttl: { total: () => seconds } as unknown as Temporal.Duration });

async function addBank(database: Database, id: string): Promise<void> {
  await database.db.insert(bank).values({
    id,
    origin: `https://${id}.example`,
    host: `${id}.example`,
    name: id,
    theme: 'leaf',
    phone: '',
    bridgeBuilder: '',
    language: 'en',
    timeZone: 'UTC',
    floorMinutes: -600,
    transferCapMinutes: 600,
    memberCapMinutes: 600,
  });
}

function suite(open: () => Promise<Database>): void {
  let database: Database;
  beforeAll(async () => {
    database = await open();
    await addBank(database, 'leith');
    await addBank(database, 'gracia');
  });
  afterAll(() => database.close());
  const store = (id = 'leith') => createKv(database.db, id);

  it('keeps any JSON, and tells null from nothing', async () => {
    const kv = store();
    for (const value of [null, false, 0, '', 'x', [], {}, { a: [1, { b: null }] }]) {
      await kv.set(['any', 'json'], value);
      expect(await kv.get(['any', 'json'])).toEqual(value);
    }
    await kv.delete(['any', 'json']);
    expect(await kv.get(['any', 'json'])).toBeUndefined();
  });

  it('does not mix up keys whose parts join to the same text', async () => {
    const kv = store();
    const keys: KvKey[] = [['a', 'b'], ['a,b'], ['a","b'], ['a'], ['ab'], ['a', 'b', 'c'], ['%'], ['a', '%']];
    for (const key of keys) await kv.set(key, key);
    for (const key of keys) expect(await kv.get(key)).toEqual(key);
    const listed = async (prefix?: KvKey) => (await all(kv.list(prefix))).map(({ key }) => key);
    expect(new Set(await listed(['a']))).toEqual(new Set([['a'], ['a', 'b'], ['a', 'b', 'c'], ['a', '%']]));
    expect(await listed(['%'])).toEqual([['%']]);
    expect(await listed(['nobody'])).toEqual([]);
    expect(await listed()).toHaveLength(keys.length);
    for (const key of keys) await kv.delete(key);
  });

  it('keeps the entries of two banks apart', async () => {
    await store('leith').set(['shared'], 'leith');
    await store('gracia').set(['shared'], 'gracia');
    await store('gracia').set(['own'], 'gracia');
    expect(await store('leith').get(['own'])).toBeUndefined();
    expect(await store('leith').cas?.(['own'], 'gracia', 'stolen')).toBe(false);
    await store('leith').delete(['own']);
    expect(await store('gracia').get(['own'])).toBe('gracia');
    expect(await all(store('leith').list())).toEqual([{ key: ['shared'], value: 'leith' }]);
    await store('leith').delete(['shared']);
    expect(await store('gracia').get(['shared'])).toBe('gracia');
  });

  it('forgets what is over, and remembers what was set anew', async () => {
    const kv = store();
    await kv.set(['over'], 1, ttl(-1));
    await kv.set(['later'], 1, ttl(60));
    expect(await kv.get(['over'])).toBeUndefined();
    expect(await kv.get(['later'])).toBe(1);
    expect(await all(kv.list(['over']))).toEqual([]);
    expect(await kv.cas?.(['over'], 1, 2)).toBe(false);
    await kv.set(['over'], 2);
    expect(await kv.get(['over'])).toBe(2);
    await kv.set(['over'], 3, ttl(-1));
    expect(await sweepKv(database.db)).toBe(1);
    const { rows } = (await database.db.execute(sql`select key from kv where key like '["over%'`)) as {
      rows: unknown[];
    };
    expect(rows).toEqual([]);
    await kv.delete(['later']);
  });

  it('sweeps answers that are older than 90 days, and no others', async () => {
    const row = { bankId: 'leith', digest: 'd', status: 202, body: '{}' };
    const days = (count: number) => new Date(Date.now() - count * 86_400_000);
    await database.db.insert(idempotency).values([
      { ...row, key: 'young', at: days(89) },
      { ...row, key: 'old', at: days(91) },
    ]);
    await sweepAnswers(database.db);
    const left = await database.db.select({ key: idempotency.key }).from(idempotency);
    expect(left).toEqual([{ key: 'young' }]);
  });

  it('swaps only what is as expected', async () => {
    const kv = store();
    const cas = async (expected: unknown, value: unknown, options?: KvStoreSetOptions) =>
      kv.cas?.(['cas'], expected, value, options);
    expect(await cas({ n: 0 }, 'no')).toBe(false);
    expect(await cas(undefined, undefined)).toBe(true);
    expect(await cas(undefined, { n: 1, m: 1 })).toBe(true);
    expect(await cas(undefined, 'again')).toBe(false);
    expect(await cas(undefined, undefined)).toBe(false);
    expect(await cas({ m: 1, n: 1 }, null)).toBe(true);
    expect(await cas(undefined, 'again')).toBe(false);
    expect(await cas(null, 'over', ttl(-1))).toBe(true);
    expect(await cas(undefined, 'anew')).toBe(true);
    expect(await kv.get(['cas'])).toBe('anew');
    expect(await cas('other', undefined)).toBe(false);
    expect(await cas('anew', undefined)).toBe(true);
    expect(await kv.get(['cas'])).toBeUndefined();
  });

  it('is swept at once, and again a day later', async () => {
    const kv = store('gracia');
    const gone = async () =>
      rowsOf<{ n: number }>(
        await database.db.execute(sql`select count(*)::int as n from kv where key like '%swept%'`),
      )[0]?.n === 0;
    const every = vi.spyOn(globalThis, 'setInterval');
    await kv.set(['swept', 'first'], 'over', ttl(-1));
    const stop = sweepDaily(database.db);
    const [again, ms] = every.mock.calls.at(-1) ?? [];
    every.mockRestore();
    expect(ms).toBe(86_400_000);
    await until(gone);
    await kv.set(['swept', 'second'], 'over', ttl(-1));
    again?.();
    await until(gone);
    stop();
  });

  it('lets one of many that race win', async () => {
    const kv = store();
    const race = (expected: unknown) =>
      Promise.all(Array.from({ length: 16 }, (_, i) => kv.cas?.(['race'], expected, `${expected}.${i}`)));
    expect((await race(undefined)).filter(Boolean)).toHaveLength(1);
    const first = await kv.get(['race']);
    expect((await race(first)).filter(Boolean)).toHaveLength(1);
    expect(await kv.get(['race'])).not.toBe(first);
  });
}

describe('the key-value store on PGlite', () => suite(openMemory));
describe.skipIf(!hasTestPostgres())('the key-value store on PostgreSQL', () =>
  suite(async () => openPostgres(await testDatabase())),
);
