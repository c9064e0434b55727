/**
 * What is asked of the board for the words that somebody typed.
 *
 * Promises: the questions come in the order of their answers: what says all the words itself, what says words like
 * them, what is of a category that they name, what has one of them. There are never more than six.
 *
 * @module
 */
import { sql } from 'drizzle-orm';
import type { Queries } from '../db/database.ts';
import { rowsOf, textArray } from '../ledger/ledger.ts';
import { meaningOf } from './meanings.ts';
import { isAlike, markOf } from './words.ts';

interface Question {
  /** As `tsquery`; `null` asks nothing. */
  readonly wanted: string | null;
  readonly exact: boolean;
}

/** Words of the bank that may have been meant by one that was typed. */
const MOST_ALIKE = 12;
const MOST_SINGLE = 3;

/** What to ask for, one after the other. One question that asks nothing when no word was typed. */
export async function questionsOf(tx: Queries, bankId: string, words: readonly string[]): Promise<Question[]> {
  if (words.length === 0) return [{ wanted: null, exact: true }];
  const uses = await usesOf(tx, bankId, words);
  const isWritten = (word: string): boolean => (uses.get(word) ?? 0) > 0;
  const meanings = words.map((word) => ({ word, ...meaningOf(word, isWritten(word)) }));
  const slips = meanings.filter(({ isSlip }) => isSlip).map(({ word }) => word);
  const meant = slips.length === 0 ? new Map<string, Meant[]>() : await meantBy(tx, bankId, slips);
  const asked = meanings.map(({ word, same, categories, isSlip }) => {
    const others = meant.get(word) ?? [];
    const forms = isSlip ? others.map(({ word: other }) => lexeme(other)) : [beginning(stem(word))];
    const similar = [...forms, ...same.map((other) => (other.length < 5 ? lexeme(other) : beginning(other)))];
    return {
      word,
      used: (uses.get(word) ?? 0) + others.reduce((sum, { uses: more }) => sum + more, 0),
      exact: itself(word),
      similar: similar.join(' | '),
      wide: [...similar, ...categories.map((category) => lexeme(markOf(category)))].join(' | '),
    };
  });
  /** Nothing, when nothing is like one of the parts. */
  const all = (parts: readonly string[]): string[] =>
    parts.includes('') ? [] : [parts.map((part) => `(${part})`).join(' & ')];
  // The rarest words tell most, and a whole category least.
  const single = asked
    .filter(({ word, wide }) => word.length >= 3 && wide !== '')
    .sort((a, b) => Number(a.wide !== a.similar) - Number(b.wide !== b.similar) || a.used - b.used)
    .slice(0, MOST_SINGLE);
  const exact = words.every(isWritten) ? all(asked.map((each) => each.exact)) : [];
  const alike = [
    ...all(asked.map(({ similar }) => similar)),
    // Another question only if a category was named.
    ...all(asked.map(({ wide }) => wide)),
    ...(words.length > 1 ? single.flatMap(({ wide }) => all([wide])) : []),
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

/** For words that nobody knows, those that were meant. */
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

// Words hold letters and digits only, and marks the names of kinds and categories.
export const lexeme = (word: string): string => `'${word}'`;
/** A short word is not the beginning of anything. */
const beginning = (word: string): string => (word.length < 3 ? lexeme(word) : `'${word}':*`);
/** What says the word itself: a long one in any form, a short one as it is or as several, for a car is no carpet. */
const itself = (word: string): string =>
  /^[a-z]{3,4}$/.test(word) ? [word, `${word}s`, `${word}es`].map(lexeme).join(' | ') : beginning(word);
/** What the forms of one word begin with: "gardening" and "gardener" with "garden". */
const stem = (word: string): string => word.slice(0, Math.max(5, word.length - 3));
