/**
 * Refusals on the wire: problem details (RFC 9457) with our code, whose fault it is and the facts.
 *
 * Promises: one total map from code to HTTP status; a failure of our own shows no details.
 *
 * @module
 */
import { REFUSALS, type Refusal, type RefusalCode } from '@evenhour/protocol';

export const STATUS = {
  too_large: 413,
  too_many_requests: 429,
  malformed_json: 400,
  unknown_bank: 421,
  unknown_partner: 403,
  missing_signature: 401,
  signature_mismatch: 401,
  clock_skew: 401,
  stale_session: 409,
  schema_mismatch: 400,
  context_mismatch: 400,
  proof_malformed: 400,
  proof_mismatch: 400,
  foreign_origin: 403,
  wrong_key: 403,
  foreign_pair: 403,
  known_already: 409,
  gap: 409,
  stale_epoch: 409,
  fork: 409,
  chain_fault: 409,
  pair_waiting: 503,
  pair_halted: 409,
  pair_recovering: 503,
  pair_reconciling: 503,
  not_supported: 422,
  id_used: 409,
  pair_suspended: 409,
  limit_reached: 409,
  too_many_open: 409,
  backlog: 503,
  not_the_debtor: 409,
  hold_not_open: 409,
  already_answered: 409,
  not_accepted: 409,
  minutes_out_of_range: 422,
  not_posted: 409,
  amend_out_of_range: 422,
  opening_over_limit: 409,
  unknown_payee: 422,
  payee_unavailable: 409,
  terms_unknown: 409,
  not_partners: 422,
  same_account: 422,
  not_enough_hours: 409,
  account_full: 409,
  over_transfer_cap: 422,
  over_member_cap: 409,
  member_inactive: 409,
  agreement_not_active: 409,
  agreement_exists: 409,
  invitation_used: 409,
  not_your_turn: 409,
  taken_back: 409,
  invalid_request: 400,
  not_signed_in: 401,
  not_allowed: 403,
  not_found: 404,
  method_not_allowed: 405,
  handle_taken: 409,
  idempotency_key_missing: 400,
  idempotency_key_reused: 422,
  partner_unreachable: 502,
  private_address: 422,
  shutting_down: 503,
  internal_error: 500,
} as const satisfies Record<RefusalCode, number>;

/** The body of an answer that refuses. */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly code: RefusalCode;
  readonly fault: 'local' | 'peer';
  readonly retryable: boolean;
  readonly facts: Refusal['facts'];
}

export function problemOf(refused: Refusal): Problem {
  return {
    type: `https://w3id.org/evenhour/v1#refusal-${refused.code}`,
    title: REFUSALS[refused.code].advice,
    status: STATUS[refused.code],
    code: refused.code,
    fault: refused.fault,
    retryable: refused.retryable,
    facts: refused.facts,
  };
}

export function problemResponse(refused: Refusal, headers: Readonly<Record<string, string>> = {}): Response {
  const problem = problemOf(refused);
  return new Response(JSON.stringify(problem), {
    status: problem.status,
    headers: {
      'content-type': 'application/problem+json',
      'cache-control': 'no-store',
      ...(refused.retryable && { 'retry-after': '1' }),
      ...headers,
    },
  });
}
