/**
 * The entries of the twin journals, as the core sees them: plain values, already parsed.
 *
 * Promises: every kind that the specification names has its shape here and nowhere else; the
 * wire form is made from these values and read back into them without loss. Spec: journals.
 *
 * @module
 */
import type { RefusalCode } from '../refusal.ts';

/** One of the two banks of a pair: its place in the agreement's list of parties. */
export type Party = 0 | 1;

export function other(party: Party): Party {
  return party === 0 ? 1 : 0;
}

/** A place in a journal. `seq` 0 with the agreement's own hash is the place before the first entry. */
export interface Head {
  readonly epoch: number;
  readonly seq: number;
  readonly hash: string;
}

export interface Hold {
  readonly kind: 'Hold';
  /** A URL at the debtor's origin, never used again in this pair. */
  readonly transfer: string;
  readonly minutes: number;
  readonly payerRef: string;
  readonly payeeRef: string;
  /** Base64url of sha-256(salt, JCS(details)). The details and the salt travel in the exchange. */
  readonly detail: string;
  /** The transfer that this one puts right, if it does. */
  readonly reverses?: string;
  /** Routed transfers only: who decides, and the reference that all hops share. */
  readonly deciderKey?: string;
  readonly routeRef?: string;
}

export interface HoldAccept {
  readonly kind: 'HoldAccept';
  readonly transfer: string;
}

export interface HoldDecline {
  readonly kind: 'HoldDecline';
  readonly transfer: string;
  readonly code: RefusalCode;
}

export interface Post {
  readonly kind: 'Post';
  readonly transfer: string;
  readonly minutes: number;
}

export interface Void {
  readonly kind: 'Void';
  readonly transfer: string;
}

export interface Receipt {
  readonly kind: 'Receipt';
  readonly transfer: string;
  /** True when the payee could no longer be credited and the bank keeps the minutes for them. */
  readonly unclaimed: boolean;
}

/**
 * A new signing key. The recovery signature is by `recoveryKey`, whose hash the agreement (or the
 * last key change) names, over JCS of `{newKey, nextRecovery, pair}`.
 */
export interface KeyChange {
  readonly newKey: string;
  readonly recoveryKey: string;
  readonly nextRecovery: string;
  readonly recoverySignature: string;
}

/** At least one of the fields is there. */
export interface Amend {
  readonly kind: 'Amend';
  /** What the writer lets the other bank owe from now on. */
  readonly limitMinutes?: number;
  /** Whether the other bank may write no new holds. */
  readonly suspended?: boolean;
  readonly features?: readonly string[];
  readonly keyChange?: KeyChange;
  /** Set by the verifier once the recovery signature was checked; not part of the wire form. */
  readonly recoveryVerified?: boolean;
}

/** What the writer computes at the entry's own cut, before this entry. */
export interface Checkpoint {
  readonly kind: 'Checkpoint';
  readonly statement: Statement;
}

export interface Statement {
  readonly heads: { readonly own: Head; readonly peer: Head };
  /** What the writer owes the other bank; negative when the other bank owes. */
  readonly debtMinutes: number;
  readonly openMinutes: { readonly own: number; readonly peer: number };
  /** The limits on what the writer (`own`) and the other bank (`peer`) may owe. */
  readonly limitMinutes: { readonly own: number; readonly peer: number };
}

/** Begins an epoch after a restore. All that it says is its place, its epoch and its ack. */
export interface Resume {
  readonly kind: 'Resume';
}

/** Routed transfers only; no bank of this version writes one. */
export interface Fulfil {
  readonly kind: 'Fulfil';
  readonly transfer: string;
  readonly minutes: number;
  readonly certificate: string;
}

/** Routed transfers only; no bank of this version writes one. */
export interface Release {
  readonly kind: 'Release';
  readonly transfer: string;
}

export type Body =
  | Hold
  | HoldAccept
  | HoldDecline
  | Post
  | Void
  | Receipt
  | Amend
  | Checkpoint
  | Resume
  | Fulfil
  | Release;

export type Kind = Body['kind'];

/** One entry of one journal. `hash` is that of its wire form without the proof. */
export interface Entry {
  readonly author: Party;
  readonly epoch: number;
  readonly seq: number;
  readonly prev: string;
  readonly hash: string;
  /** The last of the other bank's entries that the writer had applied. */
  readonly ack: Head;
  readonly body: Body;
}

declare const verified: unique symbol;

/**
 * An entry whose schema, contexts, proof, key, origin and pair were checked. Only `proof/`
 * makes one, so unverified bytes cannot reach the core.
 */
export type VerifiedEntry = Entry & { readonly [verified]: true };
