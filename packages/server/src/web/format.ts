/**
 * Minutes, days and names as people say them.
 *
 * Promises: no sign and no decimal ever reaches a page; the sentence says which way hours lean.
 * Dates are said in the time zone that is given, never in the server's.
 *
 * @module
 */
import { say } from '@evenhour/protocol';

/** The language of every page for now. A translation begins here and in `words.ts`. */
export const language = { tag: 'en', locale: 'en-GB', dir: 'ltr' } as const;

const numbers = [
  'no',
  'one',
  'two',
  'three',
  'four',
  'five',
  'six',
  'seven',
  'eight',
  'nine',
  'ten',
  'eleven',
  'twelve',
];

/** `90` is `1 h 30 min`. Nothing at all is `0 h`. */
export function short(minutes: number): string {
  return minutes === 0 ? '0 h' : say(minutes);
}

/** `90` is `1 hour 30 minutes`. */
export function long(minutes: number): string {
  const size = Math.abs(minutes);
  const hours = Math.floor(size / 60);
  const rest = size % 60;
  const parts = [
    ...(hours > 0 || rest === 0 ? [`${hours} ${hours === 1 ? 'hour' : 'hours'}`] : []),
    ...(rest > 0 ? [`${rest} ${rest === 1 ? 'minute' : 'minutes'}`] : []),
  ];
  return parts.join(' ');
}

/** `90` is `an hour and a half`, `150` is `two and a half hours`, `95` is `1 hour 35 minutes`. */
export function spoken(minutes: number): string {
  const size = Math.abs(minutes);
  if (size === 15) return 'a quarter of an hour';
  if (size === 30) return 'half an hour';
  if (size === 45) return 'three quarters of an hour';
  if (size === 60) return 'an hour';
  if (size === 90) return 'an hour and a half';
  const hours = Math.floor(size / 60);
  const counted = numbers[hours] ?? String(hours);
  if (size % 60 === 0) return `${counted} hours`;
  if (size % 60 === 30 && hours > 1) return `${counted} and a half hours`;
  return long(size);
}

/** How many: `three things`, `one thing`, `14 things`. */
export function count(number: number, one: string, many: string): string {
  return `${numbers[number] ?? number} ${number === 1 ? one : many}`;
}

export function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** `Leith, Gràcia and Galway`. */
export function list(items: readonly string[]): string {
  return new Intl.ListFormat(language.locale, { type: 'conjunction' }).format(items);
}

export function firstName(name: string): string {
  return name.split(' ')[0] || name;
}

/** What a date is measured against: the reader's zone and the present. */
export interface Reading {
  readonly timeZone: string;
  readonly now: Date;
}

function part(at: Date, timeZone: string, options: Intl.DateTimeFormatOptions): string {
  return new Intl.DateTimeFormat(language.locale, { timeZone, ...options }).format(at);
}

/** `10:02`. */
export function clock(at: Date, timeZone: string): string {
  return part(at, timeZone, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
}

/** `10:02:15`. */
export function clockWithSeconds(at: Date, timeZone: string): string {
  return part(at, timeZone, { hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' });
}

/** `22 November`, with the year when it is another one. */
export function day(at: Date, { timeZone, now }: Reading): string {
  const sameYear = part(at, timeZone, { year: 'numeric' }) === part(now, timeZone, { year: 'numeric' });
  return part(at, timeZone, { day: 'numeric', month: 'long', ...(sameYear ? {} : { year: 'numeric' }) });
}

/** `Sunday 22 November`. */
export function weekday(at: Date, reading: Reading): string {
  return `${part(at, reading.timeZone, { weekday: 'long' })} ${day(at, reading)}`;
}

/** `today at 10:58`, `yesterday at 03:10`, `on 3 November at 10:58`. */
export function moment(at: Date, reading: Reading): string {
  const time = clock(at, reading.timeZone);
  const daysAgo = dayNumber(reading.now, reading.timeZone) - dayNumber(at, reading.timeZone);
  if (daysAgo === 0) return `today at ${time}`;
  if (daysAgo === 1) return `yesterday at ${time}`;
  if (daysAgo === -1) return `tomorrow at ${time}`;
  return `on ${day(at, reading)} at ${time}`;
}

/** A time before which something must be done: `6 December at 07:22`. */
export function until(at: Date, reading: Reading): string {
  return moment(at, reading).replace(/^on /, '');
}

/** Since when: `09:40` on the same day, else `yesterday at 03:10`. */
export function since(at: Date, reading: Reading): string {
  return moment(at, reading).replace(/^(today at|on) /, '');
}

/** `at 20:40` on the same day, else as {@link moment}. */
export function soon(at: Date, reading: Reading): string {
  const sameDay = dayNumber(reading.now, reading.timeZone) === dayNumber(at, reading.timeZone);
  return sameDay ? `at ${clock(at, reading.timeZone)}` : moment(at, reading);
}

/** The hands of a clock face at this moment, in degrees from twelve. */
export function hands(at: Date, timeZone: string): { readonly hour: number; readonly minute: number } {
  const [hour = 0, minute = 0] = clock(at, timeZone).split(':').map(Number);
  return { hour: (hour % 12) * 30 + minute / 2, minute: minute * 6 };
}

function dayNumber(at: Date, timeZone: string): number {
  const [year = 0, month = 1, date = 1] = new Intl.DateTimeFormat('en-CA', { timeZone })
    .format(at)
    .split('-')
    .map(Number);
  return Math.round(Date.UTC(year, month - 1, date) / 86_400_000);
}
