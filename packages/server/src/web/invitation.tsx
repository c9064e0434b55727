/**
 * How two towns find together: an invitation link, and what it holds when it is opened.
 *
 * Promises: a link is shown once; the other town's offer is read in full before any answer; both
 * answers are the same size.
 *
 * @module
 */

import { invite, opened } from './agreement-words.ts';
import { following } from './ending-words.ts';
import { short, until } from './format.ts';
import { Button, Field, Form, Refused } from './forms.tsx';
import { Page } from './layout.tsx';
import type { Frame, InvitationModel, InviteOpenedModel } from './models.ts';
import { Articles, Half, Whole } from './parts.tsx';
import { paths } from './paths.ts';
import { sayRefusal } from './refusal-words.ts';
import { reading } from './standing.ts';

export function InvitationPage({ frame, model }: { frame: Frame; model: InvitationModel }) {
  const { csrf } = frame;
  const { values, errors, made } = model;
  const when = reading(frame);
  return (
    <Page frame={frame} title={invite.title} at={paths.invitations}>
      <h1>{invite.heading}</h1>
      <p class="lead read mt-s">{invite.lead}</p>
      {made ? (
        <section class="sheet stack mt" aria-labelledby="made">
          <h2 id="made">{invite.made}</h2>
          <p>{invite.madeText(made.honourMinutes, until(made.expiresAt, when))}</p>
          <div class="field">
            <label for="made-link">{invite.madeLabel}</label>
            <input class="code" type="text" id="made-link" value={made.link} readonly />
          </div>
        </section>
      ) : null}
      <div class="two section">
        <section class="stack" aria-labelledby="make">
          <h2 id="make">{invite.make}</h2>
          <Form action={paths.invitations} csrf={csrf}>
            <HoursAndBuilder values={values} errors={errors} suggestedMinutes={model.suggestedMinutes} />
            <p>
              <Button>{invite.makeButton}</Button>
            </p>
          </Form>
        </section>
        <section class="stack" aria-labelledby="paste">
          <h2 id="paste">{invite.paste}</h2>
          <p>{invite.pasteLead}</p>
          <Form action={paths.openInvitation} csrf={csrf}>
            <Field
              id="link"
              name="link"
              type="url"
              label={invite.link}
              value={values.link}
              error={errors.link}
              required
              more={{ autocomplete: 'off', class: 'code' }}
            />
            <p>
              <Button>{invite.openButton}</Button>
            </p>
          </Form>
        </section>
      </div>
      {model.open.length > 0 ? (
        <section class="section" aria-labelledby="open">
          <h2 id="open">{invite.open}</h2>
          <ul class="list-rule">
            {model.open.map((invitation) => (
              <li>{invite.openLine(invitation.honourMinutes, until(invitation.expiresAt, when))}</li>
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
  return (
    <>
      <Field
        id="hours"
        name="hours"
        type="number"
        label={invite.hours}
        value={values.hours}
        hint={invite.hoursHint(suggestedMinutes)}
        error={errors.hours ? invite.hoursMissing : undefined}
        required
        more={{ min: 0, step: 1, inputmode: 'numeric' }}
      />
      <Field
        id="bridge-builder"
        name="bridgeBuilder"
        label={invite.builder}
        value={values.bridgeBuilder}
        hint={invite.builderHint}
        error={errors.bridgeBuilder ? invite.builderMissing : undefined}
        required
        more={{ autocomplete: 'name', maxlength: 200 }}
      />
    </>
  );
}

export function InviteOpenedPage({ frame, model }: { frame: Frame; model: InviteOpenedModel }) {
  const { bank, csrf } = frame;
  const { town } = model;
  const place = { bank: bank.name, bridgeBuilder: bank.bridgeBuilder, town: town.name };
  return (
    <Page frame={frame} title={opened.title(town.name)} at={paths.invitations}>
      <h1>{opened.heading(town.name, model.theyHonourMinutes)}</h1>
      <p class="lead read mt-s">
        {opened.lead(model.bridgeBuilder, town.name, until(model.expiresAt, reading(frame)))}
      </p>
      {model.refusal ? <Refused text={sayRefusal(model.refusal, place)} /> : null}
      <section class="section" aria-labelledby="words">
        <h2 id="words">{opened.theirWords}</h2>
        <Articles
          items={[
            ...model.words,
            ...(model.fromBeforeMinutes === 0
              ? []
              : [following.fromBefore(bank.name, town.name, model.fromBeforeMinutes)]),
          ].map((sentence) => <p class="lead">{sentence}</p>)}
        />
      </section>
      <section class="section" aria-labelledby="answer">
        <h2 id="answer">{opened.answer}</h2>
        <Form action={paths.acceptInvitation} csrf={csrf}>
          <input type="hidden" name="link" value={model.link} />
          <HoursAndBuilder values={model.values} errors={model.errors} suggestedMinutes={model.suggestedMinutes} />
          <Whole label={opened.answer} hero>
            <Half state="there" town={town} title={short(model.theyHonourMinutes)} text={model.bridgeBuilder} />
            <Half
              state="mine"
              town={bank}
              title={opened.yes}
              text={opened.yesHint(town.name)}
              button={{ name: 'answer', value: 'yes' }}
            />
          </Whole>
          <p class="acts acts--middle">
            <a class="btn btn--quiet" href={paths.invitations}>
              {opened.no}
            </a>
          </p>
        </Form>
      </section>
    </Page>
  );
}
