/** What coordinators write down for members: slips, limits of their own, objections, and that nothing of it changes. */
import { eq, sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { beginSession } from '../auth/sessions.ts';
import { sqlState } from '../db/database.ts';
import { brokerAct } from '../db/schema.ts';
import { rowsOf } from '../ledger/ledger.ts';
import { addPerson, DESK_HAT, giveHat } from '../member/people.ts';
import { type Streets, startStreets } from '../testing/streets.ts';
import { actById, object } from './acts.ts';

let streets: Streets;
/** Fiona is Moira, and acts for the Harbour household. */
let fiona: string;
let stranger: string;
beforeAll(async () => {
  streets = await startStreets();
  const { bank, database } = streets.leith;
  const { id: harbour } = (
    await call('POST', '/api/members', { handle: 'harbour', name: 'Harbour Row 3', kind: 'household' })
  ).body;
  const { id: moira } = (await call('GET', '/api/members/moira', null)).body;
  fiona = (await addPerson(database.db, bank.id, 'Fiona Kerr')).id;
  stranger = (await addPerson(database.db, bank.id, 'Sam Low')).id;
  await giveHat(database.db, bank.id, { personId: fiona, memberId: DESK_HAT, role: 'desk' });
  for (const memberId of [moira, harbour])
    await giveHat(database.db, bank.id, { personId: fiona, memberId, role: 'acts' });
});
afterAll(() => streets?.stop());

const call = (method: 'GET' | 'POST', path: string, body: unknown, token: string | null = streets.leith.token) =>
  streets.leith.call(method, path, body, { token });
const note = (deed: unknown, more: object = {}) => ({
  by: fiona,
  member: 'agnes',
  reason: 'She rang; her hands are bad today',
  deed,
  ...more,
});
const gift = (to: string, minutes = 30) => ({ kind: 'gift', to, minutes, content: 'Soup' });
const write = (body: unknown, token?: string) => call('POST', '/api/acts', body, token);
const balance = async (who: string) => (await call('GET', `/api/members/${who}`, null)).body.balance.balanceMinutes;

describe('an act', () => {
  test('moves the hours and is written down with its slip, for the member and the desk', async () => {
    const { status, body } = await write(note(gift('bank')));
    expect(status).toBe(201);
    expect(body).toMatchObject({
      memberName: 'Agnes Tulloch',
      personName: 'Fiona Kerr',
      slip: '1',
      what: { minutes: 30, content: 'Soup', beforeMinutes: 0, afterMinutes: -30 },
    });
    expect(await balance('agnes')).toBe(-30);
    const days = (Date.parse(body.objectBefore) - Date.parse(body.at)) / 86_400_000;
    expect(days).toBe(14);
    for (const token of [streets.leith.token, streets.tokens.agnes])
      expect((await call('GET', '/api/acts', null, token)).body.items).toMatchObject([{ id: body.id }]);
    expect((await call('GET', '/api/acts', null, streets.tokens.moira)).body.items).toEqual([]);
    expect((await call('GET', `/api/acts/${body.id}`, null, streets.tokens.moira)).status).toBe(404);
    const told = await streets.leith.database.db.execute(
      sql`select count(*)::int as n from notice where kind = 'broker_acted'`,
    );
    expect(rowsOf<{ n: number }>(told)).toEqual([{ n: 1 }]);
  });

  test('counts slips up; a number from a pad is never taken twice', async () => {
    expect((await write(note(gift('bank', 1), { slip: ' 0003 ' }))).body.slip).toBe('3');
    expect((await write(note(gift('bank', 1), { slip: 'b-7' }))).body.slip).toBe('B-7');
    expect((await write(note(gift('bank', 1)))).body.slip).toBe('2');
    expect((await write(note(gift('bank', 1)))).body.slip).toBe('4');
    for (const slip of ['3', '003', 'B-7', '1', 'a b', '-', 'x'.repeat(13), '٣']) {
      const { status, body } = await write(note(gift('bank', 1), { slip }));
      expect([status, body.facts.field], slip).toEqual([400, 'slip']);
    }
    const both = await Promise.all([write(note(gift('bank', 1))), write(note(gift('bank', 1)))]);
    expect(both.map(({ body }) => body.slip).sort()).toEqual(['5', '6']);
  });

  test('that is refused leaves no slip and moves nothing', async () => {
    const before = await balance('agnes');
    const { length } = (await call('GET', '/api/acts', null)).body.items;
    for (const [body, code] of [
      [note(gift('nobody')), 'unknown_payee'],
      [note(gift('bank', 5000)), 'over_transfer_cap'],
      [note(gift('bank'), { reason: ' ' }), 'invalid_request'],
      [note({ kind: 'profile', profile: {} }), 'invalid_request'],
      [note(gift('bank'), { member: 'nobody' }), 'not_found'],
      [note(gift('rosa'), { member: 'bank' }), 'not_found'],
      [note(gift('bank'), { by: undefined }), 'invalid_request'],
      [note(gift('bank'), { by: stranger }), 'not_found'],
      [note(gift('bank'), { by: 'x' }), 'not_found'],
    ] as const)
      expect((await write(body)).body.code).toBe(code);
    expect((await write(note(gift('bank')), streets.tokens.agnes)).status).toBe(403);
    expect(await balance('agnes')).toBe(before);
    expect((await call('GET', '/api/acts', null)).body.items).toHaveLength(length);
  });

  test('is never for a coordinator, nor to one', async () => {
    for (const body of [
      note(gift('bank'), { member: 'moira' }),
      note(gift('bank'), { member: 'harbour' }),
      note(gift('moira')),
      note(gift('harbour')),
      note(gift(`moira@${streets.leith.host}`)),
    ])
      expect((await write(body)).body.code).toBe('not_allowed');
    expect(await balance('moira')).toBe(0);
  });

  test('is the only way in which coordinators move hours of others', async () => {
    const { database, bank } = streets.leith;
    const how = { how: 'token', agent: 'Evenhour', app: true } as const;
    const token = await beginSession(database.db, bank.id, { role: 'operator', personId: fiona }, how);
    for (const from of ['agnes', 'bank', undefined]) {
      const given = await call('POST', '/api/transfers', { from, to: 'moira', minutes: 30 }, token);
      expect(given.body.code).toBe('not_allowed');
    }
    expect(await balance('moira')).toBe(0);
  });

  test('writes an offer and changes a profile', async () => {
    const offer = { kind: 'offer', title: 'Hems and buttons', category: 'needlework' };
    expect((await write(note({ kind: 'offer', offer }))).body).toMatchObject({ what: { title: 'Hems and buttons' } });
    const profile = { about: 'Hems and buttons', howFar: 'On foot' };
    expect((await write(note({ kind: 'profile', profile }))).body.what).toMatchObject({ fields: 'about howFar' });
    expect((await call('GET', '/api/members/agnes', null)).body.about).toBe('Hems and buttons');
  });

  test('asks, says yes, records and confirms in an exchange, and never with the coordinator', async () => {
    const ask = { kind: 'ask', to: 'una', side: 'giver', minutes: 60, content: 'Hems' };
    await call('POST', '/api/members', { handle: 'una', name: 'Una Reid' });
    const asked = (await write(note(ask))).body;
    expect(asked).toMatchObject({ kind: 'exchange', what: { did: 'ask', other: 'Una Reid', title: 'Hems' } });
    const exchange = asked.subjectId;
    const step = (member: string, wish: unknown) => write(note({ kind: 'step', exchange, wish }, { member }));
    expect((await step('davie', { do: 'cancel' })).body.code).toBe('not_found');
    await call('POST', '/api/members', { handle: 'davie', name: 'Davie Muir' });
    expect((await step('davie', { do: 'cancel' })).body.code).toBe('not_found');
    expect((await step('una', { do: 'accept', answers: { side: 'giver', n: 1 } })).body.what.did).toBe('accept');
    expect((await step('agnes', { do: 'record', minutes: 45 })).body.what.minutes).toBe(45);
    const before = await balance('agnes');
    const confirmed = await step('una', { do: 'confirm', answers: { side: 'giver', n: 2 } });
    expect(confirmed.body).toMatchObject({ what: { did: 'confirm', beforeMinutes: -60, afterMinutes: -45 } });
    expect(await balance('agnes')).toBe(before + 45);
    expect((await write(note({ ...ask, to: 'moira' }))).body.code).toBe('not_allowed');
    expect((await write(note({ ...ask, to: undefined }))).body.code).toBe('unknown_payee');
  });

  test('is never changed or removed', async () => {
    const { db } = streets.leith.database;
    const { id } = (await write(note(gift('bank', 2)))).body;
    const here = eq(brokerAct.id, id);
    const refused = (run: Promise<unknown>) => expect(run.catch(sqlState)).resolves.toBe('EH001');
    await refused(db.update(brokerAct).set({ reason: 'Another' }).where(here).execute());
    await refused(db.delete(brokerAct).where(here).execute());
    await db.update(brokerAct).set({ objectedAt: new Date(), objectedHow: 'page', objection: 'No' }).where(here);
    await refused(db.update(brokerAct).set({ objection: 'Yes' }).where(here).execute());
    await refused(db.update(brokerAct).set({ objectedAt: null }).where(here).execute());
    await db.update(brokerAct).set({ settledAt: new Date(), settledHow: 'Put right', settledBy: 'F' }).where(here);
    await refused(db.update(brokerAct).set({ settledHow: 'Otherwise' }).where(here).execute());
  });
});

interface Written {
  readonly id: string;
  readonly link: string;
  readonly objectBefore: string;
}

describe('an objection', () => {
  const made = async (): Promise<Written> => (await write(note(gift('bank', 3)))).body;
  const objectTo = (id: string, token: string, words = 'It was Tuesday') =>
    call('POST', `/api/acts/${id}/objection`, { words }, token);

  test.each([
    ['page', (act: Written) => objectTo(act.id, streets.tokens.agnes)],
    ['telephone', (act: Written) => objectTo(act.id, streets.leith.token)],
    ['slip', (act: Written) => call('POST', `/api${slipOf(act)}/objection`, { words: 'It was Tuesday' }, null)],
  ] as const)('by %s is said once, undoes nothing, and is put right by a coordinator', async (how, say) => {
    const act = await made();
    const before = await balance('agnes');
    expect((await say(act)).body).toMatchObject({ objectedHow: how, objection: 'It was Tuesday' });
    expect((await say(act)).body.code).toBe('already_answered');
    expect(await balance('agnes')).toBe(before);
    const settle = (body: unknown, token?: string) => call('POST', `/api/acts/${act.id}/settle`, body, token);
    expect((await settle({ by: fiona, how: 'x' }, streets.tokens.agnes)).status).toBe(403);
    expect((await settle({ by: stranger, how: 'x' })).status).toBe(404);
    const done = await settle({ by: fiona, how: 'Given back by slip 12' });
    expect(done.body).toMatchObject({ settledBy: 'Fiona Kerr', settledHow: 'Given back by slip 12' });
    expect((await settle({ by: fiona, how: 'Again' })).body.code).toBe('already_answered');
  });

  test('is not for others, not without an act, and not after its time', async () => {
    const act = await made();
    expect((await objectTo(act.id, streets.tokens.moira)).status).toBe(404);
    expect((await objectTo('nowhere', streets.tokens.agnes)).status).toBe(404);
    expect((await call('POST', `/api/acts/${act.id}/settle`, { by: fiona, how: 'x' })).body.code).toBe(
      'already_answered',
    );
    const { bank, database } = streets.leith;
    const late = new Date(Date.parse(act.objectBefore) + 1);
    const found = await actById(database.db, bank.id, act.id);
    const run = object(database.db, bank, found, { how: 'page', words: '', now: late });
    await expect(run).rejects.toMatchObject({ refusal: { code: 'invalid_request' } });
  });

  const slipOf = (act: Written) => new URL(act.link).pathname.replace('/slip/', '/slips/');

  test('a slip’s link opens that slip and no other, here and nowhere else', async () => {
    const [one, two] = [await made(), await made()];
    expect((await call('GET', `/api${slipOf(one)}`, null, null)).body.id).toBe(one.id);
    const token = slipOf(one).split('/').at(-1) ?? '';
    for (const bad of [token.slice(0, -1), `${token}x`, `${two.id}${token.slice(26)}`, one.id, 'x', '%00'])
      expect((await call('GET', `/api/slips/${bad}`, null, null)).status, bad).toBe(404);
    expect((await streets.gracia.call('GET', `/api/slips/${token}`, null, { token: null })).status).toBe(404);
  });
});
