/**
 * An agreement as the API and the pages show it.
 *
 * @module
 */
import {
  type AgreementCore,
  debtOf,
  type Opening,
  other,
  type Party,
  roomOf,
  type Statement,
  type Transfer,
  type View,
} from '@evenhour/protocol';
import { and, desc, eq, getTableColumns, type SQL, sql } from 'drizzle-orm';
import type { Bank } from '../bank/bank.ts';
import type { Queries } from '../db/database.ts';
import { pairEnd, pair as pairTable } from '../db/schema.ts';
import { type PairRow, presentHeads, presentView, underwayIn } from '../journal/pair-store.ts';
import { differenceAt } from '../journal/reconcile.ts';
import { unheldMinutes } from '../transfer/transfer-store.ts';
import { silenceOf } from './silence.ts';

/** Whether both have said yes: what is only offered is between the desks. */
export function isSigned({ ourYesAt, theirYesAt }: Pick<AgreementView, 'ourYesAt' | 'theirYesAt'>): boolean {
  return ourYesAt !== null && theirYesAt !== null;
}

/** Those of a bank, the latest first; what was taken back before a yes is left out. */
export async function agreementViews(tx: Queries, bank: Bank): Promise<AgreementView[]> {
  return viewsWhere(tx, bank, sql`${pairTable.status} <> 'withdrawn'`);
}

/** `null` when this bank has no such agreement. */
export async function agreementViewById(tx: Queries, bank: Bank, agreementId: string): Promise<AgreementView | null> {
  return (await viewsWhere(tx, bank, eq(pairTable.agreementId, agreementId)))[0] ?? null;
}

/** `null` when this bank has no such pair. */
export async function agreementViewOfPair(tx: Queries, bank: Bank, pairId: string): Promise<AgreementView | null> {
  return (await viewsWhere(tx, bank, eq(pairTable.id, pairId)))[0] ?? null;
}

/** Many pages show them, so all are read at once, however many partners there are. */
async function viewsWhere(tx: Queries, bank: Bank, where: SQL): Promise<AgreementView[]> {
  const rows = await tx
    .select({ ...getTableColumns(pairTable), promised: unheldMinutes })
    .from(pairTable)
    .where(and(eq(pairTable.bankId, bank.id), where))
    .orderBy(desc(pairTable.createdAt));
  const moving = await underwayIn(
    tx,
    bank.id,
    rows.map(({ id }) => id),
  );
  return Promise.all(rows.map((row) => viewOf(tx, bank, row, moving.get(row.id) ?? [])));
}

async function viewOf(
  tx: Queries,
  bank: Bank,
  row: PairRow & { readonly promised: number },
  moving: readonly Transfer[],
) {
  const { offer, accept } = row;
  const core = row.core as AgreementCore;
  const me = row.me as Party;
  const peer = other(me);
  const view = presentView(row);
  const heads = presentHeads(row);
  const promised = Number(row.promised);
  return {
    id: row.agreementId,
    pair: row.id,
    status: shownStatus(row, view),
    mode: row.mode,
    haltedBecause: row.haltedBecause,
    town: row.peerName,
    partner: row.peerBank,
    origin: row.peerOrigin,
    public: core.public,
    words: [...core.words],
    ourBridgeBuilder: core.parties[me].bridgeBuilder,
    theirBridgeBuilder: core.parties[peer].bridgeBuilder,
    ourTurn: row.status === 'offered' && row.invitationId !== null,
    // The bank that made the link says the second yes.
    ourYesAt: saidAt(row.invitationId === null ? offer : accept),
    theirYesAt: saidAt(row.invitationId === null ? accept : offer),
    position: {
      owesMinutes: debtOf(view, me) as number,
      openMinutes: view.openMinutes[me] as number,
      limitMinutes: view.limits[me] as number,
      roomMinutes: Math.max(0, roomOf(view, me) - promised),
      grantsMinutes: view.limits[peer] as number,
      theirRoomMinutes: roomOf(view, peer) as number,
      theirOpenMinutes: view.openMinutes[peer] as number,
      weSuspended: view.suspended[peer],
      theySuspended: view.suspended[me],
    },
    statement: await statementView(tx, row),
    openingMinutes: toGiveOf(bank, core.opening),
    silent: isInForce(row.status) ? silenceOf(row, bank.settings.silentDays) : null,
    ending: row.status === 'closed' ? await endingView(tx, row) : null,
    journal: { ours: heads[me], theirs: heads[peer], deliveredSeq: row.sendAfterSeq },
    tested: row.testedAt !== null,
    delivery: {
      attempts: row.attempts,
      nextAttemptAt: row.attempts > 0 ? row.nextAttemptAt.toISOString() : null,
      lastError: row.lastError,
      lastSeenAt: row.lastSeenAt?.toISOString() ?? null,
    },
    underway: moving.map((transfer) => ({
      id: transfer.id,
      minutes: (transfer.postedMinutes ?? transfer.minutes) as number,
      from: transfer.debtor === me ? ('us' as const) : ('them' as const),
      posted: transfer.posted !== null,
    })),
  };
}

/** How a pair ended, and what it came to once that is settled. */
async function endingView(tx: Queries, { bankId, id }: PairRow) {
  const [end] = await tx
    .select()
    .from(pairEnd)
    .where(and(eq(pairEnd.bankId, bankId), eq(pairEnd.pairId, id)));
  if (end === undefined) return null;
  const { own, because, at, settledAt, settlement } = end;
  return {
    by: own === null ? ('them' as const) : ('us' as const),
    because,
    at: at.toISOString(),
    settledAt: settledAt?.toISOString() ?? null,
    settlement:
      settlement === null
        ? null
        : {
            owesMinutes: settlement.owesMinutes,
            releasedMinutes: settlement.releasedMinutes,
            refundedMinutes: settlement.refundedMinutes,
            lossMinutes: settlement.lossMinutes,
            alone: settlement.alone,
          },
  };
}

function isInForce(status: string): boolean {
  return status === 'active' || status === 'suspended';
}

/** What an opening says that we owe; negative when they do. */
export function toGiveOf({ actor }: Pick<Bank, 'actor'>, opening: Opening | undefined): number {
  if (opening === undefined) return 0;
  return opening.debtor === actor ? opening.minutes : -opening.minutes;
}

export type AgreementView = Awaited<ReturnType<typeof viewOf>>;

/** An agreement in force is shown as suspended while the last word of either bank about it says so. */
export function shownStatus({ status }: Pick<PairRow, 'status'>, { suspended }: Pick<View, 'suspended'>): string {
  return status === 'active' && (suspended[0] || suspended[1]) ? 'suspended' : status;
}

/** Their latest figure, in our direction, beside the figure that we had computed at the same place. */
async function statementView(tx: Queries, row: PairRow) {
  if (row.statement === null || row.statementAt === null) return null;
  const statement = row.statement as Statement;
  return {
    theySayMinutes: statement.debtMinutes === 0 ? 0 : -statement.debtMinutes,
    weSayMinutes: row.statementWeSayMinutes ?? 0,
    agrees: row.statementAgrees ?? false,
    partsAtSeq: row.statementAgrees === false ? await differenceAt(tx, row) : null,
    at: row.statementAt.toISOString(),
  };
}

/** When a signed yes was made. */
function saidAt(document: string | null): string | null {
  if (document === null) return null;
  const { proof } = JSON.parse(document) as { proof?: { created?: string } };
  return proof?.created ?? null;
}
