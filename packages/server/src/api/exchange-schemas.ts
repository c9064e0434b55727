/** The shapes of operations about exchanges. */
import { z } from '@hono/zod-openapi';
import { BROKER_LENGTHS } from '../broker/acts.ts';
import { LENGTHS } from '../exchange/asking.ts';
import { pageQuery, text } from './schemas.ts';

const minutes = z.int().min(1).max(600_000);
const side = z.enum(['giver', 'receiver']);
const time = z.iso.datetime();
/** A time that somebody names, in their own zone or in UTC. */
const when = z.iso.datetime({ offset: true }).max(40);

const termsFields = {
  minutes,
  content: text(LENGTHS.content).pipe(z.string().min(1)).describe('What is to be done, in words.'),
  startTime: when.optional(),
  place: text(LENGTHS.place).optional().describe('Where, in words.'),
};
const termsSchema = z.object({
  minutes,
  content: z.string(),
  startTime: z.string().optional(),
  place: z.string().optional(),
});
const versionSchema = z
  .strictObject({ side, n: z.int().min(1).max(10_000) })
  .describe('What is answered, as `open` of the exchange names it: an answer never answers something newer.');

const sideView = z
  .object({
    memberId: z.string().nullable().describe('`null` for somebody at a partner.'),
    name: z.string(),
    kind: z
      .enum(['person', 'household', 'organisation', 'fund'])
      .nullable()
      .describe('`null` for somebody at a partner.'),
    town: z.string().nullable().describe('`null` at this bank.'),
  })
  .openapi('ExchangeSide');

const summary = {
  id: z.string(),
  side: side.nullable().describe('Of whoever asks; `null` for the desk when both are members of this bank.'),
  giver: sideView,
  receiver: sideView,
  title: z.string(),
  status: z.enum(['none', 'proposed', 'agreed', 'claimed', 'disputed', 'confirmed', 'declined', 'cancelled']),
  waitsFor: z.enum(['giver', 'receiver', 'both']).nullable().describe('Whose turn it is.'),
  minutes: z.int().describe('As last recorded, agreed or proposed.'),
  startTime: time.nullable(),
  reserved: z
    .enum(['none', 'asked', 'yes', 'no', 'settled', 'over'])
    .describe(
      "Of the receiver's hours: `no` is tried again, `settled` has moved what was confirmed, `over`: the two banks ended their agreement first.",
    ),
  reservedCode: z.string().nullable(),
  endedBy: side.nullable().describe('Who said no, or took it back.'),
  updatedAt: time,
};

export const exchangeSummarySchema = z.object(summary).openapi('ExchangeSummary');

const record = z.object({ by: side, minutes: z.int(), doneOn: z.string().nullable() });
export const WISHES = [
  'accept',
  'decline',
  'counter',
  'withdraw',
  'cancel',
  'record',
  'change_record',
  'confirm',
  'contest',
] as const;

export const exchangeSchema = z
  .object({
    ...summary,
    offerId: z.string().nullable(),
    transferIds: z
      .array(z.string())
      .describe('The transfers of its hours, oldest first. Once some are settled, each leads to the one receipt.'),
    yesAhead: z.boolean().describe('As the caller said when asking.'),
    countsByItself: z.boolean().describe('Whether what was recorded counts after a day, unless the caller says no.'),
    terms: termsSchema.nullable().describe('What counts, or is proposed.'),
    proposedBy: side.nullable(),
    change: z
      .object({ by: side, terms: termsSchema })
      .nullable()
      .describe('Other terms, proposed since it was agreed.'),
    record: record.nullable(),
    against: record.nullable().describe('In a dispute: what the other side wrote down, if it did.'),
    because: z.string(),
    deadline: time.nullable().describe('When a dispute is to be settled.'),
    open: versionSchema.nullable().describe('What an answer has to name.'),
    acts: z.array(z.enum(WISHES)).describe('What the caller may do now.'),
    heard: z.boolean().describe('False while the other town has not heard our last word; then nothing is written.'),
    story: z.array(
      z
        .object({
          by: side,
          n: z.int(),
          kind: z.string(),
          wroteBy: z.enum(['member', 'desk', 'bank']),
          at: time,
          counted: z.boolean().describe('False when it crossed another step and changed nothing.'),
          minutes: z.int().nullable(),
          terms: termsSchema.nullable(),
          because: z.string(),
        })
        .openapi('ExchangeStep'),
    ),
    talk: z.array(
      z
        .object({
          id: z.string(),
          by: side,
          wroteBy: z.enum(['member', 'desk']),
          kind: z.enum(['talk', 'thanks', 'contact']),
          text: z.string(),
          at: time,
          shown: z.boolean().describe('Of thanks: whether whoever received it shows it to others.'),
        })
        .openapi('ExchangeTalk'),
    ),
  })
  .openapi('Exchange');

/** What the desk says of itself; members leave it out. */
const atDesk = {
  reason: text(BROKER_LENGTHS.reason).optional().describe('Why the desk does it, for the slip that the member gets.'),
  by: z.string().max(64).optional().describe('The coordinator, when the operator’s own token does it.'),
};
const forSide = { side: side.optional().describe('The desk says for whom; members leave it out.'), ...atDesk };

const because = text(LENGTHS.because).optional();
const doneOn = z.iso.date().optional();

export const askSchema = z
  .strictObject({
    member: z.string().max(64).optional().describe("A member's id or handle: the desk says who asks."),
    offer: z.string().max(64).optional().describe('An offer or need, of this bank or of a partner.'),
    to: z.string().max(300).optional().describe('Without an offer: `rosa@gracia.example`, or a handle here.'),
    side: side.optional().describe('What the asker would do; an offer says so itself.'),
    yesAhead: z
      .boolean()
      .optional()
      .describe(
        'Hours that the other side records afterwards count after a day without a further yes of the asker: who receives, up to what is agreed; who gives, from that on.',
      ),
    ...atDesk,
    ...termsFields,
  })
  .refine(({ offer, to }) => (offer === undefined) !== (to === undefined), { message: 'say offer or to', path: ['to'] })
  .openapi('NewExchange');

export const answerSchema = z.strictObject({ ...forSide, answers: versionSchema }).openapi('ExchangeAnswer');
export const declineSchema = z.strictObject({ ...forSide, answers: versionSchema, because }).openapi('ExchangeNo');
export const counterSchema = z.strictObject({ ...forSide, ...termsFields }).openapi('ExchangeCounter');
export const endSchema = z.strictObject({ ...forSide, because }).openapi('ExchangeEnd');
export const recordSchema = z
  .strictObject({ ...forSide, minutes: z.int().min(0).max(600_000).describe('0: it did not happen.'), doneOn })
  .openapi('NewHoursRecord');
export const contestSchema = z
  .strictObject({ ...forSide, answers: versionSchema, because: text(LENGTHS.because).pipe(z.string().min(1)) })
  .openapi('ContestHours');
export const saySchema = z
  .strictObject({ ...forSide, text: text(LENGTHS.talk).pipe(z.string().min(1)) })
  .openapi('ExchangeWords');
export const contactSchema = z.strictObject({ what: z.enum(['phone', 'email']) }).openapi('GiveContact');
export const shownSchema = z.strictObject({ shown: z.boolean() }).openapi('ShowThanks');
export const settleSchema = z
  .strictObject({
    side,
    minutes: z.int().min(0).max(600_000).describe('What the member now stands by; 0: it did not happen.'),
    fundMinutes: z
      .int()
      .min(0)
      .max(600_000)
      .optional()
      .describe('What the fund gives the giver beside it, once both have said yes.'),
    ...atDesk,
  })
  .openapi('SettleDispute');
export const rightSchema = z
  .strictObject({ ...forSide, minutes, content: text(300).optional() })
  .openapi('PutExchangeRight');

export const listQuery = pageQuery.extend({
  member: z.string().max(64).optional().describe("The desk says whose. Without, the desk's are those in dispute."),
  which: z.enum(['open', 'done']).optional(),
});
export const sideQuery = z.object({ side: side.optional().describe('The desk says from which side it looks.') });

export const thanksSchema = z
  .object({
    exchangeId: z.string(),
    id: z.string(),
    text: z.string(),
    shown: z.boolean(),
    at: time,
    name: z.string(),
    title: z.string(),
  })
  .openapi('Thanks');
