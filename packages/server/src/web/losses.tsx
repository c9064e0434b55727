/**
 * What the community carries: hours that came to members and that nobody owes any more.
 *
 * Promises: every agreement that ended is here, with why, when and with which town, also when nothing was lost;
 * no member is named.
 *
 * @module
 */
import { Emblem } from './emblems.tsx';
import { firstName } from './format.ts';
import { Page } from './layout.tsx';
import type { EndedModel, Frame, LossesModel } from './models.ts';
import { paths } from './paths.ts';
import { reading } from './standing.ts';
import { useWords } from './words.ts';

export function LossesPage({ frame, model }: { frame: Frame; model: LossesModel }) {
  const { t, short } = frame.words;
  const { carriedMinutes } = model;
  return (
    <Page frame={frame} title={t('ending.lossesTitle')} at={paths.towns}>
      <h1>
        {carriedMinutes === 0 ? t('ending.lossesNone') : t('ending.lossesHeading', { hours: short(carriedMinutes) })}
      </h1>
      <p class="lead read mt-s">{t('ending.lossesLead')}</p>
      <section class="section" aria-labelledby="ended">
        <h2 id="ended">{t('ending.list')}</h2>
        {model.ended.length === 0 ? (
          <p>{t('ending.noneEnded', { name: firstName(frame.bank.bridgeBuilder) })}</p>
        ) : null}
        <div class="two">
          {model.ended.map((ended) => (
            <article class="sheet stack" data-town={ended.town.theme} aria-labelledby={`ended-${ended.id}`}>
              <div class="stand">
                <Emblem theme={ended.town.theme} size="l" />
                <h3 id={`ended-${ended.id}`}>{ended.town.name}</h3>
              </div>
              <EndingText frame={frame} ended={ended} />
              {frame.viewer.kind === 'operator' ? (
                <p>
                  <a class="btn btn--quiet" href={paths.agreement(ended.id)}>
                    {t('towns.agreement')}
                    <span class="vh"> {ended.town.name}</span>
                  </a>
                </p>
              ) : null}
            </article>
          ))}
        </div>
      </section>
    </Page>
  );
}

/** How an agreement ended, in sentences. */
export function EndingText({ frame, ended }: { frame: Frame; ended: EndedModel }) {
  const { town, by, because, at, settled } = ended;
  const us = frame.bank.name;
  const { t, day } = frame.words;
  return (
    <>
      <p>{t('ending.line', { who: by === 'us' ? us : town.name, when: day(at, reading(frame)) })}</p>
      {because ? <p>{t('ending.because', { words: because })}</p> : null}
      {settled === null ? (
        <p class="note">{t('ending.unsettled', { town: town.name })}</p>
      ) : (
        <Settled us={us} ended={ended} />
      )}
    </>
  );
}

function Settled({ us, ended: { town, settled } }: { us: string; ended: EndedModel }) {
  const { t, short } = useWords();
  if (settled === null) return null;
  const { toGiveMinutes, backMinutes, lossMinutes, alone } = settled;
  const left =
    toGiveMinutes === 0
      ? t('ending.even', { town: town.name })
      : toGiveMinutes > 0
        ? t('ending.lean', { from: us, to: town.name, hours: short(toGiveMinutes) })
        : t('ending.lean', { from: town.name, to: us, hours: short(toGiveMinutes) });
  return (
    <>
      <p>
        {left} {alone ? t('ending.alone', { town: town.name }) : ''}
      </p>
      {backMinutes > 0 ? <p>{t('ending.back', { hours: short(backMinutes) })}</p> : null}
      {lossMinutes > 0 ? (
        <p>
          <strong>{t('ending.lost', { hours: short(lossMinutes), town: town.name })}</strong>
        </p>
      ) : null}
    </>
  );
}
