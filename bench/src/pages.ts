/**
 * `bench -- pages`: how long a member waits for a page of a very large bank.
 *
 * One node on PostgreSQL with 50,000 members, 100,000 offers, 100,000 hours given, 50,000 exchanges, 20,000 gatherings
 * and 50,000 notices (a fiftieth of each in a quick run). Four members look at a time, each page many times, each time
 * another member, another offer or other words. The time is from asking to the last byte, over loopback, by a client on
 * the same machine: more than the server alone needs. `search` counts the pages that look for something.
 *
 * @module
 */
import http from 'node:http';
import { gzipSync } from 'node:zlib';
import { startDurable } from './borrowed.ts';
import { cpuMsOf, cpuMsOfChildren, freePort } from './children.ts';
import type { Cleanup } from './cleanup.ts';
import { type Crowd, type CrowdSize, gather, PLACES } from './crowd.ts';
import type { BenchOptions } from './main.ts';
import { type CommonFigures, commonFigures, round, say, table } from './report.ts';
import { openSite } from './stand-in.ts';
import { percentile } from './stats.ts';
import { prepareSite, serve, widen } from './towns.ts';

export interface PageFigures {
  readonly route: string;
  readonly p50Ms: number;
  readonly p95Ms: number;
  /** Processor time of the node and of PostgreSQL for one page; `null` where the system does not tell. */
  readonly cpuMs: number | null;
  readonly databaseCpuMs: number | null;
  readonly bytesGz: number;
}

export interface PagesFigures extends CommonFigures {
  readonly members: number;
  readonly offers: number;
  readonly concurrency: number;
  readonly p95MsMax: number;
  readonly searchP95Ms: number;
  readonly pages: readonly PageFigures[];
}

const FULL: CrowdSize = {
  ...{ members: 50_000, offers: 100_000, gifts: 100_000 },
  ...{ exchanges: 50_000, gatherings: 20_000, notices: 50_000 },
};
const QUICK: CrowdSize = {
  ...{ members: 1_000, offers: 2_000, gifts: 2_000 },
  ...{ exchanges: 1_000, gatherings: 400, notices: 1_000 },
};
const CONCURRENCY = 4;
const VIEWS = 200;
const QUICK_VIEWS = 20;

/** What is typed into the search: whole words, mistakes, several at once, nothing that anybody offers. */
const QUERIES = [
  'tap',
  'bicycl',
  'bycicle',
  'curtain mended',
  'letr',
  'bread baked harbour',
  'zither',
  'chess evenings',
  'shelv',
];

interface Route {
  readonly route: string;
  readonly search?: boolean;
  address(crowd: Crowd, at: number): string;
}

const of = <T>(list: readonly T[], at: number): T => list[at % list.length] as T;

const ROUTES: readonly Route[] = [
  { route: '/', address: () => '/' },
  { route: '/me', address: () => '/me' },
  { route: '/find', address: () => '/find' },
  {
    route: '/find?q=',
    search: true,
    address: (_, at) => `/find?q=${encodeURIComponent(of(QUERIES, at))}`,
  },
  {
    route: '/find?q=&show=offer',
    search: true,
    address: (_, at) => `/find?show=offer&q=${encodeURIComponent(of(QUERIES, at))}`,
  },
  {
    route: '/find?q=&category=',
    search: true,
    address: (_, at) => `/find?category=repairs&q=${encodeURIComponent(of(QUERIES, at))}`,
  },
  {
    route: '/find?q=&near=',
    search: true,
    address: (_, at) =>
      `/find?near=${encodeURIComponent(of(['me', ...PLACES], at))}&q=${encodeURIComponent(of(QUERIES, at))}`,
  },
  { route: '/find?category=', address: () => '/find?category=garden' },
  {
    route: '/find?near=',
    search: true,
    address: (_, at) => `/find?near=${encodeURIComponent(of(['me', ...PLACES], at))}`,
  },
  { route: '/offers', address: () => '/offers' },
  { route: '/offers/new', address: () => '/offers/new' },
  { route: '/offers/:id', address: ({ offerIds }, at) => `/offers/${of(offerIds, at)}` },
  { route: '/offers/:id/change', address: ({ offerIds }, at) => `/offers/${of(offerIds, at)}/change` },
  { route: '/exchanges', address: () => '/exchanges' },
  { route: '/exchanges/:id', address: ({ exchangeIds }, at) => `/exchanges/${of(exchangeIds, at)}` },
  {
    route: '/exchanges/new', // Somebody else's: each visitor wrote the one at their own place.
    address: ({ offerIds }, at) => `/exchanges/new?offer=${of(offerIds, at + 1)}`,
  },
  { route: '/gatherings', address: () => '/gatherings' },
  { route: '/gatherings/mine', address: () => '/gatherings/mine' },
  { route: '/gatherings/:id', address: ({ gatheringIds }, at) => `/gatherings/${of(gatheringIds, at + 1)}` },
  { route: '/gatherings/:id/change', address: ({ gatheringIds }, at) => `/gatherings/${of(gatheringIds, at)}/change` },
  { route: '/gatherings/:id/sheet', address: ({ gatheringIds }, at) => `/gatherings/${of(gatheringIds, at)}/sheet` },
  { route: '/gatherings/:id/credit', address: ({ gatheringIds }, at) => `/gatherings/${of(gatheringIds, at)}/credit` },
  { route: '/members', address: () => '/members' },
  { route: '/members/:id', address: ({ memberIds }, at) => `/members/${of(memberIds, at)}` },
  { route: '/thanks', address: () => '/thanks' },
  { route: '/give', address: () => '/give' },
  { route: '/gifts', address: () => '/gifts' },
  { route: '/slips', address: () => '/slips' },
  { route: '/given/:id', address: ({ giftIds }, at) => `/given/${of(giftIds, at)}` },
  { route: '/receipt/:id', address: ({ giftIds }, at) => `/receipt/${of(giftIds, at)}` },
  { route: '/statement/print', address: () => '/statement/print' },
  { route: '/fund', address: () => '/fund' },
  { route: '/towns', address: () => '/towns' },
  { route: '/notices', address: () => '/notices' },
  { route: '/notices/wishes', address: () => '/notices/wishes' },
  { route: '/offline', address: () => '/offline' },
  { route: '/gatherings/new', address: () => '/gatherings/new' },
  { route: '/me/hats', address: () => '/me/hats' },
  { route: '/me/invitations', address: () => '/me/invitations' },
  { route: '/leave', address: () => '/leave' },
  { route: '/me/profile', address: () => '/me/profile' },
  { route: '/me/doors', address: () => '/me/doors' },
];

export async function measurePages({ quick, profile }: BenchOptions, cleanup: Cleanup): Promise<PagesFigures> {
  const startedAt = Date.now();
  const failures: string[] = [];
  const size = quick ? QUICK : FULL;
  const { postgres } = await startDurable({}, failures, cleanup);
  const site = await prepareSite(postgres, 'Leith', await freePort(), { quick, profile }, cleanup);
  await widen(site.sql);
  say(`Gathering ${size.members} members, ${size.offers} offers and ${size.gifts} hours. This takes a while.`);
  const { database, bank } = await openSite(site.keys);
  const crowd = await gather({ database, bank, sql: site.sql }, size).finally(() => database.close());
  await site.sql.query('vacuum analyze');
  const { pid = 0 } = await serve(site, { profile }, cleanup);

  const cookie = `evenhour-${new URL(site.origin).port}`;
  const pages: (PageFigures & { readonly search: boolean })[] = [];
  const views = quick ? QUICK_VIEWS : VIEWS;
  const lookAt =
    (route: Route) =>
    (at: number): Promise<Seen> =>
      see(`${site.origin}${route.address(crowd, at)}`, `${cookie}=${of(crowd.sessions, at)}`);
  // The first looks are not the pages' speed: code is compiled and statements are prepared. Much of both is the same
  // for all pages, so whichever came first would be the slowest.
  for (const each of ROUTES) await atATime(CONCURRENCY, views >> 2, lookAt(each));
  for (const each of ROUTES) {
    const look = lookAt(each);
    await atATime(CONCURRENCY, views >> 3, look);
    const used = [cpuMsOf(pid), cpuMsOfChildren(postgres.pid)] as const;
    const seen = await atATime(CONCURRENCY, views, look);
    const cost = (before: number | null, after: number | null): number | null =>
      before === null || after === null ? null : round((after - before) / views, 1);
    const wrong = seen.find(({ status }) => status !== 200);
    if (wrong !== undefined) failures.push(`${each.route} was answered ${wrong.status}`);
    const times = seen.map(({ ms }) => ms);
    pages.push({
      route: each.route,
      p50Ms: round(percentile(times, 50), 1),
      p95Ms: round(percentile(times, 95), 1),
      cpuMs: cost(used[0], cpuMsOf(pid)),
      databaseCpuMs: cost(used[1], cpuMsOfChildren(postgres.pid)),
      bytesGz: Math.max(...seen.slice(0, 10).map(({ bytes }) => gzipSync(bytes).length)),
      search: each.search === true,
    });
  }
  say(
    `\n${table([
      ['page', 'p50 ms', 'p95 ms', 'cpu ms', 'database', 'bytes gz'],
      ...pages.map(({ route, p50Ms, p95Ms, cpuMs, databaseCpuMs, bytesGz }) =>
        [route, p50Ms, p95Ms, cpuMs ?? '', databaseCpuMs ?? '', bytesGz].map(String),
      ),
    ])}`,
  );
  const worst = (search: boolean): number =>
    Math.max(...pages.filter((each) => each.search === search).map(({ p95Ms }) => p95Ms));
  return {
    ...commonFigures('pages', startedAt, failures),
    members: size.members,
    offers: size.offers,
    concurrency: CONCURRENCY,
    p95MsMax: worst(false),
    searchP95Ms: worst(true),
    pages: pages.map(({ search: _, ...page }) => page),
  };
}

interface Seen {
  readonly status: number;
  readonly ms: number;
  readonly bytes: Buffer;
}

const agent = new http.Agent({ keepAlive: true, maxSockets: CONCURRENCY });

function see(url: string, cookie: string): Promise<Seen> {
  const began = performance.now();
  return new Promise((resolve, reject) => {
    const request = http.get(url, { agent, headers: { cookie, accept: 'text/html' } }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, ms: performance.now() - began, bytes: Buffer.concat(chunks) }),
      );
    });
    request.on('error', reject);
  });
}

/** Does something so many times, a few at a time. */
async function atATime<T>(width: number, count: number, work: (at: number) => Promise<T>): Promise<T[]> {
  const done: T[] = [];
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < count) done.push(await work(next++));
  };
  await Promise.all(Array.from({ length: width }, lane));
  return done;
}
