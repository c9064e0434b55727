/** The community fund: what everybody sees, asking, granting in public, and its limits. */
import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bank as bankTable, leaving } from '../db/schema.ts';
import { writeHours } from '../gathering/hours.ts';
import type { GatheringRow, GuestRow } from '../gathering/store.ts';
import { memberLeaves } from '../leaving/leaving.ts';
import { addPerson, DESK_HAT, giveHat } from '../member/people.ts';
import { type Streets, startStreets } from '../testing/streets.ts';
import { until } from '../testing/town.ts';
import { answerRequest, askFund, type FundMove, fundMember, readFund } from './fund.ts';

let streets: Streets;
beforeAll(async () => {
  streets = await startStreets();
});
afterAll(() => streets?.stop());

const call = (method: 'GET' | 'POST', path: string, body: unknown, token: string | null) =>
  streets.leith.call(method, path, body, { token });
const is = (what: FundMove['what']) => (move: FundMove) => move.what === what;
const fund = async (token: string | null = null) => (await call('GET', '/api/fund', null, token)).body;
const ask = (minutes: number, content: string, token = streets.tokens.agnes) =>
  call('POST', '/api/fund/requests', { minutes, content }, token);
const say = (id: string, body: unknown, token = streets.leith.token) =>
  call('POST', `/api/fund/requests/${id}/answer`, body, token);

test('gifts show who gave, as they wish, and of another town only its name', async () => {
  await call('POST', '/api/transfers', { to: 'bank', minutes: 90 }, streets.tokens.moira);
  await call('POST', '/api/transfers', { to: 'bank', minutes: 30, unnamed: true }, streets.tokens.agnes);
  await streets.gracia.call(
    'POST',
    '/api/transfers',
    { to: `bank@${streets.leith.host}`, minutes: 60 },
    { token: streets.tokens.rosa },
  );
  const seen = await until(async () => {
    const now = await fund();
    return now.moves.filter(is('gift')).length === 3 ? now : null;
  });
  expect(seen.balanceMinutes).toBe(180);
  const gifts = seen.moves.filter(is('gift'));
  expect(gifts.every(({ came }: FundMove) => came)).toBe(true);
  expect(new Set(gifts.map(({ name, town, minutes }: FundMove) => `${name} ${town} ${minutes}`))).toEqual(
    new Set(['Moira Baird null 90', 'null null 30', 'null Gràcia 60']),
  );
  expect(JSON.stringify(seen)).not.toMatch(/Agnes|Rosa/);
});

describe('a request', () => {
  test('is granted in public, once, by a transfer that it names', async () => {
    const { id } = (await ask(60, 'A lift to the hospital, and the garden')).body;
    const listed = await call('GET', '/api/fund/requests', null, streets.leith.token);
    expect(listed.body.items).toMatchObject([{ id, name: 'Agnes Tulloch', content: expect.stringContaining('lift') }]);
    const granted = await say(id, { yes: true, minutes: 45, because: 'Lifts for a month' });
    expect(granted.body).toMatchObject({ status: 'granted', minutes: 45 });
    const moved = await call('GET', `/api/transfers/${granted.body.transferId}`, null, streets.leith.token);
    expect(moved.body).toMatchObject({ minutes: 45, content: 'Lifts for a month', status: 'settled' });
    const seen = await fund();
    expect(seen.balanceMinutes).toBe(135);
    expect(seen.moves[0]).toMatchObject({
      ...{ what: 'grant', came: false, minutes: 45, name: 'Agnes Tulloch', because: 'Lifts for a month' },
    });
    // What she told the desk stays there.
    expect(JSON.stringify(seen)).not.toContain('hospital');
    expect((await say(id, { yes: true, because: 'Again' })).body.code).toBe('already_answered');
    expect((await fund()).balanceMinutes).toBe(135);
  });

  test('is granted at once to a member who is asked before gifts come', async () => {
    await call('POST', '/api/gifts/rule', { asks: true }, streets.tokens.agnes);
    const { id } = (await ask(5, 'A stamp')).body;
    const { transferId } = (await say(id, { yes: true, because: 'Stamps' })).body;
    expect((await call('GET', `/api/transfers/${transferId}`, null, streets.leith.token)).body.status).toBe('settled');
    await call('POST', '/api/gifts/rule', { asks: false }, streets.tokens.agnes);
  });

  test('that is not granted moves nothing and is not public', async () => {
    const before = await fund();
    const { id } = (await ask(30, 'A tower')).body;
    expect((await say(id, { yes: false, because: 'The fund has other plans' })).body.status).toBe('declined');
    expect(await fund()).toEqual(before);
    const own = await call('GET', '/api/fund/requests', null, streets.tokens.agnes);
    expect(own.body.items[0]).toMatchObject({ id, because: 'The fund has other plans' });
  });

  test('stays within the ceiling for a grant and above nothing', async () => {
    const { id } = (await ask(700, 'A house')).body;
    expect((await say(id, { yes: true, because: 'A house' })).body).toMatchObject({
      code: 'over_transfer_cap',
      facts: { capMinutes: 600 },
    });
    expect((await say(id, { yes: true, minutes: 131, because: 'A house' })).body).toMatchObject({
      code: 'not_enough_hours',
      facts: { availableMinutes: 130 },
    });
    const over = { from: 'bank', to: 'agnes', minutes: 131 };
    expect((await call('POST', '/api/transfers', over, streets.leith.token)).body.code).toBe('not_enough_hours');
    await setting({ fundFloorMinutes: -60 });
    expect((await say(id, { yes: true, minutes: 191, because: 'A house' })).body.code).toBe('not_enough_hours');
    expect((await say(id, { yes: true, minutes: 190, because: 'A shed' })).status).toBe(200);
    expect((await fund()).balanceMinutes).toBe(-60);
    await setting({ fundFloorMinutes: 0 });
  });

  test('is the member’s own to take back, and nobody else’s to see or answer', async () => {
    const { id } = (await ask(10, 'A cup')).body;
    const back = `/api/fund/requests/${id}/withdraw`;
    expect((await call('GET', '/api/fund/requests', null, streets.tokens.moira)).body.items).toEqual([]);
    expect((await call('POST', back, {}, streets.tokens.moira)).status).toBe(404);
    expect((await say(id, { yes: true, because: 'Mine' }, streets.tokens.agnes)).status).toBe(403);
    expect((await say('nowhere', { yes: true, because: 'Mine' })).status).toBe(404);
    expect((await call('POST', back, {}, streets.tokens.agnes)).body.status).toBe('withdrawn');
    expect((await say(id, { yes: true, because: 'Late' })).body.code).toBe('already_answered');
  });

  test('says what it is for, and only three wait at a time', async () => {
    for (const content of ['', '   ', 'x'.repeat(501), 'a\u0000b']) expect((await ask(10, content)).status).toBe(400);
    expect((await ask(0, 'Nothing')).status).toBe(400);
    for (const status of [201, 201, 201, 400]) expect((await ask(10, 'Again')).status).toBe(status);
  });

  test('of one’s own is not granted by oneself', async () => {
    const { db } = streets.leith.database;
    const { bank } = streets.leith;
    const fiona = await addPerson(db, bank.id, 'Fiona Kerr');
    const { id: memberId } = (await call('GET', '/api/members/moira', null, streets.leith.token)).body;
    await giveHat(db, bank.id, { personId: fiona.id, memberId: DESK_HAT, role: 'desk' });
    await giveHat(db, bank.id, { personId: fiona.id, memberId, role: 'acts' });
    const { id } = await askFund(db, bank, memberId, { minutes: 10, content: 'For me' });
    const caller = { role: 'operator', tokenHash: '', personId: fiona.id } as const;
    const grant = () =>
      streets.leith.database.transaction((tx) =>
        answerRequest(tx, bank, caller, id, { yes: true, because: 'Why not' }, []),
      );
    await expect(grant()).rejects.toMatchObject({ refusal: { code: 'not_allowed' } });
  });
});

describe('everything that moves is listed with what it was', () => {
  const signals = () => streets.leith.node.context.signals;
  beforeAll(async () => {
    const { status } = await call('POST', '/api/transfers', { to: 'bank', minutes: 150 }, streets.tokens.agnes);
    expect(status).toBe(202);
  });
  const newest = async (): Promise<FundMove> => (await fund()).moves[0];

  test('a dispute that the fund helped to settle, without names', async () => {
    const asked = await call(
      'POST',
      '/api/exchanges',
      { to: 'agnes', side: 'receiver', minutes: 10, content: 'A secret' },
      streets.tokens.moira,
    );
    const path = `/api/exchanges/${asked.body.id}`;
    await call('POST', `${path}/accept`, { answers: { side: 'receiver', n: 1 } }, streets.tokens.agnes);
    await call('POST', `${path}/record`, { minutes: 20 }, streets.tokens.agnes);
    await call('POST', `${path}/contest`, { answers: { side: 'giver', n: 2 }, because: 'Ten' }, streets.tokens.moira);
    const settle = { side: 'giver', minutes: 10, fundMinutes: 7, reason: 'Both came in.' };
    expect((await call('POST', `${path}/settle`, settle, streets.leith.token)).status).toBe(200);
    await call('POST', `${path}/confirm`, { answers: { side: 'giver', n: 3 } }, streets.tokens.moira);
    await until(async () => (await newest())?.what === 'dispute');
    expect(await newest()).toMatchObject({ what: 'dispute', came: false, minutes: 7, name: null, because: '' });
    expect(JSON.stringify(await fund())).not.toContain('A secret');
    expect((await streets.visitor('leith').get('/fund')).html).toContain(
      '7 min to settle what two members did not agree about',
    );
  });

  test('hours for the guests of a gathering of the town', async () => {
    const { id } = (await call('GET', '/api/members/agnes', null, streets.leith.token)).body;
    await signals().commit(async (tx, after) => {
      const gathering = {
        payerId: (await fundMember(tx, streets.leith.bank.id)).id,
        title: 'Soup for all',
        rule: 'guests_receive',
      };
      const guest = { minutes: 15, memberId: id, exchangeId: null };
      await writeHours(tx, streets.leith.bank, gathering as GatheringRow, guest as GuestRow, after);
    });
    const moved = { what: 'gathering', came: false, minutes: 15 };
    expect((await fund(streets.tokens.moira)).moves[0]).toMatchObject({ ...moved, because: 'Soup for all' });
    // A gathering may be for members only, so whoever is outside does not read its name.
    expect(await newest()).toMatchObject({ ...moved, because: '' });
    const { html } = await streets.visitor('leith').get('/fund');
    expect(html).toContain('15 min for a guest of a gathering');
    expect(html).not.toContain('Soup for all');
  });

  test('what a leaver leaves, and what the fund makes up for one', async () => {
    for (const [handle, minutes] of [
      ['ida', 12],
      ['ben', -9],
    ] as const) {
      const { id } = (await call('POST', '/api/members', { handle, name: handle }, streets.leith.token)).body;
      const gift =
        minutes > 0 ? { from: 'bank', to: handle, minutes } : { from: handle, to: 'moira', minutes: -minutes };
      expect((await call('POST', '/api/transfers', gift, streets.leith.token)).status).toBe(202);
      const goesAt = new Date();
      await streets.leith.database.db
        .insert(leaving)
        .values({ bankId: streets.leith.bank.id, memberId: id, word: '', askedAt: goesAt, goesAt, fundPays: true });
      await signals().commit((tx, after) => memberLeaves(tx, streets.leith.bank, id, goesAt, after));
      expect(await newest()).toMatchObject({
        what: 'leaving',
        came: minutes > 0,
        minutes: Math.abs(minutes),
        name: null,
      });
    }
    const { html } = await streets.visitor('leith').get('/fund');
    expect(html).toContain('12 min left behind by a member who has moved on');
    expect(html).toContain('9 min that a member who has moved on still had to give');
  });

  test('the test hours of two towns, and all of it adds up', async () => {
    const all: FundMove[] = [];
    let before: string | undefined;
    do {
      const page = await readFund(streets.leith.database.db, streets.leith.bank, true, { before, limit: 3 });
      all.push(...page.moves);
      before = page.next ?? undefined;
    } while (before !== undefined);
    expect(all.filter(is('test')).length).toBeGreaterThan(0);
    const sum = all.reduce((minutes, move) => minutes + (move.came ? move.minutes : -move.minutes), 0);
    expect(sum).toBe((await fund()).balanceMinutes);
  });
});

async function setting(change: Partial<typeof bankTable.$inferInsert>): Promise<void> {
  await streets.leith.database.db.update(bankTable).set(change).where(eq(bankTable.id, streets.leith.bank.id));
  await streets.leith.node.context.banks.reload();
}
