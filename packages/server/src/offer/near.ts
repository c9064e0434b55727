/**
 * What is near comes first, however long ago it was written.
 *
 * Promises: of a place's surroundings only the points at which something is are looked at, each found from the one
 * before it in an index; the rest of the world comes after them, newest first. A ring is looked into only when the ones
 * inside it did not fill the page.
 *
 * @module
 */
import { type SQL, sql } from 'drizzle-orm';
import type { Queries } from '../db/database.ts';
import { rowsOf, textArray } from '../ledger/ledger.ts';
import type { Point } from './places.ts';

/** Squares of hundredths of a degree: two, five and ten kilometres. What is further is in the ring after them. */
const RINGS = [4, 21, 81] as const;
export const FURTHER = RINGS.length;
const REACH = 9;
/** Nobody lives so near a pole that a degree of longitude is shorter than this part of one at the equator. */
const NARROWEST = 0.2;

/** The points around a place at which something is, ring by ring. */
export type Surroundings = readonly (readonly Point[])[];

/** A table that is looked through as `o`, by itself or in parts, each of which an index with its points serves. */
export interface Source {
  readonly table: SQL;
  /** Names of its parts. */
  readonly parts: readonly string[];
  /** The condition of a part by its name. */
  readonly which: (part: SQL) => SQL;
}

/** Where anything of a source is, around a point. */
export async function surroundings(tx: Queries, { table, parts, which }: Source, near: Point): Promise<Surroundings> {
  const wide = Math.max(NARROWEST, Math.cos((near.latitude / 100) * (Math.PI / 180)));
  const reach = Math.floor(REACH / wide);
  const [south, north] = [near.latitude - REACH, near.latitude + REACH];
  const [west, east] = [near.longitude - reach, near.longitude + reach];
  const next = (part: SQL, from: SQL): SQL => sql`select o.latitude, o.longitude from ${table} o
    where ${which(part)} and (o.latitude, o.longitude) >= (${from}) and o.latitude <= ${north}
    order by o.latitude, o.longitude limit 1`;
  // After the eastern edge comes the western one, a hundredth of a degree further north.
  const after = sql`case when p.longitude < ${east}::int then p.latitude::int else p.latitude + 1 end,
    case when p.longitude between ${west}::int and ${east - 1}::int then p.longitude + 1 else ${west}::int end`;
  const result = await tx.execute(sql`with recursive point as (
      select part.name, n.* from unnest(${textArray(parts)}) as part(name)
      cross join lateral (${next(sql`part.name`, sql`${south}::int, ${west}::int`)}) n
      union all
      select p.name, n.* from point p cross join lateral (${next(sql`p.name`, after)}) n)
    select distinct latitude, longitude from point where longitude between ${west}::int and ${east}::int`);
  const rings: Point[][] = RINGS.map(() => []);
  for (const point of rowsOf<Point>(result)) {
    const square = (point.latitude - near.latitude) ** 2 + ((point.longitude - near.longitude) * wide) ** 2;
    rings[RINGS.findIndex((most) => square <= most)]?.push(point);
  }
  return rings;
}

/** A point as one number. */
const code = ({ latitude, longitude }: Point): number => latitude * 100_000 + longitude;
const CODE = sql`coalesce(o.latitude::int * 100000 + o.longitude, 2000000000)`;

/** The condition that something is further than all rings. */
export function isOutside(around: Surroundings): SQL {
  return sql`${CODE} <> all(${ints(around.flat().map(code))})`;
}

/** In which ring something is. */
export function ringOf(around: Surroundings): SQL {
  const rings = around.map((points, ring) => sql`when ${CODE} = any(${ints(points.map(code))}) then ${ring}::int`);
  return sql`(case ${sql.join(rings, sql` `)} else ${FURTHER}::int end)`;
}

/** The first ring in which anything is. */
export function nearest(around: Surroundings): number {
  const ring = around.findIndex((points) => points.length > 0);
  return ring < 0 ? FURTHER : ring;
}

/** The points of a ring as a table, to be asked one by one; `null` for the rest of the world, which has none. */
export function pointsIn(around: Surroundings, ring: number): SQL | null {
  const points = around[ring];
  if (points === undefined) return null;
  const [latitudes, longitudes] = [points.map((each) => each.latitude), points.map((each) => each.longitude)];
  return sql`unnest(${ints(latitudes)}, ${ints(longitudes)}) as at(latitude, longitude)`;
}

function ints(values: readonly number[]): SQL {
  return sql`${`{${values.join()}}`}::int[]`;
}
