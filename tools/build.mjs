/**
 * Builds every package into its dist through `tsc -b`, and the server's command into few files that start fast.
 *
 * Tests are not part of the build; `npm run check` looks at their types.
 *
 * @module
 */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { runProgram, TO_STDERR } from './child.mjs';
import { Problem } from './problem.mjs';

export async function buildPackages(root, toolchain) {
  const folders = packageFolders(root);
  const args = [join(root, 'node_modules/typescript/bin/tsc'), '-b', ...folders];
  const code = await runProgram(toolchain.node, args, { cwd: root, stdio: TO_STDERR });
  if (code !== 0) throw new Problem('The build failed (see above).');
  const bundler = [join(root, 'tools/bundle.mjs')];
  if ((await runProgram(toolchain.node, bundler, { cwd: root, stdio: TO_STDERR })) !== 0)
    throw new Problem('The command could not be bundled (see above).');
}

function packageFolders(root) {
  const packages = readdirSync(join(root, 'packages')).map((name) => join(root, 'packages', name));
  return [...packages, join(root, 'bench')].filter((folder) => existsSync(join(folder, 'tsconfig.json')));
}
