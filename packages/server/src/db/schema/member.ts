/** Members, and the tokens by which programs act for them. */
import { sql } from 'drizzle-orm';
import { boolean, index, pgTable, primaryKey, smallint, text, unique } from 'drizzle-orm/pg-core';
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
    /** `left`: everything about them was taken away, and the row keeps their handle. */
    status: text('status', { enum: ['active', 'suspended', 'moved', 'left'] })
      .notNull()
      .default('active'),
    /** What people come to this member for, in their own words. */
    about: text('about').notNull().default(''),
    /** The name in small letters without marks, by which members are put in order and found. */
    nameKey: text('name_key').notNull().default(''),
    /** Languages spoken, in the member's own words, such as `Arabic, some English`. */
    speaks: text('speaks').notNull().default(''),
    /** How far they go, such as `on foot` or `20 minutes by bus`. */
    howFar: text('how_far').notNull().default(''),
    /** When people may come. */
    whenFree: text('when_free').notNull().default(''),
    place: text('place').notNull().default(''),
    /** Of the place's name, as in the table `place`; empty without one. */
    placeKey: text('place_key').notNull().default(''),
    /** Hundredths of a degree, which is about a kilometre; both or neither. */
    latitude: smallint('latitude'),
    longitude: smallint('longitude'),
    /** Of a household or an organisation: whom to ask for, and its own page. */
    askFor: text('ask_for').notNull().default(''),
    website: text('website').notNull().default(''),
    /** How to be reached. Never for another bank; for other members when `reachShown` says so. */
    email: text('email').notNull().default(''),
    phone: text('phone').notNull().default(''),
    reach: text('reach').notNull().default(''),
    reachShown: boolean('reach_shown').notNull().default(false),
    /** Of the pages and mails, as `es`; empty: the bank's. */
    language: text('language').notNull().default(''),
    /** Gifts wait for this member's yes. */
    asksGifts: boolean('asks_gifts').notNull().default(false),
    accountId: text('account_id').notNull(),
    createdAt: at('created_at').notNull().defaultNow(),
  },
  (t) => [
    primaryKey({ columns: [t.bankId, t.id] }),
    unique('member_handle').on(t.bankId, t.handle),
    index('member_by_name').on(t.bankId, t.nameKey, t.id),
    index('member_by_place').on(t.bankId, t.placeKey).where(sql`${t.placeKey} <> ''`),
    index('member_words').using('gin', sql`to_tsvector('simple', ${t.nameKey})`),
  ],
);
