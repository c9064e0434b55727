/**
 * Holds of a partner for what a member here gives: which are for an exchange that we know.
 *
 * Promises: a Hold is taken for terms that both sides agreed on, each part once, and for no more than was agreed or
 * confirmed; one that a step may still explain waits; nothing is taken for an exchange that is over. Called under the
 * lock of the pair. Spec: hours of an exchange.
 *
 * @module
 */
import { applyStep, type ExchangeState, type Hold, type Logs, mayWrite, type Proposal, tell } from '@evenhour/protocol';
import { detailOfHold, type HoldDetails } from '@evenhour/protocol/wire';
import { and, asc, eq } from 'drizzle-orm';
import type { Bank } from '../bank/bank.ts';
import type { Queries } from '../db/database.ts';
import { newId } from '../db/id.ts';
import { account, member, transfer } from '../db/schema.ts';
import { loadTransfers } from '../journal/pair-store.ts';
import type { PairWork } from '../journal/pair-work.ts';
import type { TransferAtDesk, TransferRow } from '../transfer/transfer-store.ts';
import { type Exchange, type ExchangeRow, loadExchange, logsOf } from './exchange-store.ts';

export type OfferedHold = Pick<Hold, 'transfer' | 'minutes' | 'payerRef' | 'payeeRef' | 'detail'>;

/** What was found out about Holds before they are answered. */
export interface HeardHolds {
  /** New parts of exchanges, each with its member: in no table yet. */
  readonly taken: readonly TransferAtDesk[];
  /** Transfers whose Holds are not answered now. */
  readonly waiting: ReadonlySet<string>;
}

/** A part may have so many numbers before it that ended without reaching us. */
const PARTS_SKIPPED = 64;

/** @param ending transfers that end before these Holds are answered */
export async function hearHolds(
  work: PairWork,
  holds: readonly OfferedHold[],
  ending: ReadonlySet<string>,
): Promise<HeardHolds> {
  const taken: TransferAtDesk[] = [];
  const waiting = new Set<string>();
  for (const hold of holds) {
    const reference = work.bank.references.read(hold.payeeRef);
    if (reference === null) continue;
    const exchange = await loadExchange(work.tx, work.bank.id, reference.exchangeId, true);
    if (exchange === undefined) continue;
    const part = await hear(work, exchange, hold, ending, taken);
    if (part === 'wait') waiting.add(hold.transfer);
    else if (part !== 'decline') taken.push(part);
  }
  return { taken, waiting };
}

async function hear(
  { tx, bank, row: pair }: PairWork,
  exchange: Exchange,
  hold: OfferedHold,
  ending: ReadonlySet<string>,
  taken: readonly TransferAtDesk[],
): Promise<TransferAtDesk | 'wait' | 'decline'> {
  const { row } = exchange;
  const { state } = row;
  if (row.pairId !== pair.id || row.ownSide !== 'giver' || row.giverRef !== hold.payeeRef || row.salt === null)
    return 'decline';
  if (isOver(state)) return maySpeak(exchange) ? 'decline' : 'wait';
  if (state.status === 'none' || state.status === 'proposed') return 'wait';
  if (row.receiverRef !== hold.payerRef) return 'decline';
  const parts = [
    ...(await partsOf(tx, row)),
    ...taken.flatMap((each) => (each.row.exchangeId === row.id ? [each.row] : [])),
  ];
  const terms = agreedIn(logsOf(exchange));
  const part = partOf(row, hold, terms, parts);
  if (part === null) return state.status === 'confirmed' ? 'decline' : 'wait';
  const counting = parts.filter((each) => each.status !== 'returned' && !ending.has(each.transfer ?? ''));
  const confirmed = state.status === 'confirmed' ? state.record.minutes : 0;
  const most = Math.max(confirmed, ...terms.map(({ terms: { minutes } }) => minutes));
  if (minutesIn(counting) + hold.minutes > most) return state.status === 'confirmed' ? 'decline' : 'wait';
  const [found] = await tx
    .select({ accountId: member.accountId, status: member.status, ceiling: account.ceiling })
    .from(member)
    .innerJoin(account, and(eq(account.bankId, member.bankId), eq(account.id, member.accountId)))
    .where(and(eq(member.bankId, bank.id), eq(member.id, row.giverId ?? '')));
  if (found === undefined) return 'decline';
  const begun = partRow(bank, row, hold, part, found.accountId, {
    direction: 'in',
    status: 'accepted',
    transfer: null,
  });
  return { row: begun, memberActive: found.status === 'active', ceiling: found.ceiling };
}

/** A part as a transfer that begins, on our side of the exchange. */
export function partRow(
  bank: Pick<Bank, 'id' | 'origin'>,
  row: ExchangeRow,
  { minutes, payerRef, payeeRef, detail }: OfferedHold,
  part: number | null,
  accountId: string,
  rest: Pick<TransferRow, 'direction' | 'status' | 'transfer'> & Partial<TransferRow>,
): TransferRow {
  const id = newId();
  const now = new Date();
  const out = rest.direction === 'out';
  return {
    bankId: bank.id,
    id,
    pairId: row.pairId,
    url: `${bank.origin}/ap/exchanges/${id}`,
    memberId: (out ? row.receiverId : row.giverId) ?? '',
    accountId,
    counterparty: addressAt(out ? row.giverAddress : row.receiverAddress),
    counterpartyName: out ? row.giverName : row.receiverName,
    minutes,
    content: row.title,
    code: null,
    facts: null,
    ownRef: out ? payerRef : payeeRef,
    peerRef: out ? payeeRef : payerRef,
    salt: row.salt,
    detail,
    reverses: null,
    holdId: null,
    unnamed: false,
    purpose: 'exchange',
    exchangeId: row.id,
    part,
    createdAt: now,
    updatedAt: now,
    ...rest,
  };
}

/** Which part of the exchange a Hold is, by its detail; `null` when it fits nothing that was agreed. */
export function partOf(
  row: ExchangeRow,
  hold: OfferedHold,
  terms: readonly Proposal[],
  parts: readonly Pick<TransferRow, 'part'>[],
): number | null {
  const used = new Set(parts.map(({ part }) => part));
  const last = Math.max(0, ...parts.map(({ part }) => part ?? 0));
  for (let part = 1; part <= last + PARTS_SKIPPED; part++)
    if (
      !used.has(part) &&
      terms.some((agreed) => detailOfHold(row.salt ?? '', detailsOf(row, part, hold.minutes, agreed)) === hold.detail)
    )
      return part;
  return null;
}

/** What a Hold of this exchange stands for. */
export function detailsOf(
  { url, giverRef, receiverRef }: Pick<ExchangeRow, 'url' | 'giverRef' | 'receiverRef'>,
  part: number,
  minutes: number,
  { version, terms }: Proposal,
): HoldDetails {
  if (giverRef === null || receiverRef === null) throw new Error(`exchange ${url} has no references yet`);
  return { exchange: url, part, minutes, payerRef: receiverRef, payeeRef: giverRef, agreed: { ...version, terms } };
}

/** All terms that were agreed at some place in the story of both logs. */
export function agreedIn(logs: Logs): Proposal[] {
  let state: ExchangeState = { status: 'none' };
  const found: Proposal[] = [];
  for (const { by, step } of tell(logs).story) {
    state = applyStep(state, by, step) ?? state;
    const { agreed } = { agreed: null, ...state } as { readonly agreed: Proposal | null };
    if (agreed !== null && !found.includes(agreed)) found.push(agreed);
  }
  return found;
}

/** Whether no hours come of an exchange any more. */
export function isOver(state: ExchangeState): boolean {
  return (
    state.status === 'declined' ||
    state.status === 'cancelled' ||
    (state.status === 'confirmed' && state.record.minutes === 0)
  );
}

/** Whether our side may write, so that what ended the exchange cannot be undone by a step that crosses. */
export function maySpeak(exchange: Exchange): boolean {
  const { ownSide, heardApplied, heardWritten } = exchange.row;
  return ownSide === 'both' || mayWrite(logsOf(exchange), ownSide, { applied: heardApplied, written: heardWritten });
}

/** The parts of an exchange, in their order. */
export async function partsOf(tx: Queries, { bankId, id }: Pick<ExchangeRow, 'bankId' | 'id'>): Promise<TransferRow[]> {
  return tx
    .select()
    .from(transfer)
    .where(and(eq(transfer.bankId, bankId), eq(transfer.exchangeId, id)))
    .orderBy(asc(transfer.part));
}

export function minutesIn(parts: readonly Pick<TransferRow, 'minutes'>[]): number {
  return parts.reduce((sum, { minutes }) => sum + minutes, 0);
}

/** An actor or an `acct:` as people write it. */
function addressAt(address: string): string {
  if (address.startsWith('acct:')) return address.slice('acct:'.length);
  const { host, pathname } = new URL(address);
  return `${(pathname.split('/').at(-1) ?? '').toLowerCase()}@${host}`;
}

/** What the Hold of a part stands for, with its salt: what its `detail` is the digest of. `null` once it was erased. */
export async function heldFor(
  tx: Queries,
  { bankId, exchangeId, pairId, transfer: url, detail, part }: TransferRow,
): Promise<{ salt: string; details: HoldDetails } | null> {
  const exchange = await loadExchange(tx, bankId, exchangeId ?? '');
  const held = await loadTransfers(tx, bankId, pairId ?? '', [url ?? '']);
  const minutes = [...held.values()][0]?.minutes;
  const salt = exchange?.row.salt ?? null;
  if (exchange === undefined || salt === null || minutes === undefined || part === null) return null;
  for (const terms of agreedIn(logsOf(exchange))) {
    const details = detailsOf(exchange.row, part, minutes, terms);
    if (detailOfHold(salt, details) === detail) return { salt, details };
  }
  return null;
}

/** The same beside what the Hold says itself: for an export with words. */
export async function holdOf(
  tx: Queries,
  row: TransferRow,
): Promise<{ hold?: Pick<HoldDetails, 'exchange' | 'part' | 'agreed'> }> {
  const found = await heldFor(tx, row);
  if (found === null) return {};
  const { exchange, part, agreed } = found.details;
  return { hold: { exchange, part, agreed } };
}
