/**
 * Pictures of offers, at addresses that never show another one.
 *
 * Promises: who may see the offer may see its picture, and nobody else learns that there is one; a browser keeps it for
 * ever and asks once, and nothing between it and us keeps it at all, so what was taken away is gone.
 *
 * @module
 */
import { Hono } from 'hono';
import { getCookie } from 'hono/cookie';
import { findSessionCaller } from '../../auth/sessions.ts';
import { type Caller, findCaller, hashToken } from '../../auth/tokens.ts';
import { Refused } from '../../node/refused.ts';
import { PICTURE_TYPE, picturePath, readPicture } from '../../offer/pictures.ts';
import type { WebContext, WebEnv } from './env.ts';
import { idOf } from './form.ts';
import { cookieName } from './session.ts';

export function pictureRoutes(): Hono<WebEnv> {
  const app = new Hono<WebEnv>();
  app.get(picturePath(':id'), async (c) => {
    const { bank, node } = c.var;
    const small = c.req.query('small') !== undefined;
    const found = await readPicture(node.database.db, bank.id, idOf(c.req.param('id')), small, () => callerOf(c));
    return c.body(new Uint8Array(found.bytes), 200, {
      'content-type': PICTURE_TYPE,
      'cache-control': 'private, max-age=31536000, immutable',
      'content-security-policy': "default-src 'none'",
      'cross-origin-resource-policy': found.isPublic ? 'cross-origin' : 'same-origin',
      'x-content-type-options': 'nosniff',
    });
  });
  app.onError((error, c) => {
    if (error instanceof Refused) return c.body(null, 404, { 'cache-control': 'no-store' });
    throw error;
  });
  return app;
}

/** Whoever is signed in, in a browser or with an app. */
async function callerOf(c: WebContext): Promise<Caller | null> {
  const { bank, node } = c.var;
  const { db } = node.database;
  const bearer = /^Bearer (\S{1,200})$/.exec(c.req.header('authorization') ?? '')?.[1];
  if (bearer !== undefined)
    return (await findSessionCaller(db, bank.id, bearer, 'app')) ?? findCaller(db, bank.id, hashToken(bearer));
  const secret = getCookie(c, cookieName(bank));
  return secret === undefined ? null : findSessionCaller(db, bank.id, secret);
}
