/**
 * Posts what waits in the outbox.
 *
 * Promises: woken by commits and by time. A letter is claimed before it is posted, so of several processes one posts
 * it. Normally it is posted once; if the process dies between the mail server's yes and our own commit, it is posted
 * again when the claim is over, with the same Message-ID. What is not taken is tried again, later and later; after
 * three days, or at a no for good, it is given up and the desk is told. Words that hold a secret are wiped with the
 * result. A copy of a database, whose origin leads elsewhere, posts nothing.
 *
 * @module
 */
import { and, eq, inArray, sql } from 'drizzle-orm';
import type { Bank } from '../bank/bank.ts';
import type { Queries } from '../db/database.ts';
import { mail, member } from '../db/schema.ts';
import { PROCESS_ID, type Signals } from '../delivery/signals.ts';
import { logger } from '../node/log.ts';
import { DESK, notify } from '../notification/notify.ts';
import { hintOf } from './address.ts';
import { letterOf, type MailRow } from './letter.tsx';
import { oneLine } from './mail.ts';
import { NotTaken, type Transport } from './transport.ts';

const AT_ONCE = 20;
/** Longer than a whole batch can take with a server that answers to nothing. */
const LEASE_MS = 15 * 60_000;
const FIRST_RETRY_MS = 60_000;
const LONGEST_RETRY_MS = 6 * 60 * 60_000;
const GIVE_UP_MS = 3 * 24 * 60 * 60_000;
const KEPT_DAYS = 30;

export interface OutboxContext {
  readonly signals: Signals;
  readonly transport: Transport;
  /** The banks that this node may speak for now. */
  banks(): readonly Bank[];
}

/** Posts what is due, a batch at most. Returns whether there may be more. */
export async function postDue(
  context: OutboxContext,
  now: Date = new Date(),
  self: string = PROCESS_ID,
): Promise<boolean> {
  const banks = new Map(context.banks().map((bank) => [bank.id, bank]));
  const rows = await claim(context, [...banks.keys()], now, self);
  await Promise.all(rows.map((row) => postOne(context, banks.get(row.bankId) as Bank, row, now, self)));
  return rows.length === AT_ONCE;
}

async function claim({ signals }: OutboxContext, bankIds: string[], now: Date, self: string): Promise<MailRow[]> {
  if (bankIds.length === 0) return [];
  return signals.commit(async (tx) => {
    const waiting = tx
      .select({ bankId: mail.bankId, id: mail.id })
      .from(mail)
      .where(
        and(
          inArray(mail.bankId, bankIds),
          eq(mail.status, 'waiting'),
          sql`${mail.nextAt} <= ${now.toISOString()}::timestamptz`,
          sql`(${mail.senderUntil} is null or ${mail.senderUntil} <= ${now.toISOString()}::timestamptz)`,
        ),
      )
      .orderBy(mail.nextAt)
      .limit(AT_ONCE)
      .for('update', { skipLocked: true });
    return tx
      .update(mail)
      .set({ senderId: self, senderUntil: new Date(now.getTime() + LEASE_MS) })
      .where(sql`(${mail.bankId}, ${mail.id}) in ${waiting}`)
      .returning();
  });
}

async function postOne(context: OutboxContext, bank: Bank, row: MailRow, now: Date, self: string): Promise<void> {
  const late = row.secretUntil !== null && row.secretUntil <= now;
  let failure: NotTaken | null = late ? new NotTaken('late', true) : null;
  if (!late)
    try {
      const { name } = bank.settings;
      await context.transport.post(
        letterOf(row, { name: oneLine(name), host: bank.host, address: context.transport.from }),
      );
    } catch (error) {
      failure = error instanceof NotTaken ? error : new NotTaken('unwritten', false, error);
    }
  if (failure !== null && !late) {
    const says = { bank: bank.id, mail: row.id, attempts: row.attempts + 1, because: failure.message };
    logger('mail').warning('Mail was not taken.', says);
  }
  await context.signals.commit((tx) => settle(tx, bank, row, failure, now, self));
}

async function settle(
  tx: Queries,
  bank: Bank,
  row: MailRow,
  failure: NotTaken | null,
  now: Date,
  self: string,
): Promise<void> {
  const attempts = row.attempts + 1;
  const over = failure?.forGood === true || now.getTime() - row.createdAt.getTime() >= GIVE_UP_MS;
  const status = failure === null ? 'sent' : over ? 'failed' : 'waiting';
  const changed = await tx
    .update(mail)
    .set({
      status,
      attempts,
      lastError: failure?.message ?? null,
      senderId: null,
      senderUntil: null,
      ...(status === 'waiting' ? { nextAt: retryAt(row, attempts, now) } : { doneAt: now }),
      ...(status !== 'waiting' && row.secretUntil !== null && { subject: '', text: '' }),
    })
    .where(and(eq(mail.bankId, row.bankId), eq(mail.id, row.id), eq(mail.senderId, self)))
    .returning({ id: mail.id });
  if (changed.length === 1 && status === 'failed' && row.secretUntil === null) await tellDesk(tx, bank, row, now);
}

/** Later and later; a secret's end is looked at in time, to wipe it. */
function retryAt(row: MailRow, attempts: number, now: Date): Date {
  const wait = Math.min(FIRST_RETRY_MS * 2 ** (attempts - 1), LONGEST_RETRY_MS);
  const at = now.getTime() + wait;
  return new Date(row.secretUntil === null ? at : Math.min(at, row.secretUntil.getTime()));
}

/**
 * To whom and when, not about what; of whoever is no member, the address is not copied. Not about mail to the desk
 * itself, which would go on for ever.
 */
async function tellDesk(tx: Queries, bank: Bank, row: MailRow, now: Date): Promise<void> {
  if (row.memberId === DESK) return;
  const [found] = await tx
    .select({ name: member.name })
    .from(member)
    .where(and(eq(member.bankId, bank.id), eq(member.id, row.memberId ?? '')));
  const told = { memberId: DESK, href: `/console#${row.memberId ?? ''}` } as const;
  const at = row.createdAt.toISOString();
  if (found === undefined)
    await notify(tx, bank, { ...told, kind: 'mail_failed_guest', facts: { name: hintOf(row.to), at } }, now);
  else await notify(tx, bank, { ...told, kind: 'mail_failed', facts: { name: found.name, at } }, now);
}

/** How many mails of a bank wait for more than an hour, and why, as {@link NotTaken} says it. */
export async function stuckMail(db: Queries, bankId: string): Promise<{ stuck: number; because: string }> {
  const [row] = await db
    .select({ stuck: sql<number>`count(*)::int`, because: sql<string | null>`max(${mail.lastError})` })
    .from(mail)
    .where(
      and(eq(mail.bankId, bankId), eq(mail.status, 'waiting'), sql`${mail.createdAt} < now() - interval '1 hour'`),
    );
  return { stuck: row?.stuck ?? 0, because: row?.because ?? '' };
}

/** Takes away what was done long ago. */
export async function sweepMail(db: Queries): Promise<void> {
  await db
    .delete(mail)
    .where(sql`${mail.status} <> 'waiting' and ${mail.doneAt} < now() - ${KEPT_DAYS} * interval '1 day'`);
}
