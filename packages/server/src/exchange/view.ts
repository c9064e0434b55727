/**
 * An exchange as one side sees it, for pages and programs.
 *
 * Promises: it says which acts are open to whoever looks, so that nothing is offered that would be refused; neither
 * signatures nor references, and of somebody at a partner no more than a name and a town.
 *
 * @module
 */
import {
  type Act,
  type ActKind,
  actsFor,
  mayWrite,
  openVersion,
  type Side,
  type Terms,
  tell,
  type Version,
} from '@evenhour/protocol';
import { and, eq } from 'drizzle-orm';
import type { Caller } from '../auth/tokens.ts';
import type { Queries } from '../db/database.ts';
import { pair as pairTable } from '../db/schema.ts';
import { kindsOf, type MemberKind } from '../member/members.ts';
import { partsOf } from './across-holds.ts';
import type { Wish } from './acts.ts';
import {
  type Exchange,
  type ExchangeRow,
  isOurs,
  logsOf,
  memberOn,
  SIDES,
  type StepRow,
  talkOf,
  termsOf,
} from './exchange-store.ts';
import { deadlineOf, isSaidAhead, lastStepAt, turnOf } from './turns.ts';

export interface SideView {
  /** `null` for somebody at a partner. */
  readonly memberId: string | null;
  readonly name: string;
  /** `null` for somebody at a partner. */
  readonly kind: MemberKind | null;
  /** `null` here. */
  readonly town: string | null;
}

/** What a list says of it. */
export interface ExchangeSummary {
  readonly id: string;
  /** Of whoever looks; `null` for the desk when both are members here. */
  readonly side: Side | null;
  readonly giver: SideView;
  readonly receiver: SideView;
  readonly title: string;
  readonly status: ExchangeRow['status'];
  /** Whose turn it is. */
  readonly waitsFor: ExchangeRow['waitsFor'];
  /** As last recorded, agreed or proposed. */
  readonly minutes: number;
  readonly startTime: string | null;
  readonly reserved: ExchangeRow['reserved'];
  readonly reservedCode: string | null;
  /** Who said no, or took it back. */
  readonly endedBy: Side | null;
  readonly updatedAt: string;
}

export interface StoryStep {
  readonly by: Side;
  readonly n: number;
  readonly kind: ActKind;
  /** Whether a member wrote it, the desk for one, or the bank by a rule. */
  readonly wroteBy: StepRow['by'];
  readonly at: string;
  /** False when it crossed another one and changed nothing. */
  readonly counted: boolean;
  readonly minutes: number | null;
  readonly terms: Terms | null;
  readonly because: string;
}

export interface TalkView {
  readonly id: string;
  readonly by: Side;
  readonly wroteBy: 'member' | 'desk';
  readonly kind: 'talk' | 'thanks' | 'contact';
  readonly text: string;
  readonly at: string;
  /** Of thanks: whether whoever received it shows it to others. */
  readonly shown: boolean;
}

export interface RecordView {
  readonly by: Side;
  readonly minutes: number;
  readonly doneOn: string | null;
}

export interface ExchangeView extends ExchangeSummary {
  readonly offerId: string | null;
  /** The transfers of its hours, oldest first. */
  readonly transferIds: readonly string[];
  /** Whether hours that the other side records, up to what is agreed, need no further yes of whoever looks. */
  readonly yesAhead: boolean;
  /** Whether what was recorded counts by itself, as whoever looks said when asking, unless they say no. */
  readonly countsByItself: boolean;
  /** What counts, or is proposed. */
  readonly terms: Terms | null;
  readonly proposedBy: Side | null;
  /** Other terms that one side has proposed since it was agreed. */
  readonly change: { readonly by: Side; readonly terms: Terms } | null;
  readonly record: RecordView | null;
  /** In a dispute: what the other side wrote down, if it did. */
  readonly against: RecordView | null;
  readonly because: string;
  /** When the two bridge builders are to have settled a dispute. */
  readonly deadline: string | null;
  /** What an answer has to name. */
  readonly open: Version | null;
  /** What whoever looks may do now. */
  readonly acts: readonly Wish['do'][];
  /** False while the other town has not heard our last word: then nothing is written. */
  readonly heard: boolean;
  readonly story: readonly StoryStep[];
  readonly talk: readonly TalkView[];
}

const WISHES: Readonly<Partial<Record<ActKind, Wish['do']>>> = {
  Accept: 'accept',
  Reject: 'decline',
  Counter: 'counter',
  Withdraw: 'withdraw',
  Cancel: 'cancel',
  Claim: 'record',
  Update: 'change_record',
  AcceptClaim: 'confirm',
  RejectClaim: 'contest',
};

/** The side that a caller sees it from. */
export function sideOf(row: ExchangeRow, caller: Caller, wanted?: Side): Side | null {
  if (caller.role === 'member') return SIDES.find((side) => memberOn(row, side) === caller.memberId) ?? null;
  return wanted ?? (row.ownSide === 'both' ? null : row.ownSide);
}

/** The names of partner towns that these exchanges are with, by pair. */
export async function townsOf(tx: Queries, bankId: string): Promise<ReadonlyMap<string, string>> {
  const rows = await tx
    .select({ id: pairTable.id, name: pairTable.peerName })
    .from(pairTable)
    .where(and(eq(pairTable.bankId, bankId)));
  return new Map(rows.map(({ id, name }) => [id, name]));
}

/** What the members of these exchanges are who are members here. */
export async function kindsIn(
  tx: Queries,
  bankId: string,
  rows: readonly ExchangeRow[],
): Promise<ReadonlyMap<string, MemberKind>> {
  return kindsOf(
    tx,
    bankId,
    rows.flatMap(({ giverId, receiverId }) => [giverId, receiverId]),
  );
}

/** `towns` by pair, `kinds` by member. */
export function summaryOf(
  row: ExchangeRow,
  side: Side | null,
  towns: ReadonlyMap<string, string>,
  kinds: ReadonlyMap<string, MemberKind>,
): ExchangeSummary {
  const on = (each: Side): SideView => ({
    memberId: memberOn(row, each),
    name: each === 'giver' ? row.giverName : row.receiverName,
    kind: kinds.get(memberOn(row, each) ?? '') ?? null,
    town: isOurs(row, each) ? null : (towns.get(row.pairId ?? '') ?? ''),
  });
  return {
    id: row.id,
    side,
    giver: on('giver'),
    receiver: on('receiver'),
    title: row.title,
    status: row.status,
    waitsFor: turnOf(row.state),
    minutes: row.minutes,
    startTime: row.startTime?.toISOString() ?? null,
    reserved: row.reserved,
    reservedCode: row.reservedCode,
    endedBy: 'by' in row.state ? row.state.by : null,
    updatedAt: row.updatedAt.toISOString(),
  };
}

/** The whole of it, for whoever may see it. */
export async function exchangeView(
  tx: Queries,
  exchange: Exchange,
  side: Side | null,
  timeZone: string,
): Promise<ExchangeView> {
  const { row } = exchange;
  const { state } = row;
  const logs = logsOf(exchange);
  const heard =
    side === null ||
    row.pairId === null ||
    row.reserved === 'over' ||
    mayWrite(logs, side, { applied: row.heardApplied, written: row.heardWritten });
  const towns = row.pairId === null ? new Map<string, string>() : await townsOf(tx, row.bankId);
  const proposal = 'proposal' in state ? state.proposal : 'agreed' in state ? state.agreed : null;
  return {
    ...summaryOf(row, side, towns, await kindsIn(tx, row.bankId, [row])),
    offerId: row.offerId,
    transferIds: (await partsOf(tx, row)).map(({ id }) => id),
    yesAhead: side !== null && row.yesAhead === side,
    countsByItself: side !== null && row.yesAhead === side && isSaidAhead(exchange),
    terms: termsOf(state),
    proposedBy: proposal?.by ?? null,
    change:
      state.status === 'agreed' && state.change !== null ? { by: state.change.by, terms: state.change.terms } : null,
    record: 'record' in state ? recordView(state.record) : null,
    against: state.status === 'disputed' && state.against !== null ? recordView(state.against) : null,
    because: 'because' in state ? state.because : '',
    deadline: deadlineOf(exchange, timeZone)?.toISOString() ?? null,
    open: openVersion(state),
    acts:
      side === null || !heard || row.reserved === 'over'
        ? []
        : actsFor(state, side).flatMap((kind) => WISHES[kind] ?? []),
    heard,
    story: tell(logs).story.map(({ by, step, counted }) => stepView(exchange, by, step.n, step.act, counted)),
    talk: (await talkOf(tx, row.bankId, row.id)).map(({ id, side: by, by: wroteBy, kind, text, at, shown }) => ({
      ...{ id, by, wroteBy, kind, text, shown },
      at: at.toISOString(),
    })),
  };
}

function stepView(exchange: Exchange, by: Side, n: number, act: Act, counted: boolean): StoryStep {
  const stored = exchange.steps[by][n - 1];
  const terms = 'terms' in act ? act.terms : null;
  return {
    by,
    n,
    kind: act.kind,
    wroteBy: isOurs(exchange.row, by) ? (stored?.by ?? 'member') : 'member',
    at: (stored?.at ?? lastStepAt(exchange)).toISOString(),
    counted,
    minutes: 'minutes' in act ? act.minutes : (terms?.minutes ?? null),
    terms,
    because: 'because' in act ? (act.because ?? '') : '',
  };
}

function recordView({ by, minutes, doneOn }: { by: Side; minutes: number; doneOn?: string }): RecordView {
  return { by, minutes, doneOn: doneOn ?? null };
}
