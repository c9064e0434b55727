/** An agreement that is about to change. */
import { and, eq } from 'drizzle-orm';
import type { Bank } from '../bank/bank.ts';
import type { Queries } from '../db/database.ts';
import { pair as pairTable } from '../db/schema.ts';
import type { PairRow } from '../journal/pair-store.ts';
import { Refused } from '../node/refused.ts';

/** Locks the row of an agreement. Refuses `not_found`. */
export async function lockAgreement(tx: Queries, bank: Bank, agreementId: string): Promise<PairRow> {
  const [row] = await tx
    .select()
    .from(pairTable)
    .where(and(eq(pairTable.bankId, bank.id), eq(pairTable.agreementId, agreementId)))
    .for('no key update');
  if (row === undefined) throw new Refused('not_found');
  return row;
}
