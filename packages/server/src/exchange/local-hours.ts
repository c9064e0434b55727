/**
 * The hours of an exchange between two members here: put aside, moved or given back as the state says.
 *
 * Promises: what was agreed is put aside for the giver, or the exchange says why not and it is tried again; what was
 * confirmed moves whole or not yet, and once; nothing stays put aside when nothing will follow. Called under the lock
 * of the exchange's row.
 *
 * @module
 */
import type { RefusalCode } from '@evenhour/protocol';
import { and, asc, eq } from 'drizzle-orm';
import type { Bank } from '../bank/bank.ts';
import { remindAt } from '../clock/due.ts';
import type { Queries } from '../db/database.ts';
import { newId } from '../db/id.ts';
import { member, transfer } from '../db/schema.ts';
import { type Account, available, lockAccounts, type NewPosting, post } from '../ledger/ledger.ts';
import { beginGifts, type TransferRow, transferChanges } from '../transfer/transfer-store.ts';
import { changeExchange, type Exchange, type ExchangeRow, termsOf } from './exchange-store.ts';
import { fundFollows } from './fund-gift.ts';

/** The kind under which the clock knows exchanges whose hours could not be put aside or moved. */
export const EXCHANGE_HOURS = 'exchange_hours';
const AGAIN_MS = 15 * 60_000;

type Outcome = Pick<ExchangeRow, 'reserved' | 'reservedCode'>;

/** Lets the ledger follow the state, and says in the row how far it has come. */
export async function localHoursFollow(
  tx: Queries,
  bank: Bank,
  exchange: Exchange,
  now: Date = new Date(),
): Promise<Exchange> {
  const outcome = await new Hours(tx, bank, exchange).follow();
  if (outcome.reserved === 'no')
    await remindAt(tx, bank, {
      kind: EXCHANGE_HOURS,
      subject: exchange.row.id,
      at: new Date(now.getTime() + AGAIN_MS),
    });
  const { reserved, reservedCode } = exchange.row;
  if (outcome.reserved === reserved && outcome.reservedCode === reservedCode) return exchange;
  const row = await changeExchange(tx, exchange.row, outcome);
  await fundFollows(tx, bank, row);
  return { ...exchange, row };
}

class Hours {
  readonly #tx: Queries;
  readonly #bank: Bank;
  readonly #exchange: Exchange;
  readonly #postings: NewPosting[] = [];
  readonly #begun: TransferRow[] = [];
  readonly #ended: { row: TransferRow; minutes: number }[] = [];

  constructor(tx: Queries, bank: Bank, exchange: Exchange) {
    this.#tx = tx;
    this.#bank = bank;
    this.#exchange = exchange;
  }

  async follow(): Promise<Outcome> {
    const { state } = this.#exchange.row;
    const parts = await this.#parts();
    const open = parts.filter(({ status }) => status === 'held');
    let outcome: Outcome = { reserved: 'none', reservedCode: null };
    if (state.status === 'agreed' || state.status === 'claimed' || state.status === 'disputed')
      outcome = await this.#putAside(parts, open, termsOf(state)?.minutes ?? 0);
    else if (state.status === 'confirmed') outcome = await this.#settle(parts, open, state.record.minutes);
    else for (const row of open) this.#end(row, 0);
    await this.#write();
    return outcome;
  }

  async #putAside(parts: readonly TransferRow[], open: readonly TransferRow[], wanted: number): Promise<Outcome> {
    const held = sumOf(open);
    const done: Outcome = { reserved: 'yes', reservedCode: null };
    if (held === wanted) return done;
    const { payer, payee, active } = await this.#accounts();
    // Fewer than before: all of it anew, which always fits. More: the difference beside it.
    const missing = held > wanted ? wanted : wanted - held;
    const code = refused(payer, payee, active, held > wanted ? 0 : missing, missing);
    if (code !== null) return { reserved: 'no', reservedCode: code };
    if (held > wanted) for (const row of open) this.#end(row, 0);
    const holdId = newId();
    const row = this.#begin(parts, payer, missing, { status: 'held', holdId });
    this.#postings.push({ ...between(payer, payee, row), id: holdId, kind: 'hold', minutes: missing });
    return done;
  }

  async #settle(parts: readonly TransferRow[], open: readonly TransferRow[], minutes: number): Promise<Outcome> {
    const settled: Outcome = { reserved: 'settled', reservedCode: null };
    if (this.#exchange.row.reserved === 'settled') return settled;
    let rest = minutes;
    const { payer, payee, active } = await this.#accounts();
    const code = refused(payer, payee, active, Math.max(0, minutes - sumOf(open)), minutes);
    if (minutes > 0 && code !== null) return { reserved: 'no', reservedCode: code };
    for (const row of open) {
      const part = Math.min(rest, row.minutes);
      this.#end(row, part);
      rest -= part;
    }
    if (rest > 0) {
      const row = this.#begin(parts, payer, rest, { status: 'settled' });
      this.#postings.push({ ...between(payer, payee, row), id: newId(), kind: 'direct', minutes: rest });
    }
    return settled;
  }

  /** Ends a part with so many minutes; with none it is given up. */
  #end(row: TransferRow, minutes: number): void {
    this.#ended.push({ row, minutes });
  }

  #begin(
    parts: readonly TransferRow[],
    payer: Account,
    minutes: number,
    how: Pick<TransferRow, 'status'> & { holdId?: string },
  ): TransferRow {
    const { row } = this.#exchange;
    const id = newId();
    const now = new Date();
    const memberId = row.receiverId ?? '';
    const begun: TransferRow = {
      bankId: this.#bank.id,
      id,
      direction: 'local',
      pairId: null,
      url: `${this.#bank.origin}/ap/exchanges/${id}`,
      memberId,
      accountId: payer.id,
      counterparty: row.giverId ?? '',
      counterpartyName: row.giverName,
      minutes,
      content: row.title,
      status: how.status,
      code: null,
      facts: null,
      transfer: null,
      ownRef: this.#bank.references.make(memberId, id),
      peerRef: null,
      salt: null,
      detail: null,
      reverses: null,
      holdId: how.holdId ?? null,
      unnamed: false,
      purpose: 'exchange',
      exchangeId: row.id,
      part: Math.max(0, ...parts.map(({ part }) => part ?? 0)) + 1,
      createdAt: now,
      updatedAt: now,
    };
    this.#begun.push(begun);
    return begun;
  }

  async #write(): Promise<void> {
    for (const { row, minutes } of this.#ended) {
      const { payer, payee } = await this.#accounts();
      this.#postings.push({
        ...between(payer, payee, row),
        id: newId(),
        kind: minutes === 0 ? 'void' : 'post',
        minutes,
        holdId: row.holdId ?? '',
        heldMinutes: row.minutes,
      });
      // What moved is what the statement shows.
      if (minutes > 0 && minutes !== row.minutes)
        await this.#tx
          .update(transfer)
          .set({ minutes })
          .where(and(eq(transfer.bankId, row.bankId), eq(transfer.id, row.id)));
    }
    if (this.#ended.length > 0) {
      const changes = this.#ended.map(({ row, minutes }) => ({
        id: row.id,
        status: minutes === 0 ? ('returned' as const) : ('settled' as const),
      }));
      await this.#tx.execute(transferChanges(this.#bank.id, changes));
    }
    // What is given up comes first, so that it can be put aside anew.
    const ends = this.#postings.filter(({ holdId }) => holdId !== undefined);
    await post(this.#tx, this.#bank.id, ends);
    const rest = this.#postings.filter(({ holdId }) => holdId === undefined);
    await beginGifts(this.#tx, this.#bank.id, this.#begun, [], rest);
  }

  async #parts(): Promise<TransferRow[]> {
    return this.#tx
      .select()
      .from(transfer)
      .where(and(eq(transfer.bankId, this.#bank.id), eq(transfer.exchangeId, this.#exchange.row.id)))
      .orderBy(asc(transfer.part));
  }

  /** `active`: whether the receiver is, so that more may come out of their account than was put aside. */
  async #accounts(): Promise<{ payer: Account; payee: Account; active: boolean }> {
    const { giverId, receiverId } = this.#exchange.row;
    const accountOf = async (memberId: string | null) => {
      const [row] = await this.#tx
        .select({ accountId: member.accountId, status: member.status })
        .from(member)
        .where(and(eq(member.bankId, this.#bank.id), eq(member.id, memberId ?? '')));
      if (row === undefined) throw new Error(`exchange ${this.#exchange.row.id} has a side without a member`);
      return row;
    };
    const [payer, payee] = [await accountOf(receiverId), await accountOf(giverId)];
    const locked = await lockAccounts(this.#tx, this.#bank.id, [payer.accountId, payee.accountId]);
    return {
      payer: locked.get(payer.accountId) as Account,
      payee: locked.get(payee.accountId) as Account,
      active: payer.status === 'active',
    };
  }
}

/** Why so many minutes cannot come out of the one account, or go into the other. */
function refused(payer: Account, payee: Account, active: boolean, out: number, into: number): RefusalCode | null {
  if (!active && out > 0) return 'member_inactive';
  const left = available(payer);
  if (left !== null && out > 0 && left < out) return 'not_enough_hours';
  return payee.ceiling !== null && payee.balance + into > payee.ceiling ? 'account_full' : null;
}

function between(payer: Account, payee: Account, { id }: TransferRow) {
  return { debit: payer.id, credit: payee.id, cause: id, transferId: id };
}

function sumOf(rows: readonly TransferRow[]): number {
  return rows.reduce((sum, { minutes }) => sum + minutes, 0);
}
