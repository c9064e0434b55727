/**
 * Finding what people offer and need, here and in partner towns.
 *
 * Promises: what somebody does comes first, then who and how. The start half is offered, the end half is needed, and
 * words say the same. Before anything is asked for stands how many hours a town honours. Nobody found is not an end.
 *
 * @module
 */
import { CATEGORIES } from '../offer/categories.ts';
import { ME } from '../offer/places.ts';
import { Emblem } from './emblems.tsx';
import { Button, ButtonLink, Choices, Field } from './forms.tsx';
import { Page } from './layout.tsx';
import type { Frame, Town } from './models.ts';
import { SmallPicture } from './offer-pictures.tsx';
import { Dial } from './parts.tsx';
import { paths } from './paths.ts';
import { useWords } from './words.ts';

/** One on the board. */
export interface EntryModel {
  readonly id: string;
  readonly kind: 'offer' | 'need';
  readonly title: string;
  /** As it is written: a language tag. */
  readonly language: string;
  readonly byName: string;
  readonly place: string;
  readonly when: string;
  readonly minutes: number | null;
  readonly seatsLeft: number | null;
  /** Its own, if it has one, and what is to be seen in it. */
  readonly pictureId: string | null;
  readonly pictureText: string;
}

export interface FindModel {
  readonly query: string;
  readonly show: '' | 'offer' | 'need';
  readonly category: string;
  /** The name of a place, or {@link ME}; empty: nothing is nearer. */
  readonly near: string;
  /** Whether it is known where the reader is; `null` where nobody in particular reads. */
  readonly nearMe: boolean | null;
  readonly town: string;
  readonly places: readonly string[];
  readonly towns: readonly { readonly value: string; readonly name: string }[];
  /** The own town first. */
  readonly groups: readonly {
    readonly town: Town;
    readonly standing: string;
    readonly entries: readonly EntryModel[];
  }[];
  /** Whether what was found has all the words. */
  readonly exact: boolean;
  readonly nextHref: string | null;
}

export function FindPage({ frame, model }: { frame: Frame; model: FindModel }) {
  const { t } = frame.words;
  const { bank } = frame;
  return (
    <Page frame={frame} title={t('offers.find.title')} at={paths.find}>
      <h1>{t('offers.find.heading')}</h1>
      <SearchForm model={model} />
      <p class="mt" role="status">
        <strong>{sayFound(frame, model)}</strong>
      </p>
      {model.groups.map(({ town, standing, entries }) => (
        <section class="section">
          <div class="stand">
            <Emblem theme={town.theme} size="l" />
            <div>
              <h2>{town.name}</h2>
              <p>{standing}</p>
            </div>
          </div>
          <ul class="list-rule mt-s">
            {entries.map((entry) => (
              <Entry entry={entry} theme={town.theme} />
            ))}
          </ul>
        </section>
      ))}
      {model.nextHref === null ? null : (
        <p class="mt">
          <ButtonLink href={model.nextHref} quiet>
            {t('offers.find.next')}
          </ButtonLink>
        </p>
      )}
      <section class="section note read">
        <h2>{t('offers.find.nobody')}</h2>
        <p>{t('offers.find.nobodyText')}</p>
        {bank.bridgeBuilder !== '' && bank.phone !== '' ? (
          <p>{t('offers.find.nobodyRing', { name: bank.bridgeBuilder, phone: bank.phone })}</p>
        ) : null}
        <p class="acts mt-s">
          <ButtonLink href={paths.newNeed}>{t('offers.find.writeNeed')}</ButtonLink>
          <ButtonLink href={paths.newOffer} quiet>
            {t('offers.find.writeOffer')}
          </ButtonLink>
        </p>
        <p class="mt-s">
          <a class="link" href={paths.gatherings}>
            {t('offers.find.meet')}
          </a>
        </p>
        <p>
          <a class="link" href={paths.offers}>
            {t('offers.find.mine')}
          </a>
        </p>
      </section>
    </Page>
  );
}

function sayFound({ words: { t } }: Frame, { query, exact, near, groups }: FindModel): string {
  if (query !== '' && groups.length > 0)
    return exact ? t('offers.find.for', { query }) : t('offers.find.noneExact', { query });
  if (groups.length === 0) return t('offers.find.none');
  if (near === '') return t('offers.find.newest');
  return near === ME ? t('offers.find.nearestMe') : t('offers.find.nearest', { place: near });
}

function SearchForm({ model }: { model: FindModel }) {
  const { t } = useWords();
  return (
    // biome-ignore lint/a11y/useSemanticElements: the element search is not known to all browsers yet.
    <form class="form mt" role="search" method="get" action={paths.find}>
      <div class="searchbar">
        <Field id="q" name="q" type="search" label={t('offers.find.q')} value={model.query} more={{ maxlength: 200 }} />
        <Button>{t('offers.find.button')}</Button>
      </div>
      <Choices
        legend={t('offers.find.show')}
        name="show"
        chosen={model.show}
        options={[
          { value: '', label: t('offers.find.both') },
          { value: 'offer', label: t('offers.find.offers') },
          { value: 'need', label: t('offers.find.needs') },
        ]}
      />
      <details open={model.category !== '' || model.near !== '' || model.town !== ''}>
        <summary>{t('offers.find.more')}</summary>
        <div class="picks mt-s">
          <Pick
            name="category"
            label={t('offers.find.category')}
            none={t('offers.find.anyCategory')}
            chosen={model.category}
            options={CATEGORIES.map((value) => ({ value, label: t(`offers.category.${value}`) }))}
          />
          {model.places.length > 0 || model.nearMe ? (
            <Pick
              name="near"
              label={t('offers.find.near')}
              none={t('offers.find.anywhere')}
              chosen={model.near}
              options={[
                ...(model.nearMe ? [{ value: ME, label: t('offers.find.nearMe') }] : []),
                ...model.places.map((place) => ({ value: place, label: place })),
              ]}
            />
          ) : null}
          {model.towns.length > 1 ? (
            <Pick
              name="town"
              label={t('offers.find.town')}
              none={t('offers.find.allTowns')}
              chosen={model.town}
              options={model.towns.map(({ value, name }) => ({ value, label: name }))}
            />
          ) : null}
        </div>
        {model.places.length > 0 && model.nearMe === false ? (
          <p class="hint mt-s">
            {t('offers.find.nearMeHow')}{' '}
            <a class="link" href={paths.profile}>
              {t('offers.find.nearMeLink')}
            </a>
          </p>
        ) : null}
      </details>
    </form>
  );
}

interface PickProps {
  readonly name: string;
  readonly label: string;
  /** What it says when nothing is chosen. */
  readonly none: string;
  readonly chosen: string;
  readonly options: readonly { readonly value: string; readonly label: string }[];
  readonly error?: string | undefined;
}

/** One of many. */
export function Pick({ name, label, none, chosen, options, error }: PickProps) {
  return (
    <div class={error ? 'field field--wrong' : 'field'}>
      <label for={name}>{label}</label>
      <select id={name} name={name} {...(error ? { 'aria-invalid': 'true', 'aria-describedby': `${name}-error` } : {})}>
        <option value="">{none}</option>
        {options.map((option) => (
          <option value={option.value} selected={option.value === chosen}>
            {option.label}
          </option>
        ))}
      </select>
      {error ? (
        <p class="wrong" id={`${name}-error`}>
          {error}
        </p>
      ) : null}
    </div>
  );
}

function Entry({ entry, theme }: { entry: EntryModel; theme: Town['theme'] }) {
  const { t } = useWords();
  const { kind, byName, place } = entry;
  const half = kind === 'offer' ? { start: theme } : { end: theme };
  return (
    <li class="entry">
      <Dial {...half} />
      <h3>
        <a href={paths.offer(entry.id)} lang={entry.language}>
          {entry.title}
        </a>
      </h3>
      <div>
        <p>
          <strong>{kind === 'offer' ? t('offers.offered') : t('offers.needed')}</strong>{' '}
          {place === '' ? byName : t('offers.byIn', { name: byName, place })}
        </p>
        <Meta entry={entry} />
      </div>
      {entry.pictureId === null ? null : <SmallPicture id={entry.pictureId} text={entry.pictureText} />}
    </li>
  );
}

/** When, how long and how many places, as far as it is said. */
function Meta({ entry: { when, minutes, seatsLeft } }: { entry: Pick<EntryModel, 'when' | 'minutes' | 'seatsLeft'> }) {
  const { t, short } = useWords();
  const parts = [
    when,
    minutes === null ? t('offers.perSession') : short(minutes),
    seatsLeft === null ? '' : t('offers.seats', { seats: seatsLeft }),
  ].filter((part) => part !== '');
  return (
    <p class="meta">
      {parts.map((part, n) => (
        <>
          {n === 0 ? '' : ' · '}
          <bdi>{part}</bdi>
        </>
      ))}
    </p>
  );
}
