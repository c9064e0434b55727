/**
 * Gatherings: calling people together, changing it, calling it off.
 *
 * Promises: its host or the desk changes it and nobody else; nobody's hours change by a change of the rule, for the
 * rule stays once somebody has a seat; whoever has a seat or waits is told what changed. A place is kept to about a
 * kilometre.
 *
 * @module
 */
import type { Caller } from '../auth/tokens.ts';
import { type Bank, FUND_HANDLE, fundCapOf } from '../bank/bank.ts';
import type { DeskNote } from '../broker/desk.ts';
import { forget, remindAt } from '../clock/due.ts';
import type { Queries } from '../db/database.ts';
import { newId } from '../db/id.ts';
import { gathering as gatheringTable } from '../db/schema.ts';
import type { Signal } from '../delivery/signals.ts';
import { findMember } from '../member/members.ts';
import { Refused } from '../node/refused.ts';
import { notify } from '../notification/notify.ts';
import type { Category } from '../offer/categories.ts';
import { lockChanges } from '../offer/changes.ts';
import { changeOffer, createOffer, endOffer, getOffer, type OfferInput } from '../offer/offers.ts';
import { type Place, placeColumns, placeFrom } from '../offer/places.ts';
import { prepareToTell } from '../offer/posts.ts';
import { languageOr, wordsOf } from '../web/words.ts';
import { forHost, type HostDeed } from './for-host.ts';
import { renew } from './hours.ts';
import { GATHERING_GUEST, GATHERING_TIME } from './kinds.ts';
import { moveUp } from './seats.ts';
import {
  findGathering,
  type GatheringRow,
  gatheringPath,
  guestsOf,
  lockOwn,
  mayRun,
  statusOf,
  storeGathering,
  TOWN,
} from './store.ts';

export interface GatheringInput {
  readonly kind: GatheringRow['kind'];
  readonly title: string;
  readonly text: string;
  readonly language: string;
  readonly place: Place;
  readonly startsAt: Date;
  readonly endsAt: Date;
  readonly seats: number;
  readonly rule: GatheringRow['rule'];
  /** Of each guest; without a rule nothing. */
  readonly minutes: number;
  readonly visibility: GatheringRow['visibility'];
}

/** The most characters of each text. */
export const LENGTHS = { title: 100, text: 2000, place: 80 } as const;
/** What stands in a calendar between two dates at most. */
const LONGEST_MS = 7 * 24 * 60 * 60_000;
const FURTHEST_MS = 2 * 366 * 24 * 60 * 60_000;
const MOST_SEATS = 300;
export const REMIND_MS = 24 * 60 * 60_000;

/**
 * Calls a gathering. The host is whoever asks: a member, or the desk for the town. Refuses `not_found`,
 * `member_inactive`, `not_allowed` for a rule that the host may not make, `over_transfer_cap`, and `invalid_request`.
 */
export async function createGathering(
  tx: Queries,
  bank: Bank,
  caller: Caller,
  input: GatheringInput,
): Promise<GatheringRow> {
  const hostId = caller.role === 'member' ? caller.memberId : TOWN;
  await prepareOffer(tx, bank, hostId, input);
  await lockChanges(tx, bank.id);
  const columns = await columnsOf(tx, bank, hostId, input);
  if (columns.startsAt <= new Date()) wrong('startsAt', 'is over already');
  const [row] = await tx
    .insert(gatheringTable)
    .values({ bankId: bank.id, id: newId(), hostId, ...columns })
    .returning();
  const begun = await offerFollows(tx, bank, row as GatheringRow);
  await planTime(tx, bank, begun);
  return begun;
}

/**
 * Says all of it anew. Refuses as {@link createGathering} and {@link forHost}, `already_answered` when it is over, and
 * `invalid_request` for a rule that changes or seats that are gone when somebody has one.
 */
export async function changeGathering(
  tx: Queries,
  bank: Bank,
  caller: Caller,
  id: string,
  input: GatheringInput,
  after: Signal[],
  note: DeskNote = {},
): Promise<GatheringRow> {
  return forHost(tx, bank, caller, id, note, async () => ({
    row: await change(tx, bank, caller, id, input, after),
    done: { did: 'change', minutes: 0 },
  }));
}

async function change(
  tx: Queries,
  bank: Bank,
  caller: Caller,
  id: string,
  input: GatheringInput,
  after: Signal[],
): Promise<GatheringRow> {
  const known = await findGathering(tx, bank.id, id);
  if (known !== undefined && mayRun(known, caller)) await prepareOffer(tx, bank, known.hostId, input);
  // Before its row, as the desk does that says where a place is.
  await lockChanges(tx, bank.id);
  const before = await lockOwn(tx, bank, caller, id);
  mustBeToCome(before);
  const columns = await columnsOf(tx, bank, before.hostId, input);
  const guests = (await guestsOf(tx, before)).filter(({ status }) => status !== 'withdrawn');
  if (guests.length > 0 && (columns.rule !== before.rule || columns.minutes !== before.minutes))
    wrong('rule', 'guests have said yes to the rule as it is');
  if (guests.length > 0 && columns.visibility !== before.visibility)
    wrong('visibility', 'it stays as it is once somebody has a seat');
  if (columns.seats < before.taken) wrong('seats', `${before.taken} are taken already`);
  const changed = await storeGathering(tx, before, {
    ...columns,
    sequence: before.sequence + 1,
    updatedAt: new Date(),
  });
  const offered = await offerFollows(tx, bank, changed);
  await planTime(tx, bank, offered);
  const moved =
    before.startsAt.getTime() !== offered.startsAt.getTime() ||
    before.endsAt.getTime() !== offered.endsAt.getTime() ||
    before.place !== offered.place;
  if (moved) {
    await tellGuests(tx, bank, offered, 'gathering_changed');
    for (const guest of guests) await renew(tx, bank, offered, guest, after);
  }
  return moveUp(tx, bank, offered, after);
}

/**
 * Calls it off: everybody is told, and what was put aside is free again. Refuses `not_found`, `already_answered`, and as
 * {@link forHost}.
 */
export async function cancelGathering(
  tx: Queries,
  bank: Bank,
  caller: Caller,
  id: string,
  note: DeskNote = {},
): Promise<GatheringRow> {
  return forHost(tx, bank, caller, id, note, () => cancel(tx, bank, caller, id));
}

async function cancel(tx: Queries, bank: Bank, caller: Caller, id: string): Promise<HostDeed> {
  const before = await lockOwn(tx, bank, caller, id);
  if (before.status === 'cancelled') return { row: before, done: null };
  if (before.status === 'credited') throw new Refused('already_answered', { status: before.status });
  const row = await storeGathering(tx, before, {
    status: 'cancelled',
    sequence: before.sequence + 1,
    updatedAt: new Date(),
  });
  await tellGuests(tx, bank, row, 'gathering_cancelled');
  const now = new Date();
  for (const { id: subject, exchangeId } of await guestsOf(tx, row))
    if (exchangeId !== null) await remindAt(tx, bank, { kind: GATHERING_GUEST, subject, at: now });
  if (row.offerId !== null) await endOffer(tx, bank, row.offerId);
  await forget(tx, bank, { kind: GATHERING_TIME, subject: id });
  return { row, done: { did: 'cancel', minutes: 0 } };
}

/** Lets the clock come the day before, and at the end. */
export async function planTime(tx: Queries, bank: Bank, row: GatheringRow, now: Date = new Date()): Promise<void> {
  const dayBefore = new Date(row.startsAt.getTime() - REMIND_MS);
  await remindAt(tx, bank, { kind: GATHERING_TIME, subject: row.id, at: dayBefore > now ? dayBefore : row.endsAt });
}

/** Tells the members here who have a seat or wait. */
export async function tellGuests(
  tx: Queries,
  bank: Bank,
  row: GatheringRow,
  kind: 'gathering_changed' | 'gathering_cancelled' | 'gathering_soon',
  now: Date = new Date(),
): Promise<void> {
  const facts = { title: row.title, at: row.startsAt.toISOString() };
  for (const { memberId, status } of await guestsOf(tx, row))
    if (memberId !== null && (status === 'coming' || (status === 'waiting' && kind !== 'gathering_soon')))
      await notify(tx, bank, { memberId, kind, facts, href: gatheringPath(row.id) }, now);
}

function mustBeToCome(row: GatheringRow): void {
  const status = statusOf(row);
  if (status !== 'open' && status !== 'full') throw new Refused('already_answered', { status });
}

/** The bank's order of changes is locked: where a place is, nobody says meanwhile. */
async function columnsOf(tx: Queries, bank: Bank, hostId: string, input: GatheringInput) {
  const { place, startsAt, endsAt, seats, rule, visibility, ...said } = input;
  const length = endsAt.getTime() - startsAt.getTime();
  if (!(length > 0 && length <= LONGEST_MS)) wrong('endsAt', 'must come after the beginning, within a week');
  if (startsAt.getTime() > Date.now() + FURTHEST_MS) wrong('startsAt', 'is more than two years away');
  if (!Number.isInteger(seats) || seats < 1 || seats > MOST_SEATS) wrong('seats', `from 1 to ${MOST_SEATS}`);
  if (said.title.trim() === '') wrong('title', 'give it a name');
  const minutes = rule === 'none' ? 0 : said.minutes;
  if (rule !== 'none' && (minutes < 15 || minutes % 15 !== 0)) wrong('minutes', 'in quarters of an hour');
  const payerId = await payerOf(tx, bank, hostId, rule, minutes);
  // Partners answer an offer of a member, and hours are what they answer with.
  const partners = visibility === 'partners' && (rule === 'none' || hostId === TOWN);
  if (partners) wrong('visibility', 'partner towns see gatherings of a member, with hours');
  const where = await placeColumns(tx, bank.id, place);
  return { ...said, ...where, startsAt, endsAt, seats, rule, minutes, payerId, visibility };
}

/** What its offer needs before anything is locked, if it will have one. */
async function prepareOffer(tx: Queries, bank: Bank, hostId: string, input: GatheringInput): Promise<void> {
  if (hostId !== TOWN && input.rule !== 'none') await prepareToTell(tx, bank, hostId, input.visibility);
}

/** Who pays the guests, if somebody does. Only an organisation does for itself, and the desk from the fund. */
async function payerOf(
  tx: Queries,
  bank: Bank,
  hostId: string,
  rule: GatheringInput['rule'],
  minutes: number,
): Promise<string | null> {
  const host = hostId === TOWN ? null : await findMember(tx, bank.id, hostId);
  if (host === undefined || host?.kind === 'fund') throw new Refused('not_found');
  if (host !== null && host.status !== 'active') throw new Refused('member_inactive', { handle: host.handle });
  const capMinutes = host === null ? fundCapOf(bank) : bank.settings.transferCapMinutes;
  if (minutes > capMinutes) throw new Refused('over_transfer_cap', { capMinutes });
  if (rule === 'none') return null;
  if (rule === 'guests_give') {
    if (host === null) throw new Refused('not_allowed');
    return null;
  }
  if (host !== null && host.kind !== 'organisation') throw new Refused('not_allowed');
  const payer = host ?? (await findMember(tx, bank.id, FUND_HANDLE));
  return payer?.id ?? null;
}

const CATEGORIES: Readonly<Record<GatheringRow['kind'], Category>> = {
  meeting: 'company',
  class: 'lessons',
  choir: 'music',
  shift: 'company',
};

/** Partners find it as an offer of the host, or as what an organisation needs. */
async function offerFollows(tx: Queries, bank: Bank, row: GatheringRow): Promise<GatheringRow> {
  const { hostId, rule, visibility, offerId } = row;
  if (hostId === TOWN || rule === 'none' || visibility === 'bank') {
    if (offerId !== null) await endOffer(tx, bank, offerId);
    return offerId === null ? row : storeGathering(tx, row, { offerId: null });
  }
  const words = wordsOf(languageOr(row.language, bank));
  const { timeZone } = bank.settings;
  const day = words.weekday(row.startsAt, { timeZone, now: new Date(0) });
  const input: OfferInput = {
    kind: rule === 'guests_give' ? 'offer' : 'need',
    title: row.title,
    text: row.text,
    language: row.language,
    category: CATEGORIES[row.kind],
    place: placeFrom(row),
    when: words.t('gathering.when', {
      day,
      from: words.clock(row.startsAt, timeZone),
      to: words.clock(row.endsAt, timeZone),
    }),
    minutes: row.minutes,
    seats: row.seats,
    visibility,
  };
  const known = offerId === null ? undefined : await getOffer(tx, bank.id, offerId);
  if (known !== undefined && known.status !== 'ended') {
    await changeOffer(tx, bank, known.id, input);
    return row;
  }
  const { id } = await createOffer(tx, bank, hostId, input);
  return storeGathering(tx, row, { offerId: id });
}

function wrong(field: string, reason: string): never {
  throw new Refused('invalid_request', { field, reason });
}
