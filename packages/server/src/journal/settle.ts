/**
 * What a bank does when its partner's entries arrive: judge, move minutes, answer.
 *
 * Promises: entries, postings, exchanges and answers of a run commit together or not at all; a run
 * is applied up to its first entry that is not one; what was applied before is counted once and
 * said so. Answers (accept, post, receipt) are written in the same transaction, so a settled hour
 * needs no timer. A bank that has begun an epoch after a restore answers once its partner has heard
 * of that: until then it takes minutes in, and the answers that are due follow.
 *
 * @module
 */
import {
  type Appended,
  afterFault,
  type Hold,
  isRecovering,
  owesAnswer,
  type Refusal,
  refusal,
  statementFor,
  type Transfer,
  type VerifiedEntry,
} from '@evenhour/protocol';
import { type Bank, UNCLAIMED_ACCOUNT } from '../bank/bank.ts';
import type { Queries } from '../db/database.ts';
import { newId } from '../db/id.ts';
import { evidence } from '../db/schema.ts';
import { lockAccounts, type NewPosting } from '../ledger/ledger.ts';
import {
  onTheirWayTo,
  type TransferAtDesk,
  type TransferChange,
  type TransferRow,
  transfersOf,
} from '../transfer/transfer-store.ts';
import { forkOf } from './evidence.ts';
import { underway } from './pair-store.ts';
import { PairWork } from './pair-work.ts';

export interface IncomingEntry {
  readonly entry: VerifiedEntry;
  /** The entry as it was signed. */
  readonly document: string;
}

export interface RunResult {
  /** How many of the entries were known already. */
  readonly known: number;
  readonly applied: number;
  /** The first entry that was not taken, and why. */
  readonly refused: { readonly seq: number; readonly refusal: Refusal } | null;
  /** Exchanges that this run settled. */
  readonly settled: readonly TransferRow[];
  /** Ids of exchanges that this run gave back. */
  readonly ended: readonly string[];
}

/** A pair that is locked, with the exchanges that a run of its partner touches. */
export interface RunWork {
  readonly work: PairWork;
  readonly exchanges: readonly TransferAtDesk[];
}

/** Locks a pair and reads what a run of its partner touches. `null` when this bank has no such pair. */
export async function openRun(
  tx: Queries,
  bank: Bank,
  pairId: string,
  run: readonly IncomingEntry[],
): Promise<RunWork | null> {
  const all: string[] = [];
  const transfers: string[] = [];
  const details: string[] = [];
  for (const { body } of run.map(({ entry }) => entry)) {
    if (!('transfer' in body)) continue;
    all.push(body.transfer);
    if (body.kind === 'Hold') details.push(body.detail);
    else transfers.push(body.transfer);
  }
  const [work, exchanges] = await Promise.all([
    PairWork.open(tx, bank, pairId, all),
    transfersOf(tx, bank.id, pairId, transfers, details),
  ]);
  return work === null ? null : { work, exchanges };
}

/** Applies a run of the partner's entries, or nothing of it. The caller saves the work and commits. */
export async function applyRun({ work, exchanges }: RunWork, run: readonly IncomingEntry[]): Promise<RunResult> {
  await work.prepare(run.map(({ entry }) => entry));
  const desk = await Desk.open(work, exchanges);
  let known = 0;
  let applied = 0;
  for (const { entry, document } of run) {
    const result = work.receive(entry, document);
    if (result.outcome === 'not_next') {
      if (result.refusal.code === 'known_already' || result.refusal.code === 'stale_epoch') {
        known += 1;
        continue;
      }
      return {
        known,
        applied,
        refused: { seq: entry.seq, refusal: result.refusal },
        settled: desk.settled,
        ended: desk.ended,
      };
    }
    if (result.outcome === 'fault') {
      const refused = await faultIn(work, result.refusal, { entry, document }, run);
      return {
        known,
        applied,
        refused: { seq: entry.seq, refusal: refused },
        settled: desk.settled,
        ended: desk.ended,
      };
    }
    applied += 1;
    if (work.row.doubted) work.changes = { ...work.changes, doubted: false };
    if (result.breach !== null) {
      await work.tx
        .insert(evidence)
        .values({ bankId: work.bank.id, id: newId(), pairId: work.row.id, code: result.breach.code, document });
      continue;
    }
    desk.take(entry, result.appended.compared);
  }
  // Whoever began an epoch writes nothing else before an entry of ours acknowledges it.
  if (owesAnswer(work.pair)) desk.state();
  return { known, applied, refused: null, settled: desk.settled, ended: desk.ended };
}

/** Gives the answers that became due while the partner had not heard of the epoch that we began. */
export async function giveDueAnswers(tx: Queries, bank: Bank, pairId: string): Promise<void> {
  const work = await PairWork.open(tx, bank, pairId);
  if (work === null) return;
  const waiting = await underway(tx, bank.id, pairId);
  await work.need(waiting.map(({ id }) => id));
  const holds = waiting.filter(({ debtor, accepted }) => debtor !== work.pair.me && accepted === null);
  const exchanges = await transfersOf(
    tx,
    bank.id,
    pairId,
    waiting.map(({ id }) => id),
    holds.map(({ detail }) => detail),
  );
  const desk = await Desk.open(work, exchanges);
  for (const transfer of waiting) desk.answer(transfer);
  await work.save();
}

/**
 * What follows from an entry that does not continue the partner's journal; nothing of it is applied. Either it is
 * kept for the bridge builders and the pair halts, or it may name what we lost, and both banks greet. Returns what
 * the partner hears.
 */
async function faultIn(
  work: PairWork,
  fault: Refusal,
  { entry, document }: IncomingEntry,
  run: readonly IncomingEntry[],
): Promise<Refusal> {
  const { tx, bank, row } = work;
  if (afterFault(fault, (work.changes.doubted ?? row.doubted) === true) === 'greet') {
    work.changes = { ...work.changes, mode: 'waiting', peerSession: '', doubted: true };
    return refusal('pair_waiting', { reason: 'ack_unknown' });
  }
  // The other entry at its place is in our database, or came in this very run.
  const beside = run.find((each) => each.entry.seq === entry.seq && each.entry.hash !== entry.hash)?.document;
  const kept = fault.code === 'fork' ? await forkOf(work, entry, document, beside) : document;
  await tx.insert(evidence).values({ bankId: bank.id, id: newId(), pairId: row.id, code: fault.code, document: kept });
  work.changes = { ...work.changes, mode: 'halted', haltedBecause: JSON.stringify(fault) };
  return fault;
}

/** Decides what the entries of a run do to the ledger and to exchanges. */
class Desk {
  readonly settled: TransferRow[] = [];
  readonly ended: string[] = [];
  readonly #work: PairWork;
  readonly #byTransfer = new Map<string, TransferAtDesk>();
  readonly #byDetail = new Map<string, TransferAtDesk>();
  /** What accounts with a ceiling can still take; others take everything. */
  readonly #space: Map<string, Space>;

  private constructor(work: PairWork, exchanges: readonly TransferAtDesk[], space: Map<string, Space>) {
    this.#work = work;
    this.#space = space;
    for (const known of exchanges) {
      const { transfer, detail, direction } = known.row;
      if (transfer !== null) this.#byTransfer.set(transfer, known);
      if (detail !== null && direction === 'in') this.#byDetail.set(detail, known);
    }
  }

  static async open(work: PairWork, exchanges: readonly TransferAtDesk[]): Promise<Desk> {
    const bounded = exchanges.filter((known) => known.row.direction === 'in' && known.ceiling !== null);
    return new Desk(work, exchanges, await spaceOf(work, bounded));
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
        this.#change(this.#byTransfer.get(body.transfer)?.row, { status: 'returned' });
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
    if (this.#silent) return;
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
      this.#change(row, { status: 'returned', code, transfer: body.transfer });
      return;
    }
    if (space !== undefined) space.unpromised -= body.minutes;
    this.#byTransfer.set(body.transfer, known);
    // A second hold in this run finds the terms taken, as it would in the next one.
    this.#byDetail.delete(body.detail);
    this.#write({ kind: 'HoldAccept', transfer: body.transfer });
    this.#change(row, { status: 'held', transfer: body.transfer });
  }

  #accepted(transfer: string): void {
    if (this.#silent) return;
    const row = this.#byTransfer.get(transfer)?.row;
    if (row === undefined || row.holdId === null) {
      // A restored bank may not know whose minutes these were; the hold is given up instead.
      this.#write({ kind: 'Void', transfer });
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
    this.#change(row, { status: 'settled', ...(unclaimed && { code: full ? 'account_full' : 'payee_unavailable' }) });
    this.settled.push(row);
  }

  #receipted(transfer: string): void {
    const row = this.#byTransfer.get(transfer)?.row;
    if (row === undefined) return;
    this.#change(row, { status: 'settled' });
    this.settled.push(row);
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
