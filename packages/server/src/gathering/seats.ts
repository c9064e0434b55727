/**
 * Seats: taking one, giving it back, and the waiting list.
 *
 * Promises: no seat is given twice, for seats are counted under the lock of the gathering's row; whoever waits moves up
 * by themselves, in the order in which they came, and is told; asking twice takes one seat. What the desk does for a
 * member has a slip, and a guest whom somebody else strikes off is told.
 *
 * @module
 */
import { and, asc, eq } from 'drizzle-orm';
import type { Caller } from '../auth/tokens.ts';
import type { Bank } from '../bank/bank.ts';
import type { Done } from '../broker/acts.ts';
import { type DeskNote, noteFor } from '../broker/desk.ts';
import { type Broker, isOwn } from '../broker/own.ts';
import type { Queries } from '../db/database.ts';
import { newId } from '../db/id.ts';
import { gatheringGuest } from '../db/schema.ts';
import type { Signal } from '../delivery/signals.ts';
import type { By } from '../exchange/exchange-store.ts';
import { findMember, type MemberRow } from '../member/members.ts';
import { Refused } from '../node/refused.ts';
import { notify } from '../notification/notify.ts';
import { getOffer, giveSeatBack, takeSeat } from '../offer/offers.ts';
import { agree, isExchange, release } from './hours.ts';
import {
  findGathering,
  findGuest,
  type GatheringRow,
  type GuestRow,
  gatheringPath,
  guestByMember,
  guestsOf,
  hostNames,
  lockGathering,
  MOST_GUESTS,
  mayRun,
  statusOf,
  storeGathering,
  storeGuest,
} from './store.ts';

export interface SignUp extends DeskNote {
  /** For whom the desk or the host signs up; members do it for themselves. */
  readonly memberId?: string | undefined;
  /** Whether members who look at it see the name. */
  readonly shown?: boolean | undefined;
}

/**
 * Takes a seat, or a place on the waiting list when all are taken. Refuses `not_found`, `not_allowed`,
 * `member_inactive`, `same_account` for the host, `already_answered` when it is over or does not take place, and
 * `invalid_request` when the desk does not say for whom or why.
 */
export async function signUp(
  tx: Queries,
  bank: Bank,
  caller: Caller,
  id: string,
  { memberId, shown = false, ...note }: SignUp,
  after: Signal[],
): Promise<GuestRow> {
  const sit = () => takePlace(tx, bank, caller, id, { memberId, shown }, after);
  if (caller.role === 'member') return (await sit()).guest;
  const row = await findGathering(tx, bank.id, id);
  if (row === undefined) throw new Refused('not_found');
  const who = await whoSignsUp(tx, bank, row, caller, memberId);
  return noteFor(tx, bank, caller, { memberId: who.id, ...note }, async (broker) => {
    await mustBeOfOthers(tx, bank, row, broker);
    const { guest, fresh } = await sit();
    const did = guest.status === 'waiting' ? 'list' : 'seat';
    return { done: guest, what: fresh ? doneAt(row, did) : null };
  });
}

/** Takes it; `fresh` unless they had one already. */
async function takePlace(
  tx: Queries,
  bank: Bank,
  caller: Caller,
  id: string,
  { memberId, shown }: { readonly memberId: string | undefined; readonly shown: boolean },
  after: Signal[],
): Promise<{ readonly guest: GuestRow; readonly fresh: boolean }> {
  const row = await lockGathering(tx, bank.id, id);
  const who = await whoSignsUp(tx, bank, row, caller, memberId);
  const status = statusOf(row);
  if (status !== 'open' && status !== 'full') throw new Refused('already_answered', { status });
  const ownAct = caller.role === 'member' && caller.memberId === who.id;
  const before = await guestByMember(tx, row, who.id);
  if (before !== undefined && before.status !== 'withdrawn') {
    const same = !ownAct || before.shown === shown;
    return { guest: same ? before : await storeGuest(tx, before, { shown }), fresh: false };
  }
  // They come anew, after those who wait already.
  if (before !== undefined) await deleteGuest(tx, before);
  const guest = await addGuest(tx, row, { memberId: who.id, name: who.name, status: 'waiting', ownAct, shown });
  if (status === 'full') return { guest, fresh: true };
  const by: By = { by: caller.role === 'member' ? 'member' : 'desk', personId: caller.personId ?? null };
  return { guest: (await takeSeatFor(tx, bank, row, guest, by, after)).guest, fresh: true };
}

/** Hours of a guest for a host for whom the coordinator acts are another coordinator's matter. */
async function mustBeOfOthers(
  tx: Queries,
  bank: Bank,
  { rule, hostId }: GatheringRow,
  { personId }: Broker,
): Promise<void> {
  if (rule === 'guests_give' && (await isOwn(tx, bank.id, personId, hostId))) throw new Refused('not_allowed');
}

/** What a slip says of a seat. */
function doneAt({ id, title, rule, minutes }: GatheringRow, did: 'seat' | 'list' | 'back'): Done {
  const gives = rule === 'guests_give' && did === 'seat' ? minutes : 0;
  return { kind: 'gathering', subjectId: id, what: { did, title, minutes: gives } };
}

async function whoSignsUp(
  tx: Queries,
  bank: Bank,
  row: GatheringRow,
  caller: Caller,
  memberId: string | undefined,
): Promise<MemberRow> {
  const own = caller.role === 'member' ? caller.memberId : undefined;
  const wanted = memberId ?? own;
  if (wanted === undefined) throw new Refused('invalid_request', { field: 'member', reason: 'say for whom' });
  const who = await findMember(tx, bank.id, wanted);
  // Hours of somebody else are not put aside by a member, not even by the host.
  if (own !== undefined && who?.id !== own) throw new Refused('not_allowed');
  if (who === undefined || who.kind === 'fund') throw new Refused('not_found');
  if (who.status !== 'active') throw new Refused('member_inactive', { handle: who.handle });
  if (who.id === row.hostId) throw new Refused('same_account');
  return who;
}

/**
 * Gives the seat back, or leaves the waiting list. Refuses `not_found` when there is none, and `already_answered` when
 * hours are written down already; and to a guest who is here, or has a seat when it has begun, for then hours may be
 * owed. Of the desk, for a member, also `invalid_request` without a reason.
 */
export async function withdrawFromGathering(
  tx: Queries,
  bank: Bank,
  caller: Caller,
  id: string,
  guestId: string | undefined,
  after: Signal[],
  note: DeskNote = {},
  now: Date = new Date(),
): Promise<GuestRow> {
  const leave = () => leavePlace(tx, bank, caller, id, guestId, after, now);
  if (caller.role === 'member') return (await leave()).guest;
  const row = await findGathering(tx, bank.id, id);
  const known = guestId === undefined ? undefined : await findGuest(tx, bank.id, guestId);
  const memberId = known?.gatheringId === id ? known.memberId : null;
  // Somebody of another town hears it there, and a name alone is nobody to tell.
  if (row === undefined || memberId === null) return (await leave()).guest;
  return noteFor(tx, bank, caller, { memberId, ...note }, async (broker) => {
    await mustBeOfOthers(tx, bank, row, broker);
    const { guest, fresh } = await leave();
    return { done: guest, what: fresh ? doneAt(row, 'back') : null };
  });
}

/** Gives it back; `fresh` unless that was done already. */
async function leavePlace(
  tx: Queries,
  bank: Bank,
  caller: Caller,
  id: string,
  guestId: string | undefined,
  after: Signal[],
  now: Date,
): Promise<{ readonly guest: GuestRow; readonly fresh: boolean }> {
  const row = await lockGathering(tx, bank.id, id);
  const guest = (await guestsOf(tx, row)).find((each) =>
    guestId === undefined ? caller.role === 'member' && each.memberId === caller.memberId : each.id === guestId,
  );
  const own = caller.role === 'member' && guest?.memberId === caller.memberId;
  if (guest === undefined || !(own || mayRun(row, caller))) throw new Refused('not_found');
  if (guest.status === 'withdrawn') return { guest, fresh: false };
  if (guest.outcome !== null || row.status !== 'open') throw new Refused('already_answered');
  if (own && (guest.presentAt !== null || (guest.status === 'coming' && row.startsAt <= now)))
    throw new Refused('already_answered', { field: 'time' });
  await release(tx, bank, row, guest, after);
  const { gathering, guest: gone } = await freeSeatOf(tx, bank, row, guest);
  if (!own && guest.memberId !== null) {
    const by = caller.role === 'member' ? (await hostNames(tx, bank, [row])).get(row.hostId) : undefined;
    const facts = { title: row.title, at: row.startsAt.toISOString(), name: by ?? bank.settings.name };
    await notify(tx, bank, { memberId: guest.memberId, kind: 'gathering_struck', facts, href: gatheringPath(id) }, now);
  }
  await moveUp(tx, bank, gathering, after);
  return { guest: gone, fresh: true };
}

/** A seat for somebody who has none. The caller has found that one is free. */
export async function takeSeatFor(
  tx: Queries,
  bank: Bank,
  row: GatheringRow,
  guest: GuestRow,
  by: By,
  after: Signal[],
): Promise<{ readonly gathering: GatheringRow; readonly guest: GuestRow }> {
  const exchange = isExchange(row, guest) ? await agree(tx, bank, row, guest, by, after) : undefined;
  return seat(tx, bank, row, guest, exchange?.row.id ?? null, row.offerId !== null);
}

/** Writes down who has a seat. An exchange that began from the offer has taken its place there by itself. */
export async function seat(
  tx: Queries,
  bank: Bank,
  row: GatheringRow,
  guest: GuestRow,
  exchangeId: string | null,
  offerSeat: boolean,
): Promise<{ readonly gathering: GatheringRow; readonly guest: GuestRow }> {
  const taken = offerSeat && row.offerId !== null && (await offerStands(tx, bank, row.offerId));
  if (taken) await takeSeat(tx, bank, row.offerId as string);
  return {
    gathering: await storeGathering(tx, row, { taken: row.taken + 1 }),
    guest: await storeGuest(tx, guest, { status: 'coming', exchangeId, offerSeat: taken }),
  };
}

/** Strikes a guest off, and counts their seat as free. */
export async function freeSeatOf(
  tx: Queries,
  bank: Bank,
  row: GatheringRow,
  guest: GuestRow,
): Promise<{ readonly gathering: GatheringRow; readonly guest: GuestRow }> {
  if (guest.offerSeat && row.offerId !== null) await giveSeatBack(tx, bank, row.offerId);
  const gone = await storeGuest(tx, guest, { status: 'withdrawn', offerSeat: false, presentAt: null, presentBy: null });
  const had = guest.status === 'coming';
  return { gathering: had ? await storeGathering(tx, row, { taken: row.taken - 1 }) : row, guest: gone };
}

/** Gives free seats to those who wait, first come first. */
export async function moveUp(tx: Queries, bank: Bank, row: GatheringRow, after: Signal[]): Promise<GatheringRow> {
  let now = row;
  while (statusOf(now) === 'open') {
    const [next] = await tx
      .select()
      .from(gatheringGuest)
      .where(
        and(
          eq(gatheringGuest.bankId, bank.id),
          eq(gatheringGuest.gatheringId, row.id),
          eq(gatheringGuest.status, 'waiting'),
        ),
      )
      .orderBy(asc(gatheringGuest.id))
      .limit(1);
    if (next?.memberId == null) break;
    const who = await findMember(tx, bank.id, next.memberId);
    if (who?.status !== 'active') {
      await storeGuest(tx, next, { status: 'withdrawn' });
      continue;
    }
    now = (await takeSeatFor(tx, bank, now, next, { by: 'bank' }, after)).gathering;
    const facts = { title: row.title, at: row.startsAt.toISOString() };
    await notify(tx, bank, { memberId: who.id, kind: 'gathering_place', facts, href: gatheringPath(row.id) });
  }
  return now;
}

type NewGuest = Pick<GuestRow, 'memberId' | 'name' | 'status' | 'ownAct'> & Partial<GuestRow>;

/** Writes down somebody new. Refuses `too_large` beyond what a sheet can hold. */
export async function addGuest(tx: Queries, row: GatheringRow, guest: NewGuest): Promise<GuestRow> {
  const here = (await guestsOf(tx, row)).filter(({ status }) => status !== 'withdrawn');
  if (here.length >= MOST_GUESTS) throw new Refused('too_large', { most: MOST_GUESTS });
  const [added] = await tx
    .insert(gatheringGuest)
    .values({ bankId: row.bankId, id: newId(), gatheringId: row.id, address: '', ...guest })
    .returning();
  return added as GuestRow;
}

/** Forgets a guest who has withdrawn. */
export async function deleteGuest(tx: Queries, { bankId, id }: GuestRow): Promise<void> {
  await tx.delete(gatheringGuest).where(and(eq(gatheringGuest.bankId, bankId), eq(gatheringGuest.id, id)));
}

async function offerStands(tx: Queries, bank: Bank, offerId: string): Promise<boolean> {
  const offer = await getOffer(tx, bank.id, offerId);
  return offer !== undefined && (offer.seats === null || offer.seatsTaken < offer.seats);
}
