/** What members say in public, and who hears it. */
import { index, integer, pgTable, primaryKey, text } from 'drizzle-orm/pg-core';
import { at } from './columns.ts';

/** The RSA key of a member, made at their first public offer. `sealed` is the private key. */
export const memberKey = pgTable(
  'member_key',
  {
    bankId: text('bank_id').notNull(),
    memberId: text('member_id').notNull(),
    /** A JWK as JSON. */
    publicKey: text('public_key').notNull(),
    sealed: text('sealed').notNull(),
    createdAt: at('created_at').notNull().defaultNow(),
  },
  (t) => [primaryKey({ columns: [t.bankId, t.memberId] })],
);

/** Who follows a member from elsewhere in the fediverse. */
export const follower = pgTable(
  'follower',
  {
    bankId: text('bank_id').notNull(),
    memberId: text('member_id').notNull(),
    /** The follower's address as an actor. */
    actor: text('actor').notNull(),
    inbox: text('inbox').notNull(),
    /** The inbox of the follower's server, if it has one for all. */
    sharedInbox: text('shared_inbox'),
    /** The id of the Follow that was accepted. */
    follow: text('follow').notNull(),
    createdAt: at('created_at').notNull().defaultNow(),
  },
  (t) => [primaryKey({ columns: [t.bankId, t.memberId, t.actor] })],
);

/** Activities on their way to an inbox. A row goes when it was taken, or when it is given up. */
export const outboxPost = pgTable(
  'outbox_post',
  {
    bankId: text('bank_id').notNull(),
    id: text('id').notNull(),
    /** The member that it is signed as. */
    memberId: text('member_id').notNull(),
    inbox: text('inbox').notNull(),
    /** The exact bytes. */
    document: text('document').notNull(),
    attempts: integer('attempts').notNull().default(0),
    nextAttemptAt: at('next_attempt_at').notNull().defaultNow(),
  },
  (t) => [
    primaryKey({ columns: [t.bankId, t.id] }),
    index('outbox_post_next').on(t.nextAttemptAt),
    index('outbox_post_by_inbox').on(t.bankId, t.inbox, t.id),
  ],
);
