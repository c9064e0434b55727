import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { until } from './api.ts';
import { freePorts, portInUse } from './towns.ts';

const COMMAND = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));
let place: string;

beforeAll(() => {
  place = mkdtempSync(join(tmpdir(), 'evenhour-demo-test-'));
});
afterAll(() => rmSync(place, { recursive: true, force: true }));

/** Processes whose settings name this folder, wherever they were started. */
function processesOf(folder: string): string[] {
  return readdirSync('/proc').filter((name) => {
    try {
      return /^\d+$/.test(name) && readFileSync(`/proc/${name}/environ`, 'utf8').includes(folder);
    } catch {
      return false;
    }
  });
}

test('every step of --ci passes and nothing is left running', { timeout: 300_000 }, () => {
  const folder = join(place, 'ci');
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [COMMAND, 'demo', '--ci', '--json', '--folder', folder],
    {
      cwd: place,
      encoding: 'utf8',
    },
  );
  const figures = JSON.parse(stdout.trim().split('\n').at(-1) ?? '');
  expect(figures.failures, stderr).toEqual([]);
  expect(figures).toMatchObject({ v: 1, name: 'start', ok: true, failed: 0, keptAt: null });
  expect(figures.passed).toBeGreaterThan(12);
  expect(figures.steps).toHaveLength(figures.passed);
  expect(status).toBe(0);
  expect(JSON.parse(readFileSync(join(place, '.out/start.json'), 'utf8'))).toEqual(figures);
  if (process.platform === 'linux') expect(processesOf(folder)).toEqual([]);
});

test.runIf(process.platform === 'linux')(
  'a supervisor that is killed leaves no town running',
  { timeout: 120_000 },
  async () => {
    const folder = join(place, 'killed');
    const [port = 0] = await freePorts(1);
    const supervisor = spawn(
      process.execPath,
      [COMMAND, 'demo', '--ports', String(Math.min(port, 65_000)), '--folder', folder],
      {
        stdio: 'ignore',
      },
    );
    try {
      await until('all three towns run', async () => processesOf(folder).length === 3, 60_000);
    } finally {
      supervisor.kill('SIGKILL');
    }
    await until('all three have ended', async () => processesOf(folder).length === 0);
  },
);

test('a port in use is named, and four in a row that are free', async () => {
  const server = createServer();
  // The page's port is free and the second town's is not.
  const page = 4_000 + 100 * Math.floor(Math.random() * 500);
  const taken = await new Promise<number>((resolve) => {
    server.once('error', () => server.listen(0, '127.0.0.1'));
    server.once('listening', () => resolve((server.address() as AddressInfo).port));
    server.listen(page + 2, '127.0.0.1');
  });
  const { status, stderr } = spawnSync(
    process.execPath,
    [COMMAND, 'demo', '--ports', String(Math.min(taken - 2, 65_532)), '--folder', join(place, 'taken')],
    { encoding: 'utf8' },
  );
  server.close();
  const [, named, free] = /Port (\d+) is in use.* --ports (\d+)\n$/.exec(stderr) ?? [];
  expect(Number(named), stderr).toBe(taken);
  const row = [0, 1, 2, 3].map((next) => Number(free) + next);
  expect(row).not.toContain(taken);
  expect(await portInUse(row)).toBeUndefined();
  expect(status).toBe(1);
});

test.each([
  [['--nonsense'], 'There is no --nonsense here. To read what there is: npm start -- --help'],
  [['hello'], '"hello" says nothing here: what may be said begins with --. To read what there is: npm start -- --help'],
  [['--ports'], '--ports wants something after it, for example: npm start -- --ports 4100'],
  [['--folder', '--keep'], '--folder wants something after it, for example: npm start -- --folder .demo2'],
  [['--keep=yes'], '--keep stands alone, with no "=". To read what there is: npm start -- --help'],
])('%s is answered in plain words', (args, says) => {
  const { status, stderr } = spawnSync(process.execPath, [COMMAND, 'demo', ...args], { cwd: place, encoding: 'utf8' });
  expect(stderr).toBe(`${says}\n`);
  expect(status).toBe(1);
});
