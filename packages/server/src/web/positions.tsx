/**
 * How a bank stands with each partner town.
 *
 * Promises: both towns' figures are shown at one size and neither is rounded; the limit is said before
 * it bites; what is on its way is said in words; the books' sum is shown with its parts.
 *
 * @module
 */
import { Emblem } from './emblems.tsx';
import { firstName } from './format.ts';
import { Page } from './layout.tsx';
import type { Books, Frame, Position, PositionsModel, Underway } from './models.ts';
import { Agree, Dial, Gauge } from './parts.tsx';
import { paths } from './paths.ts';
import { reading, sayDifference, sayStanding, standingDial } from './standing.ts';
import { useWords, type Words } from './words.ts';

export function PositionsPage({ frame, model }: { frame: Frame; model: PositionsModel }) {
  const { t } = frame.words;
  return (
    <Page frame={frame} title={t('towns.title')} at={paths.towns}>
      <h1>{t('towns.heading')}</h1>
      <p class="lead read mt-s">
        {model.positions.length === 0
          ? t('towns.none', { name: firstName(frame.bank.bridgeBuilder) })
          : t('towns.lead')}
      </p>
      <div class="two mt">
        {model.positions.map((position) => (
          <PartnerSheet frame={frame} position={position} />
        ))}
      </div>
      <section class="section" aria-labelledby="books">
        <h2 id="books">{t('towns.books')}</h2>
        <p class="read">{t('towns.booksLead')}</p>
        <BooksSum books={model.books} />
        <p class="mt-s">
          <a class="link" href={paths.losses}>
            {t('ending.all')}
          </a>
        </p>
      </section>
    </Page>
  );
}

/** One partner town: the figures, the gauge, what is on its way, and who to ring. */
export function PartnerSheet({ frame, position }: { frame: Frame; position: Position }) {
  const { town, standing, bridgeBuilders } = position;
  const id = `town-${position.agreementId}`;
  const { t, short } = frame.words;
  const more = (minutes: number) => (minutes > 0 ? t('towns.more', { hours: short(minutes) }) : t('towns.noMore'));
  return (
    <article class="sheet stack" data-town={town.theme} aria-labelledby={id}>
      <div class="stand">
        <Emblem theme={town.theme} size="l" />
        <div>
          <h2 id={id}>{town.name}</h2>
          <p class="meta">{t('towns.builders', bridgeBuilders)}</p>
        </div>
      </div>
      <Figures frame={frame} position={position} />
      <div class="stack stack--close">
        <Gauge
          label={sayGauge(frame.words, position)}
          toGiveMinutes={position.toGiveMinutes}
          theyHonourMinutes={position.theyHonourMinutes}
          weHonourMinutes={position.weHonourMinutes}
        />
        <div class="gauge__ends">
          <p>
            <strong>{t('towns.theyHonour', { hours: short(position.theyHonourMinutes) })}</strong>{' '}
            {more(position.theyHonourMoreMinutes)}
          </p>
          <p>
            <strong>{t('towns.weHonour', { hours: short(position.weHonourMinutes) })}</strong>{' '}
            {more(position.weHonourMoreMinutes)}
          </p>
        </div>
      </div>
      <p class="status">
        <Dial size="s" {...standingDial(frame.bank.theme, town, standing)} />
        <span>
          {sayStanding(frame, town, standing, {
            theyHonourMoreMinutes: position.theyHonourMoreMinutes,
            theirBridgeBuilder: bridgeBuilders.theirs,
          })}
        </span>
      </p>
      <UnderwayList frame={frame} town={town.name} underway={position.underway} />
      <p>
        <a class="btn btn--quiet" href={paths.agreement(position.agreementId)}>
          {t('towns.agreement')}
          <span class="vh"> {town.name}</span>
        </a>
      </p>
    </article>
  );
}

function sayGauge({ t, short }: Words, { town, toGiveMinutes, theyHonourMinutes, weHonourMinutes }: Position): string {
  const [they, we, hours] = [short(theyHonourMinutes), short(weHonourMinutes), short(toGiveMinutes)];
  if (toGiveMinutes === 0) return t('towns.gaugeEven', { town: town.name, they, we });
  return toGiveMinutes > 0
    ? t('towns.gaugeWe', { town: town.name, hours, limit: they })
    : t('towns.gaugeThey', { town: town.name, hours, limit: we });
}

function Figures({ frame, position }: { frame: Frame; position: Position }) {
  const { town, comparison, toGiveMinutes } = position;
  const { words, bank } = frame;
  const { t, short, moment } = words;
  const [from, to] = toGiveMinutes > 0 ? [bank.name, town.name] : [town.name, bank.name];
  const lean =
    toGiveMinutes === 0
      ? t('towns.even', { town: town.name })
      : t('towns.lean', { from, to, hours: short(toGiveMinutes) });
  if (comparison === null)
    return (
      <p>
        {lean} <span class="meta">{t('towns.notCompared')}</span>
      </p>
    );
  const { weSayMinutes, theySayMinutes } = comparison;
  return (
    <>
      <Agree
        start={{ label: t('towns.says', { town: town.name }), minutes: theySayMinutes }}
        end={{ label: t('towns.weSay'), minutes: weSayMinutes }}
      />
      <p>
        {weSayMinutes === theySayMinutes
          ? ''
          : `${sayDifference(words, town.name, { theySayMinutes, weSayMinutes, partsAtSeq: null })} `}
        {lean}{' '}
        <span class="meta">
          {t('towns.compared', { when: moment(comparison.at, reading(frame)) })}
          {weSayMinutes === toGiveMinutes ? '' : ` ${t('towns.moved')}`}
        </span>
      </p>
    </>
  );
}

function UnderwayList({ frame, town, underway }: { frame: Frame; town: string; underway: readonly Underway[] }) {
  const { t, short, moment } = frame.words;
  if (underway.length === 0) return <p class="meta">{t('towns.nothingUnderway')}</p>;
  const sentences = {
    us: { asked: 'towns.usAsked', sent: 'towns.usSent' },
    them: { asked: 'towns.themAsked', sent: 'towns.themSent' },
  } as const;
  return (
    <div>
      <h3>{t('towns.underway')}</h3>
      <ul class="plain-list">
        {underway.map((hour) => (
          <li>
            {t(sentences[hour.from][hour.step], {
              hours: short(hour.minutes),
              town,
              when: moment(hour.since, reading(frame)),
            })}
          </li>
        ))}
      </ul>
    </div>
  );
}

/** The parts of a bank's books and their sum, which is nothing. */
export function BooksSum({ books }: { books: Books }) {
  const { t, short } = useWords();
  const parts = [
    { label: t('towns.members'), minutes: books.membersMinutes },
    { label: t('towns.funds'), minutes: books.fundsMinutes },
    { label: t('towns.partners'), minutes: books.partnersMinutes },
    ...(books.otherMinutes === 0 ? [] : [{ label: t('towns.other'), minutes: books.otherMinutes }]),
  ];
  const sum = parts.reduce((total, { minutes }) => total + minutes, 0);
  return (
    <>
      <Sums parts={parts} sum={sum} together={t('towns.together')} />
      {sum === 0 ? null : <p class="note">{t('towns.sumOff', { hours: short(sum) })}</p>}
    </>
  );
}

interface SumsProps {
  readonly parts: readonly { readonly label: string; readonly minutes: number }[];
  readonly sum: number;
  readonly together: string;
}

/** Figures that make 0 together. Each says in words which way it leans. */
export function Sums({ parts, sum, together }: SumsProps) {
  const words = useWords();
  return (
    <dl class="sums">
      {parts.map(({ label, minutes }) => (
        <div>
          <dt>{label}</dt>
          <dd>{leaning(words, minutes)}</dd>
        </div>
      ))}
      <div class="sums__all">
        <dt>{together}</dt>
        <dd>{sum === 0 ? '0' : leaning(words, sum)}</dd>
      </div>
    </dl>
  );
}

/** `28 h to give`, `37 h open`, `0 h`. */
export function leaning({ t, short }: Words, minutes: number): string {
  const hours = short(minutes);
  if (minutes === 0) return hours;
  return minutes < 0 ? t('towns.toGive', { hours }) : t('towns.open', { hours });
}
