/**
 * The hours of an exchange across two banks: our journal follows the state of the exchange.
 *
 * Promises: what was agreed is held, or the exchange says why not and it is tried again; the Posts sum to what was
 * confirmed, and come when every part that they need is accepted; a hold is voided only when no step that crosses can
 * undo why. Called under the locks of the pair and of the exchange's row. Spec: hours of an exchange.
 *
 * @module
 */
import {
  isRecovering,
  otherSide,
  type Proposal,
  type RefusalCode,
  refusedIn,
  roomOf,
  type Side,
} from '@evenhour/protocol';
import { detailOfHold } from '@evenhour/protocol/wire';
import { and, asc, eq, sql } from 'drizzle-orm';
import { silenceOf } from '../agreement/silence.ts';
import type { Bank } from '../bank/bank.ts';
import { forget, remindAt } from '../clock/due.ts';
import type { Queries } from '../db/database.ts';
import { newId } from '../db/id.ts';
import { exchange as exchangeTable, member, pairEnd, pair as pairTable, stillOpen } from '../db/schema.ts';
import type { Signal } from '../delivery/signals.ts';
import { voidOf } from '../journal/desk.ts';
import { underway } from '../journal/pair-store.ts';
import { PairWork } from '../journal/pair-work.ts';
import { giveDueAnswers } from '../journal/settle.ts';
import { available, lockAccounts } from '../ledger/ledger.ts';
import { notify } from '../notification/notify.ts';
import { type TransferRow, unheldMinutes } from '../transfer/transfer-store.ts';
import { detailsOf, isOver, maySpeak, minutesIn, partRow, partsOf } from './across-holds.ts';
import { leftToGive } from './caps.ts';
import {
  changeExchange,
  type Exchange,
  type ExchangeRow,
  exchangePath,
  loadExchange,
  memberOn,
  nameOn,
} from './exchange-store.ts';
import { fundFollows } from './fund-gift.ts';
import { EXCHANGE_HOURS } from './local-hours.ts';
import { EXCHANGE_TURN } from './turns.ts';

type Outcome = Pick<ExchangeRow, 'reserved' | 'reservedCode'>;

const AGAIN_MS = 15 * 60_000;
/** How many exchanges that wait for room are tried when there is some. */
const TRIED_AT_ONCE = 20;

/**
 * Lets our journal follow the state: Holds, Voids and Posts for what our member receives. Changes `reserved` of the
 * row.
 */
export async function holdsFollow(tx: Queries, bank: Bank, exchange: Exchange, after: Signal[]): Promise<Exchange> {
  const followed = await follow(tx, bank, exchange, after);
  const { pairId, id } = exchange.row;
  if (followed.freed && pairId !== null) await hoursThatWait(tx, bank, pairId, after, id);
  return followed.exchange;
}

/** Tries the exchanges of a pair whose hours could not be put aside again, oldest first. The pair is locked. */
export async function hoursThatWait(
  tx: Queries,
  bank: Bank,
  pairId: string,
  after: Signal[],
  except = '',
): Promise<void> {
  const rows = await tx
    .select({ id: exchangeTable.id })
    .from(exchangeTable)
    .where(and(eq(exchangeTable.bankId, bank.id), eq(exchangeTable.pairId, pairId), sql`reserved = 'no'`))
    .orderBy(asc(exchangeTable.id))
    .limit(TRIED_AT_ONCE);
  for (const { id } of rows) {
    const exchange = id === except ? undefined : await loadExchange(tx, bank.id, id, true);
    if (exchange !== undefined) await follow(tx, bank, exchange, after);
  }
}

/** What follows for the exchanges that a piece of work on a pair touched, once it is saved. */
export async function exchangesFollow(work: PairWork, after: Signal[]): Promise<void> {
  const { tx, bank, row, pair, asLoaded } = work;
  for (const id of work.exchanges) {
    const exchange = await loadExchange(tx, bank.id, id, true);
    if (exchange !== undefined) await holdsFollow(tx, bank, exchange, after);
  }
  const { me } = pair;
  if (roomOf(pair.views[me], me) > roomOf(asLoaded.views[me], me)) await hoursThatWait(tx, bank, row.id, after);
}

async function follow(
  tx: Queries,
  bank: Bank,
  exchange: Exchange,
  after: Signal[],
): Promise<{ exchange: Exchange; freed: boolean }> {
  const { row } = exchange;
  const work = row.pairId === null ? null : await PairWork.open(tx, bank, row.pairId);
  if (work === null) throw new Error(`exchange ${row.id} has no pair`);
  const { me } = work.pair;
  const before = roomOf(work.pair.views[me], me);
  const outcome = await outcomeOf(work, exchange);
  if (work.wrote > 0 || row.ownSide === 'giver') after.push({ kind: 'pair', bankId: bank.id, pairId: work.row.id });
  const freed = roomOf(work.pair.views[me], me) > before;
  if (outcome.reserved === 'no')
    await remindAt(tx, bank, { kind: EXCHANGE_HOURS, subject: row.id, at: new Date(Date.now() + AGAIN_MS) });
  if (outcome.reserved === row.reserved && outcome.reservedCode === row.reservedCode) return { exchange, freed };
  const changed = await changeExchange(tx, row, outcome);
  await fundFollows(tx, bank, changed);
  return { exchange: { ...exchange, row: changed }, freed };
}

async function outcomeOf(work: PairWork, exchange: Exchange): Promise<Outcome> {
  if (work.row.status === 'closed') return whenClosed(work, exchange);
  return exchange.row.ownSide === 'giver' ? answer(work, exchange) : new Paying(work, exchange).follow();
}

/** Nothing is written in a closed pair; what is held or posted comes back or stays by its settlement. */
async function whenClosed({ tx }: PairWork, { row }: Exchange): Promise<Outcome> {
  const { state, reserved, reservedCode } = row;
  if (isOver(state) || reserved === 'settled') return { reserved, reservedCode };
  const come = (await partsOf(tx, row)).filter(({ status }) => status === 'posted' || status === 'settled');
  if (state.status === 'confirmed' && minutesIn(come) >= state.record.minutes) {
    const [end] = await tx
      .select({ settledAt: pairEnd.settledAt })
      .from(pairEnd)
      .where(and(eq(pairEnd.bankId, row.bankId), eq(pairEnd.pairId, row.pairId ?? '')));
    const whole = end?.settledAt != null || come.every(({ status }) => status === 'settled');
    return { reserved: whole ? 'settled' : 'yes', reservedCode: null };
  }
  return { reserved: 'over', reservedCode: 'agreement_not_active' };
}

/**
 * What becomes of the exchanges of a pair that is closed, and once more when it is settled: those that can move no
 * hours any more are over, and their members are told. The pair is locked.
 */
export async function exchangesOfClosed(tx: Queries, bank: Bank, pairId: string, after: Signal[]): Promise<void> {
  const rows = await tx
    .select({ id: exchangeTable.id })
    .from(exchangeTable)
    .where(and(eq(exchangeTable.bankId, bank.id), eq(exchangeTable.pairId, pairId), stillOpen));
  for (const { id } of rows) {
    const exchange = await loadExchange(tx, bank.id, id, true);
    if (exchange === undefined) continue;
    const { row } = (await follow(tx, bank, exchange, after)).exchange;
    if (row.reserved !== 'over') continue;
    await changeExchange(tx, row, { waitsFor: null, updatedAt: new Date() });
    await forget(tx, bank, { kind: EXCHANGE_TURN, subject: id });
    const memberId = memberOn(row, row.ownSide as Side);
    const facts = { name: nameOn(row, otherSide(row.ownSide as Side)), title: row.title };
    if (memberId !== null)
      await notify(tx, bank, { memberId, kind: 'exchange_over', facts, href: exchangePath(row.id) });
  }
}

/** Until the two banks have greeted each other, or recovered, everything stays as it is; it is looked at again then. */
function mayWriteEntries({ row, pair }: PairWork): boolean {
  return refusedIn(row.mode, 'write') === null && !isRecovering(pair);
}

/** Answers Holds that waited for a step, and says how far the hours of our giver have come. */
async function answer(work: PairWork, { row }: Exchange): Promise<Outcome> {
  const { tx, bank, pair } = work;
  const waiting = await underway(tx, bank.id, work.row.id);
  const open = waiting.some(
    (each) => each.debtor !== pair.me && each.accepted === null && each.payeeRef === row.giverRef,
  );
  if (open && !mayWriteEntries(work)) return { reserved: 'no', reservedCode: 'pair_waiting' };
  if (open) await giveDueAnswers(tx, bank, work.row.id);
  const parts = await partsOf(tx, row);
  const held = minutesIn(parts.filter(({ status }) => status === 'held'));
  const { state } = row;
  if (state.status === 'confirmed') {
    const come = minutesIn(parts.filter(({ status }) => status === 'settled'));
    if (come >= state.record.minutes) return { reserved: 'settled', reservedCode: null };
    return { reserved: held + come >= state.record.minutes ? 'yes' : 'asked', reservedCode: null };
  }
  if (!('agreed' in state)) return { reserved: held > 0 ? 'yes' : 'none', reservedCode: null };
  return { reserved: held >= state.agreed.terms.minutes ? 'yes' : 'asked', reservedCode: null };
}

/** The receiver's bank at work on one exchange. */
class Paying {
  readonly #work: PairWork;
  readonly #exchange: Exchange;
  #parts: TransferRow[] = [];

  constructor(work: PairWork, exchange: Exchange) {
    this.#work = work;
    this.#exchange = exchange;
  }

  async follow(): Promise<Outcome> {
    const { tx } = this.#work;
    this.#parts = await partsOf(tx, this.#exchange.row);
    await this.#work.need(this.#parts.map(({ transfer }) => transfer ?? ''));
    const outcome = await this.#decide();
    await this.#work.save();
    return outcome;
  }

  get #live(): TransferRow[] {
    return this.#parts.filter(({ status }) => status === 'held');
  }

  #accepted({ transfer }: TransferRow): boolean {
    const known = this.#work.transfer(this.#work.pair.me, transfer ?? '');
    return known !== undefined && known.accepted !== null;
  }

  async #decide(): Promise<Outcome> {
    const { state } = this.#exchange.row;
    if (!mayWriteEntries(this.#work) && this.#hasWork()) return { reserved: 'no', reservedCode: 'pair_waiting' };
    if (isOver(state)) return this.#over(state.status === 'confirmed');
    if (!('agreed' in state)) return { reserved: 'none', reservedCode: null };
    if (state.status === 'confirmed') return this.#settle(state.record.minutes, state.agreed);
    return this.#hold(state.agreed.terms.minutes - minutesIn(this.#live), state.agreed);
  }

  /** Whether something has to be written for the present state. */
  #hasWork(): boolean {
    const { state, reserved } = this.#exchange.row;
    if (isOver(state)) return this.#live.length > 0;
    if (state.status === 'confirmed') return reserved !== 'settled';
    return 'agreed' in state && state.agreed.terms.minutes > minutesIn(this.#live);
  }

  #over(confirmed: boolean): Outcome {
    if (this.#live.length > 0 && !maySpeak(this.#exchange)) return { reserved: 'yes', reservedCode: null };
    for (const part of this.#live) this.#end(part, 0);
    return { reserved: confirmed ? 'settled' : 'none', reservedCode: null };
  }

  async #settle(minutes: number, agreed: Proposal): Promise<Outcome> {
    const posted = this.#parts.filter(({ status }) => status === 'posted' || status === 'settled');
    let rest = minutes - minutesIn(posted);
    if (rest <= 0) {
      for (const part of this.#live) this.#end(part, 0);
      return { reserved: posted.every(({ status }) => status === 'settled') ? 'settled' : 'yes', reservedCode: null };
    }
    const accepted = this.#live.filter((part) => this.#accepted(part));
    if (minutesIn(accepted) < rest) return this.#hold(rest - minutesIn(this.#live), agreed);
    for (const part of [...accepted, ...this.#live.filter((each) => !accepted.includes(each))]) {
      const moved = Math.min(rest, part.minutes);
      this.#end(part, moved);
      rest -= moved;
    }
    return { reserved: 'yes', reservedCode: null };
  }

  /** Ends a part: so many minutes are posted, or it is voided. */
  #end(part: TransferRow, minutes: number): void {
    const { row, pair } = this.#work;
    const { transfer = '' } = part;
    const written = this.#work.write(
      minutes === 0 ? { kind: 'Void', transfer: transfer ?? '' } : { kind: 'Post', transfer: transfer ?? '', minutes },
    );
    if (!written.ok) throw new Error(`part ${part.part} of an exchange cannot end: ${written.refusal.code}`);
    const back = voidOf(part, row.mirrorId);
    this.#work.post(
      minutes === 0 ? back : { ...back, kind: 'post', minutes, cause: this.#work.pair.heads[pair.me].hash },
    );
    this.#work.change(minutes === 0 ? { id: part.id, status: 'returned' } : { id: part.id, status: 'posted', minutes });
  }

  /** Puts so many more minutes aside, if they are missing. */
  async #hold(missing: number, agreed: Proposal): Promise<Outcome> {
    if (missing <= 0) {
      const all = this.#live.every((part) => this.#accepted(part));
      return { reserved: all ? 'yes' : 'asked', reservedCode: null };
    }
    const { tx, bank, row: pair } = this.#work;
    const { row } = this.#exchange;
    const [payer] = await tx
      .select({ accountId: member.accountId, status: member.status })
      .from(member)
      .where(and(eq(member.bankId, bank.id), eq(member.id, row.receiverId ?? '')));
    if (payer === undefined) throw new Error(`exchange ${row.id} has a side without a member`);
    const account = (await lockAccounts(tx, bank.id, [payer.accountId])).get(payer.accountId);
    const left = account === undefined ? 0 : available(account);
    const code =
      payer.status !== 'active'
        ? 'member_inactive'
        : left !== null && left < missing
          ? 'not_enough_hours'
          : (await leftToGive(tx, bank, row)) < missing
            ? 'over_member_cap'
            : await this.#noRoom(missing);
    if (code !== null) return { reserved: 'no', reservedCode: code };
    const part = Math.max(0, ...this.#parts.map((each) => each.part ?? 0)) + 1;
    const details = detailsOf(row, part, missing, agreed);
    const detail = detailOfHold(row.salt ?? '', details);
    const transfer = `${bank.origin}/ap/transfers/${newId()}`;
    const hold = { transfer, minutes: missing, payerRef: details.payerRef, payeeRef: details.payeeRef, detail };
    const written = this.#work.write({ kind: 'Hold', ...hold });
    if (!written.ok) return { reserved: 'no', reservedCode: written.refusal.code };
    const holdId = newId();
    const begun = partRow(bank, row, hold, part, payer.accountId, {
      direction: 'out',
      status: 'held',
      transfer,
      holdId,
    });
    this.#work.begin(begun);
    this.#work.post({
      id: holdId,
      kind: 'hold',
      debit: payer.accountId,
      credit: pair.mirrorId,
      minutes: missing,
      cause: begun.id,
      transferId: begun.id,
    });
    return { reserved: 'asked', reservedCode: null };
  }

  /** Why the line takes no more; what was promised to gifts and is not held yet counts. */
  async #noRoom(minutes: number): Promise<RefusalCode | null> {
    const { tx, bank, row, pair } = this.#work;
    const view = pair.views[pair.me];
    if (row.status !== 'active') return 'agreement_not_active';
    if (pair.differs !== undefined) return 'pair_reconciling';
    if (view.suspended[pair.me] || silenceOf(row, bank.settings.silentDays) !== null) return 'pair_suspended';
    const [found] = await tx
      .select({ unheld: unheldMinutes })
      .from(pairTable)
      .where(and(eq(pairTable.bankId, bank.id), eq(pairTable.id, row.id)));
    return minutes > roomOf(view, pair.me) - Number(found?.unheld ?? 0) ? 'limit_reached' : null;
  }
}
