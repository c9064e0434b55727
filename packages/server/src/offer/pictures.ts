/**
 * Pictures that members took of what they offer.
 *
 * Promises: a picture belongs to one offer and ends with it; nobody hangs up somebody else's. Whoever may see the offer
 * here may see its picture, and nobody else: partner towns show their own drawings, so a browser asks no other bank.
 *
 * @module
 */
import { and, eq, isNull, type SQL, sql } from 'drizzle-orm';
import { countAttempt } from '../auth/attempts.ts';
import type { Caller } from '../auth/tokens.ts';
import type { Bank } from '../bank/bank.ts';
import type { Queries } from '../db/database.ts';
import { newId } from '../db/id.ts';
import { offer as offerTable, picture as pictureTable } from '../db/schema.ts';
import { Refused } from '../node/refused.ts';
import { isListed, type OfferRow } from './row.ts';
import { type NotTaken, type Shrunk, shrink } from './shrink.ts';

/** What an offer is to show. */
export interface Picture {
  readonly id: string;
  /** What is to be seen in it, for whoever does not see it. */
  readonly text: string;
}

/** The most characters of a picture's text. */
export const PICTURE_TEXT = 300;
export const PICTURE_TYPE = 'image/webp';

/** Where a picture is, small or whole. */
export function picturePath(id: string, small = false): string {
  return `/pictures/${id}${small ? '?small' : ''}`;
}

/** Makes a member's picture small and plain. Give it no transaction. Refuses `too_many_requests` and `too_large`. */
export async function takePicture(
  db: Queries,
  bank: Pick<Bank, 'id'>,
  memberId: string,
  bytes: Uint8Array,
): Promise<Shrunk | NotTaken> {
  await countAttempt(db, bank.id, 'picture_member', memberId);
  return shrink(bytes);
}

/** Keeps one until an offer has it, for a day at most. Returns its id. */
export async function keepPicture(
  tx: Queries,
  bank: Pick<Bank, 'id'>,
  memberId: string,
  taken: Shrunk,
): Promise<string> {
  const id = newId();
  await tx.insert(pictureTable).values({ bankId: bank.id, id, memberId, ...taken });
  return id;
}

/**
 * What an offer's columns say of its picture after this: `null` takes it away, `undefined` leaves it. Refuses
 * `invalid_request` for one that is not kept for this member.
 */
export async function hangPicture(
  tx: Queries,
  bankId: string,
  { id: offerId, memberId, pictureId }: Pick<OfferRow, 'id' | 'memberId' | 'pictureId'>,
  picture: Picture | null | undefined,
): Promise<Partial<Pick<OfferRow, 'pictureId' | 'pictureText'>>> {
  if (picture === undefined) return {};
  if (picture?.id !== pictureId && pictureId !== null)
    await tx.delete(pictureTable).where(and(eq(pictureTable.bankId, bankId), eq(pictureTable.offerId, offerId)));
  if (picture === null) return { pictureId: null, pictureText: '' };
  if (picture.id === pictureId) return { pictureText: picture.text };
  const hung = await tx
    .update(pictureTable)
    .set({ offerId })
    .where(unused(bankId, memberId, picture.id))
    .returning({ id: pictureTable.id });
  if (hung.length === 0) throw new Refused('invalid_request', { field: 'picture', reason: 'it is not there any more' });
  return { pictureId: picture.id, pictureText: picture.text };
}

/** A picture that this caller may see, whole or small. Refuses `not_found`. */
export async function readPicture(
  tx: Queries,
  bankId: string,
  id: string,
  small: boolean,
  /** Asked for only when the picture is not for everybody. */
  callerOf: () => Promise<Caller | null>,
): Promise<{ readonly bytes: Uint8Array; readonly isPublic: boolean }> {
  const column = small ? pictureTable.small : pictureTable.bytes;
  const { visibility, listed, expiresAt } = offerTable;
  const [row] = await tx
    .select({ bytes: column, memberId: pictureTable.memberId, offer: { visibility, listed, expiresAt } })
    .from(pictureTable)
    .leftJoin(offerTable, and(eq(offerTable.bankId, bankId), eq(offerTable.id, pictureTable.offerId)))
    .where(and(eq(pictureTable.bankId, bankId), eq(pictureTable.id, id)));
  if (row === undefined) throw new Refused('not_found');
  const shown = row.offer !== null && isListed(row.offer);
  if (shown && row.offer?.visibility === 'public') return { bytes: row.bytes, isPublic: true };
  const caller = await callerOf();
  const may = caller !== null && (shown || caller.role === 'operator' || caller.memberId === row.memberId);
  if (!may) throw new Refused('not_found');
  return { bytes: row.bytes, isPublic: false };
}

/** How wide and high an offer's picture is, in pixels, so that a page leaves room for it. */
export async function sizeOf(tx: Queries, bankId: string, id: string): Promise<{ width: number; height: number }> {
  const [row] = await tx
    .select({ width: pictureTable.width, height: pictureTable.height })
    .from(pictureTable)
    .where(and(eq(pictureTable.bankId, bankId), eq(pictureTable.id, id)));
  return row ?? { width: 0, height: 0 };
}

/** Takes away those that no offer came to have. */
export async function sweepPictures(db: Queries): Promise<void> {
  await db
    .delete(pictureTable)
    .where(and(isNull(pictureTable.offerId), sql`${pictureTable.createdAt} < now() - interval '1 day'`));
}

function unused(bankId: string, memberId: string, id: string): SQL | undefined {
  return and(
    eq(pictureTable.bankId, bankId),
    eq(pictureTable.id, id),
    eq(pictureTable.memberId, memberId),
    isNull(pictureTable.offerId),
  );
}
