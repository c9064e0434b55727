import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import type { BacklogFigures } from './backlog.ts';
import type { ForgedFigures } from './forged.ts';
import type { HistoryFigures } from './history.ts';
import type { LocalFigures } from './local.ts';
import type { PagesFigures } from './pages.ts';
import type { CommonFigures } from './report.ts';
import type { SettleFigures } from './settle.ts';

const run = promisify(execFile);
const root = fileURLToPath(new URL('../..', import.meta.url));
const aNumber = expect.any(Number);
/** Processor time is read where the system tells it. */
const onLinux = process.platform === 'linux' ? aNumber : null;

/** Runs the built bench and returns how it ended. */
async function bench(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  try {
    const said = await run(process.execPath, [`${root}bench/dist/main.js`, ...args], { cwd: root });
    return { code: 0, ...said };
  } catch (error) {
    return error as { code: number; stdout: string; stderr: string };
  }
}

/**
 * Runs a bench with `--quick` and checks what every bench promises: the object is the last line and in the file,
 * and has these fields and no others. `noPgbench` is what is null on a machine without pgbench.
 */
async function measure<T extends CommonFigures>(
  name: string,
  fields: object,
  noPgbench: object = {},
): Promise<{ figures: T; complete: boolean }> {
  const { code, stdout, stderr } = await bench(name, '--quick', '--json');
  const last = stdout.trim().split('\n').at(-1) ?? '';
  expect(last, stderr).toMatch(/^\{.*\}$/);
  const figures = JSON.parse(last) as T;
  const complete =
    process.env['EVENHOUR_REQUIRE_ALL'] === '1' || !figures.failures.some((failure) => /no pgbench/.test(failure));
  expect(figures, stderr).toEqual({
    v: 1,
    name,
    ok: complete,
    commit: expect.any(String),
    node: process.version,
    cores: aNumber,
    seconds: aNumber,
    failures: complete ? [] : [expect.stringContaining('no pgbench')],
    ...fields,
    ...(!complete && noPgbench),
  });
  expect(code).toBe(complete ? 0 : 1);
  expect(JSON.parse(readFileSync(`${root}.out/${name}.json`, 'utf8'))).toEqual(figures);
  return { figures, complete };
}

test('without a name the benches are listed; a wrong name or option is told', async () => {
  expect(await bench()).toMatchObject({ code: 0, stdout: expect.stringContaining('settle') });
  expect(await bench('setle')).toMatchObject({ code: 2, stderr: expect.stringContaining('There is no bench "setle"') });
  expect(await bench('settle', '--fast')).toMatchObject({ code: 2, stderr: expect.stringContaining('"--fast"') });
});

// As the tests that need a database: where the run has none, these are named among those not run.
const measured = test.skipIf(!process.env['EVENHOUR_TEST_POSTGRES']);
const PATIENCE_MS = 180_000;

measured(
  'settle says what two nodes settled, and what the baselines did',
  async () => {
    const { figures } = await measure<SettleFigures>(
      'settle',
      {
        settledPerSec: aNumber,
        settled: aNumber,
        verified: aNumber,
        aloneP50Ms: aNumber,
        aloneP99Ms: aNumber,
        loadP50Ms: aNumber,
        loadP99Ms: aNumber,
        cpuMsPerTransfer: onLinux,
        bytesPerTransfer: aNumber,
        tpcbPerSec: aNumber,
        bareFedifyPerSec: aNumber,
        ratioTpcb: aNumber,
        ratioFedify: aNumber,
        fsync: 'on',
        syncCommit: 'on',
      },
      { tpcbPerSec: null, ratioTpcb: null },
    );
    expect(figures.settled).toBeGreaterThan(0);
    // A transfer has four entries, two of each bank; each is verified where it arrives.
    expect(figures.verified).toBeGreaterThanOrEqual(4 * figures.settled);
    expect(figures.ratioFedify).toBeGreaterThan(0);
  },
  PATIENCE_MS,
);

measured(
  'local sets payments within a bank against two baselines',
  async () => {
    const baselines = ['oneStatementPerSec', 'tpcbPerSec', 'ratioHttp', 'ratioBatchTpcb'];
    const { figures, complete } = await measure<LocalFigures>(
      'local',
      {
        httpPerSec: aNumber,
        batchPerSec: aNumber,
        ...Object.fromEntries(baselines.map((field) => [field, aNumber])),
        fsync: 'on',
        syncCommit: 'on',
      },
      Object.fromEntries(baselines.map((field) => [field, null])),
    );
    expect(figures.httpPerSec).toBeGreaterThan(0);
    expect(figures.batchPerSec).toBeGreaterThan(0);
    if (complete) expect(figures.ratioHttp).toBeCloseTo(figures.httpPerSec / (figures.oneStatementPerSec ?? 0), 2);
    if (complete) expect(figures.ratioBatchTpcb).toBeCloseTo(figures.batchPerSec / (figures.tpcbPerSec ?? 0), 2);
  },
  PATIENCE_MS,
);

measured(
  'backlog: everything that waited for two banks is applied once they are back',
  async () => {
    const { figures } = await measure<BacklogFigures>('backlog', {
      entries: 160,
      applied: 160,
      drainSeconds: aNumber,
      partners: 2,
    });
    expect(figures.drainSeconds).toBeGreaterThan(0);
  },
  PATIENCE_MS,
);

measured(
  'history: the fold from the beginning is the one that is kept, and a restart reads hardly any entries',
  async () => {
    const point = { verifySeconds: aNumber, foldSeconds: aNumber, rssMb: aNumber };
    const { figures } = await measure<HistoryFigures>('history', {
      points: [800, 1600, 3200, 6400].map((entries) => ({ entries, ...point })),
      slopeRatio: aNumber,
      restartMs: aNumber,
      restartEntriesRead: aNumber,
    });
    // The head that the partner names is looked up; that anything was counted shows that counting works.
    expect(figures.restartEntriesRead).toBeGreaterThan(0);
    expect(figures.restartEntriesRead).toBeLessThanOrEqual(10);
  },
  PATIENCE_MS,
);

measured(
  'forged: forgeries are refused without a fetch and without a row',
  async () => {
    const kinds = ['signature', 'body', 'stranger', 'unsigned', 'proof'];
    const { figures } = await measure<ForgedFigures>('forged', {
      sent: aNumber,
      cpuMsPerForged: onLinux,
      cpuMsByKind: Object.fromEntries(kinds.map((kind) => [kind, onLinux])),
      fetches: 0,
      rows: 0,
      forgedPerSec: aNumber,
      honestBasePerSec: aNumber,
      honestUnderPerSec: aNumber,
      honestRatio: aNumber,
    });
    expect(figures.sent).toBeGreaterThan(100);
    expect(figures.honestUnderPerSec).toBeGreaterThan(0);
  },
  PATIENCE_MS,
);

measured(
  'pages: every page of a member is answered, and each has its figures',
  async () => {
    const { figures } = await measure<PagesFigures>('pages', {
      ...{ members: 1_000, offers: 2_000, concurrency: 4 },
      ...{ p95MsMax: aNumber, searchP95Ms: aNumber, pages: expect.any(Array) },
    });
    // Whatever else was wrong, such as a load of the machine, no page was answered with anything but a page.
    expect(figures.failures.filter((failure) => failure.startsWith('/'))).toEqual([]);
    expect(figures.pages.length).toBeGreaterThan(20);
    for (const page of figures.pages)
      expect(page).toEqual({
        ...{ route: expect.stringMatching(/^\//), p50Ms: aNumber, p95Ms: aNumber, bytesGz: aNumber },
        ...{ cpuMs: onLinux, databaseCpuMs: onLinux },
      });
    const slowest = Math.max(...figures.pages.filter(({ route }) => !route.includes('?q=')).map(({ p95Ms }) => p95Ms));
    expect(figures.p95MsMax).toBe(slowest);
  },
  180_000,
);
