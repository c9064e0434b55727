/**
 * A person's ways in: where they have come in, passkeys, the card, other timebanks, and which hat they wear; and who
 * else may wear it.
 *
 * Promises: everything can be ended here at once; nobody sees anybody else's.
 *
 * @module
 */
import { assetUrl } from './assets.ts';
import { Button, CodeField, Field, Form } from './forms.tsx';
import { Page } from './layout.tsx';
import type { Frame } from './models.ts';
import { PasskeyForm } from './passkey-form.tsx';
import { paths } from './paths.ts';

export type How = 'code' | 'link' | 'passkey' | 'card' | 'invitation' | 'token' | 'demo';

export interface DoorsModel {
  readonly email: string | null;
  /** The address has just been changed. */
  readonly changed: boolean;
  /** Another address that was typed, and what is wrong with it, in words. */
  readonly typed: string;
  readonly wrong: string | null;
  /** When the card that counts was issued. */
  readonly card: Date | null;
  readonly sessions: readonly {
    readonly id: string;
    readonly device: string;
    readonly how: How;
    readonly app: boolean;
    readonly current: boolean;
    readonly startedAt: Date;
    readonly seenAt: Date;
  }[];
  readonly passkeys: readonly {
    readonly id: string;
    readonly name: string;
    readonly createdAt: Date;
    readonly usedAt: Date | null;
  }[];
  readonly banks: readonly { readonly name: string; readonly origin: string }[];
  readonly severalHats: boolean;
  /** For whom the reader acts now, and who else may; `null` at the desk. */
  readonly acting: {
    readonly name: string;
    readonly wearers: readonly { readonly name: string; readonly you: boolean }[];
    /** Who may once they have come in by an address. */
    readonly waiting: readonly { readonly name: string; readonly email: string }[];
  } | null;
}

export function DoorsPage({ frame, model }: { frame: Frame; model: DoorsModel }) {
  const { t, moment, day } = frame.words;
  const { csrf } = frame;
  const reading = { timeZone: frame.bank.timeZone, now: frame.now };
  return (
    <Page frame={frame} title={t('doors.title')}>
      <h1>{t('doors.heading')}</h1>
      {model.changed && model.email !== null ? (
        <p class="sheet mt" role="status">
          {t('doors.addressChanged', { email: model.email })}
        </p>
      ) : null}
      {model.severalHats ? (
        <p class="mt-s">
          <a class="link" href={paths.hats}>
            {t('doors.switch')}
          </a>
        </p>
      ) : null}
      <section class="section stack" aria-labelledby="ways">
        <h2 id="ways">{t('doors.ways')}</h2>
        <ul class="list-rule">
          <li>{model.email === null ? t('doors.noMail') : t('doors.mail', { email: model.email })}</li>
          <li>{model.card === null ? t('doors.noCard') : t('doors.card', { day: day(model.card, reading) })}</li>
        </ul>
        <AddressForm frame={frame} model={model} />
      </section>
      {model.acting === null ? null : <Acting frame={frame} acting={model.acting} />}
      <section class="section stack" aria-labelledby="passkeys">
        <h2 id="passkeys">{t('doors.passkeys')}</h2>
        <p class="read">{model.passkeys.length === 0 ? t('doors.passkeysNone') : t('doors.passkeysText')}</p>
        <ul class="people">
          {model.passkeys.map(({ id, name, createdAt, usedAt }, n) => (
            <li>
              <div class="stack">
                <Form action={paths.renamePasskey} csrf={csrf} class="find">
                  <input type="hidden" name="id" value={id} />
                  <Field
                    id={`key-${n}`}
                    name="name"
                    label={t('doors.passkeyName')}
                    value={name}
                    required
                    more={{ autocomplete: 'off', maxlength: 60 }}
                  />
                  <Button quiet>
                    {t('doors.passkeyRename')}
                    <span class="vh"> {name}</span>
                  </Button>
                </Form>
                <p>
                  {usedAt === null
                    ? t('doors.passkeyMade', { day: day(createdAt, reading) })
                    : t('doors.passkeyUsed', { when: moment(usedAt, reading) })}
                </p>
              </div>
              <Form action={paths.removePasskey} csrf={csrf} class="people__act">
                <input type="hidden" name="id" value={id} />
                <Button quiet>
                  {t('doors.passkeyRemove')}
                  <span class="vh"> {name}</span>
                </Button>
              </Form>
            </li>
          ))}
        </ul>
        <div data-with-passkey hidden>
          <PasskeyForm
            way="make"
            action={paths.passkey}
            question={paths.passkeyOptions}
            csrf={csrf}
            next={paths.doors}
            button={t('doors.passkeyAdd')}
            quiet
          />
        </div>
      </section>
      <section class="section stack" aria-labelledby="sessions">
        <h2 id="sessions">{t('doors.sessions')}</h2>
        <p class="read">{t('doors.sessionsText')}</p>
        <ul class="people">
          {model.sessions.map(({ id, device, how, app, current, startedAt, seenAt }) => (
            <li>
              <div>
                <h3>
                  {device || t('doors.someDevice')}
                  {current ? ` (${t('doors.thisOne')})` : ''}
                </h3>
                <p>
                  {app ? `${t('doors.app')} ` : ''}
                  {t(`doors.how.${how}`, { when: moment(startedAt, reading) })}{' '}
                  {t('doors.seen', { when: moment(seenAt, reading) })}
                </p>
              </div>
              {current ? null : (
                <Form action={paths.endSession} csrf={csrf} class="people__act">
                  <input type="hidden" name="id" value={id} />
                  <Button quiet>
                    {t('doors.end')}
                    <span class="vh"> {device || t('doors.someDevice')}</span>
                  </Button>
                </Form>
              )}
            </li>
          ))}
        </ul>
        {model.sessions.length > 1 ? (
          <Form action={paths.endOthers} csrf={csrf} class="form">
            <p>
              <Button quiet>{t('doors.endOthers')}</Button>
            </p>
          </Form>
        ) : null}
      </section>
      {model.banks.length > 0 ? (
        <section class="section" aria-labelledby="banks">
          <h2 id="banks">{t('doors.banks')}</h2>
          <ul class="list-rule">
            {model.banks.map(({ name, origin }) => (
              <li>
                <a class="link" href={`${origin}${paths.signIn}`}>
                  {name}
                </a>
              </li>
            ))}
          </ul>
        </section>
      ) : null}
      <script src={assetUrl('passkey.js')} defer />
    </Page>
  );
}

function Acting({ frame, acting }: { frame: Frame; acting: NonNullable<DoorsModel['acting']> }) {
  const { t } = frame.words;
  const { phone } = frame.bank;
  return (
    <section class="section stack" aria-labelledby="acting">
      <h2 id="acting">{t('doors.who', { name: acting.name })}</h2>
      <p class="read">{t('doors.whoText')}</p>
      <ul class="list-rule">
        {acting.wearers.map(({ name, you }) => (
          <li>{you ? t('doors.whoYou', { name }) : name}</li>
        ))}
        {acting.waiting.map((each) => (
          <li>{t('doors.whoWaits', each)}</li>
        ))}
      </ul>
      <p class="read">{phone === '' ? t('doors.whoCome') : t('doors.whoRing', { phone })}</p>
    </section>
  );
}

function AddressForm({ frame, model }: { frame: Frame; model: DoorsModel }) {
  const { t } = frame.words;
  const { email, typed, wrong } = model;
  return (
    <details {...(wrong === null ? {} : { open: true })}>
      <summary>{t(email === null ? 'doors.addressAdd' : 'doors.addressChange')}</summary>
      <Form action={paths.address} csrf={frame.csrf} class="form form--narrow mt-s">
        <Field
          id="email"
          name="email"
          type="email"
          label={t('doors.addressNew')}
          value={typed}
          hint={t(email === null ? 'doors.addressHintFirst' : 'doors.addressHint')}
          error={wrong ?? undefined}
          required
          more={{ autocomplete: 'email', maxlength: 254 }}
        />
        <p>
          <Button quiet>{t('doors.addressSend')}</Button>
        </p>
      </Form>
    </details>
  );
}

interface AddressCodeModel {
  /** Where the figures were sent, as it was typed. */
  readonly email: string;
  readonly wrong: string | null;
}

/** Six figures that show that mail reaches somebody at the address they want to come in by. */
export function AddressCodePage({ frame, model }: { frame: Frame; model: AddressCodeModel }) {
  const { t } = frame.words;
  return (
    <Page frame={frame} title={t('doors.addressTitle')}>
      <h1>{t('signIn.codeHeading')}</h1>
      <p class="lead read mt-s">{t('doors.addressLead', { email: model.email })}</p>
      <Form action={paths.addressCode} csrf={frame.csrf} class="form form--narrow mt">
        <CodeField label={t('signIn.codeLabel')} hint={t('signIn.codeHint')} wrong={model.wrong} />
        <p>
          <Button>{t('doors.addressConfirm')}</Button>
        </p>
      </Form>
      <p class="read mt">
        {t('signIn.codeNone')}{' '}
        <a class="link" href={paths.doors}>
          {t('signIn.again')}
        </a>
      </p>
    </Page>
  );
}

export interface HatsModel {
  readonly hats: readonly { readonly memberId: string; readonly name: string; readonly worn: boolean }[];
  readonly next: string;
}

/** For whom somebody is here today. */
export function HatsPage({ frame, model }: { frame: Frame; model: HatsModel }) {
  const { t } = frame.words;
  return (
    <Page frame={frame} title={t('doors.hatsTitle')}>
      <h1>{t('doors.hatsHeading')}</h1>
      <p class="lead read mt-s">{t('doors.hatsLead')}</p>
      <ul class="people">
        {model.hats.map(({ memberId, name, worn }) => (
          <li>
            <div>
              <h2 class="t-3">{name || t('doors.desk', { bank: frame.bank.name })}</h2>
              {worn ? <p>{t('doors.worn')}</p> : null}
            </div>
            <Form action={paths.hats} csrf={frame.csrf} class="people__act">
              <input type="hidden" name="memberId" value={memberId} />
              <input type="hidden" name="next" value={model.next} />
              <Button quiet={worn}>
                {t('doors.wear')}
                <span class="vh"> {name || t('page.desk')}</span>
              </Button>
            </Form>
          </li>
        ))}
      </ul>
    </Page>
  );
}
