/**
 * The closed shapes of every Evenhour message on the wire.
 *
 * Promises: what is not named here is refused, so nothing can be smuggled into a signed message;
 * the published JSON Schema is made from these shapes. Messages are plain JSON and are never
 * expanded as linked data. Spec: wire forms.
 *
 * @module
 */
import { z } from 'zod';
import {
  amount,
  code,
  context,
  count,
  digest,
  limit,
  multihash,
  multikey,
  pairUrn,
  proof,
  reference,
  signedMinutes,
  text,
  types,
  url,
} from './shapes.ts';

export const headSchema = z.strictObject({ epoch: count, seq: count, hash: multihash });

/** What a bank computes at a cut. */
export const statementSchema = z.strictObject({
  heads: z.strictObject({ own: headSchema, peer: headSchema }),
  debtMinutes: signedMinutes,
  openMinutes: z.strictObject({ own: count, peer: count }),
  limitMinutes: z.strictObject({ own: limit, peer: limit }),
});

const entryFields = {
  '@context': context,
  id: url,
  actor: url,
  pair: pairUrn,
  epoch: count,
  seq: count.min(1),
  prev: multihash,
  ack: headSchema,
  proof,
};

/** Every kind of journal entry: its types on the wire and its own fields. */
export const entrySchemas = {
  Hold: z.strictObject({
    ...entryFields,
    type: types('Offer', 'Hold'),
    transfer: url,
    minutes: amount,
    payerRef: reference,
    payeeRef: reference,
    detail: digest,
    reverses: url.optional(),
    deciderKey: multikey.optional(),
    routeRef: reference.optional(),
  }),
  HoldAccept: z.strictObject({ ...entryFields, type: types('Accept', 'HoldAccept'), transfer: url }),
  HoldDecline: z.strictObject({ ...entryFields, type: types('Reject', 'HoldDecline'), transfer: url, code }),
  Post: z.strictObject({ ...entryFields, type: types('Activity', 'Post'), transfer: url, minutes: amount }),
  Void: z.strictObject({ ...entryFields, type: types('Undo', 'Void'), transfer: url }),
  Receipt: z.strictObject({
    ...entryFields,
    type: types('Activity', 'Receipt'),
    transfer: url,
    unclaimed: z.boolean(),
  }),
  Amend: z
    .strictObject({
      ...entryFields,
      type: types('Activity', 'Amend'),
      limitMinutes: limit.optional(),
      suspended: z.boolean().optional(),
      features: z.array(reference).max(32).optional(),
      keyChange: z
        .strictObject({
          newKey: multikey,
          recoveryKey: multikey,
          nextRecovery: multihash,
          recoverySignature: z.string().regex(/^z[1-9A-HJ-NP-Za-km-z]{80,90}$/),
        })
        .optional(),
    })
    .refine(
      (a) => (a.limitMinutes ?? a.suspended ?? a.features ?? a.keyChange) !== undefined,
      'an Amend changes something',
    ),
  Checkpoint: z.strictObject({
    ...entryFields,
    type: types('Activity', 'Checkpoint'),
    statement: statementSchema,
  }),
  Resume: z.strictObject({ ...entryFields, type: types('Activity', 'Resume') }),
  Fulfil: z.strictObject({
    ...entryFields,
    type: types('Activity', 'Fulfil'),
    transfer: url,
    minutes: amount,
    certificate: z.string().max(8192),
  }),
  Release: z.strictObject({ ...entryFields, type: types('Activity', 'Release'), transfer: url }),
};

const partySchema = z.strictObject({
  bank: url,
  name: text(100).min(1),
  key: z.strictObject({ id: url, publicKeyMultibase: multikey }),
  recovery: multihash,
  journal: url,
  exchange: url,
  bridgeBuilder: text(100).min(1),
  grantsMinutes: limit,
});

export const coreSchema = z.strictObject({
  version: z.literal('https://w3id.org/evenhour/v1'),
  features: z.array(reference).max(32),
  parties: z.tuple([partySchema, partySchema]),
  start: z.iso.date(),
  end: z.iso.date().optional(),
  noticeDays: z.int().min(0).max(366),
  public: z.boolean(),
  words: z.array(text(500)).max(32),
  nonce: digest,
  predecessor: pairUrn.optional(),
  opening: z
    .strictObject({
      debtor: url,
      minutes: count,
      predecessor: pairUrn,
      causes: z.tuple([headSchema, headSchema]),
    })
    .optional(),
});

/** The first yes: the bank that opened the invitation proposes the whole agreement, signed. */
export const honourOfferSchema = z.strictObject({
  '@context': context,
  id: url,
  type: types('Offer', 'HonourOffer'),
  actor: url,
  pair: pairUrn,
  core: coreSchema,
  invitation: reference,
  proof,
});

/** The second yes. */
export const honourAcceptSchema = z.strictObject({
  '@context': context,
  id: url,
  type: types('Accept', 'HonourAccept'),
  actor: url,
  pair: pairUrn,
  core: coreSchema,
  proof,
});

export const honourRejectSchema = z.strictObject({
  '@context': context,
  id: url,
  type: types('Reject', 'HonourReject'),
  actor: url,
  pair: pairUrn,
  proof,
});

/** The end of a pair, said by one bank, outside of the journals. `heads` are the last entries that it holds. */
export const closeSchema = z.strictObject({
  '@context': context,
  id: url,
  type: types('Activity', 'Close'),
  actor: url,
  pair: pairUrn,
  heads: z.strictObject({ own: headSchema, peer: headSchema }),
  proof,
});

const anyEntry = z.record(z.string(), z.unknown());

/**
 * Two entries of one bank at one place: a proof that needs no proof of its own. The key changes are
 * the bank's Amends before that place, oldest first.
 */
export const forkSchema = z.strictObject({
  '@context': context,
  type: types('Object', 'Fork'),
  pair: pairUrn,
  actor: url,
  core: coreSchema,
  keyChanges: z.array(entrySchemas.Amend).max(64),
  entries: z.tuple([anyEntry, anyEntry]),
});

/** What a bank shows to a partner whose backup does not know their pair: both yeses, and both banks' key changes. */
export const presentationSchema = z.strictObject({
  '@context': context,
  type: types('Object', 'Presentation'),
  pair: pairUrn,
  offer: honourOfferSchema,
  accept: honourAcceptSchema,
  keyChanges: z.array(entrySchemas.Amend).max(128),
});

/** A run of entries, as posted to a journal endpoint. Each item is parsed by itself. */
export const runSchema = z.strictObject({
  '@context': z.literal('https://www.w3.org/ns/activitystreams'),
  type: z.literal('OrderedCollectionPage'),
  partOf: url,
  orderedItems: z.array(z.record(z.string(), z.unknown())).min(1).max(500),
});

/** A greeting at start: from now on only runs of this session count. */
export const openSchema = z.strictObject({ pair: pairUrn, session: digest, nonce: digest });
