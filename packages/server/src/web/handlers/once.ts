/**
 * Forms that do something once, however often they are pressed.
 *
 * Promises: the key that the page put into the form stands for what was typed into it; the same again leads to the
 * same place and does nothing. Keys of forms cannot meet those of the API: they hold a space.
 *
 * @module
 */
import { createHash, randomUUID } from 'node:crypto';
import type { Refusal } from '@evenhour/protocol';
import { onceFor } from '../../api/idempotent.ts';
import type { Queries } from '../../db/database.ts';
import type { Signal } from '../../delivery/signals.ts';
import { Refused } from '../../node/refused.ts';
import type { WebContext } from './env.ts';
import { field } from './form.ts';

/**
 * Runs `action` once for the form's `key`; it says where to go next. With `words` it is done once for each of them, so
 * that somebody who goes back in the browser can say something else.
 */
export async function formOnce(
  c: WebContext,
  action: (tx: Queries, after: Signal[]) => Promise<string>,
  words = '',
): Promise<string> {
  const { bank, node, session, form } = c.var;
  const key = field(form, 'key');
  if (!/^[\x21-\x7e]{8,100}$/.test(key)) throw new Refused('idempotency_key_missing');
  const digest = hash(`${c.req.path} ${session?.caller.tokenHash ?? ''}\n${form}`);
  const of = words === '' ? key : `${key} ${hash(words)}`;
  const { body } = await onceFor(node, bank, { key: `form ${of}`, digest }, async (tx, after) => ({
    status: 200,
    body: await action(tx, after),
  }));
  return body;
}

/** A refused form may be sent again as it is. One that was sent before with something else needs a new key. */
export function keyAfter(refused: Refusal, key: string): string {
  return refused.code === 'idempotency_key_reused' || refused.code === 'idempotency_key_missing' ? randomUUID() : key;
}

const hash = (text: string) => createHash('sha256').update(text).digest('base64url');
