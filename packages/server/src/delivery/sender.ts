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
import { type Head, type Party, refusal, refusedIn } from '@evenhour/protocol';
import { and, eq, or, sql } from 'drizzle-orm';
import { settleClosed } from '../agreement/settlement.ts';
import type { Bank } from '../bank/bank.ts';
import { pair as pairTable } from '../db/schema.ts';
import { type JournalRow, type PairLine, pairLine, readEntries, thatFit, toSend } from '../journal/pair-store.ts';
import { Reconciler } from '../journal/reconcile.ts';
import { logger } from '../node/log.ts';
import { Refused } from '../node/refused.ts';
import { present } from '../recovery/present.ts';
import { recoverPair } from '../recovery/recovery.ts';
import { type PendingMessage, pendingMessages } from '../transfer/transfer-store.ts';
import { greet } from './greet.ts';
import { isLive, isStale, isUnknown, type Line, post, readHead, type SenderContext } from './line.ts';
import { PartnerError } from './partner-client.ts';
import type { Partner } from './partners.ts';
import { RUN_ENTRIES, sendHonour, sendMessages, sendRun } from './sending.ts';
import { PROCESS_ID } from './signals.ts';

const LEASE_MS = 6_000;
const FIRST_RETRY_MS = 500;
const LONGEST_RETRY_MS = 60_000;
/** How long the partner's next message may confirm entries that an answer carried, before they are sent again. */
const INLINE_GRACE_MS = 400;
/** How long a partner that took a message may think about it before it is asked again. */
const ASK_AGAIN_MS = 5_000;

/** What a sender reads of its pair in each round. */
const sentLine = {
  ...pairLine,
  offered: sql<boolean | null>`${pairTable.honourPending} = ${pairTable.offer}`,
  pending: pendingMessages(RUN_ENTRIES),
  entries: toSend(RUN_ENTRIES),
};
type SentLine = PairLine & {
  readonly offered: boolean | null;
  readonly pending: PendingMessage[] | null;
  readonly entries: JournalRow[] | null;
};

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
  readonly #reconciler = new Reconciler(() => this.wake());
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

  /** What could not be taken when the partner answered can be taken now. */
  askAgain(): void {
    this.#asked.clear();
    this.wake();
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
    const refused = refusedIn(row.mode, 'send');
    if (refused !== null) throw new Refused(refused);
    const entries = await readEntries(database.db, bank.id, row.id, row.me as Party, afterSeq, RUN_ENTRIES);
    if (entries.length === 0)
      throw new Refused('invalid_request', { field: 'afterSeq', reason: 'there is no entry after that' });
    const url = this.#partner.core.parties[this.#partner.party].journal;
    try {
      const answer = await post(
        this.#line(bank, row),
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
    await this.#reconciler.stop();
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
    const bank = this.#context.bank(this.#partner.bankId);
    if (bank === undefined) return false;
    const row = await this.#lease();
    if (row === null) return false;
    const wait = row.nextAttemptAt.getTime() - Date.now();
    if (row.attempts > 0 && wait > 0) {
      this.#later(wait + 5);
      return false;
    }
    const line = this.#line(bank, row);
    try {
      return await this.#send(line, row);
    } catch (error) {
      if (isUnknown(error)) await present(line);
      throw error;
    }
  }

  async #send(line: Line, row: SentLine): Promise<boolean> {
    if (row.honourPending !== null) {
      try {
        await sendHonour(line, row.honourPending, row.offered === true);
      } catch (error) {
        // A partner that does not take our Close can still say what it holds.
        if (row.status === 'closed' && error instanceof PartnerError && error.code === 'refused')
          await settleClosed(line);
        throw error;
      }
      return true;
    }
    if (row.status === 'closed') await settleClosed(line);
    if (!isLive(row.status)) return false;
    if (row.mode === 'recovering') {
      await recoverPair(line);
      return true;
    }
    if (refusedIn(row.mode, 'greet') === null) {
      await greet(line);
      return true;
    }
    if (refusedIn(row.mode, 'send') !== null) return false;
    this.#reconciler.look(line);
    const pending = row.pending ?? [];
    const entries = thatFit(row.entries ?? []);
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
      asking && sendMessages(line, messages).then((answered) => this.#rememberAsked(messages, answered)),
      running && sendRun(line, entries),
    ]);
    for (const one of sent) if (one.status === 'rejected') throw one.reason;
    return asking || running;
  }

  #line(bank: Bank, row: PairLine): Line {
    return { context: this.#context, bank, row, partner: this.#partner, log: this.#log };
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

  #rememberAsked(messages: readonly { id: string }[], answered: ReadonlySet<string>): void {
    const now = Date.now();
    for (const [id, again] of this.#asked) if (again <= now) this.#asked.delete(id);
    for (const { id } of messages) if (!answered.has(id)) this.#asked.set(id, now + ASK_AGAIN_MS);
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
