/**
 * One's own page, the pages of others, and finding members by name.
 *
 * Promises: guests see nobody; nobody changes anybody else's page; ids of others are not found.
 *
 * @module
 */
import { profileChangeSchema } from '../../api/schemas.ts';
import { readAddress } from '../../auth/codes.ts';
import { thanksOf } from '../../exchange/talk.ts';
import { findMember, type MemberRow } from '../../member/members.ts';
import { hatsOf } from '../../member/people.ts';
import { membersNamed, placeOf, reachFor, updateProfile } from '../../member/profile.ts';
import { Refused, refusalOf } from '../../node/refused.ts';
import { offersOf } from '../../offer/offers.ts';
import { knownPlaces } from '../../offer/places.ts';
import { paths } from '../paths.ts';
import { PeoplePage, PersonPage, type ProfileModel, ProfilePage, type ProfileValues } from '../profile.tsx';
import type { WebApp, WebContext } from './env.ts';
import { asked, field, guarded, idOf } from './form.ts';
import { frameOf, ownMember, pattern, signedIn } from './page.tsx';

const PAGE = 30;
const OFFERS = 30;
const THANKS = 10;
const FIELDS = [
  'name',
  'about',
  'speaks',
  'howFar',
  'whenFree',
  'place',
  'askFor',
  'website',
  'email',
  'phone',
  'reach',
  'language',
] as const satisfies readonly (keyof ProfileValues)[];

export function profileRoutes(app: WebApp): void {
  app.get(paths.profile, signedIn, async (c) => {
    const row = ownMember(c);
    return profilePage(c, row, { values: valuesOf(row), reachShown: row.reachShown, errors: {} });
  });

  app.post(paths.profile, ...guarded, async (c) => {
    const { bank, node, form } = c.var;
    const row = ownMember(c);
    // What a person's page does not ask for stays as it is.
    const sent = FIELDS.filter((name) => form.has(name));
    const typed = Object.fromEntries(sent.map((name) => [name, field(form, name)]));
    const values = { ...valuesOf(row), ...typed };
    const reachShown = form.get('reachShown') === 'yes';
    const given = profileChangeSchema.safeParse({ ...typed, reachShown });
    const wrong = given.success ? [] : given.error.issues.map(({ path }) => String(path[0]));
    let email: string | undefined;
    try {
      if (values.email !== '') email = readAddress(values.email);
    } catch (error) {
      if (refusalOf(error)?.code !== 'invalid_request') throw error;
      wrong.push('email');
    }
    if (!given.success || wrong.length > 0)
      return profilePage(c, row, { values, reachShown, errors: faultsOf(c, wrong) }, 422);
    const change = { ...given.data, ...(email !== undefined && { email }) };
    await node.database.transaction((tx) => updateProfile(tx, bank.id, row.id, change));
    return c.redirect(`${paths.profile}?saved`, 303);
  });

  app.get(paths.people, signedIn, async (c) => {
    const { bank, node } = c.var;
    const search = asked(c, 'search').slice(0, 100);
    const after = c.req.query('after')?.slice(0, 300);
    const rows = await membersNamed(node.database.db, bank.id, { search, after, limit: PAGE });
    const last = rows.length === PAGE ? rows.at(-1) : undefined;
    const people = rows.map(({ id, name, about }) => ({ id, name, about }));
    const moreHref = last === undefined ? null : moreOf(paths.people, search, last);
    return c.html(<PeoplePage frame={frameOf(c)} model={{ search, people, moreHref }} />);
  });

  app.get(pattern(paths.person), signedIn, async (c) => {
    const { bank, node, session } = c.var;
    const { db } = node.database;
    const row = await findMember(db, bank.id, idOf(c.req.param('id')));
    if (row === undefined || row.kind === 'fund') throw new Refused('not_found');
    const caller = session?.caller;
    const asker = { desk: caller?.role === 'operator', memberId: caller?.role === 'member' ? caller.memberId : '' };
    if (row.status !== 'active' && !asker.desk && asker.memberId !== row.id) throw new Refused('not_found');
    const [offers, thanks] = await Promise.all([
      offersOf(db, bank.id, row.id, { limit: OFFERS, listed: true }),
      thanksOf(db, bank.id, row.id, { shownOnly: true, limit: THANKS }),
    ]);
    const meets = [row, session?.member].every((each) => each?.status === 'active');
    const address = `${row.handle}@${bank.host}`;
    const { id, name, kind, about, speaks, whenFree, howFar, place, askFor, website } = row;
    const model = {
      ...{ id, name, kind, about, speaks, whenFree, howFar, place, askFor, website },
      reach: reachFor(row, asker),
      mine: asker.memberId === row.id,
      ways: meets && asker.memberId !== row.id ? { ask: paths.askMember(id), give: paths.giveTo(address) } : null,
      offers: offers.map(({ id, kind, title }) => ({ id, kind, title })),
      thanks,
    };
    return c.html(<PersonPage frame={frameOf(c)} model={model} />);
  });
}

/** Where a list by names goes on. */
export function moreOf(path: string, search: string, last: MemberRow): string {
  const query = new URLSearchParams({ ...(search !== '' && { search }), after: placeOf(last) });
  return `${path}?${query}`;
}

function valuesOf(row: MemberRow): ProfileValues {
  return Object.fromEntries(FIELDS.map((name) => [name, row[name]])) as ProfileValues;
}

function faultsOf({ var: { words } }: WebContext, names: readonly string[]): ProfileModel['errors'] {
  const known = FIELDS.filter((name) => names.includes(name));
  return Object.fromEntries(
    known.map((name) => [name, words.say(`profile.fault.${name}`) ?? words.t('profile.fault.name')]),
  );
}

async function profilePage(
  c: WebContext,
  row: MemberRow,
  given: Pick<ProfileModel, 'values' | 'reachShown' | 'errors'>,
  status: 200 | 422 = 200,
): Promise<Response> {
  const { bank, node, session } = c.var;
  const personId = session?.caller.personId;
  const hats = personId === undefined ? [] : await hatsOf(node.database.db, bank.id, personId);
  const saved = status === 200 && c.req.query('saved') !== undefined;
  const places = (await knownPlaces(node.database.db, bank.id)).map(({ name }) => name);
  const model = { id: row.id, kind: row.kind, ...given, saved, places, hats: hats.length > 1 };
  return c.html(<ProfilePage frame={frameOf(c)} model={model} />, status);
}
