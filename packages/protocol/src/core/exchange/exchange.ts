/**
 * An exchange between two members: ask, agree, do, record, confirm. Two logs, one fold.
 *
 * Promises: the state is a fold of the giver's log and of the receiver's and of nothing else, so two banks
 * that hold the same messages see the same exchange, in whatever order they came. As long as both sides keep to
 * {@link mayWrite}, what is confirmed stays confirmed, and what is cancelled or declined stays so from the moment
 * at which `mayWrite` is true again. A step that the table has no place for changes nothing. Spec: exchange, two logs.
 *
 * @module
 */

/** Who gives the time, and who receives it. The receiver's bank holds the hours and pays them. */
export type Side = 'giver' | 'receiver';

export function otherSide(side: Side): Side {
  return side === 'giver' ? 'receiver' : 'giver';
}

/** What two members want to do, in words and minutes. */
export interface Terms {
  readonly minutes: number;
  /** What is to be done, in the words of whoever proposes. */
  readonly content: string;
  /** When it begins, as RFC 3339 with an offset, if that was said. */
  readonly startTime?: string;
  /** Where, in words. Never an address that only one of the two should know. */
  readonly place?: string;
}

/** A place in one of the two logs: what an answer names, so that it answers what was said and nothing newer. */
export interface Version {
  readonly side: Side;
  readonly n: number;
}

/** What a step says. Every kind that members need is here; the table below says where each has a place. */
export type Act =
  /** The first step of an exchange, by whoever asks or offers. */
  | { readonly kind: 'Offer'; readonly terms: Terms }
  | { readonly kind: 'Counter'; readonly terms: Terms }
  | { readonly kind: 'Accept'; readonly answers: Version }
  | { readonly kind: 'Reject'; readonly answers: Version; readonly because?: string }
  /** Takes back one's own offer that is not answered. A lapse is one too, written by the bank. */
  | { readonly kind: 'Withdraw'; readonly because?: string }
  /** Ends what was agreed, before hours are recorded. */
  | { readonly kind: 'Cancel'; readonly because?: string }
  /** Records the hours. 0 minutes: it did not happen. */
  | { readonly kind: 'Claim'; readonly minutes: number; readonly doneOn?: string }
  /** Puts one's own record right before it is confirmed. */
  | { readonly kind: 'Update'; readonly minutes: number; readonly doneOn?: string }
  | { readonly kind: 'AcceptClaim'; readonly answers: Version }
  | { readonly kind: 'RejectClaim'; readonly answers: Version; readonly because: string; readonly until?: string };

export type ActKind = Act['kind'];

/**
 * One step of a log. `n` counts its side's own steps from 1; `seen` is the last step of the other side that it had
 * applied.
 */
export interface Step {
  readonly n: number;
  readonly seen: number;
  readonly act: Act;
}

/** Both logs, each in the order of `n`. */
export type Logs = Readonly<Record<Side, readonly Step[]>>;

/** Terms on the table, and where they were said. */
export interface Proposal {
  readonly by: Side;
  readonly version: Version;
  readonly terms: Terms;
}

/** Hours as somebody recorded them. */
export interface Recorded {
  readonly by: Side;
  readonly version: Version;
  readonly minutes: number;
  readonly doneOn?: string;
}

export type ExchangeState =
  | { readonly status: 'none' }
  | { readonly status: 'proposed'; readonly proposal: Proposal }
  /** `change`: other terms that one side has proposed since; until they are accepted `agreed` counts. */
  | { readonly status: 'agreed'; readonly agreed: Proposal; readonly change: Proposal | null }
  | { readonly status: 'claimed'; readonly agreed: Proposal; readonly record: Recorded }
  | {
      readonly status: 'disputed';
      readonly agreed: Proposal;
      /** What is not agreed on: the latest record of each side, where there is one. */
      readonly record: Recorded;
      readonly against: Recorded | null;
      readonly because: string;
      readonly until: string | null;
    }
  | { readonly status: 'confirmed'; readonly agreed: Proposal; readonly record: Recorded }
  | { readonly status: 'declined'; readonly proposal: Proposal; readonly by: Side; readonly because: string }
  | { readonly status: 'cancelled'; readonly last: Proposal; readonly by: Side; readonly because: string };

export type ExchangeStatus = ExchangeState['status'];

/** Of two steps that crossed, the earlier one in this list counts first; of two alike, the receiver's. */
export const CROSSING: readonly ActKind[] = [
  'AcceptClaim',
  'Withdraw',
  'Reject',
  'Accept',
  'Offer',
  'Counter',
  'Claim',
  'RejectClaim',
  'Cancel',
  'Update',
];

type Of<S extends ExchangeStatus> = Extract<ExchangeState, { status: S }>;
type Doing<K extends ActKind> = {
  readonly by: Side;
  readonly version: Version;
  readonly act: Extract<Act, { kind: K }>;
};
/** What an act leads to, or `null` where it has no place. */
type Row<S extends ExchangeStatus> = {
  readonly [K in ActKind]?: (state: Of<S>, doing: Doing<K>) => ExchangeState | null;
};

/** The table: for each state and act, what follows. Whatever is not here has no effect. */
export const TABLE: { readonly [S in ExchangeStatus]: Row<S> } = {
  none: {
    Offer: (_, { by, version, act }) => ({ status: 'proposed', proposal: { by, version, terms: act.terms } }),
  },
  proposed: {
    Accept: ({ proposal }, { by, act }) =>
      by !== proposal.by && names(act.answers, proposal) ? { status: 'agreed', agreed: proposal, change: null } : null,
    Reject: ({ proposal }, { by, act }) =>
      by !== proposal.by && names(act.answers, proposal)
        ? { status: 'declined', proposal, by, because: act.because ?? '' }
        : null,
    // Only the one whose turn it is proposes other terms.
    Counter: ({ proposal }, { by, version, act }) =>
      by === proposal.by ? null : { status: 'proposed', proposal: { by, version, terms: act.terms } },
    Withdraw: ({ proposal }, { by, act }) =>
      by === proposal.by ? { status: 'cancelled', last: proposal, by, because: act.because ?? '' } : null,
  },
  agreed: {
    Cancel: ({ agreed }, { by, act }) => ({ status: 'cancelled', last: agreed, by, because: act.because ?? '' }),
    Claim: ({ agreed }, { by, version, act }) => ({ status: 'claimed', agreed, record: record(by, version, act) }),
    // Another day or other minutes: the present terms count until the other side says yes.
    Counter: ({ agreed, change }, { by, version, act }) =>
      change?.by === by ? null : { status: 'agreed', agreed, change: { by, version, terms: act.terms } },
    Accept: ({ change }, { by, act }) =>
      change !== null && by !== change.by && names(act.answers, change)
        ? { status: 'agreed', agreed: change, change: null }
        : null,
    Reject: ({ agreed, change }, { by, act }) =>
      change !== null && by !== change.by && names(act.answers, change)
        ? { status: 'agreed', agreed, change: null }
        : null,
    Withdraw: ({ agreed, change }, { by }) => (change?.by === by ? { status: 'agreed', agreed, change: null } : null),
  },
  claimed: {
    AcceptClaim: ({ agreed, record }, { by, act }) =>
      by !== record.by && names(act.answers, record) ? { status: 'confirmed', agreed, record } : null,
    RejectClaim: ({ agreed, record }, { by, act }) =>
      by !== record.by && names(act.answers, record)
        ? { status: 'disputed', agreed, record, against: null, because: act.because, until: act.until ?? null }
        : null,
    Update: ({ agreed, record: before }, { by, version, act }) =>
      by === before.by ? { status: 'claimed', agreed, record: record(by, version, act) } : null,
    // Both recorded: who pays consents to as much as they wrote down themselves.
    Claim: ({ agreed, record: first }, { by, version, act }) => {
      if (by === first.by) return null;
      const second = record(by, version, act);
      const [giver, receiver] = by === 'receiver' ? [first, second] : [second, first];
      return receiver.minutes >= giver.minutes
        ? { status: 'confirmed', agreed, record: giver }
        : { status: 'disputed', agreed, record: giver, against: receiver, because: '', until: null };
    },
  },
  disputed: {
    // An amended record, by either side; a record of no minutes ends it without hours.
    Claim: ({ agreed }, { by, version, act }) => ({ status: 'claimed', agreed, record: record(by, version, act) }),
  },
  confirmed: {},
  declined: {},
  cancelled: {},
};

function names(answers: Version, { version }: { readonly version: Version }): boolean {
  return answers.side === version.side && answers.n === version.n;
}

function record(by: Side, version: Version, act: { readonly minutes: number; readonly doneOn?: string }): Recorded {
  return { by, version, minutes: act.minutes, ...(act.doneOn !== undefined && { doneOn: act.doneOn }) };
}

/** What a step of `by` makes of a state, or `null` when the table has no place for it. */
export function applyStep(state: ExchangeState, by: Side, { n, act }: Pick<Step, 'n' | 'act'>): ExchangeState | null {
  const row = TABLE[state.status] as Row<ExchangeStatus>;
  const next = row[act.kind] as ((state: ExchangeState, doing: unknown) => ExchangeState | null) | undefined;
  return next?.(state, { by, version: { side: by, n }, act }) ?? null;
}

/** A step in its place in the story that both banks tell. */
export interface Told {
  readonly by: Side;
  readonly step: Step;
  /** False when the table had no place for it there. */
  readonly counted: boolean;
}

/** Both logs as one story, in the order that counts, and the state that they lead to. */
export function tell(logs: Logs): { readonly state: ExchangeState; readonly story: readonly Told[] } {
  const at: { giver: number; receiver: number } = { giver: 0, receiver: 0 };
  const story: Told[] = [];
  let state: ExchangeState = { status: 'none' };
  for (;;) {
    const giver = logs.giver[at.giver];
    const receiver = logs.receiver[at.receiver];
    if (giver === undefined && receiver === undefined) return { state, story };
    const by = nextSide(giver, receiver);
    const step = (by === 'giver' ? giver : receiver) as Step;
    const next = applyStep(state, by, step);
    story.push({ by, step, counted: next !== null });
    state = next ?? state;
    at[by] += 1;
  }
}

/** The state that both logs lead to. */
export function foldExchange(logs: Logs): ExchangeState {
  return tell(logs).state;
}

/**
 * Whose step comes next: what one had seen of the other came before it; what crossed is ordered by {@link CROSSING}.
 */
function nextSide(giver: Step | undefined, receiver: Step | undefined): Side {
  if (receiver === undefined) return 'giver';
  if (giver === undefined) return 'receiver';
  if (receiver.seen >= giver.n) return 'giver';
  if (giver.seen >= receiver.n) return 'receiver';
  return CROSSING.indexOf(giver.act.kind) < CROSSING.indexOf(receiver.act.kind) ? 'giver' : 'receiver';
}

/** What a side knows of how far the other one is. */
export interface Heard {
  /** The last of our steps that the other side has answered as applied. */
  readonly applied: number;
  /** How many steps the other side had written when it said so. */
  readonly written: number;
}

/**
 * Whether a side may write its next step: the last one was applied by the other side, and everything that the
 * other had written by then was applied here. So at most one step of each side is ever crossing.
 */
export function mayWrite(logs: Logs, side: Side, heard: Heard): boolean {
  return heard.applied >= logs[side].length && heard.written <= logs[otherSide(side)].length;
}

/** The acts that have a place for `side` in a state, as somebody's buttons. */
export function actsFor(state: ExchangeState, side: Side): readonly ActKind[] {
  return (Object.keys(TABLE[state.status]) as ActKind[]).filter((kind) => {
    return applyStep(state, side, { n: 0, act: sample(kind, state) }) !== null;
  });
}

/** What stands on the table, to be answered: a proposal, a change, or a record of hours. */
export function openVersion(state: ExchangeState): Version | null {
  switch (state.status) {
    case 'proposed':
      return state.proposal.version;
    case 'agreed':
      return state.change?.version ?? null;
    case 'claimed':
      return state.record.version;
    default:
      return null;
  }
}

function sample(kind: ActKind, state: ExchangeState): Act {
  const answers = openVersion(state) ?? { side: 'giver', n: 0 };
  switch (kind) {
    case 'Offer':
    case 'Counter':
      return { kind, terms: { minutes: 1, content: '' } };
    case 'Accept':
    case 'Reject':
    case 'AcceptClaim':
      return { kind, answers };
    case 'RejectClaim':
      return { kind, answers, because: '' };
    case 'Claim':
    case 'Update':
      return { kind, minutes: 1 };
    case 'Withdraw':
    case 'Cancel':
      return { kind };
  }
}
