/**
 * Things that have a time: reminders, digests, deadlines.
 *
 * Promises: a row is taken away in the transaction that does what it is for, so it is done once whatever breaks in
 * between, by one of several processes. What was due while nothing ran is done at the next start. A handler that
 * fails is asked again later and keeps nobody else waiting. A kind without a handler here is left for a process that
 * has one.
 *
 * @module
 */
import { and, eq, inArray, sql } from 'drizzle-orm';
import type { Bank } from '../bank/bank.ts';
import type { Queries } from '../db/database.ts';
import { newId } from '../db/id.ts';
import { due } from '../db/schema.ts';
import { dueAfter, type Signal, type Signals } from '../delivery/signals.ts';
import { logger } from '../node/log.ts';

export interface Due {
  readonly kind: string;
  /** What it is about. With the kind, once at a bank. */
  readonly subject: string;
  readonly at: Date;
}

/** Lets something happen at a time. Said again for the same kind and subject, the later word counts. */
export async function remindAt(tx: Queries, bank: Pick<Bank, 'id'>, what: Due): Promise<void> {
  await remindAll(tx, bank, [what]);
}

/** Lets several things happen, each of another kind or subject, by one statement. */
export async function remindAll(tx: Queries, bank: Pick<Bank, 'id'>, all: readonly Due[]): Promise<void> {
  if (all.length === 0) return;
  await tx
    .insert(due)
    .values(all.map((what) => ({ bankId: bank.id, id: newId(), ...what })))
    .onConflictDoUpdate({
      target: [due.bankId, due.kind, due.subject],
      set: { at: sql`excluded.at`, attempts: 0 },
    });
  dueAfter(tx);
}

/** Takes it back, if it is still to come. */
export async function forget(tx: Queries, bank: Pick<Bank, 'id'>, what: Pick<Due, 'kind' | 'subject'>): Promise<void> {
  await tx.delete(due).where(and(eq(due.bankId, bank.id), eq(due.kind, what.kind), eq(due.subject, what.subject)));
}

/** What is done when its time has come, in the transaction that takes the row away. `now` is not before its time. */
export type DueHandler = (tx: Queries, bank: Bank, subject: string, now: Date, after: Signal[]) => Promise<void>;

export interface DueContext {
  readonly signals: Signals;
  /** The banks that this node may speak for now. */
  banks(): readonly Bank[];
  /** By kind. */
  readonly handlers: Readonly<Record<string, DueHandler>>;
}

const AT_ONCE = 200;
const FIRST_RETRY_MS = 60_000;
const LONGEST_RETRY_MS = 24 * 60 * 60_000;

type DueRow = typeof due.$inferSelect;

/** Does what is due at `now`, a batch at most. Returns whether there may be more. */
export async function doDue(context: DueContext, now: Date): Promise<boolean> {
  const banks = new Map(context.banks().map((bank) => [bank.id, bank]));
  if (banks.size === 0) return false;
  for (let done = 0; done < AT_ONCE; done++) if (!(await doOne(context, banks, now))) return false;
  return true;
}

/** Returns whether there was one. */
async function doOne(context: DueContext, banks: ReadonlyMap<string, Bank>, now: Date): Promise<boolean> {
  let taken: DueRow | undefined;
  try {
    return await context.signals.commit(async (tx, after) => {
      taken = await take(tx, [...banks.keys()], Object.keys(context.handlers), now);
      if (taken === undefined) return false;
      await context.handlers[taken.kind]?.(tx, banks.get(taken.bankId) as Bank, taken.subject, now, after);
      return true;
    });
  } catch (error) {
    if (taken === undefined) throw error;
    logger('clock').error('What is due could not be done.', { bank: taken.bankId, kind: taken.kind, error });
    await putOff(context.signals, taken, now);
    return true;
  }
}

async function take(tx: Queries, bankIds: string[], kinds: string[], now: Date): Promise<DueRow | undefined> {
  const first = tx
    .select({ bankId: due.bankId, id: due.id })
    .from(due)
    .where(
      and(inArray(due.bankId, bankIds), inArray(due.kind, kinds), sql`${due.at} <= ${now.toISOString()}::timestamptz`),
    )
    .orderBy(due.at)
    .limit(1)
    .for('update', { skipLocked: true });
  const [row] = await tx.delete(due).where(sql`(${due.bankId}, ${due.id}) in ${first}`).returning();
  return row;
}

async function putOff(signals: Signals, row: DueRow, now: Date): Promise<void> {
  const at = new Date(now.getTime() + Math.min(FIRST_RETRY_MS * 2 ** row.attempts, LONGEST_RETRY_MS));
  const same = and(eq(due.bankId, row.bankId), eq(due.id, row.id), eq(due.attempts, row.attempts));
  await signals.commit((tx) =>
    tx
      .update(due)
      .set({ at, attempts: row.attempts + 1 })
      .where(same),
  );
}
