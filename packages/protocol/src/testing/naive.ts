/**
 * The normative formulas, written a second time as plainly as they can be: no running state,
 * every verdict from the two journals alone, by sets. Slow on purpose; tests compare the core
 * with it.
 *
 * @module
 */
import { type Entry, other, type Party } from '../core/journal/entry.ts';

export interface NaiveFold {
  /** For each journal, whether each entry has effect. */
  readonly effect: readonly [readonly boolean[], readonly boolean[]];
  readonly debt: (party: Party) => number;
  readonly exposure: (party: Party) => number;
  readonly limit: (party: Party) => number;
}

export function naiveFold(
  journals: readonly [readonly Entry[], readonly Entry[]],
  limits: readonly [number, number],
  opening = 0,
): NaiveFold {
  const verdicts: [Map<number, boolean>, Map<number, boolean>] = [new Map(), new Map()];
  const counting = (party: Party, upTo: number): Entry[] =>
    journals[party].slice(0, upTo).filter((_, index) => verdict(party, index));
  const named = (list: readonly Entry[], kind: string, id: string): boolean =>
    list.some((e) => e.body.kind === kind && 'transfer' in e.body && e.body.transfer === id);
  const sum = (list: readonly Entry[], kind: string): number =>
    list.reduce((total, e) => total + (e.body.kind === kind && 'minutes' in e.body ? e.body.minutes : 0), 0);

  const debtAt = (party: Party, own: number, peer: number): number =>
    (party === 0 ? opening : -opening) + sum(counting(party, own), 'Post') - sum(counting(other(party), peer), 'Post');
  const openAt = (party: Party, own: number, peer: number): Entry[] => {
    const mine = counting(party, own);
    const theirs = counting(other(party), peer);
    return mine.filter(
      (e) =>
        e.body.kind === 'Hold' &&
        !named(mine, 'Post', e.body.transfer) &&
        !named(mine, 'Void', e.body.transfer) &&
        !named(theirs, 'HoldDecline', e.body.transfer),
    );
  };
  const limitAt = (party: Party, peer: number): number => {
    let value = limits[party];
    for (const e of counting(other(party), peer))
      if (e.body.kind === 'Amend' && e.body.limitMinutes !== undefined) value = e.body.limitMinutes;
    return value;
  };
  const suspendedAt = (party: Party, peer: number): boolean => {
    let value = false;
    for (const e of counting(other(party), peer))
      if (e.body.kind === 'Amend' && e.body.suspended !== undefined) value = e.body.suspended;
    return value;
  };
  const holds = (list: readonly Entry[]): number =>
    list.reduce((total, e) => total + (e.body.kind === 'Hold' ? e.body.minutes : 0), 0);

  function verdict(party: Party, index: number): boolean {
    const known = verdicts[party].get(index);
    if (known !== undefined) return known;
    const entry = journals[party][index];
    if (entry === undefined) throw new Error('no such entry');
    const result = rule(party, index, entry);
    verdicts[party].set(index, result);
    return result;
  }

  function rule(party: Party, index: number, entry: Entry): boolean {
    const peer = other(party);
    const j = entry.ack.seq;
    const body = entry.body;
    const mine = counting(party, index);
    const theirs = counting(peer, j);
    switch (body.kind) {
      case 'Hold':
        return (
          body.deciderKey === undefined &&
          body.minutes >= 1 &&
          !named(journals[party].slice(0, index), 'Hold', body.transfer) &&
          !suspendedAt(party, j) &&
          debtAt(party, index, j) + holds(openAt(party, index, j)) + body.minutes <= limitAt(party, j) &&
          openAt(party, index, j).length + 1 <= 256
        );
      case 'HoldAccept':
      case 'HoldDecline':
        return (
          named(openAt(peer, j, index), 'Hold', body.transfer) &&
          !named(mine, 'HoldAccept', body.transfer) &&
          !named(mine, 'HoldDecline', body.transfer)
        );
      case 'Post': {
        const hold = openAt(party, index, j).find((e) => e.body.kind === 'Hold' && e.body.transfer === body.transfer);
        return (
          hold?.body.kind === 'Hold' &&
          named(theirs, 'HoldAccept', body.transfer) &&
          body.minutes >= 1 &&
          body.minutes <= hold.body.minutes
        );
      }
      case 'Void':
        return named(openAt(party, index, j), 'Hold', body.transfer);
      case 'Receipt':
        return named(theirs, 'Post', body.transfer) && !named(mine, 'Receipt', body.transfer);
      case 'Amend':
        return body.limitMinutes === undefined || body.limitMinutes >= 0;
      case 'Checkpoint':
        return true;
      default:
        return false;
    }
  }

  const all = [journals[0].length, journals[1].length] as const;
  const effect = ([0, 1] as const).map((p) => journals[p].map((_, i) => verdict(p, i))) as [boolean[], boolean[]];
  return {
    effect,
    debt: (p) => debtAt(p, all[p], all[other(p)]),
    exposure: (p) => debtAt(p, all[p], all[other(p)]) + holds(openAt(p, all[p], all[other(p)])),
    limit: (p) => limitAt(p, all[other(p)]),
  };
}
