/**
 * For whom something is written.
 *
 * @module
 */
import type { Context } from 'hono';
import type { Caller } from '../auth/tokens.ts';
import { findMember } from '../member/members.ts';
import { Refused } from '../node/refused.ts';
import type { ApiEnv } from './env.ts';

/**
 * The member of this id or handle. Refuses `invalid_request` when nobody was named, and `not_found`; the fund is
 * nobody.
 */
export async function namedMember(c: Context<ApiEnv>, idOrHandle: string | undefined, reason: string): Promise<string> {
  if (idOrHandle === undefined) throw new Refused('invalid_request', { field: 'member', reason });
  const row = await findMember(c.var.node.database.db, c.var.bank.id, idOrHandle);
  if (row === undefined || row.kind === 'fund') throw new Refused('not_found');
  return row.id;
}

/**
 * A member acts for themselves, whom they need not name; the desk says for whom. Refuses as {@link namedMember}, and
 * `not_allowed`.
 */
export async function actingFor(
  c: Context<ApiEnv>,
  caller: Caller,
  named: string | undefined,
  reason: string,
): Promise<string> {
  if (caller.role !== 'member') return namedMember(c, named, reason);
  if (named !== undefined && (await namedMember(c, named, reason)) !== caller.memberId)
    throw new Refused('not_allowed');
  return caller.memberId;
}
