/** Agreements with other banks: pairs, both journals, what became of them. */
import type { KeyChange, KeySchedule, Opening } from '@evenhour/protocol';
import { sql } from 'drizzle-orm';
import {
  bigint,
  boolean,
  index,
  integer,
  jsonb,
  pgTable,
  pgView,
  primaryKey,
  smallint,
  text,
  unique,
  uniqueIndex,
} from 'drizzle-orm/pg-core';
import { bank } from './bank.ts';
import { at, minutes } from './columns.ts';

/** A link that invites another bank to an agreement. The token is kept as a hash only. */
export const invitation = pgTable(
  'invitation',
  {
    bankId: text('bank_id')
      .notNull()
      .references(() => bank.id),
    id: text('id').notNull(),
    tokenHash: text('token_hash').notNull(),
    grantsMinutes: minutes('grants_minutes').notNull(),
    bridgeBuilder: text('bridge_builder').notNull(),
    words: jsonb('words').$type<string[]>().notNull(),
    public: boolean('public').notNull(),
    /** A successor carries over what a closed pair left: its id, and who owes what. */
    predecessor: text('predecessor'),
    opening: jsonb('opening').$type<Opening>(),
    status: text('status', { enum: ['open', 'used', 'withdrawn'] })
      .notNull()
      .default('open'),
    expiresAt: at('expires_at').notNull(),
    createdAt: at('created_at').notNull().defaultNow(),
  },
  (t) => [primaryKey({ columns: [t.bankId, t.id] }), unique('invitation_token').on(t.bankId, t.tokenHash)],
);

/** An honour agreement and the state of its pair. */
export const pair = pgTable(
  'pair',
  {
    bankId: text('bank_id')
      .notNull()
      .references(() => bank.id),
    /** `urn:evenhour:pair:…` */
    id: text('id').notNull(),
    /** A short id for addresses on our own site. */
    agreementId: text('agreement_id').notNull(),
    peerBank: text('peer_bank').notNull(),
    peerOrigin: text('peer_origin').notNull(),
    peerName: text('peer_name').notNull(),
    me: smallint('me').notNull(),
    core: jsonb('core').$type<unknown>().notNull(),
    genesis: text('genesis').notNull(),
    /** Both yeses, as they were signed. */
    offer: text('offer'),
    accept: text('accept'),
    status: text('status').notNull(),
    invitationId: text('invitation_id'),
    /** The specification's table of modes says what each one allows. */
    mode: text('mode', { enum: ['waiting', 'recovering', 'open', 'halted', 'closed'] })
      .notNull()
      .default('waiting'),
    /**
     * Whether we doubted ourselves since an entry of the partner was last appended: it named one that we do not know.
     */
    doubted: boolean('doubted').notNull().default(false),
    haltedBecause: text('halted_because'),
    /** Heads, acks, both views and a statement that differs, as the core keeps them. */
    state: jsonb('state').$type<unknown>().notNull(),
    /** Another one whenever the fold was stored, so that who remembers it knows whether it still stands. */
    version: text('version').notNull().default(''),
    /** Own figures at the present: guarded, they may rise only within the limit. */
    debtMinutes: minutes('debt_minutes').notNull().default(0),
    openMinutes: minutes('open_minutes').notNull().default(0),
    limitMinutes: minutes('limit_minutes').notNull().default(0),
    mySession: text('my_session').notNull().default(''),
    peerSession: text('peer_session').notNull().default(''),
    /** The last of my entries that the partner has said it applied. */
    deliveredSeq: bigint('delivered_seq', { mode: 'number' }).notNull().default(0),
    /**
     * Sending goes on after this one. A partner that greets may have lost what it had taken, so this goes back then.
     */
    sendAfterSeq: bigint('send_after_seq', { mode: 'number' }).notNull().default(0),
    /** The partner's latest statement and whether our figures agreed with it. */
    statement: jsonb('statement').$type<unknown>(),
    statementAgrees: boolean('statement_agrees'),
    /** What our own figures said at the place of that statement. */
    statementWeSayMinutes: minutes('statement_we_say_minutes'),
    statementAt: at('statement_at'),
    /** The `seq` of both heads, added up, at our last statement. */
    statedSeqs: bigint('stated_seqs', { mode: 'number' }).notNull().default(0),
    testedAt: at('tested_at'),
    mirrorId: text('mirror_id').notNull(),
    attempts: integer('attempts').notNull().default(0),
    nextAttemptAt: at('next_attempt_at').notNull().defaultNow(),
    lastError: text('last_error'),
    /** Changes of our key that this pair's journal does not hold yet, oldest first: it was not open. */
    keyChanges: jsonb('key_changes').$type<KeyChange[]>().notNull().default([]),
    /**
     * The key of the partner's last request or answer, of those that its journal has named; `null` for the agreement's.
     */
    peerKey: text('peer_key'),
    /** A key of ours that the partner was seen to know while our journal here did not name it, as after a restore. */
    ownKey: text('own_key'),
    /** The partner's keys as it presented them when we did not know the pair, or not its newest key. */
    presented: jsonb('presented').$type<KeySchedule>(),
    /** A signed yes or no about the agreement that the partner has not taken yet. */
    honourPending: text('honour_pending'),
    /** Of several processes of this node, the one that sends for this pair, and until when. */
    senderId: text('sender_id'),
    senderUntil: at('sender_until'),
    lastSeenAt: at('last_seen_at'),
    createdAt: at('created_at').notNull().defaultNow(),
  },
  (t) => [
    primaryKey({ columns: [t.bankId, t.id] }),
    unique('pair_agreement').on(t.bankId, t.agreementId),
    uniqueIndex('pair_one_a_partner')
      .on(t.bankId, t.peerBank)
      .where(sql`${t.status} not in ('closed', 'declined', 'withdrawn')`),
  ],
);

/**
 * The end of a pair: the Close of each bank as it was signed, one at least, and what became of what stood between them.
 */
export const pairEnd = pgTable(
  'pair_end',
  {
    bankId: text('bank_id').notNull(),
    pairId: text('pair_id').notNull(),
    own: text('own'),
    theirs: text('theirs'),
    /** Why, in our operator's words; members read it. Empty when the partner ended it. */
    because: text('because').notNull(),
    at: at('at').notNull().defaultNow(),
    /** What was settled, once it is. */
    settlement: jsonb('settlement').$type<EndedPosition>(),
    settledAt: at('settled_at'),
  },
  (t) => [primaryKey({ columns: [t.bankId, t.pairId] })],
);

/** What the end of a pair came to. Minutes. */
export interface EndedPosition {
  /** How much of each journal, by party, the position counts. */
  readonly cut: readonly [number, number];
  /** What we owe the partner at that cut; negative when it owes us. */
  readonly owesMinutes: number;
  /** What a successor may carry over; `null` when nobody owes anything. */
  readonly opening: Opening | null;
  readonly releasedMinutes: number;
  readonly refundedMinutes: number;
  readonly lossMinutes: number;
  /** True when the partner could not be asked what it holds. */
  readonly alone: boolean;
}

/** Both journals of each pair, exactly as signed. Rows are only ever inserted. Read {@link standingEntry}. */
export const journalEntry = pgTable(
  'journal_entry',
  {
    bankId: text('bank_id').notNull(),
    pairId: text('pair_id').notNull(),
    author: smallint('author').notNull(),
    epoch: bigint('epoch', { mode: 'number' }).notNull(),
    seq: bigint('seq', { mode: 'number' }).notNull(),
    hash: text('hash').notNull(),
    kind: text('kind').notNull(),
    transfer: text('transfer'),
    minutes: minutes('minutes'),
    /** `null` when the entry has effect, else the rule that it broke. */
    breach: text('breach'),
    change: jsonb('change').$type<unknown>(),
    ackSeq: bigint('ack_seq', { mode: 'number' }).notNull(),
    document: text('document').notNull(),
    at: at('at').notNull().defaultNow(),
  },
  (t) => [
    // By seq first: it is never used again in a later epoch, and a journal is read in its order.
    primaryKey({ columns: [t.bankId, t.pairId, t.author, t.seq, t.epoch] }),
    index('journal_by_transfer').on(t.bankId, t.pairId, t.transfer),
    index('journal_amends').on(t.bankId, t.pairId, t.author, t.seq).where(sql`${t.kind} = 'Amend'`),
  ],
);

/** Entries of a life that was given up in a restore: a recovery found that the partner goes on from others. */
export const droppedEntry = pgTable(
  'dropped_entry',
  {
    bankId: text('bank_id').notNull(),
    pairId: text('pair_id').notNull(),
    author: smallint('author').notNull(),
    epoch: bigint('epoch', { mode: 'number' }).notNull(),
    seq: bigint('seq', { mode: 'number' }).notNull(),
    at: at('at').notNull().defaultNow(),
  },
  (t) => [primaryKey({ columns: [t.bankId, t.pairId, t.author, t.seq, t.epoch] })],
);

/** Both journals as they stand: what is folded, sent and shown. */
export const standingEntry = pgView('standing_entry').as((query) =>
  query
    .select()
    .from(journalEntry)
    .where(
      sql`not exists (select 1 from ${droppedEntry} d where d.bank_id = ${journalEntry.bankId} and d.pair_id = ${journalEntry.pairId}
        and d.author = ${journalEntry.author} and d.seq = ${journalEntry.seq} and d.epoch = ${journalEntry.epoch})`,
    ),
);

/** What the journals say of each transfer: a projection of {@link standingEntry}. */
export const pairTransfer = pgTable(
  'pair_transfer',
  {
    bankId: text('bank_id').notNull(),
    pairId: text('pair_id').notNull(),
    debtor: smallint('debtor').notNull(),
    id: text('id').notNull(),
    state: jsonb('state').$type<unknown>().notNull(),
    /** Open or posted and not receipted; what the live page lists as on its way. */
    underway: boolean('underway').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.bankId, t.pairId, t.debtor, t.id] }),
    index('pair_transfer_underway').on(t.bankId, t.pairId).where(sql`${t.underway}`),
  ],
);

/** What was refused for a reason that somebody has to look at. Rows are only ever inserted. */
export const evidence = pgTable(
  'evidence',
  {
    bankId: text('bank_id').notNull(),
    id: text('id').notNull(),
    pairId: text('pair_id').notNull(),
    code: text('code').notNull(),
    document: text('document').notNull(),
    at: at('at').notNull().defaultNow(),
  },
  (t) => [primaryKey({ columns: [t.bankId, t.id] })],
);
