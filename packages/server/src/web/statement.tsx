/**
 * A member's hours: what stands open, and every line behind it.
 *
 * Promises: the balance is said in words and never with a sign; each line says how far it has come,
 * and a line that came back says why; it prints in large type.
 *
 * @module
 */

import type { MovedTotals } from '../member/members.ts';
import { firstName } from './format.ts';
import { ButtonLink, Field } from './forms.tsx';
import { Page } from './layout.tsx';
import type { Frame, StatementLine, StatementModel, StatementSheetModel } from './models.ts';
import { BeadKey, Beads, Dial } from './parts.tsx';
import { paths } from './paths.ts';
import { sayRefusal } from './refusals.ts';
import { reading } from './standing.ts';
import { useWords, type Words } from './words.ts';

export function StatementPage({ frame, model }: { frame: Frame; model: StatementModel }) {
  const { bank, words } = frame;
  const { t, moment, spoken, capital } = words;
  const { heldMinutes, moved } = model;
  const empty = model.lines.length === 0 && moved.givenMinutes === 0 && moved.cameMinutes === 0;
  return (
    <Page frame={frame} title={t('statement.title', { name: model.name })} at={paths.me}>
      <div class="sheet">
        <p class="meta">{t('statement.of', { name: model.name, when: moment(frame.now, reading(frame)) })}</p>
        <h1 class="mt-xs">{balanceInWords(words, model.balanceMinutes, empty)}</h1>
        <p class="lead read mt-s">{empty ? sayEmpty(words, bank) : sayMoved(words, moved)}</p>
        {heldMinutes > 0 ? (
          <p class="read mt-s">{capital(t('statement.held', { amount: spoken(heldMinutes) }))}</p>
        ) : null}
        {empty ? null : (
          <div class="stack mt">
            <Beads givenMinutes={moved.givenMinutes} cameMinutes={moved.cameMinutes} size="l" />
            <BeadKey />
          </div>
        )}
        <p class="acts mt">
          {empty ? (
            <ButtonLink href={paths.newOffer}>{t('home.add')}</ButtonLink>
          ) : (
            <ButtonLink href={paths.give}>{t('statement.give')}</ButtonLink>
          )}
          <a class="link" href={paths.slips}>
            {t('slip.mineLink')}
          </a>
        </p>
        {model.lines.length > 0 ? <Lines frame={frame} lines={model.lines} /> : null}
        {model.olderHref || model.newerHref ? (
          <p class="acts mt">
            {model.newerHref ? (
              <a class="link" href={model.newerHref}>
                {t('statement.newer')}
              </a>
            ) : null}
            {model.olderHref ? (
              <a class="link" href={model.olderHref}>
                {t('statement.older')}
              </a>
            ) : null}
          </p>
        ) : null}
        <p class="acts mt screen-only">
          <a class="link" href={paths.thanks}>
            {t('thanks.title')}
          </a>
          <a class="link" href={paths.profile}>
            {t('profile.heading')}
          </a>
          <a class="link" href={paths.leave}>
            {t('leave.title')}
          </a>
        </p>
        <ForPaper model={model} />
        <Paper bank={bank} />
      </div>
    </Page>
  );
}

/** The days of a sheet of paper or a file. */
function ForPaper({ model: { firstDay, lastDay, wrongDays = false } }: { model: StatementModel }) {
  const { t } = useWords();
  const wrong = wrongDays ? t('statement.wrongDays') : undefined;
  return (
    <section class="section screen-only" aria-labelledby="for-paper">
      <h2 id="for-paper">{t('statement.forPaper')}</h2>
      <form class="form" method="get" action={paths.statementPrint}>
        <p class="hint">{t('statement.forPaperText')}</p>
        <div class="two">
          <Field
            id="from"
            name="from"
            type="date"
            label={t('statement.firstDay')}
            value={firstDay}
            error={wrong}
            required
          />
          <Field id="to" name="to" type="date" label={t('statement.lastDay')} value={lastDay} required />
        </div>
        <p class="acts">
          <button type="submit" class="btn">
            {t('statement.print')}
          </button>
          <button type="submit" class="btn btn--quiet" formaction={paths.statementFile}>
            {t('statement.csv')}
          </button>
        </p>
      </form>
    </section>
  );
}

/** A stretch of days on its own sheets, in large type. */
export function StatementSheet({ frame, model }: { frame: Frame; model: StatementSheetModel }) {
  const { bank, words } = frame;
  const { t, day, long } = words;
  const { lines, allLines, from, last, balanceMinutes } = model;
  const when = { ...reading(frame), now: new Date(0) };
  return (
    <Page frame={frame} title={t('statement.title', { name: model.name })} at={paths.me}>
      <div class="sheet">
        <p class="meta">{t('statement.of', { name: model.name, when: day(frame.now, when) })}</p>
        <h1 class="mt-xs">{t('statement.period', { from: day(from, when), to: day(last, when) })}</h1>
        <p class="lead read mt-s">
          {allLines === 0
            ? t('statement.periodEmpty')
            : t('statement.periodTotals', { came: long(model.cameMinutes), given: long(model.givenMinutes) })}
        </p>
        <p class="read">{t('statement.today', { balance: balanceInWords(words, balanceMinutes, false) })}</p>
        {lines.length < allLines ? (
          <p class="read">{t('statement.part', { lines: lines.length, all: allLines })}</p>
        ) : null}
        {lines.length > 0 ? <Lines frame={frame} lines={lines} /> : null}
        <p class="read mt screen-only">{t('statement.printHow')}</p>
        <p class="acts screen-only">
          {model.olderHref === null ? null : (
            <a class="link" href={model.olderHref}>
              {t('statement.olderSheet')}
            </a>
          )}
          <a class="link" href={paths.me}>
            {t('statement.back')}
          </a>
        </p>
        <Paper bank={bank} />
      </div>
    </Page>
  );
}

function Paper({ bank: { phone, bridgeBuilder } }: { bank: Frame['bank'] }) {
  const { t } = useWords();
  return (
    <p class="paper-only">
      {phone ? t('statement.paperRing', { name: firstName(bridgeBuilder), phone }) : t('statement.paperAsk')}
    </p>
  );
}

/** What was given and received in time, and what was passed on, each where there is any. */
export function sayMoved({ t, short }: Words, moved: MovedTotals): string {
  const { givenMinutes, cameMinutes, timeGivenMinutes, timeReceivedMinutes } = moved;
  const passed = { given: givenMinutes - timeReceivedMinutes, came: cameMinutes - timeGivenMinutes };
  const sentences = [
    timeGivenMinutes + timeReceivedMinutes > 0 || passed.given + passed.came === 0
      ? t('statement.youHave', { given: short(timeGivenMinutes), received: short(timeReceivedMinutes) })
      : '',
    passed.given + passed.came > 0
      ? t('statement.passed', { given: short(passed.given), came: short(passed.came) })
      : '',
  ];
  return sentences.filter(Boolean).join(' ');
}

export function sayEmpty({ t }: Words, { bridgeBuilder, phone }: Frame['bank']): string {
  const name = firstName(bridgeBuilder);
  return phone ? t('statement.emptyRing', { name, phone }) : t('statement.emptyText', { name });
}

export function balanceInWords({ t, spoken, capital }: Words, minutes: number, empty: boolean): string {
  if (empty) return t('statement.empty');
  if (minutes === 0) return t('statement.even');
  const amount = spoken(minutes);
  return capital(
    minutes > 0
      ? t('statement.looking', { amount, hours: Math.floor(minutes / 60) })
      : t('statement.toGive', { amount }),
  );
}

function Lines(props: { frame: Frame; lines: readonly StatementLine[] }) {
  const { frame, lines } = props;
  const { t, month } = frame.words;
  const months = new Map<string, StatementLine[]>();
  for (const line of lines) {
    const name = month(line.at, frame.bank.timeZone);
    months.set(name, [...(months.get(name) ?? []), line]);
  }
  return (
    <table class="rows mt">
      <caption>{t('statement.caption')}</caption>
      <thead>
        <tr>
          <th scope="col">{t('statement.columnDay')}</th>
          <th scope="col">{t('statement.columnWhat')}</th>
          <th scope="col" class="n">
            {t('statement.columnGiven')}
          </th>
          <th scope="col" class="n">
            {t('statement.columnCame')}
          </th>
        </tr>
      </thead>
      {[...months].map(([name, each]) => (
        <tbody>
          <tr class="rows__month">
            <th scope="rowgroup" colspan={4} class="wide">
              {name}
            </th>
          </tr>
          {each.map((line) => (
            <Row frame={frame} line={line} />
          ))}
        </tbody>
      ))}
    </table>
  );
}

function Row({ frame, line }: { frame: Frame; line: StatementLine }) {
  const { t, day, short } = frame.words;
  return (
    <tr class={line.status === 'settled' ? '' : 'rows__open'}>
      <th scope="row" class="wide meta">
        {day(line.at, reading(frame))}
      </th>
      <td class="wide">
        <strong dir="auto">{line.what || t('statement.noWords')}</strong>
        <br />
        {withWhom(frame.words, line)}
        <LineStatus frame={frame} line={line} />
        {line.receiptId === null ? null : (
          <p class="screen-only">
            <a href={paths.receipt(line.receiptId)}>
              {t('statement.receipt')}
              <span class="vh">: {line.what || line.who}</span>
            </a>
          </p>
        )}
      </td>
      <td class="n" data-l={t('statement.labelGiven')}>
        {line.direction === 'given' ? short(line.minutes) : ''}
      </td>
      <td class="n" data-l={t('statement.labelCame')}>
        {line.direction === 'came' ? short(line.minutes) : ''}
      </td>
    </tr>
  );
}

function withWhom({ t }: Words, line: StatementLine): string {
  const name = line.who || t('statement.gone');
  const who = line.town ? t('page.inTown', { who: name, town: line.town }) : name;
  return t(line.direction === 'given' ? 'statement.to' : 'statement.from', { who });
}

/** A settled line in the own town needs no word; every other line says how far it has come. */
function LineStatus({ frame, line }: { frame: Frame; line: StatementLine }) {
  const { t } = useWords();
  if (line.status === 'settled' && line.proofId === null) return null;
  const ours = frame.bank.theme;
  const given = line.direction === 'given';
  const there = line.status === 'settled';
  return (
    <p class="status">
      <Dial
        size="s"
        start={line.status === 'returned' || (!given && !there) ? null : ours}
        end={there || (!given && line.status !== 'returned') ? ours : null}
      />
      <span>
        {sayLineStatus(frame, line)}
        {line.furtherHref === null ? null : (
          <>
            {' '}
            <a class="screen-only" href={line.furtherHref}>
              {t('statement.further')}
              <span class="vh">: {line.what || line.who}</span>
            </a>
          </>
        )}
        {there && line.proofId !== null ? (
          <>
            {' '}
            <a href={paths.proof(line.proofId)}>
              {t('statement.proof')}
              <span class="vh">: {line.what || line.who}</span>
            </a>
          </>
        ) : null}
      </span>
    </p>
  );
}

function sayLineStatus(frame: Frame, line: StatementLine): string {
  const { words, bank } = frame;
  const { t } = words;
  const town = line.town ?? firstName(line.who, line.kind);
  switch (line.status) {
    case 'settled':
      return t('statement.settled');
    case 'waiting':
      return t('statement.waiting', { town });
    case 'underway':
      return t(line.direction === 'given' ? 'statement.underwayTo' : 'statement.underwayFrom', { town });
    case 'returned': {
      if (line.direction === 'came' && line.refusal?.code === 'terms_unknown')
        return t('statement.forgotten', { town, who: firstName(line.who, line.kind) });
      if (line.direction === 'came') return t('statement.returnedOther');
      const place = {
        bank: bank.name,
        bridgeBuilder: bank.bridgeBuilder,
        town: line.town ?? bank.name,
        who: firstName(line.who, line.kind),
      };
      return `${t('statement.returned')} ${sayRefusal(words, line.refusal ?? null, place).what}`;
    }
  }
}
