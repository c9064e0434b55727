/**
 * Sends what a pair has to send: the greeting, agreement answers, exchange messages and runs of
 * journal entries.
 *
 * Promises: woken by commits, not by polling; what is sent is read from the database, so nothing
 * that was committed is forgotten; a partner that is slow or gone delays nobody else, for each pair
 * has a sender of its own; of several processes one sends for a pair at a time. Sending twice is
 * harmless: the partner counts once.
 *
 * @module
 */
import { randomBytes } from 'node:crypto';
import { type Head, other, type Party, refusal } from '@evenhour/protocol';
import type { JsonObject } from '@evenhour/protocol/wire';
import { headSchema } from '@evenhour/protocol/wire';
import { and, eq, or, sql } from 'drizzle-orm';
import type { Bank } from '../bank/bank.ts';
import type { Database } from '../db/database.ts';
import { journalEntry, pair as pairTable } from '../db/schema.ts';
import { pendingMessages } from '../exchange/exchange-store.ts';
import { giveBackRefused, type IncomingMessage, isOffer, receiveAnswers } from '../exchange/gifts.ts';
import type { Outgoing } from '../federation/outgoing.ts';
import { type PairLine, pairLine, readEntries } from '../journal/pair-store.ts';
import { PairWork } from '../journal/pair-work.ts';
import { applyRun } from '../journal/settle.ts';
import { logger } from '../node/log.ts';
import { Refused } from '../node/refused.ts';
import { afterWork, greeted } from './after.ts';
import { askPartner, PartnerError } from './partner-client.ts';
import type { Partner, Partners } from './partners.ts';
import { PROCESS_ID, type Signals } from './signals.ts';
import { keyHolds, verifyItems, verifyMessage } from './verified.ts';

export const RUN_ENTRIES = 200;
const LEASE_MS = 6_000;
const FIRST_RETRY_MS = 500;
const LONGEST_RETRY_MS = 60_000;
/** How long the partner's next message may confirm entries that an answer carried, before they are sent again. */
const INLINE_GRACE_MS = 400;
/** How long a partner that took a message may think about it before it is asked again. */
const ASK_AGAIN_MS = 5_000;

/** What a sender reads of its pair in each round. */
const sentLine = { ...pairLine, offered: sql<boolean>`${pairTable.honourPending} = ${pairTable.offer}` };
type SentLine = PairLine & { readonly offered: boolean | null };

export interface SenderContext {
  readonly database: Database;
  readonly outgoing: Outgoing;
  readonly partners: Partners;
  readonly signals: Signals;
  bank(id: string): Bank | undefined;
}

export class Sender {
  readonly #context: SenderContext;
  readonly #first: Partner;
  readonly #log;
  #running: Promise<void> | null = null;
  #wanted = false;
  #stopped = false;
  #timer: NodeJS.Timeout | undefined;
  /** Messages that the partner has taken and not answered, and when to ask again. */
  readonly #asked = new Map<string, number>();
  /** When a session was last found stale and renewed at once. */
  #renewedAt = 0;
  /** Entries up to here were given to the partner in an answer, until when we wait to hear of it. */
  #inline = { seq: 0, until: 0 };

  constructor(context: SenderContext, partner: Partner) {
    this.#context = context;
    this.#first = partner;
    this.#log = logger('delivery', { bank: partner.bankId, partner: partner.core.parties[partner.party].bank });
  }

  /** The partner with the keys that count for it now. */
  get #partner(): Partner {
    return this.#context.partners.byPair(this.#first.bankId, this.#first.pairId) ?? this.#first;
  }

  wake(): void {
    if (this.#stopped) return;
    this.#wanted = true;
    this.#running ??= this.#loop().finally(() => {
      this.#running = null;
      if (this.#wanted && !this.#stopped) this.wake();
    });
  }

  /** The answer to a request of theirs carried our entries up to `seq`. */
  gaveInline(seq: number): void {
    this.#inline = { seq, until: Date.now() + INLINE_GRACE_MS };
  }

  /**
   * Sends entries again that the partner may have already. It says how many it knew; nothing is
   * counted twice. For operators, and for showing that it is so.
   */
  async resend(afterSeq: number): Promise<{ sent: number; known: number; head: Head }> {
    const { database } = this.#context;
    const bank = this.#context.bank(this.#partner.bankId);
    const [row] = await database.db
      .select(pairLine)
      .from(pairTable)
      .where(and(eq(pairTable.bankId, this.#partner.bankId), eq(pairTable.id, this.#partner.pairId)));
    if (bank === undefined || row === undefined || !isLive(row.status)) throw new Refused('agreement_not_active');
    if (row.mode === 'halted') throw new Refused('pair_halted');
    if (row.mode === 'waiting') throw new Refused('pair_waiting');
    const entries = await readEntries(database.db, bank.id, row.id, row.me as Party, afterSeq, RUN_ENTRIES);
    if (entries.length === 0)
      throw new Refused('invalid_request', { field: 'afterSeq', reason: 'there is no entry after that' });
    const url = this.#partner.core.parties[this.#partner.party].journal;
    try {
      const answer = await this.#post(
        bank,
        row,
        url,
        entries.map((entry) => entry.document),
      );
      return { sent: entries.length, known: Number(answer['known'] ?? 0), head: readHead(answer['head']) };
    } catch (error) {
      if (error instanceof PartnerError) throw new Refused(error.refusal ?? refusal('partner_unreachable'));
      throw error;
    }
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    await this.#running;
    await this.#context.database.db
      .update(pairTable)
      .set({ senderId: null })
      .where(
        and(
          eq(pairTable.bankId, this.#partner.bankId),
          eq(pairTable.id, this.#partner.pairId),
          eq(pairTable.senderId, PROCESS_ID),
        ),
      )
      // With the database gone, the lease runs out by itself; stopping goes on.
      .catch(() => {});
  }

  #later(ms: number): void {
    if (this.#stopped) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.wake(), ms);
    this.#timer.unref();
  }

  async #loop(): Promise<void> {
    while (this.#wanted && !this.#stopped) {
      this.#wanted = false;
      try {
        const more = await this.#once();
        if (more) this.#wanted = true;
      } catch (error) {
        await this.#failed(error);
        return;
      }
    }
  }

  /** One round. Returns whether there may be more to do at once. */
  async #once(): Promise<boolean> {
    const { database } = this.#context;
    const bank = this.#context.bank(this.#partner.bankId);
    if (bank === undefined) return false;
    const row = await this.#lease();
    if (row === null) return false;
    const wait = row.nextAttemptAt.getTime() - Date.now();
    if (row.attempts > 0 && wait > 0) {
      this.#later(wait + 5);
      return false;
    }
    if (row.honourPending !== null) {
      await this.#sendHonour(bank, row, row.honourPending);
      return true;
    }
    if (!isLive(row.status)) return false;
    if (row.mode === 'halted') return false;
    if (row.mode === 'waiting') {
      await this.#greet(bank, row);
      return true;
    }
    const [pending, entries] = await Promise.all([
      pendingMessages(database.db, bank.id, row.id, RUN_ENTRIES),
      readEntries(database.db, bank.id, row.id, row.me as Party, row.deliveredSeq, RUN_ENTRIES),
    ]);
    const messages = pending.filter((message) => (this.#asked.get(message.id) ?? 0) <= Date.now());
    const asking = messages.length > 0;
    if (!asking && pending.length > 0) this.#later(ASK_AGAIN_MS);
    const last = entries.at(-1);
    const grace = last === undefined || last.seq > this.#inline.seq ? 0 : this.#inline.until - Date.now();
    if (grace > 0) this.#later(grace);
    const running = last !== undefined && grace <= 0;
    if (last === undefined && !asking) await this.#delivered(row);
    // Messages and entries go together: a bank that is given to without pause still sends its journal.
    const sent = await Promise.allSettled([
      asking && this.#sendMessages(bank, row, messages),
      running &&
        this.#sendRun(
          bank,
          row,
          entries.map((entry) => entry.document),
        ),
    ]);
    for (const one of sent) if (one.status === 'rejected') throw one.reason;
    return asking || running;
  }

  /** Takes or renews the right to send for this pair. `null` when another process has it. */
  async #lease(): Promise<SentLine | null> {
    const { db } = this.#context.database;
    const until = new Date(Date.now() + LEASE_MS);
    const where = and(eq(pairTable.bankId, this.#partner.bankId), eq(pairTable.id, this.#partner.pairId));
    const [row] = await db.select(sentLine).from(pairTable).where(where);
    if (row === undefined) return null;
    const mine =
      row.senderId === PROCESS_ID && row.senderUntil !== null && row.senderUntil.getTime() > Date.now() + LEASE_MS / 3;
    if (mine) return row;
    const [taken] = await db
      .update(pairTable)
      .set({ senderId: PROCESS_ID, senderUntil: until })
      .where(
        and(
          where,
          or(
            sql`${pairTable.senderId} is null`,
            eq(pairTable.senderId, PROCESS_ID),
            sql`${pairTable.senderUntil} < now()`,
          ),
        ),
      )
      .returning(sentLine);
    if (taken === undefined) {
      this.#later(Math.max(100, (row.senderUntil?.getTime() ?? 0) - Date.now() + 50));
      return null;
    }
    return taken;
  }

  async #sendHonour(bank: Bank, row: SentLine, document: string): Promise<void> {
    const base = `${new URL(this.#partner.core.parties[this.#partner.party].bank).origin}/ap/agreements`;
    const offered = row.offered === true;
    const where = and(eq(pairTable.bankId, bank.id), eq(pairTable.id, row.id), eq(pairTable.honourPending, document));
    try {
      await askPartner(
        this.#context.outgoing,
        bank,
        this.#partner,
        'POST',
        offered ? base : `${base}/${tail(row.id)}`,
        document,
        '-',
      );
    } catch (error) {
      // A no that will stay a no ends our offer, and needs no telling to whom we say no; anything else is tried again.
      const no = row.status === 'declined' || row.status === 'withdrawn';
      if (
        !(offered || no) ||
        !(error instanceof PartnerError) ||
        error.refusal === null ||
        error.refusal.retryable ||
        error.code === 'unreachable'
      )
        throw error;
      await this.#context.database.db
        .update(pairTable)
        .set({ ...(offered && { status: 'declined' }), honourPending: null, lastError: error.refusal.code })
        .where(where);
      return;
    }
    await this.#context.database.db
      .update(pairTable)
      .set({ honourPending: null, attempts: 0, lastError: null, lastSeenAt: new Date() })
      .where(where);
  }

  /**
   * Greets the partner with a new session. Its head of our journal must be one of our entries;
   * otherwise our database is older than what we have promised, and the pair halts.
   */
  async #greet(bank: Bank, row: SentLine): Promise<void> {
    const session = randomBytes(32).toString('base64url');
    const nonce = randomBytes(32).toString('base64url');
    const where = and(eq(pairTable.bankId, bank.id), eq(pairTable.id, row.id));
    const url = `${this.#partner.core.parties[this.#partner.party].journal}/open`;
    const answer = await askPartner(
      this.#context.outgoing,
      bank,
      this.#partner,
      'POST',
      url,
      JSON.stringify({ pair: row.id, session, nonce }),
      session,
    );
    if (answer['pair'] !== row.id || answer['nonce'] !== nonce)
      throw new PartnerError('bad_answer', 'the greeting was answered for something else');
    const head = readHead(answer['head']);
    await this.#context.signals.commit(async (tx, after) => {
      const work = await PairWork.open(tx, bank, row.id);
      if (work === null || work.row.mode !== 'waiting') return;
      const mine = await this.#myHashAt(tx, bank.id, row, head);
      if (mine !== head.hash) {
        const because = refusal('pair_halted', { reason: 'our_database_is_older', theirSeq: head.seq });
        await tx
          .update(pairTable)
          .set({ mode: 'halted', haltedBecause: JSON.stringify(because) })
          .where(where);
        this.#log.error(
          'Our database is older than what the partner holds. The pair is halted until it is recovered.',
          { theirSeq: head.seq },
        );
        return;
      }
      await tx
        .update(pairTable)
        .set({
          mode: 'open',
          mySession: session,
          deliveredSeq: head.seq,
          attempts: 0,
          lastError: null,
          lastSeenAt: new Date(),
        })
        .where(where);
      await greeted(tx, bank, work.row, after);
      await afterWork(work, [], [], after);
    });
    this.#log.info('Greeted the partner; the pair is open.');
  }

  async #myHashAt(
    tx: Parameters<typeof readEntries>[0],
    bankId: string,
    row: SentLine,
    head: Head,
  ): Promise<string | null> {
    if (head.seq === 0) return row.genesis;
    const [entry] = await tx
      .select({ hash: journalEntry.hash })
      .from(journalEntry)
      .where(
        and(
          eq(journalEntry.bankId, bankId),
          eq(journalEntry.pairId, row.id),
          eq(journalEntry.author, row.me),
          eq(journalEntry.epoch, head.epoch),
          eq(journalEntry.seq, head.seq),
        ),
      );
    return entry?.hash ?? null;
  }

  async #sendMessages(bank: Bank, row: SentLine, messages: readonly { id: string; document: string }[]): Promise<void> {
    const url = this.#partner.core.parties[this.#partner.party].exchange;
    const answer = await this.#post(
      bank,
      row,
      url,
      messages.map((message) => message.document),
    );
    const results = Array.isArray(answer['results']) ? (answer['results'] as readonly JsonObject[]) : [];
    const refused = new Map<string, string>();
    for (const result of results)
      if (result['applied'] === false && typeof result['code'] === 'string')
        refused.set(String(result['id']), result['code']);
    const done = results.map((result) => String(result['id']));
    const answers = await this.#verifyMessages(answer['messages']);
    let answered = new Set<string>();
    await this.#context.signals.commit(async (tx, after) => {
      const work = await PairWork.open(tx, bank, row.id);
      if (work === null) return;
      const applied = await receiveAnswers(
        work,
        answers.filter((answer) => !isOffer(answer)),
      );
      const back = await giveBackRefused(work, refused);
      answered = new Set([...applied.answered, ...refused.keys()]);
      // An offer is answered by a message; everything else is done once it was taken.
      work.answered(done.filter((id) => !id.endsWith('/1')));
      work.changes = { ...work.changes, attempts: 0, lastError: null, lastSeenAt: new Date() };
      await work.save();
      await afterWork(work, [], [...applied.ended, ...back], after);
    });
    this.#rememberAsked(messages, answered);
  }

  #rememberAsked(messages: readonly { id: string }[], answered: ReadonlySet<string>): void {
    const now = Date.now();
    for (const [id, again] of this.#asked) if (again <= now) this.#asked.delete(id);
    for (const { id } of messages) if (!answered.has(id)) this.#asked.set(id, now + ASK_AGAIN_MS);
  }

  async #verifyMessages(value: unknown): Promise<IncomingMessage[]> {
    if (!Array.isArray(value)) return [];
    const partner = this.#partner;
    const checked = await Promise.all((value as readonly JsonObject[]).map((item) => verifyMessage(partner, item)));
    return checked.flatMap((item) => (item.ok ? [item.incoming] : []));
  }

  async #sendRun(bank: Bank, row: SentLine, documents: readonly string[]): Promise<void> {
    const url = this.#partner.core.parties[this.#partner.party].journal;
    const answer = await this.#post(bank, row, url, documents);
    const head = readHead(answer['head']);
    const partner = this.#partner;
    const given = Array.isArray(answer['entries']) ? (answer['entries'] as readonly JsonObject[]) : [];
    const { entries } = await verifyItems(partner, given.slice(0, RUN_ENTRIES));
    const settled = await this.#context.signals.commit(async (tx, after) => {
      const work = await PairWork.open(tx, bank, row.id);
      // Halted or greeting anew since we asked: nothing may be written now, so nothing is taken either.
      if (work === null || work.row.mode !== 'open') return null;
      const known = await this.#myHashAt(tx, bank.id, row, head);
      if (known !== head.hash) {
        work.changes = { ...work.changes, mode: 'waiting' };
        await work.save();
        return null;
      }
      const result = await applyRun(work, keyHolds(work, partner) ? entries : []);
      work.changes = { ...work.changes, deliveredSeq: head.seq, attempts: 0, lastError: null, lastSeenAt: new Date() };
      await work.save();
      await afterWork(work, result.settled, result.ended, after);
      return result;
    });
    const refused = answer['refused'] as JsonObject | undefined;
    if (refused !== undefined && head.seq < row.deliveredSeq + documents.length)
      throw new PartnerError(
        'refused',
        `the partner took our journal up to ${head.seq} and refused the next: ${String(refused['code'])}`,
      );
    if (head.seq <= row.deliveredSeq)
      throw new PartnerError('bad_answer', `the partner took nothing of our journal after ${head.seq}`);
    if (settled?.refused != null)
      this.#log.warning("The partner's answer held an entry that was not taken.", {
        code: settled.refused.refusal.code,
      });
  }

  /** Posts a page of signed documents, exactly as they were signed. */
  async #post(bank: Bank, row: PairLine, url: string, documents: readonly string[]): Promise<JsonObject> {
    const me = this.#partner.core.parties[other(this.#partner.party)];
    const body = `{"@context":"https://www.w3.org/ns/activitystreams","type":"OrderedCollectionPage","partOf":${JSON.stringify(`${me.journal}/${tail(row.id)}`)},"orderedItems":[${documents.join(',')}]}`;
    try {
      return await askPartner(this.#context.outgoing, bank, this.#partner, 'POST', url, body, row.mySession);
    } catch (error) {
      // Another process of ours, or a restart, opened a newer session; or the partner restarted and waits to be greeted.
      if (isStale(error)) {
        await this.#context.database.db
          .update(pairTable)
          .set({ mode: 'waiting' })
          .where(
            and(
              eq(pairTable.bankId, bank.id),
              eq(pairTable.id, row.id),
              eq(pairTable.mySession, row.mySession),
              eq(pairTable.mode, 'open'),
            ),
          );
        return this.#again();
      }
      throw error;
    }
  }

  #again(): never {
    throw new PartnerError('refused', 'the session was renewed', {
      refusal: refusal('stale_session'),
      retryAfterMs: 1,
    });
  }

  async #delivered(row: SentLine): Promise<void> {
    if (row.attempts === 0) return;
    await this.#context.database.db
      .update(pairTable)
      .set({ attempts: 0, lastError: null })
      .where(and(eq(pairTable.bankId, this.#partner.bankId), eq(pairTable.id, this.#partner.pairId)));
  }

  /** Notes the failure where people see it, and tries again later: at first soon, then once a minute. */
  async #failed(error: unknown): Promise<void> {
    if (this.#stopped) return;
    if (!(error instanceof PartnerError)) this.#log.error('Sending failed for a reason of our own.', { error });
    const message = error instanceof Error ? error.message : String(error);
    // Once at once; a partner that greets well and then knows no session is given time like any other.
    const quick = isStale(error) && Date.now() - this.#renewedAt > 1_000;
    if (quick) this.#renewedAt = Date.now();
    try {
      const where = and(eq(pairTable.bankId, this.#partner.bankId), eq(pairTable.id, this.#partner.pairId));
      const [row] = await this.#context.database.db
        .select({ attempts: pairTable.attempts })
        .from(pairTable)
        .where(where);
      const attempts = (row?.attempts ?? 0) + 1;
      const asked = error instanceof PartnerError && !isStale(error) ? error.retryAfterMs : null;
      const backoff = Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** Math.min(attempts - 1, 10));
      const ms = quick ? 5 : (asked ?? Math.round(backoff * (0.8 + Math.random() * 0.4)));
      await this.#context.database.db
        .update(pairTable)
        .set({
          attempts: quick ? 0 : attempts,
          nextAttemptAt: new Date(Date.now() + ms),
          lastError: quick ? null : message,
        })
        .where(where);
      if (!quick) this.#log.info('The partner could not be reached; trying again.', { attempts, ms, message });
      this.#later(ms);
    } catch {
      // The database itself is away; look again soon.
      this.#later(1000);
    }
  }
}

/** The partner itself, with its signature, says that our session is not the newest. */
function isStale(error: unknown): boolean {
  return error instanceof PartnerError && error.code === 'refused' && error.refusal?.code === 'stale_session';
}

export function isLive(status: string): boolean {
  return status === 'active' || status === 'suspended' || status === 'notice' || status === 'winding_up';
}

export function tail(pairId: string): string {
  return pairId.slice('urn:evenhour:pair:'.length);
}

function readHead(value: unknown): Head {
  const parsed = headSchema.safeParse(value);
  if (!parsed.success) throw new PartnerError('bad_answer', "the partner's answer names no head");
  return parsed.data;
}
