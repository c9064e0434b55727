/**
 * Forms that do something once, however often they are pressed.
 *
 * Promises: the key that the page put into the form stands for what was typed into it; the same again leads to the
 * same place and does nothing. Keys of forms cannot meet those of the API: they hold a space.
 *
 * @module
 */
import { createHash } from 'node:crypto';
import { onceFor } from '../../api/idempotent.ts';
import type { Queries } from '../../db/database.ts';
import type { Signal } from '../../delivery/signals.ts';
import { Refused } from '../../node/refused.ts';
import type { WebContext } from './env.ts';
import { field } from './form.ts';

/** Runs `action` once for the form's `key`; it says where to go next. */
export async function formOnce(
  c: WebContext,
  action: (tx: Queries, after: Signal[]) => Promise<string>,
): Promise<string> {
  const { bank, node, session, form } = c.var;
  const key = field(form, 'key');
  if (!/^[\x21-\x7e]{8,100}$/.test(key)) throw new Refused('idempotency_key_missing');
  const digest = createHash('sha256')
    .update(`${c.req.path} ${session?.caller.tokenHash ?? ''}\n${form}`)
    .digest('base64url');
  const { body } = await onceFor(node, bank, { key: `form ${key}`, digest }, async (tx, after) => ({
    status: 200,
    body: await action(tx, after),
  }));
  return body;
}
