/**
 * Exchange and agreement messages between their values and their wire form.
 *
 * Promises: closed schemas both ways; the actor and every id of ours stand at the origin of the
 * bank that signs. Proofs are checked in `proof/`. Spec: wire forms.
 *
 * @module
 */
import type { z } from 'zod';
import { type AgreementCore, originOf } from '../core/agreement/agreement.ts';
import type { Gift, GiftMessage } from '../core/exchange/gift.ts';
import type { StepMessage, TalkMessage } from '../core/exchange/log.ts';
import type { Party } from '../core/journal/entry.ts';
import { type Outcome, refuse } from '../core/refusal.ts';
import { CONTEXT } from './context.ts';
import {
  giftAcceptSchema,
  giftCancelSchema,
  giftOfferSchema,
  giftRejectSchema,
  stepSchemas,
  talkSchemas,
} from './exchange-schemas.ts';
import { honourAcceptSchema, honourOfferSchema, honourRejectSchema } from './schemas.ts';
import { decodeStep, encodeStep, type StepKind, salted } from './steps.ts';
import type { JsonObject } from './strict-json.ts';

/** Everything that two banks say to each other about what their members do. */
export type ExchangeMessage = GiftMessage | StepMessage | TalkMessage;

const GIFT_SCHEMAS = {
  GiftOffer: giftOfferSchema,
  GiftAccept: giftAcceptSchema,
  GiftReject: giftRejectSchema,
  GiftCancel: giftCancelSchema,
};

const EXCHANGE_SCHEMAS = { ...GIFT_SCHEMAS, ...stepSchemas, ...talkSchemas };

const HONOUR_SCHEMAS = {
  HonourOffer: honourOfferSchema,
  HonourAccept: honourAcceptSchema,
  HonourReject: honourRejectSchema,
};

/** The wire form of an exchange message of `author`, without its proof. */
export function encodeExchangeMessage(
  core: AgreementCore,
  pair: string,
  author: Party,
  message: ExchangeMessage,
): JsonObject {
  const head = {
    '@context': [...CONTEXT],
    id: message.id,
    actor: core.parties[author].bank,
    pair,
    exchange: message.exchange,
  };
  switch (message.kind) {
    case 'GiftOffer': {
      const object = { type: ['Object', 'Gift'], ...message.gift } as unknown as JsonObject;
      return { ...head, type: ['Offer', 'GiftOffer'], n: 1, seen: 0, salt: message.salt, object };
    }
    case 'GiftAccept': {
      const { object, payeeRef, payeeName } = message;
      return { ...head, type: ['Accept', 'GiftAccept'], n: 1, seen: 1, object, payeeRef, payeeName };
    }
    case 'GiftReject':
      return { ...head, type: ['Reject', 'GiftReject'], n: 1, seen: 1, object: message.object, code: message.code };
    case 'GiftCancel':
      return {
        ...head,
        type: ['Undo', 'GiftCancel'],
        n: 2,
        seen: message.answered ? 1 : 0,
        object: message.object,
        code: message.code,
      };
    default:
      return { ...head, ...encodeStep(message) };
  }
}

/** Reads an exchange message of this pair. Refuses `schema_mismatch`, `foreign_pair`, `foreign_origin`. */
export function decodeExchangeMessage(
  core: AgreementCore,
  pair: string,
  document: JsonObject,
): Outcome<{ message: ExchangeMessage; author: Party }> {
  const parsed = parseKind(EXCHANGE_SCHEMAS, document);
  if (!parsed.ok) return parsed;
  const value = parsed.value;
  if (value.pair !== pair) return refuse('foreign_pair', { pair: value.pair });
  const author = core.parties.findIndex((party) => party.bank === value.actor);
  if (author !== 0 && author !== 1) return refuse('foreign_origin', { actor: value.actor });
  const own = originOf(value.actor);
  const peer = originOf(core.parties[author === 0 ? 1 : 0].bank);
  if (originOf(value.id) !== own) return refuse('foreign_origin', { id: value.id });
  const { kind } = parsed;
  if (isStep(kind)) {
    const step = decodeStep(core, author, kind, value as Parameters<typeof decodeStep>[3]);
    return step.ok ? { ...step, author } : step;
  }
  if (kind === 'Message' || kind === 'Thanks') {
    const { id, exchange, content } = value as z.infer<(typeof talkSchemas)['Message']>;
    // Either member may speak, whoever began.
    if (![own, peer].includes(originOf(exchange))) return refuse('foreign_origin', { exchange });
    return { ok: true, author, message: { kind, id, exchange, content } };
  }
  // The exchange's own address is at the bank that began it; an answer comes from the other one.
  const starts = kind === 'GiftOffer' || kind === 'GiftCancel';
  if (originOf(value.exchange) !== (starts ? own : peer)) return refuse('foreign_origin', { exchange: value.exchange });
  const message = giftOf(kind, value as GiftValue);
  if (message.kind === 'GiftOffer' && originOf(message.gift.payer) !== own)
    return refuse('foreign_origin', { payer: message.gift.payer });
  return { ok: true, author, message };
}

function isStep(kind: keyof typeof EXCHANGE_SCHEMAS): kind is StepKind {
  return Object.hasOwn(stepSchemas, kind);
}

type GiftValue = z.infer<(typeof GIFT_SCHEMAS)[keyof typeof GIFT_SCHEMAS]>;

function giftOf(kind: keyof typeof GIFT_SCHEMAS, value: GiftValue): GiftMessage {
  const { id, exchange } = value;
  if (kind === 'GiftOffer') {
    const offer = value as z.infer<typeof giftOfferSchema>;
    const { type: _type, ...gift } = offer.object;
    return { kind, id, exchange, salt: offer.salt, gift: gift as Gift };
  }
  if (kind === 'GiftAccept') {
    const { object, payeeRef, payeeName } = value as z.infer<typeof giftAcceptSchema>;
    return { kind, id, exchange, object, payeeRef, payeeName };
  }
  const { object, code } = value as z.infer<typeof giftRejectSchema>;
  if (kind === 'GiftReject') return { kind, id, exchange, object, code };
  return { kind, id, exchange, object, code, answered: (value as z.infer<typeof giftCancelSchema>).seen === 1 };
}

/** Base64url of sha-256(salt, JCS(gift)): all that a journal says of what the hours are for. */
export function detailOf(salt: string, gift: Gift): string {
  return salted(salt, gift as unknown as JsonObject);
}

/** A message about an agreement. `invitation` is the token of the link that began it. */
export type HonourMessage =
  | {
      readonly kind: 'HonourOffer';
      readonly id: string;
      readonly actor: string;
      readonly pair: string;
      readonly core: AgreementCore;
      readonly invitation: string;
    }
  | {
      readonly kind: 'HonourAccept';
      readonly id: string;
      readonly actor: string;
      readonly pair: string;
      readonly core: AgreementCore;
    }
  | { readonly kind: 'HonourReject'; readonly id: string; readonly actor: string; readonly pair: string };

const HONOUR_TYPES = { HonourOffer: 'Offer', HonourAccept: 'Accept', HonourReject: 'Reject' } as const;

export function encodeHonour(message: HonourMessage): JsonObject {
  const { kind, ...fields } = message;
  return { '@context': [...CONTEXT], type: [HONOUR_TYPES[kind], kind], ...(fields as unknown as JsonObject) };
}

export function decodeHonour(document: JsonObject): Outcome<{ message: HonourMessage }> {
  const parsed = parseKind(HONOUR_SCHEMAS, document);
  if (!parsed.ok) return parsed;
  const { '@context': _context, type: _type, proof: _proof, ...fields } = parsed.value;
  if (originOf(fields.id) !== originOf(fields.actor)) return refuse('foreign_origin', { id: fields.id });
  return { ok: true, message: { kind: parsed.kind, ...fields } as HonourMessage };
}

/** Picks the schema by the second of the two types and applies it. */
function parseKind<S extends Record<string, z.ZodType>>(
  schemas: S,
  document: JsonObject,
): Outcome<{ kind: keyof S & string; value: z.infer<S[keyof S]> }> {
  const type = document['type'];
  const kind = Array.isArray(type) ? type[1] : undefined;
  const schema = typeof kind === 'string' && Object.hasOwn(schemas, kind) ? schemas[kind] : undefined;
  if (schema === undefined) return refuse('schema_mismatch', { path: 'type' });
  const parsed = schema.safeParse(document);
  if (parsed.success) return { ok: true, kind: kind as keyof S & string, value: parsed.data as z.infer<S[keyof S]> };
  const issue = parsed.error.issues[0];
  return refuse('schema_mismatch', { path: issue?.path.join('.') ?? '', problem: issue?.code ?? '' });
}
