/**
 * Gifts to a member who wishes to be asked before hours come.
 *
 * Promises: what waits is put aside at the giver, so a yes never finds too little; a yes and a no are given once; the
 * giver hears of a no and has the hours again. A gift from a partner town is answered there by a signed message, and
 * until then its bank is told nothing. Spec: gift.
 *
 * @module
 */
import type { GiftAccept, GiftReject } from '@evenhour/protocol';
import { and, desc, eq, type SQL, sql } from 'drizzle-orm';
import { unionAll } from 'drizzle-orm/pg-core';
import type { Bank } from '../bank/bank.ts';
import type { Queries } from '../db/database.ts';
import { newId } from '../db/id.ts';
import { member, transfer } from '../db/schema.ts';
import type { Signal } from '../delivery/signals.ts';
import { PairWork } from '../journal/pair-work.ts';
import { lockAccounts, post } from '../ledger/ledger.ts';
import { findMember, type MemberRow } from '../member/members.ts';
import { Refused } from '../node/refused.ts';
import { type NewNotice, notify } from '../notification/notify.ts';
import { signMessage } from './sign-message.ts';
import { type TransferRow, transferById } from './transfer-store.ts';

/** Where a member reads what waits for their yes. */
export const WAITING_PATH = '/gifts';
const MOST_SHOWN = 50;

/** What a member is told when hours have come to them. */
export function hoursCame(memberId: string, name: string, minutes: number, id: string): NewNotice<'hours_came'> {
  return { memberId, kind: 'hours_came', facts: { name, minutes }, href: `/receipt/${id}` };
}

/** Says that a member wishes to be asked before gifts come, or not any more. What waits goes on waiting. */
export async function setGiftRule(tx: Queries, bankId: string, memberId: string, asks: boolean): Promise<MemberRow> {
  const [row] = await tx
    .update(member)
    .set({ asksGifts: asks })
    .where(and(eq(member.bankId, bankId), eq(member.id, memberId)))
    .returning();
  if (row === undefined || row.kind === 'fund') throw new Refused('not_found');
  return row;
}

export async function askReceiver(
  tx: Queries,
  bank: Bank,
  memberId: string,
  { id, counterpartyName, minutes }: Pick<TransferRow, 'id' | 'counterpartyName' | 'minutes'>,
): Promise<void> {
  const facts = { name: counterpartyName, minutes };
  await notify(tx, bank, { memberId, kind: 'gift_asked', facts, href: `${WAITING_PATH}#${id}` });
}

/** A gift that waits for a member's yes. */
export interface WaitingGift {
  readonly row: TransferRow;
  readonly giverName: string;
}

/** Gifts that wait for this member's yes, newest first. */
export async function waitingGifts(tx: Queries, bankId: string, memberId: string): Promise<WaitingGift[]> {
  const offered = [eq(transfer.bankId, bankId), eq(transfer.status, sql`'offered'`)] as const;
  const half = (giverName: SQL<string>, side: SQL | undefined) =>
    tx
      .select({ row: transfer, giverName })
      .from(transfer)
      .innerJoin(member, and(eq(member.bankId, transfer.bankId), eq(member.id, transfer.memberId)))
      .where(and(...offered, side))
      .orderBy(desc(transfer.id))
      .limit(MOST_SHOWN);
  const here = and(eq(transfer.direction, sql`'local'`), eq(transfer.counterparty, memberId));
  const from = and(eq(transfer.direction, sql`'in'`), eq(transfer.memberId, memberId));
  const all = await unionAll(half(sql`${member.name}`, here), half(sql`${transfer.counterpartyName}`, from));
  return all.sort((a, b) => (a.row.id < b.row.id ? 1 : -1));
}

/**
 * Says yes or no to a gift, as the member that it is for. Refuses `not_found` when it is somebody else's, and
 * `already_answered`; a yes that there is no room for refuses `account_full` and waits on.
 */
export async function answerGift(
  tx: Queries,
  bank: Bank,
  memberId: string,
  id: string,
  yes: boolean,
  after: Signal[],
): Promise<TransferRow> {
  const gift = await transferById(tx, bank.id, id);
  const receiver = gift?.direction === 'local' ? gift.counterparty : gift?.direction === 'in' ? gift.memberId : null;
  if (gift === undefined || receiver !== memberId || gift.purpose === 'exchange') throw new Refused('not_found');
  const member = await findMember(tx, bank.id, memberId);
  if (member === undefined) throw new Refused('not_found');
  if (yes && member.status !== 'active') throw new Refused('member_inactive', { handle: member.handle });
  if (gift.direction === 'in') return answerThere(tx, bank, gift, member, yes, after);
  const row = await lockOffered(tx, bank.id, id);
  if (!yes) {
    const facts = { name: member.name, minutes: row.minutes };
    await notify(tx, bank, { memberId: row.memberId, kind: 'gift_declined', facts, href: `/given/${row.id}` });
    return endHere(tx, bank, row, { status: 'declined', code: 'payee_unavailable' }, after);
  }
  const account = (await lockAccounts(tx, bank.id, [row.accountId, member.accountId])).get(member.accountId);
  if (account !== undefined && account.ceiling !== null && account.balance + row.minutes > account.ceiling)
    throw new Refused('account_full', { roomMinutes: Math.max(0, account.ceiling - account.balance) });
  return endHere(tx, bank, row, { status: 'settled', code: null }, after);
}

/** A gift inside the bank that nobody else answers meanwhile. Refuses `already_answered`. */
export async function lockOffered(tx: Queries, bankId: string, id: string): Promise<TransferRow> {
  const [row] = await tx
    .select()
    .from(transfer)
    .where(and(eq(transfer.bankId, bankId), eq(transfer.id, id)))
    .for('update');
  if (row === undefined) throw new Refused('not_found');
  if (row.status !== 'offered') throw new Refused('already_answered', { status: row.status });
  return row;
}

/** Ends a gift inside the bank that waited: the minutes go where they were meant to, or are free again. */
export async function endHere(
  tx: Queries,
  bank: Pick<Bank, 'id'>,
  row: TransferRow,
  end: { readonly status: 'settled' | 'declined' | 'returned'; readonly code: string | null },
  after: Signal[],
): Promise<TransferRow> {
  const receiver = await findMember(tx, bank.id, row.counterparty);
  if (receiver === undefined || row.holdId === null) throw new Error(`gift ${row.id} holds nothing`);
  const settled = end.status === 'settled';
  await post(tx, bank.id, [
    {
      id: newId(),
      kind: settled ? 'post' : 'void',
      debit: row.accountId,
      credit: receiver.accountId,
      minutes: settled ? row.minutes : 0,
      holdId: row.holdId,
      heldMinutes: row.minutes,
      cause: row.id,
      transferId: row.id,
    },
  ]);
  const [ended] = await tx
    .update(transfer)
    .set({ ...end, updatedAt: new Date() })
    .where(and(eq(transfer.bankId, bank.id), eq(transfer.id, row.id)))
    .returning();
  after.push({ kind: 'transfer', bankId: bank.id, id: row.id });
  return ended as TransferRow;
}

/** Answers a partner's offer, under the lock of its pair, so that its taking back cannot come between. */
async function answerThere(
  tx: Queries,
  bank: Bank,
  gift: TransferRow,
  receiver: MemberRow,
  yes: boolean,
  after: Signal[],
): Promise<TransferRow> {
  const work = gift.pairId === null ? null : await PairWork.open(tx, bank, gift.pairId);
  if (work === null) throw new Error(`pair ${gift.pairId} is gone`);
  const row = await transferById(tx, bank.id, gift.id);
  if (row?.status !== 'offered') throw new Refused('already_answered', { status: row?.status ?? '' });
  const base = { id: `${bank.origin}/ap/exchanges/${row.id}/1`, exchange: row.url, object: `${row.url}/1` };
  const answer: GiftAccept | GiftReject = yes
    ? { kind: 'GiftAccept', ...base, payeeRef: row.ownRef, payeeName: receiver.name }
    : { kind: 'GiftReject', ...base, code: 'payee_unavailable' };
  const pair = { id: work.row.id, core: work.core, me: work.pair.me };
  // The partner may have stopped asking for now; this goes by itself, and is given again whenever it asks.
  work.note([{ ...(await signMessage(bank, pair, answer, row.url)), pending: true }]);
  work.change(yes ? { id: row.id, status: 'accepted' } : { id: row.id, status: 'declined', code: 'payee_unavailable' });
  await work.save();
  after.push({ kind: 'pair', bankId: bank.id, pairId: work.row.id }, { kind: 'transfer', bankId: bank.id, id: row.id });
  return {
    ...row,
    status: yes ? 'accepted' : 'declined',
    code: yes ? null : 'payee_unavailable',
    updatedAt: new Date(),
  };
}
