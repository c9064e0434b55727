/**
 * Bytes and values: strict JSON, canonical form, hashes and the pinned context.
 *
 * @module
 */
export {
  type Bytes,
  base58Decode,
  base58Encode,
  base64Decode,
  base64Encode,
  base64urlDecode,
  base64urlEncode,
  canonical,
  canonicalBytes,
  digestOf,
  hashOf,
  hashOfKey,
  multihash,
  multihashOfDigest,
  sha256,
} from './canonical.ts';
export {
  CONTEXT,
  EVENHOUR_CONTEXT_DOCUMENT,
  EVENHOUR_CONTEXT_URL,
  EVENHOUR_NAMESPACE,
  isPinnedContext,
} from './context.ts';
export { closeId, decodeClose, encodeClose, makeFork, makePresentation } from './endings.ts';
export { decodeEntry, draftHasher, encodeEntry, entryId, pairOf } from './entry.ts';
export {
  giftAcceptSchema,
  giftCancelSchema,
  giftOfferSchema,
  giftRejectSchema,
  stepSchemas,
  talkSchemas,
} from './exchange-schemas.ts';
export {
  decodeExchangeMessage,
  decodeHonour,
  detailOf,
  type ExchangeMessage,
  encodeExchangeMessage,
  encodeHonour,
  type HonourMessage,
} from './messages.ts';
export {
  closeSchema,
  coreSchema,
  entrySchemas,
  forkSchema,
  headSchema,
  honourAcceptSchema,
  honourOfferSchema,
  honourRejectSchema,
  openSchema,
  presentationSchema,
  runSchema,
  statementSchema,
} from './schemas.ts';
export { detailOfHold, type HoldDetails, STEP_TYPES, type StepKind } from './steps.ts';
export {
  type JsonLimits,
  type JsonObject,
  type JsonReason,
  type JsonValue,
  MAX_BYTES,
  MAX_DEPTH,
  parseStrict,
} from './strict-json.ts';
