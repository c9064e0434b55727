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
  type Party,
  type Transfer,
  termsOf,
  transferKey,
  type View,
} from '@evenhour/protocol';
import { and, eq, getTableColumns, inArray, type SQL, sql } from 'drizzle-orm';
import type { Queries } from '../db/database.ts';
import { pair as pairTable, pairTransfer, standingEntry } from '../db/schema.ts';
import { rowsOf, textArray } from '../ledger/ledger.ts';

export type PairRow = typeof pairTable.$inferSelect;

/** What `pair.state` holds: the fold, without what the journal table has anyway. */
interface StoredState {
  readonly heads: Both<Head>;
  readonly acks: Both<Head>;
  readonly views: Both<View>;
  readonly differs?: Head;
}

/** A row without what is large: that is read only when it has changed. */
export type PairLine = Omit<PairRow, 'core' | 'state' | 'offer' | 'accept'>;

const { core: _core, state: _state, offer: _offer, accept: _accept, ...lineColumns } = getTableColumns(pairTable);
export const pairLine = lineColumns;

export interface LoadedPair {
  readonly row: PairLine;
  readonly core: AgreementCore;
  readonly pair: Pair;
  /** Transfers that are known already; there may be others in the table. */
  readonly book: ReadonlyMap<string, Transfer>;
}

interface Kept extends Omit<LoadedPair, 'row'> {
  readonly version: string;
}

/** Folds as they were stored last, by bank and pair. One counts only while the row has its version. */
const kept = new Map<string, Kept>();
const MAX_KEPT = 500;

/**
 * Remembers a fold that is being stored. If the transaction is rolled back, or another process stores
 * after it, the row has another version and this is never looked at.
 */
export function keep(row: PairLine, version: string, { core, pair, book }: Omit<LoadedPair, 'row'>): void {
  const key = `${row.bankId} ${row.id}`;
  kept.delete(key);
  kept.set(key, { version, core, pair, book: stillNeeded(pair, book) });
  const oldest = kept.keys().next().value;
  if (kept.size > MAX_KEPT && oldest !== undefined) kept.delete(oldest);
}

function keptFold(row: PairLine): Kept | undefined {
  const known = kept.get(`${row.bankId} ${row.id}`);
  return known?.version === row.version ? known : undefined;
}

/** Transfers under way, and those of which the partner has not acknowledged everything. */
function stillNeeded(pair: Pair, book: ReadonlyMap<string, Transfer>): Map<string, Transfer> {
  const named = new Set(pair.unacknowledged.map((entry) => entry.transfer));
  return new Map([...book].filter(([, transfer]) => isUnderway(transfer) || named.has(transfer.id)));
}

/** The fold of a whole row at the present, for whoever only asks how it stands. */
export function presentView(row: Pick<PairRow, 'state' | 'me'>): View {
  return (row.state as StoredState).views[row.me as Party];
}

/** How far the two journals of a whole row go at the present. */
export function presentHeads(row: Pick<PairRow, 'state'>): Both<Head> {
  return (row.state as StoredState).heads;
}

/**
 * Locks a pair and reads it. `null` when this bank has no such pair. The lock is asked for before this returns: what is
 * read after the call, is read under the lock.
 */
export async function lockPair(tx: Queries, bankId: string, pairId: string): Promise<LoadedPair | null> {
  const [row] = await tx
    .select(pairLine)
    .from(pairTable)
    .where(and(eq(pairTable.bankId, bankId), eq(pairTable.id, pairId)))
    .for('no key update')
    .execute();
  if (row === undefined) return null;
  const loaded = await loadPair(tx, row);
  if (keptFold(row) === undefined) keep(row, row.version, loaded);
  return loaded;
}

/** Reads a pair without a lock: for pages and statements. */
export async function readPair(tx: Queries, bankId: string, pairId: string): Promise<LoadedPair | null> {
  const [row] = await tx
    .select(pairLine)
    .from(pairTable)
    .where(and(eq(pairTable.bankId, bankId), eq(pairTable.id, pairId)));
  return row === undefined ? null : loadPair(tx, row);
}

/** The pair of a row that was just read. */
export async function loadPair(tx: Queries, row: PairLine): Promise<LoadedPair> {
  const known = keptFold(row);
  if (known !== undefined) return { ...known, row };
  const [stored] = await tx
    .select({ core: pairTable.core, state: pairTable.state })
    .from(pairTable)
    .where(and(eq(pairTable.bankId, row.bankId), eq(pairTable.id, row.id)));
  if (stored === undefined) throw new Error(`pair ${row.id} is gone`);
  const state = stored.state as StoredState;
  const core = stored.core as AgreementCore;
  const me = row.me as Party;
  const unacknowledged = await judgedEntries(tx, row, me, { after: state.acks[other(me)].seq });
  const pair: Pair = { terms: termsOf(core, row.id, row.genesis), me, ...state, unacknowledged };
  return { row, core, pair, book: new Map() };
}

/** Entries as they were judged, in order: after one place, up to another if one is given. */
export async function judgedEntries(
  tx: Queries,
  { bankId, id }: Pick<PairLine, 'bankId' | 'id'>,
  author: Party,
  { after, upTo, limit }: { readonly after: number; readonly upTo?: number; readonly limit?: number },
): Promise<(Judged & { readonly ackSeq: number })[]> {
  const query = tx
    .select({
      epoch: standingEntry.epoch,
      seq: standingEntry.seq,
      hash: standingEntry.hash,
      kind: standingEntry.kind,
      breach: standingEntry.breach,
      transfer: standingEntry.transfer,
      minutes: standingEntry.minutes,
      change: standingEntry.change,
      ackSeq: standingEntry.ackSeq,
    })
    .from(standingEntry)
    .where(
      and(
        eq(standingEntry.bankId, bankId),
        eq(standingEntry.pairId, id),
        eq(standingEntry.author, author),
        sql`${standingEntry.seq} > ${after}`,
        upTo === undefined ? undefined : sql`${standingEntry.seq} <= ${upTo}`,
      ),
    )
    .orderBy(standingEntry.seq);
  const rows = await (limit === undefined ? query : query.limit(limit));
  return rows.map((row) => ({ author, ...row })) as (Judged & { ackSeq: number })[];
}

export interface StoredEntry {
  readonly judged: Judged;
  readonly ackSeq: number;
  readonly document: string;
}

/** The statement that writes entries. */
export function entryRows(bankId: string, pairId: string, entries: readonly StoredEntry[]): SQL {
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
  return sql`insert into journal_entry (bank_id, pair_id, author, epoch, seq, hash, kind, transfer, minutes, breach, change, ack_seq, document)
    select ${bankId}, ${pairId}, r.* from json_to_recordset(${JSON.stringify(rows)}::json)
      as r(author smallint, epoch bigint, seq bigint, hash text, kind text, transfer text, minutes bigint, breach text, change jsonb, ack_seq bigint, document text)`;
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

/** The statement that writes what the journals say of transfers now. */
export function transferRows(bankId: string, pairId: string, transfers: readonly Transfer[]): SQL {
  const rows = transfers.map((transfer) => ({
    debtor: transfer.debtor,
    id: transfer.id,
    state: transfer,
    underway: isUnderway(transfer),
  }));
  return sql`insert into pair_transfer (bank_id, pair_id, debtor, id, state, underway)
    select ${bankId}, ${pairId}, r.* from json_to_recordset(${JSON.stringify(rows)}::json)
      as r(debtor smallint, id text, state jsonb, underway boolean)
    on conflict (bank_id, pair_id, debtor, id) do update set state = excluded.state, underway = excluded.underway`;
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

/** The same of several pairs at once, by the pair. */
export async function underwayIn(
  tx: Queries,
  bankId: string,
  pairIds: readonly string[],
): Promise<ReadonlyMap<string, readonly Transfer[]>> {
  if (pairIds.length === 0) return new Map();
  const rows = await tx
    .select({ pairId: pairTransfer.pairId, state: pairTransfer.state })
    .from(pairTransfer)
    .where(
      and(eq(pairTransfer.bankId, bankId), inArray(pairTransfer.pairId, [...pairIds]), sql`${pairTransfer.underway}`),
    )
    .limit(1000 * pairIds.length);
  const found = new Map<string, Transfer[]>(pairIds.map((id) => [id, []]));
  for (const { pairId, state } of rows) found.get(pairId)?.push(state as Transfer);
  for (const transfers of found.values()) transfers.sort((a, b) => a.hold - b.hold);
  return found;
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
    select epoch::bigint as epoch, seq::bigint as seq, hash from standing_entry
    where bank_id = ${bankId} and pair_id = ${pairId} and author = ${author}
      and seq >= ${Math.min(...seqs)} and seq <= ${Math.max(...seqs)}`);
  return new Map(
    rowsOf<{ epoch: number; seq: number; hash: string }>(result).map((row) => [`${row.epoch} ${row.seq}`, row.hash]),
  );
}

/** The place and hash of an entry that is held here; the genesis for 0. `null` when the journal is shorter. */
export async function headAt(
  tx: Queries,
  row: Pick<PairLine, 'bankId' | 'id' | 'genesis'>,
  author: Party,
  seq: number,
): Promise<Head | null> {
  if (seq === 0) return { epoch: 0, seq, hash: row.genesis };
  const [entry] = await tx
    .select({ epoch: standingEntry.epoch, seq: standingEntry.seq, hash: standingEntry.hash })
    .from(standingEntry)
    .where(
      and(
        eq(standingEntry.bankId, row.bankId),
        eq(standingEntry.pairId, row.id),
        eq(standingEntry.author, author),
        eq(standingEntry.seq, seq),
      ),
    );
  return entry ?? null;
}

/** The hash that is held of an own entry at this epoch and seq, as the core asks for it. */
export async function heldHash(tx: Queries, row: PairLine, { epoch, seq }: Head): Promise<string | undefined> {
  const held = await headAt(tx, row, row.me as Party, seq);
  return held?.epoch === epoch ? held.hash : undefined;
}

export interface JournalRow {
  readonly epoch: number;
  readonly seq: number;
  readonly hash: string;
  readonly document: string;
}

const MAX_BYTES = 700_000;

/** Entries after `seq`, as they were signed, at most `limit` of them and about `maxBytes` in all. */
export async function readEntries(
  tx: Queries,
  bankId: string,
  pairId: string,
  author: Party,
  after: number,
  limit: number,
  maxBytes = MAX_BYTES,
): Promise<JournalRow[]> {
  const rows = await tx
    .select({
      epoch: standingEntry.epoch,
      seq: standingEntry.seq,
      hash: standingEntry.hash,
      document: standingEntry.document,
    })
    .from(standingEntry)
    .where(
      and(
        eq(standingEntry.bankId, bankId),
        eq(standingEntry.pairId, pairId),
        eq(standingEntry.author, author),
        sql`${standingEntry.seq} > ${after}`,
      ),
    )
    .orderBy(standingEntry.seq)
    .limit(limit);
  return thatFit(rows, maxBytes);
}

/** Our own entries that a pair has to send, as a column beside its row. Read with {@link thatFit}. */
export function toSend(limit: number): SQL<JournalRow[] | null> {
  return sql`(select json_agg(e) from (select epoch, seq, hash, document from standing_entry
    where bank_id = "pair"."bank_id" and pair_id = "pair"."id" and author = "pair"."me" and seq > "pair"."send_after_seq"
    order by seq limit ${limit}) e)`;
}

/** The first of these entries, of about `maxBytes` in all and at least one. */
export function thatFit(rows: JournalRow[], maxBytes = MAX_BYTES): JournalRow[] {
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
  const { heads, acks, views, me, differs } = pair;
  const view = views[me];
  return {
    state: { heads, acks, views, ...(differs !== undefined && { differs }) },
    debtMinutes: me === 0 ? view.debt : -view.debt,
    openMinutes: view.openMinutes[me],
    limitMinutes: view.limits[me],
  };
}
