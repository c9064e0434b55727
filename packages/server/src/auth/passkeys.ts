/**
 * Passkeys: coming in with the device's own lock, offered and never asked for.
 *
 * Promises: a key counts at the one bank that it was made for; what it signs was asked by us minutes ago and is
 * answered once; a key whose count goes back is refused. The private half never leaves the member's device.
 *
 * @module
 */
import {
  type AuthenticationResponseJSON,
  generateAuthenticationOptions,
  generateRegistrationOptions,
  type RegistrationResponseJSON,
  verifyAuthenticationResponse,
  verifyRegistrationResponse,
} from '@simplewebauthn/server';
import { and, asc, eq, gt, isNull, lte, sql } from 'drizzle-orm';
import type { Bank } from '../bank/bank.ts';
import type { Database, Queries } from '../db/database.ts';
import { passkey, passkeyChallenge } from '../db/schema.ts';
import { findPerson } from '../member/people.ts';
import { Refused } from '../node/refused.ts';
import { countAttempt } from './attempts.ts';

export type PasskeyRow = typeof passkey.$inferSelect;

const CHALLENGE_MINUTES = 5;
const MOST_KEYS = 20;

/** What a browser needs to make a key for this person, as `PublicKeyCredentialCreationOptionsJSON`. */
export async function offerPasskey(tx: Queries, bank: Bank, personId: string) {
  const who = await findPerson(tx, bank.id, personId);
  if (who === undefined) throw new Refused('not_found');
  const known = await passkeysOf(tx, bank.id, personId);
  if (known.length >= MOST_KEYS) throw new Refused('invalid_request', { field: 'passkey', reason: 'too many' });
  const options = await generateRegistrationOptions({
    rpName: bank.settings.name,
    rpID: hostOf(bank),
    userID: new TextEncoder().encode(`${bank.id} ${personId}`),
    userName: who.name,
    userDisplayName: who.name,
    attestationType: 'none',
    excludeCredentials: known.map(({ id }) => ({ id })),
    authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
  });
  await keepChallenge(tx, bank, options.challenge, personId);
  return options;
}

/** Adds the key that the browser made. Refuses `invalid_request` for the field `passkey`. Give it no transaction. */
export async function addPasskey(
  db: Queries,
  bank: Bank,
  personId: string,
  response: unknown,
  name: string,
): Promise<PasskeyRow> {
  const challenge = await takeChallenge(db, bank, challengeIn(response), personId);
  const { verified, registrationInfo } = await verifyRegistrationResponse({
    response: response as RegistrationResponseJSON,
    expectedChallenge: challenge,
    expectedOrigin: bank.origin,
    expectedRPID: hostOf(bank),
    requireUserVerification: true,
  }).catch(() => ({ verified: false as const, registrationInfo: undefined }));
  if (!verified || registrationInfo === undefined) return unusable();
  const { credential } = registrationInfo;
  const [row] = await db
    .insert(passkey)
    .values({
      bankId: bank.id,
      id: credential.id,
      personId,
      publicKey: Buffer.from(credential.publicKey).toString('base64url'),
      counter: credential.counter,
      name,
    })
    .onConflictDoNothing()
    .returning();
  return row ?? unusable();
}

/**
 * What a browser needs to come in with any key of this bank. `source` is where the request came from. Refuses
 * `too_many_requests`. Give it no transaction.
 */
export async function askForPasskey(db: Queries, bank: Bank, source: string) {
  await countAttempt(db, bank.id, 'passkey_source', source);
  const options = await generateAuthenticationOptions({ rpID: hostOf(bank), userVerification: 'required' });
  await keepChallenge(db, bank, options.challenge, null);
  return options;
}

/** Does the work for the person whose key signed what was asked. Refuses `invalid_request` for the field `passkey`. */
export async function usePasskey<T>(
  database: Pick<Database, 'db' | 'transaction'>,
  bank: Bank,
  response: unknown,
  work: (tx: Queries, personId: string) => Promise<T>,
): Promise<T> {
  const challenge = await takeChallenge(database.db, bank, challengeIn(response), null);
  return database.transaction(async (tx) => work(tx, await signerOf(tx, bank, response, challenge)));
}

async function signerOf(tx: Queries, bank: Bank, response: unknown, challenge: string): Promise<string> {
  const [row] = await tx
    .select()
    .from(passkey)
    .where(and(eq(passkey.bankId, bank.id), eq(passkey.id, (response as AuthenticationResponseJSON).id)))
    .for('update');
  if (row === undefined) return unusable();
  const { verified, authenticationInfo } = await verifyAuthenticationResponse({
    response: response as AuthenticationResponseJSON,
    expectedChallenge: challenge,
    expectedOrigin: bank.origin,
    expectedRPID: hostOf(bank),
    requireUserVerification: true,
    credential: {
      id: row.id,
      publicKey: new Uint8Array(Buffer.from(row.publicKey, 'base64url')),
      counter: row.counter,
    },
  }).catch(() => ({ verified: false as const, authenticationInfo: undefined }));
  if (!verified || authenticationInfo === undefined) return unusable();
  await tx
    .update(passkey)
    .set({ counter: authenticationInfo.newCounter, usedAt: sql`now()` })
    .where(and(eq(passkey.bankId, bank.id), eq(passkey.id, row.id)));
  return row.personId;
}

export async function passkeysOf(tx: Queries, bankId: string, personId: string): Promise<PasskeyRow[]> {
  return tx
    .select()
    .from(passkey)
    .where(and(eq(passkey.bankId, bankId), eq(passkey.personId, personId)))
    .orderBy(asc(passkey.createdAt))
    .limit(MOST_KEYS);
}

/** Refuses `not_found` for a key that is not this person's. */
export async function renamePasskey(
  tx: Queries,
  bankId: string,
  personId: string,
  id: string,
  name: string,
): Promise<PasskeyRow> {
  const [row] = await tx
    .update(passkey)
    .set({ name })
    .where(own(bankId, personId, id))
    .returning();
  if (row === undefined) throw new Refused('not_found');
  return row;
}

/** Refuses `not_found` for a key that is not this person's. */
export async function removePasskey(tx: Queries, bankId: string, personId: string, id: string): Promise<PasskeyRow> {
  const [row] = await tx
    .delete(passkey)
    .where(own(bankId, personId, id))
    .returning();
  if (row === undefined) throw new Refused('not_found');
  return row;
}

/** Takes away questions that nobody answered, of all banks. */
export async function sweepChallenges(tx: Queries): Promise<void> {
  await tx.delete(passkeyChallenge).where(lte(passkeyChallenge.expiresAt, sql`now()`));
}

const own = (bankId: string, personId: string, id: string) =>
  and(eq(passkey.bankId, bankId), eq(passkey.personId, personId), eq(passkey.id, id));

const hostOf = (bank: Bank) => new URL(bank.origin).hostname;

function unusable(): never {
  throw new Refused('invalid_request', { field: 'passkey', reason: 'not valid' });
}

async function keepChallenge(tx: Queries, bank: Bank, challenge: string, personId: string | null): Promise<void> {
  const expiresAt = sql`now() + ${CHALLENGE_MINUTES} * interval '1 minute'`;
  await tx.insert(passkeyChallenge).values({ bankId: bank.id, challenge, personId, expiresAt });
}

/** Takes away the question that an answer names. In no transaction: a wrong answer uses it up as well. */
async function takeChallenge(db: Queries, bank: Bank, challenge: string, personId: string | null): Promise<string> {
  const [row] = await db
    .delete(passkeyChallenge)
    .where(
      and(
        eq(passkeyChallenge.bankId, bank.id),
        eq(passkeyChallenge.challenge, challenge),
        personId === null ? isNull(passkeyChallenge.personId) : eq(passkeyChallenge.personId, personId),
        gt(passkeyChallenge.expiresAt, sql`now()`),
      ),
    )
    .returning();
  return row?.challenge ?? unusable();
}

/** The challenge that a browser says it has answered; nothing is believed before its signature is checked. */
function challengeIn(response: unknown): string {
  try {
    const { clientDataJSON } = (response as AuthenticationResponseJSON).response;
    const data: unknown = JSON.parse(Buffer.from(clientDataJSON, 'base64url').toString('utf8'));
    const { challenge } = data as { challenge?: unknown };
    return typeof challenge === 'string' ? challenge : unusable();
  } catch {
    return unusable();
  }
}
