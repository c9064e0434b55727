/**
 * Whose turn it is in an exchange, and what happens when nobody takes it.
 *
 * Promises: plain functions of the exchange. Silence is never a yes across banks; here it is one only by the bank's own
 * published rule, and only for the one who pays. A yes that a member said ahead covers no more than what was agreed,
 * and nothing before its time.
 *
 * @module
 */
import { type ExchangeState, otherSide, type Side } from '@evenhour/protocol';
import type { BankRow } from '../bank/bank.ts';
import { momentOf } from '../clock/zone.ts';
import { type Exchange, type ExchangeRow, isOurs, SIDES } from './exchange-store.ts';

/** The kind under which the clock knows exchanges in which it is somebody's turn. */
export const EXCHANGE_TURN = 'exchange_turn';
export const DAY_MS = 24 * 60 * 60_000;
/** After so many days whoever's turn it is hears of it again. */
const REMINDERS = [3, 7, 14];
/** After so many days without an answer a proposal is taken back. */
export const LAPSE_DAYS = 30;
/** So long somebody who said yes ahead can still say no to what was recorded. */
export const AHEAD_DAYS = 1;
/** How long a dispute has, from its beginning. */
export const DISPUTE_DAYS = 14;

/** Who has to say something next. What is agreed waits for nobody until it was to be done. */
export function turnOf(state: ExchangeState): ExchangeRow['waitsFor'] {
  switch (state.status) {
    case 'proposed':
      return otherSide(state.proposal.by);
    case 'agreed':
      return state.change === null ? null : otherSide(state.change.by);
    case 'claimed':
      return otherSide(state.record.by);
    case 'disputed':
      return 'both';
    default:
      return null;
  }
}

export type Event =
  /** The members whose turn it is are reminded. */
  | { readonly what: 'remind'; readonly sides: readonly Side[] }
  /** This side takes its proposal back. */
  | { readonly what: 'lapse'; readonly side: Side }
  /** This side's yes: said when asking, or the receiver's silence by the bank's rule. */
  | { readonly what: 'confirm'; readonly side: Side }
  /** Members and desk are reminded of the end of a dispute. */
  | { readonly what: 'deadline' };

export interface Planned {
  readonly at: Date;
  readonly event: Event;
}

/** What the clock does for an exchange if nobody writes a step, in order. */
export function planOf(exchange: Exchange, settings: Pick<BankRow, 'confirmAfterDays' | 'timeZone'>): Planned[] {
  const { row } = exchange;
  const { state } = row;
  if (row.reserved === 'over') return [];
  const since = lastStepAt(exchange);
  switch (state.status) {
    case 'proposed':
      return [
        ...remindersFrom(since, ours(row, otherSide(state.proposal.by))),
        ...lapse(row, state.proposal.by, since),
      ];
    case 'agreed':
      return state.change === null
        ? remindersFrom(
            doneAt(row, since),
            SIDES.filter((side) => isOurs(row, side)),
          )
        : [...remindersFrom(since, ours(row, otherSide(state.change.by))), ...lapse(row, state.change.by, since)];
    case 'claimed': {
      const by = otherSide(state.record.by);
      const { confirmAfterDays } = settings;
      const rule = confirmAfterDays !== null && row.ownSide === 'both' && by === 'receiver';
      return [
        ...aheadOf(exchange, since),
        ...remindersFrom(since, ours(row, by)),
        ...(rule ? [after(since, confirmAfterDays, { what: 'confirm', side: by })] : []),
      ].sort((a, b) => a.at.getTime() - b.at.getTime());
    }
    case 'disputed': {
      const end = deadlineOf(exchange, settings.timeZone);
      return end === null ? [] : [-3, 0, 7, 14].map((days) => after(end, days, { what: 'deadline' }));
    }
    default:
      return [];
  }
}

/**
 * What a member said when asking: hours as agreed, recorded by the other one, are right. For whoever pays that is as
 * many or fewer, for whoever gives as many or more. They hear of it and have a day to say no; who has said no once is
 * asked from then on.
 */
export function isSaidAhead({ row: { state, yesAhead }, steps }: Exchange): boolean {
  if (state.status !== 'claimed' || yesAhead !== otherSide(state.record.by)) return false;
  if (steps[yesAhead].some(({ act }) => act.kind === 'RejectClaim')) return false;
  const [recorded, agreed] = [state.record.minutes, state.agreed.terms.minutes];
  return yesAhead === 'receiver' ? recorded <= agreed : recorded >= agreed;
}

function aheadOf(exchange: Exchange, since: Date): Planned[] {
  const { yesAhead, startTime } = exchange.row;
  if (yesAhead === null || !isSaidAhead(exchange)) return [];
  const from = new Date(Math.max(since.getTime(), startTime?.getTime() ?? 0));
  return [after(from, AHEAD_DAYS, { what: 'confirm', side: yesAhead })];
}

/** When what was agreed is over, by what was agreed; without a time from when it was agreed. */
export function doneAt({ startTime, minutes }: Pick<ExchangeRow, 'startTime' | 'minutes'>, agreedAt: Date): Date {
  return startTime === null ? agreedAt : new Date(startTime.getTime() + minutes * 60_000);
}

/** Noon of the day by which the two bridge builders settle a dispute. */
export function deadlineOf(exchange: Exchange, timeZone: string): Date | null {
  const { state } = exchange.row;
  if (state.status !== 'disputed') return null;
  if (state.until === null) return new Date(lastStepAt(exchange).getTime() + DISPUTE_DAYS * DAY_MS);
  const [year = 0, month = 1, day = 1] = state.until.split('-').map(Number);
  return momentOf({ year, month, day, hour: 12 }, timeZone);
}

export function lastStepAt({ row, steps }: Exchange): Date {
  const times = SIDES.flatMap((side) => steps[side].map(({ at }) => at.getTime()));
  return times.length === 0 ? row.createdAt : new Date(Math.max(...times));
}

const ours = (row: ExchangeRow, side: Side): Side[] => (isOurs(row, side) ? [side] : []);

function remindersFrom(since: Date, sides: readonly Side[]): Planned[] {
  return sides.length === 0 ? [] : REMINDERS.map((days) => after(since, days, { what: 'remind', sides }));
}

function lapse(row: ExchangeRow, side: Side, since: Date): Planned[] {
  return isOurs(row, side) ? [after(since, LAPSE_DAYS, { what: 'lapse', side })] : [];
}

function after(since: Date, days: number, event: Event): Planned {
  return { at: new Date(since.getTime() + days * DAY_MS), event };
}
