/**
 * The RSA keys of members, by which ordinary fediverse servers know what a member has said.
 *
 * Promises: a member has one from the first public offer on, and keeps it; private keys leave the database sealed only.
 *
 * @module
 */
import { and, eq } from 'drizzle-orm';
import { type Bank, importRsa, RSA } from '../bank/bank.ts';
import type { Queries } from '../db/database.ts';
import { memberKey } from '../db/schema.ts';
import { Recent } from './recent.ts';

const opened = new Recent<Promise<CryptoKeyPair>>(1000);

/** Makes the key of a member who has none. */
export async function ensureMemberKey(tx: Queries, bank: Bank, memberId: string): Promise<void> {
  if ((await readMemberKey(tx, bank, memberId)) !== null) return;
  const pair = (await crypto.subtle.generateKey(RSA, true, ['sign', 'verify'])) as CryptoKeyPair;
  const [publicKey, privateKey] = await Promise.all(
    [pair.publicKey, pair.privateKey].map(async (key) => JSON.stringify(await crypto.subtle.exportKey('jwk', key))),
  );
  await tx
    .insert(memberKey)
    .values({
      bankId: bank.id,
      memberId,
      publicKey: publicKey as string,
      sealed: bank.seal.seal(purposeOf(bank, memberId), privateKey as string),
    })
    .onConflictDoNothing();
}

/** The key of a member; `null` before the first public offer. */
export async function readMemberKey(tx: Queries, bank: Bank, memberId: string): Promise<CryptoKeyPair | null> {
  const known = opened.get(`${bank.id} ${memberId}`);
  if (known !== undefined) return known;
  const [row] = await tx
    .select()
    .from(memberKey)
    .where(and(eq(memberKey.bankId, bank.id), eq(memberKey.memberId, memberId)));
  if (row === undefined) return null;
  const pair = importRsa(bank.seal.open(purposeOf(bank, memberId), row.sealed), row.publicKey);
  opened.set(`${bank.id} ${memberId}`, pair);
  return pair;
}

function purposeOf(bank: Bank, memberId: string): string {
  return `${bank.id} rsa ${memberId}`;
}
