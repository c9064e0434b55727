/** The banks of a node and their keys. */
import { boolean, integer, pgTable, primaryKey, text } from 'drizzle-orm/pg-core';
import { at, minutes } from './columns.ts';

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
  /** How far the community fund may go below nothing by gifts and grants, as a negative floor. */
  fundFloorMinutes: minutes('fund_floor_minutes').notNull().default(0),
  /** The most that the desk grants from the fund at once. */
  grantCapMinutes: minutes('grant_cap_minutes').notNull().default(600),
  /** How long a member may object to what was written down for them. */
  objectDays: integer('object_days').notNull().default(14),
  /**
   * After so many days recorded hours are confirmed for a member of this bank who pays; `null`: nobody's silence is a
   * yes.
   */
  confirmAfterDays: integer('confirm_after_days'),
  /** After so many days without a signed word of a partner, new hours to it wait. */
  silentDays: integer('silent_days').notNull().default(30),
  /** Whoever joins by a member's invitation waits for a coordinator's yes. */
  invitedNeedYes: boolean('invited_need_yes').notNull().default(false),
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
