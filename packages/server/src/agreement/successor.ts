/**
 * The agreement that follows a closed one and carries over what stood between the two banks.
 *
 * Promises: a bank signs an opening only if it is the position that it settled at itself; the minutes move from the
 * account of the old pair to that of the new one once, when the new pair first opens, or ends without that. An opening
 * above the limit is worked off before new hours go out. Spec: successor agreement.
 *
 * @module
 */
import type { AgreementCore, Opening } from '@evenhour/protocol';
import { canonical, type JsonObject } from '@evenhour/protocol/wire';
import { and, eq } from 'drizzle-orm';
import type { Bank } from '../bank/bank.ts';
import type { Queries } from '../db/database.ts';
import { newId } from '../db/id.ts';
import { type EndedPosition, pairEnd, pair as pairTable, posting } from '../db/schema.ts';
import type { PairLine } from '../journal/pair-store.ts';
import { CAUSES, post } from '../ledger/ledger.ts';
import { Refused } from '../node/refused.ts';
import { createInvitation, type NewInvitation } from './invitations.ts';
import { lockAgreement } from './lock.ts';

/**
 * A link that invites the bank of a closed pair to the next one, with what that pair left.
 *
 * Refuses `agreement_not_active` while the pair is not closed, or closed and not settled.
 */
export async function inviteSuccessor(
  tx: Queries,
  bank: Bank,
  agreementId: string,
  input: Omit<NewInvitation, 'follows'>,
): Promise<Awaited<ReturnType<typeof createInvitation>>> {
  const { id, status } = await lockAgreement(tx, bank, agreementId);
  const settlement = await settlementOf(tx, bank, id);
  if (settlement === null) throw new Refused('agreement_not_active', { status, reason: 'not_settled' });
  return createInvitation(tx, bank, { ...input, follows: { predecessor: id, opening: settlement.opening } });
}

/**
 * Refuses `invalid_request` unless this is the pair that we closed with that bank, and the position that we settled at.
 */
export async function mustFollow(
  tx: Queries,
  bank: Bank,
  peer: string,
  predecessor: string,
  opening: Opening | null,
): Promise<void> {
  const [row] = await tx
    .select({ peer: pairTable.peerBank })
    .from(pairTable)
    .where(and(eq(pairTable.bankId, bank.id), eq(pairTable.id, predecessor)));
  const settlement = await settlementOf(tx, bank, predecessor);
  const same =
    canonical((settlement?.opening ?? null) as unknown as JsonObject) === canonical(opening as unknown as JsonObject);
  if (row?.peer !== peer || settlement === null || !same)
    throw new Refused('invalid_request', { reason: 'the opening is not the position that we settled at' });
}

async function settlementOf(tx: Queries, bank: Bank, pairId: string): Promise<EndedPosition | null> {
  const [end] = await tx
    .select({ settlement: pairEnd.settlement })
    .from(pairEnd)
    .where(and(eq(pairEnd.bankId, bank.id), eq(pairEnd.pairId, pairId)));
  return end?.settlement ?? null;
}

/** Moves a predecessor's position to the account of the pair that follows it, unless that was done. */
export async function carryOver(
  tx: Queries,
  bank: Bank,
  row: Pick<PairLine, 'id' | 'mirrorId'>,
  core: AgreementCore,
): Promise<void> {
  if (core.opening === undefined) return;
  const cause = `${CAUSES.carried}${row.id}`;
  const [done] = await tx
    .select({ id: posting.id })
    .from(posting)
    .where(and(eq(posting.bankId, bank.id), eq(posting.cause, cause)));
  if (done !== undefined) return;
  const { debtor, minutes, predecessor } = core.opening;
  const [before] = await tx
    .select({ mirrorId: pairTable.mirrorId })
    .from(pairTable)
    .where(and(eq(pairTable.bankId, bank.id), eq(pairTable.id, predecessor)));
  if (before === undefined) throw new Error(`pair ${predecessor} is gone`);
  const [debit, credit] = debtor === bank.actor ? [before.mirrorId, row.mirrorId] : [row.mirrorId, before.mirrorId];
  await post(tx, bank.id, [{ id: newId(), kind: 'direct', debit, credit, minutes, cause }]);
}
