/**
 * What all answers with pages share: their frame, their headers, and what they say when they cannot.
 *
 * Promises: every page carries the policy that lets nothing in from elsewhere; what was made for one
 * person is kept by no browser; a failure of our own shows no details.
 *
 * @module
 */
import type { Refusal } from '@evenhour/protocol';
import type { MiddlewareHandler } from 'hono';
import type { MemberRow } from '../../member/members.ts';
import { logger } from '../../node/log.ts';
import { STATUS } from '../../node/problem.ts';
import { Refused, refusalOf } from '../../node/refused.ts';
import { ErrorPage, NotFoundPage } from '../error.tsx';
import { contentSecurityPolicy } from '../layout.tsx';
import type { Frame, Viewer } from '../models.ts';
import { paths } from '../paths.ts';
import type { WebContext, WebEnv } from './env.ts';
import { isMailboxOpen } from './mailbox-open.ts';
import { bankView } from './towns.ts';

const headers = {
  'content-security-policy': contentSecurityPolicy,
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), geolocation=(), microphone=()',
  'referrer-policy': 'same-origin',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
} as const;

export const withHeaders: MiddlewareHandler<WebEnv> = async (c, next) => {
  await next();
  for (const [name, value] of Object.entries(headers)) c.res.headers.set(name, value);
  c.res.headers.append('vary', 'cookie, accept-language');
  c.res.headers.set('content-language', c.var.words.language);
  if (c.var.session !== null || c.req.method === 'POST') c.res.headers.set('cache-control', 'no-store');
  else if (!c.res.headers.has('cache-control')) c.res.headers.set('cache-control', 'no-cache');
};

/** The pattern by which a route serves an address of `paths`. */
export function pattern(path: (id: string) => string): string {
  return decodeURIComponent(path(':id'));
}

export function frameOf(c: WebContext): Frame {
  const { bank, node, session, words } = c.var;
  const { sourceUrl, livePage } = node.config;
  const view = bankView(bank);
  return {
    words,
    bank: { ...view, bridgeBuilder: view.bridgeBuilder || words.t('page.somebody') },
    viewer: viewerOf(c.var),
    csrf: session?.csrf ?? '',
    now: new Date(),
    here: hereOf(c),
    unread: c.var.unread ?? 0,
    sourceUrl,
    ...(livePage !== undefined && { liveUrl: livePage }),
    ...(isMailboxOpen(node.config, bank.origin) && { mailbox: paths.mailbox }),
  };
}

/** The address of the page that is read: after a form was refused, that of the page with the form. */
function hereOf(c: WebContext): string {
  const read = c.req.method === 'GET' ? c.req.url : (c.req.header('referer') ?? '');
  if (!URL.canParse(read)) return paths.home;
  const { pathname, search } = new URL(read);
  return `${pathname}${search}`;
}

function viewerOf({ session, words }: WebContext['var']): Viewer {
  if (session === null) return { kind: 'guest' };
  const { role } = session.caller;
  return { kind: role, name: session.name || words.t('page.desk') };
}

type Member = { readonly role: 'member'; readonly memberId: string };

/** Where guests are sent, so that they come back here afterwards. */
export function toSignIn(c: WebContext): Response {
  const { pathname, search } = new URL(c.req.url);
  return c.redirect(`${paths.signIn}?next=${encodeURIComponent(`${pathname}${search}`)}`, 303);
}

/** For pages of whoever is signed in. */
export const signedIn: MiddlewareHandler<WebEnv> = async (c, next) => (c.var.session === null ? toSignIn(c) : next());

/** For the desk. */
export const operatorOnly: MiddlewareHandler<WebEnv> = async (c, next) => {
  if (c.var.session?.caller.role !== 'operator') throw new Refused('not_allowed');
  return next();
};

/** Refuses unless a member is signed in: these pages are about one's own hours. */
export function memberOf(c: WebContext): Member {
  const caller = c.var.session?.caller;
  if (caller === undefined) throw new Refused('not_signed_in');
  if (caller.role !== 'member') throw new Refused('not_allowed');
  return caller;
}

/** The same, as a row. */
export function ownMember(c: WebContext): MemberRow {
  memberOf(c);
  return c.var.session?.member as MemberRow;
}

export function answerNotFound(c: WebContext): Response | Promise<Response> {
  return c.html(<NotFoundPage frame={frameOf(c)} />, 404);
}

/** A refusal in plain words; anything else is a fault of ours and is written to the log. */
export function answerError(error: Error, c: WebContext): Response | Promise<Response> {
  const refused = refusalOf(error);
  if (refused?.code === 'not_found') return answerNotFound(c);
  if (refused === null)
    logger('web').error('A page failed for a reason of our own.', {
      method: c.req.method,
      route: c.req.routePath,
      error,
    });
  const status = refused === null ? 500 : statusOf(refused);
  return c.html(<ErrorPage frame={frameOf(c)} model={{ status, refusal: refused }} />, status);
}

/** Pages never answer 200 or 401 with a refusal: the one says that it was done, the other asks for a password. */
export function statusOf(refused: Refusal): 400 | 403 | 404 | 409 | 422 | 429 | 500 | 503 {
  const status = STATUS[refused.code];
  return (status === 401 ? 403 : status) as 409;
}
