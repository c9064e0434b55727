/**
 * Partners that are not heard of any more.
 *
 * Promises: from a number of days on new hours to such a partner wait and members are told since when; three times
 * as long makes the pair an orphan, which its operator can end alone. No journal is written for it, and the first
 * signed word of the partner makes it good again. A pair that is only quiet is asked once a day, so that quiet is
 * not taken for gone. Spec: a bank vanishes.
 *
 * @module
 */
import { and, eq, type SQL, sql } from 'drizzle-orm';
import type { Bank } from '../bank/bank.ts';
import type { Queries } from '../db/database.ts';
import { pair as pairTable } from '../db/schema.ts';
import type { Signal } from '../delivery/signals.ts';
import type { PairLine } from '../journal/pair-store.ts';

/** How it stands with a partner that has said nothing for long. */
export type Silence = 'suspended' | 'orphaned';

const DAY_MS = 86_400_000;
const ORPHANED = 3;

/** `null` while the partner was heard of within `days`. One that never said anything counts from the beginning. */
export function silenceOf(row: Pick<PairLine, 'lastSeenAt' | 'createdAt'>, days: number): Silence | null {
  const silent = (Date.now() - (row.lastSeenAt ?? row.createdAt).getTime()) / DAY_MS;
  if (silent < days) return null;
  return silent < days * ORPHANED ? 'suspended' : 'orphaned';
}

/** Greets partners that were not heard of for a day, though nothing was wrong. */
export function greetTheSilent(tx: Queries, bank: Bank, after: Signal[]): Promise<void> {
  const silent = sql`${pairTable.status} = 'active' and coalesce(${pairTable.lastSeenAt}, ${pairTable.createdAt}) < now() - interval '1 day'`;
  return greetAgain(tx, bank, silent, after);
}

/** Greets a partner that asks about a closed pair: it was restored, and may not know what followed. */
export function greetOnWhatFollowed(tx: Queries, bank: Bank, closed: PairLine, after: Signal[]): Promise<void> {
  return greetAgain(tx, bank, sql`${pairTable.peerBank} = ${closed.peerBank}`, after);
}

async function greetAgain(tx: Queries, bank: Bank, which: SQL, after: Signal[]): Promise<void> {
  const asked = await tx
    .update(pairTable)
    .set({ mode: 'waiting', attempts: 0, nextAttemptAt: new Date() })
    .where(and(eq(pairTable.bankId, bank.id), eq(pairTable.mode, 'open'), which))
    .returning({ id: pairTable.id });
  for (const { id } of asked) after.push({ kind: 'pair', bankId: bank.id, pairId: id });
}
