/**
 * Exchanges as pages show them.
 *
 * @module
 */
import { REFUSALS, type RefusalCode } from '@evenhour/protocol';
import { and, eq } from 'drizzle-orm';
import type { Queries } from '../../db/database.ts';
import { pair as pairTable } from '../../db/schema.ts';
import type { TransferRow } from '../../transfer/transfer-store.ts';
import type { RefusalView, TransferStatus } from '../models.ts';

const STATUS: Readonly<Record<TransferRow['status'], TransferStatus>> = {
  offered: 'waiting',
  accepted: 'waiting',
  held: 'underway',
  posted: 'underway',
  settled: 'settled',
  declined: 'returned',
  returned: 'returned',
};

export function statusOfExchange({ status }: Pick<TransferRow, 'status'>): TransferStatus {
  return STATUS[status];
}

/**
 * Why it came back. A code that this version does not know, which another town may send, becomes a general sentence.
 */
export function refusalOfExchange({
  status,
  code,
  facts,
}: Pick<TransferRow, 'status' | 'code' | 'facts'>): RefusalView | null {
  if (STATUS[status] !== 'returned' || code === null || !Object.hasOwn(REFUSALS, code)) return null;
  return { code: code as RefusalCode, facts: facts ?? {} };
}

/** The names of this bank's partner towns by pair. */
export async function townNames(db: Queries, bankId: string): Promise<ReadonlyMap<string | null, string>> {
  const rows = await db
    .select({ id: pairTable.id, name: pairTable.peerName })
    .from(pairTable)
    .where(and(eq(pairTable.bankId, bankId)));
  return new Map(rows.map(({ id, name }) => [id, name]));
}
