/** The market: what members offer and need, here and in partner towns. */
import { sql } from 'drizzle-orm';
import {
  bigint,
  boolean,
  customType,
  index,
  integer,
  pgTable,
  primaryKey,
  smallint,
  text,
  uniqueIndex,
} from 'drizzle-orm/pg-core';
import { bank } from './bank.ts';
import { at } from './columns.ts';

/**
 * The words by which something is found; written with `array_to_tsvector`, so that no parser of the database counts.
 */
const lexemes = customType<{ data: string }>({ dataType: () => 'tsvector' });

/** Text in the order of its bytes, so that the words that begin alike stand together in the key. */
const byBytes = customType<{ data: string }>({ dataType: () => 'text collate "C"' });

/** Whatever bytes. */
const bytes = customType<{ data: Uint8Array }>({ dataType: () => 'bytea', toDriver: (value) => Buffer.from(value) });

/** What an offer says, wherever it comes from. */
const said = {
  kind: text('kind', { enum: ['offer', 'need'] }).notNull(),
  title: text('title').notNull(),
  text: text('text').notNull(),
  /** BCP 47. */
  language: text('language').notNull(),
  category: text('category').notNull(),
  place: text('place').notNull(),
  /** Hundredths of a degree, which is about a kilometre; both or neither. */
  latitude: smallint('latitude'),
  longitude: smallint('longitude'),
  when: text('when_words').notNull(),
  /** `null`: per session, as long as both agree on. */
  minutes: integer('minutes'),
  /** Places in a class, tickets or seats; `null` when it is for one at a time. */
  seats: integer('seats'),
  seatsTaken: integer('seats_taken').notNull().default(0),
  expiresAt: at('expires_at').notNull(),
  words: lexemes('words').notNull(),
};

/** What a member offers or needs. The id names it for ever; `change` is another one whenever anything of it changed. */
export const offer = pgTable(
  'offer',
  {
    bankId: text('bank_id')
      .notNull()
      .references(() => bank.id),
    id: text('id').notNull(),
    memberId: text('member_id').notNull(),
    ...said,
    /** Of the place's name, as in {@link place}; empty without one. */
    placeKey: text('place_key').notNull().default(''),
    /** Its own picture, if it has one, and what is to be seen in it, for whoever does not see it. */
    pictureId: text('picture_id'),
    pictureText: text('picture_text').notNull().default(''),
    visibility: text('visibility', { enum: ['bank', 'partners', 'public'] }).notNull(),
    status: text('status', { enum: ['open', 'paused', 'ended'] })
      .notNull()
      .default('open'),
    /** Whether it can be found: open, not expired, and its member is active. */
    listed: boolean('listed').notNull().default(true),
    /** Its place in the order of changes, by which partners ask for news. */
    change: bigint('change', { mode: 'number' }).notNull(),
    /** Whether partners were ever told of it, so that they must be told when it goes. */
    shared: boolean('shared').notNull().default(false),
    /** How many times it was posted to the fediverse, and whether it stands there now. */
    posts: integer('posts').notNull().default(0),
    posted: boolean('posted').notNull().default(false),
    /** When its member was told that it ends soon. */
    remindedAt: at('reminded_at'),
    createdAt: at('created_at').notNull().defaultNow(),
    updatedAt: at('updated_at').notNull().defaultNow(),
  },
  (t) => [
    primaryKey({ columns: [t.bankId, t.id] }),
    index('offer_by_member').on(t.bankId, t.memberId, t.id),
    index('offer_newest').on(t.bankId, t.id).where(sql`${t.listed}`),
    index('offer_newest_public').on(t.bankId, t.kind, t.id).where(sql`${t.listed} and ${t.visibility} = 'public'`),
    index('offer_by_kind').on(t.bankId, t.kind, t.id).where(sql`${t.listed}`),
    index('offer_by_category').on(t.bankId, t.kind, t.category, t.id).where(sql`${t.listed}`),
    index('offer_by_words').using('gin', t.words).where(sql`${t.listed}`),
    index('offer_by_point').on(t.bankId, t.latitude, t.longitude, t.id).where(sql`${t.listed}`),
    index('offer_by_place').on(t.bankId, t.placeKey).where(sql`${t.placeKey} <> '' and ${t.status} <> 'ended'`),
    index('offer_by_change').on(t.bankId, t.change).where(sql`${t.shared}`),
    index('offer_by_end').on(t.bankId, t.expiresAt).where(sql`${t.listed}`),
  ],
);

/** A picture as it is shown: WebP without anything else. Until an offer has it, only its member sees it, for a day. */
export const picture = pgTable(
  'picture',
  {
    bankId: text('bank_id')
      .notNull()
      .references(() => bank.id),
    /** In its address; nobody guesses it. */
    id: text('id').notNull(),
    memberId: text('member_id').notNull(),
    /** `null` while the form of the offer is not finished. */
    offerId: text('offer_id'),
    bytes: bytes('bytes').notNull(),
    /** Pixels. */
    width: smallint('width').notNull(),
    height: smallint('height').notNull(),
    /** The same as a square of 320 pixels. */
    small: bytes('small').notNull(),
    createdAt: at('created_at').notNull().defaultNow(),
  },
  (t) => [
    primaryKey({ columns: [t.bankId, t.id] }),
    uniqueIndex('picture_by_offer').on(t.bankId, t.offerId),
    index('picture_by_member').on(t.bankId, t.memberId),
    index('picture_unused').on(t.createdAt).where(sql`${t.offerId} is null`),
  ],
);

/**
 * The number of the last change of a bank's offers. The row is locked by whoever changes one, so numbers commit in
 * order.
 */
export const offerChanges = pgTable('offer_changes', {
  bankId: text('bank_id')
    .primaryKey()
    .references(() => bank.id),
  last: bigint('last', { mode: 'number' }).notNull(),
});

/** Every word by which something can be found at a bank, so that a mistyped one leads to its neighbours. */
export const offerWord = pgTable(
  'offer_word',
  {
    bankId: text('bank_id').notNull(),
    word: byBytes('word').notNull(),
    /** About how many offers it was written in. */
    uses: integer('uses').notNull(),
  },
  // `offer_word_alike` in `migrations/0001_guards.sql` finds the words that look alike.
  (t) => [primaryKey({ columns: [t.bankId, t.word] })],
);

/** What the desk says about the town's places, by their names in small letters without accents. */
export const place = pgTable(
  'place',
  {
    bankId: text('bank_id')
      .notNull()
      .references(() => bank.id),
    key: text('key').notNull(),
    /** As the desk writes it. */
    name: text('name').notNull(),
    /** Hundredths of a degree, both; neither: it is on no map, such as "by telephone". */
    latitude: smallint('latitude'),
    longitude: smallint('longitude'),
  },
  (t) => [primaryKey({ columns: [t.bankId, t.key] })],
);

/** What members of a partner offer and need, as that bank has signed it to us. */
export const peerOffer = pgTable(
  'peer_offer',
  {
    bankId: text('bank_id').notNull(),
    pairId: text('pair_id').notNull(),
    /** Our own name for it, in addresses. */
    id: text('id').notNull(),
    /** The address that its bank gave it. */
    url: text('url').notNull(),
    ...said,
    /** The member's address as an actor, and name. */
    by: text('by').notNull(),
    byName: text('by_name').notNull(),
    /** The reading in which it was last seen; see {@link peerOffers}. */
    round: integer('round').notNull(),
    publishedAt: at('published_at').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.bankId, t.pairId, t.url] }),
    index('peer_offer_by_id').on(t.bankId, t.id),
    index('peer_offer_newest').on(t.bankId, t.pairId, t.id),
    index('peer_offer_by_kind').on(t.bankId, t.pairId, t.kind, t.id),
    index('peer_offer_by_category').on(t.bankId, t.pairId, t.kind, t.category, t.id),
    index('peer_offer_by_words').using('gin', t.words),
    index('peer_offer_by_point').on(t.bankId, t.pairId, t.latitude, t.longitude, t.id),
    index('peer_offer_by_round').on(t.bankId, t.pairId, t.round),
  ],
);

/** How far we have read the offers of a partner. */
export const peerOffers = pgTable(
  'peer_offers',
  {
    bankId: text('bank_id').notNull(),
    pairId: text('pair_id').notNull(),
    /** The last change that we have. */
    after: bigint('after', { mode: 'number' }).notNull().default(0),
    /** Names the life of the partner's database. In another one all is read anew, and what is not there goes. */
    life: text('life').notNull().default(''),
    round: integer('round').notNull().default(0),
    /** Of several processes, none asks again before this. */
    nextAt: at('next_at').notNull().defaultNow(),
    readAt: at('read_at'),
  },
  (t) => [primaryKey({ columns: [t.bankId, t.pairId] })],
);
