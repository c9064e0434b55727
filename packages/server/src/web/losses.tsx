/**
 * What the community carries: hours that came to members and that nobody owes any more.
 *
 * Promises: every agreement that ended is here, with why, when and with which town, also when nothing was lost;
 * no member is named.
 *
 * @module
 */
import { Emblem } from './emblems.tsx';
import { ending, losses } from './ending-words.ts';
import { day } from './format.ts';
import { Page } from './layout.tsx';
import type { EndedModel, Frame, LossesModel } from './models.ts';
import { paths } from './paths.ts';
import { reading } from './standing.ts';
import { towns } from './words.ts';

export function LossesPage({ frame, model }: { frame: Frame; model: LossesModel }) {
  return (
    <Page frame={frame} title={losses.title} at={paths.towns}>
      <h1>{losses.heading(model.carriedMinutes)}</h1>
      <p class="lead read mt-s">{losses.lead}</p>
      <section class="section" aria-labelledby="ended">
        <h2 id="ended">{losses.list}</h2>
        {model.ended.length === 0 ? <p>{losses.none(frame.bank.bridgeBuilder)}</p> : null}
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
                    {towns.agreement}
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
  return (
    <>
      <p>{ending.line(ending.by[by](us, town.name), day(at, reading(frame)))}</p>
      {because ? <p>{ending.because(because)}</p> : null}
      {settled === null ? <p class="note">{ending.unsettled(town.name)}</p> : <Settled us={us} ended={ended} />}
    </>
  );
}

function Settled({ us, ended: { town, settled } }: { us: string; ended: EndedModel }) {
  if (settled === null) return null;
  const { toGiveMinutes, backMinutes, lossMinutes, alone } = settled;
  const left =
    toGiveMinutes === 0
      ? ending.even(town.name)
      : toGiveMinutes > 0
        ? ending.weLean(us, town.name, toGiveMinutes)
        : ending.theyLean(us, town.name, -toGiveMinutes);
  return (
    <>
      <p>
        {left} {alone ? ending.alone(town.name) : ''}
      </p>
      {backMinutes > 0 ? <p>{ending.back(backMinutes)}</p> : null}
      {lossMinutes > 0 ? (
        <p>
          <strong>{ending.lost(lossMinutes, town.name)}</strong>
        </p>
      ) : null}
    </>
  );
}
