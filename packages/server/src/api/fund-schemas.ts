/** The shapes of the API about gifts that wait, the community fund, and what coordinators write down for members. */
import { z } from '@hono/zod-openapi';
import { BROKER_LENGTHS } from '../broker/acts.ts';
import { FUND_LENGTHS } from '../fund/fund.ts';
import { CATEGORIES } from '../offer/categories.ts';
import { LENGTHS } from '../offer/offers.ts';
import { text, transferSchema } from './schemas.ts';

const time = z.iso.datetime();
const minutes = z.int();
const positive = z.int().min(1).max(600_000);
const some = (max: number) => text(max).pipe(z.string().min(1));
const by = z
  .string()
  .max(64)
  .optional()
  .describe("For the bank's own token: the person id of the coordinator. One who signed in is it by themselves.");

export const giftAnswerSchema = z.strictObject({ yes: z.boolean() }).openapi('GiftAnswer');
export const giftRuleSchema = z
  .strictObject({ asks: z.boolean().describe('Whether gifts wait for a yes of this member.') })
  .openapi('GiftRule');
export const waitingGiftsSchema = z
  .object({
    asks: z.boolean(),
    items: z.array(z.object({ giverName: z.string(), transfer: transferSchema })),
  })
  .openapi('WaitingGifts');

export const fundRequestSchema = z
  .object({
    id: z.string(),
    memberId: z.string(),
    name: z.string(),
    minutes: positive.describe('As many as were asked for; after a yes, as many as were granted.'),
    content: z.string().describe('For the member and the desk.'),
    status: z.enum(['waiting', 'granted', 'declined', 'withdrawn']),
    because: z.string(),
    decidedBy: z.string(),
    transferId: z.string().nullable(),
    createdAt: time,
    decidedAt: time.nullable(),
  })
  .openapi('FundRequest');

export const fundSchema = z
  .object({
    balanceMinutes: minutes,
    grantCapMinutes: minutes,
    moves: z.array(
      z.object({
        id: z.string(),
        at: time,
        minutes: positive,
        came: z.boolean().describe('Into the fund, or out of it.'),
        what: z.enum(['gift', 'grant', 'dispute', 'gathering', 'leaving', 'test', 'other']),
        name: z
          .string()
          .nullable()
          .describe('Who gave it or has it. Whoever does not wish to be named, and somebody elsewhere, is not.'),
        town: z.string().nullable(),
        because: z.string().describe('Of a grant the reason, of a gathering its title.'),
        decidedBy: z.string(),
      }),
    ),
    next: z.string().nullable(),
  })
  .openapi('Fund');

export const newFundRequestSchema = z
  .strictObject({ minutes: positive, content: some(FUND_LENGTHS.content) })
  .openapi('NewFundRequest');

export const fundAnswerSchema = z
  .strictObject({
    yes: z.boolean(),
    minutes: positive.optional().describe('With a yes; as many as were asked for, if left out.'),
    because: some(FUND_LENGTHS.because).describe('Public with a yes, for the member with a no.'),
  })
  .openapi('FundAnswer');

const offer = z.strictObject({
  kind: z.enum(['offer', 'need']),
  title: some(LENGTHS.title),
  text: text(LENGTHS.text).optional(),
  language: z.enum(['en', 'es', 'ar']).optional(),
  category: z.enum(CATEGORIES),
  place: text(LENGTHS.place).optional(),
  when: text(LENGTHS.when).optional(),
  minutes: positive.optional().describe('Left out: per session.'),
  visibility: z.enum(['bank', 'partners', 'public']).optional(),
});

const profile = z.strictObject({
  about: text(500).optional(),
  speaks: text(200).optional(),
  howFar: text(200).optional(),
  whenFree: text(200).optional(),
  phone: text(40).optional(),
  reach: text(300).optional(),
});

const side = z.enum(['giver', 'receiver']);
const answers = z.strictObject({ side, n: z.int().min(1) });
const because = text(500).optional();

/** What a member would say in an exchange. */
const wish = z.discriminatedUnion('do', [
  z.strictObject({ do: z.enum(['accept', 'confirm']), answers }),
  z.strictObject({ do: z.literal('decline'), answers, because }),
  z.strictObject({ do: z.enum(['withdraw', 'cancel']), because }),
  z.strictObject({ do: z.enum(['record', 'change_record']), minutes: positive, doneOn: z.iso.date().optional() }),
  z.strictObject({ do: z.literal('contest'), answers, because: some(500) }),
]);

export const deedSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('gift'),
    to: z.string().min(1).max(300),
    minutes: positive,
    content: text(500).optional(),
  }),
  z.strictObject({ kind: z.literal('offer'), offer }),
  z.strictObject({ kind: z.literal('profile'), profile }),
  z.strictObject({
    kind: z.literal('address'),
    email: z.string().max(254).describe('To come in by: theirs once six figures from there were typed.'),
    personId: z.string().max(64).optional().describe('Of several who act for the member and have none, which.'),
  }),
  z.strictObject({
    kind: z.literal('ask'),
    to: z.string().min(1).max(300).optional(),
    offer: z.string().max(512).optional().describe('An id or a URL, instead of `to` and `side`.'),
    side: side.optional().describe('What the member would do.'),
    minutes: positive,
    content: some(500),
    startTime: time.optional(),
    place: text(200).optional(),
  }),
  z.strictObject({ kind: z.literal('step'), exchange: z.string().min(1).max(64), wish }),
]);

export const newActSchema = z
  .strictObject({
    by,
    member: z.string().min(1).max(64).describe("The member's id or handle."),
    reason: some(BROKER_LENGTHS.reason),
    slip: z.string().max(20).optional().describe('As it stands on a paper pad; without, the bank counts.'),
    deed: deedSchema,
  })
  .openapi('NewAct');

export const actSchema = z
  .object({
    id: z.string(),
    memberId: z.string(),
    memberName: z.string(),
    personName: z.string().describe('The coordinator.'),
    kind: z.enum(['gift', 'offer', 'profile', 'address', 'exchange', 'gathering']),
    subjectId: z.string(),
    what: z.record(z.string(), z.union([z.string(), z.number()])),
    reason: z.string(),
    slip: z.string(),
    link: z.string().describe('Where the holder of the slip reads it, and objects, without signing in.'),
    at: time,
    objectBefore: time,
    objectedAt: time.nullable(),
    objectedHow: z.enum(['page', 'slip', 'telephone']).nullable(),
    objection: z.string().nullable(),
    settledAt: time.nullable(),
    settledHow: z.string().nullable(),
    settledBy: z.string().nullable(),
  })
  .openapi('Act');

export const objectionSchema = z
  .strictObject({ words: text(BROKER_LENGTHS.objection).optional() })
  .openapi('Objection');
export const settlingSchema = z.strictObject({ by, how: some(BROKER_LENGTHS.settledHow) }).openapi('Settling');
