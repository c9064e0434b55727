/**
 * What the desk does with a gathering that a member hosts.
 *
 * Promises: it has a slip with a reason, of which the host is told; what the town hosts is the desk's own. A host does
 * it themselves.
 *
 * @module
 */
import type { Caller } from '../auth/tokens.ts';
import type { Bank } from '../bank/bank.ts';
import { type DeskNote, noteFor } from '../broker/desk.ts';
import type { Queries } from '../db/database.ts';
import { findGathering, type GatheringRow, TOWN } from './store.ts';

/** The gathering as it is now, and what was done; `null`: there was nothing to do. */
export interface HostDeed {
  readonly row: GatheringRow;
  readonly done: { readonly did: 'change' | 'cancel' | 'credit'; readonly minutes: number } | null;
}

/**
 * Does `work`, which hears which coordinator does it, if one does. Refuses what `work` does; of the desk, when a member
 * hosts, also `invalid_request` without a reason, and `not_allowed` when the coordinator acts for that member.
 */
export async function forHost(
  tx: Queries,
  bank: Bank,
  caller: Caller,
  id: string,
  note: DeskNote,
  work: (coordinator?: string) => Promise<HostDeed>,
): Promise<GatheringRow> {
  if (caller.role === 'member') return (await work()).row;
  const hostId = (await findGathering(tx, bank.id, id))?.hostId ?? TOWN;
  if (hostId === TOWN) return (await work(caller.personId)).row;
  return noteFor(tx, bank, caller, { memberId: hostId, ...note }, async ({ personId }) => {
    const { row, done } = await work(personId);
    const what = done && { kind: 'gathering' as const, subjectId: id, what: { ...done, title: row.title } };
    return { done: row, what };
  });
}
