/**
 * The JSON-LD context of Evenhour's messages, pinned.
 *
 * Promises: document and proof carry exactly this array, so nobody can append a context to a
 * signed entry and thereby give it another hash. The context document ships here and is never
 * fetched; our messages are read as plain JSON and never expanded. It exists for those who read
 * them as linked data. Spec: wire forms, context.
 *
 * @module
 */
import type { JsonObject } from './strict-json.ts';

/** The `@context` of every Evenhour message and of its proof, in this order. */
export const CONTEXT = [
  'https://www.w3.org/ns/activitystreams',
  'https://w3id.org/security/data-integrity/v2',
  'https://w3id.org/evenhour/v1',
] as const;

/** Where {@link EVENHOUR_CONTEXT_DOCUMENT} is served, and the version URI of the protocol. */
export const EVENHOUR_CONTEXT_URL: string = CONTEXT[2];

/** What every term of ours begins with when it is written in full. */
export const EVENHOUR_NAMESPACE = 'https://w3id.org/evenhour/v1#';

/** Whether a value is the pinned array: these three strings, in this order, and nothing more. */
export function isPinnedContext(value: unknown): boolean {
  return (
    Array.isArray(value) &&
    value.length === CONTEXT.length &&
    value[0] === CONTEXT[0] &&
    value[1] === CONTEXT[1] &&
    value[2] === CONTEXT[2]
  );
}

const TYPES = [
  ...[
    'Hold',
    'HoldAccept',
    'HoldDecline',
    'Post',
    'Void',
    'Receipt',
    'Amend',
    'Checkpoint',
    'Resume',
    'Fulfil',
    'Release',
  ],
  ...['HonourOffer', 'HonourAccept', 'HonourReject', 'Close', 'Fork', 'Presentation'],
  ...['Gift', 'GiftOffer', 'GiftAccept', 'GiftReject', 'GiftCancel', 'Transfer'],
  ...['ExchangeOffer', 'ExchangeCounter', 'ExchangeAccept', 'ExchangeReject', 'ExchangeWithdraw', 'ExchangeCancel'],
  ...['Claim', 'ClaimUpdate', 'ClaimAccept', 'ClaimReject', 'Message', 'Thanks'],
] as const;

const INTEGERS = [
  ...['epoch', 'seq', 'n', 'seen', 'minutes', 'limitMinutes', 'grantsMinutes', 'debtMinutes', 'noticeDays'],
] as const;

const PLAIN = [
  // The place of an entry.
  ...['pair', 'prev', 'ack', 'hash', 'own', 'peer'],
  // Transfers.
  ...['transfer', 'payerRef', 'payeeRef', 'detail', 'code', 'reverses', 'decideBy', 'unclaimed'],
  ...['deciderKey', 'routeRef', 'certificate'],
  // Amend.
  ...['suspended', 'features', 'keyChange', 'newKey', 'recoveryKey', 'nextRecovery', 'recoverySignature'],
  // Checkpoint.
  ...['statement', 'heads', 'debts', 'openHolds', 'openMinutes', 'limits'],
  // The agreement.
  ...[
    'core',
    'invitation',
    'version',
    'parties',
    'bank',
    'key',
    'publicKeyMultibase',
    'recovery',
    'journal',
    'bridgeBuilder',
  ],
  ...['start', 'end', 'public', 'words', 'predecessor', 'opening', 'debtor', 'causes'],
  // The end of a pair, evidence, and a pair that a restored bank does not know.
  ...['entries', 'keyChanges', 'offer', 'accept'],
  // Exchanges and greetings.
  ...['exchange', 'salt', 'payer', 'payerName', 'payee', 'payeeName', 'session', 'nonce'],
  // The steps of an exchange.
  ...['side', 'member', 'ref', 'with', 'terms', 'place', 'answers', 'because', 'doneOn', 'until'],
] as const;

/**
 * The document that is served at {@link EVENHOUR_CONTEXT_URL} as `application/ld+json`.
 *
 * Its terms are not protected: the data-integrity context scopes a `nonce` of its own to proofs,
 * and a protected term may not be scoped anew.
 */
export const EVENHOUR_CONTEXT_DOCUMENT: JsonObject = {
  '@context': {
    '@version': 1.1,
    evenhour: EVENHOUR_NAMESPACE,
    xsd: 'http://www.w3.org/2001/XMLSchema#',
    ...Object.fromEntries(TYPES.map((term) => [term, `evenhour:${term}`])),
    ...Object.fromEntries(INTEGERS.map((term) => [term, { '@id': `evenhour:${term}`, '@type': 'xsd:integer' }])),
    ...Object.fromEntries(PLAIN.map((term) => [term, `evenhour:${term}`])),
  },
};
