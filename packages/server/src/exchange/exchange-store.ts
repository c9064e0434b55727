/**
 * Exchanges in their tables: the row, the two logs, and what the two say to each other.
 *
 * Promises: the row holds the fold of the logs that are stored, for it is written with every step; who holds the row's
 * lock is the only one to write a step. Of an exchange across, the pair's row is locked before it, in which order
 * everybody locks.
 *
 * @module
 */
import type { Act, ExchangeState, Logs, Side, Step } from '@evenhour/protocol';
import { and, asc, desc, eq, lt, or, type SQL, sql } from 'drizzle-orm';
import { unionAll } from 'drizzle-orm/pg-core';
import type { Queries } from '../db/database.ts';
import { exchangeStep, exchange as exchangeTable, exchangeTalk, pair as pairTable, stillOpen } from '../db/schema.ts';

export type ExchangeRow = typeof exchangeTable.$inferSelect;
export type StepRow = typeof exchangeStep.$inferSelect;
export type TalkRow = typeof exchangeTalk.$inferSelect;

/** Who wrote a step: a member, the desk for one, or the bank by a rule or a partner. */
export interface By {
  readonly by: StepRow['by'];
  readonly personId?: string | null;
  /** A gathering wrote it, and tells its guests in its own words. */
  readonly quiet?: boolean;
}

export interface Exchange {
  readonly row: ExchangeRow;
  /** In the order of `n`. */
  readonly steps: Readonly<Record<Side, readonly StepRow[]>>;
}

/** Its page. */
export const exchangePath = (id: string): string => `/exchanges/${id}`;

export const SIDES: readonly Side[] = ['giver', 'receiver'];

export function logsOf({ steps }: Pick<Exchange, 'steps'>): Logs {
  const log = (side: Side): Step[] => steps[side].map(({ n, seen, act }) => ({ n, seen, act }));
  return { giver: log('giver'), receiver: log('receiver') };
}

/** The member here on a side, or `null` for one at a partner. */
export function memberOn(row: Pick<ExchangeRow, 'giverId' | 'receiverId'>, side: Side): string | null {
  return side === 'giver' ? row.giverId : row.receiverId;
}

export function nameOn(row: Pick<ExchangeRow, 'giverName' | 'receiverName'>, side: Side): string {
  return side === 'giver' ? row.giverName : row.receiverName;
}

/** Whether the log of a side is written here. */
export function isOurs({ ownSide }: Pick<ExchangeRow, 'ownSide'>, side: Side): boolean {
  return ownSide === 'both' || ownSide === side;
}

/** One exchange with both logs; `lock` when a step may follow. */
export async function loadExchange(
  tx: Queries,
  bankId: string,
  id: string,
  lock = false,
): Promise<Exchange | undefined> {
  return load(tx, bankId, eq(exchangeTable.id, id), lock);
}

/** The same by its URL, as partners name it. */
export async function exchangeByUrl(
  tx: Queries,
  bankId: string,
  url: string,
  lock = false,
): Promise<Exchange | undefined> {
  return load(tx, bankId, eq(exchangeTable.url, url), lock);
}

async function load(tx: Queries, bankId: string, which: SQL, lock: boolean): Promise<Exchange | undefined> {
  const query = tx
    .select()
    .from(exchangeTable)
    .where(and(eq(exchangeTable.bankId, bankId), which));
  if (lock) {
    const [found] = await query;
    if (found === undefined) return undefined;
    if (found.pairId !== null)
      await tx
        .select({ id: pairTable.id })
        .from(pairTable)
        .where(and(eq(pairTable.bankId, bankId), eq(pairTable.id, found.pairId)))
        .for('no key update');
  }
  const [row] = lock ? await query.for('update') : await query;
  if (row === undefined) return undefined;
  const steps = await tx
    .select()
    .from(exchangeStep)
    .where(and(eq(exchangeStep.bankId, bankId), eq(exchangeStep.exchangeId, row.id)))
    .orderBy(asc(exchangeStep.n));
  return {
    row,
    steps: {
      giver: steps.filter(({ side }) => side === 'giver'),
      receiver: steps.filter(({ side }) => side === 'receiver'),
    },
  };
}

export async function storeStep(tx: Queries, step: StepRow): Promise<void> {
  await tx.insert(exchangeStep).values(step);
}

export async function changeExchange(
  tx: Queries,
  { bankId, id }: Pick<ExchangeRow, 'bankId' | 'id'>,
  change: Partial<ExchangeRow>,
): Promise<ExchangeRow> {
  const [row] = await tx
    .update(exchangeTable)
    .set(change)
    .where(and(eq(exchangeTable.bankId, bankId), eq(exchangeTable.id, id)))
    .returning();
  if (row === undefined) throw new Error(`exchange ${id} is gone`);
  return row;
}

/** What the two have said, oldest first. */
export async function talkOf(tx: Queries, bankId: string, exchangeId: string): Promise<TalkRow[]> {
  const rows = await tx
    .select()
    .from(exchangeTalk)
    .where(and(eq(exchangeTalk.bankId, bankId), eq(exchangeTalk.exchangeId, exchangeId)))
    .orderBy(desc(exchangeTalk.id))
    .limit(500);
  return rows.reverse();
}

export interface Listing {
  readonly memberId: string;
  /** `open`: something is still to come. `done`: all others. Default both. */
  readonly which?: 'open' | 'done' | undefined;
  /** The id of the last one seen. */
  readonly before?: string | undefined;
  readonly limit: number;
}

/** A member's exchanges, newest first: what they gave and what they received, each read by its own index. */
export async function listExchanges(tx: Queries, bankId: string, listing: Listing): Promise<ExchangeRow[]> {
  const { memberId, which, before, limit } = listing;
  const half = (side: SQL) =>
    tx
      .select()
      .from(exchangeTable)
      .where(
        and(
          eq(exchangeTable.bankId, bankId),
          side,
          before === undefined ? undefined : lt(exchangeTable.id, before),
          which === undefined ? undefined : which === 'open' ? stillOpen : sql`not ${stillOpen}`,
        ),
      )
      .orderBy(desc(exchangeTable.id))
      .limit(limit);
  return unionAll(half(eq(exchangeTable.giverId, memberId)), half(eq(exchangeTable.receiverId, memberId)))
    .orderBy(desc(exchangeTable.id))
    .limit(limit);
}

/** What the desk has to look at, oldest first. */
export async function disputedExchanges(tx: Queries, bankId: string, limit: number): Promise<ExchangeRow[]> {
  return tx
    .select()
    .from(exchangeTable)
    .where(and(eq(exchangeTable.bankId, bankId), sql`status = 'disputed' and reserved <> 'over'`))
    .orderBy(asc(exchangeTable.id))
    .limit(limit);
}

/** Exchanges under way that began from an offer, of which this member is one side: for "you have asked already". */
export async function openFromOffer(
  tx: Queries,
  bankId: string,
  memberId: string,
  offerId: string,
): Promise<ExchangeRow | undefined> {
  const [row] = await tx
    .select()
    .from(exchangeTable)
    .where(
      and(
        eq(exchangeTable.bankId, bankId),
        or(eq(exchangeTable.giverId, memberId), eq(exchangeTable.receiverId, memberId)),
        eq(exchangeTable.offerId, offerId),
        stillOpen,
      ),
    )
    .limit(1);
  return row;
}

/** Minutes of the record, the agreement or the proposal, whichever was said last. */
export function minutesOf(state: ExchangeState): number {
  if (state.status === 'none') return 0;
  if ('record' in state) return state.record.minutes;
  return termsOf(state)?.minutes ?? 0;
}

/** The terms that count, or that are proposed. */
export function termsOf(state: ExchangeState) {
  switch (state.status) {
    case 'none':
      return null;
    case 'proposed':
    case 'declined':
      return state.proposal.terms;
    case 'cancelled':
      return state.last.terms;
    default:
      return state.agreed.terms;
  }
}

/** Whether two acts say the same. */
export function sameAct(a: Act, b: Act): boolean {
  const sorted = (value: unknown): unknown =>
    value !== null && typeof value === 'object'
      ? Object.fromEntries(
          Object.entries(value)
            .sort(([x], [y]) => (x < y ? -1 : 1))
            .map(([key, each]) => [key, sorted(each)]),
        )
      : value;
  return JSON.stringify(sorted(a)) === JSON.stringify(sorted(b));
}
