import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { holdBody, TestBank, testTerms } from '../../testing/bank.ts';
import { statementFor } from '../journal/decide.ts';
import { type Body, type Entry, other, type Party, type Statement } from '../journal/entry.ts';
import { type Both, debtOf } from '../journal/pair.ts';
import { beginSearch, firstDifference, narrow, nextProbe } from './bisect.ts';
import { statementAt } from './replay.ts';
import { confirmedCut, cutOfEntry, settle } from './settle.ts';

const terms = testTerms([600, 600]);

class Pair {
  readonly banks: [TestBank, TestBank] = [new TestBank(terms, 0), new TestBank(terms, 1)];
  say(party: Party, body: Body, arrives = true): Entry {
    const written = this.banks[party].write(body);
    if (!written.ok) throw new Error(written.refusal.code);
    if (arrives) this.banks[other(party)].receive(written.appended.entry);
    return written.appended.entry;
  }
  give(party: Party, id: string, minutes: number, arrives = true): void {
    this.say(party, holdBody(id, minutes));
    this.say(other(party), { kind: 'HoldAccept', transfer: id });
    this.say(party, { kind: 'Post', transfer: id, minutes }, arrives);
  }
  state(party: Party): Entry {
    return this.say(party, { kind: 'Checkpoint', statement: statementFor(this.banks[party].pair) });
  }
}

const hashes = (bank: TestBank): Both<string[]> => [
  bank.journals[0].map((entry) => entry.hash),
  bank.journals[1].map((entry) => entry.hash),
];
const settled = (bank: TestBank, partner: TestBank) =>
  settle(terms, bank.party, bank.journals, bank.book, confirmedCut(bank.journals, hashes(partner)));

describe('the end of a pair', () => {
  test('with equal journals the position is what both compute', () => {
    const pair = new Pair();
    pair.give(0, 't1', 90);
    for (const bank of pair.banks) {
      const end = settled(bank, pair.banks[other(bank.party)]);
      expect(end.opening).toEqual({ debtor: terms.banks[0], minutes: 90, causes: bank.pair.heads });
      expect([end.released, end.refunded, end.lost, end.lossMinutes]).toEqual([[], [], [], 0]);
    }
  });

  test('a Post that never arrived is refunded, an open hold is free again', () => {
    const pair = new Pair();
    pair.give(0, 't1', 90);
    pair.say(0, holdBody('t0', 5));
    pair.say(1, { kind: 'HoldDecline', transfer: 't0', code: 'payee_unavailable' });
    pair.give(0, 't2', 30, false);
    pair.say(0, holdBody('t3', 7), false);
    // Ended before, declined, or never of effect: nothing of them is held any more.
    pair.say(0, holdBody('t4', 8), false);
    pair.say(0, { kind: 'Void', transfer: 't4' }, false);
    pair.banks[0].cheat(holdBody('t5', 9999));
    pair.say(1, holdBody('u1', 5));
    const [leith, gracia] = pair.banks;
    const mine = settled(leith, gracia);
    expect(mine.opening?.minutes).toBe(90);
    expect(mine.refunded.map(({ id, postedMinutes }) => [id, postedMinutes])).toEqual([['t2', 30]]);
    expect(mine.released.map(({ id }) => id)).toEqual(['t3']);
    const theirs = settled(gracia, leith);
    expect(theirs.view).toEqual(mine.view);
    expect(theirs.released.map(({ id }) => id)).toEqual(['u1']);
    expect([theirs.refunded, theirs.lost]).toEqual([[], []]);
  });

  test('a fork: the position ends before it, and who credited the other branch bears it', () => {
    const pair = new Pair();
    pair.give(0, 't1', 90);
    pair.say(0, holdBody('t2', 60));
    pair.say(1, { kind: 'HoldAccept', transfer: 't2' });
    const [leith, gracia] = pair.banks;
    const forked = leith.copy();
    pair.say(0, { kind: 'Post', transfer: 't2', minutes: 60 });
    forked.write({ kind: 'Void', transfer: 't2' });
    const end = settled(gracia, forked);
    expect(end.opening?.minutes).toBe(90);
    expect(end.lost.map(({ id }) => id)).toEqual(['t2']);
    expect(end.lossMinutes).toBe(60);
    // What the books show, less what is lost, is the position.
    expect(gracia.pair.views[1].debt - end.lossMinutes).toBe(end.view.debt);
  });

  test('the cut holds no entry that acknowledges one outside', () => {
    const pair = new Pair();
    pair.say(0, holdBody('t1', 60));
    pair.say(1, { kind: 'HoldAccept', transfer: 't1' });
    pair.say(0, { kind: 'Post', transfer: 't1', minutes: 60 });
    const [leith] = pair.banks;
    expect(confirmedCut(leith.journals, [hashes(leith)[0], []])).toEqual([1, 0]);
    expect(confirmedCut(leith.journals, [[], hashes(leith)[1]])).toEqual([0, 0]);
    expect(confirmedCut(leith.journals, hashes(leith))).toEqual([2, 1]);
  });

  test('the last Checkpoint that agreed names a cut too', () => {
    const pair = new Pair();
    pair.give(0, 't1', 90);
    const checkpoint = pair.state(1);
    pair.give(0, 't2', 10);
    const [leith] = pair.banks;
    const cut = cutOfEntry(checkpoint);
    expect(cut).toEqual([2, 1]);
    expect(cutOfEntry(pair.state(0))).toEqual([4, 3]);
    const end = settle(terms, 0, leith.journals, leith.book, cut);
    expect(end.opening?.minutes).toBe(90);
    expect(end.refunded.map(({ id }) => id)).toEqual(['t2']);
  });

  test('nothing owed carries nothing over, whoever owes is named', () => {
    const pair = new Pair();
    const [leith, gracia] = pair.banks;
    expect(settled(leith, gracia).opening).toBe(null);
    pair.give(1, 'u1', 25);
    expect(settled(leith, gracia).opening).toMatchObject({ debtor: terms.banks[1], minutes: 25 });
  });
});

const act = fc.record({
  party: fc.constantFrom<Party>(0, 1),
  verb: fc.nat(10),
  pick: fc.nat(2),
  minutes: fc.integer({ min: 1, max: 90 }),
  arrives: fc.nat(3),
});

test('whatever was lost on the way, both banks confirm one position, and their books come to it', () => {
  let carried = 0;
  fc.assert(
    fc.property(fc.array(act, { maxLength: 80, size: 'max' }), (acts) => {
      const { banks } = new Pair();
      for (const [index, { party, verb, pick, minutes, arrives }] of acts.entries()) {
        const bank = banks[party];
        const known = [...bank.book.values()].filter(({ debtor }) => (debtor === party) === verb > 6).reverse();
        const transfer = known[pick % Math.max(1, known.length)]?.id ?? 'none';
        const body: Body =
          verb < 3
            ? holdBody(`t${index}`, minutes)
            : verb < 6
              ? { kind: 'HoldAccept', transfer }
              : verb === 6
                ? { kind: 'HoldDecline', transfer, code: 'payee_unavailable' }
                : verb < 10
                  ? { kind: 'Post', transfer, minutes: 1 }
                  : { kind: 'Void', transfer };
        bank.write(body);
        const peer = banks[other(party)];
        const next = bank.journals[party].slice(peer.journals[party].length);
        if (arrives > 0) for (const entry of next) expect(peer.receive(entry).outcome).toBe('appended');
      }
      const [first, second] = [settled(banks[0], banks[1]), settled(banks[1], banks[0])];
      expect(first.view).toEqual(second.view);
      expect(first.opening).toEqual(second.opening);
      for (const [bank, end] of [
        [banks[0], first],
        [banks[1], second],
      ] as const) {
        const me = bank.party;
        const back = end.refunded.reduce((sum, { postedMinutes }) => sum + (postedMinutes ?? 0), 0);
        expect(debtOf(bank.pair.views[me], me) - back + end.lossMinutes).toBe(debtOf(end.view, me));
        expect(end.released.reduce((sum, hold) => sum + hold.minutes, 0)).toBe(bank.pair.views[me].openMinutes[me]);
      }
      carried += first.opening === null ? 0 : 1;
    }),
    { numRuns: 300 },
  );
  expect(carried).toBeGreaterThan(20);
});

describe('reconciliation', () => {
  function busyPair(): Pair {
    const pair = new Pair();
    for (let i = 1; i <= 12; i++) {
      pair.give(i % 2 === 0 ? 0 : 1, `t${i}`, i);
      if (i % 3 === 0) pair.state(0);
    }
    return pair;
  }

  test('what was stated in a Checkpoint is what both compute in front of it', () => {
    const pair = busyPair();
    for (const bank of pair.banks)
      for (const party of [0, 1] as const)
        for (const { seq, body } of bank.journals[party])
          if (body.kind === 'Checkpoint') expect(statementAt(terms, bank.journals, party, seq)).toEqual(body.statement);
  });

  test.each([1, 2, 7, 12, 19])('a program that counts differently from entry %i on is found there', (broken) => {
    const pair = busyPair();
    const journals = pair.banks[0].journals;
    const disputed = journals[0].length;
    const mine = (seq: number): Statement => statementAt(terms, journals, 0, seq);
    const theirs = (seq: number): Statement => {
      const right = mine(seq);
      return seq > broken ? { ...right, debtMinutes: right.debtMinutes + 1 } : right;
    };
    let search = beginSearch(disputed);
    let questions = 0;
    for (let seq = nextProbe(search); seq !== null; seq = nextProbe(search)) {
      search = narrow(search, seq, mine(seq), theirs(seq));
      questions += 1;
    }
    expect(firstDifference(search)).toBe(broken);
    expect(questions).toBeLessThanOrEqual(Math.ceil(Math.log2(disputed)));
  });

  test.each<[string, (statement: Statement) => Statement]>([
    ['debt', (s) => ({ ...s, debtMinutes: s.debtMinutes + 1 })],
    ['my open holds', (s) => ({ ...s, openMinutes: { ...s.openMinutes, own: 1 } })],
    ['their open holds', (s) => ({ ...s, openMinutes: { ...s.openMinutes, peer: 1 } })],
    ['my limit', (s) => ({ ...s, limitMinutes: { ...s.limitMinutes, own: 1 } })],
    ['their limit', (s) => ({ ...s, limitMinutes: { ...s.limitMinutes, peer: 1 } })],
  ])('other figures of %s are a difference', (_name, change) => {
    const statement = statementAt(terms, busyPair().banks[0].journals, 0, 3);
    expect(narrow({ same: 1, differs: 9 }, 5, statement, change(statement))).toEqual({ same: 1, differs: 5 });
    expect(narrow({ same: 1, differs: 9 }, 5, statement, { ...statement })).toEqual({ same: 5, differs: 9 });
  });

  test('while figures differ no new Hold is written; everything else goes on, and agreement ends it', () => {
    const pair = new Pair();
    pair.say(0, holdBody('t1', 60));
    const [leith, gracia] = pair.banks;
    const statement = statementFor(gracia.pair);
    leith.receive(gracia.cheat({ kind: 'Checkpoint', statement: { ...statement, debtMinutes: 1 } }));
    expect(leith.pair.differs).toEqual(gracia.pair.heads[1]);
    expect(leith.write(holdBody('t2', 1))).toMatchObject({ ok: false, refusal: { code: 'pair_reconciling' } });
    pair.say(1, { kind: 'HoldAccept', transfer: 't1' });
    expect(leith.pair.differs).toBeDefined();
    pair.say(0, { kind: 'Post', transfer: 't1', minutes: 60 });
    pair.state(1);
    expect(leith.pair.differs).toBe(undefined);
    expect(leith.write(holdBody('t2', 1)).ok).toBe(true);
  });
});
