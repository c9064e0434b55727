/**
 * The coordinator's desk: what needs somebody, how the towns stand, whether the house is in order.
 *
 * Promises: what needs nobody is not in the way; every check that failed says what to do.
 *
 * @module
 */
import type { Child } from 'hono/jsx';
import { ending } from './ending-words.ts';
import { clock, firstName, list, soon, weekday } from './format.ts';
import { ButtonLink } from './forms.tsx';
import { Page } from './layout.tsx';
import type { Check, ConsoleModel, Frame, Theme, Waiting } from './models.ts';
import { Dial, Slip } from './parts.tsx';
import { paths } from './paths.ts';
import { BooksSum, PartnerSheet } from './positions.tsx';
import { reading, whyHalted } from './standing.ts';
import { desk, standing, towns } from './words.ts';

export function ConsolePage({ frame, model }: { frame: Frame; model: ConsoleModel }) {
  const failing = model.checks.filter(({ ok }) => !ok).length;
  const needing = model.waiting.filter((waiting) => !isResting(waiting));
  const resting = model.waiting.filter(isResting);
  const when = reading(frame);
  return (
    <Page frame={frame} title={desk.title} at={paths.console}>
      <p class="meta">
        {weekday(frame.now, when)}, {clock(frame.now, when.timeZone)}
      </p>
      <h1>{desk.heading(needing.length + failing)}</h1>
      <Slips frame={frame} id="needs" title={desk.needs} waiting={needing} />
      <section class="section" aria-labelledby="house">
        <h2 id="house">{desk.house}</h2>
        {model.checks.length === 0 ? <p>{desk.noChecks}</p> : <Checks checks={model.checks} />}
      </section>
      <Slips frame={frame} id="rest" title={desk.rest} waiting={resting} />
      <section class="section" aria-labelledby="towns">
        <h2 id="towns">{desk.towns}</h2>
        {model.positions.length === 0 ? <p>{towns.none(frame.bank.bridgeBuilder)}</p> : null}
        <div class="two">
          {model.positions.map((position) => (
            <PartnerSheet frame={frame} position={position} />
          ))}
        </div>
        <p class="acts mt">
          <ButtonLink href={paths.invitations}>{desk.invite}</ButtonLink>
        </p>
      </section>
      <section class="section" aria-labelledby="books">
        <h2 id="books">{towns.books}</h2>
        <BooksSum books={model.books} />
      </section>
    </Page>
  );
}

/** What waits for somebody else or goes on by itself. */
function isResting({ kind }: Waiting): boolean {
  return kind === 'their_yes' || kind === 'off';
}

function Slips(props: { frame: Frame; id: string; title: string; waiting: readonly Waiting[] }) {
  if (props.waiting.length === 0) return null;
  return (
    <section class="section" aria-labelledby={props.id}>
      <h2 id={props.id}>{props.title}</h2>
      <div class="slips">
        {props.waiting.map((waiting) => (
          <WaitingSlip frame={props.frame} waiting={waiting} />
        ))}
      </div>
    </section>
  );
}

/** What failed comes first. */
function Checks({ checks }: { checks: readonly Check[] }) {
  const sorted = [...checks].sort((a, b) => Number(a.ok) - Number(b.ok));
  return (
    <ul class="list-rule checks">
      {sorted.map(({ id, ok, sentence, fix }) => (
        <li id={`check-${id}`} class={ok ? 'check' : 'check check--off'}>
          <p>
            <strong class="check__word">{ok ? desk.well : desk.notWell}</strong> {sentence}
          </p>
          {!ok && fix ? (
            <p class="note">
              <strong>{desk.fix}:</strong> {fix}
            </p>
          ) : null}
        </li>
      ))}
    </ul>
  );
}

interface SlipText {
  readonly title: string;
  readonly text: string;
  readonly start: Theme | null;
  readonly end: Theme | null;
  readonly act?: Child;
}

function WaitingSlip({ frame, waiting }: { frame: Frame; waiting: Waiting }) {
  const { title, text, start, end, act } = slipText(frame, waiting);
  return (
    <Slip
      dial={<Dial start={start} end={end} />}
      stub={desk.stub[waiting.kind]}
      title={title}
      rest={isResting(waiting)}
    >
      <p>{text}</p>
      {act ? <p class="acts">{act}</p> : null}
    </Slip>
  );
}

function slipText(frame: Frame, waiting: Waiting): SlipText {
  const { name, theme } = waiting.town;
  const us = frame.bank.theme;
  const open = (id: string, label: string, quiet: boolean) => (
    <ButtonLink href={paths.agreement(id)} quiet={quiet}>
      {label}
    </ButtonLink>
  );
  switch (waiting.kind) {
    case 'your_yes':
      return {
        title: desk.yourYes(name),
        text: desk.yourYesText,
        start: null,
        end: theme,
        act: open(waiting.agreementId, desk.read, false),
      };
    case 'their_yes':
      return {
        title: desk.theirYes(name),
        text: desk.theirYesText,
        start: us,
        end: null,
        act: open(waiting.agreementId, desk.agreement, true),
      };
    case 'halted':
      return {
        title: desk.halted(name),
        text: standing.halted(whyHalted(waiting.because), list([name, firstName(frame.bank.bridgeBuilder)])),
        start: null,
        end: null,
        act: open(waiting.agreementId, desk.agreement, true),
      };
    case 'silent':
      return {
        title: desk.halted(name),
        text: waiting.gone ? desk.gone : desk.silent(name),
        start: us,
        end: null,
        act: open(waiting.agreementId, desk.agreement, true),
      };
    case 'unsettled':
      return {
        title: desk.unsettled(name),
        text: ending.unsettled(name),
        start: null,
        end: null,
        act: open(waiting.agreementId, desk.agreement, true),
      };
    case 'disagree':
      return {
        title: desk.disagree(name),
        text: towns.difference(name, waiting),
        start: null,
        end: null,
        act: open(waiting.agreementId, desk.agreement, false),
      };
    case 'off':
      return {
        title: desk.off(name),
        text: desk.offText(waiting.messages, soon(waiting.nextAttemptAt, reading(frame))),
        start: us,
        end: null,
      };
    case 'near_limit':
      return {
        title: desk.nearLimit(name, waiting.toGiveMinutes, waiting.theyHonourMinutes),
        text: desk.nearLimitText(name),
        start: null,
        end: theme,
      };
  }
}
