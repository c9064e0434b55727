/** Members, and the tokens by which programs act for them. */
import { pgTable, primaryKey, text, unique } from 'drizzle-orm/pg-core';
import { bank } from './bank.ts';
import { at } from './columns.ts';

/** Bearer tokens, by their hash. */
export const token = pgTable(
  'token',
  {
    bankId: text('bank_id')
      .notNull()
      .references(() => bank.id),
    hash: text('hash').notNull(),
    role: text('role', { enum: ['operator', 'member'] }).notNull(),
    memberId: text('member_id'),
    createdAt: at('created_at').notNull().defaultNow(),
  },
  (t) => [primaryKey({ columns: [t.bankId, t.hash] })],
);

export const member = pgTable(
  'member',
  {
    bankId: text('bank_id')
      .notNull()
      .references(() => bank.id),
    id: text('id').notNull(),
    handle: text('handle').notNull(),
    name: text('name').notNull(),
    kind: text('kind', { enum: ['person', 'household', 'organisation', 'fund'] }).notNull(),
    status: text('status', { enum: ['active', 'suspended', 'moved'] })
      .notNull()
      .default('active'),
    /** What people come to this member for, in their own words. */
    about: text('about').notNull().default(''),
    accountId: text('account_id').notNull(),
    createdAt: at('created_at').notNull().defaultNow(),
  },
  (t) => [primaryKey({ columns: [t.bankId, t.id] }), unique('member_handle').on(t.bankId, t.handle)],
);
