/**
 * Gifts: hours that a member gives to somebody here or at a partner bank.
 *
 * Promises: the giver's minutes are put aside before anything is sent, so what was promised is
 * there; a gift that cannot go through gives them back and says why; the same message twice has
 * one effect and the same answer. What is held in the ledger always covers what is held in the
 * journals. Spec: gift.
 *
 * @module
 */
import { randomBytes } from 'node:crypto';
import {
  type AgreementCore,
  type ExchangeMessage,
  foldGift,
  type Gift,
  type GiftOffer,
  isRefusalCode,
  type Party,
  type Refusal,
  refusal,
  roomOf,
} from '@evenhour/protocol';
import { completeProof, prepareProof } from '@evenhour/protocol/proof';
import { detailOf, encodeExchangeMessage, hashOf } from '@evenhour/protocol/wire';
import { and, eq, inArray, sql } from 'drizzle-orm';
import { ulid } from 'ulid';
import { type Bank, FUND_HANDLE } from '../bank/bank.ts';
import type { Queries } from '../db/database.ts';
import { exchange, member, pair as pairTable } from '../db/schema.ts';
import { presentView } from '../journal/pair-store.ts';
import type { PairWork } from '../journal/pair-work.ts';
import { voidOf } from '../journal/settle.ts';
import { available, lockAccounts, type NewPosting, post, rowsOf, textArray } from '../ledger/ledger.ts';
import { Refused } from '../node/refused.ts';
import {
  beginGift,
  type ExchangeChange,
  type ExchangeRow,
  insertMessages,
  messagesById,
  type NewMessage,
  settleMessages,
  unheldOf,
  updateExchanges,
} from './exchange-store.ts';

export interface NewGift {
  readonly from: MemberRow;
  /** `rosa@gracia.example`, or a handle alone for somebody at this bank. */
  readonly to: string;
  readonly minutes: number;
  readonly content: string;
  readonly reverses?: string;
  readonly purpose?: ExchangeRow['purpose'];
}

export interface Given {
  readonly exchange: ExchangeRow;
  /** The pair to wake, if the gift goes to another bank. */
  readonly pairId: string | null;
}

/**
 * Begins a gift.
 *
 * Refuses `unknown_payee`, `not_partners`, `same_account`, `not_enough_hours`, `member_inactive`,
 * `over_transfer_cap`, `over_member_cap`, `agreement_not_active`, `pair_halted`, `pair_suspended`,
 * `limit_reached` (with `roomMinutes`).
 */
export async function give(tx: Queries, bank: Bank, input: NewGift): Promise<Given> {
  const giver = input.from;
  if (giver.status !== 'active') throw new Refused('member_inactive', { handle: giver.handle });
  const [handle = '', host] = splitAddress(input.to);
  if (host === undefined || host === bank.host) return giveHere(tx, bank, giver, handle, input);
  return giveAcross(tx, bank, giver, handle, host, input);
}

type MemberRow = typeof member.$inferSelect;

/** `@rosa@town`, `rosa@town` and `rosa` are all understood; handles are in small letters. */
function splitAddress(to: string): [string, string | undefined] {
  const parts = to
    .trim()
    .replace(/^@/, '')
    .replace(/^acct:/, '')
    .toLowerCase()
    .split('@');
  return [parts[0] ?? '', parts[1]];
}

async function giveHere(tx: Queries, bank: Bank, giver: MemberRow, handle: string, input: NewGift): Promise<Given> {
  const [receiver] = await tx
    .select()
    .from(member)
    .where(and(eq(member.bankId, bank.id), eq(member.handle, handle)));
  if (receiver === undefined) throw new Refused('unknown_payee', { payee: handle });
  if (receiver.id === giver.id) throw new Refused('same_account');
  if (receiver.status !== 'active') throw new Refused('payee_unavailable', { payee: handle });
  if (input.minutes > bank.settings.transferCapMinutes)
    throw new Refused('over_transfer_cap', { capMinutes: bank.settings.transferCapMinutes });
  const accounts = await lockAccounts(tx, bank.id, [giver.accountId, receiver.accountId]);
  checkFunds(accounts.get(giver.accountId), input.minutes);
  const to = accounts.get(receiver.accountId);
  if (to !== undefined && to.ceiling !== null && to.balance + input.minutes > to.ceiling)
    throw new Refused('account_full', { roomMinutes: Math.max(0, to.ceiling - to.balance) });
  const id = ulid();
  const [row] = await tx
    .insert(exchange)
    .values({
      bankId: bank.id,
      id,
      direction: 'local',
      url: `${bank.origin}/ap/exchanges/${id}`,
      memberId: giver.id,
      accountId: giver.accountId,
      counterparty: receiver.id,
      counterpartyName: receiver.name,
      minutes: input.minutes,
      content: input.content,
      status: 'settled',
      ownRef: bank.references.make(giver.id, id),
      purpose: input.purpose ?? 'gift',
    })
    .returning();
  await post(tx, bank.id, [
    {
      id: ulid(),
      kind: 'direct',
      debit: giver.accountId,
      credit: receiver.accountId,
      minutes: input.minutes,
      cause: id,
      exchangeId: id,
    },
  ]);
  return { exchange: row as ExchangeRow, pairId: null };
}

async function giveAcross(
  tx: Queries,
  bank: Bank,
  giver: MemberRow,
  handle: string,
  host: string,
  input: NewGift,
): Promise<Given> {
  const [found] = await tx
    .select({ row: pairTable, unheld: unheldOf(pairTable) })
    .from(pairTable)
    .where(
      and(
        eq(pairTable.bankId, bank.id),
        inArray(pairTable.peerOrigin, [`https://${host}`, `http://${host}`]),
        sql`${pairTable.status} not in ('closed', 'declined', 'withdrawn')`,
      ),
    );
  if (found === undefined) throw new Refused('not_partners', { town: host });
  const { row } = found;
  const me = row.me as Party;
  const core = row.core as AgreementCore;
  if (row.status !== 'active') throw new Refused('agreement_not_active', { town: row.peerName, status: row.status });
  if (row.mode === 'halted') throw new Refused('pair_halted', { town: row.peerName });
  if (row.statementAgrees === false) throw new Refused('pair_halted', { town: row.peerName, reason: 'figures_differ' });
  const view = presentView(row);
  if (view.suspended[me]) throw new Refused('pair_suspended', { town: row.peerName });
  if (input.minutes > bank.settings.transferCapMinutes && input.purpose === undefined)
    throw new Refused('over_transfer_cap', { capMinutes: bank.settings.transferCapMinutes });
  const room = roomOf(view, me) - Number(found.unheld);
  if (input.minutes > room)
    throw new Refused('limit_reached', {
      town: row.peerName,
      roomMinutes: Math.max(0, room),
      limitMinutes: view.limits[me],
      ourTown: bank.settings.name,
    });
  const accounts = await lockAccounts(tx, bank.id, [giver.accountId]);
  checkFunds(accounts.get(giver.accountId), input.minutes);
  if (giver.kind !== 'fund') {
    const recent = await givenRecently(tx, bank.id, giver.id, row.id);
    if (recent + input.minutes > bank.settings.memberCapMinutes)
      throw new Refused('over_member_cap', {
        capMinutes: bank.settings.memberCapMinutes,
        leftMinutes: Math.max(0, bank.settings.memberCapMinutes - recent),
      });
  }

  const id = ulid();
  const url = `${bank.origin}/ap/exchanges/${id}`;
  const ownRef = bank.references.make(giver.id, id);
  const gift: Gift = {
    payer: memberUrl(bank, giver),
    payerName: giver.name,
    payee: `acct:${handle}@${host}`,
    minutes: input.minutes,
    content: input.content,
    payerRef: ownRef,
    ...(input.reverses !== undefined && { reverses: input.reverses }),
  };
  const salt = randomBytes(32).toString('base64url');
  const offer: GiftOffer = { kind: 'GiftOffer', id: `${url}/1`, exchange: url, salt, gift };
  const holdId = ulid();
  const now = new Date();
  const exchangeRow: ExchangeRow = {
    bankId: bank.id,
    id,
    direction: 'out',
    pairId: row.id,
    url,
    memberId: giver.id,
    accountId: giver.accountId,
    counterparty: `${handle}@${host}`,
    counterpartyName: handle === FUND_HANDLE ? row.peerName : handle,
    minutes: input.minutes,
    content: input.content,
    status: 'offered',
    code: null,
    facts: null,
    transfer: `${bank.origin}/ap/transfers/${id}`,
    ownRef,
    peerRef: null,
    salt,
    detail: detailOf(salt, gift),
    reverses: input.reverses ?? null,
    holdId,
    purpose: input.purpose ?? 'gift',
    createdAt: now,
    updatedAt: now,
  };
  await beginGift(tx, exchangeRow, await signMessage(bank, core, row.id, me, offer, id), {
    id: holdId,
    kind: 'hold',
    debit: giver.accountId,
    credit: row.mirrorId,
    minutes: input.minutes,
    cause: id,
    exchangeId: id,
  });
  return { exchange: exchangeRow, pairId: row.id };
}

function checkFunds(account: Parameters<typeof available>[0] | undefined, wanted: number): void {
  if (account === undefined) throw new Error('the giver has no account');
  const left = available(account);
  if (left !== null && left < wanted) throw new Refused('not_enough_hours', { availableMinutes: Math.max(0, left) });
}

/** What a member has given to one partner within 30 days, and not had back. */
async function givenRecently(tx: Queries, bankId: string, memberId: string, pairId: string): Promise<number> {
  const result = await tx.execute(sql`
    select coalesce(sum(minutes), 0)::bigint as total from exchange
    where bank_id = ${bankId} and member_id = ${memberId} and pair_id = ${pairId} and direction = 'out'
      and status not in ('declined', 'returned') and created_at > now() - interval '30 days'`);
  return Number(rowsOf<{ total: number }>(result)[0]?.total ?? 0);
}

function memberUrl(bank: Bank, row: MemberRow): string {
  return row.kind === 'fund' ? bank.actor : `${bank.origin}/ap/${row.id}`;
}

export interface IncomingMessage {
  readonly message: ExchangeMessage;
  readonly document: string;
  readonly hash: string;
}

export interface MessageResult {
  readonly id: string;
  readonly applied: boolean;
  readonly known: boolean;
  readonly code?: string;
}

/**
 * Applies exchange messages of the partner. The caller saves the work and commits.
 * A known message gets the same answer again; a known id with another body is refused.
 */
export async function applyMessages(
  work: PairWork,
  incoming: readonly IncomingMessage[],
): Promise<{ results: MessageResult[]; answers: NewMessage[]; ended: string[]; answered: string[] }> {
  const { tx, bank } = work;
  const known = await messagesById(
    tx,
    bank.id,
    work.row.id,
    incoming.map(({ message }) => message.id),
  );
  const results: MessageResult[] = [];
  const fresh: IncomingMessage[] = [];
  const hashes = new Map([...known].map(([id, row]) => [id, row.hash]));
  for (const item of incoming) {
    const before = hashes.get(item.message.id);
    hashes.set(item.message.id, before ?? item.hash);
    if (before === undefined) fresh.push(item);
    else if (before === item.hash) results.push({ id: item.message.id, applied: true, known: true });
    else results.push({ id: item.message.id, applied: false, known: true, code: 'fork' });
  }
  const offers = fresh.filter(
    (item): item is IncomingMessage & { message: GiftOffer } => item.message.kind === 'GiftOffer',
  );
  const { answers, refused } = await receiveOffers(work, offers);
  const { ended, answered, later } = await receiveAnswers(
    work,
    fresh.filter((item) => item.message.kind !== 'GiftOffer'),
  );
  const taken = fresh.filter(({ message }) => !refused.has(message.id) && !later.has(message.id));
  await insertMessages(
    tx,
    bank.id,
    work.row.id,
    taken.map(({ message, document, hash }) => ({
      id: message.id,
      direction: 'in' as const,
      exchangeId: message.exchange,
      hash,
      document,
      pending: false,
    })),
  );
  await insertMessages(tx, bank.id, work.row.id, answers);
  for (const { message } of taken) results.push({ id: message.id, applied: true, known: false });
  for (const id of refused) results.push({ id, applied: false, known: false, code: 'id_used' });
  return { results, answers, ended, answered };
}

async function receiveOffers(
  work: PairWork,
  offers: readonly (IncomingMessage & { message: GiftOffer })[],
): Promise<{ answers: NewMessage[]; refused: Set<string> }> {
  const refused = new Set<string>();
  if (offers.length === 0) return { answers: [], refused };
  const { tx, bank, core, row } = work;
  const handles = offers.map(({ message }) => payeeHandle(message.gift.payee, bank.host));
  const receivers = await membersByHandle(
    tx,
    bank.id,
    handles.filter((handle) => handle !== null),
  );
  const answers: NewMessage[] = [];
  for (const [index, { message }] of offers.entries()) {
    const receiver = receivers.get(handles[index] ?? '');
    const code = receiver === undefined ? 'unknown_payee' : receiver.status === 'active' ? null : 'payee_unavailable';
    const id = ulid();
    const base = { id: `${bank.origin}/ap/exchanges/${id}/1`, exchange: message.exchange, object: message.id };
    if (receiver === undefined || code !== null) {
      const reject: ExchangeMessage = { kind: 'GiftReject', ...base, code: code ?? 'unknown_payee' };
      answers.push(await signMessage(bank, core, row.id, work.pair.me, reject, message.exchange));
      continue;
    }
    const ownRef = bank.references.make(receiver.id, id);
    const inserted = await tx
      .insert(exchange)
      .values({
        bankId: bank.id,
        id,
        direction: 'in',
        pairId: row.id,
        url: message.exchange,
        memberId: receiver.id,
        accountId: receiver.accountId,
        counterparty: `${payerHandle(message.gift.payer)}@${new URL(row.peerOrigin).host}`,
        counterpartyName: message.gift.payerName,
        minutes: message.gift.minutes,
        content: message.gift.content,
        status: 'accepted',
        ownRef,
        peerRef: message.gift.payerRef,
        salt: message.salt,
        detail: detailOf(message.salt, message.gift),
        reverses: message.gift.reverses ?? null,
        purpose: message.gift.payee === `acct:${FUND_HANDLE}@${bank.host}` ? testPurpose(message.gift.content) : 'gift',
      })
      .onConflictDoNothing()
      .returning({ id: exchange.id });
    if (inserted.length === 0) {
      // A second offer under an exchange that is known.
      refused.add(message.id);
      continue;
    }
    const accept: ExchangeMessage = { kind: 'GiftAccept', ...base, payeeRef: ownRef, payeeName: receiver.name };
    answers.push(await signMessage(bank, core, row.id, work.pair.me, accept, message.exchange));
  }
  return { answers, refused };
}

/** The words of the test hour, by which both banks know it. */
export const TEST_WORDS = 'The test hour, there';
export const TEST_BACK_WORDS = 'The test hour, and back';

function testPurpose(content: string): ExchangeRow['purpose'] {
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

async function membersByHandle(
  tx: Queries,
  bankId: string,
  handles: readonly string[],
): Promise<Map<string, MemberRow>> {
  const rows = await tx
    .select()
    .from(member)
    .where(
      and(
        eq(member.bankId, bankId),
        sql`(${member.handle} = any(${textArray(handles)}) or ${member.id} = any(${textArray(handles.map((handle) => handle.toUpperCase()))}))`,
      ),
    );
  // A member's id in small letters is an address too: it is what a partner can answer a gift with.
  return new Map(rows.flatMap((row) => [[row.handle, row] as const, [row.id.toLowerCase(), row] as const]));
}

/** Refusals that pass by themselves: the answer is taken when it comes again. */
const LATER: readonly string[] = ['too_many_open', 'backlog', 'pair_waiting'];

/** Answers to our own offers, and cancels of theirs. */
async function receiveAnswers(
  work: PairWork,
  incoming: readonly IncomingMessage[],
): Promise<{ ended: string[]; answered: string[]; later: Set<string> }> {
  const later = new Set<string>();
  if (incoming.length === 0) return { ended: [], answered: [], later };
  const { tx, bank } = work;
  const rows = await tx
    .select()
    .from(exchange)
    .where(
      and(
        eq(exchange.bankId, bank.id),
        eq(exchange.pairId, work.row.id),
        sql`${exchange.url} = any(${textArray(incoming.map(({ message }) => message.exchange))})`,
      ),
    );
  const byUrl = new Map(rows.map((row) => [row.url, row]));
  await work.need(rows.map((row) => row.transfer ?? ''));
  const changes: ExchangeChange[] = [];
  const postings: NewPosting[] = [];
  const messages: NewMessage[] = [];
  const answered: string[] = [];
  for (const { message } of incoming) {
    const row = byUrl.get(message.exchange);
    if (row === undefined || message.kind === 'GiftOffer') continue;
    const offer = { id: `${row.url}/1`, exchange: row.url };
    if (message.kind === 'GiftCancel') {
      const cancelled = foldGift(offer, null, message) === 'cancelled';
      if (cancelled && row.direction === 'in' && row.status === 'accepted')
        changes.push({ id: row.id, status: 'returned', code: message.code });
      continue;
    }
    const state = foldGift(offer, message, null);
    if (row.direction !== 'out' || row.status !== 'offered' || state === 'offered') continue;
    if (message.kind === 'GiftReject') {
      postings.push(voidOf(row, work.row.mirrorId));
      changes.push({ id: row.id, status: 'declined', code: message.code });
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
      changes.push({ id: row.id, status: 'held', ...names });
      continue;
    }
    // There is no room any more: the giver has the minutes back, and the other bank hears of it.
    postings.push(voidOf(row, work.row.mirrorId));
    changes.push({ id: row.id, status: 'returned', code: refused.code, facts: refused.facts, ...names });
    const cancel: ExchangeMessage = {
      kind: 'GiftCancel',
      id: `${row.url}/2`,
      exchange: row.url,
      object: offer.id,
      code: refused.code,
    };
    messages.push(await signMessage(bank, work.core, work.row.id, work.pair.me, cancel, row.id));
  }
  await settleMessages(tx, bank.id, work.row.id, answered);
  await post(tx, bank.id, postings);
  await updateExchanges(tx, bank.id, changes);
  await insertMessages(tx, bank.id, work.row.id, messages);
  const ended = changes.filter((change) => change.status !== 'held').map((change) => change.id);
  return { ended, answered, later };
}

/**
 * Gives back gifts whose offer the partner refused for good. A cancel goes out all the same, so
 * that a partner which changes its mind does not wait for a hold.
 */
export async function giveBackRefused(work: PairWork, refused: ReadonlyMap<string, string>): Promise<string[]> {
  if (refused.size === 0) return [];
  const { tx, bank } = work;
  const urls = [...refused.keys()].map((id) => id.slice(0, -'/1'.length));
  const rows = await tx
    .select()
    .from(exchange)
    .where(
      and(
        eq(exchange.bankId, bank.id),
        eq(exchange.pairId, work.row.id),
        eq(exchange.direction, 'out'),
        eq(exchange.status, 'offered'),
        sql`${exchange.url} = any(${textArray(urls)})`,
      ),
    );
  const changes: ExchangeChange[] = [];
  const messages: NewMessage[] = [];
  for (const row of rows) {
    const said = refused.get(`${row.url}/1`);
    const code = isRefusalCode(said) ? said : 'schema_mismatch';
    changes.push({ id: row.id, status: 'returned', code });
    const cancel: ExchangeMessage = {
      kind: 'GiftCancel',
      id: `${row.url}/2`,
      exchange: row.url,
      object: `${row.url}/1`,
      code,
    };
    messages.push(await signMessage(bank, work.core, work.row.id, work.pair.me, cancel, row.id));
  }
  await settleMessages(
    tx,
    bank.id,
    work.row.id,
    rows.map((row) => `${row.url}/1`),
  );
  await post(
    tx,
    bank.id,
    rows.map((row) => voidOf(row, work.row.mirrorId)),
  );
  await updateExchanges(tx, bank.id, changes);
  await insertMessages(tx, bank.id, work.row.id, messages);
  return rows.map((row) => row.id);
}

function writeHold(work: PairWork, row: ExchangeRow, peerRef: string): Refusal | null {
  if (work.row.statementAgrees === false) return refusal('pair_halted', { reason: 'figures_differ' });
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

async function signMessage(
  bank: Bank,
  core: PairWork['core'],
  pairId: string,
  me: 0 | 1,
  message: ExchangeMessage,
  exchangeId: string,
): Promise<NewMessage> {
  const document = encodeExchangeMessage(core, pairId, me, message);
  const signed = await completeProof(prepareProof(document, bank.key, new Date().toISOString()));
  // An answer is given in the response to its offer, and again whenever the offer comes again.
  const pending = message.kind === 'GiftOffer' || message.kind === 'GiftCancel';
  return {
    id: message.id,
    direction: 'out',
    exchangeId,
    hash: hashOf(document),
    document: JSON.stringify(signed),
    pending,
  };
}
