/** The ledger, on both databases: what may be posted, and what the database itself refuses. */

import { startPair, termsOf } from '@evenhour/protocol';
import { generateKeyPair } from '@evenhour/protocol/proof';
import { hashOfKey, pairOf } from '@evenhour/protocol/wire';
import { and, eq, type SQL, sql } from 'drizzle-orm';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Banks, createBank } from '../bank/bank.ts';
import { type Database, sqlState } from '../db/database.ts';
import { newId } from '../db/id.ts';
import { account, pair as pairTable } from '../db/schema.ts';
import { pairColumns } from '../journal/pair-store.ts';
import { createSeal } from '../node/seal.ts';
import { type Opened, STORES } from '../testing/stores.ts';
import { type NewPosting, post, recompute, totals } from './ledger.ts';

describe.each(STORES)('the ledger on %s', (_name, open) => {
  let opened: Opened;
  let database: Database;
  let bankId: string;
  let otherBank: string;

  beforeAll(async () => {
    opened = await open();
    ({ database } = opened);
    const seal = createSeal('a secret of thirty-two characters');
    bankId = await createBank(database, seal, { origin: 'https://leith.example', name: 'Leith' });
    otherBank = await createBank(database, seal, { origin: 'https://gracia.example', name: 'Gràcia' });
    await new Banks(database, seal).reload();
  });
  afterAll(() => opened?.close());

  /** A new account. `null` is no bound. */
  async function openAccount(floor: number | null, ceiling: number | null = null, bank = bankId): Promise<string> {
    const id = `member:${newId()}`;
    await database.db.insert(account).values({ bankId: bank, id, kind: 'member', floor, ceiling });
    return id;
  }

  /** Posts in one transaction and says how it went: `ok`, or the state of the error. */
  async function tryPost(...postings: readonly NewPosting[]): Promise<string> {
    return attempt(() => database.transaction((tx) => post(tx, bankId, postings)));
  }

  async function attempt(work: () => Promise<unknown>): Promise<string> {
    try {
      await work();
      return 'ok';
    } catch (error) {
      return sqlState(error) ?? String(error);
    }
  }

  async function stand(id: string): Promise<string> {
    const [row] = await database.db
      .select()
      .from(account)
      .where(and(eq(account.bankId, bankId), eq(account.id, id)));
    return `${row?.balance} (${row?.held})`;
  }

  const line = (
    kind: NewPosting['kind'],
    debit: string,
    credit: string,
    minutes: number,
    more: Partial<NewPosting> = {},
  ): NewPosting => ({
    id: newId(),
    kind,
    debit,
    credit,
    minutes,
    cause: newId(),
    ...more,
  });

  async function balanced(): Promise<void> {
    expect((await totals(database.db, bankId)).sum).toBe(0);
    expect(await recompute(database.db, bankId)).toEqual([]);
  }

  describe('is refused', () => {
    type Make = (ana: string, bo: string, hold: NewPosting) => NewPosting | NewPosting[];
    /** Ana may owe an hour and holds half of it for Bo; Bo may have an hour and a half. */
    const CASES: Record<string, [Make, string]> = {
      'more than there is': [(ana, bo) => line('direct', ana, bo, 31), 'EH003'],
      'a hold of more than there is': [(ana, bo) => line('hold', ana, bo, 31), 'EH003'],
      'more than there is, in parts': [
        (ana, bo) => [line('direct', ana, bo, 20), line('direct', ana, bo, 11)],
        'EH003',
      ],
      'more than there is, by a hold and a direct line': [
        (ana, bo) => [line('hold', ana, bo, 20), line('direct', ana, bo, 11)],
        'EH003',
      ],
      'more than fits': [(_ana, bo) => line('direct', 'unclaimed', bo, 91), 'EH004'],
      'more than fits, in parts': [
        (_ana, bo) => [line('direct', 'unclaimed', bo, 50), line('direct', 'unclaimed', bo, 41)],
        'EH004',
      ],
      nothing: [(ana, bo) => line('direct', ana, bo, 0), '23514'],
      'less than nothing': [(ana, bo) => line('direct', ana, bo, -1), '23514'],
      'less than nothing, as a hold': [(ana, bo) => line('hold', ana, bo, -1), '23514'],
      'half a minute': [(ana, bo) => line('direct', ana, bo, 0.5), '22P02'],
      'not a number': [(ana, bo) => line('direct', ana, bo, Number.NaN), '23502'],
      'more than a number holds': [(_ana, bo) => line('direct', 'unclaimed', bo, 2 ** 63), '22003'],
      'to oneself': [(ana) => line('direct', ana, ana, 1), '23514'],
      'from nobody': [(_ana, bo) => line('direct', 'member:none', bo, 1), '23503'],
      'to nobody': [(ana) => line('direct', ana, 'member:none', 1), '23503'],
      'of another kind': [(ana, bo) => line('gift' as 'direct', ana, bo, 1), '23514'],
      'a post of more than is held': [(ana, bo, hold) => line('post', ana, bo, 31, ends(hold)), '23514'],
      'a post of more, with the hold made larger': [
        (ana, bo, hold) => line('post', ana, bo, 31, { ...ends(hold), heldMinutes: 31 }),
        'EH005',
      ],
      'a post that does not say what was held': [
        (ana, bo, hold) => line('post', ana, bo, 31, { holdId: hold.id }),
        '23514',
      ],
      'a post without a hold': [(ana, bo) => line('post', ana, bo, 1), '23514'],
      'a post of a hold that is none': [
        (ana, bo) => line('post', ana, bo, 1, { holdId: 'none', heldMinutes: 1 }),
        'EH005',
      ],
      'a post of a hold by somebody else': [(_ana, bo, hold) => line('post', bo, 'unclaimed', 30, ends(hold)), 'EH005'],
      'a post of a hold to somebody else': [
        (ana, _bo, hold) => line('post', ana, 'unclaimed', 30, ends(hold)),
        'EH005',
      ],
      'a post and a void of one hold': [
        (ana, bo, hold) => [line('post', ana, bo, 30, ends(hold)), line('void', ana, bo, 0, ends(hold))],
        '23505',
      ],
      'a void that moves minutes': [(ana, bo, hold) => line('void', ana, bo, 30, ends(hold)), '23514'],
      'a void of less than was held': [
        (ana, bo, hold) => line('void', ana, bo, 0, { ...ends(hold), heldMinutes: 1 }),
        'EH005',
      ],
      'a void of somebody else': [(_ana, bo, hold) => line('void', bo, 'unclaimed', 0, ends(hold)), 'EH005'],
      'a direct line that ends a hold': [(ana, bo, hold) => line('direct', ana, bo, 1, ends(hold)), '23514'],
      'a direct line that frees what is held': [(ana, bo) => line('direct', ana, bo, 1, { heldMinutes: 30 }), '23514'],
      'a hold that frees what is held': [(ana, bo) => line('hold', ana, bo, 1, { heldMinutes: 30 }), '23514'],
      'the same id twice': [(ana, bo, hold) => line('direct', ana, bo, 1, { id: hold.id }), '23505'],
      'the same cause twice': [(ana, bo, hold) => line('hold', ana, bo, 1, { cause: hold.cause }), '23505'],
    };
    const ends = (hold: NewPosting) => ({ holdId: hold.id, heldMinutes: hold.minutes });

    test.each(Object.entries(CASES))('%s', async (_name, [make, expected]) => {
      const [ana, bo] = [await openAccount(-60), await openAccount(0, 90)];
      const hold = line('hold', ana, bo, 30);
      expect(await tryPost(hold)).toBe('ok');
      const postings = [make(ana, bo, hold)].flat();
      expect(await tryPost(...postings)).toBe(expected);
      expect([await stand(ana), await stand(bo)]).toEqual(['0 (30)', '0 (0)']);
      await balanced();
    });

    test('an account of another bank', async () => {
      const [ana, far] = [await openAccount(-60), await openAccount(-60, null, otherBank)];
      expect(await tryPost(line('direct', ana, far, 1))).toBe('23503');
      expect(await tryPost(line('direct', far, ana, 1))).toBe('23503');
    });

    test('a hold of another bank', async () => {
      const [ana, bo] = [await openAccount(-60), await openAccount(-60)];
      const [far, near] = [await openAccount(-60, null, otherBank), await openAccount(-60, null, otherBank)];
      const hold = line('hold', far, near, 30);
      await database.transaction((tx) => post(tx, otherBank, [hold]));
      expect(await tryPost(line('post', ana, bo, 30, ends(hold)))).toBe('EH005');
    });
  });

  test('a hold is kept, or given up, once', async () => {
    const [ana, bo] = [await openAccount(-60), await openAccount(-60)];
    const [kept, given] = [line('hold', ana, bo, 40), line('hold', ana, bo, 20)];
    const end = (hold: NewPosting) => ({ holdId: hold.id, heldMinutes: hold.minutes });
    expect(await tryPost(kept, given)).toBe('ok');
    expect(await stand(ana)).toBe('0 (60)');
    expect(await tryPost(line('post', ana, bo, 30, end(kept)))).toBe('ok');
    expect([await stand(ana), await stand(bo)]).toEqual(['-30 (20)', '30 (0)']);
    expect(await tryPost(line('void', ana, bo, 0, end(given)))).toBe('ok');
    expect([await stand(ana), await stand(bo)]).toEqual(['-30 (0)', '30 (0)']);
    for (const hold of [kept, given])
      for (const [kind, minutes] of [
        ['post', 1],
        ['void', 0],
      ] as const)
        expect(await tryPost(line(kind, ana, bo, minutes, end(hold)))).toBe('23505');
    await balanced();
  });

  test('a floor that was raised and a ceiling that was lowered stop only what makes it worse', async () => {
    const [ana, bo] = [await openAccount(-60), await openAccount(null)];
    expect(await tryPost(line('direct', ana, bo, 60))).toBe('ok');
    await database.db.update(account).set({ floor: -10 }).where(eq(account.id, ana));
    await database.db.update(account).set({ ceiling: 20 }).where(eq(account.id, bo));
    expect(await tryPost(line('direct', ana, bo, 1))).toBe('EH003');
    expect(await tryPost(line('direct', 'unclaimed', bo, 1))).toBe('EH004');
    expect(await tryPost(line('direct', bo, ana, 1))).toBe('ok');
    expect([await stand(ana), await stand(bo)]).toEqual(['-59 (0)', '59 (0)']);
  });

  describe('nobody changes by hand', () => {
    const id = newId();
    beforeAll(async () => {
      const [ana, bo] = [await openAccount(-60), await openAccount(-60)];
      expect(await tryPost(line('direct', ana, bo, 5, { id }))).toBe('ok');
      await database.db.execute(
        sql`insert into evidence (bank_id, id, pair_id, code, document) values (${bankId}, 'e', 'p', 'fork', '{}')`,
      );
      await database.db.execute(sql`insert into journal_entry (bank_id, pair_id, author, epoch, seq, hash, kind, ack_seq, document)
        values (${bankId}, 'p', 0, 0, 1, 'h', 'Hold', 0, '{}')`);
    });
    const CASES: Record<string, [SQL, string]> = {
      'the minutes of a posting': [sql`update posting set minutes = 6`, 'EH001'],
      'a posting, away': [sql`delete from posting`, 'EH001'],
      'all postings, away': [sql`truncate posting`, 'EH001'],
      'an entry': [sql`update journal_entry set document = '{"a":1}'`, 'EH001'],
      'the verdict on an entry': [sql`update journal_entry set breach = null`, 'EH001'],
      'an entry, away': [sql`delete from journal_entry`, 'EH001'],
      'all entries, away': [sql`truncate journal_entry`, 'EH001'],
      evidence: [sql`update evidence set code = 'gap'`, 'EH001'],
      'evidence, away': [sql`delete from evidence`, 'EH001'],
      'all evidence, away': [sql`truncate evidence`, 'EH001'],
      'a balance': [sql`update account set balance = balance + 1`, 'EH002'],
      'what is held': [sql`update account set held = held + 1`, 'EH002'],
      'two balances that even out': [
        sql`update account set balance = case id when 'unclaimed' then 5 when 'loss' then -5 else balance end`,
        'EH002',
      ],
      'an account, away': [sql`delete from account`, 'EH001'],
      'everything, away': [sql`truncate bank cascade`, 'EH001'],
      'a new account with something on it': [
        sql`insert into account (bank_id, id, kind, balance) select id, 'rich', 'member', 5 from bank`,
        'EH002',
      ],
      'a floor above its ceiling': [sql`update account set floor = 1, ceiling = 0`, '23514'],
      'one hold that ends twice, by two rows': [sql`update posting set hold_id = id`, 'EH001'],
    };
    test.each(Object.entries(CASES))('%s', async (_name, [statement, expected]) => {
      expect(await attempt(() => database.db.execute(statement))).toBe(expected);
      await balanced();
    });
  });

  test('what a bank owes and has promised rises only within the limit', async () => {
    const pairId = await openPair(600);
    const set = (debtMinutes: number, openMinutes: number, limitMinutes = 600): Promise<string> =>
      attempt(() =>
        database.db.update(pairTable).set({ debtMinutes, openMinutes, limitMinutes }).where(eq(pairTable.id, pairId)),
      );
    expect(await set(0, 601)).toBe('EH006');
    expect(await set(601, 0)).toBe('EH006');
    expect(await set(300, 301)).toBe('EH006');
    expect(await set(300, 300)).toBe('ok');
    // The limit is lowered under what is owed: what was promised is kept, and nothing new.
    expect(await set(300, 300, 100)).toBe('ok');
    expect(await set(600, 0, 100)).toBe('ok');
    expect(await set(600, 1, 100)).toBe('EH006');
    expect(await set(599, 0, 100)).toBe('ok');
    expect(await set(600, 0, 100)).toBe('EH006');
    // It may be the partner who owes, and more than any limit of ours.
    expect(await set(-5000, 0, 100)).toBe('ok');
  });

  async function openPair(grants: number): Promise<string> {
    const party = async (origin: string) => {
      const { publicMultikey } = (await generateKeyPair(`${origin}#key`)).signing;
      const url = (path: string): string => `${origin}/ap/${path}`;
      const key = { id: url('bank#key'), publicKeyMultibase: publicMultikey };
      return {
        bank: url('bank'),
        name: 'x',
        key,
        recovery: hashOfKey(publicMultikey),
        journal: url('j'),
        exchange: url('e'),
        bridgeBuilder: 'x',
        grantsMinutes: grants,
      };
    };
    const parties = [await party('https://a.example'), await party('https://b.example')] as const;
    const core = {
      version: 'https://w3id.org/evenhour/v1',
      features: [],
      parties,
      start: '2026-11-22',
      noticeDays: 30,
      public: true,
      words: [],
      nonce: 'n',
    };
    const { pair, genesis } = pairOf(core);
    const mirrorId = await openAccount(null);
    const columns = pairColumns(startPair(termsOf(core, pair, genesis), 0));
    const names = { agreementId: newId(), peerBank: parties[1].bank, peerOrigin: 'https://b.example', peerName: 'b' };
    await database.db
      .insert(pairTable)
      .values({ bankId, id: pair, ...names, me: 0, core, genesis, mirrorId, status: 'active', ...columns });
    return pair;
  }

  test('the sums are those of each kind of account', async () => {
    const before = await totals(database.db, bankId);
    const ana = await openAccount(-60);
    expect(
      await tryPost(line('direct', ana, 'fund', 10), line('direct', ana, 'unclaimed', 5), line('hold', ana, 'fund', 7)),
    ).toBe('ok');
    const after = await totals(database.db, bankId);
    expect(after).toEqual({
      ...before,
      members: before.members - 15,
      funds: before.funds + 10,
      unclaimed: before.unclaimed + 5,
      held: before.held + 7,
    });
  });

  test('recomputing finds a balance that was bent behind the guards', async () => {
    const ana = await openAccount(-60);
    await expect(
      database.transaction(async (tx) => {
        await tx.execute(sql`alter table account disable trigger account_guard`);
        await tx.execute(sql`update account set came = 7, balance = 7 where id = ${ana}`);
        expect(await recompute(tx, bankId)).toEqual([{ account: ana, balance: 7, postings: 0 }]);
        expect((await totals(tx, bankId)).sum).toBe(7);
        throw new Error('undone');
      }),
    ).rejects.toThrow('undone');
    await balanced();
  });

  test('any postings do what a plain model does', async () => {
    const step = fc.record({
      kind: fc.constantFrom('direct', 'hold', 'post', 'void'),
      from: fc.nat(2),
      to: fc.nat(2),
      minutes: fc.integer({ min: -2, max: 90 }),
      which: fc.nat(5),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
        const bounds = [
          { floor: -60, ceiling: 120 },
          { floor: 0, ceiling: null },
          { floor: null, ceiling: 30 },
        ];
        const ids = await Promise.all(bounds.map(({ floor, ceiling }) => openAccount(floor, ceiling)));
        const model = bounds.map((bound) => ({ ...bound, balance: 0, held: 0 }));
        const holds: { posting: NewPosting; from: number; to: number; ended: boolean }[] = [];
        for (const { kind, from, to, minutes, which } of steps) {
          const hold = kind === 'post' || kind === 'void' ? holds[which] : undefined;
          if ((kind === 'post' || kind === 'void') && hold === undefined) continue;
          const [debit, credit] = hold === undefined ? [from, to] : [hold.from, hold.to];
          const amount = kind === 'void' ? 0 : minutes;
          const end = hold === undefined ? {} : { holdId: hold.posting.id, heldMinutes: hold.posting.minutes };
          const posting = line(kind, ids[debit] as string, ids[credit] as string, amount, end);
          const [a, b] = [model[debit] as (typeof model)[0], model[credit] as (typeof model)[0]];
          const room = a.floor === null ? Number.POSITIVE_INFINITY : a.balance - a.held - a.floor;
          const full = kind !== 'hold' && kind !== 'void' && b.ceiling !== null && b.balance + amount > b.ceiling;
          const sound = debit !== credit && (kind === 'void' || amount > 0);
          const fits = hold === undefined ? amount <= room : !hold.ended && amount <= hold.posting.minutes;
          const expected = sound && fits && !full;
          expect((await tryPost(posting)) === 'ok').toBe(expected);
          if (!expected) continue;
          if (kind === 'hold') {
            a.held += amount;
            holds.push({ posting, from: debit, to: credit, ended: false });
          } else {
            a.balance -= amount;
            b.balance += amount;
          }
          if (hold !== undefined) {
            a.held -= hold.posting.minutes;
            hold.ended = true;
          }
        }
        expect(await Promise.all(ids.map(stand))).toEqual(model.map(({ balance, held }) => `${balance} (${held})`));
        expect(model.reduce((sum, { balance }) => sum + balance, 0)).toBe(0);
      }),
      { numRuns: 25 },
    );
    await balanced();
  });
});
