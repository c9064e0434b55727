/**
 * Whom hours went to before: people that a member may mean again, and how much went to each partner lately.
 *
 * @module
 */
import { and, desc, eq, sql } from 'drizzle-orm';
import { type Bank, FUND_HANDLE } from '../bank/bank.ts';
import type { Queries } from '../db/database.ts';
import { newId } from '../db/id.ts';
import { member, transfer } from '../db/schema.ts';
import { rowsOf, textArray } from '../ledger/ledger.ts';
import { findMember, HANDLE, type MemberRow } from '../member/members.ts';
import { membersNamed } from '../member/profile.ts';

const LATELY = 40;
const MOST_SHOWN = 6;
const MOST_FOUND = 12;

/** A person with the address at which hours reach them. */
export interface Known {
  readonly value: string;
  readonly name: string;
}

/** The people of a member's last hours, each once, the latest first. The funds are not among them. */
export async function givenBefore(tx: Queries, bank: Pick<Bank, 'id' | 'host'>, memberId: string): Promise<Known[]> {
  const columns = {
    id: transfer.id,
    memberId: transfer.memberId,
    direction: transfer.direction,
    counterparty: transfer.counterparty,
    name: transfer.counterpartyName,
  };
  const mine = await tx
    .select(columns)
    .from(transfer)
    .where(and(eq(transfer.bankId, bank.id), eq(transfer.memberId, memberId)))
    .orderBy(desc(transfer.id))
    .limit(LATELY);
  const came = await tx
    .select(columns)
    .from(transfer)
    .where(and(eq(transfer.bankId, bank.id), eq(transfer.counterparty, memberId), eq(transfer.direction, sql`'local'`)))
    .orderBy(desc(transfer.id))
    .limit(LATELY);
  const rows = [...mine, ...came].sort((a, b) => (a.id < b.id ? 1 : -1));
  const ids = rows.map((row) => (row.memberId === memberId ? row.counterparty : row.memberId));
  const here = await tx
    .select({ id: member.id, handle: member.handle, name: member.name, status: member.status, kind: member.kind })
    .from(member)
    .where(and(eq(member.bankId, bank.id), sql`${member.id} = any(${textArray(ids)})`));
  const known = new Map<string, Known>();
  for (const row of rows) {
    if (row.direction !== 'local') {
      if (row.name !== '' && !row.counterparty.startsWith(`${FUND_HANDLE}@`) && !known.has(row.counterparty))
        known.set(row.counterparty, { value: row.counterparty, name: row.name });
      continue;
    }
    const other = here.find(({ id }) => id === (row.memberId === memberId ? row.counterparty : row.memberId));
    if (other === undefined || other.status !== 'active' || other.kind === 'fund') continue;
    const value = `${other.handle}@${bank.host}`;
    if (!known.has(value)) known.set(value, { value, name: other.name });
  }
  return [...known.values()].slice(0, MOST_SHOWN);
}

/** Members whom a name or a handle may mean; the one with exactly this handle alone. */
export async function membersMeant(tx: Queries, bankId: string, typed: string): Promise<MemberRow[]> {
  const name = typed.trim().toLowerCase().replace(/^@/, '');
  if (!/[\p{L}\p{N}]/u.test(name) || name.includes('@')) return [];
  const row = HANDLE.test(name) ? await findMember(tx, bankId, name) : undefined;
  if (row !== undefined) return [row];
  return membersNamed(tx, bankId, { search: name, after: undefined, limit: MOST_FOUND });
}

/** What {@link givenLately} is found by. */
export function latelyKey(memberId: string, pairId: string): string {
  return `${memberId} ${pairId}`;
}

const LATELY_DAYS = 30;

/** What members have given to each partner within 30 days, and not had back. */
export async function givenLately(
  tx: Queries,
  bankId: string,
  memberIds: readonly string[],
): Promise<Map<string, number>> {
  // Ids rise with time, so a member's rows are read from about there on; a day more, for clocks that differ.
  const from = newId(Date.now() - (LATELY_DAYS + 1) * 86_400_000);
  const result = await tx.execute(sql`
    select member_id, pair_id, sum(minutes)::bigint as total from ${transfer}
    where bank_id = ${bankId} and member_id = any(${textArray(memberIds)}) and id > ${from} and direction = 'out'
      and status not in ('declined', 'returned') and created_at > now() - make_interval(days => ${LATELY_DAYS})
    group by member_id, pair_id`);
  return new Map(
    rowsOf<{ member_id: string; pair_id: string; total: number }>(result).map((row) => [
      latelyKey(row.member_id, row.pair_id),
      Number(row.total),
    ]),
  );
}
