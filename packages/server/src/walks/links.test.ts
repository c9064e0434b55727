/** Every page is reached by links from one's first page, and no page has more than a little script. */
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Walk, walk } from '../hostile/crawl.ts';
import { openScene, type Route, routesOfPages, type Scene, type Who } from '../hostile/scene.ts';

/** Pages that no page leads to. */
const BY_OTHER_WAYS = [
  // After a form.
  ...[
    '/console/card',
    '/console/invitations/open',
    '/join/asked',
    '/me/card',
    '/me/doors/address/code',
    '/me/doors/offer',
  ],
  ...['/card', '/sign-in/code'],
  // In a letter, or on something that is printed or handed over.
  ...['/card/:id', '/gatherings/:id/here/:code', '/invitations/:secret', '/join/:id', '/offers/:id/renew/:token'],
  ...['/sign-in/link/:id', '/slip/:id', '/stop/:id'],
  // For a browser, a calendar, and whoever tries things out.
  ...['/calendar/:id', '/manifest.webmanifest', '/offline', '/sw.js'],
];
const FIRST: Readonly<Partial<Record<Who, string>>> = {
  guest: '/',
  moira: '/',
  fiona: '/console',
  operator: '/console',
};
const MOST_SCRIPT = 15_000;

describe('links', { timeout: 120_000 }, () => {
  let scene: Scene;
  const routes: readonly Route[] = routesOfPages();
  const walks = new Map<string, Walk>();

  beforeAll(async () => {
    scene = await openScene();
    for (const [who, from] of Object.entries(FIRST))
      walks.set(who, await walk(await scene.busy(who as Who), scene.town.origin, routes, [from]));
  }, 120_000);
  afterAll(() => scene?.stop());

  test('lead to every page', () => {
    const reached = new Set(
      [...walks.values()].flatMap(({ pages }) => [...pages.values()].map(({ route }) => route.path)),
    );
    const missed = routes.filter(({ method, path }) => method === 'GET' && !reached.has(path)).map(({ path }) => path);
    expect(missed.sort()).toEqual(BY_OTHER_WAYS.toSorted());
  });

  test.each(Object.keys(FIRST))('lead %s to pages with little script', async (who) => {
    const { pages } = walks.get(who) as Walk;
    const weights = new Map<string, number>();
    for (const [address, { html }] of pages) {
      const scripts = new Set([...html.matchAll(/<script src="([^"]+)"/g)].map(([, source = '']) => source));
      let sum = 0;
      for (const source of scripts) sum += await weightOf(source);
      expect(sum, address).toBeLessThanOrEqual(MOST_SCRIPT);
    }

    async function weightOf(source: string): Promise<number> {
      const known = weights.get(source);
      if (known !== undefined) return known;
      const answer = await fetch(`${scene.town.origin}${source}`);
      expect(answer.status).toBe(200);
      const weight = gzipSync(await answer.text()).length;
      weights.set(source, weight);
      return weight;
    }
  });
});
