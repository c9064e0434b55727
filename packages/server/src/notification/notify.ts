/**
 * Telling members: a row for the bell, and mail by their own wishes.
 *
 * Promises: a notice is written in the transaction of what it is about, so nobody is told what did not happen. Its
 * words are made when it is read, in the reader's language.
 *
 * @module
 */
import type { Bank } from '../bank/bank.ts';
import { remindAt } from '../clock/due.ts';
import type { Queries } from '../db/database.ts';
import { newId } from '../db/id.ts';
import { notice } from '../db/schema.ts';
import type { FactsOf, NoticeKind } from './kinds.ts';
import { mailTime, wishesOf } from './wishes.ts';

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
  { memberId, kind, facts, href }: NewNotice<K>,
  now: Date = new Date(),
): Promise<void> {
  const mailAt = mailTime(now, kind, await wishesOf(tx, bank.id, memberId), bank.settings.timeZone);
  await tx.insert(notice).values({ bankId: bank.id, id: newId(), memberId, kind, facts, href, createdAt: now, mailAt });
  if (mailAt === null) return;
  await remindAt(tx, bank, { kind: MAIL_NOTICES, subject: `${memberId} ${mailAt.toISOString()}`, at: mailAt });
}
