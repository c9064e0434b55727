/**
 * A receipt: as its own member has it, and as anybody sees it who was given the link.
 *
 * Promises: it is shown to nobody before its member has said so, and what is shown is said beside the button; without
 * script the check of the town's own computer stands.
 *
 * @module
 */
import { assetUrl } from './assets.ts';
import { Button, Form } from './forms.tsx';
import { Page } from './layout.tsx';
import type { Frame, OwnReceiptModel, ReceiptModel } from './models.ts';
import { paths } from './paths.ts';
import { BrowserCheck, Facts, Papers, ReceiptTicket, ServerCheck } from './receipt-parts.tsx';
import { reading } from './standing.ts';
import { useWords } from './words.ts';

/** The member's own. */
export function ReceiptPage({ frame, model }: { frame: Frame; model: OwnReceiptModel }) {
  const { t, short, long } = frame.words;
  const { kind } = model.checked;
  return (
    <Page frame={frame} title={t('receipt.title', { hours: short(model.minutes) })} at={paths.me} class="for-hand">
      <div class="screen-only">
        <h1>{t('receipt.heading')}</h1>
        <p class="lead read mt-s">{t(`receipt.lead.${kind}`, { bank: frame.bank.name })}</p>
      </div>
      <ReceiptTicket model={model} timeZone={frame.bank.timeZone} />
      <div class="screen-only">
        <p class="read mt">{t('receipt.print')}</p>
        {model.mayShare ? <Share frame={frame} model={model} /> : null}
        <p class="acts mt">
          <a class="btn btn--quiet" href={paths.receiptFile(model.id, false)} download>
            {t('receipt.save')}
          </a>
          <a class="link" href={paths.receiptFile(model.id, true)} download>
            {t('receipt.saveNames')}
          </a>
          {model.lines.map(({ id, minutes }) => (
            <a class="link" href={paths.proof(id)}>
              {model.lines.length > 1 ? t('receipt.linesOf', { hours: long(minutes) }) : t('receipt.lines')}
            </a>
          ))}
        </p>
        <p class="meta">{t('receipt.saveText')}</p>
      </div>
    </Page>
  );
}

function Share({ frame, model }: { frame: Frame; model: OwnReceiptModel }) {
  const { t, moment } = useWords();
  const { csrf } = frame;
  const { shared } = model;
  if (shared === null)
    return (
      <section class="section" aria-labelledby="show">
        <h2 id="show">{t('receipt.show')}</h2>
        <p class="read">{t('receipt.showText')}</p>
        <Form action={paths.shareReceipt(model.id)} csrf={csrf} class="form form--narrow mt-s">
          <div class="field">
            <label class="check-line">
              <input type="checkbox" name="names" value="yes" aria-describedby="names-hint" />
              <span>{t('receipt.names')}</span>
            </label>
            <p class="hint" id="names-hint">
              {t('receipt.namesHint')}
            </p>
          </div>
          <p>
            <Button>{t('receipt.make')}</Button>
          </p>
        </Form>
      </section>
    );
  const since = { when: moment(shared.at, reading(frame)) };
  return (
    <section class="section" aria-labelledby="show">
      <h2 id="show">{t('receipt.shared')}</h2>
      <p class="read">{t(shared.names ? 'receipt.sharedNames' : 'receipt.sharedPlain', since)}</p>
      <p>
        <a class="link" href={shared.path}>
          {t('receipt.see')}
        </a>
      </p>
      <div class="acts">
        <Form action={paths.withdrawReceipt(model.id)} csrf={csrf} class="plain">
          <Button quiet>{t('receipt.end')}</Button>
        </Form>
        <Form action={paths.shareReceipt(model.id)} csrf={csrf} class="plain">
          {shared.names ? null : <input type="hidden" name="names" value="yes" />}
          <Button quiet>{t(shared.names ? 'receipt.withoutNames' : 'receipt.withNames')}</Button>
        </Form>
      </div>
      <p class="hint">{t('receipt.otherLink')}</p>
    </section>
  );
}

/** For anybody who has the link. */
export function OpenReceiptPage({ frame, model }: { frame: Frame; model: ReceiptModel & { readonly token: string } }) {
  const { t, short } = frame.words;
  const bank = frame.bank.name;
  const { kind } = model.checked;
  return (
    <Page frame={frame} title={t('receipt.title', { hours: short(model.minutes) })} class="for-hand">
      <div class="screen-only">
        <h1>{t('receipt.guestHeading', { bank })}</h1>
        <p class="lead read mt-s">
          {model.checked.ok ? t(`receipt.guestLead.${kind}`, { bank }) : t('receipt.notChecked')}
        </p>
      </div>
      <ReceiptTicket model={model} timeZone={frame.bank.timeZone} />
      <ServerCheck model={model} bank={bank} />
      <BrowserCheck model={model} />
      <noscript>
        <p class="read screen-only">{t('receipt.noScript')}</p>
      </noscript>
      <Facts model={model} />
      <p class="acts screen-only">
        <a class="btn btn--quiet" href={paths.openReceiptFile(model.token)} download>
          {t('receipt.save')}
        </a>
      </p>
      <Papers documents={model.documents} />
      <script src={assetUrl('check.js')} defer />
    </Page>
  );
}
