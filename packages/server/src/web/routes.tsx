/**
 * The pages of a bank.
 *
 * Promises: every address of `paths.ts` is served here and nowhere else; all of them work without
 * script; whoever looks is known before a page is made.
 *
 * @module
 */
import { Hono } from 'hono';
import type { NodeEnv } from '../node/env.ts';
import { assetRoutes } from './assets.ts';
import { agreementRoutes } from './handlers/agreement.tsx';
import { consoleRoutes } from './handlers/console.tsx';
import type { WebEnv } from './handlers/env.ts';
import { giveRoutes } from './handlers/give.tsx';
import { homeRoutes } from './handlers/home.tsx';
import { invitationRoutes } from './handlers/invitations.tsx';
import { invitedRoutes } from './handlers/invited.tsx';
import { lossRoutes } from './handlers/losses.tsx';
import { membersRoutes } from './handlers/members.tsx';
import { answerError, answerNotFound, withHeaders } from './handlers/page.tsx';
import { proofRoutes } from './handlers/proof.tsx';
import { findSession } from './handlers/session.ts';
import { signInRoutes } from './handlers/sign-in.tsx';
import { statementRoutes } from './handlers/statement.tsx';

export function webRoutes(): Hono<NodeEnv> {
  const app = new Hono<WebEnv>();
  app.route('/', assetRoutes());
  app.use(async (c, next) => {
    c.set('session', await findSession(c));
    return next();
  });
  app.use(withHeaders);
  homeRoutes(app);
  signInRoutes(app);
  lossRoutes(app);
  statementRoutes(app);
  giveRoutes(app);
  proofRoutes(app);
  consoleRoutes(app);
  membersRoutes(app);
  invitationRoutes(app);
  agreementRoutes(app);
  invitedRoutes(app);
  // Programs are told in their own way; see the node.
  app.all('*', async (c, next) => ((c.req.header('accept') ?? '').includes('text/html') ? answerNotFound(c) : next()));
  app.onError(answerError);
  return app as unknown as Hono<NodeEnv>;
}
