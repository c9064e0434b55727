/**
 * One action for each Idempotency-Key.
 *
 * Promises: the answer is stored in the transaction of the action, so it is given again exactly
 * when the action was done; two requests with one key at once do one thing; the same key for
 * something else is refused. A refusal is not stored: it changed nothing.
 *
 * @module
 */
import { createHash } from 'node:crypto';
import { and, eq } from 'drizzle-orm';
import type { Context } from 'hono';
import type { Bank } from '../bank/bank.ts';
import type { Queries } from '../db/database.ts';
import { idempotency } from '../db/schema.ts';
import type { Signal } from '../delivery/signals.ts';
import type { NodeContext } from '../node/env.ts';
import { Refused } from '../node/refused.ts';
import type { ApiEnv } from './env.ts';

export interface ActionResult<T> {
  readonly status: 200 | 201 | 202;
  readonly body: T;
}

/** What was asked for, and the key that it was asked with. */
interface Asked {
  readonly key: string;
  /** The same key with another digest is refused. */
  readonly digest: string;
}

/** The request's key, and what it asks for. That the key is there and whole was checked with the headers. */
export async function keyOf(c: Context<ApiEnv>): Promise<Asked> {
  const key = c.req.header('idempotency-key') ?? '';
  const digest = createHash('sha256')
    .update(`${c.req.method} ${c.req.path} ${c.var.caller?.tokenHash ?? ''}\n`)
    .update(new Uint8Array(await c.req.arrayBuffer()))
    .digest('base64url');
  return { key, digest };
}

/** Runs `action` once for the request's key, in one transaction with its stored answer. */
export async function once<T>(
  c: Context<ApiEnv>,
  action: (tx: Queries, after: Signal[]) => Promise<ActionResult<T>>,
): Promise<ActionResult<T>> {
  return onceFor(c.var.node, c.var.bank, await keyOf(c), action);
}

/**
 * Like {@link once}, for what has to go out to another bank first: `ask` runs before the transaction and
 * only while no answer is stored, so a repeated request is answered even when asking again would fail.
 * Two requests with one key at the same time may both ask.
 */
export async function onceAsked<P, T>(
  c: Context<ApiEnv>,
  ask: () => Promise<P>,
  action: (tx: Queries, found: P, after: Signal[]) => Promise<ActionResult<T>>,
): Promise<ActionResult<T>> {
  const { bank, node } = c.var;
  const asked = await keyOf(c);
  const stored = await storedAnswer<T>(node, node.database.db, bank, asked);
  if (stored !== null) return stored;
  const found = await ask();
  return onceFor(node, bank, asked, (tx, after) => action(tx, found, after));
}

/** Runs `action` once for this key. */
export async function onceFor<T>(
  node: NodeContext,
  bank: Bank,
  asked: Asked,
  action: (tx: Queries, after: Signal[]) => Promise<ActionResult<T>>,
): Promise<ActionResult<T>> {
  const { key, digest } = asked;
  return node.signals.commit(async (tx, after) => {
    const claimed = await tx
      .insert(idempotency)
      .values({ bankId: bank.id, key, digest })
      .onConflictDoNothing()
      .returning({ key: idempotency.key });
    if (claimed.length === 0) {
      const stored = await storedAnswer<T>(node, tx, bank, asked);
      if (stored === null) throw new Refused('idempotency_key_reused');
      return stored;
    }
    const result = await action(tx, after);
    await tx
      .update(idempotency)
      .set({ status: result.status, body: node.seal.seal(sealOf(bank), JSON.stringify(result.body)) })
      .where(and(eq(idempotency.bankId, bank.id), eq(idempotency.key, key)));
    return result;
  });
}

/** The answer that was given before, or `null`. Refuses `idempotency_key_reused` when it was to something else. */
async function storedAnswer<T>(
  node: NodeContext,
  tx: Queries,
  bank: Bank,
  { key, digest }: Asked,
): Promise<ActionResult<T> | null> {
  const [stored] = await tx
    .select()
    .from(idempotency)
    .where(and(eq(idempotency.bankId, bank.id), eq(idempotency.key, key)));
  if (stored === undefined) return null;
  if (stored.digest !== digest || stored.status === null) throw new Refused('idempotency_key_reused');
  const body = JSON.parse(node.seal.open(sealOf(bank), stored.body ?? '')) as T;
  return { status: stored.status as 200, body };
}

/** An answer may hold a token, so a copy of the database alone does not open it. */
function sealOf(bank: Bank): string {
  return `${bank.id} answer`;
}
