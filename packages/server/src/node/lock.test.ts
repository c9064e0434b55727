/** A node as a process of its own: one to a folder, one to a port, and gone when it is told to go. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { lockFolder } from '../db/folder-lock.ts';
import { hasTestPostgres, startPostgres, testDatabase } from '../testing/postgres.ts';
import { freePort, until } from '../testing/town.ts';

const MAIN = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));
const folders: string[] = [];
const children: ChildProcess[] = [];

afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'evenhour-lock-'));
  folders.push(folder);
  return folder;
}

interface Running {
  readonly child: ChildProcess;
  readonly port: number;
  readonly origin: string;
  /** Resolves when it listens; rejects with what it said when it ends before that. */
  readonly ready: Promise<void>;
  /** How it ended: its exit code, or the name of the signal, and what it wrote to standard error. */
  readonly end: Promise<{ code: number | string; said: string; lingeredMs: number }>;
}

async function serve(env: Record<string, string>): Promise<Running> {
  const port = env['EVENHOUR_PORT'] === undefined ? await freePort() : Number(env['EVENHOUR_PORT']);
  const child = spawn(process.execPath, [MAIN, 'serve'], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      PATH: process.env['PATH'] ?? '',
      EVENHOUR_ENV: 'development',
      EVENHOUR_LOG: 'error',
      EVENHOUR_PORT: String(port),
      EVENHOUR_ORIGIN: `http://127.0.0.1:${port}`,
      ...env,
    },
  });
  children.push(child);
  let said = '';
  let saidAt = 0;
  child.stderr?.on('data', (data) => {
    said += String(data);
    saidAt = Date.now();
  });
  const end = once(child, 'close').then(([code, signal]) => ({
    code: (code ?? signal) as number | string,
    said,
    lingeredMs: Date.now() - saidAt,
  }));
  const ready = new Promise<void>((resolve, reject) => {
    child.stdout?.on('data', (data) => String(data).includes('is listening') && resolve());
    void end.then(({ said: text }) => reject(new Error(`it did not start: ${text}`)));
  });
  ready.catch(() => {});
  return { child, port, origin: `http://127.0.0.1:${port}`, ready, end };
}

/** Ends a node by a signal and says how long that took. */
async function endBy(
  running: Running,
  signal: NodeJS.Signals,
): Promise<{ code: number | string; said: string; seconds: number }> {
  const before = Date.now();
  running.child.kill(signal);
  return { ...(await running.end), seconds: (Date.now() - before) / 1000 };
}

describe('a data folder', () => {
  test('is for one process: a second one is told so, and the first goes on', async () => {
    const folder = newFolder();
    const first = await serve({ EVENHOUR_DATA: folder });
    await first.ready;
    const second = await serve({ EVENHOUR_DATA: folder });
    const { code, said } = await second.end;
    expect(code).toBe(1);
    expect(said).toBe(
      `evenhour: The data folder ${folder} is in use by another Evenhour process (number ${first.child.pid}). Stop that one first, or give this one another folder with EVENHOUR_DATA.\n`,
    );
    expect((await fetch(`http://127.0.0.1:${first.port}/healthz`)).status).toBe(200);

    // A node that was killed has lost its lock, and the next one takes over with everything that was committed.
    const token = readFileSync(join(folder, 'operator-token'), 'utf8').trim();
    const headers = {
      authorization: `Bearer ${token}`,
      'content-type': 'application/json',
      'idempotency-key': 'add-moira',
    };
    const body = JSON.stringify({ handle: 'moira', name: 'Moira' });
    const added = await fetch(`http://127.0.0.1:${first.port}/api/members`, { method: 'POST', headers, body });
    expect(added.status).toBe(201);
    await endBy(first, 'SIGKILL');
    const third = await serve({ EVENHOUR_DATA: folder, EVENHOUR_PORT: String(first.port) });
    await third.ready;
    const seen = await fetch(`http://127.0.0.1:${third.port}/api/members/moira`, { headers });
    expect(seen.status).toBe(200);

    // And when it is told to stop, it closes what is open and gives the folder back.
    const idle = connect(third.port, '127.0.0.1');
    idle.on('error', () => {});
    await once(idle, 'connect');
    const ended = await endBy(third, 'SIGTERM');
    expect(ended).toMatchObject({ code: 0, said: '' });
    expect(ended.seconds).toBeLessThan(6);
    const lock = lockFolder(folder);
    expect(lock.ok).toBe(true);
    if (lock.ok) lock.unlock();
    idle.destroy();
  }, 60_000);

  test('is not opened twice by one process, under whatever name', () => {
    const folder = newFolder();
    const link = join(newFolder(), 'link');
    symlinkSync(folder, link);
    const lock = lockFolder(folder);
    expect(lockFolder(`${folder}/.`)).toEqual({ ok: false, holder: process.pid });
    expect(lockFolder(link)).toEqual({ ok: false, holder: process.pid });
    if (lock.ok) lock.unlock();
    const again = lockFolder(link);
    expect(again.ok).toBe(true);
    if (again.ok) again.unlock();
  });

  test('is had by one of many that come at the same moment, and by the next when that one is killed', async () => {
    const folder = newFolder();
    const module = new URL('../../dist/db/folder-lock.js', import.meta.url).href;
    const program = `const { lockFolder } = await import(${JSON.stringify(module)});
      const lock = lockFolder(${JSON.stringify(folder)});
      console.log(lock.ok);
      if (lock.ok) setInterval(() => {}, 1000);`;
    const attempts = await Promise.all(
      Array.from({ length: 6 }, async () => {
        const child = spawn(process.execPath, ['--input-type=module', '-e', program]);
        children.push(child);
        const [said] = await Promise.race([once(child.stdout, 'data'), once(child, 'close')]);
        return { child, has: String(said).trim() === 'true' };
      }),
    );
    const holders = attempts.filter(({ has }) => has);
    expect(holders.length).toBe(1);
    const child = holders[0]?.child;
    expect(lockFolder(folder)).toEqual({ ok: false, holder: child?.pid });
    child?.kill('SIGKILL');
    await once(child as ChildProcess, 'close');
    const lock = lockFolder(folder);
    expect(lock.ok).toBe(true);
    if (lock.ok) lock.unlock();
  });
});

describe.skipIf(!hasTestPostgres())('a node', () => {
  test('that cannot start says why in a sentence, ends, and leaves nothing open', async () => {
    const DATABASE_URL = await testDatabase();
    const first = await serve({ EVENHOUR_DATA: newFolder(), DATABASE_URL, EVENHOUR_SECRET: 'a'.repeat(32) });
    await first.ready;
    const nobody = await freePort();
    const cases: [Record<string, string>, RegExp][] = [
      [
        { DATABASE_URL, EVENHOUR_SECRET: 'a'.repeat(32), EVENHOUR_PORT: String(first.port) },
        /^evenhour: Port \d+ is in use by another program\. Stop that one, or choose another port with EVENHOUR_PORT \(for the demo: --ports\)\.\n$/,
      ],
      [
        { DATABASE_URL, EVENHOUR_SECRET: 'b'.repeat(32), EVENHOUR_ORIGIN: first.origin },
        /^evenhour: The keys in the database do not open with this secret\. .*EVENHOUR_SECRET.*\n$/,
      ],
      [
        { DATABASE_URL: `postgres://x:secret-word@127.0.0.1:${nobody}/x` },
        /^evenhour: PostgreSQL cannot be used: .*ECONNREFUSED.*Check DATABASE_URL\.\n$/,
      ],
      [
        { EVENHOUR_LOG: 'loud' },
        /^evenhour: These settings cannot be used:\n {2}EVENHOUR_LOG: use debug, info, warning or error\.\n$/,
      ],
    ];
    const ends = await Promise.all(
      cases.map(async ([env]) => (await serve({ EVENHOUR_DATA: newFolder(), ...env })).end),
    );
    for (const [index, { code, said, lingeredMs }] of ends.entries()) {
      expect(said).toMatch(cases[index]?.[1] as RegExp);
      expect(said).not.toContain('secret-word');
      expect(code).toBe(1);
      // An idle connection to the database would have kept one of them for ten seconds more.
      expect(lingeredMs).toBeLessThan(6_000);
    }
    expect(await endBy(first, 'SIGINT')).toMatchObject({ code: 0, said: '' });
  }, 40_000);

  test('whose database has gone still stops when it is told to', async () => {
    const postgres = await startPostgres();
    try {
      const running = await serve({ EVENHOUR_DATA: newFolder(), DATABASE_URL: await postgres.createDatabase() });
      await running.ready;
      await postgres.stop();
      await until(async () => (await fetch(`http://127.0.0.1:${running.port}/readyz`)).status === 503);
      const ended = await endBy(running, 'SIGTERM');
      expect(ended.code).toBe(0);
      expect(ended.seconds).toBeLessThan(6);
    } finally {
      await postgres.stop();
    }
  }, 60_000);
});
