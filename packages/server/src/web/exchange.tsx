/**
 * One exchange: the two halves that meet, what may be done now, how it went, and the words between the two.
 *
 * Promises: the one decision is one pair of halves; both figures stand at one size; nothing says yes for anybody, and
 * where the bank has a rule for silence the rule is said here.
 *
 * @module
 */
import type { ExchangeView, SideView } from '../exchange/view.ts';
import { Emblem } from './emblems.tsx';
import { ActForm, OtherActs, SettleForm } from './exchange-forms.tsx';
import { Talk, type TalkModel, Thanks } from './exchange-talk.tsx';
import { called, otherOf, sayLead, sayReserved, sayState, sayStep, sayWhen } from './exchange-words.ts';
import { ButtonLink, Refused } from './forms.tsx';
import { Page } from './layout.tsx';
import type { Frame, RefusalView, Theme, Town } from './models.ts';
import { Agree, Dial, Half, Line, type Step, Whole } from './parts.tsx';
import { paths } from './paths.ts';
import { sayRefusal } from './refusals.ts';
import { reading } from './standing.ts';
import { useWords } from './words.ts';

export interface ExchangeModel extends TalkModel {
  /** The other's town, if it is another one. */
  readonly town: Town | null;
  readonly refusal: RefusalView | null;
  /** "Written down for Agnes by Fiona, slip 311". */
  readonly slips: readonly string[];
  /** Just after a yes: the two halves meet once. */
  readonly just: boolean;
  /** The bank's rule for the silence of whoever pays; `null` when there is none. */
  readonly confirmAfterDays: number | null;
  /** What the receiver has to use now; `null` for the giver. */
  readonly availableMinutes: number | null;
  /** "Gràcia honours 12 h more from us", when hours would go there. */
  readonly standing: string | null;
  /** The receipt of what moved, across towns. */
  readonly receipt: string | null;
}

export function ExchangePage({ frame, model }: { frame: Frame; model: ExchangeModel }) {
  const { words, bank } = frame;
  const { t } = words;
  const { view, refusal } = model;
  const when = reading(frame);
  const reserved = sayReserved(words, view);
  const name = view.side === null ? '' : called(otherOf(view));
  return (
    <Page frame={frame} title={view.title} at={view.side === null ? paths.console : paths.exchanges}>
      <Where bank={bank} town={model.town} />
      <h1 class="mt-s">{sayState(words, view)}</h1>
      {refusal === null ? null : (
        <Refused
          text={sayRefusal(words, refusal, {
            bank: bank.name,
            bridgeBuilder: bank.bridgeBuilder,
            town: model.town?.name,
            who: name,
          })}
        />
      )}
      <p class="lead read mt-s">{sayLead(words, view, model.who, when)}</p>
      {view.heard ? null : <p class="note read mt-s">{t('exchange.unheard', { town: model.town?.name ?? '' })}</p>}
      <Halves frame={frame} model={model} />
      {view.yesAhead && view.status === 'agreed' ? <p class="read mt-s">{t('exchange.aheadSaid')}</p> : null}
      {view.countsByItself ? <p class="note read mt-s">{t('exchange.aheadWaits')}</p> : null}
      <Facts frame={frame} model={model} reserved={reserved} />
      {view.side === null ? null : <OtherActs frame={frame} model={model} />}
      {view.side === null && view.status === 'disputed' ? <SettleForm frame={frame} model={model} /> : null}
      <Thanks frame={frame} model={model} />
      <section class="section" aria-labelledby="story">
        <h2 id="story">{t('exchange.story')}</h2>
        <div class="mt">
          <Line steps={storyOf(frame, model)} />
        </div>
        {model.slips.map((slip) => (
          <p class="meta mt-s">{slip}</p>
        ))}
      </section>
      <Talk frame={frame} model={model} />
    </Page>
  );
}

function Where({ bank, town }: { bank: Town; town: Town | null }) {
  const { t } = useWords();
  if (town === null)
    return (
      <p class="tag">
        <Emblem theme={bank.theme} size="s" /> {t('exchange.inTown', { town: bank.name })}
      </p>
    );
  return (
    <p class="tag">
      <Emblem theme={town.theme} size="s" /> <Emblem theme={bank.theme} size="s" />{' '}
      {t('exchange.between', { one: town.name, other: bank.name })}
    </p>
  );
}

/** The giver's half at the start, the receiver's at the end; the one that is mine can be pressed when it is my turn. */
function Halves({ frame, model }: { frame: Frame; model: ExchangeModel }) {
  const { t } = useWords();
  const { view, just } = model;
  if (view.status === 'declined' || view.status === 'cancelled' || view.status === 'none') return null;
  if (view.status === 'disputed') return <Figures model={model} />;
  const yes = view.acts.includes('confirm') ? 'confirm' : view.acts.includes('accept') ? 'accept' : null;
  const name = view.side === null ? '' : called(otherOf(view));
  const halves = (
    <Whole label={t('exchange.pairLabel', { name })} hero just={just}>
      {(['giver', 'receiver'] as const).map((side) => (
        <Side frame={frame} model={model} side={side} yes={yes} />
      ))}
    </Whole>
  );
  if (yes === null) return <div class="mt">{halves}</div>;
  return (
    <div class="mt">
      <ActForm frame={frame} view={view} act={yes} wide>
        {halves}
      </ActForm>
    </div>
  );
}

function Side(props: {
  frame: Frame;
  model: ExchangeModel;
  side: 'giver' | 'receiver';
  yes: 'confirm' | 'accept' | null;
}) {
  const { t, long } = useWords();
  const { frame, model, side, yes } = props;
  const { view } = model;
  const mine = view.side === side;
  const name = called(view[side]);
  const theirs: Town | null = view[side].town === null ? null : model.town;
  const town = theirs ?? frame.bank;
  if (mine && yes !== null) {
    const said =
      yes === 'confirm'
        ? t('exchange.sayRight')
        : view.status === 'agreed'
          ? t('exchange.sayYesChange')
          : t('exchange.sayYes');
    return (
      <Half
        state="mine"
        town={town}
        title={said}
        text={t('exchange.press', { name })}
        button={{ name: 'yes', value: 'yes' }}
      />
    );
  }
  if (view.waitsFor === side || (view.status === 'claimed' && view.record?.by !== side))
    return <Half state="open" town={town} title={t('exchange.waitingFor', { name })} />;
  const hours = long(view.status === 'agreed' && view.change !== null ? view.change.terms.minutes : view.minutes);
  if (view.status === 'proposed' || (view.status === 'agreed' && view.change?.by === side))
    return (
      <Half
        state="there"
        town={town}
        title={mine ? t('exchange.youPropose', { hours }) : t('exchange.proposes', { name, hours })}
      />
    );
  if (view.status === 'claimed')
    return (
      <Half
        state="there"
        town={town}
        title={mine ? t('exchange.youWrote', { hours }) : t('exchange.wrote', { name, hours })}
      />
    );
  return (
    <Half
      state="there"
      town={town}
      title={mine ? t('exchange.youSaidYes') : t('exchange.saidYes', { name })}
      {...(view.status === 'confirmed' ? { text: long(view.minutes) } : {})}
    />
  );
}

/** What each of them says, at one size. */
function Figures({ model: { view } }: { model: ExchangeModel }) {
  const { t } = useWords();
  const { record, against, terms } = view;
  if (record === null) return null;
  const label = ({ by }: { by: 'giver' | 'receiver' }) =>
    by === view.side ? t('exchange.figureMine') : t('exchange.figureOf', { name: called(view[by]) });
  const second =
    against === null
      ? { label: t('exchange.figureAgreed'), minutes: terms?.minutes ?? 0 }
      : { label: label(against), minutes: against.minutes };
  return (
    <div class="mt">
      <Agree start={{ label: label(record), minutes: record.minutes }} end={second} />
      {view.because === '' ? null : <p class="lead read mt-s lines">{t('exchange.because', { text: view.because })}</p>}
    </div>
  );
}

/** What is proposed or agreed, and what is known of the hours for it. */
function Facts({ frame, model, reserved }: { frame: Frame; model: ExchangeModel; reserved: string | null }) {
  const { words } = frame;
  const { t, long, weekday } = words;
  const { view, confirmAfterDays, availableMinutes, standing } = model;
  const when = reading(frame);
  const terms = view.change?.terms ?? view.terms;
  const open = view.status === 'proposed' || view.status === 'agreed';
  const rule = view.status === 'agreed' || view.status === 'claimed';
  return (
    <div class="two mt">
      <ul class="list-rule">
        {terms === null ? null : (
          <>
            <li>
              <strong>{t('exchange.termsWhat')}</strong> <span class="lines">{terms.content}</span>
            </li>
            <li>
              <strong>{t('exchange.termsLong')}</strong> {long(terms.minutes)}
            </li>
            {terms.startTime === undefined ? null : (
              <li>
                <strong>{t('exchange.termsWhen')}</strong> {sayWhen(words, terms.startTime, when)}
              </li>
            )}
            {terms.place === undefined ? null : (
              <li>
                <strong>{t('exchange.termsWhere')}</strong> {terms.place}
              </li>
            )}
            {view.record?.doneOn ? (
              <li>
                <strong>{t('exchange.termsDone')}</strong>{' '}
                {weekday(new Date(`${view.record.doneOn}T12:00:00Z`), { ...when, timeZone: 'UTC' })}
              </li>
            ) : null}
          </>
        )}
      </ul>
      <div class="stack">
        {reserved === null ? null : <p>{reserved}</p>}
        {open && availableMinutes !== null ? (
          <p>
            {availableMinutes > 0
              ? t('exchange.available', { hours: long(availableMinutes) })
              : t('exchange.availableNone')}
          </p>
        ) : null}
        {open && standing !== null ? <p>{standing}</p> : null}
        {rule ? (
          <p>
            {confirmAfterDays === null
              ? t('exchange.noSilence')
              : t('exchange.rule', {
                  name: called(view.receiver),
                  days: confirmAfterDays,
                  bank: frame.bank.name,
                })}
          </p>
        ) : null}
        {model.receipt === null ? null : (
          <p>
            <ButtonLink href={model.receipt} quiet>
              {t('exchange.receipt')}
            </ButtonLink>
          </p>
        )}
      </div>
    </div>
  );
}

function storyOf(frame: Frame, model: ExchangeModel): Step[] {
  const { words, bank } = frame;
  const { t, moment } = words;
  const { view } = model;
  const when = reading(frame);
  const themeOf = (side: SideView): Theme => (side.town === null ? bank.theme : (model.town?.theme ?? 'plain'));
  const dial = (giver: boolean, receiver: boolean) => (
    <Dial start={giver ? themeOf(view.giver) : null} end={receiver ? themeOf(view.receiver) : null} />
  );
  const done = view.story.map((step): Step => {
    const both = step.kind === 'Accept' || step.kind === 'AcceptClaim';
    const none = step.kind === 'Reject' || step.kind === 'Withdraw' || step.kind === 'Cancel';
    const notes = [
      step.because === '' ? '' : t('exchange.because', { text: step.because }),
      step.wroteBy === 'desk' ? t('exchange.storyByDesk') : '',
      step.counted ? '' : t('exchange.storyCrossed'),
    ];
    return {
      done: true,
      dial: dial(!none && (both || step.by === 'giver'), !none && (both || step.by === 'receiver')),
      title: sayStep(words, view, step, bank.name),
      text: notes.filter((note) => note !== '').join(' '),
      meta: moment(new Date(step.at), when),
    };
  });
  return [...done, ...toCome(frame, view).map((title) => ({ done: false, dial: dial(false, false), title }))];
}

function toCome({ words: { t } }: Frame, view: ExchangeView): string[] {
  const confirm = (side: 'giver' | 'receiver') =>
    side === view.side ? t('exchange.toConfirmYou') : t('exchange.toConfirm', { name: called(view[side]) });
  const waiting = view.waitsFor === 'giver' || view.waitsFor === 'receiver' ? [confirm(view.waitsFor)] : [];
  switch (view.status) {
    case 'proposed':
      return [...waiting, t('exchange.toDo'), t('exchange.toMove')];
    case 'agreed':
      return [...waiting, t('exchange.toDo'), t('exchange.toMove')];
    case 'claimed':
      return [...waiting, t('exchange.toMove')];
    case 'confirmed':
      return view.reserved === 'settled' ? [] : [t('exchange.toMove')];
    default:
      return [];
  }
}
