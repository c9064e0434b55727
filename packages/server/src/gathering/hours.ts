/**
 * The hours of a guest: an exchange with the host, or a gift of whoever pays.
 *
 * Promises: the rule is the one that the guest read beside the button, so what follows from it is written by the bank
 * and both can see that; more than the rule says, and what a guest did not put themselves down for, waits for their own
 * yes. Called under the lock of the gathering's row.
 *
 * @module
 */
import { actsFor, openVersion, otherSide, type Side } from '@evenhour/protocol';
import type { Bank } from '../bank/bank.ts';
import type { Queries } from '../db/database.ts';
import type { Signal } from '../delivery/signals.ts';
import { maySpeak } from '../exchange/across-holds.ts';
import { askExchange } from '../exchange/asking.ts';
import { type By, type Exchange, loadExchange } from '../exchange/exchange-store.ts';
import { writeStep } from '../exchange/steps.ts';
import { findMember } from '../member/members.ts';
import { Refused } from '../node/refused.ts';
import { give } from '../transfer/giving.ts';
import type { GatheringRow, GuestRow } from './store.ts';

const BY_BANK: By = { by: 'bank', quiet: true };

/** The side of the host, or of the organisation that pays. */
export function hostSide({ rule }: Pick<GatheringRow, 'rule'>): Side {
  return rule === 'guests_give' ? 'giver' : 'receiver';
}

/** Whether a seat is an exchange of the guest with the host, agreed at once. */
export function isExchange({ rule }: Pick<GatheringRow, 'rule'>, { memberId }: Pick<GuestRow, 'memberId'>): boolean {
  return rule === 'guests_give' && memberId !== null;
}

/** The guest asks by taking a seat, and the host's rule says yes. */
export async function agree(
  tx: Queries,
  bank: Bank,
  row: GatheringRow,
  guest: GuestRow,
  by: By,
  after: Signal[],
): Promise<Exchange> {
  const side = otherSide(hostSide(row));
  const ask = { by: { ...by, quiet: true }, memberId: guest.memberId ?? '', to: row.hostId, side, terms: termsOf(row) };
  return accept(tx, bank, await askExchange(tx, bank, ask, after), hostSide(row), after);
}

/** The host's rule says yes to what a guest proposed. */
export async function accept(tx: Queries, bank: Bank, exchange: Exchange, side: Side, after: Signal[]) {
  const answers = openVersion(exchange.row.state);
  if (answers === null) return exchange;
  return writeStep(tx, bank, exchange, side, { kind: 'Accept', answers }, BY_BANK, after);
}

/**
 * The gathering is at another time or place: the exchange of a guest says so too. A guest of this bank hears it from
 * the gathering and can give the seat back; one of another town is asked for their own yes. What the partner's bank has
 * to hear first, or its member to answer, stays as it was.
 */
export async function renew(
  tx: Queries,
  bank: Bank,
  row: GatheringRow,
  { exchangeId, memberId }: GuestRow,
  after: Signal[],
): Promise<void> {
  const exchange = exchangeId === null ? undefined : await loadExchange(tx, bank.id, exchangeId, true);
  const side = hostSide(row);
  if (exchange?.row.state.status !== 'agreed' || !maySpeak(exchange)) return;
  if (!actsFor(exchange.row.state, side).includes('Counter')) return;
  const said = await writeStep(tx, bank, exchange, side, { kind: 'Counter', terms: termsOf(row) }, BY_BANK, after);
  if (memberId !== null) await accept(tx, bank, said, otherSide(side), after);
}

/** Nothing comes of it: what is proposed or agreed is taken back by a side of ours, and its hours are free again. */
export async function release(
  tx: Queries,
  bank: Bank,
  row: GatheringRow,
  { exchangeId }: GuestRow,
  after: Signal[],
): Promise<void> {
  const exchange = exchangeId === null ? undefined : await loadExchange(tx, bank.id, exchangeId, true);
  if (exchange === undefined) return;
  const side = hostSide(row);
  const kind = actsFor(exchange.row.state, side).find((each) => each === 'Cancel' || each === 'Withdraw');
  if (kind !== undefined) await writeStep(tx, bank, exchange, side, { kind }, BY_BANK, after);
}

/** What became of the hours of a guest for now. */
export type Written = { readonly exchangeId: string } | { readonly transferId: string };

/** Writes down a guest's minutes and moves them as far as that goes without anybody's further yes. */
export async function writeHours(
  tx: Queries,
  bank: Bank,
  row: GatheringRow,
  guest: GuestRow,
  after: Signal[],
): Promise<Written> {
  const gift = row.rule === 'guests_receive' && guest.exchangeId === null;
  return gift ? giveTo(tx, bank, row, guest, after) : record(tx, bank, row, guest, after);
}

async function giveTo(tx: Queries, bank: Bank, row: GatheringRow, guest: GuestRow, after: Signal[]): Promise<Written> {
  const minutes = guest.minutes ?? 0;
  const here = guest.memberId === null ? undefined : await findMember(tx, bank.id, guest.memberId);
  const to = here?.handle ?? guest.address;
  const { exchange, pairId } = await give(tx, bank, {
    from: row.payerId ?? '',
    to,
    minutes,
    content: row.title,
    follows: 'gathering',
    toldElsewhere: true,
  });
  after.push({ kind: 'transfer', bankId: bank.id, id: exchange.id });
  if (pairId !== null) after.push({ kind: 'pair', bankId: bank.id, pairId });
  return { transferId: exchange.id };
}

async function record(tx: Queries, bank: Bank, row: GatheringRow, guest: GuestRow, after: Signal[]): Promise<Written> {
  const minutes = guest.minutes ?? 0;
  const side = hostSide(row);
  const consents = hasConsented(row, guest);
  let exchange = await stillOpen(tx, bank, guest);
  if (exchange === undefined && consents) exchange = await agree(tx, bank, row, guest, { by: 'bank' }, after);
  if (exchange === undefined) {
    const to = guest.memberId ?? guest.address;
    const terms = { ...termsOf(row), minutes };
    const ask = { by: { by: 'member' } as const, memberId: row.hostId, to, side, terms };
    return { exchangeId: (await askExchange(tx, bank, ask, after)).row.id };
  }
  if (exchange.row.state.status === 'proposed' && exchange.row.state.proposal.by !== side)
    exchange = await accept(tx, bank, exchange, side, after);
  if (exchange.row.state.status === 'agreed') {
    const by: By = consents ? BY_BANK : { by: 'member' };
    exchange = await writeStep(tx, bank, exchange, side, { kind: 'Claim', minutes }, by, after);
  }
  const { state } = exchange.row;
  if (consents && state.status === 'claimed' && state.record.by === side) {
    const step = { kind: 'AcceptClaim', answers: state.record.version } as const;
    exchange = await writeStep(tx, bank, exchange, otherSide(side), step, BY_BANK, after);
  }
  return { exchangeId: exchange.row.id };
}

/** A guest of this bank who signed in, by themselves or on the sheet that the desk has, after reading the rule. */
function hasConsented(row: GatheringRow, { memberId, ownAct, presentBy, minutes }: GuestRow): boolean {
  const signedIn = presentBy === 'own' || (ownAct && presentBy === 'desk');
  return memberId !== null && signedIn && (minutes ?? 0) <= row.minutes;
}

async function stillOpen(tx: Queries, bank: Bank, { exchangeId }: GuestRow): Promise<Exchange | undefined> {
  const exchange = exchangeId === null ? undefined : await loadExchange(tx, bank.id, exchangeId, true);
  const status = exchange?.row.state.status;
  return status === 'cancelled' || status === 'declined' ? undefined : exchange;
}

function termsOf({ minutes, title, startsAt, place }: GatheringRow) {
  return { minutes, content: title, startTime: startsAt.toISOString(), place };
}

/** The code that a refusal has, or the error itself again. */
export function codeOf(error: unknown): string {
  if (error instanceof Refused) return error.refusal.code;
  throw error;
}
