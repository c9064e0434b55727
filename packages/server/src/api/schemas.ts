/**
 * The shapes of the JSON API, from which its OpenAPI document and the client's types are made.
 *
 * Minutes are whole numbers in fields that end in `Minutes`; times are RFC 3339 in UTC.
 *
 * @module
 */
import { REFUSAL_CODES, type RefusalCode } from '@evenhour/protocol';
import { z } from '@hono/zod-openapi';
import { HANDLE } from '../member/members.ts';

/** Text that people wrote: no control characters, none that turn the direction of writing. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is refused
const TEXT = /^[^\u0000-\u0009\u000b-\u001f\u007f\u202a-\u202e\u2066-\u2069]*$/;
export const text = (max: number) =>
  z
    .string()
    .max(max)
    .regex(TEXT, 'must not contain control characters')
    .transform((value) => value.trim());
/** A named shape or nothing. A plain `nullable()` would make `null` a part of the name wherever it is met first. */
export const orNull = <T extends z.ZodType>(schema: T) => z.union([schema, z.null()]);
const minutes = z.int();
const positive = z.int().min(1).max(600_000);
const limit = z.int().min(0).max(60_000_000);
const time = z.iso.datetime();
const facts = z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]));

export const problemSchema = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    code: z.enum(REFUSAL_CODES as [RefusalCode, ...RefusalCode[]]),
    fault: z.enum(['local', 'peer']),
    retryable: z.boolean(),
    facts,
  })
  .openapi('Problem');

export const bankSchema = z
  .object({
    name: z.string(),
    origin: z.string(),
    actor: z.string(),
    theme: z.string(),
    phone: z.string(),
    timeZone: z.string(),
    bridgeBuilder: z.string(),
    members: z.int(),
    books: z.object({
      membersMinutes: minutes,
      fundsMinutes: minutes,
      partnersMinutes: minutes,
      unclaimedMinutes: minutes,
      lossesMinutes: minutes,
      heldMinutes: minutes,
      sumMinutes: minutes,
    }),
  })
  .openapi('Bank');

const coordinates = z.object({ latitude: z.number().min(-90).max(90), longitude: z.number().min(-180).max(180) });

export const profileSchema = z
  .object({
    speaks: z.string().describe('Languages, in their own words.'),
    howFar: z.string().describe('How far they go, in their own words.'),
    whenFree: z.string(),
    place: z.string(),
    coordinates: coordinates.nullable().describe('Degrees, rounded to about a kilometre.'),
    askFor: z.string().describe('Of a household or an organisation: whom to ask for.'),
    website: z.string(),
    reach: z
      .object({ email: z.string(), phone: z.string(), words: z.string() })
      .nullable()
      .describe('How they are reached; `null` when that is not for the caller.'),
    reachShown: z.boolean().describe('Whether other members are told how they are reached.'),
    language: z.string().describe("Of their pages and mails, such as `es`; empty: the bank's."),
  })
  .openapi('Profile');

export const profileChangeSchema = z
  .strictObject({
    name: text(100).pipe(z.string().min(1)).optional(),
    about: text(500).optional(),
    speaks: text(200).optional(),
    howFar: text(200).optional(),
    whenFree: text(300).optional(),
    place: text(100).optional(),
    coordinates: z
      .strictObject({ latitude: z.number().min(-90).max(90), longitude: z.number().min(-180).max(180) })
      .nullable()
      .optional(),
    askFor: text(100).optional(),
    website: z
      .union([
        z.literal(''),
        z.url({ protocol: /^https?$/, message: 'must be an address such as https://town.example' }).max(300),
      ])
      .optional(),
    email: text(254).optional(),
    phone: text(50).optional(),
    reach: text(300).optional(),
    reachShown: z.boolean().optional(),
    language: z.union([z.literal(''), z.enum(['en', 'es', 'ar'])]).optional(),
  })
  .openapi('ProfileChange');

export const memberSchema = z
  .object({
    id: z.string(),
    handle: z.string(),
    name: z.string(),
    kind: z.enum(['person', 'household', 'organisation', 'fund']),
    status: z.enum(['active', 'suspended', 'moved', 'left']),
    about: z.string(),
    createdAt: time,
    profile: profileSchema.optional().describe('Where one member is asked for.'),
    balance: z
      .object({
        balanceMinutes: minutes,
        heldMinutes: minutes,
        floorMinutes: minutes.nullable(),
        ceilingMinutes: minutes.nullable(),
      })
      .optional()
      .describe('Only for the member and the operator; of a fund, for everybody.'),
  })
  .openapi('Member');

export const newMemberSchema = z
  .strictObject({
    handle: z.string().regex(HANDLE, 'small letters, digits, dots and dashes, at most 64'),
    name: text(100).pipe(z.string().min(1)),
    kind: z.enum(['person', 'household', 'organisation']).optional(),
    about: text(500).optional(),
  })
  .openapi('NewMember');

export const memberStatusSchema = z.strictObject({ status: z.enum(['active', 'suspended']) }).openapi('MemberStatus');

export const tokenSchema = z.object({ token: z.string(), memberId: z.string() }).openapi('Token');

export const statementLineSchema = z
  .object({
    id: z.string(),
    at: time,
    minutes: positive,
    direction: z.enum(['given', 'came']),
    counterpartyName: z.string(),
    town: z.string().nullable().describe("The other one's town; null in the own one."),
    content: z.string(),
    transferId: z.string().nullable(),
  })
  .openapi('StatementLine');

export const statementFileSchema = z
  .object({ name: z.string(), csv: z.string().describe('RFC 4180, with the mark of UTF-8 at its beginning.') })
  .openapi('StatementFile');

export const transferSchema = z
  .object({
    id: z.string(),
    direction: z.enum(['local', 'out', 'in']).describe('`local` inside the bank, `out` to a partner, `in` from one.'),
    status: z.enum(['offered', 'accepted', 'held', 'posted', 'settled', 'declined', 'returned']),
    code: z.string().nullable().describe('Why it was declined or came back.'),
    facts: facts.nullable(),
    memberId: z.string(),
    counterparty: z.string(),
    counterpartyName: z.string(),
    agreementId: z.string().nullable(),
    exchangeId: z.string().nullable().describe('The exchange that these hours are of, whole or in part.'),
    minutes: positive,
    content: z.string(),
    transfer: z.string().nullable().describe("The transfer's URL in the journals."),
    purpose: z.enum(['gift', 'test', 'test_back', 'exchange', 'dispute', 'gathering', 'leaving']),
    createdAt: time,
    updatedAt: time,
  })
  .openapi('Transfer');

export const newTransferSchema = z
  .strictObject({
    from: z.string().max(64).optional().describe("The giver's id or handle at this bank; may be left out by a member."),
    to: z.string().min(1).max(300).describe('`rosa@gracia.example`, or a handle of this bank.'),
    minutes: positive,
    content: text(500).optional(),
    unnamed: z.boolean().optional().describe('Not to be named to other members, where the community fund is given to.'),
    reverses: z.url().max(512).optional().describe('The URL of the transfer that this one puts right.'),
  })
  .openapi('NewTransfer');

const headSchema = z.object({ epoch: z.int(), seq: z.int(), hash: z.string() });

export const agreementSchema = z
  .object({
    id: z.string(),
    pair: z.string(),
    status: z
      .string()
      .describe(
        '`offered`, `active`, `suspended` (a bank lets no new hours in), `declined`, `withdrawn`, `notice`, `winding_up` or `closed`.',
      ),
    mode: z.enum(['waiting', 'recovering', 'open', 'halted', 'closed']),
    haltedBecause: z.string().nullable(),
    town: z.string(),
    partner: z.string(),
    origin: z.string(),
    public: z.boolean(),
    words: z.array(z.string()),
    ourBridgeBuilder: z.string(),
    theirBridgeBuilder: z.string(),
    ourTurn: z.boolean().describe('Whether it is our turn to say yes or no.'),
    ourYesAt: time.nullable().describe('When we signed.'),
    theirYesAt: time.nullable().describe('When they signed.'),
    position: z.object({
      owesMinutes: minutes.describe('What we owe them; negative when they owe us.'),
      openMinutes: minutes.describe('What we have promised them and not yet given.'),
      limitMinutes: limit.describe('What they let us owe.'),
      roomMinutes: minutes.describe('What is left of what they let us owe.'),
      grantsMinutes: limit.describe('What we let them owe.'),
      theirRoomMinutes: minutes.describe('What is left of what we let them owe.'),
      theirOpenMinutes: minutes.describe('What they have promised us and not yet given.'),
      weSuspended: z.boolean().describe('We let no new hours of theirs in.'),
      theySuspended: z.boolean().describe('They let no new hours of ours in.'),
    }),
    statement: z
      .object({
        theySayMinutes: minutes,
        weSayMinutes: minutes,
        agrees: z.boolean(),
        partsAtSeq: z
          .int()
          .nullable()
          .describe('The entry of their journal that the two banks count differently, once it is found.'),
        at: time,
      })
      .nullable()
      .describe("The partner's latest statement, and what our own figures say at the same place."),
    openingMinutes: minutes.describe(
      'What we owed them at the start, from the agreement before; negative when they did.',
    ),
    silent: z
      .enum(['suspended', 'orphaned'])
      .nullable()
      .describe('Set when the partner was not heard of for long: new hours wait, or it may be ended alone.'),
    ending: z
      .object({
        by: z.enum(['us', 'them']).describe('Who ended it.'),
        because: z.string().describe('Why, in our words.'),
        at: time,
        settledAt: time.nullable(),
        settlement: z
          .object({
            owesMinutes: minutes.describe('What we owe them at the end; negative when they owe us.'),
            releasedMinutes: minutes.describe('Promised and not given: free again.'),
            refundedMinutes: minutes.describe('Given and never confirmed: given back.'),
            lossMinutes: minutes.describe('Received and owed by nobody: in our community loss account.'),
            alone: z.boolean().describe('Whether the other bank could not be asked.'),
          })
          .nullable(),
      })
      .nullable()
      .describe('How a closed agreement ended.'),
    journal: z.object({ ours: headSchema, theirs: headSchema, deliveredSeq: z.int() }),
    tested: z.boolean(),
    delivery: z.object({
      attempts: z.int(),
      nextAttemptAt: time.nullable(),
      lastError: z.string().nullable(),
      lastSeenAt: time.nullable(),
    }),
    underway: z.array(
      z.object({ id: z.string(), minutes: positive, from: z.enum(['us', 'them']), posted: z.boolean() }),
    ),
  })
  .openapi('Agreement');

export const newInvitationSchema = z
  .strictObject({
    grantsMinutes: limit.describe('What we let the other bank owe.'),
    bridgeBuilder: text(100).pipe(z.string().min(1)),
    words: z.array(text(500)).max(32).optional(),
    public: z.boolean().optional(),
  })
  .openapi('NewInvitation');

export const invitationSchema = z.object({ id: z.string(), link: z.string(), expiresAt: time }).openapi('Invitation');

export const linkSchema = z.strictObject({ link: z.string().max(512) }).openapi('InvitationLink');

export const draftSchema = z
  .object({
    town: z.string(),
    bank: z.string(),
    bridgeBuilder: z.string(),
    grantsMinutes: limit,
    words: z.array(z.string()),
    public: z.boolean(),
    noticeDays: z.int(),
    expiresAt: time,
    predecessor: z.string().optional().describe('The closed pair that it follows.'),
    opening: z
      .object({ debtor: z.string(), minutes: positive })
      .optional()
      .describe('What stands between the two banks from that pair.'),
    suggestedMinutes: limit,
  })
  .openapi('InvitationDraft');

export const newAgreementSchema = z
  .strictObject({ link: z.string().max(512), grantsMinutes: limit, bridgeBuilder: text(100).pipe(z.string().min(1)) })
  .openapi('NewAgreement');

export const closingSchema = z
  .strictObject({
    because: text(300).pipe(z.string().min(1)).describe('Why; members read it.'),
    alone: z.boolean().optional().describe('The other bank is gone for good: settle at what it has signed.'),
  })
  .openapi('Closing');

export const successorSchema = z
  .strictObject({ grantsMinutes: limit, bridgeBuilder: text(100).pipe(z.string().min(1)) })
  .openapi('Successor');

export const amendSchema = z
  .strictObject({ grantsMinutes: limit.optional(), suspended: z.boolean().optional() })
  .refine((value) => value.grantsMinutes !== undefined || value.suspended !== undefined, 'name what to change')
  .openapi('AgreementChange');

export const resendSchema = z.strictObject({ afterSeq: z.int().min(0) }).openapi('Resend');

export const resentSchema = z.object({ sent: z.int(), known: z.int(), head: headSchema }).openapi('Resent');

export const evidenceSchema = z
  .object({
    id: z.string(),
    code: z.string(),
    at: time,
    document: z.record(z.string(), z.unknown()).describe('What was kept: an entry as it was signed, or a Fork.'),
  })
  .openapi('Evidence');

export const journalEntrySchema = z
  .object({
    author: z.enum(['us', 'them']),
    epoch: z.int(),
    seq: z.int(),
    hash: z.string(),
    kind: z.string(),
    breach: z.string().nullable(),
    at: time,
    document: z.record(z.string(), z.unknown()).describe('The entry exactly as it was signed.'),
  })
  .openapi('JournalEntry');

export const proofSchema = z
  .object({
    transfer: transferSchema,
    checked: z.boolean().describe('Whether every signature was just verified with the keys that the agreement pins.'),
    entries: z.array(journalEntrySchema),
    postings: z.array(
      z.object({
        id: z.string(),
        kind: z.enum(['direct', 'hold', 'post', 'void']),
        from: z.string(),
        to: z.string(),
        minutes: z.int(),
        at: time,
      }),
    ),
  })
  .openapi('Proof');

export const checkSchema = z
  .object({ id: z.string(), ok: z.boolean(), says: z.string(), fix: z.string().optional() })
  .openapi('Check');

export function page<T extends z.ZodType>(item: T, name: string) {
  return z.object({ items: z.array(item), next: z.string().nullable() }).openapi(name);
}

export const pageQuery = z.object({
  cursor: z.string().max(200).optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
});
