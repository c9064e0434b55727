import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runProgram } from './child.mjs';
import { withLock } from './lock.mjs';
import { isNewEnough } from './toolchain.mjs';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'evenhour-tools-'));
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

const quiet = (): void => undefined;

describe('the toolchain', () => {
  it.each([
    ['18.20.4', false],
    ['20.20.2', false],
    ['23.11.0', false],
    ['24.0.0', true],
    ['26.10.0', true],
  ])('Node %s is new enough: %s', (version, expected) => {
    expect(isNewEnough(version)).toBe(expected);
  });
});

describe('the lock', () => {
  it('lets one at a time work', async () => {
    let inside = 0;
    let most = 0;
    const work = async (): Promise<void> => {
      inside += 1;
      most = Math.max(most, inside);
      await new Promise((resolve) => setTimeout(resolve, 20));
      inside -= 1;
    };
    await Promise.all([1, 2, 3].map(() => withLock(folder, quiet, work)));
    expect(most).toBe(1);
  });

  it('is taken over from a process that is no more', async () => {
    const gone = 2 ** 22 + 1; // Beyond the largest process id of Linux.
    mkdirSync(join(folder, '.toolchain'));
    writeFileSync(join(folder, '.toolchain', 'lock'), String(gone));
    expect(await withLock(folder, quiet, async () => 'done')).toBe('done');
  });

  it('is released when the work fails', async () => {
    const failing = withLock(folder, quiet, async () => {
      throw new Error('no');
    });
    await expect(failing).rejects.toThrow('no');
    expect(await withLock(folder, quiet, async () => 'done')).toBe('done');
  });
});

describe('running a program', () => {
  it('gives back its exit code', async () => {
    expect(await runProgram(process.execPath, ['-e', 'process.exit(7)'], {})).toBe(7);
  });

  it('says in one sentence that a program is missing', async () => {
    await expect(runProgram(join(folder, 'missing'), [], {})).rejects.toThrow(/could not be started/);
  });
});
