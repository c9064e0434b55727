/**
 * The end of a pair at a simulated bank: the Close, the position that both confirm, and the pair that follows.
 *
 * Promises: a Close is said until it is answered; nothing is settled at less than what the partner signed; the
 * position, what is given back and what is lost are committed together, once; the pair that follows begins at
 * the position that this bank settled at itself, or does not begin. Spec: the end of a pair.
 *
 * @module
 */
import {
  type Both,
  confirmedCut,
  type Entry,
  type Head,
  keysAtStart,
  type Opening,
  type Party,
  refusal,
  refusedIn,
  settle,
  startPair,
  type Transfer,
} from '@evenhour/protocol';
import { type Agreement, successorOf } from './agreement.ts';
import type { Bank, Link } from './bank.ts';
import type { Agree, Close, Fetch, Job, Reply } from './wire.ts';
import { type EntryRow, keys, LOSS, mirrorOf, type PairRow, type Work } from './work.ts';

/** The pair that follows pair `n` is pair `n + SUCCESSOR`. */
export const SUCCESSOR = 100;

export interface EndRow {
  /** Whether this bank has said a Close, whether its partner has, and whether the partner has taken ours. */
  readonly own: boolean;
  readonly theirs: boolean;
  readonly taken: boolean;
  readonly settled: Settled | null;
}

export interface Settled {
  readonly cut: Both<number>;
  /** What this bank owes its partner at the cut. */
  readonly owes: number;
  readonly opening: Omit<Opening, 'predecessor'> | null;
}

/** How far the search for what both banks hold has come. One journal after the other: the partner's first. */
export interface Search {
  readonly author: Party;
  /** The partner has the entry at `low`, and not the one at `high`. */
  readonly low: number;
  readonly high: number;
  readonly probe: number;
  /** How many entries of the partner's journal both hold, once that is known. */
  readonly theirs: number | null;
}

export function endOf(bank: Bank, { number }: Pick<Link, 'number'>): EndRow | undefined {
  return bank.store.rows.get(keys.end(number)) as EndRow | undefined;
}

/** Whether a pair has been settled and another follows. */
export function isOver(bank: Bank, link: Link): boolean {
  return endOf(bank, link)?.settled != null && follows(bank, link);
}

function follows(bank: Bank, link: Link): boolean {
  return bank.links.some(({ number }) => number === link.number + SUCCESSOR);
}

/** What is asked about a pair that is over. */
export type EndAsk = Close | Fetch | Agree;

/** What a process keeps in memory of the end of a pair. */
interface EndLine {
  search: Search | null;
  show: boolean;
}

/** What a pair that is over has to ask next, or `null`. */
export function askOfEnd(bank: Bank, link: Link, line: EndLine): EndAsk | null {
  const ended = endOf(bank, link);
  if (ended === undefined) return null;
  if (ended.own && !ended.taken) return { kind: 'close' };
  if (ended.settled === null) {
    line.search ??= beginSearch(bank, link, bank.peerOf(link), null);
    const { author, probe } = line.search;
    const whose = author === link.me ? 'mine' : 'yours';
    return { kind: 'fetch', session: '-', whose, after: headAt(bank, link, author, probe) };
  }
  if (follows(bank, link) ? !line.show : link.me === 1) return null;
  return { kind: 'agree', pair: nextAgreement(bank, link)?.id ?? '' };
}

/** Takes an answer about the end of a pair. Returns false when it has to be asked again later. */
export function* answeredEnd(bank: Bank, link: Link, line: EndLine, ask: EndAsk, reply: Reply): Job<boolean> {
  if (ask.kind === 'close' && reply.kind === 'closed') {
    yield { lock: link.number };
    const work = bank.open(link);
    end(work, { taken: true });
    yield* bank.commit(work, 'close');
    return true;
  }
  if (ask.kind === 'agree' && reply.kind === 'agreed') {
    line.show = false;
    yield* follow(bank, link, ask);
    return true;
  }
  if (ask.kind !== 'fetch' || reply.kind !== 'fetched' || line.search === null) return false;
  const next = narrowed(bank, link, line.search, reply);
  line.search = next === 'wait' || !('probe' in next) ? null : next;
  if (next !== 'wait' && !('probe' in next)) yield* settleAt(bank, link, next);
  return next !== 'wait';
}

/** Ends a pair, unless what this bank may have lost belongs to the position. */
export function* close(bank: Bank, link: Link): Job {
  yield { lock: link.number };
  const work = bank.open(link);
  if (work.mode === 'closed' || link.number >= SUCCESSOR || refusedIn(work.mode, 'close') !== null)
    return bank.ports.unlock(bank, link.number);
  end(work, { own: true });
  yield* bank.commit(work, 'close');
  bank.wake(link, 0);
}

/** Keeps a Close of either bank; from the first one on the pair is only read. */
export function end(work: Work, change: Partial<EndRow>): void {
  const before = work.tx.get<EndRow>(keys.end(work.number)) ?? {
    own: false,
    theirs: false,
    taken: false,
    settled: null,
  };
  work.tx.put(keys.end(work.number), { ...before, ...change });
  work.change = { ...work.change, mode: 'closed' };
}

/** The partner ends the pair. */
export function* takeClose(bank: Bank, link: Link): Job<Reply> {
  yield { lock: link.number };
  const work = bank.open(link);
  const early = refusedIn(work.mode, 'close');
  if (early !== null) {
    bank.ports.unlock(bank, link.number);
    return { kind: 'refused', refusal: early };
  }
  end(work, { theirs: true });
  yield* bank.commit(work, 'close');
  bank.wake(link, 0);
  return { kind: 'closed' };
}

/** Whose Close the partner of a closed pair is told of. */
export function closesOf(bank: Bank, link: Link): Party[] {
  if (bank.row(link).mode !== 'closed') return [];
  const { own, theirs } = endOf(bank, link) ?? {};
  return [...(own ? [link.me] : []), ...(theirs ? [bank.peerOf(link)] : [])];
}

/** How far a journal goes for the partner that asks: after a settlement, to the cut. */
export function headWithin(bank: Bank, link: Link, author: Party): Head {
  const head = bank.row(link).pair.heads[author];
  const cut = endOf(bank, link)?.settled?.cut[author] ?? head.seq;
  return cut < head.seq ? headAt(bank, link, author, cut) : head;
}

export function headAt(bank: Bank, link: Link, author: Party, seq: number): Head {
  if (seq === 0) return { epoch: 0, seq, hash: link.agreement.terms.genesis };
  const { entry } = bank.store.rows.get(keys.entry(link.number, author, seq)) as EntryRow;
  return { epoch: entry.epoch, seq, hash: entry.hash };
}

function beginSearch(bank: Bank, link: Link, author: Party, theirs: number | null): Search {
  const { seq } = bank.row(link).pair.heads[author];
  return { author, low: 0, high: seq + 1, probe: seq, theirs };
}

/**
 * The search after an answer: `'wait'` when somebody was restored and has to recover first, or how much of both
 * journals is common.
 */
function narrowed(
  bank: Bank,
  link: Link,
  search: Search,
  { head, entries }: Extract<Reply, { kind: 'fetched' }>,
): Search | Both<number> | 'wait' {
  const { author, probe, theirs } = search;
  const { heads } = bank.row(link).pair;
  const mine = author === link.me;
  let { low, high } = search;
  if (entries !== null) {
    if (mine && probe === heads[author].seq && head.seq > probe) return 'wait';
    low = probe;
  } else {
    high = probe;
    // Mostly the partner lacks the last entries and has all before them.
    if (head.seq < high && head.seq >= low && headAt(bank, link, author, head.seq).hash === head.hash) {
      low = head.seq;
      high = low + 1;
    }
  }
  if (high - low > 1) return { ...search, low, high, probe: Math.floor((low + high) / 2) };
  if (low < signed(bank, link, author, theirs)) return 'wait';
  if (!mine) return beginSearch(bank, link, link.me, low);
  return link.me === 0 ? [low, theirs ?? 0] : [theirs ?? 0, low];
}

/** What the partner has signed that it holds: its own entries, and of ours what they acknowledge. */
function signed(bank: Bank, link: Link, author: Party, theirs: number | null): number {
  const peer = bank.peerOf(link);
  if (author === peer) return bank.row(link).pair.heads[peer].seq;
  const last = bank.store.rows.get(keys.entry(link.number, peer, theirs ?? 0)) as EntryRow | undefined;
  return last?.entry.ack.seq ?? 0;
}

/** Settles at what both hold. */
function* settleAt(bank: Bank, link: Link, common: Both<number>): Job {
  yield { lock: link.number };
  const work = bank.open(link);
  const { me } = link;
  const before = work.tx.get<EndRow>(keys.end(link.number));
  if (before === undefined || before.settled !== null) return bank.ports.unlock(bank, link.number);
  const journals: Both<Entry[]> = [journalOf(work, 0), journalOf(work, 1)];
  const theirs = (author: Party): string[] => journals[author].slice(0, common[author]).map(({ hash }) => hash);
  const cut = confirmedCut(journals, [theirs(0), theirs(1)]);
  const { view, opening, refunded, lost } = settle(link.agreement.terms, me, journals, work.transfers(), cut);
  const post = (transfer: Transfer, debit: string, credit: string): void => {
    const cause = `end ${journals[transfer.debtor][(transfer.posted ?? 0) - 1]?.hash}`;
    work.tx.post({ debit, credit, minutes: transfer.postedMinutes ?? 0, cause, undoes: false });
  };
  for (const transfer of refunded) post(transfer, mirrorOf(link.number), transfer.payerRef);
  for (const transfer of lost) post(transfer, LOSS, mirrorOf(link.number));
  const owes = me === 0 || view.debt === 0 ? view.debt : -view.debt;
  end(work, { settled: { cut, owes, opening } });
  yield* bank.commit(work, 'close');
  bank.wake(link, 0);
}

function journalOf(work: Work, author: Party): Entry[] {
  const { seq } = work.pair.heads[author];
  return Array.from({ length: seq }, (_, at) => (work.entry(author, at + 1) as EntryRow).entry);
}

/** The agreement that follows a settled pair: the same, with the position and the keys of its end. */
function nextAgreement(bank: Bank, link: Link): Agreement | null {
  const settled = endOf(bank, link)?.settled;
  if (settled == null) return null;
  const { keys: schedules } = bank.row(link);
  const period = (party: Party): { key: string; recovery: string } =>
    schedules[party].findLast(({ fromSeq }) => fromSeq <= settled.cut[party] + 1) ?? schedules[party][0];
  return successorOf(link.agreement, [period(0), period(1)], settled.opening);
}

/** Begins the pair that follows, at the position that this bank settled at. Says whether it is there now. */
export function* follow(bank: Bank, link: Link, ask: Agree): Job<Reply> {
  yield { lock: link.number };
  const number = link.number + SUCCESSOR;
  const agreement = nextAgreement(bank, link);
  const work = bank.open(link);
  if (agreement === null || agreement.id !== ask.pair) {
    bank.ports.unlock(bank, link.number);
    return { kind: 'refused', refusal: refusal('agreement_not_active', { reason: 'not_settled' }) };
  }
  if (work.tx.get(keys.agreement(number)) === undefined) {
    work.tx.put(keys.agreement(number), agreement);
    work.tx.put(keys.pair(number), firstRow(agreement, link.me));
    const { owes } = endOf(bank, link)?.settled ?? { owes: 0 };
    const [from, to] = [mirrorOf(link.number), mirrorOf(number)];
    const cause = `carried ${agreement.id}`;
    if (owes > 0) work.tx.post({ debit: from, credit: to, minutes: owes, cause, undoes: false });
    if (owes < 0) work.tx.post({ debit: to, credit: from, minutes: -owes, cause, undoes: false });
    yield* bank.commit(work, 'agree');
    bank.relink();
    for (const next of bank.links) if (next.number === number) bank.wake(next, 0);
  } else bank.ports.unlock(bank, link.number);
  return { kind: 'agreed' };
}

/** A pair as it is at its beginning. */
export function firstRow({ terms }: Agreement, me: Party): PairRow {
  const pair = startPair(terms, me);
  return {
    pair,
    mode: 'waiting',
    keys: [keysAtStart(terms, 0), keysAtStart(terms, 1)],
    mySession: '',
    peerSession: '',
    sent: pair.heads[me],
    halted: null,
    doubted: false,
  };
}
