/**
 * Members to each other: one's own page to fill in, the page that others see, and everybody by name.
 *
 * Promises: how somebody is reached is shown to others only when that member said so.
 *
 * @module
 */
import type { Thanks } from '../exchange/talk.ts';
import { firstName } from './format.ts';
import { Button, ButtonLink, Field, Form, Refused } from './forms.tsx';
import { Page } from './layout.tsx';
import type { Frame } from './models.ts';
import { paths } from './paths.ts';
import { PlaceField } from './place-field.tsx';
import { Portrait } from './portrait.tsx';
import { ThanksNote } from './thanks.tsx';
import { languages, type Words } from './words.ts';

/** What was typed, by field. */
export type ProfileValues = Readonly<
  Record<
    | 'name'
    | 'about'
    | 'speaks'
    | 'howFar'
    | 'whenFree'
    | 'place'
    | 'askFor'
    | 'website'
    | 'email'
    | 'phone'
    | 'reach'
    | 'language',
    string
  >
>;

export interface ProfileModel {
  readonly id: string;
  readonly kind: 'person' | 'household' | 'organisation' | 'fund';
  readonly values: ProfileValues;
  readonly reachShown: boolean;
  readonly errors: Readonly<Partial<Record<keyof ProfileValues, string>>>;
  readonly saved: boolean;
  /** The names of the town's places. */
  readonly places: readonly string[];
  /** Wears one of several hats. */
  readonly hats: boolean;
}

export function ProfilePage({ frame, model }: { frame: Frame; model: ProfileModel }) {
  const { t } = frame.words;
  const { values, errors } = model;
  const shared = model.kind !== 'person';
  const line = (name: keyof ProfileValues, more: Record<string, string | number> = {}, hint?: string) => (
    <Field
      id={name}
      name={name}
      label={t(`profile.${name as 'name'}`)}
      value={values[name]}
      hint={hint}
      error={errors[name]}
      more={{ autocomplete: 'off', ...more }}
    />
  );
  return (
    <Page frame={frame} title={t('profile.title')}>
      <div class="who-line who-line--top">
        <Portrait id={model.id} size="l" />
        <div>
          <h1>{t('profile.heading')}</h1>
          <p class="lead read mt-s">{t('profile.lead')}</p>
          <p class="read mt-s">{t('profile.outside')}</p>
        </div>
      </div>
      {model.saved ? (
        <p class="sheet mt" role="status">
          {t('profile.saved')}{' '}
          <a class="link" href={paths.person(model.id)}>
            {t('profile.see')}
          </a>
        </p>
      ) : null}
      {Object.keys(errors).length > 0 ? (
        <div class="mt">
          <Refused text={{ what: t('profile.wrong'), todo: t('profile.wrongTodo') }} />
        </div>
      ) : null}
      <Form action={paths.profile} csrf={frame.csrf} class="form form--narrow mt">
        <Field
          id="about"
          name="about"
          type="textarea"
          label={t('profile.about')}
          value={values.about}
          hint={t('profile.aboutHint')}
          error={errors.about}
          more={{ maxlength: 500 }}
        />
        <Field
          id="name"
          name="name"
          label={t('profile.name')}
          value={values.name}
          error={errors.name}
          required
          more={{ autocomplete: model.kind === 'person' ? 'name' : 'organization', maxlength: 100 }}
        />
        {shared ? line('askFor', { maxlength: 100 }, t('profile.askForHint')) : null}
        {shared ? line('website', { autocomplete: 'url', maxlength: 300 }, t('profile.websiteHint')) : null}
        {line('speaks', { maxlength: 200 }, t('profile.speaksHint'))}
        {line('whenFree', { maxlength: 300 }, t('profile.whenFreeHint'))}
        {line('howFar', { maxlength: 200 }, t('profile.howFarHint'))}
        <PlaceField
          label={t('profile.place')}
          hint={t('profile.placeHint')}
          hintAlone={t('profile.placeHintAlone')}
          value={values.place}
          most={100}
          places={model.places}
          error={errors.place}
        />
        <fieldset class="group">
          <legend>{t('profile.reachLegend')}</legend>
          <p class="hint">{t('profile.reachLegendHint')}</p>
          {line('phone', { autocomplete: 'tel', maxlength: 50, inputmode: 'tel' })}
          {line('email', { autocomplete: 'email', maxlength: 254, inputmode: 'email' }, t('profile.emailHint'))}
          <p>
            <a class="link" href={paths.doors}>
              {t('profile.emailDoors')}
            </a>
          </p>
          {line('reach', { maxlength: 300 }, t('profile.reachHint'))}
          <div class="field">
            <label class="check-line">
              <input type="checkbox" name="reachShown" value="yes" checked={model.reachShown} />
              <span>{t('profile.reachShown')}</span>
            </label>
          </div>
        </fieldset>
        <div class="field">
          <label for="language">{t('profile.language')}</label>
          <select id="language" name="language">
            <option value="" selected={values.language === ''}>
              {t('profile.languageBank')}
            </option>
            {Object.entries(languages).map(([tag, { name, dir }]) => (
              <option value={tag} lang={tag} dir={dir} selected={values.language === tag}>
                {name}
              </option>
            ))}
          </select>
        </div>
        <p>
          <Button>{t('profile.save')}</Button>
        </p>
      </Form>
      <section class="section stack" aria-labelledby="also">
        <h2 id="also">{t('profile.also')}</h2>
        <ul class="list-rule">
          <li>
            <a class="link" href={paths.person(model.id)}>
              {t('profile.see')}
            </a>
          </li>
          <li>
            <a class="link" href={paths.doors}>
              {t('profile.doors')}
            </a>
          </li>
          <li>
            <a class="link" href={paths.joinLinks}>
              {t('profile.invite')}
            </a>
          </li>
          {model.hats ? (
            <li>
              <a class="link" href={paths.hats}>
                {t('profile.hats')}
              </a>
            </li>
          ) : null}
        </ul>
      </section>
    </Page>
  );
}

export interface PersonModel {
  readonly id: string;
  readonly name: string;
  readonly kind: ProfileModel['kind'];
  readonly about: string;
  readonly speaks: string;
  readonly whenFree: string;
  readonly howFar: string;
  readonly place: string;
  readonly askFor: string;
  readonly website: string;
  /** `null`: not for the reader. */
  readonly reach: { readonly email: string; readonly phone: string; readonly words: string } | null;
  readonly mine: boolean;
  /** Where the reader asks them for an hour and gives them one; `null` when the reader cannot. */
  readonly ways: { readonly ask: string; readonly give: string } | null;
  readonly offers: readonly { readonly id: string; readonly kind: 'offer' | 'need'; readonly title: string }[];
  /** What they show of what was said to them. */
  readonly thanks: readonly Thanks[];
}

/** A member as others see them. */
export function PersonPage({ frame, model }: { frame: Frame; model: PersonModel }) {
  const { t } = frame.words;
  const { reach, ways } = model;
  const name = firstName(model.name, model.kind);
  const facts = (['speaks', 'whenFree', 'howFar', 'place', 'askFor'] as const).filter((key) => model[key] !== '');
  return (
    <Page frame={frame} title={model.name} at={paths.people}>
      <div class="who-line who-line--top">
        <Portrait id={model.id} size="l" />
        <div>
          <h1>{model.name}</h1>
          {model.about === '' ? null : <p class="lead read mt-s pre">{model.about}</p>}
        </div>
      </div>
      {model.mine ? (
        <p class="mt">
          <a class="btn btn--quiet" href={paths.profile}>
            {t('profile.edit')}
          </a>
        </p>
      ) : null}
      {ways === null ? null : (
        <p class="acts mt">
          <ButtonLink href={ways.ask}>{t('profile.ask', { name })}</ButtonLink>{' '}
          <ButtonLink href={ways.give}>{t('profile.give', { name })}</ButtonLink>
        </p>
      )}
      {facts.length > 0 || model.website !== '' ? (
        <dl class="facts section">
          {facts.map((key) => (
            <>
              <dt>{t(`profile.${key}`)}</dt>
              <dd>{model[key]}</dd>
            </>
          ))}
          {model.website === '' ? null : (
            <>
              <dt>{t('profile.website')}</dt>
              <dd>
                <a class="link" href={model.website} rel="nofollow noopener noreferrer">
                  {model.website}
                </a>
              </dd>
            </>
          )}
        </dl>
      ) : null}
      <Offers words={frame.words} model={model} kind="offer" />
      <Offers words={frame.words} model={model} kind="need" />
      {reach !== null && (reach.phone || reach.email || reach.words) ? (
        <section class="section stack" aria-labelledby="reach">
          <h2 id="reach">{t('profile.reachLegend')}</h2>
          {reach.phone ? (
            <p>
              <a class="tel" href={`tel:${reach.phone.replaceAll(/[^+\d]/g, '')}`}>
                <bdi dir="ltr">{reach.phone}</bdi>
              </a>
            </p>
          ) : null}
          {reach.email ? (
            <p>
              <a class="link" href={`mailto:${reach.email}`}>
                {reach.email}
              </a>
            </p>
          ) : null}
          {reach.words ? <p>{reach.words}</p> : null}
        </section>
      ) : null}
      {model.thanks.length === 0 ? null : (
        <section class="section" aria-labelledby="thanks">
          <h2 id="thanks">{t('profile.thanks', { name })}</h2>
          {model.thanks.map((thanks) => (
            <ThanksNote frame={frame} thanks={thanks} />
          ))}
        </section>
      )}
    </Page>
  );
}

function Offers({ words, model, kind }: { words: Words; model: PersonModel; kind: 'offer' | 'need' }) {
  const shown = model.offers.filter((each) => each.kind === kind);
  if (shown.length === 0) return null;
  return (
    <section class="section" aria-labelledby={kind}>
      <h2 id={kind}>{words.t(`profile.${kind}s`)}</h2>
      <ul class="list-rule">
        {shown.map(({ id, title }) => (
          <li>
            <a class="link" href={paths.offer(id)} dir="auto">
              {title}
            </a>
          </li>
        ))}
      </ul>
    </section>
  );
}

export interface PeopleModel {
  readonly search: string;
  readonly people: readonly { readonly id: string; readonly name: string; readonly about: string }[];
  readonly moreHref: string | null;
}

export function PeoplePage({ frame, model }: { frame: Frame; model: PeopleModel }) {
  const { t } = frame.words;
  // Whoever looks is one of them.
  const alone = model.search === '' && model.moreHref === null && model.people.length === 1;
  return (
    <Page frame={frame} title={t('people.title')} at={paths.people}>
      <h1>{t('people.heading')}</h1>
      <FindForm frame={frame} action={paths.people} search={model.search} />
      <section class="section" aria-label={t('people.heading')}>
        {model.people.length === 0 ? <p class="lead read">{t('people.noneFound')}</p> : null}
        <ul class="people">
          {model.people.map(({ id, name, about }) => (
            <li>
              <div class="who-line">
                <Portrait id={id} />
                <div>
                  <h2 class="t-3">
                    <a href={paths.person(id)}>{name}</a>
                  </h2>
                  {about === '' ? null : <p>{about}</p>}
                </div>
              </div>
            </li>
          ))}
        </ul>
        {alone ? (
          <div class="note read mt">
            <p class="lead">{t('people.none')}</p>
            <p class="acts mt-s">
              <ButtonLink href={paths.joinLinks}>{t('profile.invite')}</ButtonLink>
            </p>
          </div>
        ) : null}
        {model.moreHref === null ? null : (
          <p class="acts mt">
            <a class="link" href={model.moreHref}>
              {t('people.more')}
            </a>
          </p>
        )}
      </section>
    </Page>
  );
}

/** A search by name, without script. */
export function FindForm({ frame, action, search }: { frame: Frame; action: string; search: string }) {
  const { t } = frame.words;
  return (
    <search>
      <form method="get" action={action} class="find mt">
        <Field
          id="search"
          name="search"
          type="search"
          label={t('people.search')}
          value={search}
          more={{ autocomplete: 'off', maxlength: 100 }}
        />
        <Button quiet>{t('people.find')}</Button>
      </form>
    </search>
  );
}
