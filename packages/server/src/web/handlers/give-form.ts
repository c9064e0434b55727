/**
 * The form by which hours are given: what was typed, and what it means.
 *
 * Promises: it decides nothing about hours; it says who is meant, how long, and what is missing. A name
 * that no town could know is refused here, so that no other town is asked about it.
 *
 * @module
 */
import { HANDLE } from '../../member/members.ts';
import type { GiveModel, GiveValues, RefusalView } from '../models.ts';
import { field, wholeNumber } from './form.ts';

/** The longest that the books take in one gift. The bank's own rule is nearly always less. */
const MOST_MINUTES = 600_000;
const MOST_LETTERS = 300;
const LENGTHS = ['15', '30', '45', '60', '75', '90', '105', '120'];

export const emptyGive = (town: string): GiveValues => ({
  to: 'other',
  town,
  who: '',
  length: '60',
  hours: '',
  minutes: '',
  what: '',
  unnamed: '',
});

export function readGive(form: URLSearchParams): GiveValues {
  const of = (name: string) => field(form, name).slice(0, 2000);
  return {
    to: of('to') || 'other',
    town: of('town'),
    who: of('who'),
    length: of('length'),
    hours: of('hours'),
    minutes: of('minutes'),
    what: of('what'),
    unnamed: of('unnamed') === 'yes' ? 'yes' : '',
  };
}

export interface Meant {
  readonly values: GiveValues;
  readonly errors: GiveModel['errors'];
  readonly refusal: RefusalView | null;
  /** `rosa@gracia.example`, when nothing is wrong. */
  readonly to: string;
  readonly minutes: number;
}

/** Members here whom the name may mean. */
export type Neighbours = readonly { readonly handle: string; readonly name: string }[];

/** What the form means. `towns` are the hosts that hours can be given at, the own one first. */
export function understand(asked: GiveValues, towns: readonly string[], neighbours: Neighbours): Meant {
  const typed = asked.to === 'other' ? asked : { ...asked, who: asked.to };
  const [who = '', host] = typed.who.replace(/^@/, '').split('@');
  // A whole address says its town itself.
  const values = host === undefined || host === '' ? typed : { ...typed, town: host.toLowerCase() };
  const minutes = minutesOf(values);
  const errors: GiveModel['errors'] = {
    ...(who === '' && { who: 'missing' as const }),
    ...((minutes === null || minutes < 1) && { length: 'missing' as const }),
    ...(minutes !== null && minutes > MOST_MINUTES && { length: 'too_long' as const }),
    ...(values.what.length > MOST_LETTERS && { what: 'too_long' as const }),
  };
  const handle = values.town === towns[0] ? handleHere(who, neighbours) : who.trim().toLowerCase();
  return {
    values,
    errors,
    refusal: refusalFor(values, handle, towns),
    to: `${handle}@${values.town}`,
    minutes: minutes ?? 0,
  };
}

/** In the own town a whole name will do, when only one member has it. */
export function handleHere(who: string, neighbours: Neighbours): string {
  const typed = who.trim().toLowerCase();
  if (neighbours.some(({ handle }) => handle === typed)) return typed;
  const [one, ...more] = neighbours.filter(({ name }) => name.toLowerCase() === typed);
  return one !== undefined && more.length === 0 ? one.handle : typed;
}

function refusalFor({ town }: GiveValues, handle: string, towns: readonly string[]): RefusalView | null {
  if (!towns.includes(town)) return { code: 'not_partners' };
  return handle === '' || HANDLE.test(handle) ? null : { code: 'unknown_payee' };
}

/** Whole minutes, or `null` when nothing that can be counted was chosen. */
function minutesOf({ length, hours, minutes }: GiveValues): number | null {
  if (LENGTHS.includes(length)) return Number(length);
  if (length !== 'other') return null;
  const whole = wholeNumber(hours || '0');
  const rest = wholeNumber(minutes || '0');
  return whole === null || rest === null ? null : whole * 60 + rest;
}
