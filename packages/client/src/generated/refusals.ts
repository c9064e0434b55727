/**
 * Why a bank says no. Made by tools/generate-client.mjs from the OpenAPI document of the server. Do not edit.
 *
 * @module
 */

/** The closed list of reasons, in order of precedence, each with what to do about it. */
export type RefusalCode =
  /** Send a smaller message. */
  | 'too_large'
  /** Wait as long as Retry-After says. */
  | 'too_many_requests'
  /** Send strict JSON in UTF-8: no duplicate keys, no deep nesting, whole numbers. */
  | 'malformed_json'
  /** No bank answers to this host name here. */
  | 'unknown_bank'
  /** Only a partner with an agreement may write here. */
  | 'unknown_partner'
  /** Sign the request with the key that the agreement pins. */
  | 'missing_signature'
  /** The signature does not match. Nothing moved. */
  | 'signature_mismatch'
  /** Set the clock right; the answer carries our date. */
  | 'clock_skew'
  /** Another process of your bank opened a newer session. Use that one. */
  | 'stale_session'
  /** The message is not of a shape that this version knows. */
  | 'schema_mismatch'
  /** Document and proof must both carry the pinned context, and nothing more. */
  | 'context_mismatch'
  /** The proof must have exactly the members of the profile. */
  | 'proof_malformed'
  /** The proof does not match the message. */
  | 'proof_mismatch'
  /** Key, actor and id must be of the partner's own origin. */
  | 'foreign_origin'
  /** Only the key that the agreement pins counts. */
  | 'wrong_key'
  /** This message belongs to another pair. */
  | 'foreign_pair'
  /** It came twice; we counted it once. */
  | 'known_already'
  /** Send from the head that the answer names. */
  | 'gap'
  /** This was written before a restore and no longer counts. */
  | 'stale_epoch'
  /** Two signed documents stand at one place. Of a journal the pair is halted, of an exchange that exchange alone; both bridge builders look. */
  | 'fork'
  /** It does not continue what came before. Of a journal the pair is halted, of an exchange that exchange alone; both bridge builders look. */
  | 'chain_fault'
  /** The two banks have not greeted each other since a restart. New hours wait. */
  | 'pair_waiting'
  /** The pair is halted. Both bridge builders look. */
  | 'pair_halted'
  /** The bank was restored from a backup and learns from its partner what came after. New hours wait. */
  | 'pair_recovering'
  /** The two banks count the same entries and reach different sums. New hours wait until it is found why. */
  | 'pair_reconciling'
  /** The agreement does not list this feature. */
  | 'not_supported'
  /** Use a new id for every transfer. */
  | 'id_used'
  /** The partner takes no new hours just now. */
  | 'pair_suspended'
  /** The partner honours fewer hours than this. Send less, or wait until hours come back. */
  | 'limit_reached'
  /** Too many transfers are open at once. Wait for answers. */
  | 'too_many_open'
  /** Too much is waiting for the partner. New hours wait. */
  | 'backlog'
  /** Only the bank that holds the minutes may post or void them. */
  | 'not_the_debtor'
  /** There is no open hold of this id. */
  | 'hold_not_open'
  /** This was answered before. */
  | 'already_answered'
  /** The partner has not accepted the hold yet. */
  | 'not_accepted'
  /** Minutes must be a whole number from 1 up to what is held. */
  | 'minutes_out_of_range'
  /** There is no post to receipt. */
  | 'not_posted'
  /** The change is outside what the agreement allows. */
  | 'amend_out_of_range'
  /** Work off the opening position first. */
  | 'opening_over_limit'
  /** Nobody of that name is a member there. Check the name. */
  | 'unknown_payee'
  /** This member cannot receive hours just now. */
  | 'payee_unavailable'
  /** The partner does not know what this is for. */
  | 'terms_unknown'
  /** We have no agreement with that town yet. Ask your bridge builder. */
  | 'not_partners'
  /** Giver and receiver must be two. */
  | 'same_account'
  /** There is not enough left to give this. Ask your coordinator. */
  | 'not_enough_hours'
  /** The receiver is at the upper limit. Let some hours be used first. */
  | 'account_full'
  /** One gift may not be larger than the bank's cap. Give it in parts. */
  | 'over_transfer_cap'
  /** A member may not have more than this under way to one town. */
  | 'over_member_cap'
  /** This member is suspended or has moved. */
  | 'member_inactive'
  /** The agreement is not active. */
  | 'agreement_not_active'
  /** There is an agreement with this bank already. */
  | 'agreement_exists'
  /** Ask the other bank for a new invitation link. */
  | 'invitation_used'
  /** The other side has to say yes first. */
  | 'not_your_turn'
  /** The giver took this back before any hours had moved. */
  | 'taken_back'
  /** Correct the fields that are named and send it again. */
  | 'invalid_request'
  /** Send the bank's token as a bearer token. */
  | 'not_signed_in'
  /** This token may not do that. */
  | 'not_allowed'
  /** Check the address. */
  | 'not_found'
  /** Use a method that the answer's Allow header names. */
  | 'method_not_allowed'
  /** Choose another name; a name is never given twice. */
  | 'handle_taken'
  /** Send an Idempotency-Key header, a new one for each thing that you want done. */
  | 'idempotency_key_missing'
  /** This Idempotency-Key was used for something else. */
  | 'idempotency_key_reused'
  /** The other town's computer does not answer. Try again later. */
  | 'partner_unreachable'
  /** That address is not public. Name the exact origin in EVENHOUR_ALLOW_PRIVATE_ORIGINS if this is a test. */
  | 'private_address'
  /** The bank is restarting. Try again in a moment. */
  | 'shutting_down'
  /** Something went wrong here. Nothing was changed; try again in a moment. */
  | 'internal_error';

/** For each code what the server answers with it. */
export const REFUSALS: Readonly<
  Record<RefusalCode, { readonly status: number; readonly fault: 'local' | 'peer'; readonly retryable: boolean; readonly advice: string }>
> = {
  too_large: { status: 413, fault: 'peer', retryable: false, advice: "Send a smaller message." },
  too_many_requests: { status: 429, fault: 'peer', retryable: true, advice: "Wait as long as Retry-After says." },
  malformed_json: { status: 400, fault: 'peer', retryable: false, advice: "Send strict JSON in UTF-8: no duplicate keys, no deep nesting, whole numbers." },
  unknown_bank: { status: 421, fault: 'peer', retryable: false, advice: "No bank answers to this host name here." },
  unknown_partner: { status: 403, fault: 'peer', retryable: false, advice: "Only a partner with an agreement may write here." },
  missing_signature: { status: 401, fault: 'peer', retryable: false, advice: "Sign the request with the key that the agreement pins." },
  signature_mismatch: { status: 401, fault: 'peer', retryable: false, advice: "The signature does not match. Nothing moved." },
  clock_skew: { status: 401, fault: 'peer', retryable: true, advice: "Set the clock right; the answer carries our date." },
  stale_session: { status: 409, fault: 'peer', retryable: true, advice: "Another process of your bank opened a newer session. Use that one." },
  schema_mismatch: { status: 400, fault: 'peer', retryable: false, advice: "The message is not of a shape that this version knows." },
  context_mismatch: { status: 400, fault: 'peer', retryable: false, advice: "Document and proof must both carry the pinned context, and nothing more." },
  proof_malformed: { status: 400, fault: 'peer', retryable: false, advice: "The proof must have exactly the members of the profile." },
  proof_mismatch: { status: 400, fault: 'peer', retryable: false, advice: "The proof does not match the message." },
  foreign_origin: { status: 403, fault: 'peer', retryable: false, advice: "Key, actor and id must be of the partner's own origin." },
  wrong_key: { status: 403, fault: 'peer', retryable: false, advice: "Only the key that the agreement pins counts." },
  foreign_pair: { status: 403, fault: 'peer', retryable: false, advice: "This message belongs to another pair." },
  known_already: { status: 409, fault: 'peer', retryable: false, advice: "It came twice; we counted it once." },
  gap: { status: 409, fault: 'peer', retryable: true, advice: "Send from the head that the answer names." },
  stale_epoch: { status: 409, fault: 'peer', retryable: false, advice: "This was written before a restore and no longer counts." },
  fork: { status: 409, fault: 'peer', retryable: false, advice: "Two signed documents stand at one place. Of a journal the pair is halted, of an exchange that exchange alone; both bridge builders look." },
  chain_fault: { status: 409, fault: 'peer', retryable: false, advice: "It does not continue what came before. Of a journal the pair is halted, of an exchange that exchange alone; both bridge builders look." },
  pair_waiting: { status: 503, fault: 'local', retryable: true, advice: "The two banks have not greeted each other since a restart. New hours wait." },
  pair_halted: { status: 409, fault: 'local', retryable: false, advice: "The pair is halted. Both bridge builders look." },
  pair_recovering: { status: 503, fault: 'local', retryable: true, advice: "The bank was restored from a backup and learns from its partner what came after. New hours wait." },
  pair_reconciling: { status: 503, fault: 'local', retryable: true, advice: "The two banks count the same entries and reach different sums. New hours wait until it is found why." },
  not_supported: { status: 422, fault: 'peer', retryable: false, advice: "The agreement does not list this feature." },
  id_used: { status: 409, fault: 'local', retryable: false, advice: "Use a new id for every transfer." },
  pair_suspended: { status: 409, fault: 'peer', retryable: true, advice: "The partner takes no new hours just now." },
  limit_reached: { status: 409, fault: 'local', retryable: true, advice: "The partner honours fewer hours than this. Send less, or wait until hours come back." },
  too_many_open: { status: 409, fault: 'local', retryable: true, advice: "Too many transfers are open at once. Wait for answers." },
  backlog: { status: 503, fault: 'local', retryable: true, advice: "Too much is waiting for the partner. New hours wait." },
  not_the_debtor: { status: 409, fault: 'peer', retryable: false, advice: "Only the bank that holds the minutes may post or void them." },
  hold_not_open: { status: 409, fault: 'peer', retryable: false, advice: "There is no open hold of this id." },
  already_answered: { status: 409, fault: 'peer', retryable: false, advice: "This was answered before." },
  not_accepted: { status: 409, fault: 'peer', retryable: true, advice: "The partner has not accepted the hold yet." },
  minutes_out_of_range: { status: 422, fault: 'local', retryable: false, advice: "Minutes must be a whole number from 1 up to what is held." },
  not_posted: { status: 409, fault: 'peer', retryable: false, advice: "There is no post to receipt." },
  amend_out_of_range: { status: 422, fault: 'peer', retryable: false, advice: "The change is outside what the agreement allows." },
  opening_over_limit: { status: 409, fault: 'local', retryable: false, advice: "Work off the opening position first." },
  unknown_payee: { status: 422, fault: 'local', retryable: false, advice: "Nobody of that name is a member there. Check the name." },
  payee_unavailable: { status: 409, fault: 'peer', retryable: true, advice: "This member cannot receive hours just now." },
  terms_unknown: { status: 409, fault: 'peer', retryable: true, advice: "The partner does not know what this is for." },
  not_partners: { status: 422, fault: 'local', retryable: false, advice: "We have no agreement with that town yet. Ask your bridge builder." },
  same_account: { status: 422, fault: 'local', retryable: false, advice: "Giver and receiver must be two." },
  not_enough_hours: { status: 409, fault: 'local', retryable: true, advice: "There is not enough left to give this. Ask your coordinator." },
  account_full: { status: 409, fault: 'local', retryable: true, advice: "The receiver is at the upper limit. Let some hours be used first." },
  over_transfer_cap: { status: 422, fault: 'local', retryable: false, advice: "One gift may not be larger than the bank's cap. Give it in parts." },
  over_member_cap: { status: 409, fault: 'local', retryable: true, advice: "A member may not have more than this under way to one town." },
  member_inactive: { status: 409, fault: 'local', retryable: false, advice: "This member is suspended or has moved." },
  agreement_not_active: { status: 409, fault: 'local', retryable: true, advice: "The agreement is not active." },
  agreement_exists: { status: 409, fault: 'local', retryable: false, advice: "There is an agreement with this bank already." },
  invitation_used: { status: 409, fault: 'local', retryable: false, advice: "Ask the other bank for a new invitation link." },
  not_your_turn: { status: 409, fault: 'local', retryable: false, advice: "The other side has to say yes first." },
  taken_back: { status: 409, fault: 'peer', retryable: false, advice: "The giver took this back before any hours had moved." },
  invalid_request: { status: 400, fault: 'local', retryable: false, advice: "Correct the fields that are named and send it again." },
  not_signed_in: { status: 401, fault: 'local', retryable: false, advice: "Send the bank's token as a bearer token." },
  not_allowed: { status: 403, fault: 'local', retryable: false, advice: "This token may not do that." },
  not_found: { status: 404, fault: 'local', retryable: false, advice: "Check the address." },
  method_not_allowed: { status: 405, fault: 'local', retryable: false, advice: "Use a method that the answer's Allow header names." },
  handle_taken: { status: 409, fault: 'local', retryable: false, advice: "Choose another name; a name is never given twice." },
  idempotency_key_missing: { status: 400, fault: 'local', retryable: false, advice: "Send an Idempotency-Key header, a new one for each thing that you want done." },
  idempotency_key_reused: { status: 422, fault: 'local', retryable: false, advice: "This Idempotency-Key was used for something else." },
  partner_unreachable: { status: 502, fault: 'peer', retryable: true, advice: "The other town's computer does not answer. Try again later." },
  private_address: { status: 422, fault: 'local', retryable: false, advice: "That address is not public. Name the exact origin in EVENHOUR_ALLOW_PRIVATE_ORIGINS if this is a test." },
  shutting_down: { status: 503, fault: 'local', retryable: true, advice: "The bank is restarting. Try again in a moment." },
  internal_error: { status: 500, fault: 'local', retryable: true, advice: "Something went wrong here. Nothing was changed; try again in a moment." },
};
