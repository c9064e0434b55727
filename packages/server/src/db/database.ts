/**
 * The database of a node: PGlite in a folder, or PostgreSQL by URL, behind one small face.
 *
 * Promises: the same queries and migrations run on both; migrations run at start; a folder is
 * opened by one process only, and the second one is told so; `transaction` either commits all or
 * nothing, and retries what PostgreSQL asks to be retried.
 *
 * @module
 */
import { EventEmitter } from 'node:events';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { PGlite } from '@electric-sql/pglite';
import { pg_trgm } from '@electric-sql/pglite/contrib/pg_trgm';
import { drizzle as drizzleNode } from 'drizzle-orm/node-postgres';
import { migrate as migrateNode } from 'drizzle-orm/node-postgres/migrator';
import type { PgDatabase, PgQueryResultHKT } from 'drizzle-orm/pg-core';
import { drizzle as drizzleLite } from 'drizzle-orm/pglite';
import { migrate as migrateLite } from 'drizzle-orm/pglite/migrator';
import pg from 'pg';
import { lockFolder } from './folder-lock.ts';
import * as schema from './schema.ts';

export type Queries = PgDatabase<PgQueryResultHKT, typeof schema>;

export interface Database {
  /** Queries outside a transaction. */
  readonly db: Queries;
  readonly kind: 'pglite' | 'postgres';
  /** Runs `work` in one transaction. The network is never touched inside it. */
  transaction<T>(work: (tx: Queries) => Promise<T>): Promise<T>;
  /** Tells every process that listens, this one too. */
  notify(payloads: readonly string[]): Promise<void>;
  /**
   * Takes a place among the processes of this database, and keeps it until it closes. `alone` runs first if no
   * other process has a place, and no other gets one before it has ended: then nobody can say that this database
   * is still the one that was written to last. After a lost connection all of that happens again.
   */
  join(alone: () => Promise<void>): Promise<void>;
  /** Hears what {@link notify} sent in any process of this node. Needs a place. */
  listen(handler: (payload: string) => void): void;
  close(): Promise<void>;
}

const MIGRATIONS = fileURLToPath(new URL('../../src/db/migrations', import.meta.url));
const CHANNEL = 'evenhour';
/** Who says to a process that it listens from now on. */
export const ITSELF = 'itself';
/** Advisory locks: one process migrates at a time; every process that has a place shares the second. */
const MIGRATING = 4853001;
const PLACES = 4853002;
const REJOIN_MS = 500;
/** How long an unused connection is kept. */
const IDLE_MS = 10 * 60_000;
/** How long a transaction waits for a lost place. */
const AWAY_MS = 3_000;

// Whole numbers of minutes and counts fit a double; a larger one is a bug that must not pass.
pg.types.setTypeParser(20, (text) => {
  const value = Number(text);
  if (!Number.isSafeInteger(value)) throw new RangeError(`not a safe integer: ${text}`);
  return value;
});

const BEGUN = { command: 'BEGIN', rows: [] } as const;

/**
 * A connection that prepares each statement once, for parsing and planning would cost more than most of our statements
 * themselves; and that writes what is asked at once in one go, without waiting for answers in between.
 */
class PreparingClient extends pg.Client {
  #gathering = false;

  constructor(config: pg.ClientConfig) {
    super({ ...config, pipeline: true } as pg.ClientConfig);
  }

  // The declared overloads are many; whatever is not a query with parameters goes through as it is.
  override query = ((...args: unknown[]): unknown => {
    this.#gather();
    const [config, ...rest] = args as [{ text?: unknown; name?: unknown } | string, ...unknown[]];
    if (typeof config === 'object' && config.text === 'begin') {
      // What follows need not wait for this; without it, nothing may follow.
      (super.query('begin') as Promise<unknown>).catch((error: Error) => this.#stream.destroy(error));
      return Promise.resolve(BEGUN);
    }
    if (typeof config === 'object' && typeof config.text === 'string' && config.name === undefined && rest.length > 0)
      return super.query({ ...config, name: nameOf(config.text) } as never, ...(rest as []));
    return super.query(config as never, ...(rest as []));
  }) as pg.Client['query'];

  get #stream(): Duplex {
    return (this as unknown as { connection: { stream: Duplex } }).connection.stream;
  }

  #gather(): void {
    if (this.#gathering) return;
    this.#gathering = true;
    const stream = this.#stream;
    stream.cork();
    process.nextTick(() => {
      this.#gathering = false;
      stream.uncork();
    });
  }
}

/** Statements of transactions that nobody waits for before the commit. */
const unawaited = new WeakMap<Queries, Promise<unknown>[]>();

/**
 * Asks for something whose answer is not needed before the commit, so that it travels with it. If it fails, so does
 * the transaction, with its error.
 */
export async function unwaited(tx: Queries, query: PromiseLike<unknown>): Promise<void> {
  const sent = query.then(() => {});
  const others = unawaited.get(tx);
  if (others === undefined) return sent;
  (sent as Promise<void>).catch(() => {});
  others.push(sent as Promise<void>);
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
    // A new connection has to prepare every statement again; the first gift after a pause would wait for that.
    idleTimeoutMillis: IDLE_MS,
    Client: PreparingClient as unknown as typeof pg.Client,
  } as pg.PoolConfig);
  // An idle connection that the server closes is replaced by the next query; the error needs no other answer.
  pool.on('error', () => {});
  // In a transaction the next query fails, which is answer enough. Unheard, the error would end the process.
  pool.on('connect', (client) => client.on('error', () => {}));
  const db = drizzleNode(pool, { schema }) as unknown as Queries;
  try {
    // Two processes that start at once migrate one after the other.
    const client = await pool.connect();
    try {
      await client.query(`select pg_advisory_lock(${MIGRATING})`);
      await migrateNode(drizzleNode(client), { migrationsFolder: MIGRATIONS });
    } finally {
      await client.query(`select pg_advisory_unlock(${MIGRATING})`).catch(() => {});
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
  let place: pg.Client | undefined;
  let away: { readonly ended: Promise<void>; end(): void } | undefined;
  let closed = false;
  const events = new EventEmitter();
  return {
    db,
    kind: 'postgres',
    async transaction(work) {
      // Until the place is taken again the server may be one that knows less than we have said.
      if (away !== undefined) await inTime(away.ended);
      return retrying(() => pipelined(db, work));
    },
    async notify(payloads) {
      await pool.query('select pg_notify($1, payload) from unnest($2::text[]) as payload', [CHANNEL, payloads]);
    },
    async join(alone) {
      const connect = async (): Promise<void> => {
        if (closed) return;
        const client = new pg.Client({ connectionString: url, application_name: 'evenhour-place' });
        const again = (): void => {
          if (closed || place !== client) return;
          place = undefined;
          let end = (): void => {};
          const ended = new Promise<void>((resolve) => {
            end = resolve;
          });
          away = { ended, end };
          const retry = (): void => void setTimeout(() => void connect().catch(retry), REJOIN_MS).unref();
          retry();
        };
        client.on('error', again);
        client.on('end', again);
        client.on('notification', (message) => events.emit('payload', message.payload ?? ''));
        await client.connect();
        try {
          await takePlace(client, alone);
          await client.query(`listen ${CHANNEL}`);
        } catch (error) {
          await client.end().catch(() => {});
          throw error;
        }
        place = client;
        away?.end();
        away = undefined;
        // What was committed while nobody listened is looked for once.
        events.emit('payload', `${ITSELF} everything`);
      };
      await connect();
    },
    listen: (handler) => void events.on('payload', handler),
    async close() {
      closed = true;
      await place?.end().catch(() => {});
      await pool.end();
    },
  };
}

/**
 * Takes a shared lock that ends with the connection. Whoever can have it alone is the first, and lets the next
 * ones in when it is done. The locks live in the server's memory: that they are there shows that the server has
 * run since, on this very database.
 */
async function takePlace(client: pg.Client, alone: () => Promise<void>): Promise<void> {
  const { rows } = await client.query<{ first: boolean }>(`select pg_try_advisory_lock(${PLACES}) as first`);
  const first = rows[0]?.first === true;
  if (first) await alone();
  await client.query(`select pg_advisory_lock_shared(${PLACES})`);
  if (first) await client.query(`select pg_advisory_unlock(${PLACES})`);
}

/** A transaction whose last statements travel with its commit. PostgreSQL rolls back when one of them failed. */
async function pipelined<T>(db: Queries, work: (tx: Queries) => Promise<T>): Promise<T> {
  const sent: Promise<unknown>[] = [];
  try {
    return await db.transaction((transaction) => {
      const tx = transaction as unknown as Queries;
      unawaited.set(tx, sent);
      return work(tx);
    });
  } finally {
    // What failed first is the reason for all that failed after it.
    await Promise.all(sent);
  }
}

async function inTime(work: Promise<void>): Promise<void> {
  const patience = new AbortController();
  const late = sleep(AWAY_MS, undefined, { signal: patience.signal, ref: false }).then(() => {
    throw new DatabaseError('unreachable', 'The connection to PostgreSQL was lost and is not back yet.');
  });
  try {
    await Promise.race([work, late]);
  } finally {
    late.catch(() => {});
    patience.abort();
  }
}

export async function openFolder(folder: string): Promise<Database> {
  mkdirSync(folder, { recursive: true });
  const lock = lockFolder(folder);
  if (!lock.ok)
    throw new DatabaseError(
      'folder_in_use',
      `The data folder ${folder} is in use by another Evenhour process (number ${lock.holder}). Stop that one first, or give this one another folder with EVENHOUR_DATA.`,
    );
  try {
    const client = await PGlite.create(join(folder, 'data'), { relaxedDurability: false, extensions: { pg_trgm } });
    const db = drizzleLite(client, { schema }) as unknown as Queries;
    await migrateLite(drizzleLite(client), { migrationsFolder: MIGRATIONS });
    return fromPglite(client, db, lock.unlock);
  } catch (cause) {
    lock.unlock();
    throw new DatabaseError(
      'migration_failed',
      `The data folder ${folder} cannot be opened: ${messageOf(cause)}.`,
      cause,
    );
  }
}

/** A database that is gone when the process ends; for tests. */
export async function openMemory(): Promise<Database> {
  const client = await PGlite.create({ extensions: { pg_trgm } });
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
    // And at the start nobody has written to it but a process that is gone.
    join: (alone) => alone(),
    listen() {},
    async close() {
      await client.close();
      unlock();
    },
  };
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
