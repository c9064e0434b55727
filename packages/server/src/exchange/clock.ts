/**
 * What the clock does in an exchange when nobody has taken their turn.
 *
 * @module
 */
import { openVersion, otherSide } from '@evenhour/protocol';
import { type DueHandler, remindAt } from '../clock/due.ts';
import { DESK, notify } from '../notification/notify.ts';
import { holdsFollow } from './across-hours.ts';
import { exchangePath, isOurs, loadExchange, memberOn, nameOn, SIDES } from './exchange-store.ts';
import { FUND_GIFT, fundGives } from './fund-gift.ts';
import { EXCHANGE_HOURS, localHoursFollow } from './local-hours.ts';
import { plan, writeStep } from './steps.ts';
import { deadlineOf, EXCHANGE_TURN, planOf } from './turns.ts';

const HOUR_MS = 60 * 60_000;

/** Reminds, takes back and confirms as {@link planOf} says. What was missed while nothing ran is done once. */
const takeTurn: DueHandler = async (tx, bank, id, now, after) => {
  const exchange = await loadExchange(tx, bank.id, id, true);
  const due = exchange === undefined ? [] : planOf(exchange, bank.settings).filter(({ at }) => at <= now);
  // What changes the exchange comes before any reminder that was missed.
  const event = (due.find(({ event: { what } }) => what === 'confirm' || what === 'lapse') ?? due.at(-1))?.event;
  if (exchange === undefined || event === undefined) return;
  const { row } = exchange;
  if (event.what === 'lapse' || event.what === 'confirm') {
    const unheard = row.pairId !== null && row.heardApplied < exchange.steps[event.side].length;
    // The partner has not heard our last word yet; until it has, none follows.
    if (unheard) return remindAt(tx, bank, { kind: EXCHANGE_TURN, subject: id, at: new Date(now.getTime() + HOUR_MS) });
    const answers = openVersion(row.state);
    if (event.what === 'lapse')
      await writeStep(tx, bank, exchange, event.side, { kind: 'Withdraw' }, { by: 'bank' }, after);
    else if (answers !== null)
      await writeStep(tx, bank, exchange, event.side, { kind: 'AcceptClaim', answers }, { by: 'bank' }, after);
    return;
  }
  const href = exchangePath(id);
  if (event.what === 'remind')
    for (const side of event.sides) {
      const memberId = memberOn(row, side);
      const facts = { name: nameOn(row, otherSide(side)), title: row.title };
      if (memberId !== null) await notify(tx, bank, { memberId, kind: 'exchange_reminder', facts, href }, now);
    }
  if (event.what === 'deadline') {
    const facts = { title: row.title, at: (deadlineOf(exchange, bank.settings.timeZone) ?? now).toISOString() };
    const members = SIDES.filter((side) => isOurs(row, side)).flatMap((side) => memberOn(row, side) ?? []);
    for (const memberId of [...members, DESK])
      await notify(tx, bank, { memberId, kind: 'deadline_near', facts, href }, now);
  }
  await plan(tx, bank, exchange, now);
};

/** Tries again to put hours aside, or to move them. */
const tryHours: DueHandler = async (tx, bank, id, now, after) => {
  const exchange = await loadExchange(tx, bank.id, id, true);
  if (exchange === undefined) return;
  const { pairId } = exchange.row;
  const { row } = await (pairId === null
    ? localHoursFollow(tx, bank, exchange, now)
    : holdsFollow(tx, bank, exchange, after));
  if (row.reserved !== 'settled') return;
  for (const side of SIDES) {
    const memberId = memberOn(row, side);
    const facts = { title: row.title, minutes: row.minutes };
    if (memberId !== null)
      await notify(tx, bank, { memberId, kind: 'exchange_settled', facts, href: exchangePath(id) });
  }
};

export const exchangeHandlers = {
  [EXCHANGE_TURN]: takeTurn,
  [EXCHANGE_HOURS]: tryHours,
  [FUND_GIFT]: fundGives,
} as const;
