/**
 * What the entries of a partner do at a bank: to its ledger, to transfers, and which entries answer them.
 *
 * Promises: it decides and writes nothing by itself; what it decides is stored with the entries or not at all. A Hold
 * is taken for a gift that was accepted or for what was agreed in an exchange, once, and for nothing else.
 *
 * @module
 */
import {
  type Appended,
  type Hold,
  isRecovering,
  statementFor,
  type Transfer,
  type VerifiedEntry,
} from '@evenhour/protocol';
import { UNCLAIMED_ACCOUNT } from '../bank/bank.ts';
import { newId } from '../db/id.ts';
import type { HeardHolds } from '../exchange/across-holds.ts';
import { lockAccounts, type NewPosting } from '../ledger/ledger.ts';
import {
  onTheirWayTo,
  type TransferAtDesk,
  type TransferChange,
  type TransferRow,
} from '../transfer/transfer-store.ts';
import type { PairWork } from './pair-work.ts';

/** Decides what the entries of a run do to the ledger and to exchanges. */
export class Desk {
  readonly settled: TransferRow[] = [];
  readonly ended: string[] = [];
  readonly #work: PairWork;
  readonly #byTransfer = new Map<string, TransferAtDesk>();
  readonly #byDetail = new Map<string, TransferAtDesk>();
  /** What accounts with a ceiling can still take; others take everything. */
  readonly #space: Map<string, Space>;
  /** Parts of exchanges that begin when their Hold is accepted. */
  readonly #fresh: ReadonlySet<TransferRow>;
  readonly #waiting: ReadonlySet<string>;

  private constructor(
    work: PairWork,
    known: readonly TransferAtDesk[],
    { taken, waiting }: HeardHolds,
    space: Map<string, Space>,
  ) {
    this.#work = work;
    this.#space = space;
    this.#fresh = new Set(taken.map(({ row }) => row));
    this.#waiting = waiting;
    for (const each of [...known, ...taken]) {
      const { transfer, detail, direction } = each.row;
      if (transfer !== null) this.#byTransfer.set(transfer, each);
      if (detail !== null && direction === 'in') this.#byDetail.set(detail, each);
    }
  }

  static async open(work: PairWork, known: readonly TransferAtDesk[], heard: HeardHolds): Promise<Desk> {
    const bounded = [...known, ...heard.taken].filter(({ row, ceiling }) => row.direction === 'in' && ceiling !== null);
    return new Desk(work, known, heard, await spaceOf(work, bounded));
  }

  /** Whether nothing is answered yet, because the partner has not heard of the epoch that we began. */
  get #silent(): boolean {
    return isRecovering(this.#work.pair);
  }

  /** Gives the answer that a transfer waits for, if one is due. */
  answer(transfer: Transfer): void {
    const { debtor, id, accepted, posted } = transfer;
    if (debtor === this.#work.pair.me) {
      if (accepted !== null && posted === null) this.#accepted(id);
      return;
    }
    const known = this.#byTransfer.get(id)?.row;
    if (posted !== null)
      this.#write({ kind: 'Receipt', transfer: id, unclaimed: known === undefined || known.code !== null });
    else if (accepted === null) this.#hold({ ...transfer, transfer: id });
  }

  /** Signs what we compute. */
  state(): void {
    this.#write({ kind: 'Checkpoint', statement: statementFor(this.#work.pair) });
    const [first, second] = this.#work.pair.heads;
    this.#work.changes = { ...this.#work.changes, statedSeqs: first.seq + second.seq };
  }

  /** What an entry with effect leads to. */
  take(entry: VerifiedEntry, compared: Appended['compared']): void {
    const { body } = entry;
    switch (body.kind) {
      case 'Hold':
        this.#hold(body);
        break;
      case 'HoldAccept':
        this.#accepted(body.transfer);
        break;
      case 'HoldDecline':
        this.#giveBack(body.transfer, body.code);
        break;
      case 'Void':
        this.#voided(this.#byTransfer.get(body.transfer)?.row);
        break;
      case 'Post':
        this.#credit(entry, body.transfer, body.minutes);
        break;
      case 'Receipt':
        this.#receipted(body.transfer);
        break;
      case 'Checkpoint':
        this.#work.changes = {
          ...this.#work.changes,
          statement: body.statement,
          statementAgrees: compared?.agrees ?? null,
          statementWeSayMinutes:
            compared === null || compared.computed.debtMinutes === 0 ? 0 : -compared.computed.debtMinutes,
          statementAt: new Date(),
        };
        break;
      default:
    }
  }

  #hold(body: Pick<Hold, 'transfer' | 'minutes' | 'payerRef' | 'payeeRef' | 'detail'>): void {
    // A step that explains it may be on its way.
    if (this.#silent || this.#waiting.has(body.transfer)) return;
    const known = this.#byDetail.get(body.detail);
    const row = known?.row;
    const agreed =
      known !== undefined &&
      row !== undefined &&
      row.status === 'accepted' &&
      row.minutes === body.minutes &&
      row.ownRef === body.payeeRef &&
      row.peerRef === body.payerRef;
    if (!agreed) {
      this.#write({ kind: 'HoldDecline', transfer: body.transfer, code: 'terms_unknown' });
      return;
    }
    const space = this.#space.get(row.accountId);
    const code = !known.memberActive
      ? 'payee_unavailable'
      : space !== undefined && body.minutes > space.unpromised
        ? 'account_full'
        : null;
    if (code !== null) {
      this.#write({ kind: 'HoldDecline', transfer: body.transfer, code });
      if (!this.#fresh.has(row)) this.#change(row, { status: 'returned', code, transfer: body.transfer });
      return;
    }
    if (space !== undefined) space.unpromised -= body.minutes;
    this.#byTransfer.set(body.transfer, known);
    // A second hold in this run finds the terms taken, as it would in the next one.
    this.#byDetail.delete(body.detail);
    this.#write({ kind: 'HoldAccept', transfer: body.transfer });
    if (this.#fresh.has(row)) this.#work.begin({ ...row, status: 'held', transfer: body.transfer });
    else this.#change(row, { status: 'held', transfer: body.transfer });
    this.#moved(row);
  }

  #accepted(transfer: string): void {
    if (this.#silent) return;
    const row = this.#byTransfer.get(transfer)?.row;
    if (row === undefined || row.holdId === null) {
      // A restored bank may not know whose minutes these were; the hold is given up instead.
      this.#write({ kind: 'Void', transfer });
      return;
    }
    // What both confirm is posted, and nothing before it.
    if (row.purpose === 'exchange') {
      this.#moved(row);
      return;
    }
    this.#write({ kind: 'Post', transfer, minutes: row.minutes });
    this.#work.post({
      id: newId(),
      kind: 'post',
      debit: row.accountId,
      credit: this.#work.row.mirrorId,
      minutes: row.minutes,
      holdId: row.holdId,
      heldMinutes: row.minutes,
      cause: this.#work.pair.heads[this.#work.pair.me].hash,
      transferId: row.id,
    });
    this.#change(row, { status: 'posted' });
  }

  #giveBack(transfer: string, code: string): void {
    const row = this.#byTransfer.get(transfer)?.row;
    if (row === undefined || row.holdId === null) return;
    this.#work.post(voidOf(row, this.#work.row.mirrorId));
    this.#change(row, { status: 'returned', code });
    this.ended.push(row.id);
    this.#moved(row);
  }

  /** The payee's space was asked for at the hold; whoever filled it since has the minutes kept for them. */
  #credit(entry: VerifiedEntry, transfer: string, amount: number): void {
    const known = this.#byTransfer.get(transfer);
    const row = known?.row;
    const space = this.#space.get(row?.accountId ?? '');
    const full = space !== undefined && amount > space.now;
    const unclaimed = known === undefined || full || !known.memberActive;
    this.#work.post({
      id: newId(),
      kind: 'direct',
      debit: this.#work.row.mirrorId,
      credit: unclaimed ? UNCLAIMED_ACCOUNT : known.row.accountId,
      minutes: amount,
      cause: entry.hash,
      ...(row !== undefined && { transferId: row.id }),
    });
    if (!this.#silent) this.#write({ kind: 'Receipt', transfer, unclaimed });
    if (row === undefined) return;
    if (space !== undefined && !unclaimed) space.now -= amount;
    const code = unclaimed ? { code: full ? 'account_full' : 'payee_unavailable' } : {};
    this.#change(row, { status: 'settled', ...(row.exchangeId !== null && { minutes: amount }), ...code });
    this.settled.push({ ...row, ...code });
    this.#moved(row);
  }

  #receipted(transfer: string): void {
    const row = this.#byTransfer.get(transfer)?.row;
    if (row === undefined) return;
    this.#change(row, { status: 'settled' });
    this.settled.push(row);
    this.#moved(row);
  }

  #voided(row: TransferRow | undefined): void {
    this.#change(row, { status: 'returned' });
    if (row !== undefined) this.#moved(row);
  }

  /** An exchange whose hours moved is looked at again when the run is over. */
  #moved({ exchangeId }: TransferRow): void {
    if (exchangeId !== null) this.#work.exchanges.add(exchangeId);
  }

  #write(body: Parameters<PairWork['write']>[0]): void {
    const result = this.#work.write(body);
    // An answer to an entry that has effect has effect itself. The pair is open, or we would not be here.
    if (!result.ok) throw new Error(`an answer was refused by our own rules: ${result.refusal.code}`);
  }

  #change(row: TransferRow | undefined, change: Omit<TransferChange, 'id'>): void {
    if (row !== undefined) this.#work.change({ id: row.id, ...change });
  }
}

interface Space {
  /** Up to the ceiling. */
  now: number;
  /** The same, less what was promised to the account and has not come yet. */
  unpromised: number;
}

/** Locks these exchanges' accounts, for the guard in the database would refuse the whole run. */
async function spaceOf(work: PairWork, bounded: readonly TransferAtDesk[]): Promise<Map<string, Space>> {
  if (bounded.length === 0) return new Map();
  const { tx, bank } = work;
  const accounts = await lockAccounts(tx, bank.id, [...new Set(bounded.map(({ row }) => row.accountId))]);
  const promised = await onTheirWayTo(tx, bank.id, [...new Set(bounded.map(({ row }) => row.memberId))]);
  return new Map(
    [...accounts.values()].map(({ id, balance, ceiling }) => {
      const now = (ceiling ?? Number.POSITIVE_INFINITY) - balance;
      return [id, { now, unpromised: now - (promised.get(id) ?? 0) }];
    }),
  );
}

/** The posting that gives a held gift back to its giver. */
export function voidOf(row: TransferRow, mirrorId: string): NewPosting {
  if (row.holdId === null) throw new Error(`exchange ${row.id} holds nothing`);
  return {
    id: newId(),
    kind: 'void',
    debit: row.accountId,
    credit: mirrorId,
    minutes: 0,
    holdId: row.holdId,
    heldMinutes: row.minutes,
    cause: row.id,
    transferId: row.id,
  };
}
