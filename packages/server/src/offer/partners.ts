/**
 * The towns whose offers are shown beside ours.
 *
 * Promises: what a partner's members offer is shown while hours can go there, or could again in a while: not after the
 * agreement has ended, nor while either bank has suspended it.
 *
 * @module
 */
import { type AgreementView, agreementViews } from '../agreement/view.ts';
import type { Bank } from '../bank/bank.ts';
import type { Queries } from '../db/database.ts';

/** The agreements whose members can be asked, by pair. */
export async function shownPartners(tx: Queries, bank: Bank): Promise<ReadonlyMap<string, AgreementView>> {
  const views = await agreementViews(tx, bank);
  return new Map(views.filter(({ status }) => status === 'active').map((view) => [view.pair, view]));
}
