/**
 * Coming to belong: by an invitation, or by asking.
 *
 * Promises: no titles and no address for mail are asked for; what was typed stays when something is missing; asking
 * says nothing about who belongs already.
 *
 * @module
 */
import { firstName } from './format.ts';
import { Button, Choices, Field, Form, Refused } from './forms.tsx';
import { Page } from './layout.tsx';
import type { Frame } from './models.ts';
import { paths } from './paths.ts';

export const NEWCOMER_KINDS = ['person', 'household', 'organisation'] as const;

/** What was typed. */
export type NewcomerValues = Readonly<Record<'name' | 'kind' | 'about' | 'email' | 'phone' | 'reach', string>>;

export interface JoinModel {
  readonly action: string;
  /** Who invites: a member's name, empty for the desk, `null` when somebody asks by themselves. */
  readonly inviter: string | null;
  readonly values: NewcomerValues;
  readonly errors: Readonly<Partial<Record<keyof NewcomerValues, string>>>;
  /** Too many have asked: so long at most, and it can be sent again. */
  readonly waitMinutes: number | null;
}

export function JoinPage({ frame, model }: { frame: Frame; model: JoinModel }) {
  const { t, long } = frame.words;
  const { bank } = frame;
  const { inviter, waitMinutes } = model;
  const heading =
    inviter === null
      ? t('joining.heading', { bank: bank.name })
      : inviter === ''
        ? t('joining.invitedByBank', { bank: bank.name })
        : t('joining.invitedBy', { name: inviter, bank: bank.name });
  return (
    <Page frame={frame} title={t('joining.title')}>
      <h1>{heading}</h1>
      <p class="lead read mt-s">
        {inviter === null ? t('joining.lead', { name: firstName(bank.bridgeBuilder) }) : t('joining.invitedLead')}
      </p>
      {waitMinutes === null ? null : (
        <Refused text={{ what: t('joining.often'), todo: t('joining.oftenTodo', { time: long(waitMinutes) }) }} />
      )}
      <Form action={model.action} csrf={frame.csrf} class="form form--narrow mt">
        <NewcomerFields frame={frame} values={model.values} errors={model.errors} />
        <p>
          <Button>{inviter === null ? t('joining.ask') : t('joining.join')}</Button>
        </p>
      </Form>
    </Page>
  );
}

/** The fields of somebody new; the desk fills in the same ones for them. */
export function NewcomerFields({
  frame,
  values,
  errors,
  forOther = false,
}: {
  frame: Frame;
  values: NewcomerValues;
  errors: JoinModel['errors'];
  forOther?: boolean;
}) {
  const { t } = frame.words;
  return (
    <>
      <Field
        id="name"
        name="name"
        label={forOther ? t('joining.their.name') : t('joining.name')}
        value={values.name}
        hint={forOther ? undefined : t('joining.nameHint')}
        error={errors.name}
        required
        more={{ autocomplete: 'name', maxlength: 100 }}
      />
      <Field
        id="about"
        name="about"
        type="textarea"
        label={forOther ? t('joining.their.about') : t('joining.about')}
        value={values.about}
        hint={t('joining.aboutHint')}
        error={errors.about}
        more={{ maxlength: 500 }}
      />
      <Choices
        legend={t('joining.kind')}
        name="kind"
        chosen={values.kind}
        options={NEWCOMER_KINDS.map((kind) => ({ value: kind, label: t(`joining.kind.${kind}`) }))}
      />
      <fieldset class="group">
        <legend>{forOther ? t('joining.their.reach') : t('joining.reach')}</legend>
        <p class="hint">{t('joining.reachHint')}</p>
        <Field
          id="phone"
          name="phone"
          type="tel"
          label={t('joining.phone')}
          value={values.phone}
          error={errors.phone}
          more={{ autocomplete: 'tel', maxlength: 50 }}
        />
        <Field
          id="email"
          name="email"
          type="email"
          label={t('joining.email')}
          value={values.email}
          error={errors.email}
          more={{ autocomplete: 'email', maxlength: 254 }}
        />
        <Field
          id="reach"
          name="reach"
          label={t('joining.reachWords')}
          value={values.reach}
          hint={t('joining.reachWordsHint')}
          error={errors.reach}
          more={{ autocomplete: 'off', maxlength: 300 }}
        />
      </fieldset>
    </>
  );
}

/** After asking, or after joining with an address for mail. */
export function AskedPage({ frame, mailed }: { frame: Frame; mailed: boolean }) {
  const { t } = frame.words;
  const name = firstName(frame.bank.bridgeBuilder);
  return (
    <Page frame={frame} title={t('joining.title')}>
      <h1>{mailed ? t('joining.mailedHeading') : t('joining.askedHeading')}</h1>
      <p class="lead read mt-s">{mailed ? t('joining.mailedLead') : t('joining.askedLead', { name })}</p>
      <p class="mt">
        <a class="btn btn--quiet" href={paths.home}>
          {t('joining.home')}
        </a>
      </p>
    </Page>
  );
}

/** An invitation that lets nobody in any more. */
export function OverPage({ frame }: { frame: Frame }) {
  const { t } = frame.words;
  return (
    <Page frame={frame} title={t('joining.title')}>
      <h1>{t('joining.overHeading')}</h1>
      <p class="lead read mt-s">{t('joining.overLead')}</p>
      <p class="mt">
        <a class="btn" href={paths.join}>
          {t('joining.askInstead')}
        </a>
      </p>
    </Page>
  );
}

export interface JoinLinksModel {
  /** Just made; shown once. */
  readonly made: string | null;
  readonly links: readonly { readonly id: string; readonly left: number; readonly expiresAt: Date }[];
  readonly needsYes: boolean;
}

/** A member's, or the desk's, own invitations. */
export function JoinLinksPage({ frame, model }: { frame: Frame; model: JoinLinksModel }) {
  const { t, until } = frame.words;
  const { csrf, bank } = frame;
  const reading = { timeZone: bank.timeZone, now: frame.now };
  return (
    <Page frame={frame} title={t('joining.linksTitle')}>
      <h1>{t('joining.linksHeading')}</h1>
      <p class="lead read mt-s">{t('joining.linksLead', { bank: bank.name })}</p>
      {model.needsYes ? (
        <p class="read mt-s">{t('joining.linksYes', { name: firstName(bank.bridgeBuilder) })}</p>
      ) : null}
      {model.made === null ? null : (
        <section class="sheet stack mt" aria-labelledby="made">
          <h2 id="made">{t('joining.madeHeading')}</h2>
          <p class="read">{t('joining.madeText')}</p>
          <div class="field">
            <label for="link">{t('joining.madeLabel')}</label>
            <input class="code" type="text" id="link" value={model.made} readonly />
          </div>
        </section>
      )}
      <Form action={paths.joinLinks} csrf={csrf} class="form form--narrow mt">
        <p>
          <Button>{t('joining.make')}</Button>
        </p>
      </Form>
      <section class="section" aria-labelledby="open">
        <h2 id="open">{t('joining.open')}</h2>
        {model.links.length === 0 ? <p class="read">{t('joining.openNone')}</p> : null}
        <ul class="people">
          {model.links.map(({ id, left, expiresAt }) => (
            <li>
              <p>{t('joining.openLine', { left, when: until(expiresAt, reading) })}</p>
              <Form action={paths.endJoinLink(id)} csrf={csrf} class="people__act">
                <Button quiet>{t('joining.end')}</Button>
              </Form>
            </li>
          ))}
        </ul>
      </section>
    </Page>
  );
}
