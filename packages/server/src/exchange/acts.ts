/**
 * What members, and the desk for one of them, do in an exchange.
 *
 * Promises: only the two members and the desk see an exchange or write in it, to everybody else it is not there; an
 * answer names what it answers, so it never answers something newer; pressed twice counts once.
 *
 * @module
 */
import { type Act, otherSide, type Side, type Version } from '@evenhour/protocol';
import { and, asc, eq } from 'drizzle-orm';
import type { Caller } from '../auth/tokens.ts';
import { type Bank, fundCapOf } from '../bank/bank.ts';
import { localTime } from '../clock/zone.ts';
import type { Queries } from '../db/database.ts';
import { transfer } from '../db/schema.ts';
import type { Signal } from '../delivery/signals.ts';
import { balanceOf, findMember } from '../member/members.ts';
import { Refused } from '../node/refused.ts';
import { type Given, give } from '../transfer/giving.ts';
import { addressOf, mustBeMeant, mustBeWithinCap, type NewTerms, termsFrom } from './asking.ts';
import {
  type By,
  changeExchange,
  type Exchange,
  type ExchangeRow,
  isOurs,
  loadExchange,
  logsOf,
  memberOn,
  SIDES,
  sameAct,
} from './exchange-store.ts';
import { fundFollows } from './fund-gift.ts';
import { writeStep } from './steps.ts';
import { DAY_MS, DISPUTE_DAYS } from './turns.ts';

/** What somebody wishes to say in an exchange. */
export type Wish =
  | { readonly do: 'accept' | 'confirm'; readonly answers: Version }
  | { readonly do: 'decline'; readonly answers: Version; readonly because?: string | undefined }
  | { readonly do: 'counter'; readonly terms: NewTerms }
  | { readonly do: 'withdraw' | 'cancel'; readonly because?: string | undefined }
  | { readonly do: 'record' | 'change_record'; readonly minutes: number; readonly doneOn?: string | undefined }
  | { readonly do: 'contest'; readonly answers: Version; readonly because: string };

/** For whom somebody acts, and as what. */
export interface Actor {
  readonly side: Side;
  readonly by: By;
}

/** Refuses `not_found` unless the caller is one of the two, or the desk. */
export function maySee(row: ExchangeRow, caller: Caller): boolean {
  return caller.role === 'operator' || SIDES.some((side) => memberOn(row, side) === caller.memberId);
}

/** The caller's side. The desk says for whom; for the only member here if it does not. */
export function actorOn(row: ExchangeRow, caller: Caller, wanted?: Side): Actor {
  const personId = caller.personId ?? null;
  if (caller.role === 'member') {
    const side = SIDES.find((each) => memberOn(row, each) === caller.memberId);
    if (side === undefined) throw new Refused('not_found');
    return { side, by: { by: 'member', personId } };
  }
  const side = wanted ?? (row.ownSide === 'both' ? undefined : row.ownSide);
  if (side === undefined) throw new Refused('invalid_request', { field: 'side', reason: 'say for whom' });
  if (!isOurs(row, side)) throw new Refused('not_allowed');
  return { side, by: { by: 'desk', personId } };
}

/** The exchange, locked, and whom the caller stands for in it. Refuses `not_found`. */
export async function openFor(
  tx: Queries,
  bank: Bank,
  caller: Caller,
  id: string,
  side?: Side,
): Promise<{ exchange: Exchange; actor: Actor }> {
  const exchange = await loadExchange(tx, bank.id, id, true);
  if (exchange === undefined || !maySee(exchange.row, caller)) throw new Refused('not_found');
  return { exchange, actor: actorOn(exchange.row, caller, side) };
}

/** Writes what somebody wishes to say. Refuses as {@link writeStep}, and `over_transfer_cap`. */
export async function doInExchange(
  tx: Queries,
  bank: Bank,
  caller: Caller,
  id: string,
  wish: Wish,
  after: Signal[],
  wanted?: Side,
): Promise<Exchange> {
  const { exchange, actor } = await openFor(tx, bank, caller, id, wanted);
  const act = actOf(bank, wish);
  const last = exchange.steps[actor.side].at(-1);
  const heard = logsOf(exchange)[otherSide(actor.side)].length;
  // Nothing was said in between: it was pressed twice.
  if (last !== undefined && last.seen === heard && sameAct(last.act, act)) return exchange;
  return writeStep(tx, bank, exchange, actor.side, act, actor.by, after);
}

function actOf(bank: Bank, wish: Wish): Act {
  const because = (of: { readonly because?: string | undefined }) => (of.because ? { because: of.because } : {});
  switch (wish.do) {
    case 'accept':
      return { kind: 'Accept', answers: wish.answers };
    case 'confirm':
      return { kind: 'AcceptClaim', answers: wish.answers };
    case 'decline':
      return { kind: 'Reject', answers: wish.answers, ...because(wish) };
    case 'counter':
      mustBeWithinCap(bank, wish.terms.minutes);
      mustBeMeant(wish.terms);
      return { kind: 'Counter', terms: termsFrom(wish.terms) };
    case 'withdraw':
      return { kind: 'Withdraw', ...because(wish) };
    case 'cancel':
      return { kind: 'Cancel', ...because(wish) };
    case 'record':
    case 'change_record': {
      mustBeWithinCap(bank, wish.minutes);
      if (wish.doneOn !== undefined && wish.doneOn > dayOf(new Date(), bank.settings.timeZone))
        throw new Refused('invalid_request', { field: 'doneOn', reason: 'is still to come' });
      const kind = wish.do === 'record' ? 'Claim' : 'Update';
      return { kind, minutes: wish.minutes, ...(wish.doneOn !== undefined && { doneOn: wish.doneOn }) };
    }
    case 'contest':
      return {
        kind: 'RejectClaim',
        answers: wish.answers,
        because: wish.because,
        until: dayOf(new Date(Date.now() + DISPUTE_DAYS * DAY_MS), bank.settings.timeZone),
      };
  }
}

/** `2026-12-07` in the bank's own time zone. */
export function dayOf(at: Date, timeZone: string): string {
  const { year, month, day } = localTime(at, timeZone);
  return [year, month, day].map((part, index) => String(part).padStart(index === 0 ? 4 : 2, '0')).join('-');
}

/** How the desk settles a dispute for its member, by the member's wish. */
export interface Settlement {
  readonly side: Side;
  /** The record that the member now stands by; 0: it did not happen. */
  readonly minutes: number;
  /** What the community fund gives to the giver of this bank beside it, when both have said yes. */
  readonly fundMinutes: number;
}

/**
 * Writes the record that a member of a dispute now stands by; the other one confirms it as always. Refuses
 * `already_answered` when there is no dispute (any more), and `not_enough_hours` when the fund has too few.
 */
export async function settleDispute(
  tx: Queries,
  bank: Bank,
  caller: Caller & { readonly role: 'operator' },
  id: string,
  { side, minutes, fundMinutes }: Settlement,
  after: Signal[],
): Promise<Exchange> {
  const { exchange, actor } = await openFor(tx, bank, caller, id, side);
  const { row } = exchange;
  if (row.status !== 'disputed') throw new Refused('already_answered', { status: row.status });
  mustBeWithinCap(bank, minutes);
  if (fundMinutes > 0) {
    const giver = row.giverId === null ? undefined : await findMember(tx, bank.id, row.giverId);
    if (giver === undefined)
      throw new Refused('invalid_request', { field: 'fundMinutes', reason: 'the giver is of another town' });
    const capMinutes = fundCapOf(bank);
    if (fundMinutes > capMinutes) throw new Refused('over_transfer_cap', { capMinutes });
    if (giver.status !== 'active') throw new Refused('payee_unavailable', { payee: giver.handle });
    const fund = await balanceOf(tx, bank.id, 'fund');
    const availableMinutes = fund.balanceMinutes - fund.heldMinutes - bank.settings.fundFloorMinutes;
    if (availableMinutes < fundMinutes)
      throw new Refused('not_enough_hours', { availableMinutes: Math.max(0, availableMinutes) });
  }
  const settled = await writeStep(tx, bank, exchange, actor.side, { kind: 'Claim', minutes }, actor.by, after);
  const changed = await changeExchange(tx, row, { fundMinutes });
  await fundFollows(tx, bank, changed);
  return { ...settled, row: changed };
}

/**
 * Puts right what was confirmed, by a new line: hours from the caller's side to the other, naming the transfer that
 * they put right. Refuses `already_answered` before anything has moved, and what {@link give} refuses.
 */
export async function putRight(
  tx: Queries,
  bank: Bank,
  caller: Caller,
  id: string,
  {
    minutes,
    content,
    side: wanted,
  }: { readonly minutes: number; readonly content: string; readonly side?: Side | undefined },
  after: Signal[],
): Promise<Given> {
  const { exchange, actor } = await openFor(tx, bank, caller, id, wanted);
  const { row } = exchange;
  const [first] = await tx
    .select()
    .from(transfer)
    .where(and(eq(transfer.bankId, bank.id), eq(transfer.exchangeId, row.id), eq(transfer.status, 'settled')))
    .orderBy(asc(transfer.part))
    .limit(1);
  if (row.reserved !== 'settled' || first === undefined) throw new Refused('already_answered', { status: row.status });
  const to = addressOf(row, actor.side);
  const other = await findMember(tx, bank.id, to);
  const given = await give(tx, bank, {
    from: memberOn(row, actor.side) ?? '',
    to: other?.handle ?? to,
    minutes,
    content: content || row.title,
    reverses: first.transfer ?? first.url,
  });
  if (given.pairId !== null) after.push({ kind: 'pair', bankId: bank.id, pairId: given.pairId });
  return given;
}
