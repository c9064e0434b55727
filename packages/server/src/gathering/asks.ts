/**
 * Exchanges that others begin from a gathering's offer, and what becomes of those of its guests.
 *
 * Promises: the host has published a rule, so the gathering says yes by itself while there is a seat, and no in kind
 * words otherwise; for nobody but the host, and not to another time or place. Nobody takes two seats, also from
 * elsewhere. An exchange that is called off gives its seat back, unless its guest is here already.
 *
 * @module
 */
import { openVersion, otherSide } from '@evenhour/protocol';
import type { Bank } from '../bank/bank.ts';
import type { DueHandler } from '../clock/due.ts';
import type { Queries } from '../db/database.ts';
import type { Signal } from '../delivery/signals.ts';
import { addressOf } from '../exchange/asking.ts';
import { type Exchange, loadExchange, memberOn, nameOn, termsOf } from '../exchange/exchange-store.ts';
import { writeStep } from '../exchange/steps.ts';
import { languageOr, wordsOf } from '../web/words.ts';
import { gatheringOf } from './follow.ts';
import { accept, hostSide } from './hours.ts';
import { addGuest, deleteGuest, freeSeatOf, moveUp, seat } from './seats.ts';
import { type GatheringRow, type GuestRow, guestsOf, lockGathering, statusOf } from './store.ts';

/** Looks at one exchange, when somebody has said something in it. */
export const lookAtAsk: DueHandler = async (tx, bank, subject, _now, after) => {
  const [exchangeId = ''] = subject.split(' ');
  const known = await loadExchange(tx, bank.id, exchangeId);
  const id = known === undefined ? undefined : await gatheringOf(tx, bank.id, known.row);
  if (id === undefined) return;
  const row = await lockGathering(tx, bank.id, id);
  const exchange = await loadExchange(tx, bank.id, exchangeId, true);
  if (exchange === undefined) return;
  const guest = (await guestsOf(tx, row)).find((each) => each.exchangeId === exchangeId);
  const { state } = exchange.row;
  if (state.status === 'cancelled' || state.status === 'declined') {
    if (guest?.status !== 'coming' || guest.outcome !== null || guest.presentAt !== null) return;
    const { gathering } = await freeSeatOf(tx, bank, row, guest);
    await moveUp(tx, bank, gathering, after);
    return;
  }
  // An offer is answered for whoever made it.
  if (guest !== undefined || memberOn(exchange.row, hostSide(row)) !== row.hostId) return;
  if (state.status === 'proposed' && state.proposal.by !== hostSide(row)) await answer(tx, bank, row, exchange, after);
  // The host was quicker, with a yes of their own.
  if (state.status === 'agreed') await seatFor(tx, bank, row, exchange);
};

async function answer(tx: Queries, bank: Bank, row: GatheringRow, exchange: Exchange, after: Signal[]): Promise<void> {
  const no = await whyNot(tx, row, exchange);
  if (no === null) {
    if (isElsewhere(row, exchange)) return;
    await seatFor(tx, bank, row, await accept(tx, bank, exchange, hostSide(row), after));
    return;
  }
  const answers = openVersion(exchange.row.state);
  const { t } = wordsOf(languageOr(row.language, bank));
  const because = t(`gathering.no.${no}`, { title: row.title });
  if (answers !== null)
    await writeStep(
      tx,
      bank,
      exchange,
      hostSide(row),
      { kind: 'Reject', answers, because },
      { by: 'bank', quiet: true },
      after,
    );
}

async function whyNot(tx: Queries, row: GatheringRow, exchange: Exchange): Promise<'full' | 'over' | 'rule' | null> {
  const status = statusOf(row);
  if (status === 'full') return 'full';
  if (status !== 'open') return 'over';
  const before = await guestBefore(tx, row, exchange);
  const isNew = before === undefined || before.status === 'withdrawn';
  return exchange.row.minutes === row.minutes && isNew ? null : 'rule';
}

/** Whether the terms name another time or place than the gathering has. That is for the host to say. */
function isElsewhere({ startsAt, place }: GatheringRow, { row }: Exchange): boolean {
  const terms = termsOf(row.state);
  const another = terms?.startTime !== undefined && Date.parse(terms.startTime) !== startsAt.getTime();
  return another || (terms?.place !== undefined && terms.place.trim() !== place.trim());
}

/** Who asks, as a guest of this gathering. */
function askerOf(row: GatheringRow, { row: exchange }: Exchange): Pick<GuestRow, 'memberId' | 'name' | 'address'> {
  const side = otherSide(hostSide(row));
  const memberId = memberOn(exchange, side);
  const address = memberId === null ? addressOf(exchange, hostSide(row)).slice('acct:'.length) : '';
  return { memberId, name: nameOn(exchange, side), address };
}

async function guestBefore(tx: Queries, row: GatheringRow, exchange: Exchange): Promise<GuestRow | undefined> {
  const { memberId, address } = askerOf(row, exchange);
  const all = (await guestsOf(tx, row)).filter((each) =>
    memberId === null ? each.address === address : each.memberId === memberId,
  );
  return all.find(({ status }) => status !== 'withdrawn') ?? all[0];
}

/** Seats whoever asked, unless they have a seat or have come already. */
async function seatFor(tx: Queries, bank: Bank, row: GatheringRow, exchange: Exchange): Promise<void> {
  const before = await guestBefore(tx, row, exchange);
  if (before?.status === 'coming' || before?.status === 'walk_in') return;
  // They come anew.
  if (before?.status === 'withdrawn') await deleteGuest(tx, before);
  const guest =
    before?.status === 'waiting'
      ? before
      : await addGuest(tx, row, { ...askerOf(row, exchange), status: 'waiting', ownAct: true });
  await seat(tx, bank, row, guest, exchange.row.id, false);
}
