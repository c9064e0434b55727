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
import { MOST_BYTES } from '../../offer/shrink.ts';
import type { WebContext, WebEnv } from './env.ts';
import { boundaryOf, partsOf } from './multipart.ts';
import { mustCarrySecret, mustComeFromHere } from './session.ts';

const MAX_BYTES = 64 * 1024;

const limited = bodyLimit({
  maxSize: MAX_BYTES,
  onError: () => {
    throw new Refused('too_large', { maxBytes: MAX_BYTES });
  },
});

/** For a form with one picture: the other fields are no longer than elsewhere. */
const limitedFile = bodyLimit({
  maxSize: MOST_BYTES + MAX_BYTES,
  onError: () => {
    throw new Refused('too_large', { maxPictureBytes: MOST_BYTES });
  },
});

const boundaryIn = ({ req }: WebContext): string | null => boundaryOf(req.header('content-type') ?? '');

const limitedWithFile: MiddlewareHandler<WebEnv> = (c, next) =>
  (boundaryIn(c) === null ? limited : limitedFile)(c, next);

const readingWithFile: MiddlewareHandler<WebEnv> = async (c, next) => {
  const boundary = boundaryIn(c);
  if (boundary === null) return reading(c, next);
  const parts = partsOf(new Uint8Array(await c.req.arrayBuffer()), boundary);
  if (parts === null) throw new Refused('invalid_request', { field: 'content-type' });
  const form = new URLSearchParams(parts.fields.map(([name, value]) => [name, value]));
  if (form.toString().length > MAX_BYTES) throw new Refused('too_large', { maxBytes: MAX_BYTES });
  c.set('form', form);
  c.set('files', parts.files);
  return next();
};

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

/** For forms of whoever is signed in that may have a picture. Of guests nothing is read. */
export const guardedWithFile = [
  fromHere,
  (async (c, next) => {
    if (c.var.session === null) throw new Refused('not_signed_in');
    return next();
  }) as MiddlewareHandler<WebEnv>,
  limitedWithFile,
  readingWithFile,
  withSecret,
] as const;

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

export const ULID = /^[0-9A-HJKMNP-TV-Z]{26}$/;

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
