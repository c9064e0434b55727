/**
 * Taking a gift back that the other bank, or a member here who asks first, has not answered.
 *
 * Promises: the minutes are free again and the other bank hears of it, in one transaction; a gift that
 * was answered stays as it is. An answer that crosses this has no effect at either bank. Spec: gift.
 *
 * @module
 */
import type { GiftCancel } from '@evenhour/protocol';
import type { Bank } from '../bank/bank.ts';
import type { Queries } from '../db/database.ts';
import type { Signal } from '../delivery/signals.ts';
import { voidOf } from '../journal/desk.ts';
import { PairWork } from '../journal/pair-work.ts';
import { Refused } from '../node/refused.ts';
import { endHere, lockOffered } from './gift-answers.ts';
import { signMessage } from './sign-message.ts';
import { type TransferRow, transferById } from './transfer-store.ts';

/**
 * Takes a gift back; one to another bank also while that bank is away or the pair stands still. Who may ask for
 * it is the caller's to check. Refuses `not_found`, and `already_answered` when there is nothing to take back.
 */
export async function takeBack(tx: Queries, bank: Bank, id: string, after: Signal[]): Promise<TransferRow> {
  const gift = await transferById(tx, bank.id, id);
  if (gift === undefined) throw new Refused('not_found');
  if (gift.direction === 'local') return takeBackHere(tx, bank, gift, after);
  // The test hour belongs to the agreement and to nobody in particular.
  if (gift.direction !== 'out' || gift.pairId === null || gift.purpose !== 'gift')
    throw new Refused('already_answered');
  const work = await PairWork.open(tx, bank, gift.pairId);
  if (work === null) throw new Error(`pair ${gift.pairId} is gone`);
  // From here on no answer can come between.
  const row = await transferById(tx, bank.id, id);
  if (row?.status !== 'offered') throw new Refused('already_answered', { status: row?.status ?? '' });
  const offer = `${row.url}/1`;
  const cancel: GiftCancel = {
    kind: 'GiftCancel',
    id: `${row.url}/2`,
    exchange: row.url,
    object: offer,
    code: 'taken_back',
    answered: false,
  };
  const pair = { id: work.row.id, core: work.core, me: work.pair.me };
  work.answered([offer]);
  work.post(voidOf(row, work.row.mirrorId));
  work.change({ id, status: 'returned', code: cancel.code });
  work.note([await signMessage(bank, pair, cancel, row.id)]);
  await work.save();
  after.push({ kind: 'pair', bankId: bank.id, pairId: work.row.id }, { kind: 'transfer', bankId: bank.id, id });
  return { ...row, status: 'returned', code: cancel.code, updatedAt: new Date() };
}

/** A gift inside the bank that its receiver has not answered. */
async function takeBackHere(tx: Queries, bank: Bank, gift: TransferRow, after: Signal[]): Promise<TransferRow> {
  const row = await lockOffered(tx, bank.id, gift.id);
  return endHere(tx, bank, row, { status: 'returned', code: 'taken_back' }, after);
}
