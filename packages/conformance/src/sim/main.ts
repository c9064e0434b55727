/**
 * `npm run sim -- --seeds N [--banks K] [--seed S] [--store memory|pglite|postgres] [--json]`: runs the simulator,
 * then plants the defects.
 *
 * Promises: with `--json` the last line of standard output is one object, the same as in `.out/sim.json`, and
 * everything else goes to standard error; it exits 0 only when the object says `ok`. The same arguments give the
 * same digest. A seed that fails is printed with the shortest script that still fails.
 *
 * @module
 */
import { parseArgs } from 'node:util';
import { commonFigures, publish, round, say, table } from '@evenhour/bench/report';
import { Coverage, PAIRS } from './coverage.ts';
import { explore } from './exhaustive.ts';
import { bankKeys, MAX_BANKS } from './keys.ts';
import { type Hunt, huntAll, PLANTED_SEEDS } from './planted.ts';
import { counts, type Outcome, type RunOptions, runScript, runSeed } from './run.ts';
import { isReal } from './script.ts';
import { digestOf } from './seal.ts';
import { shrink } from './shrink.ts';
import { openStores, STORES, type StoreKind, type Stores } from './stores.ts';

interface Options {
  readonly seeds: number;
  readonly banks: number;
  readonly seed: number;
  readonly store: StoreKind;
  readonly json: boolean;
  readonly planted: boolean;
  readonly exhaustive: boolean;
  readonly first: boolean;
  readonly trace: boolean;
}

const HELP = `npm run sim -- --seeds N [options]
  --seeds N       how many seeds that count (200)
  --seed S        the first seed (0)
  --banks K       how many banks, 2 to ${MAX_BANKS} (2)
  --store KIND    memory, pglite or postgres (memory)
  --no-planted    leaves out the planted defects, which take a minute
  --exhaustive    visits every state of two banks, two transfers and one crash
  --first         stops at the first seed that fails, and does not shorten it
  --trace         prints what happened in the one seed S
  --json          prints one object`;

function readOptions(args: readonly string[]): Options | string {
  const text = { type: 'string' } as const;
  const flag = { type: 'boolean', default: false } as const;
  try {
    const { values } = parseArgs({
      args: [...args],
      allowNegative: true,
      options: {
        ...{ seeds: text, seed: text, banks: text, store: text },
        planted: { type: 'boolean', default: true },
        ...{ exhaustive: flag, first: flag, trace: flag, json: flag, help: flag },
      },
    });
    if (values.help) return '';
    const numberOf = (name: string, given: string | undefined, other: number, least: number, most: number): number => {
      const value = Number(given ?? other);
      if (Number.isSafeInteger(value) && value >= least && value <= most) return value;
      throw new Error(`--${name} is a whole number from ${least} to ${most}, not "${given}".`);
    };
    const store = (values.store ?? 'memory') as StoreKind;
    if (!STORES.includes(store)) throw new Error(`--store is one of ${STORES.join(', ')}, not "${store}".`);
    const { exhaustive, first, trace, json } = values;
    return {
      ...{ store, exhaustive, first, trace, json },
      planted: values.planted && !first && !trace,
      seeds: trace ? 1 : numberOf('seeds', values.seeds, 200, 0, 10_000_000),
      seed: numberOf('seed', values.seed, 0, 0, 2 ** 31),
      banks: numberOf('banks', values.banks, 2, 2, MAX_BANKS),
    };
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** What all seeds together came to. */
class Total {
  readonly coverage = new Coverage();
  readonly digests: string[] = [];
  readonly failures: string[] = [];
  counted = 0;
  tried = 0;
  transfers = 0;
  events = 0;
  checks = 0;
  seconds = 0;

  add(outcome: Outcome): void {
    this.tried += 1;
    if (counts(outcome)) this.counted += 1;
    this.transfers += outcome.started;
    this.events += outcome.events;
    this.checks += outcome.checks;
    this.digests.push(outcome.digest);
    this.coverage.add(outcome.coverage);
    for (const failure of outcome.failures.slice(0, 1)) this.failures.push(`seed ${outcome.script.seed}: ${failure}`);
  }
}

/** More failures than these say nothing new. */
const ENOUGH_FAILURES = 5;
/** Seeds with real signatures that are under way at once. */
const TOGETHER = 6;

async function runSeeds(options: Options, stores: Stores): Promise<Total> {
  const run: RunOptions = { keys: await bankKeys(), store: stores.open };
  const total = new Total();
  const startedAt = performance.now();
  const most = options.trace ? 1 : options.seeds * 3;
  const begun = new Map<number, ReturnType<typeof runSeed>>();
  for (let seed = options.seed; total.counted < options.seeds && total.tried < most; seed++) {
    // Real signatures are made on other threads. So that nobody waits for each, seeds with them begin together.
    const last = options.first || options.trace ? seed : options.seed + options.seeds - 1;
    for (let next = seed; isReal(seed) && next <= Math.max(seed, last) && begun.size < TOGETHER; next++)
      if (isReal(next) && !begun.has(next)) begun.set(next, runSeed(next, options.banks, run));
    const soon = begun.get(seed) ?? runSeed(seed, options.banks, run);
    begun.delete(seed);
    const outcome = soon instanceof Promise ? await soon : soon;
    total.add(outcome);
    if (options.trace) for (const line of outcome.trace) say(line);
    if (outcome.failures.length === 0) continue;
    say(`seed ${seed}: ${outcome.failures[0]}`);
    if (options.first) break;
    if (total.failures.length === 1) await tellShortest(outcome, run);
    if (total.failures.length >= ENOUGH_FAILURES) break;
  }
  total.seconds = (performance.now() - startedAt) / 1000;
  if (total.failures.length === 0 && total.counted < options.seeds && !options.trace)
    total.failures.push(`only ${total.counted} of ${total.tried} seeds had enough transfers and faults to count`);
  return total;
}

async function tellShortest(outcome: Outcome, run: RunOptions): Promise<void> {
  const shortest = await shrink(outcome.script, run);
  const { failures } = await runScript(shortest, run);
  say(`The shortest script of this seed that fails (${failures[0]}):`);
  say(`${JSON.stringify({ ...shortest, steps: [] })}, and the steps`);
  for (const step of shortest.steps) say(`  ${JSON.stringify(step)}`);
}

function tell(options: Options, total: Total, hunts: readonly Hunt[]): void {
  const { faults, pairs } = total.coverage;
  say(`${total.counted} seeds, ${options.banks} banks, ${total.transfers} transfers, ${total.checks} checks`);
  say(table([['fault', 'times'], ...Object.entries(faults).map(([fault, times]) => [fault, String(times)])]));
  const missed = PAIRS.filter((pair) => !pairs.has(pair));
  if (missed.length > 0 && missed.length < 20) say(`never hit: ${missed.join(', ')}`);
  if (hunts.length > 0)
    say(
      table([
        ['planted', 'seeds'],
        ...hunts.map(({ name, seeds }) => [name, seeds === null ? 'not found' : `${seeds}`]),
      ]),
    );
}

async function main(args: readonly string[]): Promise<number> {
  const options = readOptions(args);
  if (typeof options === 'string') {
    say(options === '' ? HELP : `sim: ${options}\n${HELP}`);
    return options === '' ? 0 : 2;
  }
  const startedAt = Date.now();
  try {
    return await simulate(options, startedAt);
  } catch (error) {
    const failure = error instanceof Error ? error.message : String(error);
    say(`sim: ${error instanceof Error ? (error.stack ?? failure) : failure}`);
    publish('sim', commonFigures('sim', startedAt, [failure]), options.json);
    return 1;
  }
}

async function simulate(options: Options, startedAt: number): Promise<number> {
  const stores = await openStores(options.store);
  const total = await runSeeds(options, stores).finally(() => stores.close());
  const failures = [...total.failures];
  if (options.exhaustive) {
    const explored = explore(await bankKeys(), { crashes: 1, transfers: 2 });
    say(`every interleaving of two transfers and one crash: ${explored.states} states, ${explored.ends} ends`);
    failures.push(...explored.failures.slice(0, 1).map((failure) => `exhaustive: ${failure}`));
  }
  const hunts = options.planted ? await huntAll() : [];
  for (const { name, seeds, said } of hunts)
    if (seeds === null)
      failures.push(`planted and not found within ${PLANTED_SEEDS} seeds: ${name}: ${said.slice(-300)}`);
  tell(options, total, hunts);
  const found = hunts.flatMap(({ seeds }) => (seeds === null ? [] : [seeds])).sort((a, b) => a - b);
  const figures = {
    ...commonFigures('sim', startedAt, failures),
    seeds: total.counted,
    seedsPerSec: round(total.counted / total.seconds, 1),
    eventsPerSec: Math.round(total.events / total.seconds),
    banks: options.banks,
    transfers: total.transfers,
    faults: total.coverage.faults,
    pairsHit: total.coverage.pairs.size,
    pairsTotal: PAIRS.length,
    checks: total.checks,
    planted: hunts.length,
    plantedFound: found.length,
    medianSeed: found[Math.floor(found.length / 2)] ?? null,
    digest: digestOf(total.digests),
  };
  publish('sim', figures, options.json);
  return figures.ok ? 0 : 1;
}

process.exitCode = await main(process.argv.slice(2));
