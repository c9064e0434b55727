/**
 * How two towns find together: an invitation link, and what it holds when it is opened.
 *
 * Promises: a link is shown once; the other town's offer is read in full before any answer; both
 * answers are the same size.
 *
 * @module
 */

import { sayFromBefore } from './agreement.tsx';
import { Button, Field, Form, Refused } from './forms.tsx';
import { Page } from './layout.tsx';
import type { Frame, InvitationModel, InviteOpenedModel } from './models.ts';
import { Articles, Half, Whole } from './parts.tsx';
import { paths } from './paths.ts';
import { sayRefusal } from './refusals.ts';
import { reading } from './standing.ts';
import { useWords } from './words.ts';

export function InvitationPage({ frame, model }: { frame: Frame; model: InvitationModel }) {
  const { csrf } = frame;
  const { t, short, until } = frame.words;
  const { values, errors, made } = model;
  const when = reading(frame);
  return (
    <Page frame={frame} title={t('invite.title')} at={paths.invitations}>
      <h1>{t('invite.heading')}</h1>
      <p class="lead read mt-s">{t('invite.lead')}</p>
      {made ? (
        <section class="sheet stack mt" aria-labelledby="made">
          <h2 id="made">{t('invite.made')}</h2>
          <p>{t('invite.madeText', { hours: short(made.honourMinutes), when: until(made.expiresAt, when) })}</p>
          <div class="field">
            <label for="made-link">{t('invite.madeLabel')}</label>
            <input class="code" type="text" id="made-link" value={made.link} readonly />
          </div>
        </section>
      ) : null}
      <div class="two section">
        <section class="stack" aria-labelledby="make">
          <h2 id="make">{t('invite.make')}</h2>
          <Form action={paths.invitations} csrf={csrf}>
            <HoursAndBuilder values={values} errors={errors} suggestedMinutes={model.suggestedMinutes} />
            <p>
              <Button>{t('invite.makeButton')}</Button>
            </p>
          </Form>
        </section>
        <section class="stack" aria-labelledby="paste">
          <h2 id="paste">{t('invite.paste')}</h2>
          <p>{t('invite.pasteLead')}</p>
          <Form action={paths.openInvitation} csrf={csrf}>
            <Field
              id="link"
              name="link"
              type="url"
              label={t('invite.link')}
              value={values.link}
              error={errors.link}
              required
              more={{ autocomplete: 'off', class: 'code' }}
            />
            <p>
              <Button>{t('invite.openButton')}</Button>
            </p>
          </Form>
        </section>
      </div>
      {model.open.length > 0 ? (
        <section class="section" aria-labelledby="open">
          <h2 id="open">{t('invite.open')}</h2>
          <ul class="list-rule">
            {model.open.map((invitation) => (
              <li>
                {t('invite.openLine', {
                  hours: short(invitation.honourMinutes),
                  when: until(invitation.expiresAt, when),
                })}
              </li>
            ))}
          </ul>
        </section>
      ) : null}
    </Page>
  );
}

interface TermsProps {
  readonly values: { readonly hours: string; readonly bridgeBuilder: string };
  readonly errors: { readonly hours?: 'missing'; readonly bridgeBuilder?: 'missing' };
  readonly suggestedMinutes: number;
}

/** What each side adds: how far it lets the other lean, and who answers for it. */
function HoursAndBuilder({ values, errors, suggestedMinutes }: TermsProps) {
  const { t } = useWords();
  return (
    <>
      <Field
        id="hours"
        name="hours"
        type="number"
        label={t('invite.hours')}
        value={values.hours}
        hint={t('invite.hoursHint', { hours: Math.floor(suggestedMinutes / 60) })}
        error={errors.hours ? t('invite.hoursMissing') : undefined}
        required
        more={{ min: 0, step: 1, inputmode: 'numeric' }}
      />
      <Field
        id="bridge-builder"
        name="bridgeBuilder"
        label={t('invite.builder')}
        value={values.bridgeBuilder}
        hint={t('invite.builderHint')}
        error={errors.bridgeBuilder ? t('invite.builderMissing') : undefined}
        required
        more={{ autocomplete: 'name', maxlength: 200 }}
      />
    </>
  );
}

export function InviteOpenedPage({ frame, model }: { frame: Frame; model: InviteOpenedModel }) {
  const { bank, csrf, words } = frame;
  const { t, short, until } = words;
  const { town } = model;
  const place = { bank: bank.name, bridgeBuilder: bank.bridgeBuilder, town: town.name };
  return (
    <Page frame={frame} title={t('invite.openedTitle', { town: town.name })} at={paths.invitations}>
      <h1>{t('invite.openedHeading', { town: town.name, hours: short(model.theyHonourMinutes) })}</h1>
      <p class="lead read mt-s">
        {t('invite.openedLead', {
          name: model.bridgeBuilder,
          town: town.name,
          when: until(model.expiresAt, reading(frame)),
        })}
      </p>
      {model.refusal ? <Refused text={sayRefusal(words, model.refusal, place)} /> : null}
      <section class="section" aria-labelledby="words">
        <h2 id="words">{t('invite.openedWords')}</h2>
        <Articles
          items={[
            ...model.words,
            ...(model.fromBeforeMinutes === 0 ? [] : [sayFromBefore(frame, town, model.fromBeforeMinutes)]),
          ].map((sentence) => (
            <p class="lead" dir="auto">
              {sentence}
            </p>
          ))}
        />
      </section>
      <section class="section" aria-labelledby="answer">
        <h2 id="answer">{t('invite.openedAnswer')}</h2>
        <Form action={paths.acceptInvitation} csrf={csrf}>
          <input type="hidden" name="link" value={model.link} />
          <HoursAndBuilder values={model.values} errors={model.errors} suggestedMinutes={model.suggestedMinutes} />
          <Whole label={t('invite.openedAnswer')} hero>
            <Half state="there" town={town} title={short(model.theyHonourMinutes)} text={model.bridgeBuilder} />
            <Half
              state="mine"
              town={bank}
              title={t('invite.openedYes')}
              text={t('invite.openedYesHint', { town: town.name })}
              button={{ name: 'answer', value: 'yes' }}
            />
          </Whole>
          <p class="acts acts--middle">
            <a class="btn btn--quiet" href={paths.invitations}>
              {t('invite.openedNo')}
            </a>
          </p>
        </Form>
      </section>
    </Page>
  );
}
