/** Searching a board with more on it than is read one by one: every page against a plain filter over all of it. */
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { newId } from '../db/id.ts';
import { textArray } from '../ledger/ledger.ts';
import { startTowns, type Town } from '../testing/town.ts';
import type { Category } from './categories.ts';
import { lexemesOf } from './offers.ts';
import type { Point } from './places.ts';
import { type Search, searchOffers } from './search.ts';

interface Written {
  readonly id: string;
  readonly pairId: string | null;
  readonly kind: 'offer' | 'need';
  readonly category: Category;
  readonly words: readonly string[];
  /** 0 to 3, of {@link HERE}; 3 is far away or nowhere. */
  readonly ring: number;
  readonly point: Point | null;
  readonly over: boolean;
}

const HERE: Point = { latitude: 5595, longitude: -320 };
const POINTS: readonly [ring: number, point: Point | null][] = [
  [0, { latitude: 5596, longitude: -320 }],
  [1, { latitude: 5598, longitude: -321 }],
  [2, { latitude: 5602, longitude: -320 }],
  [3, { latitude: 5700, longitude: -320 }],
  [3, null],
];
const THINGS = ['bread', 'chess', 'fiddle', 'ladder', 'garden'];
const RARE = ['zither', 'abacus'];
const CATEGORIES: readonly Category[] = ['repairs', 'garden', 'music'];
const PAIRS = ['pair-one', 'pair-two'];

let leith: Town;
const written: Written[] = [];

beforeAll(async () => {
  [leith] = (await startTowns(['Leith'])) as [Town];
  const { bank, database } = leith;
  await leith.call('POST', '/api/members', { handle: 'moira', name: 'Moira' });
  const first = { member: 'moira', kind: 'offer', category: 'company', title: 'Company', visibility: 'partners' };
  expect((await leith.call('POST', '/api/offers', first)).status).toBe(201);
  // The older half says other things than the newer one, so that what is rare has to be looked for further down.
  for (let i = 0; i < 2_600; i++) {
    const [ring, point] = POINTS[(i * 7) % POINTS.length] as (typeof POINTS)[number];
    const words = [THINGS[i % 5], ...(i % 3 === 0 ? [THINGS[(i + 2) % 5]] : []), ...(i % 400 === 5 ? RARE : [])];
    written.push({
      id: newId(),
      pairId: i % 4 === 0 ? (PAIRS[(i / 4) % 2] as string) : null,
      kind: i < 1_300 && i % 5 === 0 ? 'need' : 'offer',
      category: CATEGORIES[(i + (i > 1_300 ? 1 : 0)) % 3] as Category,
      ...{ words: words as string[], ring, point, over: i % 50 === 1 },
    });
  }
  written.reverse();
  await database.transaction(async (tx) => {
    await tx.execute(sql`insert into offer_word (bank_id, word, uses)
      select ${bank.id}::text, word, 500 from unnest(${textArray([...THINGS, ...RARE])}) as word`);
    for (const each of written) {
      const at = `now() ${each.over ? '-' : '+'} interval '1 day'`;
      const { latitude = null, longitude = null } = each.point ?? {};
      const said = sql`${each.id} as id, ${each.kind} as kind, ${each.category} as category, ${latitude}::int as latitude,
        ${longitude}::int as longitude, ${sql.raw(at)} as expires_at, ${lexemesOf(each.words, each)} as words`;
      await tx.execute(
        each.pairId === null
          ? sql`insert into offer select (jsonb_populate_record(null::offer, to_jsonb(o) || to_jsonb(n))).*
              from (select ${said}) n, (select * from offer where bank_id = ${bank.id} order by id limit 1) o`
          : sql`insert into peer_offer select (jsonb_populate_record(null::peer_offer, to_jsonb(o) || to_jsonb(n))).*
              from (select ${said}, ${each.pairId} as pair_id, ${each.id} as url, '' as by, '' as by_name, 1 as round,
                now() as published_at) n, (select * from offer where bank_id = ${bank.id} order by id limit 1) o`,
      );
    }
  });
}, 60_000);
afterAll(() => leith?.stop());

/** All pages, of what says all that was asked for. */
async function found(search: Omit<Search, 'cursor' | 'limit'>, limit: number, oneByOne?: number): Promise<string[]> {
  const ids: string[] = [];
  let cursor: string | undefined;
  do {
    const page = await searchOffers(leith.database, leith.bank.id, { ...search, cursor, limit }, oneByOne);
    ids.push(...page.items.filter(({ exact }) => exact).map(({ id }) => id));
    cursor = page.items.every(({ exact }) => exact) ? (page.next ?? undefined) : undefined;
  } while (cursor !== undefined);
  return ids;
}

/** The same by a plain filter. */
function expected({ query, kind, category, near, home, pairs }: Omit<Search, 'cursor' | 'limit'>): string[] {
  const asked = query.split(' ').filter((word) => word !== '');
  const ringOf = (each: Written): number => (near !== undefined ? each.ring : each.pairId === null ? 0 : 1);
  return written
    .filter((each) => (each.pairId === null ? home : pairs.includes(each.pairId)) && !each.over)
    .filter((each) => kind === undefined || each.kind === kind)
    .filter((each) => category === undefined || each.category === category)
    .filter((each) => asked.every((word) => each.words.some((other) => other.startsWith(word))))
    .sort((a, b) => ringOf(a) - ringOf(b) || (a.id < b.id ? 1 : -1))
    .map(({ id }) => id);
}

const QUERIES = ['bread', 'chess', 'bread fiddle', 'zither', 'zither bread', 'abacus garden', 'ladde bread', ''];
const SORTS = [
  {},
  { kind: 'offer' },
  { kind: 'need' },
  { category: 'music' },
  { kind: 'need', category: 'repairs' },
] as const;
const BOARDS = [
  { home: true, pairs: [] },
  { home: true, pairs: PAIRS },
  { home: false, pairs: ['pair-two'] },
];

test.for(QUERIES)('all that says “%s” is found once, nearest and newest first', async (query) => {
  let most = 0;
  for (const near of [undefined, HERE])
    for (const sort of SORTS)
      for (const board of BOARDS) {
        const search = { query, near, ...sort, ...board };
        const should = expected(search).filter((_, at) => query !== '' || at < 400);
        // A page from those that are read one by one, from others, and from both.
        for (const oneByOne of query === '' ? [undefined] : [undefined, 70]) {
          const are = (await found(search, query === '' ? 200 : 90, oneByOne)).filter((id) =>
            written.some((each) => each.id === id),
          );
          expect(are.slice(0, query === '' ? 400 : undefined), JSON.stringify(search)).toEqual(should);
        }
        most = Math.max(most, should.length);
      }
  // These two are never together.
  expect(most > 0).toBe(query !== 'abacus garden');
});
