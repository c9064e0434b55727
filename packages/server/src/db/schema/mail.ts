/** Mail on its way out, and the clock for what has a time. */
import { sql } from 'drizzle-orm';
import { index, integer, pgTable, primaryKey, text, unique } from 'drizzle-orm/pg-core';
import { bank } from './bank.ts';
import { at } from './columns.ts';

/**
 * Mail that was promised in a transaction and is posted after it. `waiting` goes out at `next_at`; `sent` was taken
 * by a mail server; `failed` was given up. The words of a mail that held a secret are empty once it is done.
 */
export const mail = pgTable(
  'mail',
  {
    bankId: text('bank_id')
      .notNull()
      .references(() => bank.id),
    id: text('id').notNull(),
    /** What it is about, such as `notices`; the sender does not look at it. */
    kind: text('kind').notNull(),
    memberId: text('member_id'),
    /** Whose letter it is where the address does not say so. */
    personId: text('person_id'),
    to: text('to').notNull(),
    subject: text('subject').notNull(),
    text: text('text').notNull(),
    /** Of its words, as `es`. */
    language: text('language').notNull(),
    /** Where the reader can say that there should be no more of these. */
    unsubscribe: text('unsubscribe'),
    /** Set when the words hold a secret: not sent after this moment, and wiped. */
    secretUntil: at('secret_until'),
    status: text('status', { enum: ['waiting', 'sent', 'failed'] })
      .notNull()
      .default('waiting'),
    attempts: integer('attempts').notNull().default(0),
    nextAt: at('next_at').notNull(),
    /** What the mail server said last, without addresses. */
    lastError: text('last_error'),
    /** Of several processes, the one that is posting it, and until when. */
    senderId: text('sender_id'),
    senderUntil: at('sender_until'),
    createdAt: at('created_at').notNull(),
    doneAt: at('done_at'),
  },
  (t) => [
    primaryKey({ columns: [t.bankId, t.id] }),
    index('mail_waiting').on(t.nextAt).where(sql`${t.status} = 'waiting'`),
    index('mail_done').on(t.doneAt).where(sql`${t.status} <> 'waiting'`),
  ],
);

/** Things that have a time. A row is taken away in the transaction that does what it is for. */
export const due = pgTable(
  'due',
  {
    bankId: text('bank_id')
      .notNull()
      .references(() => bank.id),
    id: text('id').notNull(),
    kind: text('kind').notNull(),
    /** What it is about, such as an exchange's id and the day of a reminder. With the kind, once. */
    subject: text('subject').notNull(),
    at: at('at').notNull(),
    /** How often the handler has failed. */
    attempts: integer('attempts').notNull().default(0),
  },
  (t) => [
    primaryKey({ columns: [t.bankId, t.id] }),
    unique('due_once').on(t.bankId, t.kind, t.subject),
    index('due_by_time').on(t.at),
  ],
);
