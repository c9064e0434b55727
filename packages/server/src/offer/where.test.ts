/** What people write to say where a place is. */
import { expect, test } from 'vitest';
import { readWhere } from './where.ts';

const shore = { latitude: 55.976, longitude: -3.17 };

test.each([
  '55.976, -3.17',
  ' 55.976 -3.17 ',
  '55.976,-3.17',
  '55.976°, −3.17°',
  '55,976; -3,17',
  '55,976, -3,17',
  '55,976 -3,17',
  '٥٥٫٩٧٦، -٣٫١٧',
  'geo:55.976,-3.17',
  'geo:55.976,-3.17;u=35?z=15',
  'https://www.openstreetmap.org/#map=15/55.976/-3.17',
  'https://www.openstreetmap.org/#map=15.5/55.976/-3.17&layers=N',
  'https://www.openstreetmap.org/?mlat=55.976&mlon=-3.17#map=12/55.9/-3.1',
  'https://www.google.com/maps/@55.976,-3.17,15z',
  'https://www.google.com/maps/place/Leith/@55.9,-3.1,15z/data=!3m1!4b1!4m6!8m2!3d55.976!4d-3.17',
  'https://www.google.com/maps?q=55.976,-3.17',
  'https://maps.google.com/?q=55.976%2C-3.17',
])('%s is a place', (text) => {
  expect(readWhere(text, null)).toEqual(shore);
});

test.each([
  ['', 'unreadable'],
  ['Leith', 'unreadable'],
  ['55.976', 'unreadable'],
  ['12 34 56', 'unreadable'],
  ['55,976,-3,17', 'unreadable'],
  ['https://maps.app.goo.gl/abc123', 'unreadable'],
  ['%E0%A4%A', 'unreadable'],
  ['1e1, 2', 'unreadable'],
  ['200, 300', 'outside'],
  ['91, 181', 'outside'],
  ['120, 48', 'swapped'],
])('%s is %s', (text, why) => {
  expect(readWhere(text, null)).toBe(why);
});

test('two numbers that stand the wrong way around are told by the other places of the town', () => {
  const barcelona = { latitude: 41.4, longitude: 2.16 };
  expect(readWhere('2.17, 41.41', barcelona)).toBe('swapped');
  expect(readWhere('2.17, 41.41', null)).toEqual({ latitude: 2.17, longitude: 41.41 });
  expect(readWhere('41.41, 2.17', barcelona)).toEqual({ latitude: 41.41, longitude: 2.17 });
  // Far away, and no nearer when turned around: the desk knows.
  expect(readWhere('-33.4, -70.6', barcelona)).toEqual({ latitude: -33.4, longitude: -70.6 });
});
