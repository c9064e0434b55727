/**
 * Gifts that wait for a member's yes, and whether gifts wait at all.
 *
 * @module
 */
import type { MemberKind } from '../member/members.ts';
import { firstName } from './format.ts';
import { Button, ButtonLink, Choices, Form, Refused } from './forms.tsx';
import { Page } from './layout.tsx';
import type { Frame, RefusalView, Theme, Town } from './models.ts';
import { Dial, Half, Slip, Whole } from './parts.tsx';
import { paths } from './paths.ts';
import { sayRefusal } from './refusals.ts';
import { useWords } from './words.ts';

export interface GiftView {
  readonly id: string;
  readonly who: string;
  /** What they are; not known of somebody at a partner. */
  readonly kind?: MemberKind | undefined;
  /** `null` in the own town. */
  readonly town: Town | null;
  readonly minutes: number;
  readonly what: string;
}

export interface GiftsModel {
  readonly asks: boolean;
  readonly gifts: readonly GiftView[];
  readonly refusal: RefusalView | null;
}

export function GiftsPage({ frame, model }: { frame: Frame; model: GiftsModel }) {
  const { words, bank } = frame;
  const { t } = words;
  const { gifts, asks, refusal } = model;
  return (
    <Page frame={frame} title={t('gifts.title')} at={paths.give}>
      <h1>{t('gifts.heading')}</h1>
      {refusal ? (
        <Refused text={sayRefusal(words, refusal, { bank: bank.name, bridgeBuilder: bank.bridgeBuilder })} />
      ) : null}
      {gifts.length === 0 ? (
        <>
          <p class="lead read mt-s">{t('gifts.none')}</p>
          <p class="acts mt-s">
            <ButtonLink href={paths.find}>{t('exchange.find')}</ButtonLink>
          </p>
        </>
      ) : (
        <div class="stack mt">
          <h2 class="vh">{t('gifts.title')}</h2>
          {gifts.map((gift) => (
            <WaitingGift frame={frame} gift={gift} theme={(gift.town ?? bank).theme} />
          ))}
        </div>
      )}
      <Form action={paths.giftRule} csrf={frame.csrf} class="form section">
        <Choices
          legend={t('gifts.ruleHeading')}
          name="asks"
          chosen={asks ? 'yes' : 'no'}
          options={[
            { value: 'no', label: t('gifts.ruleAccept') },
            { value: 'yes', label: t('gifts.ruleAsk') },
          ]}
        >
          <p class="hint read">{t('gifts.ruleHint')}</p>
        </Choices>
        <p>
          <Button quiet>{t('gifts.ruleSave')}</Button>
        </p>
      </Form>
    </Page>
  );
}

function WaitingGift({ frame, gift, theme }: { frame: Frame; gift: GiftView; theme: Theme }) {
  const { t, spoken, short } = useWords();
  const first = firstName(gift.who, gift.kind);
  const who = gift.town === null ? first : t('page.inTown', { who: first, town: gift.town.name });
  return (
    <Slip
      dial={<Dial start={theme} />}
      stub={short(gift.minutes)}
      title={t('gifts.offers', { who, amount: spoken(gift.minutes) })}
    >
      {gift.what ? <p>{t('gifts.forWhat', { what: gift.what })}</p> : null}
      <Form action={paths.answerGift(gift.id)} csrf={frame.csrf} class="mt-s">
        <Whole label={t('gifts.answer', { who: first })}>
          <Half
            state="mine"
            title={t('gifts.yes')}
            text={t('gifts.yesText')}
            button={{ name: 'answer', value: 'yes' }}
          />
          <Half
            state="ink"
            title={t('gifts.no')}
            text={t('gifts.noText', { who: first })}
            button={{ name: 'answer', value: 'no' }}
          />
        </Whole>
      </Form>
    </Slip>
  );
}
