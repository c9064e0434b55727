/**
 * `npm run bench -- <name> [--json] [--quick] [--profile]`: measures one thing and prints ratios.
 *
 * Promises: with `--json` the last line of standard output is one object, the same as in `.out/<name>.json`,
 * and everything else goes to standard error; a run that breaks off prints the fields that every bench has, with
 * the reason in `failures`; it exits 0 only when the object says `ok`; whatever it started is ended, also after a
 * failure or Ctrl-C. Without a name it lists the benches.
 *
 * @module
 */
import { Cleanup } from './cleanup.ts';
import { commonFigures, publish, say } from './report.ts';
import { measureSettle } from './settle.ts';

export interface BenchOptions {
  /** Two seconds a round: shows that it works, measures little. */
  readonly quick: boolean;
  /** Starts the nodes with Node's profiler and prints what the database was asked. */
  readonly profile: boolean;
}

interface Bench {
  readonly about: string;
  run(options: BenchOptions, cleanup: Cleanup): Promise<{ readonly ok: boolean }>;
}

const BENCHES: Readonly<Record<string, Bench>> = {
  settle: { about: 'hours settled between two real nodes, against pgbench and bare Fedify', run: measureSettle },
};

const FLAGS = ['--json', '--quick', '--profile'];

async function main(args: readonly string[]): Promise<number> {
  const flags = args.filter((arg) => arg.startsWith('-'));
  const [name, ...rest] = args.filter((arg) => !arg.startsWith('-'));
  const list = Object.entries(BENCHES).map(([key, { about }]) => `  ${key.padEnd(9)} ${about}`);
  if (name === undefined && flags.length === 0) {
    process.stdout.write(`npm run bench -- <name> [--json] [--quick] [--profile]\n\n${list.join('\n')}\n`);
    return 0;
  }
  const unknown = flags.find((flag) => !FLAGS.includes(flag)) ?? rest[0];
  if (unknown !== undefined) return wrong(`"${unknown}" is not understood; the options are ${FLAGS.join(', ')}.`);
  if (name === undefined || !Object.hasOwn(BENCHES, name))
    return wrong(`There is no bench "${name ?? ''}". There are:\n${list.join('\n')}`);

  const startedAt = Date.now();
  const cleanup = new Cleanup();
  const bench = BENCHES[name] as Bench;
  try {
    const figures = await bench.run(
      { quick: flags.includes('--quick'), profile: flags.includes('--profile') },
      cleanup,
    );
    publish(name, figures, flags.includes('--json'));
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
