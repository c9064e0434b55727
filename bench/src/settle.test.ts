import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import type { SettleFigures } from './settle.ts';
import { median, percentile } from './stats.ts';

const run = promisify(execFile);
const root = fileURLToPath(new URL('../..', import.meta.url));

/** Runs the built bench and returns how it ended. */
async function bench(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  try {
    const said = await run(process.execPath, [`${root}bench/dist/main.js`, ...args], { cwd: root });
    return { code: 0, ...said };
  } catch (error) {
    return error as { code: number; stdout: string; stderr: string };
  }
}

test('a median and percentiles are values that were there', () => {
  expect(median([3, 1, 2])).toBe(2);
  expect(median([4, 1, 2, 3])).toBe(2.5);
  expect(percentile([5, 1, 4, 2, 3], 99)).toBe(5);
  expect(percentile([5, 1, 4, 2, 3], 50)).toBe(3);
  expect(median([])).toBeNaN();
});

test('without a name the benches are listed; a wrong name or option is told', async () => {
  expect(await bench()).toMatchObject({ code: 0, stdout: expect.stringContaining('settle') });
  expect(await bench('setle')).toMatchObject({ code: 2, stderr: expect.stringContaining('There is no bench "setle"') });
  expect(await bench('settle', '--fast')).toMatchObject({ code: 2, stderr: expect.stringContaining('"--fast"') });
});

// As the tests that need a database: where the run has none, this is named among those not run.
test.skipIf(!process.env['EVENHOUR_TEST_POSTGRES'])(
  'settle says what two nodes settled, and what the baselines did',
  async () => {
    const { code, stdout, stderr } = await bench('settle', '--quick', '--json');
    const last = stdout.trim().split('\n').at(-1) ?? '';
    expect(last, stderr).toMatch(/^\{.*\}$/);
    const figures = JSON.parse(last) as SettleFigures;
    const withoutPgbench = figures.ratioTpcb === null && process.env['EVENHOUR_REQUIRE_ALL'] !== '1';

    const failures = withoutPgbench ? [expect.stringContaining('no pgbench')] : [];
    expect(figures, stderr).toEqual({
      v: 1,
      name: 'settle',
      ok: !withoutPgbench,
      commit: expect.any(String),
      node: process.version,
      cores: expect.any(Number),
      seconds: expect.any(Number),
      failures,
      settledPerSec: expect.any(Number),
      settled: expect.any(Number),
      verified: expect.any(Number),
      aloneP50Ms: expect.any(Number),
      aloneP99Ms: expect.any(Number),
      loadP50Ms: expect.any(Number),
      loadP99Ms: expect.any(Number),
      cpuMsPerTransfer: process.platform === 'linux' ? expect.any(Number) : null,
      bytesPerTransfer: expect.any(Number),
      tpcbPerSec: withoutPgbench ? null : expect.any(Number),
      bareFedifyPerSec: expect.any(Number),
      ratioTpcb: withoutPgbench ? null : expect.any(Number),
      ratioFedify: expect.any(Number),
      fsync: 'on',
      syncCommit: 'on',
    });
    expect(code).toBe(withoutPgbench ? 1 : 0);
    expect(figures.settled).toBeGreaterThan(0);
    // A transfer has four entries, two of each bank; each is verified where it arrives.
    expect(figures.verified).toBeGreaterThanOrEqual(4 * figures.settled);
    expect(figures.ratioFedify).toBeGreaterThan(0);
    expect(JSON.parse(readFileSync(`${root}.out/settle.json`, 'utf8'))).toEqual(figures);
  },
  180_000,
);
