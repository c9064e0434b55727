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
  type View,
} from '@evenhour/protocol';
import { and, desc, eq, sql } from 'drizzle-orm';
import type { Bank } from '../bank/bank.ts';
import type { Queries } from '../db/database.ts';
import { pairEnd, pair as pairTable } from '../db/schema.ts';
import { type LoadedPair, type PairRow, readPair, underway } from '../journal/pair-store.ts';
import { differenceAt } from '../journal/reconcile.ts';
import { unheldMinutes } from '../transfer/transfer-store.ts';
import { silenceOf } from './silence.ts';

export async function agreementRows(tx: Queries, bank: Bank): Promise<(typeof pairTable.$inferSelect)[]> {
  return tx
    .select()
    .from(pairTable)
    .where(and(eq(pairTable.bankId, bank.id), sql`${pairTable.status} <> 'withdrawn'`))
    .orderBy(desc(pairTable.createdAt));
}

/** Whether both have said yes: what is only offered is between the desks. */
export function isSigned({ ourYesAt, theirYesAt }: Pick<AgreementView, 'ourYesAt' | 'theirYesAt'>): boolean {
  return ourYesAt !== null && theirYesAt !== null;
}

export async function agreementViews(tx: Queries, bank: Bank) {
  const rows = await agreementRows(tx, bank);
  return Promise.all(rows.map(async (row) => agreementView(tx, bank, row.id)));
}

export async function agreementViewById(tx: Queries, bank: Bank, agreementId: string) {
  const [row] = await tx
    .select({ id: pairTable.id })
    .from(pairTable)
    .where(and(eq(pairTable.bankId, bank.id), eq(pairTable.agreementId, agreementId)));
  return row === undefined ? null : agreementView(tx, bank, row.id);
}

/** `null` when this bank has no such pair. */
export async function agreementViewOfPair(tx: Queries, bank: Bank, pairId: string) {
  const loaded = await readPair(tx, bank.id, pairId);
  return loaded === null ? null : viewOf(tx, bank, loaded);
}

async function agreementView(tx: Queries, bank: Bank, pairId: string) {
  const view = await agreementViewOfPair(tx, bank, pairId);
  if (view === null) throw new Error(`pair ${pairId} is gone`);
  return view;
}

async function viewOf(tx: Queries, bank: Bank, loaded: LoadedPair) {
  const { row, pair } = loaded;
  const pairId = row.id;
  const core: AgreementCore = loaded.core;
  const me: Party = pair.me;
  const peer = other(me);
  const view = pair.views[me];
  const moving = await underway(tx, bank.id, pairId);
  const [yeses] = await tx
    .select({ offer: pairTable.offer, accept: pairTable.accept, promised: unheldMinutes })
    .from(pairTable)
    .where(and(eq(pairTable.bankId, bank.id), eq(pairTable.id, pairId)));
  const { offer = null, accept = null } = yeses ?? {};
  const promised = Number(yeses?.promised ?? 0);
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
    statement: await statementView(tx, loaded),
    openingMinutes: toGiveOf(bank, core.opening),
    silent: isInForce(row.status) ? silenceOf(row, bank.settings.silentDays) : null,
    ending: row.status === 'closed' ? await endingView(tx, row) : null,
    journal: { ours: pair.heads[me], theirs: pair.heads[peer], deliveredSeq: row.sendAfterSeq },
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
async function endingView(tx: Queries, { bankId, id }: LoadedPair['row']) {
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
async function statementView(tx: Queries, { row }: LoadedPair) {
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
