/**
 * Names every test that was not run, so that nothing is skipped quietly.
 *
 * With EVENHOUR_REQUIRE_ALL=1 a test that was not run makes the whole run fail.
 *
 * @module
 */
import type { Reporter, TestModule, Vitest } from 'vitest/node';

export default class NotRunReporter implements Reporter {
  #filtered = false;

  onInit(vitest: Vitest): void {
    // With -t only some tests are wanted; the others are left out on purpose.
    this.#filtered = vitest.config.testNamePattern !== undefined;
  }

  onTestRunEnd(modules: ReadonlyArray<TestModule>): void {
    if (this.#filtered) return;
    const notRun = modules.flatMap((module) =>
      [...module.children.allTests('skipped')].map((test) => `${module.relativeModuleId} > ${test.fullName}`),
    );
    if (notRun.length === 0) return;
    console.log(`\n${notRun.length === 1 ? 'One test was' : `${notRun.length} tests were`} not run:`);
    for (const name of notRun) console.log(`  ${name}`);
    if (process.env.EVENHOUR_REQUIRE_ALL === '1') {
      console.log('EVENHOUR_REQUIRE_ALL=1 asks for all of them, so this run failed.');
      process.exitCode = 1;
    }
  }
}
