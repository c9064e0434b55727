/**
 * Every form of every page meets naughty strings: nothing fails, and nothing that was typed becomes a part of a page.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Visitor } from '../testing/visitor.ts';
import { type FoundForm, pageOf, type Walk, walk } from './crawl.ts';
import { faultsOf } from './reading.ts';
import { openScene, type Route, routesOfPages, type Scene, type Who } from './scene.ts';
import { NASTIEST, NAUGHTY, OURS } from './strings.ts';

const WHO = ['guest', 'moira', 'unsure', 'going', 'fiona', 'operator'] as const satisfies readonly Who[];

let scene: Scene;
let routes: Route[];
const walks = new Map<Who, Walk>();

beforeAll(async () => {
  scene = await openScene();
  routes = routesOfPages();
  for (const who of WHO) walks.set(who, await stroll(who));
}, 240_000);
afterAll(() => scene?.stop());

/** Walks as somebody who has all letters of the bank in their hand. */
const stroll = async (who: Who): Promise<Walk> =>
  walk(await scene.busy(who), scene.town.origin, routes, ['/', ...scene.letters]);

/** Forms that only a script sends, and that no page has. */
const BY_SCRIPT = ['/sign-in/passkey/options', '/me/doors/passkey/options'];
/** Pages that show the words of a card, once, to the session that has just made it. */
const ONCE = ['/me/card', '/console/card'];

describe('the walk', () => {
  test('opens every page and meets every form that the router has', () => {
    const opened = [...walks.values()].flatMap(({ pages }) => [...pages.values()].map(({ route }) => route.path));
    const met = [...walks.values()].flatMap(({ forms }) => [...forms.values()].map(({ route }) => route.path));
    const missing = (method: string, found: readonly string[]) =>
      routes.filter((route) => route.method === method && !found.includes(route.path)).map(({ path }) => path);
    expect({ pages: missing('GET', opened), forms: missing('POST', met) }).toEqual({ pages: ONCE, forms: BY_SCRIPT });
  });

  test('finds no link that leads nowhere, and no page that fails', () => {
    for (const [who, { dead, pages }] of walks) {
      expect(dead, who).toEqual([]);
      for (const [address, { status, html }] of pages) {
        expect(status, `${who} ${address}`).toBeLessThan(500);
        expect(faultsOf(html), `${who} ${address}`).toEqual([]);
      }
    }
  });
});

/**
 * Each form once, by the first of those who met it; a guest's are others than a member's, and these than the desk's.
 */
function allForms(): { who: Who; form: FoundForm }[] {
  const kind = (who: Who): string =>
    who === 'guest' ? who : who === 'fiona' || who === 'operator' ? 'desk' : 'member';
  const all = [...walks].flatMap(([who, { forms }]) =>
    [...forms].map(([key, form]) => ({ who, form, key: `${kind(who)} ${key}` })),
  );
  const found = [...new Map(all.toReversed().map((one) => [one.key, one])).values()];
  // What ends things comes last, so that the others find them still there.
  return found.sort((a, b) => Number(ENDING.test(a.form.action)) - Number(ENDING.test(b.form.action)));
}
const ENDING = /end|out|leave|stay|status|cancel|withdraw|back|remove|close|take|others/;

/** What is filled in: other texts for some fields, and the rest as the page has it. */
function filled({ fields }: FoundForm, csrf: string, other: Readonly<Record<string, string>>): URLSearchParams {
  const sent = new URLSearchParams();
  for (const [name, value] of fields) if (!sent.has(name)) sent.set(name, other[name] ?? value);
  if (sent.has('csrf')) sent.set('csrf', csrf);
  return sent;
}

/** Somebody's browser, and another one when its session has ended. */
class Typist {
  readonly #who: Who;
  #visitor: Visitor | null = null;
  #csrf = '';

  constructor(who: Who) {
    this.#who = who;
  }

  async #sit(): Promise<Visitor> {
    this.#visitor = await scene.busy(this.#who);
    this.#csrf = await this.#visitor.csrf();
    return this.#visitor;
  }

  /** What is wrong with the answer. */
  async type(form: FoundForm, other: Readonly<Record<string, string>>): Promise<string[]> {
    const visitor = this.#visitor ?? (await this.#sit());
    sent += 1;
    const seen = await this.#send(visitor, form, other);
    // Signing out, or ending one's sessions, is a form too.
    if (seen.status === 403 || (this.#who !== 'guest' && visitor.cookies.size === 0)) this.#visitor = null;
    const faults = seen.status >= 500 ? [`${seen.status}`] : [];
    faults.push(...faultsOf(pageOf(seen)));
    if (seen.to !== null && !leadsHere(seen.to)) faults.push(`leads to ${seen.to}`);
    return faults;
  }

  async #send(visitor: Visitor, form: FoundForm, other: Readonly<Record<string, string>>) {
    const fields = filled(form, this.#csrf, other);
    if (form.withFile) return visitor.postFiles(form.action, withFields(fields));
    return form.method === 'POST'
      ? visitor.post(form.action, fields)
      : visitor.get(`${form.action.split('?')[0]}?${fields}`);
  }
}

/** As a browser sends a form that a file can come with. */
function withFields(fields: URLSearchParams): FormData {
  const form = new FormData();
  for (const [name, value] of fields) form.append(name, value);
  return form;
}

function leadsHere(to: string): boolean {
  return URL.canParse(to, scene.town.origin) && new URL(to, scene.town.origin).origin === scene.town.origin;
}

/** What pages of a route are asked in their addresses, as links and forms do it. */
function questionsAt(path: string): string[] {
  const names = [...walks.values()].flatMap(({ pages, forms }) => [
    ...[...pages].flatMap(([address, { route }]) =>
      route.path === path ? [...new URL(address, scene.town.origin).searchParams.keys()] : [],
    ),
    ...[...forms.values()].flatMap(({ method, route, fields }) =>
      method === 'GET' && route.path === path ? fields.map(([name]) => name) : [],
    ),
  ]);
  return [...new Set(names)].sort();
}

/** Texts for all fields at once, other ones in each turn. */
function turnOf(form: FoundForm, turn: number): Record<string, string> {
  const names = [...form.open];
  return Object.fromEntries(names.map((name, n) => [name, NASTIEST[(turn + 7 * n) % NASTIEST.length] ?? '']));
}

const ALONE = 4;
/** Each try of these costs as much as it costs to guess the words of a card, so they meet fewer. */
const SLOW = /^\/(?:join|card|sign-in)/;
let next = 0;
let sent = 0;

async function faultsWith({ who, form }: { who: Who; form: FoundForm }): Promise<string[]> {
  const typist = new Typist(who);
  const faults = new Set<string>();
  const type = async (other: Readonly<Record<string, string>>): Promise<void> => {
    for (const fault of await typist.type(form, other))
      faults.add(`${who} ${form.method} ${form.route.path}: ${fault} for ${JSON.stringify(other).slice(0, 100)}`);
  };
  const names = [...new Set(form.fields.map(([name]) => name))].filter((name) => name !== 'csrf');
  for (const name of names)
    for (let n = 0; n < ALONE; n++) await type({ [name]: NAUGHTY[next++ % NAUGHTY.length] ?? '' });
  // Every second of them, and the others in another form: a page takes its time.
  const turns = SLOW.test(form.action) ? 6 : NASTIEST.length;
  if (form.open.length > 0) for (let turn = next % 2; turn < turns; turn += 2) await type(turnOf(form, turn));
  return [...faults];
}

describe('naughty strings in forms', () => {
  test('are taken or refused, shown as text, and lead nowhere', { timeout: 600_000 }, async () => {
    const work = allForms().values();
    const faults: string[] = [];
    const worker = async (): Promise<void> => {
      for (const one of work) faults.push(...(await faultsWith(one)));
    };
    await Promise.all([1, 2, 3, 4].map(worker));
    expect(sent).toBeGreaterThan(2_500);
    expect(faults.sort()).toEqual([]);
    expect(next).toBeGreaterThan(NAUGHTY.length);
  });

  test('in the questions of addresses are looked for or left, and shown as text', { timeout: 300_000 }, async () => {
    const faults: string[] = [];
    const tried = new Set<string>();
    for (const who of ['guest', 'moira', 'fiona'] as const) {
      const visitor = await scene.visitor(who);
      const pages = [...(walks.get(who) as Walk).pages].toReversed();
      for (const [path, address] of new Map(pages.map(([at, { route }]) => [route.path, at.split('?')[0]])))
        for (const name of questionsAt(path))
          for (const text of OURS) {
            tried.add(name);
            const seen = await visitor.get(`${address}?${new URLSearchParams({ [name]: text })}`);
            const wrong = [...(seen.status >= 500 ? [`${seen.status}`] : []), ...faultsOf(pageOf(seen))];
            const at = `${who} ${address}?${name}`;
            faults.push(...wrong.map((fault) => `${at}: ${fault} for ${JSON.stringify(text.slice(0, 60))}`));
          }
    }
    expect(faults).toEqual([]);
    expect([...tried]).toEqual(expect.arrayContaining(['search', 'q', 'to', 'next', 'category']));
  });

  test('and what was kept of them is text on every page', { timeout: 300_000 }, async () => {
    for (const who of WHO)
      for (const [address, { html, status }] of (await stroll(who)).pages) {
        expect(status, `${who} ${address}`).toBeLessThan(500);
        expect(faultsOf(html), `${who} ${address}`).toEqual([]);
      }
  });
});
