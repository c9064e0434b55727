/**
 * Everything that a bank has about a member, for the member.
 *
 * Promises: each table of `tables.ts` is in it, whole, but for secrets by which others could act as the member. Of rows
 * that are somebody else's and name the member, no more than that they are there.
 *
 * @module
 */
import { and, eq, type SQL, sql } from 'drizzle-orm';
import type { Bank } from '../bank/bank.ts';
import type { Queries } from '../db/database.ts';
import { hat } from '../db/schema.ts';
import { rowsOf, textArray } from '../ledger/ledger.ts';
import { findMember } from '../member/members.ts';
import { DESK_HAT } from '../member/people.ts';
import { Refused } from '../node/refused.ts';
import { TABLES, type Whose } from './tables.ts';

export interface Everything {
  readonly format: 'evenhour-member/1';
  readonly bank: { readonly name: string; readonly origin: string };
  readonly madeAt: string;
  /** Rows by the table that they are in. Minutes are whole numbers, times are RFC 3339. */
  readonly tables: Readonly<Record<string, readonly Record<string, unknown>[]>>;
}

export async function everythingOf(tx: Queries, bank: Bank, memberId: string): Promise<Everything> {
  if ((await findMember(tx, bank.id, memberId)) === undefined) throw new Refused('not_found');
  const whose = await whoseIs(tx, bank.id, memberId);
  const tables: Record<string, Record<string, unknown>[]> = {};
  for (const [name, { rows, others, without = [] }] of Object.entries(TABLES)) {
    const read = async (where: SQL, seen: SQL) =>
      rowsOf<{ row: Record<string, unknown> }>(
        await tx.execute(sql`select ${seen} as row from ${sql.identifier(name)} t
          where t.bank_id = ${bank.id} and ${where}`),
      ).map(({ row }) => row);
    const list = await read(rows(whose), sql`to_jsonb(t) - ${textArray(['bank_id', ...without])}`);
    if (others !== undefined) {
      const only = sql`(select jsonb_object_agg(key, value) from jsonb_each(to_jsonb(t)) where key = any(${textArray(others.only)}))`;
      list.push(...(await read(others.rows(whose), only)));
    }
    if (list.length > 0) tables[name] = list;
  }
  const { name } = bank.settings;
  return { format: 'evenhour-member/1', bank: { name, origin: bank.origin }, madeAt: new Date().toISOString(), tables };
}

/**
 * A member and the people who act for nobody else. Whoever looks after the desk does so as a person: when they leave,
 * the desk goes too. An organisation or a household takes no coordinator along.
 */
export async function whoseIs(tx: Queries, bankId: string, memberId: string): Promise<Whose> {
  const isPerson = (await findMember(tx, bankId, memberId))?.kind === 'person';
  const going = isPerson ? [memberId, DESK_HAT] : [memberId];
  const rows = await tx
    .select({ personId: hat.personId })
    .from(hat)
    .where(
      and(
        eq(hat.bankId, bankId),
        eq(hat.memberId, memberId),
        sql`not exists (select 1 from hat o where o.bank_id = ${bankId} and o.person_id = ${hat.personId} and o.member_id <> all(${textArray(going)}))`,
      ),
    );
  return { bankId, memberId, personIds: rows.map(({ personId }) => personId) };
}
