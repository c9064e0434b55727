import { expect, test } from 'vitest';
import { type HeldLog, takeStep } from './log.ts';

const held: HeldLog = { hashes: ['h1', 'h2'], seen: 1, written: 2 };
const next = { n: 3, seen: 1, prev: 'h2' };

test.each<[string, Partial<typeof next>, string, object]>([
  ['the next', {}, 'h3', { take: 'append' }],
  ['one that has seen more', { seen: 2 }, 'h3', { take: 'append' }],
  ['the last again', { n: 2, prev: 'h1' }, 'h2', { take: 'known' }],
  ['the first again', { n: 1 }, 'h1', { take: 'known' }],
  ['another last', { n: 2, prev: 'h1' }, 'x', { take: 'refuse', refusal: { code: 'fork' } }],
  ['one too far', { n: 4 }, 'h4', { take: 'refuse', refusal: { code: 'gap', facts: { expected: 3 } } }],
  ['one after another message', { prev: 'x' }, 'h3', { take: 'refuse', refusal: { code: 'chain_fault' } }],
  ['one that has seen less', { seen: 0 }, 'h3', { take: 'refuse', refusal: { code: 'chain_fault' } }],
  ['one that has seen what we lack', { seen: 3 }, 'h3', { take: 'refuse', refusal: { code: 'gap' } }],
])('%s', (_name, change, hash, expected) => {
  expect(takeStep(held, { ...next, ...change }, hash)).toMatchObject(expected);
});

test('the first has nothing before it', () => {
  const none: HeldLog = { hashes: [], seen: 0, written: 0 };
  expect(takeStep(none, { n: 1, seen: 0, prev: null }, 'h1')).toEqual({ take: 'append' });
  expect(takeStep(none, { n: 1, seen: 0, prev: 'x' }, 'h1')).toMatchObject({ refusal: { code: 'chain_fault' } });
});
