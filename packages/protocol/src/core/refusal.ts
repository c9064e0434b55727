/**
 * Refusals: what Evenhour says instead of doing something.
 *
 * Promises: the list of codes is closed and stands in order of precedence, so that of two
 * things that are wrong the earlier one is named; a retired code keeps its place. A refusal
 * changes nothing but evidence. Spec: law 8.
 *
 * @module
 */

/** For each code: whose fault it is, whether the same input may succeed later, and what to do. */
export const REFUSALS = {
  // The way in: before anything is believed.
  too_large: { fault: 'peer', retryable: false, advice: 'Send a smaller message.' },
  too_many_requests: { fault: 'peer', retryable: true, advice: 'Wait as long as Retry-After says.' },
  malformed_json: {
    fault: 'peer',
    retryable: false,
    advice: 'Send strict JSON in UTF-8: no duplicate keys, no deep nesting, whole numbers.',
  },
  unknown_bank: { fault: 'peer', retryable: false, advice: 'No bank answers to this host name here.' },
  unknown_partner: { fault: 'peer', retryable: false, advice: 'Only a partner with an agreement may write here.' },
  missing_signature: {
    fault: 'peer',
    retryable: false,
    advice: 'Sign the request with the key that the agreement pins.',
  },
  signature_mismatch: { fault: 'peer', retryable: false, advice: 'The signature does not match. Nothing moved.' },
  clock_skew: { fault: 'peer', retryable: true, advice: 'Set the clock right; the answer carries our date.' },
  stale_session: {
    fault: 'peer',
    retryable: true,
    advice: 'Another process of your bank opened a newer session. Use that one.',
  },
  schema_mismatch: {
    fault: 'peer',
    retryable: false,
    advice: 'The message is not of a shape that this version knows.',
  },
  context_mismatch: {
    fault: 'peer',
    retryable: false,
    advice: 'Document and proof must both carry the pinned context, and nothing more.',
  },
  proof_malformed: {
    fault: 'peer',
    retryable: false,
    advice: 'The proof must have exactly the members of the profile.',
  },
  proof_mismatch: { fault: 'peer', retryable: false, advice: 'The proof does not match the message.' },
  foreign_origin: { fault: 'peer', retryable: false, advice: "Key, actor and id must be of the partner's own origin." },
  wrong_key: { fault: 'peer', retryable: false, advice: 'Only the key that the agreement pins counts.' },
  foreign_pair: { fault: 'peer', retryable: false, advice: 'This message belongs to another pair.' },

  // The journal: not next, or a fault in the chain.
  known_already: { fault: 'peer', retryable: false, advice: 'It came twice; we counted it once.' },
  gap: { fault: 'peer', retryable: true, advice: 'Send from the head that the answer names.' },
  stale_epoch: { fault: 'peer', retryable: false, advice: 'This was written before a restore and no longer counts.' },
  fork: {
    fault: 'peer',
    retryable: false,
    advice:
      'Two signed documents stand at one place. Of a journal the pair is halted, of an exchange that exchange alone; both bridge builders look.',
  },
  chain_fault: {
    fault: 'peer',
    retryable: false,
    advice:
      'It does not continue what came before. Of a journal the pair is halted, of an exchange that exchange alone; both bridge builders look.',
  },
  pair_waiting: {
    fault: 'local',
    retryable: true,
    advice: 'The two banks have not greeted each other since a restart. New hours wait.',
  },
  pair_halted: { fault: 'local', retryable: false, advice: 'The pair is halted. Both bridge builders look.' },
  pair_recovering: {
    fault: 'local',
    retryable: true,
    advice: 'The bank was restored from a backup and learns from its partner what came after. New hours wait.',
  },
  pair_reconciling: {
    fault: 'local',
    retryable: true,
    advice: 'The two banks count the same entries and reach different sums. New hours wait until it is found why.',
  },

  // Rules of the twin journals: appended without effect when a partner breaks them.
  not_supported: { fault: 'peer', retryable: false, advice: 'The agreement does not list this feature.' },
  id_used: { fault: 'local', retryable: false, advice: 'Use a new id for every transfer.' },
  pair_suspended: { fault: 'peer', retryable: true, advice: 'The partner takes no new hours just now.' },
  limit_reached: {
    fault: 'local',
    retryable: true,
    advice: 'The partner honours fewer hours than this. Send less, or wait until hours come back.',
  },
  too_many_open: { fault: 'local', retryable: true, advice: 'Too many transfers are open at once. Wait for answers.' },
  backlog: { fault: 'local', retryable: true, advice: 'Too much is waiting for the partner. New hours wait.' },
  not_the_debtor: {
    fault: 'peer',
    retryable: false,
    advice: 'Only the bank that holds the minutes may post or void them.',
  },
  hold_not_open: { fault: 'peer', retryable: false, advice: 'There is no open hold of this id.' },
  already_answered: { fault: 'peer', retryable: false, advice: 'This was answered before.' },
  not_accepted: { fault: 'peer', retryable: true, advice: 'The partner has not accepted the hold yet.' },
  minutes_out_of_range: {
    fault: 'local',
    retryable: false,
    advice: 'Minutes must be a whole number from 1 up to what is held.',
  },
  not_posted: { fault: 'peer', retryable: false, advice: 'There is no post to receipt.' },
  amend_out_of_range: { fault: 'peer', retryable: false, advice: 'The change is outside what the agreement allows.' },
  opening_over_limit: { fault: 'local', retryable: false, advice: 'Work off the opening position first.' },

  // A bank's own rules.
  unknown_payee: { fault: 'local', retryable: false, advice: 'Nobody of that name is a member there. Check the name.' },
  payee_unavailable: { fault: 'peer', retryable: true, advice: 'This member cannot receive hours just now.' },
  terms_unknown: { fault: 'peer', retryable: true, advice: 'The partner does not know what this is for.' },
  not_partners: {
    fault: 'local',
    retryable: false,
    advice: 'We have no agreement with that town yet. Ask your bridge builder.',
  },
  same_account: { fault: 'local', retryable: false, advice: 'Giver and receiver must be two.' },
  not_enough_hours: {
    fault: 'local',
    retryable: true,
    advice: 'There is not enough left to give this. Ask your coordinator.',
  },
  account_full: {
    fault: 'local',
    retryable: true,
    advice: 'The receiver is at the upper limit. Let some hours be used first.',
  },
  over_transfer_cap: {
    fault: 'local',
    retryable: false,
    advice: "One gift may not be larger than the bank's cap. Give it in parts.",
  },
  over_member_cap: {
    fault: 'local',
    retryable: true,
    advice: 'A member may not have more than this under way to one town.',
  },
  member_inactive: { fault: 'local', retryable: false, advice: 'This member is suspended or has moved.' },
  agreement_not_active: { fault: 'local', retryable: true, advice: 'The agreement is not active.' },
  agreement_exists: { fault: 'local', retryable: false, advice: 'There is an agreement with this bank already.' },
  invitation_used: { fault: 'local', retryable: false, advice: 'Ask the other bank for a new invitation link.' },
  not_your_turn: { fault: 'local', retryable: false, advice: 'The other side has to say yes first.' },
  taken_back: { fault: 'peer', retryable: false, advice: 'The giver took this back before any hours had moved.' },

  // The API.
  invalid_request: { fault: 'local', retryable: false, advice: 'Correct the fields that are named and send it again.' },
  not_signed_in: { fault: 'local', retryable: false, advice: "Send the bank's token as a bearer token." },
  not_allowed: { fault: 'local', retryable: false, advice: 'This token may not do that.' },
  not_found: { fault: 'local', retryable: false, advice: 'Check the address.' },
  method_not_allowed: {
    fault: 'local',
    retryable: false,
    advice: "Use a method that the answer's Allow header names.",
  },
  handle_taken: { fault: 'local', retryable: false, advice: 'Choose another name; a name is never given twice.' },
  idempotency_key_missing: {
    fault: 'local',
    retryable: false,
    advice: 'Send an Idempotency-Key header, a new one for each thing that you want done.',
  },
  idempotency_key_reused: {
    fault: 'local',
    retryable: false,
    advice: 'This Idempotency-Key was used for something else.',
  },
  partner_unreachable: {
    fault: 'peer',
    retryable: true,
    advice: "The other town's computer does not answer. Try again later.",
  },
  private_address: {
    fault: 'local',
    retryable: false,
    advice: 'That address is not public. Name the exact origin in EVENHOUR_ALLOW_PRIVATE_ORIGINS if this is a test.',
  },
  shutting_down: { fault: 'local', retryable: true, advice: 'The bank is restarting. Try again in a moment.' },
  internal_error: {
    fault: 'local',
    retryable: true,
    advice: 'Something went wrong here. Nothing was changed; try again in a moment.',
  },
} as const satisfies Record<string, { fault: 'local' | 'peer'; retryable: boolean; advice: string }>;

/** One of the closed list of reasons. Codes travel; sentences are made where they are read. */
export type RefusalCode = keyof typeof REFUSALS;

/** Plain values that belong to a refusal, such as `{ roomMinutes: 600 }`. */
export type Facts = Readonly<Record<string, string | number | boolean>>;

/**
 * Why something was not done. `fault` is `local` when the asker's own side has to change
 * something, `peer` when the other bank has to.
 */
export interface Refusal {
  readonly code: RefusalCode;
  readonly fault: 'local' | 'peer';
  readonly retryable: boolean;
  readonly facts: Facts;
}

/** All codes in order of precedence. */
export const REFUSAL_CODES = Object.keys(REFUSALS) as readonly RefusalCode[];

export function refusal(code: RefusalCode, facts: Facts = {}): Refusal {
  const { fault, retryable } = REFUSALS[code];
  return { code, fault, retryable, facts };
}

export type Outcome<T> = ({ readonly ok: true } & T) | { readonly ok: false; readonly refusal: Refusal };

export function refuse(code: RefusalCode, facts: Facts = {}): { readonly ok: false; readonly refusal: Refusal } {
  return { ok: false, refusal: refusal(code, facts) };
}

export function isRefusalCode(value: unknown): value is RefusalCode {
  return typeof value === 'string' && Object.hasOwn(REFUSALS, value);
}
