/** What the first page is given to show, to a guest and to a member. */
import type { MovedTotals } from '../member/members.ts';
import type { PartnerBrief } from './models.ts';

/** Somebody's offer or need, in one line. */
export interface OfferBrief {
  readonly href: string;
  readonly kind: 'offer' | 'need';
  readonly title: string;
  /** Empty where guests look. */
  readonly who: string;
}

/** One thing that waits, or that goes on without the reader. Minutes. */
export interface WaitSlip {
  readonly what: 'asked' | 'change' | 'claimed' | 'disputed' | 'gift' | 'application';
  readonly href: string;
  readonly name: string;
  readonly title: string;
  readonly minutes: number;
}

export interface RestSlip {
  readonly what: 'agreed' | 'waiting';
  readonly href: string;
  readonly name: string;
  readonly title: string;
  readonly minutes: number;
  readonly startTime: Date | null;
}

export interface MemberHomeModel {
  readonly name: string;
  readonly about: string;
  readonly balanceMinutes: number;
  readonly moved: MovedTotals;
  readonly waiting: readonly WaitSlip[];
  /** New notices in words. */
  readonly told: readonly { readonly href: string; readonly text: string }[];
  readonly resting: readonly RestSlip[];
  readonly mine: readonly OfferBrief[];
  readonly others: readonly OfferBrief[];
  readonly thanks: { readonly text: string; readonly name: string; readonly title: string } | null;
  readonly partners: readonly PartnerBrief[];
}
