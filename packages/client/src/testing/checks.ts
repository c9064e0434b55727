/**
 * What a request has to look like, and how the fake node says no.
 *
 * Promises: codes, statuses and sentences are those of a real node; so is the field that is named when
 * several are wrong, but its `reason` is in other words.
 *
 * @module
 */
import type { Facts } from '../errors.ts';
import { REFUSALS, type RefusalCode } from '../generated/refusals.ts';

/** A refusal on its way to the answer. */
export class Refused extends Error {
  readonly code: RefusalCode;
  readonly facts: Facts;

  constructor(code: RefusalCode, facts: Facts = {}) {
    super(code);
    this.code = code;
    this.facts = facts;
  }
}

export function problemResponse(code: RefusalCode, facts: Facts): Response {
  const { status, fault, retryable, advice: title } = REFUSALS[code];
  const type = `https://w3id.org/evenhour/v1#refusal-${code}`;
  return new Response(JSON.stringify({ type, title, status, code, fault, retryable, facts }), {
    status,
    headers: { 'content-type': 'application/problem+json', ...(retryable && { 'retry-after': '1' }) },
  });
}

/** What one field must be; `optional` ones may be left out. */
export interface Field {
  readonly ok: (value: unknown) => boolean;
  readonly says: string;
  readonly optional?: boolean;
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is refused
const TEXT = /^[^\u0000-\u0009\u000b-\u001f\u007f\u202a-\u202e\u2066-\u2069]*$/;
const HANDLE = /^[a-z0-9](?:[a-z0-9_.-]{0,62}[a-z0-9])?$/;

export const handle: Field = {
  ok: (value) => typeof value === 'string' && HANDLE.test(value),
  says: 'small letters, digits, dots and dashes, at most 64',
};

export function text(min: number, max: number): Field {
  return {
    ok: (value) =>
      typeof value === 'string' && value.length <= max && TEXT.test(value) && (min === 0 || value.trim().length >= min),
    says: `text of ${min} to ${max} characters without control characters`,
  };
}

export function whole(min: number, max: number): Field {
  return {
    ok: (value) => Number.isSafeInteger(value) && (value as number) >= min && (value as number) <= max,
    says: `a whole number from ${min} to ${max}`,
  };
}

export function oneOf(...values: readonly unknown[]): Field {
  return { ok: (value) => values.includes(value), says: `one of ${values.join(', ')}` };
}

export const url: Field = { ok: (value) => typeof value === 'string' && URL.canParse(value), says: 'a URL' };

export function optional(field: Field): Field {
  return { ...field, optional: true };
}

/** Refuses `invalid_request` unless every field is there and right, and no other is. Trims texts as the bank does. */
export function check(input: unknown, fields: Readonly<Record<string, Field>>): Record<string, unknown> {
  if (typeof input !== 'object' || input === null || Array.isArray(input)) throw invalid('', 'not an object');
  const values = input as Record<string, unknown>;
  const wrong = Object.entries(fields).filter(([name, field]) => {
    const value = values[name];
    return value === undefined ? field.optional !== true : !field.ok(value);
  });
  const others = Object.keys(values).filter((name) => !Object.hasOwn(fields, name));
  const [first] = wrong;
  const more = wrong.length + (others.length > 0 ? 1 : 0) - 1;
  if (first !== undefined) throw invalid(first[0], first[1].says, more);
  if (others.length > 0) throw invalid('', `unknown: ${others.join(', ')}`, more);
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [name, typeof value === 'string' ? value.trim() : value]),
  );
}

export function invalid(field: string, reason: string, more = 0): Refused {
  return new Refused('invalid_request', { field, reason, ...(more > 0 && { more }) });
}
