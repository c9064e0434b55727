/**
 * Finds offers and needs, here and in partner towns.
 *
 * Promises: no search reads more than a bounded part of what there is, whatever is asked: each question is served by
 * an index, newest first. First comes what has all the words, then what has words like them, then what has one of
 * them; within each, what is nearer, then what is newer. What is over, rests, or belongs to somebody who is not there
 * is not found. Pages follow one another by a cursor, so nothing is skipped when something new is written.
 *
 * @module
 */
import { type SQL, sql } from 'drizzle-orm';
import type { Database, Queries } from '../db/database.ts';
import { rowsOf, textArray } from '../ledger/ledger.ts';
import { Refused } from '../node/refused.ts';
import type { Category } from './categories.ts';
import type { OfferRow } from './row.ts';
import { askedWords, isAlike } from './words.ts';

export interface Search {
  /** What somebody typed. */
  readonly query: string;
  readonly kind?: OfferRow['kind'] | undefined;
  readonly category?: Category | undefined;
  /** Hundredths of a degree. What is near comes first; without it, the newest. */
  readonly near?: { readonly latitude: number; readonly longitude: number } | undefined;
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
  /** Whether it has all the words that were typed, and not only words like them or some of them. */
  readonly exact: boolean;
}

interface Question {
  /** As `tsquery`; `null` asks nothing. */
  readonly wanted: string | null;
  readonly exact: boolean;
}

export interface SearchPage {
  readonly items: readonly Found[];
  readonly next: string | null;
}

/** Of more than so many that fit, the newest are looked at for what is near. */
const MOST_WEIGHED = 500;
const MOST_WEIGHED_ELSEWHERE = 100;
/** Words of the bank that may have been meant by one that was typed. */
const MOST_ALIKE = 12;
const MOST_SINGLE = 3;

/** The last one of a page: its rank, its ring of distance and its id. */
type Place = readonly [rank: number, ring: number, id: string];

/** Looks for a page. Refuses `invalid_request` for a cursor that is none. */
export async function searchOffers(database: Database, bankId: string, search: Search): Promise<SearchPage> {
  const after = readCursor(search.cursor);
  return database.transaction(async (tx) => {
    // How common a word is decides which index serves it best, so no plan is good for all of them.
    await tx.execute(sql`select set_config('plan_cache_mode', 'force_custom_plan', true)`);
    const questions = await questionsOf(tx, bankId, askedWords(search.query));
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
      };
      // Without words each kind has an index of its own, which has the order already.
      const kinds = asked.wanted === null && search.kind === undefined ? (['offer', 'need'] as const) : [search.kind];
      const sources = kinds.flatMap((kind) => [
        ...(search.home ? [atHome(bankId, { ...asked, kind })] : []),
        ...(search.pairs.length > 0 ? [elsewhere(bankId, { ...asked, kind })] : []),
      ]);
      const found: (Found & { ring: number })[] = [];
      for (const source of sources)
        found.push(
          ...rowsOf<RawRow>(await tx.execute(source)).map((row) => read(row, rank, questions[rank]?.exact ?? false)),
        );
      found.sort((a, b) => a.ring - b.ring || (a.id < b.id ? 1 : -1));
      items.push(...found.slice(0, rest));
    }
    const page = items.slice(0, search.limit);
    const last = page.at(-1);
    const more = items.length > search.limit && last !== undefined;
    return { items: page.map(({ ring: _ring, ...found }) => found), next: more ? cursorOf(last) : null };
  });
}

/** What to ask for, one after the other. One question that asks nothing when no word was typed. */
async function questionsOf(tx: Queries, bankId: string, words: readonly string[]): Promise<Question[]> {
  if (words.length === 0) return [{ wanted: null, exact: true }];
  const uses = await usesOf(tx, bankId, words);
  const unknown = words.filter((word) => (uses.get(word) ?? 0) === 0);
  const meant = unknown.length === 0 ? new Map<string, Meant[]>() : await meantBy(tx, bankId, unknown);
  const asked = words.map((word) => {
    const others = meant.get(word) ?? [];
    const used = (uses.get(word) ?? 0) + others.reduce((sum, { uses: more }) => sum + more, 0);
    const similar = unknown.includes(word) ? others.map(({ word: other }) => lexeme(other)) : [beginning(stem(word))];
    return {
      word,
      used,
      exact: beginning(word),
      similar: similar.length === 0 ? beginning(word) : similar.join(' | '),
    };
  });
  const all = (parts: readonly string[]): string => parts.map((part) => `(${part})`).join(' & ');
  // The rarest words tell most. What nothing is like, nothing is found by.
  const single = asked
    .filter(({ word, used }) => word.length >= 3 && used > 0)
    .sort((a, b) => a.used - b.used)
    .slice(0, MOST_SINGLE)
    .map(({ similar }) => similar);
  const exact = unknown.length === 0 ? [all(asked.map(({ exact: each }) => each))] : [];
  const alike = [
    ...(asked.every(({ used }) => used > 0) ? [all(asked.map(({ similar }) => similar))] : []),
    ...(words.length > 1 ? single.map((each) => all([each])) : []),
  ];
  return [...new Set([...exact, ...alike])].map((wanted) => ({ wanted, exact: exact.includes(wanted) }));
}

/** About how often each word is used at this bank, as the beginning of others too. */
async function usesOf(tx: Queries, bankId: string, words: readonly string[]): Promise<Map<string, number>> {
  const result = await tx.execute(sql`
    select asked, (select coalesce(sum(uses), 0)::int from (
        select uses from offer_word w where w.bank_id = ${bankId} and w.word >= asked collate "C"
          and w.word < (asked || case when length(asked) < 3 then chr(1) else chr(1114109) end) collate "C" limit 50) found) as uses
    from unnest(${textArray(words)}) as asked`);
  return new Map(rowsOf<{ asked: string; uses: number }>(result).map(({ asked, uses }) => [asked, Number(uses)]));
}

interface Meant {
  readonly word: string;
  readonly uses: number;
}

/** For words that nobody has written, those that were meant. */
async function meantBy(tx: Queries, bankId: string, words: readonly string[]): Promise<Map<string, Meant[]>> {
  await tx.execute(sql`select set_config('pg_trgm.similarity_threshold', '0.2', true)`);
  const result = await tx.execute(sql`
    select asked, near.word, near.uses from unnest(${textArray(words)}) as asked
    cross join lateral (
      select word, uses from offer_word where bank_id = ${bankId} and word % asked
      order by similarity(word, asked) desc limit ${MOST_ALIKE}) near`);
  const found = new Map<string, Meant[]>();
  for (const { asked, ...meant } of rowsOf<Meant & { asked: string }>(result))
    if (isAlike(asked, meant.word)) found.set(asked, [...(found.get(asked) ?? []), meant]);
  return found;
}

// Words hold letters and digits only.
const lexeme = (word: string): string => `'${word}'`;
/** A short word is not the beginning of anything. */
const beginning = (word: string): string => (word.length < 3 ? lexeme(word) : `'${word}':*`);
/** What the forms of one word begin with: "gardening" and "gardener" with "garden". */
const stem = (word: string): string => word.slice(0, Math.max(5, word.length - 3));

type Asked = Search & {
  readonly wanted: string | null;
  readonly not: readonly (string | null)[];
  readonly rank: number;
  readonly from: Place | undefined;
};

function atHome(bankId: string, asked: Asked): SQL {
  const found = ordered(
    asked,
    0,
    MOST_WEIGHED,
    (limit, older) => sql`
      select o.id, o.bank_id, o.latitude, o.longitude from offer o
      where o.bank_id = ${bankId} and o.listed and ${conditions(asked)} ${older}
      order by o.id desc limit ${limit}`,
  );
  return sql`select n.ring, null as pair_id, o.picture_id, o.picture_text, o.member_id as by, m.name as by_name, ${SAID}
    from (${found}) n join offer o on o.bank_id = n.bank_id and o.id = n.id
    join member m on m.bank_id = o.bank_id and m.id = o.member_id and m.status = 'active'`;
}

function elsewhere(bankId: string, asked: Asked): SQL {
  // Pair by pair, each served by an index.
  const found = ordered(
    asked,
    1,
    MOST_WEIGHED_ELSEWHERE,
    (limit, older) => sql`
      select p.* from unnest(${textArray(asked.pairs)}) as pair(id) cross join lateral (
        select o.id, o.bank_id, o.pair_id, o.url, o.latitude, o.longitude
        from peer_offer o where o.bank_id = ${bankId} and o.pair_id = pair.id and ${conditions(asked)} ${older}
        order by o.id desc limit ${limit}) p`,
  );
  return sql`select n.ring, o.pair_id, null as picture_id, '' as picture_text, o.by, o.by_name, ${SAID}
    from (${found}) n join peer_offer o on o.bank_id = n.bank_id and o.pair_id = n.pair_id and o.url = n.url`;
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

function conditions({ wanted, not, kind, category }: Asked): SQL {
  const all = [
    sql`o.expires_at > now()`,
    kind === undefined ? sql`o.kind in ('offer', 'need')` : sql`o.kind = ${kind}`,
    ...(category === undefined ? [] : [sql`o.category = ${category}`]),
    ...(wanted === null ? [] : [sql`o.words @@ ${wanted}::tsquery`]),
    ...not.filter((each) => each !== null).map((each) => sql`not o.words @@ ${each}::tsquery`),
  ];
  return sql.join(all, sql` and `);
}

/**
 * By ring, then newest first. Without a place the own town is a ring and all partner towns are the next, `whole`, and the
 * index has that order already.
 */
function ordered(
  { near, from, limit }: Asked,
  whole: 0 | 1,
  weighed: number,
  select: (limit: number, older: SQL) => SQL,
): SQL {
  if (near === undefined) {
    if (from !== undefined && from[1] > whole) return sql`select f.*, 0 as ring from (${select(0, sql``)}) f`;
    const older = from === undefined || from[1] < whole ? sql`` : sql`and o.id < ${from[2]}`;
    return sql`select f.*, ${whole}::int as ring from (${select(limit, older)}) f order by f.id desc limit ${limit}`;
  }
  const wide = Math.cos((near.latitude / 100) * (Math.PI / 180));
  const square = sql`power(f.latitude - ${near.latitude}::float, 2) + power((f.longitude - ${near.longitude}::float) * ${wide}::float, 2)`;
  // Squares of hundredths of a degree: two, five and ten kilometres.
  const ring = sql`case when f.latitude is null then 3 when ${square} <= 4 then 0 when ${square} <= 21 then 1 when ${square} <= 81 then 2 else 3 end`;
  const after =
    from === undefined
      ? sql``
      : sql`where (g.ring, g.id) > (${from[1]}::int, '') and not (g.ring = ${from[1]}::int and g.id >= ${from[2]})`;
  return sql`select g.* from (select f.*, ${ring} as ring from (${select(weighed, sql``)}) f) g ${after}
    order by g.ring, g.id desc limit ${limit}`;
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
