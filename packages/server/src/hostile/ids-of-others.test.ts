/**
 * Every page and form with an id of somebody else's in its address, for everybody it is not for: nothing is shown or
 * done.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Seen, Visitor } from '../testing/visitor.ts';
import { type FoundForm, walk } from './crawl.ts';
import { openScene, type Route, routeOf, routesOfPages, type Scene } from './scene.ts';
import { Standing } from './standing.ts';

let scene: Scene;
let standing: Standing;
const routes = routesOfPages();
/** The ids of what is there, in addresses as their owners open them. */
const addresses = new Map<string, string>();
/** Forms as their owners have them, by their routes; of forms with several acts all of them. */
const forms = new Map<string, FoundForm[]>();

/** Routes whose address holds a secret and no id: whoever holds it may come in; `codes.test.ts` tries them. */
const SECRETS = /^\/(?:r|slip|stop|card|join|sign-in\/link|calendar|invitations)\/:|\/here\/:|\/renew\/:/;
const withId = (method: 'GET' | 'POST'): Route[] =>
  routes.filter((route) => route.method === method && route.path.includes(':') && !SECRETS.test(route.path));

/** Pages that are for every member of the bank, and those that guests may open too. */
const FOR_GUESTS = ['/gatherings/:id{[0-9A-Z]{26}}', '/gatherings/:id/calendar', '/offers/:id', '/pictures/:id'];
const FOR_MEMBERS = [...FOR_GUESTS, '/members/:id'];
/** What every member may do with somebody else's. */
const MEMBERS_MAY = ['/gatherings/:id/seat'];

beforeAll(async () => {
  scene = await openScene();
  standing = new Standing(scene.town);
  for (const who of ['moira', 'going', 'fiona', 'operator'] as const) {
    const walked = await walk(await scene.busy(who), scene.town.origin, routes, ['/', ...scene.letters]);
    for (const [address, { route, status }] of walked.pages)
      if (status === 200 && !addresses.has(`GET ${route.path}`)) addresses.set(`GET ${route.path}`, address);
    for (const form of walked.forms.values()) {
      if (form.method === 'POST') forms.set(form.route.path, [...(forms.get(form.route.path) ?? []), form]);
    }
  }
  for (const who of WHO) for (const at of ['town', 'corner'] as const) sitters.set(`${who} ${at}`, await sit(who, at));
  await standing.settle();
}, 240_000);
afterAll(() => scene?.stop());

/** The address of a page of somebody's: Moira's where she has one. */
function addressOf({ path }: Route): string {
  const prefix = path.slice(0, path.indexOf('/:'));
  const id = scene.ids[prefix];
  return id === undefined
    ? (addresses.get(`GET ${path}`) ?? '')
    : path.replace(/:id(?:\{[^/]+\})?/, id).replaceAll(/\{[^/]*\}/g, '');
}

/** Sends all that the owner's form sends, with the secret of one's own session. */
function send(
  { visitor, csrf }: { visitor: Visitor; csrf: string },
  { fields }: FoundForm,
  action: string,
): Promise<Seen> {
  const sent = new URLSearchParams();
  for (const [name, value] of fields) if (!sent.has(name)) sent.set(name, value === '' ? '1' : value);
  sent.set('csrf', csrf);
  return visitor.post(action, sent);
}

/** How somebody is sent away: to the door, or told that it is not there or not theirs. */
function away({ status, to }: Seen): boolean {
  return status === 404 || status === 403 || (status === 303 && (to ?? '').startsWith('/sign-in?next='));
}

/** Names and words that only Moira, whoever she dealt with and the desk may read. */
const PRIVATE = ['0131 496 0777', 'She rang', 'A lift'];

const WHO = ['guest', 'davie', 'callum', 'corner’s desk'] as const;
/** Everybody who tries, at either bank, with the secret of their forms. */
const sitters = new Map<string, { visitor: Visitor; csrf: string }>();

async function sit(who: (typeof WHO)[number], at: 'town' | 'corner') {
  const known = who === 'guest' || who === 'davie';
  const visitor = await (known ? scene.visitor(who) : scene.stranger(who === 'callum' ? 'callum' : 'operator', at));
  return { visitor, csrf: await visitor.csrf() };
}

function sitting(who: (typeof WHO)[number], at: 'town' | 'corner') {
  const found = sitters.get(`${who} ${at}`);
  if (found === undefined) throw new Error(`${who} is not there`);
  return found;
}

describe.each(WHO)('%s', (who) => {
  const mine = (path: string) => (who === 'davie' ? FOR_MEMBERS : FOR_GUESTS).includes(path);

  test.each(withId('GET').map((route) => [route.path, route] as const))(
    'opens %s only if it is for them',
    async (path, route) => {
      const { visitor } = sitting(who, 'town');
      const address = addressOf(route);
      expect(address).toMatch(/^\//);
      const seen = await standing.unchanged(() => visitor.get(address));
      if (mine(path)) expect(seen.status).toBe(200);
      else expect([path, seen.status, seen.to, away(seen)]).toEqual([path, seen.status, seen.to, true]);
      for (const words of PRIVATE) expect(seen.html).not.toContain(words);
    },
  );

  test.each(withId('POST').map(({ path }) => path))('changes nothing by %s', async (path) => {
    const known = forms.get(path) ?? [];
    expect(known.length).toBeGreaterThan(0);
    const prefix = path.slice(0, path.indexOf('/:'));
    for (const form of known) {
      const id = scene.ids[prefix];
      const action = id === undefined ? form.action : path.replace(/:id(?:\{[^/]+\})?/, id);
      if (who === 'davie' && MEMBERS_MAY.includes(path)) continue;
      const seen = await standing.unchanged(() => send(sitting(who, 'town'), form, action));
      expect([form.page, action, seen.status, away(seen)]).toEqual([form.page, action, seen.status, true]);
    }
  });
});

describe('at another bank of the same node', () => {
  const strangers = ['callum', 'corner’s desk'] as const;
  test.each(strangers)('the ids of this one mean nothing to %s', async (who) => {
    const { visitor } = sitting(who, 'corner');
    for (const route of withId('GET')) {
      const seen = await standing.unchanged(() => visitor.get(addressOf(route)));
      expect([route.path, seen.status === 404 || seen.status === 403]).toEqual([route.path, true]);
    }
    for (const route of withId('POST'))
      for (const form of forms.get(route.path) ?? []) {
        const seen = await standing.unchanged(() => send(sitting(who, 'corner'), form, form.action));
        expect([form.action, away(seen)]).toEqual([form.action, true]);
      }
  });
});

test('an id that nobody has, and one that is none, is answered as one of somebody else’s', async () => {
  for (const who of ['moira', 'fiona'] as const) {
    const visitor = await scene.visitor(who);
    for (const route of withId('GET'))
      for (const id of ['01J00000000000000000000000', 'x', '%00', '..%2f', '%E0%A4%A', `${'9'.repeat(300)}`]) {
        const address = route.path.replace(/:id(?:\{[^/]+\})?/, id);
        if (routeOf(routes, 'GET', address) === undefined) continue;
        const { status } = await visitor.get(address);
        expect([address, status >= 400 && status < 500]).toEqual([address, true]);
      }
  }
});
