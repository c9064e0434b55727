/**
 * Finds offers and needs, here and in partner towns.
 *
 * Promises: each question is served by an index, newest first. A page comes from the newest offers, or, where these do
 * not fill it, from all that say the words: so a search costs with how many offers say them now, and never with what a
 * bank did before. First comes what says all the words itself, then what says words like them, then what is of a
 * category that they name, then what has one of them; within each, what is nearer, however old it is, then what is
 * newer. What is over, rests, or belongs to somebody who is not there is not found. Pages follow one another by a
 * cursor, so nothing is skipped when something new is written.
 *
 * @module
 */
import { type SQL, sql } from 'drizzle-orm';
import type { Database } from '../db/database.ts';
import { rowsOf, textArray } from '../ledger/ledger.ts';
import { Refused } from '../node/refused.ts';
import type { Category } from './categories.ts';
import { FURTHER, isOutside, nearest, pointsIn, ringOf, type Source, type Surroundings, surroundings } from './near.ts';
import type { Point } from './places.ts';
import { lexeme, questionsOf } from './questions.ts';
import type { OfferRow } from './row.ts';
import { askedWords, markOf } from './words.ts';

export interface Search {
  /** What somebody typed. */
  readonly query: string;
  readonly kind?: OfferRow['kind'] | undefined;
  readonly category?: Category | undefined;
  /** What is near comes first; without it, the newest. */
  readonly near?: Point | undefined;
  /** Whether to look at home, and in which pairs. */
  readonly home: boolean;
  readonly pairs: readonly string[];
  readonly cursor?: string | undefined;
  readonly limit: number;
}

/** One that was found. `pairId` is `null` at home. */
export interface Found {
  readonly id: string;
  readonly pairId: string | null;
  readonly kind: OfferRow['kind'];
  readonly title: string;
  readonly text: string;
  readonly language: string;
  readonly category: string;
  readonly place: string;
  readonly when: string;
  readonly minutes: number | null;
  readonly seats: number | null;
  readonly seatsTaken: number;
  readonly expiresAt: Date;
  /** Of what is offered here, if it has one. */
  readonly pictureId: string | null;
  readonly pictureText: string;
  /** Of a member here the id, of one elsewhere the address as an actor. */
  readonly by: string;
  readonly byName: string;
  /** Of the question that found it; the first one is 0. */
  readonly rank: number;
  /** Whether it says all the words that were typed, and not only words like them or some of them. */
  readonly exact: boolean;
}

export interface SearchPage {
  readonly items: readonly Found[];
  readonly next: string | null;
}

/** So many are read without an index of words. */
const READ_ONE_BY_ONE = 1_000;

/** The last one of a page: its rank, its ring of distance and its id. */
type Place = readonly [rank: number, ring: number, id: string];

/** Looks for a page. Refuses `invalid_request` for a cursor that is none. Tests read fewer one by one. */
export async function searchOffers(
  database: Database,
  bankId: string,
  search: Search,
  oneByOne: number = READ_ONE_BY_ONE,
): Promise<SearchPage> {
  const after = readCursor(search.cursor);
  return database.transaction(async (tx) => {
    // How common a word is decides which index serves it best, so no plan is good for all of them.
    // Several workers would look into all rings at once.
    await tx.execute(sql`select set_config('plan_cache_mode', 'force_custom_plan', true),
      set_config('max_parallel_workers_per_gather', '0', true)`);
    const questions = await questionsOf(tx, bankId, askedWords(search.query));
    const boards = [
      ...(search.home ? [atHome(bankId)] : []),
      ...(search.pairs.length > 0 ? [elsewhere(bankId, search.pairs)] : []),
    ];
    const around = new Map<Board, Surroundings>();
    if (search.near !== undefined)
      for (const board of boards) around.set(board, await surroundings(tx, board, search.near));
    const items: (Found & { ring: number })[] = [];
    for (let rank = after?.[0] ?? 0; rank < questions.length && items.length <= search.limit; rank++) {
      const rest = search.limit + 1 - items.length;
      const from = after?.[0] === rank ? after : undefined;
      const asked = {
        ...search,
        wanted: questions[rank]?.wanted ?? null,
        not: questions.slice(0, rank).map(({ wanted }) => wanted),
        rank,
        from,
        limit: rest,
        oneByOne,
      };
      // Without words each kind has an index of its own, which has the order already; so has each point.
      const apart = asked.wanted === null && search.kind === undefined && search.near === undefined;
      const found: (Found & { ring: number })[] = [];
      for (const kind of apart ? (['offer', 'need'] as const) : [search.kind])
        for (const board of boards) {
          const rows = await tx.execute(board.read(ordered(board, { ...asked, kind }, around.get(board))));
          found.push(...rowsOf<RawRow>(rows).map((row) => read(row, rank, questions[rank]?.exact ?? false)));
        }
      found.sort((a, b) => a.ring - b.ring || (a.id < b.id ? 1 : -1));
      items.push(...found.slice(0, rest));
    }
    const page = items.slice(0, search.limit);
    const last = page.at(-1);
    const more = items.length > search.limit && last !== undefined;
    return { items: page.map(({ ring: _ring, ...found }) => found), next: more ? cursorOf(last) : null };
  });
}

type Asked = Search & {
  readonly wanted: string | null;
  readonly not: readonly (string | null)[];
  readonly rank: number;
  readonly from: Place | undefined;
  readonly oneByOne: number;
};

/** Where something is looked for: here, or in the pairs. */
interface Board extends Source {
  /**
   * Its ring as a whole, when nothing is asked about places: the own town is one and all partner towns are the next.
   */
  readonly ring: 0 | 1;
  /** What `read` finds a row by. */
  readonly columns: SQL;
  /** Asks each part, pair by pair: an index serves one pair. */
  each(ask: (part: SQL) => SQL): SQL;
  /** All that is shown of those that were found. */
  read(found: SQL): SQL;
}

function atHome(bankId: string): Board {
  const which = () => sql`o.bank_id = ${bankId} and o.listed`;
  return {
    ...{ table: sql`offer`, parts: [''], which, ring: 0, columns: sql`o.id, o.bank_id` },
    each: (ask) => ask(sql`offer o where ${which()}`),
    read: (found) => sql`with n as materialized (${found})
      select n.ring, null as pair_id, o.picture_id, o.picture_text, o.member_id as by, m.name as by_name, ${SAID}
      from n join offer o on o.bank_id = n.bank_id and o.id = n.id
      join member m on m.bank_id = o.bank_id and m.id = o.member_id and m.status = 'active'`,
  };
}

function elsewhere(bankId: string, pairs: readonly string[]): Board {
  const which = (pair: SQL) => sql`o.bank_id = ${bankId} and o.pair_id = ${pair}`;
  return {
    ...{ table: sql`peer_offer`, parts: pairs, which, ring: 1, columns: sql`o.id, o.bank_id, o.pair_id, o.url` },
    each: (ask) => sql`
      select p.* from unnest(${textArray(pairs)}) as pair(id)
      cross join lateral (${ask(sql`peer_offer o where ${which(sql`pair.id`)}`)}) p`,
    read: (found) => sql`with n as materialized (${found})
      select n.ring, o.pair_id, null as picture_id, '' as picture_text, o.by, o.by_name, ${SAID}
      from n join peer_offer o on o.bank_id = n.bank_id and o.pair_id = n.pair_id and o.url = n.url`,
  };
}

const SAID = sql.raw(
  [
    'id',
    'kind',
    'title',
    'text',
    'language',
    'category',
    'place',
    'when_words',
    'minutes',
    'seats',
    'seats_taken',
    'expires_at',
  ]
    .map((name) => `o.${name}`)
    .join(', '),
);

/** Words, kind and category in one question, which the index answers as one. */
function marked(wanted: string, { kind, category }: Asked): string {
  const marks = [kind, category].flatMap((sort) => (sort === undefined ? [] : [lexeme(markOf(sort))]));
  return [`(${wanted})`, ...marks].join(' & ');
}

/** That something is not over, and of the kind and category that are asked for. */
function fits({ kind, category }: Asked): SQL {
  return sql`o.expires_at > now()
    and ${kind === undefined ? sql`o.kind in ('offer', 'need')` : sql`o.kind = ${kind}`}
    ${category === undefined ? sql`` : sql`and o.category = ${category}`}`;
}

/** By ring, then newest first. Without a place there are no rings but the board as a whole. */
function ordered(board: Board, asked: Asked, around: Surroundings | undefined): SQL {
  const { from, wanted } = asked;
  // The page before this one ended in a ring further out.
  const isOver = around === undefined && from !== undefined && from[1] > board.ring;
  const rest = isOver ? { ...asked, limit: 0, from: undefined } : asked;
  return wanted === null ? newest(board, rest, around) : saying(board, rest, wanted, around);
}

/** Whatever it says. Each ring has an index with the order. */
function newest(board: Board, asked: Asked, around: Surroundings | undefined): SQL {
  const { from, limit } = asked;
  const inRing = (ring: number): SQL => {
    const older = from?.[1] === ring ? sql`and o.id < ${from[2]}` : sql``;
    const ask = (there: SQL): SQL =>
      board.each(
        (part) => sql`select ${board.columns} from ${part} and ${fits(asked)} ${there} ${older}
          order by o.id desc limit ${limit}`,
      );
    const points = around === undefined ? null : pointsIn(around, ring);
    const found =
      points === null
        ? ask(around === undefined ? sql`` : sql`and ${isOutside(around)}`)
        : sql`select p.* from ${points} cross join lateral (${ask(
            sql`and o.latitude = at.latitude and o.longitude = at.longitude`,
          )}) p`;
    return sql`(select f.*, ${ring}::int as ring from (${found}) f order by f.id desc limit ${limit})`;
  };
  if (around === undefined) return inRing(board.ring);
  const rings = [0, 1, 2, FURTHER].filter((ring) => ring >= (from?.[1] ?? 0) && around[ring]?.length !== 0);
  // One after the other, and no further than until the page is full.
  return sql`select a.* from (${sql.join(rings.map(inRing), sql` union all `)}) a limit ${limit}`;
}

/** What tells whether something fits. */
const WEIGHED = sql`o.kind, o.category, o.expires_at, o.latitude, o.longitude, o.words`;

/**
 * The newest of a part that are read one by one: of the nearest points, or of the kind and category that are asked for.
 * Each has an index with the order, so no more are read.
 */
function lately(board: Board, part: SQL, asked: Asked, near: SQL | null, below: SQL): SQL {
  const { kind, category, oneByOne } = asked;
  const newest = (which: SQL): SQL => sql`(select ${board.columns}, ${WEIGHED} from ${part} ${which} ${below}
    order by o.id desc limit ${oneByOne})`;
  const first = (all: SQL): SQL => sql`select l.* from ${all} order by l.id desc limit ${oneByOne}`;
  if (near !== null)
    return first(
      sql`${near} cross join lateral ${newest(sql`and o.latitude = at.latitude and o.longitude = at.longitude`)} l`,
    );
  if (kind === undefined && category === undefined) return newest(sql``);
  const ofCategory = category === undefined ? sql`` : sql`and o.category = ${category}`;
  const kinds = kind === undefined ? (['offer', 'need'] as const) : [kind];
  const each = kinds.map((one) => newest(sql`and o.kind = ${one} ${ofCategory}`));
  return first(sql`(${sql.join(each, sql` union all `)}) l`);
}

/**
 * What says what is wanted. How often words are used together no database knows: of those that never are it would
 * read everything, one by one. So only some of the newest are read like that. If the nearest of these do not fill the
 * page, few fit, and all others that do are gathered from the index of words.
 */
function saying(board: Board, asked: Asked, wanted: string, around: Surroundings | undefined): SQL {
  const { from, limit, not } = asked;
  const ring = around === undefined ? sql`${board.ring}::int` : ringOf(around);
  const first = around === undefined ? board.ring : (from?.[1] ?? nearest(around));
  const below = from?.[1] === first ? sql`and o.id < ${from[2]}` : sql``;
  const others = not.filter((each) => each !== null).map((each) => sql`and not o.words @@ ${each}::tsquery`);
  const says = sql`${fits(asked)} and o.words @@ ${marked(wanted, asked)}::tsquery ${sql.join(others, sql` `)}`;
  const near = around === undefined ? null : pointsIn(around, first);
  const found = board.each(
    (part) => sql`
      with lately as materialized (${lately(board, part, asked, near, below)})
      (select ${board.columns}, ${ring} as ring from lately o where ${ring} = ${first} and ${says} order by o.id desc)
      union all
      (with further as materialized (
          select ${board.columns}, ${ring} as ring from ${part} and ${says}
            and (${ring} > ${first} or ${ring} = ${first} and o.id < (select min(id) from lately)))
        select * from further order by ring, id desc)
      limit ${limit}`,
  );
  return sql`select f.* from (${found}) f order by f.ring, f.id desc limit ${limit}`;
}

interface RawRow {
  id: string;
  pair_id: string | null;
  picture_id: string | null;
  picture_text: string;
  by: string;
  by_name: string;
  kind: OfferRow['kind'];
  title: string;
  text: string;
  language: string;
  category: string;
  place: string;
  when_words: string;
  minutes: number | null;
  seats: number | null;
  seats_taken: number;
  expires_at: Date | string;
  ring: number;
}

function read(row: RawRow, rank: number, exact: boolean): Found & { ring: number } {
  const { pair_id, by_name, picture_id, picture_text, when_words, seats_taken, expires_at, ...rest } = row;
  return {
    id: rest.id,
    kind: rest.kind,
    title: rest.title,
    text: rest.text,
    language: rest.language,
    category: rest.category,
    place: rest.place,
    minutes: rest.minutes,
    seats: rest.seats,
    by: rest.by,
    ring: Number(rest.ring),
    pairId: pair_id,
    pictureId: picture_id,
    pictureText: picture_text,
    byName: by_name,
    when: when_words,
    seatsTaken: seats_taken,
    expiresAt: new Date(expires_at),
    rank,
    exact,
  };
}

function cursorOf({ rank, ring, id }: Found & { ring: number }): string {
  return `${rank}.${ring}.${id}`;
}

function readCursor(cursor: string | undefined): Place | undefined {
  if (cursor === undefined) return undefined;
  const [, rank, ring, id] = /^(\d)\.([0-3])\.([0-9A-HJKMNP-TV-Z]{26})$/.exec(cursor) ?? [];
  if (id === undefined) throw new Refused('invalid_request', { field: 'cursor' });
  return [Number(rank), Number(ring), id];
}
