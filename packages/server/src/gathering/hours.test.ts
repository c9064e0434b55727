/** The hours of a gathering: everybody by one act, whatever breaks, and what is asked by its offer. */
import { eq } from 'drizzle-orm';
import { afterAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { type Database, openMemory } from '../db/database.ts';
import { due, exchange, gathering } from '../db/schema.ts';
import { doInExchange } from '../exchange/acts.ts';
import { askExchange } from '../exchange/asking.ts';
import { loadExchange } from '../exchange/exchange-store.ts';
import { callerOf, DESK_CALLER } from '../exchange/testing.ts';
import { addMember } from '../member/members.ts';
import { addPerson, giveHat } from '../member/people.ts';
import { offersOf } from '../offer/offers.ts';
import { seatsLeft } from '../offer/row.ts';
import { give } from '../transfer/giving.ts';
import { creditGathering, followGuest } from './credit.ts';
import { cancelGathering } from './gatherings.ts';
import * as hours from './hours.ts';
import { hereCode, signIn } from './presence.ts';
import { signUp } from './seats.ts';
import type { GuestRow } from './store.ts';
import { actsIn, type Hall, HOUR, MINUTE, openHall } from './testing.ts';

let database: Database;
let hall: Hall;

beforeEach(async () => {
  database ??= await openMemory();
  hall = await openHall(database, 4);
});
afterAll(() => database.close());

const { who, come, leave, here, credit, outcomes, told } = actsIn(() => hall);

describe('hours', () => {
  test('a class: who signed in gives at once, whom the host ticked is asked, who did not come keeps theirs', async () => {
    const row = await hall.call();
    const seats: GuestRow[] = [];
    for (const n of [1, 2, 3]) seats.push(await come(row, n));
    await hall.begin(row);
    await here(row, 1);
    await here(row, 4);
    const guests = (await hall.see(row)).guests;
    const lines = [0, 1, 3].map((n) => ({ guestId: guests[n]?.id ?? '', minutes: 30 }));
    await credit(row, lines);
    expect(await outcomes(row)).toEqual({ Guest1: 'credited', Guest2: 'asked', Guest3: 'absent', Guest4: 'credited' });
    expect(await hall.balance(hall.host)).toMatchObject({ balanceMinutes: 60 });
    expect(await hall.balance(hall.guests[2] as never)).toMatchObject({ balanceMinutes: 0, heldMinutes: 0 });
    expect(await told(1)).toEqual(['gathering_credited']);
    expect(await told(2)).toContain('exchange_claimed');
    const exchange = await loadExchange(database.db, hall.bank.id, seats[0]?.exchangeId ?? '');
    expect(exchange?.steps.receiver.at(-1)).toMatchObject({ by: 'bank', act: { kind: 'AcceptClaim' } });
    // The one who is asked says yes.
    const asked = await loadExchange(database.db, hall.bank.id, seats[1]?.exchangeId ?? '');
    const version = asked?.row.state.status === 'claimed' ? asked.row.state.record.version : null;
    await hall.run((tx, after) =>
      doInExchange(
        tx,
        hall.bank,
        who(2),
        seats[1]?.exchangeId ?? '',
        { do: 'confirm', answers: version as never },
        after,
      ),
    );
    expect(await outcomes(row)).toMatchObject({ Guest2: 'credited' });
    // Somebody was forgotten, and is written down later.
    await credit(row, [{ guestId: guests[2]?.id ?? '', minutes: 30 }], DESK_CALLER);
    expect(await outcomes(row)).toMatchObject({ Guest3: 'credited' });
    expect(await hall.balance(hall.host)).toMatchObject({ balanceMinutes: 120 });
  });

  test('the sheet that the desk has counts as signed; more than the rule says is asked', async () => {
    const row = await hall.call();
    for (const n of [1, 2]) await come(row, n);
    await hall.begin(row);
    const guests = (await hall.see(row)).guests;
    const lines = guests.map(({ id }, n) => ({ guestId: id, minutes: n === 0 ? 30 : 45 }));
    await credit(row, lines, DESK_CALLER);
    expect(await outcomes(row)).toEqual({ Guest1: 'credited', Guest2: 'asked' });
  });

  test('a shift: the organisation gives each guest hours; who has no room waits and is tried again', async () => {
    const row = await hall.call({ rule: 'guests_receive', minutes: 60 }, callerOf(hall.shop));
    for (const n of [1, 2, 3]) await come(row, n);
    await hall.begin(row);
    const guests = (await hall.see(row)).guests;
    // Two hours may be owed.
    await credit(
      row,
      guests.map(({ id }) => ({ guestId: id, minutes: 60 })),
      callerOf(hall.shop),
    );
    expect(await outcomes(row)).toEqual({ Guest1: 'credited', Guest2: 'credited', Guest3: 'waits' });
    expect((await hall.see(row)).guests[2]?.code).toBe('not_enough_hours');
    await hall.run((tx) =>
      give(tx, hall.bank, { from: hall.guests[3]?.id ?? '', to: 'kirk', minutes: 120, content: 'Soup' }),
    );
    await hall.tick(new Date(Date.now() + 61 * MINUTE));
    expect(await outcomes(row)).toMatchObject({ Guest3: 'credited' });
    expect(await hall.balance(hall.shop)).toMatchObject({ balanceMinutes: -60 });
    // A clock that comes once more finds nothing to do.
    for (const { id } of guests) await hall.run((tx, after) => followGuest(tx, hall.bank, id, new Date(), after));
    expect(await hall.balance(hall.shop)).toMatchObject({ balanceMinutes: -60 });
    expect(await hall.balance(hall.guests[0] as never)).toMatchObject({ balanceMinutes: 60 });
  });

  test('of whom nothing came, somebody can be written down again', async () => {
    const row = await hall.call({ rule: 'guests_receive', minutes: 60 }, callerOf(hall.shop));
    for (const n of [1, 2, 3]) await come(row, n);
    await hall.begin(row);
    const lines = (await hall.see(row)).guests.map(({ id }) => ({ guestId: id, minutes: 60 }));
    await credit(row, lines, callerOf(hall.shop));
    const before = { Guest1: 'credited', Guest2: 'credited', Guest3: 'waits' };
    expect(await outcomes(row)).toEqual(before);
    await hall.run((tx) =>
      give(tx, hall.bank, { from: hall.guests[3]?.id ?? '', to: 'kirk', minutes: 120, content: 'Soup' }),
    );
    // While it is tried by itself nobody does it twice.
    await credit(row, lines.slice(2), callerOf(hall.shop));
    expect(await outcomes(row)).toEqual(before);
    await database.db
      .update(gathering)
      .set({ endsAt: new Date(Date.now() - 31 * 24 * HOUR), startsAt: new Date(Date.now() - 32 * 24 * HOUR) })
      .where(eq(gathering.id, row.id));
    expect(await outcomes(row)).toEqual({ ...before, Guest3: 'declined' });
    await credit(row, lines, callerOf(hall.shop));
    expect(await outcomes(row)).toEqual({ ...before, Guest3: 'credited' });
    expect(await hall.balance(hall.shop)).toMatchObject({ balanceMinutes: -60 });
    await credit(row, lines, callerOf(hall.shop));
    expect(await hall.balance(hall.shop)).toMatchObject({ balanceMinutes: -60 });
  });

  test('the fund gives for the town, never to the coordinator who writes it down', async () => {
    await hall.run((tx) =>
      give(tx, hall.bank, { from: hall.guests[3]?.id ?? '', to: 'bank', minutes: 60, content: '' }),
    );
    const row = await hall.call({ rule: 'guests_receive', minutes: 30 }, DESK_CALLER);
    await come(row, 1);
    await hall.begin(row);
    const [guest] = (await hall.see(row)).guests;
    const lines = [{ guestId: guest?.id ?? '', minutes: 30 }];
    const { id: personId } = await addPerson(database.db, hall.bank.id, 'Fiona Kerr');
    const memberId = hall.guests[0]?.id ?? '';
    await giveHat(database.db, hall.bank.id, { personId, memberId, role: 'acts' });
    expect(await hall.code(credit(row, lines, { ...DESK_CALLER, personId }))).toBe('not_allowed');
    await credit(row, lines, DESK_CALLER);
    expect(await outcomes(row)).toEqual({ Guest1: 'credited' });
    expect(await hall.balance('bank')).toMatchObject({ balanceMinutes: 30 });
    expect(await hall.balance(hall.guests[0] as never)).toMatchObject({ balanceMinutes: 30 });
  });

  test('the fund gives nobody more than it grants at once; an organisation gives as much as it wishes', async () => {
    Object.assign(hall.bank.settings, { grantCapMinutes: 60 });
    for (const host of [DESK_CALLER, callerOf(hall.shop)]) {
      const row = await hall.call({ rule: 'guests_receive', minutes: 60 }, host);
      const { id } = await come(row, 1);
      await hall.begin(row);
      const said = await hall.code(credit(row, [{ guestId: id, minutes: 75 }], host));
      expect(said).toBe(host === DESK_CALLER ? 'over_transfer_cap' : null);
    }
  });

  test('twenty guests by one act, and pressed twice counts once', async () => {
    const people = [...hall.guests];
    for (let n = 5; n <= 20; n++)
      people.push(await addMember(database.db, hall.bank, { handle: `more${n}`, name: `More${n} Reid` }));
    const row = await hall.call({ seats: 20 });
    for (const { id } of people)
      await hall.run((tx, after) => signUp(tx, hall.bank, callerOf({ id }), row.id, {}, after));
    await hall.begin(row);
    for (const { id } of people)
      await hall.run((tx) => signIn(tx, hall.bank, callerOf({ id }), row.id, hereCode(hall.bank, row.id)));
    const lines = (await hall.see(row)).guests.map(({ id }) => ({ guestId: id, minutes: 30 }));
    await credit(row, lines);
    await credit(row, lines);
    await hall.tick(new Date(Date.now() + HOUR));
    expect(await hall.balance(hall.host)).toMatchObject({ balanceMinutes: 600 });
    expect(new Set(Object.values(await outcomes(row)))).toEqual(new Set(['credited']));
    expect(await hall.see(row)).toMatchObject({ status: 'credited' });
  });

  test('a crash half-way: the rest goes on at the clock, and nobody is written down twice', async () => {
    const row = await hall.call();
    for (const n of [1, 2, 3]) await come(row, n);
    await hall.begin(row);
    for (const n of [1, 2, 3]) await here(row, n);
    const lines = (await hall.see(row)).guests.map(({ id }) => ({ guestId: id, minutes: 30 }));
    await hall.run((tx) => creditGathering(tx, hall.bank, callerOf(hall.host), row.id, lines));
    const whole = hours.writeHours;
    const broken = vi.spyOn(hours, 'writeHours').mockImplementation(async (tx, bank, at, guest, after) => {
      const written = await whole(tx, bank, at, guest, after);
      if (guest.id !== lines[0]?.guestId) throw new Error('the plug was pulled');
      return written;
    });
    await hall.follow(row);
    broken.mockRestore();
    expect(await outcomes(row)).toEqual({ Guest1: 'credited', Guest2: 'waits', Guest3: 'waits' });
    expect(await hall.balance(hall.host)).toMatchObject({ balanceMinutes: 30 });
    await hall.tick();
    expect(await outcomes(row)).toEqual({ Guest1: 'credited', Guest2: 'credited', Guest3: 'credited' });
    expect(await hall.balance(hall.host)).toMatchObject({ balanceMinutes: 90 });
    expect(await database.db.select().from(due).where(eq(due.kind, 'gathering_guest'))).toEqual([]);
  });

  test('before it begins, odd minutes and strangers are refused', async () => {
    const row = await hall.call();
    const guest = await come(row, 1);
    const say = (minutes: number, guestId = guest.id) =>
      hall.code(hall.run((tx) => creditGathering(tx, hall.bank, callerOf(hall.host), row.id, [{ guestId, minutes }])));
    expect(await say(30)).toBe('already_answered');
    await hall.begin(row);
    expect(await say(20)).toBe('invalid_request');
    expect(await say(-15)).toBe('invalid_request');
    expect(await say(1215)).toBe('over_transfer_cap');
    expect(await say(30, '01J00000000000000000000000')).toBe('not_found');
    const other = await hall.call();
    const theirs = await come(other, 2);
    expect(await say(30, theirs.id)).toBe('not_found');
  });
});

describe('by its offer', () => {
  test('an ask is answered by the rule: yes while there is a seat, no in kind words otherwise', async () => {
    const row = await hall.call({ visibility: 'partners', seats: 2 });
    const offer = async () => (await offersOf(database.db, hall.bank.id, hall.host.id))[0];
    const ask = (n: number, minutes = 30) =>
      hall.run((tx, after) =>
        askExchange(
          tx,
          hall.bank,
          {
            by: { by: 'member' },
            memberId: hall.guests[n - 1]?.id ?? '',
            offerId: row.offerId ?? '',
            terms: { minutes, content: 'I would like to come' },
          },
          after,
        ),
      );
    await come(row, 1);
    expect(seatsLeft((await offer()) as never)).toBe(1);
    const [second, third, fourth] = [await ask(2), await ask(3, 60), await ask(4)];
    await hall.tick();
    const state = async ({ row: { id } }: { row: { id: string } }) =>
      (await loadExchange(database.db, hall.bank.id, id))?.row.status;
    expect([await state(second), await state(third), await state(fourth)]).toEqual(['agreed', 'declined', 'declined']);
    expect(await hall.see(row)).toMatchObject({ free: 0, status: 'full' });
    expect(seatsLeft((await offer()) as never)).toBe(0);
    await come(row, 3);
    // Whoever calls it off on the page of the exchange gives the seat back, and the next one moves up.
    await hall.run((tx, after) => doInExchange(tx, hall.bank, who(2), second.row.id, { do: 'cancel' }, after));
    await hall.tick();
    expect((await hall.see(row)).guests.map(({ name, status }) => `${name.split(' ')[0]} ${status}`)).toEqual([
      'Guest1 coming',
      'Guest2 withdrawn',
      'Guest3 coming',
    ]);
    expect(seatsLeft((await offer()) as never)).toBe(0);
    await hall.run((tx) => cancelGathering(tx, hall.bank, callerOf(hall.host), row.id));
    expect((await offer())?.status).toBe('ended');
  });

  test('for somebody else, or to another time or place, the gathering says nothing', async () => {
    const row = await hall.call({ visibility: 'partners' });
    const ask = (n: number, more: { startTime?: string; place?: string } = {}) => {
      const terms = { minutes: 30, content: 'I would like to come', ...more };
      const asked = {
        by: { by: 'member' },
        memberId: hall.guests[n - 1]?.id ?? '',
        offerId: row.offerId ?? '',
      } as const;
      return hall.run((tx, after) => askExchange(tx, hall.bank, { ...asked, terms }, after));
    };
    const later = new Date(row.startsAt.getTime() + HOUR).toISOString();
    const asked = [
      await ask(1, { startTime: later }),
      await ask(2, { place: 'My kitchen' }),
      await ask(3),
      await ask(4, { startTime: row.startsAt.toISOString(), place: row.place }),
    ];
    // As a partner could have named the offer of somebody else.
    const of = eq(exchange.id, asked[2]?.row.id ?? '');
    await database.db.update(exchange).set({ giverId: hall.shop.id }).where(of);
    await hall.tick();
    const found = await Promise.all(asked.map((each) => loadExchange(database.db, hall.bank.id, each.row.id)));
    expect(found.map((each) => each?.row.status)).toEqual(['proposed', 'proposed', 'proposed', 'agreed']);
    // The host may.
    const yes = { do: 'accept', answers: { side: 'receiver', n: 1 } } as const;
    await hall.run((tx, after) => doInExchange(tx, hall.bank, callerOf(hall.host), asked[0]?.row.id ?? '', yes, after));
    await hall.tick();
    expect((await hall.see(row)).guests.map(({ name }) => name)).toEqual(['Guest4 Reid', 'Guest1 Reid']);
  });

  test('whoever has withdrawn may ask again; who is here keeps the seat when the exchange is called off', async () => {
    const row = await hall.call({ visibility: 'partners' });
    const { id: memberId = '' } = hall.guests[0] ?? {};
    await come(row, 1);
    await leave(row, 1);
    const terms = { minutes: 30, content: 'After all' };
    const said = { by: { by: 'member' }, memberId, offerId: row.offerId ?? '', terms } as const;
    const asked = await hall.run((tx, after) => askExchange(tx, hall.bank, said, after));
    await hall.tick();
    expect((await hall.see(row)).guests).toMatchObject([{ status: 'coming', reserved: true }]);
    await hall.begin(row);
    await here(row, 1);
    await hall.run((tx, after) => doInExchange(tx, hall.bank, who(1), asked.row.id, { do: 'cancel' }, after));
    await hall.tick();
    const { guests } = await hall.see(row);
    expect(guests).toMatchObject([{ status: 'coming', present: true }]);
    await credit(row, [{ guestId: guests[0]?.id ?? '', minutes: 30 }]);
    expect(await outcomes(row)).toEqual({ Guest1: 'credited' });
  });
});
