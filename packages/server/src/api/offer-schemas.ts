/** The shapes of offers and needs in the JSON API. */
import { z } from '@hono/zod-openapi';
import { CATEGORIES } from '../offer/categories.ts';
import { LENGTHS } from '../offer/offers.ts';
import { PICTURE_TEXT } from '../offer/pictures.ts';
import { pageQuery, text } from './schemas.ts';

const kind = z.enum(['offer', 'need']);
const category = z.enum(CATEGORIES);
const degrees = (most: number) => z.number().min(-most).max(most);

const picture = z
  .object({
    url: z.string().describe('WebP, at most 1200 by 900. With `?small` a square of 320.'),
    text: z.string().describe('What is to be seen in it, for whoever does not see it.'),
  })
  .nullable()
  .describe('Its own; `null` without one, and for those of partner towns.');

const said = {
  id: z.string(),
  kind,
  title: z.string(),
  text: z.string(),
  language: z.string(),
  category: z.string(),
  place: z.string(),
  when: z.string().describe('In words.'),
  minutes: z.int().nullable().describe('`null`: per session, as long as both agree on.'),
  seatsLeft: z.int().nullable().describe('Of a class, tickets or seats; `null` when there is nothing to count.'),
  picture,
  town: z.string().describe('The host of its bank.'),
  agreementId: z.string().nullable().describe('The agreement with its bank; `null` at home.'),
  expiresAt: z.iso.datetime(),
};

export const offerSchema = z
  .object({
    ...said,
    by: z.object({ name: z.string(), memberId: z.string().nullable(), actor: z.string() }),
    visibility: z.enum(['bank', 'partners', 'public']),
    status: z.enum(['open', 'paused', 'ended']),
    createdAt: z.iso.datetime(),
  })
  .openapi('Offer');

export const foundSchema = z
  .object({
    ...said,
    byName: z.string(),
    exact: z.boolean().describe('Whether it has all the words that were asked for.'),
  })
  .openapi('FoundOffer');

export const newOfferSchema = z
  .strictObject({
    member: z.string().max(64).optional().describe("For the operator: a member's id or handle."),
    kind,
    title: text(LENGTHS.title).pipe(z.string().min(1)),
    text: text(LENGTHS.text).optional(),
    language: z
      .string()
      .regex(/^[a-z]{2,3}(-[A-Za-z0-9]{2,8})?$/, 'a language such as en or ca')
      .optional(),
    category,
    place: text(LENGTHS.place).optional(),
    latitude: degrees(90).optional().describe('Degrees; kept to about a kilometre.'),
    longitude: degrees(180).optional(),
    when: text(LENGTHS.when).optional(),
    minutes: z.int().min(1).max(6000).nullable().optional(),
    seats: z.int().min(1).max(1000).nullable().optional(),
    visibility: z.enum(['bank', 'partners', 'public']).optional(),
  })
  .openapi('NewOffer');

export const pictureQuery = z.object({
  text: text(PICTURE_TEXT).default('').describe('What is to be seen in it, for whoever does not see it.'),
});

export const pauseSchema = z.strictObject({ paused: z.boolean() }).openapi('Pause');

export const offerQuery = pageQuery.extend({
  q: z.string().max(200).default('').describe('Words; a mistyped one finds its neighbours.'),
  kind: kind.optional(),
  category: category.optional(),
  town: z.string().max(255).optional().describe("The host of a bank: this one or a partner's."),
  latitude: z.coerce.number().min(-90).max(90).optional().describe('What is near comes first.'),
  longitude: z.coerce.number().min(-180).max(180).optional(),
});
