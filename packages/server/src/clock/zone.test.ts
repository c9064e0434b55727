/** Hours of a town's clock, also where it is put forward or back. */
import { expect, test } from 'vitest';
import { localTime, momentOf } from './zone.ts';

const at = (text: string): Date => new Date(text);

test('the clock of a town', () => {
  expect(localTime(at('2026-11-23T23:30:00Z'), 'Europe/Madrid')).toEqual({
    ...{ year: 2026, month: 11, day: 24, hour: 0, minute: 30, weekday: 2 },
  });
  expect(localTime(at('2026-11-22T23:30:00Z'), 'no such place').weekday).toBe(7);
});

test.each([
  ['2026-11-23', 9, 'Europe/London', '2026-11-23T09:00:00Z'],
  ['2026-07-23', 9, 'Europe/London', '2026-07-23T08:00:00Z'],
  ['2026-11-23', 9, 'Asia/Kathmandu', '2026-11-23T03:15:00Z'],
  // The last Sunday in March: at one o'clock the clock is put to two.
  ['2026-03-29', 0, 'Europe/London', '2026-03-29T00:00:00Z'],
  ['2026-03-29', 9, 'Europe/London', '2026-03-29T08:00:00Z'],
  ['2026-10-25', 9, 'Europe/London', '2026-10-25T09:00:00Z'],
  ['2026-11-31', 9, 'UTC', '2026-12-01T09:00:00Z'],
])('%s at %i in %s', (date, hour, zone, moment) => {
  const [year = 0, month = 0, day = 0] = date.split('-').map(Number);
  expect(momentOf({ year, month, day, hour }, zone)).toEqual(at(moment));
});

test('an hour that is left out is the one after it', () => {
  const skipped = momentOf({ year: 2026, month: 3, day: 29, hour: 1 }, 'Europe/London');
  expect([at('2026-03-29T00:00:00Z'), at('2026-03-29T01:00:00Z')]).toContainEqual(skipped);
});
