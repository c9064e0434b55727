/**
 * Runs the commands of this repository from an empty clone: `node tools/run.mjs <command> [arguments]`.
 *
 * Promises: works on any Node from 18 on and needs nothing but npm; fetches the pinned Node (only where the
 * machine's is too old) and pnpm into .toolchain; installs when the lockfile changed; builds; then hands
 * over to the program with its input, output, signals and exit code. All set-up output goes to standard
 * error, so a command's standard output is its own. Two runs at once wait for each other's set-up.
 *
 * @module
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildPackages } from './build.mjs';
import { runProgram } from './child.mjs';
import { install, isInstalled } from './install.mjs';
import { withLock } from './lock.mjs';
import { Problem } from './problem.mjs';
import { ensureToolchain } from './toolchain.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));

/**
 * What each command runs: a program of this repository, its fixed arguments, and whether a build comes first.
 * A program that starts with `node_modules` comes from a dependency.
 */
const COMMANDS = {
  start: {
    program: 'packages/server/dist/bin/evenhour.js',
    args: ['demo'],
    about: 'three towns on this machine, to look at',
  },
  evenhour: { program: 'packages/server/dist/bin/evenhour.js', about: "the server's command line" },
  test: { program: 'node_modules/vitest/vitest.mjs', args: ['run'], about: 'all tests' },
  bench: { program: 'bench/dist/main.js', about: 'benchmarks' },
  sim: { program: 'packages/conformance/dist/sim/main.js', about: 'the simulator' },
  chaos: { program: 'packages/conformance/dist/chaos/main.js', about: 'real nodes under faults' },
  mutate: {
    program: 'node_modules/@stryker-mutator/core/bin/stryker.js',
    args: ['run', 'tools/mutate.config.mjs'],
    about: 'mutation testing of the decisions and the proofs',
  },
  check: { program: 'tools/check.mjs', about: 'types, lint, dead code, packages' },
  build: { about: 'build every package into its dist' },
  exec: { about: 'any other program with the pinned Node and pnpm, as in: exec pnpm add zod' },
};

const say = (text) => process.stderr.write(`${text}\n`);

async function main([name, ...args]) {
  const command = Object.hasOwn(COMMANDS, name ?? '') ? COMMANDS[name] : undefined;
  if (!command) {
    const list = Object.entries(COMMANDS).map(([key, { about }]) => `  ${key.padEnd(9)} ${about}`);
    throw new Problem(`Usage: node tools/run.mjs <command> [arguments]\n${list.join('\n')}`);
  }
  if (name === 'exec' && args.length === 0) throw new Problem('exec needs the name of a program.');

  const toolchain = await withLock(root, say, async () => {
    const found = await ensureToolchain(root, say);
    // pnpm itself may be what changes the lockfile, so it must not wait for one that fits.
    const byHand = name === 'exec' && args[0] === 'pnpm';
    if (!byHand && !isInstalled(root, found)) await install(root, found, say);
    if (name !== 'exec') await buildPackages(root, found);
    return found;
  });

  const { env } = toolchain;
  if (name === 'exec') {
    const [program, ...rest] = args;
    if (program === 'pnpm') return handOver(toolchain.node, [toolchain.pnpm, ...rest], env);
    return handOver(findProgram(program), rest, env);
  }
  if (!command.program) return 0;
  const program = join(root, command.program);
  if (!existsSync(program)) throw new Problem(`${name} cannot run: ${command.program} does not exist.`);
  return handOver(toolchain.node, [program, ...(command.args ?? []), ...args], env);
}

/** A program of a dependency (node_modules/.bin) or, failing that, of the machine. */
function findProgram(name) {
  const own = join(root, 'node_modules', '.bin', name);
  return existsSync(own) ? own : name;
}

function handOver(program, args, env) {
  return runProgram(program, args, { cwd: root, env, stdio: 'inherit' });
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof Problem)) throw error;
  say(error.message);
  process.exitCode = 1;
}
