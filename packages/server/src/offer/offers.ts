/**
 * What members offer and need.
 *
 * Promises: an offer lasts six months and is renewed by one click; whatever happens to it gets the next number in the
 * bank's order of changes in the same transaction, so a partner that asks for news misses none; what is told to the
 * fediverse is written down in that transaction too. A place is kept to about a kilometre.
 *
 * @module
 */
import { and, asc, desc, eq, gt, lt, sql } from 'drizzle-orm';
import { unionAll } from 'drizzle-orm/pg-core';
import type { Bank } from '../bank/bank.ts';
import type { Queries } from '../db/database.ts';
import { newId } from '../db/id.ts';
import { member, offer as offerTable } from '../db/schema.ts';
import { textArray } from '../ledger/ledger.ts';
import { Refused } from '../node/refused.ts';
import type { Category } from './categories.ts';
import { lockChanges, nextChange } from './changes.ts';
import { hangPicture, type Picture } from './pictures.ts';
import { type Place, placeColumns } from './places.ts';
import { prepareToTell, tellFollowers } from './posts.ts';
import { isRenewToken, watchEnd } from './renewals.ts';
import { type OfferRow, offerColumns, type Visibility } from './row.ts';
import { markOf, wordsOf } from './words.ts';

/** What a member writes. */
export interface OfferInput {
  readonly kind: OfferRow['kind'];
  readonly title: string;
  readonly text: string;
  readonly language: string;
  readonly category: Category;
  /** Where the town has a place of this name, it is there; else where it says itself. */
  readonly place: Place;
  /** In words: "Tuesdays after lunch". */
  readonly when: string;
  /** `null`: per session. */
  readonly minutes: number | null;
  readonly seats: number | null;
  readonly visibility: Visibility;
}

/** The most characters of each text. */
export const LENGTHS = { title: 100, text: 2000, place: 80, when: 200 } as const;
const LASTS_DAYS = 183;
/** A member has at most so many at a time. */
const MOST_OPEN = 100;

/** Writes a new one, with a picture that is kept. Refuses `not_found` and `member_inactive`. */
export async function createOffer(
  tx: Queries,
  bank: Bank,
  memberId: string,
  input: OfferInput,
  picture?: Picture | null,
): Promise<OfferRow> {
  await prepareToTell(tx, bank, memberId, input.visibility);
  const change = await nextChange(tx, bank.id);
  const [open] = await tx
    .select({ count: sql<number>`count(*)::int` })
    .from(offerTable)
    .where(and(eq(offerTable.bankId, bank.id), eq(offerTable.memberId, memberId), eq(offerTable.listed, true)));
  if ((open?.count ?? 0) >= MOST_OPEN)
    throw new Refused('invalid_request', { field: 'kind', reason: `a member has at most ${MOST_OPEN} at a time` });
  const said = await columnsOf(tx, bank.id, memberId, input);
  if (!said.active) throw new Refused('member_inactive');
  const id = newId();
  const [row] = await tx
    .insert(offerTable)
    .values({
      bankId: bank.id,
      id,
      memberId,
      ...said.columns,
      ...(await hangPicture(tx, bank.id, { id, memberId, pictureId: null }, picture)),
      expiresAt: sixMonthsFromNow(),
      shared: input.visibility !== 'bank',
      change,
    })
    .returning(offerColumns);
  await learn(tx, bank.id, said.words);
  await watchEnd(tx, bank, row as OfferRow);
  return tellFollowers(tx, bank, row as OfferRow);
}

/** Says it in other words. What it does not say stays, and so does its picture unless another one or none is given. */
export async function changeOffer(
  tx: Queries,
  bank: Bank,
  id: string,
  input: OfferInput,
  picture?: Picture | null,
): Promise<OfferRow> {
  const author = (await getOffer(tx, bank.id, id))?.memberId;
  if (author !== undefined) await prepareToTell(tx, bank, author, input.visibility);
  const before = await locked(tx, bank.id, id);
  if (before.status === 'ended') throw new Refused('already_answered');
  if (input.seats !== null && input.seats < before.seatsTaken)
    throw new Refused('invalid_request', { field: 'seats', reason: `${before.seatsTaken} are taken already` });
  const said = await columnsOf(tx, bank.id, before.memberId, input);
  await learn(tx, bank.id, said.words);
  return store(tx, bank, before, { ...said.columns, ...(await hangPicture(tx, bank.id, before, picture)) });
}

/** Hangs up a picture that is kept, or takes away the one that is there. */
export async function setPicture(tx: Queries, bank: Bank, id: string, picture: Picture | null): Promise<OfferRow> {
  const before = await locked(tx, bank.id, id);
  if (before.status === 'ended') throw new Refused('already_answered');
  return store(tx, bank, before, await hangPicture(tx, bank.id, before, picture));
}

/** Lets it rest, or opens it again. */
export async function pauseOffer(tx: Queries, bank: Bank, id: string, paused: boolean): Promise<OfferRow> {
  const before = await locked(tx, bank.id, id);
  if (before.status === 'ended') throw new Refused('already_answered');
  return store(tx, bank, before, { status: paused ? 'paused' : 'open' });
}

/** Ends it for good, and its picture with it. */
export async function endOffer(tx: Queries, bank: Bank, id: string): Promise<OfferRow> {
  const before = await locked(tx, bank.id, id);
  if (before.status === 'ended') return before;
  return store(tx, bank, before, { status: 'ended', ...(await hangPicture(tx, bank.id, before, null)) });
}

/** Six more months from today, also for one that is over and one that rests. */
export async function renewOffer(tx: Queries, bank: Bank, id: string): Promise<OfferRow> {
  const before = await locked(tx, bank.id, id);
  if (before.status === 'ended') throw new Refused('already_answered');
  return store(tx, bank, before, { status: 'open', expiresAt: sixMonthsFromNow(), remindedAt: null });
}

/** The offer that the secret of a letter renews, if there is one. */
export async function offerOfLetter(
  tx: Queries,
  bank: Bank,
  id: string,
  secret: string,
): Promise<OfferRow | undefined> {
  const row = await getOffer(tx, bank.id, id);
  return row !== undefined && row.status !== 'ended' && isRenewToken(bank, row, secret) ? row : undefined;
}

/**
 * One place less, when an exchange is agreed. An offer without places stays as it is. Refuses `not_found`, and
 * `already_answered` when none is left.
 */
export async function takeSeat(tx: Queries, bank: Bank, id: string): Promise<OfferRow> {
  const before = await locked(tx, bank.id, id);
  if (before.seats === null) return before;
  if (before.seatsTaken >= before.seats) throw new Refused('already_answered', { field: 'seats' });
  return store(tx, bank, before, { seatsTaken: before.seatsTaken + 1 });
}

/** One place more again, when what was agreed is cancelled. */
export async function giveSeatBack(tx: Queries, bank: Bank, id: string): Promise<OfferRow> {
  const before = await locked(tx, bank.id, id);
  return before.seatsTaken === 0 ? before : store(tx, bank, before, { seatsTaken: before.seatsTaken - 1 });
}

/** Looks again whether the offers of a member can be found: after they were suspended, let in again or left. */
export async function lookAgain(tx: Queries, bank: Bank, memberId: string): Promise<void> {
  const rows = await tx
    .select({ id: offerTable.id })
    .from(offerTable)
    .where(and(eq(offerTable.bankId, bank.id), eq(offerTable.memberId, memberId), sql`${offerTable.status} <> 'ended'`))
    .orderBy(asc(offerTable.id));
  for (const { id } of rows) await store(tx, bank, await locked(tx, bank.id, id), {});
}

export async function getOffer(tx: Queries, bankId: string, id: string): Promise<OfferRow | undefined> {
  const [row] = await tx
    .select(offerColumns)
    .from(offerTable)
    .where(and(eq(offerTable.bankId, bankId), eq(offerTable.id, id)));
  return row;
}

/**
 * A member's own, newest first; `before` is the id of the last one seen. Without `ended`, those that are over for good
 * are left out.
 */
export async function offersOf(
  tx: Queries,
  bankId: string,
  memberId: string,
  { before, limit = 100, listed = false }: { before?: string; limit?: number; listed?: boolean } = {},
): Promise<OfferRow[]> {
  return tx
    .select(offerColumns)
    .from(offerTable)
    .where(
      and(
        eq(offerTable.bankId, bankId),
        eq(offerTable.memberId, memberId),
        before === undefined ? undefined : lt(offerTable.id, before),
        listed ? and(eq(offerTable.listed, true), gt(offerTable.expiresAt, sql`now()`)) : undefined,
      ),
    )
    .orderBy(desc(offerTable.id))
    .limit(limit);
}

type Change = Partial<typeof offerTable.$inferInsert>;

/** Writes a change of a row that is locked. What else follows from it is computed here and nowhere else. */
export async function store(tx: Queries, bank: Bank, before: OfferRow, change: Change): Promise<OfferRow> {
  const now = { ...before, ...change } as OfferRow;
  const [author] = await tx
    .select({ status: member.status })
    .from(member)
    .where(and(eq(member.bankId, bank.id), eq(member.id, before.memberId)));
  const listed = now.status === 'open' && now.expiresAt.getTime() > Date.now() && author?.status === 'active';
  const [row] = await tx
    .update(offerTable)
    .set({
      ...change,
      listed,
      shared: before.shared || (listed && now.visibility !== 'bank'),
      change: await nextChange(tx, bank.id),
      updatedAt: new Date(),
    })
    .where(and(eq(offerTable.bankId, bank.id), eq(offerTable.id, before.id)))
    .returning(offerColumns);
  // An end that has come is not watched for again.
  if (listed || now.status !== 'open') await watchEnd(tx, bank, row as OfferRow);
  return tellFollowers(tx, bank, row as OfferRow);
}

/** The row, locked after the bank's counter, in which order everybody locks. Refuses `not_found`. */
export async function locked(tx: Queries, bankId: string, id: string): Promise<OfferRow> {
  await lockChanges(tx, bankId);
  const [row] = await tx
    .select(offerColumns)
    .from(offerTable)
    .where(and(eq(offerTable.bankId, bankId), eq(offerTable.id, id)))
    .for('update');
  if (row === undefined) throw new Refused('not_found');
  return row;
}

async function columnsOf(tx: Queries, bankId: string, memberId: string, input: OfferInput) {
  const [author] = await tx
    .select({ name: member.name, status: member.status })
    .from(member)
    .where(and(eq(member.bankId, bankId), eq(member.id, memberId)));
  if (author === undefined) throw new Refused('not_found');
  const { place, ...rest } = input;
  const found = searchWords(input, author.name);
  return {
    active: author.status === 'active',
    words: found,
    columns: { ...rest, ...(await placeColumns(tx, bankId, place)), words: lexemesOf(found, rest) },
  };
}

/** By what it is found, most telling first. */
export function searchWords(
  { title, text, when, place }: Pick<OfferInput, 'title' | 'text' | 'when' | 'place'>,
  name: string,
): string[] {
  return wordsOf([title, place.name, name, when, text]);
}

/** A column `words`: beside the words the kind and the category, so that all are looked up together. */
export function lexemesOf(words: readonly string[], { kind, category }: { kind: string; category: string }) {
  return sql<string>`array_to_tsvector(${textArray([...words, markOf(kind), markOf(category)])})` as unknown as string;
}

/**
 * Adds words to those that a mistyped one may have meant. In one order, so that two that write do not wait for each
 * other.
 */
export async function learn(tx: Queries, bankId: string, words: readonly string[]): Promise<void> {
  if (words.length === 0) return;
  await tx.execute(sql`insert into offer_word (bank_id, word, uses)
    select ${bankId}::text, word, 1 from unnest(${textArray([...words].sort())}) as word
    on conflict (bank_id, word) do update set uses = offer_word.uses + 1`);
}

/**
 * Members whose offers are found most lately, for a first page: newest of each kind; for guests those that are public.
 */
export async function newestOffers(
  tx: Queries,
  bankId: string,
  limit: number,
  { forGuests }: { readonly forGuests: boolean },
): Promise<OfferRow[]> {
  const of = (kind: OfferRow['kind']) =>
    tx
      .select(offerColumns)
      .from(offerTable)
      .where(
        and(
          eq(offerTable.bankId, bankId),
          eq(offerTable.kind, kind),
          sql`${offerTable.listed}`,
          forGuests ? sql`${offerTable.visibility} = 'public'` : undefined,
          gt(offerTable.expiresAt, sql`now()`),
        ),
      )
      .orderBy(desc(offerTable.id))
      .limit(limit);
  return unionAll(of('offer'), of('need'));
}

function sixMonthsFromNow(): Date {
  return new Date(Date.now() + LASTS_DAYS * 24 * 60 * 60_000);
}
