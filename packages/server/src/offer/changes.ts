/**
 * A bank's order of changes of its offers, by which partners ask for news.
 *
 * Promises: whoever comes second waits, so a lower number never commits after a higher one. Everybody locks this before
 * any offer, and before the row of a gathering or of a member of which a place is written.
 *
 * @module
 */
import { sql } from 'drizzle-orm';
import type { Queries } from '../db/database.ts';
import { offerChanges } from '../db/schema.ts';

/** Lets nobody else change an offer of this bank until the end of the transaction. */
export async function lockChanges(tx: Queries, bankId: string): Promise<void> {
  await advance(tx, bankId, 0);
}

/** The next number of this bank. */
export async function nextChange(tx: Queries, bankId: string): Promise<number> {
  return advance(tx, bankId, 1);
}

async function advance(tx: Queries, bankId: string, by: 0 | 1): Promise<number> {
  const [row] = await tx
    .insert(offerChanges)
    .values({ bankId, last: by })
    .onConflictDoUpdate({ target: offerChanges.bankId, set: { last: sql`${offerChanges.last} + ${by}` } })
    .returning({ last: offerChanges.last });
  return row?.last ?? by;
}
