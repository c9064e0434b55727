/**
 * The desk's page of the town's places: where each is, and the names that members wrote and nobody has placed.
 *
 * Promises: what waits for the desk comes first; what was typed is kept when something is wrong with it; no map is
 * asked.
 *
 * @module
 */
import { type MappedPlace, MOST_COUNTED, type WaitingPlace } from '../offer/named-places.ts';
import { degreesOf, PLACE_NAME, type Point } from '../offer/places.ts';
import { type NoPlace, WHERE_LENGTH } from '../offer/where.ts';
import { Button, ButtonLink, Field, Form } from './forms.tsx';
import { Page } from './layout.tsx';
import type { Frame } from './models.ts';
import { paths } from './paths.ts';
import { useWords } from './words.ts';

const EXAMPLE = '55.97, -3.17';

export interface PlacesModel {
  readonly mapped: readonly MappedPlace[];
  readonly waiting: readonly WaitingPlace[];
  readonly values: { readonly name: string; readonly where: string };
  readonly errors: { readonly name?: 'missing' | 'long' | 'many'; readonly where?: NoPlace | 'missing' };
  /** The place that was just said, if one was. */
  readonly saved: string;
}

export function PlacesPage({ frame, model }: { frame: Frame; model: PlacesModel }) {
  const { t } = frame.words;
  const { waiting, saved } = model;
  const onMap = model.mapped.flatMap(({ point, ...place }) => (point === null ? [] : [{ ...place, point }]));
  const nowhere = model.mapped.filter(({ point }) => point === null);
  return (
    <Page frame={frame} title={t('places.title')} at={paths.console}>
      <h1>{t('places.heading', { town: frame.bank.name })}</h1>
      <p class="lead read mt-s">{t('places.lead')}</p>
      {saved === '' ? null : (
        <p class="sheet mt" role="status">
          {t('places.saved', { name: saved })}
        </p>
      )}
      <PlaceForm frame={frame} model={model} />
      {waiting.length === 0 ? null : (
        <section class="section" aria-labelledby="waiting">
          <h2 id="waiting">{t('places.waiting')}</h2>
          <p class="read mt-s">{t('places.waitingText')}</p>
          <ul class="people">
            {waiting.map((each) => (
              <Row name={each.name} count={each.count} say={t('places.sayWhere')}>
                <Act frame={frame} action={paths.placeNowhere} name={each.name} label={t('places.nowhere')} />
              </Row>
            ))}
          </ul>
        </section>
      )}
      <section class="section" aria-labelledby="known">
        <h2 id="known">{t('places.known')}</h2>
        {onMap.length === 0 ? <p class="read mt-s">{t('places.none')}</p> : null}
        <ul class="people">
          {onMap.map((each) => (
            <Row name={each.name} count={each.count} point={each.point} say={t('places.change')}>
              <Act frame={frame} action={paths.placeEnd} name={each.name} label={t('places.end')} />
            </Row>
          ))}
        </ul>
      </section>
      {nowhere.length === 0 ? null : (
        <section class="section" aria-labelledby="nowhere">
          <h2 id="nowhere">{t('places.nowhereHeading')}</h2>
          <ul class="people">
            {nowhere.map((each) => (
              <Row name={each.name} count={each.count} say={t('places.sayWhere')}>
                <Act frame={frame} action={paths.placeEnd} name={each.name} label={t('places.askAgain')} />
              </Row>
            ))}
          </ul>
        </section>
      )}
    </Page>
  );
}

function PlaceForm({ frame, model: { values, errors } }: { frame: Frame; model: PlacesModel }) {
  const { t } = frame.words;
  return (
    <Form action={paths.places} csrf={frame.csrf} class="form read mt" label={t('places.form')}>
      <Field
        id="name"
        name="name"
        label={t('places.name')}
        hint={t('places.nameHint')}
        value={values.name}
        error={errors.name && t(`places.name.${errors.name}`)}
        required
        more={{ maxlength: PLACE_NAME, autocomplete: 'off' }}
      />
      <Field
        id="where"
        name="where"
        label={t('places.where')}
        hint={t('places.whereHint', { example: EXAMPLE })}
        value={values.where}
        error={errors.where && t(`places.where.${errors.where}`, { example: EXAMPLE })}
        required
        more={{ maxlength: WHERE_LENGTH, autocomplete: 'off', autocapitalize: 'none', spellcheck: 'false', dir: 'ltr' }}
      />
      <p>
        <Button>{t('places.send')}</Button>
      </p>
    </Form>
  );
}

interface RowProps {
  readonly name: string;
  readonly count: number;
  readonly point?: Point;
  /** The link that fills the form with it. */
  readonly say: string;
  readonly children: unknown;
}

function Row({ name, count, point, say, children }: RowProps) {
  const { t } = useWords();
  return (
    <li>
      <div>
        <h3>
          <bdi>{name}</bdi>
        </h3>
        <p class="meta">
          {point === undefined ? null : (
            <>
              <a class="link" href={mapOf(point)} rel="noreferrer noopener">
                <bdi dir="ltr">{sayPoint(point)}</bdi>
              </a>
              {' · '}
            </>
          )}
          {count >= MOST_COUNTED ? t('places.often', { count: MOST_COUNTED }) : t('places.count', { count })}
        </p>
      </div>
      <div class="acts">
        <ButtonLink href={`${paths.places}?name=${encodeURIComponent(name)}`} quiet>
          {say}
          <span class="vh"> {name}</span>
        </ButtonLink>
        {children as never}
      </div>
    </li>
  );
}

function Act({ frame, action, name, label }: { frame: Frame; action: string; name: string; label: string }) {
  return (
    <Form action={action} csrf={frame.csrf} class="acts">
      <input type="hidden" name="name" value={name} />
      <Button quiet>
        {label}
        <span class="vh"> {name}</span>
      </Button>
    </Form>
  );
}

/** As it is typed. */
export function sayPoint(point: Point): string {
  const { latitude, longitude } = degreesOf(point);
  return `${latitude.toFixed(2)}, ${longitude.toFixed(2)}`;
}

/** A link to look at it, for whoever wants to. */
function mapOf(point: Point): string {
  const { latitude, longitude } = degreesOf(point);
  return `https://www.openstreetmap.org/?mlat=${latitude}&mlon=${longitude}#map=14/${latitude}/${longitude}`;
}
