/**
 * Mutation testing of the decisions and the proofs: `npm run mutate`, which takes about half an hour of one core and is
 * no part of `npm test`. Arguments are Stryker's: `npm run mutate -- --mutate packages/protocol/src/core/minutes.ts`.
 *
 * Text and the shape of objects are not changed: nearly all of it is the wording of refusals and their facts.
 * What a module does once at its start (tables, patterns, constants) is changed only with EVENHOUR_MUTATE_STATIC=1,
 * because each such change needs every test from the beginning.
 *
 * @module
 */
export default {
  packageManager: 'pnpm',
  testRunner: 'vitest',
  plugins: ['@stryker-mutator/vitest-runner'],
  vitest: { configFile: 'tools/mutate.vitest.mjs', related: false },
  coverageAnalysis: 'perTest',
  mutate: ['packages/protocol/src/{core,proof}/**/*.ts', '!**/*.test.ts'],
  mutator: { excludedMutations: ['StringLiteral', 'ObjectLiteral'] },
  ignoreStatic: process.env.EVENHOUR_MUTATE_STATIC !== '1',
  ignorePatterns: [
    '/*',
    '!/docs',
    '!/packages',
    '/packages/*',
    '!/packages/protocol',
    '!/tools',
    '!/tsconfig.base.json',
    'dist',
  ],
  tempDirName: '.out/mutate',
  concurrency: 1,
  timeoutMS: 15_000,
  reporters: ['clear-text', 'progress-append-only', 'json'],
  clearTextReporter: { allowColor: false, logTests: false, reportTests: false },
  jsonReporter: { fileName: '.out/mutate.json' },
  thresholds: { high: 95, low: 85, break: 85 },
};
