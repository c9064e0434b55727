/**
 * The command `evenhour demo`, which is what `npm start` runs.
 *
 * Promises: what a person can mend (a port, a folder, an option) is said in a sentence and ends with
 * exit code 1; being told to stop ends with 0, and nothing is left running.
 *
 * @module
 */
import { parseArgs } from 'node:util';
import { runCi } from './ci.ts';
import { runShow } from './show.ts';
import { freePorts } from './towns.ts';
import { DemoProblem, LAST_PAGE_PORT, type Ports, USUAL_PAGE_PORT } from './world.ts';

const USAGE = `Three towns on this machine whose members' hours cross between them.

  npm start                     then open http://localhost:4000
  npm start -- --ci             try everything without anybody watching

  --ports 4000    the live page's port; the towns have the next three
  --folder .demo  where the towns' data goes; it is made anew at each start
  --keep          go on with the data of an earlier start (with --ci: leave the data there)
  --quiet         say only where the pages are
  --still         play no story; only what you do happens
  --json          with --ci: the last line is one JSON object, all else goes to standard error
`;

const SEE_HELP = 'To read what there is: npm start -- --help';

const OPTIONS = {
  ports: { type: 'string' },
  folder: { type: 'string' },
  keep: { type: 'boolean', default: false },
  ci: { type: 'boolean', default: false },
  json: { type: 'boolean', default: false },
  quiet: { type: 'boolean', default: false },
  still: { type: 'boolean', default: false },
  help: { type: 'boolean', short: 'h', default: false },
} as const;

export async function demoCommand(args: string[]): Promise<number> {
  const stop = new AbortController();
  const off = onStop(stop);
  try {
    const values = readOptions(args);
    const { folder, keep, json, quiet, still } = values;
    if (values.help) {
      process.stdout.write(USAGE);
      return 0;
    }
    if (values.ci) {
      const ports = values.ports === undefined ? await anyPorts() : portsFrom(values.ports);
      return await runCi({ ports, folder, keep, json, signal: stop.signal });
    }
    return await runShow({
      ports: portsFrom(values.ports ?? String(USUAL_PAGE_PORT)),
      folder: folder ?? '.demo',
      keep,
      quiet,
      still,
      stop,
    });
  } catch (error) {
    if (stop.signal.aborted) return 0;
    if (!(error instanceof DemoProblem)) throw error;
    process.stderr.write(`${error.message}\n`);
    return 1;
  } finally {
    off();
  }
}

/** Asks once to stop in order; a second time ends at once, and the towns with it. */
function onStop(stop: AbortController): () => void {
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  const heard = (): void => {
    if (stop.signal.aborted) process.exit(1);
    stop.abort();
  };
  for (const signal of signals) process.on(signal, heard);
  return () => {
    for (const signal of signals) process.off(signal, heard);
  };
}

function readOptions(args: string[]) {
  try {
    const { values, positionals } = parseArgs({ args, options: OPTIONS, allowPositionals: true });
    const [word] = positionals;
    if (word === undefined) return values;
    throw new DemoProblem(`"${word}" says nothing here: what may be said begins with --. ${SEE_HELP}`);
  } catch (error) {
    if (!(error as NodeJS.ErrnoException).code?.startsWith('ERR_PARSE_ARGS_')) throw error;
    const { message } = error as Error;
    const option = /--?\w[\w-]*/.exec(message)?.[0] ?? '';
    if (message.startsWith('Unknown')) throw new DemoProblem(`There is no ${option} here. ${SEE_HELP}`);
    if (message.includes('does not take')) throw new DemoProblem(`${option} stands alone, with no "=". ${SEE_HELP}`);
    const example = option === '--ports' ? USUAL_PAGE_PORT + 100 : '.demo2';
    throw new DemoProblem(`${option} wants something after it, for example: npm start -- ${option} ${example}`);
  }
}

function portsFrom(text: string): Ports {
  const page = Number(text);
  if (!/^\d{1,5}$/.test(text) || page < 1 || page > LAST_PAGE_PORT)
    throw new DemoProblem(
      `--ports wants one number from 1 to ${LAST_PAGE_PORT}, such as ${USUAL_PAGE_PORT}; "${text}" is none.`,
    );
  return { page, towns: [page + 1, page + 2, page + 3] };
}

async function anyPorts(): Promise<Ports> {
  const [page = 0, first = 0, second = 0, third = 0] = await freePorts(4);
  return { page, towns: [first, second, third] };
}
