/**
 * Sends what members say in public to the servers of those who follow them.
 *
 * Promises: the bytes that were written with the change are the bytes that are sent, signed as the member, by the one
 * way out; a server hears one member's words in their order; one that does not answer is asked again less and less
 * often, for about three days; one that says its follower is gone is not asked again. Of several processes one sends.
 *
 * @module
 */
import { signRequest } from '@fedify/fedify/sig';
import { and, eq, or, sql } from 'drizzle-orm';
import type { Bank } from '../bank/bank.ts';
import type { Database } from '../db/database.ts';
import { follower, outboxPost } from '../db/schema.ts';
import type { Signals } from '../delivery/signals.ts';
import { rowsOf } from '../ledger/ledger.ts';
import { logger } from '../node/log.ts';
import { readMemberKey } from './member-keys.ts';
import type { Outgoing } from './outgoing.ts';

const LOOK_MS = 5_000;
const AT_ONCE = 20;
const MOST_ATTEMPTS = 10;
/** Doubles each time: ten attempts take about three days. */
const FIRST_RETRY_SECONDS = 300;

export interface PosterContext {
  readonly database: Database;
  readonly outgoing: Outgoing;
  readonly signals: Signals;
  /** A bank that this node may speak for now. */
  bank(id: string): Bank | undefined;
}

interface Row {
  readonly bank_id: string;
  readonly id: string;
  readonly member_id: string;
  readonly inbox: string;
  readonly document: string;
  readonly attempts: number;
}

export class Poster {
  readonly #context: PosterContext;
  readonly #timer: NodeJS.Timeout;
  readonly #off: () => void;
  #running: Promise<void> | null = null;
  #again = false;
  #stopped = false;

  constructor(context: PosterContext) {
    this.#context = context;
    this.#timer = setInterval(() => this.wake(), LOOK_MS);
    this.#timer.unref();
    this.#off = context.signals.on(({ kind }) => {
      if (kind === 'due' || kind === 'everything') this.wake();
    });
  }

  wake(): void {
    if (this.#stopped) return;
    this.#again = true;
    this.#running ??= this.#run()
      .catch((error: unknown) => logger('posts').error('Posts could not be sent.', { error }))
      .finally(() => {
        this.#running = null;
        if (this.#again) this.wake();
      });
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#off();
    clearInterval(this.#timer);
    await this.#running;
  }

  async #run(): Promise<void> {
    while (this.#again && !this.#stopped) {
      this.#again = false;
      const rows = await this.#take();
      if (rows.length === 0) return;
      await Promise.all(rows.map((row) => this.#send(row)));
      this.#again = true;
    }
  }

  /** Those whose turn it is, put off at once, so that no other process takes them too. */
  async #take(): Promise<readonly Row[]> {
    const result = await this.#context.database.db.execute(sql`
      update outbox_post p set attempts = attempts + 1,
        next_attempt_at = now() + ${FIRST_RETRY_SECONDS} * power(2, least(p.attempts, ${MOST_ATTEMPTS})) * interval '1 second'
      where (bank_id, id) in (
        select bank_id, id from outbox_post o where next_attempt_at <= now()
          and not exists (select 1 from outbox_post b where b.bank_id = o.bank_id and b.inbox = o.inbox and b.id < o.id)
        order by next_attempt_at limit ${AT_ONCE} for update skip locked)
      returning bank_id, id, member_id, inbox, document, attempts`);
    return rowsOf<Row>(result);
  }

  async #send(row: Row): Promise<void> {
    const { database } = this.#context;
    const bank = this.#context.bank(row.bank_id);
    if (bank === undefined) return;
    const status = await this.#post(bank, row).catch(() => 0);
    const gone = status === 410;
    if ((status < 200 || status > 299) && !gone && row.attempts < MOST_ATTEMPTS) return;
    await database.transaction(async (tx) => {
      await tx.delete(outboxPost).where(and(eq(outboxPost.bankId, bank.id), eq(outboxPost.id, row.id)));
      if (gone)
        await tx
          .delete(follower)
          .where(
            and(
              eq(follower.bankId, bank.id),
              eq(follower.memberId, row.member_id),
              or(eq(follower.inbox, row.inbox), eq(follower.sharedInbox, row.inbox)),
            ),
          );
    });
  }

  /** The status of the answer. Knocks a second time in the older way where the standard is not understood. */
  async #post(bank: Bank, row: Row): Promise<number> {
    const keys = await readMemberKey(this.#context.database.db, bank, row.member_id);
    if (keys === null) return 410;
    const keyId = new URL(`${bank.origin}/ap/${row.member_id}#main-key`);
    const knock = async (spec: 'rfc9421' | 'draft-cavage-http-signatures-12'): Promise<number> => {
      const request = new Request(row.inbox, {
        method: 'POST',
        headers: { 'content-type': 'application/activity+json' },
        body: row.document,
      });
      const signed = await signRequest(request, keys.privateKey, keyId, { spec });
      return (await this.#context.outgoing.fetch(signed)).status;
    };
    const status = await knock('rfc9421');
    return [400, 401, 403].includes(status) ? knock('draft-cavage-http-signatures-12') : status;
  }
}
