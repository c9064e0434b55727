/**
 * How often something may be tried: counted in the database, so that all processes of a node count together.
 *
 * Promises: a count and its question are one statement; what was counted stays counted when the work that
 * follows is refused; whoever shares a home network counts as one source; sources are kept as hashes, for a day.
 *
 * @module
 */
import { createHash } from 'node:crypto';
import { and, eq, sql } from 'drizzle-orm';
import ipaddr from 'ipaddr.js';
import type { Queries } from '../db/database.ts';
import { attempt } from '../db/schema.ts';
import { Refused } from '../node/refused.ts';

/** How often, and in how many minutes. */
const LIMITS = {
  /**
   * Codes for one address from one source, so that nobody keeps its owner out from one place; and from all, so that
   * their mail is not flooded.
   */
  code_here: [5, 60],
  code_address: [20, 60],
  /** Codes that one person asks for, to come in by another address. */
  code_person: [5, 60],
  /** Codes that one source asks for. */
  code_source: [30, 60],
  /** Wrong figures from one source. */
  code_wrong: [30, 60],
  /** Wrong words from one source, and at one bank from all of them: what guessing a card would need. */
  card_source: [10, 60],
  card_bank: [2_000, 60],
  /** Passkeys and invitations that came to nothing. */
  passkey_source: [60, 60],
  join_source: [30, 60],
  /** Asking to join. */
  apply_source: [6, 60],
  apply_bank: [300, 24 * 60],
  /** Exchanges that one member begins, and words that they say in them. */
  ask_member: [40, 60],
  say_member: [90, 60],
  /** Pictures that one member sends. */
  picture_member: [30, 60],
} as const satisfies Record<string, readonly [times: number, minutes: number]>;

export type Tried = keyof typeof LIMITS;

/** A source, or what is tried and a source. */
type From = string | readonly [what: string, source: string];

/**
 * Counts one. Refuses `too_many_requests` with `minutes` to wait at most. Give it no transaction that may be rolled
 * back.
 */
export async function countAttempt(db: Queries, bankId: string, what: Tried, source: From): Promise<void> {
  const [times, minutes] = LIMITS[what];
  const over = sql`${attempt.expiresAt} <= now()`;
  const end = sql`now() + ${minutes} * interval '1 minute'`;
  const [row] = await db
    .insert(attempt)
    .values({ bankId, what, source: hashed(bankId, source), count: 1, expiresAt: end })
    .onConflictDoUpdate({
      target: [attempt.bankId, attempt.what, attempt.source],
      set: {
        count: sql`case when ${over} then 1 else least(${attempt.count}, 1000000) + 1 end`,
        expiresAt: sql`case when ${over} then ${end} else ${attempt.expiresAt} end`,
      },
    })
    .returning({ count: attempt.count });
  if ((row?.count ?? 0) > times) throw new Refused('too_many_requests', { minutes });
}

/** Takes one back that came to something. */
export async function giveBack(db: Queries, bankId: string, what: Tried, source: string): Promise<void> {
  await db
    .update(attempt)
    .set({ count: sql`greatest(${attempt.count} - 1, 0)` })
    .where(and(eq(attempt.bankId, bankId), eq(attempt.what, what), eq(attempt.source, hashed(bankId, source))));
}

function hashed(bankId: string, source: From): string {
  return createHash('sha256')
    .update(`${bankId} ${[source].flat().map(network).join(' ')}`)
    .digest('base64url');
}

/**
 * A home has many IPv6 addresses and one network. Providers commonly give it a /56, whose 256 networks of a /64 would
 * count as so many sources. Some give a /48; counted so, neighbours with a /56 would use up each other's tries.
 */
const NETWORK_BYTES = 56 / 8;

function network(source: string): string {
  if (!ipaddr.IPv6.isValid(source)) return source;
  const address = ipaddr.process(source);
  if (address.kind() === 'ipv4') return address.toString();
  return Buffer.from(address.toByteArray().slice(0, NETWORK_BYTES)).toString('hex');
}
