/**
 * Gifts in their table, and the exchange messages that are on their way.
 *
 * @module
 */
import { and, desc, eq, lt, ne, type SQL, sql } from 'drizzle-orm';
import type { Caller } from '../auth/tokens.ts';
import { type Queries, unwaited } from '../db/database.ts';
import { account, exchangeMessage, member, transfer } from '../db/schema.ts';
import { type NewPosting, postingRows, rowsOf, textArray } from '../ledger/ledger.ts';

export type TransferRow = typeof transfer.$inferSelect;
export type TransferStatus = TransferRow['status'];
export type MessageRow = typeof exchangeMessage.$inferSelect;

/**
 * A change to one exchange; what is not named stays, but for the code of an earlier status and the transfer of one that
 * has no Hold.
 */
export interface TransferChange {
  readonly id: string;
  readonly status: TransferStatus;
  readonly code?: string;
  readonly facts?: Readonly<Record<string, string | number | boolean>>;
  readonly transfer?: string;
  readonly peerRef?: string;
  readonly holdId?: string;
  readonly counterpartyName?: string;
  /** What moved, where it is less than was held. */
  readonly minutes?: number;
}

/** The statement that changes exchanges; of several changes to one, what a later one names counts. */
export function transferChanges(bankId: string, changes: readonly TransferChange[]): SQL {
  const latest = new Map<string, TransferChange>();
  for (const change of changes) latest.set(change.id, { ...latest.get(change.id), ...change });
  const rows = [...latest.values()].map((change) => ({
    id: change.id,
    status: change.status,
    code: change.code ?? null,
    facts: change.facts ?? null,
    transfer: change.transfer ?? null,
    peer_ref: change.peerRef ?? null,
    hold_id: change.holdId ?? null,
    name: change.counterpartyName ?? null,
    minutes: change.minutes ?? null,
  }));
  return sql`update transfer e set status = r.status, code = r.code, facts = coalesce(r.facts, e.facts),
      transfer = case r.status when 'accepted' then null else coalesce(r.transfer, e.transfer) end,
      peer_ref = coalesce(r.peer_ref, e.peer_ref), hold_id = coalesce(r.hold_id, e.hold_id),
      counterparty_name = coalesce(r.name, e.counterparty_name), minutes = coalesce(r.minutes, e.minutes),
      updated_at = now()
    from json_to_recordset(${JSON.stringify(rows)}::json)
      as r(id text, status text, code text, facts jsonb, transfer text, peer_ref text, hold_id text, name text,
        minutes bigint)
    where e.bank_id = ${bankId} and e.id = r.id`;
}

/** An exchange with what is asked of its member when minutes come. `ceiling` is the account's. */
export interface TransferAtDesk {
  readonly row: TransferRow;
  readonly memberActive: boolean;
  readonly ceiling: number | null;
}

/** The exchanges that transfers belong to, and those that a partner began with these details. */
export async function transfersOf(
  tx: Queries,
  bankId: string,
  pairId: string,
  transfers: readonly string[],
  details: readonly string[],
): Promise<TransferAtDesk[]> {
  const found = await Promise.all([
    atDesk(tx, bankId, pairId, transfers, sql`${transfer.transfer} = any(${textArray(transfers)})`),
    atDesk(
      tx,
      bankId,
      pairId,
      details,
      sql`${transfer.direction} = 'in' and ${transfer.detail} = any(${textArray(details)})`,
    ),
  ]);
  return found.flat();
}

async function atDesk(
  tx: Queries,
  bankId: string,
  pairId: string,
  wanted: readonly string[],
  where: SQL,
): Promise<TransferAtDesk[]> {
  if (wanted.length === 0) return [];
  const rows = await tx
    .select({ row: transfer, status: member.status, ceiling: account.ceiling })
    .from(transfer)
    .innerJoin(member, and(eq(member.bankId, transfer.bankId), eq(member.id, transfer.memberId)))
    .innerJoin(account, and(eq(account.bankId, transfer.bankId), eq(account.id, transfer.accountId)))
    .where(and(eq(transfer.bankId, bankId), eq(transfer.pairId, pairId), where));
  return rows.map(({ row, status, ceiling }) => ({ row, memberActive: status === 'active', ceiling }));
}

/** Minutes that were promised to these members' accounts and have not come yet. */
export async function onTheirWayTo(
  tx: Queries,
  bankId: string,
  memberIds: readonly string[],
): Promise<Map<string, number>> {
  if (memberIds.length === 0) return new Map();
  const rows = await tx
    .select({ account: transfer.accountId, minutes: sql<number>`sum(${transfer.minutes})::bigint` })
    .from(transfer)
    .where(
      and(
        eq(transfer.bankId, bankId),
        eq(transfer.direction, 'in'),
        eq(transfer.status, sql`'held'`),
        sql`${transfer.memberId} = any(${textArray(memberIds)})`,
      ),
    )
    .groupBy(transfer.accountId);
  return new Map(rows.map((row) => [row.account, Number(row.minutes)]));
}

export async function transferById(tx: Queries, bankId: string, id: string): Promise<TransferRow | undefined> {
  const [row] = await tx
    .select()
    .from(transfer)
    .where(and(eq(transfer.bankId, bankId), eq(transfer.id, id)));
  return row;
}

/** Whether somebody may see an exchange: either member of this bank that it is about, and the operator. */
export function maySee(row: TransferRow, caller: Caller): boolean {
  if (caller.role === 'operator' || row.memberId === caller.memberId) return true;
  return row.direction === 'local' && row.counterparty === caller.memberId;
}

/** Exchanges newest first; `before` is the id of the last one seen. */
export async function listTransfers(
  tx: Queries,
  bankId: string,
  filter: { memberId?: string; pairId?: string; before?: string; limit: number },
): Promise<TransferRow[]> {
  return tx
    .select()
    .from(transfer)
    .where(
      and(
        eq(transfer.bankId, bankId),
        filter.memberId === undefined ? undefined : eq(transfer.memberId, filter.memberId),
        filter.pairId === undefined ? undefined : eq(transfer.pairId, filter.pairId),
        filter.before === undefined ? undefined : lt(transfer.id, filter.before),
      ),
    )
    .orderBy(desc(transfer.id))
    .limit(filter.limit);
}

/** Writes gifts that begin: their exchanges, their offers and what they do to the ledger, in one statement. */
export async function beginGifts(
  tx: Queries,
  bankId: string,
  exchanges: readonly TransferRow[],
  offers: readonly NewMessage[],
  postings: readonly NewPosting[],
): Promise<void> {
  if (exchanges.length === 0) return;
  const begun = sql`
    with e as (${exchangeRows(exchanges)}), m as (${messageRows(bankId, offers)})
    ${postingRows(bankId, postings)}`;
  await unwaited(tx, tx.execute(begun));
}

/**
 * Stores exchanges that a partner began; answers the URLs of those that are new. One that the partner
 * took back before its offer came is none.
 */
export async function insertTransfers(tx: Queries, exchanges: readonly TransferRow[]): Promise<Set<string>> {
  if (exchanges.length === 0) return new Set();
  const result = await tx.execute(sql`
    ${exchangeRows(exchanges)} x
    where not exists (
      select 1 from exchange_message m where m.bank_id = x.bank_id and m.pair_id = x.pair_id and m.id = x.url || '/2')
    on conflict do nothing returning url`);
  return new Set(rowsOf<{ url: string }>(result).map((row) => row.url));
}

function exchangeRows(exchanges: readonly TransferRow[]): SQL {
  const rows = exchanges.map((row) => ({
    bank_id: row.bankId,
    id: row.id,
    direction: row.direction,
    pair_id: row.pairId,
    url: row.url,
    member_id: row.memberId,
    account_id: row.accountId,
    counterparty: row.counterparty,
    counterparty_name: row.counterpartyName,
    minutes: row.minutes,
    content: row.content,
    status: row.status,
    transfer: row.transfer,
    own_ref: row.ownRef,
    peer_ref: row.peerRef,
    salt: row.salt,
    detail: row.detail,
    reverses: row.reverses,
    hold_id: row.holdId,
    unnamed: row.unnamed,
    purpose: row.purpose,
    exchange_id: row.exchangeId,
    part: row.part,
    created_at: row.createdAt,
    updated_at: row.updatedAt,
  }));
  return sql`insert into transfer select * from json_populate_recordset(null::transfer, ${JSON.stringify(rows)}::json)`;
}

/** Minutes of gifts to the partner of a pair that no hold in the journal covers yet, as a column beside its row. */
export const unheldMinutes: SQL<number> = sql`(select coalesce(sum(minutes), 0)::bigint from transfer
  where bank_id = "pair"."bank_id" and pair_id = "pair"."id" and status in ('offered', 'accepted') and direction = 'out')`;

export interface NewMessage {
  readonly id: string;
  readonly pairId: string;
  readonly direction: 'out' | 'in';
  readonly exchangeId: string;
  readonly hash: string;
  readonly document: string;
  readonly pending: boolean;
}

/** Stores messages; answers the ids of those that were not known. */
export async function insertMessages(
  tx: Queries,
  bankId: string,
  messages: readonly NewMessage[],
): Promise<Set<string>> {
  if (messages.length === 0) return new Set();
  const result = await tx.execute(sql`${messageRows(bankId, messages)} on conflict do nothing returning id`);
  return new Set(rowsOf<{ id: string }>(result).map((row) => row.id));
}

/** Takes messages back that were stored in this transaction. */
export async function dropMessages(tx: Queries, bankId: string, pairId: string, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return;
  await tx
    .delete(exchangeMessage)
    .where(
      and(
        eq(exchangeMessage.bankId, bankId),
        eq(exchangeMessage.pairId, pairId),
        sql`${exchangeMessage.id} = any(${textArray(ids)})`,
      ),
    );
}

/** The statement that writes messages. */
export function messageRows(bankId: string, messages: readonly NewMessage[]): SQL {
  const rows = messages.map(({ pairId, exchangeId, ...rest }) => ({
    ...rest,
    pair_id: pairId,
    exchange_id: exchangeId,
  }));
  return sql`insert into exchange_message (bank_id, pair_id, id, direction, exchange_id, hash, document, pending)
    select ${bankId}, r.* from json_to_recordset(${JSON.stringify(rows)}::json)
      as r(pair_id text, id text, direction text, exchange_id text, hash text, document text, pending boolean)`;
}

export async function messagesById(
  tx: Queries,
  bankId: string,
  pairId: string,
  ids: readonly string[],
): Promise<Map<string, MessageRow>> {
  if (ids.length === 0) return new Map();
  const rows = await tx
    .select()
    .from(exchangeMessage)
    .where(
      and(
        eq(exchangeMessage.bankId, bankId),
        eq(exchangeMessage.pairId, pairId),
        sql`${exchangeMessage.id} = any(${textArray(ids)})`,
      ),
    );
  return new Map(rows.map((row) => [row.id, row]));
}

/** Our messages about these exchanges of the partner, as they were signed. */
export async function answersTo(
  tx: Queries,
  bankId: string,
  pairId: string,
  exchanges: readonly string[],
): Promise<string[]> {
  if (exchanges.length === 0) return [];
  const rows = await tx
    .select({ document: exchangeMessage.document })
    .from(exchangeMessage)
    .where(
      and(
        eq(exchangeMessage.bankId, bankId),
        eq(exchangeMessage.pairId, pairId),
        eq(exchangeMessage.direction, sql`'out'`),
        // Of a member who has left there is none.
        ne(exchangeMessage.document, ''),
        sql`${exchangeMessage.exchangeId} = any(${textArray(exchanges)})`,
      ),
    );
  return rows.map((row) => row.document);
}

export interface PendingMessage {
  readonly id: string;
  readonly exchangeId: string;
  readonly document: string;
}

/** Our own messages that the partner of a pair has not answered, oldest first, as a column beside its row. */
export function pendingMessages(limit: number): SQL<PendingMessage[] | null> {
  return sql`(select json_agg(m) from (select id, exchange_id as "exchangeId", document from exchange_message
    where bank_id = "pair"."bank_id" and pair_id = "pair"."id" and pending order by at, id limit ${limit}) m)`;
}

/** The statement after which these messages of ours are not sent again. */
export function messagesAnswered(bankId: string, pairId: string, ids: readonly string[]): SQL {
  return sql`update exchange_message set pending = false
    where bank_id = ${bankId} and pair_id = ${pairId} and direction = 'out' and id = any(${textArray(ids)})`;
}
