/**
 * Statements of a pair: each bank signs what it computes, so that both can say the same figure.
 *
 * Promises: a statement is an ordinary journal entry at its own cut; a pair that is quiet is not
 * written to again.
 *
 * @module
 */
import { statementFor } from '@evenhour/protocol';
import { and, eq, sql } from 'drizzle-orm';
import type { Bank } from '../bank/bank.ts';
import type { Queries } from '../db/database.ts';
import { journalEntry } from '../db/schema.ts';
import type { Signal } from '../delivery/signals.ts';
import { Refused } from '../node/refused.ts';
import { PairWork } from './pair-work.ts';

/** Writes a statement now. Refuses when the pair is waiting or halted. */
export async function writeStatement(tx: Queries, bank: Bank, pairId: string, after: Signal[]): Promise<void> {
  const work = await PairWork.open(tx, bank, pairId);
  if (work === null) throw new Refused('not_found');
  await stateIn(work, after);
}

/** Writes a statement if anything but statements was written since the last one, by either bank. */
export async function writeStatementIfDue(tx: Queries, bank: Bank, pairId: string, after: Signal[]): Promise<boolean> {
  const work = await PairWork.open(tx, bank, pairId);
  if (work === null || work.row.mode !== 'open') return false;
  const [news] = await tx
    .select({ seq: journalEntry.seq })
    .from(journalEntry)
    .where(
      and(
        eq(journalEntry.bankId, bank.id),
        eq(journalEntry.pairId, pairId),
        eq(journalEntry.author, work.pair.me),
        sql`${journalEntry.seq} > ${work.row.statedSeq}`,
        sql`${journalEntry.kind} <> 'Checkpoint'`,
      ),
    )
    .limit(1);
  if (news === undefined) return false;
  await stateIn(work, after);
  return true;
}

async function stateIn(work: PairWork, after: Signal[]): Promise<void> {
  const written = work.write({ kind: 'Checkpoint', statement: statementFor(work.pair) });
  if (!written.ok) throw new Refused(written.refusal);
  work.changes = { ...work.changes, statedSeq: work.pair.heads[work.pair.me].seq };
  await work.save();
  after.push({ kind: 'pair', bankId: work.bank.id, pairId: work.row.id });
}
