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
import type { Incoming } from '../delivery/way-in.ts';
import type { PairLine } from '../journal/pair-store.ts';
import type { NodeContext } from '../node/env.ts';

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

/**
 * Greets a partner that asks about a closed pair on the pair that followed: it was restored, and may not know of that.
 * Only if what it asks with counts for that pair too, and once a minute: the key of a pair that is over stops no other.
 */
export async function greetOnWhatFollowed(
  tx: Queries,
  { partners, followedRate }: Pick<NodeContext, 'partners' | 'followedRate'>,
  { bank, partner, key }: Pick<Incoming, 'bank' | 'partner' | 'key'>,
  after: Signal[],
): Promise<void> {
  for (const { pairId, accepted } of partners.byKey(bank.id, partner.core.parties[partner.party].key.id))
    if (
      pairId !== partner.pairId &&
      accepted.some(({ publicMultikey }) => publicMultikey === key) &&
      followedRate.take(`${bank.id} ${pairId}`)
    )
      await greetAgain(tx, bank, eq(pairTable.id, pairId), after);
}

async function greetAgain(tx: Queries, bank: Bank, which: SQL, after: Signal[]): Promise<void> {
  const asked = await tx
    .update(pairTable)
    .set({ mode: 'waiting', attempts: 0, nextAttemptAt: new Date() })
    .where(and(eq(pairTable.bankId, bank.id), eq(pairTable.mode, 'open'), which))
    .returning({ id: pairTable.id });
  for (const { id } of asked) after.push({ kind: 'pair', bankId: bank.id, pairId: id });
}
