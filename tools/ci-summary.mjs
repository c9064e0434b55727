/**
 * Prints the closing line of .ci/run from the report of the tests: 'N passed, N failed'.
 *
 * Takes the number of steps that failed; where all tests passed, those count as the failures. Exits with 0
 * only when at least one test passed and nothing failed.
 *
 * @module
 */
import { readFileSync } from 'node:fs';

const brokenSteps = Number(process.argv[2] ?? 0);

function report() {
  try {
    return JSON.parse(readFileSync(new URL('../.out/vitest.json', import.meta.url), 'utf8'));
  } catch {
    return { numPassedTests: 0, numFailedTests: 0, numPendingTests: 0 };
  }
}

const { numPassedTests: passed, numFailedTests, numPendingTests: skipped } = report();
const failed = numFailedTests || brokenSteps;
console.log(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`);
process.exitCode = passed > 0 && failed === 0 && brokenSteps === 0 ? 0 : 1;
