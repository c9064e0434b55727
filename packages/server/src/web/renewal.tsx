/**
 * The page behind the link in a letter: one button keeps an offer.
 *
 * @module
 */
import { Button } from './forms.tsx';
import { Page } from './layout.tsx';
import type { Frame } from './models.ts';

/** What the link in the letter opens. `until` is set once it is renewed. */
export function RenewPage({
  frame,
  offer,
  action,
  until,
}: {
  frame: Frame;
  offer: { title: string; language: string } | null;
  action: string;
  until: Date | null;
}) {
  const { t, day } = frame.words;
  const heading =
    until === null
      ? t('offers.renew.title')
      : t('offers.renew.done', { day: day(until, { timeZone: frame.bank.timeZone, now: frame.now }) });
  return (
    <Page frame={frame} title={t('offers.renew.title')}>
      <h1>{heading}</h1>
      {offer === null ? (
        <p class="lead read mt">{t('offers.renew.used', { name: frame.bank.bridgeBuilder || frame.bank.name })}</p>
      ) : (
        <p class="lead read mt" lang={offer.language}>
          {offer.title}
        </p>
      )}
      {offer === null || until !== null ? null : (
        <form method="post" action={action} class="form mt">
          <p>{t('offers.renew.text')}</p>
          <p>
            <Button id="renew">{t('offers.renew.button')}</Button>
          </p>
        </form>
      )}
    </Page>
  );
}
