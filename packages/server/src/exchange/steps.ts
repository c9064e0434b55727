/**
 * Steps of an exchange: written by a member here, or come from a partner.
 *
 * Promises: a step is stored with everything that follows from it, in one transaction: the fold, the hours, the place
 * of the offer, who is told, and what the clock does if nobody answers. A step that the table has no place for is not
 * written here; one of a partner is kept and changes nothing. Spec: exchange, two logs.
 *
 * @module
 */
import {
  type Act,
  actsFor,
  type ExchangeState,
  foldExchange,
  mayWrite,
  openVersion,
  otherSide,
  type Side,
  type Step,
} from '@evenhour/protocol';
import type { Bank } from '../bank/bank.ts';
import { forget, remindAt } from '../clock/due.ts';
import type { Queries } from '../db/database.ts';
import type { Signal } from '../delivery/signals.ts';
import { exchangeMoved } from '../gathering/follow.ts';
import { findMember } from '../member/members.ts';
import { Refused } from '../node/refused.ts';
import { DESK, notify } from '../notification/notify.ts';
import { getOffer, giveSeatBack, takeSeat } from '../offer/offers.ts';
import { seatsLeft } from '../offer/row.ts';
import { sendStep } from './across.ts';
import { holdsFollow } from './across-hours.ts';
import { mustBeWithinMemberCap } from './caps.ts';
import {
  type By,
  changeExchange,
  type Exchange,
  type ExchangeRow,
  exchangePath,
  isOurs,
  logsOf,
  memberOn,
  minutesOf,
  nameOn,
  SIDES,
  storeStep,
  termsOf,
} from './exchange-store.ts';
import { localHoursFollow } from './local-hours.ts';
import { EXCHANGE_TURN, planOf, turnOf } from './turns.ts';

/**
 * Writes the next step of a side of ours. The exchange is locked. Refuses `already_answered` when the state has no
 * place for it (any more), `not_your_turn` when it never had for this side, `not_allowed` for a side that is not ours,
 * `member_inactive` for a member who is suspended or has moved and would do more than end it, `agreement_not_active` when the pair is over, `over_member_cap` for more than a member may give to one partner, and
 * `partner_unreachable` while the partner has not heard the step before, or has written one that is not here yet.
 */
export async function writeStep(
  tx: Queries,
  bank: Bank,
  exchange: Exchange,
  side: Side,
  act: Act,
  by: By,
  after: Signal[],
): Promise<Exchange> {
  const { row } = exchange;
  if (!isOurs(row, side)) throw new Refused('not_allowed');
  if (row.reserved === 'over') throw new Refused('agreement_not_active');
  const logs = logsOf(exchange);
  if (!actsFor(row.state, side).includes(act.kind))
    throw new Refused(actsFor(row.state, otherSide(side)).includes(act.kind) ? 'not_your_turn' : 'already_answered', {
      status: row.status,
    });
  if ('answers' in act) {
    const open = openVersion(row.state);
    if (open?.side !== act.answers.side || open.n !== act.answers.n)
      throw new Refused('already_answered', { status: row.status });
  }
  if (by.by === 'member' && !ENDS.has(act.kind)) await mustBeActive(tx, bank, memberOn(row, side));
  if (row.pairId !== null && !mayWrite(logs, side, { applied: row.heardApplied, written: row.heardWritten }))
    throw new Refused('partner_unreachable');
  if (row.pairId !== null && side === 'receiver' && by.by !== 'bank') await mustBeWithinMemberCap(tx, bank, row, act);
  const step = { n: logs[side].length + 1, seen: logs[otherSide(side)].length, act };
  const sent = row.pairId === null ? null : await sendStep(tx, bank, exchange, side, step, after);
  return append(tx, bank, exchange, side, step, sent, by, after);
}

/** What a member may still say who is suspended: they end what they have begun, and begin nothing. */
const ENDS: ReadonlySet<Act['kind']> = new Set<Act['kind']>(['Withdraw', 'Cancel', 'Reject']);

/** Refuses `member_inactive` for a member here who is suspended or has moved. */
export async function mustBeActive(tx: Queries, bank: Bank, memberId: string | null): Promise<void> {
  const who = await findMember(tx, bank.id, memberId ?? '');
  if (who?.status !== 'active') throw new Refused('member_inactive', { handle: who?.handle ?? '' });
}

/** Takes a step that a partner has written and that was found to come next in its log. The exchange is locked. */
export async function takeStep(
  tx: Queries,
  bank: Bank,
  exchange: Exchange,
  side: Side,
  step: Step,
  sent: { readonly hash: string; readonly document: string },
  after: Signal[],
): Promise<Exchange> {
  return append(tx, bank, exchange, side, step, sent, { by: 'bank' }, after);
}

async function append(
  tx: Queries,
  bank: Bank,
  { row, steps }: Exchange,
  side: Side,
  step: Step,
  sent: { readonly hash: string; readonly document: string } | null,
  { by, personId, quiet }: By,
  after: Signal[],
): Promise<Exchange> {
  const stored = {
    bankId: bank.id,
    exchangeId: row.id,
    side,
    ...step,
    hash: sent?.hash ?? null,
    document: sent?.document ?? null,
    by,
    personId: personId ?? null,
    at: new Date(),
  };
  await storeStep(tx, stored);
  const before = row.state;
  const longer = { ...steps, [side]: [...steps[side], stored] };
  const state = foldExchange(logsOf({ steps: longer }));
  const start = termsOf(state)?.startTime;
  const changed = await changeExchange(tx, row, {
    state,
    status: state.status,
    waitsFor: turnOf(state),
    minutes: minutesOf(state),
    startTime: start === undefined ? null : new Date(start),
    updatedAt: stored.at,
    // What the fund is to give goes with the record that the desk has settled on.
    ...(sameRecord(before, state) ? {} : { fundMinutes: 0 }),
    ...(await placeOfOffer(tx, bank, row, state, by)),
  });
  const written: Exchange = { row: changed, steps: longer };
  const next =
    row.pairId === null ? await localHoursFollow(tx, bank, written) : await holdsFollow(tx, bank, written, after);
  if (quiet !== true) {
    await tell(tx, bank, next.row, before, side, step.act, by);
    await exchangeMoved(tx, bank, next.row);
  }
  await plan(tx, bank, next);
  return next;
}

/** Whether the record that counts is still the same one. */
function sameRecord(before: ExchangeState, now: ExchangeState): boolean {
  const versionIn = (state: ExchangeState) =>
    'record' in state ? `${state.record.version.side} ${state.record.version.n}` : '';
  return versionIn(before) === versionIn(now);
}

/**
 * Takes a place of one of our own offers when it is agreed, and gives it back when nothing comes of it. A partner's
 * word cannot be refused here: one that comes when all places are taken has none, and its member hears it from ours.
 */
async function placeOfOffer(
  tx: Queries,
  bank: Bank,
  { offerId, seat }: ExchangeRow,
  state: ExchangeState,
  by: By['by'],
): Promise<Partial<ExchangeRow>> {
  if (offerId === null) return {};
  const over = state.status === 'cancelled' || (state.status === 'confirmed' && state.record.minutes === 0);
  if (seat && over) {
    await giveSeatBack(tx, bank, offerId);
    return { seat: false };
  }
  if (seat || state.status !== 'agreed') return {};
  const offer = await getOffer(tx, bank.id, offerId);
  if (offer === undefined || (by === 'bank' && seatsLeft(offer) === 0)) return {};
  const { seats } = await takeSeat(tx, bank, offerId);
  return { seat: seats !== null };
}

/** Lets the clock come back when nobody has taken their turn, or no more. */
export async function plan(tx: Queries, bank: Bank, exchange: Exchange, now: Date = new Date()): Promise<void> {
  const what = { kind: EXCHANGE_TURN, subject: exchange.row.id };
  // What changes the exchange is still to be done, however late; a reminder is not.
  const [next] = planOf(exchange, bank.settings).filter(({ at, event }) => at > now || event.what === 'confirm');
  await (next === undefined ? forget(tx, bank, what) : remindAt(tx, bank, { ...what, at: next.at }));
}

/** Tells the members here what the other one said; of what the desk or the bank wrote for them, them too. */
async function tell(
  tx: Queries,
  bank: Bank,
  row: ExchangeRow,
  before: ExchangeState,
  side: Side,
  act: Act,
  by: By['by'],
): Promise<void> {
  const kind = noticeOf(before, row.state, act);
  if (kind === null) return;
  const facts = { title: row.title, minutes: row.minutes };
  const told = SIDES.filter((each) => each !== side || (by !== 'member' && isOurs(row, side)));
  for (const each of told) {
    const memberId = memberOn(row, each);
    const name = each === side && by === 'desk' ? bank.settings.name : nameOn(row, otherSide(each));
    const said = each === side && by === 'bank' && kind === 'exchange_confirmed' ? 'exchange_counted' : kind;
    if (memberId !== null)
      await notify(tx, bank, { memberId, kind: said, facts: { ...facts, name }, href: exchangePath(row.id) });
  }
  if (row.status === 'disputed' && before.status !== 'disputed')
    await notify(tx, bank, {
      memberId: DESK,
      kind: 'exchange_disputed',
      facts: { title: row.title, name: nameOn(row, side) },
      href: exchangePath(row.id),
    });
}

/** What a step is called when somebody is told of it; nothing when it changed nothing. */
function noticeOf(before: ExchangeState, state: ExchangeState, { kind }: Act) {
  if (state === before || JSON.stringify(state) === JSON.stringify(before)) return null;
  if (state.status === 'confirmed' && before.status !== 'confirmed') return 'exchange_confirmed';
  if (state.status === 'disputed') return 'exchange_disputed';
  switch (kind) {
    case 'Offer':
      return 'exchange_asked';
    case 'Counter':
      return 'exchange_countered';
    case 'Accept':
      return 'exchange_agreed';
    case 'Reject':
      return 'exchange_declined';
    case 'Withdraw':
      return 'exchange_withdrawn';
    case 'Cancel':
      return 'exchange_cancelled';
    case 'Claim':
      return 'exchange_claimed';
    case 'Update':
      return 'exchange_claim_changed';
    default:
      return null;
  }
}
