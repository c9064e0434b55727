/**
 * The town's places: what the desk says about where they are, and what follows for everything that names one.
 *
 * Promises: coordinates are whole hundredths of a degree, about a kilometre; nobody's door is kept anywhere. Where a
 * place of the town is, only the desk says, and then it counts for all that names it, written before or after. What a
 * program says beside a name counts for that one thing alone, as long as the desk does not know the place.
 *
 * @module
 */
import { and, asc, eq, isNotNull, type SQL, sql } from 'drizzle-orm';
import type { Bank } from '../bank/bank.ts';
import type { Queries } from '../db/database.ts';
import { member, place as placeTable } from '../db/schema.ts';
import { Refused } from '../node/refused.ts';
import { lockChanges } from './changes.ts';
import { normalised } from './words.ts';

/** A place as somebody writes it. Degrees, both or neither. */
export interface Place {
  readonly name: string;
  readonly latitude?: number | undefined;
  readonly longitude?: number | undefined;
}

/** Degrees. */
export interface Degrees {
  readonly latitude: number;
  readonly longitude: number;
}

/** Hundredths of a degree. */
export interface Point {
  readonly latitude: number;
  readonly longitude: number;
}

type PlaceRow = typeof placeTable.$inferSelect;
export type PointedPlace = PlaceRow & Point;

/** The most characters of a place's name that the desk writes. */
export const PLACE_NAME = 60;
/** A bank has at most so many, with those that are on no map. */
export const MOST_PLACES = 300;
const LONGEST_KEY = 80;

/** A name as it is looked for: in small letters, without accents, and however it is spaced. */
export function placeKey(name: string): string {
  return [...normalised(name).replaceAll(/\s+/gu, ' ')].slice(0, LONGEST_KEY).join('');
}

/** What a row says of a place: by the town's map, or else as it was given. */
export async function placeColumns(tx: Queries, bankId: string, place: Place) {
  const key = placeKey(place.name);
  const known = key === '' ? undefined : await byKey(tx, bankId, key);
  return { place: place.name, placeKey: key, ...(pointOf(known) ?? roundedPoint(place) ?? NOWHERE) };
}

/** A place as the row of something says it, to be written again. */
export function placeFrom(row: Pick<PlaceRow, 'latitude' | 'longitude'> & { readonly place: string }): Place {
  const point = pointOf(row);
  return { name: row.place, ...(point !== null && degreesOf(point)) };
}

export function degreesOf({ latitude, longitude }: Point): Degrees {
  return { latitude: latitude / 100, longitude: longitude / 100 };
}

/** Where a row is, if it says so. */
export function pointOf(row: Pick<PlaceRow, 'latitude' | 'longitude'> | undefined): Point | null {
  if (row === undefined || row.latitude === null || row.longitude === null) return null;
  return { latitude: row.latitude, longitude: row.longitude };
}

const NOWHERE = { latitude: null, longitude: null } as const;

/** The point that is meant, if it is said. */
export function roundedPoint({ latitude, longitude }: Omit<Place, 'name'>): Point | null {
  if (latitude === undefined || longitude === undefined) return null;
  return { latitude: Math.round(latitude * 100), longitude: Math.round(longitude * 100) };
}

async function byKey(tx: Queries, bankId: string, key: string): Promise<PlaceRow | undefined> {
  const [row] = await tx
    .select()
    .from(placeTable)
    .where(and(eq(placeTable.bankId, bankId), eq(placeTable.key, key)));
  return row;
}

/** The places that are on the map, by name. */
export async function knownPlaces(tx: Queries, bankId: string): Promise<PointedPlace[]> {
  return (await tx
    .select()
    .from(placeTable)
    .where(and(eq(placeTable.bankId, bankId), isNotNull(placeTable.latitude)))
    .orderBy(asc(placeTable.key))) as PointedPlace[];
}

/** Where a place of the town is, by its name, however it is written; `null` when the map does not say. */
async function findPlace(tx: Queries, bankId: string, name: string): Promise<PointedPlace | null> {
  const row = await byKey(tx, bankId, placeKey(name));
  return pointOf(row) === null ? null : (row as PointedPlace);
}

/** Where a member is, as far as the member's own page says. */
export async function pointOfMember(tx: Queries, bankId: string, memberId: string): Promise<Point | null> {
  const [row] = await tx
    .select({ latitude: member.latitude, longitude: member.longitude })
    .from(member)
    .where(and(eq(member.bankId, bankId), eq(member.id, memberId)));
  return pointOf(row);
}

/** By this word somebody asks for what is near their own place. */
export const ME = 'me';

/** What is meant by "near" so and so: a place of the town, or where whoever asks is. `null` when nobody has said. */
export async function nearOf(tx: Queries, bankId: string, asked: string, memberId: string | undefined) {
  const mine = asked === ME && memberId !== undefined ? await pointOfMember(tx, bankId, memberId) : null;
  if (mine !== null) return { name: null, point: mine };
  const found = await findPlace(tx, bankId, asked);
  return found && { name: found.name, point: found as Point };
}

/**
 * The desk says where a place is, or with `null` that it is on no map. All that names it, and is not over, is there
 * from now on; partners hear of it as of every change. Refuses `invalid_request` for a name that is none, and for one
 * too many.
 */
export async function setPlace(tx: Queries, bank: Bank, name: string, degrees: Degrees | null): Promise<PlaceRow> {
  const key = placeKey(name);
  if (key === '' || name.length > PLACE_NAME) throw new Refused('invalid_request', { field: 'name' });
  await lockChanges(tx, bank.id);
  const before = await byKey(tx, bank.id, key);
  if (before === undefined && (await placesIn(tx, bank.id)) >= MOST_PLACES)
    throw new Refused('invalid_request', { field: 'name', reason: `there are ${MOST_PLACES} places already` });
  const point = (degrees && roundedPoint(degrees)) ?? NOWHERE;
  const [row] = await tx
    .insert(placeTable)
    .values({ bankId: bank.id, key, name, ...point })
    .onConflictDoUpdate({ target: [placeTable.bankId, placeTable.key], set: { name, ...point } })
    .returning();
  // What was never on the map has nothing to take back: what a program said of one thing stays.
  if (degrees !== null || pointOf(before) !== null) await move(tx, bank.id, key, point);
  return row as PlaceRow;
}

async function placesIn(tx: Queries, bankId: string): Promise<number> {
  const [row] = await tx
    .select({ count: sql<number>`count(*)::int` })
    .from(placeTable)
    .where(eq(placeTable.bankId, bankId));
  return row?.count ?? 0;
}

/** The desk takes a place off its list: what names it is nowhere again. Refuses `not_found`. */
export async function endPlace(tx: Queries, bank: Bank, name: string): Promise<void> {
  await lockChanges(tx, bank.id);
  const [row] = await tx
    .delete(placeTable)
    .where(and(eq(placeTable.bankId, bank.id), eq(placeTable.key, placeKey(name))))
    .returning();
  if (row === undefined) throw new Refused('not_found');
  if (row.latitude !== null) await move(tx, bank.id, row.key, NOWHERE);
}

/** Tells everything that names a place where it is. The bank's order of changes is locked. */
async function move(tx: Queries, bankId: string, key: string, to: Point | typeof NOWHERE): Promise<void> {
  const there = sql`latitude = ${to.latitude}::smallint, longitude = ${to.longitude}::smallint`;
  const named: SQL = sql`bank_id = ${bankId} and place_key = ${key}
    and (latitude, longitude) is distinct from (${to.latitude}::smallint, ${to.longitude}::smallint)`;
  await tx.execute(sql`with named as (
      select id, row_number() over (order by id) as nth from offer where ${named} and place_key <> '' and status <> 'ended'),
    moved as (update offer o set ${there}, change = c.last + n.nth from named n, offer_changes c
      where o.bank_id = ${bankId} and o.id = n.id and c.bank_id = ${bankId} returning o.id)
    update offer_changes set last = last + (select count(*) from moved) where bank_id = ${bankId}`);
  await tx.execute(sql`update gathering set ${there}
    where ${named} and place_key <> '' and status = 'open' and ends_at > now()`);
  await tx.execute(sql`update member set ${there} where ${named} and place_key <> ''`);
}
