/**
 * What one page hands to the next across a redirect: sealed, in a cookie of its own.
 *
 * Promises: only the session that it was kept for can open it, and only at this bank; it is gone after
 * a quarter of an hour, or when it was taken.
 *
 * @module
 */
import { deleteCookie, getCookie, setCookie } from 'hono/cookie';
import { SealError } from '../../node/seal.ts';
import { paths } from '../paths.ts';
import type { WebContext } from './env.ts';
import { cookieName, cookieOptions } from './session.ts';

type Name = 'made' | 'open' | 'card' | 'mine' | 'link' | 'asked' | 'address' | 'scanned';

/** No other page is sent it. */
const PATHS: Readonly<Record<Name, string>> = {
  made: paths.invitations,
  open: paths.invitations,
  card: paths.madeCard,
  mine: paths.myCard,
  link: paths.joinLinks,
  asked: paths.signInCode,
  address: paths.addressCode,
  scanned: paths.cardDoor,
};

const nameOf = (c: WebContext, name: Name) => cookieName(c.var.bank, `evenhour-${name}`);
const optionsOf = (c: WebContext, name: Name) => ({ ...cookieOptions(c.var.bank), path: PATHS[name] });
const purposeOf = (c: WebContext, name: Name, hash = c.var.session?.caller.tokenHash ?? '') =>
  `kept ${name} ${c.var.bank.id} ${hash}`;

/** `hash` is that of the session's secret, when it has only just begun. */
export function keep(c: WebContext, name: Name, value: string, hash?: string): void {
  const sealed = c.var.node.seal.seal(purposeOf(c, name, hash), value);
  setCookie(c, nameOf(c, name), sealed, { ...optionsOf(c, name), maxAge: 15 * 60 });
}

export function kept(c: WebContext, name: Name): string | null {
  const sealed = getCookie(c, nameOf(c, name));
  if (sealed === undefined) return null;
  try {
    return c.var.node.seal.open(purposeOf(c, name), sealed);
  } catch (error) {
    if (error instanceof SealError) return null;
    throw error;
  }
}

/** Shown once. */
export function take(c: WebContext, name: Name): string | null {
  const value = kept(c, name);
  if (value !== null) deleteCookie(c, nameOf(c, name), optionsOf(c, name));
  return value;
}
