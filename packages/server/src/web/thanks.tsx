/**
 * What people said to a member after an exchange.
 *
 * Promises: nobody else sees any of it before its member has shown it, one by one.
 *
 * @module
 */
import type { PropsWithChildren } from 'hono/jsx';
import type { Thanks } from '../exchange/talk.ts';
import { Button, ButtonLink, Form } from './forms.tsx';
import { Page } from './layout.tsx';
import type { Frame } from './models.ts';
import { paths } from './paths.ts';
import { reading } from './standing.ts';

export interface ThanksModel {
  readonly thanks: readonly Thanks[];
  readonly olderHref: string | null;
}

export function ThanksPage({ frame, model }: { frame: Frame; model: ThanksModel }) {
  const { t } = frame.words;
  return (
    <Page frame={frame} title={t('thanks.title')} at={paths.me}>
      <h1>{t('thanks.heading')}</h1>
      <p class="lead read mt-s">{t(model.thanks.length === 0 ? 'thanks.none' : 'thanks.lead')}</p>
      {model.thanks.length === 0 ? (
        <p class="acts mt-s">
          <ButtonLink href={paths.find}>{t('exchange.find')}</ButtonLink>
        </p>
      ) : null}
      {model.thanks.map((thanks) => (
        <ThanksNote frame={frame} thanks={thanks}>
          <p class="mt-xs">{t(thanks.shown ? 'thanks.shown' : 'thanks.hidden')}</p>
          <Form action={paths.showThanks(thanks.exchangeId)} csrf={frame.csrf} class="mt-s">
            <Button name="shown" value={thanks.shown ? 'no' : 'yes'} quiet>
              {t(thanks.shown ? 'thanks.hide' : 'thanks.show')}
              <span class="vh">: {thanks.title}</span>
            </Button>
          </Form>
        </ThanksNote>
      ))}
      {model.olderHref === null ? null : (
        <p class="mt">
          <a class="link" href={model.olderHref}>
            {t('thanks.older')}
          </a>
        </p>
      )}
    </Page>
  );
}

/** What one of them said, and after what. */
export function ThanksNote({ frame, thanks, children }: PropsWithChildren<{ frame: Frame; thanks: Thanks }>) {
  const { t, day } = frame.words;
  const { text, name, title, at } = thanks;
  return (
    <figure class="note mt">
      <blockquote class="quote pre" dir="auto">
        {text}
      </blockquote>
      <figcaption class="mt-s">
        <p class="meta">
          {t('thanks.for', { name, title })}, {day(at, reading(frame))}
        </p>
        {children}
      </figcaption>
    </figure>
  );
}
