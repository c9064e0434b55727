/**
 * What follows from a piece of work on a pair: who is woken, and the test hour.
 *
 * Promises: it runs inside the transaction of the work and only gathers signals; the test hour
 * that ends the making of an agreement goes there and back once, and is tried again at the next
 * greeting if it could not. The way back is known by the transfer that it reverses: our own.
 *
 * @module
 */
import { isRecovering, other } from '@evenhour/protocol';
import { and, eq, sql } from 'drizzle-orm';
import { carryOver } from '../agreement/successor.ts';
import { type Bank, FUND_ACCOUNT, FUND_HANDLE } from '../bank/bank.ts';
import { writeKeyChanges } from '../bank/rotate.ts';
import type { Queries } from '../db/database.ts';
import { pair as pairTable, transfer } from '../db/schema.ts';
import { exchangesFollow, hoursThatWait } from '../exchange/across-hours.ts';
import type { PairLine } from '../journal/pair-store.ts';
import type { PairWork } from '../journal/pair-work.ts';
import { giveDueAnswers } from '../journal/settle.ts';
import { isStatementDue } from '../journal/statements.ts';
import { Refused } from '../node/refused.ts';
import { notifyAll } from '../notification/notify.ts';
import { hoursCame } from '../transfer/gift-answers.ts';
import { TEST_BACK_WORDS, TEST_WORDS } from '../transfer/gifts.ts';
import { give } from '../transfer/giving.ts';
import { repeatYeses } from '../transfer/results.ts';
import type { TransferRow } from '../transfer/transfer-store.ts';
import type { Signal } from './signals.ts';

export async function afterWork(
  work: PairWork,
  settled: readonly TransferRow[],
  touched: readonly string[],
  after: Signal[],
): Promise<void> {
  const { bank, row } = work;
  after.push({ kind: 'pair', bankId: bank.id, pairId: row.id });
  if (isStatementDue(work)) after.push({ kind: 'statement', bankId: bank.id, pairId: row.id });
  const { me, views } = work.pair;
  if (work.asLoaded.views[me].keys[other(me)] !== views[me].keys[other(me)]) after.push({ kind: 'partners' });
  // From the first signed head that covers our change of key on, the partner is spoken to under the new one.
  const change = bank.uncovered.get(row.id);
  const covered = work.changes.deliveredSeq ?? row.deliveredSeq;
  if (change !== undefined && (change <= covered || row.mode === 'waiting')) after.push({ kind: 'banks' });
  for (const id of touched) after.push({ kind: 'transfer', bankId: bank.id, id });
  for (const done of settled) after.push({ kind: 'transfer', bankId: bank.id, id: done.id });
  // Of what nobody could take, and of what is the fund's, nobody is told.
  const came = settled.filter(
    ({ direction, purpose, code, accountId }) =>
      direction === 'in' && purpose === 'gift' && code === null && accountId !== FUND_ACCOUNT,
  );
  await notifyAll(
    work.tx,
    bank,
    came.map(({ id, memberId, counterpartyName, minutes }) => hoursCame(memberId, counterpartyName, minutes, id)),
  );
  await exchangesFollow(work, after);
  if (isRecovering(work.asLoaded) && !isRecovering(work.pair)) {
    await giveDueAnswers(work.tx, bank, row.id);
    after.push({ kind: 'again', bankId: bank.id, pairId: row.id });
    await carryOver(work.tx, bank, row, work.core);
    await greeted(work.tx, bank, row, after);
  } else if (row.testedAt === null && settled.some(({ purpose }) => purpose === 'test' || purpose === 'test_back'))
    await goOnWithTest(work.tx, bank, row, 'settled');
}

const TEST_MINUTES = 60;

/** What is done when the pair is open, after a greeting or a recovery: what waited for that is written. */
export async function greeted(tx: Queries, bank: Bank, row: PairLine, after: Signal[]): Promise<void> {
  await repeatYeses(tx, bank.id, row.id);
  if (await writeKeyChanges(tx, bank, row.id)) after.push({ kind: 'banks' }, { kind: 'partners' });
  await goOnWithTest(tx, bank, row, 'greeted');
  await hoursThatWait(tx, bank, row.id, after);
}

/**
 * The next step of the test hour, if one is left: the bank that made the invitation, and so said the second
 * yes, sends it, at a greeting; the other one gives it back.
 */
async function goOnWithTest(tx: Queries, bank: Bank, row: PairLine, since: 'greeted' | 'settled'): Promise<void> {
  if (row.testedAt !== null) return;
  const gone = sql`${transfer.status} in ('declined', 'returned')`;
  const steps = await tx
    .select()
    .from(transfer)
    .where(
      and(
        eq(transfer.bankId, bank.id),
        eq(transfer.pairId, row.id),
        sql`${transfer.purpose} in ('test', 'test_back') and not ${gone}`,
      ),
    );
  const settled = steps.filter(({ status, accountId }) => status === 'settled' && accountId === FUND_ACCOUNT);
  const [outward, homeward] = row.invitationId === null ? (['in', 'out'] as const) : (['out', 'in'] as const);
  const there = settled.find(({ purpose, direction }) => purpose === 'test' && direction === outward);
  const back = settled.find(
    ({ purpose, direction, reverses }) =>
      purpose === 'test_back' && direction === homeward && reverses !== null && reverses === there?.transfer,
  );
  const begun = steps.some(({ direction }) => direction === 'out');
  if (back !== undefined)
    await tx
      .update(pairTable)
      .set({ testedAt: new Date() })
      .where(and(eq(pairTable.bankId, bank.id), eq(pairTable.id, row.id)));
  else if (!begun && outward === 'out' && since === 'greeted')
    await giveTestHour(tx, bank, row, { purpose: 'test', minutes: TEST_MINUTES });
  else if (!begun && there?.transfer != null && there.minutes === TEST_MINUTES)
    await giveTestHour(tx, bank, row, { purpose: 'test_back', minutes: TEST_MINUTES, reverses: there.transfer });
}

async function giveTestHour(
  tx: Queries,
  bank: Bank,
  row: PairLine,
  step: { purpose: 'test' | 'test_back'; minutes: number; reverses?: string },
): Promise<void> {
  try {
    await give(tx, bank, {
      ...step,
      from: FUND_HANDLE,
      to: `${FUND_HANDLE}@${new URL(row.peerOrigin).host}`,
      content: step.purpose === 'test' ? TEST_WORDS : TEST_BACK_WORDS,
    });
  } catch (error) {
    // A limit under an hour leaves no room for the test; the agreement stands all the same.
    if (!(error instanceof Refused)) throw error;
  }
}
