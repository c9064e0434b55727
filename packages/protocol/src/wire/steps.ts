/**
 * The steps of an exchange and the talk about it, between their values and their wire form.
 *
 * Promises: each act has one pair of types and back; the bank that begins an exchange names it at its own origin,
 * and whoever introduces a member introduces one of its own. Spec: wire forms, steps.
 *
 * @module
 */
import { type AgreementCore, originOf } from '../core/agreement/agreement.ts';
import type { Act, ActKind, Side, Terms } from '../core/exchange/exchange.ts';
import type { StepMessage, TalkMessage } from '../core/exchange/log.ts';
import type { Party } from '../core/journal/entry.ts';
import { type Outcome, refuse } from '../core/refusal.ts';
import { base64urlDecode, base64urlEncode, canonicalBytes, sha256 } from './canonical.ts';
import type { stepSchemas } from './exchange-schemas.ts';
import type { JsonObject } from './strict-json.ts';

export type StepKind = keyof typeof stepSchemas;

/** What each act is called on the wire. */
export const STEP_TYPES: { readonly [K in ActKind]: readonly [string, StepKind] } = {
  Offer: ['Offer', 'ExchangeOffer'],
  Counter: ['Offer', 'ExchangeCounter'],
  Accept: ['Accept', 'ExchangeAccept'],
  Reject: ['Reject', 'ExchangeReject'],
  Withdraw: ['Undo', 'ExchangeWithdraw'],
  Cancel: ['Undo', 'ExchangeCancel'],
  Claim: ['Create', 'Claim'],
  Update: ['Update', 'ClaimUpdate'],
  AcceptClaim: ['Accept', 'ClaimAccept'],
  RejectClaim: ['Reject', 'ClaimReject'],
};

const ACTS = Object.fromEntries(Object.entries(STEP_TYPES).map(([act, [, kind]]) => [kind, act])) as Record<
  StepKind,
  ActKind
>;

/** The members of a step or of talk that are its own, with its type. */
export function encodeStep(message: StepMessage | TalkMessage): JsonObject {
  if (message.kind !== 'Step') return { type: ['Create', message.kind], content: message.content };
  const { n, seen, prev, act, member, beginning } = message;
  const { kind, ...says } = act;
  const fields = {
    type: [...STEP_TYPES[kind]],
    n,
    seen,
    ...(prev !== null && { prev }),
    ...(member !== null && { member }),
    ...beginning,
    ...says,
  };
  return fields as unknown as JsonObject;
}

/** What the schemas of all steps have in common, beside what an act says. */
interface StepValue {
  readonly '@context': unknown;
  readonly id: string;
  readonly type: unknown;
  readonly actor: string;
  readonly pair: string;
  readonly exchange: string;
  readonly proof: unknown;
  readonly n: number;
  readonly seen: number;
  readonly prev?: string;
  readonly member?: StepMessage['member'];
  readonly side?: Side;
  readonly with?: string;
  readonly salt?: string;
  readonly inReplyTo?: string;
}

/** A step from its parsed document. Refuses `foreign_origin` and `schema_mismatch`. */
export function decodeStep(
  core: AgreementCore,
  author: Party,
  kind: StepKind,
  value: StepValue,
): Outcome<{ message: StepMessage }> {
  const own = originOf(value.actor);
  const peer = originOf(core.parties[author === 0 ? 1 : 0].bank);
  const at = originOf(value.exchange);
  // Whoever begins names the exchange; the first message of the other bank answers one of the beginner's.
  const begins = kind === 'ExchangeOffer';
  const starter = begins ? at === own : value.n === 1 ? at === peer : at === own || at === peer;
  if (!starter) return refuse('foreign_origin', { exchange: value.exchange });
  if (value.member != null && originOf(value.member.id) !== own)
    return refuse('foreign_origin', { member: value.member.id });
  const { '@context': _c, type: _t, actor: _a, pair: _p, proof: _f, id, exchange, n, seen, ...rest } = value;
  const { prev = null, member = null, side, with: other, salt, inReplyTo, ...says } = rest;
  const beginning =
    side === undefined || other === undefined || salt === undefined
      ? null
      : { side, with: other, salt, ...(inReplyTo !== undefined && { inReplyTo }) };
  const act = { kind: ACTS[kind], ...says } as unknown as Act;
  return { ok: true, message: { kind: 'Step', id, exchange, n, seen, prev, act, member, beginning } };
}

/** What a hold of an exchange is for. It never enters a journal. Minutes. */
export interface HoldDetails {
  readonly exchange: string;
  /** 1 for what was agreed, then one more for each hold that is added. */
  readonly part: number;
  readonly minutes: number;
  readonly payerRef: string;
  readonly payeeRef: string;
  /** The terms that were agreed when the hold was written, and where they were said. */
  readonly agreed: { readonly side: Side; readonly n: number; readonly terms: Terms };
}

/** Base64url of sha-256(salt, JCS(details)): all that a journal says of what a hold is for. */
export function detailOfHold(salt: string, details: HoldDetails): string {
  return salted(salt, details as unknown as JsonObject);
}

/** Throws a RangeError when the salt is not 32 bytes. */
export function salted(salt: string, details: JsonObject): string {
  const bytes = base64urlDecode(salt);
  if (bytes === undefined || bytes.length !== 32) throw new RangeError('a salt is 32 bytes in base64url');
  const text = canonicalBytes(details);
  const joined = new Uint8Array(bytes.length + text.length);
  joined.set(bytes);
  joined.set(text, bytes.length);
  return base64urlEncode(sha256(joined));
}
