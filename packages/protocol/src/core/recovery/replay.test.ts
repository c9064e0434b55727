import { describe, expect, test } from 'vitest';
import { holdBody, TestBank, testTerms } from '../../testing/bank.ts';
import type { Entry } from '../journal/entry.ts';
import { startPair } from '../journal/pair.ts';
import { foldJournals, replay, statementAt } from './replay.ts';

const terms = testTerms([600, 300]);
const banks = [new TestBank(terms, 0), new TestBank(terms, 1)] as const;
const [leith, gracia] = banks;
const hold = leith.write(holdBody('t1', 60));
if (hold.ok) gracia.receive(hold.appended.entry);
const accept = gracia.write({ kind: 'HoldAccept', transfer: 't1' });
if (accept.ok) leith.receive(accept.appended.entry);
const post = leith.write({ kind: 'Post', transfer: 't1', minutes: 50 });
if (post.ok) gracia.receive(post.appended.entry);
gracia.write(holdBody('u1', 20));
const journals = gracia.journals as [Entry[], Entry[]];

describe('journals that do not fit', () => {
  test('say at which own entry, when it acknowledges what is missing', () => {
    const replayed = replay(startPair(terms, 0), new Map(), [journals[0], []]);
    expect(replayed.fault).toEqual({ epoch: 0, seq: 2, reason: 'acknowledges_what_is_missing' });
    expect(replayed.steps).toHaveLength(1);
  });

  test("say at which of the other bank's, in the words of a receiver", () => {
    const replayed = replay(startPair(terms, 0), new Map(), [[], journals[1]]);
    expect(replayed.fault).toEqual({ epoch: 0, seq: 1, reason: 'ack_unknown' });
  });

  test('are not folded', () => {
    expect(() => foldJournals(terms, 0, [journals[0], []])).toThrow('do not fit');
    expect(foldJournals(terms, 0, journals).pair.heads).toEqual(gracia.pair.heads);
  });
});

describe('what had to be stated in front of an entry', () => {
  test.each([
    [0, 1, 0, [0, 0], [600, 300]],
    [0, 2, 0, [60, 0], [600, 300]],
    [1, 1, 0, [0, 60], [300, 600]],
    [1, 2, -50, [0, 0], [300, 600]],
  ] as const)('by party %d, entry %d', (author, seq, debtMinutes, [own, peer], [mine, theirs]) => {
    expect(statementAt(terms, journals, author, seq)).toMatchObject({
      debtMinutes,
      openMinutes: { own, peer },
      limitMinutes: { own: mine, peer: theirs },
    });
  });

  test('is nothing where there is no entry', () => {
    expect(() => statementAt(terms, journals, 0, 3)).toThrow(RangeError);
  });
});
