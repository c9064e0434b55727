/**
 * What the two say to each other beside the steps: words, thanks, and how to reach somebody.
 *
 * Promises: how somebody is reached passes only by their own act; thanks are said once a side, after the hours were
 * confirmed, and shown to others only when whoever received them says so. Whoever is suspended reads and says nothing
 * new.
 *
 * @module
 */
import { otherSide, type Side } from '@evenhour/protocol';
import { and, desc, eq, lt, sql } from 'drizzle-orm';
import { countAttempt } from '../auth/attempts.ts';
import type { Caller } from '../auth/tokens.ts';
import type { Bank } from '../bank/bank.ts';
import type { Queries } from '../db/database.ts';
import { newId } from '../db/id.ts';
import { exchangeTalk } from '../db/schema.ts';
import type { Signal } from '../delivery/signals.ts';
import { findMember } from '../member/members.ts';
import { Refused } from '../node/refused.ts';
import { notify } from '../notification/notify.ts';
import { sendTalk } from './across.ts';
import { openFor } from './acts.ts';
import { type Exchange, exchangePath, memberOn, nameOn, type TalkRow, talkOf } from './exchange-store.ts';
import { mustBeActive } from './steps.ts';

export type Contact = 'phone' | 'email';

/** Counts words of one member before they are said. Refuses `too_many_requests`. Give it no transaction. */
export async function countWords(db: Queries, bankId: string, caller: Caller): Promise<void> {
  if (caller.role === 'member') await countAttempt(db, bankId, 'say_member', caller.memberId);
}

/** Says something to the other. Refuses `not_found`, and `already_answered` when nothing came of the exchange. */
export async function say(
  tx: Queries,
  bank: Bank,
  caller: Caller,
  id: string,
  text: string,
  after: Signal[],
  wanted?: Side,
): Promise<Exchange> {
  const { exchange, actor } = await openFor(tx, bank, caller, id, wanted);
  mustBeOpen(exchange);
  // The desk speaks where it is asked to: in a dispute.
  if (actor.by.by === 'desk' && exchange.row.status !== 'disputed') throw new Refused('not_allowed');
  if (actor.by.by === 'member') await mustBeActive(tx, bank, memberOn(exchange.row, actor.side));
  await speak(tx, bank, exchange, { side: actor.side, kind: 'talk', text, by: actor.by.by }, after);
  return exchange;
}

/** Gives the other one's own telephone number or address, as the member wrote it in their profile. */
export async function giveContact(
  tx: Queries,
  bank: Bank,
  caller: Caller & { readonly role: 'member' },
  id: string,
  what: Contact,
  after: Signal[],
): Promise<Exchange> {
  const { exchange, actor } = await openFor(tx, bank, caller, id);
  mustBeOpen(exchange);
  await mustBeActive(tx, bank, caller.memberId);
  const text = (await findMember(tx, bank.id, caller.memberId))?.[what] ?? '';
  if (text === '') throw new Refused('invalid_request', { field: what, reason: 'there is none in the profile' });
  const said = await talkOf(tx, bank.id, id);
  if (!said.some(({ kind, side, text: given }) => kind === 'contact' && side === actor.side && given === text))
    await speak(tx, bank, exchange, { side: actor.side, kind: 'contact', text, by: 'member' }, after);
  return exchange;
}

/** Thanks the other, once. Refuses `already_answered` before the hours are confirmed. */
export async function thank(
  tx: Queries,
  bank: Bank,
  caller: Caller,
  id: string,
  text: string,
  after: Signal[],
  wanted?: Side,
): Promise<Exchange> {
  const { exchange, actor } = await openFor(tx, bank, caller, id, wanted);
  if (exchange.row.status !== 'confirmed') throw new Refused('already_answered', { status: exchange.row.status });
  if (actor.by.by === 'member') await mustBeActive(tx, bank, memberOn(exchange.row, actor.side));
  await speak(tx, bank, exchange, { side: actor.side, kind: 'thanks', text, by: actor.by.by }, after);
  return exchange;
}

/** Shows the thanks that the caller received to others, or no more. Refuses `not_found` when there are none. */
export async function showThanks(
  tx: Queries,
  bank: Bank,
  caller: Caller & { readonly role: 'member' },
  id: string,
  shown: boolean,
): Promise<Exchange> {
  const { exchange } = await openFor(tx, bank, caller, id);
  const changed = await tx
    .update(exchangeTalk)
    .set({ shown })
    .where(and(ofExchange(bank.id, id), eq(exchangeTalk.kind, 'thanks'), eq(exchangeTalk.toId, caller.memberId)))
    .returning({ id: exchangeTalk.id });
  if (changed.length === 0) throw new Refused('not_found');
  return exchange;
}

/**
 * Keeps words that came from a partner; thanks before the hours were confirmed are words like others. The exchange is
 * locked. False when this side has said its thanks already: then nothing is kept and nobody is told.
 */
export async function takeTalk(
  tx: Queries,
  bank: Bank,
  exchange: Exchange,
  { side, kind, text }: Pick<TalkRow, 'side' | 'kind' | 'text'>,
): Promise<boolean> {
  const early = kind === 'thanks' && exchange.row.status !== 'confirmed';
  return (await keep(tx, bank, exchange, { side, kind: early ? 'talk' : kind, text, by: 'member' })) !== null;
}

export interface Thanks {
  readonly exchangeId: string;
  readonly id: string;
  readonly text: string;
  readonly shown: boolean;
  readonly at: Date;
  /** Who said it. */
  readonly name: string;
  readonly title: string;
}

/** Thanks that a member received, newest first; for others those that the member shows. */
export async function thanksOf(
  tx: Queries,
  bankId: string,
  memberId: string,
  { shownOnly, before, limit }: { shownOnly: boolean; before?: string | undefined; limit: number },
): Promise<Thanks[]> {
  return tx
    .select({
      exchangeId: exchangeTalk.exchangeId,
      id: exchangeTalk.id,
      text: exchangeTalk.text,
      shown: exchangeTalk.shown,
      at: exchangeTalk.at,
      name: sql<string>`(select case ${exchangeTalk.side} when 'giver' then e.giver_name else e.receiver_name end
        from exchange e where e.bank_id = ${exchangeTalk.bankId} and e.id = ${exchangeTalk.exchangeId})`,
      title: sql<string>`(select e.title from exchange e
        where e.bank_id = ${exchangeTalk.bankId} and e.id = ${exchangeTalk.exchangeId})`,
    })
    .from(exchangeTalk)
    .where(
      and(
        eq(exchangeTalk.bankId, bankId),
        eq(exchangeTalk.toId, memberId),
        sql`kind = 'thanks'`,
        shownOnly ? sql`shown` : undefined,
        before === undefined ? undefined : lt(exchangeTalk.id, before),
      ),
    )
    .orderBy(desc(exchangeTalk.id))
    .limit(limit);
}

type Said = Pick<TalkRow, 'side' | 'kind' | 'text'> & { readonly by: 'member' | 'desk' | 'bank' };

async function speak(tx: Queries, bank: Bank, exchange: Exchange, said: Said, after: Signal[]): Promise<void> {
  const row = await keep(tx, bank, exchange, said);
  if (row !== null && exchange.row.pairId !== null) await sendTalk(tx, bank, exchange, row, after);
}

/** `null` for thanks of a side that has said them already. */
async function keep(
  tx: Queries,
  bank: Bank,
  { row }: Exchange,
  { side, kind, text, by }: Said,
): Promise<TalkRow | null> {
  const toId = memberOn(row, otherSide(side));
  const said: TalkRow = {
    bankId: bank.id,
    exchangeId: row.id,
    id: newId(),
    side,
    kind,
    text,
    by: by === 'desk' ? 'desk' : 'member',
    shown: false,
    toId: kind === 'thanks' ? toId : null,
    at: new Date(),
  };
  const kept = await tx
    .insert(exchangeTalk)
    .values(said)
    .onConflictDoNothing({
      target: [exchangeTalk.bankId, exchangeTalk.exchangeId, exchangeTalk.side],
      where: sql`kind = 'thanks'`,
    })
    .returning({ id: exchangeTalk.id });
  if (kept.length === 0) return null;
  if (toId !== null) {
    const [name, href] = [by === 'desk' ? bank.settings.name : nameOn(row, side), exchangePath(row.id)];
    await (kind === 'thanks'
      ? notify(tx, bank, { memberId: toId, kind: 'thanks', facts: { name }, href })
      : notify(tx, bank, { memberId: toId, kind: 'exchange_message', facts: { name, title: row.title }, href }));
  }
  return said;
}

const ofExchange = (bankId: string, id: string) =>
  and(eq(exchangeTalk.bankId, bankId), eq(exchangeTalk.exchangeId, id));

function mustBeOpen({ row }: Exchange): void {
  if (row.status === 'declined' || row.status === 'cancelled')
    throw new Refused('already_answered', { status: row.status });
}
