/**
 * Runs scripts and says what came of them.
 *
 * @module
 */

import type { Coverage } from './coverage.ts';
import type { BankKeys } from './keys.ts';
import { enough, isReal, type Script, scriptOf } from './script.ts';
import { realSealer, StandInSealer } from './seal.ts';
import { MemoryStore, type Row, type Store } from './store.ts';
import { World } from './world.ts';

export interface Outcome {
  readonly script: Script;
  readonly failures: readonly string[];
  readonly digest: string;
  readonly events: number;
  readonly checks: number;
  /** Transfers that a bank started on behalf of a member. */
  readonly started: number;
  readonly coverage: Coverage;
  readonly trace: readonly string[];
}

export interface RunOptions {
  readonly keys: BankKeys;
  readonly store?: (bank: number, rows: Map<string, Row>) => Store;
}

/** Whether a seed counts: enough transfers were started, and four kinds of fault came. */
export function counts(outcome: Outcome): boolean {
  return outcome.started >= enough(outcome.script.banks) && Object.keys(outcome.coverage.faults).length >= 4;
}

export function runSeed(seed: number, banks: number, options: RunOptions): Outcome | Promise<Outcome> {
  return runScript(scriptOf(seed, banks), options);
}

/** Runs a script: at once if nothing in it waits for a promise, later otherwise. */
export function runScript(script: Script, options: RunOptions): Outcome | Promise<Outcome> {
  const real = isReal(script.seed);
  const world = new World(script, {
    keys: options.keys,
    sealer: real ? realSealer(options.keys) : new StandInSealer(),
    store: options.store ?? ((_, rows) => new MemoryStore(rows)),
  });
  const running = world.run();
  const failed = (error: unknown): Outcome => ({
    ...outcomeOf(world),
    failures: [`the program broke: ${error instanceof Error ? error.stack : String(error)}`],
  });
  const finish = async (first: IteratorResult<Promise<unknown>>): Promise<Outcome> => {
    try {
      let next = first;
      while (!next.done) next = running.next(await next.value);
      return outcomeOf(world);
    } catch (error) {
      return failed(error);
    }
  };
  try {
    const first = running.next();
    return first.done ? outcomeOf(world) : finish(first);
  } catch (error) {
    return failed(error);
  }
}

function outcomeOf(world: World): Outcome {
  const { script, judge, events, coverage, trace } = world;
  const { failures, checks, started } = judge;
  return { script, failures, digest: world.digest(), events, checks, started, coverage, trace };
}
