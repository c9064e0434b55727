/**
 * Looks at the code without running it and prints one line a check: types, lint and format, dead code,
 * copied code, and the packages as npm would publish them.
 *
 * @module
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const packed = join(root, '.out', 'packed');

/** The packages that others install, so that what they would get is looked at. */
const PUBLISHED = ['protocol', 'client'].filter((name) => existsSync(join(root, 'packages', name, 'dist', 'index.js')));

const checks = [
  ['types', 'tsc', ['-b']],
  ['lint and format', 'biome', ['ci', '--colors=off', '.']],
  ['dead code', 'knip', ['--no-progress']],
  [
    'copied code',
    'jscpd',
    [
      '--min-lines=10',
      '--min-tokens=90',
      '--exit-code=1',
      '--format=typescript,tsx,javascript',
      '--ignore=**/*.test.*,**/dist/**,**/node_modules/**,**/generated/**',
      'packages',
      'bench',
      'tools',
    ],
  ],
  ['client knows the API', 'node', ['tools/generate-client.mjs', '--check']],
  ...PUBLISHED.flatMap((name) => [
    [`${name} packs`, 'pnpm', ['--dir', `packages/${name}`, 'pack', '--pack-destination', join(packed, name)]],
    [`${name} publishes well`, 'publint', ['--strict', () => tarball(name)]],
    [`${name} resolves for everybody`, 'attw', ['--profile', 'esm-only', '--no-emoji', () => tarball(name)]],
  ]),
];

function tarball(name) {
  return join(packed, name, readdirSync(join(packed, name))[0] ?? 'missing.tgz');
}

rmSync(packed, { recursive: true, force: true });
for (const name of PUBLISHED) mkdirSync(join(packed, name), { recursive: true });

let failed = 0;
for (const [name, program, args] of checks) {
  const started = Date.now();
  const { status, stdout, stderr, error } = spawnSync(
    program,
    args.map((arg) => (typeof arg === 'function' ? arg() : arg)),
    { cwd: root, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024, shell: process.platform === 'win32' },
  );
  const seconds = ((Date.now() - started) / 1000).toFixed(1);
  console.log(`${status === 0 ? 'ok  ' : 'FAIL'}  ${name} (${seconds} s)`);
  if (status === 0) continue;
  failed += 1;
  console.log([error?.message, stdout, stderr].filter((text) => text?.trim()).join('\n'));
}
console.log(failed === 0 ? `All ${checks.length} checks passed.` : `${failed} of ${checks.length} checks failed.`);
process.exitCode = failed === 0 ? 0 : 1;
