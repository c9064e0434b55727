/**
 * What a member was told, for the bell and its page.
 *
 * Promises: nobody reads or changes the notices of somebody else; counting looks at a hundred at most.
 *
 * @module
 */
import { and, desc, eq, inArray, isNull, lt, sql } from 'drizzle-orm';
import type { Caller } from '../auth/tokens.ts';
import type { Queries } from '../db/database.ts';
import { notice } from '../db/schema.ts';
import { DESK } from './notify.ts';

export type NoticeRow = typeof notice.$inferSelect;

const KEPT_DAYS = 400;
const COUNTED = 100;

/** Whose notices somebody reads: their own, or the desk's. */
export function readerOf(caller: Caller): string {
  return caller.role === 'member' ? caller.memberId : DESK;
}

const of = (bankId: string, memberId: string) => and(eq(notice.bankId, bankId), eq(notice.memberId, memberId));

/** Newest first; `before` is the id of the last one seen. */
export async function listNotices(
  tx: Queries,
  bankId: string,
  memberId: string,
  before: string | undefined,
  limit: number,
): Promise<NoticeRow[]> {
  return tx
    .select()
    .from(notice)
    .where(and(of(bankId, memberId), before === undefined ? undefined : lt(notice.id, before)))
    .orderBy(desc(notice.id))
    .limit(limit);
}

/** How many are not read, {@link COUNTED} at most. */
export async function countUnread(tx: Queries, bankId: string, memberId: string): Promise<number> {
  const unread = tx
    .select({ one: sql`1` })
    .from(notice)
    .where(and(of(bankId, memberId), isNull(notice.readAt)))
    .limit(COUNTED);
  const [row] = await tx.select({ count: sql<number>`count(*)::int` }).from(unread.as('unread'));
  return row?.count ?? 0;
}

/** Marks these as read, or all. Those of others stay as they are. Returns how many changed. */
export async function readNotices(
  tx: Queries,
  bankId: string,
  memberId: string,
  ids: readonly string[] | 'all',
  now: Date = new Date(),
): Promise<number> {
  const chosen = ids === 'all' ? undefined : inArray(notice.id, [...ids]);
  const changed = await tx
    .update(notice)
    .set({ readAt: now })
    .where(and(of(bankId, memberId), isNull(notice.readAt), chosen))
    .returning({ id: notice.id });
  return changed.length;
}

/** Marks as read what leads to this page, which is looked at now. Returns how many changed. */
export async function readNoticesOf(tx: Queries, bankId: string, memberId: string, path: string): Promise<number> {
  const changed = await tx
    .update(notice)
    .set({ readAt: new Date() })
    .where(and(of(bankId, memberId), isNull(notice.readAt), sql`split_part(${notice.href}, '#', 1) = ${path}`))
    .returning({ id: notice.id });
  return changed.length;
}

/** One of them, or `null`. */
export async function findNotice(tx: Queries, bankId: string, memberId: string, id: string): Promise<NoticeRow | null> {
  const [row] = await tx
    .select()
    .from(notice)
    .where(and(of(bankId, memberId), eq(notice.id, id)));
  return row ?? null;
}

/** Takes away what is long past. */
export async function sweepNotices(db: Queries): Promise<void> {
  await db.delete(notice).where(sql`${notice.createdAt} < now() - ${KEPT_DAYS} * interval '1 day'`);
}
