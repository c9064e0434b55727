/**
 * Members of a bank and their accounts.
 *
 * Promises: an account comes with its member in one transaction; a handle is never given twice.
 *
 * @module
 */

import { and, asc, eq, gt, inArray, type SQL, sql } from 'drizzle-orm';
import type { Bank } from '../bank/bank.ts';
import type { Queries } from '../db/database.ts';
import { firstIdAt, newId } from '../db/id.ts';
import { account, member } from '../db/schema.ts';
import { rowsOf, textArray } from '../ledger/ledger.ts';
import { Refused } from '../node/refused.ts';
import { lockChanges } from '../offer/changes.ts';

export type MemberRow = typeof member.$inferSelect;
export type MemberKind = MemberRow['kind'];

export interface NewMember {
  /** Of several the first one that nobody has. */
  readonly handle: string | readonly string[];
  readonly name: string;
  readonly kind?: 'person' | 'household' | 'organisation';
  readonly about?: string;
}

/** A name as it is put in order and found: small letters without marks. */
export function nameKey(name: string): string {
  return name.normalize('NFKD').replaceAll(/\p{M}/gu, '').toLowerCase();
}

export const HANDLE = /^[a-z0-9](?:[a-z0-9_.-]{0,62}[a-z0-9])?$/;

/** Adds a member with an account at zero; of two who want one handle at once both get one. Refuses `handle_taken`. */
export async function addMember(
  tx: Queries,
  bank: Pick<Bank, 'id' | 'settings'>,
  input: NewMember,
): Promise<MemberRow> {
  const id = newId();
  const accountId = `member:${id}`;
  const { floorMinutes, ceilingMinutes } = bank.settings;
  await tx
    .insert(account)
    .values({ bankId: bank.id, id: accountId, kind: 'member', floor: floorMinutes, ceiling: ceilingMinutes });
  const { name, kind = 'person', about = '' } = input;
  const wishes = typeof input.handle === 'string' ? [input.handle] : input.handle;
  for (const handle of wishes) {
    // Waits for whoever is about to take it.
    const [row] = await tx
      .insert(member)
      .values({ bankId: bank.id, id, handle, name, nameKey: nameKey(name), kind, about, accountId })
      .onConflictDoNothing()
      .returning();
    if (row !== undefined) return row;
  }
  throw new Refused('handle_taken', { handle: wishes[0] ?? '' });
}

export async function findMember(tx: Queries, bankId: string, idOrHandle: string): Promise<MemberRow | undefined> {
  const [row] = await tx
    .select()
    .from(member)
    .where(and(eq(member.bankId, bankId), sql`(${member.id} = ${idOrHandle} or ${member.handle} = ${idOrHandle})`));
  return row;
}

/** Members by any of their names: handle, id, and id in small letters, which is part of their address. */
export async function membersByName(
  tx: Queries,
  bankId: string,
  names: readonly string[],
): Promise<Map<string, MemberRow>> {
  if (names.length === 0) return new Map();
  const ids = textArray(names.map((name) => name.toUpperCase()));
  const rows = await tx
    .select()
    .from(member)
    .where(
      and(eq(member.bankId, bankId), sql`(${member.handle} = any(${textArray(names)}) or ${member.id} = any(${ids}))`),
    );
  return new Map(rows.flatMap((row) => [row.id.toLowerCase(), row.id, row.handle].map((name) => [name, row] as const)));
}

/** What these members are, by their ids. */
export async function kindsOf(
  tx: Queries,
  bankId: string,
  ids: readonly (string | null)[],
): Promise<ReadonlyMap<string, MemberKind>> {
  return new Map([...(await calledOf(tx, bankId, ids))].map(([id, { kind }]) => [id, kind]));
}

/** What members are called, and what they are, by their ids. */
export async function calledOf(
  tx: Queries,
  bankId: string,
  ids: readonly (string | null)[],
): Promise<ReadonlyMap<string, Pick<MemberRow, 'name' | 'kind'>>> {
  const known = [...new Set(ids)].filter((id) => id !== null);
  if (known.length === 0) return new Map();
  const rows = await tx
    .select({ id: member.id, name: member.name, kind: member.kind })
    .from(member)
    .where(and(eq(member.bankId, bankId), inArray(member.id, known)));
  return new Map(rows.map(({ id, ...row }) => [id, row]));
}

/** Members in the order of their ids, after the one given. */
export async function listMembers(
  tx: Queries,
  bankId: string,
  after: string | undefined,
  limit: number,
): Promise<MemberRow[]> {
  return tx
    .select()
    .from(member)
    .where(and(eq(member.bankId, bankId), after === undefined ? undefined : gt(member.id, after)))
    .orderBy(asc(member.id))
    .limit(limit);
}

/** The caller looks again at the offers of the member; their order of changes is locked first. Refuses `not_found`. */
export async function setStatus(
  tx: Queries,
  bankId: string,
  memberId: string,
  status: MemberRow['status'],
): Promise<MemberRow> {
  await lockChanges(tx, bankId);
  const [row] = await tx
    .update(member)
    .set({ status })
    .where(and(eq(member.bankId, bankId), eq(member.id, memberId)))
    .returning();
  if (row === undefined) throw new Refused('not_found');
  return row;
}

export interface Balance {
  readonly balanceMinutes: number;
  /** Promised and on its way. */
  readonly heldMinutes: number;
  readonly floorMinutes: number | null;
  readonly ceilingMinutes: number | null;
}

export async function balanceOf(tx: Queries, bankId: string, accountId: string): Promise<Balance> {
  const { moved: _moved, ...balance } = await standOf(tx, bankId, accountId);
  return balance;
}

export interface StatementLine {
  readonly id: string;
  readonly transferId: string | null;
  readonly minutes: number;
  readonly direction: 'given' | 'came';
  readonly at: Date;
  readonly counterpartyName: string;
  /** The other one's town; `null` in the own one. */
  readonly town: string | null;
  readonly content: string;
  readonly transfer: string | null;
}

/** A stretch of time: from a moment on, and before another. */
export interface Period {
  readonly from?: Date | undefined;
  readonly to?: Date | undefined;
}

/** What moved on an account, newest first; `before` is the id of the last line seen. */
export async function statementOf(
  tx: Queries,
  bankId: string,
  accountId: string,
  before: string | undefined,
  limit: number,
  { from, to }: Period = {},
): Promise<StatementLine[]> {
  const end = [before, to && firstIdAt(to)].filter((id) => id !== undefined).sort()[0];
  const within = inPeriod(from, end);
  const branch = (side: 'debit' | 'credit') => sql`
    (select p.id, p.minutes, p.at, p.transfer_id, p.debit, p.credit from posting p
     where p.bank_id = ${bankId} and p.${sql.raw(side)} = ${accountId} and p.kind in ('direct', 'post') ${within}
     order by p.id desc limit ${limit})`;
  const result = await tx.execute(sql`
    select l.id, l.minutes::bigint as minutes, l.at, l.transfer_id, l.debit = ${accountId} as given,
      e.direction, e.counterparty_name, e.content, e.transfer, e.member_id, m.name as giver_name, t.peer_name
    from (${branch('debit')} union all ${branch('credit')}) l
    left join transfer e on e.bank_id = ${bankId} and e.id = l.transfer_id
    left join member m on m.bank_id = ${bankId} and m.id = e.member_id
    left join pair t on t.bank_id = ${bankId} and t.id = e.pair_id
    order by l.id desc limit ${limit}`);
  interface Row {
    id: string;
    minutes: number;
    at: Date | string;
    transfer_id: string | null;
    given: boolean;
    direction: string | null;
    counterparty_name: string | null;
    content: string | null;
    transfer: string | null;
    giver_name: string | null;
    peer_name: string | null;
  }
  return rowsOf<Row>(result).map((row) => ({
    id: row.id,
    transferId: row.transfer_id,
    minutes: Number(row.minutes),
    direction: row.given ? 'given' : 'came',
    at: new Date(row.at),
    // A gift inside the bank is one exchange, seen from both sides.
    counterpartyName: (row.direction === 'local' && !row.given ? row.giver_name : row.counterparty_name) ?? '',
    town: row.peer_name,
    content: row.content ?? '',
    transfer: row.transfer,
  }));
}

/** What has moved on an account since it was opened, in minutes. Kept with the account, so it is never added up. */
/** Lines from a moment on, up to the one before `end`. */
function inPeriod(from: Date | undefined, end: string | undefined): SQL {
  return sql.join([
    end === undefined ? sql`` : sql`and p.id < ${end} `,
    from === undefined ? sql`` : sql`and p.id >= ${firstIdAt(from)}`,
  ]);
}

/** What came and what went in a period, and by how many lines. */
export async function sumsOf(
  tx: Queries,
  bankId: string,
  accountId: string,
  { from, to }: { readonly from: Date; readonly to: Date },
): Promise<{ readonly givenMinutes: number; readonly cameMinutes: number; readonly lines: number }> {
  const side = (name: 'debit' | 'credit') => sql`
    select p.minutes, ${name === 'debit'}::boolean as given from posting p
    where p.bank_id = ${bankId} and p.${sql.raw(name)} = ${accountId} and p.kind in ('direct', 'post')
      ${inPeriod(from, firstIdAt(to))}`;
  const result = await tx.execute(sql`
    select coalesce(sum(minutes) filter (where given), 0)::bigint as given,
      coalesce(sum(minutes) filter (where not given), 0)::bigint as came, count(*)::int as lines
    from (${side('debit')} union all ${side('credit')}) l`);
  const [row] = rowsOf<{ given: number; came: number; lines: number }>(result);
  return { givenMinutes: Number(row?.given), cameMinutes: Number(row?.came), lines: Number(row?.lines) };
}

export interface MovedTotals {
  readonly givenMinutes: number;
  readonly cameMinutes: number;
  /**
   * Of what came: for time that this member gave. Of what went: for time that they received. The rest was passed on.
   */
  readonly timeGivenMinutes: number;
  readonly timeReceivedMinutes: number;
}

/** What stands on an account and what has moved on it, of one reading. Refuses `not_found`. */
export async function standOf(
  tx: Queries,
  bankId: string,
  accountId: string,
): Promise<Balance & { readonly moved: MovedTotals }> {
  const [row] = await tx
    .select()
    .from(account)
    .where(and(eq(account.bankId, bankId), eq(account.id, accountId)));
  if (row === undefined) throw new Refused('not_found');
  return {
    ...{ balanceMinutes: row.balance, heldMinutes: row.held, floorMinutes: row.floor, ceilingMinutes: row.ceiling },
    moved: {
      givenMinutes: row.given,
      cameMinutes: row.came,
      timeGivenMinutes: row.cameTime,
      timeReceivedMinutes: row.givenTime,
    },
  };
}
