import { expect, test } from 'vitest';
import { say as protocolSay } from '../../protocol/src/core/minutes.ts';
import { hours, say } from './minutes.ts';

test('hours become whole minutes', () => {
  expect(hours(1.5)).toBe(90);
  expect(hours(1, 20)).toBe(80);
  expect(hours(0, 45)).toBe(45);
  expect(hours(-0.5)).toBe(-30);
  expect(Object.is(hours(-0), 0)).toBe(true);
  for (let minutes = 0; minutes <= 1200; minutes += 1) expect(hours(minutes / 60)).toBe(minutes);
  expect(hours(1.1)).toBe(66);
});

test('what is no whole number of minutes is not rounded', () => {
  for (const wrong of [1.333, 0.01, Number.NaN, Number.POSITIVE_INFINITY, Number.MAX_SAFE_INTEGER]) {
    expect(() => hours(wrong), String(wrong)).toThrow(RangeError);
  }
});

test('minutes are said with the words of the bank', () => {
  expect(say(90)).toBe('1 h 30 min');
  for (let minutes = -200; minutes <= 2000; minutes += 1) expect(say(minutes)).toBe(protocolSay(minutes));
});
