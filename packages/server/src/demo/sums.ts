/**
 * Why it is always nothing: members, common pots and hours on their way, over all three towns.
 *
 * Promises: members and pots come from the banks' books, and what is on its way from the transfers
 * that both sides of a pair list, so the sum can fail. Only where a town is off is the difference of
 * the two towns' figures taken instead: it cannot be asked what has reached it.
 *
 * @module
 */
import type { Agreement } from '@evenhour/client';
import type { TownFigures } from './watch.ts';

export interface SumFigures {
  readonly membersMinutes: number;
  readonly fundsMinutes: number;
  readonly underwayMinutes: number;
  readonly sumMinutes: number;
}

export function sumUp(towns: readonly (TownFigures | null)[]): SumFigures {
  const known = towns.filter((town) => town !== null);
  // What somebody has put aside for another town stands in the books as theirs, and is on its way to whoever looks.
  const heldMinutes = total(known.map(({ bank }) => bank.books.heldMinutes));
  const membersMinutes = total(known.map(({ bank }) => bank.books.membersMinutes)) - heldMinutes;
  const fundsMinutes = total(
    known.map(({ bank: { books } }) => books.fundsMinutes + books.unclaimedMinutes + books.lossesMinutes),
  );
  const underwayMinutes = total(pairsOf(known).map(onTheWay)) + heldMinutes;
  return { membersMinutes, fundsMinutes, underwayMinutes, sumMinutes: membersMinutes + fundsMinutes + underwayMinutes };
}

/** The two sides of one pair, and whether both were heard just now. */
interface Sides {
  readonly a: Agreement;
  readonly b: Agreement;
  readonly fresh: boolean;
}

function pairsOf(towns: readonly TownFigures[]): Sides[] {
  const sides: Sides[] = [];
  for (const [index, town] of towns.entries()) {
    for (const a of town.agreements) {
      for (const later of towns.slice(index + 1)) {
        const b = later.agreements.find((each) => each.pair === a.pair);
        if (b !== undefined) sides.push({ a, b, fresh: town.fresh && later.fresh });
      }
    }
  }
  return sides;
}

/** Minutes that have left one town's members and have not reached the other's. */
function onTheWay({ a, b, fresh }: Sides): number {
  if (!fresh) return a.position.owesMinutes + b.position.owesMinutes;
  return leftFor(a, b) + leftFor(b, a);
}

function leftFor(giver: Agreement, receiver: Agreement): number {
  const waiting = new Set(
    receiver.underway.filter(({ from, posted }) => from === 'them' && !posted).map(({ id }) => id),
  );
  return total(
    giver.underway
      .filter(({ id, from, posted }) => from === 'us' && posted && waiting.has(id))
      .map(({ minutes }) => minutes),
  );
}

function total(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}
