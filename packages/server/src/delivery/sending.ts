/**
 * What a pair has to send, and what is done with the answers: yeses and noes about the agreement,
 * exchange messages, and runs of journal entries.
 *
 * Promises: sending twice is harmless, the partner counts once; what an answer carries is taken only
 * under the sessions of its question. Spec: delivery and repair.
 *
 * @module
 */
import {
  type AfterRun,
  afterRun,
  isRefusalCode,
  type Refusal,
  type RunAnswer,
  refusal,
  refusedIn,
  type SentRun,
} from '@evenhour/protocol';
import type { JsonObject } from '@evenhour/protocol/wire';
import { and, eq, sql } from 'drizzle-orm';
import { pair as pairTable } from '../db/schema.ts';
import { hearResults } from '../exchange/across-in.ts';
import { heldHash, type JournalRow, type PairLine } from '../journal/pair-store.ts';
import { PairWork } from '../journal/pair-work.ts';
import { applyRun, openRun } from '../journal/settle.ts';
import { type IncomingMessage, isGift, isOffer, knownOf, receiveAnswers } from '../transfer/gifts.ts';
import { endRefused } from '../transfer/results.ts';
import { afterWork } from './after.ts';
import {
  delivered,
  isFinal,
  isLive,
  isStale,
  isStranger,
  type Line,
  post,
  readHead,
  readObjects,
  sessionsOf,
  staleSession,
  tail,
  whereIs,
} from './line.ts';
import { askPartner, PartnerError } from './partner-client.ts';
import { keyHolds, verifyItems, verifyMessage } from './verified.ts';

export const RUN_ENTRIES = 200;

/**
 * Brings a signed yes, a no or the end to the partner; `offered` when it is the offer itself. That ends by the
 * partner's signed refusal and by no other: an offer may have been taken before, and be sent again since a start.
 */
export async function sendHonour(line: Line, document: string, offered: boolean): Promise<void> {
  const { context, bank, partner, row } = line;
  const base = `${new URL(partner.core.parties[partner.party].bank).origin}/ap/agreements`;
  const where = and(whereIs(row), eq(pairTable.honourPending, document));
  const url = offered ? base : `${base}/${tail(row.id)}`;
  try {
    await askPartner(context.outgoing, bank, partner, 'POST', url, document, '-');
  } catch (error) {
    const no = row.status === 'declined' || row.status === 'withdrawn';
    // A no needs no telling to a bank that knows nothing of the pair. A yes and a Close are sent until they are taken.
    if (!((offered || no) && isFinal(error)) && !(no && isStranger(error))) throw error;
    // A yes may have come meanwhile.
    const status = sql`case when ${pairTable.status} = 'offered' then 'declined' else ${pairTable.status} end`;
    await context.database.db
      .update(pairTable)
      .set({ ...(offered && { status }), honourPending: null, lastError: error.refusal.code })
      .where(where);
    return;
  }
  await context.database.db
    .update(pairTable)
    .set({ honourPending: null, attempts: 0, lastError: null, lastSeenAt: new Date() })
    .where(where);
}

/** Sends exchange messages and applies what is answered. Returns the ids of those that need no more asking. */
export async function sendMessages(
  line: Line,
  messages: readonly { readonly id: string; readonly exchangeId: string; readonly document: string }[],
): Promise<ReadonlySet<string>> {
  const { context, bank, partner, row } = line;
  const answer = await post(
    line,
    partner.core.parties[partner.party].exchange,
    messages.map(({ document }) => document),
  );
  const sent = new Map(messages.map((message) => [message.id, message]));
  const all = readObjects(answer['results']).filter(({ id }) => sent.has(String(id)));
  const isGiftId = ({ id }: JsonObject): boolean => isAboutGift(sent.get(String(id))?.document ?? '');
  const results = all.filter(isGiftId);
  const others = all.filter((result) => !isGiftId(result));
  const refused = new Map<string, string>();
  for (const result of results)
    if (result['applied'] === false && typeof result['code'] === 'string')
      refused.set(String(result['id']), result['code']);
  const done = results.map((result) => String(result['id']));
  // The first message of an exchange of our own; a yes of ours is the first in an exchange of the partner's.
  const offers = new Set(messages.flatMap(({ id, exchangeId }) => (id.endsWith(`/${exchangeId}/1`) ? [id] : [])));
  const answers = await verifyMessages(line, readObjects(answer['messages']));
  return context.signals.commit(async (tx, after) => {
    const gifts = answers.filter((item) => !isOffer(item));
    const [work, known] = await Promise.all([PairWork.open(tx, bank, row.id), knownOf(tx, bank.id, row.id, gifts)]);
    if (work === null || !isStill(work.row, row)) return new Set<string>();
    const applied = await receiveAnswers(work, gifts, known);
    const back = await endRefused(work, refused);
    // An offer is answered by a message; everything else is done once it was taken.
    work.answered(done.filter((id) => !offers.has(id)));
    work.changes = { ...work.changes, attempts: 0, lastError: null, lastSeenAt: new Date() };
    await work.save();
    await afterWork(work, [], [...applied.ended, ...back], after);
    const heard = await hearResults(tx, bank, row.id, others, after);
    return new Set([...applied.answered, ...refused.keys(), ...heard]);
  });
}

/** Whether a message of ours is about a gift, and not a step of an exchange or words. */
function isAboutGift(document: string): boolean {
  const { type } = JSON.parse(document) as { readonly type: readonly string[] };
  return type[1]?.startsWith('Gift') === true;
}

/** The partner's own messages in an answer, which are about gifts. */
async function verifyMessages({ context, partner }: Line, items: readonly JsonObject[]): Promise<IncomingMessage[]> {
  const now = context.partners.byPair(partner.bankId, partner.pairId) ?? partner;
  const checked = await Promise.all(items.map((item) => verifyMessage(now, item)));
  return checked.flatMap((item) => (item.ok && isGift(item.incoming) ? [item.incoming] : []));
}

/** Whether a pair may take in what was asked for when it was read as `before`. */
function isStill(row: PairLine, before: PairLine): boolean {
  const { mySession, peerSession } = before;
  const same = row.mySession === mySession && row.peerSession === peerSession;
  return same && isLive(row.status) && refusedIn(row.mode, 'apply') === null;
}

/** Sends a run, and takes the run that its answer carries. */
export async function sendRun(line: Line, entries: readonly JournalRow[]): Promise<void> {
  const { context, bank, partner, row, log } = line;
  const { epoch, seq, hash } = entries.at(-1) as JournalRow;
  const sent: SentRun = {
    after: { epoch: 0, seq: row.sendAfterSeq, hash: '' },
    last: { epoch, seq, hash },
    sessions: sessionsOf(row),
  };
  const { answer, given, error } = await askRun(line, entries);
  const now = context.partners.byPair(partner.bankId, partner.pairId) ?? partner;
  const carried = await verifyItems(now, given.slice(0, RUN_ENTRIES));
  const next = await context.signals.commit(async (tx, after): Promise<AfterRun> => {
    const opened = await openRun(tx, bank, row.id, carried.entries);
    if (opened === null || !isStill(opened.work.row, row)) return { next: 'discard' };
    const { work } = opened;
    const { head } = answer;
    // Mostly it is an entry that was just sent.
    const just = entries.find((entry) => entry.epoch === head?.epoch && entry.seq === head.seq)?.hash;
    const held = head === null ? undefined : (just ?? (await heldHash(tx, work.row, head)));
    const next = afterRun(sent, answer, sessionsOf(work.row), held);
    if (next.next === 'greet') work.changes = { mode: 'waiting' };
    else if (next.next === 'halt') work.changes = { mode: 'halted', haltedBecause: JSON.stringify(next.refusal) };
    else if (next.next !== 'discard' && head !== null) {
      const heard = { attempts: 0, lastError: null, lastSeenAt: new Date() };
      work.changes = { ...heard, ...delivered(work.row, bank, head) };
      const result = await applyRun(opened, keyHolds(work, now) ? carried.entries : []);
      await work.save();
      await afterWork(work, result.settled, result.ended, after);
      if (result.refused !== null)
        log.warning("The partner's answer held an entry that was not taken.", { code: result.refused.refusal.code });
      return next;
    }
    await work.save();
    return next;
  });
  if (next.next === 'halt')
    log.error('The partner refuses our journal for good. The pair is halted.', { code: next.refusal.code });
  if (next.next === 'greet') throw error ?? staleSession();
  if (next.next === 'wait')
    throw (
      error ?? new PartnerError('refused', `the partner took our journal up to ${answer.head?.seq} and not the next`)
    );
}

/** The answer to a run: signed, or a signed refusal of all of it. */
async function askRun(
  line: Line,
  entries: readonly JournalRow[],
): Promise<{ answer: RunAnswer; given: readonly JsonObject[]; error: PartnerError | null }> {
  const { partner } = line;
  const documents = entries.map(({ document }) => document);
  try {
    const answer = await post(line, partner.core.parties[partner.party].journal, documents);
    const given = readObjects(answer['entries']);
    return { answer: { head: readHead(answer['head']), refused: readRefused(answer['refused']) }, given, error: null };
  } catch (error) {
    if (!(error instanceof PartnerError) || isStale(error) || error.code !== 'refused' || error.refusal === null)
      throw error;
    return { answer: { head: null, refused: { refusal: error.refusal } }, given: [], error };
  }
}

/**
 * The first entry of a run that was not taken, as an answer names it. A code that is not known is an unknown reason.
 */
function readRefused(value: unknown): { seq: number; refusal: Refusal } | null {
  if (typeof value !== 'object' || value === null) return null;
  const { seq, code } = value as JsonObject;
  return { seq: Number(seq), refusal: refusal(isRefusalCode(code) ? code : 'invalid_request') };
}
