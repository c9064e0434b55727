/**
 * What all receipts are made of: the ticket, how it was checked, and what its papers say.
 *
 * Promises: the words of a receipt's ticket are of the page; what the papers say stands in a table of its own, which
 * the check in the browser fills anew from what it has checked. A step is never good by colour alone.
 *
 * @module
 */
import { raw } from 'hono/html';
import type { PropsWithChildren } from 'hono/jsx';
import { type CheckedReceipt, type ReceiptDocuments, STEPS } from '../receipt/check.ts';
import type { Reading } from './format.ts';
import type { ReceiptModel } from './models.ts';
import { Dial, Ticket } from './parts.tsx';
import { Qr } from './qr.tsx';
import { useWords } from './words.ts';

/** `timeZone` is the bank's. A receipt is kept, so its dates have a year and are never `today`. */
export function ReceiptTicket({ model, timeZone }: { model: ReceiptModel; timeZone: string }) {
  const { t, long, short, weekday, until } = useWords();
  const { giver, receiver, checked, link, parts } = model;
  const { ok, kind } = checked;
  const inParts = { n: parts.length, parts: parts.map(short).join(' + ') };
  const when: Reading = { timeZone, now: new Date(0) };
  const moment = (at: Date) => until(at, when);
  return (
    <div class="mt ticket-place">
      <Ticket start={giver} end={receiver} title={long(model.minutes)}>
        <p class="lead">
          {model.what}
          {model.what ? <br /> : null}
          {weekday(model.givenAt, when)}
        </p>
        {parts.length > 1 ? <p class="mt-xs">{t(`receipt.inParts.${kind}`, inParts)}</p> : null}
        <div class={link ? 'ticket__foot tear' : 'ticket__foot ticket__foot--alone tear'}>
          {link ? <Qr text={link} label={t('receipt.qr')} /> : null}
          <div>
            <p class="stand">
              <Dial start={ok ? giver.town.theme : null} end={ok ? receiver.town.theme : null} />
              <strong>{ok ? t(`receipt.checked.${kind}`, { bank: model.from }) : t('receipt.notChecked')}</strong>
            </p>
            {ok ? (
              <p class="mt-xs">
                {kind === 'between'
                  ? t('receipt.signedAt', {
                      from: model.from,
                      given: moment(model.givenAt),
                      to: model.to,
                      received: moment(model.receivedAt),
                    })
                  : t('receipt.signedAtInside', { bank: model.from, at: moment(model.givenAt) })}
              </p>
            ) : null}
            {link ? (
              <p class="meta mt-xs">
                {t('receipt.scan', { link: '' })}
                <bdi class="ticket__link">{link}</bdi>
              </p>
            ) : null}
          </div>
        </div>
      </Ticket>
    </div>
  );
}

/** The steps as the server found them. */
export function ServerCheck({ model, bank }: { model: ReceiptModel; bank: string }) {
  const { t } = useWords();
  return (
    <section class="section screen-only" aria-labelledby="by-server">
      <h2 id="by-server">{t('receipt.byServer', { bank })}</h2>
      <p class="read">{t('receipt.byServerText')}</p>
      <Steps model={model} found={model.checked.steps} />
    </section>
  );
}

/** The steps as the browser finds them, once its script has looked. */
export function BrowserCheck({ model, children }: PropsWithChildren<{ model: ReceiptModel }>) {
  const { t } = useWords();
  const { kind } = model.checked;
  return (
    <section class="section screen-only" id="check" hidden aria-labelledby="by-browser">
      <h2 id="by-browser">{t('receipt.byBrowser')}</h2>
      <p class="read">{t(kind === 'between' ? 'receipt.byBrowserText' : 'receipt.byBrowserTextInside')}</p>
      <div role="status">
        {children}
        <p class="check__unable refused">{t('receipt.unable')}</p>
      </div>
      <Steps model={model} found={null} />
    </section>
  );
}

function Steps({ model, found }: { model: ReceiptModel; found: CheckedReceipt['steps'] | null }) {
  const { t } = useWords();
  const { kind, steps } = model.checked;
  const { from, to } = model;
  const text = {
    agreement: t('receipt.step.agreement'),
    hold: t('receipt.step.hold', { from }),
    holdAccept: t('receipt.step.holdAccept', { to }),
    post: t('receipt.step.post', { from }),
    receipt: t('receipt.step.receipt', { to }),
    parts: t('receipt.step.parts'),
    details: t('receipt.step.details'),
    town: t('receipt.step.town', { from }),
  };
  const shown = STEPS[kind].filter((step) => steps.some((each) => each.step === step));
  return (
    <ol class="check">
      {shown.map((step) => {
        const is = found === null ? '' : found.some((each) => each.step === step && each.ok) ? 'good' : 'bad';
        return (
          <li data-step={step} {...(is ? { 'data-is': is } : {})}>
            <span class="check__mark check__good">{t('receipt.good')}</span>
            <span class="check__mark check__bad">{t('receipt.bad')}</span>
            <span>{text[step]}</span>
          </li>
        );
      })}
    </ol>
  );
}

const FACTS = ['minutes', 'parts', 'from', 'to', 'givenAt', 'receivedAt', 'giver', 'receiver', 'what'] as const;

/** What the papers say, as they say it: figures and names without any wording of ours. */
export function Facts({ model }: { model: ReceiptModel }) {
  const { t } = useWords();
  const { facts } = model.checked;
  const several = facts !== null && facts.parts.length > 1;
  const shown = FACTS.filter((name) => (name === 'parts' ? several : facts === null || facts[name] !== null));
  const said = (name: (typeof FACTS)[number]): string =>
    name === 'parts' ? (facts?.parts ?? []).map(({ minutes }) => minutes).join(' + ') : String(facts?.[name] ?? '');
  return (
    <section class="section screen-only" aria-labelledby="says">
      <h2 id="says">{t('receipt.says')}</h2>
      <dl class="facts">
        {shown.map((name) => (
          <>
            <dt>{t(`receipt.fact.${name}`)}</dt>
            <dd data-fact={name} dir="auto">
              {said(name)}
            </dd>
          </>
        ))}
        {model.keys.map(({ bank, key }) => (
          <>
            <dt>{t('receipt.key', { bank })}</dt>
            <dd>
              <code>{key}</code>
            </dd>
          </>
        ))}
      </dl>
      <p class="read mt">{t(`receipt.limit.${model.checked.kind}`)}</p>
    </section>
  );
}

/** The papers themselves, for the script that checks them. */
export function Papers({ documents }: { documents: ReceiptDocuments }) {
  return raw(
    `<script type="application/json" id="receipt">${JSON.stringify(documents).replaceAll('<', '\\u003c')}</script>`,
  );
}
