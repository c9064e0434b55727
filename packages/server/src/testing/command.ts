/**
 * The command as an operator runs it, in a process of its own. It runs dist, which is brought up to date before the
 * tests.
 */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('../../dist/bin/evenhour.js', import.meta.url));

export interface Ran {
  readonly code: number;
  readonly out: string;
  /** What it wrote to standard error. */
  readonly said: string;
}

/** `evenhour` with a data folder, and further settings if need be. */
export function commandIn(
  folder: string,
  settings: Readonly<Record<string, string>> = {},
): (...args: readonly string[]) => Promise<Ran> {
  const env = {
    PATH: process.env['PATH'] ?? '',
    EVENHOUR_ENV: 'development',
    EVENHOUR_DATA: folder,
    ...settings,
  };
  return (...args) =>
    new Promise((resolve) => {
      execFile(process.execPath, [MAIN, ...args], { env }, (error, out, said) =>
        resolve({ code: error === null ? 0 : Number(error.code), out, said }),
      );
    });
}
