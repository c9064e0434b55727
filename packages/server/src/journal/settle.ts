/**
 * What a bank does when its partner's entries arrive: judge, move minutes, answer.
 *
 * Promises: entries, postings, exchanges and answers of a run commit together or not at all; a run
 * is applied up to its first entry that is not one; what was applied before is counted once and
 * said so. Answers (accept, post, receipt) are written in the same transaction, so a settled hour
 * needs no timer.
 *
 * @module
 */
import type { Appended, Refusal, VerifiedEntry } from '@evenhour/protocol';
import { and, eq, sql } from 'drizzle-orm';
import { ulid } from 'ulid';
import { UNCLAIMED_ACCOUNT } from '../bank/bank.ts';
import { evidence, member } from '../db/schema.ts';
import { type ExchangeChange, type ExchangeRow, exchangesFor, updateExchanges } from '../exchange/exchange-store.ts';
import { type Account, lockAccounts, type NewPosting, post, textArray } from '../ledger/ledger.ts';
import type { PairWork } from './pair-work.ts';

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
  readonly settled: readonly ExchangeRow[];
  /** Ids of exchanges that this run gave back. */
  readonly ended: readonly string[];
}

/** Applies a run of the partner's entries. The caller saves the work and commits. */
export async function applyRun(work: PairWork, run: readonly IncomingEntry[]): Promise<RunResult> {
  await work.prepare(run.map(({ entry }) => entry));
  const desk = await Desk.open(
    work,
    run.map(({ entry }) => entry),
  );
  let known = 0;
  let applied = 0;
  for (const { entry, document } of run) {
    const result = work.receive(entry, document);
    if (result.outcome === 'not_next') {
      if (result.refusal.code === 'known_already' || result.refusal.code === 'stale_epoch') {
        known += 1;
        continue;
      }
      await desk.close();
      return {
        known,
        applied,
        refused: { seq: entry.seq, refusal: result.refusal },
        settled: desk.settled,
        ended: desk.ended,
      };
    }
    if (result.outcome === 'fault') {
      // Nothing of this entry is applied; it is kept for the bridge builders, and the pair halts.
      await work.tx
        .insert(evidence)
        .values({ bankId: work.bank.id, id: ulid(), pairId: work.row.id, code: result.refusal.code, document });
      work.changes = { ...work.changes, mode: 'halted', haltedBecause: JSON.stringify(result.refusal) };
      await desk.close();
      return {
        known,
        applied,
        refused: { seq: entry.seq, refusal: result.refusal },
        settled: desk.settled,
        ended: desk.ended,
      };
    }
    applied += 1;
    if (result.breach !== null) {
      await work.tx
        .insert(evidence)
        .values({ bankId: work.bank.id, id: ulid(), pairId: work.row.id, code: result.breach.code, document });
      continue;
    }
    desk.take(entry, result.appended.compared);
  }
  await desk.close();
  return { known, applied, refused: null, settled: desk.settled, ended: desk.ended };
}

/** Collects what a run does to the ledger and to exchanges, and writes it at once. */
class Desk {
  readonly settled: ExchangeRow[] = [];
  readonly ended: string[] = [];
  readonly #work: PairWork;
  readonly #byTransfer = new Map<string, ExchangeRow>();
  readonly #byDetail = new Map<string, ExchangeRow>();
  readonly #accounts: Map<string, Account>;
  readonly #inactive: Set<string>;
  readonly #postings: NewPosting[] = [];
  readonly #changes: ExchangeChange[] = [];

  private constructor(work: PairWork, exchanges: ExchangeRow[], accounts: Map<string, Account>, inactive: Set<string>) {
    this.#work = work;
    this.#accounts = accounts;
    this.#inactive = inactive;
    for (const row of exchanges) {
      if (row.transfer !== null) this.#byTransfer.set(row.transfer, row);
      if (row.detail !== null && row.direction === 'in') this.#byDetail.set(row.detail, row);
    }
  }

  static async open(work: PairWork, entries: readonly VerifiedEntry[]): Promise<Desk> {
    const transfers: string[] = [];
    const details: string[] = [];
    for (const { body } of entries) {
      if ('transfer' in body) transfers.push(body.transfer);
      if (body.kind === 'Hold') details.push(body.detail);
    }
    const exchanges = await exchangesFor(work.tx, work.bank.id, work.row.id, transfers, details);
    const posts = entries.some(({ body }) => body.kind === 'Post');
    const moves = entries.some(
      ({ body }) => body.kind === 'Post' || body.kind === 'HoldAccept' || body.kind === 'HoldDecline',
    );
    const ids = new Set(exchanges.map((row) => row.accountId));
    if (moves) ids.add(work.row.mirrorId);
    if (posts) ids.add(UNCLAIMED_ACCOUNT);
    const accounts = moves ? await lockAccounts(work.tx, work.bank.id, [...ids]) : new Map<string, Account>();
    const inactive = await inactiveMembers(work, exchanges);
    return new Desk(work, exchanges, accounts, inactive);
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
        this.#change(this.#byTransfer.get(body.transfer), { status: 'returned' });
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

  #hold(body: Extract<VerifiedEntry['body'], { kind: 'Hold' }>): void {
    const row = this.#byDetail.get(body.detail);
    const agreed =
      row !== undefined &&
      row.status === 'accepted' &&
      row.minutes === body.minutes &&
      row.ownRef === body.payeeRef &&
      row.peerRef === body.payerRef;
    if (!agreed) {
      this.#write({ kind: 'HoldDecline', transfer: body.transfer, code: 'terms_unknown' });
      return;
    }
    if (this.#inactive.has(row.memberId)) {
      this.#write({ kind: 'HoldDecline', transfer: body.transfer, code: 'payee_unavailable' });
      this.#change(row, { status: 'returned', code: 'payee_unavailable', transfer: body.transfer });
      return;
    }
    this.#byTransfer.set(body.transfer, row);
    // A second hold in this run finds the terms taken, as it would in the next one.
    this.#byDetail.delete(body.detail);
    this.#write({ kind: 'HoldAccept', transfer: body.transfer });
    this.#change(row, { status: 'held', transfer: body.transfer });
  }

  #accepted(transfer: string): void {
    const row = this.#byTransfer.get(transfer);
    if (row === undefined || row.holdId === null) {
      // A restored bank may not know whose minutes these were; the hold is given up instead.
      this.#write({ kind: 'Void', transfer });
      return;
    }
    this.#write({ kind: 'Post', transfer, minutes: row.minutes });
    this.#postings.push({
      id: ulid(),
      kind: 'post',
      debit: row.accountId,
      credit: this.#work.row.mirrorId,
      minutes: row.minutes,
      holdId: row.holdId,
      heldMinutes: row.minutes,
      cause: this.#work.pair.heads[this.#work.pair.me].hash,
      exchangeId: row.id,
    });
    this.#change(row, { status: 'posted' });
  }

  #giveBack(transfer: string, code: string): void {
    const row = this.#byTransfer.get(transfer);
    if (row === undefined || row.holdId === null) return;
    this.#postings.push(voidOf(row, this.#work.row.mirrorId));
    this.#change(row, { status: 'returned', code });
    this.ended.push(row.id);
  }

  #credit(entry: VerifiedEntry, transfer: string, amount: number): void {
    const row = this.#byTransfer.get(transfer);
    const account = row === undefined ? undefined : this.#accounts.get(row.accountId);
    const full = account !== undefined && account.ceiling !== null && account.balance + amount > account.ceiling;
    const unclaimed = row === undefined || account === undefined || full || this.#inactive.has(row.memberId);
    const credit = unclaimed ? UNCLAIMED_ACCOUNT : row.accountId;
    this.#postings.push({
      id: ulid(),
      kind: 'direct',
      debit: this.#work.row.mirrorId,
      credit,
      minutes: amount,
      cause: entry.hash,
      ...(row !== undefined && { exchangeId: row.id }),
    });
    if (account !== undefined && !unclaimed)
      this.#accounts.set(account.id, { ...account, balance: account.balance + amount });
    this.#write({ kind: 'Receipt', transfer, unclaimed });
    if (row === undefined) return;
    this.#change(row, { status: 'settled', ...(unclaimed && { code: full ? 'account_full' : 'payee_unavailable' }) });
    this.settled.push(row);
  }

  #receipted(transfer: string): void {
    const row = this.#byTransfer.get(transfer);
    if (row === undefined) return;
    this.#change(row, { status: 'settled' });
    this.settled.push(row);
  }

  #write(body: Parameters<PairWork['write']>[0]): void {
    const result = this.#work.write(body);
    // An answer to an entry that has effect has effect itself. The pair is open, or we would not be here.
    if (!result.ok) throw new Error(`an answer was refused by our own rules: ${result.refusal.code}`);
  }

  #change(row: ExchangeRow | undefined, change: Omit<ExchangeChange, 'id'>): void {
    if (row !== undefined) this.#changes.push({ id: row.id, ...change });
  }

  async close(): Promise<void> {
    await post(this.#work.tx, this.#work.bank.id, this.#postings);
    await updateExchanges(this.#work.tx, this.#work.bank.id, this.#changes);
  }
}

/** The posting that gives a held gift back to its giver. */
export function voidOf(row: ExchangeRow, mirrorId: string): NewPosting {
  if (row.holdId === null) throw new Error(`exchange ${row.id} holds nothing`);
  return {
    id: ulid(),
    kind: 'void',
    debit: row.accountId,
    credit: mirrorId,
    minutes: 0,
    holdId: row.holdId,
    heldMinutes: row.minutes,
    cause: row.id,
    exchangeId: row.id,
  };
}

async function inactiveMembers(work: PairWork, exchanges: readonly ExchangeRow[]): Promise<Set<string>> {
  const ids = [...new Set(exchanges.filter((row) => row.direction === 'in').map((row) => row.memberId))];
  if (ids.length === 0) return new Set();
  const rows = await work.tx
    .select({ id: member.id })
    .from(member)
    .where(
      and(
        eq(member.bankId, work.bank.id),
        sql`${member.status} <> 'active'`,
        sql`${member.id} = any(${textArray(ids)})`,
      ),
    );
  return new Set(rows.map((row) => row.id));
}
