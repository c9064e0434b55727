/**
 * The door: an address for mail or the words of a card, six figures, and pages with one button.
 *
 * Promises: one field first; nothing on these pages says who exists; opening a link changes nothing before its button
 * is pressed. In a demo one may walk in.
 *
 * @module
 */
import { assetUrl } from './assets.ts';
import { firstName } from './format.ts';
import { Button, CodeField, Field, Form, Refused } from './forms.tsx';
import { WalkIn } from './home.tsx';
import { Page } from './layout.tsx';
import type { Frame, SignInModel } from './models.ts';
import { PasskeyForm } from './passkey-form.tsx';
import { paths } from './paths.ts';

export function SignInPage({ frame, model }: { frame: Frame; model: SignInModel }) {
  const { t } = frame.words;
  const { csrf, bank } = frame;
  return (
    <Page frame={frame} title={t('signIn.title')} at={paths.signIn}>
      <h1>{t('signIn.heading')}</h1>
      <Form action={paths.signIn} csrf={csrf} class="form form--narrow mt">
        <input type="hidden" name="next" value={model.next} />
        <Field
          id="who"
          name="who"
          label={t('signIn.label')}
          value={model.who}
          hint={t('signIn.hint')}
          error={model.wrong ?? undefined}
          required
          more={{
            autocomplete: 'username',
            autocapitalize: 'none',
            spellcheck: 'false',
            maxlength: 300,
            class: 'big',
          }}
        />
        <p>
          <Button>{t('signIn.button')}</Button>
        </p>
      </Form>
      <div class="mt" data-with-passkey hidden>
        <PasskeyForm
          way="use"
          action={paths.signInPasskey}
          question={paths.signInPasskeyOptions}
          csrf={csrf}
          next={model.next}
          button={t('signIn.passkey')}
          quiet
        />
      </div>
      <section class="section read stack" aria-labelledby="new">
        <h2 id="new">{t('signIn.new')}</h2>
        <p>{t('signIn.newText', { bank: bank.name })}</p>
        <p>
          <a class="link" href={paths.join}>
            {t('signIn.join')}
          </a>
        </p>
        <p>{t('signIn.noMail', { name: firstName(bank.bridgeBuilder) })}</p>
      </section>
      {model.demoMembers.length > 0 ? (
        <section class="section" aria-labelledby="walk-in">
          <h2 id="walk-in">{t('home.walkIn')}</h2>
          <p class="read">{t('home.walkInLead')}</p>
          <WalkIn members={model.demoMembers} csrf={csrf} />
        </section>
      ) : null}
      <details class="section" {...(model.refused ? { open: true } : {})}>
        <summary>{t('signIn.operator')}</summary>
        <Form action={paths.signIn} csrf={csrf} class="form form--narrow mt">
          <input type="hidden" name="next" value={model.next} />
          <Field
            id="words"
            name="token"
            type="password"
            label={t('signIn.operatorLabel')}
            value=""
            error={model.refused ? t('signIn.operatorRefused') : undefined}
            required
            more={{ autocomplete: 'current-password', class: 'code' }}
          />
          <p>
            <Button quiet>{t('signIn.operatorButton')}</Button>
          </p>
        </Form>
      </details>
      <script src={assetUrl('passkey.js')} defer />
    </Page>
  );
}

export interface CodeModel {
  /** Where the figures were sent, as it was typed. */
  readonly email: string;
  readonly next: string;
  readonly wrong: string | null;
}

/** Six figures, typed where they were asked for. */
export function CodePage({ frame, model }: { frame: Frame; model: CodeModel }) {
  const { t } = frame.words;
  return (
    <Page frame={frame} title={t('signIn.codeTitle')} at={paths.signIn}>
      <h1>{t('signIn.codeHeading')}</h1>
      <p class="lead read mt-s">{t('signIn.codeLead', { email: model.email })}</p>
      <Form action={paths.signInCode} csrf={frame.csrf} class="form form--narrow mt">
        <input type="hidden" name="passkeys" value="" />
        <CodeField label={t('signIn.codeLabel')} hint={t('signIn.codeHint')} wrong={model.wrong} />
        <p>
          <Button>{t('signIn.button')}</Button>
        </p>
      </Form>
      <p class="read mt">
        {t('signIn.codeNone')}{' '}
        <a class="link" href={paths.signIn}>
          {t('signIn.again')}
        </a>
      </p>
      <script src={assetUrl('passkey.js')} defer />
    </Page>
  );
}

interface OneButtonModel {
  readonly action: string;
  readonly what: 'link' | 'card';
  readonly wrong: string | null;
}

/** What a link in a mail or a card's QR code opens: nothing happens before the button is pressed. */
export function OneButtonPage({ frame, model }: { frame: Frame; model: OneButtonModel }) {
  const { t } = frame.words;
  const { action, what, wrong } = model;
  return (
    <Page frame={frame} title={t('signIn.title')} at={paths.signIn}>
      <h1>{t(`signIn.${what}Heading`, { bank: frame.bank.name })}</h1>
      {wrong === null ? (
        <>
          <p class="lead read mt-s">{t(`signIn.${what}Lead`)}</p>
          <Form action={action} csrf={frame.csrf} class="form form--narrow mt">
            <input type="hidden" name="passkeys" value="" />
            <p>
              <Button>{t('signIn.button')}</Button>
            </p>
          </Form>
        </>
      ) : (
        <div class="mt stack">
          <Refused text={{ what: wrong, todo: t('signIn.askAnew') }} />
          <p>
            <a class="btn" href={paths.signIn}>
              {t('signIn.again')}
            </a>
          </p>
        </div>
      )}
      <script src={assetUrl('passkey.js')} defer />
    </Page>
  );
}

/** After coming in: a passkey for the next time. It can be left alone. */
export function PasskeyOfferPage({ frame, next }: { frame: Frame; next: string }) {
  const { t } = frame.words;
  return (
    <Page frame={frame} title={t('signIn.offerTitle')}>
      <h1>{t('signIn.offerHeading')}</h1>
      <p class="lead read mt-s">{t('signIn.offerLead')}</p>
      <div class="mt" data-with-passkey hidden>
        <PasskeyForm
          way="make"
          action={paths.passkey}
          question={paths.passkeyOptions}
          csrf={frame.csrf}
          next={next}
          button={t('signIn.offerYes')}
        />
      </div>
      <p class="mt">
        <a class="btn btn--quiet" href={next}>
          {t('signIn.offerNo')}
        </a>
      </p>
      <script src={assetUrl('passkey.js')} defer />
    </Page>
  );
}
