/**
 * What our own invitation link shows to a person: what we propose, and where to answer.
 *
 * Promises: opening it changes nothing and says yes to nothing; whoever guesses links is slowed down;
 * no browser keeps the page.
 *
 * @module
 */
import { type InvitationDraft, showInvitation } from '../../agreement/invitations.ts';
import { Refused } from '../../node/refused.ts';
import { invited, opened } from '../agreement-words.ts';
import { until } from '../format.ts';
import { Page } from '../layout.tsx';
import type { Frame } from '../models.ts';
import { Articles } from '../parts.tsx';
import { reading } from '../standing.ts';
import type { WebApp } from './env.ts';
import { frameOf } from './page.tsx';

export function invitedRoutes(app: WebApp): void {
  app.get('/invitations/:secret', async (c) => {
    const { bank, node, source } = c.var;
    if (!node.openRate.take(source)) throw new Refused('too_many_requests');
    const secret = c.req.param('secret');
    const draft = await showInvitation(node.database.db, bank, secret);
    c.header('cache-control', 'no-store');
    return c.html(<InvitedPage frame={frameOf(c)} draft={draft} link={`${bank.origin}/invitations/${secret}`} />);
  });
}

function InvitedPage({ frame, draft, link }: { frame: Frame; draft: InvitationDraft; link: string }) {
  const { party, words, expiresAt } = draft;
  const us = frame.bank.name;
  return (
    <Page frame={frame} title={invited.title(us)}>
      <h1>{invited.heading(us, party.grantsMinutes)}</h1>
      <p class="lead read mt-s">{invited.lead(party.bridgeBuilder, us, until(new Date(expiresAt), reading(frame)))}</p>
      <section class="sheet stack mt" aria-labelledby="how">
        <h2 id="how">{invited.how}</h2>
        <p class="read">{invited.howText}</p>
        <div class="field">
          <label for="link">{invited.link}</label>
          <input class="code" type="text" id="link" value={link} readonly />
        </div>
      </section>
      <section class="section" aria-labelledby="words">
        <h2 id="words">{opened.theirWords}</h2>
        <Articles items={words.map((sentence) => <p class="lead">{sentence}</p>)} />
      </section>
    </Page>
  );
}
