import { expect, test } from 'vitest';
import { holdBody, TestBank, testTerms } from '../../testing/bank.ts';
import type { Body, Party } from './entry.ts';
import { other } from './entry.ts';
import { debtOf, exposureOf } from './pair.ts';

/**
 * Every interleaving of a small pair: two banks, up to N entries each, two transfers of 60
 * minutes a side under limits of 60, one change of limit. Nothing is random here.
 */
function explore(depth: number): { states: number; appended: number } {
  const seen = new Set<string>();
  let appended = 0;
  const candidates = (bank: TestBank): Body[] => {
    const me = bank.party;
    const own = [`${me}1`, `${me}2`];
    const theirs = [...bank.book.values()].filter((t) => t.debtor !== me).map((t) => t.id);
    return [
      ...own.flatMap((id): Body[] => [
        holdBody(id, 60),
        { kind: 'Post', transfer: id, minutes: 60 },
        { kind: 'Void', transfer: id },
      ]),
      ...theirs.flatMap((id): Body[] => [
        { kind: 'HoldAccept', transfer: id },
        { kind: 'HoldDecline', transfer: id, code: 'payee_unavailable' },
        { kind: 'Receipt', transfer: id, unclaimed: false },
      ]),
      { kind: 'Amend', limitMinutes: 0 },
    ];
  };
  const key = (banks: [TestBank, TestBank]): string =>
    banks
      .map((b) =>
        b.journals
          .map((j) =>
            j
              .map(
                (e) =>
                  `${e.body.kind[0]}${e.body.kind[4] ?? ''}${'transfer' in e.body ? e.body.transfer : ''}@${e.ack.seq}`,
              )
              .join(),
          )
          .join('/'),
      )
      .join('|');
  const terms = testTerms([60, 60]);
  const stack: [TestBank, TestBank][] = [[new TestBank(terms, 0), new TestBank(terms, 1)]];
  seen.add(key(stack[0] as [TestBank, TestBank]));
  const visit = (banks: [TestBank, TestBank]): void => {
    const name = key(banks);
    if (seen.has(name)) return;
    seen.add(name);
    stack.push(banks);
  };
  while (stack.length > 0) {
    const banks = stack.pop() as [TestBank, TestBank];
    const [a, b] = banks;
    const quiet = a.journals[0].length === b.journals[0].length && a.journals[1].length === b.journals[1].length;
    if (quiet) {
      expect(a.pair.views[0]).toEqual(b.pair.views[1]);
      expect(debtOf(a.pair.views[0], 0) + debtOf(b.pair.views[1], 1)).toBe(0);
    }
    for (const p of [0, 1] as const) {
      const bank = banks[p];
      const view = bank.pair.views[p];
      const lowered = bank.journals[other(p)].some((e) => e.body.kind === 'Amend');
      if (!lowered) expect(exposureOf(view, p)).toBeLessThanOrEqual(60);
      if (bank.journals[p].length < depth) {
        for (const body of candidates(bank)) {
          if (body.kind === 'Amend' && bank.journals[p].some((e) => e.body.kind === 'Amend')) continue;
          const twin = bank.copy();
          if (twin.write(body).ok) visit(p === 0 ? [twin, b] : [a, twin]);
        }
      }
      const writer: Party = other(p);
      const next = banks[writer].journals[writer][bank.journals[writer].length];
      if (next !== undefined) {
        const twin = bank.copy();
        const result = twin.receive(next);
        // No honest entry is ever refused or without effect, whatever crossed it.
        expect(result.outcome === 'appended' && result.breach).toBe(null);
        appended += 1;
        visit(p === 0 ? [twin, b] : [a, twin]);
      }
    }
  }
  return { states: seen.size, appended };
}

test('every interleaving of a pair with three entries a bank', () => {
  const { states, appended } = explore(3);
  console.log(`exhaustive pair: ${states} states, ${appended} deliveries, none refused`);
  expect(states).toBeGreaterThan(10_000);
}, 120_000);
