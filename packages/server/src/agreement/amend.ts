/**
 * Changes to a live agreement: a limit up or down, new hours stopped or let in again.
 *
 * Promises: a change is a signed journal entry; it counts for the partner from the entry that
 * acknowledges it, and never undoes what was promised before. Spec: Amend.
 *
 * @module
 */
import type { Bank } from '../bank/bank.ts';
import type { Queries } from '../db/database.ts';
import type { Signal } from '../delivery/signals.ts';
import { PairWork } from '../journal/pair-work.ts';
import { Refused } from '../node/refused.ts';
import { lockAgreement } from './lock.ts';

export async function amendAgreement(
  tx: Queries,
  bank: Bank,
  agreementId: string,
  change: { readonly limitMinutes?: number; readonly suspended?: boolean },
  after: Signal[],
): Promise<void> {
  const { id, status } = await lockAgreement(tx, bank, agreementId);
  if (status !== 'active' && status !== 'suspended') throw new Refused('agreement_not_active', { status });
  const work = await PairWork.open(tx, bank, id);
  if (work === null) throw new Refused('not_found');
  const written = work.write({ kind: 'Amend', ...change });
  if (!written.ok) throw new Refused(written.refusal);
  await work.save();
  after.push({ kind: 'pair', bankId: bank.id, pairId: id });
}
