/**
 * How a simulated bank delivers: greetings, runs, answers, and recovery after a restore.
 *
 * Promises: what the core says decides; here is only who asks whom and when. One request of a pair
 * is under way at a time; without an answer it is asked again, later and later.
 *
 * @module
 */
import {
  afterGreeting,
  afterRun,
  checkSession,
  type Head,
  isRecovering,
  keysAtStart,
  type PairMode,
  refusal,
  refusedIn,
  type SentRun,
  type Sessions,
  takeGreeting,
} from '@evenhour/protocol';
import { Bank, type Link, type Ports, pause, type Timer } from './bank.ts';
import {
  answeredEnd,
  askOfEnd,
  closesOf,
  end,
  follow,
  headAt,
  headWithin,
  isOver,
  SUCCESSOR,
  takeClose,
} from './ending.ts';
import { type Flight, type Line, newLine } from './line.ts';
import { type Fetched, nothingFetched, rebuild } from './recovery.ts';
import type { Sealer } from './seal.ts';
import type { Store } from './store.ts';
import { openWith, verifyRun } from './verify.ts';
import type { Answer, Ask, Fetch, Job, Open, Reply, Request, Run } from './wire.ts';
import { keys, type PairRow } from './work.ts';

/** Entries in one run, and in one page of a journal. */
const RUN = 6;
const TIMEOUT_MS = 1_000;
const FIRST_RETRY_MS = 200;
const LONGEST_RETRY_MS = 5_000;
/** How old a request may be by the receiver's clock. */
export const WINDOW_MS = 300_000;

function sessionsOf(row: PairRow): Sessions {
  return { mine: row.mySession, partner: row.peerSession };
}

export class Node {
  readonly bank: Bank;
  readonly #ports: Ports;
  /** By the number of the pair, of the present process. */
  readonly lines = new Map<number, Line>();

  constructor(index: number, store: Store, links: readonly Link[], sealer: Sealer, ports: Ports) {
    this.#ports = ports;
    this.bank = new Bank(index, store, links, sealer, ports, (link, afterMs) => this.wake(link, afterMs));
  }

  /** Forgets what was only in memory. */
  forget(): void {
    this.lines.clear();
  }

  line(link: Link): Line {
    let line = this.lines.get(link.number);
    if (line === undefined) {
      line = newLine();
      this.lines.set(link.number, line);
    }
    return line;
  }

  wake(link: Link, afterMs: number): void {
    const line = this.line(link);
    const at = this.#ports.clock(-1) + afterMs;
    if (line.due <= at) return;
    line.due = at;
    this.#ports.later(this.bank, afterMs, link, { kind: 'pump', at });
  }

  timer(link: Link, timer: Timer): Job {
    return timer.kind === 'pump' ? this.#pump(link, timer.at) : this.#unanswered(link, timer.id);
  }

  /** Sends what the pair has to send, unless something is under way. */
  *#pump(link: Link, at: number): Job {
    const line = this.line(link);
    if (line.due !== at) return;
    line.due = Number.POSITIVE_INFINITY;
    if (line.flight !== null) return;
    const row = this.bank.row(link);
    if (row.mode === 'waiting') {
      const [session, nonce] = [this.#secret(), this.#secret()];
      yield* this.#ask(link, { kind: 'open', session, nonce }, (id) => ({ kind: 'open', id, session, nonce }));
    } else if (row.mode === 'recovering') {
      const whose = line.fetched?.heads.mine === undefined ? 'mine' : 'yours';
      const ask: Fetch = { kind: 'fetch', session: row.mySession, whose, after: this.#fetchAfter(link, line, whose) };
      yield* this.#ask(link, ask, (id) => ({ kind: 'fetch', id, whose }));
    } else if (row.mode === 'open') {
      const acked = row.pair.acks[this.bank.peerOf(link)];
      const after = acked.seq > row.sent.seq ? acked : row.sent;
      const entries = this.bank.documents(link, link.me, after.seq, RUN);
      if (entries.length === 0) return;
      const last = headAt(this.bank, link, link.me, after.seq + entries.length);
      const sent: SentRun = { after, last, sessions: sessionsOf(row) };
      const ask: Run = { kind: 'run', session: row.mySession, entries };
      yield* this.#ask(link, ask, (id) => ({ kind: 'run', id, sent }));
    } else if (row.mode === 'closed') {
      const ask = askOfEnd(this.bank, link, line);
      if (ask !== null) yield* this.#ask(link, ask, (id) => ({ kind: 'end', id, ask }));
    }
  }

  *#ask(link: Link, ask: Ask, flight: (id: number) => Flight): Job {
    const line = this.line(link);
    const id = this.#ports.unique();
    line.flight = flight(id);
    yield pause('before_send', ask.kind);
    this.request(link, id, ask);
    const patience = TIMEOUT_MS + Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** line.attempts);
    this.#ports.later(this.bank, patience, link, { kind: 'unanswered', id });
    yield pause('after_send', ask.kind);
  }

  request(link: Link, id: number, ask: Ask): void {
    const { index } = this.bank;
    this.#ports.send({ id, from: index, to: link.peer, pair: link.number, signedAt: this.#ports.clock(index), ask });
  }

  // biome-ignore lint/correctness/useYield: a job like the others
  *#unanswered(link: Link, id: number): Job {
    const line = this.line(link);
    if (line.flight?.id !== id) return;
    line.flight = null;
    line.attempts += 1;
    this.wake(link, 0);
  }

  /** Something else came between: looks again what there is to do. */
  #leave(link: Link): void {
    this.#ports.unlock(this.bank, link.number);
    this.wake(link, 0);
  }

  #again(link: Link): void {
    const line = this.line(link);
    line.attempts += 1;
    this.wake(link, Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** line.attempts));
  }

  #secret(): string {
    return `s${this.#ports.unique()}.${this.#ports.chance().toString(36)}`;
  }

  /** Answers a request. */
  *serve(link: Link, request: Request): Job {
    const { bank } = this;
    const reply = yield* this.#reply(link, request);
    yield pause('before_send', 'answer');
    this.answer(request, reply);
    if (reply.kind === 'ran' && reply.head.seq > 0)
      this.#ports.promised(bank, link, bank.peerOf(link), reply.head.seq, reply.head.hash);
    yield pause('after_send', 'answer');
  }

  answer({ id, from, pair }: Request, reply: Reply): void {
    const { index } = this.bank;
    const signedAt = this.#ports.clock(index);
    this.#ports.send({ id: this.#ports.unique(), from: index, to: from, pair, signedAt, inReplyTo: id, reply });
  }

  *#reply(link: Link, request: Request): Job<Reply> {
    const age = Math.abs(this.#ports.clock(this.bank.index) - request.signedAt);
    if (age > WINDOW_MS) return { kind: 'refused', refusal: refusal('clock_skew') };
    const { ask } = request;
    if (ask.kind === 'open') return yield* this.#takeOpen(link, ask);
    if (ask.kind === 'fetch') return this.#takeFetch(link, ask);
    if (ask.kind === 'close') return yield* takeClose(this.bank, link);
    if (ask.kind === 'agree') return yield* follow(this.bank, link, ask);
    return yield* this.#takeRun(link, ask);
  }

  *#takeOpen(link: Link, ask: Open): Job<Reply> {
    const { bank } = this;
    yield { lock: link.number };
    const work = bank.open(link);
    const seen = work.tx.get(keys.nonce(link.number, ask.nonce)) !== undefined;
    const taken = takeGreeting(work.pair, work.mode, ask, ask.session, seen);
    if (!taken.ok) {
      this.#ports.unlock(bank, link.number);
      return { kind: 'refused', refusal: taken.refusal };
    }
    const { session, sendAfter } = taken.welcome;
    work.tx.put(keys.nonce(link.number, ask.nonce), {});
    work.change = { peerSession: session, sent: sendAfter };
    yield* bank.commit(work, 'open');
    // A partner that is back is worth trying at once.
    this.wake(link, 30);
    const head = headWithin(bank, link, bank.peerOf(link));
    return { kind: 'opened', head, nonce: ask.nonce, closes: closesOf(bank, link) };
  }

  #takeFetch(link: Link, ask: Fetch): Reply {
    const { bank } = this;
    // Pages of two lives of this bank would not fit together.
    const stale = ask.session === '-' ? null : checkSession(bank.row(link).peerSession, ask.session);
    if (stale !== null) return { kind: 'refused', refusal: stale };
    const author = ask.whose === 'mine' ? bank.peerOf(link) : link.me;
    const head = headWithin(bank, link, author);
    const { seq } = ask.after;
    const held = seq <= head.seq ? headAt(bank, link, author, seq).hash : undefined;
    if (held !== ask.after.hash) return { kind: 'fetched', head, entries: null };
    return { kind: 'fetched', head, entries: bank.documents(link, author, seq, Math.min(RUN * 3, head.seq - seq)) };
  }

  *#takeRun(link: Link, ask: Run): Job<Reply> {
    const { bank } = this;
    const peer = bank.peerOf(link);
    const { work, good, bad } = yield* openWith(bank, link, ask.entries);
    const not = refusedIn(work.mode, 'apply') ?? checkSession(work.before.peerSession, ask.session);
    if (not !== null) {
      this.#ports.unlock(bank, link.number);
      return { kind: 'refused', refusal: not };
    }
    const refused = bank.apply(work, good) ?? bad;
    yield* bank.commit(work, good[0]?.entry.body.kind ?? 'run');
    const head = work.pair.heads[peer];
    const row = bank.row(link);
    const has = Math.max(row.pair.acks[peer].seq, row.sent.seq);
    const entries = row.mode === 'open' ? bank.documents(link, link.me, has, RUN) : [];
    // What the answer carries is sent once more only if the partner's next run does not confirm it.
    this.wake(link, entries.length > 0 ? 60 : 0);
    return { kind: 'ran', head, refused, entries };
  }

  /** Takes the answer to the request that is under way. */
  *answered(link: Link, answer: Answer): Job {
    const line = this.line(link);
    const { flight } = line;
    if (flight === null || flight.id !== answer.inReplyTo) return;
    line.flight = null;
    const { reply } = answer;
    if (flight.kind === 'open' && reply.kind === 'opened' && reply.nonce === flight.nonce)
      yield* this.#opened(link, flight.session, reply);
    else if (flight.kind === 'run' && (reply.kind === 'ran' || reply.kind === 'refused'))
      yield* this.#ran(link, flight.sent, reply);
    else if (flight.kind === 'fetch' && reply.kind === 'fetched') yield* this.#fetched(link, flight.whose, reply);
    else if (flight.kind === 'fetch' && reply.kind === 'refused' && reply.refusal.code === 'stale_session')
      yield* this.#greetAgain(link, 'recovering');
    else if (flight.kind === 'end' && (yield* answeredEnd(this.bank, link, line, flight.ask, reply))) {
      line.attempts = 0;
      this.wake(link, 0);
    } else {
      // The partner has forgotten the pair, if it ever knew it: it is shown on the one before.
      const first = this.bank.links.find(({ number }) => number === link.number - SUCCESSOR);
      if (reply.kind === 'refused' && reply.refusal.code === 'unknown_partner' && first !== undefined) {
        this.line(first).show = true;
        this.wake(first, 0);
      }
      this.#again(link);
    }
  }

  *#opened(link: Link, session: string, { head, closes }: Extract<Reply, { kind: 'opened' }>): Job {
    const { bank } = this;
    yield { lock: link.number };
    const work = bank.open(link);
    if (work.mode !== 'waiting') return this.#leave(link);
    const greeted = afterGreeting(head, bank.heldAt(work, head));
    this.line(link).attempts = 0;
    this.line(link).fetched = null;
    const over = closes.length > 0;
    // It may have lost entries of the partner's, which its own journal does not tell: they belong to the position.
    if (greeted.next === 'recover' || (over && !this.line(link).recovered))
      work.change = { mode: 'recovering', mySession: session };
    else work.change = { mode: 'open', mySession: session, sent: greeted.sendAfter };
    if (work.change.mode === 'open' && over) {
      const own = closes.includes(link.me);
      end(work, { theirs: closes.includes(bank.peerOf(link)), ...(own && { own, taken: true }) });
    }
    yield* bank.commit(work, 'open');
    this.wake(link, 0);
  }

  *#ran(link: Link, sent: SentRun, reply: Extract<Reply, { kind: 'ran' | 'refused' }>): Job {
    const { bank } = this;
    const given = reply.kind === 'ran' ? reply.entries : [];
    const { work, good } = yield* openWith(bank, link, given);
    const head = reply.kind === 'ran' ? reply.head : null;
    const held = head === null ? undefined : bank.heldAt(work, head);
    const answer = reply.kind === 'ran' ? reply : { head: null, refused: { refusal: reply.refusal } };
    const after = afterRun(sent, answer, sessionsOf(work.before), held);
    if (work.mode !== 'open' || after.next === 'discard' || after.next === 'wait') {
      if (after.next !== 'wait') return this.#leave(link);
      this.#ports.unlock(bank, link.number);
      return this.#again(link);
    }
    if (after.next === 'greet') work.change = { mode: 'waiting' };
    else if (after.next === 'halt') work.change = { mode: 'halted', halted: after.refusal };
    else {
      this.line(link).attempts = 0;
      work.change = { sent: after.sendAfter };
      bank.apply(work, good);
    }
    yield* bank.commit(work, good[0]?.entry.body.kind ?? 'ran');
    this.wake(link, 0);
  }

  #fetchAfter(link: Link, line: Line, whose: Fetch['whose']): Head {
    const author = whose === 'mine' ? link.me : this.bank.peerOf(link);
    const last = line.fetched?.documents[whose].at(-1);
    if (last !== undefined)
      return { epoch: Number(last['epoch']), seq: Number(last['seq']), hash: this.bank.sealer.hashOf(last) };
    const beginning: Head = { epoch: 0, seq: 0, hash: link.agreement.terms.genesis };
    return line.fetched?.whole ? beginning : this.bank.row(link).pair.heads[author];
  }

  *#fetched(link: Link, whose: Fetch['whose'], reply: Extract<Reply, { kind: 'fetched' }>): Job {
    const line = this.line(link);
    if (this.bank.row(link).mode !== 'recovering') return;
    line.fetched ??= nothingFetched(false);
    if (reply.entries === null) line.fetched = nothingFetched(true);
    else {
      line.fetched.documents[whose].push(...reply.entries);
      if (this.#fetchAfter(link, line, whose).seq >= reply.head.seq) line.fetched.heads[whose] = reply.head;
      if (line.fetched.heads.yours !== undefined) yield* this.#recover(link, line.fetched);
    }
    this.wake(link, 0);
  }

  /** A partner that nothing was heard of for a day is greeted anew. */
  *greetAnew(link: Link): Job {
    yield* this.#greetAgain(link, 'open');
  }

  *#greetAgain(link: Link, mode: PairMode): Job {
    const { bank } = this;
    yield { lock: link.number };
    const work = bank.open(link);
    if (work.mode !== mode) return this.#leave(link);
    this.line(link).fetched = null;
    work.change = { mode: 'waiting' };
    yield* bank.commit(work, 'open');
    this.wake(link, 0);
  }

  *#recover(link: Link, fetched: Fetched): Job {
    const { bank } = this;
    const peer = bank.peerOf(link);
    const { terms } = link.agreement;
    const keys = fetched.whole ? ([keysAtStart(terms, 0), keysAtStart(terms, 1)] as const) : bank.row(link).keys;
    const mine = yield* verifyRun(bank, link, link.me, fetched.documents.mine, keys[link.me]);
    const theirs = yield* verifyRun(bank, link, peer, fetched.documents.yours, keys[peer]);
    yield { lock: link.number };
    const work = bank.open(link);
    if (work.mode !== 'recovering') return this.#leave(link);
    const whole = rebuild(bank, link, work, fetched, mine.good, theirs.good);
    this.line(link).fetched = whole ? nothingFetched(whole) : null;
    this.line(link).recovered = !whole;
    yield* bank.commit(work, 'Resume');
  }

  /** Whether the pair has nothing left to send or to wait for. */
  isQuiet(link: Link): boolean {
    const row = this.bank.row(link);
    if (row.mode === 'halted') return true;
    if (row.mode === 'closed') return isOver(this.bank, link) && askOfEnd(this.bank, link, this.line(link)) === null;
    const acked = row.pair.acks[this.bank.peerOf(link)].seq;
    const delivered = Math.max(acked, row.sent.seq) >= row.pair.heads[link.me].seq;
    return row.mode === 'open' && delivered && !isRecovering(row.pair);
  }
}
