/** Hours and minutes, as two numbers. */
import { Field } from './forms.tsx';
import { useWords } from './words.ts';

interface HoursProps {
  /** Before the ids of both fields, which are named `hours` and `minutes`. */
  readonly id: string;
  readonly legend: string;
  readonly hours: string;
  readonly minutes: string;
  readonly hint?: string | undefined;
  readonly error?: string | undefined;
}

export function HoursFields({ id, legend, hours, minutes, hint, error }: HoursProps) {
  const { t } = useWords();
  const numeric = { min: 0, step: 1, inputmode: 'numeric' };
  return (
    <fieldset class="field">
      <legend>{legend}</legend>
      {hint ? <p class="hint">{hint}</p> : null}
      <div class="hours-fields">
        <Field
          id={`${id}-hours`}
          name="hours"
          type="number"
          label={t('give.hours')}
          value={hours}
          error={error}
          more={numeric}
        />
        <Field
          id={`${id}-minutes`}
          name="minutes"
          type="number"
          label={t('give.minutes')}
          value={minutes}
          more={{ ...numeric, max: 59 }}
        />
      </div>
    </fieldset>
  );
}
