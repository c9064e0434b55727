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
import { afterFault, owesAnswer, type Refusal, refusal, type VerifiedEntry } from '@evenhour/protocol';
import type { Bank } from '../bank/bank.ts';
import type { Queries } from '../db/database.ts';
import { newId } from '../db/id.ts';
import { evidence } from '../db/schema.ts';
import { type HeardHolds, hearHolds } from '../exchange/across-holds.ts';
import { type TransferAtDesk, type TransferRow, transfersOf } from '../transfer/transfer-store.ts';
import { Desk } from './desk.ts';
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
  const desk = await Desk.open(work, exchanges, await heardIn(work, exchanges, run));
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

/** What is known of Holds in a run that are for no gift. */
async function heardIn(
  work: PairWork,
  known: readonly TransferAtDesk[],
  run: readonly IncomingEntry[],
): Promise<HeardHolds> {
  const details = new Set(known.map(({ row }) => row.detail));
  const bodies = run.map(({ entry }) => entry.body);
  const holds = bodies.flatMap((body) => (body.kind === 'Hold' && !details.has(body.detail) ? [body] : []));
  return hearHolds(work, holds, new Set(bodies.flatMap((body) => (body.kind === 'Void' ? [body.transfer] : []))));
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
  const details = new Set(exchanges.map(({ row }) => row.detail));
  const fresh = holds.flatMap(({ id, ...hold }) => (details.has(hold.detail) ? [] : [{ ...hold, transfer: id }]));
  const desk = await Desk.open(work, exchanges, await hearHolds(work, fresh, new Set()));
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
