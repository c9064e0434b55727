/** The shapes of the API about people: signing in, hats, sessions, cards, and joining. */
import { z } from '@hono/zod-openapi';
import { memberSchema, newMemberSchema, orNull, text } from './schemas.ts';

const time = z.iso.datetime();
const memberId = z.string().max(64);
const kind = z.enum(['person', 'household', 'organisation']);
const language = z.enum(['en', 'es', 'ar']);
const some = (max: number) => text(max).pipe(z.string().min(1));

export const hatSchema = z
  .object({
    personId: z.string(),
    personName: z.string(),
    memberId: z.string().describe('Empty for the desk.'),
    role: z.enum(['acts', 'desk']),
    name: z.string().describe("The member's; empty for the desk."),
    hasCard: z.boolean().optional().describe('For the desk: whether a card lets this person in.'),
  })
  .openapi('Hat');

export const enteredSchema = z
  .object({ token: z.string(), hat: hatSchema, hats: z.array(hatSchema) })
  .openapi('Entered');

export const codeRequestSchema = z
  .strictObject({ email: z.string().max(254), language: language.optional() })
  .openapi('CodeRequest');

export const codeSentSchema = z
  .object({
    request: z.string().describe('Send it with the code. The answer is the same for an address that nobody has.'),
  })
  .openapi('CodeSent');

export const addressCodeSchema = z
  .strictObject({ request: z.string().max(100), code: z.string().max(20), language: language.optional() })
  .openapi('AddressCode');

export const codeSchema = z
  .strictObject({ request: z.string().max(100), code: z.string().max(20), memberId: memberId.optional() })
  .openapi('Code');

export const letterLinkSchema = z
  .strictObject({ link: z.string().max(512).describe('Or its last part alone.'), memberId: memberId.optional() })
  .openapi('LetterLink');

export const cardWordsSchema = z
  .strictObject({ words: z.string().max(300), memberId: memberId.optional() })
  .openapi('CardWords');

export const newHatSchema = z
  .strictObject({
    memberId: memberId.describe('Empty for the desk.'),
    personId: z.string().max(64).optional(),
    email: z.string().max(254).optional().describe('Instead of a person: whoever shows that the address is theirs.'),
    name: some(100).optional().describe('Of whoever has the address, if they are new here.'),
  })
  .openapi('NewHat');

export const takenHatSchema = z.strictObject({ memberId, personId: z.string().max(64) }).openapi('TakenHat');
export const wornHatSchema = z.strictObject({ memberId }).openapi('WornHat');
export const waitingHatSchema = z.strictObject({ memberId, email: z.string().max(254) }).openapi('WaitingHat');
const waiting = z
  .array(z.object({ email: z.string(), name: z.string() }))
  .describe('Of one member or the desk: who gets a hat once they have shown that the address is theirs.');
export const wearersSchema = z.object({ items: z.array(hatSchema), waiting }).openapi('Wearers');
export const hatsSchema = z.object({ items: z.array(hatSchema), waiting: waiting.optional() }).openapi('Hats');

export const personSchema = z
  .object({
    id: z.string(),
    name: z.string(),
    email: z.string().nullable().describe('The address that was shown to be theirs.'),
    cardIssuedAt: time.nullable(),
    banks: z
      .array(z.object({ name: z.string(), origin: z.string() }))
      .describe('Other banks of this node where the same person has shown the same address.'),
  })
  .openapi('Person');

export const sessionSchema = z
  .object({
    id: z.string(),
    current: z.boolean(),
    app: z.boolean().describe('A program, not a browser.'),
    how: z.enum(['code', 'link', 'passkey', 'card', 'invitation', 'token', 'demo']),
    device: z.string(),
    memberId: z.string().nullable(),
    startedAt: time,
    seenAt: time,
    expiresAt: time,
  })
  .openapi('Session');

export const sessionsSchema = z.object({ items: z.array(sessionSchema) }).openapi('Sessions');
export const endedSchema = z.object({ ended: z.int() }).openapi('EndedSessions');

export const passkeySchema = z
  .object({ id: z.string(), name: z.string(), createdAt: time, usedAt: time.nullable() })
  .openapi('Passkey');
export const passkeysSchema = z.object({ items: z.array(passkeySchema) }).openapi('Passkeys');
export const passkeyNameSchema = z.strictObject({ name: some(60) }).openapi('PasskeyName');

/** What browsers and devices say to each other, as Web Authentication has it. */
const webauthn = z.record(z.string(), z.unknown());
export const passkeyOptionsSchema = z
  .object({
    options: webauthn.describe('For `parseCreationOptionsFromJSON` or `parseRequestOptionsFromJSON` of browsers.'),
  })
  .openapi('PasskeyOptions');
const passkeyAnswer = webauthn.describe('What `toJSON` of the credential says.');
export const newPasskeySchema = z.strictObject({ answer: passkeyAnswer, name: some(60) }).openapi('NewPasskey');
export const passkeyUseSchema = z
  .strictObject({ answer: passkeyAnswer, memberId: memberId.optional() })
  .openapi('PasskeyUse');

export const newCardSchema = z
  .strictObject({ personId: z.string().max(64).optional().describe('Of several who act for this member, which.') })
  .openapi('NewCard');

export const cardSchema = z
  .object({
    personId: z.string(),
    words: z.array(z.string()).describe('Shown once.'),
    link: z.string().describe('What the QR code of the card says.'),
  })
  .openapi('Card');

export const revokedCardSchema = z.object({ revoked: z.boolean() }).openapi('RevokedCard');

export const newJoinLinkSchema = z
  .strictObject({ uses: z.int().min(1).max(200).optional(), days: z.int().min(1).max(90).optional() })
  .openapi('NewJoinLink');

export const joinLinkSchema = z
  .object({ id: z.string(), memberId: z.string(), left: z.int(), expiresAt: time, createdAt: time })
  .openapi('JoinLink');

export const madeJoinLinkSchema = joinLinkSchema
  .extend({ link: z.string().describe('Shown once.') })
  .openapi('MadeJoinLink');

export const joinLinksSchema = z.object({ items: z.array(joinLinkSchema) }).openapi('JoinLinks');
export const givenLinkSchema = z.strictObject({ link: z.string().max(512) }).openapi('JoinLinkText');
export const inviterSchema = z
  .object({ town: z.string(), inviter: z.string().describe("A member's name; empty for the desk.") })
  .openapi('Inviter');

export const newcomerSchema = z
  .strictObject({
    link: z.string().max(512).optional().describe('An invitation; without one the desk is asked.'),
    name: some(100),
    kind: kind.optional(),
    about: text(500).optional().describe('What people come to them for.'),
    email: z.string().max(254).optional(),
    phone: text(50).optional(),
    reach: text(300).optional(),
    language: language.optional(),
  })
  .openapi('Newcomer');

/** Somebody whom the desk takes in: without any way to reach them they get a card. */
export const takenInSchema = newcomerSchema
  .omit({ link: true })
  .extend({
    handle: newMemberSchema.shape.handle.optional().describe('Left out: one from the name that nobody has.'),
    sentence: text(500).optional().describe('What the letter says to them.'),
  })
  .openapi('TakenIn');

export const welcomedSchema = z
  .object({
    member: memberSchema,
    cardWords: z.array(z.string()).nullable().describe('Shown once; for somebody without an address for mail.'),
  })
  .openapi('Welcomed');

export const joinedSchema = z
  .object({
    status: z.enum(['waiting', 'joined']),
    memberId: z.string().nullable(),
    cardWords: z.array(z.string()).nullable().describe('Shown once; only for somebody who joined without an address.'),
  })
  .openapi('Joined');

export const applicationSchema = z
  .object({
    id: z.string(),
    name: z.string(),
    kind,
    about: z.string(),
    email: z.string(),
    phone: z.string(),
    reach: z.string(),
    inviterName: z.string(),
    status: z.enum(['waiting', 'yes', 'no']),
    createdAt: time,
  })
  .openapi('Application');

export const decisionSchema = z.strictObject({ yes: z.boolean(), sentence: text(500).optional() }).openapi('Decision');

export const decidedSchema = z
  .object({
    application: applicationSchema,
    member: orNull(memberSchema),
    cardWords: z.array(z.string()).nullable().describe('Shown once; for somebody without an address for mail.'),
  })
  .openapi('Decided');
