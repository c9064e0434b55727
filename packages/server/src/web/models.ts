/**
 * What each page is given to show.
 *
 * Promises: a page reads nothing but these values. Minutes are whole numbers in fields that end in
 * `Minutes`; times are `Date`s; texts are as people wrote them and are escaped where they are shown.
 * Where hours lean is said from this bank's side: positive means that we have hours to give.
 *
 * @module
 */
import type { Facts, RefusalCode } from '@evenhour/protocol';
import type { MemberKind, MovedTotals } from '../member/members.ts';
import type { OfferBrief, WaitSlip } from './home-models.ts';
import type { Words } from './words.ts';

export type Theme = 'leith' | 'gracia' | 'galway' | 'plain';

/** A town as pages name it. */
export interface Town {
  readonly name: string;
  readonly theme: Theme;
}

export interface BankView extends Town {
  /** As it is read out, such as `0131 496 0123`. */
  readonly phone: string;
  readonly bridgeBuilder: string;
  /** IANA name, such as `Europe/London`. */
  readonly timeZone: string;
}

export type Viewer =
  | { readonly kind: 'guest' }
  | { readonly kind: 'member'; readonly name: string }
  | { readonly kind: 'operator'; readonly name: string };

/** What every page of a bank is framed by. */
export interface Frame {
  /** What the page says, in the reader's language. */
  readonly words: Words;
  readonly bank: BankView;
  readonly viewer: Viewer;
  /** Goes into every form as the hidden field `csrf`. */
  readonly csrf: string;
  readonly now: Date;
  /** Where the source of this very program can be had (AGPL §13). */
  readonly sourceUrl: string;
  /** The live page of the three towns, in a demo. */
  readonly liveUrl?: string;
  /** Where letters can be read that are only kept on this machine. */
  readonly mailbox?: string;
  /** Where a change of language leads back to: this page, or the one that the form was on. */
  readonly here: string;
  /** What the reader was told and has not opened, a hundred at most. */
  readonly unread: number;
}

/** Why something was not done, as the core says it. */
export interface RefusalView {
  readonly code: RefusalCode;
  readonly facts?: Facts;
}

/** How it stands with a partner, in order of what matters most. */
export type Standing =
  | { readonly kind: 'open' }
  /** The two have not greeted each other since a start. */
  | { readonly kind: 'waiting' }
  | { readonly kind: 'off'; readonly nextAttemptAt: Date; readonly since?: Date }
  /** Not heard of for so long that new hours wait; `gone` when it may be ended alone. */
  | { readonly kind: 'silent'; readonly since: Date | null; readonly gone: boolean }
  /** `because` is a refusal code or any other word; unknown words get a general sentence. */
  | { readonly kind: 'halted'; readonly because: string | null }
  | { readonly kind: 'suspended'; readonly by: 'us' | 'them' }
  /** One yes or none yet. */
  | { readonly kind: 'agreeing' }
  | { readonly kind: 'ended' };

export interface PartnerBrief {
  readonly town: Town;
  readonly standing: Standing;
  /** How many more minutes the partner honours from us now. For people of this bank only. */
  readonly theyHonourMoreMinutes?: number;
}

export interface DemoMember {
  readonly id: string;
  readonly name: string;
  readonly about: string;
}

export interface HomeModel {
  readonly memberCount: number;
  readonly partners: readonly PartnerBrief[];
  /** Seeded members of a demo. Empty outside a demo. */
  readonly demoMembers: readonly DemoMember[];
  /** What members show to everybody. */
  readonly offers: readonly OfferBrief[];
  /** For the desk: what waits there. */
  readonly waiting: readonly WaitSlip[];
}

/** Both figures of one statement, taken at the same place of both journals. */
export interface Comparison {
  readonly weSayMinutes: number;
  readonly theySayMinutes: number;
  readonly at: Date;
}

/** Two figures that are not the same. */
export interface Difference {
  readonly weSayMinutes: number;
  readonly theySayMinutes: number;
  /** The entry of their journal that the two count differently, once it is found. */
  readonly partsAtSeq: number | null;
}

/** Hours that left one town and have not been confirmed by the other. */
export interface Underway {
  readonly minutes: number;
  readonly from: 'us' | 'them';
  /** `asked`: the other town has not answered. `sent`: it has been given and waits to be counted there. */
  readonly step: 'asked' | 'sent';
  readonly since: Date;
}

export interface Position {
  readonly agreementId: string;
  readonly town: Town;
  readonly standing: Standing;
  /** Hours that we have to give to this town; negative when they have hours to give to us. */
  readonly toGiveMinutes: number;
  /** The latest comparison, or `null` when the two have not compared yet. Same sign. */
  readonly comparison: Comparison | null;
  /** Limits: how far they let us lean on them, and we them. */
  readonly theyHonourMinutes: number;
  readonly weHonourMinutes: number;
  /** What is left of each limit now. */
  readonly theyHonourMoreMinutes: number;
  readonly weHonourMoreMinutes: number;
  readonly underway: readonly Underway[];
  readonly bridgeBuilders: { readonly ours: string; readonly theirs: string };
}

/** Balances of a bank's books. They sum to nothing. Negative: to give. Positive: open. */
export interface Books {
  readonly membersMinutes: number;
  readonly fundsMinutes: number;
  readonly partnersMinutes: number;
  /** Unclaimed and lost hours, if there are any. */
  readonly otherMinutes: number;
}

export interface PositionsModel {
  readonly positions: readonly Position[];
  readonly books: Books;
}

export type TransferStatus = 'waiting' | 'underway' | 'settled' | 'returned';

export interface StatementLine {
  readonly id: string;
  readonly at: Date;
  /** What it was for, in the giver's words. May be empty. */
  readonly what: string;
  readonly who: string;
  /** What they are, if they are a member here. */
  readonly kind?: MemberKind | undefined;
  /** `null` in the own town. */
  readonly town: string | null;
  readonly minutes: number;
  /** `given`: hours went from this member. `came`: hours came to this member. */
  readonly direction: 'given' | 'came';
  readonly status: TransferStatus;
  /** Why it came back. */
  readonly refusal?: RefusalView;
  /** The exchange whose proof can be read; settled lines between towns have one. */
  readonly proofId: string | null;
  /** The transfer whose receipt can be shown; settled lines have one. */
  readonly receiptId: string | null;
  /** Where one sees how far it has come; lines that are not settled may have one. */
  readonly furtherHref: string | null;
}

export interface StatementModel {
  readonly name: string;
  /** Came less given. Negative: time to give. */
  readonly balanceMinutes: number;
  /** Promised and on its way; still part of the balance. */
  readonly heldMinutes: number;
  readonly moved: MovedTotals;
  /** The days that the forms for paper and file begin with, such as `2026-11-22`. */
  readonly firstDay: string;
  readonly lastDay: string;
  /** Whether days were asked for that are none, in the wrong order or too many. */
  readonly wrongDays?: boolean;
  readonly lines: readonly StatementLine[];
  readonly olderHref: string | null;
  readonly newerHref: string | null;
}

/** A stretch of days for paper, oldest line first. */
export interface StatementSheetModel {
  readonly name: string;
  readonly from: Date;
  /** Within the last day. */
  readonly last: Date;
  readonly balanceMinutes: number;
  /** Of all its lines. */
  readonly givenMinutes: number;
  readonly cameMinutes: number;
  readonly allLines: number;
  /** Those of this sheet, oldest first. */
  readonly lines: readonly StatementLine[];
  /** The sheet with the lines before these. */
  readonly olderHref: string | null;
}

/** A town that hours can be given in. The own town comes first and has no limit. */
export interface GiveTown {
  readonly value: string;
  readonly town: Town;
  readonly partner: { readonly standing: Standing; readonly theyHonourMoreMinutes: number } | null;
}

/** What the form posts: `to town who length hours minutes what unnamed key csrf`. All are strings. */
export interface GiveValues {
  /** An address that was chosen, or `other`: then `town` and `who` say it. */
  readonly to: string;
  readonly town: string;
  readonly who: string;
  /** `30`, `60`, `90`, `120` or `other`; with `other` the figures in `hours` and `minutes` count. */
  readonly length: string;
  readonly hours: string;
  readonly minutes: string;
  readonly what: string;
  /** `yes`: not to be named to other members. */
  readonly unnamed: string;
}

/** Somebody to give to, all in sight. */
export interface GiveChoice {
  /** `rosa@gracia.example`. */
  readonly value: string;
  readonly name: string;
  /** `null` in the own town. */
  readonly town: string | null;
  readonly fund: boolean;
}

export interface GiveModel {
  readonly towns: readonly GiveTown[];
  readonly balanceMinutes: number;
  readonly values: GiveValues;
  /** People from before, those whom a search found, and the funds. */
  readonly choices: readonly GiveChoice[];
  /** Sent with the form so that pressing twice gives once. */
  readonly key: string;
  readonly errors: {
    /** `which`: several have this name, and are among the choices. */
    readonly who?: 'missing' | 'which';
    readonly length?: 'missing' | 'too_long';
    readonly what?: 'too_long';
  };
  readonly refusal: RefusalView | null;
}

/** What is about to be given. */
export interface GiveSureModel {
  readonly values: GiveValues;
  readonly key: string;
  readonly to: GiveChoice;
  readonly town: Town;
  readonly minutes: number;
  /** The giver's, once it is given. */
  readonly afterMinutes: number;
  /** The receiver is asked first. */
  readonly asks: boolean;
}

export interface GivenModel {
  readonly minutes: number;
  readonly what: string;
  readonly who: string;
  /** What they are; not known of somebody at a partner. */
  readonly kind?: MemberKind | undefined;
  /** `null` in the own town. */
  readonly town: Town | null;
  readonly at: Date;
  readonly status: TransferStatus;
  /** The partner, while it is not settled. */
  readonly standing: Standing | null;
  readonly refusal: RefusalView | null;
  readonly proofId: string | null;
  /** What a coordinator wrote down about it. */
  readonly slips: readonly Readonly<Record<'href' | 'who' | 'by' | 'slip', string>>[];
  /** Where the giver can take it back; `null` once the other town has answered. */
  readonly takeBackHref: string | null;
}

/** One line of a bank's own ledger: minutes went from one account to the other. */
export interface LedgerLine {
  readonly kind: 'direct' | 'hold' | 'post' | 'void';
  readonly from: string;
  readonly to: string;
  readonly minutes: number;
  readonly at: Date;
}

export interface SignedEntry {
  /** As in the journal: `Hold`, `HoldAccept`, `Post`, `Receipt`, … */
  readonly kind: string;
  readonly by: Town;
  readonly epoch: number;
  readonly seq: number;
  readonly hash: string;
  readonly at: Date;
  /** The document exactly as it was signed. */
  readonly document: string;
}

/** A person in a town. */
export interface Party {
  readonly name: string;
  /** What they are, if they are a member here. */
  readonly kind?: MemberKind | undefined;
  readonly town: Town;
}

export interface ProofModel {
  readonly giver: Party;
  readonly receiver: Party;
  readonly minutes: number;
  readonly what: string;
  readonly at: Date;
  /** Whether every signature below was verified against the keys that the agreement pins. */
  readonly checked: boolean;
  /** Our own ledger. */
  readonly ledger: readonly LedgerLine[];
  readonly entries: readonly SignedEntry[];
}

export interface AgreementModel {
  readonly id: string;
  readonly town: Town;
  /** The articles that both sign, as plain sentences. */
  readonly words: readonly string[];
  readonly theyHonourMinutes: number;
  readonly weHonourMinutes: number;
  readonly bridgeBuilders: { readonly ours: string; readonly theirs: string };
  /** When each side said yes. */
  readonly ourYesAt: Date | null;
  readonly theirYesAt: Date | null;
  readonly status: 'offered' | 'active' | 'suspended' | 'declined' | 'withdrawn' | 'closed';
  readonly standing: Standing;
  /** The two figures of the latest statement, while they are not the same. */
  readonly difference: Difference | null;
  /** `soon`: anybody, once both have said yes. */
  readonly readers: 'all' | 'soon' | 'desks';
  /** How it ended, if it did. */
  readonly ended: EndedModel | null;
  /** What it carries over from an agreement before, in hours that we have to give. */
  readonly fromBeforeMinutes: number;
  /** The operator is looking at an agreement in force: our figure can be changed, and new hours stopped. */
  readonly canChange: { readonly weSuspended: boolean } | null;
  /** The operator is looking at an agreement in force that does not work: `halted`, or `gone` when they are. */
  readonly canClose: 'halted' | 'gone' | null;
  /** The operator is looking at one that has ended: it can be settled alone, or followed by another. */
  readonly next: 'settle' | 'follow' | null;
  /** The operator is looking and it is our turn. */
  readonly canAnswer: boolean;
  /** The operator is looking at an offer of ours that was not answered. */
  readonly canWithdraw: boolean;
  readonly refusal: RefusalView | null;
}

/** An agreement that has ended. Minutes; `toGive` as in a {@link Position}. */
export interface EndedModel {
  readonly id: string;
  readonly town: Town;
  readonly by: 'us' | 'them';
  /** In our operator's words; empty when the other town ended it. */
  readonly because: string;
  readonly at: Date;
  readonly settled: {
    readonly toGiveMinutes: number;
    readonly backMinutes: number;
    readonly lossMinutes: number;
    /** The other town could not be asked. */
    readonly alone: boolean;
  } | null;
}

export interface LossesModel {
  readonly carriedMinutes: number;
  readonly ended: readonly EndedModel[];
}

export interface SignInModel {
  /** The operator's token was none. */
  readonly refused: boolean;
  /** What was typed, and what is wrong with it. */
  readonly who: string;
  readonly wrong: string | null;
  /** Where to go afterwards: a path at this origin. */
  readonly next: string;
  readonly demoMembers: readonly DemoMember[];
}

export interface ErrorModel {
  /** The HTTP status. */
  readonly status: number;
  readonly refusal: RefusalView | null;
}

export type * from './desk-models.ts';
export type * from './home-models.ts';
export type * from './live-models.ts';
export type * from './receipt-models.ts';

/** What is kept for when there is no connection. */
export interface OfflineModel {
  readonly next: {
    readonly title: string;
    readonly who: string;
    readonly startTime: Date | null;
    readonly place: string;
    readonly minutes: number;
  } | null;
}
