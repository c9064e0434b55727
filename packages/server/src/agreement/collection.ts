/**
 * The public collection of a bank's partners.
 *
 * Promises: it shows agreements that both banks made public and that are in force, with both limits and
 * whether new hours are let in; how much of a limit is used is shown in quarters only. Spec: what others
 * may see.
 *
 * @module
 */
import { type AgreementCore, debtOf, other, type Party } from '@evenhour/protocol';
import { and, asc, eq } from 'drizzle-orm';
import type { Bank } from '../bank/bank.ts';
import type { Queries } from '../db/database.ts';
import { pair as pairTable } from '../db/schema.ts';
import { type PairRow, presentView } from '../journal/pair-store.ts';
import { shownStatus } from './view.ts';

export async function publicPartners(tx: Queries, bank: Bank) {
  const rows = await tx
    .select()
    .from(pairTable)
    .where(and(eq(pairTable.bankId, bank.id), eq(pairTable.status, 'active')))
    .orderBy(asc(pairTable.createdAt));
  const items = rows.filter((row) => (row.core as AgreementCore).public).map((row) => itemOf(bank, row));
  return {
    '@context': 'https://www.w3.org/ns/activitystreams',
    id: `${bank.origin}/ap/partners`,
    type: 'Collection',
    totalItems: items.length,
    items,
  };
}

function itemOf(bank: Bank, row: PairRow) {
  const view = presentView(row);
  const me = row.me as Party;
  const used = (party: Party): number => inQuarters(debtOf(view, party) + view.openMinutes[party], view.limits[party]);
  return {
    type: 'Relationship',
    subject: bank.actor,
    object: row.peerBank,
    name: row.peerName,
    status: row.mode === 'halted' ? 'halted' : shownStatus(row, view),
    /** How much the bank may owe its partner, and how much of that is used. */
    limitMinutes: view.limits[me],
    loadPercent: used(me),
    /** How much it lets the partner owe, and how much of that is used. */
    grantsMinutes: view.limits[other(me)],
    grantsLoadPercent: used(other(me)),
  };
}

/** The share of a limit that is used: 0, 25, 50, 75 or 100. */
function inQuarters(usedMinutes: number, limitMinutes: number): number {
  if (limitMinutes === 0) return 100;
  return Math.min(100, Math.max(0, Math.ceil((usedMinutes / limitMinutes) * 4) * 25));
}
