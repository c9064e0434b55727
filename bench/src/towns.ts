/**
 * Two banks as they are in the world: a node process and a database each, one agreement between them.
 *
 * Promises: both nodes are started by the command `evenhour serve` on loopback, with 200 members, and share
 * nothing but one PostgreSQL server; caps, floors and the limit are so wide that no payment meets one. Those
 * are set in the bench's own databases before the nodes start; from then on only the API is used.
 *
 * @module
 */
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

export interface Town extends Side {
  readonly name: string;
  readonly pid: number;
  readonly sql: Sql;
}

const MEMBERS = 200;
/** The largest limit that the API takes. */
const LIMIT_MINUTES = 60_000_000;

export interface TownsOptions {
  /** Where Node's profiler writes, when it is to run. */
  readonly profiles?: string;
}

export async function startTowns(postgres: Postgres, options: TownsOptions, cleanup: Cleanup): Promise<[Town, Town]> {
  const ports = [await freePort(), await freePort()];
  const allow = ports.map((port) => `http://127.0.0.1:${port}`).join(',');
  const start = (name: string, port: number): Promise<Town> => startTown(postgres, name, port, allow, options, cleanup);
  const [leith, gracia] = await Promise.all([start('Leith', ports[0] as number), start('Gracia', ports[1] as number)]);
  await agree(leith, gracia);
  return [leith, gracia];
}

async function startTown(
  postgres: Postgres,
  name: string,
  port: number,
  allow: string,
  options: TownsOptions,
  cleanup: Cleanup,
): Promise<Town> {
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
    EVENHOUR_ALLOW_PRIVATE_ORIGINS: allow,
    EVENHOUR_LOG: 'warning',
    DATABASE_URL: databaseUrl,
  };
  const added = await run(process.execPath, [EVENHOUR, 'bank', 'add', origin, name], { env });
  const token = /eh_\S+/.exec(added.stdout)?.[0];
  if (token === undefined) throw new Error(`evenhour bank add gave no token: ${added.stdout}${added.stderr}`);
  const sql = await connectSql(databaseUrl);
  cleanup.add(() => sql.close());
  await sql.query(`update bank set transfer_cap_minutes = 600000, member_cap_minutes = 1000000000,
    floor_minutes = -1000000000, ceiling_minutes = null`);

  const profiler =
    options.profiles === undefined
      ? []
      : ['--cpu-prof', `--cpu-prof-dir=${options.profiles}`, `--cpu-prof-name=${name}.cpuprofile`];
  const node = await startProgram(process.execPath, [...profiler, EVENHOUR, 'serve'], env, 'is listening', cleanup);
  const side = { origin, host: new URL(origin).host, token };
  const members = await addMembers(origin, token);
  return { name, ...side, ...members, pid: node.pid ?? 0, sql };
}

async function addMembers(origin: string, token: string): Promise<Pick<Side, 'memberIds' | 'handles'>> {
  const handles = Array.from({ length: MEMBERS }, (_, index) => `member${index + 1}`);
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

interface Agreement {
  readonly id: string;
  readonly pair: string;
  readonly mode: string;
  readonly tested: boolean;
}

/** Makes the agreement and waits until the test hour went there and back. */
async function agree(a: Town, b: Town): Promise<void> {
  const terms = { grantsMinutes: LIMIT_MINUTES };
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
