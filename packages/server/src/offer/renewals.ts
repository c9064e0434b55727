/**
 * Keeping offers fresh: a kind word before one ends, and one click that keeps it.
 *
 * Promises: the link in the letter renews this offer, once, and opens nothing else: its secret belongs to the offer and
 * the day on which it ends. Nothing is renewed by reading a letter; a button has to be pressed.
 *
 * @module
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Bank } from '../bank/bank.ts';
import { forget, remindAt } from '../clock/due.ts';
import type { Queries } from '../db/database.ts';
import type { OfferRow } from './row.ts';

/** The kind under which the clock knows the end of offers. */
export const OFFER_ENDS = 'offer_ends';
export const NOTICE_MS = 14 * 24 * 60 * 60_000;

/** The secret of the link that renews an offer without signing in. */
export function renewToken(
  bank: Pick<Bank, 'id' | 'seal'>,
  { id, expiresAt }: Pick<OfferRow, 'id' | 'expiresAt'>,
): string {
  const key = bank.seal.derive(`${bank.id} renew`);
  return createHmac('sha256', key).update(`${id} ${expiresAt.getTime()}`).digest('base64url');
}

export function isRenewToken(bank: Pick<Bank, 'id' | 'seal'>, row: OfferRow, token: string): boolean {
  const [meant, given] = [Buffer.from(renewToken(bank, row)), Buffer.from(token)];
  return meant.length === given.length && timingSafeEqual(meant, given);
}

export function renewPath(bank: Pick<Bank, 'id' | 'seal'>, row: OfferRow): string {
  return `/offers/${row.id}/renew/${renewToken(bank, row)}`;
}

/** Lets the clock look at an offer two weeks before its end, and again at its end. */
export async function watchEnd(tx: Queries, bank: Bank, row: OfferRow): Promise<void> {
  if (row.status !== 'open') return forget(tx, bank, { kind: OFFER_ENDS, subject: row.id });
  const notice = row.expiresAt.getTime() - NOTICE_MS;
  const at = row.remindedAt === null ? new Date(notice) : row.expiresAt;
  await remindAt(tx, bank, { kind: OFFER_ENDS, subject: row.id, at });
}
