/**
 * An honour agreement as both towns read it.
 *
 * Promises: numbered plain sentences first, both limits side by side, both bridge builders by name, and
 * two yeses that are filled only when they were said. Nothing says yes for anybody.
 *
 * @module
 */

import { agreement, answers, changing, invite } from './agreement-words.ts';
import { Seal } from './emblems.tsx';
import { closing, ending, following } from './ending-words.ts';
import { day, firstName, short } from './format.ts';
import { Button, Choices, Field, Form, Refused } from './forms.tsx';
import { Page } from './layout.tsx';
import { EndingText } from './losses.tsx';
import type { AgreementModel, Frame, Town } from './models.ts';
import { Articles, Half, Whole } from './parts.tsx';
import { paths } from './paths.ts';
import { sayRefusal } from './refusal-words.ts';
import { reading, sayStanding } from './standing.ts';
import { halted, towns } from './words.ts';

export function AgreementPage({ frame, model }: { frame: Frame; model: AgreementModel }) {
  const { bank } = frame;
  const { town, status, bridgeBuilders } = model;
  const place = { bank: bank.name, bridgeBuilder: bank.bridgeBuilder, town: town.name };
  return (
    <Page frame={frame} title={agreement.title(bank.name, town.name)} at={paths.towns}>
      <div class="stand stand--wrap">
        <Seal start={bank} end={town} label={agreement.title(bank.name, town.name)} />
        <div class="stand__main">
          <h1>{agreement.heading[status](bank.name, town.name)}</h1>
          <p class="lead mt-xs">{agreement.readers[model.readers]}</p>
        </div>
      </div>
      {model.refusal ? <Refused text={sayRefusal(model.refusal, place)} /> : null}
      {model.ended === null ? <Yeses frame={frame} model={model} /> : <Ended frame={frame} model={model} />}
      {model.standing.kind !== 'open' && (status === 'active' || status === 'suspended') ? (
        <p class="note read mt">
          {sayStanding(frame, town, model.standing, { theirBridgeBuilder: bridgeBuilders.theirs })}
        </p>
      ) : null}
      {model.difference ? (
        <p class="note read mt">
          {halted['reconciliation']} {towns.difference(town.name, model.difference)}
        </p>
      ) : null}
      <section class="section" aria-labelledby="articles">
        <h2 id="articles">{agreement.articles}</h2>
        <Articles
          items={[
            ...model.words.map((sentence) => <p class="lead">{sentence}</p>),
            <Limits
              us={bank}
              them={town}
              weHonourMinutes={model.weHonourMinutes}
              theyHonourMinutes={model.theyHonourMinutes}
            />,
            ...(model.fromBeforeMinutes === 0
              ? []
              : [<p class="lead">{following.fromBefore(bank.name, town.name, model.fromBeforeMinutes)}</p>]),
            <>
              <h3>{agreement.buildersTitle}</h3>
              <p>{agreement.builders(bridgeBuilders.ours, bank.name, bridgeBuilders.theirs, town.name)}</p>
            </>,
          ]}
        />
      </section>
      {model.canChange === null ? null : <Changing frame={frame} model={model} change={model.canChange} />}
      {model.canClose === null ? null : <Closing frame={frame} model={model} />}
    </Page>
  );
}

/** Both figures at one size: each town over its own promise. */
export function Limits(props: { us: Town; them: Town; weHonourMinutes: number; theyHonourMinutes: number }) {
  const { us, them } = props;
  return (
    <div class="stack">
      <h3>{agreement.limitsTitle}</h3>
      <Whole label={agreement.limits(us.name, them.name)} figures>
        <div class="half" data-town={us.theme}>
          <span>{agreement.honours(us.name)}</span>
          <b>{short(props.weHonourMinutes)}</b>
        </div>
        <div class="half" data-town={them.theme}>
          <span>{agreement.honours(them.name)}</span>
          <b>{short(props.theyHonourMinutes)}</b>
        </div>
      </Whole>
      <p>{agreement.limitText}</p>
    </div>
  );
}

/** How it ended, and what the desk can do next. */
function Ended({ frame, model }: { frame: Frame; model: AgreementModel }) {
  const { ended, next, town } = model;
  if (ended === null) return null;
  return (
    <section class="section" aria-labelledby="ending">
      <h2 id="ending">{ending.title}</h2>
      <div class="read stack">
        <EndingText frame={frame} ended={ended} />
        <p>
          <a href={paths.losses}>{ending.all}</a>
        </p>
      </div>
      {next === 'settle' ? (
        <Form action={paths.closeAgreement(model.id)} csrf={frame.csrf} class="form form--narrow mt">
          <p class="read">{closing.gone(town.name)}</p>
          <input type="hidden" name="because" value={ended.because || ended.town.name} />
          <p>
            <Button name="alone" value="yes" quiet>
              {closing.settle}
            </Button>
          </p>
        </Form>
      ) : null}
      {next === 'follow' ? (
        <Form
          action={paths.followAgreement(model.id)}
          csrf={frame.csrf}
          class="form form--narrow mt"
          label={following.title}
        >
          <h3>{following.title}</h3>
          <p class="read">{following.text(town.name)}</p>
          <Field
            id="hours"
            name="hours"
            type="number"
            label={invite.hours}
            value=""
            required
            more={{ min: 0, step: 1 }}
          />
          <Field
            id="bridge-builder"
            name="bridgeBuilder"
            label={invite.builder}
            value={model.bridgeBuilders.ours}
            required
            more={{ autocomplete: 'name', maxlength: 100 }}
          />
          <p>
            <Button>{following.button}</Button>
          </p>
        </Form>
      ) : null}
    </section>
  );
}

/** Our own figure, and new hours stopped or let in again. */
function Changing(props: { frame: Frame; model: AgreementModel; change: { readonly weSuspended: boolean } }) {
  const { town, id, weHonourMinutes } = props.model;
  const { weSuspended } = props.change;
  const to = { action: paths.changeAgreement(id), csrf: props.frame.csrf, class: 'form form--narrow mt' };
  return (
    <section class="section" aria-labelledby="changing">
      <h2 id="changing">{changing.title}</h2>
      <Form {...to}>
        <Field
          id="hours"
          name="hours"
          type="number"
          label={changing.limit(town.name)}
          value={String(Math.floor(weHonourMinutes / 60))}
          hint={changing.limitHint}
          required
          more={{ min: 0, step: 1, inputmode: 'numeric' }}
        />
        <p>
          <Button name="change" value="limit" quiet>
            {changing.limitButton}
          </Button>
        </p>
      </Form>
      <Form {...to}>
        <p class="read">{weSuspended ? changing.resumeText(town.name) : changing.stopText(town.name)}</p>
        <p>
          <Button name="change" value={weSuspended ? 'resume' : 'suspend'} quiet>
            {weSuspended ? changing.resume : changing.stop}
          </Button>
        </p>
      </Form>
    </section>
  );
}

/** One bank alone can end what does not work any more. Not in sight while it works. */
function Closing({ frame, model }: { frame: Frame; model: AgreementModel }) {
  const { town, canClose } = model;
  return (
    <section class="section" aria-labelledby="closing">
      <h2 id="closing">{closing.title}</h2>
      <p class="read">{closing.text(town.name)}</p>
      <Form action={paths.closeAgreement(model.id)} csrf={frame.csrf} class="form form--narrow mt">
        <Field id="because" name="because" label={closing.because} value="" required more={{ maxlength: 300 }} />
        {canClose === 'gone' ? (
          <Choices
            legend={closing.how}
            name="alone"
            chosen="no"
            options={[
              { value: 'no', label: closing.together(town.name) },
              { value: 'yes', label: closing.gone(town.name) },
            ]}
          />
        ) : null}
        <p>
          <Button quiet>{closing.button(town.name)}</Button>
        </p>
      </Form>
    </section>
  );
}

function Yeses({ frame, model }: { frame: Frame; model: AgreementModel }) {
  const { ourYesAt, theirYesAt, bridgeBuilders, town } = model;
  const number = ((ourYesAt ? 1 : 0) + (theirYesAt ? 1 : 0)) as 0 | 1 | 2;
  const open = model.status === 'offered';
  const waiting = (name: string) => (open ? agreement.waitingFor(name) : agreement.saidNothing(name));
  const said = (at: Date, name: string) => ({ title: agreement.saidYes(name), text: day(at, reading(frame)) });
  const mayAnswer = model.canAnswer && open && ourYesAt === null;
  const ours = ourYesAt ? (
    <Half state="there" town={frame.bank} {...said(ourYesAt, bridgeBuilders.ours)} />
  ) : mayAnswer ? (
    <Half
      state="mine"
      town={frame.bank}
      title={answers.yes}
      text={agreement.yesHint(bridgeBuilders.ours)}
      button={{ name: 'answer', value: 'yes' }}
    />
  ) : (
    <Half state="open" town={frame.bank} title={waiting(firstName(bridgeBuilders.ours))} />
  );
  const both = (
    <Whole label={agreement.yeses(number)} hero>
      {ours}
      {theirYesAt ? (
        <Half state="there" town={town} {...said(theirYesAt, bridgeBuilders.theirs)} />
      ) : (
        <Half state="open" town={town} title={waiting(firstName(bridgeBuilders.theirs))} />
      )}
    </Whole>
  );
  if (model.canWithdraw)
    return (
      <Form action={paths.answerAgreement(model.id)} csrf={frame.csrf} class="mt" label={agreement.yeses(number)}>
        {both}
        <p class="read mt">{answers.withdrawHint(town.name)}</p>
        <p class="acts mt-s">
          <Button name="answer" value="withdraw" quiet>
            {answers.withdraw}
          </Button>
        </p>
      </Form>
    );
  if (!mayAnswer) return <div class="mt">{both}</div>;
  return (
    <Form
      action={paths.answerAgreement(model.id)}
      csrf={frame.csrf}
      class="mt"
      label={agreement.yourTurn(bridgeBuilders.ours)}
    >
      {both}
      <p class="acts acts--middle mt">
        <Button name="answer" value="no" quiet>
          {answers.no}
        </Button>
      </p>
    </Form>
  );
}
