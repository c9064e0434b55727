/**
 * Starts one PostgreSQL for a whole run of the tests and ends it afterwards.
 *
 * Tests find it through `testDatabase()` of packages/server/src/testing/postgres.ts. Set
 * EVENHOUR_TEST_POSTGRES to the address of a server of your own to use that one instead; its user must be
 * allowed to create databases.
 *
 * @module
 */
import { startPostgres } from '../packages/server/src/testing/postgres.ts';

export default async function setup(): Promise<(() => Promise<void>) | undefined> {
  if (process.env.EVENHOUR_TEST_POSTGRES) return undefined;
  try {
    const postgres = await startPostgres();
    process.env.EVENHOUR_TEST_POSTGRES = postgres.url;
    return () => postgres.stop();
  } catch (error) {
    if (process.env.EVENHOUR_REQUIRE_ALL === '1') throw error;
    const reason = error instanceof Error ? error.message : String(error);
    console.warn(`No PostgreSQL, so the tests that need one are not run: ${reason}`);
    return undefined;
  }
}
