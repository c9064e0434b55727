/**
 * How much a member may give to one partner within a while, where hours are given by exchanges.
 *
 * Promises: what an exchange holds already counts once.
 *
 * @module
 */
import type { Act } from '@evenhour/protocol';
import type { Bank } from '../bank/bank.ts';
import type { Queries } from '../db/database.ts';
import { Refused } from '../node/refused.ts';
import { givenLately, latelyKey } from '../transfer/given-before.ts';
import { minutesIn, partsOf } from './across-holds.ts';
import { type ExchangeRow, termsOf } from './exchange-store.ts';

/** How many more minutes the member who receives may give for this exchange; never negative. */
export async function leftToGive(
  tx: Queries,
  { id: bankId, settings }: Pick<Bank, 'id' | 'settings'>,
  { receiverId, pairId }: Pick<ExchangeRow, 'receiverId' | 'pairId'>,
): Promise<number> {
  const memberId = receiverId ?? '';
  const given = (await givenLately(tx, bankId, [memberId])).get(latelyKey(memberId, pairId ?? '')) ?? 0;
  return Math.max(0, settings.memberCapMinutes - given);
}

/**
 * Refuses `over_member_cap` to say or accept terms of an exchange across for which the member's hours could never be
 * put aside.
 */
export async function mustBeWithinMemberCap(
  tx: Queries,
  bank: Pick<Bank, 'id' | 'settings'>,
  row: ExchangeRow,
  act: Act,
): Promise<void> {
  const open = row.state.status === 'agreed' ? row.state.change : null;
  const terms = 'terms' in act ? act.terms : act.kind === 'Accept' ? (open?.terms ?? termsOf(row.state)) : null;
  if (terms === null) return;
  const held = minutesIn((await partsOf(tx, row)).filter(({ status }) => status !== 'returned'));
  const leftMinutes = held + (await leftToGive(tx, bank, row));
  if (terms.minutes > leftMinutes)
    throw new Refused('over_member_cap', { capMinutes: bank.settings.memberCapMinutes, leftMinutes });
}
