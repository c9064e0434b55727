/** Hours on their way from one member to another, and the messages about them. */
import { sql } from 'drizzle-orm';
import { boolean, index, integer, jsonb, pgTable, primaryKey, text, unique } from 'drizzle-orm/pg-core';
import { at, minutes } from './columns.ts';

/**
 * Of what the ledger has no line: not yet, or not any more. A query is served by a partial index only where it says the
 * same in words and not in parameters, for a plan that is kept knows no parameters.
 */
export const unmoved = sql`status in ('offered', 'accepted', 'held', 'declined', 'returned')`;

/** A gift between two members, as people see it. Words stay here and never enter a journal. */
export const transfer = pgTable(
  'transfer',
  {
    bankId: text('bank_id').notNull(),
    id: text('id').notNull(),
    direction: text('direction', { enum: ['local', 'out', 'in'] }).notNull(),
    pairId: text('pair_id'),
    /** The exchange's own URL, at the bank that began it. */
    url: text('url').notNull(),
    memberId: text('member_id').notNull(),
    accountId: text('account_id').notNull(),
    /** The other side: a member id here for `local`, else an address such as rosa@gracia.example. */
    counterparty: text('counterparty').notNull(),
    counterpartyName: text('counterparty_name').notNull(),
    minutes: minutes('minutes').notNull(),
    content: text('content').notNull(),
    status: text('status', {
      enum: ['offered', 'accepted', 'held', 'posted', 'settled', 'declined', 'returned'],
    }).notNull(),
    code: text('code'),
    facts: jsonb('facts').$type<Record<string, string | number | boolean>>(),
    /** The transfer's URL in the journals, which the debtor's bank chose. */
    transfer: text('transfer'),
    ownRef: text('own_ref').notNull(),
    peerRef: text('peer_ref'),
    salt: text('salt'),
    detail: text('detail'),
    reverses: text('reverses'),
    holdId: text('hold_id'),
    /** The giver is not named to other members, where hours come to the community fund. */
    unnamed: boolean('unnamed').notNull().default(false),
    /** The last three: a gift inside the bank, and what it follows from. */
    purpose: text('purpose', { enum: ['gift', 'test', 'test_back', 'exchange', 'dispute', 'gathering', 'leaving'] })
      .notNull()
      .default('gift'),
    /** Of an exchange: which one, and which of its parts: the first promise is 1, whatever is added later counts on. */
    exchangeId: text('exchange_id'),
    part: integer('part'),
    createdAt: at('created_at').notNull().defaultNow(),
    updatedAt: at('updated_at').notNull().defaultNow(),
  },
  (t) => [
    primaryKey({ columns: [t.bankId, t.id] }),
    unique('transfer_url').on(t.bankId, t.url),
    unique('transfer_transfer').on(t.bankId, t.transfer),
    index('transfer_by_member').on(t.bankId, t.memberId, t.id),
    index('transfer_by_receiver').on(t.bankId, t.counterparty, t.id).where(sql`${t.direction} = 'local'`),
    index('transfer_asked_here')
      .on(t.bankId, t.counterparty, t.id)
      .where(sql`${t.direction} = 'local' and ${t.status} = 'offered'`),
    index('transfer_unmoved').on(t.bankId, t.memberId, t.id).where(unmoved),
    unique('transfer_part').on(t.bankId, t.exchangeId, t.part),
    index('transfer_by_detail').on(t.bankId, t.detail).where(sql`${t.direction} = 'in'`),
    index('transfer_unheld').on(t.bankId, t.pairId).where(sql`${t.status} in ('offered', 'accepted')`),
  ],
);

/** Exchange messages: those that we sent until they are answered, and those that we have applied. */
export const exchangeMessage = pgTable(
  'exchange_message',
  {
    bankId: text('bank_id').notNull(),
    pairId: text('pair_id').notNull(),
    /** The message's URL. */
    id: text('id').notNull(),
    direction: text('direction', { enum: ['out', 'in'] }).notNull(),
    exchangeId: text('exchange_id').notNull(),
    hash: text('hash').notNull(),
    document: text('document').notNull(),
    pending: boolean('pending').notNull(),
    /** The answer that was given to an incoming message, to give it again. */
    answer: text('answer'),
    at: at('at').notNull().defaultNow(),
  },
  (t) => [
    primaryKey({ columns: [t.bankId, t.pairId, t.id] }),
    index('exchange_message_of_exchange').on(t.bankId, t.pairId, t.exchangeId),
    index('exchange_message_pending').on(t.bankId, t.pairId, t.at).where(sql`${t.pending}`),
  ],
);
