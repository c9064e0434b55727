/** What a test can say about the bank that it wants, and what it gets. */
import type { Facts } from '../errors.ts';
import type { RefusalCode } from '../generated/refusals.ts';
import type { Transfer } from '../types.ts';

export interface FakeMember {
  readonly handle: string;
  /** Default: the handle with a capital. */
  readonly name?: string;
  readonly kind?: 'person' | 'household' | 'organisation';
  readonly about?: string;
  /** What the account begins with, from the community fund. Default 0. */
  readonly balanceMinutes?: number;
}

export interface FakePartner {
  /** As it stands in addresses: `rosa@gracia.example`. */
  readonly host: string;
  /** Default: the first part of the host with a capital. */
  readonly town?: string;
  /** What they let this bank owe. Default 600. */
  readonly limitMinutes?: number;
  /** What this bank lets them owe. Default 600. */
  readonly grantsMinutes?: number;
  /** Who is a member there. Default: everybody. */
  readonly members?: readonly (string | FakeMember)[];
  /** Whether they take no new hours just now. */
  readonly suspended?: boolean;
}

export interface FakeNodeOptions {
  /** Default `https://bank.example`. */
  readonly baseUrl?: string;
  /** The bank's name. Default `Bank`. */
  readonly name?: string;
  /** The operator's token. Default `eh_operator`. */
  readonly token?: string;
  readonly members?: readonly (string | FakeMember)[];
  readonly partners?: readonly FakePartner[];
  /** How far below zero a member may go, as a negative number; null for no end. Default -600. */
  readonly floorMinutes?: number | null;
  /** Default null: no upper limit. */
  readonly ceilingMinutes?: number | null;
  /** The largest single gift. Default 1200. */
  readonly transferCapMinutes?: number;
  /** What one member may give to one town within 30 days. Default 2400. */
  readonly memberCapMinutes?: number;
  /**
   * When gifts to partner towns arrive: `auto`, right after the answer to `give`; `manual`, when the test
   * calls `deliver`. Default `auto`.
   */
  readonly delivery?: 'auto' | 'manual';
  /** The clock. Default: the machine's. */
  readonly now?: () => Date;
}

export interface FakeNode {
  readonly baseUrl: string;
  /** The operator's token. */
  readonly token: string;
  /** To be given to `createClient`, or put in the place of the global fetch. */
  readonly fetch: (input: string | URL | Request, init?: RequestInit) => Promise<Response>;
  /** How many requests have come in. */
  readonly requests: number;
  /** A token of a member. */
  tokenFor(handle: string): string;
  /** Lets all gifts that are under way arrive, or come back. */
  deliver(): void;
  /** Somebody in a partner town gives hours to a member here. */
  receive(gift: { from: string; to: string; minutes: number; content?: string }): Transfer;
  /** Answers the next requests (default one) with this refusal. Nothing else happens in them. */
  refuseNext(code: RefusalCode, facts?: Facts, count?: number): void;
  /** Does what the next requests (default one) ask, but loses the answer on the way back. */
  loseAnswers(count?: number): void;
}
