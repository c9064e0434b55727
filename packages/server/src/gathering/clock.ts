/**
 * What the clock does for gatherings: a reminder the day before, a word to the host at the end, and what waits for
 * guests.
 *
 * @module
 */
import type { DueHandler } from '../clock/due.ts';
import { DESK, notify } from '../notification/notify.ts';
import { endOffer } from '../offer/offers.ts';
import { lookAtAsk } from './asks.ts';
import { followGuest } from './credit.ts';
import { GATHERING_ASK } from './follow.ts';
import { planTime, REMIND_MS, tellGuests } from './gatherings.ts';
import { GATHERING_GUEST, GATHERING_TIME } from './kinds.ts';
import { findGathering, gatheringPath, lockGathering, TOWN } from './store.ts';

const timeHasCome: DueHandler = async (tx, bank, id, now) => {
  if ((await findGathering(tx, bank.id, id)) === undefined) return;
  const row = await lockGathering(tx, bank.id, id);
  if (row.status !== 'open') return;
  if (row.endsAt > now) {
    // A clock that stood still says nothing about what has begun.
    const soon = row.startsAt > now && row.startsAt.getTime() - now.getTime() <= REMIND_MS;
    if (soon) await tellGuests(tx, bank, row, 'gathering_soon', now);
    await planTime(tx, bank, row, now);
    return;
  }
  if (row.offerId !== null) await endOffer(tx, bank, row.offerId);
  const memberId = row.hostId === TOWN ? DESK : row.hostId;
  const facts = { title: row.title };
  await notify(tx, bank, { memberId, kind: 'gathering_over', facts, href: `${gatheringPath(id)}/credit` }, now);
};

export const gatheringHandlers = {
  [GATHERING_TIME]: timeHasCome,
  [GATHERING_GUEST]: followGuest,
  [GATHERING_ASK]: lookAtAsk,
} as const;
