/**
 * What the signed answer to a run means for the bank that sent it.
 *
 * Promises: the sender goes on from the head that the partner signed, back or forward, and from
 * nothing else; an answer that was asked for before one of the banks greeted anew brings nothing in.
 * Pure: node and simulator both ask here. Spec: delivery and repair.
 *
 * @module
 */
import type { Head } from '../journal/entry.ts';
import type { Refusal } from '../refusal.ts';

/** The two sessions that a pair runs under: the one that I made, and the partner's that I accepted. */
export interface Sessions {
  readonly mine: string;
  readonly partner: string;
}

/** The run as it was sent. */
export interface SentRun {
  /** The entry before the first of the run. */
  readonly after: Head;
  /** The last entry of the run. */
  readonly last: Head;
  /** The sessions when the run left. */
  readonly sessions: Sessions;
}

/** The answer, its signature verified: with a head, or a refusal of the whole request. */
export type RunAnswer =
  | { readonly head: Head; readonly refused: { readonly seq: number; readonly refusal: Refusal } | null }
  | { readonly head: null; readonly refused: { readonly refusal: Refusal } };

export type AfterRun =
  /** Everything arrived, or the part up to here. Send what follows, and take the answer's entries. */
  | { readonly next: 'go_on'; readonly sendAfter: Head }
  /** The partner lacks what came before the run. Send from here, and take the answer's entries. */
  | { readonly next: 'rewind'; readonly sendAfter: Head }
  /** Nothing moved. Try again later, at the latest when the partner writes or greets. */
  | { readonly next: 'wait'; readonly refusal: Refusal | null }
  /** The session is stale, or the partner holds what I do not know. The pair waits; greet again. */
  | { readonly next: 'greet' }
  /** The partner keeps an entry of mine as evidence and has halted. Halt too; people look. */
  | { readonly next: 'halt'; readonly refusal: Refusal }
  /** One of the banks greeted since. The answer belongs to an older life of it: drop all of it. */
  | { readonly next: 'discard' };

/** Refusals of a whole run after which the partner says more to a greeting. */
const GREETING: readonly string[] = ['stale_session', 'agreement_not_active'];
/** Refusals that end a pair's ordinary life at the bank that says them. */
const HALTING: readonly string[] = ['fork', 'chain_fault', 'pair_halted'];

/**
 * Decides what comes after the answer to a run.
 *
 * @param now the sessions of the pair when the answer is taken in
 * @param held the hash that I hold of my own entry at the answered epoch and seq
 */
export function afterRun(sent: SentRun, answer: RunAnswer, now: Sessions, held: string | undefined): AfterRun {
  const { mine, partner } = sent.sessions;
  if (now.mine !== mine || now.partner !== partner) return { next: 'discard' };
  const { head } = answer;
  const refused = answer.refused?.refusal ?? null;
  if (head === null) {
    if (refused === null || GREETING.includes(refused.code)) return { next: 'greet' };
    return HALTING.includes(refused.code) ? { next: 'halt', refusal: refused } : { next: 'wait', refusal: refused };
  }
  if (held !== head.hash) return { next: 'greet' };
  if (refused !== null && HALTING.includes(refused.code)) return { next: 'halt', refusal: refused };
  if (head.seq < sent.after.seq) return { next: 'rewind', sendAfter: head };
  // A gap is repaired by going on from the head; any other refusal needs time, or people.
  if (refused !== null && refused.code !== 'gap') return { next: 'wait', refusal: refused };
  if (head.seq === sent.after.seq) return { next: 'wait', refusal: refused };
  return { next: 'go_on', sendAfter: head };
}
