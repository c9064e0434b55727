/**
 * What every bench prints: the common fields, the table and the JSON object.
 *
 * @module
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The root of the repository. */
export const ROOT: string = fileURLToPath(new URL('../..', import.meta.url));
/** Where results and profiles go. */
export const OUT: string = join(ROOT, '.out');

export interface CommonFigures {
  readonly v: 1;
  readonly name: string;
  readonly ok: boolean;
  readonly commit: string;
  readonly node: string;
  readonly cores: number;
  readonly seconds: number;
  readonly failures: readonly string[];
}

export function commonFigures(name: string, startedAtMs: number, failures: readonly string[]): CommonFigures {
  return {
    v: 1,
    name,
    ok: failures.length === 0,
    commit: commit(),
    node: process.version,
    cores: availableParallelism(),
    seconds: Math.round((Date.now() - startedAtMs) / 100) / 10,
    failures,
  };
}

/** Writes `.out/<name>.json` and, when asked, the same object as a line of standard output. */
export function publish(name: string, figures: object, toStdout: boolean): void {
  const line = JSON.stringify(figures);
  mkdirSync(OUT, { recursive: true });
  writeFileSync(join(OUT, `${name}.json`), `${line}\n`);
  if (toStdout) process.stdout.write(`${line}\n`);
}

export function say(text: string): void {
  process.stderr.write(`${text}\n`);
}

/** A table with a header, columns as wide as they need to be, numbers to the right. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows
    .map((row) =>
      row
        .map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0)))
        .join('  '),
    )
    .join('\n');
}

export function round(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}

/** The commit that is checked out, with `-dirty` when files differ from it. */
function commit(): string {
  try {
    const git = (...args: string[]): string =>
      execFileSync('git', args, { cwd: ROOT, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
    return git('rev-parse', 'HEAD') + (git('status', '--porcelain', '--untracked-files=no') === '' ? '' : '-dirty');
  } catch {
    return 'unknown';
  }
}
