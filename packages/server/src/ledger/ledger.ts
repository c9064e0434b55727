/**
 * The ledger of a bank: double entry, insert only.
 *
 * Promises: every posting has a debit and a credit account and positive minutes, so a bank always
 * sums to zero; the same cause is never posted twice; floors and ceilings are held by the database
 * whatever happens at once. Accounts are locked in the order of their ids.
 *
 * @module
 */
import { and, eq, type SQL, sql } from 'drizzle-orm';
import type { Queries } from '../db/database.ts';
import { account, posting } from '../db/schema.ts';

export interface NewPosting {
  readonly id: string;
  readonly kind: 'direct' | 'hold' | 'post' | 'void';
  readonly debit: string;
  readonly credit: string;
  /** 0 for a void. */
  readonly minutes: number;
  readonly holdId?: string;
  readonly heldMinutes?: number;
  readonly cause: string;
  readonly transferId?: string;
}

export interface Account {
  readonly id: string;
  readonly kind: string;
  readonly balance: number;
  readonly held: number;
  readonly floor: number | null;
  readonly ceiling: number | null;
}

/**
 * What stands in a cause before the hash of a Post that the end of a pair undoes, of one that a recovery drops, and
 * before the pair that carries a position on.
 */
export const CAUSES = { ended: 'ended:', dropped: 'dropped:', carried: 'carried:' } as const;

/** Writes postings; the database moves the balances. Raises EH003 or EH004 when a guard says no. */
export async function post(tx: Queries, bankId: string, postings: readonly NewPosting[]): Promise<void> {
  if (postings.length > 0) await tx.execute(postingRows(bankId, postings));
}

/** The statement that writes postings, for whoever writes something else with them. */
export function postingRows(bankId: string, postings: readonly NewPosting[]): SQL {
  const rows = postings.map((p) => ({
    id: p.id,
    kind: p.kind,
    debit: p.debit,
    credit: p.credit,
    minutes: p.minutes,
    hold_id: p.holdId ?? null,
    held_minutes: p.heldMinutes ?? null,
    cause: p.cause,
    transfer_id: p.transferId ?? null,
  }));
  return sql`insert into posting (bank_id, id, kind, debit, credit, minutes, hold_id, held_minutes, cause, transfer_id)
    select ${bankId}, r.* from json_to_recordset(${JSON.stringify(rows)}::json)
      as r(id text, kind text, debit text, credit text, minutes bigint, hold_id text, held_minutes bigint, cause text, transfer_id text)`;
}

/** Locks accounts against other postings and reads them. */
export async function lockAccounts(tx: Queries, bankId: string, ids: readonly string[]): Promise<Map<string, Account>> {
  if (ids.length === 0) return new Map();
  const rows = await tx
    .select({
      id: account.id,
      kind: account.kind,
      balance: account.balance,
      held: account.held,
      floor: account.floor,
      ceiling: account.ceiling,
    })
    .from(account)
    .where(and(eq(account.bankId, bankId), sql`${account.id} = any(${textArray(ids)})`))
    .orderBy(account.id)
    .for('no key update');
  return new Map(rows.map((row) => [row.id, row]));
}

/** What can still be given from an account: `null` when nothing stops it. */
export function available(row: Account): number | null {
  return row.floor === null ? null : row.balance - row.held - row.floor;
}

export interface Totals {
  readonly members: number;
  readonly funds: number;
  readonly partners: number;
  readonly unclaimed: number;
  readonly losses: number;
  /** Always zero; shown because it can be checked. */
  readonly sum: number;
  readonly held: number;
}

/** The sums of all accounts by kind, in minutes. */
export async function totals(tx: Queries, bankId: string): Promise<Totals> {
  const rows = await tx
    .select({
      kind: account.kind,
      balance: sql<number>`sum(${account.balance})::bigint`,
      held: sql<number>`sum(${account.held})::bigint`,
    })
    .from(account)
    .where(eq(account.bankId, bankId))
    .groupBy(account.kind);
  const of = (kind: string): number => Number(rows.find((row) => row.kind === kind)?.balance ?? 0);
  return {
    members: of('member'),
    funds: of('fund'),
    partners: of('mirror'),
    unclaimed: of('unclaimed'),
    losses: of('loss'),
    sum: rows.reduce((total, row) => total + Number(row.balance), 0),
    held: rows.reduce((total, row) => total + Number(row.held), 0),
  };
}

/**
 * Recomputes every balance from the postings alone and lists the accounts that differ. Reads the
 * whole ledger: for the doctor and for tests.
 */
export async function recompute(
  tx: Queries,
  bankId: string,
): Promise<{ account: string; balance: number; postings: number }[]> {
  const result = await tx.execute<{ account: string; balance: number; postings: number }>(sql`
    select a.id as account, a.balance::bigint as balance, coalesce(p.total, 0)::bigint as postings
    from ${account} a left join (
      select id, sum(minutes) as total from (
        select debit as id, -minutes as minutes from ${posting} where bank_id = ${bankId} and kind in ('direct', 'post')
        union all select credit, minutes from ${posting} where bank_id = ${bankId} and kind in ('direct', 'post')
      ) lines group by id
    ) p on p.id = a.id
    where a.bank_id = ${bankId} and a.balance <> coalesce(p.total, 0)`);
  return rowsOf(result);
}

/** The rows of a raw query, on either driver. */
export function rowsOf<T>(result: unknown): T[] {
  return (result as { rows: T[] }).rows;
}

/** A list as one parameter: `any(${textArray(list)})`. */
export function textArray(values: readonly string[]): ReturnType<typeof sql> {
  return sql`array(select json_array_elements_text(${JSON.stringify(values)}::json))`;
}
