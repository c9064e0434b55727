/**
 * The state of one pair at one bank, as a fold of both journals.
 *
 * Promises: the state after an entry depends on the two journals and on nothing else, so two
 * banks that hold the same journals hold the same state. Two views are kept up entry by entry:
 * the fold at each bank's own latest cut. That is all that is needed to judge any next entry at
 * its own cut without reading the journals again. Spec: normative formulas.
 *
 * @module
 */
import { add, type Minutes, minutes, negate, subtract, ZERO } from '../minutes.ts';
import type { RefusalCode } from '../refusal.ts';
import type { Entry, Head, Kind, Party } from './entry.ts';
import { other } from './entry.ts';

/** A value for each party, in the order of the agreement. */
export type Both<T> = readonly [T, T];

/** At most this many holds of one debtor may be open in a pair. */
export const MAX_OPEN_HOLDS = 256;

/** With more own entries than this not yet applied by the partner, a bank writes no new holds. */
export const MAX_BACKLOG = 1000;

/** What the journals are folded from: taken from the agreement's core. */
export interface PairTerms {
  readonly pair: string;
  /** Hash of the agreement's core; the head of an empty journal. */
  readonly genesis: string;
  readonly banks: Both<string>;
  /** What each party may owe the other at the start. */
  readonly limits: Both<Minutes>;
  readonly features: readonly string[];
  readonly keys: Both<string>;
  /** The next recovery key's hash for each party. */
  readonly recovery: Both<string>;
  /** What party 0 owes party 1 from a predecessor pair; negative the other way. */
  readonly opening: Minutes;
}

/**
 * The fold at a cut: all of party 0's journal up to `cut[0]` and of party 1's up to `cut[1]`.
 * Only entries with effect count.
 */
export interface View {
  readonly cut: Both<number>;
  /** What party 0 owes party 1; negative when party 1 owes. */
  readonly debt: Minutes;
  readonly openMinutes: Both<Minutes>;
  readonly openCount: Both<number>;
  /** What each party may owe. */
  readonly limits: Both<Minutes>;
  /** Whether each party is kept from writing new holds by the other. */
  readonly suspended: Both<boolean>;
  readonly features: Both<readonly string[]>;
  /** The key that each party's next entry is signed with, as a Multikey. */
  readonly keys: Both<string>;
  readonly recovery: Both<string>;
}

/** What is known of one transfer. A number is the `seq` of an entry that has effect. */
export interface Transfer {
  readonly debtor: Party;
  readonly id: string;
  readonly minutes: Minutes;
  readonly payerRef: string;
  readonly payeeRef: string;
  readonly detail: string;
  readonly reverses: string | null;
  readonly hold: number;
  /** False when the hold broke a rule: its id is used up, and nothing else follows from it. */
  readonly holdCounts: boolean;
  readonly accepted: number | null;
  readonly declined: number | null;
  readonly declineCode: RefusalCode | null;
  readonly posted: number | null;
  readonly postedMinutes: Minutes | null;
  readonly voided: number | null;
  readonly receipted: number | null;
  readonly unclaimed: boolean;
}

/** The transfers that an input may touch, by {@link transferKey}. The shell loads them first. */
export interface Book {
  get(key: string): Transfer | undefined;
  has(key: string): boolean;
}

export function transferKey(debtor: Party, id: string): string {
  return `${debtor} ${id}`;
}

/** What a later view needs of an entry that was judged already. */
export interface Judged {
  readonly author: Party;
  readonly epoch: number;
  readonly seq: number;
  readonly hash: string;
  readonly kind: Kind;
  /** `null` when the entry has effect, else the rule that it broke. */
  readonly breach: RefusalCode | null;
  readonly transfer: string | null;
  readonly minutes: number | null;
  readonly change: TermsChange | null;
}

/** The part of an Amend that changes a view. */
export interface TermsChange {
  readonly limitMinutes?: number;
  readonly suspended?: boolean;
  readonly features?: readonly string[];
  readonly key?: string;
  readonly recovery?: string;
}

/** A pair as one of its two banks, `me`, holds it. */
export interface Pair {
  readonly terms: PairTerms;
  readonly me: Party;
  /** The last entry that is appended here of each journal. */
  readonly heads: Both<Head>;
  /** The highest ack among the entries appended here of each journal. */
  readonly acks: Both<Head>;
  /** For each party, the fold at its own latest cut; mine is kept at the present. */
  readonly views: Both<View>;
  /** My entries that the partner's entries do not acknowledge yet, oldest first. */
  readonly unacknowledged: readonly Judged[];
  /** The partner's last Checkpoint, while its figures are not those that I compute at its cut. */
  readonly differs?: Head;
}

export function startPair(terms: PairTerms, me: Party): Pair {
  const genesis: Head = { epoch: 0, seq: 0, hash: terms.genesis };
  const view: View = {
    cut: [0, 0],
    debt: terms.opening,
    openMinutes: [ZERO, ZERO],
    openCount: [0, 0],
    limits: terms.limits,
    suspended: [false, false],
    features: [terms.features, terms.features],
    keys: terms.keys,
    recovery: terms.recovery,
  };
  return {
    terms,
    me,
    heads: [genesis, genesis],
    acks: [genesis, genesis],
    views: [view, view],
    unacknowledged: [],
  };
}

/**
 * Whether my Resume waits to be acknowledged. Nothing but Checkpoints follows one until then, so
 * it is among the last of my unacknowledged entries.
 */
export function isRecovering(pair: Pair): boolean {
  const last = pair.unacknowledged.findLast((judged) => judged.kind !== 'Checkpoint');
  return last?.kind === 'Resume';
}

/** Whether the partner began an epoch that no entry of mine acknowledges: it waits for a Checkpoint. */
export function owesAnswer(pair: Pair): boolean {
  return pair.heads[other(pair.me)].epoch > pair.acks[pair.me].epoch;
}

/** What `debtor` owes at this cut; negative when the other party owes. */
export function debtOf(view: View, debtor: Party): Minutes {
  return debtor === 0 ? view.debt : negate(view.debt);
}

/** What `debtor` owes and has promised in open holds. */
export function exposureOf(view: View, debtor: Party): Minutes {
  return add(debtOf(view, debtor), view.openMinutes[debtor]);
}

/** How many more minutes `debtor` may promise at this cut; never below zero. */
export function roomOf(view: View, debtor: Party): Minutes {
  return minutes(Math.max(0, view.limits[debtor] - exposureOf(view, debtor)));
}

/** Whether a hold is open at the cut: it counts, and nothing that ends it is within the cut. */
export function isOpen(view: View, transfer: Transfer): boolean {
  const within = (seq: number | null, author: Party): boolean => seq !== null && seq <= view.cut[author];
  const creditor = other(transfer.debtor);
  return (
    transfer.holdCounts &&
    within(transfer.hold, transfer.debtor) &&
    !within(transfer.posted, transfer.debtor) &&
    !within(transfer.voided, transfer.debtor) &&
    !within(transfer.declined, creditor)
  );
}

/** `pair` with one party's value replaced. */
export function withParty<T>(both: Both<T>, party: Party, value: T): Both<T> {
  return party === 0 ? [value, both[1]] : [both[0], value];
}

/**
 * The view with the next entry of `judged.author`'s journal taken in. The book must hold the
 * transfer that the entry names.
 */
export function advance(view: View, judged: Judged, book: Book): View {
  const { author, kind } = judged;
  const cut = withParty(view.cut, author, judged.seq);
  if (judged.breach !== null) return { ...view, cut };
  switch (kind) {
    case 'Hold': {
      const openMinutes = add(view.openMinutes[author], minutes(judged.minutes ?? 0));
      return {
        ...view,
        cut,
        openMinutes: withParty(view.openMinutes, author, openMinutes),
        openCount: withParty(view.openCount, author, view.openCount[author] + 1),
      };
    }
    case 'Post': {
      const posted = minutes(judged.minutes ?? 0);
      const debt = author === 0 ? add(view.debt, posted) : subtract(view.debt, posted);
      return { ...close(view, author, judged, book), cut, debt };
    }
    case 'Void':
      return { ...close(view, author, judged, book), cut };
    case 'HoldDecline':
      return { ...close(view, other(author), judged, book), cut };
    case 'Amend':
      return { ...amend(view, author, judged.change ?? {}), cut };
    default:
      return { ...view, cut };
  }
}

/** Takes a hold out of the open ones, unless something within the cut ended it already. */
function close(view: View, debtor: Party, judged: Judged, book: Book): View {
  const transfer = book.get(transferKey(debtor, judged.transfer ?? ''));
  if (transfer === undefined) throw new Error(`transfer ${judged.transfer} was not loaded`);
  if (!isOpen(view, transfer)) return view;
  return {
    ...view,
    openMinutes: withParty(view.openMinutes, debtor, subtract(view.openMinutes[debtor], transfer.minutes)),
    openCount: withParty(view.openCount, debtor, view.openCount[debtor] - 1),
  };
}

function amend(view: View, author: Party, change: TermsChange): View {
  const peer = other(author);
  return {
    ...view,
    ...(change.limitMinutes !== undefined && {
      limits: withParty(view.limits, peer, minutes(change.limitMinutes)),
    }),
    ...(change.suspended !== undefined && { suspended: withParty(view.suspended, peer, change.suspended) }),
    ...(change.features !== undefined && { features: withParty(view.features, author, change.features) }),
    ...(change.key !== undefined && { keys: withParty(view.keys, author, change.key) }),
    ...(change.recovery !== undefined && { recovery: withParty(view.recovery, author, change.recovery) }),
  };
}

/** What the shell keeps of an entry once it was judged. */
export function judgedFrom(entry: Entry, breach: RefusalCode | null): Judged {
  const { author, epoch, seq, hash, body } = entry;
  return {
    author,
    epoch,
    seq,
    hash,
    kind: body.kind,
    breach,
    transfer: 'transfer' in body ? body.transfer : null,
    minutes: 'minutes' in body ? body.minutes : null,
    change: body.kind === 'Amend' ? termsChange(body) : null,
  };
}

function termsChange(body: Extract<Entry['body'], { kind: 'Amend' }>): TermsChange {
  return {
    ...(body.limitMinutes !== undefined && { limitMinutes: body.limitMinutes }),
    ...(body.suspended !== undefined && { suspended: body.suspended }),
    ...(body.features !== undefined && { features: body.features }),
    ...(body.keyChange !== undefined && { key: body.keyChange.newKey, recovery: body.keyChange.nextRecovery }),
  };
}
