/**
 * The baseline of the database: pgbench's TPC-B on the same server, with the same durability.
 *
 * Eight clients, scale 10 (1 in a quick run), prepared statements (the faster of pgbench's ways). pgbench of another
 * major version than the server's works as well.
 *
 * @module
 */
import { accessSync, constants, readdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import type { Postgres } from '../../packages/server/dist/testing/postgres.js';
import { run } from './children.ts';
import { say } from './report.ts';

const CLIENTS = 8;
const SCALE = 10;

export interface Rate {
  /** Transactions a second over some seconds. */
  measure(seconds: number): Promise<number>;
}

/** pgbench against an empty database of its own. */
export interface Pgbench {
  /** The address of its database. */
  readonly url: string;
  run(args: readonly string[]): Promise<string>;
}

/** Prepares the tables in a database of their own. `null` where there is no pgbench and none can be installed. */
export async function prepareTpcb(postgres: Postgres, quick: boolean): Promise<Rate | null> {
  const pgbench = await openPgbench(postgres);
  if (pgbench === null) return null;
  await pgbench.run(['-i', '-q', '-s', String(quick ? 1 : SCALE)]);
  return { measure: (seconds) => measure(pgbench, CLIENTS, seconds) };
}

/** `null` where there is no pgbench and none can be installed. */
export async function openPgbench(postgres: Postgres): Promise<Pgbench | null> {
  const program = findPgbench() ?? (await installPgbench());
  if (program === null) return null;
  const address = await postgres.createDatabase();
  const url = new URL(address);
  const env = {
    PATH: process.env['PATH'],
    PGHOST: url.hostname,
    PGPORT: url.port,
    PGUSER: url.username,
    PGPASSWORD: url.password,
    PGDATABASE: url.pathname.slice(1),
  };
  return { url: address, run: async (args) => (await run(program, args, { env })).stdout };
}

/** Transactions a second of one run, with prepared statements. `more` are further arguments. */
export async function measure(
  pgbench: Pgbench,
  clients: number,
  seconds: number,
  more: readonly string[] = [],
): Promise<number> {
  const time = String(Math.ceil(seconds));
  const said = await pgbench.run(['-n', '-M', 'prepared', '-c', String(clients), '-j', '2', '-T', time, ...more]);
  const tps = Number(/^tps = ([\d.]+)/m.exec(said)?.[1]);
  if (!(tps > 0)) throw new Error(`pgbench said nothing of its speed:\n${said}`);
  return tps;
}

function findPgbench(): string | null {
  const debian = '/usr/lib/postgresql';
  let versions: string[] = [];
  try {
    versions = readdirSync(debian).sort((a, b) => Number(b) - Number(a));
  } catch {
    // Not a Debian, or no PostgreSQL on it.
  }
  const folders = [
    ...versions.map((version) => join(debian, version, 'bin')),
    ...(process.env['PATH'] ?? '').split(delimiter),
  ];
  return folders.map((folder) => join(folder, 'pgbench')).find(isExecutable) ?? null;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Debian keeps pgbench with the server; as root it is fetched from there. */
async function installPgbench(): Promise<string | null> {
  if (process.getuid?.() !== 0) return null;
  say('There is no pgbench on this machine; installing the package postgresql-contrib.');
  try {
    await run('apt-get', ['install', '-y', '--no-install-recommends', 'postgresql-contrib'], {
      env: { PATH: process.env['PATH'], DEBIAN_FRONTEND: 'noninteractive' },
      maxBuffer: 64 * 1024 * 1024,
    });
  } catch (error) {
    say(`It could not be installed: ${error instanceof Error ? error.message.split('\n')[0] : String(error)}`);
  }
  return findPgbench();
}
