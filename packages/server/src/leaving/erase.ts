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
import { slipPath } from '../broker/acts.ts';
import type { Queries } from '../db/database.ts';
import { exchangePath } from '../exchange/exchange-store.ts';
import { FUND_DESK_PATH } from '../fund/fund.ts';
import { gatheringPath } from '../gathering/store.ts';
import { textArray } from '../ledger/ledger.ts';
import { DESK } from '../notification/notify.ts';
import { WAITING_PATH } from '../transfer/gift-answers.ts';
import { whoseIs } from './everything.ts';
import { TABLES, type Whose } from './tables.ts';

/** Where the desk sees who leaves. */
export const LEAVING_DESK_PATH = '/console/leaving';

export async function eraseMember(tx: Queries, bank: Pick<Bank, 'id'>, memberId: string): Promise<void> {
  const whose = await whoseIs(tx, bank.id, memberId);
  await tx.execute(sql`select set_config('evenhour.erases', ${memberId}, true)`);
  await forgetInNotices(tx, bank.id, whose);
  // Those that others are found by come last: exchanges and transfers, then hats, then people.
  for (const [name, { rows, others, leaving }] of Object.entries(TABLES).sort(byUse)) {
    const which = others === undefined ? rows(whose) : sql`(${rows(whose)} or ${others.rows(whose)})`;
    const where = sql`where t.bank_id = ${bank.id} and ${which}`;
    if (leaving === 'delete') await tx.execute(sql`delete from ${sql.identifier(name)} t ${where}`);
    else if (typeof leaving === 'function' || !('stays' in leaving)) {
      const set = typeof leaving === 'function' ? leaving(whose) : leaving;
      await tx.execute(sql`update ${sql.identifier(name)} t set ${set} ${where}`);
    }
  }
  await tx.execute(sql`select set_config('evenhour.erases', '', true)`);
}

/**
 * What others were told names the leaver too. It is found by whom it was told and by where it leads, never by the name:
 * namesakes keep theirs, and former names go as well. Only the notices of those who were told are read.
 */
async function forgetInNotices(tx: Queries, bankId: string, { memberId: me, personIds }: Whose): Promise<void> {
  const people = textArray(personIds);
  await tx.execute(sql`
    with theirs as (
      select id, case when giver_id = ${me} then receiver_id else giver_id end as other, ${exchangePath('')} || id as href
        from exchange where bank_id = ${bankId} and (giver_id = ${me} or receiver_id = ${me})
    ), gift as (
      select id, case when member_id = ${me} then counterparty else member_id end as other
        from transfer where bank_id = ${bankId} and direction = 'local' and (member_id = ${me} or counterparty = ${me})
    ), told (reader, href) as (
      select other, href from theirs where other is not null
      union select ${DESK}, href from theirs
      union select other, path || id from gift, unnest(array['/receipt/', '/given/', ${`${WAITING_PATH}#`}]) path
      union select guest.member_id, ${gatheringPath('')} || gathering.id || path
        from gathering join gathering_guest guest on guest.bank_id = gathering.bank_id and guest.gathering_id = gathering.id,
          unnest(array['', '/credit']) path
        where gathering.bank_id = ${bankId} and host_id = ${me}
      union select member_id, ${slipPath('')} || id from broker_act where bank_id = ${bankId} and person_id = any(${people})
      union select ${DESK}, ${slipPath('')} || id from broker_act where bank_id = ${bankId} and member_id = ${me}
      union select member_id, '/members/' || ${me} from join_link where bank_id = ${bankId}
      union select invited_by, '/members/' || ${me} from application where bank_id = ${bankId} and member_id = ${me}
      union select ${DESK}, ${FUND_DESK_PATH} || '#' || id from fund_request where bank_id = ${bankId} and member_id = ${me}
      union select ${DESK}, '/console/members#' || id from application where bank_id = ${bankId} and member_id = ${me}
      union select ${DESK}, '/console/members#' || id from unnest(${people}) id
      union select ${DESK}, path || ${me} from unnest(array[${`${LEAVING_DESK_PATH}#`}, '/console#']) path
    )
    update notice set facts = facts
        || case when facts ? 'name' then '{"name": ""}'::jsonb else '{}' end
        || case when facts ? 'title' then '{"title": ""}'::jsonb else '{}' end
      from told where bank_id = ${bankId} and notice.member_id = told.reader and notice.href = told.href`);
}

const LAST = ['exchange', 'transfer', 'hat', 'person'];

function byUse([a]: [string, unknown], [b]: [string, unknown]): number {
  return LAST.indexOf(a) - LAST.indexOf(b);
}
