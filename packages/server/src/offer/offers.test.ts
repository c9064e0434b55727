/** Offers and needs at home: writing, finding, renewing. */
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { doDue } from '../clock/due.ts';
import { rowsOf } from '../ledger/ledger.ts';
import { startTowns, type Town } from '../testing/town.ts';
import { offerEnds } from './ends.ts';
import { getOffer, giveSeatBack, takeSeat } from './offers.ts';
import { isRenewToken, OFFER_ENDS, renewToken } from './renewals.ts';
import { searchOffers } from './search.ts';
import { isAlike, normalised, wordsOf } from './words.ts';

let leith: Town;
const tokens: Record<string, string> = {};

beforeAll(async () => {
  [leith] = (await startTowns(['Leith'])) as [Town];
  for (const [handle, name] of [
    ['moira', 'Moira Baird'],
    ['agnes', 'Agnes Tulloch'],
  ] as const) {
    const { body } = await leith.call('POST', '/api/members', { handle, name });
    tokens[handle] = (await leith.call('POST', `/api/members/${body.id}/tokens`, {})).body.token;
  }
});
afterAll(() => leith?.stop());

const as = (who: string) => ({ token: tokens[who] as string });
const write = async (title: string, more: object = {}, who = 'moira') => {
  const body = { kind: 'offer', category: 'company', title, ...more };
  const answer = await leith.call('POST', '/api/offers', body, as(who));
  expect(answer.status, JSON.stringify(answer.body)).toBe(201);
  return answer.body;
};
const find = async (query: string): Promise<string[]> =>
  (await leith.call('GET', `/api/offers?${query}`, undefined, as('agnes'))).body.items.map(
    (item: { title: string }) => item.title,
  );
const row = async (id: string) => {
  const found = await getOffer(leith.database.db, leith.bank.id, id);
  if (found === undefined) throw new Error('it is gone');
  return found;
};

test('words are one form of many', () => {
  expect(wordsOf(['Jardín, JARDIN; jardín'])).toEqual(['jardin']);
  expect(wordsOf(['الحديقة وحديقه'])).toEqual(['حديقه', 'وحديقه']);
  expect(normalised('Łódź Straße ﬁx')).toBe('lodz strasse fix');
  expect(isAlike('gadren', 'garden')).toBe(true);
  expect(isAlike('bycicle', 'bicycle')).toBe(true);
  expect(isAlike('cat', 'car')).toBe(false);
});

test('what is written is found: exactly, mistyped, in other letters, by kind, category and place', async () => {
  await write('Bicycle repair at the shore', {
    category: 'repairs',
    place: 'Leith Shore',
    latitude: 55.976,
    longitude: -3.17,
  });
  await write(
    'A lift on a bicycle trailer',
    { category: 'rides', place: 'Portobello', latitude: 55.953, longitude: -3.114 },
    'agnes',
  );
  await write('Conversación en español', { category: 'languages' });
  await write('محادثة بالعربية', { category: 'languages', kind: 'need', language: 'ar' });
  expect(await find('q=bicycle')).toEqual(['A lift on a bicycle trailer', 'Bicycle repair at the shore']);
  expect(await find('q=bicycle+repair')).toEqual(['Bicycle repair at the shore', 'A lift on a bicycle trailer']);
  expect((await find('q=bycicle'))[0]).toMatch(/bicycle/i);
  expect(await find('q=CONVERSACION')).toContain('Conversación en español');
  expect(await find(`q=${encodeURIComponent('المحادثه')}`)).toContain('محادثة بالعربية');
  expect(await find('kind=need')).toEqual(['محادثة بالعربية']);
  expect(await find('category=repairs')).toEqual(['Bicycle repair at the shore']);
  // From the shore the older one is nearer.
  expect(await find('q=bicycle&latitude=55.976&longitude=-3.17')).toEqual([
    'Bicycle repair at the shore',
    'A lift on a bicycle trailer',
  ]);
  expect(await find('q=zzzzqqq')).toEqual([]);
  expect(await find("q='%20%7C%20*%20%26%20!%20%5C")).not.toBeUndefined();
});

test('what has only words like those that were typed is said to be so', async () => {
  const exact = async (query: string) =>
    (await leith.call('GET', `/api/offers?q=${query}`)).body.items.map((item: { exact: boolean }) => item.exact);
  expect(await exact('bicycle')).toEqual([true, true]);
  expect(await exact('bycicle')).toEqual([false, false]);
  expect(await exact('bicycle+repair')).toEqual([true, false]);
});

test('pages follow one another, and what is new in between moves nothing', async () => {
  for (let n = 1; n <= 7; n++) await write(`Knitting circle ${n}`, { category: 'needlework' });
  const first = await leith.call('GET', '/api/offers?q=knitting&limit=3');
  await write('Knitting circle 8', { category: 'needlework' });
  const second = await leith.call('GET', `/api/offers?q=knitting&limit=3&cursor=${first.body.next}`);
  const third = await leith.call('GET', `/api/offers?q=knitting&limit=3&cursor=${second.body.next}`);
  const titles = [first, second, third].flatMap(({ body }) => body.items.map(({ title }: { title: string }) => title));
  expect(titles).toEqual([7, 6, 5, 4, 3, 2, 1].map((n) => `Knitting circle ${n}`));
  expect(third.body.next).toBeNull();
  expect((await leith.call('GET', '/api/offers?cursor=nonsense')).body.code).toBe('invalid_request');
});

test('one that rests, is over, or belongs to somebody suspended is not found', async () => {
  const { id } = await write('Accordion practice', { category: 'music' });
  await leith.call('POST', `/api/offers/${id}/pause`, { paused: true }, as('moira'));
  expect(await find('q=accordion')).toEqual([]);
  await leith.call('POST', `/api/offers/${id}/pause`, { paused: false }, as('moira'));
  expect(await find('q=accordion')).toEqual(['Accordion practice']);
  await leith.call('POST', '/api/members/moira/status', { status: 'suspended' });
  expect(await find('q=accordion')).toEqual([]);
  expect((await leith.call('GET', `/api/offers/${id}`, undefined, as('agnes'))).status).toBe(404);
  await leith.call('POST', '/api/members/moira/status', { status: 'active' });
  expect(await find('q=accordion')).toEqual(['Accordion practice']);
  await leith.database.db.execute(sql`update offer set expires_at = now() - interval '1 minute' where id = ${id}`);
  expect(await find('q=accordion')).toEqual([]);
  await leith.call('POST', `/api/offers/${id}/renew`, {}, as('moira'));
  expect(await find('q=accordion')).toEqual(['Accordion practice']);
  await leith.call('POST', `/api/offers/${id}/end`, {}, as('moira'));
  expect((await leith.call('POST', `/api/offers/${id}/renew`, {}, as('moira'))).body.code).toBe('already_answered');
});

test("somebody else's is not there to be changed", async () => {
  const { id } = await write('Reading aloud', { category: 'papers' });
  for (const word of ['renew', 'end'])
    expect((await leith.call('POST', `/api/offers/${id}/${word}`, {}, as('agnes'))).status).toBe(404);
  const body = { kind: 'offer', title: 'Mine now', category: 'papers' };
  expect((await leith.call('POST', `/api/offers/${id}`, body, as('agnes'))).status).toBe(404);
});

test('the last place is given once, and comes back', async () => {
  const { id } = await write('Choir', { category: 'music', seats: 2 });
  const take = () => leith.database.transaction((tx) => takeSeat(tx, leith.bank, id));
  await take();
  await take();
  await expect(take()).rejects.toThrow('already_answered');
  await leith.database.transaction((tx) => giveSeatBack(tx, leith.bank, id));
  expect((await row(id)).seatsTaken).toBe(1);
});

test('two weeks before its end its member is told once; the link in the letter renews it once', async () => {
  const { id } = await write('Draw your window', { category: 'music' });
  const { signals } = leith.node.context;
  const day = 24 * 60 * 60_000;
  const tick = (now: Date) => doDue({ signals, banks: () => [leith.bank], handlers: { [OFFER_ENDS]: offerEnds } }, now);
  const told = async () =>
    rowsOf<{ kind: string }>(
      await leith.database.db.execute(
        sql`select kind from notice where facts->>'title' = 'Draw your window' order by id`,
      ),
    ).map(({ kind }) => kind);
  await tick(new Date((await row(id)).expiresAt.getTime() - 20 * day));
  expect(await told()).toEqual([]);
  await tick(new Date((await row(id)).expiresAt.getTime() - 13 * day));
  await tick(new Date((await row(id)).expiresAt.getTime() - 12 * day));
  expect(await told()).toEqual(['offer_expiring']);
  const before = await row(id);
  const token = renewToken(leith.bank, before);
  expect(isRenewToken(leith.bank, before, token)).toBe(true);
  await new Promise((resolve) => setTimeout(resolve, 5));
  await leith.call('POST', `/api/offers/${id}/renew`, {}, as('moira'));
  expect(isRenewToken(leith.bank, await row(id), token)).toBe(false);
});

test('a search asks an index', async () => {
  const { db } = leith.database;
  await db.execute(sql`insert into offer (bank_id, id, member_id, kind, title, text, language, category, place, when_words,
      expires_at, words, visibility, change, latitude, longitude)
    select ${leith.bank.id}::text, 'Z' || lpad(i::text, 25, '0'), 'nobody', 'offer', '', '', 'en', 'garden', '', '',
      now() + interval '1 day', array_to_tsvector(array['word' || i, 'common']), 'bank', i, 5500 + i % 200, -317
    from generate_series(1, 20000) i`);
  await db.execute(sql`insert into peer_offer (bank_id, pair_id, id, url, kind, title, text, language, category, place,
      when_words, expires_at, words, by, by_name, round, published_at, latitude, longitude)
    select bank_id, 'urn:x', id, id, kind, title, text, language, category, place, when_words, expires_at, words, '', '', 0,
      now(), latitude, longitude
    from offer where member_id = 'nobody'`);
  for (const table of ['offer', 'peer_offer']) await db.execute(sql`analyze ${sql.identifier(table)}`);
  const plans: string[] = [];
  const spied = {
    ...leith.database,
    transaction: <T>(work: (tx: typeof db) => Promise<T>) =>
      leith.database.transaction((tx) =>
        work(
          new Proxy(tx, {
            get: (target, name) => {
              if (name !== 'execute') return Reflect.get(target, name);
              return async (query: ReturnType<typeof sql>) => {
                const plan = rowsOf<Record<string, string>>(await target.execute(sql`explain ${query}`));
                plans.push(plan.map((line) => Object.values(line)[0]).join('\n'));
                return target.execute(query);
              };
            },
          }),
        ),
      ),
  };
  for (const near of [undefined, { latitude: 5597, longitude: -317 }])
    for (const query of ['word77', 'wrod4711', 'common', ''])
      for (const sort of [{}, { kind: 'need' }, { category: 'garden' }, { kind: 'offer', category: 'garden' }] as const)
        await searchOffers(spied, leith.bank.id, { query, near, ...sort, home: true, pairs: ['urn:x'], limit: 20 });
  expect(plans.length).toBeGreaterThan(80);
  for (const plan of plans) expect(plan).not.toMatch(/Seq Scan on (peer_)?offer\b/);
});
