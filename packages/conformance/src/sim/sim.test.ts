import { describe, expect, test } from 'vitest';
import { Coverage, PAIRS } from './coverage.ts';
import { DEFECTS } from './defects.ts';
import { explore } from './exhaustive.ts';
import { bankKeys } from './keys.ts';
import { huntAll } from './planted.ts';
import { REGRESSIONS } from './regressions.ts';
import { counts, runScript, runSeed } from './run.ts';
import { scriptOf } from './script.ts';
import { shrink } from './shrink.ts';
import { type Changes, MemoryStore } from './store.ts';
import { openStores } from './stores.ts';

const keys = await bankKeys();

describe('the simulator', () => {
  test('finds nothing wrong in two hundred seeds, and nearly all of them count', async () => {
    const coverage = new Coverage();
    let counted = 0;
    for (let seed = 0; seed < 200; seed++) {
      const outcome = await runSeed(seed, 2, { keys });
      expect(outcome.failures, `seed ${seed}`).toEqual([]);
      if (counts(outcome)) counted += 1;
      coverage.add(outcome.coverage);
    }
    expect(counted).toBeGreaterThan(160);
    expect(coverage.pairs.size).toBeGreaterThan(PAIRS.length * 0.8);
  }, 60_000);

  test('finds nothing wrong with five banks', async () => {
    for (let seed = 1; seed < 9; seed++)
      expect((await runSeed(seed, 5, { keys })).failures, `seed ${seed}`).toEqual([]);
  });

  test('gives the same bytes for the same seed, with stand-in and with real signatures', async () => {
    for (const seed of [7, 50]) {
      const [one, two] = [await runSeed(seed, 2, { keys }), await runSeed(seed, 2, { keys })];
      expect(one.trace.length).toBeGreaterThan(100);
      expect(one.digest).toBe(two.digest);
      expect(one.digest).not.toBe((await runSeed(seed + 1, 2, { keys })).digest);
    }
  });

  test('gives the same bytes when the rows are in a database', async () => {
    const stores = await openStores('pglite');
    try {
      const memory = await runSeed(3, 2, { keys });
      const database = await runSeed(3, 2, { keys, store: stores.open });
      expect(Object.keys(memory.coverage.faults)).toContain('restore');
      expect(database.failures).toEqual([]);
      expect(database.digest).toBe(memory.digest);
    } finally {
      await stores.close();
    }
  }, 60_000);

  test.each(REGRESSIONS)('does not fall back: %s', async (_, script) => {
    expect((await runScript(script, { keys })).failures).toEqual([]);
  });

  test('shortens a script that fails', async () => {
    class Forgetful extends MemoryStore {
      override commit(changes: Changes): void {
        const kept = [...changes].filter(([key]) => !key.startsWith('account m'));
        super.commit(new Map(kept));
      }
    }
    const options = { keys, store: (_: number, rows: Map<string, object>) => new Forgetful(rows) };
    const script = scriptOf(5, 2);
    expect(script.steps.length).toBeGreaterThan(40);
    expect((await runScript(script, options)).failures[0]).toContain('account');
    const shortest = await shrink(script, options);
    expect(shortest.steps.length).toBeLessThanOrEqual(2);
    expect((await runScript(shortest, options)).failures[0]).toContain('account');
  });

  test('finds a planted defect', async () => {
    const [hunt] = await huntAll(DEFECTS.filter(({ name }) => name === 'a key change for another pair'));
    expect(hunt?.seeds).toBeGreaterThan(0);
    expect(hunt?.said).toContain('the auditor');
  });
});

describe('small scope, exhaustively', () => {
  test.each([
    { crashes: 0, transfers: 2 },
    { crashes: 1, transfers: 1 },
  ] as const)('every interleaving of $transfers transfers and $crashes crashes', (scope) => {
    const { states, ends, failures } = explore(keys, scope);
    console.log(`${scope.transfers} transfers, ${scope.crashes} crashes: ${states} states, ${ends} ends`);
    expect(failures).toEqual([]);
    expect(states).toBeGreaterThan(2_000);
    expect(ends).toBeGreaterThan(1);
  });
});
