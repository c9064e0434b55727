/**
 * What members say about themselves, and finding each other by name.
 *
 * Promises: a place is rounded to about a kilometre before it is kept; how somebody is reached goes to the desk and
 * to themselves, to other members only when they said so, and to another bank never.
 *
 * @module
 */
import { and, asc, eq, sql } from 'drizzle-orm';
import type { Queries } from '../db/database.ts';
import { member } from '../db/schema.ts';
import { Refused } from '../node/refused.ts';
import { lockChanges } from '../offer/changes.ts';
import { placeColumns, placeFrom, placeKey } from '../offer/places.ts';
import { type MemberRow, nameKey } from './members.ts';

/** What a member may change. What is left out stays. */
export interface ProfileChange {
  readonly name?: string | undefined;
  readonly about?: string | undefined;
  readonly speaks?: string | undefined;
  readonly howFar?: string | undefined;
  readonly whenFree?: string | undefined;
  readonly askFor?: string | undefined;
  readonly website?: string | undefined;
  readonly email?: string | undefined;
  readonly phone?: string | undefined;
  readonly reach?: string | undefined;
  readonly reachShown?: boolean | undefined;
  readonly language?: string | undefined;
  readonly place?: string | undefined;
  /** Degrees, for a place that the desk does not know; `null` takes them away. */
  readonly coordinates?: { readonly latitude: number; readonly longitude: number } | null | undefined;
}

/** Refuses `not_found`. */
export async function updateProfile(
  tx: Queries,
  bankId: string,
  memberId: string,
  { coordinates, place, ...rest }: ProfileChange,
): Promise<MemberRow> {
  // Before the member's row, as the desk does that says where a place is.
  if (place !== undefined || coordinates !== undefined) await lockChanges(tx, bankId);
  const isTheirs = and(eq(member.bankId, bankId), eq(member.id, memberId), sql`${member.kind} <> 'fund'`);
  const [before] = await tx.select().from(member).where(isTheirs).for('update');
  if (before === undefined) throw new Refused('not_found');
  const given = Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined));
  const same = placeKey(place ?? before.place) === before.placeKey;
  // In the same place as before they are where they were, unless they say otherwise.
  const at = coordinates === undefined && same ? placeFrom(before) : coordinates;
  const [row] = await tx
    .update(member)
    .set({
      ...given,
      ...(await placeColumns(tx, bankId, { ...at, name: place ?? before.place })),
      ...(rest.name !== undefined && { nameKey: nameKey(rest.name) }),
    })
    .where(isTheirs)
    .returning();
  return row as MemberRow;
}

export interface Reach {
  readonly email: string;
  readonly phone: string;
  readonly words: string;
}

/** How a member is reached, for one who asks; `null` when that is not for them. */
export function reachFor(row: MemberRow, asker: { readonly desk: boolean; readonly memberId: string }): Reach | null {
  if (!asker.desk && asker.memberId !== row.id && !row.reachShown) return null;
  return { email: row.email, phone: row.phone, words: row.reach };
}

export interface NamesAsked {
  /** Beginnings of words of a name; empty: everybody. */
  readonly search: string;
  /** The last one of the page before, as {@link placeOf} says it. */
  readonly after: string | undefined;
  readonly limit: number;
  /** Also those who rest or have moved, for the desk. */
  readonly all?: boolean;
}

const MOST_WORDS = 5;

/** Members by their names. The fund is not among them. */
export async function membersNamed(
  tx: Queries,
  bankId: string,
  { search, after, limit, all = false }: NamesAsked,
): Promise<MemberRow[]> {
  const words = nameKey(search).match(/[\p{L}\p{N}]+/gu) ?? [];
  const query = words
    .slice(0, MOST_WORDS)
    .map((word) => `${word}:*`)
    .join(' & ');
  const [key = '', id = ''] = after?.split('\n') ?? [];
  return tx
    .select()
    .from(member)
    .where(
      and(
        eq(member.bankId, bankId),
        sql`${member.kind} <> 'fund'`,
        all ? undefined : eq(member.status, 'active'),
        query === '' ? undefined : sql`to_tsvector('simple', ${member.nameKey}) @@ to_tsquery('simple', ${query})`,
        after === undefined ? undefined : sql`(${member.nameKey}, ${member.id}) > (${key}, ${id})`,
      ),
    )
    .orderBy(asc(member.nameKey), asc(member.id))
    .limit(limit);
}

/** Where a list by names goes on after this member. */
export function placeOf(row: MemberRow): string {
  return `${row.nameKey}\n${row.id}`;
}
