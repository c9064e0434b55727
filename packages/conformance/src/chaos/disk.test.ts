import { connectSql, startPostgres } from '@evenhour/bench/borrowed';
import { expect, test } from 'vitest';
import { fillLog, fillTables, makeRoom, prepareDisk, WAL_SEGMENT_MB } from './disk.ts';

// As the tests that need a database: where the run has none, this is named among those not run.
test.skipIf(!process.env['EVENHOUR_TEST_POSTGRES'])(
  'on a full disk statements fail, then the server goes down, and with room again it has all that it took',
  async () => {
    const postgres = await startPostgres({ durable: true, walSegmentMb: WAL_SEGMENT_MB });
    try {
      await prepareDisk(postgres);
      const before = await connectSql(postgres.url);
      await before.query('create table hours (minutes integer)');
      await before.query('insert into hours values (60)');

      expect(await fillTables(postgres)).toBe(true);
      // What needs no new block goes on.
      await before.query('insert into hours values (30)');

      await fillLog(postgres);
      await expect(before.query('insert into hours values (15)')).rejects.toThrow();
      await expect.poll(() => connectSql(postgres.url).then(() => 'up', String)).toContain('ECONNREFUSED');

      await makeRoom(postgres);
      await postgres.start();
      const after = await connectSql(postgres.url);
      const [row] = await after.query<{ sum: number }>('select sum(minutes)::int as sum from hours');
      expect(row?.sum).toBe(90);
      expect(await fillTables(postgres)).toBe(true);
      await makeRoom(postgres);
      await after.query(`insert into filler select repeat('x', 7000) from generate_series(1, 20)`);
      await after.close();
    } finally {
      await postgres.stop();
    }
  },
  60_000,
);
