/** The banks of a node and their keys. */
import { integer, pgTable, primaryKey, text } from 'drizzle-orm/pg-core';
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
