/**
 * An offer as it is read.
 *
 * @module
 */
import { getTableColumns } from 'drizzle-orm';
import { offer as offerTable } from '../db/schema.ts';

const { words: _words, ...columns } = getTableColumns(offerTable);
/** All that is read of an offer. */
export const offerColumns = columns;

export type OfferRow = Omit<typeof offerTable.$inferSelect, 'words'>;
export type Visibility = OfferRow['visibility'];

/** Whether it stands where others find it. */
export function isListed({ listed, expiresAt }: Pick<OfferRow, 'listed' | 'expiresAt'>): boolean {
  return listed && expiresAt.getTime() > Date.now();
}

/** The places that are left; `null` when it has none to count. */
export function seatsLeft({ seats, seatsTaken }: Pick<OfferRow, 'seats' | 'seatsTaken'>): number | null {
  return seats === null ? null : Math.max(0, seats - seatsTaken);
}
