/** What happens in one pair says nothing about another. */
import { describe, expect, test } from 'vitest';
import { holdBody, TestBank, testTerms } from '../../testing/bank.ts';
import type { Body, Party } from './entry.ts';
import { other } from './entry.ts';
import { debtOf, exposureOf } from './pair.ts';

/** Two banks of a pair. Party 0 may owe the first limit, party 1 the second. */
function pairOf(limits: readonly [number, number]): [TestBank, TestBank] {
  const terms = testTerms(limits);
  return [new TestBank(terms, 0), new TestBank(terms, 1)];
}

/** Lets one party say something that its rules may forbid, and tells what the other makes of it. */
function say(banks: readonly [TestBank, TestBank], party: Party, body: Body): string {
  const received = banks[other(party)].receive(banks[party].cheat(body));
  return received.outcome === 'appended' ? (received.breach?.code ?? 'applied') : received.outcome;
}

describe('the id of a transfer', () => {
  test('is not taken by the same id in another pair', () => {
    const [one, two] = [pairOf([600, 600]), pairOf([600, 600])];
    expect(say(one, 0, holdBody('t1', 60))).toBe('applied');
    expect(say(two, 0, holdBody('t1', 60))).toBe('applied');
    expect(say(one, 1, { kind: 'HoldAccept', transfer: 't1' })).toBe('applied');
    expect(say(two, 0, { kind: 'Post', transfer: 't1', minutes: 60 })).toBe('not_accepted');
  });

  test('is not taken by the other bank, which has one of its own', () => {
    const banks = pairOf([600, 600]);
    expect(say(banks, 1, holdBody('t1', 20))).toBe('applied');
    expect(say(banks, 0, holdBody('t1', 60))).toBe('applied');
    for (const party of [0, 1] as const)
      expect(say(banks, party, { kind: 'HoldAccept', transfer: 't1' })).toBe('applied');
    expect(say(banks, 0, { kind: 'Post', transfer: 't1', minutes: 60 })).toBe('applied');
    for (const bank of banks) {
      expect(debtOf(bank.pair.views[bank.party], 0)).toBe(60);
      expect(exposureOf(bank.pair.views[bank.party], 1)).toBe(20 - 60);
    }
  });
});

test('banks in a ring that lift their limits for each other take no more from a third than it granted', () => {
  // Leith grants Gràcia and Galway ten hours each. The two grant each other all that may be granted.
  const [leithGracia, leithGalway, ring] = [pairOf([600, 600]), pairOf([600, 600]), pairOf([60_000_000, 60_000_000])];
  const pay = (banks: readonly [TestBank, TestBank], from: Party, id: string, minutes: number): string => {
    const held = say(banks, from, holdBody(id, minutes));
    say(banks, other(from), { kind: 'HoldAccept', transfer: id });
    say(banks, from, { kind: 'Post', transfer: id, minutes });
    return held;
  };
  for (let round = 0; round < 20; round++) {
    expect(pay(ring, (round % 2) as Party, `r${round}`, 600_000)).toBe('applied');
    for (const pair of [leithGracia, leithGalway]) {
      const owed = Math.min(600, 120 * round);
      expect(pay(pair, 1, `t${round}`, 120)).toBe(owed < 600 ? 'applied' : 'limit_reached');
      expect(debtOf(pair[0].pair.views[0], 1)).toBe(Math.min(600, owed + 120));
    }
  }
});
