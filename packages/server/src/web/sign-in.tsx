/**
 * The door: the words from a member's card.
 *
 * Promises: a wrong word says what to look for and never who exists. In a demo one may walk in.
 *
 * @module
 */
import { Button, Field, Form } from './forms.tsx';
import { WalkIn } from './home.tsx';
import { Page } from './layout.tsx';
import type { Frame, SignInModel } from './models.ts';
import { paths } from './paths.ts';
import { home, signIn } from './words.ts';

export function SignInPage({ frame, model }: { frame: Frame; model: SignInModel }) {
  return (
    <Page frame={frame} title={signIn.title} at={paths.signIn}>
      <h1>{signIn.heading}</h1>
      <p class="lead read mt-s">{signIn.lead(frame.bank.bridgeBuilder)}</p>
      <Form action={paths.signIn} csrf={frame.csrf} class="form form--narrow mt">
        <input type="hidden" name="next" value={model.next} />
        <Field
          id="words"
          name="token"
          type="password"
          label={signIn.label}
          value=""
          hint={signIn.hint}
          error={model.refused ? signIn.refused : undefined}
          required
          more={{ autocomplete: 'current-password', class: 'code' }}
        />
        <p>
          <Button>{signIn.button}</Button>
        </p>
      </Form>
      {model.demoMembers.length > 0 ? (
        <section class="section" aria-labelledby="walk-in">
          <h2 id="walk-in">{home.walkIn}</h2>
          <p class="read">{home.walkInLead}</p>
          <WalkIn members={model.demoMembers} csrf={frame.csrf} />
        </section>
      ) : null}
    </Page>
  );
}
