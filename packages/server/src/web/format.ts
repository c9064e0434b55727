/**
 * Minutes, days and names as people say them, in one language.
 *
 * Promises: no sign and no decimal ever reaches a page; the sentence says which way hours lean.
 * Dates are said in the time zone that is given, never in the server's.
 *
 * @module
 */
import type { MemberKind } from '../member/members.ts';
import { isolated } from './catalogue.ts';
import type { Translate } from './words.ts';

/** What a date is measured against: the reader's zone and the present. */
export interface Reading {
  readonly timeZone: string;
  readonly now: Date;
}

export type Formats = ReturnType<typeof formatsOf>;

/** Says things in the language of `locale`, with the words of the area `time`. */
export function formatsOf(locale: string, dir: 'ltr' | 'rtl', t: Translate) {
  const parts = new Map<string, Intl.DateTimeFormat>();

  /** Making one takes longer than a page may. */
  function part(at: Date, timeZone: string, options: Intl.DateTimeFormatOptions): string {
    const key = `${timeZone} ${Object.entries(options).join(' ')}`;
    let format = parts.get(key);
    if (format === undefined) {
      format = new Intl.DateTimeFormat(locale, { timeZone, ...options });
      parts.set(key, format);
    }
    return format.format(at);
  }

  /** {@link short} in the pieces between which a line may break. */
  function pieces(minutes: number): string[] {
    const { hours, rest } = split(minutes);
    if (rest === 0) return [t('time.hours', { hours })];
    if (hours === 0) return [t('time.minutes', { minutes: rest })];
    const both = { hours: `${t('time.hours', { hours })}${SEAM}`, minutes: t('time.minutes', { minutes: rest }) };
    return t('time.both', both)
      .split(SEAM)
      .map((piece) => piece.trim());
  }

  /** `90` is `1 h 30 min`. Nothing at all is `0 h`. */
  const short = (minutes: number): string => pieces(minutes).join(' ');

  /** `90` is `1 hour 30 minutes`. */
  function long(minutes: number): string {
    const { hours, rest } = split(minutes);
    if (rest === 0) return t('time.longHours', { hours });
    if (hours === 0) return t('time.longMinutes', { minutes: rest });
    return t('time.longBoth', {
      hours: t('time.longHours', { hours }),
      minutes: t('time.longMinutes', { minutes: rest }),
    });
  }

  /** `90` is `an hour and a half`, `150` is `two and a half hours`, `95` is `1 hour 35 minutes`. */
  function spoken(minutes: number): string {
    const size = Math.abs(minutes);
    const { hours, rest } = split(minutes);
    if (size === 0) return t('time.none');
    if (size === 15) return t('time.quarter');
    if (size === 30) return t('time.half');
    if (size === 45) return t('time.threeQuarters');
    if (size === 60) return t('time.one');
    if (size === 90) return t('time.oneAndHalf');
    if (rest === 0) return t('time.whole', { hours });
    if (rest === 30) return t('time.andHalf', { hours });
    return long(size);
  }

  /** `10:02`. */
  const clock = (at: Date, timeZone: string): string =>
    part(at, timeZone, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });

  /** `22 November`, with the year when it is another one. */
  function day(at: Date, { timeZone, now }: Reading): string {
    const sameYear = part(at, timeZone, { year: 'numeric' }) === part(now, timeZone, { year: 'numeric' });
    return part(at, timeZone, { day: 'numeric', month: 'long', ...(sameYear ? {} : { year: 'numeric' }) });
  }

  /** `November 2026`. */
  const month = (at: Date, timeZone: string): string => part(at, timeZone, { month: 'long', year: 'numeric' });

  /** `Sunday 22 November`. */
  const weekday = (at: Date, reading: Reading): string =>
    t('time.weekday', { weekday: part(at, reading.timeZone, { weekday: 'long' }), day: day(at, reading) });

  /** `today at 10:58`, `yesterday at 03:10`, `on 3 November at 10:58`. */
  function moment(at: Date, reading: Reading): string {
    const time = clock(at, reading.timeZone);
    const ago = daysAgo(at, reading);
    if (ago === 0) return t('time.todayAt', { time });
    if (ago === 1) return t('time.yesterdayAt', { time });
    if (ago === -1) return t('time.tomorrowAt', { time });
    return t('time.onDayAt', { day: day(at, reading), time });
  }

  /** A time before which something must be done: `6 December at 07:22`, `tomorrow at 07:22`. */
  function until(at: Date, reading: Reading): string {
    if (Math.abs(daysAgo(at, reading)) <= 1) return moment(at, reading);
    return t('time.dayAt', { day: day(at, reading), time: clock(at, reading.timeZone) });
  }

  /** Since when: `09:40` on the same day, else `yesterday at 03:10`. */
  const since = (at: Date, reading: Reading): string =>
    daysAgo(at, reading) === 0 ? t('time.since', { time: clock(at, reading.timeZone) }) : until(at, reading);

  /** `at 20:40` on the same day, else as `moment`. */
  const soon = (at: Date, reading: Reading): string =>
    daysAgo(at, reading) === 0 ? t('time.at', { time: clock(at, reading.timeZone) }) : moment(at, reading);

  return {
    pieces,
    short,
    long,
    spoken,
    clock,
    /** `10:02:15`. */
    clockWithSeconds: (at: Date, timeZone: string): string =>
      part(at, timeZone, { hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' }),
    day,
    month,
    weekday,
    moment,
    until,
    since,
    soon,
    /** A number in words up to twelve where the language does so: `three`, `14`. */
    number: (n: number): string => t('time.number', { n }),
    /** `Leith, Gràcia and Galway`. */
    list: (items: readonly string[]): string =>
      new Intl.ListFormat(locale, { type: 'conjunction' }).format(items.map((item) => isolated(item, dir))),
    capital: (text: string): string => text.charAt(0).toLocaleUpperCase(locale) + text.slice(1),
  };
}

/** Stands in the sentence where a line may break. */
const SEAM = '\u0000';

function split(minutes: number): { readonly hours: number; readonly rest: number } {
  const size = Math.abs(minutes);
  return { hours: Math.floor(size / 60), rest: size % 60 };
}

/**
 * What somebody is called in a sentence. A household and an organisation keep their whole name, and so does a name that
 * begins with an article; of whom no more than the name is known, it is a person. What is no name without the next word
 * takes it along: of Abd Allah "Abd" alone would be "servant".
 */
export function firstName(name: string, kind: MemberKind = 'person'): string {
  if (kind !== 'person') return name;
  const words = name.split(' ');
  const [first = ''] = words;
  if (first === '' || articles.has(first.toLowerCase())) return name;
  const last = words.findIndex((word, at) => !leadsOn.has(plain(word)) && !(at > 0 && between.has(plain(word))));
  return last === -1 ? name : words.slice(0, last + 1).join(' ');
}

const articles = new Set(['the', 'a', 'an', 'el', 'la', 'los', 'las', 'els', 'les', 'le', 'na']);

/** As {@link plain} writes them. */
const leadsOn = new Set([
  ...['abu', 'abd', 'abdel', 'abdul', 'umm', 'ibn', 'bint'],
  ...['عبد', 'ابو', 'ابي', 'ام', 'ابن', 'بن', 'بنت', 'ال'],
]);
/** Articles that stand alone between such a word and the name. */
const between = new Set(['el', 'al']);

/** In small letters; an alif is often written without what stands above or below it. */
const plain = (word: string): string => word.toLowerCase().replaceAll(/[أإآ]/g, 'ا');

/** The hands of a clock face at this moment, in degrees from twelve. */
export function hands(at: Date, timeZone: string): { readonly hour: number; readonly minute: number } {
  const time = new Intl.DateTimeFormat('en-GB', { timeZone, hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
  const [hour = 0, minute = 0] = time.format(at).split(':').map(Number);
  return { hour: (hour % 12) * 30 + minute / 2, minute: minute * 6 };
}

/** How many days ago, in days of the reader's zone; negative when it is to come. */
function daysAgo(at: Date, { timeZone, now }: Reading): number {
  return dayNumber(now, timeZone) - dayNumber(at, timeZone);
}

/** Making one takes longer than a page may. */
const calendars = new Map<string, Intl.DateTimeFormat>();

function dayNumber(at: Date, timeZone: string): number {
  const calendar = calendars.get(timeZone) ?? new Intl.DateTimeFormat('en-CA', { timeZone });
  calendars.set(timeZone, calendar);
  const [year = 0, month = 1, date = 1] = calendar.format(at).split('-').map(Number);
  return Math.round(Date.UTC(year, month - 1, date) / 86_400_000);
}
