/**
 * The three towns of the demo and the people in them. All of them are made up.
 *
 * Promises: nothing here reaches a real bank; telephone numbers are from ranges that nobody is given.
 *
 * @module
 */
import { galway } from './people/galway.ts';
import { gracia } from './people/gracia.ts';
import { leith } from './people/leith.ts';
import type { TownPlan } from './people/plan.ts';

export type { Person, TownPlan } from './people/plan.ts';

/** Top, right and left on the live page. */
export const TOWNS: readonly [TownPlan, TownPlan, TownPlan] = [leith, gracia, galway];

/** What two towns agree: `[a, b, what a may be ahead by at b, what b may be ahead by at a]`, in minutes. */
export const AGREEMENTS: readonly (readonly [a: number, b: number, aMayOwe: number, bMayOwe: number])[] = [
  [0, 1, 46 * 60, 30 * 60],
  [1, 2, 20 * 60, 20 * 60],
  [2, 0, 40 * 60, 20 * 60],
];
