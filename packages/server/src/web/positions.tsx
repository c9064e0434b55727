/**
 * How a bank stands with each partner town.
 *
 * Promises: both towns' figures are shown at one size and neither is rounded; the limit is said before
 * it bites; what is on its way is said in words; the books' sum is shown with its parts.
 *
 * @module
 */
import { Emblem } from './emblems.tsx';
import { ending } from './ending-words.ts';
import { moment } from './format.ts';
import { Page } from './layout.tsx';
import type { Books, Frame, Position, PositionsModel, Underway } from './models.ts';
import { Agree, Dial, Gauge } from './parts.tsx';
import { paths } from './paths.ts';
import { reading, sayStanding, standingDial } from './standing.ts';
import { towns } from './words.ts';

export function PositionsPage({ frame, model }: { frame: Frame; model: PositionsModel }) {
  return (
    <Page frame={frame} title={towns.title} at={paths.towns}>
      <h1>{towns.heading}</h1>
      <p class="lead read mt-s">{model.positions.length === 0 ? towns.none(frame.bank.bridgeBuilder) : towns.lead}</p>
      <div class="two mt">
        {model.positions.map((position) => (
          <PartnerSheet frame={frame} position={position} />
        ))}
      </div>
      <section class="section" aria-labelledby="books">
        <h2 id="books">{towns.books}</h2>
        <p class="read">{towns.booksLead}</p>
        <BooksSum books={model.books} />
        <p class="mt-s">
          <a href={paths.losses}>{ending.all}</a>
        </p>
      </section>
    </Page>
  );
}

/** One partner town: the figures, the gauge, what is on its way, and who to ring. */
export function PartnerSheet({ frame, position }: { frame: Frame; position: Position }) {
  const { town, standing, bridgeBuilders } = position;
  const id = `town-${position.agreementId}`;
  return (
    <article class="sheet stack" data-town={town.theme} aria-labelledby={id}>
      <div class="stand">
        <Emblem theme={town.theme} size="l" />
        <div>
          <h2 id={id}>{town.name}</h2>
          <p class="meta">{towns.builders(bridgeBuilders.theirs, bridgeBuilders.ours)}</p>
        </div>
      </div>
      <Figures frame={frame} position={position} />
      <div class="stack stack--close">
        <Gauge
          label={towns.gauge(town.name, position.toGiveMinutes, position.theyHonourMinutes, position.weHonourMinutes)}
          toGiveMinutes={position.toGiveMinutes}
          theyHonourMinutes={position.theyHonourMinutes}
          weHonourMinutes={position.weHonourMinutes}
        />
        <div class="gauge__ends">
          <p>
            <strong>{towns.theyHonour(position.theyHonourMinutes)}</strong> {towns.more(position.theyHonourMoreMinutes)}
          </p>
          <p>
            <strong>{towns.weHonour(position.weHonourMinutes)}</strong> {towns.more(position.weHonourMoreMinutes)}
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
          {towns.agreement}
          <span class="vh"> {town.name}</span>
        </a>
      </p>
    </article>
  );
}

function Figures({ frame, position }: { frame: Frame; position: Position }) {
  const { town, comparison, toGiveMinutes } = position;
  const lean =
    toGiveMinutes === 0
      ? towns.even(town.name)
      : toGiveMinutes > 0
        ? towns.weLean(frame.bank.name, town.name, toGiveMinutes)
        : towns.theyLean(frame.bank.name, town.name, toGiveMinutes);
  if (comparison === null)
    return (
      <p>
        {lean} <span class="meta">{towns.notCompared}</span>
      </p>
    );
  const { weSayMinutes, theySayMinutes } = comparison;
  return (
    <>
      <Agree
        start={{ label: towns.says(town.name), minutes: theySayMinutes }}
        end={{ label: towns.weSay, minutes: weSayMinutes }}
      />
      <p>
        {weSayMinutes === theySayMinutes ? '' : `${towns.notSame(theySayMinutes, weSayMinutes)} `}
        {lean}{' '}
        <span class="meta">
          {towns.compared(moment(comparison.at, reading(frame)))}
          {weSayMinutes === toGiveMinutes ? '' : ` ${towns.moved}`}
        </span>
      </p>
    </>
  );
}

function UnderwayList({ frame, town, underway }: { frame: Frame; town: string; underway: readonly Underway[] }) {
  if (underway.length === 0) return <p class="meta">{towns.nothingUnderway}</p>;
  const sentences = {
    us: { asked: towns.asked, sent: towns.sent },
    them: { asked: towns.askedUs, sent: towns.sentUs },
  };
  return (
    <div>
      <h3>{towns.underway}</h3>
      <ul class="plain-list">
        {underway.map((hour) => (
          <li>{sentences[hour.from][hour.step](hour.minutes, town, moment(hour.since, reading(frame)))}</li>
        ))}
      </ul>
    </div>
  );
}

/** The parts of a bank's books and their sum, which is nothing. */
export function BooksSum({ books }: { books: Books }) {
  const parts = [
    { label: towns.members, minutes: books.membersMinutes },
    { label: towns.funds, minutes: books.fundsMinutes },
    { label: towns.partners, minutes: books.partnersMinutes },
    ...(books.otherMinutes === 0 ? [] : [{ label: towns.other, minutes: books.otherMinutes }]),
  ];
  const sum = parts.reduce((total, { minutes }) => total + minutes, 0);
  return (
    <>
      <Sums parts={parts} sum={sum} together={towns.together} />
      {sum === 0 ? null : <p class="note">{towns.sumOff(sum)}</p>}
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
  return (
    <dl class="sums">
      {parts.map(({ label, minutes }) => (
        <div>
          <dt>{label}</dt>
          <dd>{leaning(minutes)}</dd>
        </div>
      ))}
      <div class="sums__all">
        <dt>{together}</dt>
        <dd>{sum === 0 ? '0' : leaning(sum)}</dd>
      </div>
    </dl>
  );
}

/** `28 h to give`, `37 h open`, `0 h`. */
export function leaning(minutes: number): string {
  if (minutes === 0) return towns.nothing;
  return minutes < 0 ? towns.toGive(minutes) : towns.open(minutes);
}
