/**
 * One pair's line to its partner: what every request on it needs.
 *
 * Promises: entries and messages travel exactly as they were signed; a session that the partner does
 * not know any more is renewed; a refusal is believed only with the partner's signature.
 *
 * @module
 */
import { type Head, other, type Refusal, type RefusalCode, refusal, type Sessions } from '@evenhour/protocol';
import { headSchema, type JsonObject } from '@evenhour/protocol/wire';
import { and, eq, type SQL, sql } from 'drizzle-orm';
import type { Bank } from '../bank/bank.ts';
import type { Database } from '../db/database.ts';
import { pair as pairTable } from '../db/schema.ts';
import { isObject } from '../federation/json.ts';
import type { Outgoing } from '../federation/outgoing.ts';
import type { PairLine } from '../journal/pair-store.ts';
import type { logger } from '../node/log.ts';
import { askPartner, PartnerError } from './partner-client.ts';
import type { Partner, Partners } from './partners.ts';
import type { Signals } from './signals.ts';

export interface SenderContext {
  readonly database: Database;
  readonly outgoing: Outgoing;
  readonly partners: Partners;
  readonly signals: Signals;
  bank(id: string): Bank | undefined;
  /** Settles when `bank` answers with what is committed by now. */
  reloadBanks(): Promise<void>;
}

/** A pair as it was read when a round of sending began. */
export interface Line {
  readonly context: SenderContext;
  readonly bank: Bank;
  readonly row: PairLine;
  /** The partner with the keys that count for it now; others may since the line was made. */
  readonly partner: Partner;
  readonly log: ReturnType<typeof logger>;
}

export function isLive(status: string): boolean {
  return status === 'active' || status === 'suspended' || status === 'notice' || status === 'winding_up';
}

export function tail(pairId: string): string {
  return pairId.slice('urn:evenhour:pair:'.length);
}

/** Where the row of a pair is. */
export function whereIs({ bankId, id }: Pick<PairLine, 'bankId' | 'id'>): SQL | undefined {
  return and(eq(pairTable.bankId, bankId), eq(pairTable.id, id));
}

/** The sessions that a pair runs under. */
export function sessionsOf({ mySession, peerSession }: Pick<PairLine, 'mySession' | 'peerSession'>): Sessions {
  return { mine: mySession, partner: peerSession };
}

/** Asks the partner in the session of the line. When that is over, the pair waits and is greeted anew. */
export async function ask(line: Line, method: 'GET' | 'POST', url: string, body: string): Promise<JsonObject> {
  const { context, bank, partner, row } = line;
  try {
    return await askPartner(context.outgoing, bank, partner, method, url, body, row.mySession);
  } catch (error) {
    if (isStale(error) || isOver(error)) await greetAnew(line);
    throw error;
  }
}

/**
 * Columns for how far the partner says that it has our journal. One that was restored may lack a change of our key
 * again and have seen us use the newer one all the same: the key of the request that it answered stays.
 */
export function delivered(
  row: Pick<PairLine, 'id' | 'deliveredSeq'>,
  bank: Bank,
  { seq }: Head,
): Partial<Pick<PairLine, 'deliveredSeq' | 'sendAfterSeq' | 'ownKey'>> {
  const less = seq < row.deliveredSeq && { ownKey: bank.keyFor(row.id).publicMultikey };
  return { deliveredSeq: seq, sendAfterSeq: seq, ...less };
}

/** Posts a page of signed documents, exactly as they were signed. */
export function post(line: Line, url: string, documents: readonly string[]): Promise<JsonObject> {
  const me = line.partner.core.parties[other(line.partner.party)];
  const body = `{"@context":"https://www.w3.org/ns/activitystreams","type":"OrderedCollectionPage","partOf":${JSON.stringify(`${me.journal}/${tail(line.row.id)}`)},"orderedItems":[${documents.join(',')}]}`;
  return ask(line, 'POST', url, body);
}

/**
 * Another process of ours, or a restart, opened a newer session; or the partner restarted and waits to be greeted; or
 * the agreement is not in force there. Whoever has greeted since has done it already.
 */
async function greetAnew({ context, row }: Line): Promise<void> {
  await context.database.db
    .update(pairTable)
    .set({ mode: 'waiting' })
    .where(and(whereIs(row), eq(pairTable.mySession, row.mySession), sql`${pairTable.mode} in ('open', 'recovering')`));
}

/** What a sender throws so that it greets at once. */
export function staleSession(): PartnerError {
  return new PartnerError('refused', 'the session was renewed', { refusal: refusal('stale_session') });
}

/** The partner itself, with its signature, says that our session is not the newest. */
export function isStale(error: unknown): boolean {
  return isSigned(error, 'stale_session');
}

/** Whether somebody says that our signature is not under a key of ours. Nobody signed that, so it proves nothing. */
export function isForged(error: unknown): boolean {
  return isUnsigned(error, 'signature_mismatch');
}

/**
 * Whether the partner may have been restored and lack this pair, a yes to it, or our newest key. A reason for no more
 * than to show the pair; some of it nobody signed.
 */
export function isUnknown(error: unknown): boolean {
  return isForged(error) || isStranger(error) || isSigned(error, 'foreign_pair') || isOver(error);
}

/** Whether somebody says that it knows no bank with our key. Nobody signed that. */
export function isStranger(error: unknown): error is PartnerError & { refusal: Refusal } {
  return isUnsigned(error, 'unknown_partner');
}

/** Whether the partner itself refuses, and will again. */
export function isFinal(error: unknown): error is PartnerError & { refusal: Refusal } {
  return error instanceof PartnerError && error.code === 'refused' && error.refusal?.retryable === false;
}

/** Whether the partner says that the agreement is not in force there. Greeted, it says more. */
function isOver(error: unknown): boolean {
  return isSigned(error, 'agreement_not_active');
}

function isSigned(error: unknown, code: RefusalCode): boolean {
  return error instanceof PartnerError && error.code === 'refused' && error.refusal?.code === code;
}

function isUnsigned(error: unknown, code: RefusalCode): boolean {
  return error instanceof PartnerError && error.code === 'bad_answer' && error.refusal?.code === code;
}

export function readHead(value: unknown): Head {
  const parsed = headSchema.safeParse(value);
  if (!parsed.success) throw new PartnerError('bad_answer', "the partner's answer names no head");
  return parsed.data;
}

/** A list of objects in an answer, empty if it is not there. Throws a {@link PartnerError} for anything else. */
export function readObjects(value: unknown): readonly JsonObject[] {
  if (value === undefined) return [];
  if (!Array.isArray(value) || !value.every(isObject))
    throw new PartnerError('bad_answer', "the partner's answer holds a list of something else than objects");
  return value as readonly JsonObject[];
}
