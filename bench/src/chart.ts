/**
 * `bench -- chart`: what the benches said on this machine, run after run, as bars that a person can read.
 *
 * Each run that is not `--quick` adds one line to `.out/history/<bench>.jsonl`: its object, when it ended and the
 * load of the machine before it began. A bar is as long as its figure beside the largest of its column; `:` stands
 * where the aim is. A run that was not `ok` is marked, for its figures count for nothing.
 *
 * @module
 */
import { appendFileSync, existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { AIMS, type Aim, reaches } from './aims.ts';
import { OUT } from './report.ts';

/** One run, as a line of the file. Times are ISO 8601 in UTC; `load` is the mean of the last minute. */
export interface Run {
  readonly at: string;
  readonly load: number;
  readonly ok: boolean;
  readonly commit: string;
  readonly [figure: string]: unknown;
}

const FOLDER = join(OUT, 'history');
const SHOWN = 20;
const BAR = 32;

/** Adds a run to the history of its bench. */
export function remember(name: string, figures: object, load: number): void {
  mkdirSync(FOLDER, { recursive: true });
  const run = { at: new Date().toISOString(), load: Number(load.toFixed(1)), ...figures };
  appendFileSync(join(FOLDER, `${name}.jsonl`), `${JSON.stringify(run)}\n`);
}

/** The charts of all benches that have a history, or a sentence that there is none. */
export function readChart(): string {
  const files = existsSync(FOLDER) ? readdirSync(FOLDER).filter((file) => file.endsWith('.jsonl')) : [];
  const charts = files.sort().map((file) => {
    const lines = readFileSync(join(FOLDER, file), 'utf8').split('\n');
    const runs = lines.filter((line) => line !== '').map((line) => JSON.parse(line) as Run);
    return chartOf(file.slice(0, -'.jsonl'.length), runs.slice(-SHOWN));
  });
  return charts.length === 0 ? 'No bench has run here yet.' : charts.join('\n\n');
}

/** One bench: for each figure with an aim, a bar a run, oldest first. */
export function chartOf(name: string, runs: readonly Run[]): string {
  return (AIMS[name] ?? []).map((aim) => chartOfFigure(name, aim, runs)).join('\n\n');
}

function chartOfFigure(name: string, aim: Aim, runs: readonly Run[]): string {
  const { figure, bound, value } = aim;
  const figures = runs.map((run) => run[figure]);
  const largest = Math.max(value, ...figures.filter((each) => typeof each === 'number'));
  const places = (of: number): number => (largest === 0 ? 0 : Math.round((of / largest) * BAR));
  const lines = runs.map((run, index) => {
    const said = figures[index];
    const filled = typeof said === 'number' ? places(said) : 0;
    const bar = Array.from({ length: BAR + 1 }, (_, at) => (at < filled ? '#' : at === places(value) ? ':' : ' ')).join(
      '',
    );
    const verdict = !run.ok ? 'not ok' : reaches(aim, said) ? 'met' : 'missed';
    const at = run.at.slice(0, 16).replace('T', ' ');
    const commit = run.commit.slice(0, 7) + (run.commit.endsWith('-dirty') ? '+' : ' ');
    return `  ${at}  ${commit}  load ${run.load.toFixed(1).padStart(4)}  ${String(said ?? '-').padStart(8)} |${bar}| ${verdict}`;
  });
  return [`${name} ${figure}, at ${bound} ${value}`, ...lines].join('\n');
}
