/**
 * Gatherings hear of the exchanges that belong to them.
 *
 * Promises: whatever anybody says in an exchange of a gathering, the gathering looks at it afterwards, in a transaction
 * of its own.
 *
 * @module
 */
import { and, eq } from 'drizzle-orm';
import type { Bank } from '../bank/bank.ts';
import { remindAt } from '../clock/due.ts';
import type { Queries } from '../db/database.ts';
import { newId } from '../db/id.ts';
import { gatheringGuest, gathering as gatheringTable } from '../db/schema.ts';

/**
 * The kind under which the clock knows exchanges that a gathering has to look at. The subject is the exchange's id and
 * a new one for each word, for whoever writes a word must not wait for the clock, which looks at an earlier one.
 */
export const GATHERING_ASK = 'gathering_ask';

/** Lets the gathering of this exchange, if there is one, look at it. */
export async function exchangeMoved(
  tx: Queries,
  bank: Pick<Bank, 'id'>,
  { id, offerId }: { readonly id: string; readonly offerId: string | null },
): Promise<void> {
  if ((await gatheringOf(tx, bank.id, { id, offerId })) !== undefined)
    await remindAt(tx, bank, { kind: GATHERING_ASK, subject: `${id} ${newId()}`, at: new Date() });
}

/** The id of the gathering that an exchange belongs to: by its guest, or by the offer that it began from. */
export async function gatheringOf(
  tx: Queries,
  bankId: string,
  { id, offerId }: { readonly id: string; readonly offerId: string | null },
): Promise<string | undefined> {
  const [guest] = await tx
    .select({ id: gatheringGuest.gatheringId })
    .from(gatheringGuest)
    .where(and(eq(gatheringGuest.bankId, bankId), eq(gatheringGuest.exchangeId, id)));
  if (guest !== undefined || offerId === null) return guest?.id;
  const [found] = await tx
    .select({ id: gatheringTable.id })
    .from(gatheringTable)
    .where(and(eq(gatheringTable.bankId, bankId), eq(gatheringTable.offerId, offerId)));
  return found?.id;
}
