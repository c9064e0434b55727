/**
 * What a member who leaves has open, and what the bank ends for them when the day has come.
 *
 * Promises: what has not begun is called off as the member could do it, in their name, and everybody in it is told;
 * what has begun, or has hours written down, is ended by people and not by a clock. What the partner of an exchange has
 * to hear first is left for the next time.
 *
 * @module
 */
import { type Act, actsFor, openVersion, type Side } from '@evenhour/protocol';
import type { Caller } from '../auth/tokens.ts';
import type { Bank } from '../bank/bank.ts';
import type { Queries } from '../db/database.ts';
import type { Signal } from '../delivery/signals.ts';
import { maySpeak } from '../exchange/across-holds.ts';
import { type Exchange, isOurs, listExchanges, loadExchange, memberOn, SIDES } from '../exchange/exchange-store.ts';
import { writeStep } from '../exchange/steps.ts';
import { cancelGathering } from '../gathering/gatherings.ts';
import { withdrawFromGathering } from '../gathering/seats.ts';
import { attendedBy, hostedBy } from '../gathering/store.ts';
import { findMember } from '../member/members.ts';

const AT_ONCE = 1000;

/** Calls off what has not begun. What follows from it may take the clock a moment. */
export async function endWhatIsToCome(
  tx: Queries,
  bank: Bank,
  memberId: string,
  now: Date,
  after: Signal[],
): Promise<void> {
  // Whoever is suspended writes no step of their own.
  const by = (await findMember(tx, bank.id, memberId))?.status === 'active' ? 'member' : 'bank';
  const themselves: Caller = { role: 'member', memberId, tokenHash: '' };
  for (const { id, status, startsAt } of await hostedBy(tx, bank.id, memberId, AT_ONCE))
    if (status === 'open' && startsAt > now) await cancelGathering(tx, bank, themselves, id);
  for (const { gathering, guest } of await attendedBy(tx, bank.id, memberId, AT_ONCE))
    if (
      gathering.status === 'open' &&
      gathering.startsAt > now &&
      guest.status !== 'withdrawn' &&
      guest.presentAt === null
    )
      await withdrawFromGathering(tx, bank, themselves, gathering.id, guest.id, after);
  for (const { id } of await listExchanges(tx, bank.id, { memberId, which: 'open', limit: AT_ONCE })) {
    const exchange = await loadExchange(tx, bank.id, id, true);
    const side = SIDES.find((each) => exchange !== undefined && memberOn(exchange.row, each) === memberId);
    if (exchange === undefined || side === undefined) continue;
    const act = endOf(exchange, side, now);
    if (act !== null && isOurs(exchange.row, side) && maySpeak(exchange))
      await writeStep(tx, bank, exchange, side, act, { by }, after);
  }
}

/** How this side ends it; `null` once it has begun or hours are recorded, for then they may be owed. */
function endOf({ row }: Exchange, side: Side, now: Date): Act | null {
  if (row.status === 'agreed' && row.startTime !== null && row.startTime <= now) return null;
  const acts = actsFor(row.state, side);
  if (acts.includes('Cancel')) return { kind: 'Cancel' };
  if (acts.includes('Withdraw')) return { kind: 'Withdraw' };
  const answers = openVersion(row.state);
  return row.status === 'proposed' && acts.includes('Reject') && answers !== null ? { kind: 'Reject', answers } : null;
}
