/**
 * The letters of a node that is tried out on one machine.
 *
 * @module
 */
import type { KeptLetter } from '../mail/transport.ts';
import { Page } from './layout.tsx';
import type { Frame } from './models.ts';
import { reading } from './standing.ts';

export function MailboxPage({ frame, letters }: { frame: Frame; letters: readonly KeptLetter[] }) {
  const { t, moment } = frame.words;
  return (
    <Page frame={frame} title={t('notices.mailbox.title')}>
      <h1>{t('notices.mailbox.title')}</h1>
      <p class="lead read mt-s">{t('notices.mailbox.lead')}</p>
      {letters.length === 0 ? <p class="read mt-s">{t('notices.mailbox.none')}</p> : null}
      {letters.map(({ to, subject, text, date }) => (
        <article class="sheet stack mt">
          <h2 dir="auto">{subject}</h2>
          <p class="meta">{t('notices.mailbox.to', { to, at: moment(new Date(date), reading(frame)) })}</p>
          <div class="letter" dir="auto">
            {text.split(/(https?:\/\/\S+)/).map((part, place) => (place % 2 === 1 ? <a href={part}>{part}</a> : part))}
          </div>
        </article>
      ))}
    </Page>
  );
}
