/**
 * A simulated bank: the outer ring in miniature. It loads, lets the core decide, commits, and then
 * sends; delivery is in `delivery.ts`.
 *
 * Promises: entries, transfers, postings and what is to be sent are committed together; nothing is
 * answered before the commit; one piece of work at a time has a pair. Whatever is only in memory is
 * lost at a crash and not missed.
 *
 * @module
 */
import {
  afterFault,
  type Body,
  isRecovering,
  other,
  owesAnswer,
  type Party,
  type Refusal,
  roomOf,
  statementFor,
  type Transfer,
  type VerifiedEntry,
} from '@evenhour/protocol';
import type { JsonObject } from '@evenhour/protocol/wire';
import type { Agreement } from './agreement.ts';
import { SUCCESSOR } from './ending.ts';
import { originOfBank } from './keys.ts';
import type { Sealer } from './seal.ts';
import type { Changes, Store } from './store.ts';
import type { Job, Packet, Pause, Point } from './wire.ts';
import { isMember, keys, type PairRow, type Plan, Transaction, Work } from './work.ts';

/** A pair as one of its banks knows it beside the rows: who is on the other end. */
export interface Link {
  readonly number: number;
  readonly me: Party;
  readonly peer: number;
  readonly agreement: Agreement;
}

/** Why a pair is woken: there may be something to send, or a request was not answered. */
export type Timer =
  | { readonly kind: 'pump'; readonly at: number }
  | { readonly kind: 'unanswered'; readonly id: number };

/** What the world gives a bank. */
export interface Ports {
  /** The bank's clock, in milliseconds. */
  clock(bank: number): number;
  /** A number that was never given before. */
  unique(): number;
  /** 32 bits of chance. */
  chance(): number;
  send(packet: Packet): void;
  /** Wakes a pair of the bank after some time, if the process still lives then. */
  later(bank: Bank, afterMs: number, link: Link, timer: Timer): void;
  unlock(bank: Bank, pair: number): void;
  /** The rows were committed. */
  committed(bank: Bank, changes: Changes): void;
  /** The bank told somebody outside that it holds this entry of a pair. */
  promised(bank: Bank, link: Link, author: Party, seq: number, hash: string): void;
  note(text: string): void;
}

export interface GiveOrder {
  readonly payer: string;
  readonly payee: string;
  /** Minutes, or as many as there is room for, or one more than that. */
  readonly minutes: number | 'room' | 'over';
  readonly plan: Plan;
}

/** An entry with its document. */
export interface Incoming {
  readonly entry: VerifiedEntry;
  readonly document: JsonObject;
}

/** Every pause is made once: there are thousands of them in a run. */
const pauses: Record<Point, Map<string, Pause>> = {
  before_commit: new Map(),
  after_commit: new Map(),
  before_send: new Map(),
  after_send: new Map(),
};

export function pause(point: Point, about: string): Pause {
  const known = pauses[point].get(about);
  if (known !== undefined) return known;
  const made = { point, about };
  pauses[point].set(about, made);
  return made;
}

export class Bank {
  readonly index: number;
  readonly store: Store;
  /** The pairs that this bank knows. */
  links: readonly Link[];
  readonly #first: readonly Link[];
  readonly ports: Ports;
  readonly sealer: Sealer;
  /** Sends for a pair what there is to send; set by `delivery.ts`. */
  readonly wake: (link: Link, afterMs: number) => void;
  /** The rows of pairs in which nothing waits for a person. */
  readonly #settled = new WeakMap<Link, PairRow>();

  constructor(
    index: number,
    store: Store,
    links: readonly Link[],
    sealer: Sealer,
    ports: Ports,
    wake: (link: Link, afterMs: number) => void,
  ) {
    this.index = index;
    this.store = store;
    this.links = links;
    this.#first = links;
    this.sealer = sealer;
    this.ports = ports;
    this.wake = wake;
  }

  /** Looks in the rows which pairs have one that follows. */
  relink(): void {
    const followed = this.#first.flatMap((link): Link[] => {
      const number = link.number + SUCCESSOR;
      const agreement = this.store.rows.get(keys.agreement(number)) as Agreement | undefined;
      return agreement === undefined ? [] : [{ ...link, number, agreement }];
    });
    this.links = [...this.#first, ...followed];
  }

  row(link: Link): PairRow {
    return this.store.rows.get(keys.pair(link.number)) as PairRow;
  }

  begin(): Transaction {
    return new Transaction(this.store, `bank ${this.index}`);
  }

  /** Opens a pair in a transaction. The caller has its lock. */
  open(link: Link): Work {
    return new Work(this.begin(), link.number, link.agreement, this.sealer);
  }

  /** Seals, commits and gives the pair's lock back. */
  *commit(work: Work, about: string): Job {
    yield* work.seal();
    work.save();
    yield* this.#store(work.tx, about);
    this.ports.unlock(this, work.number);
    yield pause('after_commit', about);
  }

  /** After every start: no pair is open until its partner has been greeted. */
  *start(): Job {
    this.relink();
    for (const link of this.links) {
      yield { lock: link.number };
      const work = this.open(link);
      // A session that the partner opened with an older process here could let its late packets in.
      work.change = {
        mySession: '',
        peerSession: '',
        ...(work.mode !== 'halted' && work.mode !== 'closed' && { mode: 'waiting' }),
      };
      yield* this.commit(work, 'start');
    }
    for (const link of this.links) this.wake(link, 0);
  }

  /** A member gives hours to a member of the partner. Returns whether they are on their way. */
  *give(link: Link, order: GiveOrder): Job<boolean> {
    yield { lock: link.number };
    const work = this.open(link);
    const { me } = link;
    const room = roomOf(work.pair.views[me], me);
    const minutes = order.minutes === 'room' ? room : order.minutes === 'over' ? room + 1 : order.minutes;
    const id = `${originOfBank(this.index)}/ap/transfers/${this.ports.unique()}`;
    const body: Body = {
      kind: 'Hold',
      transfer: id,
      minutes,
      payerRef: order.payer,
      payeeRef: order.payee,
      detail: 'A'.repeat(43),
    };
    const refused = work.mode === 'open' && minutes >= 1 ? this.tryWrite(work, body) : 'not now';
    if (refused !== null) {
      this.ports.unlock(this, link.number);
      return false;
    }
    work.tx.put(keys.plan(id), { plan: order.plan });
    yield* this.commit(work, 'Hold');
    const hold = work.fresh[0]?.entry;
    if (hold !== undefined) this.ports.promised(this, link, me, hold.seq, hold.hash);
    this.wake(link, 0);
    return true;
  }

  /** Writes one entry that is about no transfer: an Amend or a Checkpoint. */
  *say(link: Link, make: (work: Work) => Body | null): Job {
    yield { lock: link.number };
    const work = this.open(link);
    const body = work.mode === 'open' ? make(work) : null;
    if (body === null || this.tryWrite(work, body) !== null) {
      this.ports.unlock(this, link.number);
      return;
    }
    yield* this.commit(work, body.kind);
    this.wake(link, 0);
  }

  *state(link: Link): Job {
    yield* this.say(link, (work) => ({ kind: 'Checkpoint', statement: statementFor(work.pair) }));
  }

  /** Minutes between two members of this bank. */
  *local(from: string, to: string, minutes: number): Job {
    const tx = this.begin();
    tx.post({ debit: from, credit: to, minutes, cause: `local ${this.ports.unique()}`, undoes: false });
    yield* this.#store(tx, 'local');
    yield pause('after_commit', 'local');
  }

  *#store(tx: Transaction, about: string): Job {
    yield pause('before_commit', about);
    tx.close();
    const soon = this.store.commit(tx.changes);
    if (soon instanceof Promise) yield soon;
    this.ports.committed(this, tx.changes);
  }

  /** Writes, and returns the code of a refusal. */
  tryWrite(work: Work, body: Body): string | null {
    const written = work.write(body);
    return written.ok ? null : written.refusal.code;
  }

  /**
   * Applies a run of the partner's entries up to the first that cannot be taken, and writes what
   * they lead to. Returns the refusal of that entry.
   */
  apply(work: Work, run: readonly Incoming[]): { seq: number; refusal: Refusal } | null {
    const recovering = isRecovering(work.pair);
    let refused: { seq: number; refusal: Refusal } | null = null;
    for (const { entry, document } of run) {
      const result = work.receive(entry, document);
      if (result.outcome === 'appended') {
        if (work.before.doubted) work.change = { ...work.change, doubted: false };
        if (result.breach === null) this.#react(work, result.appended.transfer);
        continue;
      }
      const { code } = result.refusal;
      if (code === 'known_already' || code === 'stale_epoch') continue;
      refused = { seq: entry.seq, refusal: result.refusal };
      if (result.outcome === 'fault') this.#doubt(work, result.refusal, entry.hash, document);
      break;
    }
    if (work.mode !== 'open') return refused;
    if (owesAnswer(work.pair)) this.#must(work, { kind: 'Checkpoint', statement: statementFor(work.pair) });
    if (recovering && !isRecovering(work.pair)) this.catchUp(work, false);
    return refused;
  }

  /** The partner's entry does not continue its journal, or names what this bank may have lost. */
  #doubt(work: Work, fault: Refusal, hash: string, document: JsonObject): void {
    const doubted = work.change.doubted ?? work.before.doubted;
    if (afterFault(fault, doubted) === 'greet') {
      work.change = { ...work.change, mode: 'waiting', peerSession: '', doubted: true };
      return;
    }
    work.tx.put(`evidence ${work.number} ${hash}`, { code: fault.code, document });
    work.change = { ...work.change, mode: 'halted', halted: fault };
  }

  #react(work: Work, transfer: Transfer | null): void {
    if (transfer === null || isRecovering(work.pair)) return;
    const body = this.#due(work, transfer, false);
    if (body !== null) this.#must(work, body);
  }

  /** Writes everything that this bank owes the pair. `all` ends also what waits for a person. */
  catchUp(work: Work, all: boolean): void {
    if (isRecovering(work.pair)) return;
    for (const key of work.transfers().keys()) {
      for (;;) {
        const transfer = work.get(key);
        const body = transfer === undefined ? null : this.#due(work, transfer, all);
        if (body === null) break;
        this.#must(work, body);
      }
    }
  }

  /** What I have to write next about a transfer, or `null`. */
  #due(work: Work, transfer: Transfer, all: boolean): Body | null {
    const { id, minutes } = transfer;
    if (!transfer.holdCounts || transfer.voided !== null || transfer.declined !== null) return null;
    if (transfer.debtor !== work.pair.me) {
      if (transfer.posted !== null)
        return transfer.receipted === null
          ? { kind: 'Receipt', transfer: id, unclaimed: !isMember(transfer.payeeRef) }
          : null;
      if (transfer.accepted !== null) return null;
      return transfer.payeeRef === 'nobody'
        ? { kind: 'HoldDecline', transfer: id, code: 'unknown_payee' }
        : { kind: 'HoldAccept', transfer: id };
    }
    if (transfer.accepted === null || transfer.posted !== null) return null;
    const known = work.tx.get<{ plan: Plan }>(keys.plan(id))?.plan;
    // A restored bank may not know any more what was meant.
    if (known === undefined || known === 'void') return { kind: 'Void', transfer: id };
    if (known === 'wait' && !all) return null;
    return { kind: 'Post', transfer: id, minutes: known === 'post_less' ? Math.ceil(minutes / 2) : minutes };
  }

  /** What follows from an entry with effect has effect itself, or the program is wrong. */
  #must(work: Work, body: Body): void {
    const refused = this.tryWrite(work, body);
    if (refused !== null) throw new Error(`bank ${this.index}: its own ${body.kind} is refused: ${refused}`);
  }

  /** Ends what waits for a person. */
  *settle(link: Link): Job {
    yield { lock: link.number };
    const work = this.open(link);
    const done = this.#settled.get(link) === work.before;
    if (work.mode === 'open' && !done) this.catchUp(work, true);
    if (work.fresh.length === 0) {
      this.#settled.set(link, work.before);
      this.ports.unlock(this, link.number);
      return;
    }
    yield* this.commit(work, 'settle');
    this.wake(link, 0);
  }

  /** The hash that this bank holds of its own entry at a place; the genesis hash before the first. */
  heldAt(work: Work, head: { readonly epoch: number; readonly seq: number }): string | undefined {
    if (head.seq === 0) return work.agreement.terms.genesis;
    const row = work.entry(work.pair.me, head.seq);
    return row !== undefined && row.entry.epoch === head.epoch ? row.entry.hash : undefined;
  }

  /** My documents after a place, as far as they are committed. */
  documents(link: Link, author: Party, after: number, most: number): JsonObject[] {
    const last = Math.min(this.row(link).pair.heads[author].seq, after + most);
    const documents: JsonObject[] = [];
    for (let seq = after + 1; seq <= last; seq++) {
      const row = this.store.rows.get(keys.entry(link.number, author, seq)) as { document: JsonObject } | undefined;
      if (row === undefined) throw new Error(`bank ${this.index} has no entry ${seq} of ${author}`);
      documents.push(row.document);
    }
    return documents;
  }

  peerOf(link: Link): Party {
    return other(link.me);
  }
}
