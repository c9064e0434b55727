/**
 * What a partner's results do to our own messages, and which of them are sent once more after a greeting.
 *
 * Promises: a gift whose offer the partner refuses is given back; a gift whose yes it refuses is over, for
 * no Hold will follow. So a gift that one of the two banks forgot in a restore ends at the other. Spec: gift;
 * recovery, exchanges.
 *
 * @module
 */
import { type GiftMessage, isRefusalCode } from '@evenhour/protocol';
import { and, eq, sql } from 'drizzle-orm';
import type { Queries } from '../db/database.ts';
import { transfer } from '../db/schema.ts';
import { voidOf } from '../journal/desk.ts';
import type { PairWork } from '../journal/pair-work.ts';
import { textArray } from '../ledger/ledger.ts';
import { signMessage } from './sign-message.ts';

/**
 * Sends our yeses to gifts that no Hold has come for once more: since the last greeting the partner may have
 * forgotten the gift, or we its end. One whose Hold is on its way is known there, and nothing follows.
 */
export async function repeatYeses(tx: Queries, bankId: string, pairId: string): Promise<void> {
  await tx.execute(sql`
    update exchange_message m set pending = true from transfer e
    where e.bank_id = ${bankId} and e.pair_id = ${pairId} and e.direction = 'in' and e.status = 'accepted'
      and m.bank_id = e.bank_id and m.pair_id = e.pair_id and m.direction = 'out' and m.exchange_id = e.url`);
}

/**
 * Ends gifts whose offer or whose yes the partner refused for good. A cancel goes out after an offer all the
 * same, so that a partner which changes its mind does not wait for a hold.
 *
 * @param refused codes by the ids of our messages. The first message about a gift, offer or yes, has the gift's id in its own
 * @returns the ids of the gifts
 */
export async function endRefused(work: PairWork, refused: ReadonlyMap<string, string>): Promise<string[]> {
  if (refused.size === 0) return [];
  const { tx, bank, core, pair } = work;
  const first = (id: string): string => `${bank.origin}/ap/exchanges/${id}/1`;
  const ids = [...refused.keys()].flatMap((id) => id.split('/').at(-2) ?? []);
  const found = await tx
    .select()
    .from(transfer)
    .where(
      and(
        eq(transfer.bankId, bank.id),
        eq(transfer.pairId, work.row.id),
        sql`(${transfer.direction}, ${transfer.status}) in (('out', 'offered'), ('in', 'accepted'))`,
        sql`${transfer.id} = any(${textArray(ids)})`,
      ),
    );
  const rows = found.filter(({ id }) => refused.has(first(id)));
  for (const row of rows) {
    const said = refused.get(first(row.id));
    if (row.direction === 'in') {
      work.change({ id: row.id, status: 'returned', code: isRefusalCode(said) ? said : 'terms_unknown' });
      continue;
    }
    const code = isRefusalCode(said) ? said : 'schema_mismatch';
    work.post(voidOf(row, work.row.mirrorId));
    work.change({ id: row.id, status: 'returned', code });
    const cancel: GiftMessage = {
      kind: 'GiftCancel',
      id: `${row.url}/2`,
      exchange: row.url,
      object: first(row.id),
      code,
      answered: false,
    };
    work.note([await signMessage(bank, { id: work.row.id, core, me: pair.me }, cancel, row.id)]);
  }
  work.answered([...refused.keys()]);
  return rows.map(({ id }) => id);
}
