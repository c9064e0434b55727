/**
 * One hour that crossed between two towns, and everything that proves it.
 *
 * Promises: the receipt comes first and can be printed alone; below it stand the ledger's lines and
 * the signed entries exactly as they were signed. "Checked" is said only when every signature was.
 *
 * @module
 */
import { clock, firstName, long, moment, type Reading, short, weekday } from './format.ts';
import { Page } from './layout.tsx';
import type { Frame, LedgerLine, ProofModel, SignedEntry } from './models.ts';
import { Dial, Ticket } from './parts.tsx';
import { reading } from './standing.ts';
import { proof } from './words.ts';

export function ProofPage({ frame, model }: { frame: Frame; model: ProofModel }) {
  const { giver, receiver, minutes, checked, entries } = model;
  const when = reading(frame);
  return (
    <Page frame={frame} title={proof.title(firstName(giver.name), firstName(receiver.name))} class="for-hand">
      <div class="screen-only">
        <h1>{proof.heading}</h1>
        <p class="lead read mt-s">{proof.lead}</p>
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
            <strong>{checked ? proof.checked : proof.notChecked}</strong>
          </p>
        </Ticket>
      </div>
      <section class="section screen-only" aria-labelledby="ledger">
        <h2 id="ledger">{proof.ledger(frame.bank.name)}</h2>
        <LedgerTable caption={proof.ledger(frame.bank.name)} lines={model.ledger} when={when} />
      </section>
      <section class="section screen-only" aria-labelledby="entries">
        <h2 id="entries">{proof.entries(entries.length)}</h2>
        <p class="read">{entries.length === 0 ? proof.none : proof.entriesLead}</p>
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
  const { columns, kinds } = proof;
  return (
    <table class="rows">
      <caption class={captioned ? '' : 'vh'}>{caption}</caption>
      <thead>
        <tr>
          <th scope="col">{columns.at}</th>
          <th scope="col">{columns.from}</th>
          <th scope="col">{columns.kind}</th>
          <th scope="col">{columns.to}</th>
          <th scope="col" class="n">
            {columns.minutes}
          </th>
        </tr>
      </thead>
      <tbody>
        {lines.map((line) => (
          <tr>
            <th scope="row" class="wide meta">
              {clock(line.at, when.timeZone)}
            </th>
            <td data-l={columns.from}>{line.from}</td>
            <td class="meta">{kinds[line.kind]}</td>
            <td data-l={columns.to}>{line.to}</td>
            <td class="n">{short(line.minutes)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** Each signed entry can be opened: in words, its place in the chain, and the document itself. */
export function Entries({ entries, when }: { entries: readonly SignedEntry[]; when: Reading }) {
  return (
    <div class="entries">
      {entries.map((entry) => (
        <details>
          <summary>
            <span>
              {proof.entry(entry.kind, entry.by.name, entry.seq)} <span class="meta">{moment(entry.at, when)}</span>
            </span>
          </summary>
          <div class="stack">
            <p>{proof.meaning[entry.kind] ?? ''}</p>
            <dl class="facts">
              <dt>{proof.hash}</dt>
              <dd>
                <code>{entry.hash}</code>
              </dd>
              <dt>{proof.place}</dt>
              <dd>{proof.placeText(entry.epoch, entry.seq)}</dd>
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
