/**
 * The driver of one pair inside one transaction: loads, lets the core decide, stores.
 *
 * Promises: what is stored is exactly what the core decided; entries that were written are chained
 * first and signed in parallel when the work is saved; nothing is visible before the commit.
 *
 * @module
 */
import { randomBytes } from 'node:crypto';
import {
  type Appended,
  type Body,
  type Pair,
  type Received,
  type Recovered,
  receive,
  refusedIn,
  resume,
  type Transfer,
  transferKey,
  type VerifiedEntry,
  type Written,
  write,
} from '@evenhour/protocol';
import { completeProof, prepareProof } from '@evenhour/protocol/proof';
import { draftHasher, encodeEntry } from '@evenhour/protocol/wire';
import { and, eq, sql } from 'drizzle-orm';
import type { Bank } from '../bank/bank.ts';
import { type Queries, unwaited } from '../db/database.ts';
import { newId } from '../db/id.ts';
import { pair as pairTable } from '../db/schema.ts';
import { type NewPosting, postingRows } from '../ledger/ledger.ts';
import {
  insertTransfers,
  messageRows,
  messagesAnswered,
  type NewMessage,
  type TransferChange,
  type TransferRow,
  transferChanges,
} from '../transfer/transfer-store.ts';
import {
  entryRows,
  heldHashes,
  keep,
  type LoadedPair,
  loadTransfers,
  lockPair,
  type PairLine,
  type PairRow,
  pairColumns,
  type StoredEntry,
  transferRows,
} from './pair-store.ts';

/** Columns of the pair that a piece of work may change beside the fold. */
export type PairChanges = Partial<
  Pick<
    PairRow,
    | 'mode'
    | 'haltedBecause'
    | 'status'
    | 'statement'
    | 'statementAgrees'
    | 'statementWeSayMinutes'
    | 'statedSeqs'
    | 'statementAt'
    | 'deliveredSeq'
    | 'sendAfterSeq'
    | 'doubted'
    | 'testedAt'
    | 'lastSeenAt'
    | 'lastError'
    | 'attempts'
    | 'nextAttemptAt'
    | 'mySession'
    | 'peerSession'
    | 'honourPending'
    | 'ownKey'
    | 'keyChanges'
    | 'accept'
  >
>;

export class PairWork {
  readonly tx: Queries;
  readonly bank: Bank;
  readonly row: PairLine;
  readonly core: LoadedPair['core'];
  pair: Pair;
  /** The pair before this work. */
  readonly asLoaded: Pair;
  /** Set before {@link save} to change columns that the fold does not decide. */
  changes: PairChanges = {};
  /** Ids of the exchanges whose hours the work moved: their state is looked at once it is saved. */
  readonly exchanges = new Set<string>();
  readonly #book: Map<string, Transfer>;
  /** Ids of transfers that were looked for in the table. */
  readonly #looked: Set<string>;
  readonly #touched = new Set<string>();
  readonly #received: StoredEntry[] = [];
  readonly #written: { readonly appended: Appended; readonly key: string }[] = [];
  #held = new Map<string, string>();
  readonly #postings: NewPosting[] = [];
  readonly #transfers: TransferChange[] = [];
  readonly #begun: TransferRow[] = [];
  readonly #messages: NewMessage[] = [];
  readonly #answered: string[] = [];

  private constructor(tx: Queries, bank: Bank, loaded: LoadedPair, looked: Iterable<string>) {
    this.tx = tx;
    this.bank = bank;
    this.row = loaded.row;
    this.core = loaded.core;
    this.pair = loaded.pair;
    this.asLoaded = loaded.pair;
    this.#book = new Map(loaded.book);
    this.#looked = new Set(looked);
  }

  /**
   * Locks a pair and loads it, and transfers that are known to be needed with it. `null` when this bank has no such
   * pair. What is read after the call, is read under the lock.
   */
  static async open(
    tx: Queries,
    bank: Bank,
    pairId: string,
    transfers: readonly string[] = [],
  ): Promise<PairWork | null> {
    const [loaded, found] = await Promise.all([
      lockPair(tx, bank.id, pairId),
      loadTransfers(tx, bank.id, pairId, transfers),
    ]);
    if (loaded === null) return null;
    const work = new PairWork(tx, bank, loaded, transfers);
    for (const [key, transfer] of found) work.#book.set(key, transfer);
    return work;
  }

  /** Loads what the core needs to judge these entries. */
  async prepare(entries: readonly VerifiedEntry[]): Promise<void> {
    const ids = new Set<string>();
    for (const entry of entries) if ('transfer' in entry.body) ids.add(entry.body.transfer);
    // An ack that goes back is a fault, and is judged with all that an earlier one reached.
    const lastAck = Math.max(0, ...entries.map((entry) => entry.ack.seq));
    for (const mine of this.pair.unacknowledged)
      if (mine.transfer !== null && mine.seq <= lastAck) ids.add(mine.transfer);
    await this.need([...ids]);
    const first = entries[0];
    if (first === undefined) return;
    const head = this.pair.heads[first.author].seq;
    const known = entries.filter((entry) => entry.seq <= head).map((entry) => entry.seq);
    this.#held = await heldHashes(this.tx, this.bank.id, this.row.id, first.author, known);
  }

  /** Loads transfers by their ids. Must come before a write that names them. */
  async need(ids: readonly string[]): Promise<void> {
    const missing = ids.filter(
      (id) => !(this.#looked.has(id) || this.#book.has(transferKey(0, id)) || this.#book.has(transferKey(1, id))),
    );
    for (const id of missing) this.#looked.add(id);
    const transfers = await loadTransfers(this.tx, this.bank.id, this.row.id, missing);
    for (const [key, transfer] of transfers) this.#book.set(key, transfer);
  }

  transfer(debtor: 0 | 1, id: string): Transfer | undefined {
    return this.#book.get(transferKey(debtor, id));
  }

  /** Decides one entry of the partner. `document` is the entry as it was signed. */
  receive(entry: VerifiedEntry, document: string): Received {
    const result = receive(this.pair, this.#book, entry, this.#held.get(`${entry.epoch} ${entry.seq}`));
    if (result.outcome === 'appended') {
      this.#take(result.pair, result.appended);
      this.#received.push({ judged: result.appended.judged, ackSeq: entry.ack.seq, document });
      this.#held.set(`${entry.epoch} ${entry.seq}`, entry.hash);
    }
    return result;
  }

  /** Decides my next entry; it is signed when the work is saved. */
  write(body: Body): Written {
    // Before the partner has said what it holds, a restored bank could write a second entry at one place.
    const refused = refusedIn(this.changes.mode ?? this.row.mode, 'write');
    if (refused !== null) return { ok: false, refusal: refused };
    const result = write(this.pair, this.#book, body, draftHasher(this.core, this.row.id));
    if (result.ok) this.#wrote(result.pair, result.appended);
    return result;
  }

  #wrote(pair: Pair, appended: Appended): void {
    const { me, views } = this.pair;
    this.#written.push({ appended, key: views[me].keys[me] });
    this.#take(pair, appended);
  }

  /**
   * Puts what a recovery found in the place of the fold, and begins an epoch with a Resume. `documents` are the
   * entries to store, as they were signed, by their hashes; `changed` the transfers to store.
   */
  restore(
    { pair, transfers, reapplied }: Extract<Recovered, { ok: true }>,
    documents: ReadonlyMap<string, string>,
    changed: readonly string[],
  ): void {
    this.pair = pair;
    this.#book.clear();
    for (const [key, transfer] of transfers) this.#book.set(key, transfer);
    for (const key of changed) this.#touched.add(key);
    for (const { appended } of reapplied) {
      const { entry, judged } = appended;
      const document = documents.get(entry.hash);
      if (document !== undefined) this.#received.push({ judged, ackSeq: entry.ack.seq, document });
    }
    const chance = randomBytes(4).readUInt32BE();
    const begun = resume(pair, this.#book, chance, draftHasher(this.core, this.row.id));
    this.#wrote(begun.pair, begun.appended);
  }

  get wrote(): number {
    return this.#written.length;
  }

  #take(pair: Pair, appended: Appended): void {
    this.pair = pair;
    if (appended.transfer === null) return;
    const key = transferKey(appended.transfer.debtor, appended.transfer.id);
    this.#book.set(key, appended.transfer);
    this.#touched.add(key);
  }

  /** What the work does to the ledger; written when the work is saved. */
  post(posting: NewPosting): void {
    this.#postings.push(posting);
  }

  /** A transfer that begins with this work. */
  begin(row: TransferRow): void {
    this.#begun.push(row);
  }

  /** What the work changes in a transfer. */
  change(change: TransferChange): void {
    this.#transfers.push(change);
  }

  /** Messages that the work sends, or has received. */
  note(messages: readonly NewMessage[]): void {
    this.#messages.push(...messages);
  }

  /** Our own messages that need not be sent any more. */
  answered(ids: readonly string[]): void {
    this.#answered.push(...ids);
  }

  /**
   * Signs what was written and stores everything in one statement, which travels with the commit. Returns the entries
   * that were written.
   */
  async save(): Promise<StoredEntry[]> {
    const { tx, bank, row, core, pair } = this;
    await insertTransfers(tx, this.#begun);
    const created = new Date().toISOString();
    const written = await Promise.all(
      this.#written.map(async ({ appended: { entry, judged }, key }): Promise<StoredEntry> => {
        const signer = await bank.signingKey(tx, key);
        const document = encodeEntry(core, row.id, entry);
        const signed = await completeProof(prepareProof(document, signer, created));
        return { judged, ackSeq: entry.ack.seq, document: JSON.stringify(signed) };
      }),
    );
    const entries = [...this.#received, ...written];
    const touched = [...this.#touched].map((key) => this.#book.get(key)).filter((t) => t !== undefined);
    const parts = [
      entries.length > 0 && entryRows(bank.id, row.id, entries),
      touched.length > 0 && transferRows(bank.id, row.id, touched),
      this.#postings.length > 0 && postingRows(bank.id, this.#postings),
      this.#transfers.length > 0 && transferChanges(bank.id, this.#transfers),
      this.#messages.length > 0 && sql`${messageRows(bank.id, this.#messages)} on conflict do nothing`,
      this.#answered.length > 0 && messagesAnswered(bank.id, row.id, this.#answered),
    ].filter((part) => part !== false);
    const moved = pair !== this.asLoaded;
    const version = moved ? newId() : row.version;
    if (!moved && parts.length === 0 && Object.keys(this.changes).length === 0) return [];
    const update = tx
      .update(pairTable)
      .set({ version, ...(moved && pairColumns(pair)), ...this.changes })
      .where(and(eq(pairTable.bankId, bank.id), eq(pairTable.id, row.id)))
      .getSQL();
    const named = parts.map((part, index) => sql`${sql.raw(`part${index}`)} as (${part})`);
    await unwaited(tx, tx.execute(named.length === 0 ? update : sql`with ${sql.join(named, sql`, `)} ${update}`));
    if (moved) keep(row, version, { core, pair, book: this.#book });
    return written;
  }
}
