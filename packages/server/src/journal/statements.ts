/**
 * Statements of a pair: each bank signs what it computes, so that both can say the same figure.
 *
 * Promises: a statement is an ordinary journal entry at its own cut; a pair that is quiet is not
 * written to again.
 *
 * @module
 */
import { isRecovering, other, type Party, statementFor } from '@evenhour/protocol';
import { and, desc, eq, or, sql } from 'drizzle-orm';
import type { Bank } from '../bank/bank.ts';
import type { Queries } from '../db/database.ts';
import { standingEntry } from '../db/schema.ts';
import type { Signal } from '../delivery/signals.ts';
import { Refused } from '../node/refused.ts';
import { PairWork } from './pair-work.ts';

/** Writes a statement now. Refuses when the pair is waiting or halted. */
export async function writeStatement(tx: Queries, bank: Bank, pairId: string, after: Signal[]): Promise<void> {
  const work = await PairWork.open(tx, bank, pairId);
  if (work === null) throw new Refused('not_found');
  await stateIn(work, after);
}

/** So many entries of both journals together call for a statement, also while a pair is busy. */
const ENTRIES = 100;

/** Whether so many entries were appended since our last statement that the next one is due. Reads nothing. */
export function isStatementDue({ pair, row }: PairWork): boolean {
  return pair.heads[0].seq + pair.heads[1].seq - row.statedSeqs >= ENTRIES;
}

/** Writes a statement if it is due by the number of entries. Another process may have been quicker. */
export async function writeStatementIfDue(tx: Queries, bank: Bank, pairId: string, after: Signal[]): Promise<boolean> {
  const work = await PairWork.open(tx, bank, pairId);
  if (work === null || !mayState(work) || !isStatementDue(work)) return false;
  await stateIn(work, after);
  return true;
}

/** Writes a statement if anything but statements was written since our last one, by either bank. */
export async function writeStatementIfNews(tx: Queries, bank: Bank, pairId: string, after: Signal[]): Promise<boolean> {
  const work = await PairWork.open(tx, bank, pairId);
  if (work === null || !mayState(work) || !(await hasNews(work))) return false;
  await stateIn(work, after);
  return true;
}

function mayState({ row, pair }: PairWork): boolean {
  return row.mode === 'open' && !isRecovering(pair);
}

async function hasNews({ tx, bank, row, pair }: PairWork): Promise<boolean> {
  const ofPair = and(eq(standingEntry.bankId, bank.id), eq(standingEntry.pairId, row.id));
  // No further back than that many entries, for then the next one was due.
  const [last] = await tx
    .select({ seq: standingEntry.seq, ackSeq: standingEntry.ackSeq })
    .from(standingEntry)
    .where(and(ofPair, eq(standingEntry.author, pair.me), eq(standingEntry.kind, 'Checkpoint')))
    .orderBy(desc(standingEntry.seq))
    .limit(1);
  const after = (author: Party, seq: number) =>
    sql`${standingEntry.author} = ${author} and ${standingEntry.seq} > ${seq}`;
  const [news] = await tx
    .select({ seq: standingEntry.seq })
    .from(standingEntry)
    .where(
      and(
        ofPair,
        or(after(pair.me, last?.seq ?? 0), after(other(pair.me), last?.ackSeq ?? 0)),
        sql`${standingEntry.kind} <> 'Checkpoint'`,
      ),
    )
    .limit(1);
  return news !== undefined;
}

async function stateIn(work: PairWork, after: Signal[]): Promise<void> {
  const written = work.write({ kind: 'Checkpoint', statement: statementFor(work.pair) });
  if (!written.ok) throw new Refused(written.refusal);
  work.changes = { ...work.changes, statedSeqs: work.pair.heads[0].seq + work.pair.heads[1].seq };
  await work.save();
  after.push({ kind: 'pair', bankId: work.bank.id, pairId: work.row.id });
}
