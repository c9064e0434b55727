/**
 * A gift: the smallest exchange. An offer and its answer, then the hours move through the journals.
 *
 * Promises: the state is a fold of the two sides' logs and nothing else, so both banks see the
 * same; a gift that was answered is not answered again. A log here has one message at most a
 * side, so no two can cross. Spec: exchange, gift.
 *
 * @module
 */
import type { RefusalCode } from '../refusal.ts';

/** What the giver's bank tells the receiver's bank. It never enters a journal. */
export interface Gift {
  /** The giver: a URL at the payer's bank. */
  readonly payer: string;
  readonly payerName: string;
  /** The receiver, as `acct:rosa@town.example`; `acct:bank@town.example` is the community fund. */
  readonly payee: string;
  readonly minutes: number;
  /** The giver's words. May be empty. */
  readonly content: string;
  /** The payer bank's own reference; all that its journal will say of the giver. */
  readonly payerRef: string;
  /** The transfer that this gift puts right, if it does. */
  readonly reverses?: string;
}

export interface GiftOffer {
  readonly kind: 'GiftOffer';
  readonly id: string;
  readonly exchange: string;
  /** Base64url of 32 random bytes; with the gift it makes the hold's `detail`. */
  readonly salt: string;
  readonly gift: Gift;
}

export interface GiftAccept {
  readonly kind: 'GiftAccept';
  readonly id: string;
  readonly exchange: string;
  readonly object: string;
  readonly payeeRef: string;
  readonly payeeName: string;
}

export interface GiftReject {
  readonly kind: 'GiftReject';
  readonly id: string;
  readonly exchange: string;
  readonly object: string;
  readonly code: RefusalCode;
}

/** The giver's bank takes a gift back before any hold was written: there was no room, or the giver changed her mind. */
export interface GiftCancel {
  readonly kind: 'GiftCancel';
  readonly id: string;
  readonly exchange: string;
  readonly object: string;
  readonly code: RefusalCode;
  /** Whether its writer had the answer when it wrote this. */
  readonly answered: boolean;
}

export type GiftAnswer = GiftAccept | GiftReject;
export type GiftMessage = GiftOffer | GiftAnswer | GiftCancel;

/** Where the two logs leave a gift. What follows (held, posted, settled) is read from the journals. */
export type GiftState = 'offered' | 'accepted' | 'declined' | 'cancelled';

/**
 * The state of a gift: the fold of the giver's log (offer, then perhaps a cancel) and of the
 * receiver's (one answer). A cancel and an answer may cross; the cancel decides, for its writer
 * holds the minutes.
 */
export function foldGift(
  offer: { readonly id: string; readonly exchange: string },
  answer: GiftAnswer | null,
  cancel: GiftCancel | null,
): GiftState {
  const answers = (message: { exchange: string; object: string } | null): boolean =>
    message !== null && message.exchange === offer.exchange && message.object === offer.id;
  if (answers(cancel)) return 'cancelled';
  if (answer === null || !answers(answer)) return 'offered';
  return answer.kind === 'GiftAccept' ? 'accepted' : 'declined';
}
