/**
 * A member's hours: what stands open, and every line behind it.
 *
 * Promises: the balance is said in words and never with a sign; each line says how far it has come,
 * and a line that came back says why; it prints in large type.
 *
 * @module
 */
import { day, firstName, moment, short } from './format.ts';
import { ButtonLink } from './forms.tsx';
import { Page } from './layout.tsx';
import type { Frame, StatementLine, StatementModel } from './models.ts';
import { BeadKey, Beads, Dial } from './parts.tsx';
import { paths } from './paths.ts';
import { sayRefusal } from './refusal-words.ts';
import { reading } from './standing.ts';
import { inTown, statement } from './words.ts';

export function StatementPage({ frame, model }: { frame: Frame; model: StatementModel }) {
  const { bank } = frame;
  const { givenMinutes, cameMinutes } = model;
  const empty = model.lines.length === 0 && givenMinutes === 0 && cameMinutes === 0;
  return (
    <Page frame={frame} title={statement.title(model.name)} at={paths.me}>
      <div class="sheet">
        <p class="meta">{statement.of(model.name, moment(frame.now, reading(frame)))}</p>
        <h1 class="mt-xs">{balanceInWords(model.balanceMinutes, empty)}</h1>
        <p class="lead read mt-s">
          {empty ? statement.emptyText(bank.bridgeBuilder, bank.phone) : statement.totals(givenMinutes, cameMinutes)}
        </p>
        {model.heldMinutes > 0 ? <p class="read mt-s">{statement.held(model.heldMinutes)}</p> : null}
        {givenMinutes + cameMinutes > 0 ? (
          <div class="stack mt">
            <Beads givenMinutes={givenMinutes} cameMinutes={cameMinutes} size="l" />
            <BeadKey />
          </div>
        ) : null}
        <p class="acts mt">
          <ButtonLink href={paths.give}>{statement.give}</ButtonLink>
        </p>
        {model.lines.length > 0 ? <Lines frame={frame} lines={model.lines} /> : null}
        {model.olderHref || model.newerHref ? (
          <p class="acts mt">
            {model.newerHref ? (
              <a class="link" href={model.newerHref}>
                {statement.newer}
              </a>
            ) : null}
            {model.olderHref ? (
              <a class="link" href={model.olderHref}>
                {statement.older}
              </a>
            ) : null}
          </p>
        ) : null}
        <p class="paper-only">{statement.paper(bank.bridgeBuilder, bank.phone)}</p>
      </div>
    </Page>
  );
}

function balanceInWords(minutes: number, empty: boolean): string {
  if (empty) return statement.empty;
  if (minutes === 0) return statement.even;
  return minutes > 0 ? statement.looking(minutes) : statement.toGive(minutes);
}

function Lines({ frame, lines }: { frame: Frame; lines: readonly StatementLine[] }) {
  const { columns, labels } = statement;
  return (
    <table class="rows mt">
      <caption>{statement.caption}</caption>
      <thead>
        <tr>
          <th scope="col">{columns.day}</th>
          <th scope="col">{columns.what}</th>
          <th scope="col" class="n">
            {columns.given}
          </th>
          <th scope="col" class="n">
            {columns.came}
          </th>
        </tr>
      </thead>
      <tbody>
        {lines.map((line) => (
          <tr class={line.status === 'settled' ? '' : 'rows__open'}>
            <th scope="row" class="wide meta">
              {day(line.at, reading(frame))}
            </th>
            <td class="wide">
              <strong>{line.what || statement.noWords}</strong>
              <br />
              {withWhom(line)}
              <LineStatus frame={frame} line={line} />
            </td>
            <td class="n" data-l={labels.given}>
              {line.direction === 'given' ? short(line.minutes) : ''}
            </td>
            <td class="n" data-l={labels.came}>
              {line.direction === 'came' ? short(line.minutes) : ''}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function withWhom(line: StatementLine): string {
  const who = inTown(line.who, line.town);
  return line.direction === 'given' ? statement.to(who) : statement.from(who);
}

/** A settled line in the own town needs no word; every other line says how far it has come. */
function LineStatus({ frame, line }: { frame: Frame; line: StatementLine }) {
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
        {there && line.proofId !== null ? (
          <>
            {' '}
            <a href={paths.proof(line.proofId)}>
              {statement.proof}
              <span class="vh">: {line.what || line.who}</span>
            </a>
          </>
        ) : null}
      </span>
    </p>
  );
}

function sayLineStatus(frame: Frame, line: StatementLine): string {
  const town = line.town ?? firstName(line.who);
  switch (line.status) {
    case 'settled':
      return statement.settled;
    case 'waiting':
      return statement.waiting(town);
    case 'underway':
      return line.direction === 'given' ? statement.underwayTo(town) : statement.underwayFrom(town);
    case 'returned': {
      if (line.direction === 'came' && line.refusal?.code === 'terms_unknown')
        return statement.forgotten(town, firstName(line.who));
      if (line.direction === 'came') return statement.returnedOther;
      const { bank } = frame;
      const place = {
        bank: bank.name,
        bridgeBuilder: bank.bridgeBuilder,
        town: line.town ?? bank.name,
        who: firstName(line.who),
      };
      return `${statement.returned} ${sayRefusal(line.refusal ?? null, place).what}`;
    }
  }
}
