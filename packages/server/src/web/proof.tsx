/**
 * One hour that crossed between two towns, and everything that proves it.
 *
 * Promises: the receipt comes first and can be printed alone; below it stand the ledger's lines and
 * the signed entries exactly as they were signed. "Checked" is said only when every signature was.
 *
 * @module
 */
import { firstName, type Reading } from './format.ts';
import { Page } from './layout.tsx';
import type { Frame, LedgerLine, ProofModel, SignedEntry } from './models.ts';
import { Dial, Ticket } from './parts.tsx';
import { reading } from './standing.ts';
import { useWords } from './words.ts';

export function ProofPage({ frame, model }: { frame: Frame; model: ProofModel }) {
  const { giver, receiver, minutes, checked, entries } = model;
  const when = reading(frame);
  const { t, long, weekday } = frame.words;
  return (
    <Page
      frame={frame}
      title={t('proof.title', {
        giver: firstName(giver.name, giver.kind),
        receiver: firstName(receiver.name, receiver.kind),
      })}
      class="for-hand"
    >
      <div class="screen-only">
        <h1>{t('proof.heading')}</h1>
        <p class="lead read mt-s">{t('proof.lead')}</p>
      </div>
      <div class="mt ticket-place">
        <Ticket start={giver} end={receiver} title={long(minutes)}>
          <p class="lead">
            {model.what}
            {model.what ? <br /> : null}
            {weekday(model.at, when)}
          </p>
          <p class="ticket__check">
            <Dial start={checked ? giver.town.theme : null} end={checked ? receiver.town.theme : null} />
            <strong>{checked ? t('proof.checked') : t('proof.notChecked')}</strong>
          </p>
        </Ticket>
      </div>
      <section class="section screen-only" aria-labelledby="ledger">
        <h2 id="ledger">{t('proof.ledger', { bank: frame.bank.name })}</h2>
        <LedgerTable caption={t('proof.ledger', { bank: frame.bank.name })} lines={model.ledger} when={when} />
      </section>
      <section class="section screen-only" aria-labelledby="entries">
        <h2 id="entries">{t(entries.length === 4 ? 'proof.entriesFour' : 'proof.entries')}</h2>
        <p class="read">{entries.length === 0 ? t('proof.none') : t('proof.entriesLead')}</p>
        <Entries entries={entries} when={when} />
      </section>
    </Page>
  );
}

interface LedgerProps {
  readonly caption: string;
  readonly lines: readonly LedgerLine[];
  readonly when: Reading;
  /** Shows the caption; else it is for screen readers only. */
  readonly captioned?: boolean;
}

export function LedgerTable({ caption, lines, when, captioned }: LedgerProps) {
  const { t, clock, short } = useWords();
  return (
    <table class="rows">
      <caption class={captioned ? '' : 'vh'}>{caption}</caption>
      <thead>
        <tr>
          <th scope="col">{t('proof.columnAt')}</th>
          <th scope="col">{t('proof.columnFrom')}</th>
          <th scope="col">{t('proof.columnKind')}</th>
          <th scope="col">{t('proof.columnTo')}</th>
          <th scope="col" class="n">
            {t('proof.columnMinutes')}
          </th>
        </tr>
      </thead>
      <tbody>
        {lines.map((line) => (
          <tr>
            <th scope="row" class="wide meta">
              {clock(line.at, when.timeZone)}
            </th>
            <td data-l={t('proof.columnFrom')}>{line.from}</td>
            <td class="meta">{t(`proof.kind.${line.kind}`)}</td>
            <td data-l={t('proof.columnTo')}>{line.to}</td>
            <td class="n">{short(line.minutes)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** Each signed entry can be opened: in words, its place in the chain, and the document itself. */
export function Entries({ entries, when }: { entries: readonly SignedEntry[]; when: Reading }) {
  const { t, say, moment } = useWords();
  return (
    <div class="entries">
      {entries.map((entry) => (
        <details>
          <summary>
            <span>
              {t('proof.entry', { kind: entry.kind, bank: entry.by.name, seq: entry.seq })}{' '}
              <span class="meta">{moment(entry.at, when)}</span>
            </span>
          </summary>
          <div class="stack">
            <p>{say(`proof.meaning.${entry.kind}`) ?? ''}</p>
            <dl class="facts">
              <dt>{t('proof.hash')}</dt>
              <dd>
                <code>{entry.hash}</code>
              </dd>
              <dt>{t('proof.place')}</dt>
              <dd>{t('proof.placeText', { epoch: entry.epoch, seq: entry.seq })}</dd>
            </dl>
            <pre>
              <code>{pretty(entry.document)}</code>
            </pre>
          </div>
        </details>
      ))}
    </div>
  );
}

/** Indented for reading. What is not JSON is shown as it is. */
function pretty(document: string): string {
  try {
    return JSON.stringify(JSON.parse(document), null, 2);
  } catch {
    return document;
  }
}
