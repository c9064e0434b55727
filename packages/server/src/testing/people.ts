/** People with a way in, for tests that need somebody who has signed in as themselves. */
import { beginSession } from '../auth/sessions.ts';
import { passkey } from '../db/schema.ts';
import { addPerson, DESK_HAT, giveHat } from '../member/people.ts';
import type { Town } from './town.ts';

export interface Somebody {
  readonly memberId: string;
  readonly personId: string;
  /** Of a program that they have signed in with. */
  readonly token: string;
}

/** Adds a member with a person who acts for them, and signs that person in. */
export async function signedInPerson(town: Town, handle: string, email?: string): Promise<Somebody> {
  const { bank, database } = town;
  const { body } = await town.call('POST', '/api/members', { handle, name: handle });
  const { id: personId } = await addPerson(database.db, bank.id, handle, email);
  const memberId: string = body.id;
  await giveHat(database.db, bank.id, { personId, memberId, role: 'acts' });
  return { memberId, personId, token: await anotherSession(town, { memberId, personId }) };
}

/** One more session of theirs. */
export async function anotherSession(
  { bank, database }: Town,
  { memberId, personId }: Pick<Somebody, 'memberId' | 'personId'>,
): Promise<string> {
  const who = { role: 'member', memberId, personId } as const;
  return beginSession(database.db, bank.id, who, { how: 'token', agent: 'Evenhour', app: true });
}

/** A passkey in the books, which nothing can sign with. */
export async function idlePasskey({ bank, database }: Town, personId: string): Promise<string> {
  const id = crypto.randomUUID();
  await database.db
    .insert(passkey)
    .values({ bankId: bank.id, id, personId, publicKey: '', counter: 0, name: 'My telephone' });
  return id;
}

/** Somebody who looks after the desk and acts for no member. Their id. */
export async function coordinator({ bank, database }: Town, name = 'Fiona Kerr', email?: string): Promise<string> {
  const { id: personId } = await addPerson(database.db, bank.id, name, email);
  await giveHat(database.db, bank.id, { personId, memberId: DESK_HAT, role: 'desk' });
  return personId;
}
