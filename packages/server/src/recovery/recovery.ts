/**
 * Brings a pair of a restored bank back to what both banks had signed.
 *
 * Promises: nothing is written for the pair before both journals were read from the partner and verified;
 * entries, postings, exchanges and the Resume that begins a new epoch commit together or not at all; what
 * cannot have come from two honest banks halts the pair and is kept. Each pair recovers by itself, so a
 * partner that is silent keeps nobody else closed. Spec: recovery.
 *
 * @module
 */
import {
  type Both,
  keysAtStart,
  type Party,
  type Recovered,
  recover,
  startPair,
  type VerifiedEntry,
} from '@evenhour/protocol';
import { verifyRun } from '@evenhour/protocol/proof';
import type { JsonObject } from '@evenhour/protocol/wire';
import { sql } from 'drizzle-orm';
import { type Closes, takeCloses } from '../agreement/ending.ts';
import { KEY_IS_OLDER } from '../bank/keys.ts';
import { newId } from '../db/id.ts';
import { droppedEntry, evidence } from '../db/schema.ts';
import { afterWork } from '../delivery/after.ts';
import type { Line } from '../delivery/line.ts';
import { PartnerError } from '../delivery/partner-client.ts';
import { compareLogs } from '../exchange/across-log.ts';
import { forkOf } from '../journal/evidence.ts';
import { type LoadedPair, loadTransfers, readEntries, readPair } from '../journal/pair-store.ts';
import { type PairChanges, PairWork } from '../journal/pair-work.ts';
import { rowsOf } from '../ledger/ledger.ts';
import { bookAgain, outOfRange } from './booking.ts';
import { type Fetched, fetchJournals } from './fetch.ts';

interface Found {
  readonly result: Recovered;
  readonly fetched: Both<Fetched>;
}

type Stands = Extract<Recovered, { ok: true }>;

/**
 * Recovers a pair that is in the mode for it, or takes in what is lost of a pair that is over, and then its end. Throws
 * a {@link PartnerError} when the partner cannot be read.
 *
 * @param closes what ends the pair, if its partner says that it is over
 */
export async function recoverPair(line: Line, closes: Closes | null = null): Promise<void> {
  const { context, bank, row, log } = line;
  const held = await readPair(context.database.db, bank.id, row.id);
  if (held === null) return;
  // What the journals bring back is booked by what the two members had said.
  if (closes === null) await compareLogs(line);
  const found = (await goOn(line, held)) ?? (await beginAgain(line, held));
  const { result } = found;
  const done = await context.signals.commit(async (tx, after) => {
    const work = await PairWork.open(tx, bank, row.id);
    // Another process was quicker, or the partner was greeted anew: then this was read for nothing.
    const { mode, mySession, version } = work?.row ?? row;
    if (work === null || mode !== row.mode || mySession !== row.mySession || version !== held.row.version) return null;
    if (!result.ok) {
      await halt(work, result, found.fetched);
      return null;
    }
    const { pair, reapplied } = result;
    // Its greeting named an entry of ours that we lack. It may be at a restore itself, and is greeted anew.
    if (closes === null && !reapplied.some(({ appended: { entry } }) => entry.author === pair.me)) {
      work.changes = { mode: 'waiting' };
      await work.save();
      return 'nothing' as const;
    }
    if (reapplied.length > 0) {
      await mustHoldKey(work, pair.views[pair.me].keys[pair.me]);
      await store(work, found, result);
      after.push({ kind: 'partners' }, { kind: 'banks' });
      await afterWork(work, [], [], after);
    }
    if (closes !== null) await takeCloses(tx, bank, row.id, closes, after);
    return reapplied.length === 0 ? null : { applied: reapplied.length, outOfRange: await outOfRange(work) };
  });
  if (!result.ok)
    log.error('What the partner holds does not fit what we hold. The pair is halted.', { code: result.refusal.code });
  else if (done === 'nothing')
    throw new PartnerError('bad_answer', 'the partner named an entry of our journal and does not present it');
  else if (done !== null) log.warning('The pair was recovered from the partner after a restore.', done);
}

/** From the backup's own fold; `null` when the partner lacks one of its heads, or what follows does not fit. */
async function goOn(line: Line, { pair, book }: LoadedPair): Promise<Found | null> {
  const { context, bank, partner } = line;
  const { heads } = pair;
  const fetched = await fetchJournals(line, [
    { after: heads[0], keys: partner.keys[0], held: heads[0].seq },
    { after: heads[1], keys: partner.keys[1], held: heads[1].seq },
  ]);
  if (fetched === null) return null;
  const named = [...fetched[0].entries, ...fetched[1].entries].flatMap(({ body }) =>
    'transfer' in body ? [body.transfer] : [],
  );
  const waiting = pair.unacknowledged.flatMap(({ transfer }) => (transfer === null ? [] : [transfer]));
  const stored = await loadTransfers(context.database.db, bank.id, pair.terms.pair, [...named, ...waiting]);
  const result = recover({
    pair,
    transfers: new Map([...book, ...stored]),
    backup: [[], []],
    partner: [fetched[0].entries, fetched[1].entries],
  });
  return !result.ok && result.next === 'from_the_beginning' ? null : { result, fetched };
}

/** From the first entry of both journals. */
async function beginAgain(line: Line, { pair: { terms, me, heads } }: LoadedPair): Promise<Found> {
  const start = startPair(terms, me);
  const fetched = await fetchJournals(line, [
    { after: start.heads[0], keys: keysAtStart(terms, 0), held: heads[0].seq },
    { after: start.heads[1], keys: keysAtStart(terms, 1), held: heads[1].seq },
  ]);
  if (fetched === null) throw new PartnerError('bad_answer', 'the partner has no journals of this pair');
  const result = recover({
    pair: start,
    transfers: new Map(),
    backup: [await ownCopy(line, 0), await ownCopy(line, 1)],
    partner: [fetched[0].entries, fetched[1].entries],
  });
  return { result, fetched };

  async function ownCopy({ context, bank, partner }: Line, author: Party): Promise<readonly VerifiedEntry[]> {
    const all = Number.MAX_SAFE_INTEGER;
    const rows = await readEntries(context.database.db, bank.id, terms.pair, author, 0, all, all);
    const items = rows.map(({ document }) => JSON.parse(document) as JsonObject);
    const run = await verifyRun(partner.core, terms.pair, author, items, keysAtStart(terms, author));
    if (run.bad !== null)
      throw new Error(`entry ${run.bad.index + 1} of the backup is damaged: ${run.bad.refusal.code}`);
    return run.entries;
  }
}

/** The key may have changed after the backup; then it is in the file that was written before the change. */
async function mustHoldKey({ bank, tx }: PairWork, publicKey: string): Promise<void> {
  try {
    await bank.signingKey(tx, publicKey);
  } catch (cause) {
    throw new Error(`${KEY_IS_OLDER} Bring ${publicKey} from its key file with evenhour bank rotate-key.`, { cause });
  }
}

/** Puts what stands into the database, with what it moves, and begins an epoch. */
async function store(work: PairWork, { fetched }: Found, result: Stands): Promise<void> {
  const { tx, bank, row } = work;
  const documents = new Map([...fetched[0].documents, ...fetched[1].documents]);
  // What is taken in was asked for floors and limits when it was signed.
  await tx.execute(sql`select set_config('evenhour.recovers', 'yes', true)`);
  const changed = await bookAgain(work, result);
  for (const hash of await revive(work, result)) documents.delete(hash);
  work.restore(result, documents, changed);
  const delivered = fetched[result.pair.me].head.seq;
  work.changes = {
    ...statementOf(result),
    mode: 'open',
    deliveredSeq: delivered,
    sendAfterSeq: delivered,
    keyChanges: row.keyChanges.filter(({ newKey }) => !brings(result, newKey)),
    doubted: false,
    attempts: 0,
    lastError: null,
    lastSeenAt: new Date(),
  };
  await work.save();
  const dropped = [...result.dropped[0], ...result.dropped[1]];
  if (dropped.length > 0)
    await tx
      .insert(droppedEntry)
      .values(dropped.map(({ author, epoch, seq }) => ({ bankId: bank.id, pairId: row.id, author, epoch, seq })));
  await tx.execute(sql`select set_config('evenhour.recovers', '', true)`);
}

/** Entries that were dropped before and stand after all: they are stored already. Returns their hashes. */
async function revive({ tx, bank, row }: PairWork, { reapplied }: Stands): Promise<string[]> {
  const places = reapplied.map(({ appended: { entry } }) => ({
    author: entry.author,
    seq: entry.seq,
    epoch: entry.epoch,
    hash: entry.hash,
  }));
  const result = await tx.execute(sql`
    delete from dropped_entry d using jsonb_to_recordset(${JSON.stringify(places)}::jsonb)
      as r(author smallint, seq bigint, epoch bigint, hash text)
    where d.bank_id = ${bank.id} and d.pair_id = ${row.id}
      and d.author = r.author and d.seq = r.seq and d.epoch = r.epoch
    returning r.hash`);
  return rowsOf<{ hash: string }>(result).map(({ hash }) => hash);
}

/** The partner's latest statement among what was applied again. */
function statementOf({ reapplied }: Stands): PairChanges {
  const appended = reapplied.findLast((step) => step.appended.compared !== null)?.appended;
  if (appended?.entry.body.kind !== 'Checkpoint' || appended.compared === null) return {};
  const { agrees, computed } = appended.compared;
  return {
    statement: appended.entry.body.statement,
    statementAgrees: agrees,
    statementWeSayMinutes: computed.debtMinutes === 0 ? 0 : -computed.debtMinutes,
    statementAt: new Date(),
  };
}

/** Whether an entry that was applied again brings this key, so that its change need not be written any more. */
function brings({ reapplied }: Stands, key: string): boolean {
  return reapplied.some(
    ({ appended: { entry } }) => entry.body.kind === 'Amend' && entry.body.keyChange?.newKey === key,
  );
}

async function halt(
  work: PairWork,
  { refusal, fork }: Extract<Recovered, { ok: false }>,
  fetched: Both<Fetched>,
): Promise<void> {
  const { tx, bank, row } = work;
  const [, presented] = fork ?? [];
  const document =
    presented === undefined
      ? JSON.stringify(refusal)
      : await forkOf(work, presented, fetched[presented.author].documents.get(presented.hash) ?? '');
  await tx.insert(evidence).values({ bankId: bank.id, id: newId(), pairId: row.id, code: refusal.code, document });
  work.changes = { mode: 'halted', haltedBecause: JSON.stringify(refusal) };
  await work.save();
}
