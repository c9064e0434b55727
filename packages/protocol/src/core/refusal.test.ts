import { expect, test } from 'vitest';
import { isRefusalCode, REFUSAL_CODES } from './refusal.ts';

test.each(REFUSAL_CODES)('%s is a code', (code) => {
  expect(isRefusalCode(code)).toBe(true);
});

test.each(['', 'toString', 'constructor', '__proto__', 'LIMIT_REACHED', 7, null, undefined, ['limit_reached']])(
  '%j is none',
  (value) => {
    expect(isRefusalCode(value)).toBe(false);
  },
);
