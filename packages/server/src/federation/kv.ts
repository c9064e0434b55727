/**
 * Fedify's key-value store on the table `kv`, one bank at a time.
 *
 * Promises: a bank sees its own entries only; an entry whose time is over is gone, whether it was
 * swept or not, by the database's clock; `cas` decides in one statement, so of two that race one
 * wins. Values are JSON and stand there in clear: nothing secret belongs here.
 *
 * @module
 */
import type { KvKey, KvStore, KvStoreSetOptions } from '@fedify/fedify/federation';
import { and, eq, isNotNull, isNull, lte, or, type SQL, sql } from 'drizzle-orm';
import { sweepSignIns } from '../auth/sweep.ts';
import type { Queries } from '../db/database.ts';
import { idempotency, kv } from '../db/schema.ts';
import { sweepMail } from '../mail/outbox.ts';
import { sweepApplications } from '../member/joining.ts';
import { logger } from '../node/log.ts';
import { sweepNotices } from '../notification/notices.ts';
import { sweepPictures } from '../offer/pictures.ts';

/** The store of one bank. */
export function createKv(db: Queries, bankId: string): KvStore {
  const row = (key: KvKey): SQL | undefined => and(eq(kv.bankId, bankId), eq(kv.key, nameOf(key)));

  return {
    async get<T>(key: KvKey) {
      const [found] = await db
        .select({ value: kv.value })
        .from(kv)
        .where(and(row(key), alive));
      return found?.value as T | undefined;
    },

    async set(key, value, options) {
      if (value === undefined) return this.delete(key);
      const entry = { value: json(value), expiresAt: expiry(options) };
      await db
        .insert(kv)
        .values({ bankId, key: nameOf(key), ...entry })
        .onConflictDoUpdate({ target: [kv.bankId, kv.key], set: entry });
    },

    async delete(key) {
      await db.delete(kv).where(row(key));
    },

    async cas(key, expected, value, options) {
      const equal = expected === undefined ? over : and(alive, eq(kv.value, json(expected)));
      const entry = { value: json(value), expiresAt: expiry(options) };
      if (value === undefined) {
        // Nothing is to become nothing: only the absence of a living entry makes that true.
        if (expected === undefined) return (await this.get(key)) === undefined;
        return (
          (
            await db
              .delete(kv)
              .where(and(row(key), equal))
              .returning({ key: kv.key })
          ).length === 1
        );
      }
      const changed =
        expected === undefined
          ? await db
              .insert(kv)
              .values({ bankId, key: nameOf(key), ...entry })
              .onConflictDoUpdate({ target: [kv.bankId, kv.key], set: entry, ...(equal && { setWhere: equal }) })
              .returning({ key: kv.key })
          : await db
              .update(kv)
              .set(entry)
              .where(and(row(key), equal))
              .returning({ key: kv.key });
      return changed.length === 1;
    },

    async *list(prefix) {
      const under =
        prefix === undefined
          ? undefined
          : // The text of a longer key begins with the text of its prefix, a comma in place of the bracket.
            or(eq(kv.key, nameOf(prefix)), sql`starts_with(${kv.key}, ${`${nameOf(prefix).slice(0, -1)},`})`);
      const rows = await db
        .select({ key: kv.key, value: kv.value })
        .from(kv)
        .where(and(eq(kv.bankId, bankId), alive, under))
        .orderBy(kv.key);
      for (const { key, value } of rows) yield { key: JSON.parse(key) as KvKey, value };
    },
  };
}

/** Removes what is over, for all banks. Returns how many entries that were. */
export async function sweepKv(db: Queries): Promise<number> {
  return (await db.delete(kv).where(over).returning({ key: kv.key })).length;
}

/** Removes answers that nobody asks for again: a client repeats a request within hours, not months. */
export async function sweepAnswers(db: Queries): Promise<void> {
  await db.delete(idempotency).where(sql`${idempotency.at} < now() - interval '90 days'`);
}

/** Sweeps now, and once a day until what it returns is called, which settles when nothing is being swept any more. */
export function sweepDaily(db: Queries): () => Promise<void> {
  let stopped = false;
  let under = Promise.resolve();
  const sweepAll = async (): Promise<void> => {
    for (const sweep of [
      sweepKv,
      sweepAnswers,
      sweepSignIns,
      sweepMail,
      sweepNotices,
      sweepPictures,
      sweepApplications,
    ])
      if (!stopped) await sweep(db);
  };
  const start = (): void => {
    under = sweepAll().catch((error: unknown) =>
      logger('kv').error('What is over could not be swept away.', { error }),
    );
  };
  start();
  const timer = setInterval(start, DAY_MS);
  timer.unref();
  return () => {
    stopped = true;
    clearInterval(timer);
    return under;
  };
}

const DAY_MS = 24 * 60 * 60_000;

const alive = or(isNull(kv.expiresAt), sql`${kv.expiresAt} > now()`);
const over = and(isNotNull(kv.expiresAt), lte(kv.expiresAt, sql`now()`));

const nameOf = (key: KvKey): string => JSON.stringify(key);

/** As a parameter of its own, so that JSON's null is a value and not the absence of one. */
const json = (value: unknown): SQL => sql`${JSON.stringify(value ?? null)}::jsonb`;

function expiry(options: KvStoreSetOptions | undefined): SQL {
  if (options?.ttl === undefined) return sql`null`;
  return sql`now() + ${options.ttl.total('second')} * interval '1 second'`;
}
