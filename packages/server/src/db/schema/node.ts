/** What a node remembers for a while: nonces, answers already given, cached documents. */
import { integer, jsonb, pgTable, primaryKey, text } from 'drizzle-orm/pg-core';
import { at } from './columns.ts';

/** Nonces of requests that were accepted, for as long as their signature's window is open. */
export const requestNonce = pgTable(
  'request_nonce',
  {
    bankId: text('bank_id').notNull(),
    nonce: text('nonce').notNull(),
    expiresAt: at('expires_at').notNull(),
  },
  (t) => [primaryKey({ columns: [t.bankId, t.nonce] })],
);

/** Answers already given, by Idempotency-Key. */
export const idempotency = pgTable(
  'idempotency',
  {
    bankId: text('bank_id').notNull(),
    key: text('key').notNull(),
    digest: text('digest').notNull(),
    status: integer('status'),
    body: text('body'),
    at: at('at').notNull().defaultNow(),
  },
  (t) => [primaryKey({ columns: [t.bankId, t.key] })],
);

/** Fedify's key-value store. Nothing that counts is kept here. */
export const kv = pgTable(
  'kv',
  {
    bankId: text('bank_id').notNull(),
    key: text('key').notNull(),
    value: jsonb('value').$type<unknown>().notNull(),
    expiresAt: at('expires_at'),
  },
  (t) => [primaryKey({ columns: [t.bankId, t.key] })],
);
