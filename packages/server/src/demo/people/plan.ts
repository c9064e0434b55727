/** What a town of the demo is made of. */
import type { Category } from '../../offer/categories.ts';

/** An hour at home before the demo began: the giver had it from the receiver, and gives it for that. */
export type Past = readonly [daysAgo: number, giver: string, receiver: string, minutes: number, content: string];

export interface Person {
  readonly handle: string;
  readonly name: string;
  readonly kind?: 'household' | 'organisation';
  /** What people come to them for. */
  readonly about: string;
  /** What they do for people in other towns, by telephone or post, and are given hours for. */
  readonly does?: string;
  readonly speaks?: string;
  readonly when?: string;
  readonly place?: string;
  /** Has no address for mail: the telephone and a card are the doors. */
  readonly noMail?: true;
}

/** Something that somebody offers or needs. Of minutes, none are said where it takes as long as it takes. */
export interface Wish {
  readonly by: string;
  readonly kind: 'offer' | 'need';
  readonly category: Category;
  readonly title: string;
  readonly text: string;
  /** One of `demo/drawings`, and what is to be seen in it. */
  readonly drawing?: readonly [name: string, text: string];
  readonly minutes?: number;
  readonly when?: string;
  readonly seats?: number;
  /** Who finds it besides the town's own members; the partners, if nothing is said. */
  readonly seenBy?: 'bank' | 'public';
}

/** An exchange that was done, recorded, confirmed and thanked for. */
export type Done = readonly [
  daysAgo: number,
  giver: string,
  receiver: string,
  minutes: number,
  what: string,
  thanks?: string,
];

/** An exchange that is under way when the demo begins, and how far it has come. */
export type Underway = readonly [
  giver: string,
  receiver: string,
  minutes: number,
  what: string,
  stands: 'asked' | 'agreed' | 'recorded',
  inDays?: number,
];

/** A gathering: one to come, or one that was and was written down by its host. */
export interface Meeting {
  /** Nobody for the town itself. */
  readonly host?: string;
  readonly kind: 'meeting' | 'class' | 'choir' | 'shift';
  readonly title: string;
  readonly text: string;
  readonly place: string;
  /** Before today for one that was. */
  readonly inDays: number;
  /** The hour of the town's clock at which it begins. */
  readonly hour: number;
  readonly lasts: number;
  readonly seats: number;
  /** Minutes that each guest gives the host or receives; without it no hours move. */
  readonly guestsGive?: number;
  readonly guestsReceive?: number;
  /** Who finds it besides the town's own members; nobody, if nothing is said. */
  readonly seenBy?: 'partners' | 'public';
  /** Who put themselves down, in this order; of one that was, the last did not come. */
  readonly guests: readonly string[];
}

/** Something asked of the community fund. What is granted is given at once. */
export interface FundAsk {
  readonly by: string;
  readonly minutes: number;
  readonly content: string;
  /** Why it was granted; without it the desk has not answered yet. */
  readonly granted?: string;
}

/** A gift that the coordinator wrote down for somebody who does not do it themselves. */
export interface OnSlip {
  readonly member: string;
  readonly to: string;
  readonly minutes: number;
  readonly content: string;
  readonly reason: string;
  readonly slip: string;
}

/** What a town does together. */
export interface Together {
  readonly gatherings: readonly Meeting[];
  readonly fund: readonly FundAsk[];
  readonly slips: readonly OnSlip[];
}

export interface TownPlan {
  readonly id: 'leith' | 'gracia' | 'galway';
  readonly name: string;
  readonly phone: string;
  readonly bridgeBuilder: string;
  readonly language: string;
  readonly timeZone: string;
  /** Degrees of the places that people name. */
  readonly places: Readonly<Record<string, readonly [latitude: number, longitude: number]>>;
  readonly people: readonly Person[];
  readonly wishes: readonly Wish[];
  readonly past: readonly Past[];
  readonly done: readonly Done[];
  readonly underway: readonly Underway[];
  readonly together: Together;
}
