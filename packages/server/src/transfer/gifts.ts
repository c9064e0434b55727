/**
 * Exchange messages of a partner: its gifts to members here, and its answers to ours.
 *
 * Promises: the same message twice has one effect and the same answer; a gift that cannot go through
 * gives the giver's minutes back and says why. Spec: gift.
 *
 * @module
 */
import {
  foldGift,
  type GiftAccept,
  type GiftMessage,
  type GiftOffer,
  isRefusalCode,
  type Refusal,
  type RefusalCode,
  type StepMessage,
  type TalkMessage,
} from '@evenhour/protocol';
import { detailOf, type ExchangeMessage } from '@evenhour/protocol/wire';
import { and, eq, sql } from 'drizzle-orm';
import { type Bank, FUND_HANDLE } from '../bank/bank.ts';
import { type Queries, unwaited } from '../db/database.ts';
import { newId } from '../db/id.ts';
import { transfer } from '../db/schema.ts';
import { voidOf } from '../journal/desk.ts';
import type { PairWork } from '../journal/pair-work.ts';
import { textArray } from '../ledger/ledger.ts';
import { type MemberRow, membersByName } from '../member/members.ts';
import { askReceiver } from './gift-answers.ts';
import { type MessagePair, signMessage } from './sign-message.ts';
import {
  dropMessages,
  insertMessages,
  insertTransfers,
  messageRows,
  messagesById,
  type NewMessage,
  type TransferChange,
  type TransferRow,
} from './transfer-store.ts';

/** A message as it came: what it says, as it was signed, and its hash. */
export interface IncomingMessage<M extends ExchangeMessage = GiftMessage> {
  readonly message: M;
  readonly document: string;
  readonly hash: string;
}

export type IncomingOffer = IncomingMessage & { readonly message: GiftOffer };

export type IncomingStep = IncomingMessage<StepMessage>;
export type IncomingTalk = IncomingMessage<TalkMessage>;

export function isStep(item: IncomingMessage<ExchangeMessage>): item is IncomingStep {
  return item.message.kind === 'Step';
}

export function isTalk(item: IncomingMessage<ExchangeMessage>): item is IncomingTalk {
  return item.message.kind === 'Message' || item.message.kind === 'Thanks';
}

export function isGift(item: IncomingMessage<ExchangeMessage>): item is IncomingMessage {
  return !isStep(item) && !isTalk(item);
}

export function isOffer(item: IncomingMessage): item is IncomingOffer {
  return item.message.kind === 'GiftOffer';
}

export interface MessageResult {
  readonly id: string;
  readonly applied: boolean;
  readonly known: boolean;
  readonly code?: string;
}

/** Where a partner's offers are received. No lock on the pair: an offer promises nothing yet. */
export interface OfferDesk {
  readonly tx: Queries;
  readonly bank: Bank;
  readonly pair: MessagePair;
  readonly peerHost: string;
}

/**
 * Takes gifts that a partner offers to members here. The caller commits.
 *
 * A known message gets the same answer again; a known id with another body is refused as `fork`, and
 * another offer under a known exchange as `id_used`. `answers` are those to the messages that are new.
 */
export async function receiveOffers(
  desk: OfferDesk,
  offers: readonly IncomingOffer[],
): Promise<{ results: MessageResult[]; answers: NewMessage[] }> {
  const { tx, bank, pair } = desk;
  // The insert is the claim: of two requests at once with one offer, the second waits here and finds it known.
  const [claimed, receivers] = await Promise.all([
    insertMessages(
      tx,
      bank.id,
      offers.map((offer) => received(pair.id, offer)),
    ),
    membersByName(
      tx,
      bank.id,
      offers.flatMap(({ message }) => payeeHandle(message.gift.payee, bank.host) ?? []),
    ),
  ]);
  const fresh = offers.filter(({ message }) => claimed.delete(message.id));
  const known = offers.filter((offer) => !fresh.includes(offer));
  const stored = await messagesById(
    tx,
    bank.id,
    pair.id,
    known.map(({ message }) => message.id),
  );
  const { answers, refused } = await begin(desk, fresh, receivers);
  if (answers.length > 0) await unwaited(tx, tx.execute(messageRows(bank.id, answers)));
  await dropMessages(tx, bank.id, pair.id, [...refused]);
  const results = [
    ...known.map(({ message: { id }, hash }) => resultOfKnown(id, hash, stored.get(id)?.hash)),
    ...fresh.map(({ message: { id } }) =>
      refused.has(id) ? { id, applied: false, known: false, code: 'id_used' } : { id, applied: true, known: false },
    ),
  ];
  return { results, answers };
}

function resultOfKnown(id: string, hash: string, before: string | undefined): MessageResult {
  return hash === before ? { id, applied: true, known: true } : { id, applied: false, known: true, code: 'fork' };
}

function received(pairId: string, { message, document, hash }: IncomingMessage): NewMessage {
  return { id: message.id, pairId, direction: 'in', exchangeId: message.exchange, hash, document, pending: false };
}

/** Begins the exchanges of new offers and answers them. */
async function begin(
  { tx, bank, pair, peerHost }: OfferDesk,
  offers: readonly IncomingOffer[],
  receivers: ReadonlyMap<string, MemberRow>,
): Promise<{ answers: NewMessage[]; refused: Set<string> }> {
  const refused = new Set<string>();
  const now = new Date();
  const exchanges: TransferRow[] = [];
  // No reply yet where the member is asked first; the partner asks again, and hears it then.
  const replies: { message: GiftOffer; reply: GiftMessage | null }[] = [];
  for (const { message } of offers) {
    const receiver = receivers.get(payeeHandle(message.gift.payee, bank.host) ?? '');
    const id = newId();
    const base = { id: `${bank.origin}/ap/exchanges/${id}/1`, exchange: message.exchange, object: message.id };
    if (receiver === undefined || receiver.status !== 'active') {
      const code = receiver === undefined ? 'unknown_payee' : 'payee_unavailable';
      replies.push({ message, reply: { kind: 'GiftReject', ...base, code } });
      continue;
    }
    const ownRef = bank.references.make(receiver.id, id);
    exchanges.push({
      bankId: bank.id,
      id,
      direction: 'in',
      pairId: pair.id,
      url: message.exchange,
      memberId: receiver.id,
      accountId: receiver.accountId,
      counterparty: `${payerHandle(message.gift.payer)}@${peerHost}`,
      counterpartyName: message.gift.payerName,
      minutes: message.gift.minutes,
      content: message.gift.content,
      status: receiver.asksGifts ? 'offered' : 'accepted',
      code: null,
      facts: null,
      transfer: null,
      ownRef,
      peerRef: message.gift.payerRef,
      salt: message.salt,
      detail: detailOf(message.salt, message.gift),
      reverses: message.gift.reverses ?? null,
      holdId: null,
      unnamed: false,
      purpose: message.gift.payee === `acct:${FUND_HANDLE}@${bank.host}` ? testPurpose(message.gift.content) : 'gift',
      exchangeId: null,
      part: null,
      createdAt: now,
      updatedAt: now,
    });
    const yes: GiftAccept = { kind: 'GiftAccept', ...base, payeeRef: ownRef, payeeName: receiver.name };
    replies.push({ message, reply: receiver.asksGifts ? null : yes });
  }
  // An exchange is begun by one offer; a second one under its address, in this page or before it, is none.
  const begun = await insertTransfers(tx, exchanges);
  for (const { message, reply } of replies)
    if (reply?.kind !== 'GiftReject' && !begun.delete(message.exchange)) refused.add(message.id);
  const answers = await Promise.all(
    replies.flatMap(({ message, reply }) =>
      reply === null || refused.has(message.id) ? [] : [signMessage(bank, pair, reply, message.exchange)],
    ),
  );
  const asking = new Set(
    replies.flatMap(({ message, reply }) => (reply === null && !refused.has(message.id) ? [message.exchange] : [])),
  );
  for (const row of exchanges) if (asking.delete(row.url)) await askReceiver(tx, bank, row.memberId, row);
  return { answers, refused };
}

/** What is known here of messages and of the gifts that they are about. */
export interface Known {
  /** Hashes of messages that came before, by their ids. */
  readonly hashes: ReadonlyMap<string, string>;
  /** Gifts by their URLs. */
  readonly gifts: ReadonlyMap<string, TransferRow>;
}

/** Reads what {@link receiveAnswers} needs, under the lock of the pair. */
export async function knownOf(
  tx: Queries,
  bankId: string,
  pairId: string,
  incoming: readonly IncomingMessage[],
): Promise<Known> {
  const [before, gifts] = await Promise.all([
    messagesById(
      tx,
      bankId,
      pairId,
      incoming.map(({ message }) => message.id),
    ),
    giftsByUrl(
      tx,
      bankId,
      pairId,
      incoming.map(({ message }) => message.exchange),
    ),
  ]);
  return { hashes: new Map([...before].map(([id, stored]) => [id, stored.hash])), gifts };
}

/**
 * Applies what a partner answers to our offers, and its cancels. The caller saves the work and commits.
 * A yes that no Hold will follow is refused, each time that it comes. `results` are in no order; `answered`
 * are our own messages that need not be sent again.
 */
export async function receiveAnswers(
  work: PairWork,
  incoming: readonly IncomingMessage[],
  known: Known,
): Promise<{ results: MessageResult[]; ended: string[]; answered: string[] }> {
  if (incoming.length === 0) return { results: [], ended: [], answered: [] };
  const { row } = work;
  const hashes = new Map(known.hashes);
  const gifts = new Map(known.gifts);
  const results: MessageResult[] = [];
  const fresh: IncomingMessage[] = [];
  for (const item of incoming) {
    const { message, hash } = item;
    const { id } = message;
    const before = hashes.get(id);
    const over = message.kind === 'GiftAccept' ? whyOver(gifts.get(message.exchange), message) : null;
    if (before !== undefined && before !== hash) results.push(resultOfKnown(id, hash, before));
    else if (over !== null) results.push({ id, applied: false, known: before !== undefined, code: over });
    else if (before !== undefined) results.push(resultOfKnown(id, hash, before));
    else {
      hashes.set(id, hash);
      fresh.push(item);
    }
  }
  const { ended, answered, later } = await apply(work, fresh, gifts);
  const taken = fresh.filter(({ message }) => !later.has(message.id));
  work.note(taken.map((item) => received(row.id, item)));
  for (const { message } of taken) results.push({ id: message.id, applied: true, known: false });
  return { results, ended, answered };
}

async function giftsByUrl(
  tx: Queries,
  bankId: string,
  pairId: string,
  urls: readonly string[],
): Promise<Map<string, TransferRow>> {
  if (urls.length === 0) return new Map();
  const rows = await tx
    .select()
    .from(transfer)
    .where(
      and(eq(transfer.bankId, bankId), eq(transfer.pairId, pairId), sql`${transfer.url} = any(${textArray(urls)})`),
    );
  return new Map(rows.map((row) => [row.url, row]));
}

/** Why no Hold will follow a yes. `null` when one will, or has: then the journals say the rest. */
function whyOver(gift: TransferRow | undefined, yes: GiftAccept): RefusalCode | null {
  // A gift that is not known here is one that a restore has forgotten: nobody will write its Hold.
  if (gift?.direction !== 'out' || yes.object !== `${gift.url}/1`) return 'terms_unknown';
  if (gift.status === 'offered') return null;
  if (gift.status === 'declined' || gift.status === 'returned')
    return isRefusalCode(gift.code) ? gift.code : 'terms_unknown';
  return gift.peerRef === yes.payeeRef ? null : 'terms_unknown';
}

function pairFor(work: PairWork): MessagePair {
  return { id: work.row.id, core: work.core, me: work.pair.me };
}

/** The words of the test hour, by which both banks know it. */
export const TEST_WORDS = 'The test hour, there';
export const TEST_BACK_WORDS = 'The test hour, and back';

function testPurpose(content: string): TransferRow['purpose'] {
  if (content === TEST_WORDS) return 'test';
  return content === TEST_BACK_WORDS ? 'test_back' : 'gift';
}

function payeeHandle(payee: string, host: string): string | null {
  const [handle, at] = payee.slice('acct:'.length).split('@');
  return at === host && handle !== undefined ? handle : null;
}

function payerHandle(payer: string): string {
  return (payer.split('/').at(-1) ?? 'member').toLowerCase();
}

/** Refusals that pass by themselves: the answer is taken when it comes again. */
const LATER: readonly string[] = ['too_many_open', 'backlog', 'pair_waiting', 'pair_recovering'];

async function apply(
  work: PairWork,
  incoming: readonly IncomingMessage[],
  gifts: Map<string, TransferRow>,
): Promise<{ ended: string[]; answered: string[]; later: Set<string> }> {
  const { bank } = work;
  const later = new Set<string>();
  await work.need([...gifts.values()].map((row) => row.transfer ?? ''));
  const ended: string[] = [];
  const answered: string[] = [];
  const end = (change: TransferChange): void => {
    work.change(change);
    ended.push(change.id);
  };
  for (const { message } of incoming) {
    const row = gifts.get(message.exchange);
    if (row === undefined || message.kind === 'GiftOffer') continue;
    const offer = { id: `${row.url}/1`, exchange: row.url };
    if (message.kind === 'GiftCancel') {
      const cancelled = foldGift(offer, null, message) === 'cancelled';
      if (cancelled && row.direction === 'in' && (row.status === 'accepted' || row.status === 'offered'))
        end({ id: row.id, status: 'returned', code: message.code });
      continue;
    }
    const state = foldGift(offer, message, null);
    if (row.direction !== 'out' || row.status !== 'offered' || state === 'offered') continue;
    // A second answer to the same gift, in the same request, finds it answered.
    gifts.delete(row.url);
    if (message.kind === 'GiftReject') {
      work.post(voidOf(row, work.row.mirrorId));
      end({ id: row.id, status: 'declined', code: message.code });
      answered.push(offer.id);
      continue;
    }
    const refused = writeHold(work, row, message.payeeRef);
    if (refused !== null && LATER.includes(refused.code)) {
      later.add(message.id);
      continue;
    }
    answered.push(offer.id);
    const names = { peerRef: message.payeeRef, counterpartyName: message.payeeName };
    if (refused === null) {
      work.change({ id: row.id, status: 'held', ...names });
      continue;
    }
    // There is no room any more: the giver has the minutes back, and the other bank hears of it.
    work.post(voidOf(row, work.row.mirrorId));
    end({ id: row.id, status: 'returned', code: refused.code, facts: refused.facts, ...names });
    const cancel: GiftMessage = {
      kind: 'GiftCancel',
      id: `${row.url}/2`,
      exchange: row.url,
      object: offer.id,
      code: refused.code,
      answered: true,
    };
    work.note([await signMessage(bank, pairFor(work), cancel, row.id)]);
  }
  work.answered(answered);
  return { ended, answered, later };
}

function writeHold(work: PairWork, row: TransferRow, peerRef: string): Refusal | null {
  if (row.transfer === null || row.detail === null) throw new Error(`exchange ${row.id} has no terms`);
  const written = work.write({
    kind: 'Hold',
    transfer: row.transfer,
    minutes: row.minutes,
    payerRef: row.ownRef,
    payeeRef: peerRef,
    detail: row.detail,
    ...(row.reverses !== null && { reverses: row.reverses }),
  });
  return written.ok ? null : written.refusal;
}
