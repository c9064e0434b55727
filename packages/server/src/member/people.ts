/**
 * People and their hats: who may act for which member, and who looks after the desk.
 *
 * Promises: an address belongs to a person only after they have shown that mail reaches them there; a hat that
 * is taken ends every session that wears it; people of one bank are unknown at another, save to themselves.
 *
 * @module
 */
import { and, asc, eq, ne, sql } from 'drizzle-orm';
import { endSessionsWith } from '../auth/sessions.ts';
import type { Queries } from '../db/database.ts';
import { newId } from '../db/id.ts';
import { bank as bankTable, hat, member, person, waitingHat } from '../db/schema.ts';
import { rowsOf } from '../ledger/ledger.ts';
import { Refused } from '../node/refused.ts';

export type PersonRow = typeof person.$inferSelect;

/** The `memberId` of a hat for the desk. */
export const DESK_HAT = '';

export interface Hat {
  readonly personId: string;
  readonly personName: string;
  /** Empty for the desk. */
  readonly memberId: string;
  readonly role: 'acts' | 'desk';
  /** The member's; empty for the desk. */
  readonly name: string;
  readonly kind: 'person' | 'household' | 'organisation' | 'fund' | null;
}

export async function addPerson(tx: Queries, bankId: string, name: string, email?: string): Promise<PersonRow> {
  const [row] = await tx
    .insert(person)
    .values({ bankId, id: newId(), name, email: email ?? null })
    .returning();
  return row as PersonRow;
}

export async function findPerson(tx: Queries, bankId: string, id: string): Promise<PersonRow | undefined> {
  const [row] = await tx
    .select()
    .from(person)
    .where(and(eq(person.bankId, bankId), eq(person.id, id)));
  return row;
}

/** A person's hats, their own name first: what they may wear. */
export async function hatsOf(tx: Queries, bankId: string, personId: string): Promise<Hat[]> {
  return hatsWhere(tx, bankId, eq(hat.personId, personId));
}

/** Who may act for a member, or looks after the desk. */
export async function wearersOf(tx: Queries, bankId: string, memberId: string): Promise<Hat[]> {
  return hatsWhere(tx, bankId, eq(hat.memberId, memberId));
}

async function hatsWhere(tx: Queries, bankId: string, which: ReturnType<typeof eq>): Promise<Hat[]> {
  const rows = await tx
    .select({
      personId: hat.personId,
      personName: person.name,
      memberId: hat.memberId,
      role: hat.role,
      name: member.name,
      kind: member.kind,
    })
    .from(hat)
    .innerJoin(person, and(eq(person.bankId, hat.bankId), eq(person.id, hat.personId)))
    .leftJoin(member, and(eq(member.bankId, hat.bankId), eq(member.id, hat.memberId)))
    .where(and(eq(hat.bankId, bankId), which))
    .orderBy(sql`${member.kind} = 'person' desc nulls last`, asc(hat.createdAt), asc(hat.personId))
    .limit(200);
  return rows.map((row) => ({ ...row, name: row.name ?? '' }));
}

/** Refuses `not_found` unless this person may wear it. */
export async function mustWear(tx: Queries, bankId: string, personId: string, memberId: string): Promise<Hat> {
  const found = (await hatsOf(tx, bankId, personId)).find((each) => each.memberId === memberId);
  if (found === undefined) throw new Refused('not_found');
  return found;
}

/** Whose hat it is, and for whom: a person who is known, or whoever shows that an address is theirs. */
export type NewHat = { readonly memberId: string; readonly role: 'acts' | 'desk' } & (
  | { readonly personId: string }
  | { readonly email: string; readonly name: string }
);

/** Gives a hat. Giving it twice changes nothing. Refuses `not_found` when person or member are not of this bank. */
export async function giveHat(tx: Queries, bankId: string, given: NewHat): Promise<void> {
  const { memberId, role } = given;
  if ((role === 'desk') !== (memberId === DESK_HAT)) throw new Refused('invalid_request', { field: 'role' });
  if (memberId !== DESK_HAT) {
    const [row] = await tx
      .select({ kind: member.kind })
      .from(member)
      .where(and(eq(member.bankId, bankId), eq(member.id, memberId)));
    if (row === undefined || row.kind === 'fund') throw new Refused('not_found');
  }
  if ('email' in given) {
    const { email, name } = given;
    await tx.insert(waitingHat).values({ bankId, email, memberId, role, name }).onConflictDoNothing();
    return;
  }
  if ((await findPerson(tx, bankId, given.personId)) === undefined) throw new Refused('not_found');
  await tx.insert(hat).values({ bankId, personId: given.personId, memberId, role }).onConflictDoNothing();
}

/** Takes a hat, and ends what wears it. Refuses `not_found`. */
export async function takeHat(tx: Queries, bankId: string, personId: string, memberId: string): Promise<void> {
  const [taken] = await tx
    .delete(hat)
    .where(and(eq(hat.bankId, bankId), eq(hat.personId, personId), eq(hat.memberId, memberId)))
    .returning();
  if (taken === undefined) throw new Refused('not_found');
  await endSessionsWith(tx, bankId, personId, { memberId });
}

/** Hats that wait for the owner of an address, of a member or of the desk. */
export async function waitingHatsFor(
  tx: Queries,
  bankId: string,
  memberId: string,
): Promise<{ readonly email: string; readonly name: string }[]> {
  return tx
    .select({ email: waitingHat.email, name: waitingHat.name })
    .from(waitingHat)
    .where(and(eq(waitingHat.bankId, bankId), eq(waitingHat.memberId, memberId)))
    .orderBy(asc(waitingHat.createdAt))
    .limit(50);
}

/** Takes back a hat that still waits. Refuses `not_found`. */
export async function dropWaitingHat(tx: Queries, bankId: string, email: string, memberId: string): Promise<void> {
  const [dropped] = await tx
    .delete(waitingHat)
    .where(and(eq(waitingHat.bankId, bankId), eq(waitingHat.email, email), eq(waitingHat.memberId, memberId)))
    .returning();
  if (dropped === undefined) throw new Refused('not_found');
}

/** Whether anybody comes in by this address: somebody with a hat, or somebody for whom one waits. */
export async function isAwaited(tx: Queries, bankId: string, email: string): Promise<boolean> {
  const result = await tx.execute(sql`
    select exists (select 1 from person p join hat h on h.bank_id = p.bank_id and h.person_id = p.id
        where p.bank_id = ${bankId} and p.email = ${email})
      or exists (select 1 from waiting_hat w where w.bank_id = ${bankId} and w.email = ${email}) as awaited`);
  return rowsOf<{ awaited: boolean }>(result)[0]?.awaited === true;
}

/**
 * The person to whom an address was shown to belong, with the hats that waited for them; `null` when it is nobody's
 * or they have no hat any more. Two at once make one person.
 */
export async function personOf(tx: Queries, bankId: string, email: string): Promise<PersonRow | null> {
  const waiting = await tx
    .delete(waitingHat)
    .where(and(eq(waitingHat.bankId, bankId), eq(waitingHat.email, email)))
    .returning();
  const named = waiting[0]?.name;
  if (named !== undefined)
    await tx.insert(person).values({ bankId, id: newId(), name: named, email }).onConflictDoNothing();
  const [row] = await tx
    .select()
    .from(person)
    .where(and(eq(person.bankId, bankId), eq(person.email, email)));
  if (row === undefined) return null;
  for (const { memberId, role } of waiting) await giveHat(tx, bankId, { personId: row.id, memberId, role });
  return (await hatsOf(tx, bankId, row.id)).length === 0 ? null : row;
}

/** Other banks of this node where the same person has shown the same address. For that person only. */
export async function otherBanksOf(
  tx: Queries,
  bankId: string,
  personId: string,
): Promise<{ readonly name: string; readonly origin: string }[]> {
  const mine = await findPerson(tx, bankId, personId);
  if (mine === undefined || mine.email === null) return [];
  return tx
    .select({ name: bankTable.name, origin: bankTable.origin })
    .from(person)
    .innerJoin(bankTable, eq(bankTable.id, person.bankId))
    .where(and(eq(person.email, mine.email), ne(person.bankId, bankId)))
    .orderBy(asc(bankTable.name))
    .limit(50);
}
