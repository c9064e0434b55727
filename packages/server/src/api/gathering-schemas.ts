/** The shapes of gatherings in the JSON API. */
import { z } from '@hono/zod-openapi';
import { BROKER_LENGTHS } from '../broker/acts.ts';
import { LENGTHS } from '../gathering/gatherings.ts';
import { NAME_LENGTH } from '../gathering/presence.ts';
import { orNull, pageQuery, text } from './schemas.ts';

const time = z.iso.datetime();
const degrees = (most: number) => z.number().min(-most).max(most);
const kind = z.enum(['meeting', 'class', 'choir', 'shift']);
const rule = z
  .enum(['none', 'guests_give', 'guests_receive'])
  .describe(
    'What each guest does with `minutes`: gives them to the host, or receives them from the organisation that hosts, or from the community fund.',
  );
const visibility = z.enum(['bank', 'partners', 'public']);
const id = z.string().min(1).max(64);

export const newGatheringSchema = z
  .strictObject({
    kind,
    title: text(LENGTHS.title).pipe(z.string().min(1)),
    text: text(LENGTHS.text).optional(),
    language: z
      .string()
      .regex(/^[a-z]{2,3}(-[A-Za-z0-9]{2,8})?$/, 'a language such as en or ca')
      .optional(),
    place: text(LENGTHS.place).optional(),
    latitude: degrees(90).optional().describe('Degrees; kept to about a kilometre.'),
    longitude: degrees(180).optional(),
    startsAt: time,
    endsAt: time,
    seats: z.int().min(1).max(300),
    rule: rule.optional(),
    minutes: z.int().min(0).max(6000).optional().describe('Of each guest, in quarters of an hour.'),
    visibility: visibility.optional().describe('`partners` and `public` are also found as an offer or a need.'),
  })
  .openapi('NewGathering');

export const guestSchema = z
  .object({
    id: z.string(),
    memberId: z.string().nullable(),
    name: z.string(),
    town: z.string().describe("The host of a partner's address; empty for somebody here."),
    status: z.enum(['coming', 'waiting', 'walk_in', 'withdrawn']),
    present: z.boolean(),
    signedIn: z.boolean().describe('Whether they signed in themselves.'),
    reserved: z.boolean().describe('False while the hours of the seat could not be put aside.'),
    minutes: z.int().nullable().describe('What is written down for them.'),
    outcome: z
      .enum(['credited', 'asked', 'waits', 'declined', 'absent', 'came'])
      .nullable()
      .describe('What became of it; `asked` waits for their yes, `waits` for room.'),
    code: z.string().nullable().describe('Why it waits.'),
    exchangeId: z.string().nullable(),
  })
  .openapi('Guest');

const summary = {
  id: z.string(),
  kind,
  title: z.string(),
  language: z.string(),
  place: z.string(),
  startsAt: time,
  endsAt: time,
  seats: z.int(),
  free: z.int(),
  rule,
  minutes: z.int(),
  visibility,
  status: z.enum(['open', 'full', 'over', 'credited', 'cancelled']),
  hostId: z.string().describe('Empty: the desk, for the town.'),
  hostName: z.string(),
};

export const gatheringSummarySchema = z.object(summary).openapi('GatheringSummary');

export const gatheringSchema = z
  .object({
    ...summary,
    text: z.string(),
    waiting: z.int().describe('How many wait for a seat.'),
    offerId: z.string().nullable().describe('By which partners find it.'),
    mine: z.boolean().describe('Whether whoever asks is the host, or the desk.'),
    me: orNull(guestSchema),
    guests: z.array(guestSchema).describe('For the host and the desk.'),
    names: z
      .array(z.string())
      .describe('For members and the desk: of those who come, or came, and want to be seen. Empty without a token.'),
    hereCode: z.string().nullable().describe('For the host and the desk: what the poster says, to sign in.'),
    ics: z.string().describe('As an RFC 5545 calendar.'),
  })
  .openapi('Gathering');

export const gatheringQuery = pageQuery.extend({
  which: z
    .enum(['coming', 'hosted', 'attended'])
    .default('coming')
    .describe('What comes, soonest first; or what I host, or go and went to, latest first.'),
});

/** What the desk says of itself; members leave it out. */
const atDesk = {
  reason: text(BROKER_LENGTHS.reason).optional().describe('Why the desk does it for a member, for their slip.'),
  by: z.string().max(64).optional().describe('The coordinator, when the operator’s own token does it.'),
};

export const gatheringChangeSchema = newGatheringSchema.extend(atDesk).openapi('GatheringChange');
export const gatheringCancelSchema = z.strictObject(atDesk).openapi('GatheringCancel');
export const signUpSchema = z
  .strictObject({
    member: id.optional().describe('For the desk: whose seat it is.'),
    shown: z.boolean().optional().describe('Whether other members see the name.'),
    ...atDesk,
  })
  .openapi('SignUp');
export const withdrawalSchema = z
  .strictObject({
    guest: id.optional().describe('For the host and the desk: whose seat is given back. They are told.'),
    ...atDesk,
  })
  .openapi('Withdrawal');
export const signInSchema = z.strictObject({ code: z.string().min(1).max(64) }).openapi('HereCode');
export const presenceSchema = z
  .strictObject({
    here: z.array(id).max(1000).describe('The ids of the guests who are here; the others are not.'),
    more: z.array(text(NAME_LENGTH)).max(50).optional().describe('Who came unannounced: names, handles or addresses.'),
  })
  .openapi('Presence');
export const creditSchema = z
  .strictObject({
    lines: z
      .array(z.strictObject({ guest: id, minutes: z.int().min(0).max(600_000) }))
      .max(1000)
      .describe('Everybody who came, each with minutes in quarters of an hour.'),
    ...atDesk,
  })
  .openapi('GatheringCredit');
export const calendarSchema = z
  .object({ link: z.string().describe('A secret address for a calendar program.'), ics: z.string() })
  .openapi('Calendar');
