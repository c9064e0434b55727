/** Gifts to a member who is asked first: here and from a partner town, yes, no and taken back. */
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { rowsOf } from '../ledger/ledger.ts';
import { type Streets, startStreets } from '../testing/streets.ts';
import { type Town, until } from '../testing/town.ts';

let streets: Streets;
beforeAll(async () => {
  streets = await startStreets();
  await rule(streets.leith, streets.tokens.agnes, true);
  await rule(streets.gracia, streets.tokens.rosa, true);
});
afterAll(() => streets?.stop());

const rule = (town: Town, token: string, asks: boolean) => town.call('POST', '/api/gifts/rule', { asks }, { token });
const waiting = async (town: Town, token: string) => (await town.call('GET', '/api/gifts', null, { token })).body.items;
const answer = (town: Town, token: string, id: string, yes: boolean) =>
  town.call('POST', `/api/gifts/${id}/answer`, { yes }, { token });
const give = (to: string, minutes: number) =>
  streets.leith.call('POST', '/api/transfers', { to, minutes }, { token: streets.tokens.moira });
const balance = async (town: Town, who: string) => (await town.call('GET', `/api/members/${who}`)).body.balance;

async function notices(town: Town): Promise<string[]> {
  const found = await town.database.db.execute(
    sql`select kind, facts->>'name' as name from notice where bank_id = ${town.bank.id} order by id`,
  );
  return rowsOf<{ kind: string; name: string }>(found).map(({ kind, name }) => `${kind} ${name}`);
}

describe('inside a town', () => {
  test('the hours wait, put aside, until a yes; it is given once', async () => {
    const given = await give('agnes', 60);
    expect(given.body).toMatchObject({ status: 'offered', direction: 'local' });
    expect(await balance(streets.leith, 'moira')).toMatchObject({ balanceMinutes: 0, heldMinutes: 60 });
    expect(await waiting(streets.leith, streets.tokens.agnes)).toMatchObject([
      { giverName: 'Moira Baird', transfer: { id: given.body.id, minutes: 60 } },
    ]);
    expect(await notices(streets.leith)).toEqual(['gift_asked Moira Baird']);
    const said = await answer(streets.leith, streets.tokens.agnes, given.body.id, true);
    expect(said.body.status).toBe('settled');
    expect(await balance(streets.leith, 'moira')).toMatchObject({ balanceMinutes: -60, heldMinutes: 0 });
    expect(await balance(streets.leith, 'agnes')).toMatchObject({ balanceMinutes: 60 });
    expect(await waiting(streets.leith, streets.tokens.agnes)).toEqual([]);
    for (const yes of [true, false])
      expect((await answer(streets.leith, streets.tokens.agnes, given.body.id, yes)).body.code).toBe(
        'already_answered',
      );
  });

  test('a no gives them back, and says so', async () => {
    const { id } = (await give('agnes', 30)).body;
    expect((await answer(streets.leith, streets.tokens.agnes, id, false)).body).toMatchObject({
      status: 'declined',
      code: 'payee_unavailable',
    });
    expect(await balance(streets.leith, 'moira')).toMatchObject({ balanceMinutes: -60, heldMinutes: 0 });
    expect(await notices(streets.leith)).toContain('gift_declined Agnes Tulloch');
  });

  test('the giver can take it back, and then nobody can say yes', async () => {
    const { id } = (await give('agnes', 30)).body;
    const back = await streets.leith.call(
      'POST',
      `/api/transfers/${id}/take-back`,
      {},
      { token: streets.tokens.moira },
    );
    expect(back.body).toMatchObject({ status: 'returned', code: 'taken_back' });
    expect(await balance(streets.leith, 'moira')).toMatchObject({ balanceMinutes: -60, heldMinutes: 0 });
    expect((await answer(streets.leith, streets.tokens.agnes, id, true)).body.code).toBe('already_answered');
  });

  test('it is nobody else’s to answer, not even the desk’s', async () => {
    const { id } = (await give('agnes', 15)).body;
    expect((await answer(streets.leith, streets.tokens.moira, id, true)).status).toBe(404);
    expect((await answer(streets.leith, streets.leith.token, id, true)).status).toBe(403);
    expect((await answer(streets.gracia, streets.tokens.rosa, id, true)).status).toBe(404);
    expect((await answer(streets.leith, streets.tokens.agnes, 'x', true)).status).toBe(404);
    await answer(streets.leith, streets.tokens.agnes, id, false);
  });

  test('a yes without room is refused and the gift waits on', async () => {
    const { id } = (await give('agnes', 15)).body;
    const { db } = streets.leith.database;
    const agnes = sql`bank_id = ${streets.leith.bank.id} and id = (select account_id from member where handle = 'agnes')`;
    await db.execute(sql`update account set ceiling = 61 where ${agnes}`);
    expect((await answer(streets.leith, streets.tokens.agnes, id, true)).body.code).toBe('account_full');
    await db.execute(sql`update account set ceiling = null where ${agnes}`);
    expect((await answer(streets.leith, streets.tokens.agnes, id, true)).body.status).toBe('settled');
  });
});

describe('from a partner town', () => {
  const arrived = () => until(async () => (await waiting(streets.gracia, streets.tokens.rosa))[0]?.transfer);
  const ends = (id: string, status: string) =>
    until(async () => {
      const { body } = await streets.leith.call('GET', `/api/transfers/${id}`, null, { token: streets.tokens.moira });
      return body.status === status ? body : null;
    });

  test('nothing is answered until the member says yes; then it goes through', async () => {
    const { id } = (await give(`rosa@${streets.gracia.host}`, 45)).body;
    const there = await arrived();
    expect(there).toMatchObject({ status: 'offered', minutes: 45 });
    expect(await balance(streets.leith, 'moira')).toMatchObject({ heldMinutes: 45 });
    expect((await answer(streets.gracia, streets.tokens.rosa, there.id, true)).status).toBe(200);
    await ends(id, 'settled');
    expect(await balance(streets.gracia, 'rosa')).toMatchObject({ balanceMinutes: 45 });
    expect((await answer(streets.gracia, streets.tokens.rosa, there.id, false)).body.code).toBe('already_answered');
  });

  test('a no brings the hours back to the giver', async () => {
    const { id } = (await give(`rosa@${streets.gracia.host}`, 20)).body;
    const there = await arrived();
    await answer(streets.gracia, streets.tokens.rosa, there.id, false);
    expect((await ends(id, 'declined')).code).toBe('payee_unavailable');
    expect(await balance(streets.leith, 'moira')).toMatchObject({ heldMinutes: 0 });
  });

  test('one that is taken back no longer waits there', async () => {
    const { id } = (await give(`rosa@${streets.gracia.host}`, 25)).body;
    const there = await arrived();
    await streets.leith.call('POST', `/api/transfers/${id}/take-back`, {}, { token: streets.tokens.moira });
    await until(async () => (await waiting(streets.gracia, streets.tokens.rosa)).length === 0);
    expect((await answer(streets.gracia, streets.tokens.rosa, there.id, true)).body.code).toBe('already_answered');
  });

  test('without the rule it goes by itself again', async () => {
    await rule(streets.gracia, streets.tokens.rosa, false);
    const { id } = (await give(`rosa@${streets.gracia.host}`, 5)).body;
    await ends(id, 'settled');
  });
});
