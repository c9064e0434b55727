/**
 * A migrated database with nothing in it, to be copied for each town.
 *
 * Promises: made once for each set of migrations and kept beside the installed packages, because
 * making one takes seconds and copying it does not; a copy is never taken of one that is half made.
 * Where nothing can be kept, it is made in the place that is given.
 *
 * @module
 */
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openFolder } from '../db/database.ts';

const MIGRATIONS = fileURLToPath(new URL('../../src/db/migrations', import.meta.url));
const KEPT_IN = fileURLToPath(new URL('../../node_modules/.cache/evenhour', import.meta.url));

/** Returns the folder of the template. `spare` is used where none can be kept. */
export async function findTemplate(spare: string, say: (line: string) => void): Promise<string> {
  const kept = join(KEPT_IN, `database-${fingerprint()}`);
  if (existsSync(kept)) return kept;
  say('Making the first database. This takes a few seconds.');
  try {
    mkdirSync(KEPT_IN, { recursive: true });
    const made = join(KEPT_IN, `making-${process.pid}`);
    await makeTemplate(made);
    // Another start may have been quicker; its template is as good.
    if (existsSync(kept)) rmSync(made, { recursive: true, force: true });
    else renameSync(made, kept);
    return kept;
  } catch {
    await makeTemplate(spare);
    return spare;
  }
}

/** Copies the template. Returns the folder that it went to. */
export function copyTemplate(template: string, folder: string): string {
  cpSync(template, folder, { recursive: true });
  return folder;
}

async function makeTemplate(folder: string): Promise<void> {
  rmSync(folder, { recursive: true, force: true });
  await (await openFolder(folder)).close();
}

/** Another migration, another PGlite or another Node makes another template. */
function fingerprint(): string {
  const hash = createHash('sha256').update(`${process.version} ${process.platform} ${process.arch}`);
  hash.update(readFileSync(createRequire(import.meta.url).resolve('@electric-sql/pglite')));
  for (const name of readdirSync(MIGRATIONS, { recursive: true, encoding: 'utf8' }).sort()) {
    if (/\.(sql|json)$/.test(name)) hash.update(name).update(readFileSync(join(MIGRATIONS, name)));
  }
  return hash.digest('hex').slice(0, 16);
}
