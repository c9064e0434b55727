/**
 * Refusals in the words of a member: what happened, and what to do.
 *
 * Promises: every code that a member or an operator can meet on a page has a sentence of its own;
 * any other code gets a kind one. Every sentence names who has to act, and none blames the reader.
 *
 * @module
 */
import type { Facts, RefusalCode } from '@evenhour/protocol';
import { capital, firstName, short } from './format.ts';
import type { RefusalView } from './models.ts';

/** Who the sentences speak of. `town` is the other town, `who` the other member. */
export interface Place {
  readonly bank: string;
  readonly bridgeBuilder: string;
  readonly town?: string | undefined;
  readonly who?: string | undefined;
}

export interface RefusalText {
  readonly what: string;
  readonly todo: string;
}

type Sentence = (place: { town: string; who: string; fiona: string; bank: string }, facts: Facts) => RefusalText;

/** The codes that pages can show. The rest are between two computers. */
export type ShownCode = Extract<
  RefusalCode,
  | 'too_large'
  | 'too_many_requests'
  | 'unknown_bank'
  | 'proof_mismatch'
  | 'signature_mismatch'
  | 'known_already'
  | 'pair_waiting'
  | 'pair_halted'
  | 'pair_recovering'
  | 'pair_reconciling'
  | 'not_supported'
  | 'id_used'
  | 'pair_suspended'
  | 'limit_reached'
  | 'too_many_open'
  | 'backlog'
  | 'already_answered'
  | 'minutes_out_of_range'
  | 'amend_out_of_range'
  | 'opening_over_limit'
  | 'unknown_payee'
  | 'payee_unavailable'
  | 'terms_unknown'
  | 'not_partners'
  | 'same_account'
  | 'not_enough_hours'
  | 'account_full'
  | 'over_transfer_cap'
  | 'over_member_cap'
  | 'member_inactive'
  | 'agreement_not_active'
  | 'agreement_exists'
  | 'invitation_used'
  | 'not_your_turn'
  | 'taken_back'
  | 'invalid_request'
  | 'not_signed_in'
  | 'not_allowed'
  | 'not_found'
  | 'method_not_allowed'
  | 'handle_taken'
  | 'idempotency_key_missing'
  | 'idempotency_key_reused'
  | 'partner_unreachable'
  | 'private_address'
  | 'shutting_down'
  | 'internal_error'
>;

const nothingLost = 'You lose nothing.';

const sentences: Record<ShownCode, Sentence> = {
  too_large: () => ({ what: 'That was too long for one page.', todo: 'Write a little less and send it again.' }),
  too_many_requests: () => ({ what: 'That was very quick, many times over.', todo: 'Wait a minute and try again.' }),
  unknown_bank: () => ({ what: 'No timebank answers at this address.', todo: 'Check the address, letter by letter.' }),
  proof_mismatch: ({ town }) => ({
    what: `This did not come from ${town}. Nothing moved.`,
    todo: 'You need do nothing.',
  }),
  signature_mismatch: ({ town }) => ({
    what: `This did not come from ${town}. Nothing moved.`,
    todo: 'You need do nothing.',
  }),
  known_already: () => ({ what: 'It came twice; we counted it once.', todo: 'You need do nothing.' }),
  pair_waiting: ({ town }) => ({
    what: `We are waiting for ${town} to greet us back after a restart. ${nothingLost}`,
    todo: 'Try again in a minute.',
  }),
  pair_halted: ({ town, fiona }) => ({
    what: `New hours with ${town} wait, because something between the two towns does not fit. ${nothingLost}`,
    todo: `${fiona} knows and looks at it with ${town}. You need do nothing.`,
  }),
  pair_recovering: ({ town, bank }) => ({
    what: `${bank} is catching up with ${town} after a restart from a backup. ${nothingLost}`,
    todo: 'Try again in a few minutes.',
  }),
  pair_reconciling: ({ town, fiona }) => ({
    what: `New hours with ${town} wait, because the two towns reach different sums. ${nothingLost}`,
    todo: `${fiona} knows and looks for the difference with ${town}. You need do nothing.`,
  }),
  not_supported: ({ town }) => ({
    what: `${town} cannot do this yet.`,
    todo: 'Do it another way, or ring the office.',
  }),
  id_used: () => ({ what: 'This was done already.', todo: 'Look at your hours: it is there.' }),
  pair_suspended: ({ town, fiona }) => ({
    what: `${town} takes no new hours from us just now. ${nothingLost}`,
    todo: `${fiona} can tell you when it opens again.`,
  }),
  limit_reached: ({ town, fiona }, facts) => {
    const room = facts['roomMinutes'];
    return typeof room === 'number' && room > 0
      ? {
          what: `That is more than ${town} honours from us just now. ${nothingLost}`,
          todo: `${town} honours ${short(room)} more: give up to that, or wait until hours come to us from ${town}.`,
        }
      : {
          what: `${town} cannot take more hours from us just now. ${nothingLost}`,
          todo: `${fiona} knows. It opens again as soon as hours come to us from ${town}.`,
        };
  },
  too_many_open: ({ town }) => ({
    what: `Very many hours are on their way to ${town} already. ${nothingLost}`,
    todo: 'Try again in a few minutes.',
  }),
  backlog: ({ town }) => ({
    what: `Too much is waiting for ${town} already. ${nothingLost}`,
    todo: `Try again when ${town}’s computer is on.`,
  }),
  already_answered: ({ town }) => ({
    what: `${town} has answered this already.`,
    todo: 'Open the page again to see how it stands.',
  }),
  minutes_out_of_range: () => ({
    what: 'That is not a length that we can count.',
    todo: 'Write whole minutes, one or more.',
  }),
  amend_out_of_range: () => ({ what: 'This change is outside what both signed.', todo: 'Choose a smaller figure.' }),
  opening_over_limit: ({ town }) => ({
    what: `More stands between us and ${town} from before than the new figure.`,
    todo: 'Even that out first.',
  }),
  unknown_payee: ({ who, town }) => ({
    what: `${town} does not know anybody called ${who}.`,
    todo: 'Check the name, letter by letter. It may be in another town.',
  }),
  payee_unavailable: ({ who, fiona }) => ({
    what: `${who} cannot receive hours just now. ${nothingLost}`,
    todo: `Try again another day, or ask ${fiona}.`,
  }),
  terms_unknown: ({ town }) => ({
    what: `${town} does not know what this is for yet.`,
    todo: 'Try again in a minute.',
  }),
  not_partners: ({ town, fiona }) => ({
    what: `We and ${town} do not honour each other’s hours yet.`,
    todo: `Ask ${fiona} to invite them. It takes two yeses.`,
  }),
  same_account: () => ({ what: 'That is you.', todo: 'Choose somebody else: giving takes two.' }),
  not_enough_hours: ({ fiona }) => ({
    what: 'You have given as many hours as you can for now.',
    todo: `Give an hour of your time to somebody and there is room again. Or ask ${fiona} for a little more room.`,
  }),
  account_full: ({ who }) => ({
    what: `${who} has as many open hours as one person may keep. ${nothingLost}`,
    todo: 'Let some of them be used first, or give to somebody else.',
  }),
  over_transfer_cap: (_place, facts) => ({
    what:
      typeof facts['capMinutes'] === 'number'
        ? `One gift may be up to ${short(facts['capMinutes'])}.`
        : 'That is more than one gift may be.',
    todo: 'Give it in parts.',
  }),
  over_member_cap: ({ town }) => ({
    what: `You have as much on its way to ${town} as one member may.`,
    todo: 'Wait until some of it has arrived.',
  }),
  member_inactive: ({ fiona }) => ({
    what: 'This account is resting or has moved to another town.',
    todo: `Ask ${fiona}; it can be woken up.`,
  }),
  agreement_not_active: ({ town, fiona }) => ({
    what: `The agreement with ${town} is not in force.`,
    todo: `${fiona} can tell you how it stands.`,
  }),
  agreement_exists: ({ town }) => ({
    what: `We have an agreement with ${town} already.`,
    todo: 'Open it from the desk.',
  }),
  invitation_used: ({ town }) => ({
    what: 'This link was used already, was taken back, or is too old.',
    todo: `Ask ${town} for a new one.`,
  }),
  not_your_turn: ({ town }) => ({ what: `It is ${town}’s turn to answer.`, todo: 'Wait for their yes, or ring them.' }),
  taken_back: ({ who }) => ({
    what: 'It was taken back before it had arrived.',
    todo: `Ring ${who} if this surprises you.`,
  }),
  invalid_request: () => ({
    what: 'Something in the form is not as it should be.',
    todo: 'Look at it once more and send it again.',
  }),
  not_signed_in: () => ({
    what: 'You are not signed in, or not any more.',
    todo: 'Sign in with the words from your card.',
  }),
  not_allowed: ({ fiona }) => ({
    what: 'This page is for somebody else.',
    todo: `Sign in as somebody who may see it, or ask ${fiona}.`,
  }),
  not_found: () => ({
    what: 'There is nothing at this address.',
    todo: 'Check the address, or start at the first page.',
  }),
  method_not_allowed: () => ({ what: 'This page cannot do that.', todo: 'Go back and press the button on the page.' }),
  handle_taken: () => ({
    what: 'Somebody has this name already.',
    todo: 'Choose another one; a name is never given twice.',
  }),
  idempotency_key_missing: () => ({
    what: 'The form was not whole.',
    todo: 'Open the page again and send it once more.',
  }),
  idempotency_key_reused: () => ({
    what: 'This form was sent before, with something else in it.',
    todo: 'Open the page again and fill it in anew.',
  }),
  partner_unreachable: ({ town }) => ({
    what: `${town}’s computer does not answer. ${nothingLost}`,
    todo: 'Try again in a little while.',
  }),
  private_address: () => ({
    what: 'That address cannot be reached from the open internet.',
    todo: 'Check the link. In a trial at home, name it in EVENHOUR_ALLOW_PRIVATE_ORIGINS.',
  }),
  shutting_down: () => ({ what: 'The timebank is starting anew.', todo: 'Try again in a moment.' }),
  internal_error: ({ fiona }) => ({
    what: `Something went wrong with us. ${nothingLost}`,
    todo: `Try again in a moment. If it stays so, ring the office; ${fiona} helps.`,
  }),
};

function isShown(code: RefusalCode): code is ShownCode {
  return Object.hasOwn(sentences, code);
}

/** Says a refusal, or something kind when there is no code or no sentence for it. */
export function sayRefusal(refusal: RefusalView | null, place: Place): RefusalText {
  const fiona = firstName(place.bridgeBuilder);
  if (refusal === null || !isShown(refusal.code))
    return {
      what: `Something did not go as it should. ${nothingLost}`,
      todo: `Try again in a little while. If it stays so, ring the office; ${fiona} helps.`,
    };
  const named = { town: place.town ?? 'the other town', who: place.who || 'this member', fiona, bank: place.bank };
  const { what, todo } = sentences[refusal.code](named, refusal.facts ?? {});
  return { what: capital(what), todo: capital(todo) };
}
