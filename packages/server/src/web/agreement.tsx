/**
 * An honour agreement as both towns read it.
 *
 * Promises: numbered plain sentences first, both limits side by side, both bridge builders by name, and
 * two yeses that are filled only when they were said. Nothing says yes for anybody.
 *
 * @module
 */

import { Seal } from './emblems.tsx';
import { firstName } from './format.ts';
import { Button, Choices, Field, Form, Refused } from './forms.tsx';
import { Page } from './layout.tsx';
import { EndingText } from './losses.tsx';
import type { AgreementModel, Frame, Town } from './models.ts';
import { Articles, Half, Whole } from './parts.tsx';
import { paths } from './paths.ts';
import { sayRefusal } from './refusals.ts';
import { reading, sayDifference, sayStanding } from './standing.ts';
import { useWords } from './words.ts';

export function AgreementPage({ frame, model }: { frame: Frame; model: AgreementModel }) {
  const { bank, words } = frame;
  const { t } = words;
  const { town, status, bridgeBuilders } = model;
  const place = { bank: bank.name, bridgeBuilder: bank.bridgeBuilder, town: town.name };
  const both = { a: bank.name, b: town.name };
  return (
    <Page frame={frame} title={t('agreement.title', both)} at={paths.towns}>
      <div class="stand stand--wrap">
        <Seal start={bank} end={town} label={t('agreement.title', both)} />
        <div class="stand__main">
          <h1>{t(`agreement.heading.${status}`, both)}</h1>
          <p class="lead mt-xs">{t(`agreement.readers.${model.readers}`)}</p>
        </div>
      </div>
      {model.refusal ? <Refused text={sayRefusal(words, model.refusal, place)} /> : null}
      {model.ended === null ? <Yeses frame={frame} model={model} /> : <Ended frame={frame} model={model} />}
      {model.standing.kind !== 'open' && (status === 'active' || status === 'suspended') ? (
        <p class="note read mt">
          {sayStanding(frame, town, model.standing, { theirBridgeBuilder: bridgeBuilders.theirs })}
        </p>
      ) : null}
      {model.difference ? (
        <p class="note read mt">
          {t('standing.halted.reconciliation')} {sayDifference(words, town.name, model.difference)}
        </p>
      ) : null}
      <section class="section" aria-labelledby="articles">
        <h2 id="articles">{t('agreement.articles')}</h2>
        <Articles
          items={[
            ...model.words.map((sentence) => (
              <p class="lead" dir="auto">
                {sentence}
              </p>
            )),
            <Limits
              us={bank}
              them={town}
              weHonourMinutes={model.weHonourMinutes}
              theyHonourMinutes={model.theyHonourMinutes}
            />,
            ...(model.fromBeforeMinutes === 0
              ? []
              : [<p class="lead">{sayFromBefore(frame, town, model.fromBeforeMinutes)}</p>]),
            <>
              <h3>{t('agreement.buildersTitle')}</h3>
              <p>{t('agreement.builders', { ...bridgeBuilders, us: bank.name, them: town.name })}</p>
            </>,
          ]}
        />
      </section>
      {model.canChange === null ? null : <Changing frame={frame} model={model} change={model.canChange} />}
      {model.canClose === null ? null : <Closing frame={frame} model={model} />}
    </Page>
  );
}

/** What an agreement before left over. */
export function sayFromBefore({ bank, words: { t, short } }: Frame, town: Town, toGiveMinutes: number): string {
  const [from, to] = toGiveMinutes > 0 ? [bank.name, town.name] : [town.name, bank.name];
  return t('ending.fromBefore', { from, to, hours: short(toGiveMinutes) });
}

/** Both figures at one size: each town over its own promise. */
export function Limits(props: { us: Town; them: Town; weHonourMinutes: number; theyHonourMinutes: number }) {
  const { us, them } = props;
  const { t, short } = useWords();
  return (
    <div class="stack">
      <h3>{t('agreement.limitsTitle')}</h3>
      <Whole label={t('agreement.limits', { a: us.name, b: them.name })} figures>
        <div class="half" data-town={us.theme}>
          <span>{t('agreement.honours', { town: us.name })}</span>
          <b>{short(props.weHonourMinutes)}</b>
        </div>
        <div class="half" data-town={them.theme}>
          <span>{t('agreement.honours', { town: them.name })}</span>
          <b>{short(props.theyHonourMinutes)}</b>
        </div>
      </Whole>
      <p>{t('agreement.limitText')}</p>
    </div>
  );
}

/** How it ended, and what the desk can do next. */
function Ended({ frame, model }: { frame: Frame; model: AgreementModel }) {
  const { ended, next, town } = model;
  const { t } = frame.words;
  if (ended === null) return null;
  return (
    <section class="section" aria-labelledby="ending">
      <h2 id="ending">{t('ending.title')}</h2>
      <div class="read stack">
        <EndingText frame={frame} ended={ended} />
        <p>
          <a href={paths.losses}>{t('ending.all')}</a>
        </p>
      </div>
      {next === 'settle' ? (
        <Form action={paths.closeAgreement(model.id)} csrf={frame.csrf} class="form form--narrow mt">
          <p class="read">{t('ending.closeGone', { town: town.name })}</p>
          <input type="hidden" name="because" value={ended.because || ended.town.name} />
          <p>
            <Button name="alone" value="yes" quiet>
              {t('ending.closeSettle')}
            </Button>
          </p>
        </Form>
      ) : null}
      {next === 'follow' ? (
        <Form
          action={paths.followAgreement(model.id)}
          csrf={frame.csrf}
          class="form form--narrow mt"
          label={t('ending.follow')}
        >
          <h3>{t('ending.follow')}</h3>
          <p class="read">{t('ending.followText', { town: town.name })}</p>
          <Field
            id="hours"
            name="hours"
            type="number"
            label={t('invite.hours')}
            value=""
            required
            more={{ min: 0, step: 1 }}
          />
          <Field
            id="bridge-builder"
            name="bridgeBuilder"
            label={t('invite.builder')}
            value={model.bridgeBuilders.ours}
            required
            more={{ autocomplete: 'name', maxlength: 100 }}
          />
          <p>
            <Button>{t('invite.makeButton')}</Button>
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
  const { t } = props.frame.words;
  const to = { action: paths.changeAgreement(id), csrf: props.frame.csrf, class: 'form form--narrow mt' };
  return (
    <section class="section" aria-labelledby="changing">
      <h2 id="changing">{t('agreement.changing')}</h2>
      <Form {...to}>
        <Field
          id="hours"
          name="hours"
          type="number"
          label={t('agreement.changeLimit', { town: town.name })}
          value={String(Math.floor(weHonourMinutes / 60))}
          hint={t('agreement.changeLimitHint')}
          required
          more={{ min: 0, step: 1, inputmode: 'numeric' }}
        />
        <p>
          <Button name="change" value="limit" quiet>
            {t('agreement.changeLimitButton')}
          </Button>
        </p>
      </Form>
      <Form {...to}>
        <p class="read">{t(weSuspended ? 'agreement.resumeText' : 'agreement.stopText', { town: town.name })}</p>
        <p>
          <Button name="change" value={weSuspended ? 'resume' : 'suspend'} quiet>
            {weSuspended ? t('agreement.resume') : t('agreement.stop')}
          </Button>
        </p>
      </Form>
    </section>
  );
}

/** One bank alone can end what does not work any more. Not in sight while it works. */
function Closing({ frame, model }: { frame: Frame; model: AgreementModel }) {
  const { town, canClose } = model;
  const { t } = frame.words;
  return (
    <section class="section" aria-labelledby="closing">
      <h2 id="closing">{t('ending.close')}</h2>
      <p class="read">{t('ending.closeText', { town: town.name })}</p>
      <Form action={paths.closeAgreement(model.id)} csrf={frame.csrf} class="form form--narrow mt">
        <Field
          id="because"
          name="because"
          label={t('ending.closeBecause')}
          value=""
          required
          more={{ maxlength: 300 }}
        />
        {canClose === 'gone' ? (
          <Choices
            legend={t('ending.closeHow')}
            name="alone"
            chosen="no"
            options={[
              { value: 'no', label: t('ending.closeTogether', { town: town.name }) },
              { value: 'yes', label: t('ending.closeGone', { town: town.name }) },
            ]}
          />
        ) : null}
        <p>
          <Button quiet>{t('ending.closeButton', { town: town.name })}</Button>
        </p>
      </Form>
    </section>
  );
}

function Yeses({ frame, model }: { frame: Frame; model: AgreementModel }) {
  const { ourYesAt, theirYesAt, bridgeBuilders, town } = model;
  const { t, day } = frame.words;
  const yeses = t(
    ourYesAt && theirYesAt ? 'agreement.yeses.two' : `agreement.yeses.${ourYesAt || theirYesAt ? 'one' : 'none'}`,
  );
  const open = model.status === 'offered';
  const waiting = (name: string) => t(open ? 'agreement.waitingFor' : 'agreement.saidNothing', { name });
  const said = (at: Date, name: string) => ({ title: t('agreement.saidYes', { name }), text: day(at, reading(frame)) });
  const mayAnswer = model.canAnswer && open && ourYesAt === null;
  const ours = ourYesAt ? (
    <Half state="there" town={frame.bank} {...said(ourYesAt, bridgeBuilders.ours)} />
  ) : mayAnswer ? (
    <Half
      state="mine"
      town={frame.bank}
      title={t('agreement.yes')}
      text={t('agreement.yesHint', { name: firstName(bridgeBuilders.ours) })}
      button={{ name: 'answer', value: 'yes' }}
    />
  ) : (
    <Half state="open" town={frame.bank} title={waiting(firstName(bridgeBuilders.ours))} />
  );
  const both = (
    <Whole label={yeses} hero>
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
      <Form action={paths.answerAgreement(model.id)} csrf={frame.csrf} class="mt" label={yeses}>
        {both}
        <p class="read mt">{t('agreement.withdrawHint', { town: town.name })}</p>
        <p class="acts mt-s">
          <Button name="answer" value="withdraw" quiet>
            {t('agreement.withdraw')}
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
      label={t('agreement.yourTurn', { name: firstName(bridgeBuilders.ours) })}
    >
      {both}
      <p class="acts acts--middle mt">
        <Button name="answer" value="no" quiet>
          {t('agreement.no')}
        </Button>
      </p>
    </Form>
  );
}
