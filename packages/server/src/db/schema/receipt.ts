/** Receipts that members show to somebody. */
import { boolean, pgTable, primaryKey, text, unique } from 'drizzle-orm/pg-core';
import { bank } from './bank.ts';
import { at } from './columns.ts';

/** A link under which anybody can check one receipt. Of its secret only the hash is kept. It ends when the row goes. */
export const receiptLink = pgTable(
  'receipt_link',
  {
    bankId: text('bank_id')
      .notNull()
      .references(() => bank.id),
    transferId: text('transfer_id').notNull(),
    /** Who shows it. */
    memberId: text('member_id').notNull(),
    /** The secret is made from it, so that it can be shown to its member again. */
    seed: text('seed').notNull(),
    hash: text('hash').notNull(),
    /** Whether names and words are shown too. */
    names: boolean('names').notNull(),
    /** Hours inside the town: the receipt as it was signed for the link. Empty between two banks. */
    document: text('document').notNull(),
    createdAt: at('created_at').notNull().defaultNow(),
  },
  (t) => [
    primaryKey({ columns: [t.bankId, t.transferId, t.memberId] }),
    unique('receipt_link_hash').on(t.bankId, t.hash),
  ],
);
