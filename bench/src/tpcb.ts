/**
 * The baseline of the database: pgbench's TPC-B on the same server, with the same durability.
 *
 * Eight clients, scale 10, prepared statements (the faster of pgbench's ways). pgbench of another major
 * version than the server's works as well.
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

export interface Tpcb {
  /** Transactions a second over some seconds. */
  measure(seconds: number): Promise<number>;
}

/** Prepares the tables in a database of their own. `null` where there is no pgbench and none can be installed. */
export async function prepareTpcb(postgres: Postgres): Promise<Tpcb | null> {
  const program = findPgbench() ?? (await installPgbench());
  if (program === null) return null;
  const url = new URL(await postgres.createDatabase());
  const env = {
    PATH: process.env['PATH'],
    PGHOST: url.hostname,
    PGPORT: url.port,
    PGUSER: url.username,
    PGPASSWORD: url.password,
    PGDATABASE: url.pathname.slice(1),
  };
  await run(program, ['-i', '-q', '-s', String(SCALE)], { env });
  return {
    async measure(seconds) {
      const args = ['-n', '-M', 'prepared', '-c', String(CLIENTS), '-j', '2', '-T', String(Math.ceil(seconds))];
      const { stdout } = await run(program, args, { env });
      const tps = Number(/^tps = ([\d.]+)/m.exec(stdout)?.[1]);
      if (!(tps > 0)) throw new Error(`pgbench said nothing of its speed:\n${stdout}`);
      return tps;
    },
  };
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
