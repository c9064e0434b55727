import { describe, expect, test } from 'vitest';
import { testTerms } from '../../testing/bank.ts';
import { hashOfKey } from '../../wire/canonical.ts';
import type { Entry, KeyChange } from './entry.ts';
import { acceptedKeys, keyAt, keysAfter, keysAtStart, requestKey } from './keys.ts';

const terms = { ...testTerms([600, 600]), recovery: [hashOfKey('r0'), hashOfKey('x')] as const };

/** A key change at `seq`, from one recovery key to the next. */
function amend(seq: number, newKey: string, recoveryKey: string, next: string, recoveryVerified = true): Entry {
  const keyChange: KeyChange = { newKey, recoveryKey, nextRecovery: hashOfKey(next), recoverySignature: 'z' };
  const at = { epoch: 0, seq, hash: `h${seq}` };
  return {
    author: 0,
    ...at,
    prev: 'p',
    ack: { epoch: 0, seq: 0, hash: 'genesis' },
    body: { kind: 'Amend', keyChange, recoveryVerified },
  };
}

const start = keysAtStart(terms, 0);
const once = keysAfter(start, amend(5, 'k1', 'r0', 'r1'));
const twice = keysAfter(once, amend(9, 'k2', 'r1', 'r2'));

describe('the keys of a journal', () => {
  test.each([
    [1, 'z6MkA'],
    [5, 'z6MkA'],
    [6, 'k1'],
    [9, 'k1'],
    [10, 'k2'],
    [99, 'k2'],
  ])('entry %i is signed with %s', (seq, key) => expect(keyAt(twice, seq)).toBe(key));

  test('a third change follows the second', () => {
    const thrice = keysAfter(twice, amend(12, 'k3', 'r2', 'r3'));
    expect(thrice.map(({ key }) => key)).toEqual(['z6MkA', 'k1', 'k2', 'k3']);
    expect(keysAfter(twice, amend(12, 'k3', 'r1', 'r3'))).toBe(twice);
  });

  test('a change may stand right behind another', () => {
    expect(keysAfter(once, amend(6, 'k2', 'r1', 'r2'))).toHaveLength(3);
  });

  test('a period names the entry that began it', () => {
    expect(twice.map(({ fromSeq, hash }) => [fromSeq, hash])).toEqual([
      [1, 'genesis'],
      [6, 'h5'],
      [10, 'h9'],
    ]);
  });

  test.each([
    ['of another recovery key', amend(5, 'k1', 'stolen', 'r1')],
    ['whose recovery signature does not verify', amend(5, 'k1', 'r0', 'r1', false)],
  ])('a change %s brings none', (_name, entry) => expect(keysAfter(start, entry)).toBe(start));

  test('a recovery key is used once, and what is known already changes nothing', () => {
    expect(keysAfter(once, amend(9, 'k2', 'r0', 'r2'))).toBe(once);
    expect(keysAfter(twice, amend(5, 'k1', 'r0', 'r1'))).toBe(twice);
    // Also when a bank was careless and named the same recovery key again.
    const careless = keysAfter(start, amend(5, 'k1', 'r0', 'r0'));
    expect(keysAfter(careless, amend(5, 'k1', 'r0', 'r0'))).toBe(careless);
  });
});

describe('the keys of requests and answers', () => {
  const covered = (seq: number) => ({ epoch: 0, seq, hash: `h${seq}` });
  test.each([
    ['before the partner has the Amend', 4, 'z6MkA'],
    ['once its signed head is the Amend', 5, 'k1'],
    ['between two changes', 8, 'k1'],
    ['after both', 9, 'k2'],
  ] as const)('%s', (_name, seq, key) => expect(requestKey(twice, covered(seq))).toBe(key));

  test.each([
    ['the old key and the new until the new was seen', once, 'z6MkA', ['z6MkA', 'k1']],
    ['the new one only, from then on', once, 'k1', ['k1']],
    ['every key since the last that was seen', twice, 'z6MkA', ['z6MkA', 'k1', 'k2']],
    ['never one before it', twice, 'k1', ['k1', 'k2']],
  ] as const)('the partner takes %s', (_name, schedule, used, keys) => {
    expect(acceptedKeys(schedule, used)).toEqual(keys);
  });

  test('whatever is lost on the way, the key in use is one that is accepted', () => {
    // The answer that covers the Amend is lost: the old key goes on, and is accepted.
    for (const applied of [4, 5, 9])
      for (const known of [4, 5, 9].filter((seq) => seq <= applied)) {
        const held = applied === 4 ? start : applied === 5 ? once : twice;
        const using = requestKey(twice, covered(known));
        for (const earlier of [4, 5, 9].filter((seq) => seq <= known))
          expect(acceptedKeys(held, requestKey(twice, covered(earlier)))).toContain(using);
      }
  });
});
