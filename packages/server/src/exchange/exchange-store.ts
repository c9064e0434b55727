/**
 * Gifts in their table, and the exchange messages that are on their way.
 *
 * @module
 */
import { and, desc, eq, lt, sql } from 'drizzle-orm';
import type { Caller } from '../auth/tokens.ts';
import type { Queries } from '../db/database.ts';
import { exchange, exchangeMessage, type pair as pairTable } from '../db/schema.ts';
import { type NewPosting, rowsOf, textArray } from '../ledger/ledger.ts';

export type ExchangeRow = typeof exchange.$inferSelect;
export type ExchangeStatus = ExchangeRow['status'];
export type MessageRow = typeof exchangeMessage.$inferSelect;

/** A change to one exchange; what is not named stays. */
export interface ExchangeChange {
  readonly id: string;
  readonly status: ExchangeStatus;
  readonly code?: string;
  readonly facts?: Readonly<Record<string, string | number | boolean>>;
  readonly transfer?: string;
  readonly peerRef?: string;
  readonly counterpartyName?: string;
}

export async function updateExchanges(tx: Queries, bankId: string, changes: readonly ExchangeChange[]): Promise<void> {
  if (changes.length === 0) return;
  const latest = new Map<string, ExchangeChange>();
  for (const change of changes) latest.set(change.id, { ...latest.get(change.id), ...change });
  const rows = [...latest.values()].map((change) => ({
    id: change.id,
    status: change.status,
    code: change.code ?? null,
    facts: change.facts ?? null,
    transfer: change.transfer ?? null,
    peer_ref: change.peerRef ?? null,
    name: change.counterpartyName ?? null,
  }));
  await tx.execute(sql`
    update exchange e set status = r.status, code = coalesce(r.code, e.code), facts = coalesce(r.facts, e.facts),
      transfer = coalesce(r.transfer, e.transfer), peer_ref = coalesce(r.peer_ref, e.peer_ref),
      counterparty_name = coalesce(r.name, e.counterparty_name), updated_at = now()
    from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
      as r(id text, status text, code text, facts jsonb, transfer text, peer_ref text, name text)
    where e.bank_id = ${bankId} and e.id = r.id`);
}

/** The exchanges that these transfers or details belong to. */
export async function exchangesFor(
  tx: Queries,
  bankId: string,
  pairId: string,
  transfers: readonly string[],
  details: readonly string[],
): Promise<ExchangeRow[]> {
  // Two questions, for one with an OR would read the whole history.
  const own = and(eq(exchange.bankId, bankId), eq(exchange.pairId, pairId));
  const byTransfer =
    transfers.length === 0
      ? []
      : await tx
          .select()
          .from(exchange)
          .where(and(own, sql`${exchange.transfer} = any(${textArray(transfers)})`));
  const byDetail =
    details.length === 0
      ? []
      : await tx
          .select()
          .from(exchange)
          .where(and(own, eq(exchange.direction, sql`'in'`), sql`${exchange.detail} = any(${textArray(details)})`));
  const seen = new Set(byTransfer.map((row) => row.id));
  return [...byTransfer, ...byDetail.filter((row) => !seen.has(row.id))];
}

export async function exchangeById(tx: Queries, bankId: string, id: string): Promise<ExchangeRow | undefined> {
  const [row] = await tx
    .select()
    .from(exchange)
    .where(and(eq(exchange.bankId, bankId), eq(exchange.id, id)));
  return row;
}

/** Whether somebody may see an exchange: either member of this bank that it is about, and the operator. */
export function maySee(row: ExchangeRow, caller: Caller): boolean {
  if (caller.role === 'operator' || row.memberId === caller.memberId) return true;
  return row.direction === 'local' && row.counterparty === caller.memberId;
}

/** Exchanges newest first; `before` is the id of the last one seen. */
export async function listExchanges(
  tx: Queries,
  bankId: string,
  filter: { memberId?: string; pairId?: string; before?: string; limit: number },
): Promise<ExchangeRow[]> {
  return tx
    .select()
    .from(exchange)
    .where(
      and(
        eq(exchange.bankId, bankId),
        filter.memberId === undefined ? undefined : eq(exchange.memberId, filter.memberId),
        filter.pairId === undefined ? undefined : eq(exchange.pairId, filter.pairId),
        filter.before === undefined ? undefined : lt(exchange.id, filter.before),
      ),
    )
    .orderBy(desc(exchange.id))
    .limit(filter.limit);
}

/** The same, as a column beside the pair. */
export function unheldOf(pair: typeof pairTable): ReturnType<typeof sql<number>> {
  return sql<number>`(select coalesce(sum(x.minutes), 0)::bigint from exchange x
    where x.bank_id = ${pair.bankId} and x.pair_id = ${pair.id} and x.status in ('offered', 'accepted') and x.direction = 'out')`;
}

/** Writes a gift that begins: its exchange, its offer and the giver's minutes put aside, in one statement. */
export async function beginGift(tx: Queries, row: ExchangeRow, offer: NewMessage, hold: NewPosting): Promise<void> {
  const values = {
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
    salt: row.salt,
    detail: row.detail,
    reverses: row.reverses,
    hold_id: row.holdId,
    purpose: row.purpose,
    created_at: row.createdAt,
    updated_at: row.updatedAt,
  };
  await tx.execute(sql`
    with e as (insert into exchange select * from jsonb_populate_record(null::exchange, ${JSON.stringify(values)}::jsonb)),
    m as (
      insert into exchange_message (bank_id, pair_id, id, direction, exchange_id, hash, document, pending)
      values (${row.bankId}, ${row.pairId}, ${offer.id}, ${offer.direction}, ${offer.exchangeId}, ${offer.hash}, ${offer.document}, ${offer.pending})
    )
    insert into posting (bank_id, id, kind, debit, credit, minutes, cause, exchange_id)
    values (${row.bankId}, ${hold.id}, ${hold.kind}, ${hold.debit}, ${hold.credit}, ${hold.minutes}, ${hold.cause}, ${hold.exchangeId ?? null})`);
}

/** Minutes of gifts to a partner that no hold in the journal covers yet. */
export async function unheldMinutes(tx: Queries, bankId: string, pairId: string): Promise<number> {
  const result = await tx.execute(sql`
    select coalesce(sum(minutes), 0)::bigint as total from exchange
    where bank_id = ${bankId} and pair_id = ${pairId} and status in ('offered', 'accepted') and direction = 'out'`);
  return Number(rowsOf<{ total: number }>(result)[0]?.total ?? 0);
}

export interface NewMessage {
  readonly id: string;
  readonly direction: 'out' | 'in';
  readonly exchangeId: string;
  readonly hash: string;
  readonly document: string;
  readonly pending: boolean;
}

/** Stores messages; one that is known already stays as it is. */
export async function insertMessages(
  tx: Queries,
  bankId: string,
  pairId: string,
  messages: readonly NewMessage[],
): Promise<void> {
  if (messages.length === 0) return;
  const rows = messages.map((m) => ({ ...m, exchange_id: m.exchangeId }));
  await tx.execute(sql`
    insert into exchange_message (bank_id, pair_id, id, direction, exchange_id, hash, document, pending)
    select ${bankId}, ${pairId}, r.* from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
      as r(id text, direction text, exchange_id text, hash text, document text, pending boolean)
    on conflict do nothing`);
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

/** Our own messages that the partner has not answered, oldest first. */
export async function pendingMessages(
  tx: Queries,
  bankId: string,
  pairId: string,
  limit: number,
): Promise<MessageRow[]> {
  return tx
    .select()
    .from(exchangeMessage)
    .where(and(eq(exchangeMessage.bankId, bankId), eq(exchangeMessage.pairId, pairId), sql`${exchangeMessage.pending}`))
    .orderBy(exchangeMessage.at, exchangeMessage.id)
    .limit(limit);
}

export async function settleMessages(
  tx: Queries,
  bankId: string,
  pairId: string,
  ids: readonly string[],
): Promise<void> {
  if (ids.length === 0) return;
  await tx.execute(sql`
    update exchange_message set pending = false
    where bank_id = ${bankId} and pair_id = ${pairId} and direction = 'out' and id = any(${textArray(ids)})`);
}
