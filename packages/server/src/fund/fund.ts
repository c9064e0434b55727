/**
 * The community fund: what was given to it, what members ask of it, and what the desk grants.
 *
 * Promises: a grant is a transfer from the fund and a yes to a request in one transaction, and everybody can read who
 * has it, how much and why; whatever else came or went is listed with what it was, hours for another town as given
 * there; nobody grants hours to themselves; the fund does not fall below the bank's own floor. Who gave is named as
 * they wish; of givers elsewhere only the town is.
 *
 * @module
 */
import { and, desc, eq, gt, inArray, lt } from 'drizzle-orm';
import type { Caller } from '../auth/tokens.ts';
import { type Bank, FUND_ACCOUNT, FUND_HANDLE, fundCapOf } from '../bank/bank.ts';
import { isOwn } from '../broker/own.ts';
import type { Queries } from '../db/database.ts';
import { newId } from '../db/id.ts';
import { fundRequest, member, transfer } from '../db/schema.ts';
import type { Signal } from '../delivery/signals.ts';
import { balanceOf, findMember, type MemberKind, statementOf } from '../member/members.ts';
import { findPerson } from '../member/people.ts';
import { Refused } from '../node/refused.ts';
import { DESK, notify } from '../notification/notify.ts';
import { give } from '../transfer/giving.ts';

export type FundRequestRow = typeof fundRequest.$inferSelect;

/** A request with the name of whoever asks. */
export interface NamedRequest {
  readonly row: FundRequestRow;
  readonly name: string;
  readonly kind?: MemberKind | undefined;
}

/** Something that came into the fund or went out of it. */
export interface FundMove {
  readonly id: string;
  readonly at: Date;
  readonly minutes: number;
  readonly came: boolean;
  /** `other`: an old debt between two towns, or hours of a backup. */
  readonly what: 'gift' | 'grant' | 'dispute' | 'gathering' | 'leaving' | 'test' | 'other';
  /** Who gave it, or has it. `null` for whoever does not wish to be named, is in another town, or has left. */
  readonly name: string | null;
  /** `null` in the own town. */
  readonly town: string | null;
  /** Of a grant the reason; of a gathering its title, for those inside; else empty. */
  readonly because: string;
  /** Of a grant the coordinator; empty for the desk. */
  readonly decidedBy: string;
}

export interface Fund {
  readonly balanceMinutes: number;
  /** Newest first. */
  readonly moves: readonly FundMove[];
  /** Where the next older ones begin; `null` when there are none. */
  readonly next: string | null;
}

export const FUND_PATH = '/fund';
export const FUND_DESK_PATH = '/console/fund';
/** The longest of each text. */
export const FUND_LENGTHS = { content: 500, because: 300 } as const;
const SHOWN = 24;
/** A member has at most so many requests that wait. */
const MOST_WAITING = 3;

/**
 * What everybody may read of the fund: all that moved, whatever moved it. `before` is the id of the last one seen.
 * Titles of gatherings are for those `inside` the bank.
 */
export async function readFund(
  tx: Queries,
  bank: Bank,
  inside: boolean,
  { before, limit = SHOWN }: { readonly before?: string | undefined; readonly limit?: number } = {},
): Promise<Fund> {
  const lines = await statementOf(tx, bank.id, FUND_ACCOUNT, before, limit);
  const ids = lines.flatMap(({ transferId }) => transferId ?? []);
  const rows = ids.length === 0 ? [] : await transfersWithNames(tx, bank.id, ids);
  const grants = await grantsOf(tx, bank.id, rows);
  const moves = lines.map((line): FundMove => {
    const found = rows.find(({ row }) => row.id === line.transferId);
    const { id, at, minutes, town, direction } = line;
    const came = direction === 'came';
    const said = sayMove(came, found, grants.get(line.transferId ?? ''));
    const isTitle = said.what === 'gathering';
    return { id, at, minutes, came, town, ...said, because: isTitle && !inside ? '' : said.because };
  });
  // Read last, so that it holds whatever is listed.
  const { balanceMinutes } = await balanceOf(tx, bank.id, FUND_ACCOUNT);
  return { balanceMinutes, moves, next: lines.length === limit ? (lines.at(-1)?.id ?? null) : null };
}

interface NamedTransfer {
  readonly row: typeof transfer.$inferSelect;
  /** The member here whose transfer it is. */
  readonly name: string | null;
}

async function transfersWithNames(tx: Queries, bankId: string, ids: readonly string[]): Promise<NamedTransfer[]> {
  return tx
    .select({ row: transfer, name: member.name })
    .from(transfer)
    .leftJoin(member, and(eq(member.bankId, transfer.bankId), eq(member.id, transfer.memberId)))
    .where(and(eq(transfer.bankId, bankId), inArray(transfer.id, [...ids])));
}

/** The requests that these transfers answer, by the transfer's id. */
async function grantsOf(
  tx: Queries,
  bankId: string,
  rows: readonly NamedTransfer[],
): Promise<Map<string, NamedRequest>> {
  const went = rows.filter(({ row }) => row.direction === 'local').map(({ row }) => row);
  if (went.length === 0) return new Map();
  const ids = went.map(({ id }) => id);
  const askers = [...new Set(went.map(({ counterparty }) => counterparty))];
  const mine = and(inArray(fundRequest.memberId, askers), inArray(fundRequest.transferId, ids));
  const found = await requestsWhere(tx, bankId, mine, ids.length);
  return new Map(found.map((each) => [each.row.transferId ?? '', each]));
}

type Said = Pick<FundMove, 'what' | 'name' | 'because' | 'decidedBy'>;

function sayMove(came: boolean, found: NamedTransfer | undefined, grant: NamedRequest | undefined): Said {
  const unsaid = { name: null, because: '', decidedBy: '' };
  if (found === undefined) return { what: 'other', ...unsaid };
  if (grant !== undefined)
    return { what: 'grant', name: grant.name || null, because: grant.row.because, decidedBy: grant.row.decidedBy };
  const { purpose, direction, unnamed, counterpartyName, content } = found.row;
  if (purpose === 'test' || purpose === 'test_back') return { what: 'test', ...unsaid };
  if (purpose === 'gathering') return { what: purpose, ...unsaid, because: content };
  if (purpose !== 'gift') return { what: purpose === 'exchange' ? 'other' : purpose, ...unsaid };
  const here = direction === 'local' && !unnamed ? (came ? found.name : counterpartyName) : null;
  return { what: 'gift', ...unsaid, name: here || null };
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
  const capMinutes = fundCapOf(bank);
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
    .select({ row: fundRequest, name: member.name, kind: member.kind })
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
  return requestsWhere(tx, bankId, and(eq(fundRequest.memberId, memberId), older), limit);
}

async function requestsWhere(
  tx: Queries,
  bankId: string,
  where: ReturnType<typeof and>,
  limit: number,
): Promise<NamedRequest[]> {
  return tx
    .select({ row: fundRequest, name: member.name, kind: member.kind })
    .from(fundRequest)
    .innerJoin(member, and(eq(member.bankId, fundRequest.bankId), eq(member.id, fundRequest.memberId)))
    .where(and(eq(fundRequest.bankId, bankId), where))
    .orderBy(desc(fundRequest.id))
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
