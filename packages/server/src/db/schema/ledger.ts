/** The ledger: accounts and postings. */
import { sql } from 'drizzle-orm';
import { index, pgTable, primaryKey, text, unique, uniqueIndex } from 'drizzle-orm/pg-core';
import { bank } from './bank.ts';
import { at, minutes } from './columns.ts';

/**
 * An account. `given` went out and `came` in since it was opened, so that neither is ever added up anew; of these
 * `given_time` and `came_time` were for time that somebody gave, the rest was passed on. `balance` is what came less
 * what was given; `held` is promised and not yet gone. All are changed by the posting trigger only.
 */
export const account = pgTable(
  'account',
  {
    bankId: text('bank_id')
      .notNull()
      .references(() => bank.id),
    id: text('id').notNull(),
    kind: text('kind', { enum: ['member', 'fund', 'mirror', 'unclaimed', 'loss'] }).notNull(),
    given: minutes('given').notNull().default(0),
    came: minutes('came').notNull().default(0),
    givenTime: minutes('given_time').notNull().default(0),
    cameTime: minutes('came_time').notNull().default(0),
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
    index('posting_by_transfer').on(t.bankId, t.transferId, t.id).where(sql`${t.transferId} is not null`),
  ],
);
