/**
 * The database of a node: PGlite in a folder, or PostgreSQL by URL, behind one small face.
 *
 * Promises: the same queries and migrations run on both; migrations run at start; a folder is
 * opened by one process only, and the second one is told so; `transaction` either commits all or
 * nothing, and retries what PostgreSQL asks to be retried.
 *
 * @module
 */
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { PGlite } from '@electric-sql/pglite';
import { drizzle as drizzleNode } from 'drizzle-orm/node-postgres';
import { migrate as migrateNode } from 'drizzle-orm/node-postgres/migrator';
import type { PgDatabase, PgQueryResultHKT } from 'drizzle-orm/pg-core';
import { drizzle as drizzleLite } from 'drizzle-orm/pglite';
import { migrate as migrateLite } from 'drizzle-orm/pglite/migrator';
import pg from 'pg';
import * as schema from './schema.ts';

export type Queries = PgDatabase<PgQueryResultHKT, typeof schema>;

export interface Database {
  /** Queries outside a transaction. */
  readonly db: Queries;
  readonly kind: 'pglite' | 'postgres';
  /** Runs `work` in one transaction. The network is never touched inside it. */
  transaction<T>(work: (tx: Queries) => Promise<T>): Promise<T>;
  /** Tells every process that listens, this one too. */
  notify(payload: string): Promise<void>;
  /** Hears what {@link notify} sent in any process of this node, and `*` after a lost connection. */
  listen(handler: (payload: string) => void): Promise<void>;
  close(): Promise<void>;
}

const MIGRATIONS = fileURLToPath(new URL('./migrations', import.meta.url));
const CHANNEL = 'evenhour';

// Whole numbers of minutes and counts fit a double; a larger one is a bug that must not pass.
pg.types.setTypeParser(20, (text) => {
  const value = Number(text);
  if (!Number.isSafeInteger(value)) throw new RangeError(`not a safe integer: ${text}`);
  return value;
});

/**
 * A connection that prepares each statement once. Parsing and planning would otherwise cost more
 * than most of our statements themselves.
 */
class PreparingClient extends pg.Client {
  // The declared overloads are many; whatever is not a query with parameters goes through as it is.
  override query = ((...args: unknown[]): unknown => {
    const [config, ...rest] = args as [{ text?: unknown; name?: unknown } | string, ...unknown[]];
    if (typeof config === 'object' && typeof config.text === 'string' && config.name === undefined && rest.length > 0)
      return super.query({ ...config, name: nameOf(config.text) } as never, ...(rest as []));
    return super.query(config as never, ...(rest as []));
  }) as pg.Client['query'];
}

const names = new Map<string, string>();

/** A short name for a statement's text. A text that will not come again in the same shape gets none. */
function nameOf(text: string): string | undefined {
  if (text.length > 8_000) return undefined;
  let name = names.get(text);
  if (name === undefined && names.size < 500) {
    name = `eh${names.size}`;
    names.set(text, name);
  }
  return name;
}

/** Why a database cannot be opened, in a sentence for the operator. */
export class DatabaseError extends Error {
  readonly code: 'folder_in_use' | 'unreachable' | 'migration_failed';
  constructor(code: DatabaseError['code'], message: string, cause?: unknown) {
    super(message, { cause });
    this.name = 'DatabaseError';
    this.code = code;
  }
}

export async function openPostgres(url: string, options: { max?: number } = {}): Promise<Database> {
  const pool = new pg.Pool({
    connectionString: url,
    max: options.max ?? 16,
    application_name: 'evenhour',
    Client: PreparingClient,
  } as pg.PoolConfig);
  // An idle connection that the server closes is replaced by the next query; the error needs no other answer.
  pool.on('error', () => {});
  const db = drizzleNode(pool, { schema }) as unknown as Queries;
  try {
    // Two processes that start at once migrate one after the other.
    const client = await pool.connect();
    try {
      await client.query('select pg_advisory_lock(4853001)');
      await migrateNode(drizzleNode(client), { migrationsFolder: MIGRATIONS });
    } finally {
      await client.query('select pg_advisory_unlock(4853001)').catch(() => {});
      client.release();
    }
  } catch (cause) {
    await pool.end();
    throw new DatabaseError(
      'unreachable',
      `PostgreSQL cannot be used: ${messageOf(cause)}. Check DATABASE_URL.`,
      cause,
    );
  }
  let listener: pg.Client | undefined;
  let closed = false;
  return {
    db,
    kind: 'postgres',
    transaction: (work) => retrying(() => db.transaction((tx) => work(tx as unknown as Queries))),
    async notify(payload) {
      await pool.query('select pg_notify($1, $2)', [CHANNEL, payload]);
    },
    async listen(handler) {
      const connect = async (): Promise<void> => {
        if (closed) return;
        const client = new pg.Client({ connectionString: url, application_name: 'evenhour-listen' });
        const again = (): void => {
          if (closed) return;
          setTimeout(() => void connect().catch(again), 500).unref();
        };
        client.on('error', again);
        client.on('notification', (message) => handler(message.payload ?? ''));
        await client.connect();
        await client.query(`listen ${CHANNEL}`);
        listener = client;
        // What was committed while nobody listened is looked for once.
        handler('all everything');
      };
      await connect();
    },
    async close() {
      closed = true;
      await listener?.end().catch(() => {});
      await pool.end();
    },
  };
}

export async function openFolder(folder: string): Promise<Database> {
  mkdirSync(folder, { recursive: true });
  const unlock = lockFolder(folder);
  try {
    const client = await PGlite.create(join(folder, 'data'), { relaxedDurability: false });
    const db = drizzleLite(client, { schema }) as unknown as Queries;
    await migrateLite(drizzleLite(client), { migrationsFolder: MIGRATIONS });
    return fromPglite(client, db, unlock);
  } catch (cause) {
    unlock();
    throw new DatabaseError(
      'migration_failed',
      `The data folder ${folder} cannot be opened: ${messageOf(cause)}.`,
      cause,
    );
  }
}

/** A database that is gone when the process ends; for tests. */
export async function openMemory(): Promise<Database> {
  const client = await PGlite.create();
  const db = drizzleLite(client, { schema }) as unknown as Queries;
  await migrateLite(drizzleLite(client), { migrationsFolder: MIGRATIONS });
  return fromPglite(client, db, () => {});
}

function fromPglite(client: PGlite, db: Queries, unlock: () => void): Database {
  return {
    db,
    kind: 'pglite',
    transaction: (work) => db.transaction((tx) => work(tx as unknown as Queries)),
    // One process has the folder, so there is nobody else to tell.
    async notify() {},
    async listen() {},
    async close() {
      await client.close();
      unlock();
    },
  };
}

/** Lock files of this process. The number alone does not tell: in a container, every process of ours has the same one. */
const held = new Set<string>();

/**
 * PGlite lets two processes open one folder and then loses data, so a file with our process id guards it.
 * Returns what gives the folder back. Throws a DatabaseError while another process has it.
 */
export function lockFolder(folder: string): () => void {
  const file = resolve(folder, 'evenhour.lock');
  if (held.has(file))
    throw new DatabaseError('folder_in_use', `The data folder ${folder} is open in this process already.`);
  for (let attempt = 0; attempt < 2; attempt++) {
    try {
      writeFileSync(file, `${process.pid}\n`, { flag: 'wx' });
      held.add(file);
      return () => {
        held.delete(file);
        rmSync(file, { force: true });
      };
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code !== 'EEXIST') throw cause;
      const holder = Number(readFileSync(file, 'utf8').trim());
      if (Number.isInteger(holder) && holder > 0 && holder !== process.pid && isRunning(holder))
        throw new DatabaseError(
          'folder_in_use',
          `The data folder ${folder} is in use by another Evenhour process (number ${holder}). Stop that one first, or give this one another folder with EVENHOUR_DATA.`,
        );
      // The process that made it is gone: it was killed, and the file is a left-over.
      rmSync(file, { force: true });
    }
  }
  throw new DatabaseError('folder_in_use', `The data folder ${folder} is being opened by another process.`);
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    // The number may have gone to another program since; then its command line does not name us.
    const commandLine = `/proc/${pid}/cmdline`;
    return !existsSync(commandLine) || /node|evenhour/.test(readFileSync(commandLine, 'utf8'));
  } catch (cause) {
    return (cause as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Serialization failures and deadlocks are retried; everything else is the caller's. */
async function retrying<T>(work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (cause) {
      const code = sqlState(cause);
      if (attempt >= 5 || (code !== '40001' && code !== '40P01')) throw cause;
      await new Promise((resolve) => setTimeout(resolve, 5 * attempt + Math.random() * 10));
    }
  }
}

/** The SQLSTATE of a database error, looked for through the wrappers around it. */
export function sqlState(error: unknown): string | undefined {
  for (let at: unknown = error; at instanceof Error; at = at.cause) {
    const code = (at as { code?: unknown }).code;
    if (typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code)) return code;
  }
  return undefined;
}

function messageOf(cause: unknown): string {
  let at = cause;
  while (at instanceof Error && at.cause instanceof Error) at = at.cause;
  return at instanceof Error ? at.message : String(at);
}
