/**
 * The coordinator's desk: what needs somebody, how the towns stand, whether the house is in order.
 *
 * Promises: what needs nobody is not in the way; every check that failed says what to do.
 *
 * @module
 */
import type { Child } from 'hono/jsx';
import { firstName } from './format.ts';
import { ButtonLink } from './forms.tsx';
import { Page } from './layout.tsx';
import type { Check, ConsoleModel, Frame, PeopleWaiting, Theme, Waiting } from './models.ts';
import { Dial, Slip } from './parts.tsx';
import { paths } from './paths.ts';
import { BooksSum, PartnerSheet } from './positions.tsx';
import { reading, sayDifference, sayHalted } from './standing.ts';
import { useWords } from './words.ts';

export function ConsolePage({ frame, model }: { frame: Frame; model: ConsoleModel }) {
  const needing = model.waiting.filter((waiting) => !isResting(waiting));
  const resting = model.waiting.filter(isResting);
  // That a computer is off is said once, where it needs nobody.
  const off = new Set(resting.map(({ town }) => `open:${town.name}`));
  const checks = model.checks.filter(({ id, ok }) => ok || !off.has(id));
  const failing = checks.filter(({ ok }) => !ok).length;
  const when = reading(frame);
  const { t, number, capital, weekday, clock } = frame.words;
  const things = model.people.length + needing.length + failing;
  return (
    <Page frame={frame} title={t('desk.title')} at={paths.console}>
      <p class="meta">
        {weekday(frame.now, when)}, {clock(frame.now, when.timeZone)}
      </p>
      <h1>{capital(t('desk.heading', { things, count: number(things) }))}</h1>
      <People people={model.people} />
      <Slips frame={frame} id="needs" title={t('desk.needs')} waiting={needing} />
      <section class="section" aria-labelledby="house">
        <h2 id="house">{t('desk.house')}</h2>
        {model.checks.length === 0 ? <p>{t('desk.noChecks')}</p> : <Checks checks={checks} />}
      </section>
      <Slips frame={frame} id="rest" title={t('desk.rest')} waiting={resting} />
      <section class="section" aria-labelledby="towns">
        <h2 id="towns">{t('desk.towns')}</h2>
        {model.positions.length === 0 ? <p>{t('towns.none', { name: firstName(frame.bank.bridgeBuilder) })}</p> : null}
        <div class="two">
          {model.positions.map((position) => (
            <PartnerSheet frame={frame} position={position} />
          ))}
        </div>
        <p class="acts mt">
          <ButtonLink href={paths.invitations}>{t('desk.invite')}</ButtonLink>
        </p>
      </section>
      <p class="acts mt">
        <a class="link" href={paths.disputes}>
          {t('exchange.deskDisputes')}
        </a>{' '}
        <a class="link" href={paths.consoleSlips}>
          {t('slip.deskHeading')}
        </a>
        <a class="link" href={paths.consoleFund}>
          {t('fund.deskTitle')}
        </a>
        <a class="link" href={paths.leavingDesk}>
          {t('leave.deskTitle')}
        </a>
        <a class="link" href={paths.places}>
          {t('places.title')}
        </a>
      </p>
      <section class="section" aria-labelledby="books">
        <h2 id="books">{t('towns.books')}</h2>
        <BooksSum books={model.books} />
      </section>
    </Page>
  );
}

/** What waits for somebody else or goes on by itself. */
function isResting({ kind }: Waiting): boolean {
  return kind === 'their_yes' || kind === 'off';
}

const PEOPLE_AT: Readonly<Record<PeopleWaiting['kind'], string>> = {
  applications: paths.members,
  fund: paths.consoleFund,
  disputes: paths.disputes,
  objections: paths.consoleSlips,
  leaving: paths.leavingDesk,
};

function People({ people }: { people: readonly PeopleWaiting[] }) {
  const { t, number, capital } = useWords();
  if (people.length === 0) return null;
  return (
    <section class="section" aria-labelledby="people">
      <h2 id="people">{t('desk.people')}</h2>
      <ul class="list-rule">
        {people.map(({ kind, count }) => (
          <li>
            <a class="link" href={PEOPLE_AT[kind]}>
              {capital(t(`desk.waits.${kind}`, { n: count, count: number(count) }))}
            </a>
          </li>
        ))}
      </ul>
    </section>
  );
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
  const { t } = useWords();
  const sorted = [...checks].sort((a, b) => Number(a.ok) - Number(b.ok));
  return (
    <ul class="list-rule">
      {sorted.map(({ id, ok, sentence, fix }) => (
        <li id={`check-${id}`} class={ok ? 'well' : 'well well--off'}>
          <p>
            <strong class="well__word">{ok ? t('desk.well') : t('desk.notWell')}</strong> {sentence}
          </p>
          {!ok && fix ? (
            <p class="note">
              <strong>{t('desk.fix')}:</strong> {fix}
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
  const { t } = frame.words;
  const { title, text, start, end, act } = slipText(frame, waiting);
  return (
    <Slip
      dial={<Dial start={start} end={end} />}
      stub={t(`desk.stub.${waiting.kind}`)}
      title={title}
      rest={isResting(waiting)}
    >
      <p>{text}</p>
      {act ? <p class="acts">{act}</p> : null}
    </Slip>
  );
}

function slipText(frame: Frame, waiting: Waiting): SlipText {
  const { name: town, theme } = waiting.town;
  const { t, number, capital, short, soon } = frame.words;
  const us = frame.bank.theme;
  const open = (id: string, label: string, quiet: boolean) => (
    <ButtonLink href={paths.agreement(id)} quiet={quiet}>
      {label}
    </ButtonLink>
  );
  switch (waiting.kind) {
    case 'your_yes':
      return {
        title: t('desk.yourYes', { town }),
        text: t('desk.yourYesText'),
        start: null,
        end: theme,
        act: open(waiting.agreementId, t('desk.read'), false),
      };
    case 'their_yes':
      return {
        title: t('desk.theirYes', { town }),
        text: t('desk.theirYesText'),
        start: us,
        end: null,
        act: open(waiting.agreementId, t('desk.agreement'), true),
      };
    case 'halted':
      return {
        title: t('desk.halted', { town }),
        text: sayHalted(frame, waiting.because, town),
        start: null,
        end: null,
        act: open(waiting.agreementId, t('desk.agreement'), true),
      };
    case 'silent':
      return {
        title: t('desk.halted', { town }),
        text: waiting.gone ? t('desk.gone') : t('desk.silent', { town }),
        start: us,
        end: null,
        act: open(waiting.agreementId, t('desk.agreement'), true),
      };
    case 'unsettled':
      return {
        title: t('desk.unsettled', { town }),
        text: t('ending.unsettled', { town }),
        start: null,
        end: null,
        act: open(waiting.agreementId, t('desk.agreement'), true),
      };
    case 'disagree':
      return {
        title: t('desk.disagree', { town }),
        text: sayDifference(frame.words, town, waiting),
        start: null,
        end: null,
        act: open(waiting.agreementId, t('desk.agreement'), false),
      };
    case 'off':
      return {
        title: t('desk.off', { town }),
        text: capital(
          t('desk.offText', {
            messages: waiting.messages,
            count: number(waiting.messages),
            when: soon(waiting.nextAttemptAt, reading(frame)),
          }),
        ),
        start: us,
        end: null,
      };
    case 'near_limit':
      return {
        title: t('towns.gaugeWe', {
          town,
          hours: short(waiting.toGiveMinutes),
          limit: short(waiting.theyHonourMinutes),
        }),
        text: t('desk.nearLimitText', { town }),
        start: null,
        end: theme,
      };
  }
}
