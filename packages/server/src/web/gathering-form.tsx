/**
 * Calling a gathering, and changing it.
 *
 * Promises: a field that is wrong says so beside it and keeps what was typed; what cannot change any more is not asked.
 *
 * @module
 */
import { LENGTHS } from '../gathering/gatherings.ts';
import { Button, Choices, Field, Form, Refused } from './forms.tsx';
import { HostReason, placeOf } from './gathering.tsx';
import { Page } from './layout.tsx';
import type { Frame, RefusalView } from './models.ts';
import { paths } from './paths.ts';
import { PlaceField } from './place-field.tsx';
import { sayRefusal } from './refusals.ts';

const FIELDS = [
  'kind',
  'title',
  'text',
  'place',
  'day',
  'from',
  'to',
  'seats',
  'rule',
  'minutes',
  'visibility',
] as const;

export type GatheringField = (typeof FIELDS)[number];
export type GatheringValues = Readonly<Record<GatheringField, string>>;
export const GATHERING_FIELDS: readonly GatheringField[] = FIELDS;

export interface GatheringFormModel {
  /** `null` for a new one. */
  readonly id: string | null;
  readonly values: GatheringValues;
  readonly wrong: ReadonlySet<GatheringField>;
  /** The rules that this host may make. */
  readonly rules: readonly ('none' | 'guests_give' | 'guests_receive')[];
  /** Somebody has a seat: the rule and who may come stay. */
  readonly fixed: boolean;
  /** Whether partners can be asked along at all. */
  readonly partners: boolean;
  readonly places: readonly string[];
  readonly key: string;
  readonly refusal: RefusalView | null;
  /** Why the desk changes it for the member who hosts; `null`: it is their own. */
  readonly reason: string | null;
  readonly hostName: string;
}

const LENGTH_CHOICES = [15, 30, 45, 60, 90, 120, 180, 240];

export function GatheringFormPage({ frame, model }: { frame: Frame; model: GatheringFormModel }) {
  const { t } = frame.words;
  const { id, values, wrong, refusal } = model;
  const title = id === null ? t('gathering.new') : t('gathering.form.change');
  return (
    <Page frame={frame} title={title} at={paths.gatherings}>
      <h1>{id === null ? t('gathering.form.new') : title}</h1>
      {refusal && refusal.facts?.['field'] !== 'reason' ? (
        <Refused text={sayRefusal(frame.words, refusal, placeOf(frame))} />
      ) : null}
      <Form action={id === null ? paths.gatherings : paths.changeGathering(id)} csrf={frame.csrf} class="form read mt">
        <input type="hidden" name="key" value={model.key} />
        <Choices
          legend={t('gathering.form.kind')}
          name="kind"
          chosen={values.kind}
          options={(['meeting', 'class', 'choir', 'shift'] as const).map((value) => ({
            value,
            label: t(`gathering.kind.${value}`),
          }))}
        />
        <Field
          id="title"
          name="title"
          label={t('gathering.form.title')}
          hint={t('gathering.form.titleHint')}
          value={values.title}
          error={wrong.has('title') ? t('gathering.form.titleWrong') : undefined}
          required
          more={{ maxlength: LENGTHS.title }}
        />
        <When frame={frame} model={model} />
        <PlaceField
          label={t('gathering.form.place')}
          hint={t('gathering.form.placeHint')}
          hintAlone={t('gathering.form.placeHintAlone')}
          value={values.place}
          most={LENGTHS.place}
          places={model.places}
        />
        <Field
          id="text"
          name="text"
          type="textarea"
          label={t('gathering.form.text')}
          value={values.text}
          error={wrong.has('text') ? t('gathering.form.textWrong') : undefined}
          more={{ maxlength: LENGTHS.text }}
        />
        <Field
          id="seats"
          name="seats"
          label={t('gathering.form.seats')}
          value={values.seats}
          error={wrong.has('seats') ? t('gathering.form.seatsWrong') : undefined}
          required
          more={{ inputmode: 'numeric', maxlength: 3 }}
        />
        <Rule frame={frame} model={model} />
        <HostReason frame={frame} reason={model.reason} host={model.hostName} refusal={refusal} />
        <p>
          <Button id="send">{id === null ? t('gathering.form.save') : t('gathering.form.keep')}</Button>
        </p>
      </Form>
    </Page>
  );
}

function When({ frame, model }: { frame: Frame; model: GatheringFormModel }) {
  const { t } = frame.words;
  const { values, wrong } = model;
  return (
    <div class="when">
      <Field
        id="day"
        name="day"
        type="date"
        label={t('gathering.form.day')}
        value={values.day}
        error={wrong.has('day') ? t('gathering.form.timeWrong') : undefined}
        required
      />
      <Field id="from" name="from" type="time" label={t('gathering.form.from')} value={values.from} required />
      <Field id="to" name="to" type="time" label={t('gathering.form.to')} value={values.to} required />
    </div>
  );
}

function Rule({ frame, model }: { frame: Frame; model: GatheringFormModel }) {
  const { t, short } = frame.words;
  const { values, wrong } = model;
  if (model.fixed)
    return (
      <>
        {(['rule', 'minutes', 'visibility'] as const).map((name) => (
          <input type="hidden" name={name} value={values[name]} />
        ))}
        <p class="hint">{t('gathering.form.ruleFixed')}</p>
      </>
    );
  return (
    <>
      <Choices
        legend={t('gathering.form.rule')}
        name="rule"
        chosen={values.rule}
        options={model.rules.map((value) => ({ value, label: t(`gathering.form.rule.${value}`) }))}
      />
      <Choices
        legend={t('gathering.form.minutes')}
        name="minutes"
        chosen={values.minutes}
        options={LENGTH_CHOICES.map((minutes) => ({ value: String(minutes), label: short(minutes) }))}
      />
      <Choices
        legend={t('gathering.form.see')}
        name="visibility"
        chosen={values.visibility}
        error={wrong.has('visibility') ? t('gathering.form.seeWrong') : undefined}
        options={[
          { value: 'bank', label: t('gathering.form.seeBank', { town: frame.bank.name }) },
          ...(model.partners || values.visibility === 'partners'
            ? [{ value: 'partners', label: t('gathering.form.seePartners') }]
            : []),
          { value: 'public', label: t('gathering.form.seePublic') },
        ]}
      >
        {!model.partners && values.visibility === 'partners' ? (
          <p class="hint">{t('offers.new.seeNoPartner')}</p>
        ) : null}
      </Choices>
    </>
  );
}
