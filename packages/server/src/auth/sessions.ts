/**
 * Sessions of browsers: who came in at one bank, for a while.
 *
 * Promises: a session is kept as a hash, says nothing at another bank and opens no API; it is over after
 * thirty days or at once when it is ended, and what is over is swept away with the rest of `kv`.
 *
 * @module
 */
import { randomBytes } from 'node:crypto';
import { and, eq, gt, sql } from 'drizzle-orm';
import type { Queries } from '../db/database.ts';
import { kv } from '../db/schema.ts';
import { type Caller, hashToken } from './tokens.ts';

/** Whose session it is; the fields of a {@link Caller} that do not follow from its secret. */
export type SessionOf = { readonly role: 'operator' } | { readonly role: 'member'; readonly memberId: string };

const SESSION_DAYS = 30;
const SECRET = /^es_[A-Za-z0-9_-]{32}$/;

/** Begins a session and returns the secret that its cookie carries. */
export async function beginSession(tx: Queries, bankId: string, { role, ...rest }: SessionOf): Promise<string> {
  const secret = `es_${randomBytes(24).toString('base64url')}`;
  const expiresAt = sql`now() + ${SESSION_DAYS} * interval '1 day'`;
  await tx.insert(kv).values({ bankId, key: keyOf(hashToken(secret)), value: { role, ...rest }, expiresAt });
  return secret;
}

/** Who a session's secret stands for now. */
export async function findSessionCaller(tx: Queries, bankId: string, secret: string): Promise<Caller | null> {
  if (!SECRET.test(secret)) return null;
  const hash = hashToken(secret);
  const [row] = await tx
    .select({ value: kv.value })
    .from(kv)
    .where(and(eq(kv.bankId, bankId), eq(kv.key, keyOf(hash)), gt(kv.expiresAt, sql`now()`)));
  return row === undefined ? null : { ...(row.value as SessionOf), tokenHash: hash };
}

/** Ends a session, by the hash of its secret. */
export async function endSessionOf(tx: Queries, bankId: string, hash: string): Promise<void> {
  await tx.delete(kv).where(and(eq(kv.bankId, bankId), eq(kv.key, keyOf(hash))));
}

/** Beside Fedify's own entries, whose first word is another. */
function keyOf(hash: string): string {
  return JSON.stringify(['session', hash]);
}
