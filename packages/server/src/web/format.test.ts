import { describe, expect, it } from 'vitest';
import { firstName, hands } from './format.ts';
import { wordsOf } from './words.ts';

const { clock, day, long, moment, short, since, soon, spoken, until, number } = wordsOf('en');

describe('minutes', () => {
  it.each([
    [0, '0 h', '0 hours', 'no hours'],
    [1, '1 min', '1 minute', '1 minute'],
    [30, '30 min', '30 minutes', 'half an hour'],
    [60, '1 h', '1 hour', 'an hour'],
    [-90, '1 h 30 min', '1 hour 30 minutes', 'an hour and a half'],
    [150, '2 h 30 min', '2 hours 30 minutes', 'two and a half hours'],
    [155, '2 h 35 min', '2 hours 35 minutes', '2 hours 35 minutes'],
    [840, '14 h', '14 hours', '14 hours'],
  ])('%i is said without a sign', (minutes, asShort, asLong, asSpoken) => {
    expect(short(minutes)).toBe(asShort);
    expect(long(minutes)).toBe(asLong);
    expect(spoken(minutes)).toBe(asSpoken);
  });

  it('counts things in words up to twelve', () => {
    expect([0, 1, 12, 13].map(number)).toEqual(['no', 'one', 'twelve', '13']);
    expect([1, 12, 13].map(wordsOf('es').number)).toEqual(['una', 'doce', '13']);
  });
});

describe('times', () => {
  const now = new Date('2026-11-22T23:30:00Z');
  const leith = { timeZone: 'Europe/London', now };
  const gracia = { timeZone: 'Europe/Madrid', now };

  it('are said in the town’s own zone', () => {
    expect(clock(now, 'Europe/Madrid')).toBe('00:30');
    expect(day(now, leith)).toBe('22 November');
    expect(day(now, gracia)).toBe('23 November');
  });

  it('are near or far in days of that zone', () => {
    const at = new Date('2026-11-22T22:58:00Z');
    expect(moment(at, leith)).toBe('today at 22:58');
    expect(moment(at, gracia)).toBe('yesterday at 23:58');
    expect(moment(new Date('2026-11-03T10:00:00Z'), leith)).toBe('on 3 November at 10:00');
    expect(day(new Date('2025-11-03T10:00:00Z'), leith)).toBe('3 November 2025');
  });

  it('stand after at, since and until', () => {
    const at = new Date('2026-11-22T20:40:00Z');
    expect(soon(at, leith)).toBe('at 20:40');
    expect(since(at, leith)).toBe('20:40');
    expect(soon(at, gracia)).toBe('yesterday at 21:40');
    expect(until(new Date('2026-12-06T07:22:00Z'), leith)).toBe('6 December at 07:22');
  });

  it('turn the hands of a clock', () => {
    expect(hands(new Date('2026-11-22T18:00:00Z'), 'Europe/London')).toEqual({ hour: 180, minute: 0 });
    expect(hands(new Date('2026-11-22T15:30:00Z'), 'Europe/London')).toEqual({ hour: 105, minute: 180 });
  });
});

describe('names', () => {
  it.each([
    ['Moira Baird', 'Moira'],
    ['Rosa', 'Rosa'],
    ['The little library', 'The little library'],
    ['La cooperativa', 'La cooperativa'],
    ['Laia Camps', 'Laia'],
    ['María José Vidal', 'María'],
    ['Jean Pierre', 'Jean'],
    ['Al Green', 'Al'],
    ['عبد الله حداد', 'عبد الله'],
    ['أبو بكر حداد', 'أبو بكر'],
    ['ابو بكر', 'ابو بكر'],
    ['أم كلثوم', 'أم كلثوم'],
    ['آل سعيد', 'آل سعيد'],
    ['فاطمة بنت محمد', 'فاطمة'],
    ['أبو عبد الله محمد', 'أبو عبد الله'],
    ['Abu Bakr Haddad', 'Abu Bakr'],
    ['Abd El Rahman Haddad', 'Abd El Rahman'],
    ['Abdel Rahman Haddad', 'Abdel Rahman'],
    ['Abdallah Haddad', 'Abdallah'],
    ['Umm Kulthum', 'Umm Kulthum'],
    ['El Hadji Diouf', 'El Hadji Diouf'],
    ['Abu', 'Abu'],
    ['', ''],
  ])('%s is called %s', (name, called) => {
    expect(firstName(name)).toBe(called);
  });

  it.each(['household', 'organisation'] as const)('a %s is called by all of its name', (kind) => {
    expect(firstName('Leith Library', kind)).toBe('Leith Library');
  });
});
