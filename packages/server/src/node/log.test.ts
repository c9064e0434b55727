/** What an error leaves in the log. */
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { hasTestPostgres, testDatabase } from '../testing/postgres.ts';
import { freePort, startTown, type Town } from '../testing/town.ts';
import { logger, startLog } from './log.ts';

const SECRET = 'moira@mail.example says 482913';

/** What was written while `work` ran. */
async function written(work: () => unknown): Promise<string> {
  let said = '';
  const write = vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    said += String(text);
    return true;
  });
  startLog('error');
  try {
    await work();
  } finally {
    write.mockRestore();
  }
  return said;
}

describe.each(['PGlite', ...(hasTestPostgres() ? ['PostgreSQL'] : [])])('on %s', (name) => {
  let town: Town;
  beforeAll(async () => {
    const databaseUrl = name === 'PGlite' ? undefined : await testDatabase();
    town = await startTown({ port: await freePort(), allow: [], ...(databaseUrl !== undefined && { databaseUrl }) });
  });
  afterAll(() => town?.stop());

  test.each([
    ['that cannot be read', sql`select ${SECRET}::int`],
    ['of a table that is not there', sql`select * from nowhere where it = ${SECRET}`],
  ])('a value %s is not in it, and the statement is', async (_, query) => {
    const said = await written(async () => {
      const error = await town.database.db.execute(query).then(
        () => null,
        (thrown: unknown) => thrown,
      );
      logger('test').error('It failed.', { error });
    });
    expect(said).toContain('It failed.');
    expect(said).toMatch(/"code":"(22P02|42P01)"/);
    expect(said).toContain('select ');
    expect(said).not.toContain('moira@mail');
    expect(said).not.toContain('482913');
  });

  test.each(['/api/receipts/', '/r/'])('the secret of an address %s is not', async (path) => {
    const secret = 's'.repeat(43);
    const broken = vi.spyOn(town.node.context.database.db, 'select').mockImplementation(() => {
      throw new Error('broken');
    });
    const said = await written(async () => expect((await fetch(`${town.origin}${path}${secret}`)).status).toBe(500));
    broken.mockRestore();
    expect(said).toContain('broken');
    expect(said).not.toContain(secret);
  });
});
