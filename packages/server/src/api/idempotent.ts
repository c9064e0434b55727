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

/** Runs `action` once for the request's key, in one transaction with its stored answer. */
export async function once<T>(
  c: Context<ApiEnv>,
  action: (tx: Queries, after: Signal[]) => Promise<ActionResult<T>>,
): Promise<ActionResult<T>> {
  const key = c.req.header('idempotency-key') ?? '';
  if (!/^[\x21-\x7e]{8,200}$/.test(key)) throw new Refused('idempotency_key_missing');
  const { bank, node, caller } = c.var;
  const digest = createHash('sha256')
    .update(`${c.req.method} ${c.req.path} ${caller?.tokenHash ?? ''}\n`)
    .update(await c.req.text())
    .digest('base64url');
  return onceFor(node, bank, { key, digest }, action);
}

/** Runs `action` once for this key. `digest` says what was asked for: the same key for anything else is refused. */
export async function onceFor<T>(
  node: NodeContext,
  bank: Bank,
  { key, digest }: { readonly key: string; readonly digest: string },
  action: (tx: Queries, after: Signal[]) => Promise<ActionResult<T>>,
): Promise<ActionResult<T>> {
  return node.signals.commit(async (tx, after) => {
    const claimed = await tx
      .insert(idempotency)
      .values({ bankId: bank.id, key, digest })
      .onConflictDoNothing()
      .returning({ key: idempotency.key });
    const where = and(eq(idempotency.bankId, bank.id), eq(idempotency.key, key));
    if (claimed.length === 0) {
      const [stored] = await tx.select().from(idempotency).where(where);
      if (stored === undefined || stored.digest !== digest || stored.status === null)
        throw new Refused('idempotency_key_reused');
      return { status: stored.status as 200, body: JSON.parse(stored.body ?? 'null') as T };
    }
    const result = await action(tx, after);
    await tx
      .update(idempotency)
      .set({ status: result.status, body: JSON.stringify(result.body) })
      .where(where);
    return result;
  });
}
