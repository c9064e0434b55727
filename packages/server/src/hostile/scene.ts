/**
 * A bank where everything has happened once, so that each page has something to show and each form something to
 * change, for tests of what strangers and neighbours try with it.
 *
 * @module
 */
import { eq, sql } from 'drizzle-orm';
import { beginSession, type SessionOf } from '../auth/sessions.ts';
import { issueToken } from '../auth/tokens.ts';
import { type Bank, createBank } from '../bank/bank.ts';
import { gathering, pair } from '../db/schema.ts';
import { addPerson, giveHat } from '../member/people.ts';
import { stopToken } from '../notification/stop.ts';
import { getOffer } from '../offer/offers.ts';
import { renewPath } from '../offer/renewals.ts';
import { exchangeAt } from '../testing/exchanges.ts';
import type { FakePartner } from '../testing/fake-partner.ts';
import { lastLetter } from '../testing/letters.ts';
import { coordinator, idlePasskey, type Somebody, signedInPerson } from '../testing/people.ts';
import type { Town } from '../testing/town.ts';
import { Visitor } from '../testing/visitor.ts';
import { pay, type Stage, setStage } from '../testing/watch.ts';
import { cookieName } from '../web/handlers/session.ts';
import { webRoutes } from '../web/routes.tsx';

const HOUR_MS = 3_600_000;
const UNA_MAIL = 'una@mail.example';

/**
 * Who looks: somebody who is not signed in; a member with everything; a neighbour; one who has asked to leave, one who
 * has confirmed it; a coordinator; the bank's own token.
 */
export type Who = 'guest' | 'moira' | 'davie' | 'unsure' | 'going' | 'fiona' | 'operator';

export interface Scene {
  readonly stage: Stage;
  readonly town: Town;
  readonly partner: FakePartner;
  /** Another bank on the same node, with its own coordinator and the member Callum. */
  readonly corner: { readonly bank: Bank; readonly origin: string };
  readonly moira: Somebody;
  readonly una: Somebody;
  readonly davie: Somebody;
  /** The person id of a coordinator. */
  readonly fiona: string;
  /** What is there, by the first words of its address: `/api/offers` has the id of an offer. */
  readonly ids: Readonly<Record<string, string>>;
  /** Addresses that no page links to: they come by mail or on paper, or a browser asks for them by itself. */
  readonly letters: readonly string[];
  visitor(who: Who): Promise<Visitor>;
  /** The same in the middle of something: a guest has asked for a code, the desk has opened a link of another bank. */
  busy(who: Who): Promise<Visitor>;
  /** Somebody of the corner with their own session, at either bank. */
  stranger(who: 'callum' | 'operator', at: 'corner' | 'town'): Promise<Visitor>;
  stop(): Promise<void>;
}

/** Opens the bank. Nobody in it waits because they have tried too often. */
export async function openScene(): Promise<Scene> {
  const stage = await setStage(4, { demo: true });
  const { town } = stage;
  const [partner, asking, halted, ended] = stage.partners as [FakePartner, FakePartner, FakePartner, FakePartner];
  await neverTooOften(town);
  for (const each of [partner, halted, ended]) await each.agree(town);
  await town.database.db.update(pair).set({ mode: 'halted' }).where(eq(pair.id, halted.pair));
  await town.call('POST', `/api/agreements/${ended.agreementId}/close`, { because: 'They have gone', alone: true });
  await asking.offer(town);
  const moira = await asMoira(town);
  const una = await signedInPerson(town, 'una', UNA_MAIL);
  const davie = await signedInPerson(town, 'davie');
  const fiona = await coordinator(town);
  await pay(partner, 'moira', 600);
  const unsure = await signedInPerson(town, 'unsure');
  const going = await signedInPerson(town, 'going');
  const given = await happen(town, { partner, moira, una, davie, fiona, unsure, going });
  for (const each of [partner, asking]) showLinks(each);
  const corner = await openCorner(town);
  const session = async (bank: Bank, who: SessionOf): Promise<string> =>
    beginSession(town.database.db, bank.id, who, { how: 'code', agent: 'Mozilla/5.0' });
  const seat = async (origin: string, bank: Bank, who: SessionOf | null): Promise<Visitor> => {
    const visitor = new Visitor(town.node, origin);
    if (who !== null) visitor.cookies.set(cookieName(town.bank), await session(bank, who));
    return visitor;
  };
  const people: Record<Who, SessionOf | null> = {
    guest: null,
    moira: { role: 'member', memberId: moira.memberId, personId: moira.personId },
    davie: { role: 'member', memberId: davie.memberId, personId: davie.personId },
    unsure: { role: 'member', memberId: unsure.memberId, personId: unsure.personId },
    going: { role: 'member', memberId: going.memberId, personId: going.personId },
    fiona: { role: 'operator', personId: fiona },
    operator: { role: 'operator' },
  };
  return {
    ...{ stage, town, partner, corner, moira, una, davie, fiona },
    ids: { ...given.ids, '/agreements': asking.agreementId, '/api/agreements': partner.agreementId },
    letters: given.letters,
    visitor: (who) => seat(town.origin, town.bank, people[who]),
    async busy(who) {
      const visitor = await seat(town.origin, town.bank, people[who]);
      if (who === 'guest') await visitor.post('/sign-in', { who: UNA_MAIL });
      if (who === 'unsure') await visitor.fill('/me/doors', '/me/doors/address', { email: 'unsure@mail.example' });
      if (who === 'operator') {
        const link = `${asking.origin}/invitations/${'s'.repeat(32)}`;
        await visitor.fill('/console/invitations', '/console/invitations/open', { link });
      }
      return visitor;
    },
    stranger: (who, at) =>
      seat(
        at === 'town' ? town.origin : corner.origin,
        corner.bank,
        who === 'operator' ? { role: 'operator' } : { role: 'member', memberId: corner.callum },
      ),
    stop: () => stage.stop(),
  };
}

/** Counts of attempts stay at nothing, so that each attempt is answered for itself. */
async function neverTooOften({ database, node }: Town): Promise<void> {
  await database.db.execute(
    sql`create function never_too_often() returns trigger language plpgsql as 'begin new.count := 0; return new; end'`,
  );
  await database.db.execute(
    sql`create trigger never_too_often before insert or update on attempt for each row execute function never_too_often()`,
  );
  Object.assign(node.context.openRate, { take: () => true, over: () => false });
}

/** The member of the stage gets a person, so that she has doors and hats. */
async function asMoira({ call, database, bank }: Town): Promise<Somebody> {
  const memberId: string = (await call('GET', '/api/members/moira')).body.id;
  const { id: personId } = await addPerson(database.db, bank.id, 'Moira', 'moira@mail.example');
  await giveHat(database.db, bank.id, { personId, memberId, role: 'acts' });
  const who = { role: 'member', memberId, personId } as const;
  const token = await beginSession(database.db, bank.id, who, { how: 'token', agent: 'Evenhour', app: true });
  return { memberId, personId, token };
}

/** Whoever opens a link of the bank's is shown what it proposes. */
function showLinks(bank: FakePartner): void {
  bank.replies.invitation = () => ({ unsigned: true, body: bank.shown() });
}

interface People {
  readonly partner: FakePartner;
  readonly moira: Somebody;
  readonly una: Somebody;
  readonly davie: Somebody;
  readonly unsure: Somebody;
  readonly going: Somebody;
  readonly fiona: string;
}

/** One of everything that can be between people, most of it Moira's. */
async function happen(town: Town, { partner, moira, una, davie, unsure, going, fiona }: People) {
  const { bank, database } = town;
  const post = async (path: string, body: object = {}, token = town.token) => {
    const { status, body: answer } = await town.call('POST', path, body, { token });
    if (status >= 300) throw new Error(`${path}: ${JSON.stringify(answer)}`);
    return answer;
  };
  await post('/api/places', { name: 'The Shore', coordinates: { latitude: 55.98, longitude: -3.17 } });
  await post('/api/members/moira', { phone: '0131 496 0777', about: 'Plants', place: 'Dock Street' });
  const offer = { kind: 'offer', category: 'garden', title: 'Plants', visibility: 'public', place: 'Dock Street' };
  const { id: offerId } = await post('/api/offers', offer, moira.token);
  const pictureId = await hangPicture(town, offerId);
  await post('/api/offers', { ...offer, title: 'Bread', visibility: 'bank' }, davie.token);
  await post('/api/offers', { kind: 'need', category: 'repairs', title: 'A ladder', visibility: 'bank' }, moira.token);
  const exchanges: Record<string, string> = {};
  for (const state of ['proposed', 'agreed', 'claimed', 'disputed', 'confirmed'] as const)
    exchanges[state] = await exchangeAt(town, state);
  await post(`/api/exchanges/${exchanges['confirmed']}/thanks`, {
    side: 'giver',
    text: 'Thank you for the tea',
    reason: 'They rang',
  });
  await post('/api/transfers', { to: 'bank', minutes: 60, content: 'For all' }, moira.token);
  const { id: transferId } = await post('/api/transfers', { to: 'una', minutes: 5, content: 'Tea' }, moira.token);
  const { url: receipt } = await post(`/api/transfers/${transferId}/receipt/share`, { names: true }, moira.token);
  await post('/api/gifts/rule', { asks: true }, moira.token);
  const { id: waiting } = await post('/api/transfers', { to: 'moira', minutes: 2, content: 'Soup' }, una.token);
  const { id: asked } = await post('/api/fund/requests', { minutes: 5, content: 'A lift' }, moira.token);
  const deed = { kind: 'gift', to: 'bank', minutes: 1 };
  const act = await post('/api/acts', { by: fiona, member: 'moira', reason: 'She rang', deed });
  const objected = await post('/api/acts', { by: fiona, member: 'una', reason: 'She rang', deed });
  await post(`/api/acts/${objected.id}/objection`, { words: 'Not so' }, una.token);
  const hers = await post('/api/join-links', {}, moira.token);
  const joining = await post('/api/join-links', { uses: 200 });
  await post('/api/join', { name: 'Ewan', phone: '1' });
  const application = (await town.call('GET', '/api/applications')).body.items[0].id;
  const card = await post(`/api/members/${una.memberId}/card`);
  await post('/api/sign-in/codes', { email: UNA_MAIL });
  const signInLink = /\/sign-in\/link\/\S+/.exec(await lastLetter(town, UNA_MAIL))?.[0] ?? '';
  const gatherings = await gather(town, post, moira, una);
  await giveHat(database.db, bank.id, { personId: moira.personId, memberId: una.memberId, role: 'acts' });
  const passkey = await idlePasskey(town, moira.personId);
  const { body: sessions } = await town.call('GET', '/api/sessions', undefined, { token: moira.token });
  // Whoever still owes hours waits for the desk.
  await post('/api/transfers', { to: 'bank', minutes: 5 }, going.token);
  await post(`/api/members/${unsure.memberId}/leaving`, {}, unsure.token);
  const { word } = await post(`/api/members/${going.memberId}/leaving`, {}, going.token);
  await post(`/api/members/${going.memberId}/leaving/confirm`, { word }, going.token);
  const invitation = await post('/api/invitations', { grantsMinutes: 60, bridgeBuilder: 'Fiona' });
  const { link: calendar } = (await town.call('GET', '/api/calendar', undefined, { token: moira.token })).body;
  const offerRow = await getOffer(database.db, bank.id, offerId);
  const underway = await underWay(town, partner, moira);
  const [notice] = (await town.call('GET', '/api/notices', undefined, { token: moira.token })).body.items;
  const slip = new URL(act.link).pathname;
  return {
    ids: {
      '/offers': offerId,
      '/pictures': pictureId,
      '/exchanges': exchanges['claimed'] ?? '',
      '/gatherings': gatherings.now,
      '/given': underway,
      '/proof': transferId,
      '/receipt': transferId,
      '/r': new URL(receipt).pathname.slice(3),
      '/gifts': waiting,
      '/fund/requests': asked,
      '/console/fund': asked,
      '/slips': act.id,
      '/console/members': moira.memberId,
      '/console/applications': application,
      '/console/leaving': going.memberId,
      '/me/invitations': hers.id,
      '/members': moira.memberId,
      '/thanks': exchanges['confirmed'] ?? '',
      '/notices': notice.id,
      '/api/members': moira.memberId,
      '/api/sessions': sessions.items[0].id,
      '/api/passkeys': passkey,
      '/api/join-links': joining.id,
      '/api/applications': application,
      '/api/transfers': transferId,
      '/api/receipts': new URL(receipt).pathname.slice(3),
      '/api/offers': offerId,
      '/api/exchanges': exchanges['claimed'] ?? '',
      '/api/gifts': waiting,
      '/api/fund/requests': asked,
      '/api/gatherings': gatherings.now,
      '/api/acts': act.id,
      '/api/slips': slip.split('/').at(-1) ?? '',
    },
    letters: [
      slip,
      new URL(joining.link).pathname,
      new URL(receipt).pathname,
      new URL(invitation.link).pathname,
      new URL(calendar).pathname,
      gatherings.here,
      `/card/${card.words.join('-')}`,
      signInLink,
      `/stop/${stopToken(town.node.context.seal, [{ bankId: bank.id, memberId: una.memberId }])}`,
      offerRow === undefined ? '' : renewPath(bank, offerRow),
      `/proof/${transferId}`,
      `/given/${underway}`,
      ...[
        '/sign-in/code',
        '/console/invitations/open',
        '/console/leaving',
        '/mail',
        '/offline',
        '/sw.js',
        '/manifest.webmanifest',
        '/join/asked',
        '/me/doors/address/code',
        '/me/doors/offer',
      ],
    ],
  };
}

/** One yellow pixel. */
const PIXEL = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8/5+hHgAHggJ/PchI7wAAAABJRU5ErkJggg==',
  'base64',
);

/** The id of the picture that the offer shows from now on. */
async function hangPicture({ origin, token }: Town, offerId: string): Promise<string> {
  const headers = {
    authorization: `Bearer ${token}`,
    'content-type': 'image/png',
    'idempotency-key': crypto.randomUUID(),
  };
  const url = `${origin}/api/offers/${offerId}/picture`;
  const answer = await fetch(url, { method: 'POST', headers, body: PIXEL });
  const { picture } = (await answer.json()) as { picture: { url: string } };
  return new URL(picture.url).pathname.split('/').at(-1) ?? '';
}

// biome-ignore lint/suspicious/noExplicitAny: tests look into answers freely
type Post = (path: string, body?: object, token?: string) => Promise<any>;

/** A class tomorrow and one that has begun, both Moira's and with Una in them; one of Una's. */
async function gather(town: Town, post: Post, moira: Somebody, una: Somebody) {
  const at = (hours: number) => new Date(Date.now() + hours * HOUR_MS).toISOString();
  const soup = { kind: 'class', title: 'Soup', text: 'Bring a pot', seats: 9, rule: 'guests_give', minutes: 15 };
  const call = async (from: number, token: string): Promise<string> =>
    (await post('/api/gatherings', { ...soup, startsAt: at(from), endsAt: at(from + 2), visibility: 'public' }, token))
      .id;
  const [later, now, hers] = [await call(24, moira.token), await call(1, moira.token), await call(25, una.token)];
  for (const id of [later, now]) await post(`/api/gatherings/${id}/sign-up`, { shown: true }, una.token);
  await post(`/api/gatherings/${hers}/sign-up`, {}, moira.token);
  const startsAt = new Date(Date.now() - 60_000);
  await town.database.db.update(gathering).set({ startsAt }).where(eq(gathering.id, now));
  const { hereCode } = (await town.call('GET', `/api/gatherings/${now}`)).body;
  return { now, here: `/gatherings/${now}/here/${hereCode}` };
}

/** Hours of Moira's that the partner has heard of and not answered, so that she can still take them back. */
async function underWay(town: Town, partner: FakePartner, moira: Somebody): Promise<string> {
  partner.replies.messages = ({ json }) => {
    const items = json['orderedItems'] as unknown as { id: string }[];
    return { body: { pair: partner.pair, results: items.map(({ id }) => ({ id, applied: true })), messages: [] } };
  };
  const gift = { to: `anna@${partner.host}`, minutes: 3, content: 'Catalan' };
  return (await town.call('POST', '/api/transfers', gift, { token: moira.token })).body.id;
}

async function openCorner({ node, database, origin: at, bank: town }: Town) {
  const origin = at.replace('127.0.0.1', 'localhost');
  await createBank(database, node.context.seal, { origin, name: 'Corner House' });
  await node.context.banks.reload();
  await node.context.presence.look();
  const bank = node.context.banks.byHost(new URL(origin).host) as Bank;
  const token = await issueToken(database.db, bank.id, 'operator', null);
  const body = JSON.stringify({ handle: 'callum', name: 'Callum Reid' });
  const headers = {
    authorization: `Bearer ${token}`,
    'content-type': 'application/json',
    'idempotency-key': crypto.randomUUID(),
  };
  const made = await fetch(`${origin}/api/members`, { method: 'POST', headers, body });
  if (!made.ok || town.id === bank.id) throw new Error('the corner did not open');
  return { bank, origin, callum: ((await made.json()) as { id: string }).id };
}

/** A route of a bank's pages, as the router has it. */
export interface Route {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  /** Whether it serves this address. */
  serves(address: string): boolean;
}

/** Every page and form address that the router serves, but for its files. */
export function routesOfPages(): Route[] {
  const found = new Map<string, Route>();
  for (const { method, path } of webRoutes().routes) {
    if ((method !== 'GET' && method !== 'POST') || path.includes('*')) continue;
    const shape = new RegExp(`^${path.replaceAll(/:[a-z]+(?:\{[^/]+\})?/gi, '[^/]+')}$`);
    // What is written out is not meant by a pattern: /offers/new is no offer.
    found.set(`${method} ${path}`, { method, path, serves: (address) => shape.test(address.split('?')[0] ?? '') });
  }
  return [...found.values()];
}

/** The route that serves an address: of several the one with the most that is written out. */
export function routeOf(routes: readonly Route[], method: string, address: string): Route | undefined {
  const variable = ({ path }: Route): number => path.split(':').length;
  return routes
    .filter((route) => route.method === method && route.serves(address))
    .sort((a, b) => variable(a) - variable(b))[0];
}
