/** The ledger: accounts and postings. */
import { sql } from 'drizzle-orm';
import { index, pgTable, primaryKey, text, unique, uniqueIndex } from 'drizzle-orm/pg-core';
import { bank } from './bank.ts';
import { at, minutes } from './columns.ts';

/**
 * An account. `balance` is what came in less what went out; `held` is promised and not yet gone.
 * Both are changed by the posting trigger only.
 */
export const account = pgTable(
  'account',
  {
    bankId: text('bank_id')
      .notNull()
      .references(() => bank.id),
    id: text('id').notNull(),
    kind: text('kind', { enum: ['member', 'fund', 'mirror', 'unclaimed', 'loss'] }).notNull(),
    balance: minutes('balance').notNull().default(0),
    held: minutes('held').notNull().default(0),
    floor: minutes('floor'),
    ceiling: minutes('ceiling'),
  },
  (t) => [primaryKey({ columns: [t.bankId, t.id] })],
);

/**
 * The ledger. One row moves (`direct`), promises (`hold`), keeps a promise (`post`) or gives it up
 * (`void`). Rows are only ever inserted.
 */
export const posting = pgTable(
  'posting',
  {
    bankId: text('bank_id').notNull(),
    id: text('id').notNull(),
    kind: text('kind', { enum: ['direct', 'hold', 'post', 'void'] }).notNull(),
    debit: text('debit').notNull(),
    credit: text('credit').notNull(),
    minutes: minutes('minutes').notNull(),
    /** For `post` and `void`: the hold that ends, and how much it had promised. */
    holdId: text('hold_id'),
    heldMinutes: minutes('held_minutes'),
    /** What caused it: an exchange's id, or the hash of a journal entry. With the kind, never twice. */
    cause: text('cause').notNull(),
    transferId: text('transfer_id'),
    at: at('at').notNull().defaultNow(),
  },
  (t) => [
    primaryKey({ columns: [t.bankId, t.id] }),
    unique('posting_once').on(t.bankId, t.cause, t.kind),
    uniqueIndex('posting_hold_ends_once').on(t.bankId, t.holdId).where(sql`${t.holdId} is not null`),
    index('posting_by_debit').on(t.bankId, t.debit, t.id),
    index('posting_by_credit').on(t.bankId, t.credit, t.id),
  ],
);
