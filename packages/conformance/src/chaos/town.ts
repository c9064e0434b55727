/**
 * A town: a bank, its processes, its own PostgreSQL, and the proxy before them.
 *
 * Promises: processes are started by the command `evenhour serve`, each on a port of its own behind the town's
 * public origin; one that ends without being told is started again and told of; all of them end with this
 * process, however it ends.
 *
 * @module
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, copyFileSync, mkdirSync, openSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { connectSql, EVENHOUR, type Postgres, type Sql, startPostgres, TETHER } from '@evenhour/bench/borrowed';
import { endProgram, freePort, run } from '@evenhour/bench/children';
import type { Cleanup } from '@evenhour/bench/cleanup';
import { addBank, widen } from '@evenhour/bench/towns';
import { prepareDisk, WAL_SEGMENT_MB } from './disk.ts';

export const MEMBERS = 30;
/** What a member may be short of: little enough that some gifts are refused. */
const FLOOR_MINUTES = -300;
const READY_MS = 60_000;
const RESTART_MS = 100;
const LOOK_MS = 20;

export interface Place {
  /** `127.0.0.2`, `.3`, … */
  readonly address: string;
  /** The public port, which the proxy has. */
  readonly port: number;
  readonly name: string;
  /** Public origins of all towns. */
  readonly allow: readonly string[];
  readonly processes: number;
  /** Where data and logs go. */
  readonly folder: string;
}

export class Town {
  readonly name: string;
  readonly address: string;
  readonly port: number;
  readonly origin: string;
  readonly postgres: Postgres;
  /** The operator's. */
  readonly token: string;
  readonly processes: readonly Process[];
  /** Agreements by the origin of the partner. */
  readonly agreements = new Map<string, string>();
  /** What was written from the copy to the restore is known only by what partners hold. */
  readonly restores: Restore[] = [];
  #backup = { atMs: 0, keyFiles: 0 };
  readonly #databaseUrl: string;
  readonly #env: NodeJS.ProcessEnv;
  readonly #keys: string;
  #keyFiles = 0;

  private constructor(place: Place, postgres: Postgres, databaseUrl: string, env: NodeJS.ProcessEnv, bank: OpenedBank) {
    this.name = place.name;
    this.address = place.address;
    this.port = place.port;
    this.origin = originOf(place);
    this.postgres = postgres;
    this.#databaseUrl = databaseUrl;
    this.#env = env;
    this.token = bank.token;
    this.#keys = bank.keys;
    this.processes = bank.processes;
  }

  /** Makes the bank and starts its processes. */
  static async open(place: Place, cleanup: Cleanup): Promise<Town> {
    const { folder, name } = place;
    const data = join(folder, 'data');
    mkdirSync(data, { recursive: true });
    const postgres = await startPostgres({ durable: true, walSegmentMb: WAL_SEGMENT_MB });
    cleanup.add(() => postgres.stop());
    await prepareDisk(postgres);
    const databaseUrl = await postgres.createDatabase();
    const env = {
      PATH: process.env['PATH'],
      TZ: 'UTC',
      DATABASE_URL: databaseUrl,
      EVENHOUR_ENV: 'development',
      EVENHOUR_DATA: data,
      EVENHOUR_LISTEN: place.address,
      EVENHOUR_ALLOW_PRIVATE_ORIGINS: place.allow.join(','),
      // All towns and clients come from the address of one proxy, and many requests come twice.
      EVENHOUR_REFUSED_PER_ADDRESS: '1000000',
      EVENHOUR_REFUSED_PER_PARTNER: '1000000',
      // Statements are signed when a client asks.
      EVENHOUR_STATEMENT_QUIET_MS: '100000000',
      EVENHOUR_LOG: 'info',
    };
    const token = await addBank(env, originOf(place), name);
    const sql = await connectSql(databaseUrl);
    await widen(sql);
    await sql.query(`update bank set floor_minutes = ${FLOOR_MINUTES}`);
    await sql.close();
    const keys = join(data, readdirSync(data).find((file) => file.startsWith('bank-keys-')) ?? '');
    const processes: Process[] = [];
    for (let i = 0; i < place.processes; i++) {
      const port = await freePort();
      processes.push(new Process(place.address, port, env, join(folder, `process-${i + 1}.log`)));
    }
    cleanup.add(async () => {
      await Promise.all(processes.map((each) => each.end()));
    });
    await Promise.all(processes.map((each) => each.start()));
    return new Town(place, postgres, databaseUrl, env, { token, keys, processes });
  }

  get ports(): readonly number[] {
    return this.processes.map(({ port }) => port);
  }

  /** A connection of our own to the town's database. */
  connect(): Promise<Sql> {
    return connectSql(this.#databaseUrl);
  }

  /** Copies the database as it is now. Connections to it end. */
  async backUp(): Promise<void> {
    const name = this.#databaseName();
    await this.#asSuperuser(async (sql) => {
      await sql.query(`drop database if exists ${name}_backup`);
      await sql.query(`alter database ${name} allow_connections false`);
      await sql.query(`select pg_terminate_backend(pid) from pg_stat_activity where datname = '${name}'`);
      await sql.query(`create database ${name}_backup template ${name}`);
      await sql.query(`alter database ${name} allow_connections true`);
    });
    this.#backup = { atMs: Date.now(), keyFiles: this.#keyFiles };
  }

  /** Puts the last copy in the place of the database, as an operator does whose disk is lost. */
  async restore(): Promise<void> {
    const name = this.#databaseName();
    await Promise.all(this.processes.map((each) => each.down()));
    await this.#asSuperuser(async (sql) => {
      await sql.query(`drop database ${name} with (force)`);
      await sql.query(`create database ${name} template ${name}_backup`);
    });
    // Keys that the copy does not know are in their files.
    for (let file = this.#backup.keyFiles; file < this.#keyFiles; file++) await this.#rotate(file);
    this.restores.push({ fromMs: this.#backup.atMs, toMs: Date.now() });
    await Promise.all(this.processes.map((each) => each.start()));
  }

  /** Waits until every pair is open, and so has been recovered if it had to be. */
  async isBack(patienceMs: number): Promise<boolean> {
    const end = Date.now() + patienceMs;
    for (;;) {
      const closed = await this.#closedPairs().catch(() => 1);
      if (closed === 0) return true;
      if (Date.now() > end) return false;
      await sleep(200);
    }
  }

  async #closedPairs(): Promise<number> {
    const sql = await this.connect();
    try {
      const [row] = await sql.query<{ count: number }>(
        `select count(*)::int as count from pair where status = 'active' and mode <> 'open'`,
      );
      return row?.count ?? 0;
    } finally {
      await sql.close().catch(() => {});
    }
  }

  #databaseName(): string {
    return new URL(this.#databaseUrl).pathname.slice(1);
  }

  async #asSuperuser(work: (sql: Sql) => Promise<void>): Promise<void> {
    const sql = await connectSql(this.postgres.url);
    try {
      await work(sql);
    } finally {
      await sql.close();
    }
  }

  /** Ends every connection to the database but our own. */
  async killConnections(): Promise<void> {
    const sql = await this.connect();
    try {
      await sql.query(`select pg_terminate_backend(pid) from pg_stat_activity
        where datname = current_database() and pid <> pg_backend_pid()`);
    } finally {
      await sql.close().catch(() => {});
    }
  }

  /** Gives the bank a new key, as an operator does, and again with the same files if that fails. */
  async rotateKey(): Promise<void> {
    await this.#rotate(this.#keyFiles);
    this.#keyFiles += 1;
  }

  /** From the key file of this number to the next one. */
  async #rotate(number: number): Promise<void> {
    const [last, next] = [number, number + 1].map((file) => (file === 0 ? this.#keys : `${this.#keys}.${file}`));
    const end = Date.now() + READY_MS;
    for (;;) {
      try {
        await run(process.execPath, [EVENHOUR, 'bank', 'rotate-key', last ?? '', next ?? ''], { env: this.#env });
        return;
      } catch (error) {
        if (Date.now() > end) throw error;
        await sleep(200);
      }
    }
  }

  /** Copies the logs of all processes. */
  keepLogs(folder: string): void {
    for (const { log } of this.processes) copyFileSync(log, join(folder, `${this.name}-${basename(log)}`));
  }

  /** Waits until the database is there and every process is ready. */
  async heal(): Promise<void> {
    await this.#databaseBack();
    await Promise.all(this.processes.map((each) => each.ready()));
  }

  /** A server may still be on its way down when it is asked to start. */
  async #databaseBack(): Promise<void> {
    const end = Date.now() + READY_MS;
    for (;;) {
      try {
        await this.postgres.start();
        const sql = await this.connect();
        await sql.close();
        return;
      } catch (error) {
        if (Date.now() > end) throw error;
        await sleep(LOOK_MS);
      }
    }
  }
}

/** A time that a town's database has forgotten, in milliseconds of this machine's clock. */
export interface Restore {
  readonly fromMs: number;
  readonly toMs: number;
}

interface OpenedBank {
  readonly token: string;
  readonly keys: string;
  readonly processes: readonly Process[];
}

export function originOf({ address, port }: Pick<Place, 'address' | 'port'>): string {
  return `http://${address}:${port}`;
}

/** One node process, started again whenever it ends. */
export class Process {
  readonly port: number;
  readonly log: string;
  /** With which codes it ended by itself after it had been ready. */
  readonly fell: string[] = [];
  readonly #address: string;
  readonly #env: NodeJS.ProcessEnv;
  #child: ChildProcess | undefined;
  #wanted = true;
  #wasReady = false;

  constructor(address: string, port: number, env: NodeJS.ProcessEnv, log: string) {
    this.#address = address;
    this.port = port;
    this.#env = { ...env, EVENHOUR_PORT: String(port) };
    this.log = log;
  }

  async start(): Promise<void> {
    this.#spawn();
    await this.ready();
  }

  #spawn(): void {
    const log = openSync(this.log, 'a');
    const child = spawn(process.execPath, ['--import', TETHER, EVENHOUR, 'serve'], {
      env: this.#env,
      // The end of its input is the end of the process: nothing is left when we are gone.
      stdio: ['pipe', log, log],
    });
    closeSync(log);
    this.#child = child;
    this.#wasReady = false;
    child.on('exit', (code, signal) => {
      if (!this.#wanted || this.#child !== child) return;
      // While its database is away it cannot start, and says so.
      if (this.#wasReady) this.fell.push(`${signal ?? code}`);
      setTimeout(() => this.#wanted && this.#child === child && this.#spawn(), RESTART_MS);
    });
  }

  /** Waits until it says that it is ready. */
  async ready(): Promise<void> {
    const end = Date.now() + READY_MS;
    while (Date.now() < end) {
      const asked = fetch(`http://${this.#address}:${this.port}/readyz`, { signal: AbortSignal.timeout(1_000) });
      if (await asked.then(({ status }) => status === 200).catch(() => false)) {
        this.#wasReady = true;
        return;
      }
      await sleep(LOOK_MS);
    }
    throw new Error(`a process was not ready within ${READY_MS} ms: its log is ${this.log}`);
  }

  /** Kills it in the middle of its work and starts it again. Returns the milliseconds until it is ready. */
  async kill(): Promise<number> {
    const startedAt = performance.now();
    await this.down();
    await this.start();
    return performance.now() - startedAt;
  }

  /** Kills it; it stays down until it is started. */
  async down(): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, 'exit');
    child.kill('SIGKILL');
    await gone;
  }

  /** Stops it for a while, as a machine does that is busy with something else. */
  async pause(ms: number): Promise<void> {
    const child = this.#child;
    child?.kill('SIGSTOP');
    await sleep(ms);
    child?.kill('SIGCONT');
  }

  async end(): Promise<void> {
    this.#wanted = false;
    const child = this.#child;
    if (child === undefined) return;
    child.kill('SIGCONT');
    await endProgram(child);
  }
}
