/**
 * Recovery after a restore: from what the backup holds and what the partner presents to the pair as
 * it was, with the list of what has to be applied again.
 *
 * Promises: an entry that was ever acknowledged is not lost; an entry of the backup that the partner
 * never took and can never take is named, so that what it moved is given back; what cannot have come
 * from two honest banks is refused and kept as evidence. Entries are applied in an order that both
 * chains and all acks allow, each at its own cut, so every verdict is the one of the first time. The
 * caller then writes a Resume. Spec: recovery.
 *
 * @module
 */

import { type Entry, other, type VerifiedEntry } from '../journal/entry.ts';
import type { Both, Pair, Transfer } from '../journal/pair.ts';
import { type Facts, type Refusal, refusal } from '../refusal.ts';
import { type Reapplied, replay } from './replay.ts';

/** What a restored bank has in hand. Lists are by author, in order, and begin after the fold's heads. */
export interface Restored {
  /**
   * A fold to go on from: the backup's own, if the partner holds both of its heads, by hash; else
   * `startPair`, to begin from the beginning.
   */
  readonly pair: Pair;
  /** The transfers of that fold, by `transferKey`. */
  readonly transfers: ReadonlyMap<string, Transfer>;
  readonly backup: Both<readonly Entry[]>;
  /** Mine as the partner holds them, and the partner's own. */
  readonly partner: Both<readonly VerifiedEntry[]>;
}

export type Recovered =
  | {
      readonly ok: true;
      readonly pair: Pair;
      readonly transfers: ReadonlyMap<string, Transfer>;
      /**
       * In order, without what the backup holds: each is stored, and its minutes move again. The transfer
       * of a step is as it stood then; how all stand now is in `transfers`.
       */
      readonly reapplied: readonly Reapplied[];
      /** Entries of the backup, by author, that no longer stand. What they moved is moved back. */
      readonly dropped: Both<readonly Entry[]>;
    }
  | {
      readonly ok: false;
      /** `from_the_beginning`: the backup's fold is no prefix of what stands; call again with `startPair`. */
      readonly next: 'from_the_beginning' | 'halt';
      readonly refusal: Refusal;
      /** Two signed entries of one writer at one place, when that is the reason. */
      readonly fork: readonly [Entry, Entry] | null;
    };

/**
 * Rebuilds a pair.
 *
 * Refuses `fork` (with both entries) and `chain_fault`, fact `reason`:
 * `partner_withholds` (its signed acks name entries that it does not present), or what
 * {@link replay} finds wrong with the journals.
 */
export function recover(restored: Restored): Recovered {
  const { backup, partner } = restored;
  const me = restored.pair.me;
  const peer = other(me);

  const mine = choose(backup[me], partner[me]);
  if (mine.fork !== null) return forked(mine.fork);
  const theirs = choose(backup[peer], partner[peer]);
  if (theirs.fork !== null) return forked(theirs.fork);

  // Of my own journal the partner's copy stands: it can take nothing else at a place that is filled.
  const own = mine.parted ? partner[me] : mine.longer;
  const droppedOwn = mine.parted ? backup[me].slice(mine.common) : [];
  if (acknowledges(backup[peer], droppedOwn) || acknowledges(partner[peer], droppedOwn))
    return halt({ reason: 'partner_withholds' });

  // Of the partner's journal what I took stands, unless an entry of mine acknowledges the other branch.
  const taken = theirs.parted && acknowledges(own, partner[peer].slice(theirs.common));
  const foreign = theirs.parted ? (taken ? partner[peer] : backup[peer]) : theirs.longer;
  const droppedForeign = taken ? backup[peer].slice(theirs.common) : [];

  const replayed = replay(restored.pair, restored.transfers, me === 0 ? [own, foreign] : [foreign, own]);
  if (replayed.fault !== null) return restart(restored, replayed.fault);
  const kept = new Set([...backup[0], ...backup[1]].map((entry) => entry.hash));
  return {
    ok: true,
    pair: replayed.pair,
    transfers: replayed.transfers,
    reapplied: replayed.steps.filter(({ appended }) => !kept.has(appended.entry.hash)),
    dropped: me === 0 ? [droppedOwn, droppedForeign] : [droppedForeign, droppedOwn],
  };
}

interface Choice {
  /** How many entries both lists begin with. */
  readonly common: number;
  /** Whether both go on differently after that. */
  readonly parted: boolean;
  readonly longer: readonly Entry[];
  readonly fork: readonly [Entry, Entry] | null;
}

/** Compares two copies of one journal. Two epochs at one place are a restore; one epoch is a fork. */
function choose(backup: readonly Entry[], presented: readonly Entry[]): Choice {
  const most = Math.min(backup.length, presented.length);
  let common = 0;
  while (common < most && backup[common]?.hash === presented[common]?.hash) common += 1;
  const [held, shown] = [backup[common], presented[common]];
  const longer = backup.length > presented.length ? backup : presented;
  if (held === undefined || shown === undefined) return { common, parted: false, longer, fork: null };
  const fork = held.epoch === shown.epoch && held.seq === shown.seq ? ([held, shown] as const) : null;
  return { common, parted: true, longer, fork };
}

/** Whether an entry of `journal` names one of `branch`, which is of the other bank, in its ack. */
function acknowledges(journal: readonly Entry[], branch: readonly Entry[]): boolean {
  const hashes = new Set(branch.map((entry) => entry.hash));
  return journal.some((entry) => hashes.has(entry.ack.hash));
}

/** What does not fit a fold of the backup may fit from the beginning; from there it is final. */
function restart(restored: Restored, facts: Facts): Recovered {
  const began = restored.pair.heads.every((head) => head.seq === 0);
  return began ? halt(facts) : { ...halt(facts), next: 'from_the_beginning' };
}

function halt(facts: Facts): Extract<Recovered, { ok: false }> {
  return { ok: false, next: 'halt', refusal: refusal('chain_fault', facts), fork: null };
}

function forked(fork: readonly [Entry, Entry]): Recovered {
  const { epoch, seq } = fork[0];
  return { ok: false, next: 'halt', refusal: refusal('fork', { epoch, seq }), fork };
}
