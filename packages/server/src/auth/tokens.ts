/**
 * Bearer tokens: who may do what at one bank.
 *
 * Promises: tokens are kept as hashes; one bank's token says nothing at another bank; an operator
 * may do everything at its bank, a member what concerns that member.
 *
 * @module
 */
import { createHash, randomBytes } from 'node:crypto';
import { and, eq } from 'drizzle-orm';
import type { Queries } from '../db/database.ts';
import { token } from '../db/schema.ts';
import { Refused } from '../node/refused.ts';

/** `memberId` is the hat that is worn now. `personId` is missing where a token of the bank's own, or a demo, let in. */
export type Caller =
  | { readonly role: 'operator'; readonly tokenHash: string; readonly personId?: string }
  | { readonly role: 'member'; readonly memberId: string; readonly tokenHash: string; readonly personId?: string };

/** Makes a token. It is shown once and cannot be read again. */
export async function issueToken(
  tx: Queries,
  bankId: string,
  role: 'operator' | 'member',
  memberId: string | null,
): Promise<string> {
  const secret = `eh_${randomBytes(24).toString('base64url')}`;
  await tx.insert(token).values({ bankId, hash: hashToken(secret), role, memberId });
  return secret;
}

export function hashToken(secret: string): string {
  return createHash('sha256').update(secret).digest('base64url');
}

/** Who a token stands for now, by its hash. */
export async function findCaller(tx: Queries, bankId: string, hash: string): Promise<Caller | null> {
  const [row] = await tx
    .select()
    .from(token)
    .where(and(eq(token.bankId, bankId), eq(token.hash, hash)));
  if (row === undefined) return null;
  if (row.role === 'operator') return { role: 'operator', tokenHash: hash };
  return { role: 'member', memberId: row.memberId ?? '', tokenHash: hash };
}

/** Refuses `not_signed_in` or `not_allowed` unless the caller is the bank's operator. */
export function mustOperate(caller: Caller | null): asserts caller is Caller & { role: 'operator' } {
  if (caller === null) throw new Refused('not_signed_in');
  if (caller.role !== 'operator') throw new Refused('not_allowed');
}

/** Refuses unless the caller is this member, or the operator on the member's behalf. */
export function mustBe(caller: Caller | null, memberId: string): asserts caller is Caller {
  if (caller === null) throw new Refused('not_signed_in');
  if (caller.role === 'member' && caller.memberId !== memberId) throw new Refused('not_allowed');
}

/**
 * Refuses coordinators: what they do for a member is written down with a reason, and not for themselves, by
 * `POST /api/acts`. The bank's own token is nobody's, and may.
 */
export function mustNotCoordinate(caller: Caller): void {
  if (caller.role === 'operator' && caller.personId !== undefined) throw new Refused('not_allowed');
}

/** Refuses unless somebody who signed in as a person asks: tokens of the bank's own are nobody's. */
export function mustBePerson(caller: Caller | null): asserts caller is Caller & { personId: string } {
  if (caller === null) throw new Refused('not_signed_in');
  if (caller.personId === undefined) throw new Refused('not_allowed');
}

export function mustBeSignedIn(caller: Caller | null): asserts caller is Caller {
  if (caller === null) throw new Refused('not_signed_in');
}
