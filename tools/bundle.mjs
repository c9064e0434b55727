/**
 * Puts the server's command and all that it imports into few files: `packages/server/dist/bin`.
 *
 * A node imports about a thousand small files, and reading them takes most of the time that it needs to start. Nothing
 * is done when none of them has changed since the last time.
 *
 * @module
 */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';

const root = fileURLToPath(new URL('..', import.meta.url));
const server = join(root, 'packages/server');
const target = join(server, 'dist/bin');
const stamp = join(target, 'made-of');

/** What changes when a file of ours that goes in, or a dependency, does. */
function inputs() {
  const hash = createHash('sha256').update(readFileSync(join(root, 'pnpm-lock.yaml')));
  hash.update(readFileSync(fileURLToPath(import.meta.url)));
  for (const name of ['client', 'protocol', 'server'])
    for (const file of readdirSync(join(root, 'packages', name, 'dist'), { recursive: true }).sort()) {
      const path = join(root, 'packages', name, 'dist', file);
      if (!file.endsWith('.js') || path.startsWith(target)) continue;
      const { mtimeMs, size } = statSync(path);
      hash.update(`${file} ${mtimeMs} ${size}\n`);
    }
  return hash.digest('hex');
}

const now = inputs();
if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== now) {
  rmSync(target, { recursive: true, force: true });
  const bundle = await rolldown({
    input: { evenhour: join(server, 'dist/cli/main.js') },
    platform: 'node',
    // PGlite and sharp read files that lie beside them; pg-native is not used.
    external: [/^@electric-sql\/pglite/, 'sharp', 'pg-native'],
    logLevel: 'warn',
  });
  // Modules find the package's other files two folders above themselves, here as in src and dist.
  await bundle.write({ dir: target, format: 'esm', entryFileNames: '[name].js', chunkFileNames: '[name]-[hash].js' });
  await bundle.close();
  writeFileSync(stamp, now);
}
