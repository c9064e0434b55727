/**
 * The tables of a node. One schema for PGlite and for PostgreSQL.
 *
 * Promises: every table that belongs to a bank has the bank first in its key, so no query can
 * forget it and a node can be split by bank later. What must never change (postings, journal
 * entries, evidence) is guarded by triggers in `migrations/`, as are floors, ceilings and limits.
 * Minutes are whole numbers in `bigint` columns.
 *
 * @module
 */
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
  timestamp,
  unique,
  uniqueIndex,
} from 'drizzle-orm/pg-core';

const minutes = (name: string) => bigint(name, { mode: 'number' });
const at = (name: string) => timestamp(name, { withTimezone: true, mode: 'date' });

/** A bank that this node hosts. The origin is the one by which it is known; it never changes. */
export const bank = pgTable('bank', {
  id: text('id').primaryKey(),
  origin: text('origin').notNull().unique(),
  host: text('host').notNull().unique(),
  name: text('name').notNull(),
  theme: text('theme').notNull(),
  phone: text('phone').notNull(),
  bridgeBuilder: text('bridge_builder').notNull(),
  language: text('language').notNull(),
  timeZone: text('time_zone').notNull(),
  /** What a new member may be short of, as a negative floor, and have in hand at most. */
  floorMinutes: minutes('floor_minutes').notNull(),
  ceilingMinutes: minutes('ceiling_minutes'),
  transferCapMinutes: minutes('transfer_cap_minutes').notNull(),
  memberCapMinutes: minutes('member_cap_minutes').notNull(),
  /** After so many days without a signed word of a partner, new hours to it wait. */
  silentDays: integer('silent_days').notNull().default(30),
  /** Returned by this bank's public origin, to notice a copied database. */
  presence: text('presence').notNull().default(''),
  createdAt: at('created_at').notNull().defaultNow(),
});

/**
 * Signing keys, old ones too. `id` is the name that they are found by and stays when the key changes. `sealed`
 * is the private key, encrypted under a secret that is not in the database; of a recovery key it is empty.
 */
export const bankKey = pgTable(
  'bank_key',
  {
    bankId: text('bank_id')
      .notNull()
      .references(() => bank.id),
    id: text('id').notNull(),
    purpose: text('purpose', { enum: ['ed25519', 'rsa', 'recovery'] }).notNull(),
    /** Multikey for Ed25519, JWK as JSON for RSA. */
    publicKey: text('public_key').notNull(),
    sealed: text('sealed').notNull(),
    createdAt: at('created_at').notNull().defaultNow(),
  },
  (t) => [primaryKey({ columns: [t.bankId, t.publicKey] })],
);

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
    status: text('status', { enum: ['active', 'suspended', 'moved'] })
      .notNull()
      .default('active'),
    /** What people come to this member for, in their own words. */
    about: text('about').notNull().default(''),
    accountId: text('account_id').notNull(),
    createdAt: at('created_at').notNull().defaultNow(),
  },
  (t) => [primaryKey({ columns: [t.bankId, t.id] }), unique('member_handle').on(t.bankId, t.handle)],
);

/**
 * An account. `balance` is what came in less what went out; `held` is promised and not yet gone.
 * Both are changed by the posting trigger only.
 */
export const account = pgTable(
  'account',
  {
    bankId: text('bank_id')
      .notNull()
      .references(() => bank.id),
    id: text('id').notNull(),
    kind: text('kind', { enum: ['member', 'fund', 'mirror', 'unclaimed', 'loss'] }).notNull(),
    balance: minutes('balance').notNull().default(0),
    held: minutes('held').notNull().default(0),
    floor: minutes('floor'),
    ceiling: minutes('ceiling'),
  },
  (t) => [primaryKey({ columns: [t.bankId, t.id] })],
);

/**
 * The ledger. One row moves (`direct`), promises (`hold`), keeps a promise (`post`) or gives it up
 * (`void`). Rows are only ever inserted.
 */
export const posting = pgTable(
  'posting',
  {
    bankId: text('bank_id').notNull(),
    id: text('id').notNull(),
    kind: text('kind', { enum: ['direct', 'hold', 'post', 'void'] }).notNull(),
    debit: text('debit').notNull(),
    credit: text('credit').notNull(),
    minutes: minutes('minutes').notNull(),
    /** For `post` and `void`: the hold that ends, and how much it had promised. */
    holdId: text('hold_id'),
    heldMinutes: minutes('held_minutes'),
    /** What caused it: an exchange's id, or the hash of a journal entry. With the kind, never twice. */
    cause: text('cause').notNull(),
    exchangeId: text('exchange_id'),
    at: at('at').notNull().defaultNow(),
  },
  (t) => [
    primaryKey({ columns: [t.bankId, t.id] }),
    unique('posting_once').on(t.bankId, t.cause, t.kind),
    uniqueIndex('posting_hold_ends_once').on(t.bankId, t.holdId).where(sql`${t.holdId} is not null`),
    index('posting_by_debit').on(t.bankId, t.debit, t.id),
    index('posting_by_credit').on(t.bankId, t.credit, t.id),
  ],
);

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
    /** Whether we doubted ourselves since an entry of the partner was last appended: it named one that we do not know. */
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
    /** Sending goes on after this one. A partner that greets may have lost what it had taken, so this goes back then. */
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
    /** The key of the partner's last request or answer, of those that its journal has named; `null` for the agreement's. */
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

/** The end of a pair: the Close of each bank as it was signed, one at least, and what became of what stood between them. */
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

/** A gift between two members, as people see it. Words stay here and never enter a journal. */
export const exchange = pgTable(
  'exchange',
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
    purpose: text('purpose', { enum: ['gift', 'test', 'test_back'] })
      .notNull()
      .default('gift'),
    createdAt: at('created_at').notNull().defaultNow(),
    updatedAt: at('updated_at').notNull().defaultNow(),
  },
  (t) => [
    primaryKey({ columns: [t.bankId, t.id] }),
    unique('exchange_url').on(t.bankId, t.url),
    unique('exchange_transfer').on(t.bankId, t.transfer),
    index('exchange_by_member').on(t.bankId, t.memberId, t.id),
    index('exchange_by_detail').on(t.bankId, t.detail).where(sql`${t.direction} = 'in'`),
    index('exchange_unheld').on(t.bankId, t.pairId).where(sql`${t.status} in ('offered', 'accepted')`),
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
    index('exchange_message_answers').on(t.bankId, t.pairId, t.exchangeId).where(sql`${t.direction} = 'out'`),
    index('exchange_message_pending').on(t.bankId, t.pairId, t.at).where(sql`${t.pending}`),
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

/** Nonces of requests that were accepted, for as long as their signature's window is open. */
export const requestNonce = pgTable(
  'request_nonce',
  {
    bankId: text('bank_id').notNull(),
    nonce: text('nonce').notNull(),
    expiresAt: at('expires_at').notNull(),
  },
  (t) => [primaryKey({ columns: [t.bankId, t.nonce] })],
);

/** Answers already given, by Idempotency-Key. */
export const idempotency = pgTable(
  'idempotency',
  {
    bankId: text('bank_id').notNull(),
    key: text('key').notNull(),
    digest: text('digest').notNull(),
    status: integer('status'),
    body: text('body'),
    at: at('at').notNull().defaultNow(),
  },
  (t) => [primaryKey({ columns: [t.bankId, t.key] })],
);

/** Fedify's key-value store. Nothing that counts is kept here. */
export const kv = pgTable(
  'kv',
  {
    bankId: text('bank_id').notNull(),
    key: text('key').notNull(),
    value: jsonb('value').$type<unknown>().notNull(),
    expiresAt: at('expires_at'),
  },
  (t) => [primaryKey({ columns: [t.bankId, t.key] })],
);
