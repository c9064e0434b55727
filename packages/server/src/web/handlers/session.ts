/**
 * Who looks at a page: a cookie, the session behind it, and what must come with a form.
 *
 * Promises: a session belongs to one bank and is a fresh one at each sign-in, so nobody can hand a
 * session to somebody else; signing out ends it at once; scripts cannot read it; a form counts only
 * when a page of this very origin sent it, with the secret of the session that the page was made for.
 *
 * @module
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { deleteCookie, getCookie, setCookie } from 'hono/cookie';
import { type Beginning, beginSession, endSessionOf, findSessionCaller, type SessionOf } from '../../auth/sessions.ts';
import type { Bank } from '../../bank/bank.ts';
import type { Queries } from '../../db/database.ts';
import { findMember } from '../../member/members.ts';
import { Refused } from '../../node/refused.ts';
import { isLanguage } from '../words.ts';
import type { Session, WebContext } from './env.ts';

/**
 * Browsers keep one jar of cookies for all ports of a host. Where the origin names a port, so does the
 * cookie, so that the towns of a demo on one machine do not sign each other's members out.
 */
export function cookieName(bank: Pick<Bank, 'origin'>, what = 'evenhour'): string {
  const { port } = new URL(bank.origin);
  return port === '' ? what : `${what}-${port}`;
}

export function cookieOptions(bank: Pick<Bank, 'origin'>) {
  return { httpOnly: true, sameSite: 'Lax', path: '/', secure: bank.origin.startsWith('https:') } as const;
}

/** The session of a request, if it has one at this bank. */
export async function findSession(c: WebContext): Promise<Session | null> {
  const { bank, node } = c.var;
  const secret = getCookie(c, cookieName(bank));
  if (secret === undefined) return null;
  const caller = await findSessionCaller(node.database.db, bank.id, secret);
  if (caller === null) return null;
  const csrf = createHmac('sha256', node.seal.derive('csrf')).update(`${bank.id} ${secret}`).digest('base64url');
  if (caller.role === 'operator') return { caller, member: null, name: '', csrf, language: null };
  const member = await findMember(node.database.db, bank.id, caller.memberId);
  if (member === undefined) return null;
  const { name, language } = member;
  return { caller, member, name, csrf, language: isLanguage(language) ? language : null };
}

/** Begins a session. The one before it, if there is one, ends. */
export async function startSession(c: WebContext, who: SessionOf, how: Beginning['how']): Promise<void> {
  const { bank, node } = c.var;
  const secret = await node.database.transaction(async (tx) => {
    await endBefore(c, tx);
    return beginSession(tx, bank.id, who, { how, agent: agentOf(c) });
  });
  carry(c, secret);
}

/** Ends the session that this browser had, in the transaction that begins another. */
export async function endBefore(c: WebContext, tx: Queries): Promise<void> {
  const { bank, session } = c.var;
  if (session !== null) await endSessionOf(tx, bank.id, session.caller.tokenHash);
}

/** Gives the browser a session that was begun. */
export function carry(c: WebContext, secret: string): void {
  setCookie(c, cookieName(c.var.bank), secret, cookieOptions(c.var.bank));
}

/** What the browser says about itself. */
export function agentOf(c: WebContext): string {
  return (c.req.header('user-agent') ?? '').slice(0, 500);
}

export async function endSession(c: WebContext): Promise<void> {
  const { bank, node, session } = c.var;
  if (session !== null) await endSessionOf(node.database.db, bank.id, session.caller.tokenHash);
  deleteCookie(c, cookieName(bank), cookieOptions(bank));
}

/** Refuses `foreign_origin` unless the browser says that a page of this origin sent the request. */
export function mustComeFromHere(c: WebContext): void {
  const origin = c.req.header('origin');
  const site = c.req.header('sec-fetch-site');
  const here =
    origin === undefined
      ? site === 'same-origin'
      : origin === c.var.bank.origin && (site === undefined || site === 'same-origin');
  if (!here) throw new Refused('foreign_origin');
}

/** Refuses `not_signed_in` without a session, `not_allowed` when the form was made for another one. */
export function mustCarrySecret(c: WebContext): void {
  const { session, form } = c.var;
  if (session === null) throw new Refused('not_signed_in');
  const sent = Buffer.from(form.get('csrf') ?? '');
  const meant = Buffer.from(session.csrf);
  if (sent.length !== meant.length || !timingSafeEqual(sent, meant)) throw new Refused('not_allowed');
}
