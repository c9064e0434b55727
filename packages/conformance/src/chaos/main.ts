/**
 * `npm run chaos -- --minutes M [--nodes N] [--replicas R] [--seed S] [--no-restore] [--json]`: real nodes under faults.
 *
 * Promises: with `--json` the last line of standard output is one object, the same as in `.out/chaos.json`, and
 * everything else goes to standard error; it exits 0 only when the object says `ok`; whatever it started is
 * ended. On a failure the seed, the schedule, the logs and the books of all towns are in `.out/chaos`.
 *
 * @module
 */
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Cleanup } from '@evenhour/bench/cleanup';
import { commonFigures, OUT, publish, say, table } from '@evenhour/bench/report';
import { median } from '@evenhour/bench/stats';
import { type ChaosOptions, MAX_TOWNS, type Outcome, runChaos, TIMES } from './run.ts';

const MAX_REPLICAS = 8;

const HELP = `npm run chaos -- --minutes M [options]
  --minutes M   how long rounds of faults begin (3)
  --nodes N     how many towns, 2 to ${MAX_TOWNS} (3)
  --replicas R  how many processes the first town has on its one database, 2 to ${MAX_REPLICAS} (2)
  --seed S      what the schedule follows from (chosen by chance)
  --no-restore  restores no old copies of databases
  --json        prints one object`;

const KEEP = join(OUT, 'chaos');
const LEAST_OPERATIONS = 1_000;
const RESTART_MS = 3_000;
const ROUND = { faultsMs: 15_000, longestMs: 8_000 };
/** More than these say nothing new. */
const ENOUGH = 20;

function readOptions(args: readonly string[]): (ChaosOptions & { readonly json: boolean }) | string {
  const text = { type: 'string' } as const;
  const flag = { type: 'boolean', default: false } as const;
  try {
    const { values } = parseArgs({
      args: [...args],
      options: { minutes: text, nodes: text, replicas: text, seed: text, 'no-restore': flag, json: flag, help: flag },
    });
    if (values.help) return '';
    const minutes = Number(values.minutes ?? 3);
    const towns = Number(values.nodes ?? 3);
    const replicas = Number(values.replicas ?? 2);
    const seed = Number(values.seed ?? Math.floor(Math.random() * 2 ** 31));
    if (!(minutes > 0 && minutes <= 600)) throw new Error(`--minutes is a number up to 600, not "${values.minutes}".`);
    if (!Number.isInteger(towns) || towns < 2 || towns > MAX_TOWNS)
      throw new Error(`--nodes is a whole number from 2 to ${MAX_TOWNS}, not "${values.nodes}".`);
    if (!Number.isInteger(replicas) || replicas < 2 || replicas > MAX_REPLICAS)
      throw new Error(`--replicas is a whole number from 2 to ${MAX_REPLICAS}, not "${values.replicas}".`);
    if (!Number.isSafeInteger(seed)) throw new Error(`--seed is a whole number, not "${values.seed}".`);
    return { minutes, towns, replicas, seed, restore: !values['no-restore'], json: values.json, ...ROUND };
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function figuresOf(options: ChaosOptions, outcome: Outcome, startedAt: number): ReturnType<typeof commonFigures> {
  const { operations, verdict, counts, fewer, quietsMs, restartsMs } = outcome;
  const { says, ...zeros } = verdict;
  const restartMaxMs = Math.max(0, ...restartsMs);
  const failures = says.slice(0, ENOUGH);
  if (operations.length < LEAST_OPERATIONS)
    failures.push(`it does not count: ${operations.length} operations, fewer than ${LEAST_OPERATIONS}`);
  if (fewer.length > 0) failures.push(`it does not count: fewer than ${TIMES} of ${fewer.join(', ')}`);
  if (restartMaxMs > RESTART_MS) failures.push(`a restart took ${restartMaxMs} ms, more than ${RESTART_MS}`);
  const first = (which: string): number => operations.filter((one) => one.first === which).length;
  const figures = {
    ...commonFigures('chaos', startedAt, failures),
    minutes: options.minutes,
    nodes: options.towns,
    replicas: options.replicas,
    seed: options.seed,
    ...{ opsOk: first('ok'), opsFailed: first('failed'), opsUnknown: first('unknown') },
    ...zeros,
    faults: counts,
    quietP50Ms: Math.round(median(quietsMs)),
    quietMaxMs: Math.max(...quietsMs),
    restartMaxMs,
  };
  return figures;
}

async function main(args: readonly string[]): Promise<number> {
  const options = readOptions(args);
  if (typeof options === 'string') {
    say(options === '' ? HELP : `chaos: ${options}\n${HELP}`);
    return options === '' ? 0 : 2;
  }
  const startedAt = Date.now();
  const cleanup = new Cleanup();
  say(`chaos: seed ${options.seed}, ${options.towns} towns, ${options.minutes} minutes`);
  try {
    const outcome = await runChaos(options, KEEP, cleanup);
    const figures = figuresOf(options, outcome, startedAt);
    const counts = Object.entries(outcome.counts).map(([fault, times]) => [fault, String(times)]);
    say(table([['fault', 'times'], ...counts]));
    for (const one of outcome.verdict.says.slice(0, ENOUGH)) say(`chaos: ${one}`);
    if (outcome.verdict.says.length > 0) say(`chaos: seed ${options.seed}; schedule, logs and books are in ${KEEP}`);
    publish('chaos', figures, options.json);
    return figures.ok ? 0 : 1;
  } catch (error) {
    const failure = error instanceof Error ? error.message : String(error);
    say(`chaos: seed ${options.seed}: ${error instanceof Error ? (error.stack ?? failure) : failure}`);
    publish('chaos', commonFigures('chaos', startedAt, [failure]), options.json);
    return 1;
  } finally {
    await cleanup.run();
  }
}

main(process.argv.slice(2)).then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    say(`chaos: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
    process.exitCode = 1;
  },
);
