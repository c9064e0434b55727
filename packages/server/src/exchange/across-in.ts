/**
 * What a partner says about exchanges: its steps and words, and what became of ours.
 *
 * Promises: a step is taken once and in its place, with all that follows, or changes nothing and its writer hears why;
 * what the partner says of our steps lets us write the next one, and sends again what it lacks. Spec: exchange, the
 * logs.
 *
 * @module
 */
import { isRefusalCode, takeStep as placeOf, REFUSALS, type RefusalCode, type Side } from '@evenhour/protocol';
import { and, eq, sql } from 'drizzle-orm';
import type { Bank } from '../bank/bank.ts';
import type { Queries } from '../db/database.ts';
import { newId } from '../db/id.ts';
import { evidence, exchangeMessage } from '../db/schema.ts';
import type { Signal } from '../delivery/signals.ts';
import { textArray } from '../ledger/ledger.ts';
import type { IncomingStep, IncomingTalk, MessageResult } from '../transfer/gifts.ts';
import { insertMessages, messagesById } from '../transfer/transfer-store.ts';
import { signStep, stepUrl, theirSide } from './across.ts';
import { beginOwn, beginTheirs } from './across-begin.ts';
import { holdsFollow } from './across-hours.ts';
import { changeExchange, type Exchange, exchangeByUrl, loadExchange } from './exchange-store.ts';
import { takeStep } from './steps.ts';
import { takeTalk } from './talk.ts';

/** What the writer of a step hears: how many of its steps are applied, and how many we have written. */
export interface StepResult extends MessageResult {
  readonly n?: number;
  readonly written?: number;
  /** With `fork`: the step that is held. */
  readonly held?: unknown;
}

/**
 * Takes a step of a partner. The pair is locked. Refuses as the specification lists, `terms_unknown` first.
 *
 * @param pairId the pair whose session it came in
 * @param id what the exchange is called here, if it was known before a restore
 */
export async function receiveStep(
  tx: Queries,
  bank: Bank,
  pairId: string,
  { message, hash, document }: IncomingStep,
  after: Signal[],
  id?: string,
): Promise<StepResult> {
  const { n, seen, act, member } = message;
  const refuse = (code: RefusalCode, at?: { n: number; written: number }): StepResult => ({
    id: message.id,
    applied: false,
    known: false,
    code,
    n: 0,
    written: 0,
    ...at,
  });
  const known = await exchangeByUrl(tx, bank.id, message.exchange, true);
  const exchange = known ?? (await beginTheirs(tx, bank, pairId, message, id));
  if (typeof exchange === 'string') return refuse(exchange);
  const { row, steps } = exchange;
  if (row.pairId !== pairId) return refuse('foreign_origin');
  const side = theirSide(row);
  const own = steps[row.ownSide as Side];
  const log = steps[side];
  const at = { n: log.length, written: own.length };
  const place = placeOf(
    { hashes: log.map((step) => step.hash ?? ''), seen: log.at(-1)?.seen ?? 0, written: own.length },
    message,
    hash,
  );
  if (place.take === 'known') return { id: message.id, applied: true, known: true, ...at };
  if (place.take === 'refuse') {
    const { code } = place.refusal;
    if (code !== 'fork') return refuse(code, at);
    await keepEvidence(tx, bank, pairId, code, document);
    return { ...refuse(code, at), held: JSON.parse(log[n - 1]?.document ?? 'null') };
  }
  const introduced =
    member === null
      ? exchange
      : {
          ...exchange,
          row: await changeExchange(
            tx,
            row,
            side === 'giver'
              ? { giverRef: member.ref, giverName: member.name, giverAddress: member.id }
              : { receiverRef: member.ref, receiverName: member.name, receiverAddress: member.id },
          ),
        };
  // Whoever has seen a step of ours has applied it, and all of its own that came before this one are here.
  const heard =
    seen <= introduced.row.heardApplied
      ? introduced
      : { ...introduced, row: await changeExchange(tx, row, { heardApplied: seen }) };
  await answered(tx, bank, pairId, heard, seen);
  await takeStep(tx, bank, heard, side, { n, seen, act }, { hash, document }, after);
  return { id: message.id, applied: true, known: false, n, written: own.length };
}

/**
 * Keeps words of a partner's member once, and thanks once a side. `terms_unknown` when the exchange is not known here.
 */
export async function receiveTalk(
  tx: Queries,
  bank: Bank,
  pairId: string,
  { message, hash, document }: IncomingTalk,
): Promise<MessageResult> {
  const { id, kind, content } = message;
  const exchange = await exchangeByUrl(tx, bank.id, message.exchange, true);
  if (exchange?.row.pairId !== pairId || exchange.steps[theirSide(exchange.row)].length === 0)
    return { id, applied: false, known: false, code: 'terms_unknown' };
  const row = { id, pairId, direction: 'in', exchangeId: message.exchange, hash, document, pending: false } as const;
  if ((await insertMessages(tx, bank.id, [row])).has(id)) {
    const said = { side: theirSide(exchange.row), kind: kind === 'Thanks' ? 'thanks' : 'talk', text: content } as const;
    return { id, applied: true, known: !(await takeTalk(tx, bank, exchange, said)) };
  }
  const before = (await messagesById(tx, bank.id, pairId, [id])).get(id);
  return before?.hash === hash ? { id, applied: true, known: true } : { id, applied: false, known: true, code: 'fork' };
}

/**
 * What the partner answers to steps and words of ours. Returns the ids of those that need not be sent again now.
 */
export async function hearResults(
  tx: Queries,
  bank: Bank,
  pairId: string,
  results: readonly Readonly<Record<string, unknown>>[],
  after: Signal[],
): Promise<string[]> {
  const done: string[] = [];
  for (const result of results) {
    const id = String(result['id']);
    const [, exchangeId = '', number = ''] = /\/ap\/exchanges\/([^/]+)\/(\d+|words\/[^/]+)$/.exec(id) ?? [];
    const code = isRefusalCode(result['code']) ? result['code'] : null;
    const later = result['applied'] !== true && code !== null && REFUSALS[code].retryable;
    if (number.startsWith('words/')) {
      if (!later) done.push(id);
      continue;
    }
    const exchange = await loadExchange(tx, bank.id, exchangeId, true);
    if (exchange === undefined || exchange.row.pairId !== pairId) continue;
    if (result['applied'] === true) {
      await heardOf(tx, bank, exchange, Number(number), count(result['n']), count(result['written']), after);
      done.push(id);
    } else if (later) await sendFrom(tx, bank, exchange, code === 'gap' ? count(result['n']) : 0);
    else {
      await refusedFor(tx, bank, exchange, Number(number), code ?? 'schema_mismatch', after);
      done.push(id);
    }
  }
  await settle(tx, bank, pairId, done);
  return done;
}

function count(value: unknown): number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? Math.min(value, 10_000) : 0;
}

/** Notes how far the partner is, which may let us write, and end what nothing can undo any more. */
async function heardOf(
  tx: Queries,
  bank: Bank,
  exchange: Exchange,
  number: number,
  applied: number,
  written: number,
  after: Signal[],
): Promise<void> {
  const { row, steps } = exchange;
  const own = steps[row.ownSide as Side].length;
  const heardApplied = Math.max(row.heardApplied, Math.min(own, Math.max(number, applied)));
  const heardWritten = Math.max(row.heardWritten, written);
  if (heardApplied === row.heardApplied && heardWritten === row.heardWritten) return;
  const changed = await changeExchange(tx, row, { heardApplied, heardWritten });
  await holdsFollow(tx, bank, { ...exchange, row: changed }, after);
}

/** Lets our steps after the `n`th be sent again. */
async function sendFrom(tx: Queries, bank: Bank, { row, steps }: Exchange, n: number): Promise<void> {
  const { pairId, url } = row;
  if (pairId === null) return;
  const rows = steps[row.ownSide as Side].slice(n).map((step) => ({
    bankId: bank.id,
    pairId,
    id: stepUrl(bank, row.id, step.n),
    direction: 'out' as const,
    exchangeId: url,
    hash: step.hash ?? '',
    document: step.document ?? '',
    pending: true,
  }));
  if (rows.length === 0) return;
  const target = [exchangeMessage.bankId, exchangeMessage.pairId, exchangeMessage.id];
  await tx
    .insert(exchangeMessage)
    .values(rows)
    .onConflictDoUpdate({ target, set: { pending: true } });
}

/**
 * Takes a step that the partner presents after a greeting, of either side. False when it does not fit what is held: it
 * is kept as evidence.
 */
export async function takePresented(
  tx: Queries,
  bank: Bank,
  pairId: string,
  step: IncomingStep,
  all: readonly IncomingStep[],
  after: Signal[],
): Promise<boolean> {
  const { message, hash, document } = step;
  const isOwn = ({ message: { id } }: IncomingStep): boolean => new URL(id).origin === bank.origin;
  // What it was called here before the restore stands in our own reference.
  const introduced = all.find((each) => isOwn(each) && each.message.member !== null)?.message.member;
  const before = introduced == null ? null : bank.references.read(introduced.ref);
  if (!isOwn(step)) {
    const { applied, code } = await receiveStep(tx, bank, pairId, step, after, before?.exchangeId);
    if (code === 'chain_fault') await keepEvidence(tx, bank, pairId, code, document);
    return applied;
  }
  const exchange =
    (await exchangeByUrl(tx, bank.id, message.exchange, true)) ?? (await beginOwn(tx, bank, pairId, message, before));
  if (exchange === null) return false;
  const side = exchange.row.ownSide as Side;
  const log = exchange.steps[side];
  const held = { hashes: log.map((each) => each.hash ?? ''), seen: log.at(-1)?.seen ?? 0 };
  const place = placeOf({ ...held, written: exchange.steps[theirSide(exchange.row)].length }, message, hash);
  if (place.take === 'refuse') {
    await keepEvidence(tx, bank, pairId, place.refusal.code, document);
    return false;
  }
  const { n, seen, act } = message;
  if (place.take === 'append') await takeStep(tx, bank, exchange, side, { n, seen, act }, { hash, document }, after);
  return true;
}

/** Notes how far the partner is with an exchange, by its own list, and sends it what it lacks. */
export async function hearHeads(
  tx: Queries,
  bank: Bank,
  exchange: Exchange,
  heads: Readonly<Record<Side, { readonly n: number }>>,
): Promise<void> {
  const { row, steps } = exchange;
  const own = row.ownSide as Side;
  const heardApplied = Math.min(heads[own].n, steps[own].length);
  await sendFrom(tx, bank, exchange, heardApplied);
  await changeExchange(tx, row, { heardApplied, heardWritten: heads[theirSide(row)].n });
}

/**
 * A step that the partner refuses for good. One that would have begun an exchange is taken back, and that is not sent.
 */
async function refusedFor(
  tx: Queries,
  bank: Bank,
  exchange: Exchange,
  number: number,
  code: RefusalCode,
  after: Signal[],
): Promise<void> {
  const { row, steps } = exchange;
  const side = row.ownSide as Side;
  const own = steps[side];
  if (row.pairId === null) return;
  if (number !== 1 || own[0]?.act.kind !== 'Offer' || own.length > 1 || steps[theirSide(row)].length > 0) {
    await keepEvidence(tx, bank, row.pairId, code, own[number - 1]?.document ?? '');
    return;
  }
  const step = { n: 2, seen: 0, act: { kind: 'Withdraw' } } as const;
  const { hash, document } = await signStep(tx, bank, exchange, side, step);
  await takeStep(tx, bank, exchange, side, step, { hash, document }, after);
  await changeExchange(tx, row, { reservedCode: code, heardApplied: step.n });
}

/** Our steps up to the one that was seen need not be sent again. */
async function answered(
  tx: Queries,
  bank: Bank,
  pairId: string,
  { row, steps }: Exchange,
  seen: number,
): Promise<void> {
  const side = row.ownSide as Side;
  const urls = steps[side].slice(Math.max(0, seen - 1), seen).map(({ n }) => stepUrl(bank, row.id, n));
  await settle(tx, bank, pairId, urls);
}

async function settle(tx: Queries, bank: Bank, pairId: string, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return;
  await tx
    .update(exchangeMessage)
    .set({ pending: false })
    .where(and(ofPair(bank, pairId), sql`${exchangeMessage.id} = any(${textArray(ids)})`));
}

const ofPair = (bank: Bank, pairId: string) =>
  and(
    eq(exchangeMessage.bankId, bank.id),
    eq(exchangeMessage.pairId, pairId),
    eq(exchangeMessage.direction, sql`'out'`),
  );

async function keepEvidence(
  tx: Queries,
  bank: Bank,
  pairId: string,
  code: RefusalCode,
  document: string,
): Promise<void> {
  await tx.insert(evidence).values({ bankId: bank.id, id: newId(), pairId, code, document });
}
