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
import { sayRefusal } from './refusals.ts';

export function ErrorPage({ frame, model }: { frame: Frame; model: ErrorModel }) {
  const { bank, words } = frame;
  const { t } = words;
  const { what, todo } = sayRefusal(words, model.refusal, { bank: bank.name, bridgeBuilder: bank.bridgeBuilder });
  const code = model.refusal?.code ?? null;
  return (
    <Page frame={frame} title={t('wrong.title')}>
      <h1>{what}</h1>
      <p class="lead read mt-s">{todo}</p>
      <p class="acts mt">
        {code === 'not_signed_in' ? <ButtonLink href={paths.signIn}>{t('page.navSignIn')}</ButtonLink> : null}
        <ButtonLink href={paths.home} quiet={code === 'not_signed_in'}>
          {t('wrong.home')}
        </ButtonLink>
      </p>
      <p class="meta mt">
        {code === null
          ? t('wrong.status', { status: String(model.status) })
          : t('wrong.code', { code, status: String(model.status) })}
      </p>
    </Page>
  );
}

export function NotFoundPage({ frame }: { frame: Frame }) {
  const { t } = frame.words;
  return (
    <Page frame={frame} title={t('wrong.notFound')}>
      <h1>{t('wrong.notFound')}</h1>
      <p class="lead read mt-s">{t('wrong.notFoundText')}</p>
      <p class="acts mt">
        <ButtonLink href={paths.home}>{t('wrong.home')}</ButtonLink>
      </p>
    </Page>
  );
}
