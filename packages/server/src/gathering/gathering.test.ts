/** Gatherings in one town: seats, the waiting list, who may do what, and who came. */
import { eq } from 'drizzle-orm';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { type Database, openMemory } from '../db/database.ts';
import { notice } from '../db/schema.ts';
import { loadExchange } from '../exchange/exchange-store.ts';
import { callerOf, DESK_CALLER } from '../exchange/testing.ts';
import { setStatus } from '../member/members.ts';
import { creditGathering } from './credit.ts';
import { cancelGathering, changeGathering } from './gatherings.ts';
import { markPresent, signIn } from './presence.ts';
import { addGuest, signUp, withdrawFromGathering } from './seats.ts';
import { actsIn, type Hall, HOUR, MINUTE, openHall, soup } from './testing.ts';

let database: Database;
let hall: Hall;

beforeEach(async () => {
  database ??= await openMemory();
  hall = await openHall(database, 4);
});
afterAll(() => database.close());

const { who, come, leave, here, told } = actsIn(() => hall);

describe('seats', () => {
  test('one button takes a seat, puts the hours aside and counts once', async () => {
    const row = await hall.call({ seats: 2 });
    const first = await come(row, 1);
    expect((await come(row, 1)).id).toBe(first.id);
    expect(await hall.see(row)).toMatchObject({
      free: 1,
      status: 'open',
      guests: [{ status: 'coming', reserved: true }],
    });
    expect(await hall.balance(hall.guests[0] as never)).toMatchObject({ balanceMinutes: 0, heldMinutes: 30 });
    const exchange = await loadExchange(database.db, hall.bank.id, first.exchangeId ?? '');
    expect(exchange?.row).toMatchObject({ status: 'agreed', giverId: hall.host.id, minutes: 30, title: row.title });
    expect(exchange?.steps.giver.map(({ by }) => by)).toEqual(['bank']);
  });

  test('who comes late waits, and moves up in order when a seat is free, and is told', async () => {
    const row = await hall.call({ seats: 1 });
    await come(row, 1);
    expect((await come(row, 2)).status).toBe('waiting');
    expect((await come(row, 3)).status).toBe('waiting');
    expect((await hall.balance(hall.guests[1] as never)).heldMinutes).toBe(0);
    await leave(row, 1);
    expect((await hall.balance(hall.guests[0] as never)).heldMinutes).toBe(0);
    const { guests, free, waiting } = await hall.see(row);
    expect(guests.map(({ status }) => status)).toEqual(['withdrawn', 'coming', 'waiting']);
    expect([free, waiting]).toEqual([0, 1]);
    expect((await hall.balance(hall.guests[1] as never)).heldMinutes).toBe(30);
    expect(await told(2)).toEqual(['gathering_place']);
    // Whoever comes back waits behind the others.
    await come(row, 1);
    await setStatus(database.db, hall.bank.id, hall.guests[2]?.id ?? '', 'suspended');
    await leave(row, 2);
    expect((await hall.see(row)).guests.map(({ name, status }) => `${name.split(' ')[0]} ${status}`)).toEqual([
      'Guest2 withdrawn',
      'Guest3 withdrawn',
      'Guest1 coming',
    ]);
  });

  test('at another time: the exchange of each guest says so too, and nothing else of it changes', async () => {
    const input = soup();
    const row = await hall.call(input);
    const guest = await come(row, 1);
    const startsAt = new Date(input.startsAt.getTime() + 2 * 60 * 60_000);
    const later = { ...input, startsAt, endsAt: new Date(input.endsAt.getTime() + 2 * 60 * 60_000) };
    await hall.run((tx, after) => changeGathering(tx, hall.bank, callerOf(hall.host), row.id, later, after));
    const exchange = await loadExchange(database.db, hall.bank.id, guest.exchangeId ?? '');
    expect(exchange?.row).toMatchObject({ status: 'agreed', startTime: startsAt, minutes: 30, waitsFor: null });
    expect((await hall.balance(hall.guests[0] as never)).heldMinutes).toBe(30);
    expect(await told(1)).toEqual(['gathering_changed']);
  });

  test('more seats let those in who wait', async () => {
    const input = { ...soup(), seats: 1 };
    const row = await hall.call(input);
    for (const n of [1, 2, 3]) await come(row, n);
    await hall.run((tx, after) =>
      changeGathering(tx, hall.bank, callerOf(hall.host), row.id, { ...input, seats: 3 }, after),
    );
    expect((await hall.see(row)).guests.map(({ status }) => status)).toEqual(['coming', 'coming', 'coming']);
    const fewer = hall.run((tx, after) =>
      changeGathering(tx, hall.bank, callerOf(hall.host), row.id, { ...input, seats: 2 }, after),
    );
    expect(await hall.code(fewer)).toBe('invalid_request');
    const dearer = hall.run((tx, after) =>
      changeGathering(tx, hall.bank, callerOf(hall.host), row.id, { ...input, seats: 3, minutes: 60 }, after),
    );
    expect(await hall.code(dearer)).toBe('invalid_request');
  });

  test('the host has no seat, and nobody takes one for somebody else but the desk', async () => {
    const row = await hall.call();
    const as = (caller: Parameters<typeof signUp>[2], memberId?: string) =>
      hall.code(
        hall.run((tx, after) => signUp(tx, hall.bank, caller, row.id, { memberId, reason: 'They rang' }, after)),
      );
    const other = hall.guests[1]?.id ?? '';
    expect(await as(callerOf(hall.host))).toBe('same_account');
    expect(await as(who(1), other)).toBe('not_allowed');
    expect(await as(callerOf(hall.host), other)).toBe('not_allowed');
    expect(await as(DESK_CALLER)).toBe('invalid_request');
    expect(await as(DESK_CALLER, other)).toBe(null);
    await hall.begin(row, 120);
    expect(await as(who(1))).toBe('already_answered');
  });
});

describe('what the host may do', () => {
  test.each([
    ['nobody pays what nobody has', { rule: 'guests_receive' as const }, 'not_allowed'],
    ['odd minutes', { minutes: 20 }, 'invalid_request'],
    ['no seats', { seats: 0 }, 'invalid_request'],
    ['too many', { seats: 301 }, 'invalid_request'],
    ['no name', { title: ' ' }, 'invalid_request'],
    ['it ends before it begins', { endsAt: new Date(0) }, 'invalid_request'],
    ['it is over', { startsAt: new Date(Date.now() - HOUR), endsAt: new Date(Date.now() + HOUR) }, 'invalid_request'],
    ['a moment that is none', { startsAt: new Date(Number.NaN) }, 'invalid_request'],
    ['more than moves at once', { minutes: 100_005 }, 'over_transfer_cap'],
    ['partners without hours', { rule: 'none' as const, visibility: 'partners' as const }, 'invalid_request'],
  ])('%s', async (_why, change, code) => {
    expect(await hall.code(hall.call(change))).toBe(code);
  });

  test('the desk calls for the town, and nobody gives it hours', async () => {
    expect(await hall.code(hall.call({}, DESK_CALLER))).toBe('not_allowed');
    const row = await hall.call({ rule: 'none' }, DESK_CALLER);
    expect(row).toMatchObject({ hostId: '', minutes: 0, payerId: null });
  });

  test('what is not theirs is not there', async () => {
    const row = await hall.call();
    const input = soup();
    const { bank } = hall;
    for (const act of [
      hall.run((tx, after) => changeGathering(tx, bank, who(1), row.id, input, after)),
      hall.run((tx) => cancelGathering(tx, bank, who(1), row.id)),
      hall.run((tx) => markPresent(tx, bank, who(1), row.id, { here: [] })),
      hall.run((tx) => creditGathering(tx, bank, who(1), row.id, [])),
      hall.run((tx, after) => withdrawFromGathering(tx, bank, who(1), row.id, undefined, after)),
      hall.run((tx, after) => signUp(tx, bank, who(1), '01J00000000000000000000000', {}, after)),
    ])
      expect(await hall.code(act)).toBe('not_found');
    const seat = await come(row, 2);
    const others = hall.run((tx, after) => withdrawFromGathering(tx, bank, who(1), row.id, seat.id, after));
    expect(await hall.code(others)).toBe('not_found');
  });
});

describe('called off or moved', () => {
  test('everybody is told, and what was put aside is free again', async () => {
    const row = await hall.call({ seats: 1 });
    for (const n of [1, 2]) await come(row, n);
    await hall.run((tx) => cancelGathering(tx, hall.bank, callerOf(hall.host), row.id));
    await hall.tick();
    expect((await hall.balance(hall.guests[0] as never)).heldMinutes).toBe(0);
    expect([await told(1), await told(2)]).toEqual([['gathering_cancelled'], ['gathering_cancelled']]);
    expect(await hall.code(come(row, 3))).toBe('already_answered');
    expect(await hall.code(here(row, 1, row.startsAt))).toBe('already_answered');
  });

  test('who has a seat hears of another time, and is reminded the day before', async () => {
    const far = { startsAt: new Date(Date.now() + 72 * HOUR), endsAt: new Date(Date.now() + 74 * HOUR) };
    const row = await hall.call(far);
    await come(row, 1);
    const later = { startsAt: new Date(Date.now() + 96 * HOUR), endsAt: new Date(Date.now() + 98 * HOUR) };
    const changed = await hall.run((tx, after) =>
      changeGathering(tx, hall.bank, callerOf(hall.host), row.id, { ...soup(), ...later }, after),
    );
    expect(changed.sequence).toBe(1);
    await hall.tick(new Date(Date.now() + 71 * HOUR));
    expect(await told(1)).toEqual(['gathering_changed']);
    await hall.tick(new Date(Date.now() + 73 * HOUR));
    expect(await told(1)).toEqual(['gathering_changed', 'gathering_soon']);
    await hall.tick(new Date(Date.now() + 99 * HOUR));
    const [over] = await database.db.select().from(notice).where(eq(notice.memberId, hall.host.id));
    expect(over).toMatchObject({ kind: 'gathering_over', href: `/gatherings/${row.id}/credit` });
  });
});

describe('who came', () => {
  test('the code on the poster lets members sign in, once, in its time', async () => {
    const row = await hall.call();
    await come(row, 1);
    expect(await hall.code(here(row, 1))).toBe('already_answered');
    const wrong = hall.run((tx) => signIn(tx, hall.bank, who(1), row.id, 'x'.repeat(22), row.startsAt));
    expect(await hall.code(wrong)).toBe('not_found');
    for (const [minutes, code] of [
      [-61, 'already_answered'],
      [181, 'already_answered'],
      [-59, null],
      [179, null],
    ] as const)
      expect(await hall.code(here(row, 1, new Date(row.startsAt.getTime() + minutes * MINUTE)))).toBe(code);
    await here(row, 2, row.startsAt);
    expect((await hall.see(row)).guests).toMatchObject([
      { status: 'coming', present: true, signedIn: true },
      { status: 'walk_in', present: true, signedIn: true },
    ]);
    expect((await hall.see(row)).free).toBe(11);
  });

  test('whoever is here, or has a seat once it has begun, does not take their hours back', async () => {
    const row = await hall.call({ seats: 2 });
    for (const n of [1, 2, 3]) await come(row, n);
    await here(row, 1, new Date(row.startsAt.getTime() - 30 * MINUTE));
    expect(await hall.code(leave(row, 1))).toBe('already_answered');
    await hall.begin(row);
    expect(await hall.code(leave(row, 2))).toBe('already_answered');
    expect(await hall.code(leave(row, 3))).toBe(null);
    const { guests } = await hall.see(row);
    expect(guests.map(({ status }) => status)).toEqual(['coming', 'coming', 'withdrawn']);
    for (const n of [0, 1]) expect((await hall.balance(hall.guests[n] as never)).heldMinutes).toBe(30);
  });

  test('a guest of another town whom the host writes down by hand is the one who has the seat', async () => {
    const row = await hall.call();
    const seat = { memberId: null, name: 'Rosa Vidal', address: 'rosa@gracia.example', ownAct: true } as const;
    await hall.run((tx) => addGuest(tx, row, { ...seat, status: 'coming' }));
    await hall.begin(row);
    await hall.run((tx) =>
      markPresent(tx, hall.bank, callerOf(hall.host), row.id, { here: [], more: ['@Rosa@gracia.example'] }),
    );
    expect((await hall.see(row)).guests).toMatchObject([{ name: 'Rosa Vidal', status: 'coming', present: true }]);
  });

  test('the host ticks names, and writes down who came unannounced', async () => {
    const row = await hall.call();
    const seats = [await come(row, 1), await come(row, 2)];
    await hall.begin(row);
    const mark = (ids: string[], more: string[] = []) =>
      hall.run((tx) => markPresent(tx, hall.bank, callerOf(hall.host), row.id, { here: ids, more }));
    await mark([seats[0]?.id ?? ''], ['guest3', 'Guest4 Reid', 'A friend', '', '@rosa@gracia.example', 'samira']);
    const names = async () =>
      (await hall.see(row)).guests
        .filter(({ present }) => present)
        .map(({ name, town }) => `${name}${town && ` ${town}`}`);
    expect(await names()).toEqual(['Guest1 Reid', 'Guest3 Reid', 'Guest4 Reid', 'A friend', 'rosa gracia.example']);
    // Again, and other ticks.
    const all = (await hall.see(row)).guests;
    await mark([seats[1]?.id ?? '', ...all.slice(2).map(({ id }) => id)], ['A friend', 'guest3']);
    expect(await names()).toEqual(['Guest2 Reid', 'Guest3 Reid', 'Guest4 Reid', 'A friend', 'rosa gracia.example']);
    expect(await hall.code(mark(['01J00000000000000000000000']))).toBe('not_found');
  });
});
