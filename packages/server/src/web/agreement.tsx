/**
 * An honour agreement as both towns read it.
 *
 * Promises: numbered plain sentences first, both limits side by side, both bridge builders by name, and
 * two yeses that are filled only when they were said. Nothing says yes for anybody.
 *
 * @module
 */

import { agreement, answers } from './agreement-words.ts';
import { Seal } from './emblems.tsx';
import { day, firstName, short } from './format.ts';
import { Button, Form, Refused } from './forms.tsx';
import { Page } from './layout.tsx';
import type { AgreementModel, Frame, Town } from './models.ts';
import { Articles, Half, Whole } from './parts.tsx';
import { paths } from './paths.ts';
import { sayRefusal } from './refusal-words.ts';
import { reading, sayStanding } from './standing.ts';

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
      <Yeses frame={frame} model={model} />
      {model.standing.kind !== 'open' && (status === 'active' || status === 'suspended') ? (
        <p class="note read mt">
          {sayStanding(frame, town, model.standing, { theirBridgeBuilder: bridgeBuilders.theirs })}
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
            <>
              <h3>{agreement.buildersTitle}</h3>
              <p>{agreement.builders(bridgeBuilders.ours, bank.name, bridgeBuilders.theirs, town.name)}</p>
            </>,
          ]}
        />
      </section>
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
