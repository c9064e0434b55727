/**
 * How many people wait for somebody at the desk, and for what.
 *
 * Promises: each kind is counted by the index of its own list, a hundred at most.
 *
 * @module
 */
import { sql } from 'drizzle-orm';
import type { Bank } from '../../bank/bank.ts';
import type { Queries } from '../../db/database.ts';
import { rowsOf } from '../../ledger/ledger.ts';
import type { PeopleWaiting } from '../models.ts';

const COUNTED = 100;

/** What waits for the desk, without the kinds of which nothing does. */
export async function peopleWaiting(db: Queries, { id }: Pick<Bank, 'id'>): Promise<PeopleWaiting[]> {
  const lists = {
    applications: sql`application where bank_id = ${id} and status = 'waiting'`,
    fund: sql`fund_request where bank_id = ${id} and status = 'waiting'`,
    disputes: sql`exchange where bank_id = ${id} and status = 'disputed' and reserved <> 'over'`,
    objections: sql`broker_act where bank_id = ${id} and objected_at is not null and settled_at is null`,
    leaving: sql`leaving where bank_id = ${id} and gone_at is null and goes_at is not null and waits_for = 'hours'`,
  } as const satisfies Record<PeopleWaiting['kind'], unknown>;
  const counts = Object.entries(lists).map(
    ([kind, list]) =>
      sql`select ${kind}::text as kind, count(*)::int as count from (select 1 from ${list} limit ${COUNTED}) few`,
  );
  const rows = rowsOf<PeopleWaiting>(await db.execute(sql.join(counts, sql` union all `)));
  return rows.filter(({ count }) => count > 0);
}
