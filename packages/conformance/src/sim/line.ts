/**
 * What a process keeps in memory of a pair; a crash takes it.
 *
 * @module
 */
import type { SentRun } from '@evenhour/protocol';
import type { EndAsk, Search } from './ending.ts';
import type { Fetched } from './recovery.ts';
import type { Fetch } from './wire.ts';

/** The request that is under way. */
export type Flight = { readonly id: number } & (
  | { readonly kind: 'open'; readonly session: string; readonly nonce: string }
  | { readonly kind: 'run'; readonly sent: SentRun }
  | { readonly kind: 'fetch'; readonly whose: Fetch['whose'] }
  | { readonly kind: 'end'; readonly ask: EndAsk }
);

/** What a process keeps in memory of a pair. */
export interface Line {
  flight: Flight | null;
  attempts: number;
  fetched: Fetched | null;
  /** Whether this process has read both journals as the partner holds them. */
  recovered: boolean;
  /** The search for the position of a pair that is over. */
  search: Search | null;
  /** Whether the partner has to be shown the pair that follows. */
  show: boolean;
  /** When a pump is due already. */
  due: number;
}

export function newLine(): Line {
  return {
    ...{ flight: null, attempts: 0, fetched: null, recovered: false, search: null, show: false },
    due: Number.POSITIVE_INFINITY,
  };
}
