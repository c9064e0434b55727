/**
 * Coordinators' own limits.
 *
 * The rule is the simplest that is safe: what a coordinator does at the desk never moves hours from or to a member
 * for whom they act themselves (they, their household, their organisation). Another coordinator does that.
 *
 * @module
 */
import { and, eq } from 'drizzle-orm';
import type { Caller } from '../auth/tokens.ts';
import type { Queries } from '../db/database.ts';
import { hat, person } from '../db/schema.ts';
import { DESK_HAT } from '../member/people.ts';
import { Refused } from '../node/refused.ts';

/** Whether a person acts for this member. */
export async function isOwn(tx: Queries, bankId: string, personId: string, memberId: string): Promise<boolean> {
  const [own] = await tx
    .select({ personId: hat.personId })
    .from(hat)
    .where(and(eq(hat.bankId, bankId), eq(hat.personId, personId), eq(hat.memberId, memberId)));
  return own !== undefined;
}

/** Both empty: the desk, by the bank's own token. */
export interface Broker {
  readonly personId: string;
  readonly name: string;
}

/**
 * The coordinator who does something at the desk: whoever signed in, or the one that the bank's own token names.
 * Refuses `invalid_request` when nobody is named, `not_found` when it is no coordinator of this bank.
 */
export async function brokerOf(
  tx: Queries,
  bankId: string,
  caller: Caller & { readonly role: 'operator' },
  by: string | undefined,
): Promise<Broker> {
  const personId = caller.personId ?? by;
  if (personId === undefined || personId === '')
    throw new Refused('invalid_request', { field: 'by', reason: 'say which coordinator' });
  const [found] = await tx
    .select({ personId: person.id, name: person.name })
    .from(person)
    .innerJoin(hat, and(eq(hat.bankId, person.bankId), eq(hat.personId, person.id), eq(hat.memberId, DESK_HAT)))
    .where(and(eq(person.bankId, bankId), eq(person.id, personId)));
  if (found === undefined) throw new Refused('not_found');
  return found;
}
