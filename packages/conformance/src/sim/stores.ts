/**
 * The stores that the simulator can run on.
 *
 * Promises: a database keeps the same rows as the memory, in one transaction a commit; after a crash
 * a bank reads them from the database, and nothing else.
 *
 * @module
 */
import { type Changes, MemoryStore, type Row, type Store } from './store.ts';

export const STORES = ['memory', 'pglite', 'postgres'] as const;
export type StoreKind = (typeof STORES)[number];

export interface Stores {
  readonly open: (bank: number, rows: Map<string, Row>) => Store;
  close(): Promise<void>;
}

/** Asks a database. The placeholders are $1, $2 … */
type Ask = (text: string, values?: readonly unknown[]) => Promise<{ key: string; value: string | null }[]>;

export async function openStores(kind: StoreKind): Promise<Stores> {
  if (kind === 'memory') return { open: (_, rows) => new MemoryStore(rows), close: async () => {} };
  const { ask, close } = kind === 'pglite' ? await openPglite() : await openPostgres();
  await ask('create table sim_row (run int, key text, commit int, value text, primary key (run, key, commit))');
  let runs = 0;
  return { open: (_, rows) => new SqlStore(ask, runs++, rows), close };
}

/** The databases are the server's own; who needs none of them does not need the server. */
function borrowed() {
  return import('@evenhour/bench/borrowed');
}

async function openPglite(): Promise<{ ask: Ask; close: () => Promise<void> }> {
  const { fromServer } = await borrowed();
  const { PGlite } = fromServer<{
    PGlite: new () => { query(text: string, values?: unknown[]): Promise<{ rows: unknown[] }>; close(): Promise<void> };
  }>('@electric-sql/pglite');
  const database = new PGlite();
  return {
    ask: async (text, values) =>
      (await database.query(text, [...(values ?? [])])).rows as { key: string; value: string }[],
    close: () => database.close(),
  };
}

async function openPostgres(): Promise<{ ask: Ask; close: () => Promise<void> }> {
  const { connectSql, startPostgres } = await borrowed();
  const server = await startPostgres({});
  const sql = await connectSql(await server.createDatabase());
  return {
    ask: (text, values) => sql.query(text, values),
    close: async () => {
      await sql.close();
      await server.stop();
    },
  };
}

/** Every version of every row, by the commit that wrote it. */
class SqlStore implements Store {
  readonly #ask: Ask;
  readonly #run: number;
  /** What the process has read and written: the same rows as the database's. */
  #memory: Map<string, Row>;
  #commits = 0;
  #begun = false;
  readonly #first: ReadonlyMap<string, Row>;

  constructor(ask: Ask, run: number, rows: Map<string, Row>) {
    this.#ask = ask;
    this.#run = run;
    this.#memory = rows;
    this.#first = new Map(rows);
  }

  get rows(): ReadonlyMap<string, Row> {
    return this.#memory;
  }

  get commits(): number {
    return this.#commits;
  }

  async commit(changes: Changes): Promise<void> {
    if (!this.#begun) await this.#write(0, this.#first);
    this.#begun = true;
    await this.#write(this.#commits + 1, changes);
    this.#commits += 1;
    for (const [key, row] of changes) {
      if (row === null) this.#memory.delete(key);
      else this.#memory.set(key, row);
    }
  }

  /** One statement, so it is there as a whole or not at all. */
  async #write(commit: number, changes: Changes): Promise<void> {
    const keys = [...changes.keys()];
    const values = [...changes.values()].map((row) => (row === null ? null : JSON.stringify(row)));
    await this.#ask(
      'insert into sim_row select $1, key, $2, value from unnest($3::text[], $4::text[]) as given (key, value)',
      [this.#run, commit, keys, values],
    );
  }

  async restart(): Promise<void> {
    const rows = await this.#ask(
      'select distinct on (key) key, value from sim_row where run = $1 order by key, commit desc',
      [this.#run],
    );
    this.#memory = new Map(rows.flatMap(({ key, value }) => (value === null ? [] : [[key, JSON.parse(value) as Row]])));
  }

  async restore(commits: number): Promise<void> {
    await this.#ask('delete from sim_row where run = $1 and commit > $2', [this.#run, commits]);
    this.#commits = commits;
    await this.restart();
  }

  async close(): Promise<void> {
    await this.#ask('delete from sim_row where run = $1', [this.#run]);
  }
}
