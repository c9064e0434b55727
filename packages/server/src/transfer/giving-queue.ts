/**
 * The queue in which gifts are begun: all that wait at a bank are taken together.
 *
 * Promises: a gift is begun once for its key, and its answer is stored in the same transaction, so it
 * is given again exactly when the gift was begun; the same key for something else is refused. A
 * refusal is not stored: it changed nothing. Gifts that are begun together do not depend on each
 * other: whatever goes wrong with one is its own. Under load one commit serves many; alone, a gift
 * waits for nobody.
 *
 * @module
 */
import { and, eq, sql } from 'drizzle-orm';
import type { Bank } from '../bank/bank.ts';
import { type Queries, sqlState, unwaited } from '../db/database.ts';
import { idempotency } from '../db/schema.ts';
import type { Signal, Signals } from '../delivery/signals.ts';
import { textArray } from '../ledger/ledger.ts';
import { Refused } from '../node/refused.ts';
import { type Given, giveAll, type NewGift } from './giving.ts';

/** At most this many gifts are begun in one transaction. */
const TOGETHER = 64;
const UNIQUE_VIOLATION = '23505';

export interface GivingOrder<T> {
  /** The request's key, and what it asked for: the same key for anything else is refused. */
  readonly key: string;
  readonly digest: string;
  readonly gift: NewGift;
  /** What is answered, and stored to be answered again. Must be JSON. */
  readonly answer: (given: Given) => T;
}

interface Waiting {
  readonly order: GivingOrder<unknown>;
  readonly resolve: (answer: unknown) => void;
  readonly reject: (error: unknown) => void;
}

type Outcome = { readonly ok: true; readonly answer: unknown } | { readonly ok: false; readonly error: unknown };

export class GivingQueue {
  readonly #signals: Signals;
  /** Who waits at each bank. A bank is in here for as long as its queue is being served. */
  readonly #lines = new Map<string, Waiting[]>();

  constructor(signals: Signals) {
    this.#signals = signals;
  }

  /** Begins a gift, or finds what the same key began before. Throws {@link Refused}. */
  give<T>(bank: Bank, order: GivingOrder<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const waiting: Waiting = { order, resolve: resolve as Waiting['resolve'], reject };
      const line = this.#lines.get(bank.id);
      if (line !== undefined) {
        line.push(waiting);
        return;
      }
      const begun = [waiting];
      this.#lines.set(bank.id, begun);
      void this.#serve(bank, begun);
    });
  }

  async #serve(bank: Bank, line: Waiting[]): Promise<void> {
    while (line.length > 0) {
      const served = line.splice(0, TOGETHER);
      const outcomes = await this.#together(
        bank,
        served.map(({ order }) => order),
      );
      for (const [index, { resolve, reject }] of served.entries()) {
        const outcome = outcomes[index];
        if (outcome?.ok) resolve(outcome.answer);
        else reject(outcome?.error);
      }
    }
    this.#lines.delete(bank.id);
  }

  /** Never throws: each order has its outcome. */
  async #together(bank: Bank, orders: readonly GivingOrder<unknown>[]): Promise<Outcome[]> {
    try {
      return await this.#begin(bank, orders);
    } catch (error) {
      const [only, ...others] = orders;
      if (only === undefined) return [];
      // Whatever it was, it was rolled back; each by itself shows whose fault it is.
      if (others.length > 0)
        return Promise.all(orders.map(async (order) => (await this.#together(bank, [order]))[0] as Outcome));
      // Another process has just begun a gift under this key.
      if (sqlState(error) === UNIQUE_VIOLATION)
        return this.#begin(bank, orders).catch((again: unknown) => [{ ok: false, error: again }]);
      return [{ ok: false, error }];
    }
  }

  #begin(bank: Bank, orders: readonly GivingOrder<unknown>[]): Promise<Outcome[]> {
    return this.#signals.commit(async (tx, after) => {
      const stored = await storedAnswers(tx, bank.id, orders);
      const first = new Map<string, GivingOrder<unknown>>();
      for (const order of orders) if (!stored.has(order.key) && !first.has(order.key)) first.set(order.key, order);
      const fresh = [...first.values()];
      const results = await giveAll(
        tx,
        bank,
        fresh.map(({ gift }) => gift),
      );
      const outcomes = new Map<string, { digest: string; outcome: () => Outcome }>(stored);
      const begun: { key: string; digest: string; answer: unknown }[] = [];
      for (const [index, { key, digest, answer: answerFor }] of fresh.entries()) {
        const result = results[index];
        if (result?.ok !== true) {
          const error = result === undefined ? new Error('a gift has no result') : new Refused(result.refusal);
          outcomes.set(key, { digest, outcome: () => ({ ok: false, error }) });
          continue;
        }
        const answer = answerFor(result.given);
        begun.push({ key, digest, answer });
        outcomes.set(key, { digest, outcome: () => ({ ok: true, answer }) });
        signal(after, bank, result.given);
      }
      await storeAnswers(tx, bank.id, begun);
      return orders.map(({ key, digest }): Outcome => {
        const found = outcomes.get(key);
        if (found === undefined || found.digest !== digest)
          return { ok: false, error: new Refused('idempotency_key_reused') };
        return found.outcome();
      });
    });
  }
}

function signal(after: Signal[], bank: Bank, { pairId }: Given): void {
  const told = after.some((one) => one.kind === 'pair' && one.pairId === pairId);
  if (pairId !== null && !told) after.push({ kind: 'pair', bankId: bank.id, pairId });
}

async function storedAnswers(
  tx: Queries,
  bankId: string,
  orders: readonly GivingOrder<unknown>[],
): Promise<Map<string, { digest: string; outcome: () => Outcome }>> {
  const rows = await tx
    .select()
    .from(idempotency)
    .where(
      and(eq(idempotency.bankId, bankId), sql`${idempotency.key} = any(${textArray(orders.map(({ key }) => key))})`),
    );
  return new Map(
    rows.map(({ key, digest, body }) => [
      key,
      // What the key stood for is compared first: the answer to something else has another form.
      { digest, outcome: () => ({ ok: true, answer: JSON.parse(body ?? 'null') as unknown }) },
    ]),
  );
}

/** Raises a unique violation when another process stored an answer under one of these keys. */
async function storeAnswers(
  tx: Queries,
  bankId: string,
  begun: readonly { readonly key: string; readonly digest: string; readonly answer: unknown }[],
): Promise<void> {
  if (begun.length === 0) return;
  const rows = begun.map(({ key, digest, answer }) => ({ key, digest, body: JSON.stringify(answer) }));
  const insert = sql`
    insert into idempotency (bank_id, key, digest, status, body)
    select ${bankId}, r.key, r.digest, 202, r.body
    from json_to_recordset(${JSON.stringify(rows)}::json) as r(key text, digest text, body text)`;
  await unwaited(tx, tx.execute(insert));
}
