/**
 * Leaving for good, in two steps and seven days.
 *
 * Promises: nothing goes by one click: whoever leaves types a word, and can take it back until the day; what is to come
 * is called off then, what has begun is ended first, by the members themselves; hours that are left go to the community
 * fund, and hours that are still to give are made up by the fund only when the desk has said so. Then everything that
 * {@link eraseMember} knows goes at once.
 *
 * @module
 */
import { randomInt } from 'node:crypto';
import { and, asc, eq, isNotNull, isNull, or, sql } from 'drizzle-orm';
import { drawWords, plain } from '../auth/cards.ts';
import { type Bank, FUND_HANDLE } from '../bank/bank.ts';
import { type DueHandler, forget, remindAt } from '../clock/due.ts';
import type { Queries } from '../db/database.ts';
import { leaving, member, transfer } from '../db/schema.ts';
import { listExchanges } from '../exchange/exchange-store.ts';
import { rowsOf } from '../ledger/ledger.ts';
import { balanceOf, findMember } from '../member/members.ts';
import { Refused } from '../node/refused.ts';
import { DESK, notify } from '../notification/notify.ts';
import { endOffer, offersOf } from '../offer/offers.ts';
import { give } from '../transfer/giving.ts';
import { endWhatIsToCome } from './ends.ts';
import { eraseMember, LEAVING_DESK_PATH } from './erase.ts';
import { ofExchangesOf } from './tables.ts';

const WAIT_DAYS = 7;
export const LEAVES = 'leaving';
const HOUR_MS = 60 * 60_000;
const DAY_MS = 24 * HOUR_MS;

export type LeavingRow = typeof leaving.$inferSelect;

/**
 * What still stands in the way. `hours`: they have hours to give, and the desk has not said that the fund makes them
 * up.
 */
export type Hindrance = '' | 'exchanges' | 'hours' | 'fund';

/**
 * Begins: answers the word that has to be typed. Refuses `not_allowed` for whoever is not a member of this town any
 * more.
 */
export async function askToLeave(
  tx: Queries,
  bank: Bank,
  memberId: string,
  language: string,
  now: Date = new Date(),
): Promise<LeavingRow> {
  const row = await findMember(tx, bank.id, memberId);
  if (row === undefined || row.kind === 'fund' || row.status === 'left') throw new Refused('not_allowed');
  const before = await leavingOf(tx, bank, memberId);
  if (before !== null) return before;
  const words = drawWords(language);
  const word = words[randomInt(words.length)] as string;
  await tx.insert(leaving).values({ bankId: bank.id, memberId, word, askedAt: now }).onConflictDoNothing();
  return (await leavingOf(tx, bank, memberId)) as LeavingRow;
}

/** The second step, with the word. From here it can be taken back for a week. Offers end at once. */
export async function confirmLeaving(
  tx: Queries,
  bank: Bank,
  memberId: string,
  word: string,
  now: Date = new Date(),
): Promise<LeavingRow> {
  const row = await lockedLeaving(tx, bank, memberId);
  if (row.goesAt !== null) return row;
  if (row.word === '' || plain(word) !== plain(row.word))
    throw new Refused('invalid_request', { field: 'word', reason: 'is another one' });
  const goesAt = new Date(now.getTime() + WAIT_DAYS * DAY_MS);
  for (const { id, status } of await offersOf(tx, bank.id, memberId, { limit: 1000 }))
    if (status !== 'ended') await endOffer(tx, bank, id);
  await remindAt(tx, bank, { kind: LEAVES, subject: memberId, at: goesAt });
  const who = await findMember(tx, bank.id, memberId);
  const facts = { name: who?.name ?? '', at: goesAt.toISOString() };
  const href = `${LEAVING_DESK_PATH}#${memberId}`;
  await notify(tx, bank, { memberId: DESK, kind: 'member_leaving', facts, href }, now);
  return set(tx, bank, memberId, { word: '', goesAt, waitsFor: await hindranceOf(tx, bank, memberId, false) });
}

/** Takes it back. Refuses `not_found` when nobody had asked, or it is done. */
export async function stay(tx: Queries, bank: Bank, memberId: string): Promise<void> {
  const row = await lockedLeaving(tx, bank, memberId);
  await forget(tx, bank, { kind: LEAVES, subject: row.memberId });
  await tx.delete(leaving).where(ofMember(bank, memberId));
}

/** The desk says that the fund makes up the hours that this member still has to give. */
export async function letFundPay(
  tx: Queries,
  bank: Bank,
  memberId: string,
  now: Date = new Date(),
): Promise<LeavingRow> {
  const row = await lockedLeaving(tx, bank, memberId);
  if (row.goesAt !== null && row.goesAt <= now) await remindAt(tx, bank, { kind: LEAVES, subject: memberId, at: now });
  return set(tx, bank, memberId, { fundPays: true, waitsFor: await hindranceOf(tx, bank, memberId, true) });
}

/** Somebody's leaving, as long as it is not done; else `null`. */
export async function leavingOf(tx: Queries, bank: Pick<Bank, 'id'>, memberId: string): Promise<LeavingRow | null> {
  const [row] = await tx.select().from(leaving).where(ofMember(bank, memberId));
  return row === undefined || row.goneAt !== null ? null : row;
}

export interface LeavingMember {
  readonly row: LeavingRow;
  readonly name: string;
  readonly balanceMinutes: number;
}

/** Who is about to leave, the next first, for the desk. */
export async function listLeaving(tx: Queries, bank: Pick<Bank, 'id'>, limit: number): Promise<LeavingMember[]> {
  const rows = await tx
    .select({ row: leaving, name: member.name, accountId: member.accountId })
    .from(leaving)
    .innerJoin(member, and(eq(member.bankId, leaving.bankId), eq(member.id, leaving.memberId)))
    .where(and(eq(leaving.bankId, bank.id), isNull(leaving.goneAt), isNotNull(leaving.goesAt)))
    .orderBy(asc(leaving.goesAt))
    .limit(limit);
  return Promise.all(
    rows.map(async ({ row, name, accountId }) => {
      const { balanceMinutes } = await balanceOf(tx, bank.id, accountId);
      return { row, name, balanceMinutes };
    }),
  );
}

/**
 * When the day has come: what is left goes to the fund, then everything goes. What hinders it is looked at again each
 * day.
 */
export const memberLeaves: DueHandler = async (tx, bank, memberId, now, after) => {
  const [row] = await tx.select().from(leaving).where(ofMember(bank, memberId)).for('update');
  if (row === undefined || row.goneAt !== null || row.goesAt === null || row.goesAt > now) return;
  await endWhatIsToCome(tx, bank, memberId, now, after);
  const waitsFor = await hindranceOf(tx, bank, memberId, row.fundPays);
  if (waitsFor !== '') {
    await set(tx, bank, memberId, { waitsFor });
    // What was just called off may still be on its way to guests and partners.
    const again = waitsFor === 'exchanges' && row.waitsFor !== waitsFor ? HOUR_MS : DAY_MS;
    await remindAt(tx, bank, { kind: LEAVES, subject: memberId, at: new Date(now.getTime() + again) });
    return;
  }
  await evenOut(tx, bank, memberId);
  await eraseMember(tx, bank, memberId);
  await set(tx, bank, memberId, { waitsFor: '', goneAt: now });
};

/** In gifts that are each within what the bank lets anybody give at once. */
async function evenOut(tx: Queries, bank: Bank, memberId: string): Promise<void> {
  const most = bank.settings.transferCapMinutes;
  for (;;) {
    const { balanceMinutes } = await balanceOf(tx, bank.id, `member:${memberId}`);
    if (balanceMinutes === 0) return;
    const handle = (await findMember(tx, bank.id, memberId))?.handle ?? '';
    const minutes = Math.min(most, Math.abs(balanceMinutes));
    const [from, to] = balanceMinutes > 0 ? [memberId, FUND_HANDLE] : [FUND_HANDLE, handle];
    await give(tx, bank, { from, to, minutes, content: '', unnamed: true, follows: 'leaving' });
  }
}

/** What is open, and whether the hours can be evened out. */
async function hindranceOf(tx: Queries, bank: Bank, memberId: string, fundPays: boolean): Promise<Hindrance> {
  const [open, said, [moving]] = await Promise.all([
    listExchanges(tx, bank.id, { memberId, which: 'open', limit: 1 }),
    isUnderway(tx, bank, memberId),
    tx
      .select({ id: transfer.id })
      .from(transfer)
      .where(
        and(
          eq(transfer.bankId, bank.id),
          sql`${transfer.status} in ('offered', 'accepted', 'held', 'posted')`,
          or(
            eq(transfer.memberId, memberId),
            and(eq(transfer.direction, 'local'), eq(transfer.counterparty, memberId)),
          ),
        ),
      )
      .limit(1),
  ]);
  if (open.length > 0 || said || moving !== undefined) return 'exchanges';
  const { balanceMinutes } = await balanceOf(tx, bank.id, `member:${memberId}`);
  if (balanceMinutes >= 0) return '';
  if (!fundPays) return 'hours';
  const fund = await balanceOf(tx, bank.id, 'fund');
  return fund.balanceMinutes - fund.heldMinutes + balanceMinutes < bank.settings.fundFloorMinutes ? 'fund' : '';
}

/** Whether a partner has not heard the last word of theirs yet. */
async function isUnderway(tx: Queries, bank: Bank, memberId: string): Promise<boolean> {
  const found = await tx.execute(sql`select 1 from exchange_message t
    where t.bank_id = ${bank.id} and pending and ${ofExchangesOf({ bankId: bank.id, memberId, personIds: [] })} limit 1`);
  return rowsOf(found).length > 0;
}

async function lockedLeaving(tx: Queries, bank: Bank, memberId: string): Promise<LeavingRow> {
  const [row] = await tx.select().from(leaving).where(ofMember(bank, memberId)).for('update');
  if (row === undefined || row.goneAt !== null) throw new Refused('not_found');
  return row;
}

async function set(
  tx: Queries,
  bank: Bank,
  memberId: string,
  change: Partial<LeavingRow> & { waitsFor: Hindrance },
): Promise<LeavingRow> {
  const [row] = await tx.update(leaving).set(change).where(ofMember(bank, memberId)).returning();
  return row as LeavingRow;
}

function ofMember(bank: Pick<Bank, 'id'>, memberId: string) {
  return and(eq(leaving.bankId, bank.id), eq(leaving.memberId, memberId));
}
