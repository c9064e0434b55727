/**
 * The processes of the three towns: started, killed, started again, stopped.
 *
 * Promises: a town is up only once it says that it listens; pulling its plug is SIGKILL and nothing
 * softer; nothing is left running after `stop`, nor when the supervisor itself dies.
 *
 * @module
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Client } from '@evenhour/client';
import { clientOf } from './api.ts';
import type { TownPlan } from './people.ts';
import { VISIT, walkIns } from './visits.ts';

const SERVER = fileURLToPath(new URL('../../dist/bin/evenhour.js', import.meta.url));
const TETHER = new URL('../../dist/demo/tether.js', import.meta.url).href;
const START_MS = 60_000;
const STOP_MS = 5_000;
/** How long a pair is quiet before the two compare their figures. */
const STATEMENT_QUIET_MS = 800;

const running = new Set<ChildProcess>();
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

export interface TownPlace {
  readonly plan: TownPlan;
  readonly origin: string;
  readonly port: number;
  readonly folder: string;
  /** The operator's token. */
  readonly token: string;
}

/** What all towns are told. */
export interface Surroundings {
  /** Of all towns, which may be reached although they are on this machine. */
  readonly origins: readonly string[];
  /** The live page's origin. */
  readonly page: string;
}

export class Town {
  readonly plan: TownPlan;
  readonly origin: string;
  readonly host: string;
  readonly folder: string;
  readonly api: Client;
  readonly #place: TownPlace;
  readonly #surroundings: Surroundings;
  readonly #pids: number[] = [];
  #child: ChildProcess | null = null;
  #gone: Promise<void> = Promise.resolve();
  #up = false;
  #visitedAt = 0;
  readonly #walkedIn = new Set<string>();
  /** Told when the process ends although nobody asked it to. */
  onLost: () => void = () => {};

  constructor(place: TownPlace, surroundings: Surroundings) {
    this.#place = place;
    this.#surroundings = surroundings;
    this.plan = place.plan;
    this.origin = place.origin;
    this.host = new URL(place.origin).host;
    this.folder = place.folder;
    this.api = clientOf(place.origin, place.token);
  }

  get name(): string {
    return this.plan.name;
  }

  /** Its plug is in, and it has said that it listens. */
  get on(): boolean {
    return this.#up;
  }

  /** Whether somebody has looked at its pages since so many milliseconds ago. */
  visitedWithin(ms: number): boolean {
    return Date.now() - this.#visitedAt < ms;
  }

  /** Handles of the members as whom somebody walked in since the start. What they have and do is theirs alone. */
  get walkedIn(): ReadonlySet<string> {
    return this.#walkedIn;
  }

  /** Every process that this town has ever had. */
  get pids(): readonly number[] {
    return this.#pids;
  }

  async start(): Promise<void> {
    if (this.#child !== null) return;
    mkdirSync(this.folder, { recursive: true });
    const log = openSync(join(this.folder, 'log.jsonl'), 'a');
    const child = spawn(process.execPath, ['--import', TETHER, SERVER, 'serve'], {
      env: { ...cleanEnvironment(), ...this.#settings() },
      stdio: ['pipe', 'pipe', log],
      // Ctrl-C in a terminal goes to the supervisor, which stops the towns in order.
      detached: true,
    });
    closeSync(log);
    running.add(child);
    this.#child = child;
    if (child.pid !== undefined) this.#pids.push(child.pid);
    this.#gone = new Promise((resolve) => {
      const end = (): void => {
        running.delete(child);
        const lost = this.#up;
        this.#up = false;
        this.#child = null;
        resolve();
        if (lost) this.onLost();
      };
      child.once('exit', end);
      child.once('error', end);
    });
    // A town that is gone cannot be written to; that is no fault of ours.
    child.stdin?.on('error', () => {});
    await this.#listening(child);
    this.#up = true;
  }

  /** As when the cable is pulled: the process has no time for anything. */
  async pull(): Promise<void> {
    this.#up = false;
    this.#child?.kill('SIGKILL');
    await this.#gone;
  }

  /** SIGTERM, and SIGKILL for one that has not ended after five seconds. Returns whether it ended by itself. */
  async stop(): Promise<boolean> {
    const child = this.#child;
    if (child === null) return true;
    this.#up = false;
    child.kill('SIGTERM');
    const timer = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
    await this.#gone;
    clearTimeout(timer);
    return child.exitCode === 0;
  }

  #settings(): Record<string, string> {
    return {
      EVENHOUR_ENV: 'development',
      EVENHOUR_DEMO: 'true',
      EVENHOUR_DATA: this.folder,
      EVENHOUR_ORIGIN: this.origin,
      EVENHOUR_PORT: String(this.#place.port),
      EVENHOUR_LISTEN: '127.0.0.1',
      EVENHOUR_ALLOW_PRIVATE_ORIGINS: this.#surroundings.origins.join(','),
      EVENHOUR_LIVE_PAGE: `${this.#surroundings.page}/`,
      EVENHOUR_SOURCE_URL: process.env['EVENHOUR_SOURCE_URL'] ?? '',
      EVENHOUR_STATEMENT_QUIET_MS: String(STATEMENT_QUIET_MS),
      EVENHOUR_LOG: 'warning',
    };
  }

  async #listening(child: ChildProcess): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      const fail = (why: string): void => reject(new Error(`${this.name} ${why}\n${this.#lastLines()}`.trim()));
      const timer = setTimeout(() => fail(`did not start within ${START_MS / 1000} s.`), START_MS);
      child.stdout?.setEncoding('utf8').on('data', (text: string) => {
        if (text.includes('listening')) resolve();
        if (text.includes(VISIT)) this.#visitedAt = Date.now();
        for (const handle of walkIns(text)) this.#walkedIn.add(handle);
      });
      child.once('error', (error) => fail(`could not be started: ${error.message}`));
      child.once('exit', (code, signal) => fail(`ended while it was starting (${signal ?? code}).`));
      child.once('exit', () => clearTimeout(timer));
      child.stdout?.once('data', () => clearTimeout(timer));
    });
  }

  #lastLines(): string {
    try {
      return readFileSync(join(this.folder, 'log.jsonl'), 'utf8').trim().split('\n').slice(-5).join('\n');
    } catch {
      return '';
    }
  }
}

/** Our own settings do not leak into the towns. */
function cleanEnvironment(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(
    ([name]) => !/^(EVENHOUR_|DATABASE_URL$|PORT$|NODE_OPTIONS$)/.test(name),
  );
  return Object.fromEntries(kept);
}

/** Whether a process is still there. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (cause) {
    return (cause as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** The first of these ports that another program has, if there is one. */
export async function portInUse(ports: readonly number[]): Promise<number | undefined> {
  for (const port of ports) {
    // `localhost` may be either, so a stranger on the other one would be asked instead of us.
    for (const address of ['127.0.0.1', '::1']) if (await isTaken(port, address)) return port;
  }
  return undefined;
}

async function isTaken(port: number, address: string): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE') resolve(true);
      else if (error.code === 'EACCES')
        reject(new Error(`Port ${port} needs rights that this program has not. Choose others with --ports.`));
      // A machine without IPv6 has nobody there.
      else resolve(false);
    });
    server.listen({ port, host: address }, () => server.close(() => resolve(false)));
  });
}

/** Ports that are free now. */
export async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = createServer();
      await new Promise<void>((resolve, reject) => {
        server.once('error', reject);
        server.listen(0, '127.0.0.1', resolve);
      });
      return server;
    }),
  );
  const ports = servers.map((server) => {
    const address = server.address();
    return typeof address === 'object' && address !== null ? address.port : 0;
  });
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}
