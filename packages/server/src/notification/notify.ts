/**
 * Telling members: a row for the bell, and mail by their own wishes.
 *
 * Promises: a notice is written in the transaction of what it is about, so nobody is told what did not happen. Its
 * words are made when it is read, in the reader's language.
 *
 * @module
 */
import type { Bank } from '../bank/bank.ts';
import { remindAll } from '../clock/due.ts';
import type { Queries } from '../db/database.ts';
import { newId } from '../db/id.ts';
import { notice } from '../db/schema.ts';
import type { FactsOf, NoticeKind } from './kinds.ts';
import { DEFAULT_WISHES, mailTime, wishesOfAll } from './wishes.ts';

/** The reader who is not a member: whoever looks after the desk. */
export const DESK = '';
/** The kind under which the clock knows notices that wait for the mail. */
export const MAIL_NOTICES = 'notices';

export interface NewNotice<K extends NoticeKind> {
  /** Who is told; {@link DESK} for the coordinators. */
  readonly memberId: string;
  readonly kind: K;
  /** What `kinds.ts` says that the sentence needs. Never how somebody is reached. */
  readonly facts: FactsOf<K>;
  /** A path at the bank's own origin, such as `/exchanges/01…`. */
  readonly href: string;
}

export async function notify<K extends NoticeKind>(
  tx: Queries,
  bank: Pick<Bank, 'id' | 'settings'>,
  told: NewNotice<K>,
  now: Date = new Date(),
): Promise<void> {
  await notifyAll(tx, bank, [told], now);
}

/** Tells several at once, by as many statements as one needs. */
export async function notifyAll<K extends NoticeKind>(
  tx: Queries,
  bank: Pick<Bank, 'id' | 'settings'>,
  told: readonly NewNotice<K>[],
  now: Date = new Date(),
): Promise<void> {
  if (told.length === 0) return;
  const wishes = await wishesOfAll(tx, bank.id, [...new Set(told.map(({ memberId }) => memberId))]);
  const rows = told.map(({ memberId, kind, facts, href }) => {
    const mailAt = mailTime(now, kind, wishes.get(memberId) ?? DEFAULT_WISHES, bank.settings.timeZone);
    return { bankId: bank.id, id: newId(), memberId, kind, facts, href, createdAt: now, mailAt };
  });
  await tx.insert(notice).values(rows);
  const letters = new Map(
    rows.flatMap(({ memberId, mailAt }) => (mailAt === null ? [] : [[`${memberId} ${mailAt.toISOString()}`, mailAt]])),
  );
  // In one order, so that two that tell the same people do not wait for each other.
  const all = [...letters]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([subject, at]) => ({ kind: MAIL_NOTICES, subject, at }));
  await remindAll(tx, bank, all);
}
