/**
 * The community fund: what was given to it, what members ask of it, and what the desk grants.
 *
 * Promises: a grant is a transfer from the fund and a yes to a request in one transaction, and everybody can read who
 * has it, how much and why; nobody grants hours to themselves; the fund does not fall below the bank's own floor. Who
 * gave is named as they wish; of givers elsewhere only the town is.
 *
 * @module
 */
import { and, desc, eq, gt, lt } from 'drizzle-orm';
import type { Caller } from '../auth/tokens.ts';
import { type Bank, FUND_ACCOUNT, FUND_HANDLE } from '../bank/bank.ts';
import { isOwn } from '../broker/own.ts';
import type { Queries } from '../db/database.ts';
import { newId } from '../db/id.ts';
import { fundRequest, member, pair as pairTable, transfer } from '../db/schema.ts';
import type { Signal } from '../delivery/signals.ts';
import { balanceOf, findMember } from '../member/members.ts';
import { findPerson } from '../member/people.ts';
import { Refused } from '../node/refused.ts';
import { DESK, notify } from '../notification/notify.ts';
import { give } from '../transfer/giving.ts';

export type FundRequestRow = typeof fundRequest.$inferSelect;

/** A request with the name of whoever asks. */
export interface NamedRequest {
  readonly row: FundRequestRow;
  readonly name: string;
}

export interface FundGift {
  readonly id: string;
  /** `null` for whoever does not wish to be named, and for somebody in another town. */
  readonly name: string | null;
  /** `null` in the own town. */
  readonly town: string | null;
  readonly minutes: number;
  readonly at: Date;
}

export interface Fund {
  readonly balanceMinutes: number;
  readonly gifts: readonly FundGift[];
  readonly grants: readonly NamedRequest[];
}

export const FUND_PATH = '/fund';
export const FUND_DESK_PATH = '/console/fund';
/** The longest of each text. */
export const FUND_LENGTHS = { content: 500, because: 300 } as const;
const SHOWN = 12;
/** A member has at most so many requests that wait. */
const MOST_WAITING = 3;

/** What everybody may read of the fund. */
export async function readFund(tx: Queries, bank: Bank): Promise<Fund> {
  const fund = await fundMember(tx, bank.id);
  const gift = [eq(transfer.bankId, bank.id), eq(transfer.status, 'settled'), eq(transfer.purpose, 'gift')] as const;
  const columns = { id: transfer.id, minutes: transfer.minutes, at: transfer.updatedAt };
  const here = await tx
    .select({ ...columns, unnamed: transfer.unnamed, name: member.name })
    .from(transfer)
    .innerJoin(member, and(eq(member.bankId, transfer.bankId), eq(member.id, transfer.memberId)))
    .where(and(...gift, eq(transfer.direction, 'local'), eq(transfer.counterparty, fund.id)))
    .orderBy(desc(transfer.id))
    .limit(SHOWN);
  const from = await tx
    .select({ ...columns, town: pairTable.peerName })
    .from(transfer)
    .innerJoin(pairTable, and(eq(pairTable.bankId, transfer.bankId), eq(pairTable.id, transfer.pairId)))
    .where(and(...gift, eq(transfer.direction, 'in'), eq(transfer.memberId, fund.id)))
    .orderBy(desc(transfer.id))
    .limit(SHOWN);
  const gifts: FundGift[] = [
    ...here.map(({ unnamed, name, ...rest }) => ({ ...rest, name: unnamed ? null : name, town: null })),
    ...from.map((row) => ({ ...row, name: null })),
  ];
  gifts.sort((a, b) => (a.id < b.id ? 1 : -1));
  const grants = await requestsWhere(tx, bank.id, eq(fundRequest.status, 'granted'), fundRequest.decidedAt, SHOWN);
  // Read last, so that it holds whatever is listed.
  const { balanceMinutes } = await balanceOf(tx, bank.id, FUND_ACCOUNT);
  return { balanceMinutes, gifts: gifts.slice(0, SHOWN), grants };
}

export async function fundMember(tx: Queries, bankId: string) {
  const fund = await findMember(tx, bankId, FUND_HANDLE);
  if (fund === undefined) throw new Error(`bank ${bankId} has no fund`);
  return fund;
}

/** Asks the fund for hours. Refuses `member_inactive`, and `invalid_request` while three of this member's wait. */
export async function askFund(
  tx: Queries,
  bank: Bank,
  memberId: string,
  { minutes, content }: { readonly minutes: number; readonly content: string },
): Promise<FundRequestRow> {
  const asker = await findMember(tx, bank.id, memberId);
  if (asker === undefined || asker.kind === 'fund') throw new Refused('not_found');
  if (asker.status !== 'active') throw new Refused('member_inactive', { handle: asker.handle });
  if (content.trim() === '') throw new Refused('invalid_request', { field: 'content', reason: 'say what it is for' });
  const waiting = await tx
    .select({ id: fundRequest.id })
    .from(fundRequest)
    .where(and(eq(fundRequest.bankId, bank.id), eq(fundRequest.memberId, memberId), eq(fundRequest.status, 'waiting')))
    .limit(MOST_WAITING);
  if (waiting.length >= MOST_WAITING)
    throw new Refused('invalid_request', { field: 'content', reason: `${MOST_WAITING} of yours wait already` });
  const [row] = await tx
    .insert(fundRequest)
    .values({ bankId: bank.id, id: newId(), memberId, minutes, content })
    .returning();
  const asked = row as FundRequestRow;
  const facts = { name: asker.name, minutes };
  await notify(tx, bank, { memberId: DESK, kind: 'fund_asked', facts, href: `${FUND_DESK_PATH}#${asked.id}` });
  return asked;
}

/** Without `minutes` a yes grants as many as were asked for. */
export type FundAnswer =
  | { readonly yes: true; readonly minutes?: number; readonly because: string }
  | { readonly yes: false; readonly because: string };

/**
 * The desk grants hours, or does not, and says why. Refuses `not_found`, `already_answered`, `not_allowed` when a
 * coordinator would grant to themselves or to somebody for whom they act, `over_transfer_cap` above the bank's
 * ceiling for a grant, and what a gift refuses, such as `not_enough_hours`.
 */
export async function answerRequest(
  tx: Queries,
  bank: Bank,
  caller: Caller & { readonly role: 'operator' },
  id: string,
  answer: FundAnswer,
  after: Signal[],
): Promise<FundRequestRow> {
  const row = await lockWaiting(tx, bank.id, id);
  const { personId } = caller;
  if (personId !== undefined && (await isOwn(tx, bank.id, personId, row.memberId))) throw new Refused('not_allowed');
  const because = answer.because.trim();
  if (because === '') throw new Refused('invalid_request', { field: 'because', reason: 'say why' });
  const decidedBy = personId === undefined ? '' : ((await findPerson(tx, bank.id, personId))?.name ?? '');
  const decided = { because, decidedBy, decidedAt: new Date() };
  if (!answer.yes) {
    await notify(tx, bank, { memberId: row.memberId, kind: 'fund_declined', facts: {}, href: FUND_PATH });
    return change(tx, row, { ...decided, status: 'declined' });
  }
  const { minutes = row.minutes } = answer;
  const capMinutes = bank.settings.grantCapMinutes;
  if (minutes > capMinutes) throw new Refused('over_transfer_cap', { capMinutes });
  const asker = await findMember(tx, bank.id, row.memberId);
  if (asker === undefined) throw new Refused('not_found');
  const { exchange } = await give(tx, bank, { from: FUND_HANDLE, to: asker.handle, minutes, content: because });
  await notify(tx, bank, { memberId: row.memberId, kind: 'fund_granted', facts: { minutes }, href: FUND_PATH });
  after.push({ kind: 'transfer', bankId: bank.id, id: exchange.id });
  return change(tx, row, { ...decided, status: 'granted', minutes, transferId: exchange.id });
}

/** The member takes a request back. Refuses `not_found`, `already_answered`. */
export async function withdrawRequest(
  tx: Queries,
  bankId: string,
  memberId: string,
  id: string,
): Promise<FundRequestRow> {
  const row = await lockWaiting(tx, bankId, id, memberId);
  return change(tx, row, { status: 'withdrawn', decidedAt: new Date() });
}

/** What waits for the desk, oldest first; `after` is the id of the last one seen. */
export async function waitingRequests(
  tx: Queries,
  bankId: string,
  limit: number,
  after?: string,
): Promise<NamedRequest[]> {
  return tx
    .select({ row: fundRequest, name: member.name })
    .from(fundRequest)
    .innerJoin(member, and(eq(member.bankId, fundRequest.bankId), eq(member.id, fundRequest.memberId)))
    .where(
      and(
        eq(fundRequest.bankId, bankId),
        eq(fundRequest.status, 'waiting'),
        after === undefined ? undefined : gt(fundRequest.id, after),
      ),
    )
    .orderBy(fundRequest.id)
    .limit(limit);
}

/** A member's own requests, newest first; `before` is the id of the last one seen. */
export async function requestsOf(
  tx: Queries,
  bankId: string,
  memberId: string,
  limit: number,
  before?: string,
): Promise<NamedRequest[]> {
  const older = before === undefined ? undefined : lt(fundRequest.id, before);
  return requestsWhere(tx, bankId, and(eq(fundRequest.memberId, memberId), older), fundRequest.id, limit);
}

async function requestsWhere(
  tx: Queries,
  bankId: string,
  where: ReturnType<typeof and>,
  order: typeof fundRequest.id | typeof fundRequest.decidedAt,
  limit: number,
): Promise<NamedRequest[]> {
  return tx
    .select({ row: fundRequest, name: member.name })
    .from(fundRequest)
    .innerJoin(member, and(eq(member.bankId, fundRequest.bankId), eq(member.id, fundRequest.memberId)))
    .where(and(eq(fundRequest.bankId, bankId), where))
    .orderBy(desc(order), desc(fundRequest.id))
    .limit(limit);
}

async function lockWaiting(tx: Queries, bankId: string, id: string, memberId?: string): Promise<FundRequestRow> {
  const own = memberId === undefined ? undefined : eq(fundRequest.memberId, memberId);
  const [row] = await tx
    .select()
    .from(fundRequest)
    .where(and(eq(fundRequest.bankId, bankId), eq(fundRequest.id, id), own))
    .for('update');
  if (row === undefined) throw new Refused('not_found');
  if (row.status !== 'waiting') throw new Refused('already_answered', { status: row.status });
  return row;
}

async function change(tx: Queries, row: FundRequestRow, set: Partial<FundRequestRow>): Promise<FundRequestRow> {
  const [changed] = await tx
    .update(fundRequest)
    .set(set)
    .where(and(eq(fundRequest.bankId, row.bankId), eq(fundRequest.id, row.id)))
    .returning();
  return changed as FundRequestRow;
}
