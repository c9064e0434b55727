/**
 * What becomes of a closed pair: the position that both banks confirm, and everything outside of it.
 *
 * Promises: of each journal counts what both banks hold, never less than what the partner signed unless somebody
 * forked, and a position is settled once; a member gets back what was held or posted for her and is not in it,
 * by new postings; what was credited here and nobody owes is booked to the community loss account. Afterwards the
 * account that mirrors the partner shows the position. Without the partner's answer nothing is settled, unless the
 * operator says that it is gone. Spec: the end of a pair.
 *
 * @module
 */
import {
  type Both,
  confirmedCut,
  type Entry,
  type Head,
  other,
  type Party,
  settle,
  type Transfer,
} from '@evenhour/protocol';
import { verifyRun } from '@evenhour/protocol/proof';
import { decodeEntry, type JsonObject } from '@evenhour/protocol/wire';
import { and, asc, eq, gt, sql } from 'drizzle-orm';
import { type Bank, LOSS_ACCOUNT, UNCLAIMED_ACCOUNT } from '../bank/bank.ts';
import type { Queries } from '../db/database.ts';
import { newId } from '../db/id.ts';
import { account, pairEnd, pair as pairTable, pairTransfer, posting, standingEntry } from '../db/schema.ts';
import { type Line, readHead, readObjects, tail, whereIs } from '../delivery/line.ts';
import { askPartner, PartnerError } from '../delivery/partner-client.ts';
import type { Signal } from '../delivery/signals.ts';
import { exchangesOfClosed } from '../exchange/across-hours.ts';
import { voidOf } from '../journal/desk.ts';
import { forkOf, isKept, keepOnce } from '../journal/evidence.ts';
import { headAt, type LoadedPair, lockPair, readPair } from '../journal/pair-store.ts';
import { CAUSES, lockAccounts, type NewPosting, post } from '../ledger/ledger.ts';
import { type TransferRow, transferChanges, transfersOf } from '../transfer/transfer-store.ts';
import { carryOver } from './successor.ts';

/** What an entry is kept as that stands, in another epoch, in the place of one that we hold. */
const PARTED = 'parted';

/** Settles a closed pair with what the partner says it holds. Throws when it does not answer. */
export async function settleClosed(line: Line): Promise<void> {
  const { context, bank, row } = line;
  const [end] = await context.database.db
    .select({ settledAt: pairEnd.settledAt })
    .from(pairEnd)
    .where(and(eq(pairEnd.bankId, bank.id), eq(pairEnd.pairId, row.id)));
  if (end === undefined || end.settledAt !== null) return;
  const loaded = await readPair(context.database.db, bank.id, row.id);
  if (loaded === null) return;
  const { me } = loaded.pair;
  const peer = other(me);
  const theirs = await commonWith(line, loaded, peer, signedBy(loaded)[peer]);
  // What it has acknowledged in a history that it signed away is not said any more.
  const ours = await commonWith(line, loaded, me, await acknowledgedAt(context.database.db, loaded, theirs.seq));
  const common: Both<number> = me === 0 ? [ours.seq, theirs.seq] : [theirs.seq, ours.seq];
  const restored = [ours, theirs].some(({ parted }) => parted !== null && !parted.fork);
  await context.signals.commit(async (tx, after) => {
    for (const { parted } of [ours, theirs]) if (parted !== null) await keepParted(tx, loaded, parted);
    if (restored) return;
    await settleAt(tx, bank, row.id, common, false);
    await exchangesOfClosed(tx, bank, row.id, after);
    await tx.update(pairTable).set({ attempts: 0, lastError: null }).where(whereIs(row));
    after.push({ kind: 'partners' });
  });
  if (restored)
    throw new PartnerError(
      'refused',
      `${new URL(row.peerOrigin).host} holds a journal as it was before or after a restore, and we hold another. Settle without it if that stays so.`,
    );
  line.log.info('The pair is settled.', { common });
}

/**
 * What anybody can see two histories by. An entry of another epoch is kept by itself, and only the first of them: ours
 * stands in the journal.
 */
async function keepParted(tx: Queries, loaded: LoadedPair, { entry, document, fork }: Parted): Promise<void> {
  if (fork) await keepOnce(tx, loaded.row, 'fork', await forkOf({ tx, ...loaded }, entry, document));
  else if (!(await isKept(tx, loaded.row, PARTED))) await keepOnce(tx, loaded.row, PARTED, document);
}

/** Settles at what the partner has signed: its own journal, and of ours what it has acknowledged. */
export async function settleAlone(tx: Queries, bank: Bank, pairId: string, after: Signal[]): Promise<void> {
  const loaded = await lockPair(tx, bank.id, pairId);
  if (loaded === null) throw new Error(`pair ${pairId} is gone`);
  await settleAt(tx, bank, pairId, signedBy(loaded), true);
  await exchangesOfClosed(tx, bank, pairId, after);
}

/** What the partner has signed that it holds: its own journal, and of ours what it has acknowledged. */
function signedBy({ pair: { me, heads, acks } }: LoadedPair): Both<number> {
  const peer = other(me);
  const [acknowledged, written] = [acks[peer].seq, heads[peer].seq];
  return me === 0 ? [acknowledged, written] : [written, acknowledged];
}

/** How much of ours the partner acknowledges in the entries of its journal up to a place. */
async function acknowledgedAt(tx: Queries, { row, pair }: LoadedPair, seq: number): Promise<number> {
  const [entry] = await tx
    .select({ ackSeq: standingEntry.ackSeq })
    .from(standingEntry)
    .where(and(ofJournal(row, other(pair.me)), eq(standingEntry.seq, seq)));
  return entry?.ackSeq ?? 0;
}

/** What the partner holds in the place of an entry that we hold, signed by the journal's own bank. */
interface Parted {
  readonly entry: Entry;
  readonly document: string;
  /** Of one epoch they are two histories; of two, one bank was restored. */
  readonly fork: boolean;
}

/** How far two copies of a journal are one, and where they go on otherwise. */
interface Common {
  readonly seq: number;
  readonly parted: Parted | null;
}

/**
 * How many entries of a journal both copies begin with. An entry's hash holds all before it, so asking whether
 * the partner has this very entry tells of the whole beginning, and halving finds the place.
 *
 * Less than the partner has `signed` is found only where the partner shows another entry there. A bank that was
 * restored merely lacks entries: they are given back to it first. Throws a {@link PartnerError} that says so.
 */
async function commonWith(line: Line, { pair }: LoadedPair, author: Party, signed: number): Promise<Common> {
  const { context, row, bank, partner } = line;
  const { db } = context.database;
  const town = new URL(row.peerOrigin).host;
  const url = `${partner.core.parties[partner.party].journal}/${tail(row.id)}${author === row.me ? '/peer' : ''}`;
  /** Whether it has this entry of ours, its head of that journal, and what follows the entry there. */
  const ask = async (seq: number): Promise<{ has: boolean; head: Head; next: JsonObject | undefined }> => {
    const place = await headAt(db, row, author, seq);
    if (place === null) throw new Error(`entry ${seq} of pair ${row.id} is gone`);
    const asked = `${url}?after=${seq}&hash=${encodeURIComponent(place.hash)}`;
    try {
      const answer = await askPartner(context.outgoing, bank, partner, 'GET', asked, '', '-');
      return { has: true, head: readHead(answer['head']), next: readObjects(answer['entries'])[0] };
    } catch (error) {
      // It signed that it has no such entry there.
      if (!(error instanceof PartnerError) || error.status !== 409 || error.refusal !== null) throw error;
      return { has: false, head: readHead(error.body['head']), next: undefined };
    }
  };
  let high = pair.heads[author].seq;
  const { has, head } = await ask(high);
  if (has && author === row.me && head.seq > high)
    throw new PartnerError(
      'refused',
      `${town} holds more of our journal than we do. Settle without it if that stays so.`,
    );
  if (has) return { seq: high, parted: null };
  const prefix = head.seq < high && (await headAt(db, row, author, head.seq))?.hash === head.hash;
  let low = prefix ? head.seq : 0;
  // The partner has `low` and not `high`.
  while (!prefix && high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if ((await ask(middle)).has) low = middle;
    else high = middle;
  }
  const { next } = await ask(low);
  const run = await verifyRun(partner.core, row.id, author, next === undefined ? [] : [next], partner.keys[author]);
  const [entry] = run.entries;
  const held = entry?.seq === low + 1 ? await headAt(db, row, author, entry.seq) : null;
  if (entry !== undefined && held !== null && held.hash !== entry.hash)
    return { seq: low, parted: { entry, document: JSON.stringify(next), fork: held.epoch === entry.epoch } };
  if (low >= signed) return { seq: low, parted: null };
  throw new PartnerError(
    'refused',
    `${town} says that it holds less than it has signed. Restored, it fetches the rest.`,
  );
}

function ofJournal({ bankId, id }: Pick<LoadedPair['row'], 'bankId' | 'id'>, author: Party) {
  return and(eq(standingEntry.bankId, bankId), eq(standingEntry.pairId, id), eq(standingEntry.author, author));
}

async function settleAt(tx: Queries, bank: Bank, pairId: string, common: Both<number>, alone: boolean): Promise<void> {
  const loaded = await lockPair(tx, bank.id, pairId);
  if (loaded === null) throw new Error(`pair ${pairId} is gone`);
  const where = and(eq(pairEnd.bankId, bank.id), eq(pairEnd.pairId, pairId));
  const [end] = await tx.select({ settledAt: pairEnd.settledAt }).from(pairEnd).where(where).for('no key update');
  if (end === undefined || end.settledAt !== null) return;
  const { row, pair, core } = loaded;
  const { me, terms } = pair;
  // An agreement that ends before it ever opened has what it begins with all the same.
  await carryOver(tx, bank, row, core);
  const journals: Both<Entry[]> = [await readJournal(tx, loaded, 0), await readJournal(tx, loaded, 1)];
  const theirs = (author: Party): string[] => journals[author].slice(0, common[author]).map(({ hash }) => hash);
  const cut = confirmedCut(journals, [theirs(0), theirs(1)]);
  const settled = settle(terms, me, journals, await transfersOutside(tx, loaded, cut), cut);
  const hashOfPost = ({ debtor, posted }: Transfer): string => journals[debtor][(posted ?? 0) - 1]?.hash ?? '';

  const ended = [...settled.released, ...settled.refunded].map(({ id }) => id);
  const theirHolds = await exchangesOver(tx, row);
  const gifts = await transfersOf(tx, bank.id, pairId, [...ended, ...theirHolds], []);
  const refunds = await refundsOf(tx, row, settled.refunded, hashOfPost);
  const losses = settled.lost.map((transfer): NewPosting => {
    const minutes = transfer.postedMinutes ?? 0;
    const cause = `${CAUSES.ended}${hashOfPost(transfer)}`;
    return { id: newId(), kind: 'direct', debit: LOSS_ACCOUNT, credit: row.mirrorId, minutes, cause };
  });
  await post(tx, bank.id, [...refunds, ...losses]);
  const refunded = new Set(settled.refunded.map(({ id }) => id));
  await giveBack(
    tx,
    row,
    // What was posted holds nothing any more.
    gifts.map(({ row: gift }) => (refunded.has(gift.transfer ?? '') ? { ...gift, holdId: null } : gift)),
  );
  const sum = (of: readonly Transfer[]): number =>
    of.reduce((total, { postedMinutes, minutes }) => total + (postedMinutes ?? minutes), 0);
  const owesMinutes = me === 0 || settled.view.debt === 0 ? settled.view.debt : -settled.view.debt;
  await mirrorMustShow(tx, row, owesMinutes);
  await tx
    .update(pairEnd)
    .set({
      settledAt: new Date(),
      settlement: {
        cut,
        owesMinutes,
        opening: settled.opening === null ? null : { ...settled.opening, predecessor: pairId },
        releasedMinutes: sum(settled.released),
        refundedMinutes: sum(settled.refunded),
        lossMinutes: settled.lossMinutes,
        alone,
      },
    })
    .where(where);
}

/** A journal as it stands here, by value. */
async function readJournal(tx: Queries, { core, row }: LoadedPair, author: Party): Promise<Entry[]> {
  const entries: Entry[] = [];
  while (true) {
    const rows = await tx
      .select({ hash: standingEntry.hash, breach: standingEntry.breach, document: standingEntry.document })
      .from(standingEntry)
      .where(and(ofJournal(row, author), gt(standingEntry.seq, entries.length)))
      .orderBy(asc(standingEntry.seq))
      .limit(1000);
    for (const { hash, breach, document } of rows) {
      const decoded = decodeEntry(core, row.id, JSON.parse(document) as JsonObject);
      if (!decoded.ok) throw new Error(`entry ${hash} of pair ${row.id} cannot be read`);
      const { body } = decoded.draft;
      // Its signature was checked when it came.
      const checked = body.kind === 'Amend' ? { ...body, recoveryVerified: breach === null } : body;
      entries.push({ ...decoded.draft, body: checked, hash });
    }
    if (rows.length < 1000) return entries;
  }
}

/** Transfers that the position may not hold. */
async function transfersOutside(tx: Queries, { row }: LoadedPair, cut: Both<number>): Promise<Map<string, Transfer>> {
  const posted = sql`(${pairTransfer.state}->>'posted')::bigint`;
  const rows = await tx
    .select({ state: pairTransfer.state })
    .from(pairTransfer)
    .where(
      and(
        eq(pairTransfer.bankId, row.bankId),
        eq(pairTransfer.pairId, row.id),
        sql`(${pairTransfer.underway} or ${posted} > case when ${pairTransfer.debtor} = 0 then ${cut[0]}::bigint else ${cut[1]}::bigint end)`,
      ),
    );
  return new Map(
    rows.map(({ state }) => [`${(state as Transfer).debtor} ${(state as Transfer).id}`, state as Transfer]),
  );
}

/** The partner's holds that we had accepted and that were never posted. */
async function exchangesOver(tx: Queries, row: LoadedPair['row']): Promise<string[]> {
  const rows = await tx
    .select({ id: pairTransfer.id })
    .from(pairTransfer)
    .where(
      and(
        eq(pairTransfer.bankId, row.bankId),
        eq(pairTransfer.pairId, row.id),
        eq(pairTransfer.debtor, other(row.me as Party)),
        sql`${pairTransfer.underway} and ${pairTransfer.state}->>'posted' is null`,
      ),
    );
  return rows.map(({ id }) => id);
}

/** Each Post goes back to the account that it came from; if that is full, the bank keeps it for them. */
async function refundsOf(
  tx: Queries,
  row: LoadedPair['row'],
  refunded: readonly Transfer[],
  hashOfPost: (transfer: Transfer) => string,
): Promise<NewPosting[]> {
  const refunds: NewPosting[] = [];
  for (const transfer of refunded) {
    const hash = hashOfPost(transfer);
    const [line] = await tx
      .select({ debit: posting.debit, transferId: posting.transferId })
      .from(posting)
      .where(and(eq(posting.bankId, row.bankId), eq(posting.cause, hash)));
    const minutes = transfer.postedMinutes ?? 0;
    const payer = line === undefined ? undefined : (await lockAccounts(tx, row.bankId, [line.debit])).get(line.debit);
    const before = refunds.reduce((sum, { credit, minutes }) => sum + (credit === payer?.id ? minutes : 0), 0);
    const fits = payer !== undefined && (payer.ceiling === null || payer.balance + before + minutes <= payer.ceiling);
    refunds.push({
      id: newId(),
      kind: 'direct',
      debit: row.mirrorId,
      credit: fits ? payer.id : UNCLAIMED_ACCOUNT,
      minutes,
      cause: `${CAUSES.ended}${hash}`,
      ...(line?.transferId != null && { transferId: line.transferId }),
    });
  }
  return refunds;
}

async function mirrorMustShow(tx: Queries, row: LoadedPair['row'], owesMinutes: number): Promise<void> {
  const [mirror] = await tx
    .select({ balance: account.balance })
    .from(account)
    .where(and(eq(account.bankId, row.bankId), eq(account.id, row.mirrorId)));
  // After a restore the agreement that follows may have opened first, and have taken the position with it.
  const [taken] = await tx
    .select({
      minutes: sql<number>`coalesce(sum(case when ${posting.credit} = ${row.mirrorId} then ${posting.minutes} else -${posting.minutes} end), 0)::int`,
    })
    .from(posting)
    .where(
      and(
        eq(posting.bankId, row.bankId),
        sql`${row.mirrorId} in (${posting.debit}, ${posting.credit}) and ${posting.cause} like ${`${CAUSES.carried}%`} and ${posting.cause} <> ${`${CAUSES.carried}${row.id}`}`,
      ),
    );
  const shown = (mirror?.balance ?? 0) - (taken?.minutes ?? 0);
  if (shown !== owesMinutes)
    throw new Error(`the books say ${shown} minutes about ${row.id}, the settled position ${owesMinutes}`);
}

/** These gifts are over; what is held for them is free again. */
export async function giveBack(
  tx: Queries,
  { bankId, mirrorId }: Pick<LoadedPair['row'], 'bankId' | 'mirrorId'>,
  gifts: readonly TransferRow[],
): Promise<void> {
  if (gifts.length === 0) return;
  const held = gifts.filter(({ direction, holdId }) => direction === 'out' && holdId !== null);
  await post(
    tx,
    bankId,
    held.map((gift) => voidOf(gift, mirrorId)),
  );
  const over = { status: 'returned', code: 'agreement_not_active' } as const;
  await tx.execute(
    transferChanges(
      bankId,
      gifts.map(({ id }) => ({ id, ...over })),
    ),
  );
}
