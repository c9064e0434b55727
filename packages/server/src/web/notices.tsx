/**
 * What a member was told, how they wish to be told, and the page that ends mail.
 *
 * Promises: everything that goes by mail stands here too. Ending mail takes one button and no sign-in.
 *
 * @module
 */

import { GROUPS } from '../notification/kinds.ts';
import type { NoticeRow } from '../notification/notices.ts';
import { sayNotice } from '../notification/say.ts';
import type { Wishes } from '../notification/wishes.ts';
import { Button, ButtonLink, Choices, Form } from './forms.tsx';
import { Page } from './layout.tsx';
import type { Frame } from './models.ts';
import { Dial } from './parts.tsx';
import { paths } from './paths.ts';
import { reading } from './standing.ts';
import { useWords } from './words.ts';

interface NoticesModel {
  readonly notices: readonly NoticeRow[];
  readonly olderHref: string | null;
}

export function NoticesPage({ frame, model }: { frame: Frame; model: NoticesModel }) {
  const { t } = frame.words;
  return (
    <Page frame={frame} title={t('notices.title')} at={paths.notices}>
      <h1>{t('notices.title')}</h1>
      {model.notices.length === 0 ? <Nothing /> : <p class="lead read mt-s">{t('notices.lead')}</p>}
      {frame.unread > 0 ? (
        <Form action={paths.readNotices} csrf={frame.csrf} class="acts mt-s">
          <Button quiet>{t('notices.readAll')}</Button>
        </Form>
      ) : null}
      {model.notices.length === 0 ? null : (
        <ul class="told mt">
          {model.notices.map((row) => (
            <Told frame={frame} row={row} />
          ))}
        </ul>
      )}
      <p class="acts mt">
        {model.olderHref === null ? null : (
          <a class="link" href={model.olderHref}>
            {t('notices.older')}
          </a>
        )}
        <a class="link" href={paths.wishes}>
          {t('notices.wishes')}
        </a>
      </p>
    </Page>
  );
}

function Nothing() {
  const { t } = useWords();
  return (
    <>
      <p class="lead read mt-s">{t('notices.none')}</p>
      <p class="acts mt-s">
        <ButtonLink href={paths.find}>{t('notices.noneNext')}</ButtonLink>
      </p>
    </>
  );
}

function Told({ frame, row }: { frame: Frame; row: NoticeRow }) {
  const { words, bank } = frame;
  const isNew = row.readAt === null;
  return (
    <li class={isNew ? 'told__new' : undefined}>
      <a href={paths.notice(row.id)}>
        <Dial start={bank.theme} end={isNew ? null : bank.theme} />
        <span class="told__what">{sayNotice(words, row, bank.name, reading(frame))}</span>
        <span class="told__when">
          {isNew ? `${words.t('notices.new')} · ` : ''}
          <time datetime={row.createdAt.toISOString()}>{words.moment(row.createdAt, reading(frame))}</time>
        </span>
      </a>
    </li>
  );
}

interface WishesModel {
  readonly wishes: Wishes;
  /** Whether whoever looks is written to; `null` where there is nothing to choose, as nobody else reads it. */
  readonly toMe: boolean | null;
  /** Whether somebody who acts for the member has an address. */
  readonly reachable: boolean;
  readonly saved: boolean;
}

const HOURS = Array.from({ length: 24 }, (_, hour) => hour);
/** A Monday. */
const MONDAY = Date.UTC(2024, 0, 1);
const HOUR_MS = 3_600_000;

export function WishesPage({ frame, model }: { frame: Frame; model: WishesModel }) {
  const { t, clock, locale } = frame.words;
  const { wishes } = model;
  const hours = HOURS.map((hour) => ({ value: hour, label: clock(new Date(MONDAY + hour * HOUR_MS), 'UTC') }));
  const dayName = new Intl.DateTimeFormat(locale, { weekday: 'long', timeZone: 'UTC' });
  const days = [1, 2, 3, 4, 5, 6, 7].map((day) => ({
    value: day,
    label: dayName.format(new Date(MONDAY + (day - 1) * 24 * HOUR_MS)),
  }));
  return (
    <Page frame={frame} title={t('notices.wishes')}>
      <h1>{t('notices.wishes')}</h1>
      <p class="lead read mt-s">{t('notices.wishesLead')}</p>
      {model.saved ? (
        <p class="lead mt-s" role="status">
          <strong>{t('notices.saved')}</strong>
        </p>
      ) : null}
      {model.reachable ? null : <p class="read mt-s">{t('notices.noMail')}</p>}
      <Form action={paths.wishes} csrf={frame.csrf} class="form form--narrow mt">
        {model.toMe === null ? null : (
          <Choices
            legend={t('notices.me')}
            name="me"
            chosen={model.toMe ? 'yes' : 'no'}
            options={[
              { value: 'yes', label: t('notices.meYes') },
              { value: 'no', label: t('notices.meNo') },
            ]}
          >
            <p class="hint">{t('notices.meHint')}</p>
          </Choices>
        )}
        <Choices
          legend={t('notices.when')}
          name="mail"
          chosen={wishes.mail}
          options={[
            { value: 'at_once', label: t('notices.atOnce') },
            { value: 'daily', label: t('notices.daily') },
            { value: 'weekly', label: t('notices.weekly') },
            { value: 'none', label: t('notices.never') },
          ]}
        >
          <p class="hint">{t('notices.digestHint')}</p>
        </Choices>
        <div class="hours">
          <Select id="hour" label={t('notices.hour')} chosen={wishes.hour} options={hours} />
          <Select id="weekday" label={t('notices.weekday')} chosen={wishes.weekday} options={days} />
        </div>
        <fieldset class="group">
          <legend>{t('notices.quiet')}</legend>
          <p class="hint">{t('notices.quietHint')}</p>
          <div class="hours">
            <Select id="quietFrom" label={t('notices.quietFrom')} chosen={wishes.quietFrom} options={hours} />
            <Select id="quietUntil" label={t('notices.quietUntil')} chosen={wishes.quietUntil} options={hours} />
          </div>
        </fieldset>
        <fieldset class="group">
          <legend>{t('notices.about')}</legend>
          <div class="ticks">
            {GROUPS.map((group) => (
              <label>
                <input type="checkbox" name="group" value={group} checked={!wishes.muted.includes(group)} />
                <span>{t(`notices.group.${group}`)}</span>
              </label>
            ))}
          </div>
          <p class="hint">{t('notices.alarm')}</p>
        </fieldset>
        <p class="acts">
          <Button>{t('notices.save')}</Button>
          <a class="link" href={paths.notices}>
            {t('notices.back')}
          </a>
        </p>
      </Form>
    </Page>
  );
}

interface SelectProps {
  readonly id: string;
  readonly label: string;
  readonly chosen: number;
  readonly options: readonly { readonly value: number; readonly label: string }[];
}

function Select({ id, label, chosen, options }: SelectProps) {
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <select id={id} name={id}>
        {options.map((option) => (
          <option value={option.value} selected={option.value === chosen}>
            {option.label}
          </option>
        ))}
      </select>
    </div>
  );
}

interface StopModel {
  /** Of which the reader is a member. */
  readonly towns: readonly string[];
  /** Whose desk the reader looks after. */
  readonly desks: readonly string[];
  readonly done: boolean;
}

export function StopPage({ frame, model }: { frame: Frame; model: StopModel }) {
  const { t, list } = frame.words;
  const { towns, desks, done } = model;
  const [ofTowns, ofDesks] = [{ towns: list(towns) }, { towns: list(desks) }];
  const said = [
    ...(towns.length === 0 ? [] : [t(done ? 'notices.stop.done' : 'notices.stop.lead', ofTowns)]),
    ...(desks.length === 0 ? [] : [t(done ? 'notices.stop.doneDesk' : 'notices.stop.leadDesk', ofDesks)]),
  ];
  return (
    <Page frame={frame} title={t('notices.stop.title')}>
      <h1>{t('notices.stop.title')}</h1>
      <div role={done ? 'status' : undefined}>
        {said.map((text) => (
          <p class="lead read mt-s">{text}</p>
        ))}
      </div>
      {done ? (
        <p class="read mt-s">{t('notices.stop.again')}</p>
      ) : (
        <form method="post" class="acts mt">
          <Button>{t('notices.stop.button')}</Button>
        </form>
      )}
    </Page>
  );
}
