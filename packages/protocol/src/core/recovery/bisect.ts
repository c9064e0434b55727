/**
 * Reconciliation: two banks hold the same entries and reach different sums, so one of their programs
 * is wrong. This finds the first entry of a journal that they count differently.
 *
 * Promises: each question halves what is left, so a million entries take twenty. Pure: the caller
 * asks the partner. Spec: reconciliation.
 *
 * @module
 */
import type { Statement } from '../journal/entry.ts';

/** Statements in front of entry `same` agree, those in front of `differs` do not. */
export interface Search {
  readonly same: number;
  readonly differs: number;
}

/** Begins with a Checkpoint, at `seq` in its writer's journal, whose statement is disputed. */
export function beginSearch(seq: number): Search {
  return { same: 1, differs: seq };
}

/** The `seq` to compare next, or `null` when the search is over. */
export function nextProbe(search: Search): number | null {
  const middle = Math.floor((search.same + search.differs) / 2);
  return middle > search.same ? middle : null;
}

/** The search after both banks stated what they compute in front of entry `seq`. */
export function narrow(search: Search, seq: number, mine: Statement, theirs: Statement): Search {
  return sameFigures(mine, theirs) ? { ...search, same: seq } : { ...search, differs: seq };
}

/**
 * The entry at which the two programs part, once {@link nextProbe} is `null`: it, or one of the other
 * journal's entries that the next entry acknowledges and it does not, is counted differently.
 */
export function firstDifference(search: Search): number {
  return search.same;
}

function sameFigures(a: Statement, b: Statement): boolean {
  return (
    a.debtMinutes === b.debtMinutes &&
    a.openMinutes.own === b.openMinutes.own &&
    a.openMinutes.peer === b.openMinutes.peer &&
    a.limitMinutes.own === b.limitMinutes.own &&
    a.limitMinutes.peer === b.limitMinutes.peer
  );
}
