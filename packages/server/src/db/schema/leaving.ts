/** Members who are leaving. */
import { boolean, index, pgTable, primaryKey, text } from 'drizzle-orm/pg-core';
import { bank } from './bank.ts';
import { at } from './columns.ts';

/** Somebody who wishes that everything about them goes. The row stays afterwards, to say that it was done. */
export const leaving = pgTable(
  'leaving',
  {
    bankId: text('bank_id')
      .notNull()
      .references(() => bank.id),
    memberId: text('member_id').notNull(),
    /** What has to be typed for the second step; empty once it was. */
    word: text('word').notNull(),
    askedAt: at('asked_at').notNull(),
    /** When everything goes; set by the second step. Until then it can be taken back. */
    goesAt: at('goes_at'),
    /** The desk's yes that the community fund makes up for hours that this member still has to give. */
    fundPays: boolean('fund_pays').notNull().default(false),
    /** Why it could not be done yet, as the program names it; empty when nothing stands in the way. */
    waitsFor: text('waits_for').notNull().default(''),
    goneAt: at('gone_at'),
  },
  (t) => [primaryKey({ columns: [t.bankId, t.memberId] }), index('leaving_by_day').on(t.bankId, t.goneAt, t.goesAt)],
);
