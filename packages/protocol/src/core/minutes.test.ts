import { describe, expect, test } from 'vitest';
import { isEntryAmount, isLimit, minutes, negate, say } from './minutes.ts';

describe('minutes', () => {
  test.each([0.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53, -(2 ** 53)])('are never %d', (value) => {
    expect(() => minutes(value)).toThrow(RangeError);
  });

  test('are never minus nothing', () => {
    expect([minutes(-0), negate(minutes(0))]).toEqual([0, 0]);
    expect(negate(minutes(60))).toBe(-60);
  });

  test.each([
    [-1, false],
    [0, false],
    [1, true],
    [1.5, false],
    [600_000, true],
    [600_001, false],
  ])('%d as the amount of an entry: %s', (value, allowed) => {
    expect(isEntryAmount(value)).toBe(allowed);
  });

  test.each([
    [-1, false],
    [0, true],
    [0.5, false],
    [60_000_000, true],
    [60_000_001, false],
  ])('%d as a limit: %s', (value, allowed) => {
    expect(isLimit(value)).toBe(allowed);
  });

  test.each([
    [0, '0 min'],
    [59, '59 min'],
    [60, '1 h'],
    [90, '1 h 30 min'],
    [-90, '1 h 30 min'],
    [120, '2 h'],
  ])('%d are said as %s', (value, text) => {
    expect(say(value)).toBe(text);
  });
});
