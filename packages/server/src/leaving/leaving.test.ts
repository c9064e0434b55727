/** Leaving: what is covered, what goes, what stays, and that the books and journals verify before and after. */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { and, eq, getTableColumns, getTableName, is, sql } from 'drizzle-orm';
import { PgTable } from 'drizzle-orm/pg-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import * as schema from '../db/schema.ts';
import { askExchange } from '../exchange/asking.ts';
import { rowsOf } from '../ledger/ledger.ts';
import { notify } from '../notification/notify.ts';
import { createOffer } from '../offer/offers.ts';
import { type Streets, startStreets } from '../testing/streets.ts';
import { snapshot, until } from '../testing/town.ts';
import { exportBank } from '../verify/export.ts';
import { verifyExport } from '../verify/verify.ts';
import { memberLeaves } from './leaving.ts';
import { TABLES } from './tables.ts';

const DAY_MS = 24 * 60 * 60_000;
const tables = Object.values(schema).filter((each) => is(each, PgTable)) as PgTable[];
/** Columns that name a member, a person or how somebody is reached. */
const PERSONAL =
  /^(.*_)?(member_id|person_id|giver_id|receiver_id|host_id|to_id|invited_by|email|counterparty|account_id)$/;

describe('what is covered', () => {
  test('every table that names a member or a person is exported and has its end', () => {
    const naming = tables.filter((table) =>
      Object.values(getTableColumns(table)).some(({ name }) => PERSONAL.test(name)),
    );
    expect(naming.length).toBeGreaterThan(20);
    expect(naming.map(getTableName).filter((name) => !Object.hasOwn(TABLES, name))).toEqual([]);
  });

  test('no table is named that there is not, and no column', async () => {
    const columns = new Map(
      tables.map((table) => [getTableName(table), Object.values(getTableColumns(table)).map(({ name }) => name)]),
    );
    for (const [name, { without = [] }] of Object.entries(TABLES))
      for (const column of without) expect(columns.get(name), name).toContain(column);
    expect(Object.keys(TABLES).filter((name) => !columns.has(name))).toEqual([]);
  });
});

describe('a member who leaves', () => {
  let streets: Streets;
  let moira: string;
  const call = (
    method: 'GET' | 'POST',
    path: string,
    body: unknown = {},
    token: string | undefined = streets.tokens.moira,
  ) => streets.leith.call(method, path, body, token === undefined ? {} : { token });
  const leave = (at: Date) =>
    streets.leith.node.context.signals.commit((tx, after) => memberLeaves(tx, streets.leith.bank, moira, at, after));
  const verified = async (words: boolean) => {
    const folder = join(mkdtempSync(join(tmpdir(), 'evenhour-leave-')), 'export');
    await exportBank(streets.leith.database, streets.leith.bank.settings, folder, words);
    return verifyExport(folder);
  };

  beforeAll(async () => {
    streets = await startStreets();
    const { leith, gracia, tokens } = streets;
    moira = (await call('GET', '/api/members/moira')).body.id;
    const settled = async (to: string, content: string, token: string): Promise<string> => {
      const { body } = await call('POST', '/api/transfers', { to, minutes: 60, content }, token);
      await until(
        async () => (await call('GET', `/api/transfers/${body.id}`, undefined, token)).body.status === 'settled',
      );
      return body.id;
    };
    const across = await settled(`rosa@${gracia.host}`, 'Zanzibar across', tokens.moira);
    await settled('agnes', 'Zanzibar inside', tokens.moira);
    await call('POST', `/api/transfers/${across}/receipt/share`, { names: true });
    const { bank } = leith;
    await leith.node.context.signals.commit(async (tx, after) => {
      await createOffer(tx, bank, moira, {
        ...{ kind: 'offer', title: 'Zanzibar lessons', text: 'Zanzibar', language: 'en', category: 'repairs' },
        ...{ place: { name: 'Zanzibar Street' }, when: 'Zanzibar time', minutes: 60, seats: null, visibility: 'bank' },
      } as never);
      await notify(tx, bank, { memberId: moira, kind: 'thanks', facts: { name: 'Zanzibar' }, href: '/thanks' });
      await askExchange(
        tx,
        bank,
        {
          ...{ by: { by: 'member' }, memberId: moira, to: 'agnes', side: 'receiver' },
          terms: { minutes: 30, content: 'Zanzibar terms', place: 'Zanzibar bridge' },
        } as never,
        after,
      );
      await tx
        .update(schema.member)
        .set({ about: 'Zanzibar', phone: 'Zanzibar 1', email: 'zanzibar@leith.example' })
        .where(eq(schema.member.id, moira));
    });
  });
  afterAll(() => streets?.stop());

  test('takes everything along, and nothing of it opens a door', async () => {
    const { body } = await call('GET', `/api/members/${moira}/everything`);
    expect(body.tables.transfer).toHaveLength(2);
    expect(body.tables.member[0]).toMatchObject({ handle: 'moira', about: 'Zanzibar' });
    for (const name of ['posting', 'exchange', 'exchange_step', 'offer', 'notice', 'receipt_link', 'account', 'token'])
      expect(body.tables[name]?.length, name).toBeGreaterThan(0);
    expect(Object.keys(body.tables.token[0])).not.toContain('hash');
    expect((await call('GET', `/api/members/${moira}/everything`, undefined, streets.tokens.agnes)).status).toBe(403);
  });

  test('types the word, and can take it back', async () => {
    const asked = await call('POST', `/api/members/${moira}/leaving`);
    expect(asked.body.word).not.toBe('');
    expect((await call('POST', `/api/members/${moira}/leaving/confirm`, { word: 'nothing' })).status).toBe(400);
    const { body } = await call('POST', `/api/members/${moira}/leaving/confirm`, {
      word: ` ${asked.body.word.toUpperCase()} `,
    });
    expect(Date.parse(body.goesAt) - Date.now()).toBeGreaterThan(6.9 * DAY_MS);
    expect(body.waitsFor).toBe('exchanges');
    expect((await call('GET', '/api/leaving', undefined, streets.leith.token)).body.items).toMatchObject([
      { name: 'Moira Baird', word: '' },
    ]);
    await call('POST', `/api/members/${moira}/leaving/stay`);
    expect((await call('GET', `/api/members/${moira}/leaving`)).body.leaving).toBe(null);
    await leave(new Date(Date.now() + 8 * DAY_MS));
    expect((await call('GET', '/api/members/moira')).body.name).toBe('Moira Baird');
  });

  test('waits for what is open and for the desk, and then goes', { timeout: 30_000 }, async () => {
    const { leith } = streets;
    const { db } = leith.database;
    const before = await verified(true);
    const { word } = (await call('POST', `/api/members/${moira}/leaving`)).body;
    const seen = await streets.visitor('leith').signIn(streets.tokens.moira);
    expect((await seen.fill('/leave', '/leave/confirm', { word: 'nothing' })).html).toContain('That was another word');
    expect((await seen.fill('/leave', '/leave/confirm', { word })).status).toBe(303);
    expect((await seen.get('/leave')).html).toContain('Take it back, I stay');
    const later = new Date(Date.now() + 8 * DAY_MS);
    const waits = async (): Promise<string | undefined> =>
      (await db.select().from(schema.leaving).where(eq(schema.leaving.memberId, moira)))[0]?.waitsFor;
    await leave(new Date());
    expect((await call('GET', '/api/members/moira')).body.name).toBe('Moira Baird');
    await leave(later);
    expect(await waits()).toBe('exchanges');
    await db
      .update(schema.exchange)
      .set({ status: 'cancelled', state: sql`jsonb_set(state, '{status}', '"cancelled"')`, waitsFor: null })
      .where(eq(schema.exchange.receiverId, moira));
    await leave(later);
    expect(await waits()).toBe('hours');
    await call('POST', `/api/members/${moira}/leaving/fund`, {}, leith.token);
    await leave(later);
    expect(await waits()).toBe('fund');
    await call('POST', '/api/transfers', { to: 'bank', minutes: 300 }, streets.tokens.agnes);
    await leave(later);
    const [row] = await db
      .select()
      .from(schema.member)
      .where(and(eq(schema.member.bankId, leith.bank.id), eq(schema.member.id, moira)));
    expect(row).toMatchObject({ handle: 'moira', name: '', status: 'left', about: '', phone: '' });
    const after = await verified(true);
    expect(after.books.accounts).toBe(before.books.accounts);
    expect(after.gifts.byTransfer.size).toBe(before.gifts.byTransfer.size);
    await verified(false);
  });

  test('is nowhere any more: no name and no word, in any table', async () => {
    const rows = Object.entries(await snapshot(streets.leith.database)).flatMap(([name, list]) =>
      list.map((row) => [name, row] as const),
    );
    // Words by which offers are found belong to nobody: they are those of the whole town, with how often each was used.
    const found = rows.filter(([name, row]) => name !== 'offer_word' && /zanzibar|moira baird/i.test(row));
    expect(found).toEqual([]);
  });

  test('is not let in any more, and nobody else gets the handle', async () => {
    // A token is remembered for a few seconds.
    await until(async () => (await call('GET', `/api/members/${moira}/everything`)).status === 401);
    const again = await call('POST', '/api/members', { handle: 'moira', name: 'Another' }, streets.leith.token);
    expect(again.body.code).toBe('handle_taken');
    const balance = rowsOf<{ balance: string }>(
      await streets.leith.database.db.execute(sql`select balance from account where id = ${`member:${moira}`}`),
    );
    expect(Number(balance[0]?.balance)).toBe(0);
  });
});
