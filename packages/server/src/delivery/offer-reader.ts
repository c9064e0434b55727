/**
 * Reads what the members of partner towns offer and need.
 *
 * Promises: each open partner is asked every few minutes, and soon after something with it moved; one that did not
 * answer is asked again soon, and then less and less often; of several processes one asks; a partner that does not
 * answer keeps nobody else waiting. What it says is believed only under its signature.
 *
 * @module
 */
import { and, eq, lte, sql } from 'drizzle-orm';
import type { Bank } from '../bank/bank.ts';
import { pair as pairTable, peerOffers } from '../db/schema.ts';
import type { NodeContext } from '../node/env.ts';
import { logger } from '../node/log.ts';
import { type PullState, peerPageSchema, takePage } from '../offer/peer-offers.ts';
import { askPartner, PartnerError } from './partner-client.ts';
import type { Partner } from './partners.ts';

const LOOK_MS = 20_000;
const EVERY_MS = 240_000;
/** A reading is begun again after so many pages, so that no partner keeps this process for long. */
const MOST_PAGES = 500;

export class OfferReader {
  readonly #context: NodeContext;
  readonly #timer: NodeJS.Timeout;
  readonly #off: () => void;
  readonly #reading = new Map<string, Promise<void>>();
  /** How often in a row a partner gave no answer that can be used. */
  readonly #misses = new Map<string, number>();
  #stopped = false;

  constructor(context: NodeContext) {
    this.#context = context;
    this.#timer = setInterval(() => this.look(), LOOK_MS);
    this.#timer.unref();
    this.#off = context.signals.on(({ kind }) => {
      if (kind === 'partners' || kind === 'everything') this.look();
    });
  }

  /** Asks all whose turn it is. */
  look(): void {
    for (const partner of this.#context.partners.all()) void this.read(partner, false);
  }

  /** Asks one partner; with `now` whether or not it is its turn. Settles when the reading is over. */
  read(partner: Partner, now = true): Promise<void> {
    const bank = this.#context.banks.byId(partner.bankId);
    const key = `${partner.bankId} ${partner.pairId}`;
    if (this.#stopped || bank === undefined || !this.#context.presence.proved(bank.id)) return Promise.resolve();
    const under = this.#reading.get(key);
    if (under !== undefined) return under;
    const reading = this.#read(bank, partner, key, now)
      .catch((error: unknown) => logger('offers').error('Offers could not be read.', { error }))
      .finally(() => this.#reading.delete(key));
    this.#reading.set(key, reading);
    return reading;
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    clearInterval(this.#timer);
    this.#off();
    await Promise.all(this.#reading.values());
  }

  async #read(bank: Bank, partner: Partner, key: string, now: boolean): Promise<void> {
    const { db } = this.#context.database;
    const { pairId } = partner;
    const state = await this.#turn(bank.id, pairId, now);
    if (state === null) return;
    const read = await this.#pull(bank, partner, state).catch((error: unknown) => {
      if (error instanceof PartnerError) return false;
      throw error;
    });
    if (read) {
      this.#misses.delete(key);
      return;
    }
    const misses = this.#misses.get(key) ?? 0;
    this.#misses.set(key, misses + 1);
    await db
      .update(peerOffers)
      .set({ nextAt: fromNow(Math.min(LOOK_MS * 2 ** misses, EVERY_MS)) })
      .where(and(eq(peerOffers.bankId, bank.id), eq(peerOffers.pairId, pairId)));
  }

  /** Reads page after page. False when an answer cannot be used. */
  async #pull(bank: Bank, partner: Partner, from: PullState): Promise<boolean> {
    const { database, outgoing } = this.#context;
    const { pairId } = partner;
    let state: PullState | null = from;
    const origin = new URL(partner.core.parties[partner.party].bank).origin;
    const tail = pairId.slice(pairId.lastIndexOf(':') + 1);
    for (let pages = 0; state !== null && pages < MOST_PAGES && !this.#stopped; pages++) {
      const asked: PullState = state;
      const url = `${origin}/ap/offers/${tail}?after=${asked.after}`;
      const answer = peerPageSchema.safeParse(await askPartner(outgoing, bank, partner, 'GET', url, '', '-'));
      if (!answer.success || answer.data.pair !== pairId || answer.data.after !== asked.after) return false;
      if (answer.data.upTo < asked.after) return false;
      state = await database.transaction((tx) => takePage(tx, bank.id, { id: pairId, origin }, asked, answer.data));
    }
    return true;
  }

  /** Where to begin, if it is this process's turn. */
  async #turn(bankId: string, pairId: string, now: boolean): Promise<PullState | null> {
    const { db } = this.#context.database;
    const [live] = await db
      .select({ status: pairTable.status })
      .from(pairTable)
      .where(and(eq(pairTable.bankId, bankId), eq(pairTable.id, pairId)));
    if (live?.status !== 'active') return null;
    await db.insert(peerOffers).values({ bankId, pairId }).onConflictDoNothing();
    const [state] = await db
      .update(peerOffers)
      .set({ nextAt: fromNow(EVERY_MS) })
      .where(
        and(
          eq(peerOffers.bankId, bankId),
          eq(peerOffers.pairId, pairId),
          now ? undefined : lte(peerOffers.nextAt, sql`now()`),
        ),
      )
      .returning();
    return state ?? null;
  }
}

function fromNow(ms: number) {
  return sql`now() + ${ms} * interval '1 millisecond'`;
}
