/**
 * The honour agreement: what two banks sign before an hour crosses.
 *
 * Promises: the same core gives the same pair id at both banks; an agreement is active only with
 * both signatures and a bridge builder at each bank; its life follows one table. Spec: honour
 * agreement.
 *
 * @module
 */

import type { Head } from '../journal/entry.ts';
import type { PairTerms } from '../journal/pair.ts';
import { isLimit, minutes, negate, ZERO } from '../minutes.ts';
import { type Outcome, refuse } from '../refusal.ts';

export interface AgreementKey {
  /** The verification method: a URL at the bank's origin. */
  readonly id: string;
  readonly publicKeyMultibase: string;
}

/** One bank's side of an agreement. */
export interface AgreementParty {
  /** The bank's actor. Its origin is the bank's origin. */
  readonly bank: string;
  readonly name: string;
  readonly key: AgreementKey;
  /** Multihash of the recovery key's Multikey, which changes the key when the key itself is lost. */
  readonly recovery: string;
  readonly journal: string;
  readonly exchange: string;
  /** The person at this bank who looks when something is wrong. */
  readonly bridgeBuilder: string;
  /** What this bank lets the other one owe. */
  readonly grantsMinutes: number;
}

/** A position that a predecessor pair left behind. */
export interface Opening {
  readonly debtor: string;
  readonly minutes: number;
  readonly predecessor: string;
  /** The cut of the predecessor's two journals that the position was computed at, by party. */
  readonly causes: readonly [Head, Head];
}

/** What is signed. Parties stand in ascending order of their actor's URL. */
export interface AgreementCore {
  readonly version: string;
  readonly features: readonly string[];
  readonly parties: readonly [AgreementParty, AgreementParty];
  /** A date, such as 2026-11-22. */
  readonly start: string;
  readonly end?: string;
  readonly noticeDays: number;
  readonly public: boolean;
  /** The agreement in plain words; what people read and mean. */
  readonly words: readonly string[];
  readonly nonce: string;
  readonly predecessor?: string;
  readonly opening?: Opening;
}

/** Features that this version of the protocol's code knows. An agreement may list no other. */
export const FEATURES: readonly string[] = [];

/** Checks what a schema cannot say. */
export function checkCore(core: AgreementCore): Outcome<{ core: AgreementCore }> {
  const [first, second] = core.parties;
  const unknown = core.features.find((feature) => !FEATURES.includes(feature));
  if (unknown !== undefined) return refuse('not_supported', { feature: unknown });
  if (!(first.bank < second.bank)) return refuse('invalid_request', { reason: 'parties_out_of_order' });
  for (const party of core.parties) {
    const origin = originOf(party.bank);
    for (const url of [party.key.id, party.journal, party.exchange])
      if (origin === null || originOf(url) !== origin) return refuse('foreign_origin', { url });
    if (!isLimit(party.grantsMinutes)) return refuse('invalid_request', { reason: 'limit_out_of_range' });
    if (party.bridgeBuilder.trim() === '') return refuse('invalid_request', { reason: 'bridge_builder_missing' });
  }
  if (originOf(first.bank) === originOf(second.bank)) return refuse('invalid_request', { reason: 'one_origin' });
  if (first.key.publicKeyMultibase === second.key.publicKeyMultibase)
    return refuse('invalid_request', { reason: 'one_key' });
  if (core.opening !== undefined) {
    if (core.opening.debtor !== first.bank && core.opening.debtor !== second.bank)
      return refuse('invalid_request', { reason: 'opening_debtor' });
    if (core.opening.predecessor !== core.predecessor)
      return refuse('invalid_request', { reason: 'opening_predecessor' });
  }
  return { ok: true, core };
}

/** What the journals of this agreement's pair start from. */
export function termsOf(core: AgreementCore, pair: string, genesis: string): PairTerms {
  const [first, second] = core.parties;
  const opening = core.opening === undefined ? ZERO : minutes(core.opening.minutes);
  return {
    pair,
    genesis,
    banks: [first.bank, second.bank],
    limits: [minutes(second.grantsMinutes), minutes(first.grantsMinutes)],
    features: core.features,
    keys: [first.key.publicKeyMultibase, second.key.publicKeyMultibase],
    recovery: [first.recovery, second.recovery],
    opening: core.opening?.debtor === second.bank ? negate(opening) : opening,
  };
}

/** The origin of an https or http URL in its one canonical spelling, else `null`. */
export function originOf(url: string): string | null {
  const match = /^(https?:\/\/[a-z0-9.-]+(?::[0-9]{1,5})?|https?:\/\/\[[0-9a-f:.]+\](?::[0-9]{1,5})?)(?:[/?#]|$)/.exec(
    url,
  );
  return match?.[1] ?? null;
}

export type AgreementStatus =
  | 'draft'
  | 'offered'
  | 'active'
  | 'suspended'
  | 'notice'
  | 'winding_up'
  | 'closed'
  | 'withdrawn'
  | 'declined';

export type AgreementAct =
  | 'offer'
  | 'accept'
  | 'decline'
  | 'withdraw'
  | 'suspend'
  | 'resume'
  | 'give_notice'
  | 'wind_up'
  | 'close';

/** Every transition of an agreement. The diagram and the reference are made from this table. */
export const AGREEMENT_TABLE: { readonly [S in AgreementStatus]: { readonly [A in AgreementAct]?: AgreementStatus } } =
  {
    draft: { offer: 'offered', withdraw: 'withdrawn' },
    offered: { accept: 'active', decline: 'declined', withdraw: 'withdrawn' },
    // `withdraw`: the offering bank had taken its offer back before it heard of the second yes.
    // `close`: either bank may end a pair that cannot go on.
    active: { suspend: 'suspended', give_notice: 'notice', withdraw: 'withdrawn', close: 'closed' },
    suspended: { resume: 'active', give_notice: 'notice', close: 'closed' },
    notice: { wind_up: 'winding_up', close: 'closed' },
    winding_up: { close: 'closed' },
    closed: {},
    withdrawn: {},
    declined: {},
  };

/** What an agreement becomes, or `agreement_not_active` when the table has no such step. */
export function nextStatus(status: AgreementStatus, act: AgreementAct): Outcome<{ status: AgreementStatus }> {
  const next = AGREEMENT_TABLE[status][act];
  return next === undefined ? refuse('agreement_not_active', { status, act }) : { ok: true, status: next };
}

/**
 * The limit that is suggested at first: ten hours for every ten active members, at most a hundred
 * hours, at least ten. In minutes.
 */
export function suggestedLimit(activeMembers: number): number {
  const tens = Math.max(1, Math.floor(activeMembers / 10));
  return Math.min(100, tens * 10) * 60;
}
