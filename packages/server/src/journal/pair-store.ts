/**
 * Pairs, journal entries and transfers between the tables and the core's values.
 *
 * Promises: every query names the bank; a pair is loaded under a row lock, so that one process at
 * a time changes it; entries are stored exactly as they were signed.
 *
 * @module
 */
import {
  type AgreementCore,
  type Both,
  type Head,
  type Judged,
  other,
  type Pair,
  type PairTerms,
  type Party,
  type Transfer,
  termsOf,
  transferKey,
  type View,
} from '@evenhour/protocol';
import { and, eq, sql } from 'drizzle-orm';
import type { Queries } from '../db/database.ts';
import { journalEntry, pair as pairTable, pairTransfer } from '../db/schema.ts';
import { rowsOf, textArray } from '../ledger/ledger.ts';

export type PairRow = typeof pairTable.$inferSelect;

/** What `pair.state` holds: the fold, without what the journal table has anyway. */
interface StoredState {
  readonly heads: Both<Head>;
  readonly acks: Both<Head>;
  readonly views: Both<View>;
}

export interface LoadedPair {
  readonly row: PairRow;
  readonly core: AgreementCore;
  readonly pair: Pair;
}

export function termsOfRow(row: PairRow): PairTerms {
  return termsOf(row.core as AgreementCore, row.id, row.genesis);
}

/** Locks a pair and reads it. `null` when this bank has no such pair. */
export async function lockPair(tx: Queries, bankId: string, pairId: string): Promise<LoadedPair | null> {
  const [row] = await tx
    .select()
    .from(pairTable)
    .where(and(eq(pairTable.bankId, bankId), eq(pairTable.id, pairId)))
    .for('no key update');
  return row === undefined ? null : loaded(tx, row);
}

/** The fold of a row at the present, for whoever only asks how it stands. */
export function presentView(row: PairRow): View {
  return (row.state as StoredState).views[row.me as Party];
}

/** Reads a pair without a lock: for pages and statements. */
export async function readPair(tx: Queries, bankId: string, pairId: string): Promise<LoadedPair | null> {
  const [row] = await tx
    .select()
    .from(pairTable)
    .where(and(eq(pairTable.bankId, bankId), eq(pairTable.id, pairId)));
  return row === undefined ? null : loaded(tx, row);
}

async function loaded(tx: Queries, row: PairRow): Promise<LoadedPair> {
  const state = row.state as StoredState;
  const me = row.me as Party;
  const unacknowledged = await judgedAfter(tx, row.bankId, row.id, me, state.acks[other(me)].seq);
  const pair: Pair = { terms: termsOfRow(row), me, ...state, unacknowledged };
  return { row, core: row.core as AgreementCore, pair };
}

async function judgedAfter(tx: Queries, bankId: string, pairId: string, author: Party, seq: number): Promise<Judged[]> {
  const rows = await tx
    .select({
      epoch: journalEntry.epoch,
      seq: journalEntry.seq,
      hash: journalEntry.hash,
      kind: journalEntry.kind,
      breach: journalEntry.breach,
      transfer: journalEntry.transfer,
      minutes: journalEntry.minutes,
      change: journalEntry.change,
    })
    .from(journalEntry)
    .where(
      and(
        eq(journalEntry.bankId, bankId),
        eq(journalEntry.pairId, pairId),
        eq(journalEntry.author, author),
        sql`${journalEntry.seq} > ${seq}`,
      ),
    )
    .orderBy(journalEntry.seq);
  return rows.map((row) => ({ author, ...row })) as Judged[];
}

export interface StoredEntry {
  readonly judged: Judged;
  readonly ackSeq: number;
  readonly document: string;
}

export async function insertEntries(
  tx: Queries,
  bankId: string,
  pairId: string,
  entries: readonly StoredEntry[],
): Promise<void> {
  if (entries.length === 0) return;
  const rows = entries.map(({ judged, ackSeq, document }) => ({
    author: judged.author,
    epoch: judged.epoch,
    seq: judged.seq,
    hash: judged.hash,
    kind: judged.kind,
    transfer: judged.transfer,
    minutes: judged.minutes,
    breach: judged.breach,
    change: judged.change,
    ack_seq: ackSeq,
    document,
  }));
  await tx.execute(sql`
    insert into journal_entry (bank_id, pair_id, author, epoch, seq, hash, kind, transfer, minutes, breach, change, ack_seq, document)
    select ${bankId}, ${pairId}, r.* from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
      as r(author smallint, epoch bigint, seq bigint, hash text, kind text, transfer text, minutes bigint, breach text, change jsonb, ack_seq bigint, document text)`);
}

export async function loadTransfers(
  tx: Queries,
  bankId: string,
  pairId: string,
  ids: readonly string[],
): Promise<Map<string, Transfer>> {
  if (ids.length === 0) return new Map();
  const rows = await tx
    .select({ state: pairTransfer.state })
    .from(pairTransfer)
    .where(
      and(
        eq(pairTransfer.bankId, bankId),
        eq(pairTransfer.pairId, pairId),
        sql`${pairTransfer.id} = any(${textArray(ids)})`,
      ),
    );
  const transfers = rows.map((row) => row.state as Transfer);
  return new Map(transfers.map((transfer) => [transferKey(transfer.debtor, transfer.id), transfer]));
}

export async function saveTransfers(
  tx: Queries,
  bankId: string,
  pairId: string,
  transfers: readonly Transfer[],
): Promise<void> {
  if (transfers.length === 0) return;
  const rows = transfers.map((transfer) => ({
    debtor: transfer.debtor,
    id: transfer.id,
    state: transfer,
    underway: isUnderway(transfer),
  }));
  await tx.execute(sql`
    insert into pair_transfer (bank_id, pair_id, debtor, id, state, underway)
    select ${bankId}, ${pairId}, r.* from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
      as r(debtor smallint, id text, state jsonb, underway boolean)
    on conflict (bank_id, pair_id, debtor, id) do update set state = excluded.state, underway = excluded.underway`);
}

/** Held or posted, and not yet at its end. */
export function isUnderway(transfer: Transfer): boolean {
  return transfer.holdCounts && transfer.declined === null && transfer.voided === null && transfer.receipted === null;
}

/** The transfers of a pair that are on their way, oldest first. */
export async function underway(tx: Queries, bankId: string, pairId: string): Promise<Transfer[]> {
  const rows = await tx
    .select({ state: pairTransfer.state })
    .from(pairTransfer)
    .where(and(eq(pairTransfer.bankId, bankId), eq(pairTransfer.pairId, pairId), sql`${pairTransfer.underway}`))
    .limit(1000);
  return rows.map((row) => row.state as Transfer).sort((a, b) => a.hold - b.hold);
}

/** Hashes that are held at these places of the partner's journal, by `epoch seq`. */
export async function heldHashes(
  tx: Queries,
  bankId: string,
  pairId: string,
  author: Party,
  seqs: readonly number[],
): Promise<Map<string, string>> {
  if (seqs.length === 0) return new Map();
  const result = await tx.execute(sql`
    select epoch::bigint as epoch, seq::bigint as seq, hash from journal_entry
    where bank_id = ${bankId} and pair_id = ${pairId} and author = ${author}
      and seq >= ${Math.min(...seqs)} and seq <= ${Math.max(...seqs)}`);
  return new Map(
    rowsOf<{ epoch: number; seq: number; hash: string }>(result).map((row) => [`${row.epoch} ${row.seq}`, row.hash]),
  );
}

export interface JournalRow {
  readonly epoch: number;
  readonly seq: number;
  readonly hash: string;
  readonly document: string;
}

/** Entries after `seq`, as they were signed, at most `limit` of them and about `maxBytes` in all. */
export async function readEntries(
  tx: Queries,
  bankId: string,
  pairId: string,
  author: Party,
  after: number,
  limit: number,
  maxBytes = 700_000,
): Promise<JournalRow[]> {
  const rows = await tx
    .select({
      epoch: journalEntry.epoch,
      seq: journalEntry.seq,
      hash: journalEntry.hash,
      document: journalEntry.document,
    })
    .from(journalEntry)
    .where(
      and(
        eq(journalEntry.bankId, bankId),
        eq(journalEntry.pairId, pairId),
        eq(journalEntry.author, author),
        sql`${journalEntry.seq} > ${after}`,
      ),
    )
    .orderBy(journalEntry.seq)
    .limit(limit);
  let bytes = 0;
  const fits = rows.findIndex((row) => {
    bytes += row.document.length;
    return bytes > maxBytes;
  });
  return fits <= 0 ? rows : rows.slice(0, fits);
}

/** The columns of `pair` that follow from the fold. */
export function pairColumns(pair: Pair): {
  state: StoredState;
  debtMinutes: number;
  openMinutes: number;
  limitMinutes: number;
} {
  const { heads, acks, views, me } = pair;
  const view = views[me];
  return {
    state: { heads, acks, views },
    debtMinutes: me === 0 ? view.debt : -view.debt,
    openMinutes: view.openMinutes[me],
    limitMinutes: view.limits[me],
  };
}
