/** What the live page adds up: hours that are put aside are on their way, and the sum stays nothing. */
import type { Bank } from '@evenhour/client';
import { expect, test } from 'vitest';
import { sumUp } from './sums.ts';
import type { TownFigures } from './watch.ts';

const town = (books: Partial<Bank['books']>): TownFigures => ({
  bank: {
    books: { membersMinutes: 0, fundsMinutes: 0, unclaimedMinutes: 0, lossesMinutes: 0, heldMinutes: 0, ...books },
  } as Bank,
  agreements: [],
  transfers: [],
  fresh: true,
});

test('what is put aside is no longer with the members', () => {
  const towns = [town({ membersMinutes: -60, heldMinutes: 105 }), null, town({ membersMinutes: 60 })];
  expect(sumUp(towns)).toEqual({ membersMinutes: -105, fundsMinutes: 0, underwayMinutes: 105, sumMinutes: 0 });
  expect(sumUp([town({ membersMinutes: -60 })])).toMatchObject({ membersMinutes: -60, sumMinutes: -60 });
});
