/**
 * Who acts for a member, as the desk says.
 *
 * Promises: nobody begins to act for a member for whom somebody acts already without the member hearing of it; no
 * coordinator lets themselves act for a member who is not theirs.
 *
 * @module
 */
import type { Bank } from '../bank/bank.ts';
import type { Queries } from '../db/database.ts';
import { DESK_HAT, findPerson, giveHat, type NewHat, waitingHatsFor, wearersOf } from '../member/people.ts';
import { Refused } from '../node/refused.ts';
import { notify } from '../notification/notify.ts';
import { isOwn } from './own.ts';

/**
 * Gives a hat at the desk. `by` is the coordinator; nobody for the bank's own token. Refuses what {@link giveHat}
 * refuses, and `not_allowed` to coordinators for themselves.
 */
export async function letAct(
  tx: Queries,
  bank: Pick<Bank, 'id' | 'settings'>,
  by: string | undefined,
  given: NewHat,
): Promise<void> {
  const { memberId } = given;
  if (by !== undefined && (await isFor(tx, bank.id, by, given)) && !(await isOwn(tx, bank.id, by, memberId)))
    throw new Refused('not_allowed');
  const before = [...(await wearersOf(tx, bank.id, memberId)), ...(await waitingHatsFor(tx, bank.id, memberId))];
  const isNew = await giveHat(tx, bank.id, given);
  // The first who acts for a member is the member, or whom they have sent.
  if (!isNew || memberId === DESK_HAT || before.length === 0) return;
  const name = 'email' in given ? given.name : ((await findPerson(tx, bank.id, given.personId))?.name ?? '');
  await notify(tx, bank, { memberId, kind: 'acts_for_you', facts: { name }, href: '/me/doors' });
}

/** Whether a hat is for this person, by themselves or by the address that they come in by. */
async function isFor(tx: Queries, bankId: string, personId: string, given: NewHat): Promise<boolean> {
  if (!('email' in given)) return given.personId === personId;
  return (await findPerson(tx, bankId, personId))?.email === given.email;
}
