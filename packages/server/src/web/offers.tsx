/**
 * One offer or need, the form that writes it, and those that are mine.
 *
 * Promises: what others would see of somebody is said before anything is asked; a form that was refused keeps what was
 * typed; what is over says so kindly and is brought back by one click.
 *
 * @module
 */

import type { MemberKind } from '../member/members.ts';
import { CATEGORIES, type Category } from '../offer/categories.ts';
import { Emblem } from './emblems.tsx';
import { Pick } from './find.tsx';
import { firstName } from './format.ts';
import { Button, ButtonLink, Choices, Field, Form, Refused } from './forms.tsx';
import { Page } from './layout.tsx';
import type { Frame, RefusalView, Town } from './models.ts';
import { OfferPicture, SmallPicture, WholePicture } from './offer-pictures.tsx';
import { Dial } from './parts.tsx';
import { paths } from './paths.ts';
import { PictureField } from './picture-field.tsx';
import { PlaceField } from './place-field.tsx';
import { type RefusalText, sayRefusal } from './refusals.ts';
import { useWords } from './words.ts';

export interface OfferModel {
  readonly id: string;
  readonly kind: 'offer' | 'need';
  readonly title: string;
  readonly text: string;
  /** As it is written: a language tag. */
  readonly language: string;
  readonly category: Category;
  readonly place: string;
  readonly when: string;
  readonly minutes: number | null;
  readonly seatsLeft: number | null;
  /** Its own, if it has one. */
  readonly picture: {
    readonly id: string;
    readonly text: string;
    readonly width: number;
    readonly height: number;
  } | null;
  readonly byName: string;
  /** Their own page, if the reader may see it. */
  readonly byHref: string | null;
  /** What they are; not known of somebody at a partner. */
  readonly byKind?: MemberKind | undefined;
  readonly town: Town;
  /** How it stands with another town, `null` at home. */
  readonly standing: string | null;
  readonly mine: boolean;
}

export function OfferPage({ frame, model }: { frame: Frame; model: OfferModel }) {
  const { t, short } = frame.words;
  const { kind, town, title, language, standing } = model;
  const name = firstName(model.byName, model.byKind);
  const facts: readonly (readonly [string, string])[] = [
    [t('offers.one.when'), model.when],
    [t('offers.one.where'), model.place],
    [t('offers.one.long'), model.minutes === null ? t('offers.perSession') : short(model.minutes)],
  ];
  return (
    <Page frame={frame} title={title} at={paths.find}>
      <p class="stand">
        <Emblem theme={town.theme} size="s" />{' '}
        {kind === 'offer'
          ? t('offers.one.offerFrom', { town: town.name })
          : t('offers.one.needFrom', { town: town.name })}
      </p>
      <h1 class="mt-s" lang={language}>
        {title}
      </h1>
      <div class="two two--main mt">
        <div class="stack">
          {model.picture === null ? null : (
            <WholePicture {...model.picture} text={model.picture.text || t('offers.one.picture', { title })} />
          )}
          {model.text === '' ? null : (
            <div class="read" lang={language}>
              {model.text.split(/\n{2,}/).map((paragraph) => (
                <p class="lines" dir="auto">
                  {paragraph}
                </p>
              ))}
            </div>
          )}
          <ul class="list-rule">
            <li>
              <strong>{t('offers.one.who')}</strong> <By model={model} />
            </li>
            {facts
              .filter(([, said]) => said !== '')
              .map(([label, said]) => (
                <li>
                  <strong>{label}</strong> <span dir="auto">{said}</span>
                </li>
              ))}
            {model.seatsLeft === null ? null : <li>{t('offers.seats', { seats: model.seatsLeft })}</li>}
          </ul>
          <Ask frame={frame} model={model} name={name} />
        </div>
        <aside class="stack">
          {model.picture === null ? <OfferPicture category={model.category} /> : null}
          <p>
            <a class="link" href={`${paths.find}?category=${model.category}`}>
              {t(`offers.category.${model.category}`)}
            </a>
          </p>
          {standing === null ? null : (
            <div class="stack" data-town={town.theme}>
              <h2>{standing}</h2>
            </div>
          )}
          {model.mine ? null : (
            <div>
              <h2>{t('offers.one.seen', { name })}</h2>
              <p>{t('offers.one.seenText')}</p>
            </div>
          )}
        </aside>
      </div>
    </Page>
  );
}

function By({ model: { byName, byHref } }: { model: OfferModel }) {
  if (byHref === null) return <span dir="auto">{byName}</span>;
  return (
    <a class="link" href={byHref} dir="auto">
      {byName}
    </a>
  );
}

function Ask({ frame, model, name }: { frame: Frame; model: OfferModel; name: string }) {
  const { t } = useWords();
  if (model.mine)
    return (
      <section class="sheet">
        <p class="lead">{t('offers.one.mine')}</p>
        <p class="acts mt-s">
          <ButtonLink href={paths.changeOffer(model.id)}>{t('offers.mine.change')}</ButtonLink>
          <ButtonLink href={paths.offers} quiet>
            {t('offers.find.mine')}
          </ButtonLink>
        </p>
      </section>
    );
  const guest = frame.viewer.kind === 'guest';
  const href = guest
    ? `${paths.signIn}?next=${encodeURIComponent(paths.offer(model.id))}`
    : paths.askForOffer(model.id);
  const ask = model.kind === 'offer' ? t('offers.one.ask', { name }) : t('offers.one.answer', { name });
  return (
    <section class="sheet">
      <h2>{ask}</h2>
      {model.seatsLeft === 0 ? (
        <p>{t('offers.one.full')}</p>
      ) : (
        <>
          <p>{t('offers.one.askText', { name })}</p>
          <p class="acts mt-s">
            <ButtonLink href={href}>{guest ? t('offers.one.signIn') : ask}</ButtonLink>
          </p>
        </>
      )}
    </section>
  );
}

export interface OfferForm {
  /** The offer that is said in other words; `null` for a new one. */
  readonly id: string | null;
  readonly values: Readonly<
    Record<'kind' | 'title' | 'category' | 'text' | 'when' | 'place' | 'minutes' | 'seats' | 'visibility', string>
  >;
  readonly errors: Partial<
    Readonly<Record<'title' | 'category' | 'text' | 'seats', 'missing' | 'long' | 'wrong' | 'taken'>>
  >;
  /** What is wrong with no one field of it. */
  readonly refusal: RefusalView | null;
  /** The places that are taken already. */
  readonly taken: number;
  readonly picture: {
    readonly id: string | null;
    /** It is not the offer's yet: it came with a form in which something else was wrong. */
    readonly kept: boolean;
    readonly text: string;
    readonly error: 'unreadable' | 'pixels' | null;
  };
  readonly places: readonly string[];
  readonly hasPartners: boolean;
  /** Sent twice, it is written once. */
  readonly key: string;
}

const lengths = ['15', '30', '45', '60', '90', '120', '180'];

export function OfferFormPage({ frame, model }: { frame: Frame; model: OfferForm }) {
  const { t, short } = frame.words;
  const { id, values, errors } = model;
  const need = values.kind === 'need';
  const title =
    id !== null ? t('offers.new.titleChange') : need ? t('offers.new.titleNeed') : t('offers.new.titleOffer');
  const more = [values.when, values.place, values.minutes, values.seats].some((value) => value !== '');
  return (
    <Page frame={frame} title={title} at={paths.find}>
      <h1>{need ? t('offers.new.headingNeed') : t('offers.new.headingOffer')}</h1>
      <p class="lead read mt-s">{t('offers.new.lead')}</p>
      {model.refusal === null ? null : <Refused text={sayWhyNot(frame, model.refusal)} />}
      <Form action={id === null ? paths.offers : paths.changeOffer(id)} csrf={frame.csrf} class="form read mt" withFile>
        <input type="hidden" name="key" value={model.key} />
        <Choices
          legend={t('offers.new.kind')}
          name="kind"
          chosen={values.kind}
          options={[
            { value: 'offer', label: t('offers.new.kindOffer') },
            { value: 'need', label: t('offers.new.kindNeed') },
          ]}
        />
        <Field
          id="title"
          name="title"
          label={t('offers.new.what')}
          hint={t('offers.new.whatHint')}
          value={values.title}
          error={
            errors.title
              ? errors.title === 'long'
                ? t('offers.new.whatLong')
                : t('offers.new.whatMissing')
              : undefined
          }
          required
          more={{ maxlength: 100 }}
        />
        <Pick
          name="category"
          label={t('offers.new.about')}
          none=""
          chosen={values.category}
          options={CATEGORIES.map((value) => ({ value, label: t(`offers.category.${value}`) }))}
          error={errors.category ? t('offers.new.aboutMissing') : undefined}
        />
        <Field
          id="text"
          name="text"
          type="textarea"
          label={t('offers.new.text')}
          hint={t('offers.new.textHint')}
          value={values.text}
          error={errors.text ? t('offers.new.textLong') : undefined}
          more={{ maxlength: 2000 }}
        />
        <PictureField picture={model.picture} />
        <details open={more || errors.seats !== undefined}>
          <summary>{t('offers.new.details')}</summary>
          <div class="stack mt-s">
            <Field
              id="when"
              name="when"
              label={t('offers.new.when')}
              hint={t('offers.new.whenHint')}
              value={values.when}
              more={{ maxlength: 200 }}
            />
            <PlaceField
              label={t('offers.new.place')}
              hint={t('offers.new.placeHint')}
              hintAlone={t('offers.new.placeHintAlone')}
              value={values.place}
              most={80}
              places={model.places}
            />
            <Choices
              legend={t('offers.new.long')}
              name="minutes"
              chosen={values.minutes}
              options={[
                { value: '', label: t('offers.new.longOpen') },
                ...lengthsWith(values.minutes).map((value) => ({ value, label: short(Number(value)) })),
              ]}
            />
            <Field
              id="seats"
              name="seats"
              label={t('offers.new.seats')}
              value={values.seats}
              error={errors.seats ? sayWrongSeats(frame, model) : undefined}
              more={{ inputmode: 'numeric', maxlength: 4 }}
            />
          </div>
        </details>
        <Choices
          legend={t('offers.new.see')}
          name="visibility"
          chosen={values.visibility}
          options={[
            { value: 'bank', label: t('offers.new.seeBank', { town: frame.bank.name }) },
            ...(model.hasPartners || values.visibility === 'partners'
              ? [{ value: 'partners', label: t('offers.new.seePartners') }]
              : []),
            { value: 'public', label: t('offers.new.seePublic') },
          ]}
        >
          {!model.hasPartners && values.visibility === 'partners' ? (
            <p class="hint">{t('offers.new.seeNoPartner')}</p>
          ) : null}
        </Choices>
        <p>
          <Button id="send">{id === null ? t('offers.new.saveOffer') : t('offers.new.saveChange')}</Button>
        </p>
        {id === null ? <p class="hint">{t('offers.new.lasts')}</p> : null}
      </Form>
    </Page>
  );
}

function sayWrongSeats({ words: { t } }: Frame, { errors, taken }: OfferForm): string {
  return errors.seats === 'taken' ? t('offers.new.seatsTaken', { taken }) : t('offers.new.seatsWrong');
}

/** Two refusals mean something here that they mean nowhere else. */
function sayWhyNot({ words, bank }: Frame, refusal: RefusalView): RefusalText {
  const { t } = words;
  if (refusal.code === 'already_answered') return { what: t('offers.new.ended'), todo: t('offers.new.endedTodo') };
  if (refusal.code === 'invalid_request' && refusal.facts?.['field'] === 'kind')
    return { what: t('offers.new.many'), todo: t('offers.new.manyTodo') };
  return sayRefusal(words, refusal, { bank: bank.name, bridgeBuilder: bank.bridgeBuilder });
}

/** One that was written by a program may have another length than those in sight. */
function lengthsWith(minutes: string): readonly string[] {
  return minutes === '' || lengths.includes(minutes) ? lengths : [...lengths, minutes];
}

/** One of mine. */
export interface MineModel {
  readonly id: string;
  readonly kind: 'offer' | 'need';
  readonly title: string;
  readonly language: string;
  readonly state: 'shown' | 'over' | 'resting' | 'ended';
  readonly expiresAt: Date;
  readonly seatsLeft: number | null;
  readonly pictureId: string | null;
}

export function MyOffersPage({ frame, mine }: { frame: Frame; mine: readonly MineModel[] }) {
  const { t } = frame.words;
  const { bank } = frame;
  return (
    <Page frame={frame} title={t('offers.mine.title')} at={paths.find}>
      <h1>{t('offers.mine.title')}</h1>
      {mine.length === 0 ? (
        <div class="note read mt">
          <p class="lead">{t('offers.mine.none')}</p>
          {bank.bridgeBuilder === '' ? null : (
            <p>{t('offers.mine.noneText', { name: bank.bridgeBuilder, phone: bank.phone })}</p>
          )}
        </div>
      ) : (
        <ul class="list-rule mt">
          {mine.map((one) => (
            <Mine frame={frame} one={one} />
          ))}
        </ul>
      )}
      <p class="acts mt">
        <ButtonLink href={paths.newOffer}>{t('offers.find.writeOffer')}</ButtonLink>
        <ButtonLink href={paths.newNeed}>{t('offers.find.writeNeed')}</ButtonLink>
      </p>
    </Page>
  );
}

function Mine({ frame, one }: { frame: Frame; one: MineModel }) {
  const { t, day } = useWords();
  const { bank, csrf } = frame;
  const when = day(one.expiresAt, { timeZone: bank.timeZone, now: frame.now });
  const says = {
    shown: t('offers.mine.until', { day: when }),
    over: t('offers.mine.over', { day: when }),
    resting: t('offers.mine.resting'),
    ended: t('offers.mine.ended'),
  }[one.state];
  const post = (action: string, label: string, quiet: boolean, value = '') => (
    <form method="post" action={action}>
      <input type="hidden" name="csrf" value={csrf} />
      {value === '' ? null : <input type="hidden" name="paused" value={value} />}
      <Button quiet={quiet}>{label}</Button>
    </form>
  );
  const half = one.state === 'shown' ? (one.kind === 'offer' ? { start: bank.theme } : { end: bank.theme }) : {};
  return (
    <li class="entry">
      <Dial {...half} />
      <h2>
        <a href={paths.offer(one.id)} lang={one.language}>
          {one.title}
        </a>
      </h2>
      <div class="stack">
        <p>
          <strong>{one.kind === 'offer' ? t('offers.offered') : t('offers.needed')}</strong> {says}
        </p>
        {one.seatsLeft === null ? null : <p class="meta">{t('offers.seats', { seats: one.seatsLeft })}</p>}
        {one.state === 'ended' ? null : (
          <div class="acts">
            {one.state === 'resting'
              ? post(paths.pauseOffer(one.id), t('offers.mine.open'), false, 'no')
              : post(paths.renewOffer(one.id), t('offers.mine.renew'), one.state === 'shown')}
            {one.state === 'shown' ? post(paths.pauseOffer(one.id), t('offers.mine.pause'), true, 'yes') : null}
            {post(paths.endOffer(one.id), t('offers.mine.end'), true)}
          </div>
        )}
      </div>
      {one.pictureId === null ? null : <SmallPicture id={one.pictureId} text="" />}
    </li>
  );
}
