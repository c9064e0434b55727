/** What members are told, and how they wish to be told. */
import { sql } from 'drizzle-orm';
import { index, integer, jsonb, pgTable, primaryKey, text } from 'drizzle-orm/pg-core';
import { bank } from './bank.ts';
import { at } from './columns.ts';

/**
 * One thing that a member is told. `memberId` is empty for the desk. Words are made from kind and facts when it is
 * read.
 */
export const notice = pgTable(
  'notice',
  {
    bankId: text('bank_id')
      .notNull()
      .references(() => bank.id),
    id: text('id').notNull(),
    memberId: text('member_id').notNull(),
    kind: text('kind').notNull(),
    /** Names, titles, minutes and dates; never how somebody is reached. */
    facts: jsonb('facts').$type<Readonly<Record<string, string | number>>>().notNull(),
    /** A path at the bank's own origin. */
    href: text('href').notNull(),
    createdAt: at('created_at').notNull(),
    readAt: at('read_at'),
    /** When it is to go by mail; empty when it has gone, or will not. */
    mailAt: at('mail_at'),
  },
  (t) => [
    primaryKey({ columns: [t.bankId, t.id] }),
    index('notice_of_member').on(t.bankId, t.memberId, t.id),
    index('notice_unread').on(t.bankId, t.memberId).where(sql`${t.readAt} is null`),
    index('notice_to_mail').on(t.bankId, t.memberId, t.mailAt).where(sql`${t.mailAt} is not null`),
    index('notice_by_age').on(t.createdAt),
  ],
);

/** How a member wishes to be told by mail. Who never said has no row. Hours are those of the bank's clock, 0 to 23. */
export const noticeWish = pgTable(
  'notice_wish',
  {
    bankId: text('bank_id')
      .notNull()
      .references(() => bank.id),
    memberId: text('member_id').notNull(),
    mail: text('mail', { enum: ['at_once', 'daily', 'weekly', 'none'] }).notNull(),
    /** Of the day on which a digest goes. */
    hour: integer('hour').notNull(),
    /** Of the week, 1 is Monday. */
    weekday: integer('weekday').notNull(),
    /** No mail from this hour until that one. Both the same: no quiet hours. */
    quietFrom: integer('quiet_from').notNull(),
    quietUntil: integer('quiet_until').notNull(),
    /** Groups of kinds that are not mailed. */
    muted: text('muted').array().notNull(),
  },
  (t) => [primaryKey({ columns: [t.bankId, t.memberId] })],
);
