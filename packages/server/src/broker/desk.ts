/**
 * What the desk does for a member in an exchange, and at a gathering.
 *
 * Promises: it is written down as everything that is done for a member: a slip with a reason, the member is told and
 * can object; nobody does it for themselves. What a member does for themselves passes through.
 *
 * @module
 */
import type { Side } from '@evenhour/protocol';
import type { Caller } from '../auth/tokens.ts';
import type { Bank } from '../bank/bank.ts';
import type { Queries } from '../db/database.ts';
import { actorOn } from '../exchange/acts.ts';
import { loadExchange, memberOn } from '../exchange/exchange-store.ts';
import { Refused } from '../node/refused.ts';
import { type Done, writeDown } from './acts.ts';
import { doneIn } from './exchange-deeds.ts';
import { type Broker, brokerOf } from './own.ts';

/** What the desk says of what it does; members leave it out. */
export interface DeskNote {
  readonly reason?: string | undefined;
  /** The coordinator, when the bank's own token does it. */
  readonly by?: string | undefined;
}

/** In which exchange, for which side, and what is said of it on the slip. */
export interface AtDesk extends DeskNote {
  readonly id: string;
  readonly side?: Side | undefined;
  readonly did: string;
}

/** Refuses what `work` does, `not_found`, `invalid_request` when nobody says for whom or why, and `not_allowed`. */
export async function atDesk<T>(
  tx: Queries,
  bank: Bank,
  caller: Caller,
  { id, side, did, reason, by }: AtDesk,
  work: () => Promise<T>,
): Promise<T> {
  if (caller.role === 'member') return work();
  const exchange = await loadExchange(tx, bank.id, id);
  if (exchange === undefined) throw new Refused('not_found');
  const memberId = memberOn(exchange.row, actorOn(exchange.row, caller, side).side) ?? '';
  return noteFor(tx, bank, caller, { memberId, reason, by }, async (broker) => {
    const done = await work();
    const now = await loadExchange(tx, bank.id, id);
    if (now === undefined) throw new Refused('not_found');
    return { done, what: await doneIn(tx, bank, broker, memberId, now, did) };
  });
}

/** The same for an exchange that begins: `work` answers its id with what else it did. */
export async function askAtDesk<T extends { readonly row: { readonly id: string } }>(
  tx: Queries,
  bank: Bank,
  caller: Caller,
  note: DeskNote & { readonly memberId: string },
  work: () => Promise<T>,
): Promise<T> {
  if (caller.role === 'member') return work();
  return noteFor(tx, bank, caller, note, async (broker) => {
    const done = await work();
    const exchange = await loadExchange(tx, bank.id, done.row.id);
    if (exchange === undefined) throw new Refused('not_found');
    return { done, what: await doneIn(tx, bank, broker, note.memberId, exchange, 'ask') };
  });
}

/**
 * Does `work` for a member and writes down what it was; `null` when it found nothing to do. Refuses what `work` and
 * {@link writeDown} do.
 */
export async function noteFor<T>(
  tx: Queries,
  bank: Bank,
  caller: Caller & { readonly role: 'operator' },
  { memberId, reason, by }: DeskNote & { readonly memberId: string },
  work: (broker: Broker) => Promise<{ readonly done: T; readonly what: Done | null }>,
): Promise<T> {
  const broker = await deskBroker(tx, bank, caller, by);
  let done: { readonly value: T } | undefined;
  await writeDown(tx, bank, broker, { member: memberId, reason: reason ?? '' }, async () => {
    const worked = await work(broker);
    done = { value: worked.done };
    return worked.what;
  });
  if (done === undefined) throw new Error('nothing was done at the desk');
  return done.value;
}

/** Whoever signed in or is named; the bank's own token alone is the desk, and no person by name. */
async function deskBroker(
  tx: Queries,
  bank: Bank,
  caller: Caller & { readonly role: 'operator' },
  by: string | undefined,
): Promise<Broker> {
  if (caller.personId !== undefined || by !== undefined) return brokerOf(tx, bank.id, caller, by);
  return { personId: '', name: '' };
}
