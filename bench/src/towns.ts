/**
 * Banks as they are in the world: a node process and a database each, agreements between them.
 *
 * Promises: nodes are started by the command `evenhour serve` on loopback, with 200 members (16 in a quick run), and
 * share nothing but one PostgreSQL server; caps, floors and the limit are so wide that no payment meets one. Those are
 * set in the bench's own databases before the nodes start; from then on only the API is used.
 *
 * @module
 */
import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Postgres } from '../../packages/server/dist/testing/postgres.js';
import { connectSql, EVENHOUR, type Sql } from './borrowed.ts';
import { freePort, run, startProgram } from './children.ts';
import type { Cleanup } from './cleanup.ts';
import type { Side } from './driver.ts';
import { call } from './http.ts';
import { OUT } from './report.ts';
import type { SiteKeys } from './stand-in.ts';

/** A bank in its database, and what its node is started with. */
export interface Site {
  readonly name: string;
  readonly origin: string;
  readonly host: string;
  /** The operator's. */
  readonly token: string;
  readonly env: NodeJS.ProcessEnv;
  /** Where its database and the secret of its keys are. */
  readonly keys: SiteKeys;
  readonly sql: Sql;
}

export interface Town extends Side, Pick<Site, 'name' | 'keys' | 'sql'> {
  readonly pid: number;
}

/** How many members each bank has. */
export const MEMBERS = 200;
const QUICK_MEMBERS = 16;
/** The largest limit that the API takes. */
const LIMIT_MINUTES = 60_000_000;

export interface TownsOptions {
  /** A few members only. */
  readonly quick?: boolean;
  /** Runs Node's profiler, which writes into the folder `profiles` of the output. */
  readonly profile?: boolean;
  /** Further settings of the nodes. */
  readonly env?: NodeJS.ProcessEnv;
  /** Further origins that the nodes may reach. */
  readonly allow?: readonly string[];
}

export async function startTowns(postgres: Postgres, options: TownsOptions, cleanup: Cleanup): Promise<[Town, Town]> {
  const ports = [await freePort(), await freePort()] as const;
  const allow = [...ports.map((port) => `http://127.0.0.1:${port}`), ...(options.allow ?? [])];
  const start = async (name: string, port: number): Promise<Town> =>
    startTown(await prepareSite(postgres, name, port, { ...options, allow }, cleanup), options, cleanup);
  const [leith, gracia] = await Promise.all([start('Leith', ports[0]), start('Gracia', ports[1])]);
  await agree(leith, gracia);
  return [leith, gracia];
}

/** Makes a bank in a database of its own; its node does not run yet. */
export async function prepareSite(
  postgres: Postgres,
  name: string,
  port: number,
  options: TownsOptions,
  cleanup: Cleanup,
): Promise<Site> {
  const databaseUrl = await postgres.createDatabase();
  const folder = mkdtempSync(join(tmpdir(), 'evenhour-bench-'));
  cleanup.add(() => rmSync(folder, { recursive: true, force: true }));
  const origin = `http://127.0.0.1:${port}`;
  const env = {
    PATH: process.env['PATH'],
    TZ: 'UTC',
    EVENHOUR_ENV: 'development',
    EVENHOUR_DATA: folder,
    EVENHOUR_PORT: String(port),
    EVENHOUR_ALLOW_PRIVATE_ORIGINS: (options.allow ?? []).join(','),
    EVENHOUR_LOG: 'warning',
    DATABASE_URL: databaseUrl,
    ...options.env,
  };
  const token = await addBank(env, origin, name);
  const sql = await connectSql(databaseUrl);
  cleanup.add(() => sql.close());
  await widen(sql);
  return { name, origin, host: new URL(origin).host, token, env, keys: { databaseUrl, folder }, sql };
}

/** Adds a bank to a node's database, as an operator does. Returns the operator's token. */
export async function addBank(env: NodeJS.ProcessEnv, origin: string, name: string): Promise<string> {
  const added = await run(process.execPath, [EVENHOUR, 'bank', 'add', origin, name], { env });
  const token = /eh_\S+/.exec(added.stdout)?.[0];
  if (token === undefined) throw new Error(`evenhour bank add gave no token: ${added.stdout}${added.stderr}`);
  return token;
}

/** Opens the caps and floors of all banks in a database. */
export async function widen(sql: Sql): Promise<void> {
  await sql.query(`update bank set transfer_cap_minutes = 600000, member_cap_minutes = 1000000000,
    floor_minutes = -1000000000, ceiling_minutes = null`);
}

/** Starts the node of a site and waits until it listens. */
export function serve({ name, env }: Site, { profile }: TownsOptions, cleanup: Cleanup): Promise<ChildProcess> {
  const profiler =
    profile === true
      ? ['--cpu-prof', `--cpu-prof-dir=${join(OUT, 'profiles')}`, `--cpu-prof-name=${name}.cpuprofile`]
      : [];
  return startProgram(process.execPath, [...profiler, EVENHOUR, 'serve'], env, 'is listening', cleanup);
}

/** Starts the node of a site and adds its members. */
export async function startTown(site: Site, options: TownsOptions, cleanup: Cleanup): Promise<Town> {
  const node = await serve(site, options, cleanup);
  const { name, origin, host, token, keys, sql } = site;
  return {
    name,
    origin,
    host,
    token,
    keys,
    sql,
    ...(await addMembers(origin, token, options.quick === true ? QUICK_MEMBERS : MEMBERS)),
    pid: node.pid ?? 0,
  };
}

/** Adds members with the handles `member1`, `member2`, … */
export async function addMembers(
  origin: string,
  token: string,
  count: number,
): Promise<Pick<Side, 'memberIds' | 'handles'>> {
  const handles = Array.from({ length: count }, (_, index) => `member${index + 1}`);
  const memberIds: string[] = [];
  for (let at = 0; at < handles.length; at += 16) {
    const some = handles.slice(at, at + 16).map(async (handle) => {
      const { status, body } = await call<{ id: string }>(origin, token, 'POST', '/api/members', {
        handle,
        name: `Member ${handle}`,
      });
      if (status !== 201) throw new Error(`a member could not be added: ${JSON.stringify(body)}`);
      return body.id;
    });
    memberIds.push(...(await Promise.all(some)));
  }
  return { memberIds, handles };
}

/** Where an operator works. */
export type Office = Pick<Side, 'origin' | 'token'>;

interface Agreement {
  readonly id: string;
  readonly pair: string;
  readonly mode: string;
  readonly tested: boolean;
}

/**
 * Makes the agreement of two banks that honour the same, and waits until the test hour went there and back.
 * Returns its id at each of them.
 */
export async function agree(
  a: Office,
  b: Office,
  grantsMinutes: number = LIMIT_MINUTES,
): Promise<readonly [string, string]> {
  const terms = { grantsMinutes };
  const invited = await must(
    call<{ link: string }>(a.origin, a.token, 'POST', '/api/invitations', { ...terms, bridgeBuilder: 'Fiona' }),
  );
  const offered = await must(
    call<Agreement>(b.origin, b.token, 'POST', '/api/agreements', {
      ...terms,
      bridgeBuilder: 'Rosa',
      link: invited.link,
    }),
  );
  const here = await until('the offer arrived', async () => {
    const { items } = await must(call<{ items: Agreement[] }>(a.origin, a.token, 'GET', '/api/agreements'));
    return items.find(({ pair }) => pair === offered.pair);
  });
  await must(call(a.origin, a.token, 'POST', `/api/agreements/${here.id}/accept`, {}));
  await until('the test hour went there and back', async () => {
    const both = await Promise.all([
      must(call<Agreement>(a.origin, a.token, 'GET', `/api/agreements/${here.id}`)),
      must(call<Agreement>(b.origin, b.token, 'GET', `/api/agreements/${offered.id}`)),
    ]);
    return both.every(({ mode, tested }) => mode === 'open' && tested) ? true : undefined;
  });
  return [here.id, offered.id];
}

async function must<T>(asked: Promise<{ status: number; body: T }>): Promise<T> {
  const { status, body } = await asked;
  if (status >= 300) throw new Error(`a node said ${status}: ${JSON.stringify(body)}`);
  return body;
}

async function until<T>(what: string, ask: () => Promise<T | undefined>): Promise<T> {
  const end = Date.now() + 30_000;
  while (Date.now() < end) {
    const found = await ask();
    if (found !== undefined) return found;
    await sleep(50);
  }
  throw new Error(`not within 30 seconds: ${what}`);
}
