/**
 * Plants the defects, one at a time, and lets the simulator look for each.
 *
 * Promises: the source of this repository is not touched; each defect is put into a copy of it in a
 * temporary folder, and the simulator of that copy is run with its ordinary command. The copies are
 * gone afterwards.
 *
 * @module
 */
import { spawn } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DEFECTS, type Defect } from './defects.ts';

/** Every defect has to be found within so many seeds. */
export const PLANTED_SEEDS = 200;

export interface Hunt {
  readonly name: string;
  /** How many seeds it took, or `null` when it was not found. */
  readonly seeds: number | null;
  /** What the simulator said. */
  readonly said: string;
}

const ROOT = fileURLToPath(new URL('../../../..', import.meta.url));
/** What a copy consists of: packages with their exports, as sources. */
const COPIED = { protocol: 'packages/protocol', conformance: 'packages/conformance', bench: 'bench' } as const;

/** Looks for all of the defects, several at a time. */
export async function huntAll(defects: readonly Defect[] = DEFECTS): Promise<Hunt[]> {
  const folder = mkdtempSync(join(tmpdir(), 'evenhour-planted-'));
  try {
    const hunts: Hunt[] = [];
    let next = 0;
    const hunter = async (): Promise<void> => {
      for (let index = next++; index < defects.length; index = next++)
        hunts[index] = await hunt(join(folder, String(index)), defects[index] as Defect);
    };
    await Promise.all(Array.from({ length: availableParallelism() }, hunter));
    return hunts;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function hunt(folder: string, defect: Defect): Promise<Hunt> {
  copySource(folder);
  const unfit = plant(folder, defect);
  if (unfit !== null) return { name: defect.name, seeds: null, said: unfit };
  const main = join(folder, COPIED.conformance, 'src/sim/main.ts');
  const { line, errors } = await run(main, ['--seeds', String(PLANTED_SEEDS), '--seed', '0', '--first', '--json']);
  rmSync(folder, { recursive: true, force: true });
  const failures = line.startsWith('{') ? (JSON.parse(line) as { failures: string[] }).failures : [];
  const found = /^seed (\d+): (.*)/.exec(failures[0] ?? '');
  if (found === null) return { name: defect.name, seeds: null, said: failures[0] ?? errors };
  return { name: defect.name, seeds: Number(found[1]) + 1, said: found[2] ?? '' };
}

/** Copies the sources in such a way that they run as they are. */
function copySource(folder: string): void {
  for (const path of Object.values(COPIED)) {
    const [from, to] = [join(ROOT, path), join(folder, path)];
    mkdirSync(to, { recursive: true });
    cpSync(join(from, 'src'), join(to, 'src'), { recursive: true, filter: (file) => !/\.test\.tsx?$/.test(file) });
    const manifest = readFileSync(join(from, 'package.json'), 'utf8');
    writeFileSync(join(to, 'package.json'), manifest.replace(/\.\/dist\/([^"]+)\.js/g, './src/$1.ts'));
  }
  link(join(ROOT, COPIED.protocol, 'node_modules'), join(folder, COPIED.protocol, 'node_modules'));
  const modules = join(folder, COPIED.conformance, 'node_modules');
  mkdirSync(join(modules, '@evenhour'), { recursive: true });
  link(join(ROOT, 'node_modules/fast-check'), join(modules, 'fast-check'));
  for (const name of ['protocol', 'bench'] as const) link(join(folder, COPIED[name]), join(modules, '@evenhour', name));
}

function link(target: string, path: string): void {
  symlinkSync(target, path, 'junction');
}

/** Returns what keeps the defect from being planted, or `null`. */
function plant(folder: string, { changes }: Defect): string | null {
  for (const [file, search, replace] of changes) {
    const path = join(folder, 'packages', file);
    const source = readFileSync(path, 'utf8');
    if (source.split(search).length !== 2) return `it does not fit ${file} any more: ${search}`;
    writeFileSync(
      path,
      source.replace(search, () => replace),
    );
  }
  return null;
}

/** Runs a program. Gives the last line of its standard output, and its standard error. */
function run(program: string, args: readonly string[]): Promise<{ line: string; errors: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [program, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    let errors = '';
    child.stdout.on('data', (data: Buffer) => {
      output += data;
    });
    child.stderr.on('data', (data: Buffer) => {
      errors += data;
    });
    child.on('error', reject);
    child.on('close', () => resolve({ line: output.trim().split('\n').at(-1) ?? '', errors }));
  });
}
