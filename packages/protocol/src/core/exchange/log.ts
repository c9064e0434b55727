/**
 * One bank's messages about an exchange, as a log that the other bank keeps too.
 *
 * Promises: a message is taken once, in its place, or not at all; two messages at one place are told from a gap,
 * which is filled by sending again; what is taken never depends on the table. Spec: exchange, the logs.
 *
 * @module
 */
import { type Refusal, refusal } from '../refusal.ts';
import type { Act, Side } from './exchange.ts';

/** Who a side's member is: said once, in the first message of that side. */
export interface Introduction {
  /** The member's URL at the writer's bank. */
  readonly id: string;
  readonly name: string;
  /** The writer's own reference for this member in this exchange; all that its journal will say. */
  readonly ref: string;
}

/** What only the first message of an exchange says. */
export interface Beginning {
  /** The side of whoever begins. */
  readonly side: Side;
  /** The other member, as `acct:rosa@town.example`. */
  readonly with: string;
  /** Base64url of 32 random bytes; with the details of a hold it makes the hold's `detail`. */
  readonly salt: string;
  /** The offer or need that this answers. */
  readonly inReplyTo?: string;
}

/** A step of an exchange on its way to the other bank. */
export interface StepMessage {
  readonly kind: 'Step';
  readonly id: string;
  readonly exchange: string;
  readonly n: number;
  readonly seen: number;
  /** The hash of the same bank's message before; `null` for its first. */
  readonly prev: string | null;
  readonly act: Act;
  readonly member: Introduction | null;
  /** Not `null` exactly when the act is an Offer. */
  readonly beginning: Beginning | null;
}

/** Words from one member to the other. They belong to the exchange and change nothing in it. */
export interface TalkMessage {
  readonly kind: 'Message' | 'Thanks';
  readonly id: string;
  readonly exchange: string;
  readonly content: string;
}

/** What a bank holds of an exchange when a message of the other bank comes. */
export interface HeldLog {
  /** Hashes of that bank's messages, in the order of `n`. */
  readonly hashes: readonly string[];
  /** `seen` of the last of them; 0 when there is none. */
  readonly seen: number;
  /** How many messages this bank has written itself. */
  readonly written: number;
}

export type Taken =
  | { readonly take: 'append' }
  | { readonly take: 'known' }
  | { readonly take: 'refuse'; readonly refusal: Refusal };

/**
 * Whether a message of the other bank is taken. Refuses `fork` (another message at its place), `gap` (one before it
 * is missing, or it has seen one of ours that we do not hold) and `chain_fault` (it does not follow the one before).
 */
export function takeStep(
  held: HeldLog,
  { n, seen, prev }: Pick<StepMessage, 'n' | 'seen' | 'prev'>,
  hash: string,
): Taken {
  const last = held.hashes.length;
  const before = held.hashes[n - 1];
  if (before !== undefined) return before === hash ? { take: 'known' } : no('fork', { n });
  if (n !== last + 1) return no('gap', { n, expected: last + 1 });
  if (prev !== (held.hashes[last - 1] ?? null)) return no('chain_fault', { n, reason: 'prev' });
  if (seen < held.seen) return no('chain_fault', { n, reason: 'seen' });
  // Whoever was restored reads both logs before it writes, so this is one who has not done so yet.
  if (seen > held.written) return no('gap', { n, seen, written: held.written });
  return { take: 'append' };
}

function no(...[code, facts]: Parameters<typeof refusal>): Taken {
  return { take: 'refuse', refusal: refusal(code, facts) };
}
