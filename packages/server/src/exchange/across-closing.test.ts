/** What exchanges across two real nodes do when a member has given as much as one may, and when the two towns part. */
import { and, eq } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { notice } from '../db/schema.ts';
import { hasTestPostgres } from '../testing/postgres.ts';
import { until } from '../testing/town.ts';
import { type Name, TwoTowns } from './across-testing.ts';
import { exchangePath, listExchanges } from './exchange-store.ts';

let two: TwoTowns;
beforeAll(async () => {
  two = await TwoTowns.start(hasTestPostgres() ? 'postgres' : 'pglite');
}, 120_000);
afterAll(() => two?.towns.stop());

const held = async (): Promise<number> =>
  (await two.towns.of('Leith').call('GET', '/api/members/m')).body.balance.heldMinutes;

async function agreed(minutes: number): Promise<string> {
  const url = await two.ask('Leith', 'receiver', minutes);
  await two.both(url, 'proposed');
  await two.say('Gràcia', url, { do: 'accept' });
  await two.both(url, 'agreed');
  return url;
}

/** How much one member of Leith may give to one town. */
function cap(memberCapMinutes: number): void {
  Object.assign(two.towns.of('Leith').bank.settings, { memberCapMinutes });
}

test('nobody asks for, says yes to or puts aside more than one member may give to one town', {
  timeout: 60_000,
}, async () => {
  const before = two.towns.of('Leith').bank.settings.memberCapMinutes;
  cap(100);
  await expect(two.ask('Leith', 'receiver', 110)).rejects.toMatchObject({ refusal: { code: 'over_member_cap' } });
  const offered = await two.ask('Gràcia', 'giver', 110);
  await two.both(offered, 'proposed');
  await expect(two.sayNow('Leith', offered, { do: 'accept' })).rejects.toMatchObject({
    refusal: { code: 'over_member_cap', facts: { capMinutes: 100, leftMinutes: 100 } },
  });
  await two.say('Leith', offered, { do: 'decline' });
  // Each by itself is little enough; the other town's yes to both is not.
  const first = await two.ask('Leith', 'receiver', 80);
  const second = await two.ask('Leith', 'receiver', 80);
  await two.both(first, 'proposed');
  await two.both(second, 'proposed');
  await two.say('Gràcia', first, { do: 'accept' });
  await two.both(first, 'agreed', 'yes');
  await two.say('Gràcia', second, { do: 'accept' });
  await two.both(second, 'agreed');
  await two.see('Leith', second, 'agreed', 'no');
  expect((await two.at('Leith', second))?.row.reservedCode).toBe('over_member_cap');
  expect(await held()).toBe(80);
  // What is put aside for it already counts once.
  await two.say('Gràcia', first, { do: 'counter', terms: { minutes: 95, content: 'The gate and the fence' } });
  await two.both(first, 'agreed');
  await two.say('Leith', first, { do: 'accept' });
  await two.both(first, 'agreed', 'yes');
  expect(await held()).toBe(95);
  cap(before);
  for (const url of [first, second]) {
    await two.say('Leith', url, { do: 'cancel' });
    await two.both(url, 'cancelled', 'none');
  }
});

test('two towns part: what is open with each other is over and says so, and nothing stays put aside', {
  timeout: 60_000,
}, async () => {
  const proposed = await two.ask('Leith', 'receiver', 20);
  await two.both(proposed, 'proposed');
  const done = await agreed(30);
  await two.say('Gràcia', done, { do: 'record', minutes: 30 });
  await two.both(done, 'claimed');
  await two.say('Leith', done, { do: 'confirm' });
  await two.both(done, 'confirmed', 'settled');
  const kept = await agreed(40);
  await two.both(kept, 'agreed', 'yes');
  const claimed = await agreed(50);
  await two.both(claimed, 'agreed', 'yes');
  await two.say('Gràcia', claimed, { do: 'record', minutes: 50 });
  await two.both(claimed, 'claimed');
  expect(await held()).toBe(90);
  const { id } = await two.towns.agreement('Leith', 'Gràcia');
  const because = 'We part as friends.';
  const closed = await two.towns.of('Leith').call('POST', `/api/agreements/${id}/close`, { because });
  expect(closed.status).toBe(200);
  for (const name of ['Leith', 'Gràcia'] as Name[]) {
    for (const [url, status] of [
      [proposed, 'proposed'],
      [kept, 'agreed'],
      [claimed, 'claimed'],
    ] as const) {
      await two.see(name, url, status, 'over');
      const { row } = (await two.at(name, url)) as NonNullable<Awaited<ReturnType<TwoTowns['at']>>>;
      expect(row).toMatchObject({ waitsFor: null, reservedCode: 'agreement_not_active' });
      const { database, bank, call } = two.towns.of(name);
      const path = exchangePath(row.id);
      const { body } = await call('GET', `/api${path}`);
      expect(body).toMatchObject({ acts: [], heard: true, reserved: 'over' });
      const told = await database.db
        .select()
        .from(notice)
        .where(and(eq(notice.href, path), eq(notice.kind, 'exchange_over')));
      expect(told).toHaveLength(1);
      const open = { memberId: await two.memberAt(name), which: 'open', limit: 10 } as const;
      expect(await listExchanges(database.db, bank.id, open)).toEqual([]);
    }
    await two.see(name, done, 'confirmed', 'settled');
    await expect(two.sayNow(name, kept, { do: 'cancel' })).rejects.toMatchObject({
      refusal: { code: 'agreement_not_active' },
    });
  }
  await until(async () => (await held()) === 0);
});
