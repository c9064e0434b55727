/**
 * What happens two weeks before an offer ends, and when it does.
 *
 * Promises: its member is told once before and once after, each time with the link that keeps it or brings it back.
 *
 * @module
 */
import type { DueHandler } from '../clock/due.ts';
import { Refused } from '../node/refused.ts';
import { notify } from '../notification/notify.ts';
import { locked, store } from './offers.ts';
import { NOTICE_MS, renewPath } from './renewals.ts';

/** The handler of `OFFER_ENDS`; the subject is the offer's id. */
export const offerEnds: DueHandler = async (tx, bank, id, now) => {
  const row = await locked(tx, bank.id, id).catch((error: unknown) => {
    // Erased since, with its member.
    if (error instanceof Refused) return null;
    throw error;
  });
  if (row === null || row.status !== 'open') return;
  const over = row.expiresAt <= now;
  if (!over && (row.remindedAt !== null || row.expiresAt.getTime() - NOTICE_MS > now.getTime())) return;
  // Once it is over nobody finds it, and what was posted of it is taken away.
  const stored = await store(tx, bank, row, over ? {} : { remindedAt: now });
  const { memberId, title } = stored;
  const href = renewPath(bank, stored);
  if (over) return notify(tx, bank, { memberId, kind: 'offer_expired', facts: { title }, href });
  const at = stored.expiresAt.toISOString();
  return notify(tx, bank, { memberId, kind: 'offer_expiring', facts: { title, at }, href });
};
