/**
 * The end of a pair that cannot go on: which position both banks confirm, and what each does about
 * the rest.
 *
 * Promises: the position is the fold of entries that both hold and whose acks lie within them; a
 * member gets back what was held or posted for her and is not in it; what a bank credited and nobody
 * owes it any more is named as its loss. Spec: the end of a pair.
 *
 * @module
 */

import { type Entry, type Head, other, type Party } from '../journal/entry.ts';
import { type Both, debtOf, type PairTerms, type Transfer, type View } from '../journal/pair.ts';
import { add, type Minutes, ZERO } from '../minutes.ts';
import { foldJournals } from './replay.ts';

/**
 * The longest cut that both banks hold: of each journal what both copies begin with, made shorter
 * until no entry within it acknowledges one outside.
 *
 * @param mine both journals as I hold them, by author
 * @param theirs the hashes of both journals as the partner holds them, by author, from the first entry
 */
export function confirmedCut(mine: Both<readonly Entry[]>, theirs: Both<readonly string[]>): Both<number> {
  const common = (party: Party): number => {
    const parted = mine[party].findIndex((entry, index) => entry.hash !== theirs[party][index]);
    return parted === -1 ? mine[party].length : parted;
  };
  const cut: [number, number] = [common(0), common(1)];
  const reaches = (party: Party): boolean => (mine[party][cut[party] - 1]?.ack.seq ?? 0) > cut[other(party)];
  while (reaches(0) || reaches(1)) cut[reaches(0) ? 0 : 1] -= 1;
  return cut;
}

/** The cut of a Checkpoint: the position that its writer stated, for both banks that agree with it. */
export function cutOfEntry(entry: Entry): Both<number> {
  return entry.author === 0 ? [entry.seq - 1, entry.ack.seq] : [entry.ack.seq, entry.seq - 1];
}

export interface Settlement {
  readonly view: View;
  /** What a successor agreement may carry over; `null` when nobody owes anything. */
  readonly opening: { readonly debtor: string; readonly minutes: number; readonly causes: Both<Head> } | null;
  /** Holds of mine that end with the pair: the payer's minutes are free again. */
  readonly released: readonly Transfer[];
  /** Posts of mine that are not in the position: each is refunded to its payer by a new posting. */
  readonly refunded: readonly Transfer[];
  /** Posts of the partner that I credited and that are not in the position. */
  readonly lost: readonly Transfer[];
  /** What they come to: it goes from my community loss account to the account that mirrors the partner. */
  readonly lossMinutes: Minutes;
}

/**
 * What ending the pair at `cut` means for bank `me`.
 *
 * @param journals both journals as I hold them, from the first entry
 * @param now the transfers of the pair as my ledger has them
 */
export function settle(
  terms: PairTerms,
  me: Party,
  journals: Both<readonly Entry[]>,
  now: ReadonlyMap<string, Transfer>,
  cut: Both<number>,
): Settlement {
  const folded = foldJournals(terms, me, [journals[0].slice(0, cut[0]), journals[1].slice(0, cut[1])]);
  const view = folded.pair.views[me];
  const released: Transfer[] = [];
  const refunded: Transfer[] = [];
  const lost: Transfer[] = [];
  for (const [key, transfer] of now) {
    const counted = (folded.transfers.get(key)?.posted ?? null) !== null;
    if (!transfer.holdCounts || counted) continue;
    const posted = transfer.posted !== null;
    if (transfer.debtor !== me) {
      if (posted) lost.push(transfer);
    } else if (posted) refunded.push(transfer);
    else if (transfer.voided === null && transfer.declined === null) released.push(transfer);
  }
  const debtor: Party = view.debt < 0 ? 1 : 0;
  const opening =
    view.debt === 0 ? null : { debtor: terms.banks[debtor], minutes: debtOf(view, debtor), causes: folded.pair.heads };
  const lossMinutes = lost.reduce((sum, { postedMinutes }) => add(sum, postedMinutes ?? ZERO), ZERO);
  return { view, opening, released, refunded, lost, lossMinutes };
}
