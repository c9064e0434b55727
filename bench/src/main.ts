/**
 * `npm run bench -- <name> [--json] [--quick] [--profile]`: measures one thing and prints ratios.
 *
 * Promises: with `--json` the last line of standard output is one object, the same as in `.out/<name>.json`,
 * and everything else goes to standard error; a run that breaks off prints the fields that every bench has, with
 * the reason in `failures`; it exits 0 only when the object says `ok`; whatever it started is ended, also after a
 * failure or Ctrl-C. Each run that is not quick is remembered; `chart` shows them. Without a name it lists the
 * benches.
 *
 * @module
 */
import { loadavg } from 'node:os';
import { tellAims } from './aims.ts';
import { measureBacklog } from './backlog.ts';
import { readChart, remember } from './chart.ts';
import { Cleanup } from './cleanup.ts';
import { measureForged } from './forged.ts';
import { measureHistory } from './history.ts';
import { measureLocal } from './local.ts';
import { measurePages } from './pages.ts';
import { type CommonFigures, commonFigures, publish, say } from './report.ts';
import { measureSettle } from './settle.ts';

export interface BenchOptions {
  /** Rounds of a second or two: shows that it works, measures little. */
  readonly quick: boolean;
  /** Starts the nodes with Node's profiler and prints what the database was asked, where a bench has it. */
  readonly profile: boolean;
  /** `history`: a million entries. */
  readonly million: boolean;
}

interface Bench {
  readonly about: string;
  run(options: BenchOptions, cleanup: Cleanup): Promise<CommonFigures>;
}

const BENCHES: Readonly<Record<string, Bench>> = {
  settle: { about: 'hours settled between two real nodes, against pgbench and bare Fedify', run: measureSettle },
  local: { about: 'hours given within one bank, one request each and many at once', run: measureLocal },
  backlog: { about: 'what waited while many partners were away, until it has settled', run: measureBacklog },
  history: { about: 'a long history: verified, folded, and not read at a restart', run: measureHistory },
  forged: { about: 'what forged messages cost, and what they leave of honest work', run: measureForged },
  pages: { about: 'how long a member of a very large bank waits for a page', run: measurePages },
};

const FLAGS = ['--json', '--quick', '--profile', '--million'];

async function main(args: readonly string[]): Promise<number> {
  const flags = args.filter((arg) => arg.startsWith('-'));
  const [name, ...rest] = args.filter((arg) => !arg.startsWith('-'));
  const list = Object.entries(BENCHES).map(([key, { about }]) => `  ${key.padEnd(9)} ${about}`);
  list.push(`  ${'chart'.padEnd(9)} the runs so far on this machine`);
  if (name === undefined && flags.length === 0) {
    process.stdout.write(`npm run bench -- <name> [${FLAGS.join('] [')}]\n\n${list.join('\n')}\n`);
    return 0;
  }
  const unknown = flags.find((flag) => !FLAGS.includes(flag)) ?? rest[0];
  if (unknown !== undefined) return wrong(`"${unknown}" is not understood; the options are ${FLAGS.join(', ')}.`);
  if (name === 'chart') {
    process.stdout.write(`${readChart()}\n`);
    return 0;
  }
  if (name === undefined || !Object.hasOwn(BENCHES, name))
    return wrong(`There is no bench "${name ?? ''}". There are:\n${list.join('\n')}`);

  const startedAt = Date.now();
  const cleanup = new Cleanup();
  const bench = BENCHES[name] as Bench;
  const options = {
    quick: flags.includes('--quick'),
    profile: flags.includes('--profile'),
    million: flags.includes('--million'),
  };
  const load = loadavg()[0] ?? 0;
  say(`Load of the machine before the run: ${load.toFixed(1)}.`);
  try {
    const figures = await bench.run(options, cleanup);
    tellAims(name, { ...figures });
    for (const failure of figures.failures) say(`FAILED ${failure}`);
    publish(name, figures, flags.includes('--json'));
    // A profiler slows what it looks at.
    if (!options.quick && !options.profile) remember(name, figures, load);
    return figures.ok ? 0 : 1;
  } catch (error) {
    const failure = error instanceof Error ? error.message : String(error);
    say(`bench: ${error instanceof Error ? (error.stack ?? failure) : failure}`);
    publish(name, commonFigures(name, startedAt, [failure]), flags.includes('--json'));
    return 1;
  } finally {
    await cleanup.run();
  }
}

function wrong(sentence: string): number {
  say(`bench: ${sentence}`);
  return 2;
}

main(process.argv.slice(2)).then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    say(`bench: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
    process.exitCode = 1;
  },
);
