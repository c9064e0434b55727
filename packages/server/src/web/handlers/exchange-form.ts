/**
 * The forms of exchanges on their way in: terms, lengths and answers.
 *
 * @module
 */
import type { Terms, Version } from '@evenhour/protocol';
import { localTime, momentOf } from '../../clock/zone.ts';
import { isMeant, LENGTHS } from '../../exchange/asking.ts';
import { Refused } from '../../node/refused.ts';
import { NOON, type Typed } from '../exchange-forms.tsx';
import { field, wholeNumber } from './form.ts';

type Errors = Record<string, 'missing' | 'long' | 'time' | 'length' | 'far' | 'future'>;

const NAMES = [
  'to',
  'side',
  'content',
  'hours',
  'minutes',
  'date',
  'time',
  'place',
  'because',
  'text',
  'fund',
  'reason',
  'ahead',
];

/** What was typed, to show it again. */
export function typedOf(form: URLSearchParams, act: string, errors: Errors): Typed {
  const values = NAMES.filter((name) => form.has(name)).map((name) => [name, field(form, name).slice(0, 2000)]);
  return { act, values: Object.fromEntries(values), errors };
}

/** The version that a form answers. Refuses `invalid_request` for a form that no page of ours has made. */
export function answersOf(form: URLSearchParams): Version {
  const found = /^(giver|receiver) ([1-9][0-9]{0,3})$/.exec(field(form, 'answers'));
  if (found === null) throw new Refused('invalid_request', { field: 'answers' });
  return { side: found[1] as Version['side'], n: Number(found[2]) };
}

/** Whole minutes, or `null` when nothing that can be counted was typed. */
export function lengthOf(form: URLSearchParams): number | null {
  const hours = wholeNumber(field(form, 'hours') || '0');
  const minutes = wholeNumber(field(form, 'minutes') || '0');
  const sum = hours === null || minutes === null ? 0 : hours * 60 + minutes;
  return sum >= 1 && sum <= 600_000 ? sum : null;
}

/** A day that there is, as `2026-11-23`; empty when none was typed, `null` when it is none. */
export function dayIn(form: URLSearchParams): string | null {
  const text = field(form, 'date');
  if (text === '') return '';
  if (!/^[0-9]{4}-[0-9]{2}-[0-9]{2}$/.test(text)) return null;
  const at = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(at.getTime()) && at.toISOString().startsWith(text) ? text : null;
}

/** The moment that day and time name in the bank's zone; a day without a time is noon. */
function momentIn(form: URLSearchParams, timeZone: string): string | null {
  const date = dayIn(form);
  const time = field(form, 'time');
  if (date === '' && time === '') return '';
  const clock = /^([01][0-9]|2[0-3]):([0-5][0-9])$/.exec(time === '' ? NOON : time);
  if (date === null || date === '' || clock === null) return null;
  const [year = 0, month = 1, day = 1] = date.split('-').map(Number);
  const hour = momentOf({ year, month, day, hour: Number(clock[1]) }, timeZone);
  return new Date(hour.getTime() + Number(clock[2]) * 60_000).toISOString();
}

/** Terms as they were typed, or what is wrong with them. */
export function termsIn(form: URLSearchParams, timeZone: string): { terms: Terms | null; errors: Errors } {
  const content = field(form, 'content');
  const place = field(form, 'place').replaceAll('\n', ' ');
  const minutes = lengthOf(form);
  const startTime = momentIn(form, timeZone);
  const errors: Errors = {
    ...(content === '' && { content: 'missing' as const }),
    ...(content.length > LENGTHS.content && { content: 'long' as const }),
    ...(place.length > LENGTHS.place && { place: 'long' as const }),
    ...(minutes === null && { length: 'length' as const }),
    ...(startTime === null && { date: 'time' as const }),
    ...(startTime && !isMeant(startTime) && { date: 'far' as const }),
  };
  if (Object.keys(errors).length > 0 || minutes === null || startTime === null) return { terms: null, errors };
  return {
    terms: { minutes, content, ...(startTime !== '' && { startTime }), ...(place !== '' && { place }) },
    errors,
  };
}

/** The fields that these terms fill. */
export function fieldsOf(terms: Terms | null, minutes: number, timeZone: string) {
  const at = terms?.startTime === undefined ? null : localTime(new Date(terms.startTime), timeZone);
  const two = (n: number) => String(n).padStart(2, '0');
  return {
    hours: String(Math.floor(minutes / 60)),
    minutes: String(minutes % 60),
    content: terms?.content ?? '',
    date: at === null ? '' : `${at.year}-${two(at.month)}-${two(at.day)}`,
    time: at === null ? '' : `${two(at.hour)}:${two(at.minute)}`,
    place: terms?.place ?? '',
  };
}
