/**
 * Installs the dependencies when, and only when, something that they follow from has changed.
 *
 * @module
 */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runProgram, TO_STDERR } from './child.mjs';
import { Problem } from './problem.mjs';

/** Whether the last install was made from the same lockfile and manifests, with the same Node. */
export function isInstalled(root, toolchain) {
  const stamp = stampFile(root);
  return existsSync(stamp) && readFileSync(stamp, 'utf8') === fingerprint(root, toolchain);
}

export async function install(root, toolchain, say) {
  say('Installing dependencies.');
  rmSync(stampFile(root), { force: true });
  const args = [toolchain.pnpm, 'install', '--frozen-lockfile', '--reporter=append-only'];
  const code = await runProgram(toolchain.node, args, {
    cwd: root,
    // Without a terminal pnpm would refuse to replace a node_modules that another version made.
    env: { ...toolchain.env, CI: 'true' },
    stdio: TO_STDERR,
  });
  if (code !== 0) {
    throw new Problem(
      'pnpm could not install the dependencies (see above). After a change to a package.json run: node tools/run.mjs exec pnpm install',
    );
  }
  writeFileSync(stampFile(root), fingerprint(root, toolchain));
}

function stampFile(root) {
  return join(root, 'node_modules', '.installed');
}

function fingerprint(root, toolchain) {
  const hash = createHash('sha256').update(`${toolchain.nodeVersion} ${process.platform} ${process.arch}`);
  for (const file of ['pnpm-lock.yaml', 'pnpm-workspace.yaml', ...manifests(root)]) {
    hash.update(`\0${file}\0`).update(readFileSync(join(root, file)));
  }
  return hash.digest('hex');
}

function manifests(root) {
  const packages = readdirSync(join(root, 'packages')).map((name) => `packages/${name}`);
  return ['.', ...packages, 'bench']
    .map((folder) => `${folder}/package.json`)
    .filter((file) => existsSync(join(root, file)));
}
