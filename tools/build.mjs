/**
 * Builds every package into its dist: TypeScript through `tsc -b`, everything else copied beside it.
 *
 * Tests are not part of the build; `npm run check` looks at their types.
 *
 * @module
 */
import { copyFileSync, existsSync, mkdirSync, readdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { runProgram, TO_STDERR } from './child.mjs';
import { Problem } from './problem.mjs';

export async function buildPackages(root, toolchain, say) {
  const folders = packageFolders(root);
  const args = [join(root, 'node_modules/typescript/bin/tsc'), '-b', ...folders];
  const code = await runProgram(toolchain.node, args, { cwd: root, stdio: TO_STDERR });
  if (code !== 0) throw new Problem('The build failed (see above).');
  for (const folder of folders) {
    const copied = copyAssets(join(folder, 'src'), join(folder, 'dist'));
    if (copied > 0) say(`Copied ${copied} file${copied === 1 ? '' : 's'} to ${folder.slice(root.length)}/dist.`);
  }
}

function packageFolders(root) {
  const packages = readdirSync(join(root, 'packages')).map((name) => join(root, 'packages', name));
  return [...packages, join(root, 'bench')].filter((folder) => existsSync(join(folder, 'tsconfig.json')));
}

/** Copies what the compiler leaves alone (styles, pictures, fonts, SQL, JSON) where it is newer. Returns how many files. */
export function copyAssets(from, to) {
  if (!existsSync(from)) return 0;
  let copied = 0;
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    const source = join(from, entry.name);
    const target = join(to, entry.name);
    if (entry.isDirectory()) {
      copied += copyAssets(source, target);
    } else if (isAsset(entry.name) && !isCopyOf(target, source)) {
      mkdirSync(dirname(target), { recursive: true });
      copyFileSync(source, target);
      copied += 1;
    }
  }
  return copied;
}

function isAsset(name) {
  return !/\.tsx?$|\.md$|^\./.test(name) && !name.includes('.test.');
}

function isCopyOf(target, source) {
  if (!existsSync(target)) return false;
  const [copy, original] = [statSync(target), statSync(source)];
  return copy.size === original.size && copy.mtimeMs >= original.mtimeMs;
}
