/**
 * Giving hours: the form, and what became of it.
 *
 * Promises: what each town honours is said before anything is sent; a form that was refused keeps what
 * was typed and says what to do; the page that follows looks again by itself until it is settled.
 *
 * @module
 */
import { Emblem } from './emblems.tsx';
import { firstName, long, short } from './format.ts';
import { Button, ButtonLink, Choices, Field, Form, Refused } from './forms.tsx';
import { type Fresh, Page } from './layout.tsx';
import type { Frame, GiveModel, GivenModel, Town } from './models.ts';
import { Dial, Half, Line, Whole } from './parts.tsx';
import { paths } from './paths.ts';
import { type Place, sayRefusal } from './refusal-words.ts';
import { sayStanding } from './standing.ts';
import { give, given, inTown } from './words.ts';

const lengths = [30, 60, 90, 120];

export function GivePage({ frame, model }: { frame: Frame; model: GiveModel }) {
  const { values, errors, refusal, towns } = model;
  const chosen = towns.find(({ value }) => value === values.town);
  return (
    <Page frame={frame} title={give.title} at={paths.give}>
      <h1>{give.heading}</h1>
      <p class="lead read mt-s">{give.lead}</p>
      <p class="read mt-s">{give.youHave(model.balanceMinutes)}</p>
      {refusal ? <Refused text={sayRefusal(refusal, placeOf(frame, chosen?.town.name, values.who))} /> : null}
      <div class="two two--main mt">
        <Form action={paths.give} csrf={frame.csrf}>
          <input type="hidden" name="key" value={model.key} />
          <fieldset class="group">
            <legend>{give.whoLegend}</legend>
            <div class="field">
              <label for="town">{give.town}</label>
              <select id="town" name="town">
                {towns.map(({ value, town, partner }) => (
                  <option value={value} selected={value === values.town}>
                    {partner === null ? give.ownTown(town.name) : town.name}
                  </option>
                ))}
              </select>
            </div>
            <Field
              id="who"
              name="who"
              label={give.who}
              value={values.who}
              hint={give.whoHint}
              error={errors.who ? give.whoMissing : undefined}
              required
              more={{ list: 'neighbours', autocomplete: 'off', autocapitalize: 'off', maxlength: 200 }}
            />
            <datalist id="neighbours">
              {model.neighbours.map(({ handle, name }) => (
                <option value={handle}>{name}</option>
              ))}
            </datalist>
          </fieldset>
          <Choices
            legend={give.lengthLegend}
            name="length"
            chosen={values.length}
            options={[
              ...lengths.map((minutes) => ({ value: String(minutes), label: short(minutes) })),
              { value: 'other', label: give.otherLength },
            ]}
            error={errors.length ? (errors.length === 'missing' ? give.lengthMissing : give.lengthTooLong) : undefined}
          >
            <div class="other-length">
              <Field
                id="hours"
                name="hours"
                type="number"
                label={give.hours}
                value={values.hours}
                more={{ min: 0, step: 1, inputmode: 'numeric' }}
              />
              <Field
                id="minutes"
                name="minutes"
                type="number"
                label={give.minutes}
                value={values.minutes}
                more={{ min: 0, max: 59, step: 1, inputmode: 'numeric' }}
              />
            </div>
          </Choices>
          <Field
            id="what"
            name="what"
            type="textarea"
            label={give.what}
            value={values.what}
            hint={give.whatHint}
            error={errors.what ? give.whatTooLong : undefined}
            more={{ maxlength: 300 }}
          />
          <p>
            <Button id="send">{give.send}</Button>
          </p>
        </Form>
        <Honours frame={frame} towns={towns} />
      </div>
    </Page>
  );
}

function Honours({ frame, towns }: { frame: Frame; towns: GiveModel['towns'] }) {
  const partners = towns.flatMap(({ town, partner }) => (partner === null ? [] : [{ town, ...partner }]));
  if (partners.length === 0) return null;
  return (
    <section class="honours" aria-labelledby="how-much">
      <h2 id="how-much">{give.howMuch}</h2>
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
  const first = firstName(model.who);
  const who = inTown(first, town?.name);
  const heading = given.heading[status](who);
  const settled = status === 'settled';
  const under = status === 'waiting' || status === 'underway';
  const fresh: Fresh = { url, seconds: 2, secondsWithoutScript: 2, say: heading };
  return (
    <Page frame={frame} title={given.title[status]} at={paths.give} {...(under ? { fresh } : {})}>
      <h1>{heading}</h1>
      <p class="lead read mt-s">{given.lead[status]}</p>
      {refusal ? <Refused text={sayRefusal(refusal, placeOf(frame, town?.name ?? frame.bank.name, first))} /> : null}
      <div class="mt">
        <Whole label={given.halves} hero just={settled}>
          <Half
            state="there"
            town={frame.bank}
            title={status === 'returned' ? given.youKeep(minutes) : given.youGave(minutes)}
            text={model.what ? given.what(model.what) : long(minutes)}
          />
          <Half
            state={settled ? 'there' : 'open'}
            town={town ?? frame.bank}
            title={given.half[status](first)}
            {...(under && town && model.standing && model.standing.kind !== 'open'
              ? { text: sayStanding(frame, town, model.standing) }
              : {})}
          />
        </Whole>
      </div>
      {under && town ? <Way us={frame.bank} town={town} who={first} answered={status === 'underway'} /> : null}
      {model.takeBackHref !== null ? (
        <Form action={model.takeBackHref} csrf={frame.csrf} class="mt" label={given.takeBack}>
          <p class="read">{given.takeBackText(first)}</p>
          <p class="acts mt-s">
            <Button quiet>{given.takeBack}</Button>
          </p>
        </Form>
      ) : null}
      <p class="acts mt">
        <ButtonLink href={paths.me}>{given.mine}</ButtonLink>
        <ButtonLink href={paths.give} quiet>
          {given.again}
        </ButtonLink>
        {settled && model.proofId !== null ? (
          <a class="link" href={paths.proof(model.proofId)}>
            {given.proof}
          </a>
        ) : null}
      </p>
    </Page>
  );
}

/** The four steps of an hour that crosses, and how far this one has come. */
function Way({ us, town, who, answered }: { us: Town; town: Town; who: string; answered: boolean }) {
  const { kept, room, sent, counted } = given.steps;
  const halfWay = <Dial start={us.theme} />;
  const nothing = <Dial />;
  return (
    <section class="section" aria-labelledby="way">
      <h2 id="way">{given.way}</h2>
      <Line
        steps={[
          { done: true, dial: halfWay, title: kept },
          {
            done: answered,
            dial: answered ? <Dial start={us.theme} end={town.theme} /> : nothing,
            title: room(town.name),
          },
          { done: answered, dial: answered ? halfWay : nothing, title: sent },
          { done: false, dial: nothing, title: counted(who) },
        ]}
      />
    </section>
  );
}
