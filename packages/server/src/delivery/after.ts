/**
 * What follows from a piece of work on a pair: who is woken, and the test hour.
 *
 * Promises: it runs inside the transaction of the work and only gathers signals; the test hour
 * that ends the making of an agreement goes there and back once.
 *
 * @module
 */
import { and, eq } from 'drizzle-orm';
import { type Bank, FUND_HANDLE } from '../bank/bank.ts';
import type { Queries } from '../db/database.ts';
import { exchange, member, pair as pairTable } from '../db/schema.ts';
import type { ExchangeRow } from '../exchange/exchange-store.ts';
import { give, TEST_BACK_WORDS, TEST_WORDS } from '../exchange/gifts.ts';
import type { PairRow } from '../journal/pair-store.ts';
import type { PairWork } from '../journal/pair-work.ts';
import { Refused } from '../node/refused.ts';
import type { Signal } from './signals.ts';

export async function afterWork(
  work: PairWork,
  settled: readonly ExchangeRow[],
  touched: readonly string[],
  after: Signal[],
): Promise<void> {
  const { tx, bank, row } = work;
  after.push({ kind: 'pair', bankId: bank.id, pairId: row.id });
  for (const id of touched) after.push({ kind: 'exchange', bankId: bank.id, id });
  for (const done of settled) {
    after.push({ kind: 'exchange', bankId: bank.id, id: done.id });
    if (row.testedAt !== null) continue;
    if (done.purpose === 'test' && done.direction === 'in')
      await giveTestHour(tx, bank, row, 'test_back', done.minutes);
    if (done.purpose === 'test_back')
      await tx
        .update(pairTable)
        .set({ testedAt: new Date() })
        .where(and(eq(pairTable.bankId, bank.id), eq(pairTable.id, row.id)));
  }
}

/** The bank that said the second yes sends the test hour as soon as the pair is open. */
export async function beginTestHour(tx: Queries, bank: Bank, row: PairRow): Promise<void> {
  if (row.testedAt !== null || row.invitationId === null) return;
  const [begun] = await tx
    .select({ id: exchange.id })
    .from(exchange)
    .where(and(eq(exchange.bankId, bank.id), eq(exchange.pairId, row.id), eq(exchange.purpose, 'test')));
  if (begun === undefined) await giveTestHour(tx, bank, row, 'test', 60);
}

async function giveTestHour(
  tx: Queries,
  bank: Bank,
  row: PairRow,
  purpose: 'test' | 'test_back',
  minutes: number,
): Promise<void> {
  const [fund] = await tx
    .select()
    .from(member)
    .where(and(eq(member.bankId, bank.id), eq(member.handle, FUND_HANDLE)));
  if (fund === undefined) throw new Error(`bank ${bank.id} has no fund`);
  try {
    await give(tx, bank, {
      from: fund,
      to: `${FUND_HANDLE}@${new URL(row.peerOrigin).host}`,
      minutes,
      content: purpose === 'test' ? TEST_WORDS : TEST_BACK_WORDS,
      purpose,
    });
  } catch (error) {
    // A limit under an hour leaves no room for the test; the agreement stands all the same.
    if (!(error instanceof Refused)) throw error;
  }
}
