/** What happens when PostgreSQL ends our connections. */
import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'drizzle-orm';
import pg from 'pg';
import { describe, expect, test } from 'vitest';
import { hasTestPostgres, testDatabase } from '../testing/postgres.ts';
import { openPostgres } from './database.ts';

/** Ends every connection to a database but its own. */
async function killConnections(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(`select pg_terminate_backend(pid) from pg_stat_activity
    where datname = current_database() and pid <> pg_backend_pid()`);
  await client.end();
}

describe.skipIf(!hasTestPostgres())('a connection that PostgreSQL ends', () => {
  test('between two queries of a transaction fails the second, and nothing else', async () => {
    const url = await testDatabase();
    const database = await openPostgres(url);
    try {
      const broken = database.transaction(async (tx) => {
        await tx.execute(sql`create table half (minutes integer)`);
        await killConnections(url);
        // The news of the lost connection arrives while the connection waits for us. Unheard, it ends the process.
        await sleep(50);
        await tx.execute(sql`insert into half values (60)`);
      });
      await expect(broken).rejects.toThrow();
      await database.transaction((tx) => tx.execute(sql`create table half (minutes integer)`));
    } finally {
      await database.close();
    }
  });
});
