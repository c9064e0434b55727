/**
 * The closed shapes of the messages between two members' banks: gifts, the steps of an exchange, and talk.
 *
 * @module
 */
import { z } from 'zod';
import { MAX_ENTRY_MINUTES } from '../core/minutes.ts';
import {
  amount,
  code,
  context,
  count,
  digest,
  multihash,
  pairUrn,
  proof,
  reference,
  text,
  types,
  url,
} from './shapes.ts';

/** A member of another bank, as people write it, after `acct:`. */
const acct = z
  .string()
  .max(300)
  .regex(/^acct:[a-z0-9](?:[a-z0-9_.-]{0,62}[a-z0-9])?@[a-z0-9.:[\]-]{1,200}$/);

const exchangeFields = {
  '@context': context,
  id: url,
  actor: url,
  pair: pairUrn,
  exchange: url,
  proof,
};

export const giftOfferSchema = z.strictObject({
  ...exchangeFields,
  type: types('Offer', 'GiftOffer'),
  /** This side's own count, and the highest of the other side that it has applied. */
  n: z.literal(1),
  seen: z.literal(0),
  salt: digest,
  object: z.strictObject({
    type: types('Object', 'Gift'),
    payer: url,
    payerName: text(100),
    payee: acct,
    minutes: amount,
    content: text(500),
    payerRef: reference,
    reverses: url.optional(),
  }),
});

export const giftAcceptSchema = z.strictObject({
  ...exchangeFields,
  type: types('Accept', 'GiftAccept'),
  n: z.literal(1),
  seen: z.literal(1),
  object: url,
  payeeRef: reference,
  payeeName: text(100),
});

export const giftRejectSchema = z.strictObject({
  ...exchangeFields,
  type: types('Reject', 'GiftReject'),
  n: z.literal(1),
  seen: z.literal(1),
  object: url,
  code,
});

export const giftCancelSchema = z.strictObject({
  ...exchangeFields,
  type: types('Undo', 'GiftCancel'),
  n: z.literal(2),
  seen: z.int().min(0).max(1),
  object: url,
  code,
});

const side = z.enum(['giver', 'receiver']);
const place = count.min(1).max(10_000);

/** A place in the two logs, its own end of the chain, and who speaks: said by the first message of a side. */
const stepFields = {
  ...exchangeFields,
  n: place,
  seen: count.max(10_000),
  prev: multihash.optional(),
  member: z.strictObject({ id: url, name: text(100), ref: reference }).optional(),
};

const terms = z.strictObject({
  minutes: amount,
  content: text(500),
  startTime: z.iso.datetime({ offset: true }).max(40).optional(),
  place: text(200).optional(),
});
const answers = z.strictObject({ side, n: place });
const because = text(500);
const recorded = { minutes: count.max(MAX_ENTRY_MINUTES), doneOn: z.iso.date().optional() };

/** The first message of a side names its member, every later one the message before. */
function inPlace(value: object): boolean {
  const { n, prev, member } = value as { n: number; prev?: string; member?: object };
  return (n === 1) === (prev === undefined) && (n === 1) === (member !== undefined);
}

const step = <S extends z.ZodRawShape>(shape: S) =>
  z
    .strictObject({ ...stepFields, ...shape })
    .refine(inPlace, 'the first message of a side has member and no prev, every other prev and no member');

/** Every step of an exchange: its types on the wire and its own members. */
export const stepSchemas = {
  ExchangeOffer: step({
    type: types('Offer', 'ExchangeOffer'),
    n: z.literal(1),
    seen: z.literal(0),
    side,
    with: acct,
    salt: digest,
    inReplyTo: url.optional(),
    terms,
  }),
  ExchangeCounter: step({ type: types('Offer', 'ExchangeCounter'), terms }),
  ExchangeAccept: step({ type: types('Accept', 'ExchangeAccept'), answers }),
  ExchangeReject: step({ type: types('Reject', 'ExchangeReject'), answers, because: because.optional() }),
  ExchangeWithdraw: step({ type: types('Undo', 'ExchangeWithdraw'), because: because.optional() }),
  ExchangeCancel: step({ type: types('Undo', 'ExchangeCancel'), because: because.optional() }),
  Claim: step({ type: types('Create', 'Claim'), ...recorded }),
  ClaimUpdate: step({ type: types('Update', 'ClaimUpdate'), ...recorded }),
  ClaimAccept: step({ type: types('Accept', 'ClaimAccept'), answers }),
  ClaimReject: step({ type: types('Reject', 'ClaimReject'), answers, because, until: z.iso.date().optional() }),
};

const talk = (kind: string) =>
  z.strictObject({ ...exchangeFields, type: types('Create', kind), content: text(1000).min(1) });

/** What the two say to each other, outside of the logs. */
export const talkSchemas = { Message: talk('Message'), Thanks: talk('Thanks') };
