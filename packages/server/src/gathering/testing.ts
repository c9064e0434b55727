/** A bank with gatherings for tests, without a node around it. */
import { eq } from 'drizzle-orm';
import type { Caller } from '../auth/tokens.ts';
import { doDue } from '../clock/due.ts';
import type { Database, Queries } from '../db/database.ts';
import { notice } from '../db/schema.ts';
import { Signals } from '../delivery/signals.ts';
import { exchangeHandlers } from '../exchange/clock.ts';
import { callerOf, DESK_CALLER, type Scene, setScene } from '../exchange/testing.ts';
import { addMember, balanceOf, findMember, type MemberRow } from '../member/members.ts';
import { gatheringHandlers } from './clock.ts';
import { type CreditLine, creditGathering, followGuests } from './credit.ts';
import { createGathering, type GatheringInput } from './gatherings.ts';
import { hereCode, signIn } from './presence.ts';
import { signUp, withdrawFromGathering } from './seats.ts';
import { findGathering, type GatheringRow, storeGathering } from './store.ts';
import { type GatheringView, gatheringView } from './view.ts';

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;

export interface Hall extends Pick<Scene, 'bank' | 'database' | 'run' | 'code'> {
  readonly host: MemberRow;
  readonly shop: MemberRow;
  readonly guests: readonly MemberRow[];
  readonly signals: Signals;
  /** Calls a gathering for tomorrow. */
  call(change?: Partial<GatheringInput>, by?: Caller): Promise<GatheringRow>;
  /** Lets it have begun a while ago. */
  begin(row: GatheringRow, minutesAgo?: number): Promise<void>;
  see(row: GatheringRow, as?: Caller): Promise<GatheringView>;
  follow(row: GatheringRow): Promise<void>;
  /** Does what is due at this moment. */
  tick(now?: Date): Promise<void>;
  balance(who: MemberRow | string): Promise<{ balanceMinutes: number; heldMinutes: number }>;
}

export async function openHall(database: Database, guests: number): Promise<Hall> {
  const { bank, run, code } = await setScene(database);
  const add = (name: string, kind: 'person' | 'organisation' = 'person') =>
    addMember(database.db, bank, { handle: name.toLowerCase(), name: `${name} Reid`, kind });
  const host = await add('Samira');
  const shop = await add('Kirk', 'organisation');
  const people: MemberRow[] = [];
  for (let n = 1; n <= guests; n++) people.push(await add(`Guest${n}`));
  const signals = new Signals(database);
  const hostCaller = callerOf(host);
  return {
    ...{ bank, database, run, code, host, shop, signals },
    guests: people,
    call: (change = {}, by = hostCaller) =>
      run((tx: Queries) => createGathering(tx, bank, by, { ...soup(), ...change })),
    async begin(row, minutesAgo = 30) {
      const length = row.endsAt.getTime() - row.startsAt.getTime();
      const startsAt = new Date(Date.now() - minutesAgo * MINUTE);
      await run((tx: Queries) => storeGathering(tx, row, { startsAt, endsAt: new Date(startsAt.getTime() + length) }));
    },
    see: (row, as = DESK_CALLER) =>
      run(async (tx: Queries) => gatheringView(tx, bank, (await findGathering(tx, bank.id, row.id)) ?? row, as)),
    follow: (row) => followGuests(signals, bank, row.id),
    async tick(now = new Date()) {
      const handlers = { ...exchangeHandlers, ...gatheringHandlers };
      while (await doDue({ signals, banks: () => [bank], handlers }, now));
    },
    async balance(who) {
      const row = typeof who === 'string' ? await findMember(database.db, bank.id, who) : who;
      return balanceOf(database.db, bank.id, row?.accountId ?? '');
    },
  };
}

/** A class tomorrow for an hour and a half, of which each guest gives half an hour. */
export function soup(): GatheringInput {
  const startsAt = new Date(Math.ceil((Date.now() + 24 * HOUR) / MINUTE) * MINUTE);
  return {
    kind: 'class',
    title: 'Soup and Stitches',
    text: 'Bring something torn.',
    language: 'en',
    place: { name: 'Dock Street Hall' },
    startsAt,
    endsAt: new Date(startsAt.getTime() + 90 * MINUTE),
    seats: 12,
    rule: 'guests_give',
    minutes: 30,
    visibility: 'bank',
  };
}

/** What guests do in the hall of a test, by their number. */
export function actsIn(hall: () => Hall) {
  const who = (n: number) => callerOf(hall().guests[n - 1] as MemberRow);
  return {
    who,
    come: (row: GatheringRow, n: number) =>
      hall().run((tx, after) => signUp(tx, hall().bank, who(n), row.id, {}, after)),
    leave: (row: GatheringRow, n: number) =>
      hall().run((tx, after) => withdrawFromGathering(tx, hall().bank, who(n), row.id, undefined, after)),
    here: (row: GatheringRow, n: number, now?: Date) =>
      hall().run((tx) => signIn(tx, hall().bank, who(n), row.id, hereCode(hall().bank, row.id), now)),
    async credit(
      row: GatheringRow,
      lines: readonly CreditLine[],
      by: Caller = callerOf(hall().host),
      reason = 'The sheet came in',
    ) {
      await hall().run((tx) => creditGathering(tx, hall().bank, by, row.id, lines, { reason }));
      await hall().follow(row);
    },
    outcomes: async (row: GatheringRow) =>
      Object.fromEntries((await hall().see(row)).guests.map(({ name, outcome }) => [name.split(' ')[0], outcome])),
    /** What a guest was told, by its kind. */
    async told(n: number) {
      const mine = eq(notice.memberId, hall().guests[n - 1]?.id ?? '');
      const rows = await hall().database.db.select().from(notice).where(mine).orderBy(notice.id);
      return rows.map(({ kind }) => kind);
    },
  };
}
