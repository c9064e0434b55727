/**
 * Named steps, what came of each, and the one JSON object that checks read.
 *
 * Promises: the shape of the object is a contract (`v: 1`); a step that throws has failed, and the
 * next ones run all the same, until somebody asks to stop.
 *
 * @module
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';

export interface StepResult {
  readonly id: string;
  readonly ok: boolean;
}

export class Report {
  readonly steps: StepResult[] = [];
  readonly failures: string[] = [];
  readonly #say: (line: string) => void;
  readonly #signal: AbortSignal;
  readonly #started = performance.now();

  /** @param signal once it is given, no further step is begun */
  constructor(say: (line: string) => void, signal: AbortSignal) {
    this.#say = say;
    this.#signal = signal;
  }

  /** Runs a step. It returns the sentence to print, or throws. Returns whether it went well. */
  async step(id: string, run: () => Promise<string>): Promise<boolean> {
    try {
      if (this.#signal.aborted) throw new Error('not tried, for it was told to stop');
      const sentence = await run();
      this.#say(`ok    ${sentence}`);
      this.steps.push({ id, ok: true });
      return true;
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      this.#say(`FAIL  ${id}: ${why}`);
      this.failures.push(`${id}: ${why}`);
      this.steps.push({ id, ok: false });
      return false;
    }
  }

  get passed(): number {
    return this.steps.filter((step) => step.ok).length;
  }

  get failed(): number {
    return this.steps.length - this.passed;
  }

  get closing(): string {
    return `${this.passed} passed, ${this.failed} failed`;
  }

  /** @param keptAt where the data of the towns was left, if it was */
  figures(keptAt: string | null): Readonly<Record<string, unknown>> {
    return {
      v: 1,
      name: 'start',
      ok: this.failed === 0 && this.passed > 0,
      commit: commit(),
      node: process.version,
      cores: availableParallelism(),
      seconds: Math.round((performance.now() - this.#started) / 100) / 10,
      failures: this.failures,
      passed: this.passed,
      failed: this.failed,
      steps: this.steps,
      keptAt,
    };
  }
}

export function writeFigures(figures: Readonly<Record<string, unknown>>): void {
  mkdirSync('.out', { recursive: true });
  writeFileSync('.out/start.json', `${JSON.stringify(figures, null, 2)}\n`);
}

function commit(): string | null {
  try {
    return execFileSync('git', ['rev-parse', 'HEAD'], {
      cwd: import.meta.dirname,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
  } catch {
    // Unpacked without its history.
    return null;
  }
}

/** Throws what is said unless it holds. */
export function must(holds: boolean, says: string): asserts holds {
  if (!holds) throw new Error(says);
}

export function mustEqual(found: unknown, expected: unknown, what: string): void {
  const [a, b] = [JSON.stringify(found), JSON.stringify(expected)];
  must(a === b, `${what}: expected ${b}, found ${a}`);
}
