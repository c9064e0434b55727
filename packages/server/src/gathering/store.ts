/**
 * Gatherings and their guests in their tables.
 *
 * Promises: whoever holds the lock of a gathering's row is the only one to change its seats and its guests. It is
 * locked before any exchange of a guest, in which order everybody locks.
 *
 * @module
 */
import { and, asc, desc, eq, gt, inArray, lt, ne, sql } from 'drizzle-orm';
import type { Caller } from '../auth/tokens.ts';
import type { Bank } from '../bank/bank.ts';
import type { Queries } from '../db/database.ts';
import { gatheringGuest, gathering as gatheringTable, member } from '../db/schema.ts';
import { Refused } from '../node/refused.ts';

export type GatheringRow = typeof gatheringTable.$inferSelect;
export type GuestRow = typeof gatheringGuest.$inferSelect;

/** The host who is no member: the desk, for the town. */
export const TOWN = '';
export const gatheringPath = (id: string): string => `/gatherings/${id}`;
/** Before it begins and after it began, so long can guests sign in. Milliseconds. */
export const SIGN_IN = { before: 60 * 60_000, after: 3 * 60 * 60_000 } as const;
/** A gathering has at most so many guests, with those who wait. */
export const MOST_GUESTS = 500;

/** What a gathering is now. */
export type GatheringStatus = 'open' | 'full' | 'over' | 'credited' | 'cancelled';

export function statusOf(row: GatheringRow, now: Date = new Date()): GatheringStatus {
  if (row.status !== 'open') return row.status;
  if (row.endsAt <= now) return 'over';
  return row.taken >= row.seats ? 'full' : 'open';
}

const TRIES_MS = 30 * 24 * 60 * 60_000;

/** Hours that find no room are tried again until then, each hour. */
export function triedUntil({ endsAt }: Pick<GatheringRow, 'endsAt'>): Date {
  return new Date(endsAt.getTime() + TRIES_MS);
}

/** Whether the caller is its host, or the desk. */
export function mayRun({ hostId }: Pick<GatheringRow, 'hostId'>, caller: Caller | null | undefined): boolean {
  return caller?.role === 'operator' || (caller?.role === 'member' && caller.memberId === hostId);
}

export async function findGathering(tx: Queries, bankId: string, id: string): Promise<GatheringRow | undefined> {
  const [row] = await tx.select().from(gatheringTable).where(isGathering(bankId, id));
  return row;
}

/** The id of the gathering that an offer or need stands for, if it does. */
export async function gatheringOfOffer(tx: Queries, bankId: string, offerId: string): Promise<string | undefined> {
  const [row] = await tx
    .select({ id: gatheringTable.id })
    .from(gatheringTable)
    .where(and(eq(gatheringTable.bankId, bankId), eq(gatheringTable.offerId, offerId)));
  return row?.id;
}

/** The row, locked. Refuses `not_found`. */
export async function lockGathering(tx: Queries, bankId: string, id: string): Promise<GatheringRow> {
  const [row] = await tx.select().from(gatheringTable).where(isGathering(bankId, id)).for('update');
  if (row === undefined) throw new Refused('not_found');
  return row;
}

/** The same for whoever runs it; to everybody else there is nothing to run. Refuses `not_found`. */
export async function lockOwn(tx: Queries, bank: Bank, caller: Caller, id: string): Promise<GatheringRow> {
  const row = await lockGathering(tx, bank.id, id);
  if (!mayRun(row, caller)) throw new Refused('not_found');
  return row;
}

export async function storeGathering(
  tx: Queries,
  { bankId, id }: GatheringRow,
  change: Partial<GatheringRow>,
): Promise<GatheringRow> {
  const [row] = await tx.update(gatheringTable).set(change).where(isGathering(bankId, id)).returning();
  return row as GatheringRow;
}

export async function storeGuest(tx: Queries, { bankId, id }: GuestRow, change: Partial<GuestRow>): Promise<GuestRow> {
  const [row] = await tx
    .update(gatheringGuest)
    .set(change)
    .where(and(eq(gatheringGuest.bankId, bankId), eq(gatheringGuest.id, id)))
    .returning();
  return row as GuestRow;
}

/** In the order in which they came. */
export async function guestsOf(tx: Queries, { bankId, id }: GatheringRow): Promise<GuestRow[]> {
  return tx
    .select()
    .from(gatheringGuest)
    .where(and(eq(gatheringGuest.bankId, bankId), eq(gatheringGuest.gatheringId, id)))
    .orderBy(asc(gatheringGuest.id))
    .limit(2 * MOST_GUESTS);
}

export async function findGuest(tx: Queries, bankId: string, id: string): Promise<GuestRow | undefined> {
  const [row] = await tx
    .select()
    .from(gatheringGuest)
    .where(and(eq(gatheringGuest.bankId, bankId), eq(gatheringGuest.id, id)));
  return row;
}

export async function guestByMember(
  tx: Queries,
  { bankId, id }: GatheringRow,
  memberId: string,
): Promise<GuestRow | undefined> {
  const of = [eq(gatheringGuest.bankId, bankId), eq(gatheringGuest.gatheringId, id)];
  const [row] = await tx
    .select()
    .from(gatheringGuest)
    .where(and(...of, eq(gatheringGuest.memberId, memberId)));
  return row;
}

/** Where a list of gatherings goes on: after the one of this time and id. */
export interface GatheringPlace {
  readonly at: Date;
  readonly id: string;
}

/** A place in a list by that time, in an address. */
export function placeOf(row: GatheringRow, by: 'startsAt' | 'endsAt'): string {
  return `${row[by].getTime()}.${row.id}`;
}

/** `undefined` for what {@link placeOf} does not say. */
export function placeIn(text: string): GatheringPlace | undefined {
  const [, time, id] = /^(\d{1,14})\.([0-9A-HJKMNP-TV-Z]{26})$/.exec(text) ?? [];
  return time === undefined || id === undefined ? undefined : { at: new Date(Number(time)), id };
}

const sortedBy = ({ at, id }: GatheringPlace) => sql`(${at.toISOString()}::timestamptz, ${id})`;

/** Those that are still to come, soonest first; only public ones for a guest. */
export async function gatheringsToCome(
  tx: Queries,
  bankId: string,
  {
    everybody,
    now,
    limit,
    after,
  }: { everybody: boolean; now: Date; limit: number; after?: GatheringPlace | undefined },
): Promise<GatheringRow[]> {
  return tx
    .select()
    .from(gatheringTable)
    .where(
      and(
        eq(gatheringTable.bankId, bankId),
        sql`status = 'open'`,
        gt(gatheringTable.endsAt, now),
        after && sql`(${gatheringTable.endsAt}, ${gatheringTable.id}) > ${sortedBy(after)}`,
        everybody ? eq(gatheringTable.visibility, 'public') : undefined,
      ),
    )
    .orderBy(asc(gatheringTable.endsAt), asc(gatheringTable.id))
    .limit(limit);
}

/** Those that a member hosts, or the town does; latest first. */
export async function hostedBy(
  tx: Queries,
  bankId: string,
  hostId: string,
  limit: number,
  before?: GatheringPlace,
): Promise<GatheringRow[]> {
  return tx
    .select()
    .from(gatheringTable)
    .where(
      and(
        eq(gatheringTable.bankId, bankId),
        eq(gatheringTable.hostId, hostId),
        before && sql`(${gatheringTable.startsAt}, ${gatheringTable.id}) < ${sortedBy(before)}`,
      ),
    )
    .orderBy(desc(gatheringTable.startsAt), desc(gatheringTable.id))
    .limit(limit);
}

/**
 * Those that a member goes to, or waits for, or went to; the last that they put themselves down for first. `before` is
 * the id of the last guest seen. With `there`, without those whose seat they gave back.
 */
export async function attendedBy(
  tx: Queries,
  bankId: string,
  memberId: string,
  limit: number,
  { before, there = false }: { before?: string | undefined; there?: boolean } = {},
) {
  return tx
    .select({ gathering: gatheringTable, guest: gatheringGuest })
    .from(gatheringGuest)
    .innerJoin(
      gatheringTable,
      and(eq(gatheringTable.bankId, gatheringGuest.bankId), eq(gatheringTable.id, gatheringGuest.gatheringId)),
    )
    .where(
      and(
        eq(gatheringGuest.bankId, bankId),
        eq(gatheringGuest.memberId, memberId),
        before === undefined ? undefined : lt(gatheringGuest.id, before),
        there ? ne(gatheringGuest.status, 'withdrawn') : undefined,
      ),
    )
    .orderBy(desc(gatheringGuest.id))
    .limit(limit);
}

/** The names of hosts by id. The town's is the bank's. */
export async function hostNames(
  tx: Queries,
  bank: Bank,
  rows: readonly Pick<GatheringRow, 'hostId'>[],
): Promise<ReadonlyMap<string, string>> {
  const ids = [...new Set(rows.map(({ hostId }) => hostId))].filter((id) => id !== TOWN);
  const found =
    ids.length === 0
      ? []
      : await tx
          .select({ id: member.id, name: member.name })
          .from(member)
          .where(and(eq(member.bankId, bank.id), inArray(member.id, ids)));
  return new Map([[TOWN, bank.settings.name], ...found.map(({ id, name }) => [id, name] as const)]);
}

function isGathering(bankId: string, id: string) {
  return and(eq(gatheringTable.bankId, bankId), eq(gatheringTable.id, id));
}
