/**
 * What travels between simulated banks, and the points at which a bank may be interrupted.
 *
 * A packet stands for a signed request or a signed answer: it is known who sent it, and an answer
 * belongs to one request. Entries inside are documents with proofs of their own.
 *
 * @module
 */
import type { Head, Party, Refusal } from '@evenhour/protocol';
import type { JsonObject } from '@evenhour/protocol/wire';

export interface Run {
  readonly kind: 'run';
  readonly session: string;
  readonly entries: readonly JsonObject[];
}

export interface Open {
  readonly kind: 'open';
  readonly session: string;
  readonly nonce: string;
}

/**
 * Asks for a journal: the asker's own as it is held there (`mine`), or the other bank's (`yours`). The session is
 * `-` where the pair is over.
 */
export interface Fetch {
  readonly kind: 'fetch';
  readonly session: string;
  readonly whose: 'mine' | 'yours';
  readonly after: Head;
}

/** Ends the pair. */
export interface Close {
  readonly kind: 'close';
}

/** Agrees to the pair that follows a settled one, by its id, and shows it to a partner that has forgotten it. */
export interface Agree {
  readonly kind: 'agree';
  readonly pair: string;
}

export type Ask = Run | Open | Fetch | Close | Agree;

export type Reply =
  | { readonly kind: 'refused'; readonly refusal: Refusal }
  | {
      readonly kind: 'ran';
      readonly head: Head;
      readonly refused: { readonly seq: number; readonly refusal: Refusal } | null;
      readonly entries: readonly JsonObject[];
    }
  /** `closes` names the banks that have ended the pair. */
  | { readonly kind: 'opened'; readonly head: Head; readonly nonce: string; readonly closes: readonly Party[] }
  | { readonly kind: 'closed' }
  | { readonly kind: 'agreed' }
  /** `entries` is null when the asker's `after` is not known here. */
  | { readonly kind: 'fetched'; readonly head: Head; readonly entries: readonly JsonObject[] | null };

interface Letter {
  readonly id: number;
  readonly from: number;
  readonly to: number;
  /** Number of the pair in the run of the simulator. */
  readonly pair: number;
  /** The sender's clock when it signed, in milliseconds. */
  readonly signedAt: number;
}

export interface Request extends Letter {
  readonly ask: Ask;
}

export interface Answer extends Letter {
  /** The request that is answered. */
  readonly inReplyTo: number;
  readonly reply: Reply;
}

export type Packet = Request | Answer;

/** Where a bank at work may be interrupted. */
export type Point = 'before_commit' | 'after_commit' | 'before_send' | 'after_send';

export interface Pause {
  readonly point: Point;
  /** What the bank is about: a kind of entry or of request. */
  readonly about: string;
}

export interface WantsLock {
  readonly lock: number;
}

/**
 * A piece of work of one bank. It may be interrupted where it yields: for ever by a crash, for a
 * while by other work, or until a promise is kept.
 */
export type Job<T = void> = Generator<Pause | WantsLock | Promise<unknown>, T, unknown>;
