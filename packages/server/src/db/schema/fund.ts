/** What members ask of the community fund, and what the desk said. */
import { sql } from 'drizzle-orm';
import { index, pgTable, primaryKey, text } from 'drizzle-orm/pg-core';
import { bank } from './bank.ts';
import { at, minutes } from './columns.ts';

/** Hours that a member asks the fund for. A yes is public: who, how much and why. */
export const fundRequest = pgTable(
  'fund_request',
  {
    bankId: text('bank_id')
      .notNull()
      .references(() => bank.id),
    id: text('id').notNull(),
    memberId: text('member_id').notNull(),
    /** As many as were asked for; after a yes, as many as were granted. */
    minutes: minutes('minutes').notNull(),
    /** What it is for, in the member's words. Only the desk reads it. */
    content: text('content').notNull(),
    status: text('status', { enum: ['waiting', 'granted', 'declined', 'withdrawn'] })
      .notNull()
      .default('waiting'),
    /** Why, in the desk's words: public after a yes, for the member after a no. */
    because: text('because').notNull().default(''),
    /** Who decided, by name; empty for the bank's own token. */
    decidedBy: text('decided_by').notNull().default(''),
    /** The transfer of the hours, after a yes. */
    transferId: text('transfer_id'),
    createdAt: at('created_at').notNull().defaultNow(),
    decidedAt: at('decided_at'),
  },
  (t) => [
    primaryKey({ columns: [t.bankId, t.id] }),
    index('fund_request_waiting').on(t.bankId, t.id).where(sql`${t.status} = 'waiting'`),
    index('fund_request_of_member').on(t.bankId, t.memberId, t.id),
  ],
);
