/**
 * Towns for tests: real nodes that listen on loopback, in this process.
 *
 * Promises: each town has its own database, keys and port; everything is stopped by `stop`.
 *
 * @module
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eq, sql } from 'drizzle-orm';
import { issueToken } from '../auth/tokens.ts';
import type { Bank } from '../bank/bank.ts';
import { type Database, openFolder, openMemory, openPostgres } from '../db/database.ts';
import { bank as bankTable } from '../db/schema.ts';
import { rowsOf } from '../ledger/ledger.ts';
import { readConfig } from '../node/config.ts';
import { startLog } from '../node/log.ts';
import { type RunningNode, startNode } from '../node/node.ts';
import { hasTestPostgres, testDatabase } from './postgres.ts';

export interface Town {
  readonly node: RunningNode;
  readonly bank: Bank;
  readonly origin: string;
  readonly host: string;
  readonly database: Database;
  /** The operator's token. */
  readonly token: string;
  call(
    method: 'GET' | 'POST',
    path: string,
    body?: unknown,
    options?: { token?: string | null; key?: string },
  ): Promise<{ status: number; body: any }>;
  /** Stops and starts again on the same database (PostgreSQL only). */
  stop(): Promise<void>;
}

/** Towns of several tests share one server. */
const TEST_CONNECTIONS = 6;

export interface TownOptions {
  /** Further settings. */
  readonly env?: Readonly<Record<string, string>>;
  readonly name?: string;
  readonly databaseUrl?: string;
  /** A folder with a database of its own, which outlives the town. */
  readonly databaseFolder?: string;
  readonly port?: number;
  /** The public origin, when another process answers there. */
  readonly origin?: string;
  readonly allow?: readonly string[];
  readonly statementQuietMs?: number;
  readonly folder?: string;
  /** Lets anybody walk in as a member. */
  readonly demo?: boolean;
}

let counter = 0;

export async function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}

export async function startTown(
  options: TownOptions & { readonly port: number; readonly allow: readonly string[] },
): Promise<Town> {
  startLog('error');
  const origin = options.origin ?? `http://127.0.0.1:${options.port}`;
  const folder = options.folder ?? mkdtempSync(join(tmpdir(), 'evenhour-town-'));
  const config = readConfig({
    EVENHOUR_ENV: 'development',
    EVENHOUR_ORIGIN: origin,
    EVENHOUR_BANK_NAME: options.name ?? `Town ${++counter}`,
    EVENHOUR_PORT: String(options.port),
    EVENHOUR_DATA: folder,
    EVENHOUR_ALLOW_PRIVATE_ORIGINS: options.allow.join(','),
    EVENHOUR_DEMO: String(options.demo ?? false),
    EVENHOUR_STATEMENT_QUIET_MS: String(options.statementQuietMs ?? 60_000),
    // Tests of what is refused ask more often than any partner would.
    EVENHOUR_REFUSED_PER_ADDRESS: '100000',
    EVENHOUR_REFUSED_PER_PARTNER: '100000',
    ...options.env,
  });
  const database = await openFor(options);
  const node = await startNode(config, database);
  const bank = node.context.banks.byHost(new URL(origin).host);
  if (bank === undefined) throw new Error('the town has no bank');
  const token = await issueToken(database.db, bank.id, 'operator', null);
  return {
    node,
    bank,
    origin,
    host: new URL(origin).host,
    database,
    token,
    async call(method, path, body, { token: as = token, key = crypto.randomUUID() } = {}) {
      const response = await fetch(`${origin}${path}`, {
        method,
        headers: {
          ...(as !== null && { authorization: `Bearer ${as}` }),
          ...(method === 'POST' && { 'content-type': 'application/json', 'idempotency-key': key }),
        },
        ...(method === 'POST' && { body: JSON.stringify(body ?? {}) }),
      });
      const text = await response.text();
      return { status: response.status, body: text === '' ? null : JSON.parse(text) };
    },
    async stop() {
      await node.stop();
      if (options.folder === undefined) rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Unless a test says where, on PostgreSQL if there is one: a town starts and works several times faster on it. */
async function openFor({ databaseUrl, databaseFolder }: TownOptions): Promise<Database> {
  if (databaseUrl !== undefined) return openPostgres(databaseUrl);
  if (databaseFolder !== undefined) return openFolder(databaseFolder);
  return hasTestPostgres() ? openPostgres(await testDatabase(), { max: TEST_CONNECTIONS }) : openMemory();
}

/** Several towns that may reach each other. */
export async function startTowns(
  names: readonly string[],
  options: TownOptions & { readonly urls?: readonly string[] } = {},
): Promise<Town[]> {
  const ports = await Promise.all(names.map(() => freePort()));
  const allow = ports.map((port) => `http://127.0.0.1:${port}`);
  return Promise.all(
    names.map((name, index) =>
      startTown({
        ...options,
        name,
        port: ports[index] ?? 0,
        allow,
        ...(options.urls?.[index] !== undefined && { databaseUrl: options.urls[index] }),
      }),
    ),
  );
}

/** Changes how a town shows itself: its card stock, the telephone of its office, who looks after the desk. */
export async function paint({ database, bank, node }: Town, look: Partial<typeof bankTable.$inferInsert>) {
  await database.db.update(bankTable).set(look).where(eq(bankTable.id, bank.id));
  await node.context.banks.reload();
}

/** What can be asked of a town, whatever process it is in. */
export type Calls = Pick<Town, 'call'>;

/** Makes an agreement between two towns and waits until the test hour went there and back. */
export async function connect(a: Calls, b: Calls, aGrants: number, bGrants: number): Promise<{ a: string; b: string }> {
  const invitation = await a.call('POST', '/api/invitations', { grantsMinutes: aGrants, bridgeBuilder: 'Fiona' });
  const offered = await b.call('POST', '/api/agreements', {
    link: invitation.body.link,
    grantsMinutes: bGrants,
    bridgeBuilder: 'Rosa',
  });
  if (offered.status !== 201) throw new Error(`offer: ${JSON.stringify(offered.body)}`);
  const list = await until(async () => {
    const answer = await a.call('GET', '/api/agreements');
    return answer.body.items.find((item: any) => item.pair === offered.body.pair);
  });
  const accepted = await a.call('POST', `/api/agreements/${list.id}/accept`);
  if (accepted.status !== 200) throw new Error(`accept: ${JSON.stringify(accepted.body)}`);
  await until(async () => {
    const [left, right] = await Promise.all([
      a.call('GET', `/api/agreements/${list.id}`),
      b.call('GET', `/api/agreements/${offered.body.id}`),
    ]);
    return left.body.tested && right.body.tested && left.body.mode === 'open' && right.body.mode === 'open';
  });
  return { a: list.id, b: offered.body.id };
}

/** Asks until the answer is something. */
export async function until<T>(ask: () => Promise<T>, timeoutMs = 15_000): Promise<NonNullable<T>> {
  const end = Date.now() + timeoutMs;
  while (true) {
    const value = await ask();
    if (value !== undefined && value !== null && value !== false) return value;
    if (Date.now() > end) throw new Error('it did not happen in time');
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}

/** Notes about delivery, which change without anything having happened. */
const NOTES = ['last_seen_at', 'sender_id', 'sender_until', 'attempts', 'next_attempt_at', 'last_error'];

/** Letters about notices go at a time of their own; the notices themselves do not. */
const LETTERS = ['mail', 'due'];

/**
 * Every row of every table, but for evidence, stored answers, and notes about delivery, letters and partners' offers.
 */
export async function snapshot(database: Database): Promise<Record<string, string[]>> {
  const tables = await database.db.execute(sql`
    select tablename as name from pg_tables where schemaname = 'public'
      and tablename not in ('evidence', 'idempotency', 'peer_offers') order by 1`);
  const notes = sql`array[${sql.join(
    NOTES.map((note) => sql`${note}`),
    sql`, `,
  )}]::text[]`;
  const each = rowsOf<{ name: string }>(tables).map(({ name }) => {
    const row = name === 'pair' ? sql`(to_jsonb(t) - ${notes})` : sql`(to_jsonb(t) - 'mail_at')`;
    const which = LETTERS.includes(name) ? sql`where kind <> 'notices'` : sql``;
    return sql`select ${name}::text as name, ${row}::text as row from ${sql.identifier(name)} t ${which}`;
  });
  const found = await database.db.execute(sql`${sql.join(each, sql` union all `)} order by 1, 2`);
  const rows: Record<string, string[]> = {};
  for (const { name, row } of rowsOf<{ name: string; row: string }>(found)) {
    rows[name] ??= [];
    rows[name].push(row);
  }
  return rows;
}

/** What was kept as evidence, as codes, oldest first. */
export async function evidenceOf(database: Database): Promise<string[]> {
  const found = await database.db.execute(sql`select code from evidence order by id`);
  return rowsOf<{ code: string }>(found).map(({ code }) => code);
}
