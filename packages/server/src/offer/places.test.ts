/** Places of the town: who says where they are, what follows, which names wait, and what is near first. */
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { rowsOf } from '../ledger/ledger.ts';
import { startTowns, type Town } from '../testing/town.ts';
import { MOST_PLACES, placeKey } from './places.ts';
import { searchOffers } from './search.ts';

let leith: Town;
const tokens: Record<string, string> = {};
const ids: Record<string, string> = {};

beforeAll(async () => {
  [leith] = (await startTowns(['Leith'])) as [Town];
  for (const handle of ['moira', 'agnes']) {
    const { body } = await leith.call('POST', '/api/members', { handle, name: handle });
    ids[handle] = body.id;
    tokens[handle] = (await leith.call('POST', `/api/members/${body.id}/tokens`, {})).body.token;
  }
});
afterAll(() => leith?.stop());

const as = (who: string) => ({ token: tokens[who] as string });
const write = async (title: string, more: object = {}, who = 'moira'): Promise<string> => {
  const answer = await leith.call(
    'POST',
    '/api/offers',
    { kind: 'offer', category: 'company', title, ...more },
    as(who),
  );
  expect(answer.status, JSON.stringify(answer.body)).toBe(201);
  return answer.body.id;
};
const place = (name: string, coordinates: { latitude: number; longitude: number } | null) =>
  leith.call('POST', '/api/places', { name, coordinates });
const listed = async () => (await leith.call('GET', '/api/places')).body.items;
/** Hundredths of a degree of a row. */
const at = async (table: 'offer' | 'gathering' | 'member', id: string) => {
  const found = await leith.database.db.execute(
    sql`select latitude, longitude from ${sql.identifier(table)} where id = ${id}`,
  );
  const [row] = rowsOf<{ latitude: number | null; longitude: number | null }>(found);
  return row?.latitude === null ? null : [row?.latitude, row?.longitude];
};
const shore = { latitude: 55.9761, longitude: -3.1699 };

test('a name is one, however it is written', () => {
  expect(placeKey('  The   SHORE ')).toBe('the shore');
  expect(placeKey('Gràcia')).toBe(placeKey('gracia'));
  expect([...placeKey('ﷺ'.repeat(80))].length).toBe(80);
});

test('where a place is, the desk says: for what is written before and after, and for nobody else’s map', async () => {
  const before = await write('Before', { place: 'The Shore' });
  const meeting = { kind: 'meeting', title: 'Soup', place: 'the shore', seats: 5 };
  const times = {
    startsAt: new Date(Date.now() + 8.64e7).toISOString(),
    endsAt: new Date(Date.now() + 9e7).toISOString(),
  };
  const called = await leith.call('POST', '/api/gatherings', { ...meeting, ...times }, as('moira'));
  await leith.call('POST', '/api/members/agnes', { place: 'The Shore' }, as('agnes'));
  const over = await write('Over', { place: 'The Shore' });
  await leith.call('POST', `/api/offers/${over}/end`, {}, as('moira'));
  expect(await at('offer', before)).toBeNull();
  expect((await place('The Shore', shore)).body).toMatchObject({ coordinates: { latitude: 55.98, longitude: -3.17 } });
  const there = [5598, -317];
  for (const [table, id] of [
    ['offer', before],
    ['gathering', called.body.id],
    ['member', ids['agnes'] as string],
    ['offer', await write('After', { place: 'THE SHORE' })],
  ] as const)
    expect(await at(table, id), table).toEqual(there);
  expect(await at('offer', over)).toBeNull();

  // What a program says beside a name moves no place, and a name that is not known is somewhere for this one alone.
  const paris = { latitude: 48.85, longitude: 2.35 };
  expect(await at('offer', await write('Elsewhere', { place: 'The Shore', ...paris }, 'agnes'))).toEqual(there);
  expect(await at('offer', await write('Own', { place: 'Kiosk', ...paris }, 'agnes'))).toEqual([4885, 235]);
  expect(await at('offer', await write('Not own', { place: 'Kiosk' }))).toBeNull();
  await leith.call('POST', '/api/members/agnes', { coordinates: paris }, as('agnes'));
  expect(await at('member', ids['agnes'] as string)).toEqual(there);
  for (const path of ['/api/places', '/api/places/end'])
    expect((await leith.call('POST', path, { name: 'The Shore', coordinates: paris }, as('agnes'))).status).not.toBe(
      200,
    );

  // It is taken off the list: nothing is there any more.
  await leith.call('POST', '/api/places/end', { name: 'the shore' });
  expect(await at('offer', before)).toBeNull();
  expect(await at('member', ids['agnes'] as string)).toBeNull();
  expect((await leith.call('POST', '/api/places/end', { name: 'the shore' })).status).toBe(404);
  await place('The Shore', shore);
});

test('whatever moves gets a number of its own in the order of changes, and what stays gets none', async () => {
  const wrote = [await write('One', { place: 'Links' }), await write('Two', { place: 'Links' })];
  const numbers = async () =>
    rowsOf<{ change: string; last: string }>(
      await leith.database.db.execute(sql`select o.change, c.last from offer o join offer_changes c using (bank_id)
        where o.place_key = 'links' order by o.id`),
    ).map(({ change, last }) => [Number(change), Number(last)] as const);
  const last = (await numbers())[0]?.[1] ?? 0;
  await place('Links', shore);
  expect(await numbers()).toEqual([
    [last + 1, last + 2],
    [last + 2, last + 2],
  ]);
  await place('The Links', null);
  await place('Links', shore);
  expect((await numbers())[0]?.[1]).toBe(last + 2);
  expect((await write('Three', { place: 'Links' })).length).toBe(wrote[0]?.length);
  expect((await numbers()).map(([change]) => change)).toEqual([last + 1, last + 2, last + 3]);
});

test('names wait that something names which is not over: short ones, and not too many', async () => {
  const waiting = async (): Promise<{ name: string; count: number }[]> =>
    (await listed()).filter(({ waits }: { waits: boolean }) => waits);
  const cellar = await write('Wine', { place: 'The Cellar' });
  await write('More wine', { place: 'the cellar' }, 'agnes');
  await write('Calls', { place: 'By telephone' });
  await write('Long', { place: 'x'.repeat(61) });
  expect(await waiting()).toContainEqual({ name: 'The Cellar', coordinates: null, waits: true, count: 2 });
  expect((await waiting()).map(({ name }) => name)).not.toContain('x'.repeat(61));
  await place('By telephone', null);
  expect((await waiting()).map(({ name }) => name)).not.toContain('By telephone');
  await place('The Cellar', shore);
  expect((await waiting()).map(({ name }) => name)).not.toContain('The Cellar');
  expect(await listed()).toContainEqual(expect.objectContaining({ name: 'The Cellar', count: 2 }));
  await leith.call('POST', '/api/places/end', { name: 'The Cellar' });
  await leith.call('POST', `/api/offers/${cellar}/end`, {}, as('moira'));
  expect(await waiting()).toContainEqual(expect.objectContaining({ name: 'the cellar', count: 1 }));
  // Members see the map, and not what others wrote.
  const seen = (await leith.call('GET', '/api/places', undefined, as('agnes'))).body.items;
  expect(seen.map(({ name }: { name: string }) => name)).toEqual(['Links', 'The Shore']);

  await leith.database.db.execute(sql`insert into offer (bank_id, id, member_id, kind, title, text, language, category,
      place, place_key, when_words, expires_at, words, visibility, listed, change)
    select ${leith.bank.id}::text, 'N' || lpad(i::text, 25, '0'), 'nobody', 'offer', '', '', 'en', 'garden', 'p' || i, 'p' || i,
      '', now() + interval '1 day', ''::tsvector, 'bank', false, 0 from generate_series(1, 2000) i`);
  expect(await waiting()).toHaveLength(100);
  await leith.database.db.execute(sql`delete from offer where member_id = 'nobody'`);
});

test('a bank has so many places and no more', async () => {
  await leith.database.db.execute(sql`insert into place (bank_id, key, name)
    select ${leith.bank.id}::text, 'p' || i, 'p' || i
    from generate_series(1, ${MOST_PLACES}::int - (select count(*)::int from place)) i`);
  expect((await place('One too many', shore)).body).toMatchObject({ facts: { field: 'name' } });
  expect((await place('The Shore', shore)).status).toBe(200);
  await leith.database.db.execute(sql`delete from place where latitude is null`);
});

describe('in a bank with many offers', () => {
  beforeAll(async () => {
    await place('The Shore', shore);
    await place('Hill', { latitude: 55.98, longitude: -3.12 });
    await place('Mill', { latitude: 55.98, longitude: -3.06 });
    // 40 at each place, then 700 newer ones far away and nowhere. All can be found by a word that they share.
    await leith.database.db.execute(sql`insert into offer (bank_id, id, member_id, kind, title, text, language, category, place,
        when_words, expires_at, words, visibility, change, latitude, longitude)
      select ${leith.bank.id}::text, (case when i <= 120 then 'Y' else 'Z' end) || lpad(i::text, 25, '0'), ${ids['moira']},
        case i % 2 when 0 then 'offer' else 'need' end, 't' || i, '', 'en', case i % 7 when 0 then 'garden' else 'music' end, '',
        '', now() + interval '1 day', array_to_tsvector(array['shared',
          '#' || case i % 2 when 0 then 'offer' else 'need' end, '#' || case i % 7 when 0 then 'garden' else 'music' end]), 'bank', 0, case when i % 3 = 0 or i <= 120 then 5598 end,
        case when i > 120 then case when i % 3 = 0 then 200 end when i % 3 = 0 then -317 when i % 3 = 1 then -312 else -306 end
      from generate_series(1, 820) i`);
    await leith.database.db.execute(
      sql`insert into offer_word (bank_id, word, uses) values (${leith.bank.id}, 'shared', 820)`,
    );
    await leith.database.db.execute(sql`analyze offer`);
  });

  const find = async (query: string): Promise<number[]> => {
    const { body } = await leith.call('GET', `/api/offers?limit=200&${query}`, undefined, as('agnes'));
    return body.items
      .filter(({ title }: { title: string }) => /^t\d/.test(title))
      .map(({ title }: { title: string }) => Number(title.slice(1)));
  };
  const below = (wanted: (i: number) => boolean) => Array.from({ length: 120 }, (_, i) => 120 - i).filter(wanted);

  test.each(['', 'q=shared&'])('what is nearest comes first, however old it is (%s)', async (words) => {
    const rings = [0, 1, 2].map((rest) => below((i) => i % 3 === rest));
    const found = await find(`${words}near=the+shore`);
    expect(found.slice(0, 120)).toEqual(rings.flat());
    expect(found.slice(120)).toEqual(Array.from(found.slice(120), (_, i) => 820 - i));
    expect(await find(`${words}latitude=55.981&longitude=-3.169`)).toEqual(found);
    const needs = await find(`${words}near=the+shore&kind=need&category=garden`);
    expect(needs.slice(0, 17)).toEqual(
      rings.flatMap((ring) => ring.filter((i) => i % 14 === 7)).concat(needs.slice(9, 17)),
    );
  });

  test.each(['', 'q=shared&'])('page after page each is there once, in one order (%s)', async (words) => {
    const seen: string[] = [];
    for (let cursor = ''; ; ) {
      const { items, next } = (await leith.call('GET', `/api/offers?${words}near=hill&limit=57${cursor}`)).body;
      seen.push(...items.map(({ title }: { title: string }) => title));
      if (next === null) break;
      cursor = `&cursor=${next}`;
    }
    const many = seen.filter((title) => /^t\d/.test(title));
    expect(new Set(many).size).toBe(820);
    expect(many).toHaveLength(820);
    expect(many.slice(0, 40)).toEqual(below((i) => i % 3 === 1).map((i) => `t${i}`));
  });

  test('so it is with what partner towns offer', async () => {
    await leith.database.db.execute(sql`insert into peer_offer (bank_id, pair_id, id, url, kind, title, text, language,
        category, place, when_words, expires_at, words, by, by_name, round, published_at, latitude, longitude)
      select bank_id, case when id < 'Y' || lpad('60', 25, '0') then 'urn:a' else 'urn:b' end, id, id, kind, title, text, language,
        category, place, when_words, expires_at, words, '', '', 0, now(), latitude, longitude from offer where title ~ '^t[0-9]'`);
    const near = { latitude: 5598, longitude: -317 };
    for (const query of ['', 'shared']) {
      const search = { query, near, home: false, pairs: ['urn:a', 'urn:b', 'urn:none'], limit: 45 };
      const { items } = await searchOffers(leith.database, leith.bank.id, search);
      const rings = [below((i) => i % 3 === 0), below((i) => i % 3 === 1)].flat();
      expect(items.map(({ title }) => Number(title.slice(1)))).toEqual(rings.slice(0, 45));
    }
  });

  test('near me is where my own page says, and near nowhere is refused', async () => {
    expect((await leith.call('GET', '/api/offers?near=me', undefined, as('moira'))).body).toMatchObject({
      facts: { field: 'near' },
    });
    expect((await leith.call('GET', '/api/offers?near=atlantis')).body).toMatchObject({ code: 'invalid_request' });
    await leith.call('POST', '/api/members/agnes', { place: 'Mill' }, as('agnes'));
    expect((await find('near=me')).slice(0, 40)).toEqual(below((i) => i % 3 === 2));
  });
});
