/** The shapes of offers and needs in the JSON API. */
import { z } from '@hono/zod-openapi';
import { CATEGORIES } from '../offer/categories.ts';
import { LENGTHS } from '../offer/offers.ts';
import { PICTURE_TEXT } from '../offer/pictures.ts';
import { PLACE_NAME } from '../offer/places.ts';
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
    latitude: degrees(90)
      .optional()
      .describe('Degrees, kept to about a kilometre. Where the town has a place of this name, it is there.'),
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

export const letterSchema = z
  .strictObject({ link: z.string().max(512).describe('Or its last part alone.') })
  .openapi('OfferLetter');

export const newestQuery = z.object({
  limit: z.coerce.number().int().min(1).max(50).default(10).describe('Of each kind.'),
});

export const pauseSchema = z.strictObject({ paused: z.boolean() }).openapi('Pause');

export const offerQuery = pageQuery.extend({
  q: z.string().max(200).default('').describe('Words; a mistyped one finds its neighbours.'),
  kind: kind.optional(),
  category: category.optional(),
  town: z.string().max(255).optional().describe("The host of a bank: this one or a partner's."),
  near: text(LENGTHS.place)
    .optional()
    .describe("What is near comes first: near a place of the town, or `me` for where a member's own place is."),
  latitude: z.coerce.number().min(-90).max(90).optional().describe('The same in degrees, without `near`.'),
  longitude: z.coerce.number().min(-180).max(180).optional(),
});

const coordinates = z.strictObject({ latitude: degrees(90), longitude: degrees(180) }).nullable();

export const placeSchema = z
  .object({
    name: z.string(),
    coordinates: coordinates.describe('Degrees, to about a kilometre; `null` on no map.'),
    waits: z.boolean().describe('Whether members wrote it and nobody has said where it is.'),
    count: z.int().optional().describe('For the operator: how much names it, up to 100.'),
  })
  .openapi('Place');

export const placeNameSchema = z.strictObject({ name: text(PLACE_NAME).pipe(z.string().min(1)) }).openapi('PlaceName');

export const namedPlaceSchema = placeNameSchema
  .extend({ coordinates: coordinates.describe('Degrees; `null`: it is on no map, such as "by telephone".') })
  .openapi('NewPlace');
