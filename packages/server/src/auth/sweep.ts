/** What is over and belongs to signing in, of all banks: taken away once a day. */
import { lte, sql } from 'drizzle-orm';
import type { Queries } from '../db/database.ts';
import { attempt } from '../db/schema.ts';
import { sweepCodes } from './codes.ts';
import { sweepChallenges } from './passkeys.ts';
import { sweepSessions } from './sessions.ts';

export async function sweepSignIns(db: Queries): Promise<void> {
  await sweepSessions(db);
  await sweepCodes(db);
  await sweepChallenges(db);
  await db.delete(attempt).where(lte(attempt.expiresAt, sql`now()`));
}
