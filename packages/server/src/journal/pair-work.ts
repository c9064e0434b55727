/**
 * The driver of one pair inside one transaction: loads, lets the core decide, stores.
 *
 * Promises: what is stored is exactly what the core decided; entries that were written are chained
 * first and signed in parallel when the work is saved; nothing is visible before the commit.
 *
 * @module
 */
import {
  type Appended,
  type Body,
  type Pair,
  type Received,
  receive,
  refuse,
  type Transfer,
  transferKey,
  type VerifiedEntry,
  type Written,
  write,
} from '@evenhour/protocol';
import { completeProof, prepareProof } from '@evenhour/protocol/proof';
import { draftHasher, encodeEntry } from '@evenhour/protocol/wire';
import { and, eq } from 'drizzle-orm';
import type { Bank } from '../bank/bank.ts';
import type { Queries } from '../db/database.ts';
import { pair as pairTable } from '../db/schema.ts';
import {
  heldHashes,
  insertEntries,
  type LoadedPair,
  loadTransfers,
  lockPair,
  type PairRow,
  pairColumns,
  type StoredEntry,
  saveTransfers,
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
    | 'statedSeq'
    | 'statementAt'
    | 'deliveredSeq'
    | 'testedAt'
    | 'lastSeenAt'
    | 'lastError'
    | 'attempts'
    | 'nextAttemptAt'
    | 'mySession'
    | 'peerSession'
    | 'honourPending'
    | 'accept'
  >
>;

export class PairWork {
  readonly tx: Queries;
  readonly bank: Bank;
  readonly row: PairRow;
  readonly core: LoadedPair['core'];
  pair: Pair;
  /** Set before {@link save} to change columns that the fold does not decide. */
  changes: PairChanges = {};
  readonly #book = new Map<string, Transfer>();
  readonly #touched = new Set<string>();
  readonly #received: StoredEntry[] = [];
  readonly #written: Appended[] = [];
  #held = new Map<string, string>();

  private constructor(tx: Queries, bank: Bank, loaded: LoadedPair) {
    this.tx = tx;
    this.bank = bank;
    this.row = loaded.row;
    this.core = loaded.core;
    this.pair = loaded.pair;
  }

  static async open(tx: Queries, bank: Bank, pairId: string): Promise<PairWork | null> {
    const loaded = await lockPair(tx, bank.id, pairId);
    return loaded === null ? null : new PairWork(tx, bank, loaded);
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
    const transfers = await loadTransfers(this.tx, this.bank.id, this.row.id, ids);
    for (const [key, transfer] of transfers) if (!this.#book.has(key)) this.#book.set(key, transfer);
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
    const mode = this.changes.mode ?? this.row.mode;
    if (mode === 'halted') return refuse('pair_halted');
    // Before the partner has said what it holds, a restored bank could write a second entry at one place.
    if (mode === 'waiting') return refuse('pair_waiting');
    const result = write(this.pair, this.#book, body, draftHasher(this.core, this.row.id));
    if (result.ok) {
      this.#take(result.pair, result.appended);
      this.#written.push(result.appended);
    }
    return result;
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

  /** Signs and stores. Returns the signed entries that were written. */
  async save(): Promise<StoredEntry[]> {
    const created = new Date().toISOString();
    const written = await Promise.all(
      this.#written.map(async ({ entry, judged }): Promise<StoredEntry> => {
        const document = encodeEntry(this.core, this.row.id, entry);
        const signed = await completeProof(prepareProof(document, this.bank.key, created));
        return { judged, ackSeq: entry.ack.seq, document: JSON.stringify(signed) };
      }),
    );
    await insertEntries(this.tx, this.bank.id, this.row.id, [...this.#received, ...written]);
    const touched = [...this.#touched].map((key) => this.#book.get(key)).filter((t) => t !== undefined);
    await saveTransfers(this.tx, this.bank.id, this.row.id, touched);
    await this.tx
      .update(pairTable)
      .set({ ...pairColumns(this.pair), ...this.changes })
      .where(and(eq(pairTable.bankId, this.bank.id), eq(pairTable.id, this.row.id)));
    return written;
  }
}
