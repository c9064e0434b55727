/**
 * Which key a bank's entries and requests are signed with, as key changes follow each other.
 *
 * Promises: an entry of any time is checked with the key that held at its `seq`; a change works
 * forward only, so a bank cannot take back its debts by losing a key; between the Amend and the
 * first request under the new key neither bank locks the other out. Spec: key change.
 *
 * @module
 */
import { hashOfKey } from '../../wire/canonical.ts';
import type { Entry, Head, Party } from './entry.ts';
import type { PairTerms } from './pair.ts';

/** One key of a bank in one pair, from its first entry on. */
export interface KeyPeriod {
  /** A Multikey. */
  readonly key: string;
  /** The hash of the recovery key that may end this period. */
  readonly recovery: string;
  readonly fromSeq: number;
  /** The entry that brought the key; the genesis hash for the agreement's own. */
  readonly hash: string;
}

/** All keys of one bank in one pair, oldest first; never empty. */
export type KeySchedule = readonly [KeyPeriod, ...KeyPeriod[]];

/** The schedule of an empty journal: the key that the agreement pins. */
export function keysAtStart(terms: PairTerms, party: Party): KeySchedule {
  return [{ key: terms.keys[party], recovery: terms.recovery[party], fromSeq: 1, hash: terms.genesis }];
}

/**
 * The schedule after an entry of the same bank, verified. Anything but a key change that has effect
 * leaves it as it is; whether it has depends on this bank's journal alone.
 */
export function keysAfter(schedule: KeySchedule, entry: Entry): KeySchedule {
  const last = lastOf(schedule);
  const { body } = entry;
  if (body.kind !== 'Amend' || body.keyChange === undefined || entry.seq < last.fromSeq) return schedule;
  const { newKey, recoveryKey, nextRecovery } = body.keyChange;
  if (body.recoveryVerified !== true || hashOfKey(recoveryKey) !== last.recovery) return schedule;
  return [...schedule, { key: newKey, recovery: nextRecovery, fromSeq: entry.seq + 1, hash: entry.hash }];
}

/** The key that entry `seq` must be signed with. */
export function keyAt(schedule: KeySchedule, seq: number): string {
  return (schedule.findLast((period) => period.fromSeq <= seq) ?? schedule[0]).key;
}

/**
 * The key that I sign requests and answers with: the newest whose Amend the partner has applied.
 *
 * @param covered my head as the partner's last signed word names it
 */
export function requestKey(schedule: KeySchedule, covered: Head): string {
  return keyAt(schedule, covered.seq + 1);
}

/**
 * The keys that a request or answer of the partner may be signed with: the last one that was seen in
 * use and every newer one. What is older is refused for ever.
 *
 * @param used the key of the last request that was verified; the agreement's at first
 */
export function acceptedKeys(schedule: KeySchedule, used: string): readonly string[] {
  const since = schedule.findLastIndex((period) => period.key === used);
  return schedule.slice(Math.max(0, since)).map((period) => period.key);
}

function lastOf(schedule: KeySchedule): KeyPeriod {
  return schedule.at(-1) ?? schedule[0];
}
