/** What the desk does at a gathering for a member: with a slip, and never from or to those for whom one acts. */
import { asc, eq } from 'drizzle-orm';
import { afterAll, beforeEach, expect, test } from 'vitest';
import type { Caller } from '../auth/tokens.ts';
import { type Database, openMemory } from '../db/database.ts';
import { brokerAct, notice } from '../db/schema.ts';
import { callerOf, DESK_CALLER } from '../exchange/testing.ts';
import type { MemberRow } from '../member/members.ts';
import { addPerson, DESK_HAT, giveHat } from '../member/people.ts';
import { cancelGathering, changeGathering } from './gatherings.ts';
import { markPresent } from './presence.ts';
import { signUp, withdrawFromGathering } from './seats.ts';
import type { GatheringRow } from './store.ts';
import { actsIn, type Hall, openHall, soup } from './testing.ts';

let database: Database;
let hall: Hall;
/** A coordinator who also acts for the first guest. */
let fiona: Caller;
let personId: string;

beforeEach(async () => {
  database ??= await openMemory();
  hall = await openHall(database, 3);
  ({ id: personId } = await addPerson(database.db, hall.bank.id, 'Fiona Kerr'));
  await giveHat(database.db, hall.bank.id, { personId, memberId: DESK_HAT, role: 'desk' });
  await actsFor(guest(1));
  fiona = { ...DESK_CALLER, personId };
});
afterAll(() => database.close());

const { come, credit, outcomes, told } = actsIn(() => hall);
const guest = (n: number) => hall.guests[n - 1] as MemberRow;
const actsFor = ({ id: memberId }: MemberRow) =>
  giveHat(database.db, hall.bank.id, { personId, memberId, role: 'acts' });
const slips = () =>
  database.db
    .select({ memberId: brokerAct.memberId, reason: brokerAct.reason, what: brokerAct.what })
    .from(brokerAct)
    .where(eq(brokerAct.bankId, hall.bank.id))
    .orderBy(asc(brokerAct.id));
const linesOf = async (row: GatheringRow) =>
  (await hall.see(row)).guests.map(({ id }) => ({ guestId: id, minutes: row.minutes }));
const seat = (row: GatheringRow, n: number, reason?: string, caller = fiona) =>
  hall.run((tx, after) => signUp(tx, hall.bank, caller, row.id, { memberId: guest(n).id, reason }, after));
const strike = (row: GatheringRow, guestId: string, reason?: string, caller = fiona) =>
  hall.run((tx, after) => withdrawFromGathering(tx, hall.bank, caller, row.id, guestId, after, { reason }));

/** A shift of the shop, which gives each guest half an hour, with some who came. */
async function shift(...came: number[]): Promise<GatheringRow> {
  const row = await hall.call({ rule: 'guests_receive', minutes: 30, title: 'A shift' }, callerOf(hall.shop));
  for (const n of came) await come(row, n);
  await hall.begin(row);
  return row;
}

test('what it writes down for the host has a slip with a reason, once', async () => {
  const row = await shift(2, 3);
  expect(await hall.code(credit(row, await linesOf(row), fiona, ''))).toBe('invalid_request');
  expect(await outcomes(row)).toEqual({ Guest2: null, Guest3: null });
  await credit(row, await linesOf(row), fiona, 'The sheet came in');
  await credit(row, await linesOf(row), fiona, 'Pressed again');
  expect(await outcomes(row)).toEqual({ Guest2: 'credited', Guest3: 'credited' });
  expect(await slips()).toMatchObject([
    { memberId: hall.shop.id, reason: 'The sheet came in', what: { did: 'credit', title: 'A shift', minutes: 60 } },
  ]);
});

test('no coordinator gives the hours of a host to somebody for whom they act', async () => {
  const row = await shift(1, 2);
  expect(await hall.code(credit(row, await linesOf(row), fiona))).toBe('not_allowed');
  expect([await outcomes(row), await slips()]).toEqual([{ Guest1: null, Guest2: null }, []]);
  expect(await hall.balance(hall.shop)).toMatchObject({ balanceMinutes: 0 });
  // Another coordinator does, and so may the host.
  await credit(row, await linesOf(row), callerOf(hall.shop));
  expect(await outcomes(row)).toEqual({ Guest1: 'credited', Guest2: 'credited' });
});

test('nor those of a host for whom they act', async () => {
  await actsFor(hall.shop);
  const row = await shift(2);
  expect(await hall.code(credit(row, await linesOf(row), fiona))).toBe('not_allowed');
  expect(await outcomes(row)).toEqual({ Guest2: null });
});

test('a coordinator who acts for the host is no third person: whom they tick is asked', async () => {
  for (const [by, outcome] of [
    [DESK_CALLER, 'credited'],
    [fiona, 'credited'],
    [fiona, 'asked'],
  ] as const) {
    if (outcome === 'asked') await actsFor(hall.host);
    const row = await hall.call({ title: 'A class' });
    const { id } = await come(row, 2);
    await hall.begin(row);
    await hall.run((tx) => markPresent(tx, hall.bank, by, row.id, { here: [id] }));
    await credit(row, await linesOf(row));
    expect(await outcomes(row)).toEqual({ Guest2: outcome });
  }
});

test('a seat that it takes for a member puts their hours aside, and has a slip', async () => {
  const row = await hall.call({ minutes: 45, title: 'A class' });
  expect(await hall.code(seat(row, 2))).toBe('invalid_request');
  expect(await hall.code(seat(row, 1, 'She rang'))).toBe('not_allowed');
  expect((await hall.see(row)).guests).toEqual([]);
  await seat(row, 2, 'She rang');
  await seat(row, 2, 'She rang twice');
  expect(await hall.balance(guest(2))).toMatchObject({ heldMinutes: 45 });
  expect(await slips()).toMatchObject([
    { memberId: guest(2).id, reason: 'She rang', what: { did: 'seat', title: 'A class', minutes: 45 } },
  ]);
  expect(await told(2)).toContain('broker_acted');
});

test('whom somebody else strikes off is told by whom, and gets a slip when it was the desk', async () => {
  const row = await hall.call({ title: 'A class' });
  const seats = [await come(row, 2), await come(row, 3)];
  expect(await hall.code(strike(row, seats[0]?.id ?? ''))).toBe('invalid_request');
  await strike(row, seats[0]?.id ?? '', 'She is ill');
  await strike(row, seats[1]?.id ?? '', undefined, callerOf(hall.host));
  const struck = await database.db
    .select({ memberId: notice.memberId, facts: notice.facts })
    .from(notice)
    .where(eq(notice.kind, 'gathering_struck'))
    .orderBy(asc(notice.id));
  const mine = struck.filter(({ memberId }) => seats.some((each) => each.memberId === memberId));
  expect(mine).toMatchObject([
    { memberId: guest(2).id, facts: { title: 'A class', name: hall.bank.settings.name } },
    { memberId: guest(3).id, facts: { title: 'A class', name: hall.host.name } },
  ]);
  expect(await slips()).toMatchObject([{ memberId: guest(2).id, what: { did: 'back' } }]);
});

test('what it changes or calls off for the host has a slip with a reason; what is the town’s own has none', async () => {
  const input = soup();
  const row = await hall.call(input);
  const change = (caller: Caller, id = row.id, reason?: string) =>
    hall.run((tx, after) =>
      changeGathering(tx, hall.bank, caller, id, { ...input, text: 'Bring a bowl.' }, after, { reason }),
    );
  const cancel = (caller: Caller, id = row.id, reason?: string) =>
    hall.run((tx) => cancelGathering(tx, hall.bank, caller, id, { reason }));
  for (const act of [change, cancel]) expect(await hall.code(act(fiona))).toBe('invalid_request');
  expect((await hall.see(row)).row).toMatchObject({ text: input.text, status: 'open' });
  await change(callerOf(hall.host));
  expect(await slips()).toEqual([]);
  await change(fiona, row.id, 'They rang');
  await cancel(fiona, row.id, 'The hall is shut');
  await cancel(fiona, row.id, 'Pressed again');
  expect(await slips()).toMatchObject([
    { memberId: hall.host.id, reason: 'They rang', what: { did: 'change', title: input.title } },
    { memberId: hall.host.id, reason: 'The hall is shut', what: { did: 'cancel' } },
  ]);
  const heard = await database.db.select().from(notice).where(eq(notice.memberId, hall.host.id));
  expect(heard.filter(({ kind }) => kind === 'broker_acted')).toHaveLength(2);
  const town = await hall.call({ ...input, rule: 'none', minutes: 0 }, fiona);
  await hall.run((tx, after) => changeGathering(tx, hall.bank, fiona, town.id, { ...input, rule: 'none' }, after));
  await cancel(fiona, town.id);
  expect(await slips()).toHaveLength(2);
  // Whoever acts for the host does it as the host.
  await actsFor(hall.host);
  const own = await hall.call(input);
  for (const act of [change, cancel]) expect(await hall.code(act(fiona, own.id, 'It rains'))).toBe('not_allowed');
});
