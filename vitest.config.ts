/**
 * How `npm test` finds and runs the tests: one project a package, each test file in a process of its own.
 *
 * Imports of our own packages go to their sources, so no build has to come first. A test that starts a real
 * node as another process uses dist, which `npm test` has brought up to date before.
 *
 * @module
 */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { defineConfig, type TestProjectConfiguration } from 'vitest/config';

const root = fileURLToPath(new URL('.', import.meta.url));

const alias = [
  { find: /^@evenhour\/(protocol|client|conformance)$/, replacement: `${root}packages/$1/src/index.ts` },
  { find: /^@evenhour\/(protocol|client)\/([a-z-]+)$/, replacement: `${root}packages/$1/src/$2/index.ts` },
  { find: /^@evenhour\/server\/([a-z/-]+)$/, replacement: `${root}packages/server/src/$1` },
];

function project(name: string, folder: string, needsPostgres = false): TestProjectConfiguration {
  return {
    extends: true,
    test: {
      name,
      root: `${root}${folder}`,
      include: ['**/*.test.{ts,tsx}'],
      exclude: ['**/node_modules/**', '**/dist/**'],
      ...(needsPostgres && { globalSetup: `${root}tools/vitest-postgres.ts` }),
    },
  };
}

export default defineConfig({
  resolve: { alias },
  oxc: { jsx: { runtime: 'automatic', importSource: 'hono/jsx' } },
  test: {
    pool: 'forks',
    // Much of a file is waiting for child processes: two at a time take two thirds of the time also on two cores.
    maxWorkers: 2,
    // A two-core machine that also runs PostgreSQL and child nodes is often busy.
    testTimeout: 20_000,
    hookTimeout: 60_000,
    teardownTimeout: 20_000,
    reporters: ['default', ['json', { outputFile: `${root}.out/vitest.json` }], `${root}tools/vitest-not-run.ts`],
    projects: [
      project('protocol', 'packages/protocol/src'),
      project('client', 'packages/client/src'),
      project('server', 'packages/server/src', true),
      project('conformance', 'packages/conformance/src', true),
      project('bench', 'bench/src', true),
      project('tools', 'tools'),
    ].filter((each) => existsSync((each as { test: { root: string } }).test.root)),
  },
});
