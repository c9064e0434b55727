/**
 * Coming in and going out.
 *
 * Promises: wrong words never say who exists, and whoever tries too many waits; each sign-in is a new
 * session; afterwards one is where one wanted to go, always at this origin.
 *
 * @module
 */
import { findCaller, hashToken } from '../../auth/tokens.ts';
import { findMember } from '../../member/members.ts';
import { Refused } from '../../node/refused.ts';
import { paths } from '../paths.ts';
import { SignInPage } from '../sign-in.tsx';
import type { WebApp, WebContext } from './env.ts';
import { field, guarded, guestForm, safeNext } from './form.ts';
import { DESK, demoMembers } from './home.tsx';
import { frameOf } from './page.tsx';
import { endSession, startSession } from './session.ts';

export function signInRoutes(app: WebApp): void {
  app.get(paths.signIn, (c) => door(c, safeNext(c.req.query('next'), c.var.bank.origin), false));

  app.post(paths.signIn, ...guestForm, async (c) => {
    const { bank, node, source, form } = c.var;
    if (node.openRate.over(source)) throw new Refused('too_many_requests');
    const next = safeNext(field(form, 'next'), bank.origin);
    const words = field(form, 'token');
    const caller = words === '' ? null : await findCaller(node.database.db, bank.id, hashToken(words));
    if (caller === null) {
      node.openRate.take(source);
      return door(c, next, true);
    }
    const { tokenHash: _token, ...who } = caller;
    await startSession(c, who);
    return c.redirect(next || (caller.role === 'operator' ? paths.console : paths.me), 303);
  });

  app.post(paths.signInDemo, ...guestForm, async (c) => {
    const { bank, node, form } = c.var;
    if (!node.config.demo) throw new Refused('not_found');
    const id = field(form, 'member');
    if (id === DESK) {
      await startSession(c, { role: 'operator' });
      return c.redirect(paths.console, 303);
    }
    const member = await findMember(node.database.db, bank.id, id);
    if (member === undefined || member.kind === 'fund') throw new Refused('not_found');
    await startSession(c, { role: 'member', memberId: member.id });
    return c.redirect(paths.me, 303);
  });

  app.post(paths.signOut, ...guarded, async (c) => {
    await endSession(c);
    return c.redirect(paths.home, 303);
  });
}

async function door(c: WebContext, next: string, refused: boolean): Promise<Response> {
  c.header('cache-control', 'no-store');
  const model = { refused, next, demoMembers: await demoMembers(c) };
  return c.html(<SignInPage frame={frameOf(c)} model={model} />, refused ? 403 : 200);
}
