/**
 * Gatherings: what comes, one of them, a seat, mine, and calendars.
 *
 * Promises: whatever a page does, the API does too; pressing twice counts once; what is not public is for members; the
 * address of a calendar opens that calendar and nothing else.
 *
 * @module
 */
import { randomUUID } from 'node:crypto';
import type { Refusal, RefusalCode } from '@evenhour/protocol';
import { agreementViews } from '../../agreement/view.ts';
import type { Caller } from '../../auth/tokens.ts';
import { actsAbout, BROKER_LENGTHS } from '../../broker/acts.ts';
import { calendarBehind, calendarOf, calendarToken, renewCalendar } from '../../gathering/calendar.ts';
import { hereCode, isHereCode, isSignInTime, signIn } from '../../gathering/presence.ts';
import { signUp, withdrawFromGathering } from '../../gathering/seats.ts';
import {
  attendedBy,
  findGathering,
  type GatheringRow,
  statusOf as gatheringStatus,
  gatheringsToCome,
  guestByMember,
  hostedBy,
  hostNames,
  placeIn,
  placeOf,
  TOWN,
} from '../../gathering/store.ts';
import { type GatheringView, type GuestView, gatheringView, maySeeGathering } from '../../gathering/view.ts';
import { kindsOf } from '../../member/members.ts';
import { Refused, refusalOf } from '../../node/refused.ts';
import { membersMeant } from '../../transfer/given-before.ts';
import { GatheringPage, HerePage, type SignForModel } from '../gathering.tsx';
import { GatheringsPage, MyGatheringsPage } from '../gathering-list.tsx';
import type { GatheringModel, GuestModel } from '../gathering-parts.tsx';
import { paths } from '../paths.ts';
import { sayWriter } from '../slip.tsx';
import type { WebApp, WebContext } from './env.ts';
import { field, guarded, idOf } from './form.ts';
import { handleHere } from './give-form.ts';
import { formOnce } from './once.ts';
import { frameOf, memberOf, pattern, signedIn, statusOf, toSignIn } from './page.tsx';

const SHOWN = 60;
const ICS = { 'content-type': 'text/calendar; charset=utf-8' } as const;

export function gatheringRoutes(app: WebApp): void {
  app.get(paths.gatherings, async (c) => {
    const { bank, node, session } = c.var;
    const everybody = session === null;
    const after = placeIn(c.req.query('after') ?? '');
    const asked = { everybody, now: new Date(), limit: SHOWN + 1, after };
    const found = await gatheringsToCome(node.database.db, bank.id, asked);
    // Those of a later page may all be over by now.
    if (after !== undefined && found.length === 0) return c.redirect(paths.gatherings, 303);
    const { rows, last } = shown(found);
    const laterHref = last === undefined ? null : `${paths.gatherings}?after=${placeOf(last, 'endsAt')}`;
    return c.html(<GatheringsPage frame={frameOf(c)} model={{ items: await modelsOf(c, rows), laterHref }} />);
  });

  app.get(paths.myGatherings, signedIn, async (c) => {
    const { bank, node } = c.var;
    const { db } = node.database;
    const { role, ...who } = callerOf(c);
    const own = role === 'member' && 'memberId' in who ? who.memberId : TOWN;
    const before = { hosted: c.req.query('hosted'), going: c.req.query('going')?.slice(0, 40) };
    const hosted = shown(await hostedBy(db, bank.id, own, SHOWN + 1, placeIn(before.hosted ?? '')));
    const there = { before: before.going, there: true };
    const going = shown(own === TOWN ? [] : await attendedBy(db, bank.id, own, SHOWN + 1, there));
    const older = (name: keyof typeof before, last: string | undefined) =>
      last === undefined
        ? null
        : `${paths.myGatherings}?${new URLSearchParams({ ...given(before), [name]: last })}#${name}`;
    const feed = own === TOWN ? null : `${bank.origin}${paths.calendarFeed(await calendarToken(db, bank, own))}`;
    const model = {
      hosted: await modelsOf(c, hosted.rows),
      hostedOlderHref: older('hosted', hosted.last && placeOf(hosted.last, 'startsAt')),
      going:
        own === TOWN
          ? null
          : await modelsOf(
              c,
              going.rows.map(({ gathering }) => gathering),
            ),
      goingOlderHref: older('going', going.last?.guest.id),
      feed,
    };
    return c.html(<MyGatheringsPage frame={frameOf(c)} model={model} />);
  });

  app.post(paths.renewCalendar, ...guarded, async (c) => {
    const { memberId } = memberOf(c);
    const { bank, node } = c.var;
    await node.database.transaction((tx) => renewCalendar(tx, bank, memberId));
    return c.redirect(paths.myGatherings, 303);
  });

  app.get(`${paths.gatherings}/:id{[0-9A-Z]{26}}`, async (c) => showOne(c));

  app.post(pattern(paths.takeSeat), ...guarded, async (c) =>
    orSay(c, async () => {
      const caller = callerOf(c);
      const id = idOf(c.req.param('id'));
      const own = () => field(c.var.form, 'member').toLowerCase() || undefined;
      const member = caller.role === 'operator' ? await handleMeant(c) : own();
      const shown = field(c.var.form, 'shown') === 'yes';
      await formOnce(c, async (tx, after) => {
        await signUp(tx, c.var.bank, caller, id, { memberId: member, shown, reason: reasonOf(c) }, after);
        return paths.gathering(id);
      });
    }),
  );

  app.post(pattern(paths.leaveSeat), ...guarded, async (c) =>
    orSay(c, async () => {
      const { bank, node } = c.var;
      const id = idOf(c.req.param('id'));
      memberOf(c);
      await node.signals.commit((tx, after) => withdrawFromGathering(tx, bank, callerOf(c), id, undefined, after));
    }),
  );

  app.get(pattern(paths.gatheringFile), async (c) => {
    const row = await visible(c);
    if (row === null) return toSignIn(c);
    const headers = { ...ICS, 'content-disposition': `attachment; filename="${row.id}.ics"` };
    return c.body(calendarOf(c.var.bank, [row]), 200, headers);
  });

  app.get(pattern(paths.calendarFeed), async (c) => {
    const { bank, node } = c.var;
    const ics = await calendarBehind(node.database.db, bank, c.req.param('id') ?? '');
    return c.body(ics, 200, { ...ICS, 'cache-control': 'private, no-cache' });
  });

  const here = `${pattern(paths.gathering)}/here/:code`;
  app.get(here, signedIn, async (c) => hereAt(c, false));
  app.post(here, ...guarded, async (c) => hereAt(c, true));
}

/** What one page shows of what was found, and the last of it if there is more. */
function shown<T>(found: readonly T[]): { readonly rows: readonly T[]; readonly last: T | undefined } {
  const rows = found.slice(0, SHOWN);
  return { rows, last: found.length > SHOWN ? rows.at(-1) : undefined };
}

/** Those that were given at all. */
function given(all: Readonly<Record<string, string | undefined>>): Record<string, string> {
  return Object.fromEntries(Object.entries(all).filter((each): each is [string, string] => each[1] !== undefined));
}

/** Whoever looks. Refuses `not_signed_in`. */
export function callerOf(c: WebContext): Caller {
  const caller = c.var.session?.caller;
  if (caller === undefined) throw new Refused('not_signed_in');
  return caller;
}

async function hereAt(c: WebContext, pressed: boolean): Promise<Response> {
  const { bank, node } = c.var;
  const { memberId } = memberOf(c);
  const id = idOf(c.req.param('id'));
  const code = c.req.param('code') ?? '';
  if (!isHereCode(bank, id, code)) throw new Refused('not_found');
  if (pressed) {
    await node.signals.commit((tx) => signIn(tx, bank, callerOf(c), id, code));
    return c.redirect(paths.gatheringHere(id, code), 303);
  }
  const row = await findGathering(node.database.db, bank.id, id);
  if (row === undefined) throw new Refused('not_found');
  const guest = await guestByMember(node.database.db, row, memberId);
  const [gathering] = (await modelsOf(c, [row])) as [GatheringModel];
  const action = paths.gatheringHere(id, hereCode(bank, id));
  const model = { gathering, action, now: isSignInTime(row), done: guest?.presentBy === 'own' };
  return c.html(<HerePage frame={frameOf(c)} model={model} />);
}

/** The gathering of the address; `null` when whoever looks has to sign in first. Refuses `not_found`. */
export async function visible(c: WebContext): Promise<GatheringRow | null> {
  const { bank, node, session } = c.var;
  const row = await findGathering(node.database.db, bank.id, idOf(c.req.param('id')));
  if (session === null && row?.visibility !== 'public') return null;
  if (row === undefined || !maySeeGathering(row, session?.caller)) throw new Refused('not_found');
  return row;
}

const NOBODY: SignForModel = { typed: '', chosen: '', found: [], wrong: null, reason: '', reasonMissing: false };

/** A name that the desk has typed means nobody, or more than one. */
class NotMeant extends Error {
  readonly signFor: SignForModel;

  constructor(signFor: SignForModel) {
    super('nobody is meant');
    this.signFor = signFor;
  }
}

/**
 * Whom the desk signs up: the one that it chose, else the one whom the name means, as in the form by which hours are
 * given.
 */
async function handleMeant(c: WebContext): Promise<string> {
  const signFor = await signForOf(c);
  const { typed, chosen, found } = signFor;
  const handle = handleHere(nameIn(signFor)[0], found);
  if (found.some((each) => each.handle === handle)) return handle;
  const wrong = typed === '' && chosen === '' ? 'missing' : found.length === 0 ? 'unknown' : 'which';
  throw new NotMeant({ ...signFor, wrong });
}

/** The name, and the town in a whole address; else no town. */
function nameIn({ typed, chosen }: Pick<SignForModel, 'typed' | 'chosen'>): [name: string, host: string] {
  const [name = '', host = ''] = (chosen || typed).replace(/^@/, '').split('@');
  return [name, host.toLowerCase()];
}

/** Why the desk does it, for the slip. */
export function reasonOf({ var: { form } }: WebContext): string {
  return field(form, 'reason').slice(0, BROKER_LENGTHS.reason);
}

/** What the form by which the desk signs somebody up has brought, and the members whom it may mean. */
async function signForOf(c: WebContext): Promise<SignForModel> {
  const { bank, node, form } = c.var;
  const typed = field(form, 'member').slice(0, 200);
  const chosen = field(form, 'one').toLowerCase();
  const [name, host] = nameIn({ typed, chosen });
  const here = host === '' || host === bank.host;
  const meant = here ? await membersMeant(node.database.db, bank.id, name) : [];
  const found = meant.filter(({ kind }) => kind !== 'fund').map((each) => ({ handle: each.handle, name: each.name }));
  return { typed, chosen, found, wrong: null, reason: reasonOf(c), reasonMissing: false };
}

/** Shows the gathering again, with what was refused. */
async function orSay(c: WebContext, act: () => Promise<void>): Promise<Response> {
  try {
    await act();
  } catch (error) {
    if (error instanceof NotMeant) return showOne(c, { signFor: error.signFor });
    const refusal = refusalOf(error);
    if (refusal === null || refusal.code === 'not_found' || c.var.session === null) throw error;
    if (c.var.session.caller.role !== 'operator') return showOne(c, { refusal });
    const signFor = await signForOf(c);
    const wrong = OF_GUEST[refusal.code] ?? null;
    const reasonMissing = refusal.facts['field'] === 'reason';
    const atField = wrong !== null || reasonMissing;
    return showOne(c, { refusal: atField ? null : refusal, signFor: { ...signFor, wrong, reasonMissing } });
  }
  return c.redirect(paths.gathering(idOf(c.req.param('id'))), 303);
}

export type GatheringOfPage = Omit<GatheringView, 'me' | 'guests'> & {
  readonly me: GuestModel | null;
  readonly guests: readonly GuestModel[];
};

/** A gathering as somebody sees it; guests of partner towns with the name of their town instead of its address. */
export async function viewOf(
  c: WebContext,
  row: GatheringRow,
  caller: Caller | null | undefined,
): Promise<GatheringOfPage> {
  const { bank, node } = c.var;
  const { db } = node.database;
  const view = await gatheringView(db, bank, row, caller);
  const all = [...view.guests, ...(view.me === null ? [] : [view.me])];
  const kinds = await kindsOf(
    db,
    bank.id,
    all.map(({ memberId }) => memberId),
  );
  const partners = all.every(({ town }) => town === '') ? [] : await agreementViews(db, bank);
  const names = new Map(partners.map(({ origin, town }) => [new URL(origin).host, town]));
  const shownAs = (guest: GuestView): GuestModel => ({
    ...guest,
    kind: kinds.get(guest.memberId ?? ''),
    town: names.get(guest.town) ?? guest.town,
  });
  return { ...view, me: view.me && shownAs(view.me), guests: view.guests.map(shownAs) };
}

/** Refusals that are about whom the desk signs up. */
const OF_GUEST: Partial<Record<RefusalCode, SignForModel['wrong']>> = {
  member_inactive: 'inactive',
  same_account: 'host',
};

/** The page of a gathering, with what was refused. */
export async function showOne(
  c: WebContext,
  said: {
    readonly refusal?: Refusal | null;
    readonly cancelRefused?: Refusal;
    readonly signFor?: SignForModel;
  } = {},
): Promise<Response> {
  const { refusal = null, cancelRefused = null, signFor = NOBODY } = said;
  const row = await visible(c);
  if (row === null) return toSignIn(c);
  const view = await viewOf(c, row, c.var.session?.caller);
  const model = {
    gathering: modelOf(row, view.hostName),
    waiting: view.waiting,
    names: view.names,
    me: view.me,
    guests: view.mine ? view.guests : null,
    slips: c.var.session?.caller.role === 'operator' ? await slipsAt(c, row) : [],
    key: randomUUID(),
    ...{ refusal, cancelRefused, signFor },
  };
  const refused = refusal ?? cancelRefused;
  const status = refused !== null ? statusOf(refused) : signFor.wrong === null && !signFor.reasonMissing ? 200 : 422;
  return c.html(<GatheringPage frame={frameOf(c)} model={model} />, status);
}

async function slipsAt({ var: { bank, node, words } }: WebContext, { id }: GatheringRow): Promise<string[]> {
  const acts = await actsAbout(node.database.db, bank.id, [id]);
  return acts.map(({ row: { personName: by, slip }, memberName: who }) =>
    words.t('slip.writtenDown', { who, by: sayWriter(words, by), slip }),
  );
}

async function modelsOf(c: WebContext, rows: readonly GatheringRow[]): Promise<GatheringModel[]> {
  const names = await hostNames(c.var.node.database.db, c.var.bank, rows);
  return rows.map((row) => modelOf(row, names.get(row.hostId) ?? ''));
}

export function modelOf(row: GatheringRow, hostName: string): GatheringModel {
  const { id, kind, title, text, language, place, startsAt, endsAt, seats, taken, rule, minutes, hostId } = row;
  return {
    ...{ id, kind, title, text, language, place, startsAt, endsAt, seats, rule, minutes, hostName },
    free: Math.max(0, seats - taken),
    status: gatheringStatus(row),
    byTown: hostId === TOWN,
    toPartners: row.offerId !== null,
  };
}
