/**
 * What partners ask of our members' offers. Spec: market.
 *
 * @module
 */
import { and, eq, sql } from 'drizzle-orm';
import { pair as pairTable, requestNonce } from '../db/schema.ts';
import type { NodeContext } from '../node/env.ts';
import { Refused } from '../node/refused.ts';
import { offersPage } from '../offer/share.ts';
import { type Incoming, PAIR } from './way-in.ts';

/**
 * Answers with the changes after one. A request that was heard before is refused, for whoever repeats it is not the
 * partner.
 */
export async function giveOffers(incoming: Incoming, node: NodeContext, name: string, after = '0'): Promise<Response> {
  const { bank, partner, nonce } = incoming;
  if (`${PAIR}${name}` !== partner.pairId) throw new Refused('foreign_pair');
  if (!/^(0|[1-9][0-9]{0,14})$/.test(after)) throw new Refused('invalid_request', { after });
  const page = await node.database.transaction(async (tx) => {
    const fresh = await tx
      .insert(requestNonce)
      .values({
        bankId: bank.id,
        nonce: `offers ${partner.pairId} ${nonce}`,
        expiresAt: new Date(Date.now() + 15 * 60_000),
      })
      .onConflictDoNothing()
      .returning({ nonce: requestNonce.nonce });
    if (fresh.length === 0) throw new Refused('known_already');
    await tx.delete(requestNonce).where(and(eq(requestNonce.bankId, bank.id), sql`${requestNonce.expiresAt} < now()`));
    const [pair] = await tx
      .select({ status: pairTable.status })
      .from(pairTable)
      .where(and(eq(pairTable.bankId, bank.id), eq(pairTable.id, partner.pairId)));
    if (pair?.status !== 'active') throw new Refused('agreement_not_active');
    return offersPage(tx, bank, partner.pairId, Number(after));
  });
  return incoming.answer(200, page);
}
