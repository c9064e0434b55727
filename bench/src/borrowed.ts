/**
 * What the bench uses of the server package: its throw-away PostgreSQL and its dependencies.
 *
 * They are resolved from the server, so a baseline runs on the very versions that the node runs on.
 *
 * @module
 */
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Postgres, PostgresOptions } from '../../packages/server/dist/testing/postgres.js';
import type { Cleanup } from './cleanup.ts';

export type { Postgres };

const manifest = fileURLToPath(import.meta.resolve('@evenhour/server/package.json'));
const requireFromServer = createRequire(manifest);

/** Loaded before anything else, ends a process whose standard input was closed. */
export const TETHER: string = join(dirname(manifest), 'dist', 'demo', 'tether.js');

/** The compiled command `evenhour`. */
export const EVENHOUR: string = join(dirname(manifest), 'dist', 'bin', 'evenhour.js');

/** A dependency of the server, by its name. */
export function fromServer<T>(name: string): T {
  return requireFromServer(name) as T;
}

export async function startPostgres(options: PostgresOptions): Promise<Postgres> {
  const file = join(dirname(manifest), 'dist', 'testing', 'postgres.js');
  const module = (await import(pathToFileURL(file).href)) as {
    startPostgres(options: PostgresOptions): Promise<Postgres>;
  };
  return module.startPostgres(options);
}

/** One connection to a database. */
export interface Sql {
  query<T>(text: string, values?: readonly unknown[]): Promise<T[]>;
  close(): Promise<void>;
}

interface PgClient {
  connect(): Promise<void>;
  query(text: string, values?: readonly unknown[]): Promise<{ rows: unknown[] }>;
  end(): Promise<void>;
  on(event: 'error', handler: () => void): void;
}

/** Connects to a database. Counts and sums come back as text: cast them to `int` or `float8` in the query. */
export async function connectSql(url: string): Promise<Sql> {
  const pg = fromServer<{ Client: new (options: { connectionString: string }) => PgClient }>('pg');
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => {});
  await client.connect();
  return {
    query: async <T>(text: string, values?: readonly unknown[]) => (await client.query(text, values)).rows as T[],
    close: () => client.end(),
  };
}

/** Starts a PostgreSQL that keeps what it commits; it says so itself, and a failure is noted when it does not. */
export async function startDurable(
  settings: Record<string, string>,
  failures: string[],
  cleanup: Cleanup,
): Promise<{ postgres: Postgres; fsync: string; syncCommit: string }> {
  const postgres = await startPostgres({ durable: true, settings });
  cleanup.add(() => postgres.stop());
  const sql = await connectSql(postgres.url);
  try {
    const [row] = await sql.query<{ fsync: string; sync: string }>(
      `select current_setting('fsync') as fsync, current_setting('synchronous_commit') as sync`,
    );
    const { fsync = '', sync: syncCommit = '' } = row ?? {};
    if (fsync !== 'on' || syncCommit !== 'on')
      failures.push(`fsync is ${fsync} and synchronous_commit is ${syncCommit}`);
    return { postgres, fsync, syncCommit };
  } finally {
    await sql.close();
  }
}
