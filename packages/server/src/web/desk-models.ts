/**
 * What the pages of the desk are given to show: members, invitations, and what needs somebody.
 *
 * Promises: as in `models.ts`.
 *
 * @module
 */
import type { NewcomerValues } from './join.tsx';
import type { Books, Difference, Position, RefusalView, Town } from './models.ts';

/** The desk's list of members. */
export interface MembersModel {
  /** Who asks to join, oldest first. */
  readonly applications: readonly {
    readonly id: string;
    readonly name: string;
    readonly about: string;
    readonly email: string;
    readonly phone: string;
    readonly reach: string;
    readonly inviterName: string;
    readonly createdAt: Date;
  }[];
  readonly search: string;
  readonly members: readonly {
    readonly id: string;
    readonly name: string;
    readonly handle: string;
    readonly resting: boolean;
  }[];
  readonly firstHref: string | null;
  readonly moreHref: string | null;
  /** What was typed. */
  readonly values: NewcomerValues & { readonly handle: string };
  readonly errors: Readonly<Partial<Record<keyof NewcomerValues | 'handle', string>>>;
}

/** A member at the desk, or the desk itself. */
export interface DeskMemberModel {
  readonly member: {
    readonly id: string;
    readonly name: string;
    readonly about: string;
    readonly email: string;
    readonly phone: string;
    readonly reach: string;
    readonly resting: boolean;
  } | null;
  /** Who acts for them, whether a card of theirs counts, and whether they come in by an address, or are to. */
  readonly wearers: readonly {
    readonly personId: string;
    readonly name: string;
    readonly card: boolean;
    readonly address: boolean;
  }[];
  readonly waiting: readonly { readonly email: string; readonly name: string }[];
  readonly values: { readonly name: string; readonly email: string };
  readonly errors: { readonly name?: string; readonly email?: string };
}

export interface InvitationModel {
  /** Just made. The link is shown once. */
  readonly made: { readonly link: string; readonly honourMinutes: number; readonly expiresAt: Date } | null;
  readonly open: readonly { readonly id: string; readonly honourMinutes: number; readonly expiresAt: Date }[];
  readonly suggestedMinutes: number;
  /** What was typed: whole hours, a name, a pasted link. */
  readonly values: { readonly hours: string; readonly bridgeBuilder: string; readonly link: string };
  readonly errors: {
    readonly hours?: 'missing';
    readonly bridgeBuilder?: 'missing';
    /** What is wrong with the link, in words. */
    readonly link?: string;
  };
}

/** What another bank proposes, read from its link. */
export interface InviteOpenedModel {
  readonly link: string;
  readonly town: Town;
  readonly theyHonourMinutes: number;
  readonly bridgeBuilder: string;
  readonly words: readonly string[];
  /** As in an {@link AgreementModel}. */
  readonly fromBeforeMinutes: number;
  readonly expiresAt: Date;
  readonly suggestedMinutes: number;
  readonly values: { readonly hours: string; readonly bridgeBuilder: string };
  readonly errors: { readonly hours?: 'missing'; readonly bridgeBuilder?: 'missing' };
  readonly refusal: RefusalView | null;
}

/** What needs the operator. */
export type Waiting =
  | { readonly kind: 'your_yes'; readonly town: Town; readonly agreementId: string }
  | { readonly kind: 'their_yes'; readonly town: Town; readonly agreementId: string }
  | { readonly kind: 'halted'; readonly town: Town; readonly agreementId: string; readonly because: string | null }
  | { readonly kind: 'silent'; readonly town: Town; readonly agreementId: string; readonly gone: boolean }
  /** It has ended, and the other town has not said which hours it has. */
  | { readonly kind: 'unsettled'; readonly town: Town; readonly agreementId: string }
  | ({ readonly kind: 'disagree'; readonly town: Town; readonly agreementId: string } & Difference)
  | {
      readonly kind: 'off';
      readonly town: Town;
      readonly since: Date | null;
      readonly nextAttemptAt: Date;
      readonly messages: number;
    }
  | {
      readonly kind: 'near_limit';
      readonly town: Town;
      readonly toGiveMinutes: number;
      readonly theyHonourMinutes: number;
    };

/** One check of the doctor. `sentence` says what is so; `fix` what to do when it is not well. */
export interface Check {
  readonly id: string;
  readonly ok: boolean;
  readonly sentence: string;
  readonly fix?: string;
}

/** People who wait for the desk. */
export interface PeopleWaiting {
  readonly kind: 'applications' | 'fund' | 'disputes' | 'objections' | 'leaving';
  /** A hundred at most. */
  readonly count: number;
}

export interface ConsoleModel {
  readonly people: readonly PeopleWaiting[];
  readonly waiting: readonly Waiting[];
  readonly positions: readonly Position[];
  readonly books: Books;
  readonly checks: readonly Check[];
}
