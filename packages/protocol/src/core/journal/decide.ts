/**
 * Writing the next entry of my journal, and receiving the next entry of my partner's.
 *
 * Promises: what I may not write I do not sign; what the partner sends twice changes nothing;
 * an entry that breaks a rule is kept without effect, so that nobody is blocked by it; an entry
 * that does not continue the journal is not kept and halts the pair. Spec: what to do with a bad
 * entry, classes 0, (b) and (c). Class (a) never reaches the core.
 *
 * @module
 */
import { minutes } from '../minutes.ts';
import { type Facts, type Refusal, refusal } from '../refusal.ts';
import type { Body, Entry, Head, Party, Statement, VerifiedEntry } from './entry.ts';
import { other } from './entry.ts';
import { judge } from './judge.ts';
import {
  advance,
  type Book,
  debtOf,
  isRecovering,
  type Judged,
  judgedFrom,
  MAX_BACKLOG,
  owesAnswer,
  type Pair,
  type Transfer,
  transferKey,
  type View,
  withParty,
} from './pair.ts';

/** An entry before it has a hash: what the wire form is made from. */
export type Draft = Omit<Entry, 'hash'>;

/** Turns a draft into the hash of its wire form. Pure; given by `wire/entry.ts`. */
export type HashDraft = (draft: Draft) => string;

/** What an appended entry did. `transfer` is the state to keep, if the entry touched one. */
export interface Appended {
  readonly entry: Entry;
  readonly judged: Judged;
  readonly transfer: Transfer | null;
  /** For a Checkpoint: what I compute for its writer at its cut, and whether it says the same. */
  readonly compared: { readonly agrees: boolean; readonly computed: Statement } | null;
}

export type Written =
  | { readonly ok: true; readonly pair: Pair; readonly appended: Appended }
  | { readonly ok: false; readonly refusal: Refusal };

/**
 * Decides my next entry. On success the pair is as after the entry; the caller signs the entry
 * and commits it with everything that follows from it.
 */
export function write(pair: Pair, book: Book, body: Body, hash: HashDraft): Written {
  const me = pair.me;
  const head = pair.heads[me];
  const view = pair.views[me];
  if (body.kind === 'Resume') throw new Error('a Resume is written by resume()');
  if (isRecovering(pair) && !(body.kind === 'Checkpoint' && owesAnswer(pair)))
    return { ok: false, refusal: refusal('pair_recovering', { reason: 'resume_not_acknowledged' }) };
  if (body.kind === 'Hold' && pair.differs !== undefined)
    return { ok: false, refusal: refusal('pair_reconciling', { seq: pair.differs.seq }) };
  if (body.kind === 'Hold' && pair.unacknowledged.length >= MAX_BACKLOG)
    return { ok: false, refusal: refusal('backlog', { waiting: pair.unacknowledged.length }) };
  const breach = judge(view, book, me, body);
  if (breach !== null) return { ok: false, refusal: breach };
  return { ok: true, ...appendNext(pair, book, body, head.epoch, hash) };
}

/**
 * Begins my next epoch. Comes after recovery and only then: what both banks hold is applied here,
 * and until an entry of the partner acknowledges the Resume by its hash, {@link write} refuses all
 * but the Checkpoint that answers a Resume of the partner's.
 *
 * @param chance a random whole number from 0 to 2^32 - 1. It keeps two restores of one backup from
 * beginning the same epoch
 */
export function resume(pair: Pair, book: Book, chance: number, hash: HashDraft): { pair: Pair; appended: Appended } {
  if (!Number.isInteger(chance) || chance < 0 || chance >= 2 ** 32) throw new RangeError('chance is 32 random bits');
  return appendNext(pair, book, { kind: 'Resume' }, pair.heads[pair.me].epoch + 1 + chance, hash);
}

function appendNext(pair: Pair, book: Book, body: Body, epoch: number, hash: HashDraft): ReturnType<typeof appendOwn> {
  const head = pair.heads[pair.me];
  const ack = pair.heads[other(pair.me)];
  const draft: Draft = { author: pair.me, epoch, seq: head.seq + 1, prev: head.hash, ack, body };
  return appendOwn(pair, book, { ...draft, hash: hash(draft) }, null);
}

/**
 * Takes an entry of my own journal into the pair. `breach` is what {@link judge} said of it; only
 * a test, or a bank that reads its own journal back, has one.
 */
export function appendOwn(
  pair: Pair,
  book: Book,
  entry: Entry,
  breach: Refusal | null,
): { readonly pair: Pair; readonly appended: Appended } {
  const judged = judgedFrom(entry, breach === null ? null : breach.code);
  const transfer = updateTransfer(book, entry, breach);
  const view = advance(pair.views[pair.me], judged, book);
  const next: Pair = {
    ...pair,
    heads: withParty(pair.heads, pair.me, headOf(entry)),
    acks: withParty(pair.acks, pair.me, entry.ack),
    views: withParty(pair.views, pair.me, view),
    unacknowledged: [...pair.unacknowledged, judged],
  };
  return { pair: next, appended: { entry, judged, transfer, compared: null } };
}

export type Received =
  /** Appended, with effect or (`breach`) without. */
  | { readonly outcome: 'appended'; readonly pair: Pair; readonly appended: Appended; readonly breach: Refusal | null }
  /** Class 0: nothing changes; the answer is my head. */
  | { readonly outcome: 'not_next'; readonly refusal: Refusal }
  /** Class (b) or a fork: kept as evidence. `afterFault` says whether the pair halts. */
  | { readonly outcome: 'fault'; readonly refusal: Refusal };

/**
 * Decides what an entry of the partner does.
 *
 * @param book holds the transfers that the entry and my unacknowledged entries name
 * @param held the hash that I hold at the entry's `(epoch, seq)`, if I hold one
 */
export function receive(pair: Pair, book: Book, entry: VerifiedEntry, held: string | undefined): Received {
  const author = entry.author;
  if (author === pair.me) throw new Error('a bank does not receive its own entries');
  const head = pair.heads[author];

  if (held !== undefined) {
    return held === entry.hash
      ? { outcome: 'not_next', refusal: refusal('known_already', place(entry)) }
      : { outcome: 'fault', refusal: refusal('fork', { ...place(entry), held, received: entry.hash }) };
  }
  if (entry.epoch < head.epoch || entry.seq <= head.seq)
    return { outcome: 'not_next', refusal: refusal('stale_epoch', place(entry)) };
  if (entry.seq > head.seq + 1)
    return { outcome: 'not_next', refusal: refusal('gap', { ...place(entry), expected: head.seq + 1 }) };

  const fault = chainFault(pair, entry);
  if (fault !== null) return { outcome: 'fault', refusal: refusal('chain_fault', { ...place(entry), reason: fault }) };

  // The author's view moves to the entry's own cut: my entries up to its ack.
  let view = pair.views[author];
  let seen = 0;
  for (const mine of pair.unacknowledged) {
    if (mine.seq > entry.ack.seq) break;
    view = advance(view, mine, book);
    seen += 1;
  }
  const unacknowledged = seen === 0 ? pair.unacknowledged : pair.unacknowledged.slice(seen);
  const breach = judge(view, book, author, entry.body);
  const compared =
    entry.body.kind === 'Checkpoint' ? compare(entry.body.statement, stateAt(pair, view, author, entry.ack)) : null;

  // From here the entry is appended; only its effect is in question.
  const judged = judgedFrom(entry, breach === null ? null : breach.code);
  const transfer = updateTransfer(book, entry, breach);
  const mine = advance(pair.views[pair.me], judged, book);
  const theirs = advance(view, judged, book);
  const { differs, ...same } = pair;
  const differing = compared === null ? differs : compared.agrees ? undefined : headOf(entry);
  const next: Pair = {
    ...same,
    ...(differing !== undefined && { differs: differing }),
    heads: withParty(pair.heads, author, headOf(entry)),
    acks: withParty(pair.acks, author, entry.ack),
    views: author === 0 ? [theirs, mine] : [mine, theirs],
    unacknowledged,
  };
  return { outcome: 'appended', pair: next, appended: { entry, judged, transfer, compared }, breach };
}

/** Why a good proof with the next number does not continue the journal, or `null`. */
function chainFault(pair: Pair, entry: Entry): string | null {
  const head = pair.heads[entry.author];
  // An epoch below the head's was not next. A Resume begins a higher one, and nothing else does.
  const rises = entry.epoch > head.epoch;
  if (rises !== (entry.body.kind === 'Resume')) return rises ? 'epoch_rises' : 'epoch_does_not_rise';
  if (entry.prev !== head.hash) return 'prev_is_not_my_head';
  const last = pair.acks[entry.author];
  const ack = entry.ack;
  if (ack.seq < last.seq) return 'ack_goes_back';
  const acknowledged = ack.seq === last.seq ? last : pair.unacknowledged.find((judged) => judged.seq === ack.seq);
  if (acknowledged === undefined) return 'ack_unknown';
  return acknowledged.hash === ack.hash && acknowledged.epoch === ack.epoch ? null : 'ack_unknown';
}

/** The transfer as it stands after the entry, or `null` when the entry changes none. */
function updateTransfer(book: Book, entry: Entry, breach: Refusal | null): Transfer | null {
  const { author, seq, body } = entry;
  if (body.kind === 'Hold') {
    if (book.has(transferKey(author, body.transfer))) return null;
    return {
      debtor: author,
      id: body.transfer,
      minutes: minutes(body.minutes),
      payerRef: body.payerRef,
      payeeRef: body.payeeRef,
      detail: body.detail,
      reverses: body.reverses ?? null,
      hold: seq,
      holdCounts: breach === null,
      accepted: null,
      declined: null,
      declineCode: null,
      posted: null,
      postedMinutes: null,
      voided: null,
      receipted: null,
      unclaimed: false,
    };
  }
  if (breach !== null || !('transfer' in body)) return null;
  const debtor: Party = body.kind === 'Post' || body.kind === 'Void' ? author : other(author);
  const transfer = book.get(transferKey(debtor, body.transfer));
  if (transfer === undefined) throw new Error(`transfer ${body.transfer} was judged but not loaded`);
  switch (body.kind) {
    case 'HoldAccept':
      return { ...transfer, accepted: seq };
    case 'HoldDecline':
      return { ...transfer, declined: seq, declineCode: body.code };
    case 'Post':
      return { ...transfer, posted: seq, postedMinutes: minutes(body.minutes) };
    case 'Void':
      return { ...transfer, voided: seq };
    case 'Receipt':
      return { ...transfer, receipted: seq, unclaimed: body.unclaimed };
    default:
      return null;
  }
}

/** What `author` would state in a Checkpoint at this cut. */
export function statementFor(pair: Pair): Statement {
  return stateAt(pair, pair.views[pair.me], pair.me, pair.heads[other(pair.me)]);
}

function stateAt(pair: Pair, view: View, author: Party, ack: Head): Statement {
  const peer = other(author);
  return {
    heads: { own: pair.heads[author], peer: ack },
    debtMinutes: debtOf(view, author),
    openMinutes: { own: view.openMinutes[author], peer: view.openMinutes[peer] },
    limitMinutes: { own: view.limits[author], peer: view.limits[peer] },
  };
}

function compare(said: Statement, computed: Statement): { agrees: boolean; computed: Statement } {
  return { agrees: sameStatement(said, computed), computed };
}

function sameStatement(a: Statement, b: Statement): boolean {
  return (
    sameHead(a.heads.own, b.heads.own) &&
    sameHead(a.heads.peer, b.heads.peer) &&
    a.debtMinutes === b.debtMinutes &&
    a.openMinutes.own === b.openMinutes.own &&
    a.openMinutes.peer === b.openMinutes.peer &&
    a.limitMinutes.own === b.limitMinutes.own &&
    a.limitMinutes.peer === b.limitMinutes.peer
  );
}

export function sameHead(a: Head, b: Head): boolean {
  return a.epoch === b.epoch && a.seq === b.seq && a.hash === b.hash;
}

export function headOf(entry: Entry): Head {
  return { epoch: entry.epoch, seq: entry.seq, hash: entry.hash };
}

function place(entry: Entry): Facts {
  return { epoch: entry.epoch, seq: entry.seq };
}
