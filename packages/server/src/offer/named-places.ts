/**
 * What is named by the names of places: how much is at each that the desk knows, and which names wait for it to say
 * where they are.
 *
 * Promises: nothing is kept for this: a name waits as long as something that is not over names it, and is gone with it.
 * Names are read from indexes, one row a name, and at most so many, however much names them.
 *
 * @module
 */
import { asc, eq, type SQL, sql } from 'drizzle-orm';
import type { Queries } from '../db/database.ts';
import { place as placeTable } from '../db/schema.ts';
import { rowsOf, textArray } from '../ledger/ledger.ts';
import { PLACE_NAME, type Point, pointOf } from './places.ts';

/** A place that the desk knows. */
export interface MappedPlace {
  readonly name: string;
  /** `null`: it is on no map. */
  readonly point: Point | null;
  /** Of what names it, up to {@link MOST_COUNTED}. */
  readonly count: number;
}

/** A name that members wrote, and the desk has not said where it is. */
export interface WaitingPlace {
  /** As one of them wrote it. */
  readonly name: string;
  readonly count: number;
}

export const MOST_COUNTED = 100;
const MOST_WAITING = 100;
/** Of the names in one table, so many are looked at, by the alphabet, to find those that wait. */
const MOST_READ = 600;

/** Where places are named, as far as the indexes by them reach. */
const NAMING = [
  { table: sql`offer`, open: sql`place_key <> '' and status <> 'ended'` },
  { table: sql`gathering`, open: sql`place_key <> '' and status = 'open'` },
  { table: sql`member`, open: sql`place_key <> ''` },
] as const;

/** All that the desk knows, by name. */
export async function mappedPlaces(tx: Queries, bankId: string): Promise<MappedPlace[]> {
  const rows = await tx.select().from(placeTable).where(eq(placeTable.bankId, bankId)).orderBy(asc(placeTable.key));
  const counts = await countsOf(tx, bankId, sql`select key from place where bank_id = ${bankId}`);
  return rows.map((row) => ({ name: row.name, point: pointOf(row), count: counts.get(row.key) ?? 0 }));
}

/**
 * Names that members wrote and the desk does not know. Of each table the first {@link MOST_READ} names of the alphabet
 * are looked at, known ones too; of those that wait among them, the ones come first that most things name.
 */
export async function waitingPlaces(tx: Queries, bankId: string): Promise<WaitingPlace[]> {
  const names = new Map<string, string>();
  for (const naming of NAMING) for (const { key, name } of await unknownIn(tx, bankId, naming)) names.set(key, name);
  const counts = await countsOf(tx, bankId, sql`select unnest(${textArray([...names.keys()])}) as key`);
  return [...names]
    .map(([key, name]) => ({ name, count: counts.get(key) ?? 0 }))
    .sort((a, b) => b.count - a.count || (a.name < b.name ? -1 : 1))
    .slice(0, MOST_WAITING);
}

/** The names of one table, each found from the one before it. */
async function unknownIn(tx: Queries, bankId: string, { table, open }: { table: SQL; open: SQL }) {
  const next = (after: SQL): SQL => sql`select place_key as key, place as name from ${table}
    where bank_id = ${bankId} and ${open} and place_key > ${after} order by place_key limit 1`;
  const result = await tx.execute(sql`with recursive named as (
      (${next(sql`''`)}) union all
      select n.* from named cross join lateral (${next(sql`named.key`)}) n)
    select key, name from (select * from named limit ${MOST_READ}) few
    where length(name) <= ${PLACE_NAME}
      and not exists (select 1 from place p where p.bank_id = ${bankId} and p.key = few.key)`);
  return rowsOf<{ key: string; name: string }>(result);
}

async function countsOf(tx: Queries, bankId: string, keys: SQL): Promise<Map<string, number>> {
  const each = NAMING.map(
    ({ table, open }) => sql`(select count(*) from (select 1 from ${table} t
      where t.bank_id = ${bankId} and ${open} and t.place_key = k.key limit ${MOST_COUNTED}) few)`,
  );
  const result = await tx.execute(sql`select k.key, (${sql.join(each, sql` + `)})::int as count from (${keys}) k`);
  return new Map(
    rowsOf<{ key: string; count: number }>(result).map(({ key, count }) => [key, Math.min(count, MOST_COUNTED)]),
  );
}
