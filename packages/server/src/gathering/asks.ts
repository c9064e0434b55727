/**
 * Exchanges that others begin from a gathering's offer, and what becomes of those of its guests.
 *
 * Promises: the host has published a rule, so the gathering says yes by itself while there is a seat, and no in kind words
 * otherwise; an exchange that is called off gives its seat back.
 *
 * @module
 */
import { openVersion, otherSide } from '@evenhour/protocol';
import type { Bank } from '../bank/bank.ts';
import type { DueHandler } from '../clock/due.ts';
import type { Queries } from '../db/database.ts';
import type { Signal } from '../delivery/signals.ts';
import { type Exchange, loadExchange, memberOn, nameOn } from '../exchange/exchange-store.ts';
import { writeStep } from '../exchange/steps.ts';
import { languageOr, wordsOf } from '../web/words.ts';
import { gatheringOf } from './follow.ts';
import { accept, hostSide } from './hours.ts';
import { addGuest, freeSeatOf, moveUp, seat } from './seats.ts';
import { type GatheringRow, guestByMember, guestsOf, lockGathering, statusOf } from './store.ts';

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
    if (guest?.status !== 'coming' || guest.outcome !== null) return;
    const { gathering } = await freeSeatOf(tx, bank, row, guest);
    await moveUp(tx, bank, gathering, after);
    return;
  }
  if (guest !== undefined) return;
  if (state.status === 'proposed' && state.proposal.by !== hostSide(row)) await answer(tx, bank, row, exchange, after);
  // The host was quicker, with a yes of their own.
  if (state.status === 'agreed') await seatFor(tx, bank, row, exchange);
};

async function answer(tx: Queries, bank: Bank, row: GatheringRow, exchange: Exchange, after: Signal[]): Promise<void> {
  const no = await whyNot(tx, row, exchange);
  if (no === null) {
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
  const memberId = memberOn(exchange.row, otherSide(hostSide(row)));
  const before = memberId === null ? undefined : await guestByMember(tx, row, memberId);
  return exchange.row.minutes === row.minutes && before === undefined ? null : 'rule';
}

async function seatFor(tx: Queries, bank: Bank, row: GatheringRow, { row: exchange }: Exchange): Promise<void> {
  const side = otherSide(hostSide(row));
  const address = side === 'giver' ? exchange.giverAddress : exchange.receiverAddress;
  const memberId = memberOn(exchange, side);
  const guest = await addGuest(tx, row, {
    memberId,
    name: nameOn(exchange, side),
    address: memberId === null ? address : '',
    status: 'waiting',
    ownAct: true,
  });
  await seat(tx, bank, row, guest, exchange.id, false);
}
