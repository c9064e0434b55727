/**
 * The normative formulas of the specification, a second time: which entries have effect, and what
 * the two banks owe at any cut. For the auditor, which imports nothing of Evenhour.
 *
 * @module
 */
import type { Document, Json, Party } from './seals.ts';

export interface Entry {
  readonly epoch: number;
  readonly hash: string;
  readonly kind: string;
  readonly transfer: string;
  readonly minutes: number;
  readonly ack: number;
  /** Whether its key change, if it has one, is allowed by the recovery key. */
  readonly keyAllowed: boolean;
  readonly document: Document;
}

/** One journal with the verdicts on its first entries, and what the formulas ask about those that have effect. */
class Judged {
  readonly entries: readonly Entry[];
  readonly effect: boolean[] = [];
  /** `posted[n]`: what the Posts with effect among the first `n` entries come to. */
  readonly posted: number[] = [0];
  readonly holds: { readonly at: number; readonly entry: Entry }[] = [];
  readonly amends: { readonly at: number; readonly entry: Entry }[] = [];
  /** By kind and transfer: the place of the first entry with effect. */
  readonly #first = new Map<string, Map<string, number>>();
  /** By transfer: the place of the first Hold, whether it has effect or not. */
  readonly #ids = new Map<string, number>();

  constructor(entries: readonly Entry[]) {
    this.entries = entries;
    for (const [at, { kind, transfer }] of entries.entries())
      if (kind === 'Hold' && !this.#ids.has(transfer)) this.#ids.set(transfer, at);
  }

  add(entry: Entry, effect: boolean): void {
    const at = this.effect.push(effect) - 1;
    const { kind, transfer } = entry;
    this.posted.push((this.posted[at] ?? 0) + (effect && kind === 'Post' ? entry.minutes : 0));
    if (!effect) return;
    if (kind === 'Hold') this.holds.push({ at, entry });
    if (kind === 'Amend') this.amends.push({ at, entry });
    const places = this.#first.get(kind) ?? new Map<string, number>();
    this.#first.set(kind, places);
    if (!places.has(transfer)) places.set(transfer, at);
  }

  /** Whether an entry of this kind with effect names the transfer among the first `length`. */
  names(kind: string, transfer: string, length: number): boolean {
    const at = this.#first.get(kind)?.get(transfer);
    return at !== undefined && at < length;
  }

  /** What the Hold with effect that names this transfer holds. */
  minutesOf(transfer: string): number {
    return this.entries[this.#first.get('Hold')?.get(transfer) ?? -1]?.minutes ?? 0;
  }

  /** Whether the id of a Hold is used among the first `length`, with effect or without. */
  uses(transfer: string, length: number): boolean {
    const at = this.#ids.get(transfer);
    return at !== undefined && at < length;
  }
}

/**
 * The normative formulas, at any cut: the first `own` entries of one journal and the first `peer` of
 * the other. Each verdict is computed once, from the entries before it.
 */
export class Formulas {
  readonly #core: Document;
  readonly #parties: readonly [Party, Party];
  readonly #journals: readonly [Judged, Judged];

  constructor(
    core: Document,
    parties: readonly [Party, Party],
    journals: readonly [readonly Entry[], readonly Entry[]],
  ) {
    this.#core = core;
    this.#parties = parties;
    this.#journals = [new Judged(journals[0]), new Judged(journals[1])];
  }

  /** Which of the first `length` entries have effect. */
  effect(who: 0 | 1, length: number): readonly boolean[] {
    return this.#upTo(who, length).effect;
  }

  /** A journal with the verdicts on at least its first `length` entries. */
  #upTo(who: 0 | 1, length: number): Judged {
    const journal = this.#journals[who];
    for (let at = journal.effect.length; at < length; at = journal.effect.length) {
      const entry = journal.entries[at];
      if (entry === undefined) break;
      journal.add(entry, this.#rule(who, at, entry));
    }
    return journal;
  }

  debt(who: 0 | 1, own: number, peer: number): number {
    const opening = this.#core['opening'] as Document | undefined;
    const carried =
      opening === undefined ? 0 : Number(opening['minutes']) * (opening['debtor'] === this.#parties[who].bank ? 1 : -1);
    const [mine, theirs] = [this.#upTo(who, own), this.#upTo(flip(who), peer)];
    return carried + (mine.posted[own] ?? 0) - (theirs.posted[peer] ?? 0);
  }

  #isEnded(who: 0 | 1, transfer: string, own: number, peer: number): boolean {
    const mine = this.#upTo(who, own);
    return (
      mine.names('Post', transfer, own) ||
      mine.names('Void', transfer, own) ||
      this.#upTo(flip(who), peer).names('HoldDecline', transfer, peer)
    );
  }

  #isOpen(who: 0 | 1, transfer: string, own: number, peer: number): boolean {
    return this.#upTo(who, own).names('Hold', transfer, own) && !this.#isEnded(who, transfer, own, peer);
  }

  /** Holds with effect that nothing has ended. */
  open(who: 0 | 1, own: number, peer: number): Entry[] {
    const open: Entry[] = [];
    for (const { at, entry } of this.#upTo(who, own).holds) {
      if (at >= own) break;
      if (!this.#isEnded(who, entry.transfer, own, peer)) open.push(entry);
    }
    return open;
  }

  limit(who: 0 | 1, peer: number): number {
    return this.#last(flip(who), peer, 'limitMinutes') ?? this.#parties[flip(who)].grantsMinutes;
  }

  #last<T extends Json>(writer: 0 | 1, length: number, field: string): T | undefined {
    return this.#upTo(writer, length).amends.findLast(
      ({ at, entry }) => at < length && entry.document[field] !== undefined,
    )?.entry.document[field] as T | undefined;
  }

  #rule(who: 0 | 1, at: number, entry: Entry): boolean {
    const peer = flip(who);
    const { ack, transfer } = entry;
    const mine = this.#journals[who];
    const theirs = this.#upTo(peer, ack);
    switch (entry.kind) {
      case 'Hold': {
        const holds = this.open(who, at, ack);
        return (
          entry.document['deciderKey'] === undefined &&
          entry.document['routeRef'] === undefined &&
          !mine.uses(transfer, at) &&
          this.#last<boolean>(peer, ack, 'suspended') !== true &&
          this.debt(who, at, ack) + sum(holds) + entry.minutes <= this.limit(who, ack) &&
          holds.length + 1 <= 256
        );
      }
      case 'HoldAccept':
      case 'HoldDecline':
        return (
          this.#isOpen(peer, transfer, ack, at) &&
          !mine.names('HoldAccept', transfer, at) &&
          !mine.names('HoldDecline', transfer, at)
        );
      case 'Post': {
        const held = this.#isOpen(who, transfer, at, ack) ? mine.minutesOf(transfer) : 0;
        return theirs.names('HoldAccept', transfer, ack) && entry.minutes >= 1 && entry.minutes <= held;
      }
      case 'Void':
        return this.#isOpen(who, transfer, at, ack);
      case 'Receipt':
        return theirs.names('Post', transfer, ack) && !mine.names('Receipt', transfer, at);
      case 'Amend':
        return entry.keyAllowed;
      case 'Checkpoint':
      case 'Resume':
        return true;
      default:
        return false;
    }
  }
}

function flip(who: 0 | 1): 0 | 1 {
  return who === 0 ? 1 : 0;
}

export function sum(entries: readonly Entry[]): number {
  return entries.reduce((total, entry) => total + entry.minutes, 0);
}
