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
import type { ExchangeMessage, Gift } from '../core/exchange/gift.ts';
import type { Party } from '../core/journal/entry.ts';
import { type Outcome, refuse } from '../core/refusal.ts';
import { base64urlDecode, base64urlEncode, canonicalBytes, sha256 } from './canonical.ts';
import { CONTEXT } from './context.ts';
import {
  giftAcceptSchema,
  giftCancelSchema,
  giftOfferSchema,
  giftRejectSchema,
  honourAcceptSchema,
  honourOfferSchema,
  honourRejectSchema,
} from './schemas.ts';
import type { JsonObject } from './strict-json.ts';

const EXCHANGE_SCHEMAS = {
  GiftOffer: giftOfferSchema,
  GiftAccept: giftAcceptSchema,
  GiftReject: giftRejectSchema,
  GiftCancel: giftCancelSchema,
};

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
  // The exchange's own address is at the bank that began it; an answer comes from the other one.
  const starts = parsed.kind === 'GiftOffer' || parsed.kind === 'GiftCancel';
  if (originOf(value.exchange) !== (starts ? own : peer)) return refuse('foreign_origin', { exchange: value.exchange });
  const message = messageOf(parsed.kind, value);
  if (message.kind === 'GiftOffer' && originOf(message.gift.payer) !== own)
    return refuse('foreign_origin', { payer: message.gift.payer });
  return { ok: true, author, message };
}

type ExchangeValue = z.infer<(typeof EXCHANGE_SCHEMAS)[keyof typeof EXCHANGE_SCHEMAS]>;

function messageOf(kind: keyof typeof EXCHANGE_SCHEMAS, value: ExchangeValue): ExchangeMessage {
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
  const bytes = base64urlDecode(salt);
  if (bytes === undefined || bytes.length !== 32) throw new RangeError('a salt is 32 bytes in base64url');
  const details = canonicalBytes(gift as unknown as JsonObject);
  const joined = new Uint8Array(bytes.length + details.length);
  joined.set(bytes);
  joined.set(details, bytes.length);
  return base64urlEncode(sha256(joined));
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
