/** A form that the script of `passkey.js` answers with the device's help. Its place is hidden where there is none. */
import { Button } from './forms.tsx';
import { useWords } from './words.ts';

interface Props {
  readonly way: 'make' | 'use';
  readonly action: string;
  /** Where the device's question comes from. */
  readonly question: string;
  readonly csrf: string;
  readonly next: string;
  readonly button: string;
  readonly quiet?: boolean;
}

export function PasskeyForm({ way, action, question, csrf, next, button, quiet = false }: Props) {
  const { t } = useWords();
  return (
    <form method="post" action={action} class="form form--narrow" data-passkey={way} data-question={question}>
      <input type="hidden" name="csrf" value={csrf} />
      <input type="hidden" name="next" value={next} />
      <input type="hidden" name="answer" value="" />
      <p class="wrong" role="alert" data-said hidden>
        {t('signIn.passkeyFailed')}
      </p>
      <p>
        <Button quiet={quiet}>{button}</Button>
      </p>
    </form>
  );
}
