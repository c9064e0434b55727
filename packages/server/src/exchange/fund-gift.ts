/**
 * What the community fund gives the giver of an exchange whose dispute the desk has settled.
 *
 * Promises: nothing is given before both have said yes, and then once. A fund that has too few hours by then, and a
 * giver who has no room, are asked again each day; one who is not there any more gets nothing.
 *
 * @module
 */
import type { RefusalCode } from '@evenhour/protocol';
import { type Bank, FUND_HANDLE } from '../bank/bank.ts';
import { type DueHandler, remindAt } from '../clock/due.ts';
import type { Queries } from '../db/database.ts';
import { findMember } from '../member/members.ts';
import { giveAll } from '../transfer/giving.ts';
import { changeExchange, type ExchangeRow, loadExchange } from './exchange-store.ts';

/** The kind under which the clock knows them. */
export const FUND_GIFT = 'fund_gift';
const AGAIN_MS = 24 * 60 * 60_000;
/** What may be otherwise another day. */
const LATER: ReadonlySet<RefusalCode> = new Set<RefusalCode>(['not_enough_hours', 'account_full', 'member_inactive']);

/** Lets the fund give what it is to give, if the hours of the exchange have moved. */
export async function fundFollows(tx: Queries, bank: Bank, row: ExchangeRow): Promise<void> {
  if (row.fundMinutes > 0 && row.reserved === 'settled')
    await remindAt(tx, bank, { kind: FUND_GIFT, subject: row.id, at: new Date() });
}

export const fundGives: DueHandler = async (tx, bank, id, now) => {
  const row = (await loadExchange(tx, bank.id, id, true))?.row;
  if (row === undefined || row.fundMinutes === 0 || row.reserved !== 'settled') return;
  const giver = await findMember(tx, bank.id, row.giverId ?? '');
  if (giver === undefined) return;
  const from = { from: FUND_HANDLE, follows: 'dispute' } as const;
  const [result] = await giveAll(tx, bank, [
    { ...from, to: giver.handle, minutes: row.fundMinutes, content: row.title },
  ]);
  if (result === undefined || result.ok || !LATER.has(result.refusal.code))
    await changeExchange(tx, row, { fundMinutes: 0 });
  else await remindAt(tx, bank, { kind: FUND_GIFT, subject: id, at: new Date(now.getTime() + AGAIN_MS) });
};
