/**
 * Calling a gathering, changing it and calling it off; who came, everybody's hours by one button, and the sheet.
 *
 * Promises: only its host and the desk find these pages; what was typed is kept when something of it is refused.
 *
 * @module
 */
import { randomUUID } from 'node:crypto';
import type { Refusal } from '@evenhour/protocol';
import { BROKER_LENGTHS } from '../../broker/acts.ts';
import { momentOf } from '../../clock/zone.ts';
import { creditGathering, followGuests } from '../../gathering/credit.ts';
import {
  cancelGathering,
  changeGathering,
  createGathering,
  type GatheringInput,
  LENGTHS,
} from '../../gathering/gatherings.ts';
import { hereCode, markPresent } from '../../gathering/presence.ts';
import { findGathering, type GatheringRow, guestsOf, mayRun, TOWN } from '../../gathering/store.ts';
import { findMember } from '../../member/members.ts';
import { Refused, refusalOf } from '../../node/refused.ts';
import { shownPartners } from '../../offer/partners.ts';
import { knownPlaces, placeFrom } from '../../offer/places.ts';
import { nameOf } from '../gathering.tsx';
import {
  GATHERING_FIELDS,
  type GatheringField,
  type GatheringFormModel,
  GatheringFormPage,
  type GatheringValues,
} from '../gathering-form.tsx';
import { CreditPage, SheetPage } from '../gathering-run.tsx';
import { paths } from '../paths.ts';
import { wordsOf } from '../words.ts';
import type { WebApp, WebContext } from './env.ts';
import { field, guarded, idOf, wholeNumber } from './form.ts';
import { callerOf, type GatheringOfPage, modelOf, reasonOf, showOne, viewOf, visible } from './gatherings.tsx';
import { formOnce } from './once.ts';
import { frameOf, pattern, signedIn, statusOf } from './page.tsx';

export function gatheringRunRoutes(app: WebApp): void {
  formOperations(app);

  app.post(pattern(paths.cancelGathering), ...guarded, async (c) => {
    const { bank, node } = c.var;
    const id = idOf(c.req.param('id'));
    try {
      await node.signals.commit((tx) => cancelGathering(tx, bank, callerOf(c), id, { reason: reasonOf(c) }));
    } catch (error) {
      const refusal = refusalOf(error);
      if (refusal === null || refusal.code === 'not_found') throw error;
      return showOne(c, { cancelRefused: refusal });
    }
    await followGuests(node.signals, bank, id);
    return c.redirect(paths.gathering(id), 303);
  });

  app.get(pattern(paths.gatheringSheet), signedIn, async (c) => {
    const { bank } = c.var;
    const { row, view } = await own(c);
    const coming = view.guests.filter(({ status }) => status === 'coming');
    const names = coming.map((guest) => nameOf(c.var.words, guest));
    const link = `${bank.origin}${paths.gatheringHere(row.id, hereCode(bank, row.id))}`;
    const model = { gathering: modelOf(row, view.hostName), names, link };
    return c.html(<SheetPage frame={frameOf(c)} model={model} />);
  });

  app.get(pattern(paths.gatheringCredit), signedIn, async (c) => creditPage(c, null));

  app.post(pattern(paths.gatheringCredit), ...guarded, async (c) => {
    const { bank, node } = c.var;
    const id = idOf(c.req.param('id'));
    const credit = field(c.var.form, 'do') === 'credit';
    try {
      await writeDown(c, id, credit);
    } catch (error) {
      const refusal = refusalOf(error);
      if (refusal === null || refusal.code === 'not_found') throw error;
      return creditPage(c, refusal);
    }
    if (credit) await followGuests(node.signals, bank, id);
    return c.redirect(paths.gatheringCredit(id), 303);
  });
}

/** Keeps the ticks, and with them everybody's hours if that is what was pressed: both or neither. */
async function writeDown(c: WebContext, id: string, credit: boolean): Promise<void> {
  const { bank, node } = c.var;
  const caller = callerOf(c);
  const { ticked, minutes, more, reason } = typed(c);
  await node.signals.commit(async (tx) => {
    const before = await findGathering(tx, bank.id, id);
    const known = new Set(before === undefined ? [] : (await guestsOf(tx, before)).map((guest) => guest.id));
    const names = more.split('\n').slice(0, MOST_NAMES);
    const row = await markPresent(tx, bank, caller, id, { here: [...ticked], more: names });
    if (!credit) return;
    const came = (await guestsOf(tx, row)).filter((guest) => ticked.has(guest.id) || !known.has(guest.id));
    const lines = came.map((guest) => ({ guestId: guest.id, minutes: minutes.get(guest.id) ?? row.minutes }));
    await creditGathering(tx, bank, caller, id, lines, { reason });
  });
}

const MOST_NAMES = 50;

function typed(c: WebContext) {
  const { form } = c.var;
  const ticked = new Set(form.getAll('here').map((id) => idOf(id)));
  const minutes = new Map(
    [...ticked].flatMap((id) => {
      const chosen = wholeNumber(field(form, `minutes-${id}`));
      return chosen === null ? [] : [[id, chosen] as const];
    }),
  );
  const reason = field(form, 'reason').slice(0, BROKER_LENGTHS.reason);
  return { ticked, minutes, more: field(form, 'more').replaceAll('\r\n', '\n'), reason };
}

async function creditPage(c: WebContext, refusal: Refusal | null): Promise<Response> {
  const { row, view } = await own(c);
  const said =
    refusal === null
      ? {
          ticked: new Set(
            view.guests.filter(({ present, outcome }) => present && outcome !== 'declined').map(({ id }) => id),
          ),
          minutes: new Map<string, number>(),
          more: '',
          reason: '',
        }
      : typed(c);
  const guests = view.guests.filter(({ status }) => status !== 'withdrawn');
  const reason = forMember(c, row) ? said.reason : null;
  const model = { gathering: modelOf(row, view.hostName), guests, ...said, reason, refusal };
  return c.html(<CreditPage frame={frameOf(c)} model={model} />, refusal === null ? 200 : statusOf(refusal));
}

/** Whether the desk does it for a member who hosts. */
function forMember(c: WebContext, { hostId }: GatheringRow): boolean {
  return callerOf(c).role === 'operator' && hostId !== TOWN;
}

/** The gathering of the address, for its host and the desk. Refuses `not_found`. */
async function own(c: WebContext): Promise<{ readonly row: GatheringRow; readonly view: GatheringOfPage }> {
  const row = await visible(c);
  const caller = callerOf(c);
  if (row === null || !mayRun(row, caller)) throw new Refused('not_found');
  return { row, view: await viewOf(c, row, caller) };
}

function formOperations(app: WebApp): void {
  app.get(paths.newGathering, signedIn, async (c) =>
    form(c, {
      known: null,
      values: EMPTY,
      wrong: new Set(),
      fixed: false,
      key: randomUUID(),
      reason: '',
      refusal: null,
    }),
  );

  app.post(paths.gatherings, ...guarded, async (c) => {
    const { values, wrong, input } = readForm(c);
    const again = { known: null, values, wrong, fixed: false, key: field(c.var.form, 'key'), reason: '' };
    return orAgain(c, again, input, async (said) =>
      formOnce(c, async (tx) => paths.gathering((await createGathering(tx, c.var.bank, callerOf(c), said)).id)),
    );
  });

  app.get(pattern(paths.changeGathering), signedIn, async (c) => {
    const known = await own(c);
    const values = valuesOf(c, known.row);
    const fixed = hasGuests(known.view);
    return form(c, { known, values, wrong: new Set(), fixed, key: randomUUID(), reason: '', refusal: null });
  });

  app.post(pattern(paths.changeGathering), ...guarded, async (c) => {
    const known = await own(c);
    const { row } = known;
    const { values, wrong, input } = readForm(c);
    const reason = reasonOf(c);
    const again = { known, values, wrong, fixed: hasGuests(known.view), key: field(c.var.form, 'key'), reason };
    return orAgain(c, again, input, async (said) =>
      formOnce(c, async (tx, after) => {
        // What is still at the same place is still where a program has said that it is.
        const place = said.place.name === row.place ? placeFrom(row) : said.place;
        const input = { ...said, place, language: row.language };
        await changeGathering(tx, c.var.bank, callerOf(c), row.id, input, after, { reason });
        return paths.gathering(row.id);
      }),
    );
  });
}

const EMPTY: GatheringValues = {
  ...{ kind: 'meeting', title: '', text: '', place: '', day: '', from: '', to: '' },
  ...{ seats: '12', rule: 'none', minutes: '30', visibility: 'bank' },
};

function hasGuests({ guests }: GatheringOfPage): boolean {
  return guests.some(({ status }) => status !== 'withdrawn');
}

type Again = Pick<GatheringFormModel, 'values' | 'wrong' | 'fixed' | 'key'> & {
  /** `null` for a new one. */
  readonly known: Awaited<ReturnType<typeof own>> | null;
  readonly reason: string;
};

/** Does it, or shows the form again with what is wrong. */
async function orAgain(
  c: WebContext,
  again: Again,
  input: GatheringInput | null,
  act: (said: GatheringInput) => Promise<string>,
): Promise<Response> {
  if (input === null) return form(c, { ...again, refusal: null }, 422);
  try {
    return c.redirect(await act(input), 303);
  } catch (error) {
    const refusal = refusalOf(error);
    if (refusal === null || refusal.code === 'not_found') throw error;
    const named = fieldOf(refusal.facts['field']);
    const wrong = named === null ? again.wrong : new Set([named]);
    return form(c, { ...again, wrong, refusal: named === null ? refusal : null }, statusOf(refusal));
  }
}

/** The field of the form that the name of a field of the API stands for. */
function fieldOf(name: unknown): GatheringField | null {
  if (name === 'startsAt' || name === 'endsAt') return 'day';
  return GATHERING_FIELDS.find((each) => each === name && each !== 'rule' && each !== 'minutes') ?? null;
}

async function form(
  c: WebContext,
  { known, ...filled }: Again & Pick<GatheringFormModel, 'refusal'>,
  status: 200 | ReturnType<typeof statusOf> = 200,
): Promise<Response> {
  const { bank, node, session } = c.var;
  const { db } = node.database;
  const [places, partners, host] = await Promise.all([
    knownPlaces(db, bank.id),
    shownPartners(db, bank),
    known === null ? session?.member : findMember(db, bank.id, known.row.hostId),
  ]);
  const town = known === null ? callerOf(c).role !== 'member' : known.row.hostId === TOWN;
  const rules = (['none', 'guests_give', 'guests_receive'] as const).filter(
    (rule) => rule === 'none' || (rule === 'guests_give' ? !town : town || host?.kind === 'organisation'),
  );
  const model = {
    ...filled,
    id: known?.row.id ?? null,
    hostName: known?.view.hostName ?? '',
    reason: known !== null && forMember(c, known.row) ? filled.reason : null,
    rules,
    partners: !town && partners.size > 0,
    places: places.map(({ name }) => name),
  };
  return c.html(<GatheringFormPage frame={frameOf(c)} model={model} />, status);
}

/** What was typed; `input` is `null` when something of it is wrong. */
function readForm(c: WebContext): {
  readonly values: GatheringValues;
  readonly wrong: ReadonlySet<GatheringField>;
  readonly input: GatheringInput | null;
} {
  const { timeZone } = c.var.bank.settings;
  const get = (name: GatheringField): string => {
    const text = field(c.var.form, name).replaceAll('\r\n', '\n').slice(0, 4000);
    return name === 'text' ? text : text.replaceAll('\n', ' ');
  };
  const values = Object.fromEntries(GATHERING_FIELDS.map((name) => [name, get(name)])) as Record<
    GatheringField,
    string
  >;
  const startsAt = at(values.day, values.from, timeZone);
  const endsAt = endOf(values, startsAt, timeZone);
  const seats = wholeNumber(values.seats);
  const wrong = new Set<GatheringField>([
    ...(values.title === '' || values.title.length > LENGTHS.title ? (['title'] as const) : []),
    ...(values.text.length > LENGTHS.text ? (['text'] as const) : []),
    ...(startsAt === null || endsAt === null ? (['day'] as const) : []),
    ...(seats === null ? (['seats'] as const) : []),
  ]);
  if (wrong.size > 0 || startsAt === null || endsAt === null || seats === null) return { values, wrong, input: null };
  const input = {
    kind: oneOf(['meeting', 'class', 'choir', 'shift'] as const, values.kind),
    title: values.title,
    text: values.text,
    language: c.var.words.language,
    place: { name: values.place.slice(0, LENGTHS.place) },
    ...{ startsAt, endsAt, seats },
    rule: oneOf(['none', 'guests_give', 'guests_receive'] as const, values.rule),
    minutes: wholeNumber(values.minutes) ?? 0,
    visibility: oneOf(['bank', 'partners', 'public'] as const, values.visibility),
  };
  return { values, wrong, input };
}

/** The one of these that was chosen, else the first. */
function oneOf<T extends string>(known: readonly [T, ...T[]], chosen: string): T {
  return known.find((each) => each === chosen) ?? known[0];
}

/** `2026-11-26` and `11:00` by the town's clock; `null` when that is no moment. */
function at(day: string, time: string, timeZone: string): Date | null {
  const [, year, month, date] = /^(\d{4})-(\d{2})-(\d{2})$/.exec(day) ?? [];
  const [, hour, minute] = /^([01]\d|2[0-3]):([0-5]\d)(?::\d\d)?$/.exec(time) ?? [];
  if (year === undefined || hour === undefined) return null;
  const local = { year: Number(year), month: Number(month), day: Number(date), hour: Number(hour) };
  const known = new Date(Date.UTC(local.year, local.month - 1, local.day));
  if (known.getUTCMonth() !== local.month - 1) return null;
  return new Date(momentOf(local, timeZone).getTime() + Number(minute) * 60_000);
}

const DAY_MS = 24 * 60 * 60_000;

/** One that ends before it begins goes on past midnight. */
function endOf({ day, to }: GatheringValues, startsAt: Date | null, timeZone: string): Date | null {
  const same = at(day, to, timeZone);
  if (same === null || startsAt === null || same > startsAt) return same;
  return new Date(same.getTime() + DAY_MS);
}

function valuesOf(c: WebContext, row: GatheringRow): GatheringValues {
  const { timeZone } = c.var.bank.settings;
  const day = new Intl.DateTimeFormat('en-CA', { timeZone }).format(row.startsAt);
  const clock = (moment: Date) => wordsOf('en').clock(moment, timeZone);
  const { kind, title, text, place, rule, visibility } = row;
  return {
    ...{ kind, title, text, place, day, rule, visibility },
    from: clock(row.startsAt),
    to: clock(row.endsAt),
    seats: String(row.seats),
    minutes: row.minutes === 0 ? EMPTY.minutes : String(row.minutes),
  };
}
