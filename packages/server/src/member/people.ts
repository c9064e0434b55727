/**
 * People and their hats: who may act for which member, and who looks after the desk.
 *
 * Promises: an address belongs to a person only after they have shown that mail reaches them there, and to nobody else;
 * a hat that is taken ends every session that wears it; people of one bank are unknown at another, save to themselves.
 *
 * @module
 */
import { and, asc, eq, inArray, isNull, ne, or, type SQL, sql } from 'drizzle-orm';
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

async function hatsWhere(tx: Queries, bankId: string, which: SQL | undefined): Promise<Hat[]> {
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

/**
 * Gives a hat. Giving it twice changes nothing. Returns whether it is new. Refuses `not_found` when person or member
 * are not of this bank.
 */
export async function giveHat(tx: Queries, bankId: string, given: NewHat): Promise<boolean> {
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
    const row = { bankId, email, memberId, role, name };
    return (await tx.insert(waitingHat).values(row).onConflictDoNothing().returning()).length > 0;
  }
  if ((await findPerson(tx, bankId, given.personId)) === undefined) throw new Refused('not_found');
  const row = { bankId, personId: given.personId, memberId, role };
  return (await tx.insert(hat).values(row).onConflictDoNothing().returning()).length > 0;
}

/** Takes a hat, and ends what wears it or waits for whoever wears it. Refuses `not_found`. */
export async function takeHat(tx: Queries, bankId: string, personId: string, memberId: string): Promise<void> {
  const [taken] = await tx
    .delete(hat)
    .where(and(eq(hat.bankId, bankId), eq(hat.personId, personId), eq(hat.memberId, memberId)))
    .returning();
  if (taken === undefined) throw new Refused('not_found');
  await forgetWaiting(tx, bankId, personId, [memberId]);
  await endSessionsWith(tx, bankId, personId, { memberId });
}

/** Addresses that a person had still to show, as the desk wrote them down for these members. */
async function forgetWaiting(
  tx: Queries,
  bankId: string,
  personId: string,
  memberIds: readonly string[],
): Promise<void> {
  await tx
    .delete(waitingHat)
    .where(
      and(
        eq(waitingHat.bankId, bankId),
        inArray(waitingHat.memberId, [...memberIds]),
        eq(waitingHat.personId, personId),
      ),
    );
}

/** Who acts for a member and comes in by no address yet, nor has one to show. */
export async function withoutAddress(tx: Queries, bankId: string, memberId: string): Promise<Hat[]> {
  return hatsWhere(
    tx,
    bankId,
    and(
      eq(hat.memberId, memberId),
      isNull(person.email),
      sql`not exists (select 1 from ${waitingHat} w where w.bank_id = ${hat.bankId} and w.member_id = ${hat.memberId} and w.person_id = ${hat.personId})`,
    ),
  );
}

/** Why the desk adds no address. */
export const ADDRESS = { taken: 'somebody else comes in by it', has: 'comes in by an address already' } as const;

/**
 * Adds an address for somebody who acts for a member and has none: it is theirs when somebody first comes in by it, and
 * until then it can be dropped. Whoever reads that mailbox comes in as them, so it is read back to them first. For a
 * member for whom nobody acts yet, whoever comes in by it does. Refuses
 * `not_found` for a person who does not act for the member, and `invalid_request`: for the field `email` when
 * somebody else has the address or is to have it, for `personId` when they have one or when several have none.
 */
export async function addAddress(
  tx: Queries,
  bankId: string,
  { memberId, name }: { readonly memberId: string; readonly name: string },
  { email, personId }: { readonly email: string; readonly personId?: string | undefined },
): Promise<void> {
  const wearers = await wearersOf(tx, bankId, memberId);
  if (personId !== undefined && !wearers.some((each) => each.personId === personId)) throw new Refused('not_found');
  const without = (await withoutAddress(tx, bankId, memberId)).filter(
    (each) => personId === undefined || each.personId === personId,
  );
  const [chosen] = without;
  if (wearers.length > 0 && chosen === undefined)
    throw new Refused('invalid_request', { field: 'personId', reason: ADDRESS.has });
  if (without.length > 1)
    throw new Refused('invalid_request', { field: 'personId', reason: 'several act for this member' });
  if (await hasOwner(tx, bankId, email))
    throw new Refused('invalid_request', { field: 'email', reason: ADDRESS.taken });
  const row = { bankId, email, memberId, role: 'acts', name: chosen?.personName ?? name } as const;
  const [waits] = await tx
    .insert(waitingHat)
    .values({ ...row, personId: chosen?.personId ?? null })
    .onConflictDoUpdate({
      target: [waitingHat.bankId, waitingHat.email, waitingHat.memberId],
      set: { personId: chosen?.personId ?? null, name: row.name },
    })
    .returning();
  // Somebody else waits for the address: another person, or whoever is to be let in for another member or to the desk.
  const [other] = await tx
    .select({ memberId: waitingHat.memberId })
    .from(waitingHat)
    .where(
      and(
        eq(waitingHat.bankId, bankId),
        eq(waitingHat.email, email),
        or(
          sql`${waitingHat.personId} is distinct from ${waits?.personId ?? null} and ${waitingHat.personId} is not null`,
          waits?.personId == null ? undefined : and(ne(waitingHat.memberId, memberId), isNull(waitingHat.personId)),
        ),
      ),
    );
  if (other !== undefined) throw new Refused('invalid_request', { field: 'email', reason: ADDRESS.taken });
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

/** Of two that would give the same address to somebody, the second waits for the first and then sees whose it is. */
async function holdAddress(tx: Queries, bankId: string, email: string): Promise<void> {
  await tx.execute(sql`select pg_advisory_xact_lock(hashtextextended(${`${bankId} address ${email}`}, 0))`);
}

/** Whether an address is a person's who has a hat. */
export async function hasOwner(tx: Queries, bankId: string, email: string): Promise<boolean> {
  const owner = await ownerOf(tx, bankId, email);
  return owner !== undefined && (await hatsOf(tx, bankId, owner.id)).length > 0;
}

/** Gives a person an address that is theirs now. Somebody who has no hat any more comes in by it no longer. */
async function giveAddress(tx: Queries, bankId: string, personId: string, email: string): Promise<void> {
  await tx
    .update(person)
    .set({ email: null })
    .where(and(eq(person.bankId, bankId), eq(person.email, email)));
  await tx
    .update(person)
    .set({ email })
    .where(and(eq(person.bankId, bankId), eq(person.id, personId)));
}

async function ownerOf(tx: Queries, bankId: string, email: string): Promise<PersonRow | undefined> {
  const [row] = await tx
    .select()
    .from(person)
    .where(and(eq(person.bankId, bankId), eq(person.email, email)));
  return row;
}

/**
 * Makes an address that was shown to be theirs a person's, instead of the one before, with the hats that waited for it;
 * `null` when it is somebody else's.
 */
export async function setAddress(
  tx: Queries,
  bankId: string,
  personId: string,
  email: string,
): Promise<PersonRow | null> {
  await holdAddress(tx, bankId, email);
  if (await hasOwner(tx, bankId, email)) return null;
  const hats = await hatsOf(tx, bankId, personId);
  await forgetWaiting(
    tx,
    bankId,
    personId,
    hats.map(({ memberId }) => memberId),
  );
  await giveAddress(tx, bankId, personId, email);
  return personOf(tx, bankId, email);
}

/**
 * The person to whom an address was shown to belong, with the hats that waited for them; `null` when it is nobody's
 * or they have no hat any more. Two at once make one person. Somebody who waited for the address alone gets it, unless
 * they have come to another one by now; what waited for one person is never given to another.
 */
export async function personOf(tx: Queries, bankId: string, email: string): Promise<PersonRow | null> {
  await holdAddress(tx, bankId, email);
  const waiting = await tx
    .delete(waitingHat)
    .where(and(eq(waitingHat.bankId, bankId), eq(waitingHat.email, email)))
    .returning();
  const known = waiting.find((each) => each.personId !== null);
  // It waits for others as well: then nobody knows whose it is meant to be, and nobody becomes somebody else by it.
  const isTheirs = waiting.every(({ personId, memberId }) =>
    personId === null ? memberId === known?.memberId : personId === known?.personId,
  );
  if (known?.personId && isTheirs && !(await hasOwner(tx, bankId, email))) {
    const before = await findPerson(tx, bankId, known.personId);
    if (before?.email === null) await giveAddress(tx, bankId, known.personId, email);
  }
  const named = waiting.find((each) => each.personId === null)?.name;
  if (named !== undefined)
    await tx.insert(person).values({ bankId, id: newId(), name: named, email }).onConflictDoNothing();
  const row = await ownerOf(tx, bankId, email);
  if (row === undefined) return null;
  for (const { memberId, role, personId } of waiting)
    if (personId === null) await giveHat(tx, bankId, { personId: row.id, memberId, role });
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
