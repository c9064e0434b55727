/**
 * Modes of a pair and the greeting: who may do what before the two banks have compared heads.
 *
 * Promises: nothing is sent before the partner has signed how far it holds my journal; a bank whose
 * journal the partner knows better than it does recovers and writes nothing else; what an older
 * process sent counts for nothing once a newer one has greeted. Pure: node and simulator both ask
 * here. Spec: start, greeting and sessions.
 *
 * @module
 */

import { type Head, other } from '../journal/entry.ts';
import type { Pair } from '../journal/pair.ts';
import { type Outcome, type Refusal, refusal, refuse } from '../refusal.ts';

/**
 * At every start of a bank's node a pair is `waiting` and the partner's session is forgotten: a
 * restored database would name one that is long over, and what it sent could still be on its way.
 *
 * - `waiting`: since the last start the partner has not said what it holds
 * - `recovering`: it holds more of my journal than I do; I fetch both journals
 * - `open`: runs go both ways
 * - `halted`: a fault or a fork; people look
 * - `closed`: over; a partner that was restored to before the end is told so when it greets
 */
export type PairMode = 'waiting' | 'recovering' | 'open' | 'halted' | 'closed';

/**
 * `apply` takes entries in, also those that an answer carries; `close` takes the partner's Close; `read` gives
 * journals to the partner.
 */
export type PairAct = 'greet' | 'write' | 'send' | 'apply' | 'close' | 'answer_greeting' | 'read';

/** What each mode allows. The table of the specification is made from this one. */
export const PAIR_MODES: { readonly [M in PairMode]: readonly PairAct[] } = {
  waiting: ['greet', 'answer_greeting', 'read'],
  recovering: ['answer_greeting', 'read'],
  open: ['write', 'send', 'apply', 'close', 'answer_greeting', 'read'],
  halted: ['close', 'answer_greeting', 'read'],
  closed: ['close', 'answer_greeting', 'read'],
};

const REFUSED_IN = {
  waiting: 'pair_waiting',
  recovering: 'pair_recovering',
  open: 'invalid_request',
  halted: 'pair_halted',
  closed: 'agreement_not_active',
} as const;

/** `null` when a pair in this mode may do this, else what to answer. */
export function refusedIn(mode: PairMode, act: PairAct): Refusal | null {
  return PAIR_MODES[mode].includes(act) ? null : refusal(REFUSED_IN[mode], { mode, act });
}

/** A greeting, as it came in the body of a signed request. */
export interface Greeting {
  readonly session: string;
  readonly nonce: string;
}

/** What to store for a partner that greets, and then to answer. */
export interface Welcome {
  /** Takes the place of the partner's session. Stored before the answer leaves. */
  readonly session: string;
  /** The partner's journal as it is applied here. */
  readonly head: Head;
  /**
   * Where sending to this partner begins again. A restored partner may have lost entries of mine that
   * it once had taken; only what its own journal acknowledges is sure to be in it.
   */
  readonly sendAfter: Head;
}

/**
 * Takes a greeting.
 *
 * @param headerSession the session in the header of the request
 * @param seen whether a greeting with this nonce came before, within its window
 *
 * Refuses `stale_session`, `known_already`.
 */
export function takeGreeting(
  pair: Pair,
  mode: PairMode,
  greeting: Greeting,
  headerSession: string,
  seen: boolean,
): Outcome<{ welcome: Welcome }> {
  const refused = refusedIn(mode, 'answer_greeting');
  if (refused !== null) return { ok: false, refusal: refused };
  if (greeting.session !== headerSession) return refuse('stale_session');
  if (seen) return refuse('known_already');
  const peer = other(pair.me);
  return {
    ok: true,
    welcome: { session: greeting.session, head: pair.heads[peer], sendAfter: pair.acks[peer] },
  };
}

/** Whether a run or a message of this session counts. `accepted` is empty until the partner greets. */
export function checkSession(accepted: string, session: string): Refusal | null {
  return accepted !== '' && accepted === session ? null : refusal('stale_session');
}

export type Greeted =
  /** The pair is open; sending begins after this head. */
  | { readonly next: 'open'; readonly sendAfter: Head }
  /** The partner holds entries of mine that I do not have. Fetch both journals. */
  | { readonly next: 'recover' };

/**
 * What the partner's signed answer to my greeting means.
 *
 * @param answered my head as the partner holds it
 * @param held the hash that I hold of my own entry at that epoch and seq; the genesis hash at seq 0
 */
export function afterGreeting(answered: Head, held: string | undefined): Greeted {
  return held === answered.hash ? { next: 'open', sendAfter: answered } : { next: 'recover' };
}

/**
 * What a fault in the partner's journal leads to.
 *
 * An `ack` that names an entry which I never wrote may name one that I lost in a restore, carried by
 * a packet of the partner's that outlived the partner's own restore. So the first time I doubt
 * myself: the pair waits, the partner's session is forgotten, and both greet. If the next entry that
 * could be appended names such an `ack` again, it is the partner's fault.
 *
 * @param doubted whether I doubted myself since an entry of the partner was last appended
 */
export function afterFault(fault: Refusal, doubted: boolean): 'greet' | 'halt' {
  return fault.facts['reason'] === 'ack_unknown' && !doubted ? 'greet' : 'halt';
}
