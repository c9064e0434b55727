/**
 * What a partner is told of our members' offers.
 *
 * Promises: only what its member lets partners see, and nothing by which anybody is reached; what was told once and is
 * over is told as a tombstone. Pages follow the order of changes, so whoever asks after the last one misses nothing.
 *
 * @module
 */
import { createHash } from 'node:crypto';
import { and, asc, eq, gt } from 'drizzle-orm';
import type { Bank } from '../bank/bank.ts';
import type { Queries } from '../db/database.ts';
import { bank as bankTable, member, offer as offerTable } from '../db/schema.ts';
import { PAGE_ITEMS } from './peer-offers.ts';
import { type Located, memberUrl, offerUrl, PROPOSAL_CONTEXT, proposalOf } from './proposal.ts';
import { isListed, offerColumns } from './row.ts';

/** The changes after one, as a page of a collection. */
export async function offersPage(tx: Queries, bank: Bank, pairId: string, after: number) {
  const rows = await tx
    .select({ row: offerColumns, name: member.name })
    .from(offerTable)
    .innerJoin(member, and(eq(member.bankId, offerTable.bankId), eq(member.id, offerTable.memberId)))
    .where(and(eq(offerTable.bankId, bank.id), offerTable.shared, gt(offerTable.change, after)))
    .orderBy(asc(offerTable.change))
    .limit(PAGE_ITEMS);
  const items = rows.map(({ row, name }) => {
    const url = offerUrl(bank, { id: row.id });
    if (row.visibility === 'bank' || !isListed(row)) return { type: 'Tombstone', id: url };
    // A partner's page shows a drawing of its own: its readers' browsers ask nothing of us.
    const { location, attachment: _attachment, ...proposal } = proposalOf(bank, row, url);
    return {
      ...proposal,
      ...(location !== undefined && { location: inText(location) }),
      attributedTo: { type: 'Person', id: memberUrl(bank, row.memberId), name },
    };
  });
  return {
    '@context': PROPOSAL_CONTEXT,
    type: 'OrderedCollectionPage' as const,
    pair: pairId,
    after,
    upTo: rows.at(-1)?.row.change ?? after,
    more: rows.length === PAGE_ITEMS,
    life: await lifeOf(tx, bank.id),
    orderedItems: items,
  };
}

/** Degrees as text, for between banks every number is whole. */
function inText({ latitude, longitude, ...place }: Located) {
  const at =
    latitude === undefined || longitude === undefined
      ? {}
      : { latitude: String(latitude), longitude: String(longitude) };
  return { ...place, ...at };
}

/** Another one whenever this database may be one that knows less than before: changes are counted anew then. */
async function lifeOf(tx: Queries, bankId: string): Promise<string> {
  const [row] = await tx.select({ presence: bankTable.presence }).from(bankTable).where(eq(bankTable.id, bankId));
  return createHash('sha256')
    .update(`life ${row?.presence ?? ''}`)
    .digest('base64url')
    .slice(0, 22);
}
