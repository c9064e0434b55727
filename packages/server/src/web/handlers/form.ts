/**
 * Forms on their way in.
 *
 * Promises: nothing is read beyond a size; a field that is missing is empty, one that comes twice
 * counts once; no control character and none that turns the direction of writing reaches a page, the
 * database or another town; `next` never leads away from this origin.
 *
 * @module
 */
import type { MiddlewareHandler } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { Refused } from '../../node/refused.ts';
import type { WebContext, WebEnv } from './env.ts';
import { mustCarrySecret, mustComeFromHere } from './session.ts';

const MAX_BYTES = 64 * 1024;

const limited = bodyLimit({
  maxSize: MAX_BYTES,
  onError: () => {
    throw new Refused('too_large', { maxBytes: MAX_BYTES });
  },
});

const reading: MiddlewareHandler<WebEnv> = async (c, next) => {
  const type = (c.req.header('content-type') ?? '').split(';')[0]?.trim().toLowerCase();
  if (type !== 'application/x-www-form-urlencoded') throw new Refused('invalid_request', { field: 'content-type' });
  c.set('form', new URLSearchParams(await c.req.text()));
  return next();
};

const fromHere: MiddlewareHandler<WebEnv> = async (c, next) => {
  mustComeFromHere(c);
  return next();
};

const withSecret: MiddlewareHandler<WebEnv> = async (c, next) => {
  mustCarrySecret(c);
  return next();
};

/** For forms of whoever is signed in. */
export const guarded = [fromHere, limited, reading, withSecret] as const;

/** For forms that guests send: there is no session yet that could vouch for them. */
export const guestForm = [fromHere, limited, reading] as const;

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out.
const CONTROLS = /[\u0000-\u0009\u000b-\u001f\u007f\u202a-\u202e\u2066-\u2069]/g;

/** One field, without spaces around it. Lines stay lines. */
export function field(form: URLSearchParams, name: string): string {
  return (form.get(name) ?? '').replaceAll('\t', ' ').replaceAll(CONTROLS, '').trim();
}

/** What the address of a page asks for, read as a field is. */
export function asked({ req }: Pick<WebContext, 'req'>, name: string): string {
  return field(new URL(req.url).searchParams, name);
}

/** A whole number of at most seven figures, or `null`. */
export function wholeNumber(text: string): number | null {
  return /^[0-9]{1,7}$/.test(text) ? Number(text) : null;
}

const ULID = /^[0-9A-HJKMNP-TV-Z]{26}$/;

/** An id out of an address. Refuses `not_found` when none of ours can look like that. */
export function idOf(text: string | undefined): string {
  if (text === undefined || !ULID.test(text)) throw new Refused('not_found');
  return text;
}

/** Where to go next: a path at this origin, else nothing. */
export function safeNext(text: string | undefined, origin: string): string {
  if (text === undefined || !/^\/(?![/\\])[\x21-\x7e]*$/.test(text) || text.includes('\\')) return '';
  if (!URL.canParse(text, origin)) return '';
  const url = new URL(text, origin);
  return url.origin === origin ? `${url.pathname}${url.search}` : '';
}
