/** What two members do: asked, agreed, done, recorded, confirmed. */
import type { Act, ExchangeState } from '@evenhour/protocol';
import { sql } from 'drizzle-orm';
import { boolean, index, integer, jsonb, pgTable, primaryKey, text, unique, uniqueIndex } from 'drizzle-orm/pg-core';
import { bank } from './bank.ts';
import { at, minutes } from './columns.ts';

const SIDES = ['giver', 'receiver'] as const;

/** What still wants something of somebody. */
export const stillOpen = sql`(reserved <> 'over' and (status in ('proposed', 'agreed', 'claimed', 'disputed') or (status = 'confirmed' and reserved <> 'settled')))`;

/** An exchange between two members here, or between one here and one at a partner: then `pairId` names the pair. */
export const exchange = pgTable(
  'exchange',
  {
    bankId: text('bank_id')
      .notNull()
      .references(() => bank.id),
    id: text('id').notNull(),
    /** Its own URL, at the bank that began it. */
    url: text('url').notNull(),
    pairId: text('pair_id'),
    /** Whose log is written here. */
    ownSide: text('own_side', { enum: [...SIDES, 'both'] }).notNull(),
    /** Members here; empty for one at a partner. */
    giverId: text('giver_id'),
    receiverId: text('receiver_id'),
    giverName: text('giver_name').notNull(),
    receiverName: text('receiver_name').notNull(),
    /** As an actor, or as `acct:rosa@town.example` until the partner has said which. */
    giverAddress: text('giver_address').notNull(),
    receiverAddress: text('receiver_address').notNull(),
    /** What it began from, if it did; the URL also when it is one of a partner. */
    offerId: text('offer_id'),
    offerUrl: text('offer_url'),
    title: text('title').notNull(),
    /**
     * Of an exchange across: the terms with their salt are what the Holds name, each bank's reference is all that its
     * journal says of a member.
     */
    salt: text('salt'),
    giverRef: text('giver_ref'),
    receiverRef: text('receiver_ref'),
    /** Of our steps, how many the partner has applied, and how many it had written when it said so. */
    heardApplied: integer('heard_applied').notNull().default(0),
    heardWritten: integer('heard_written').notNull().default(0),
    /** The fold of both logs. */
    state: jsonb('state').$type<ExchangeState>().notNull(),
    status: text('status', {
      enum: ['none', 'proposed', 'agreed', 'claimed', 'disputed', 'confirmed', 'declined', 'cancelled'],
    }).notNull(),
    /** Whose turn it is; of what is agreed, nobody's until it was to be done. */
    waitsFor: text('waits_for', { enum: [...SIDES, 'both'] }),
    /** As last said: proposed, agreed or recorded. */
    minutes: minutes('minutes').notNull(),
    startTime: at('start_time'),
    /** Of the receiver's hours: `asked` is on its way, `no` is tried again, `settled` has moved what was confirmed,
     * `over` says that the two banks have ended their agreement first: then nothing follows any more. */
    reserved: text('reserved', { enum: ['none', 'asked', 'yes', 'no', 'settled', 'over'] })
      .notNull()
      .default('none'),
    /** Why they could not be put aside, or not moved. */
    reservedCode: text('reserved_code'),
    /** The side here whose member said, when asking, that hours up to what is agreed need no further yes of theirs. */
    yesAhead: text('yes_ahead', { enum: SIDES }),
    /** What the fund gives its giver when both have said yes, as the desk settled a dispute. */
    fundMinutes: minutes('fund_minutes').notNull().default(0),
    /** Whether a place of the offer was taken for it. */
    seat: boolean('seat').notNull().default(false),
    createdAt: at('created_at').notNull().defaultNow(),
    updatedAt: at('updated_at').notNull().defaultNow(),
  },
  (t) => [
    primaryKey({ columns: [t.bankId, t.id] }),
    unique('exchange_url').on(t.bankId, t.url),
    index('exchange_of_giver').on(t.bankId, t.giverId, t.id),
    index('exchange_of_receiver').on(t.bankId, t.receiverId, t.id),
    index('exchange_open_of_giver').on(t.bankId, t.giverId, t.id).where(stillOpen),
    index('exchange_open_of_receiver').on(t.bankId, t.receiverId, t.id).where(stillOpen),
    index('exchange_disputed').on(t.bankId, t.id).where(sql`status = 'disputed'`),
    index('exchange_open_of_pair')
      .on(t.bankId, t.pairId, t.url)
      .where(sql`status in ('proposed', 'agreed', 'claimed', 'disputed')`),
    index('exchange_changed_of_pair').on(t.bankId, t.pairId, t.updatedAt).where(sql`pair_id is not null`),
    index('exchange_waits_for_hours').on(t.bankId, t.pairId, t.id).where(sql`reserved = 'no'`),
  ],
);

/** One step of one of the two logs. */
export const exchangeStep = pgTable(
  'exchange_step',
  {
    bankId: text('bank_id')
      .notNull()
      .references(() => bank.id),
    exchangeId: text('exchange_id').notNull(),
    side: text('side', { enum: SIDES }).notNull(),
    n: integer('n').notNull(),
    seen: integer('seen').notNull(),
    act: jsonb('act').$type<Act>().notNull(),
    /** The step as it was signed and its hash; empty in an exchange between two members here. */
    hash: text('hash'),
    document: text('document'),
    /** `bank`: written by a rule or by the partner's bank. */
    by: text('by', { enum: ['member', 'desk', 'bank'] }).notNull(),
    personId: text('person_id'),
    at: at('at').notNull().defaultNow(),
  },
  (t) => [primaryKey({ columns: [t.bankId, t.exchangeId, t.side, t.n] })],
);

/** What the two say to each other beside the steps. */
export const exchangeTalk = pgTable(
  'exchange_talk',
  {
    bankId: text('bank_id')
      .notNull()
      .references(() => bank.id),
    exchangeId: text('exchange_id').notNull(),
    id: text('id').notNull(),
    side: text('side', { enum: SIDES }).notNull(),
    /** `contact`: how to reach somebody, given by themselves. */
    kind: text('kind', { enum: ['talk', 'thanks', 'contact'] }).notNull(),
    text: text('text').notNull(),
    by: text('by', { enum: ['member', 'desk'] }).notNull(),
    /** Of thanks: whether whoever received it shows it to others. */
    shown: boolean('shown').notNull().default(false),
    /** Of thanks: who received it, if a member here. */
    toId: text('to_id'),
    at: at('at').notNull().defaultNow(),
  },
  (t) => [
    primaryKey({ columns: [t.bankId, t.exchangeId, t.id] }),
    index('exchange_thanks_of').on(t.bankId, t.toId, t.id).where(sql`kind = 'thanks'`),
    index('exchange_thanks_shown').on(t.bankId, t.toId, t.id).where(sql`kind = 'thanks' and shown`),
    uniqueIndex('exchange_thanks_once').on(t.bankId, t.exchangeId, t.side).where(sql`kind = 'thanks'`),
  ],
);
