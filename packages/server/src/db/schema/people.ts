/** People: who signs in, how, for whom they act, and how somebody new comes in. */
import { sql } from 'drizzle-orm';
import { boolean, index, integer, pgTable, primaryKey, text, unique } from 'drizzle-orm/pg-core';
import { bank } from './bank.ts';
import { at } from './columns.ts';

const bankId = () =>
  text('bank_id')
    .notNull()
    .references(() => bank.id);

/** Somebody who signs in at one bank. The address is one that they have shown to be theirs. */
export const person = pgTable(
  'person',
  {
    bankId: bankId(),
    id: text('id').notNull(),
    name: text('name').notNull(),
    email: text('email'),
    createdAt: at('created_at').notNull().defaultNow(),
  },
  (t) => [
    primaryKey({ columns: [t.bankId, t.id] }),
    unique('person_email').on(t.bankId, t.email),
    index('person_at_banks').on(t.email).where(sql`${t.email} is not null`),
  ],
);

/** For whom a person may act: a member, or the desk, whose `memberId` is empty. */
export const hat = pgTable(
  'hat',
  {
    bankId: bankId(),
    personId: text('person_id').notNull(),
    memberId: text('member_id').notNull(),
    role: text('role', { enum: ['acts', 'desk'] }).notNull(),
    /** Whether this person is written to about what the member, or the desk, is told. */
    mailed: boolean('mailed').notNull().default(true),
    createdAt: at('created_at').notNull().defaultNow(),
  },
  (t) => [primaryKey({ columns: [t.bankId, t.personId, t.memberId] }), index('hat_of_member').on(t.bankId, t.memberId)],
);

/** A hat for whoever shows that an address is theirs: somebody new, or a person without an address whose it then is. */
export const waitingHat = pgTable(
  'waiting_hat',
  {
    bankId: bankId(),
    email: text('email').notNull(),
    memberId: text('member_id').notNull(),
    role: text('role', { enum: ['acts', 'desk'] }).notNull(),
    /** Of the person, if they are new here. */
    name: text('name').notNull(),
    /** Who wears the hat already and waits for the address alone. */
    personId: text('person_id'),
    createdAt: at('created_at').notNull().defaultNow(),
  },
  (t) => [
    primaryKey({ columns: [t.bankId, t.email, t.memberId] }),
    index('waiting_hat_of_member').on(t.bankId, t.memberId),
  ],
);

/** Who came in, in a browser or with a program. Of the secret only its hash is kept. */
export const session = pgTable(
  'session',
  {
    bankId: bankId(),
    hash: text('hash').notNull(),
    id: text('id').notNull(),
    personId: text('person_id'),
    role: text('role', { enum: ['operator', 'member'] }).notNull(),
    memberId: text('member_id'),
    /** A program's session opens the API and no page; a browser's the other way round. */
    app: boolean('app').notNull().default(false),
    how: text('how', { enum: ['code', 'link', 'passkey', 'card', 'invitation', 'token', 'demo'] }).notNull(),
    /** The browser and the machine in words, such as `Firefox, Android`. */
    device: text('device').notNull(),
    startedAt: at('started_at').notNull().defaultNow(),
    seenAt: at('seen_at').notNull().defaultNow(),
    expiresAt: at('expires_at').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.bankId, t.hash] }),
    index('session_of_person').on(t.bankId, t.personId),
    index('session_over').on(t.expiresAt),
  ],
);

/** A code and a link that were sent, or would have been if the address were known or free. */
export const signInCode = pgTable(
  'sign_in_code',
  {
    bankId: bankId(),
    id: text('id').notNull(),
    /** Whose address it is to become; without, it lets in. */
    personId: text('person_id'),
    /** Sealed with the address inside, so that rows of strangers cannot be told from those of members. */
    address: text('address').notNull(),
    codeHash: text('code_hash').notNull(),
    linkHash: text('link_hash').notNull(),
    /** Of the secret in the browser that asked; only there the six figures count. */
    askerHash: text('asker_hash').notNull(),
    /** How often other figures were typed. */
    wrong: integer('wrong').notNull().default(0),
    usedAt: at('used_at'),
    expiresAt: at('expires_at').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.bankId, t.id] }),
    unique('sign_in_link').on(t.bankId, t.linkHash),
    unique('sign_in_asker').on(t.bankId, t.askerHash),
    index('sign_in_code_over').on(t.expiresAt),
  ],
);

export const passkey = pgTable(
  'passkey',
  {
    bankId: bankId(),
    /** The credential's id, as the browser names it. */
    id: text('id').notNull(),
    personId: text('person_id').notNull(),
    /** COSE, base64url. */
    publicKey: text('public_key').notNull(),
    counter: integer('counter').notNull(),
    /** What the person calls it, such as `my telephone`. */
    name: text('name').notNull(),
    createdAt: at('created_at').notNull().defaultNow(),
    usedAt: at('used_at'),
  },
  (t) => [primaryKey({ columns: [t.bankId, t.id] }), index('passkey_of_person').on(t.bankId, t.personId)],
);

/** What a passkey was asked to sign; each is answered once. */
export const passkeyChallenge = pgTable(
  'passkey_challenge',
  {
    bankId: bankId(),
    challenge: text('challenge').notNull(),
    /** Set when a passkey is to be added. */
    personId: text('person_id'),
    expiresAt: at('expires_at').notNull(),
  },
  (t) => [primaryKey({ columns: [t.bankId, t.challenge] }), index('passkey_challenge_over').on(t.expiresAt)],
);

/** Printed cards. Of the words only a slow hash is kept. A person has one that counts. */
export const card = pgTable(
  'card',
  {
    bankId: bankId(),
    id: text('id').notNull(),
    personId: text('person_id').notNull(),
    wordsHash: text('words_hash').notNull(),
    issuedAt: at('issued_at').notNull().defaultNow(),
    usedAt: at('used_at'),
    revokedAt: at('revoked_at'),
  },
  (t) => [
    primaryKey({ columns: [t.bankId, t.id] }),
    index('card_words').on(t.bankId, t.wordsHash),
    index('card_of_person').on(t.bankId, t.personId),
  ],
);

/** Links by which somebody new comes in: a member's, or the desk's, whose `memberId` is empty. */
export const joinLink = pgTable(
  'join_link',
  {
    bankId: bankId(),
    id: text('id').notNull(),
    hash: text('hash').notNull(),
    memberId: text('member_id').notNull(),
    /** How many may still come in by it. */
    left: integer('left').notNull(),
    expiresAt: at('expires_at').notNull(),
    revokedAt: at('revoked_at'),
    createdAt: at('created_at').notNull().defaultNow(),
  },
  (t) => [
    primaryKey({ columns: [t.bankId, t.id] }),
    unique('join_link_hash').on(t.bankId, t.hash),
    index('join_link_of_member').on(t.bankId, t.memberId, t.id),
  ],
);

/** Somebody who asks to join, until the desk has answered. */
export const application = pgTable(
  'application',
  {
    bankId: bankId(),
    id: text('id').notNull(),
    name: text('name').notNull(),
    kind: text('kind', { enum: ['person', 'household', 'organisation'] }).notNull(),
    about: text('about').notNull(),
    email: text('email').notNull(),
    phone: text('phone').notNull(),
    reach: text('reach').notNull(),
    /** Of the pages on which they asked. */
    language: text('language').notNull(),
    /** The member whose invitation they came by; empty without. */
    invitedBy: text('invited_by').notNull(),
    status: text('status', { enum: ['waiting', 'yes', 'no'] })
      .notNull()
      .default('waiting'),
    /** What the desk said to them. */
    sentence: text('sentence').notNull().default(''),
    /** Whom they became. */
    memberId: text('member_id'),
    createdAt: at('created_at').notNull().defaultNow(),
    decidedAt: at('decided_at'),
  },
  (t) => [primaryKey({ columns: [t.bankId, t.id] }), index('application_waiting').on(t.bankId, t.status, t.id)],
);

/** How often something was tried from one source or for one address, in one stretch of time. Sources are hashes. */
export const attempt = pgTable(
  'attempt',
  {
    bankId: bankId(),
    what: text('what').notNull(),
    source: text('source').notNull(),
    count: integer('count').notNull(),
    /** When the stretch ends. */
    expiresAt: at('expires_at').notNull(),
  },
  (t) => [primaryKey({ columns: [t.bankId, t.what, t.source] }), index('attempt_over').on(t.expiresAt)],
);
