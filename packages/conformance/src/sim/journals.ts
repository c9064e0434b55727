/**
 * What is looked for in whole journals.
 *
 * @module
 */
import type { EntryRow } from './work.ts';

/** The first place at which two copies of a journal differ, or `null`. */
export function parted(one: readonly EntryRow[], two: readonly EntryRow[]): number | null {
  for (let at = 0; at < Math.max(one.length, two.length); at++)
    if (one[at]?.entry.hash !== two[at]?.entry.hash) return at + 1;
  return null;
}

/**
 * The place of an entry that is written before an entry of the partner acknowledges the Resume in front of it, or
 * `null`. Only Checkpoints may be.
 */
export function writtenEarly(own: readonly EntryRow[], foreign: readonly EntryRow[]): number | null {
  for (const { entry: resume } of own) {
    if (resume.body.kind !== 'Resume') continue;
    const next = own.slice(resume.seq).find(({ entry }) => entry.body.kind !== 'Checkpoint')?.entry;
    const answer = foreign.find(({ entry }) => entry.ack.seq >= resume.seq)?.entry;
    if (next !== undefined && (answer === undefined || next.ack.seq < answer.seq)) return next.seq;
  }
  return null;
}
