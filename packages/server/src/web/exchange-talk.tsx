/**
 * The words between the two of an exchange, and their thanks.
 *
 * Promises: what somebody wrote stands there as text; how somebody is reached is given by a button and never by itself.
 *
 * @module
 */
import type { TalkView } from '../exchange/view.ts';
import { ActForm, type FormsModel } from './exchange-forms.tsx';
import { called, otherOf, sides } from './exchange-words.ts';
import { Button, Field } from './forms.tsx';
import type { Frame } from './models.ts';
import { reading } from './standing.ts';
import { useWords } from './words.ts';

export interface TalkModel extends FormsModel {
  /** What the member could give the other to be reached. */
  readonly hasPhone: boolean;
  readonly hasEmail: boolean;
}

export function Thanks({ frame, model }: { frame: Frame; model: TalkModel }) {
  const { t } = useWords();
  const { view, typed } = model;
  if (view.status !== 'confirmed' || view.side === null) return null;
  const name = called(otherOf(view));
  const { me } = sides(view);
  const mine = view.talk.find(({ kind, by }) => kind === 'thanks' && by === me);
  const theirs = view.talk.find(({ kind, by }) => kind === 'thanks' && by !== me);
  return (
    <section class="section" aria-label={t('exchange.thanksOpen', { name })}>
      {theirs === undefined ? null : (
        <div class="stack">
          <h2>{t('exchange.thanksFrom', { name })}</h2>
          <p class="lead read lines">{t('exchange.because', { text: theirs.text })}</p>
          {theirs.shown ? <p>{t('exchange.thanksShown')}</p> : null}
          <ActForm frame={frame} view={view} act={theirs.shown ? 'hide_thanks' : 'show_thanks'}>
            <p class="acts">
              <Button quiet>{theirs.shown ? t('exchange.thanksHide') : t('exchange.thanksShow')}</Button>
            </p>
          </ActForm>
        </div>
      )}
      {mine === undefined ? (
        <div class="stack mt">
          <h2>{t('exchange.thanksOpen', { name })}</h2>
          <ActForm frame={frame} view={view} act="thank">
            <Field
              id="thank-text"
              name="text"
              type="textarea"
              label={t('exchange.thanksLabel')}
              value={typed.act === 'thank' ? (typed.values['text'] ?? '') : ''}
              required
              more={{ maxlength: 1000 }}
            />
            <p class="acts">
              <Button>{t('exchange.thanksSend')}</Button>
            </p>
          </ActForm>
        </div>
      ) : (
        <p class="read lines mt">
          <strong>{t('exchange.thanksYours', { name })}</strong> {t('exchange.because', { text: mine.text })}
        </p>
      )}
    </section>
  );
}

export function Talk({ frame, model }: { frame: Frame; model: TalkModel }) {
  const { t } = useWords();
  const { view, typed } = model;
  const said = view.talk.filter(({ kind }) => kind !== 'thanks');
  const over = view.status === 'declined' || view.status === 'cancelled';
  if (over && said.length === 0) return null;
  const name = view.side === null ? '' : called(otherOf(view));
  return (
    <section class="section" aria-labelledby="talk">
      <h2 id="talk">{t('exchange.talk')}</h2>
      {said.length === 0 ? <p>{t('exchange.talkNone')}</p> : null}
      <ul class="talk">
        {said.map((each) => (
          <Said frame={frame} model={model} said={each} />
        ))}
      </ul>
      {over || view.side === null ? null : (
        <>
          <ActForm frame={frame} view={view} act="say">
            <input type="hidden" name="key" value={`${model.key}-say`} />
            <Field
              id="say-text"
              name="text"
              type="textarea"
              label={t('exchange.talkLabel', { name })}
              value={typed.act === 'say' ? (typed.values['text'] ?? '') : ''}
              required
              more={{ maxlength: 1000 }}
            />
            <p class="acts">
              <Button>{t('exchange.talkSend')}</Button>
            </p>
          </ActForm>
          {model.hasPhone || model.hasEmail ? (
            <div class="mt">
              <p class="hint">{t('exchange.contactHint', { name })}</p>
              <ActForm frame={frame} view={view} act="contact">
                <p class="acts">
                  {model.hasPhone ? (
                    <Button quiet name="what" value="phone">
                      {t('exchange.contactPhone', { name })}
                    </Button>
                  ) : null}{' '}
                  {model.hasEmail ? (
                    <Button quiet name="what" value="email">
                      {t('exchange.contactEmail', { name })}
                    </Button>
                  ) : null}
                </p>
              </ActForm>
            </div>
          ) : null}
        </>
      )}
    </section>
  );
}

function Said({ frame, model: { view }, said }: { frame: Frame; model: TalkModel; said: TalkView }) {
  const { t, moment } = useWords();
  const mine = said.by === view.side;
  const name = said.wroteBy === 'desk' ? t('exchange.talkDesk') : mine ? t('exchange.talkYou') : called(view[said.by]);
  const contact = mine
    ? t('exchange.talkContactYou', { text: said.text })
    : t('exchange.talkContact', { name, text: said.text });
  return (
    <li class={mine ? 'talk__mine' : ''}>
      <p class="lines">
        {said.kind === 'contact' ? <strong>{contact}</strong> : <Words name={name} text={said.text} />}
      </p>
      <p class="meta">{moment(new Date(said.at), reading(frame))}</p>
    </li>
  );
}

function Words({ name, text }: { name: string; text: string }) {
  return (
    <>
      <strong>{name}</strong> {text}
    </>
  );
}
