/** Many at once for few seats, on PostgreSQL. */
import { setTimeout as sleep } from 'node:timers/promises';
import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Database, openPostgres } from '../db/database.ts';
import { gathering, member } from '../db/schema.ts';
import { callerOf } from '../exchange/testing.ts';
import type { MemberRow } from '../member/members.ts';
import { updateProfile } from '../member/profile.ts';
import { setPlace } from '../offer/places.ts';
import { hasTestPostgres, testDatabase } from '../testing/postgres.ts';
import { creditGathering } from './credit.ts';
import { changeGathering } from './gatherings.ts';
import { hereCode, signIn } from './presence.ts';
import { signUp, withdrawFromGathering } from './seats.ts';
import { type Hall, openHall, soup } from './testing.ts';

describe.skipIf(!hasTestPostgres())('at the same time', () => {
  let database: Database;
  let hall: Hall;

  beforeAll(async () => {
    database = await openPostgres(await testDatabase());
    hall = await openHall(database, 24);
  });
  afterAll(() => database?.close());

  test('24 members, each pressing twice, share 7 seats; those who wait move up when seats are given back', async () => {
    const row = await hall.call({ seats: 7, visibility: 'partners' });
    const press = (guest: { id: string }) =>
      hall.run((tx, after) => signUp(tx, hall.bank, callerOf(guest), row.id, {}, after));
    await Promise.all([...hall.guests, ...hall.guests].map(press));
    const seen = await hall.see(row);
    expect(seen).toMatchObject({ free: 0, waiting: 17 });
    const coming = seen.guests.filter(({ status }) => status === 'coming');
    expect(coming).toHaveLength(7);
    const held = await Promise.all(hall.guests.map((each) => hall.balance(each)));
    expect(held.reduce((sum, { heldMinutes }) => sum + heldMinutes, 0)).toBe(7 * 30);
    const back = coming.slice(0, 3);
    const leave = ({ memberId }: { memberId: string | null }) =>
      hall.run((tx, after) =>
        withdrawFromGathering(tx, hall.bank, callerOf({ id: memberId ?? '' }), row.id, undefined, after),
      );
    await Promise.all([...back, ...back].map(leave));
    expect(await hall.see(row)).toMatchObject({ free: 0, waiting: 14 });
  });

  test('a place that is written while the desk says where it is, is there', async () => {
    const { bank, run, host } = hall;
    const called = await hall.call();
    const before = await hall.call({ visibility: 'partners' });
    const [named] = hall.guests as [MemberRow];
    const place = { name: 'The Quay' };
    let placed = () => {};
    let commit = () => {};
    const isPlaced = new Promise<void>((resolve) => {
      placed = resolve;
    });
    const mayCommit = new Promise<void>((resolve) => {
      commit = resolve;
    });
    const placing = run(async (tx) => {
      await setPlace(tx, bank, place.name, { latitude: 55.98, longitude: -3.17 });
      placed();
      await mayCommit;
    });
    await isPlaced;
    const change = ({ id }: { id: string }) =>
      run((tx, after) => changeGathering(tx, bank, callerOf(host), id, { ...soup(), place }, after));
    const writing = [
      hall.call({ place }),
      change(called),
      change(before),
      run((tx) => updateProfile(tx, bank.id, named.id, { place: place.name })),
    ];
    await Promise.race([Promise.all(writing), sleep(500)]);
    commit();
    await placing;
    await Promise.all(writing);
    const tables = [gathering, member].map((table) =>
      database.db
        .select({ latitude: table.latitude, longitude: table.longitude })
        .from(table)
        .where(eq(table.place, place.name)),
    );
    const there = { latitude: 5598, longitude: -317 };
    expect((await Promise.all(tables)).flat()).toEqual([there, there, there, there]);
  });

  test('writing down everybody from eight windows at once counts once', async () => {
    const row = await hall.call({ seats: 10 });
    const people = hall.guests.slice(0, 10);
    for (const guest of people)
      await hall.run((tx, after) => signUp(tx, hall.bank, callerOf(guest), row.id, {}, after));
    await hall.begin(row);
    for (const guest of people)
      await hall.run((tx) => signIn(tx, hall.bank, callerOf(guest), row.id, hereCode(hall.bank, row.id)));
    const lines = (await hall.see(row)).guests.map(({ id }) => ({ guestId: id, minutes: 30 }));
    const press = async () => {
      await hall.run((tx) => creditGathering(tx, hall.bank, callerOf(hall.host), row.id, lines));
      await hall.follow(row);
    };
    await Promise.all([...Array.from({ length: 8 }, press), hall.tick()]);
    await hall.tick();
    expect((await hall.see(row)).guests.map(({ outcome }) => outcome)).toEqual(people.map(() => 'credited'));
    expect(await hall.balance(hall.host)).toMatchObject({ balanceMinutes: 300 });
  });
});
