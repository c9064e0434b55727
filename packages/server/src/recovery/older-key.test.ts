/** A database that is put back to what it was before its bank changed the key. */
import { eq, sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type BankKeys, KEY_IS_OLDER, KeyFileError, readKeyFile } from '../bank/keys.ts';
import { journalEntry, pair as pairTable } from '../db/schema.ts';
import { examine } from '../node/doctor.ts';
import { firstKeyFile, nextKeys, rotate } from '../testing/keys.ts';
import { hasTestPostgres } from '../testing/postgres.ts';
import { Restorable, type Storage } from '../testing/restorable.ts';
import { until } from '../testing/town.ts';

const STORAGES: readonly Storage[] = hasTestPostgres() ? ['postgres', 'pglite'] : ['pglite'];

describe.each(STORAGES)('a database from before a key change, on %s', (storage) => {
  let towns: Restorable;
  /** The keys of Leith so far, oldest first, as the operator has them in files. */
  let files: BankKeys[];

  beforeAll(async () => {
    towns = await Restorable.start(storage, ['Leith', 'Gràcia']);
    await towns.connect('Leith', 'Gràcia');
    files = [readKeyFile(firstKeyFile(towns.of('Leith')))];
  }, 120_000);
  afterAll(() => towns?.stop());

  const file = (nth: number): BankKeys => {
    const found = files.at(nth);
    if (found === undefined) throw new Error(`no file ${nth}`);
    return found;
  };
  const bring = (last: BankKeys, next: BankKeys) => rotate(towns.of('Leith'), next, last);
  const change = async () => {
    files.push(await nextKeys(towns.of('Leith')));
    return bring(file(-2), file(-1));
  };
  const ofLeith = () => {
    const { node, bank } = towns.of('Gràcia');
    return node.context.partners.all().find(({ bankId }) => bankId === bank.id);
  };
  /** Until Gràcia refuses every key of Leith but its newest. */
  const isUsed = () => until(async () => ofLeith()?.used === file(-1).signing.publicKey, 20_000);
  const keyChanges = async (at: string): Promise<number> => {
    const rows = await towns.of(at).database.db.select().from(journalEntry).where(eq(journalEntry.kind, 'Amend'));
    return rows.filter(({ document }) => document.includes('"keyChange"')).length;
  };
  /** Both books are right, the key changed as often as the operator said, and hours cross in both directions. */
  const sound = async (): Promise<void> => {
    expect(await towns.settle('Leith', 'Gràcia')).toEqual([]);
    await towns.cross('Leith', 'Gràcia', 2);
    await towns.cross('Gràcia', 'Leith', 1);
    expect(await towns.settle('Leith', 'Gràcia')).toEqual([]);
    expect([await keyChanges('Leith'), await keyChanges('Gràcia')]).toEqual([files.length - 1, files.length - 1]);
    const [row] = await towns.of('Leith').database.db.select().from(pairTable);
    expect([row?.keyChanges, row?.lastError]).toEqual([[], null]);
    expect(ofLeith()?.used).toBe(file(-1).signing.publicKey);
  };

  test('that is given the newer key again goes on under it, and the change is written once', async () => {
    const copy = await towns.backUp('Leith');
    expect(await towns.settle('Leith', 'Gràcia')).toEqual([]);
    expect(await change()).toEqual({ told: 1, waiting: 0 });
    await towns.cross('Leith', 'Gràcia', 5);
    await isUsed();
    await towns.down('Gràcia');
    await towns.putBack('Leith', copy);
    expect(await bring(file(-2), file(-1))).toEqual({ told: 0, waiting: 1 });
    expect(await bring(file(-2), file(-1))).toBeNull();
    await towns.up('Gràcia');
    await sound();
  });

  test('whose journal has the change, but not that the partner took it', async () => {
    await towns.down('Gràcia');
    expect(await change()).toEqual({ told: 1, waiting: 0 });
    const copy = await towns.backUp('Leith');
    await towns.up('Gràcia');
    await towns.cross('Leith', 'Gràcia', 5);
    await isUsed();
    await towns.putBack('Leith', copy);
    await sound();
  });

  test('without the newer keys waits and says why, until all of them were brought in their order', async () => {
    const copy = await towns.backUp('Leith');
    await change();
    await towns.cross('Leith', 'Gràcia', 5);
    await change();
    await towns.cross('Leith', 'Gràcia', 5);
    await isUsed();
    await towns.putBack('Leith', copy);
    const waits = async () => {
      const told = await until(async () => {
        const { delivery } = await towns.agreement('Leith', 'Gràcia');
        return delivery.lastError?.startsWith(KEY_IS_OLDER) ? delivery.lastError : null;
      }, 20_000);
      expect(told).toContain('evenhour bank rotate-key');
      expect((await towns.agreement('Leith', 'Gràcia')).mode).toBe('waiting');
    };
    await waits();
    const leith = towns.of('Leith');
    const checks = await examine(leith.node.context, leith.bank);
    expect(checks.find(({ id }) => id === 'open:Gràcia')).toMatchObject({
      ok: false,
      says: expect.stringContaining(KEY_IS_OLDER),
      fix: expect.stringContaining('evenhour bank rotate-key'),
    });
    const id = (await towns.agreement('Leith', 'Gràcia')).id;
    const page = await (await fetch(`${leith.origin}/agreements/${id}`)).text();
    expect(page).toContain('They know a newer key of ours');

    // What the partner asks meanwhile is answered under the old key, which it does not believe; nothing is lost.
    await towns.down('Gràcia');
    await towns.up('Gràcia');
    const given = await towns.give('Gràcia', 'Leith', 3);
    await expect(bring(file(-2), file(-1))).rejects.toThrow(KeyFileError);
    await bring(file(-3), file(-2));
    await waits();
    expect(await towns.statusOf('Gràcia', given)).toBe('offered');
    await bring(file(-2), file(-1));
    await until(async () => (await towns.statusOf('Gràcia', given)) === 'settled', 20_000);
    await sound();
  });

  test('reads the journals under the key that its greeting was taken under', async () => {
    const copy = await towns.backUp('Leith');
    await change();
    await towns.cross('Leith', 'Gràcia', 5);
    await isUsed();
    await towns.down('Gràcia');
    await towns.putBack('Leith', copy);
    await bring(file(-2), file(-1));
    // Gràcia answers the greeting, but its journals cannot be read yet.
    const { node, bank, database } = towns.of('Leith');
    const { outgoing, banks } = node.context;
    const send = outgoing.request;
    outgoing.request = (request) => (request.method === 'GET' ? Promise.reject(new Error('lost')) : send(request));
    await towns.up('Gràcia');
    const row = await until(async () => {
      const [now] = await database.db.select().from(pairTable);
      return now?.mode === 'recovering' ? now : null;
    }, 20_000);
    expect(row.ownKey).toBe(file(-1).signing.publicKey);
    await until(async () => banks.byId(bank.id)?.keyFor(row.id).publicMultikey === row.ownKey);
    await database.db.update(pairTable).set({ attempts: 0, nextAttemptAt: sql`now()` });
    outgoing.request = send;
    await sound();
  });

  test('of the partner, which then sees the newer key before it has the change again', async () => {
    const copy = await towns.backUp('Gràcia');
    await change();
    await towns.cross('Leith', 'Gràcia', 5);
    await isUsed();
    // Leith starts again while the partner is put back: it greets under its newest key and is told of an older journal.
    await towns.down('Leith');
    await towns.putBack('Gràcia', copy);
    const { node } = towns.of('Gràcia');
    const send = node.context.outgoing.request;
    node.context.outgoing.request = () => Promise.reject(new Error('lost'));
    await towns.up('Leith');
    await isUsed();
    await until(async () => (await towns.agreement('Leith', 'Gràcia')).mode === 'open', 20_000);
    await towns.of('Leith').node.context.banks.reload();
    node.context.outgoing.request = send;
    await sound();
  });
});
