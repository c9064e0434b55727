/** Fields that several forms of the desk share when something is written down for a member. */
import { BROKER_LENGTHS } from '../broker/acts.ts';
import { NUMBER_USED } from '../broker/slips.ts';
import { Field } from './forms.tsx';
import type { RefusalView } from './models.ts';
import { useWords } from './words.ts';

/** A coordinator that can be chosen. */
export interface Person {
  readonly personId: string;
  readonly name: string;
}

/** `null`: whoever signed in is known. */
type Coordinators = readonly Person[] | null;

export function WhichCoordinator({ id, coordinators }: { id: string; coordinators: Coordinators }) {
  const { t } = useWords();
  if (coordinators === null) return null;
  return (
    <div class="field">
      <label for={`${id}-by`}>{t('slip.byWhom')}</label>
      <select id={`${id}-by`} name="by" required>
        {coordinators.map(({ personId, name }) => (
          <option value={personId}>{name}</option>
        ))}
      </select>
    </div>
  );
}

/** Who writes it down, why, and on which slip. */
export function NoteFields({
  id,
  coordinators,
  reason,
  slip,
  refusal,
}: {
  id: string;
  coordinators: Coordinators;
  reason: string;
  slip: string;
  /** Why this form was sent back, if it was. */
  refusal: RefusalView | null;
}) {
  const { t } = useWords();
  const wrong = refusal?.facts?.['field'];
  const used = refusal?.facts?.['reason'] === NUMBER_USED;
  return (
    <>
      <WhichCoordinator id={id} coordinators={coordinators} />
      <Field
        id={`${id}-reason`}
        name="reason"
        label={t('slip.reason')}
        hint={t('slip.reasonHint')}
        value={reason}
        error={wrong === 'reason' ? t('slip.reasonMissing') : undefined}
        required
        more={{ maxlength: BROKER_LENGTHS.reason }}
      />
      <Field
        id={`${id}-slip`}
        name="slip"
        label={t('slip.number')}
        hint={t('slip.numberHint')}
        value={slip}
        error={wrong === 'slip' ? t(used ? 'slip.numberUsed' : 'slip.numberWrong', { slip }) : undefined}
        more={{ maxlength: 12, autocomplete: 'off' }}
      />
    </>
  );
}
