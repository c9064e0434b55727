/** Leaving: what is covered, what goes, what stays, and that the books and journals verify before and after. */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { and, eq, getTableColumns, getTableName, is, like, sql } from 'drizzle-orm';
import { PgTable } from 'drizzle-orm/pg-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { sendWelcome } from '../auth/codes.ts';
import { FUND_HANDLE } from '../bank/bank.ts';
import { openMemory } from '../db/database.ts';
import * as schema from '../db/schema.ts';
import { exchangesSince } from '../exchange/across-log.ts';
import { askExchange } from '../exchange/asking.ts';
import { setScene } from '../exchange/testing.ts';
import { sweepDaily } from '../federation/kv.ts';
import { rowsOf } from '../ledger/ledger.ts';
import { addMember, balanceOf, findMember, setStatus } from '../member/members.ts';
import { addPerson, DESK_HAT, findPerson, giveHat } from '../member/people.ts';
import { notify } from '../notification/notify.ts';
import { createOffer } from '../offer/offers.ts';
import { lastLetter } from '../testing/letters.ts';
import { anotherSession, coordinator } from '../testing/people.ts';
import { type Streets, startStreets } from '../testing/streets.ts';
import { snapshot, until } from '../testing/town.ts';
import { give } from '../transfer/giving.ts';
import { exportBank } from '../verify/export.ts';
import { verifyExport } from '../verify/verify.ts';
import { eraseMember } from './erase.ts';
import { everythingOf } from './everything.ts';
import { askToLeave, confirmLeaving, letFundPay, memberLeaves } from './leaving.ts';
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
  /** Agreed with Agnes for today, and with Rosa of the other town for nobody knows when. */
  let begun: string;
  let toCome: string;
  let choir: string;
  /** Somebody else of the same name, what they did, and what a coordinator wrote down for Agnes. */
  let namesake: string;
  let ofNamesake: string[];
  let slips: string[];
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
      const terms = { minutes: 30, content: 'Zanzibar terms', place: 'Zanzibar bridge' };
      const ask = { by: { by: 'member' }, memberId: moira, side: 'receiver' } as const;
      const startTime = new Date().toISOString();
      begun = (await askExchange(tx, bank, { ...ask, to: 'agnes', terms: { ...terms, startTime } }, after)).row.id;
      toCome = (await askExchange(tx, bank, { ...ask, to: `rosa@${gracia.host}`, terms }, after)).row.id;
      await tx
        .update(schema.member)
        .set({ about: 'Zanzibar', phone: 'Zanzibar 1', email: 'zanzibar@leith.example' })
        .where(eq(schema.member.id, moira));
    });
  });
  afterAll(() => streets?.stop());

  test('has things to come: an exchange in another town, with words, and a gathering', async () => {
    const { gracia, tokens } = streets;
    const answers = { side: 'receiver', n: 1 };
    await call('POST', `/api/exchanges/${begun}/accept`, { answers }, tokens.agnes);
    await call('POST', `/api/exchanges/${toCome}/say`, { text: 'Zanzibar by train' });
    const rosa = { token: tokens.rosa };
    const there = await until(async () => (await gracia.call('GET', '/api/exchanges', undefined, rosa)).body.items[0]);
    await gracia.call('POST', `/api/exchanges/${there.id}/accept`, { answers }, rosa);
    await gracia.call('POST', `/api/exchanges/${there.id}/say`, { text: 'Zanzibar by boat' }, rosa);
    await until(async () => (await call('GET', `/api/exchanges/${toCome}`)).body.talk.length === 2);
    const startsAt = new Date(Date.now() + 10 * DAY_MS);
    const choirs = await call('POST', '/api/gatherings', {
      ...{ kind: 'choir', title: 'Zanzibar choir', text: '', language: 'en', place: 'Zanzibar hall' },
      ...{ startsAt: startsAt.toISOString(), endsAt: new Date(startsAt.getTime() + 3_600_000).toISOString() },
      ...{ seats: 5, rule: 'guests_give', minutes: 60, visibility: 'bank' },
    });
    choir = choirs.body.id;
    expect((await call('POST', `/api/gatherings/${choir}/sign-up`, {}, tokens.agnes)).status).toBeLessThan(300);
  });

  test('takes everything along, and nothing of it opens a door', async () => {
    const { body } = await call('GET', `/api/members/${moira}/everything`);
    expect(body.tables.transfer).toHaveLength(5);
    expect(body.tables.member[0]).toMatchObject({ handle: 'moira', about: 'Zanzibar' });
    for (const name of ['posting', 'exchange', 'exchange_step', 'offer', 'notice', 'receipt_link', 'account', 'token'])
      expect(body.tables[name]?.length, name).toBeGreaterThan(0);
    expect(Object.keys(body.tables.token[0])).not.toContain('hash');
    expect((await call('GET', `/api/members/${moira}/everything`, undefined, streets.tokens.agnes)).status).toBe(403);
  });

  test('is on slips of others, told of under a former name, and has a namesake', async () => {
    const { leith, tokens } = streets;
    const { bank, database } = leith;
    const { db } = database;
    const desk = (path: string, body: unknown) => call('POST', path, body, leith.token);
    namesake = (await desk('/api/members', { handle: 'moira.two', name: 'Moira Baird' })).body.id;
    const { token } = (await desk(`/api/members/${namesake}/tokens`, {})).body;
    const fund = { minutes: 7, content: 'Soup' };
    const gift = { to: 'agnes', minutes: 1 };
    ofNamesake = [
      (await call('POST', '/api/fund/requests', fund, token)).body.id,
      (await call('POST', '/api/transfers', gift, token)).body.id,
    ];

    const named = (name: string) => db.update(schema.member).set({ name }).where(eq(schema.member.id, moira));
    await named('Zanzibar Baird');
    for (const asks of [false, true]) {
      await db.update(schema.member).set({ asksGifts: asks }).where(eq(schema.member.handle, 'agnes'));
      const { body } = await call('POST', '/api/transfers', gift);
      if (asks) await call('POST', `/api/gifts/${body.id}/answer`, { yes: false }, tokens.agnes);
    }
    await db.update(schema.member).set({ asksGifts: false }).where(eq(schema.member.handle, 'agnes'));
    await call('POST', '/api/fund/requests', fund);

    const helper = (await addPerson(db, bank.id, 'Zanzibar Helper')).id;
    for (const memberId of [DESK_HAT, moira])
      await giveHat(db, bank.id, { personId: helper, memberId, role: memberId === DESK_HAT ? 'desk' : 'acts' });
    const fiona = await coordinator(leith);
    const write = async (by: string, deed: object): Promise<string> => {
      const { status, body } = await desk('/api/acts', { by, member: 'agnes', reason: 'She rang', deed });
      expect([status, body]).toMatchObject([201, {}]);
      return body.id;
    };
    slips = [
      await write(fiona, { kind: 'gift', to: 'moira', minutes: 1, content: 'Soup' }),
      await write(fiona, { kind: 'ask', to: 'moira', side: 'giver', minutes: 30, content: 'Zanzibar map' }),
      await write(helper, { kind: 'gift', to: 'bank', minutes: 1, content: 'Bread' }),
    ];
    await call('POST', `/api/acts/${slips[0]}/objection`, { words: 'No' }, tokens.agnes);
    await desk(`/api/acts/${slips[0]}/settle`, { by: helper, how: 'Rang her' });

    const agnes = (await call('GET', '/api/members/agnes')).body.id;
    const newcomer = {
      kind: 'person',
      about: '',
      email: 'ida@leith.example',
      phone: '1',
      reach: 'Ida',
      language: 'en',
    };
    const asked = { bankId: bank.id, ...newcomer, kind: 'person', status: 'yes' } as const;
    await db.insert(schema.application).values([
      { ...asked, id: 'ida', name: 'Ida Low', invitedBy: moira, sentence: 'Welcome' },
      { ...asked, id: 'moira', name: 'Zanzibar Baird', email: '', invitedBy: agnes, memberId: moira },
    ]);
    await leith.node.context.signals.commit((tx) =>
      notify(tx, bank, {
        ...{ memberId: agnes, kind: 'invited_joined', facts: { name: 'Zanzibar Baird' } },
        href: `/members/${moira}`,
      }),
    );
    await named('Moira Baird');

    const { tables } = (await call('GET', `/api/members/${moira}/everything`)).body;
    expect(tables.application).toMatchObject([{ id: 'moira', name: 'Zanzibar Baird' }, { id: 'ida' }]);
    expect(Object.keys(tables.application[1]).sort()).toEqual(['created_at', 'id']);
    expect(tables.broker_act.map(({ id }: { id: string }) => id).sort()).toEqual([...slips].sort());
    for (const slip of tables.broker_act) expect(Object.keys(slip).sort()).toEqual(['at', 'id', 'kind']);
  });

  test('comes in by an address that was another one before, and has asked for a third', async () => {
    const { leith } = streets;
    const { bank, database } = leith;
    const { db } = database;
    const [old, now, never] = ['zanzibar.old', 'zanzibar', 'zanzibar.never'].map((name) => `${name}@mail.example`);
    const { id: personId } = await addPerson(db, bank.id, 'Moira Baird', old);
    await giveHat(db, bank.id, { personId, memberId: moira, role: 'acts' });
    const own = await anotherSession(leith, { memberId: moira, personId });
    const ask = async (path: string, body: object, token: string | null = own) => {
      const { status, body: answer } = await leith.call('POST', path, body, { token });
      expect([path, status]).toMatchObject([path, expect.toSatisfy((code: number) => code < 300)]);
      return answer;
    };
    await ask('/api/sign-in/codes', { email: old }, null);
    const { request } = await ask('/api/person/address', { email: now });
    const code = (/(\d{3}) (\d{3})/.exec(await lastLetter(leith, now ?? '')) ?? []).slice(1).join('');
    await ask('/api/person/address/confirm', { request, code });
    await ask('/api/sign-in/codes', { email: now }, null);
    await ask('/api/person/address', { email: never });
    const named = { name: 'Zanzibar', sentence: '', language: 'en' } as const;
    const asked = { email: 'zanzibar.asked@mail.example', memberId: moira, role: 'acts', name: 'Zanzibar' } as const;
    const shared = { email: 'shared@mail.example', memberId: moira, role: 'acts', name: 'Zanzibar' } as const;
    for (const hat of [asked, shared, { ...shared, memberId: namesake }]) await giveHat(db, bank.id, hat);
    for (const { email } of [asked, shared])
      await database.transaction((tx) => sendWelcome(tx, leith.node.context, bank, { ...named, email }));
    const to = await db.select({ to: schema.mail.to }).from(schema.mail).where(like(schema.mail.to, '%@mail.example'));
    expect(to.map((each) => each.to).sort()).toEqual([old, old, now, now, never, asked.email, shared.email].sort());
    const { tables } = (await call('GET', `/api/members/${moira}/everything`)).body;
    const mine = tables.mail.map((each: { to: string }) => each.to);
    expect(mine.filter((each: string) => each.endsWith('@mail.example')).sort()).toEqual(
      [old, old, now, now, never, asked.email].sort(),
    );
  });

  test('reads in plain words what the file holds', async () => {
    const { html } = await (await streets.visitor('leith').signIn(streets.tokens.moira)).get('/leave');
    expect(html).toContain('Your exchanges, and what was said and thanked in them');
    const names = Object.keys(TABLES).filter((name) => name.includes('_'));
    expect(names.filter((name) => html.includes(name))).toEqual([]);
    expect(html).not.toContain('<code>');
  });

  test('or never became one: who was told no is forgotten after 90 days', async () => {
    const { bank, database } = streets.leith;
    const at = (days: number) => new Date(Date.now() - days * DAY_MS);
    const asked = (id: string, status: 'no' | 'yes' | 'waiting', days: number | null) => ({
      ...({
        bankId: bank.id,
        id,
        name: 'Ida Low',
        kind: 'person',
        about: '',
        email: '',
        phone: '1',
        reach: '',
      } as const),
      ...{ language: 'en', invitedBy: '', status, createdAt: at(400), decidedAt: days === null ? null : at(days) },
    });
    const all = [
      asked('old', 'no', 91),
      asked('new', 'no', 89),
      asked('yes', 'yes', 91),
      asked('open', 'waiting', null),
    ];
    await database.db.insert(schema.application).values(all);
    const left = async () => {
      const rows = await database.db.select({ id: schema.application.id }).from(schema.application);
      return rows.map(({ id }) => id).filter((id) => all.some((each) => each.id === id));
    };
    const stopped = sweepDaily(database.db);
    await until(async () => (await left()).length < all.length);
    await stopped();
    expect((await left()).sort()).toEqual(['new', 'open', 'yes']);
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
    const statusOf = async (path: string) => (await call('GET', path, undefined, leith.token)).body.status;
    expect(await statusOf(`/api/gatherings/${choir}`)).toBe('cancelled');
    const told = (await call('GET', '/api/notices', undefined, streets.tokens.agnes)).body.items;
    expect(told.map(({ kind }: { kind: string }) => kind)).toContain('gathering_cancelled');
    expect(await statusOf(`/api/exchanges/${toCome}`)).toBe('cancelled');
    expect(await statusOf(`/api/exchanges/${begun}`)).toBe('agreed');
    const there = async () =>
      (await streets.gracia.call('GET', '/api/exchanges', undefined, { token: streets.tokens.rosa })).body.items[0];
    await until(async () => (await there()).status === 'cancelled');
    await call('POST', `/api/exchanges/${begun}/cancel`, {}, streets.tokens.agnes);
    await until(async () => {
      await leave(later);
      return (await waits()) === 'hours';
    });
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
    // What has no documents any more cannot be presented to a partner that was restored.
    const [ended] = await db.select().from(schema.exchange).where(eq(schema.exchange.id, toCome));
    expect(await exchangesSince(db, leith.bank.id, ended?.pairId ?? '', new Date(0), '')).toEqual({
      exchanges: [],
      more: false,
    });
  });

  test('is nowhere any more: no name, no word and no address, in any table', async () => {
    const rows = Object.entries(await snapshot(streets.leith.database)).flatMap(([name, list]) =>
      list.map((row) => [name, row] as const),
    );
    // Words by which offers are found belong to nobody: they are those of the whole town, with how often each was used.
    const found = rows.filter(([name, row]) => name !== 'offer_word' && /zanzibar|moira baird/i.test(row));
    const others = [namesake, ...ofNamesake];
    expect(found.filter(([, row]) => !others.some((id) => row.includes(id)))).toEqual([]);
    const kept = found.filter(([name, row]) => name === 'notice' && ofNamesake.some((id) => row.includes(id)));
    expect(kept).toHaveLength(2);
    const acts = await streets.leith.database.db.select().from(schema.brokerAct);
    const { mail } = schema;
    const letters = await streets.leith.database.db.select({ to: mail.to }).from(mail);
    const left = letters.map(({ to }) => to).filter((to) => to.endsWith('@mail.example'));
    expect(left).toEqual(['shared@mail.example']);
    expect(slips.map((slip) => acts.find(({ id }) => id === slip))).toMatchObject([
      { personName: 'Fiona Kerr', reason: 'She rang', what: { minutes: 1, content: 'Soup' }, settledBy: '' },
      { personName: 'Fiona Kerr', reason: 'She rang', what: { did: 'ask', minutes: 30 } },
      { personName: '', reason: 'She rang', what: { minutes: 1, content: 'Bread' } },
    ]);
  });

  test('looks after no desk any more', async () => {
    const { db } = streets.leith.database;
    const hats = await db.select().from(schema.hat).where(eq(schema.hat.memberId, DESK_HAT));
    const left = await db.select({ id: schema.person.id }).from(schema.person);
    expect(hats).toHaveLength(1);
    expect(left.map(({ id }) => id)).toContain(hats[0]?.personId);
  });

  test.each(['organisation', 'household'] as const)(
    'takes no coordinator along, being of the kind %s',
    async (kind) => {
      const { bank, database } = streets.leith;
      const left = await database.transaction(async (tx) => {
        const { id: memberId } = await addMember(tx, bank, { handle: `gone.${kind}`, name: 'Gone', kind });
        const { id: personId } = await addPerson(tx, bank.id, 'Ina Low');
        await giveHat(tx, bank.id, { personId, memberId, role: 'acts' });
        await giveHat(tx, bank.id, { personId, memberId: DESK_HAT, role: 'desk' });
        const { tables } = await everythingOf(tx, bank, memberId);
        expect(tables['person']).toBeUndefined();
        await eraseMember(tx, bank, memberId);
        expect(await findPerson(tx, bank.id, personId)).toMatchObject({ name: 'Ina Low' });
        return tx.select({ memberId: schema.hat.memberId }).from(schema.hat).where(eq(schema.hat.personId, personId));
      });
      expect(left).toEqual([{ memberId: DESK_HAT }]);
    },
  );

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

test.each([
  ['more received than given', -1],
  ['more given than received', 1],
] as const)('a suspended member with %s goes too, and their hours to and from the fund', async (_, sign) => {
  const database = await openMemory();
  const scene = await setScene(database);
  const { bank, davie, agnes, run } = scene;
  const gift = (from: string, to: string, minutes: number) =>
    run((tx) => give(tx, bank, { from, to, minutes, content: '' }));
  await gift(agnes.id, FUND_HANDLE, 50);
  if (sign < 0) await gift(davie.id, 'agnes', 30);
  else await gift(agnes.id, 'davie', 30);
  await setStatus(database.db, bank.id, davie.id, 'suspended');
  await run(async (tx) => {
    const { word } = await askToLeave(tx, bank, davie.id, 'en');
    await confirmLeaving(tx, bank, davie.id, word);
    await letFundPay(tx, bank, davie.id);
  });
  await run((tx, after) => memberLeaves(tx, bank, davie.id, new Date(Date.now() + 8 * DAY_MS), after));
  expect((await findMember(database.db, bank.id, davie.id))?.status).toBe('left');
  expect((await scene.balances()).davie).toBe(0);
  expect((await balanceOf(database.db, bank.id, 'fund')).balanceMinutes).toBe(50 + sign * 30);
  await database.close();
});
