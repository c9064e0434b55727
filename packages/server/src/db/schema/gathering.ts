/** Gatherings: a date with seats and a host, and a rule about hours. */
import { sql } from 'drizzle-orm';
import { boolean, index, integer, pgTable, primaryKey, smallint, text, uniqueIndex } from 'drizzle-orm/pg-core';
import { bank } from './bank.ts';
import { at, minutes } from './columns.ts';

export const gathering = pgTable(
  'gathering',
  {
    bankId: text('bank_id')
      .notNull()
      .references(() => bank.id),
    id: text('id').notNull(),
    /** A member; empty: the desk, for the town. */
    hostId: text('host_id').notNull(),
    kind: text('kind', { enum: ['meeting', 'class', 'choir', 'shift'] }).notNull(),
    title: text('title').notNull(),
    text: text('text').notNull(),
    /** BCP 47. */
    language: text('language').notNull(),
    place: text('place').notNull(),
    /** Of the place's name, as in the table `place`; empty without one. */
    placeKey: text('place_key').notNull().default(''),
    /** Hundredths of a degree, which is about a kilometre; both or neither. */
    latitude: smallint('latitude'),
    longitude: smallint('longitude'),
    startsAt: at('starts_at').notNull(),
    endsAt: at('ends_at').notNull(),
    seats: integer('seats').notNull(),
    /** Of the seats. Written under the lock of this row only. */
    taken: integer('taken').notNull().default(0),
    /**
     * `guests_give`: each guest gives the host so many minutes. `guests_receive`: each receives them from the payer.
     */
    rule: text('rule', { enum: ['none', 'guests_give', 'guests_receive'] }).notNull(),
    minutes: minutes('minutes').notNull(),
    /** With `guests_receive`: the organisation or the fund. */
    payerId: text('payer_id'),
    visibility: text('visibility', { enum: ['bank', 'partners', 'public'] }).notNull(),
    /** That it is full, or over, follows from the seats and the time. */
    status: text('status', { enum: ['open', 'credited', 'cancelled'] })
      .notNull()
      .default('open'),
    /** The offer or need by which partners find it. */
    offerId: text('offer_id'),
    /** How often it was changed, as calendars count. */
    sequence: integer('sequence').notNull().default(0),
    createdAt: at('created_at').notNull().defaultNow(),
    updatedAt: at('updated_at').notNull().defaultNow(),
  },
  (t) => [
    primaryKey({ columns: [t.bankId, t.id] }),
    index('gathering_to_come').on(t.bankId, t.endsAt, t.id).where(sql`${t.status} = 'open'`),
    index('gathering_by_place').on(t.bankId, t.placeKey).where(sql`${t.placeKey} <> '' and ${t.status} = 'open'`),
    index('gathering_of_host').on(t.bankId, t.hostId, t.startsAt),
    uniqueIndex('gathering_of_offer').on(t.bankId, t.offerId).where(sql`${t.offerId} is not null`),
  ],
);

export const gatheringGuest = pgTable(
  'gathering_guest',
  {
    bankId: text('bank_id')
      .notNull()
      .references(() => bank.id),
    /** In the order in which they came, which is that of the waiting list. */
    id: text('id').notNull(),
    gatheringId: text('gathering_id').notNull(),
    /** `null` for somebody elsewhere, and for a name that the host wrote down. */
    memberId: text('member_id'),
    name: text('name').notNull(),
    /** Of a member of a partner, such as `rosa@gracia.example`; empty otherwise. */
    address: text('address').notNull(),
    /** `walk_in`: came without a seat. */
    status: text('status', { enum: ['coming', 'waiting', 'walk_in', 'withdrawn'] }).notNull(),
    /** Whether they put themselves down, so that the rule was in front of them. */
    ownAct: boolean('own_act').notNull(),
    /** Whether they are shown by name to the others. */
    shown: boolean('shown').notNull().default(false),
    presentAt: at('present_at'),
    /** `own`: they signed in themselves. */
    presentBy: text('present_by', { enum: ['own', 'host', 'desk'] }),
    /** What is written down for them; `null` until it is. */
    minutes: minutes('minutes'),
    /**
     * `due`: to be moved. `done`: the exchange or the transfer says the rest. `refused`: tried again, `code` says why
     * not.
     */
    outcome: text('outcome', { enum: ['due', 'done', 'refused'] }),
    code: text('code'),
    /** Whether a place of the offer was taken for them, beside those that exchanges take. */
    offerSeat: boolean('offer_seat').notNull().default(false),
    exchangeId: text('exchange_id'),
    transferId: text('transfer_id'),
    createdAt: at('created_at').notNull().defaultNow(),
  },
  (t) => [
    primaryKey({ columns: [t.bankId, t.id] }),
    index('guest_of_gathering').on(t.bankId, t.gatheringId, t.id),
    uniqueIndex('guest_once').on(t.bankId, t.gatheringId, t.memberId).where(sql`${t.memberId} is not null`),
    uniqueIndex('guest_of_exchange').on(t.bankId, t.exchangeId).where(sql`${t.exchangeId} is not null`),
    index('gatherings_of_guest').on(t.bankId, t.memberId, t.id).where(sql`${t.memberId} is not null`),
  ],
);

/** How often a member has made the secret address of their calendar anew. */
export const gatheringCalendar = pgTable(
  'gathering_calendar',
  {
    bankId: text('bank_id')
      .notNull()
      .references(() => bank.id),
    memberId: text('member_id').notNull(),
    renewed: integer('renewed').notNull().default(0),
  },
  (t) => [primaryKey({ columns: [t.bankId, t.memberId] })],
);
