/**
 * The live page: three towns, every hour between them, and buttons to break it.
 *
 * Promises: it works without script, holds still when asked to, and shows only what the three banks
 * themselves say. `DemoMain` is the part that the script swaps.
 *
 * @module
 */

import { Stage, sumOf } from './demo-stage.tsx';
import { Emblem } from './emblems.tsx';
import { Button, ButtonLink, Choices, Form } from './forms.tsx';
import { type Fresh, freshAttributes, Shell } from './layout.tsx';
import { acts, live, sayEvent } from './live-words.ts';
import type { ActName, DemoModel, LiveEvent, LiveOpened, LivePair, LiveTown } from './models.ts';
import { Agree, Dial } from './parts.tsx';
import { livePaths } from './paths.ts';
import { leaning, Sums } from './positions.tsx';
import { Entries, LedgerTable } from './proof.tsx';
import { WordsContext, wordsOf } from './words.ts';

/** The live page is for people who want to look inside: it is in one language. */
const english = wordsOf('en');
const { t, clockWithSeconds } = english;

/** The whole page. Answer `?fragment=1` with {@link DemoFragment} instead. */
export function DemoPage({ model }: { model: DemoModel }) {
  const { nav } = live;
  const fresh = freshOf(model);
  return (
    <Shell
      words={english}
      title={live.title}
      theme="plain"
      name="Evenhour"
      motto={live.motto(model.towns.length)}
      nav={[
        { href: livePaths.home, label: nav.live, current: true },
        { href: '#walk-in', label: nav.walkIn },
        { href: '#break', label: nav.breakIt },
        { href: '#message', label: nav.message },
      ]}
      live
      foot={<LiveFoot sourceUrl={model.sourceUrl} />}
      {...(fresh ? { fresh } : {})}
    >
      <DemoMain model={model} />
    </Shell>
  );
}

/** For an address that is none of the live page's. */
export function DemoNotFound({ towns, sourceUrl }: { towns: number; sourceUrl: string }) {
  return (
    <Shell
      words={english}
      title={t('wrong.notFound')}
      theme="plain"
      name="Evenhour"
      motto={live.motto(towns)}
      nav={[{ href: livePaths.home, label: live.nav.live }]}
      live
      foot={<LiveFoot sourceUrl={sourceUrl} />}
    >
      <h1>{t('wrong.notFound')}</h1>
      <p class="lead read mt-s">{t('wrong.notFoundText')}</p>
      <p class="acts mt">
        <ButtonLink href={livePaths.home}>{live.toStart}</ButtonLink>
      </p>
    </Shell>
  );
}

/** `<main>` alone, for the script. */
export function DemoFragment({ model }: { model: DemoModel }) {
  return (
    <WordsContext.Provider value={english}>
      <main id="main" class="wrap" {...freshAttributes(freshOf(model))}>
        <DemoMain model={model} />
      </main>
    </WordsContext.Provider>
  );
}

/** Held pages and pages with a message open do not look again without script. */
function freshOf(model: DemoModel): Fresh | undefined {
  if (model.held || model.opened) return undefined;
  return { url: '/?fragment=1', seconds: 2, secondsWithoutScript: 3, say: '' };
}

function DemoMain({ model }: { model: DemoModel }) {
  const { towns, held, sums } = model;
  const off = towns.filter(({ on }) => !on).map(({ name }) => name);
  return (
    <>
      <div class="two two--stage">
        <div class="stack stack--wide">
          <h1>{live.heading}</h1>
          <p class="lead" data-part="checked">
            {live.lead(towns.map(({ name }) => name))}
            <strong>{sumOf(model) === 0 ? '0' : leaning(english, sumOf(model))}</strong>
            {live.checked(clockWithSeconds(model.checkedAt, towns[0]?.timeZone ?? 'UTC'))}
          </p>
          <p class="acts acts--always">
            <ButtonLink href={held ? livePaths.home : livePaths.hold}>{held ? live.run : live.hold}</ButtonLink>
          </p>
          {held ? <p class="meta">{live.held}</p> : null}
          <p class="key">
            <span>
              <Dial size="s" start="leith" end="leith" /> {live.key}
            </span>
          </p>
        </div>
        <Stage model={model} />
      </div>
      <section class="section" aria-labelledby="sums">
        <h2 id="sums">{live.sums}</h2>
        <p class="read">{live.sumsLead}</p>
        <div data-part="sums">
          <Sums
            parts={[
              { label: live.members, minutes: sums.membersMinutes },
              { label: live.funds, minutes: sums.fundsMinutes },
              { label: live.underway, minutes: sums.underwayMinutes },
            ]}
            sum={sumOf(model)}
            together={live.together}
          />
          {off.length === 0 ? null : <p class="meta">{live.lastKnown(off)}</p>}
          {sumOf(model) === 0 ? null : <p class="note">{live.notZero}</p>}
        </div>
      </section>
      <section class="section" aria-labelledby="pairs">
        <h2 id="pairs">{live.pairs}</h2>
        <p class="read">{live.pairsLead}</p>
        <div class="three" data-part="pairs">
          {model.pairs.map((pair) => (
            <PairFigures pair={pair} towns={towns} />
          ))}
        </div>
      </section>
      <section class="section two two--main">
        <Log model={model} />
        <BreakIt model={model} />
      </section>
      <section class="section" aria-labelledby="walk-in">
        <h2 id="walk-in">{live.walkIn}</h2>
        <p class="read">{live.walkInLead}</p>
        <p class="read mt-s">{live.walkInOff}</p>
        <ul class="doors">
          {towns.map((town) => (
            <li>
              <a class="door" data-town={town.theme} href={town.href}>
                <Emblem theme={town.theme} />{' '}
                <span>
                  {town.name}
                  {town.on ? null : <small>{live.off}</small>}
                </span>
              </a>
            </li>
          ))}
        </ul>
      </section>
      <section class="section" aria-labelledby="message">
        <h2 id="message">{live.message}</h2>
        {model.opened ? <Opened opened={model.opened} model={model} /> : <p class="read">{live.noMessage}</p>}
      </section>
    </>
  );
}

function PairFigures({ pair, towns }: { pair: LivePair; towns: readonly LiveTown[] }) {
  const a = towns[pair.a];
  const b = towns[pair.b];
  if (a === undefined || b === undefined) return null;
  const owes = pair.aSaysMinutes;
  const [from, to] = owes < 0 ? [b.name, a.name] : [a.name, b.name];
  return (
    <div class="stack stack--close">
      <Agree
        start={{ label: live.says(a.name, a.on), minutes: pair.aSaysMinutes }}
        end={{ label: live.says(b.name, b.on), minutes: pair.bSaysMinutes }}
      />
      <p>
        {owes === 0 ? live.pairEven(a.name, b.name) : live.toGive(from, to, owes)}
        {pair.aSaysMinutes === pair.bSaysMinutes ? '' : ` ${live.pairOff}`}
        {[a, b].filter(({ on }) => !on).map(({ name }) => ` ${live.lastSaid(name)}`)}
      </p>
    </div>
  );
}

function Log({ model }: { model: DemoModel }) {
  const zone = model.towns[0]?.timeZone ?? 'UTC';
  return (
    <div>
      <h2 id="log">{live.log}</h2>
      {model.log.length === 0 ? <p class="mt-s">{live.nothingYet}</p> : null}
      <ol class="log mt-s" reversed data-part="log" data-keyed>
        {model.log.map((event) => (
          <LogLine event={event} zone={zone} held={model.held} />
        ))}
      </ol>
    </div>
  );
}

function LogLine({ event, zone, held }: { event: LiveEvent; zone: string; held: boolean }) {
  const { title, text } = sayEvent(event);
  return (
    <li data-key={event.id}>
      <time datetime={event.at.toISOString()}>{clockWithSeconds(event.at, zone)}</time>
      <p>
        <strong>{title}</strong> {text}
        {event.hour === undefined ? null : (
          <>
            {' '}
            <a class="open-message" href={livePaths.hour(event.hour, held)}>
              {live.open}
              <span class="vh">: {title}</span>
            </a>
          </>
        )}
      </p>
    </li>
  );
}

function BreakIt({ model }: { model: DemoModel }) {
  return (
    <div class="stack">
      <h2 id="break">{live.breakIt}</h2>
      <p>{live.breakLead}</p>
      <Form action={livePaths.act} csrf={model.csrf}>
        <Choices
          legend={live.where}
          name="town"
          chosen={model.chosenTown}
          options={model.towns.map(({ id, name }) => ({ value: id, label: name }))}
        />
        <ul class="buttons">
          {(Object.keys(acts) as ActName[]).map((name) => (
            <li>
              <Button name="name" value={name} id={`act-${name}`} quiet>
                {acts[name].label}
              </Button>
              <p class="hint">{acts[name].hint}</p>
            </li>
          ))}
        </ul>
      </Form>
    </div>
  );
}

function Opened({ opened, model }: { opened: LiveOpened; model: DemoModel }) {
  const when = { timeZone: model.towns[0]?.timeZone ?? 'UTC', now: model.now };
  return (
    <div class="stack">
      <p class="lead read">
        {live.inWords} <strong>{live.gave(opened.giver, opened.receiver, opened.minutes)}</strong> {opened.what}
      </p>
      <p class="status">
        <Dial
          start={opened.checked ? opened.giver.town.theme : null}
          end={opened.checked ? opened.receiver.town.theme : null}
        />
        <strong>{opened.checked ? t('proof.checked') : t('proof.notChecked')}</strong>
      </p>
      <div class="two">
        {opened.ledgers.map(({ town, lines }) => (
          <LedgerTable caption={t('proof.ledger', { bank: town.name })} lines={lines} when={when} captioned />
        ))}
      </div>
      {opened.entries.length === 0 ? (
        <p class="read">{live.unsigned(opened.receiver.town.name)}</p>
      ) : (
        <>
          <h3>{t(opened.entries.length === 4 ? 'proof.entriesFour' : 'proof.entries')}</h3>
          <Entries entries={opened.entries} when={when} />
        </>
      )}
      <p class="acts acts--always">
        <ButtonLink href={model.held ? livePaths.hold : livePaths.home} quiet>
          {live.close}
        </ButtonLink>
        <span class="meta">{live.holdsStill}</span>
      </p>
    </div>
  );
}

function LiveFoot({ sourceUrl }: { sourceUrl: string }) {
  return (
    <>
      <p class="lead">{live.footLead}</p>
      <p>{live.footText}</p>
      <div class="foot__line">
        <a href={sourceUrl}>{live.source}</a>
      </div>
    </>
  );
}
