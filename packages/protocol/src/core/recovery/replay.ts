/**
 * Two journals, as one bank holds them, folded again from their entries.
 *
 * Promises: each of the bank's own entries is applied at exactly its own cut, and each of the
 * partner's with all that it acknowledges, so every verdict is the one of the first time; the first
 * entry that does not fit is named. Spec: recovery, reconciliation, the end of a pair.
 *
 * @module
 */
import { type Appended, appendOwn, receive, sameHead, statementFor } from '../journal/decide.ts';
import { type Entry, other, type Party, type Statement, type VerifiedEntry } from '../journal/entry.ts';
import { judge } from '../journal/judge.ts';
import { type Both, type Pair, type PairTerms, startPair, type Transfer, transferKey } from '../journal/pair.ts';
import type { Facts, Refusal } from '../refusal.ts';

/** One entry that was applied again. `breach` is `null` when it has effect. */
export interface Reapplied {
  readonly appended: Appended;
  readonly breach: Refusal | null;
}

export interface Replayed {
  /** The fold of all that fitted. */
  readonly pair: Pair;
  readonly transfers: ReadonlyMap<string, Transfer>;
  readonly steps: readonly Reapplied[];
  /** Why the next entry does not fit, or `null` when all did. */
  readonly fault: Facts | null;
}

/**
 * Applies `journals` (by author, in order, beginning after the pair's heads): an own entry as soon as
 * its ack is reached, the partner's only as far as the next own entry needs them, then the rest.
 *
 * Fault reasons are those of `receive`, and for own entries `not_my_next`, `epoch`, `ack` (it
 * acknowledges less, or another entry, than the fold has) and `acknowledges_what_is_missing`.
 */
export function replay(
  start: Pair,
  transfers: ReadonlyMap<string, Transfer>,
  journals: Both<readonly Entry[]>,
): Replayed {
  const { me } = start;
  const book = new Map(transfers);
  const steps: Reapplied[] = [];
  let pair = start;
  const take = (next: Pair, appended: Appended, breach: Refusal | null): void => {
    pair = next;
    const { transfer } = appended;
    if (transfer !== null) book.set(transferKey(transfer.debtor, transfer.id), transfer);
    steps.push({ appended, breach });
  };
  const ended = (fault: Facts | null): Replayed => ({ pair, transfers: book, steps, fault });

  const [own, foreign] = [journals[me], journals[other(me)]];
  let mine = 0;
  let theirs = 0;
  while (mine < own.length || theirs < foreign.length) {
    const entry = own[mine];
    if (entry !== undefined && entry.ack.seq <= pair.heads[other(me)].seq) {
      const reason = ownFault(pair, entry);
      if (reason !== null) return ended({ epoch: entry.epoch, seq: entry.seq, reason });
      const breach = judge(pair.views[me], book, me, entry.body);
      const done = appendOwn(pair, book, entry, breach);
      take(done.pair, done.appended, breach);
      mine += 1;
      continue;
    }
    const next = foreign[theirs];
    if (next === undefined)
      return ended({ epoch: entry?.epoch ?? 0, seq: entry?.seq ?? 0, reason: 'acknowledges_what_is_missing' });
    const received = receive(pair, book, next as VerifiedEntry, undefined);
    if (received.outcome !== 'appended') return ended(received.refusal.facts);
    take(received.pair, received.appended, received.breach);
    theirs += 1;
  }
  return ended(null);
}

/** Folds two journals from the beginning, as `me`. Throws when they do not fit: the caller holds them already. */
export function foldJournals(terms: PairTerms, me: Party, journals: Both<readonly Entry[]>): Replayed {
  const folded = replay(startPair(terms, me), new Map(), journals);
  if (folded.fault !== null) throw new Error(`these journals do not fit: ${JSON.stringify(folded.fault)}`);
  return folded;
}

/**
 * What `author` had to state in front of its entry `seq`, at the cut of that entry. Both banks can
 * compute it for either journal, which is what {@link narrow} compares.
 */
export function statementAt(terms: PairTerms, journals: Both<readonly Entry[]>, author: Party, seq: number): Statement {
  const entry = journals[author][seq - 1];
  if (entry === undefined) throw new RangeError(`there is no entry ${seq}`);
  const own = journals[author].slice(0, seq - 1);
  const foreign = journals[other(author)].slice(0, entry.ack.seq);
  return statementFor(foldJournals(terms, author, author === 0 ? [own, foreign] : [foreign, own]).pair);
}

/** Why an entry of mine does not continue my journal at exactly this cut, or `null`. */
function ownFault(pair: Pair, entry: Entry): string | null {
  const head = pair.heads[pair.me];
  if (entry.author !== pair.me || entry.seq !== head.seq + 1 || entry.prev !== head.hash) return 'not_my_next';
  const rises = entry.epoch > head.epoch;
  if (entry.epoch < head.epoch || rises !== (entry.body.kind === 'Resume')) return 'epoch';
  return sameHead(entry.ack, pair.heads[other(pair.me)]) ? null : 'ack';
}
