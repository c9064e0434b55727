/**
 * One transaction of a simulated bank: the rows that it reads and changes, the core's decisions on
 * one pair, and the postings that follow from them.
 *
 * Promises: nothing is kept unless the transaction is committed; every posting names the entry that
 * caused it, and moves minutes between two accounts of one bank, so the bank sums to zero.
 *
 * @module
 */
import {
  type Appended,
  appendOwn,
  type Body,
  type Book,
  type Both,
  type Draft,
  type Entry,
  type HashDraft,
  type Head,
  judge,
  type KeySchedule,
  keysAfter,
  other,
  type Pair,
  type PairMode,
  type Party,
  type Received,
  type Refusal,
  type RefusalCode,
  receive,
  resume,
  type Transfer,
  transferKey,
  type VerifiedEntry,
  type Written,
  withParty,
  write,
} from '@evenhour/protocol';
import type { JsonObject } from '@evenhour/protocol/wire';
import type { Agreement } from './agreement.ts';
import type { Sealer } from './seal.ts';
import type { Row, Store } from './store.ts';

export interface PairRow {
  readonly pair: Pair;
  readonly mode: PairMode;
  /** Which key each bank's entries are signed with, from which place on. */
  readonly keys: Both<KeySchedule>;
  /** The session that the partner accepted from us, and the one that we accepted from it. */
  readonly mySession: string;
  readonly peerSession: string;
  /** Where sending goes on: the last of my entries that the partner is known to hold. */
  readonly sent: Head;
  readonly halted: Refusal | null;
  /** Whether an `ack` of the partner's made this bank doubt its own journal, and nothing was appended since. */
  readonly doubted: boolean;
}

export interface EntryRow {
  readonly entry: Entry;
  readonly document: JsonObject;
  readonly breach: RefusalCode | null;
}

export interface AccountRow {
  readonly balance: number;
}

export interface PostingRow {
  readonly debit: string;
  readonly credit: string;
  readonly minutes: number;
  /** Hash of the entry. */
  readonly cause: string;
  /** True when it takes back what an entry moved that a restore left without a place. */
  readonly undoes: boolean;
}

/** What the payer's bank does once its hold is accepted. */
export type Plan = 'post' | 'post_less' | 'void' | 'wait';

export const MEMBERS = 4;

/** Keys of entries by pair, author and place, each made once: nothing else is asked for as often. */
const entryKeys = new Map<number, string[]>();

function entryKey(pair: number, author: Party, seq: number): string {
  const made = entryKeys.get(pair * 2 + author) ?? [];
  if (made.length === 0) entryKeys.set(pair * 2 + author, made);
  while (made.length <= seq) made.push(`entry ${pair} ${author} ${made.length}`);
  return made[seq] as string;
}

/** Keys by the number of a pair or the name of an account, each made once. */
function keysOf<T extends number | string>(table: string): (name: T) => string {
  const made = new Map<T, string>();
  return (name) => {
    const known = made.get(name);
    if (known !== undefined) return known;
    const key = `${table} ${name}`;
    made.set(name, key);
    return key;
  };
}

export const keys = {
  pair: keysOf<number>('pair'),
  entry: entryKey,
  transfers: (pair: number) => `transfer ${pair} `,
  end: keysOf<number>('end'),
  agreement: keysOf<number>('agreement'),
  account: keysOf<string>('account'),
  plan: (id: string) => `plan ${id}`,
  nonce: (pair: number, nonce: string) => `nonce ${pair} ${nonce}`,
};

/** Where a bank books what it credited and nobody owes any more. */
export const LOSS = 'loss';

export const mirrorOf = (pair: number): string => `mirror ${pair}`;

export class Transaction {
  readonly changes = new Map<string, Row | null>();
  readonly #rows: ReadonlyMap<string, Row>;
  readonly #bank: string;
  readonly #postings: PostingRow[] = [];

  constructor(store: Store, bank: string) {
    this.#rows = store.rows;
    this.#bank = bank;
  }

  get<T extends Row>(key: string): T | undefined {
    const changed = this.changes.size === 0 ? undefined : this.changes.get(key);
    return (changed === undefined ? this.#rows.get(key) : (changed ?? undefined)) as T | undefined;
  }

  put(key: string, row: Row): void {
    this.changes.set(key, row);
  }

  /** All rows whose keys begin so, by the rest of their keys. */
  under<T extends Row>(prefix: string): Map<string, T> {
    const found = new Map<string, T>();
    for (const rows of [this.#rows, this.changes])
      for (const [key, row] of rows) {
        if (!key.startsWith(prefix)) continue;
        if (row === null) found.delete(key.slice(prefix.length));
        else found.set(key.slice(prefix.length), row as T);
      }
    return found;
  }

  drop(key: string): void {
    this.changes.set(key, null);
  }

  post(posting: PostingRow): void {
    this.#postings.push(posting);
  }

  /** Numbers the postings and adds them up, on the balances as they are now: the last act before the commit. */
  close(): void {
    let { count } = this.get<{ count: number }>('postings') ?? { count: 0 };
    for (const posting of this.#postings) {
      this.put(`posting ${count++}`, posting);
      this.#add(posting.debit, -posting.minutes);
      this.#add(posting.credit, posting.minutes);
    }
    if (this.#postings.length > 0) this.put('postings', { count });
  }

  #add(account: string, minutes: number): void {
    const key = keys.account(account);
    const row = this.get<AccountRow>(key);
    if (row === undefined) throw new Error(`${this.#bank} has no account ${account}`);
    this.put(key, { balance: row.balance + minutes });
  }
}

/** A pair inside a transaction, and the book of its transfers. */
export class Work implements Book {
  readonly tx: Transaction;
  readonly number: number;
  readonly agreement: Agreement;
  readonly before: PairRow;
  pair: Pair;
  keys: Both<KeySchedule>;
  change: Partial<Omit<PairRow, 'pair' | 'keys'>> = {};
  /** Own entries of this transaction, to be sealed before it is committed. */
  readonly fresh: { readonly entry: Entry; readonly document: JsonObject; readonly breach: RefusalCode | null }[] = [];
  readonly #sealer: Sealer;
  readonly #hash: HashDraft;
  #document: JsonObject = {};
  readonly #prefix: string;
  #signer: string | undefined;

  constructor(tx: Transaction, number: number, agreement: Agreement, sealer: Sealer) {
    const row = tx.get<PairRow>(keys.pair(number));
    if (row === undefined) throw new Error(`no pair ${number}`);
    this.tx = tx;
    this.number = number;
    this.agreement = agreement;
    this.before = row;
    this.pair = row.pair;
    this.keys = row.keys;
    this.#sealer = sealer;
    this.#hash = (draft) => {
      const { document, hash } = sealer.encode(
        agreement,
        draft,
        this.#signer ?? this.pair.views[this.pair.me].keys[this.pair.me],
      );
      this.#document = document;
      return hash;
    };
    this.#prefix = keys.transfers(number);
  }

  get(key: string): Transfer | undefined {
    return this.tx.get<Transfer>(this.#prefix + key);
  }

  has(key: string): boolean {
    return this.get(key) !== undefined;
  }

  get mode(): PairMode {
    return this.change.mode ?? this.before.mode;
  }

  /** My next entry, if the rules allow it. */
  write(body: Body): Written {
    const written = write(this.pair, this, body, this.#hash);
    if (written.ok) this.#keepOwn(written.pair, written.appended, null);
    return written;
  }

  /** My next entry without asking the rules: what a dishonest bank does. */
  cheat(body: Body): Entry {
    const breach = judge(this.pair.views[this.pair.me], this, this.pair.me, body);
    const done = appendOwn(this.pair, this, this.draft(body, {}), breach);
    this.#keepOwn(done.pair, done.appended, breach?.code ?? null);
    return done.appended.entry;
  }

  /** An entry that is not kept: what a dishonest bank shows to others only, under any of its keys. */
  draft(body: Body, change: Partial<Draft>, key?: string): Entry {
    this.#signer = key;
    const { me, heads } = this.pair;
    const head = heads[me];
    const draft: Draft = {
      author: me,
      epoch: head.epoch,
      seq: head.seq + 1,
      prev: head.hash,
      ack: heads[other(me)],
      body,
      ...change,
    };
    const hash = this.#hash(draft);
    this.#signer = undefined;
    return { ...draft, hash };
  }

  /** The wire form of the entry that {@link draft} made last. */
  get lastDocument(): JsonObject {
    return this.#document;
  }

  resume(chance: number): void {
    const done = resume(this.pair, this, chance, this.#hash);
    this.#keepOwn(done.pair, done.appended, null);
  }

  #keepOwn(pair: Pair, appended: Appended, breach: RefusalCode | null): void {
    this.pair = pair;
    this.fresh.push({ entry: appended.entry, document: this.#document, breach });
    this.keep(appended, this.#document, breach);
  }

  /** An entry of the partner. */
  receive(entry: VerifiedEntry, document: JsonObject): Received {
    const held = this.entry(entry.author, entry.seq);
    const hash = held !== undefined && held.entry.epoch === entry.epoch ? held.entry.hash : undefined;
    const result = receive(this.pair, this, entry, hash);
    if (result.outcome === 'appended') {
      this.pair = result.pair;
      this.keep(result.appended, document, result.breach?.code ?? null);
    }
    return result;
  }

  entry(author: Party, seq: number): EntryRow | undefined {
    return this.tx.get<EntryRow>(keys.entry(this.number, author, seq));
  }

  /** Stores an entry that the core appended, its transfer, and what it moves. */
  keep(appended: Appended, document: JsonObject, breach: RefusalCode | null): void {
    const { entry, transfer } = appended;
    this.tx.put(keys.entry(this.number, entry.author, entry.seq), { entry, document, breach });
    const schedule = keysAfter(this.keys[entry.author], entry);
    if (schedule !== this.keys[entry.author]) this.keys = withParty(this.keys, entry.author, schedule);
    if (transfer !== null) this.tx.put(this.transferKey(transfer), transfer);
    if (breach === null && entry.body.kind === 'Post') this.#move(entry, transfer, false);
  }

  /**
   * All transfers of the pair, by `transferKey` and in its order: a database gives rows in another than memory does.
   */
  transfers(): Map<string, Transfer> {
    const found = [...this.tx.under<Transfer>(this.#prefix)];
    return new Map(found.sort(([a], [b]) => (a < b ? -1 : 1)));
  }

  transferKey(transfer: Transfer): string {
    return this.#prefix + transferKey(transfer.debtor, transfer.id);
  }

  /** Takes back what an entry moved that no longer stands. */
  undo(entry: Entry, transfer: Transfer | undefined): void {
    if (entry.body.kind === 'Post') this.#move(entry, transfer ?? null, true);
  }

  #move(entry: Entry, transfer: Transfer | null, undoes: boolean): void {
    if (entry.body.kind !== 'Post' || transfer === null) throw new Error('only a Post of a transfer moves minutes');
    const mirror = mirrorOf(this.number);
    const member = entry.author === this.pair.me ? transfer.payerRef : payee(transfer);
    const out = (entry.author === this.pair.me) !== undoes;
    this.tx.post({
      debit: out ? member : mirror,
      credit: out ? mirror : member,
      minutes: entry.body.minutes,
      cause: entry.hash,
      undoes,
    });
  }

  /** Puts the pair into the transaction. Own entries are sealed by the caller. */
  save(): void {
    this.tx.put(keys.pair(this.number), { ...this.before, ...this.change, keys: this.keys, pair: this.pair });
  }

  /** The documents of my own entries, sealed. */
  *seal(): Generator<Promise<unknown>, void, unknown> {
    if (this.fresh.length === 0) return;
    const soon = this.fresh.map(({ entry, document }) => this.#sealer.seal(this.agreement, entry, document));
    const waits = soon.some((each) => each instanceof Promise);
    const sealed = (waits ? yield Promise.all(soon) : soon) as JsonObject[];
    for (const [index, { entry, breach }] of this.fresh.entries())
      this.tx.put(keys.entry(this.number, entry.author, entry.seq), { entry, document: sealed[index], breach });
  }
}

/** The account of the payee, or the bank's own for hours that nobody can be given. */
export function payee(transfer: { readonly payeeRef: string }): string {
  return isMember(transfer.payeeRef) ? transfer.payeeRef : 'unclaimed';
}

export function isMember(reference: string): boolean {
  return /^m[0-3]$/.test(reference);
}
