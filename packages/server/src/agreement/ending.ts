/**
 * The end of a pair that cannot go on: one bank alone ends it, signed and for good.
 *
 * Promises: a Close is sent until it is answered and is never taken back; from then on the pair is only read;
 * gifts that no journal holds yet are given back at once, everything else when the position is settled. A Close
 * that comes twice is one. Spec: the end of a pair.
 *
 * @module
 */
import { type AgreementStatus, nextStatus, other } from '@evenhour/protocol';
import { completeProof, importVerifyingKey, prepareProof, verifyClose } from '@evenhour/protocol/proof';
import { encodeClose, type JsonObject } from '@evenhour/protocol/wire';
import { and, eq, sql } from 'drizzle-orm';
import type { Bank } from '../bank/bank.ts';
import type { Queries } from '../db/database.ts';
import { exchange, pairEnd, pair as pairTable } from '../db/schema.ts';
import type { Signal } from '../delivery/signals.ts';
import { type LoadedPair, lockPair } from '../journal/pair-store.ts';
import { Refused } from '../node/refused.ts';
import { lockAgreement } from './lock.ts';
import { giveBack, settleAlone } from './settlement.ts';

export interface Closing {
  /** Why, in a sentence that members read. */
  readonly because: string;
  /** The partner is gone for good: settle now, at what it has signed. */
  readonly alone: boolean;
}

/**
 * Ends a pair. Ended already, it can still be settled alone when the partner never answers.
 *
 * Refuses `not_found`, and `agreement_not_active` when there is nothing to end.
 */
export async function closeAgreement(
  tx: Queries,
  bank: Bank,
  agreementId: string,
  { because, alone }: Closing,
  after: Signal[],
): Promise<void> {
  const { id, status } = await lockAgreement(tx, bank, agreementId);
  if (status !== 'closed') {
    const loaded = await mustEnd(tx, bank, id, status);
    const { row, pair, core } = loaded;
    const { me, heads, views } = pair;
    const key = await bank.signingKey(tx, views[me].keys[me]);
    const draft = encodeClose(core, id, me, { own: heads[me], peer: heads[other(me)] });
    const own = JSON.stringify(await completeProof(prepareProof(draft, key, new Date().toISOString())));
    await tx.insert(pairEnd).values({ bankId: bank.id, pairId: id, own, because });
    await close(tx, row, own);
  } else if (!alone) throw new Refused('agreement_not_active', { status, act: 'close' });
  if (alone) await settleAlone(tx, bank, id);
  after.push({ kind: 'partners' }, { kind: 'banks' }, { kind: 'pair', bankId: bank.id, pairId: id });
}

/** The partner ends the pair. Its word is kept, and counts whatever we think of it. */
export async function receiveClose(
  tx: Queries,
  bank: Bank,
  pairId: string,
  document: JsonObject,
  after: Signal[],
): Promise<void> {
  const loaded = await lockPair(tx, bank.id, pairId);
  if (loaded === null) throw new Refused('not_found');
  const { row, core, pair } = loaded;
  const peer = other(pair.me);
  const key = await importVerifyingKey(pair.views[pair.me].keys[peer], core.parties[peer].key.id);
  const closed = key.ok ? await verifyClose(core, pairId, peer, document, key.key) : key;
  if (!closed.ok) throw new Refused(closed.refusal);
  const theirs = JSON.stringify(document);
  if (row.status === 'closed') {
    await tx
      .update(pairEnd)
      .set({ theirs })
      .where(and(eq(pairEnd.bankId, bank.id), eq(pairEnd.pairId, pairId), sql`${pairEnd.theirs} is null`));
    return;
  }
  await mustEnd(tx, bank, pairId, row.status);
  await tx.insert(pairEnd).values({ bankId: bank.id, pairId, theirs, because: '' });
  await close(tx, row, null);
  after.push({ kind: 'partners' }, { kind: 'banks' }, { kind: 'pair', bankId: bank.id, pairId });
}

async function mustEnd(tx: Queries, bank: Bank, pairId: string, status: string): Promise<LoadedPair> {
  const step = nextStatus(status as AgreementStatus, 'close');
  if (!step.ok) throw new Refused(step.refusal);
  const loaded = await lockPair(tx, bank.id, pairId);
  if (loaded === null) throw new Refused('not_found');
  return loaded;
}

/** From here on the pair is only read. */
async function close(tx: Queries, row: LoadedPair['row'], pending: string | null): Promise<void> {
  await tx
    .update(pairTable)
    .set({ status: 'closed', mode: 'closed', honourPending: pending, attempts: 0, nextAttemptAt: new Date() })
    .where(and(eq(pairTable.bankId, row.bankId), eq(pairTable.id, row.id)));
  const begun = await tx
    .select()
    .from(exchange)
    .where(
      and(
        eq(exchange.bankId, row.bankId),
        eq(exchange.pairId, row.id),
        sql`${exchange.status} in ('offered', 'accepted')`,
      ),
    );
  await giveBack(tx, row, begun);
}
