/**
 * Places that members name, as far as a map needs to know them.
 *
 * Promises: coordinates are whole hundredths of a degree, about a kilometre; nobody's door is kept anywhere.
 *
 * @module
 */
import { and, desc, eq, sql } from 'drizzle-orm';
import type { Queries } from '../db/database.ts';
import { offerPlace } from '../db/schema.ts';
import { normalised } from './words.ts';

/** A place as somebody writes it. Degrees, both or neither. */
export interface Place {
  readonly name: string;
  readonly latitude?: number | undefined;
  readonly longitude?: number | undefined;
}

/** Hundredths of a degree. */
export interface Coordinates {
  readonly latitude: number | null;
  readonly longitude: number | null;
}

const MOST_CHOICES = 100;

/** Where a place is. One that is told with coordinates is remembered; one without is looked up by its name. */
export async function coordinatesOf(tx: Queries, bankId: string, place: Place): Promise<Coordinates> {
  const key = normalised(place.name);
  const { latitude, longitude } = place;
  if (key === '') return { latitude: rounded(latitude), longitude: rounded(longitude) };
  if (latitude !== undefined && longitude !== undefined) {
    const at = { latitude: Math.round(latitude * 100), longitude: Math.round(longitude * 100) };
    await tx
      .insert(offerPlace)
      .values({ bankId, key, name: place.name, ...at, uses: 1 })
      .onConflictDoUpdate({
        target: [offerPlace.bankId, offerPlace.key],
        set: { uses: sql`${offerPlace.uses} + 1` },
      });
    return at;
  }
  const [known] = await tx
    .update(offerPlace)
    .set({ uses: sql`${offerPlace.uses} + 1` })
    .where(and(eq(offerPlace.bankId, bankId), eq(offerPlace.key, key)))
    .returning({ latitude: offerPlace.latitude, longitude: offerPlace.longitude });
  return known ?? { latitude: null, longitude: null };
}

function rounded(degrees: number | undefined): number | null {
  return degrees === undefined ? null : Math.round(degrees * 100);
}

/** The places that are named most, for choosing one. */
export async function knownPlaces(tx: Queries, bankId: string): Promise<(typeof offerPlace.$inferSelect)[]> {
  return tx
    .select()
    .from(offerPlace)
    .where(eq(offerPlace.bankId, bankId))
    .orderBy(desc(offerPlace.uses))
    .limit(MOST_CHOICES);
}

/** A known place by its name, however it is written. */
export async function findPlace(tx: Queries, bankId: string, name: string) {
  const [row] = await tx
    .select()
    .from(offerPlace)
    .where(and(eq(offerPlace.bankId, bankId), eq(offerPlace.key, normalised(name))));
  return row;
}
