/**
 * What comes, as slips by date; and those of a member, with the address for their own calendar.
 *
 * Promises: a page with nothing on it says what to do next.
 *
 * @module
 */
import { Button, ButtonLink, Form } from './forms.tsx';
import { type GatheringModel, sayStatus, sayWhen } from './gathering-parts.tsx';
import { Page } from './layout.tsx';
import type { Frame } from './models.ts';
import { Dial, Slip } from './parts.tsx';
import { paths } from './paths.ts';
import { reading } from './standing.ts';

export interface GatheringsModel {
  readonly items: readonly GatheringModel[];
  /** Those that come after these. */
  readonly laterHref: string | null;
}

export function GatheringsPage({ frame, model }: { frame: Frame; model: GatheringsModel }) {
  const { t } = frame.words;
  const { items, laterHref } = model;
  const inside = frame.viewer.kind !== 'guest';
  return (
    <Page frame={frame} title={t('gathering.title')} at={paths.gatherings}>
      <h1>{t('gathering.heading')}</h1>
      <p class="lead read mt-s">{t('gathering.lead')}</p>
      {inside ? (
        <p class="acts mt">
          <ButtonLink href={paths.newGathering}>{t('gathering.new')}</ButtonLink>
          <ButtonLink quiet href={paths.myGatherings}>
            {t('gathering.mine')}
          </ButtonLink>
        </p>
      ) : null}
      {items.length === 0 ? (
        <div class="note read mt">
          <p class="lead">{t('gathering.none')}</p>
          <p>{t('gathering.noneText')}</p>
        </div>
      ) : (
        <section aria-labelledby="soon">
          <h2 class="vh" id="soon">
            {t('gathering.title')}
          </h2>
          <Slips frame={frame} items={items} />
          <More href={laterHref} label={t('gathering.later')} />
        </section>
      )}
    </Page>
  );
}

function More({ href, label }: { href: string | null; label: string }) {
  if (href === null) return null;
  return (
    <p class="acts mt">
      <a class="link" href={href}>
        {label}
      </a>
    </p>
  );
}

function Slips({ frame, items }: { frame: Frame; items: readonly GatheringModel[] }) {
  const { t, capital, weekday } = frame.words;
  return (
    <div class="slips mt">
      {items.map((item) => (
        <Slip
          dial={<Dial start={frame.bank.theme} end={item.free === 0 ? frame.bank.theme : null} />}
          stub={capital(weekday(item.startsAt, reading(frame)))}
          rest={item.status !== 'open' && item.status !== 'full'}
          title={
            <a href={paths.gathering(item.id)} lang={item.language} dir="auto">
              {item.title}
            </a>
          }
        >
          <p>
            {sayWhen(frame, item)}
            {item.place === '' ? '' : ` · ${item.place}`}
          </p>
          <p class="meta">
            {t('gathering.by', { kind: t(`gathering.kind.${item.kind}`), host: item.hostName })}
            {' · '}
            {sayStatus(frame.words, item)}
          </p>
        </Slip>
      ))}
    </div>
  );
}

export interface MyGatheringsModel {
  readonly hosted: readonly GatheringModel[];
  readonly hostedOlderHref: string | null;
  /** `null` for the desk, which goes nowhere. */
  readonly going: readonly GatheringModel[] | null;
  readonly goingOlderHref: string | null;
  readonly feed: string | null;
}

export function MyGatheringsPage({ frame, model }: { frame: Frame; model: MyGatheringsModel }) {
  const { t } = frame.words;
  const { hosted, going, feed } = model;
  return (
    <Page frame={frame} title={t('gathering.mine')} at={paths.gatherings}>
      <h1>{t('gathering.mine')}</h1>
      {going === null ? null : (
        <section class="section" aria-labelledby="going">
          <h2 id="going">{t('gathering.mineGoing')}</h2>
          {going.length === 0 ? (
            <p class="mt-s">
              {t('gathering.mineGoingNone')}{' '}
              <a class="link" href={paths.gatherings}>
                {t('gathering.heading')}
              </a>
            </p>
          ) : (
            <Slips frame={frame} items={going} />
          )}
          <More href={model.goingOlderHref} label={t('gathering.older')} />
        </section>
      )}
      <section class="section" aria-labelledby="hosted">
        <h2 id="hosted">{t('gathering.mineHosted')}</h2>
        {hosted.length === 0 ? (
          <p class="mt-s">{t('gathering.mineHostedNone')}</p>
        ) : (
          <Slips frame={frame} items={hosted} />
        )}
        <More href={model.hostedOlderHref} label={t('gathering.older')} />
        <p class="acts mt">
          <ButtonLink href={paths.newGathering}>{t('gathering.new')}</ButtonLink>
        </p>
      </section>
      {feed === null ? null : (
        <section class="section read" aria-labelledby="feed">
          <h2 id="feed">{t('gathering.feed')}</h2>
          <p class="mt-s">{t('gathering.feedText')}</p>
          <p class="address mt-s">
            <code dir="ltr">{feed}</code>
          </p>
          <Form action={paths.renewCalendar} csrf={frame.csrf} class="mt-s">
            <p>
              <Button quiet>{t('gathering.feedRenew')}</Button>
            </p>
            <p class="hint mt-xs">{t('gathering.feedRenewText')}</p>
          </Form>
        </section>
      )}
    </Page>
  );
}
