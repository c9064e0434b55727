/** Many at once in one exchange, on PostgreSQL. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Database, openPostgres } from '../db/database.ts';
import { newId } from '../db/id.ts';
import { hasTestPostgres, testDatabase } from '../testing/postgres.ts';
import { askExchange } from './asking.ts';
import { loadExchange } from './exchange-store.ts';
import { type Scene, setScene } from './testing.ts';

describe.skipIf(!hasTestPostgres())('at the same time', () => {
  let databases: Database[] = [];
  let scene: Scene;

  beforeAll(async () => {
    const url = await testDatabase();
    databases = [await openPostgres(url), await openPostgres(url)];
    scene = await setScene(databases[0] as Database);
  });
  afterAll(async () => {
    for (const database of databases) await database.close();
  });

  test('a yes that is pressed 32 times counts once', async () => {
    const { row } = await scene.ask();
    await scene.act(scene.davie, row.id, { do: 'accept', answers: { side: 'receiver', n: 1 } });
    await scene.act(scene.davie, row.id, { do: 'record', minutes: 60 });
    const yes = { do: 'confirm', answers: { side: 'giver', n: 2 } } as const;
    const all = await Promise.all(Array.from({ length: 32 }, () => scene.code(scene.act(scene.moira, row.id, yes))));
    expect(all).toEqual(Array.from({ length: 32 }, () => null));
    expect(await scene.balances()).toEqual({ moira: -60, davie: 60, held: 0 });
    const exchange = await loadExchange(scene.database.db, scene.bank.id, row.id);
    expect(exchange?.steps.receiver).toHaveLength(2);
  });

  test('an ask that is sent 16 times at once begins one exchange, and each finds it', async () => {
    const id = newId();
    const ask = (memberId = scene.moira.id) =>
      scene.run((tx, after) =>
        askExchange(
          tx,
          scene.bank,
          { id, by: { by: 'member' }, memberId, to: 'davie', side: 'receiver', terms: { minutes: 15, content: 'Tea' } },
          after,
        ),
      );
    const all = await Promise.all(Array.from({ length: 16 }, () => ask()));
    expect(all.map(({ row, steps }) => `${row.id} ${row.status} ${steps.receiver.length}`)).toEqual(
      Array.from({ length: 16 }, () => `${id} proposed 1`),
    );
    expect(await scene.code(ask(scene.agnes.id))).toBe('not_found');
    await scene.act(scene.moira, id, { do: 'withdraw' });
  });

  test('both cancel, and 32 exchanges draw on the same hours: nothing is promised twice', async () => {
    const asked = await Promise.all(Array.from({ length: 32 }, () => scene.ask('receiver', { minutes: 30 })));
    const accepted = await Promise.all(
      asked.map(({ row }) => scene.act(scene.davie, row.id, { do: 'accept', answers: { side: 'receiver', n: 1 } })),
    );
    // An hour is gone, two may be owed: 60 minutes are left.
    expect(accepted.filter(({ row }) => row.reserved === 'yes')).toHaveLength(2);
    expect((await scene.balances()).held).toBe(60);
    const codes = await Promise.all(
      asked.flatMap(({ row }) =>
        [scene.moira, scene.davie].map((who) => scene.code(scene.act(who, row.id, { do: 'cancel' }))),
      ),
    );
    expect(codes.filter((code) => code === null)).toHaveLength(32);
    expect((await scene.balances()).held).toBe(0);
  });
});
