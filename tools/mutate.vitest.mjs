/**
 * The tests that mutation testing runs: those of the protocol without three. One takes a quarter of a minute and
 * looks where the laws look too; two run none of the code that is changed.
 *
 * @module
 */
export default {
  test: {
    root: 'packages/protocol/src',
    include: ['**/*.test.ts'],
    exclude: ['**/*.exhaustive.test.ts', '**/vectors-elsewhere.test.ts', '**/spec-refused.test.ts'],
    testTimeout: 60_000,
  },
};
