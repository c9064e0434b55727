/** Many at once, on PostgreSQL: nobody spends twice what is there once, and nothing is done twice. */
import { and, eq, sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openPostgres } from '../db/database.ts';
import { account, transfer } from '../db/schema.ts';
import { type RunningNode, startNode } from '../node/node.ts';
import { hasTestPostgres, testDatabase } from '../testing/postgres.ts';
import { connect, freePort, startTowns, type Town, until } from '../testing/town.ts';
import { recompute, rowsOf, totals } from './ledger.ts';

describe.skipIf(!hasTestPostgres())('at once', () => {
  let leith: Town;
  let gracia: Town;
  let ids: { a: string; b: string };
  let urls: string[];

  beforeAll(async () => {
    urls = await Promise.all([testDatabase(), testDatabase()]);
    [leith, gracia] = (await startTowns(['Leith', 'Gràcia'], { urls })) as [Town, Town];
    ids = await connect(leith, gracia, 60_000, 60_000);
    for (const town of [leith, gracia])
      await town.database.db.execute(sql`update bank set member_cap_minutes = 100000, transfer_cap_minutes = 10000`);
    // The caps are read when a bank is.
    await Promise.all([leith, gracia].map((town) => town.node.context.banks.reload()));
  });
  afterAll(() => Promise.all([leith?.stop(), gracia?.stop()]));

  const member = async (town: Town, handle: string): Promise<string> => {
    const made = await town.call('POST', '/api/members', { handle, name: handle });
    return made.body.id;
  };
  const balance = async (town: Town, handle: string) => (await town.call('GET', `/api/members/${handle}`)).body.balance;
  const many = <T>(count: number, make: (index: number) => Promise<T>): Promise<T[]> =>
    Promise.all(Array.from({ length: count }, (_, index) => make(index)));
  const codes = (answers: { status: number; body: { code?: string } }[]): Record<string, number> => {
    const counts: Record<string, number> = {};
    for (const { status, body } of answers) {
      const name = body.code ?? String(status);
      counts[name] = (counts[name] ?? 0) + 1;
    }
    return counts;
  };

  /** Waits until every gift of a town has come to its end. */
  async function ended(town: Town): Promise<void> {
    await until(async () => {
      const rows = await town.database.db.select({ status: transfer.status }).from(transfer);
      return rows.every(({ status }) => ['settled', 'declined', 'returned'].includes(status));
    }, 30_000);
  }

  /** Both books sum to zero, come from their postings, and mirror each other. */
  async function sound(): Promise<void> {
    await Promise.all([ended(leith), ended(gracia)]);
    for (const { database, bank } of [leith, gracia]) {
      expect(await recompute(database.db, bank.id)).toEqual([]);
      expect(await totals(database.db, bank.id)).toMatchObject({ sum: 0, held: 0 });
    }
    const positions = await until(async () => {
      const [ours, theirs] = await Promise.all([
        leith.call('GET', `/api/agreements/${ids.a}`),
        gracia.call('GET', `/api/agreements/${ids.b}`),
      ]);
      const all = [ours.body.position, theirs.body.position];
      return all.every(({ openMinutes, theirOpenMinutes }) => openMinutes === 0 && theirOpenMinutes === 0) ? all : null;
    });
    expect(positions[0].owesMinutes).toBe(0 - positions[1].owesMinutes);
    for (const [index, { database, bank }] of [leith, gracia].entries()) {
      const [mirror] = await database.db
        .select()
        .from(account)
        .where(and(eq(account.bankId, bank.id), eq(account.kind, 'mirror')));
      expect(mirror?.balance).toBe(positions[index].owesMinutes);
    }
  }

  test('of 32 spends in the bank exactly as many succeed as there is room for', async () => {
    await member(leith, 'spender');
    await member(leith, 'taker');
    const answers = await many(32, () =>
      leith.call('POST', '/api/transfers', { from: 'spender', to: 'taker', minutes: 70 }),
    );
    expect(codes(answers)).toEqual({ 202: 8, not_enough_hours: 24 });
    expect(await balance(leith, 'spender')).toMatchObject({ balanceMinutes: -560, heldMinutes: 0 });
    await sound();
  });

  test('of 32 spends to another bank exactly as many succeed as there is room for', async () => {
    await member(leith, 'sender');
    await member(gracia, 'receiver');
    const to = `receiver@${gracia.host}`;
    const answers = await many(32, () => leith.call('POST', '/api/transfers', { from: 'sender', to, minutes: 70 }));
    expect(codes(answers)).toEqual({ 202: 8, not_enough_hours: 24 });
    await sound();
    expect(await balance(leith, 'sender')).toMatchObject({ balanceMinutes: -560, heldMinutes: 0 });
    expect(await balance(gracia, 'receiver')).toMatchObject({ balanceMinutes: 560 });
  });

  test('of 32 spends against the line of a partner exactly as many settle as it holds', async () => {
    const { owesMinutes } = (await leith.call('GET', `/api/agreements/${ids.a}`)).body.position;
    await gracia.call('POST', `/api/agreements/${ids.b}/change`, { grantsMinutes: owesMinutes + 7 * 50 + 49 });
    await until(
      async () => (await leith.call('GET', `/api/agreements/${ids.a}`)).body.position.roomMinutes === 7 * 50 + 49,
    );
    const givers = await many(8, (index) => member(leith, `giver${index}`));
    const to = `receiver@${gracia.host}`;
    const answers = await many(32, (index) =>
      leith.call('POST', '/api/transfers', { from: givers[index % 8], to, minutes: 50 }),
    );
    await sound();
    const ends = await Promise.all(
      answers
        .filter(({ status }) => status === 202)
        .map(async ({ body }) => (await leith.call('GET', `/api/transfers/${body.id}`)).body),
    );
    expect(ends.filter(({ status }) => status === 'settled')).toHaveLength(7);
    expect(new Set(ends.filter(({ status }) => status !== 'settled').map(({ code }) => code)).size).toBeLessThanOrEqual(
      1,
    );
    await gracia.call('POST', `/api/agreements/${ids.b}/change`, { grantsMinutes: 60_000 });
    await until(
      async () => (await leith.call('GET', `/api/agreements/${ids.a}`)).body.position.limitMinutes === 60_000,
    );
  });

  test('one Idempotency-Key a hundred times is one transfer and a hundred equal answers', async () => {
    const key = crypto.randomUUID();
    const given = { from: 'taker', to: `receiver@${gracia.host}`, minutes: 3 };
    const answers = await many(100, () => leith.call('POST', '/api/transfers', given, { key }));
    expect(new Set(answers.map(({ status, body }) => `${status} ${JSON.stringify(body)}`)).size).toBe(1);
    expect(answers[0]?.status).toBe(202);
    const rows = await leith.database.db.execute(sql`select id from transfer where minutes = 3`);
    expect(rowsOf(rows)).toHaveLength(1);
    const other = await leith.call('POST', '/api/transfers', { ...given, minutes: 4 }, { key });
    expect([other.status, other.body.code]).toEqual([422, 'idempotency_key_reused']);
    const elsewhere = await leith.call('POST', '/api/members', { handle: 'other', name: 'Other' }, { key });
    expect([elsewhere.status, elsewhere.body.code]).toEqual([422, 'idempotency_key_reused']);
    await sound();
  });

  test('one key for two different things at once does one of them', async () => {
    const key = crypto.randomUUID();
    const give = (minutes: number) =>
      leith.call('POST', '/api/transfers', { from: 'taker', to: 'sender', minutes }, { key });
    const answers = await many(20, (index) => give(1 + (index % 2)));
    expect(codes(answers)).toEqual({ 202: 10, idempotency_key_reused: 10 });
  });

  test('a refusal is not kept: the same key may try again', async () => {
    await member(leith, 'late');
    const key = crypto.randomUUID();
    const give = () => leith.call('POST', '/api/transfers', { from: 'late', to: 'taker', minutes: 601 }, { key });
    expect((await give()).body.code).toBe('not_enough_hours');
    await leith.call('POST', '/api/transfers', { from: 'taker', to: 'late', minutes: 1 });
    expect((await give()).status).toBe(202);
  });

  test('payments that cross, fifty each way, all settle', async () => {
    await member(leith, 'moira');
    await member(gracia, 'rosa');
    const pay = (town: Town, from: string, to: string) => town.call('POST', '/api/transfers', { from, to, minutes: 2 });
    const answers = await Promise.all([
      many(50, () => pay(leith, 'moira', `rosa@${gracia.host}`)),
      many(50, () => pay(gracia, 'rosa', `moira@${leith.host}`)),
    ]);
    expect(codes(answers.flat())).toEqual({ 202: 100 });
    await sound();
    expect(await balance(leith, 'moira')).toMatchObject({ balanceMinutes: 0, heldMinutes: 0 });
    expect(await balance(gracia, 'rosa')).toMatchObject({ balanceMinutes: 0, heldMinutes: 0 });
    const rows = await leith.database.db.execute(
      sql`select status, count(*)::int as n from transfer where minutes = 2 and direction <> 'local' group by status`,
    );
    expect(rowsOf(rows)).toEqual([{ status: 'settled', n: 100 }]);
  });

  test('a limit that is lowered while twenty payments are under way undoes none, and stops the rest', async () => {
    const givers = await many(4, (index) => member(leith, `quick${index}`));
    const to = `rosa@${gracia.host}`;
    const paying = many(20, (index) =>
      leith.call('POST', '/api/transfers', { from: givers[index % 4], to, minutes: 20 }),
    );
    await gracia.call('POST', `/api/agreements/${ids.b}/change`, { grantsMinutes: 0 });
    const accepted = (await paying).filter(({ status }) => status === 202);
    await sound();
    const ends = await Promise.all(
      accepted.map(async ({ body }) => (await leith.call('GET', `/api/transfers/${body.id}`)).body),
    );
    for (const { status, code } of ends)
      expect(status === 'settled' || code === 'limit_reached', `${status} ${code}`).toBe(true);
    const settled = ends.filter(({ status }) => status === 'settled').length;
    expect((await balance(gracia, 'rosa')).balanceMinutes).toBe(settled * 20);
    const refused = await leith.call('POST', '/api/transfers', { from: 'moira', to, minutes: 1 });
    expect(refused.body).toMatchObject({ code: 'limit_reached', facts: { roomMinutes: 0 } });
    await gracia.call('POST', `/api/agreements/${ids.b}/change`, { grantsMinutes: 60_000 });
    await until(
      async () => (await leith.call('GET', `/api/agreements/${ids.a}`)).body.position.limitMinutes === 60_000,
    );
  });

  describe('two processes of one bank', () => {
    let second: RunningNode;
    let call: Town['call'];

    beforeAll(async () => {
      const { config } = leith.node.context;
      const port = await freePort();
      const database = await openPostgres(urls[0] as string);
      second = await startNode({ ...config, port }, database);
      call = async (method, path, body) => {
        // As a proxy in front of both would hand it on.
        const request = new Request(`${leith.origin}${path}`, {
          method,
          headers: {
            host: leith.host,
            authorization: `Bearer ${leith.token}`,
            'content-type': 'application/json',
            'idempotency-key': crypto.randomUUID(),
          },
          ...(body !== undefined && { body: JSON.stringify(body) }),
        });
        const response = await second.fetch(request);
        return { status: response.status, body: await response.json() };
      };
    });
    afterAll(() => second?.stop());

    test('take gifts while the partner gives: nothing twice, and the mirrors are equal', async () => {
      await Promise.all([member(leith, 'ana'), member(gracia, 'bo')]);
      const give = (ask: Town['call'], from: string, to: string) =>
        ask('POST', '/api/transfers', { from, to, minutes: 9 });
      const answers = await Promise.all([
        many(15, () => give(leith.call, 'ana', `bo@${gracia.host}`)),
        many(15, () => give(call, 'ana', `bo@${gracia.host}`)),
        many(30, () => give(gracia.call, 'bo', `ana@${leith.host}`)),
      ]);
      expect(codes(answers.flat())).toEqual({ 202: 60 });
      await sound();
      expect(await balance(leith, 'ana')).toMatchObject({ balanceMinutes: 0, heldMinutes: 0 });
      expect(await balance(gracia, 'bo')).toMatchObject({ balanceMinutes: 0, heldMinutes: 0 });
    });

    test('a spend at both at once is made where there is room', async () => {
      await member(leith, 'double');
      const give = (ask: Town['call']) => ask('POST', '/api/transfers', { from: 'double', to: 'taker', minutes: 400 });
      const answers = await Promise.all([...Array(4).fill(leith.call), ...Array(4).fill(call)].map(give));
      expect(codes(answers)).toEqual({ 202: 1, not_enough_hours: 7 });
    });

    test('one of them goes, and the other goes on', async () => {
      await second.stop();
      const given = await leith.call('POST', '/api/transfers', {
        from: 'moira',
        to: `rosa@${gracia.host}`,
        minutes: 1,
      });
      const done = await leith.call('GET', `/api/transfers/${given.body.id}?waitMs=10000`);
      expect(done.body.status).toBe('settled');
      await sound();
    });
  });

  test('a guard that somebody took away is missed', async () => {
    const missing = async () => {
      const { items } = (await leith.call('GET', '/api/doctor')).body as {
        items: { id: string; ok: boolean; says: string }[];
      };
      return items.filter(({ id, ok }) => id === 'guards' && !ok).map(({ says }) => says);
    };
    expect(await missing()).toEqual([]);
    for (const [table, guard] of [
      ['posting', 'posting_no_truncate'],
      ['account', 'account_guard'],
      ['evidence', 'evidence_immutable'],
    ] as const) {
      await leith.database.db.execute(sql.raw(`alter table ${table} disable trigger ${guard}`));
      expect(await missing()).toEqual([expect.stringContaining(guard)]);
      await leith.database.db.execute(sql.raw(`alter table ${table} enable trigger ${guard}`));
    }
  });
});
