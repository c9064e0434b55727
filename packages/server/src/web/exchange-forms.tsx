/**
 * The forms of one exchange: an act each, open only when it may be done.
 *
 * Promises: every form says what it answers, so an answer given on an old page answers nothing newer; a form that was
 * refused is open and keeps what was typed.
 *
 * @module
 */
import type { PropsWithChildren } from 'hono/jsx';
import type { ExchangeView } from '../exchange/view.ts';
import { type Builders, called, otherOf, sides } from './exchange-words.ts';
import { Button, Field, Form } from './forms.tsx';
import { HoursFields } from './hours-fields.tsx';
import type { Frame } from './models.ts';
import { paths } from './paths.ts';
import { useWords } from './words.ts';

/** What was typed, by the name of its field, and what is wrong with it. */
export interface Typed {
  /** The form that was sent; empty on a fresh page. */
  readonly act: string;
  readonly values: Readonly<Record<string, string>>;
  readonly errors: Readonly<Record<string, 'missing' | 'long' | 'time' | 'length' | 'far' | 'future' | undefined>>;
}

export interface FormsModel {
  readonly view: ExchangeView;
  readonly typed: Typed;
  /** What the fields hold before anything is typed. */
  readonly terms: { hours: string; minutes: string; content: string; date: string; time: string; place: string };
  /** Of the record: today, as `2026-11-23`. */
  readonly today: string;
  /** Both bridge builders and the day by which they look, if something is contested now. */
  readonly who: Builders;
  readonly until: string;
  /** The most that is given at once here. */
  readonly capMinutes: number;
  /** Sent with what would count twice, so that pressing twice does it once. */
  readonly key: string;
}

interface ActProps {
  readonly frame: Frame;
  readonly view: ExchangeView;
  readonly act: string;
  /** As wide as the page: the pair of halves. */
  readonly wide?: boolean;
}

/** One form of this exchange. */
export function ActForm({ frame, view, act, wide, children }: PropsWithChildren<ActProps>) {
  return (
    <Form action={paths.exchange(view.id)} csrf={frame.csrf} class={wide === true ? 'form' : 'form form--narrow'}>
      <input type="hidden" name="act" value={act} />
      {view.open === null ? null : <input type="hidden" name="answers" value={`${view.open.side} ${view.open.n}`} />}
      {children}
    </Form>
  );
}

/** A form behind its summary. */
export function Folded({
  frame,
  view,
  act,
  title,
  open,
  children,
}: PropsWithChildren<ActProps & { title: string; open?: boolean }>) {
  return (
    <details open={open === true}>
      <summary>{title}</summary>
      <ActForm frame={frame} view={view} act={act}>
        {children}
      </ActForm>
    </details>
  );
}

function useErrors() {
  const { t } = useWords();
  const said = {
    missing: t('exchange.missing'),
    long: t('exchange.tooLong'),
    time: t('exchange.wrongTime'),
    length: t('exchange.wrongLength'),
    far: t('exchange.wrongYear'),
    future: t('exchange.stillToCome'),
  };
  return (error: keyof typeof said | undefined) => (error === undefined ? undefined : said[error]);
}

interface PartProps {
  /** Before the ids of the fields. */
  readonly id: string;
  readonly typed: Typed;
  readonly values: Readonly<Record<string, string>>;
}

/** What somebody writes down of it: how long it was, or that it did not happen. */
function RecordFields({
  name,
  send,
  children,
  ...part
}: PropsWithChildren<PartProps & { name: string; send: string }>) {
  const { t } = useWords();
  return (
    <>
      <LengthFields {...part} legend={t('exchange.recordLegend')} hint={t('exchange.recordHint', { name })} />
      {children}
      <p class="acts">
        <Button>{send}</Button>{' '}
        <Button quiet name="none" value="yes">
          {t('exchange.recordNone')}
        </Button>
      </p>
    </>
  );
}

/** How long, in hours and minutes. */
function LengthFields({ id, typed, values, legend, hint }: PartProps & { legend: string; hint?: string }) {
  const say = useErrors();
  const value = (name: string) => typed.values[name] ?? values[name] ?? '';
  return (
    <HoursFields
      id={id}
      legend={legend}
      hours={value('hours')}
      minutes={value('minutes')}
      hint={hint}
      error={say(typed.errors['length'])}
    />
  );
}

/** When it is, if a day is given without a time. */
export const NOON = '12:00';

/** What, how long, when and where. */
export function TermsFields({ id, typed, values, hint }: PartProps & { hint: string }) {
  const { t } = useWords();
  const say = useErrors();
  const value = (name: string) => typed.values[name] ?? values[name] ?? '';
  return (
    <>
      <Field
        id={`${id}-content`}
        name="content"
        type="textarea"
        label={t('exchange.what')}
        value={value('content')}
        error={say(typed.errors['content'])}
        required
        more={{ maxlength: 500 }}
      />
      <LengthFields id={id} typed={typed} values={values} legend={t('exchange.length')} hint={hint} />
      <div class="when-fields">
        <DayField id={id} typed={typed} values={values} label={t('exchange.date')} />
        <Field
          id={`${id}-time`}
          name="time"
          type="time"
          label={t('exchange.time')}
          value={value('time')}
          more={{ 'aria-describedby': `${id}-time-hint` }}
        />
      </div>
      <p class="hint" id={`${id}-time-hint`}>
        {t('exchange.timeHint', { time: NOON })}
      </p>
      <Field
        id={`${id}-place`}
        name="place"
        label={t('exchange.place')}
        hint={t('exchange.placeHint')}
        value={value('place')}
        error={say(typed.errors['place'])}
        more={{ maxlength: 200 }}
      />
    </>
  );
}

function DayField({ id, typed, values, label }: PartProps & { label: string }) {
  const say = useErrors();
  const value = typed.values['date'] ?? values['date'] ?? '';
  return (
    <Field id={`${id}-date`} name="date" type="date" label={label} value={value} error={say(typed.errors['date'])} />
  );
}

function Because({
  id,
  typed,
  label,
  hint,
  required,
}: PartProps & { label: string; hint?: string; required?: boolean }) {
  const say = useErrors();
  return (
    <Field
      id={`${id}-because`}
      name="because"
      type="textarea"
      label={label}
      value={typed.values['because'] ?? ''}
      error={say(typed.errors['because'])}
      more={{ maxlength: 500 }}
      {...(hint === undefined ? {} : { hint })}
      {...(required ? { required: true } : {})}
    />
  );
}

const FRESH: Typed = { act: '', values: {}, errors: {} };

/** Everything that a member may do beside the one yes. */
export function OtherActs({ frame, model }: { frame: Frame; model: FormsModel }) {
  const { t, long } = useWords();
  const { view, terms, today, who, until, capMinutes } = model;
  const may = new Set<string>(view.acts);
  const typedOf = (act: string) => (model.typed.act === act ? model.typed : FRESH);
  const folded = (act: string) => ({ frame, view, act, open: model.typed.act === act });
  const name = called(otherOf(view));
  const { me } = sides(view);
  const cap = t('exchange.capHint', { hours: long(capMinutes) });
  const recordTitle = view.status === 'disputed' ? t('exchange.amendOpen') : t('exchange.recordOpen');
  const recordSend = view.status === 'disputed' ? t('exchange.amendSend') : t('exchange.recordSend');
  const both = view.status === 'claimed' && view.record?.by !== me;
  return (
    <div class="deeds mt">
      {may.has('record') && !both ? (
        <Folded
          {...folded('record')}
          title={recordTitle}
          open={view.status === 'disputed' || model.typed.act === 'record'}
        >
          <RecordFields id="record" typed={typedOf('record')} values={terms} name={name} send={recordSend}>
            <DayField id="record" typed={typedOf('record')} values={{ date: today }} label={t('exchange.recordDay')} />
          </RecordFields>
        </Folded>
      ) : null}
      {may.has('change_record') ? (
        <Folded {...folded('change_record')} title={t('exchange.changeOpen')}>
          <RecordFields
            id="change"
            typed={typedOf('change_record')}
            values={terms}
            name={name}
            send={t('exchange.changeSend')}
          >
            <DayField
              id="change"
              typed={typedOf('change_record')}
              values={{ date: view.record?.doneOn ?? today }}
              label={t('exchange.recordDay')}
            />
          </RecordFields>
        </Folded>
      ) : null}
      {may.has('contest') ? (
        <Folded {...folded('contest')} title={t('exchange.contestOpen')}>
          <Because
            id="contest"
            typed={typedOf('contest')}
            values={{}}
            label={t('exchange.contestLabel')}
            hint={t('exchange.contestHint', { ...who, name, day: until })}
            required
          />
          <p class="acts">
            <Button>{t('exchange.contestSend')}</Button>
          </p>
        </Folded>
      ) : null}
      {may.has('counter') ? (
        <Folded {...folded('counter')} title={t('exchange.counterOpen')}>
          <TermsFields id="counter" typed={typedOf('counter')} values={terms} hint={cap} />
          <p class="acts">
            <Button>{t('exchange.counterSend', { name })}</Button>
          </p>
        </Folded>
      ) : null}
      {may.has('decline') ? (
        <Folded {...folded('decline')} title={t('exchange.declineOpen')}>
          <Because
            id="decline"
            typed={typedOf('decline')}
            values={{}}
            label={t('exchange.reason')}
            hint={t('exchange.declineHint')}
          />
          <p class="acts">
            <Button quiet>{t('exchange.declineSend', { name })}</Button>
          </p>
        </Folded>
      ) : null}
      {may.has('cancel') ? (
        <Folded {...folded('cancel')} title={t('exchange.cancelOpen')}>
          <Because
            id="cancel"
            typed={typedOf('cancel')}
            values={{}}
            label={t('exchange.reason')}
            hint={t('exchange.cancelHint', { name })}
          />
          <p class="acts">
            <Button quiet>{t('exchange.cancelSend')}</Button>
          </p>
        </Folded>
      ) : null}
      {may.has('withdraw') ? (
        <ActForm frame={frame} view={view} act="withdraw">
          <p class="acts">
            <Button quiet>{t('exchange.withdrawSend')}</Button>
          </p>
        </ActForm>
      ) : null}
      {view.status === 'confirmed' && view.reserved === 'settled' && view.minutes > 0 && view.side !== null ? (
        <Folded {...folded('right')} title={t('exchange.rightOpen')}>
          <LengthFields
            id="right"
            typed={typedOf('right')}
            values={{ hours: '0', minutes: '15' }}
            legend={t('exchange.length')}
            hint={t('exchange.rightHint', { name })}
          />
          <input type="hidden" name="key" value={`${model.key}-right`} />
          <p class="acts">
            <Button quiet>{t('exchange.rightSend', { name })}</Button>
          </p>
        </Folded>
      ) : null}
    </div>
  );
}

/** For the desk, in a dispute: what its member now stands by. */
export function SettleForm({ frame, model }: { frame: Frame; model: FormsModel }) {
  const { t } = useWords();
  const { view, terms, typed } = model;
  const ours = (['giver', 'receiver'] as const).filter((side) => view[side].town === null);
  const of = typed.act === 'settle' ? typed : FRESH;
  const chosen = ours.find((side) => side === of.values['side']) ?? ours[0];
  const say = useErrors();
  return (
    <section class="section sheet" aria-labelledby="settle">
      <h2 id="settle">{t('exchange.deskSettle')}</h2>
      <p class="read">{t('exchange.deskSettleHint')}</p>
      <ActForm frame={frame} view={view} act="settle">
        <fieldset class="field">
          <legend>{t('exchange.deskWho')}</legend>
          <div class="choose">
            {ours.map((side) => (
              <label>
                <input type="radio" name="side" value={side} checked={side === chosen} />
                {view[side].name}
              </label>
            ))}
          </div>
        </fieldset>
        <LengthFields id="settle" typed={of} values={terms} legend={t('exchange.recordLegend')} />
        {view.giver.town === null ? (
          <Field
            id="settle-fund"
            name="fund"
            type="number"
            label={t('exchange.deskFund')}
            value={of.values['fund'] ?? '0'}
            error={of.errors['fund'] === undefined ? undefined : t('exchange.deskFundWrong')}
            more={{ min: 0, step: 1, inputmode: 'numeric' }}
          />
        ) : null}
        <Field
          id="settle-reason"
          name="reason"
          label={t('slip.reason')}
          hint={t('slip.reasonHint')}
          value={of.values['reason'] ?? ''}
          error={of.errors['reason'] === 'missing' ? t('slip.reasonMissing') : say(of.errors['reason'])}
          required
          more={{ maxlength: 300 }}
        />
        <p class="acts">
          <Button>{t('exchange.deskSend')}</Button>{' '}
          <Button quiet name="none" value="yes">
            {t('exchange.recordNone')}
          </Button>
        </p>
      </ActForm>
    </section>
  );
}
