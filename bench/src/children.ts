/**
 * Other processes: started, talked to, counted and ended by their own number.
 *
 * @module
 */
import { type ChildProcess, execFile, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { Cleanup } from './cleanup.ts';

export const run: (
  file: string,
  args: readonly string[],
  options?: { env?: NodeJS.ProcessEnv; cwd?: string; maxBuffer?: number; uid?: number; gid?: number },
) => Promise<{ stdout: string; stderr: string }> = promisify(execFile);

const START_MS = 60_000;
const STOP_MS = 10_000;

/**
 * Starts a program and waits until a line of its output holds `ready`. Throws with what it said when it does not come
 * to that.
 */
export async function startProgram(
  program: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  ready: string,
  cleanup: Cleanup,
): Promise<ChildProcess> {
  const child = spawn(program, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
  cleanup.add(() => endProgram(child));
  let said = '';
  const listening = new Promise<void>((resolve, reject) => {
    const hear = (chunk: Buffer): void => {
      said = (said + chunk.toString()).slice(-4000);
      if (said.includes(ready)) resolve();
    };
    child.stdout?.on('data', hear);
    child.stderr?.on('data', hear);
    child.on('error', reject);
    child.on('exit', (code) => reject(new Error(`${args.join(' ')} ended with code ${code}:\n${said}`)));
  });
  const late = sleep(START_MS, undefined, { ref: false }).then(() => {
    throw new Error(`${args.join(' ')} did not start within ${START_MS} ms:\n${said}`);
  });
  await Promise.race([listening, late]);
  return child;
}

/** A child that answers each message with one message. */
export interface Colleague {
  readonly pid: number;
  ask<T>(job: object): Promise<T>;
}

/** Starts one of our own modules as another process. */
export function startColleague(module: URL, cleanup: Cleanup): Colleague {
  const child = fork(module, { stdio: ['ignore', 2, 2, 'ipc'] });
  cleanup.add(() => endProgram(child));
  return {
    pid: child.pid ?? 0,
    ask: (job) =>
      new Promise((resolve, reject) => {
        const ended = (): void => reject(new Error(`${module.pathname} ended in the middle of its work`));
        child.once('exit', ended);
        child.once('message', (message: { failed?: string }) => {
          child.off('exit', ended);
          if (message.failed === undefined) resolve(message as never);
          else reject(new Error(message.failed));
        });
        child.send(job);
      }),
  };
}

/** The other end of {@link startColleague}: answers each job, and leaves with the process that asks. */
export function serveJobs<Job>(work: (job: Job) => Promise<object>): void {
  process.on('message', (job: Job) => {
    work(job).then(
      (answer) => process.send?.(answer),
      (error: unknown) =>
        process.send?.({ failed: error instanceof Error ? (error.stack ?? error.message) : String(error) }),
    );
  });
  process.on('disconnect', () => process.exit(0));
  // The bench ends its colleagues itself, in its own order; Ctrl-C in a terminal reaches them as well.
  process.on('SIGINT', () => {});
  process.on('SIGTERM', () => process.exit(0));
}

/** Ends a child by SIGTERM, and by SIGKILL when that takes too long. */
export async function endProgram(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill('SIGTERM');
  const patience = new AbortController();
  const late = sleep(STOP_MS, 'late', { signal: patience.signal }).catch(() => 'gone');
  if ((await Promise.race([gone, late])) === 'late') {
    child.kill('SIGKILL');
    await gone;
  }
  patience.abort();
}

/** User and system time that a process has used, in milliseconds. `null` where there is no /proc. */
export function cpuMsOf(pid: number): number | null {
  try {
    // The name in brackets may hold spaces; the fields are counted behind it.
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? [];
    return (Number(fields[11]) + Number(fields[12])) * 10;
  } catch {
    return null;
  }
}

/** The same of the processes that a process has started and that are still there, such as those of PostgreSQL. */
export function cpuMsOfChildren(pid: number): number | null {
  try {
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ');
    return children.reduce((sum, child) => sum + (cpuMsOf(Number(child)) ?? 0), 0);
  } catch {
    return null;
  }
}

export async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const address = probe.address();
  probe.close();
  await once(probe, 'close');
  if (address === null || typeof address === 'string') throw new Error('there is no free port on 127.0.0.1');
  return address.port;
}
