/** What coordinators wrote down for members. */
import { sql } from 'drizzle-orm';
import { index, integer, jsonb, pgTable, primaryKey, text, unique } from 'drizzle-orm/pg-core';
import { bank } from './bank.ts';
import { at } from './columns.ts';

/**
 * One thing that a coordinator wrote down for a member, and its slip. Rows are only inserted; what becomes of an
 * objection is written once beside them, and a trigger refuses any other change.
 */
export const brokerAct = pgTable(
  'broker_act',
  {
    bankId: text('bank_id')
      .notNull()
      .references(() => bank.id),
    id: text('id').notNull(),
    /** The coordinator, and their name on that day. */
    personId: text('person_id').notNull(),
    personName: text('person_name').notNull(),
    memberId: text('member_id').notNull(),
    kind: text('kind', { enum: ['gift', 'offer', 'profile', 'address', 'exchange', 'gathering'] }).notNull(),
    /** What it was about: a transfer, an offer, an exchange, a gathering or the member. */
    subjectId: text('subject_id').notNull(),
    /** What the slip says of it, as the code that made it describes. */
    what: jsonb('what').$type<Readonly<Record<string, string | number>>>().notNull(),
    reason: text('reason').notNull(),
    /** The number on the slip, in figures and capitals. Never twice. */
    slip: text('slip').notNull(),
    /** The same, if the bank gave it; one that was typed from a pad counts nothing up. */
    counted: integer('counted'),
    at: at('at').notNull(),
    objectBefore: at('object_before').notNull(),
    objectedAt: at('objected_at'),
    objectedHow: text('objected_how', { enum: ['page', 'slip', 'telephone'] }),
    /** In the member's words; may be empty. */
    objection: text('objection'),
    settledAt: at('settled_at'),
    /** How it was put right, in the words of a coordinator, and by whom. */
    settledHow: text('settled_how'),
    settledBy: text('settled_by'),
  },
  (t) => [
    primaryKey({ columns: [t.bankId, t.id] }),
    unique('broker_act_slip').on(t.bankId, t.slip),
    unique('broker_act_counted').on(t.bankId, t.counted),
    index('broker_act_of_member').on(t.bankId, t.memberId, t.id),
    index('broker_act_of_subject').on(t.bankId, t.subjectId),
    index('broker_act_open').on(t.bankId, t.id).where(sql`${t.objectedAt} is not null and ${t.settledAt} is null`),
  ],
);
