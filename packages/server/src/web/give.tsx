/**
 * Giving hours: the form, and what became of it.
 *
 * Promises: what each town honours is said before anything is sent; a form that was refused keeps what
 * was typed and says what to do; the page that follows looks again by itself until it is settled.
 *
 * @module
 */
import { Emblem } from './emblems.tsx';
import { firstName } from './format.ts';
import { Button, ButtonLink, Choices, Field, Form, Refused } from './forms.tsx';
import { type Fresh, Page } from './layout.tsx';
import type { Frame, GiveChoice, GiveModel, GivenModel, Town } from './models.ts';
import { Dial, Half, Line, Whole } from './parts.tsx';
import { paths } from './paths.ts';
import { type Place, sayRefusal } from './refusals.ts';
import { sayStanding } from './standing.ts';
import { useWords, type Words } from './words.ts';

const lengths = [15, 30, 45, 60, 75, 90, 105, 120];

export function GivePage({ frame, model }: { frame: Frame; model: GiveModel }) {
  const { values, errors, refusal, towns } = model;
  const { words } = frame;
  const { t, short } = words;
  const chosen = towns.find(({ value }) => value === values.town);
  return (
    <Page frame={frame} title={t('give.title')} at={paths.give}>
      <h1>{t('give.heading')}</h1>
      <p class="lead read mt-s">{t('give.lead')}</p>
      <p class="read mt-s">{sayBalance(words, model.balanceMinutes)}</p>
      {refusal ? <Refused text={sayRefusal(words, refusal, placeOf(frame, chosen?.town.name, values.who))} /> : null}
      <div class="two two--main mt">
        <Form action={paths.give} csrf={frame.csrf}>
          <input type="hidden" name="key" value={model.key} />
          <Whom model={model} />
          <Choices
            legend={t('give.lengthLegend')}
            name="length"
            chosen={values.length}
            options={[
              ...lengths.map((minutes) => ({ value: String(minutes), label: short(minutes) })),
              { value: 'other', label: t('give.otherLength') },
            ]}
            error={
              errors.length
                ? errors.length === 'missing'
                  ? t('give.lengthMissing')
                  : t('give.lengthTooLong')
                : undefined
            }
          >
            <div class="other-length">
              <Field
                id="hours"
                name="hours"
                type="number"
                label={t('give.hours')}
                value={values.hours}
                more={{ min: 0, step: 1, inputmode: 'numeric' }}
              />
              <Field
                id="minutes"
                name="minutes"
                type="number"
                label={t('give.minutes')}
                value={values.minutes}
                more={{ min: 0, max: 59, step: 1, inputmode: 'numeric' }}
              />
            </div>
          </Choices>
          <Field
            id="what"
            name="what"
            type="textarea"
            label={t('give.what')}
            value={values.what}
            hint={t('give.whatHint')}
            error={errors.what ? t('give.whatTooLong') : undefined}
            more={{ maxlength: 300 }}
          />
          <p>
            <Button id="send">{t('give.onwards')}</Button>
          </p>
        </Form>
        <aside class="stack">
          <Honours frame={frame} towns={towns} />
          <p>
            <a class="link" href={paths.gifts}>
              {t('gifts.link')}
            </a>
          </p>
          <p>
            <a class="link" href={paths.fund}>
              {t('fund.link')}
            </a>
          </p>
        </aside>
      </div>
    </Page>
  );
}

/** Whom: one of those in sight, or somebody by name. */
function Whom({ model: { values, errors, towns, choices } }: { model: GiveModel }) {
  const { t } = useWords();
  const which = errors.who === 'which';
  return (
    <Choices
      legend={t('give.whoLegend')}
      name="to"
      chosen={values.to}
      options={[
        ...choices.map((choice) => ({ value: choice.value, label: <ChoiceName choice={choice} /> })),
        { value: 'other', label: t('give.somebodyElse') },
      ]}
      error={which ? t('give.whoWhich') : undefined}
    >
      <div class="other-whom">
        <div class="field">
          <label for="town">{t('give.town')}</label>
          <select id="town" name="town">
            {towns.map(({ value, town, partner }) => (
              <option value={value} selected={value === values.town}>
                {partner === null ? t('give.ownTown', { town: town.name }) : town.name}
              </option>
            ))}
          </select>
        </div>
        <Field
          id="who"
          name="who"
          label={t('give.who')}
          value={values.who}
          hint={t('give.whoHint')}
          error={errors.who === 'missing' ? t('give.whoMissing') : undefined}
          more={{ autocomplete: 'off', autocapitalize: 'off', maxlength: 200 }}
        />
        <p>
          <Button quiet name="find" value="yes">
            {t('give.find')}
          </Button>
        </p>
      </div>
    </Choices>
  );
}

function ChoiceName({ choice: { name, town, fund } }: { choice: GiveChoice }) {
  const { t } = useWords();
  if (fund) return <span>{town === null ? t('give.ourFund') : t('give.theirFund', { town })}</span>;
  return <span>{town === null ? name : t('page.inTown', { who: name, town })}</span>;
}

function sayBalance({ t, spoken, capital }: Words, minutes: number): string {
  if (minutes === 0) return t('give.youAreEven');
  if (minutes < 0) return t('give.youOwe', { amount: spoken(minutes) });
  return capital(t('give.youHave', { amount: spoken(minutes) }));
}

function Honours({ frame, towns }: { frame: Frame; towns: GiveModel['towns'] }) {
  const { t } = useWords();
  const partners = towns.flatMap(({ town, partner }) => (partner === null ? [] : [{ town, ...partner }]));
  if (partners.length === 0) return null;
  return (
    <section class="honours" aria-labelledby="how-much">
      <h2 id="how-much">{t('give.howMuch')}</h2>
      <ul class="list-rule">
        {partners.map(({ town, standing, theyHonourMoreMinutes }) => (
          <li class="stand">
            <Emblem theme={town.theme} size="s" />
            <p>{sayStanding(frame, town, standing, { theyHonourMoreMinutes })}</p>
          </li>
        ))}
      </ul>
    </section>
  );
}

function placeOf(frame: Frame, town: string | undefined, who: string): Place {
  return { bank: frame.bank.name, bridgeBuilder: frame.bank.bridgeBuilder, town, who };
}

export function GivenPage({ frame, model, url }: { frame: Frame; model: GivenModel; url: string }) {
  const { status, minutes, town, refusal } = model;
  const { words } = frame;
  const { t, short, long } = words;
  const first = firstName(model.who, model.kind);
  const who = town === null ? first : t('page.inTown', { who: first, town: town.name });
  const heading = status === 'returned' ? t('given.heading.returned') : t(`given.heading.${status}`, { who });
  const settled = status === 'settled';
  const under = status === 'waiting' || status === 'underway';
  const fresh: Fresh = { url, seconds: 2, secondsWithoutScript: 2, say: heading };
  return (
    <Page frame={frame} title={t(`given.title.${status}`)} at={paths.give} {...(under ? { fresh } : {})}>
      <h1>{heading}</h1>
      <p class="lead read mt-s">{t(`given.lead.${status}`)}</p>
      {refusal ? (
        <Refused text={sayRefusal(words, refusal, placeOf(frame, town?.name ?? frame.bank.name, first))} />
      ) : null}
      <div class="mt">
        <Whole label={t('given.halves')} hero just={settled}>
          <Half
            state="there"
            town={frame.bank}
            title={t(status === 'returned' ? 'given.youKeep' : 'given.youGave', { hours: short(minutes) })}
            text={model.what ? t('given.what', { what: model.what }) : long(minutes)}
          />
          <Half
            state={settled ? 'there' : 'open'}
            town={town ?? frame.bank}
            title={t(`given.half.${status}`, { who: first })}
            {...(under && town && model.standing && model.standing.kind !== 'open'
              ? { text: sayStanding(frame, town, model.standing) }
              : {})}
          />
        </Whole>
      </div>
      {under && town ? <Way us={frame.bank} town={town} who={first} answered={status === 'underway'} /> : null}
      {model.takeBackHref !== null ? (
        <Form action={model.takeBackHref} csrf={frame.csrf} class="mt" label={t('given.takeBack')}>
          <p class="read">
            {town === null ? t('given.takeBackHere', { who: first }) : t('given.takeBackText', { who: first })}
          </p>
          <p class="acts mt-s">
            <Button quiet>{t('given.takeBack')}</Button>
          </p>
        </Form>
      ) : null}
      {model.slips.map(({ href, who, by, slip }) => (
        <p class="read mt">
          <a class="link" href={href}>
            {t('slip.writtenDown', { who, by, slip })}
          </a>
        </p>
      ))}
      <p class="acts mt">
        <ButtonLink href={paths.me}>{t('given.mine')}</ButtonLink>
        <ButtonLink href={paths.give} quiet>
          {t('given.again')}
        </ButtonLink>
        {settled && model.proofId !== null ? (
          <a class="link" href={paths.proof(model.proofId)}>
            {t('given.proof')}
          </a>
        ) : null}
      </p>
    </Page>
  );
}

/** The four steps of an hour that crosses, and how far this one has come. */
function Way({ us, town, who, answered }: { us: Town; town: Town; who: string; answered: boolean }) {
  const { t } = useWords();
  const halfWay = <Dial start={us.theme} />;
  const nothing = <Dial />;
  return (
    <section class="section" aria-labelledby="way">
      <h2 id="way">{t('given.way')}</h2>
      <Line
        steps={[
          { done: true, dial: halfWay, title: t('given.stepKept') },
          {
            done: answered,
            dial: answered ? <Dial start={us.theme} end={town.theme} /> : nothing,
            title: t('given.stepRoom', { town: town.name }),
          },
          { done: answered, dial: answered ? halfWay : nothing, title: t('given.stepSent') },
          { done: false, dial: nothing, title: t('given.stepCounted', { who }) },
        ]}
      />
    </section>
  );
}
