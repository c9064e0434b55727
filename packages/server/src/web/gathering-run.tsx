/**
 * For whoever calls a gathering: who came and everybody's hours by one button, and the sheet for the table.
 *
 * Promises: all of it works without script; after the button each line says what became of it; the sheet is large
 * print, has a box to sign, and room for those who come unannounced.
 *
 * @module
 */
import { Button, ButtonLink, Field, Form, Refused } from './forms.tsx';
import { HostReason, nameOf, placeOf, sayOutcome, sayWhy } from './gathering.tsx';
import { type GatheringModel, type GuestModel, sayRule, sayWhen } from './gathering-parts.tsx';
import { Page } from './layout.tsx';
import type { Frame, RefusalView } from './models.ts';
import { paths } from './paths.ts';
import { Qr } from './qr.tsx';
import { sayRefusal } from './refusals.ts';

export interface CreditModel {
  readonly gathering: GatheringModel;
  readonly guests: readonly GuestModel[];
  /** Ticked, and how long, by the guest's id: as it was typed. */
  readonly ticked: ReadonlySet<string>;
  readonly minutes: ReadonlyMap<string, number>;
  readonly more: string;
  /** Why the desk does it for the member who hosts; `null`: it is their own. */
  readonly reason: string | null;
  readonly refusal: RefusalView | null;
}

const STEP = 15;

export function CreditPage({ frame, model }: { frame: Frame; model: CreditModel }) {
  const { t } = frame.words;
  const { gathering, guests, refusal } = model;
  const begun = gathering.startsAt <= frame.now;
  const hours = gathering.rule !== 'none';
  return (
    <Page frame={frame} title={t('gathering.whoCame')} at={paths.gatherings}>
      <p class="meta">
        <a class="link" href={paths.gathering(gathering.id)} dir="auto">
          {gathering.title}
        </a>
        {' · '}
        {sayWhen(frame, gathering)}
      </p>
      <h1>{t('gathering.whoCame')}</h1>
      <p class="lead read mt-s">{begun ? t('gathering.credit.lead') : t('gathering.credit.early')}</p>
      {refusal ? <Refused text={sayRefusal(frame.words, refusal, placeOf(frame))} /> : null}
      <Form action={paths.gatheringCredit(gathering.id)} csrf={frame.csrf} class="form mt">
        <ul class="list-rule who-came">
          {guests.map((guest) => (
            <Line frame={frame} model={model} guest={guest} hours={hours} />
          ))}
        </ul>
        <Field
          id="more"
          name="more"
          type="textarea"
          label={t('gathering.credit.more')}
          hint={t('gathering.credit.moreHint', { example: 'rosa@gracia.example' })}
          value={model.more}
          more={{ maxlength: 5000 }}
        />
        <div class="stack">
          <p>{sayRule(frame.words, gathering)}</p>
          {hours ? <p class="hint">{t('gathering.credit.asked')}</p> : null}
          {gathering.rule === 'guests_give' ? <p class="hint">{t('gathering.credit.missed')}</p> : null}
          {begun ? (
            <HostReason frame={frame} reason={model.reason} host={gathering.hostName} refusal={refusal} />
          ) : null}
          <p class="acts">
            {begun ? (
              <Button name="do" value="credit" id="credit">
                {hours ? t('gathering.credit.all') : t('gathering.credit.allNone')}
              </Button>
            ) : null}
            <Button quiet={begun} name="do" value="mark" id="mark">
              {t('gathering.credit.mark')}
            </Button>
          </p>
        </div>
      </Form>
    </Page>
  );
}

/** Somebody who can be ticked, also again when nothing came of it; or what became of them. */
function Line(props: { frame: Frame; model: CreditModel; guest: GuestModel; hours: boolean }) {
  const { frame, model, guest, hours } = props;
  const { t } = frame.words;
  const { outcome, code } = guest;
  const name = nameOf(frame.words, guest);
  const why =
    code !== null && (outcome === 'waits' || outcome === 'declined') ? <p class="meta">{sayWhy(frame, code)}</p> : null;
  if (outcome !== null && outcome !== 'absent' && outcome !== 'declined')
    return (
      <li>
        <strong dir="auto">{name}</strong> <span>{sayOutcome(frame.words, guest)}</span>
        {why}
      </li>
    );
  const id = `here-${guest.id}`;
  return (
    <li>
      <div class="choose">
        <label for={id}>
          <input
            type="checkbox"
            id={id}
            name="here"
            value={guest.id}
            checked={model.ticked.has(guest.id)}
            aria-label={t('gathering.credit.here', { name })}
          />
          <span dir="auto">{name}</span>
        </label>
      </div>
      <span class="meta">
        {outcome !== null
          ? sayOutcome(frame.words, guest)
          : guest.signedIn
            ? t('gathering.signedIn')
            : t(`gathering.guest.${guest.status}`)}
      </span>
      {why}
      {hours ? <HowLong frame={frame} model={model} guest={guest} name={name} /> : null}
    </li>
  );
}

function HowLong(props: { frame: Frame; model: CreditModel; guest: GuestModel; name: string }) {
  const { frame, model, guest, name } = props;
  const { t, short } = frame.words;
  const chosen = model.minutes.get(guest.id) ?? (guest.minutes || model.gathering.minutes);
  const most = Math.max(model.gathering.minutes * 2, chosen, 120);
  return (
    <select name={`minutes-${guest.id}`} aria-label={t('gathering.credit.minutes', { name })}>
      {Array.from({ length: most / STEP }, (_, n) => (n + 1) * STEP).map((minutes) => (
        <option value={String(minutes)} selected={minutes === chosen}>
          {short(minutes)}
        </option>
      ))}
    </select>
  );
}

export interface SheetModel {
  readonly gathering: GatheringModel;
  readonly names: readonly string[];
  /** What the code says. */
  readonly link: string;
}

const FREE_LINES = 12;

export function SheetPage({ frame, model }: { frame: Frame; model: SheetModel }) {
  const { t } = frame.words;
  const { gathering, names, link } = model;
  return (
    <Page frame={frame} title={t('gathering.print.title', { title: gathering.title })} class="for-hand">
      <div class="screen-only stack read">
        <p>{t('gathering.print.lead')}</p>
        <p>
          <ButtonLink href={paths.gathering(gathering.id)}>{gathering.title}</ButtonLink>
        </p>
      </div>
      <article class="sheet sheet--signing mt">
        <header class="signing__head">
          <div>
            <h1 lang={gathering.language} dir="auto">
              {gathering.title}
            </h1>
            <p class="lead">
              {sayWhen(frame, gathering)}
              <br />
              <span dir="auto">{gathering.place}</span>
            </p>
            <p>{sayRule(frame.words, gathering)}</p>
          </div>
          <figure class="signing__code">
            <Qr text={link} label={t('gathering.print.code')} />
            <figcaption>{t('gathering.print.scan')}</figcaption>
          </figure>
        </header>
        <Signing frame={frame} names={names} />
        <p class="signing__free">
          <strong>{t('gathering.print.free')}</strong>
        </p>
        <Signing frame={frame} names={Array.from({ length: FREE_LINES }, () => '')} />
      </article>
    </Page>
  );
}

function Signing({ frame, names }: { frame: Frame; names: readonly string[] }) {
  const { t } = frame.words;
  if (names.length === 0) return null;
  return (
    <table class="signing">
      <thead>
        <tr>
          <th scope="col">{t('gathering.print.name')}</th>
          <th scope="col">{t('gathering.print.sign')}</th>
        </tr>
      </thead>
      <tbody>
        {names.map((name) => (
          <tr>
            <td dir="auto">{name}</td>
            <td />
          </tr>
        ))}
      </tbody>
    </table>
  );
}
