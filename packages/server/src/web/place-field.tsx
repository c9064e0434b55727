/** Where something is, in the member's own words, with the town's places to choose from. */
import { Field } from './forms.tsx';

interface PlaceFieldProps {
  readonly label: string;
  /** Where there are places to choose from. */
  readonly hint: string;
  /** Where there are none; otherwise {@link hint}. */
  readonly hintAlone?: string;
  readonly value: string;
  readonly most: number;
  /** The names of the town's places. */
  readonly places: readonly string[];
  readonly error?: string | undefined;
}

export function PlaceField({ label, hint, hintAlone = hint, value, most, places, error }: PlaceFieldProps) {
  const more = { maxlength: most, autocomplete: 'off', ...(places.length > 0 && { list: 'places' }) };
  const said = places.length > 0 ? hint : hintAlone;
  return (
    <>
      <Field id="place" name="place" label={label} hint={said} value={value} error={error} more={more} />
      {places.length > 0 ? (
        <datalist id="places">
          {places.map((place) => (
            <option value={place} />
          ))}
        </datalist>
      ) : null}
    </>
  );
}
