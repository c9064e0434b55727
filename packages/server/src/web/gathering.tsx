/**
 * One gathering: what, when and where; a seat by one button; the rule about hours; and the page behind the poster's
 * code.
 *
 * Promises: the rule stands beside the button that says yes to it; names are shown to members only, and only of those
 * who want it; whoever calls it sees all of them.
 *
 * @module
 */
import { BROKER_LENGTHS } from '../broker/acts.ts';
import { firstName } from './format.ts';
import { Button, ButtonLink, Choices, Field, Form, Refused } from './forms.tsx';
import { type GatheringModel, type GuestModel, sayRule, sayStatus, sayWhen, Table } from './gathering-parts.tsx';
import { Page } from './layout.tsx';
import type { Frame, RefusalView } from './models.ts';
import { Agree } from './parts.tsx';
import { paths } from './paths.ts';
import { sayRefusal } from './refusals.ts';
import { useWords, type Words } from './words.ts';

export interface OneGatheringModel {
  readonly gathering: GatheringModel;
  readonly waiting: number;
  readonly names: readonly string[];
  readonly me: GuestModel | null;
  /** For the host and the desk: who is on the list. */
  readonly guests: readonly GuestModel[] | null;
  /** For the desk: what was written down for members here, a sentence each. */
  readonly slips: readonly string[];
  /** Sent with the forms, so that pressing twice counts once. */
  readonly key: string;
  readonly refusal: RefusalView | null;
  /** Why it could not be called off. */
  readonly cancelRefused: RefusalView | null;
  readonly signFor: SignForModel;
}

/** Whom the desk signs up: what it typed, the members whom that may mean, and what is wrong with it. */
export interface SignForModel {
  readonly typed: string;
  /** The handle of the one that was chosen. */
  readonly chosen: string;
  readonly found: readonly { readonly handle: string; readonly name: string }[];
  readonly wrong: 'missing' | 'unknown' | 'which' | 'inactive' | 'host' | null;
  readonly reason: string;
  readonly reasonMissing: boolean;
}

export function GatheringPage({ frame, model }: { frame: Frame; model: OneGatheringModel }) {
  const { t } = frame.words;
  const { gathering, refusal } = model;
  return (
    <Page frame={frame} title={gathering.title} at={paths.gatherings}>
      {refusal && refusal.code !== 'not_found' ? (
        <Refused text={sayRefusal(frame.words, refusal, placeOf(frame))} />
      ) : null}
      <div class="two two--middle">
        <div class="stack">
          <p class="meta">
            {t('gathering.by', { kind: t(`gathering.kind.${gathering.kind}`), host: gathering.hostName })}
          </p>
          <h1 class="display" lang={gathering.language} dir="auto">
            {gathering.title}
          </h1>
          <p class="lead">
            {sayWhen(frame, gathering)}
            <br />
            <span dir="auto">{gathering.place}</span>
          </p>
          {gathering.text === '' ? null : (
            <p class="lines" lang={gathering.language} dir="auto">
              {gathering.text}
            </p>
          )}
          <p>
            <strong>{sayRule(frame.words, gathering)}</strong>
          </p>
          <MySeat frame={frame} model={model} />
        </div>
        <Table seats={gathering.seats} free={gathering.free} />
      </div>
      <div class="section two">
        <AtTheTable frame={frame} model={model} />
        <Hours gathering={gathering} />
      </div>
      {model.guests === null ? null : <Running frame={frame} model={model} guests={model.guests} />}
      {frame.bank.phone === '' ? null : (
        <section class="section note read">
          <h2>{t('gathering.phone')}</h2>
          <p>{t('gathering.phoneText', { phone: frame.bank.phone })}</p>
        </section>
      )}
    </Page>
  );
}

export function placeOf({ bank }: Frame) {
  return { bank: bank.name, bridgeBuilder: bank.bridgeBuilder };
}

function MySeat({ frame, model }: { frame: Frame; model: OneGatheringModel }) {
  const { t } = frame.words;
  const { gathering, me, key } = model;
  const { id, status } = gathering;
  const calendar = (
    <ButtonLink quiet href={paths.gatheringFile(id)}>
      {t('gathering.calendar')}
    </ButtonLink>
  );
  if (status !== 'open' && status !== 'full')
    return (
      <div class="note">
        <p class="lead">{sayStatus(frame.words, gathering)}</p>
        {me === null || me.status === 'withdrawn' ? null : <p>{sayMine(frame.words, me)}</p>}
      </div>
    );
  if (frame.viewer.kind === 'guest')
    return (
      <>
        <p class="acts">
          <ButtonLink href={`${paths.signIn}?next=${encodeURIComponent(paths.gathering(id))}`}>
            {t('gathering.signInFirst')}
          </ButtonLink>
          {calendar}
        </p>
        <p class="hint">
          {t(gathering.toPartners ? 'gathering.fromPartners' : 'gathering.onlyHere', { bank: frame.bank.name })}
        </p>
      </>
    );
  if (frame.viewer.kind === 'operator' || model.guests !== null) return <p class="acts">{calendar}</p>;
  if (me !== null && me.status !== 'withdrawn')
    return (
      <div class="note stack">
        <p class="lead">{sayMine(frame.words, me)}</p>
        {me.reserved ? null : <p>{t('gathering.notReserved', { why: sayWhy(frame, me.code) })}</p>}
        <Form action={paths.leaveSeat(id)} csrf={frame.csrf} class="acts">
          {calendar}
          {me.present || (me.status === 'coming' && gathering.startsAt <= new Date()) ? null : (
            <button type="submit" class="as-link">
              {me.status === 'waiting' ? t('gathering.leaveList') : t('gathering.giveBack')}
            </button>
          )}
        </Form>
      </div>
    );
  return (
    <Form action={paths.takeSeat(id)} csrf={frame.csrf} class="stack">
      <input type="hidden" name="key" value={key} />
      <div class="choose">
        <label>
          <input type="checkbox" name="shown" value="yes" />
          {t('gathering.show')}
        </label>
      </div>
      <p class="acts">
        <Button id="seat">{status === 'full' ? t('gathering.wait') : t('gathering.keep')}</Button>
        {calendar}
      </p>
      {status === 'full' ? <p class="hint">{t('gathering.waitText')}</p> : null}
    </Form>
  );
}

function sayMine(words: Words, me: GuestModel): string {
  const { t } = words;
  if (me.outcome !== null) return words.capital(sayOutcome(words, me));
  if (me.present) return t('gathering.youCame');
  return me.status === 'waiting' ? t('gathering.youWait') : t('gathering.have');
}

/** What became of what was written down for somebody. */
export function sayOutcome({ t, short }: Words, { outcome, minutes, name, kind }: GuestModel): string {
  const amount = short(minutes ?? 0);
  switch (outcome) {
    case null:
      return '';
    case 'absent':
      return t('gathering.outcome.absent');
    case 'came':
      return t('gathering.outcome.came');
    case 'asked':
      return t('gathering.outcome.asked', { amount, name: firstName(name, kind) });
    default:
      return t(`gathering.outcome.${outcome}`, { amount });
  }
}

/** Why hours wait, in the words of the refusal. */
export function sayWhy(frame: Frame, code: string | null): string {
  return sayRefusal(frame.words, { code: code ?? 'not_enough_hours', facts: {} } as RefusalView, placeOf(frame)).what;
}

function AtTheTable({ frame, model }: { frame: Frame; model: OneGatheringModel }) {
  const { t, list } = frame.words;
  const { gathering, names, waiting } = model;
  const begun = gathering.startsAt <= frame.now;
  return (
    <section class="stack" aria-labelledby="at-table">
      <h2 id="at-table">{t('gathering.tableTitle')}</h2>
      <ul class="list-rule">
        <li>{t('gathering.table', { taken: gathering.seats - gathering.free, free: gathering.free })}</li>
        {names.length === 0 ? null : (
          <li>{begun ? t('gathering.came', { names: list(names) }) : t('gathering.coming', { names: list(names) })}</li>
        )}
        {waiting === 0 ? null : <li>{t('gathering.waiting', { waiting })}</li>}
      </ul>
      <p class="meta">{t('gathering.namesHidden')}</p>
    </section>
  );
}

/** Both figures are the same; nothing is shown while nobody has a seat, or no hours are given. */
function Hours({ gathering: { minutes, seats, free } }: { gathering: GatheringModel }) {
  const { t } = useWords();
  const all = minutes * (seats - free);
  if (all === 0) return null;
  return (
    <section class="stack" aria-labelledby="hours">
      <h2 id="hours">{t('gathering.hours')}</h2>
      <Agree
        start={{ label: t('gathering.given'), minutes: all }}
        end={{ label: t('gathering.received'), minutes: all }}
      />
    </section>
  );
}

function Running({ frame, model, guests }: { frame: Frame; model: OneGatheringModel; guests: readonly GuestModel[] }) {
  const { t } = frame.words;
  const { id, status, byTown, hostName } = model.gathering;
  const open = status === 'open' || status === 'full';
  return (
    <section class="section stack" aria-labelledby="run">
      <h2 id="run">{t('gathering.run')}</h2>
      {status === 'cancelled' ? null : (
        <p class="acts">
          <ButtonLink href={paths.gatheringCredit(id)}>{t('gathering.whoCame')}</ButtonLink>
          <ButtonLink quiet href={paths.gatheringSheet(id)}>
            {t('gathering.sheet')}
          </ButtonLink>
          {open ? (
            <ButtonLink quiet href={paths.changeGathering(id)}>
              {t('gathering.change')}
            </ButtonLink>
          ) : null}
        </p>
      )}
      <h3>{t('gathering.guests')}</h3>
      {guests.length === 0 ? <p>{t('gathering.guestsNone')}</p> : null}
      <ul class="list-rule">
        {guests.map((guest) => (
          <li>
            <strong dir="auto">{nameOf(frame.words, guest)}</strong>{' '}
            <span class="meta">
              {guest.outcome === null ? t(`gathering.guest.${guest.status}`) : sayOutcome(frame.words, guest)}
              {guest.reserved ? '' : ` · ${t('gathering.notReserved', { why: sayWhy(frame, guest.code) })}`}
            </span>
          </li>
        ))}
      </ul>
      {model.slips.map((slip) => (
        <p class="meta">{slip}</p>
      ))}
      {frame.viewer.kind === 'operator' && open ? <SignFor frame={frame} model={model} /> : null}
      {model.cancelRefused !== null && model.cancelRefused.facts?.['field'] !== 'reason' ? (
        <Refused text={sayRefusal(frame.words, model.cancelRefused, placeOf(frame))} />
      ) : null}
      {open || status === 'over' ? (
        <details open={model.cancelRefused !== null}>
          <summary>{t('gathering.cancel')}</summary>
          <Form action={paths.cancelGathering(id)} csrf={frame.csrf} class="form form--narrow mt-s">
            <p>{t('gathering.cancelText')}</p>
            <HostReason
              frame={frame}
              reason={frame.viewer.kind === 'operator' && !byTown ? '' : null}
              host={hostName}
              refusal={model.cancelRefused}
              id="cancel-reason"
            />
            <p>
              <Button quiet>{t('gathering.cancelYes')}</Button>
            </p>
          </Form>
        </details>
      ) : null}
    </section>
  );
}

/** Somebody from elsewhere is named with their town. */
export function nameOf({ t }: Words, { name, town }: GuestModel): string {
  return town === '' ? name : t('page.inTown', { who: name, town });
}

/** Why the desk does something for the member who hosts; nothing when it is their own. */
export function HostReason(props: {
  frame: Frame;
  reason: string | null;
  host: string;
  refusal: RefusalView | null;
  /** Where another form on the page has such a field too. */
  id?: string;
}) {
  const { frame, reason, host, refusal, id = 'reason' } = props;
  const { t } = frame.words;
  if (reason === null) return null;
  return (
    <>
      <p class="hint">{t('gathering.credit.slip', { host })}</p>
      <Field
        id={id}
        name="reason"
        label={t('slip.reason')}
        hint={t('slip.reasonHint')}
        value={reason}
        error={refusal?.facts?.['field'] === 'reason' ? t('slip.reasonMissing') : undefined}
        more={{ maxlength: BROKER_LENGTHS.reason }}
      />
    </>
  );
}

function SignFor({ frame, model }: { frame: Frame; model: OneGatheringModel }) {
  const { t } = frame.words;
  const { typed, chosen, found, wrong, reason, reasonMissing } = model.signFor;
  const said = wrong === null ? undefined : t(`gathering.signFor.${wrong}`);
  const which = wrong === 'which' || chosen !== '';
  return (
    <details open={typed !== '' || chosen !== '' || wrong !== null || reasonMissing}>
      <summary>{t('gathering.signFor')}</summary>
      <Form action={paths.takeSeat(model.gathering.id)} csrf={frame.csrf} class="form form--narrow mt-s">
        <input type="hidden" name="key" value={model.key} />
        {which ? (
          <Choices
            legend={t('gathering.signForWhich')}
            name="one"
            chosen={chosen}
            options={[
              ...found.map(({ handle, name }) => ({ value: handle, label: <Named handle={handle} name={name} /> })),
              { value: '', label: t('give.somebodyElse') },
            ]}
            error={said}
          />
        ) : null}
        <Field
          id="member"
          name="member"
          label={t('gathering.signForWho')}
          hint={t('gathering.signForHint', { example: 'samira' })}
          value={typed}
          error={which ? undefined : said}
          required
          more={{ maxlength: 200, autocomplete: 'off', autocapitalize: 'off' }}
        />
        <Field
          id="reason"
          name="reason"
          label={t('slip.reason')}
          hint={t('slip.reasonHint')}
          value={reason}
          error={reasonMissing ? t('slip.reasonMissing') : undefined}
          required
          more={{ maxlength: BROKER_LENGTHS.reason }}
        />
        <p>
          <Button>{t('gathering.signForKeep')}</Button>
        </p>
      </Form>
    </details>
  );
}

/** Two members may have one name; no two have one address. */
function Named({ handle, name }: { handle: string; name: string }) {
  return (
    <span>
      <bdi>{name}</bdi>{' '}
      <span class="meta" dir="ltr">
        {handle}
      </span>
    </span>
  );
}

export interface HereModel {
  readonly gathering: GatheringModel;
  readonly action: string;
  /** Whether it is the time for it. */
  readonly now: boolean;
  readonly done: boolean;
}

export function HerePage({ frame, model }: { frame: Frame; model: HereModel }) {
  const { t } = frame.words;
  const { gathering, action, now, done } = model;
  return (
    <Page frame={frame} title={t('gathering.here.title')} at={paths.gatherings}>
      <div class="read stack">
        <p class="meta">{sayWhen(frame, gathering)}</p>
        <h1 class="display" lang={gathering.language} dir="auto">
          {gathering.title}
        </h1>
        <p>{sayRule(frame.words, gathering)}</p>
        {done ? <p class="lead">{t('gathering.here.done')}</p> : null}
        {!done && !now ? <p class="lead">{t('gathering.here.notNow')}</p> : null}
        {!done && now ? (
          <Form action={action} csrf={frame.csrf} class="form">
            <p>
              <Button id="here">{t('gathering.here.button')}</Button>
            </p>
          </Form>
        ) : null}
      </div>
    </Page>
  );
}
