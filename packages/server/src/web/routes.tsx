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
import { askingRoutes } from './handlers/asking.tsx';
import { brokerRoutes } from './handlers/broker.tsx';
import { consoleRoutes } from './handlers/console.tsx';
import { doorRoutes } from './handlers/doors.tsx';
import type { WebEnv } from './handlers/env.ts';
import { exchangePageRoutes } from './handlers/exchange.tsx';
import { findRoutes } from './handlers/find.tsx';
import { fundRoutes } from './handlers/fund.tsx';
import { gatheringRunRoutes } from './handlers/gathering-run.tsx';
import { gatheringRoutes } from './handlers/gatherings.tsx';
import { giftRoutes } from './handlers/gifts.tsx';
import { giveRoutes } from './handlers/give.tsx';
import { homeRoutes } from './handlers/home.tsx';
import { invitationRoutes } from './handlers/invitations.tsx';
import { invitedRoutes } from './handlers/invited.tsx';
import { joiningRoutes } from './handlers/joining.tsx';
import { languageRoutes, wordsFor } from './handlers/language.ts';
import { leaveRoutes } from './handlers/leave.tsx';
import { lossRoutes } from './handlers/losses.tsx';
import { mailboxRoutes } from './handlers/mailbox.tsx';
import { membersRoutes } from './handlers/members.tsx';
import { noticesRoutes, unreadFor } from './handlers/notices.tsx';
import { offerRoutes } from './handlers/offers.tsx';
import { offlineRoutes } from './handlers/offline.tsx';
import { answerError, answerNotFound, withHeaders } from './handlers/page.tsx';
import { pictureRoutes } from './handlers/pictures.ts';
import { placesRoutes } from './handlers/places.tsx';
import { profileRoutes } from './handlers/profile.tsx';
import { proofRoutes } from './handlers/proof.tsx';
import { receiptRoutes } from './handlers/receipt.tsx';
import { findSession } from './handlers/session.ts';
import { signInRoutes } from './handlers/sign-in.tsx';
import { statementRoutes } from './handlers/statement.tsx';
import { thanksRoutes } from './handlers/thanks.tsx';

export function webRoutes(): Hono<NodeEnv> {
  const app = new Hono<WebEnv>();
  app.route('/', assetRoutes());
  app.route('/', pictureRoutes());
  app.use(async (c, next) => {
    // An error page needs words, also when nobody can be found.
    c.set('session', null);
    c.set('words', wordsFor(c));
    c.set('session', await findSession(c));
    c.set('words', wordsFor(c));
    c.set('unread', await unreadFor(c));
    return next();
  });
  app.use(withHeaders);
  homeRoutes(app);
  offlineRoutes(app);
  languageRoutes(app);
  signInRoutes(app);
  joiningRoutes(app);
  doorRoutes(app);
  profileRoutes(app);
  noticesRoutes(app);
  mailboxRoutes(app);
  lossRoutes(app);
  statementRoutes(app);
  thanksRoutes(app);
  leaveRoutes(app);
  askingRoutes(app);
  exchangePageRoutes(app);
  giveRoutes(app);
  giftRoutes(app);
  fundRoutes(app);
  brokerRoutes(app);
  findRoutes(app);
  placesRoutes(app);
  offerRoutes(app);
  gatheringRoutes(app);
  gatheringRunRoutes(app);
  proofRoutes(app);
  receiptRoutes(app);
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
