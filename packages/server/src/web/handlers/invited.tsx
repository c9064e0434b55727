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
  const { party, words: articles, expiresAt } = draft;
  const { t, short, until } = frame.words;
  const us = frame.bank.name;
  return (
    <Page frame={frame} title={t('invite.invitedTitle', { us })}>
      <h1>{t('invite.invitedHeading', { us, hours: short(party.grantsMinutes) })}</h1>
      <p class="lead read mt-s">
        {t('invite.invitedLead', { name: party.bridgeBuilder, us, when: until(new Date(expiresAt), reading(frame)) })}
      </p>
      <section class="sheet stack mt" aria-labelledby="how">
        <h2 id="how">{t('invite.invitedHow')}</h2>
        <p class="read">{t('invite.invitedHowText')}</p>
        <div class="field">
          <label for="link">{t('invite.invitedLink')}</label>
          <input class="code" type="text" id="link" value={link} readonly />
        </div>
      </section>
      <section class="section" aria-labelledby="words">
        <h2 id="words">{t('invite.openedWords')}</h2>
        <Articles
          items={articles.map((sentence) => (
            <p class="lead" dir="auto">
              {sentence}
            </p>
          ))}
        />
      </section>
    </Page>
  );
}
