/**
 * In which language somebody reads, and the switch at the foot of every page.
 *
 * Promises: what was chosen on this device counts first, then the member's own setting, then what the browser asks
 * for, then the bank's language. The switch works without script, asks for no sign-in and leads nowhere else.
 *
 * @module
 */
import { getCookie, setCookie } from 'hono/cookie';
import { Refused } from '../../node/refused.ts';
import { paths } from '../paths.ts';
import { isLanguage, type Language, type Words, wordsOf } from '../words.ts';
import type { WebApp, WebContext } from './env.ts';
import { field, guestForm, safeNext } from './form.ts';
import { cookieName, cookieOptions } from './session.ts';

const YEAR_SECONDS = 365 * 24 * 60 * 60;

const nameOf = (c: WebContext) => cookieName(c.var.bank, 'evenhour-language');

export function languageRoutes(app: WebApp): void {
  app.post(paths.language, ...guestForm, (c) => {
    const { bank, form } = c.var;
    const language = field(form, 'language');
    if (!isLanguage(language)) throw new Refused('invalid_request', { field: 'language' });
    setCookie(c, nameOf(c), language, { ...cookieOptions(bank), maxAge: YEAR_SECONDS });
    return c.redirect(safeNext(field(form, 'next'), bank.origin) || paths.home, 303);
  });
}

/** The words of whoever looks. Their session must be known. */
export function wordsFor(c: WebContext): Words {
  const { bank, session } = c.var;
  const chosen = getCookie(c, nameOf(c));
  if (isLanguage(chosen)) return wordsOf(chosen);
  const asked = session?.language ?? askedFor(c.req.header('accept-language') ?? '') ?? bank.settings.language;
  return wordsOf(isLanguage(asked) ? asked : 'en');
}

/** The language of ours that a browser likes best: `es` for `ca, es-MX;q=0.8, en;q=0.5`. */
export function askedFor(header: string): Language | null {
  const liked = header
    .slice(0, 512)
    .split(',')
    .map((range) => {
      const [tag = '', ...rest] = range.trim().toLowerCase().split(';');
      const quality = rest.map((each) => /^\s*q=([01](?:\.\d{0,3})?)\s*$/.exec(each)?.[1]).find(Boolean);
      return { language: tag.split('-')[0], quality: Number(quality ?? 1) };
    })
    .filter(({ quality }) => quality > 0)
    .sort((a, b) => b.quality - a.quality);
  return liked.map(({ language }) => language).find(isLanguage) ?? null;
}
