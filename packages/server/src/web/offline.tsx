/**
 * What a browser shows without a connection: my next exchange, and whom to ring.
 *
 * Promises: it says that it is a copy and from when; it needs nothing but itself, the style and the font, so it has
 * no form and no way on but trying again.
 *
 * @module
 */
import { Page } from './layout.tsx';
import type { Frame, OfflineModel } from './models.ts';
import { paths } from './paths.ts';

export function OfflinePage({ frame, model }: { frame: Frame; model: OfflineModel }) {
  const { t, moment, weekday, clock, short } = frame.words;
  const reading = { timeZone: frame.bank.timeZone, now: frame.now };
  const { next } = model;
  return (
    <Page frame={frame} title={t('offline.title')}>
      <h1>{t('offline.heading')}</h1>
      <p class="lead read mt-s">{t('offline.lead')}</p>
      {next ? (
        <section class="section" aria-labelledby="next">
          <h2 id="next">{t('offline.next')}</h2>
          <p class="lead">{next.title}</p>
          <p>
            {next.startTime
              ? t('offline.when', {
                  day: weekday(next.startTime, reading),
                  time: clock(next.startTime, reading.timeZone),
                  who: next.who,
                })
              : t('offline.whenever', { who: next.who })}
          </p>
          {next.place ? <p>{next.place}</p> : null}
          <p>{t('offline.long', { hours: short(next.minutes) })}</p>
        </section>
      ) : frame.viewer.kind === 'member' ? (
        <p class="read mt">{t('offline.none')}</p>
      ) : null}
      <p class="mt">
        <a class="btn" href={paths.home}>
          {t('offline.again')}
        </a>
      </p>
      {next ? <p class="mt-s">{t('offline.asOf', { when: moment(frame.now, reading) })}</p> : null}
    </Page>
  );
}
