/**
 * What the live page of the three towns is given to show.
 *
 * Promises: as in `models.ts`; towns are named by their place in `towns`, so that a clock, an hour
 * on its way and a button speak of the same town.
 *
 * @module
 */
import type { LedgerLine, Party, SignedEntry, Town } from './models.ts';

export interface LiveTown extends Town {
  /** Posted back as `town` by the forms. */
  readonly id: string;
  /** The bank's own site. */
  readonly href: string;
  readonly timeZone: string;
  /** Its plug is in. */
  readonly on: boolean;
  /** Hours of all its partners together: negative when the town has hours to give. */
  readonly openMinutes: number;
}

/** One pair, as each of the two says it: hours that town `a` has to give to `b`; negative the other way. */
export interface LivePair {
  readonly a: number;
  readonly b: number;
  readonly aSaysMinutes: number;
  readonly bSaysMinutes: number;
}

/** An hour that was sent a moment ago or has not arrived yet. */
export interface LiveHour {
  readonly id: string;
  readonly from: number;
  readonly to: number;
  readonly minutes: number;
  /** `moving` travels once; `waiting` stands at the other town's door. */
  readonly step: 'moving' | 'waiting';
}

/** What just happened. `hour` opens the message that it was about. */
export type LiveEvent = { readonly id: string; readonly at: Date; readonly hour?: string } & (
  | {
      readonly kind: 'sent';
      readonly giver: Party;
      readonly receiver: Party;
      readonly minutes: number;
      readonly what: string;
    }
  | {
      readonly kind: 'settled';
      readonly giver: Party;
      readonly receiver: Party;
      readonly minutes: number;
      readonly tookMs: number;
    }
  | {
      readonly kind: 'returned';
      readonly giver: Party;
      readonly receiver: Party;
      readonly minutes: number;
      readonly code: string;
    }
  | { readonly kind: 'plug_out'; readonly town: string }
  | { readonly kind: 'plug_in'; readonly town: string }
  /** A message was sent a second time. */
  | { readonly kind: 'replayed'; readonly from: string; readonly to: string }
  | { readonly kind: 'forged'; readonly pretended: string; readonly to: string }
  /** More was asked for than the partner honours. */
  | {
      readonly kind: 'limit';
      readonly from: string;
      readonly to: string;
      readonly minutes: number;
      readonly honoursMinutes: number;
    }
  | { readonly kind: 'note'; readonly title: string; readonly text: string }
);

/** One hour, opened: both towns' ledgers and the four signed entries. */
export interface LiveOpened {
  readonly id: string;
  readonly giver: Party;
  readonly receiver: Party;
  readonly minutes: number;
  readonly what: string;
  readonly at: Date;
  readonly checked: boolean;
  readonly ledgers: readonly { readonly town: Town; readonly lines: readonly LedgerLine[] }[];
  readonly entries: readonly SignedEntry[];
}

export type ActName = 'send' | 'plug' | 'replay' | 'forge' | 'limit';

export interface DemoModel {
  readonly now: Date;
  /** Opened with `?hold`. */
  readonly held: boolean;
  readonly csrf: string;
  readonly sourceUrl: string;
  /** Three: top, right, left. */
  readonly towns: readonly LiveTown[];
  readonly pairs: readonly LivePair[];
  readonly hours: readonly LiveHour[];
  /** All towns together. Negative: to give. They sum to nothing. */
  readonly sums: { readonly membersMinutes: number; readonly fundsMinutes: number; readonly underwayMinutes: number };
  /** When the sum was taken. */
  readonly checkedAt: Date;
  /** Newest first; about ten. */
  readonly log: readonly LiveEvent[];
  /** The town whose button is chosen beforehand, by id. */
  readonly chosenTown: string;
  readonly opened: LiveOpened | null;
}
