/**
 * The desk's page of members: who belongs to the bank, somebody new, and a card for each.
 *
 * Promises: the words of a card are shown once; what was typed is kept when something is wrong with it.
 *
 * @module
 */
import { Button, Field, Form } from './forms.tsx';
import { Page } from './layout.tsx';
import { members as words } from './member-words.ts';
import type { Frame, MembersModel } from './models.ts';
import { paths } from './paths.ts';

export function MembersPage({ frame, model }: { frame: Frame; model: MembersModel }) {
  const { csrf } = frame;
  const { card, values, errors, members, signInUrl } = model;
  return (
    <Page frame={frame} title={words.title} at={paths.members}>
      <h1>{words.heading}</h1>
      <p class="lead read mt-s">{words.lead}</p>
      {card ? (
        <section class="sheet stack mt" aria-labelledby="made">
          <h2 id="made">{words.made(card.name)}</h2>
          <p class="read">{words.madeText(card.name, signInUrl)}</p>
          <div class="field">
            <label for="card-words">{words.madeLabel}</label>
            <textarea class="code" id="card-words" rows={2} readonly>
              {card.words}
            </textarea>
          </div>
        </section>
      ) : null}
      <section class="section stack" aria-labelledby="add">
        <h2 id="add">{words.add}</h2>
        <Form action={paths.members} csrf={csrf} class="form form--narrow">
          <Field
            id="name"
            name="name"
            label={words.name}
            value={values.name}
            hint={words.nameHint}
            error={errors.name}
            required
            more={{ autocomplete: 'off', maxlength: 100 }}
          />
          <Field
            id="handle"
            name="handle"
            label={words.handle}
            value={values.handle}
            hint={words.handleHint}
            error={errors.handle}
            required
            more={{ autocomplete: 'off', autocapitalize: 'none', spellcheck: 'false', maxlength: 64 }}
          />
          <p>
            <Button>{words.addButton}</Button>
          </p>
        </Form>
      </section>
      <section class="section" aria-labelledby="list">
        <h2 id="list">{words.list}</h2>
        <p class="read">{members.length === 0 ? words.none : words.cardText}</p>
        <ul class="people">
          {members.map(({ id, name, handle, resting }) => (
            <li>
              <div>
                <h3>{name}</h3>
                <p>
                  {handle}
                  {resting ? `, ${words.resting}` : ''}
                </p>
              </div>
              <Form action={paths.memberCard(id)} csrf={csrf} class="people__act">
                <Button quiet>
                  {words.card}
                  <span class="vh"> {words.cardFor(name)}</span>
                </Button>
              </Form>
            </li>
          ))}
        </ul>
        {model.firstHref || model.moreHref ? (
          <p class="acts mt">
            {model.firstHref ? (
              <a class="link" href={model.firstHref}>
                {words.first}
              </a>
            ) : null}
            {model.moreHref ? (
              <a class="link" href={model.moreHref}>
                {words.more}
              </a>
            ) : null}
          </p>
        ) : null}
      </section>
    </Page>
  );
}
