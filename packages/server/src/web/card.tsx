/**
 * A printed card: the front with a code to scan, the back with the words.
 *
 * Promises: it prints alone on its sheet; the words are shown once.
 *
 * @module
 */
import type { MemberKind } from '../member/members.ts';
import { Emblem } from './emblems.tsx';
import { firstName } from './format.ts';
import { Page } from './layout.tsx';
import type { Frame } from './models.ts';
import { Qr } from './qr.tsx';

export interface CardModel {
  readonly name: string;
  readonly kind: MemberKind;
  readonly words: readonly string[];
  /** What the code says. */
  readonly link: string;
  /** The desk makes it for somebody else. */
  readonly forOther: boolean;
  readonly onwards: string;
}

export function CardPage({ frame, model }: { frame: Frame; model: CardModel }) {
  const { t } = frame.words;
  const { bank } = frame;
  const name = firstName(model.name, model.kind);
  return (
    <Page frame={frame} title={t('card.title', { name })} class="for-hand">
      <div class="screen-only stack read">
        <h1>{model.forOther ? t('card.heading', { name }) : t('card.mine')}</h1>
        <p class="lead">{model.forOther ? t('card.lead', { name }) : t('card.mineLead')}</p>
        <p>{t('card.once')}</p>
        <p>
          <a class="btn" href={model.onwards}>
            {t('card.done')}
          </a>
        </p>
      </div>
      <div class="card-pair mt">
        <article class="ticket" aria-label={t('card.front')}>
          <div class="card__head">
            <Emblem theme={bank.theme} />
            <div>
              <p class="voice t-3">{bank.name}</p>
              <p>{t('page.motto')}</p>
            </div>
          </div>
          <div class="card__front">
            <div>
              <p class="voice t-2">{model.name}</p>
              <p>{t('card.scan')}</p>
            </div>
            <Qr text={model.link} label={t('card.code', { name })} />
          </div>
        </article>
        <article class="ticket" aria-label={t('card.back')}>
          <div class="card__back">
            <p>
              <strong>{t('card.words')}</strong>
            </p>
            <ol class="four" id="card-words">
              {model.words.map((word) => (
                <li>{word}</li>
              ))}
            </ol>
            <p>{t('card.secret')}</p>
          </div>
          <div class="tear card__back">
            {bank.phone ? (
              <p class="voice t-2">
                <bdi dir="ltr">{bank.phone}</bdi>
              </p>
            ) : null}
            <p>{t('card.lost')}</p>
          </div>
        </article>
      </div>
    </Page>
  );
}
