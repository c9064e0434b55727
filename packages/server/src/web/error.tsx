/**
 * What a page says when it could not do what was asked.
 *
 * Promises: it says what happened and what to do, and never blames the reader. The code stands last
 * and small, to be read out on the telephone.
 *
 * @module
 */
import { ButtonLink } from './forms.tsx';
import { Page } from './layout.tsx';
import type { ErrorModel, Frame } from './models.ts';
import { paths } from './paths.ts';
import { sayRefusal } from './refusal-words.ts';
import { common, wrong } from './words.ts';

export function ErrorPage({ frame, model }: { frame: Frame; model: ErrorModel }) {
  const { bank } = frame;
  const { what, todo } = sayRefusal(model.refusal, { bank: bank.name, bridgeBuilder: bank.bridgeBuilder });
  const code = model.refusal?.code ?? null;
  return (
    <Page frame={frame} title={wrong.title}>
      <h1>{what}</h1>
      <p class="lead read mt-s">{todo}</p>
      <p class="acts mt">
        {code === 'not_signed_in' ? <ButtonLink href={paths.signIn}>{common.nav.signIn}</ButtonLink> : null}
        <ButtonLink href={paths.home} quiet={code === 'not_signed_in'}>
          {wrong.home}
        </ButtonLink>
      </p>
      <p class="meta mt">{wrong.code(model.status, code)}</p>
    </Page>
  );
}

export function NotFoundPage({ frame }: { frame: Frame }) {
  return (
    <Page frame={frame} title={wrong.notFound}>
      <h1>{wrong.notFound}</h1>
      <p class="lead read mt-s">{wrong.notFoundText}</p>
      <p class="acts mt">
        <ButtonLink href={paths.home}>{wrong.home}</ButtonLink>
      </p>
    </Page>
  );
}
