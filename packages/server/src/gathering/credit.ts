/**
 * One action writes down everybody who came.
 *
 * Promises: the action says who and how many minutes, in one transaction; what follows is done for each guest by
 * itself, once, and goes on after a crash, for it waits at the clock until it is done. Whoever did not come has their
 * hours free again. What finds no room is tried again. What the desk writes down for a member who hosts has a slip, and
 * no coordinator writes down hours from or to somebody for whom they act.
 *
 * @module
 */
import type { Caller } from '../auth/tokens.ts';
import { type Bank, FUND_ACCOUNT, fundCapOf } from '../bank/bank.ts';
import type { DeskNote } from '../broker/desk.ts';
import { isOwn } from '../broker/own.ts';
import { type DueHandler, forget, remindAt } from '../clock/due.ts';
import type { Queries } from '../db/database.ts';
import type { Signals } from '../delivery/signals.ts';
import { findMember } from '../member/members.ts';
import { logger } from '../node/log.ts';
import { Refused } from '../node/refused.ts';
import { notify } from '../notification/notify.ts';
import { forHost } from './for-host.ts';
import { codeOf, release, writeHours } from './hours.ts';
import { GATHERING_GUEST, GATHERING_TIME } from './kinds.ts';
import { tickerOf } from './presence.ts';
import {
  findGathering,
  findGuest,
  type GatheringRow,
  type GuestRow,
  gatheringPath,
  guestsOf,
  lockGathering,
  lockOwn,
  storeGathering,
  storeGuest,
  triedUntil,
} from './store.ts';
import { outcomesOf } from './view.ts';

export interface CreditLine {
  readonly guestId: string;
  /** In quarters of an hour. */
  readonly minutes: number;
}

const AGAIN_MS = 60 * 60_000;

/**
 * Writes down what each guest who came has of it; the others did not come. Lines that were written down before stay,
 * unless nothing came of them: that guest can be written down again.
 * Refuses `not_found`, `already_answered` before it begins or when it does not take place, `over_transfer_cap`,
 * `invalid_request`, for the desk also without a reason when a member hosts, and `not_allowed` for coordinators who would
 * pay or be paid themselves.
 */
export async function creditGathering(
  tx: Queries,
  bank: Bank,
  caller: Caller,
  id: string,
  lines: readonly CreditLine[],
  note: DeskNote = {},
  now: Date = new Date(),
): Promise<GatheringRow> {
  return forHost(tx, bank, caller, id, note, async (coordinator) => {
    const { row, before, written } = await creditAll(tx, bank, caller, id, lines, coordinator, now);
    const minutes = row.rule === 'none' ? 0 : written.reduce((sum, guest) => sum + movesOf(guest), 0);
    return { row, done: written.length === 0 && before === 'credited' ? null : { did: 'credit', minutes } };
  });
}

async function creditAll(
  tx: Queries,
  bank: Bank,
  caller: Caller,
  id: string,
  lines: readonly CreditLine[],
  coordinator: string | undefined,
  now: Date,
): Promise<{
  readonly row: GatheringRow;
  readonly before: GatheringRow['status'];
  readonly written: readonly GuestRow[];
}> {
  const row = await lockOwn(tx, bank, caller, id);
  if (row.status === 'cancelled' || row.startsAt > now) throw new Refused('already_answered', { status: row.status });
  const guests = await guestsOf(tx, row);
  const wanted = new Map(lines.map(({ guestId, minutes }) => [guestId, minutes]));
  for (const guestId of wanted.keys()) if (!guests.some((each) => each.id === guestId)) throw new Refused('not_found');
  const capMinutes = (await isPaidByFund(tx, bank, row)) ? fundCapOf(bank) : bank.settings.transferCapMinutes;
  for (const minutes of wanted.values()) {
    if (minutes > capMinutes) throw new Refused('over_transfer_cap', { capMinutes });
    if (!Number.isInteger(minutes) || minutes < 0 || minutes % 15 !== 0)
      throw new Refused('invalid_request', { field: 'minutes', reason: 'in quarters of an hour' });
  }
  const by = await tickerOf(tx, bank, row, caller);
  const outcomes = await outcomesOf(tx, bank, row, guests);
  const written: GuestRow[] = [];
  for (const guest of guests) {
    const came = wanted.get(guest.id);
    const failed = outcomes.get(guest.id) === 'declined' || (guest.outcome === 'done' && guest.minutes === 0);
    if (came === undefined ? guest.outcome !== null || guest.status !== 'coming' : guest.outcome !== null && !failed)
      continue;
    // Who came without hours, everybody may say.
    if (came !== undefined && row.rule !== 'none' && coordinator !== undefined && guest.memberId !== null)
      if (await isOwn(tx, bank.id, coordinator, guest.memberId)) throw new Refused('not_allowed', { name: guest.name });
    const here =
      came === undefined
        ? { presentAt: null, presentBy: null }
        : { presentAt: guest.presentAt ?? now, presentBy: guest.presentBy ?? by };
    const status = came !== undefined && guest.status !== 'coming' ? 'walk_in' : guest.status;
    const due = await storeGuest(tx, guest, { ...here, status, minutes: came ?? 0, outcome: 'due', code: null });
    await remindAt(tx, bank, { kind: GATHERING_GUEST, subject: due.id, at: now });
    written.push(due);
  }
  await forget(tx, bank, { kind: GATHERING_TIME, subject: id });
  const credited =
    row.status === 'credited' ? row : await storeGathering(tx, row, { status: 'credited', updatedAt: now });
  return { row: credited, before: row.status, written };
}

/** A name alone is nobody whose hours could move. */
function movesOf({ memberId, address, minutes }: GuestRow): number {
  return memberId === null && address === '' ? 0 : (minutes ?? 0);
}

async function isPaidByFund(tx: Queries, bank: Bank, { payerId }: GatheringRow): Promise<boolean> {
  return payerId !== null && (await findMember(tx, bank.id, payerId))?.accountId === FUND_ACCOUNT;
}

/** Does for one guest what is to be done: the hours that were written down, or letting them go. */
export const followGuest: DueHandler = async (tx, bank, guestId, now, after) => {
  const known = await findGuest(tx, bank.id, guestId);
  if (known === undefined) return;
  const row = await lockGathering(tx, bank.id, known.gatheringId);
  const guest = (await findGuest(tx, bank.id, guestId)) as GuestRow;
  if (row.status === 'cancelled') return release(tx, bank, row, guest, after);
  if (guest.outcome !== 'due' && guest.outcome !== 'refused') return;
  const minutes = guest.minutes ?? 0;
  if (minutes === 0) {
    await release(tx, bank, row, guest, after);
    await storeGuest(tx, guest, { outcome: 'done' });
    return;
  }
  // A name alone is nobody whose hours could move.
  if (row.rule !== 'none' && (guest.memberId !== null || guest.address !== '')) {
    try {
      const written = await writeHours(tx, bank, row, guest, after);
      await storeGuest(tx, guest, { ...written, outcome: 'done', code: null });
    } catch (error) {
      await storeGuest(tx, guest, { outcome: 'refused', code: codeOf(error) });
      if (now < triedUntil(row))
        await remindAt(tx, bank, { kind: GATHERING_GUEST, subject: guestId, at: new Date(now.getTime() + AGAIN_MS) });
      return;
    }
  } else await storeGuest(tx, guest, { outcome: 'done' });
  const { memberId } = guest;
  const facts = { title: row.title, minutes };
  if (memberId !== null && row.rule !== 'none')
    await notify(tx, bank, { memberId, kind: 'gathering_credited', facts, href: gatheringPath(row.id) }, now);
};

/**
 * Does at once what waits for the guests of a gathering, each in a transaction of their own. What fails is left to the
 * clock, where it waits.
 */
export async function followGuests(signals: Signals, bank: Bank, gatheringId: string): Promise<void> {
  const row = await signals.commit((tx) => findGathering(tx, bank.id, gatheringId));
  if (row === undefined) return;
  const guests = await signals.commit((tx) => guestsOf(tx, row));
  for (const { id, outcome, exchangeId } of guests) {
    if (outcome !== 'due' && !(row.status === 'cancelled' && exchangeId !== null)) continue;
    try {
      await signals.commit(async (tx, after) => {
        // First what the clock would take first, so that the two never wait for each other.
        await forget(tx, bank, { kind: GATHERING_GUEST, subject: id });
        await followGuest(tx, bank, id, new Date(), after);
      });
    } catch (error) {
      logger('gathering').warning('A guest of a gathering waits for the clock.', { bank: bank.id, error });
    }
  }
}
