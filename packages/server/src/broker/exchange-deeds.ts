/**
 * What a coordinator says in an exchange for one of its two.
 *
 * Promises: it is the same step that the member would have written, marked as the desk's; never with somebody for
 * whom the coordinator acts themselves.
 *
 * @module
 */
import type { Side } from '@evenhour/protocol';
import type { Bank } from '../bank/bank.ts';
import type { Queries } from '../db/database.ts';
import type { Signal } from '../delivery/signals.ts';
import { doInExchange, type Wish } from '../exchange/acts.ts';
import { askExchange, type NewTerms } from '../exchange/asking.ts';
import { type Exchange, loadExchange, memberOn, nameOn, SIDES } from '../exchange/exchange-store.ts';
import type { MemberRow } from '../member/members.ts';
import { Refused } from '../node/refused.ts';
import type { Done } from './acts.ts';
import { type Broker, isOwn } from './own.ts';

export type ExchangeDeed =
  /** To somebody, or about an offer; `side` is what the member would do, if no offer says it. */
  | {
      readonly kind: 'ask';
      readonly to?: string | undefined;
      readonly offerId?: string | undefined;
      readonly side?: Side | undefined;
      readonly terms: NewTerms;
    }
  | { readonly kind: 'step'; readonly exchangeId: string; readonly wish: Wish };

/** Refuses `not_found` when the member is in no such exchange, `not_allowed`, and what the step refuses. */
export async function doInExchangeFor(
  tx: Queries,
  bank: Bank,
  broker: Broker,
  { id: memberId }: MemberRow,
  deed: ExchangeDeed,
  after: Signal[],
): Promise<Done> {
  if (deed.kind === 'ask') {
    const { to, offerId, side, terms } = deed;
    const by = { by: 'desk', personId: broker.personId } as const;
    const asked = await askExchange(tx, bank, { by, memberId, to, offerId, side, terms }, after);
    return doneIn(tx, bank, broker, memberId, asked, 'ask');
  }
  const before = await loadExchange(tx, bank.id, deed.exchangeId, true);
  const mine = before === undefined ? undefined : SIDES.find((side) => memberOn(before.row, side) === memberId);
  if (before === undefined || mine === undefined) throw new Refused('not_found');
  const caller = { role: 'operator', tokenHash: '', personId: broker.personId } as const;
  const done = await doInExchange(tx, bank, caller, before.row.id, deed.wish, after, mine);
  return doneIn(tx, bank, broker, memberId, done, deed.wish.do);
}

/** What a slip says of it. Refuses `not_allowed` when the other one is somebody for whom the coordinator acts. */
export async function doneIn(
  tx: Queries,
  bank: Bank,
  broker: Broker,
  memberId: string,
  { row }: Exchange,
  did: string,
): Promise<Done> {
  const other = SIDES.find((side) => memberOn(row, side) !== memberId) ?? 'giver';
  const otherId = memberOn(row, other);
  if (otherId !== null && (await isOwn(tx, bank.id, broker.personId, otherId))) throw new Refused('not_allowed');
  const what = { did, title: row.title, other: nameOn(row, other), minutes: row.minutes };
  return { kind: 'exchange', subjectId: row.id, what };
}
