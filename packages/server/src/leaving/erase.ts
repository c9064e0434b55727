/**
 * Takes away everything about a member that is not needed to prove what is owed.
 *
 * Promises: the caller's transaction does all of it or nothing; no posting, journal entry or balance changes; the
 * handle stays with the empty row, so nobody else is ever found under it.
 *
 * @module
 */
import { sql } from 'drizzle-orm';
import type { Bank } from '../bank/bank.ts';
import type { Queries } from '../db/database.ts';
import { gatheringPath } from '../gathering/store.ts';
import { whoseIs } from './everything.ts';
import { TABLES } from './tables.ts';

export async function eraseMember(tx: Queries, bank: Pick<Bank, 'id'>, memberId: string): Promise<void> {
  const whose = await whoseIs(tx, bank.id, memberId);
  await tx.execute(sql`select set_config('evenhour.erases', ${memberId}, true)`);
  // What others were told names them too.
  await tx.execute(sql`update notice
    set facts = facts || '{"name": ""}' || case when facts ? 'title' then '{"title": ""}'::jsonb else '{}' end
    where bank_id = ${bank.id} and facts ->> 'name' = (select name from member where bank_id = ${bank.id} and id = ${memberId})`);
  await tx.execute(sql`update notice set facts = facts || '{"title": ""}'
    where bank_id = ${bank.id} and href in
      (select ${gatheringPath('')} || id from gathering where bank_id = ${bank.id} and host_id = ${memberId})`);
  // Those that others are found by come last: exchanges and transfers, then hats, then people.
  for (const [name, { rows, leaving }] of Object.entries(TABLES).sort(byUse)) {
    const where = sql`where t.bank_id = ${bank.id} and ${rows(whose)}`;
    if (leaving === 'delete') await tx.execute(sql`delete from ${sql.identifier(name)} t ${where}`);
    else if (!('stays' in leaving)) await tx.execute(sql`update ${sql.identifier(name)} t set ${leaving} ${where}`);
  }
  await tx.execute(sql`select set_config('evenhour.erases', '', true)`);
}

const LAST = ['exchange', 'transfer', 'hat', 'person'];

function byUse([a]: [string, unknown], [b]: [string, unknown]): number {
  return LAST.indexOf(a) - LAST.indexOf(b);
}
