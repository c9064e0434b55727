/**
 * Journal entries between their values and their wire form.
 *
 * Promises: `decode(encode(draft))` is the draft; the hash of an entry is that of its wire form
 * without the proof, so a run can be chained first and signed afterwards in parallel. Spec: wire
 * forms, entry hash.
 *
 * @module
 */
import { type AgreementCore, originOf } from '../core/agreement/agreement.ts';
import type { Draft, HashDraft } from '../core/journal/decide.ts';
import type { Body, Kind, Party } from '../core/journal/entry.ts';
import { type Outcome, refuse } from '../core/refusal.ts';
import { base64urlEncode, canonicalBytes, hashOf, sha256 } from './canonical.ts';
import { CONTEXT } from './context.ts';
import { entrySchemas } from './schemas.ts';
import type { JsonObject } from './strict-json.ts';

const TYPES: { readonly [K in Kind]: readonly [string, K] } = {
  Hold: ['Offer', 'Hold'],
  HoldAccept: ['Accept', 'HoldAccept'],
  HoldDecline: ['Reject', 'HoldDecline'],
  Post: ['Activity', 'Post'],
  Void: ['Undo', 'Void'],
  Receipt: ['Activity', 'Receipt'],
  Amend: ['Activity', 'Amend'],
  Checkpoint: ['Activity', 'Checkpoint'],
  Resume: ['Activity', 'Resume'],
  Fulfil: ['Activity', 'Fulfil'],
  Release: ['Activity', 'Release'],
};

const PAIR_PREFIX = 'urn:evenhour:pair:';

/** The pair id and the head of its empty journals, both made from the agreement's core. */
export function pairOf(core: AgreementCore): { pair: string; genesis: string } {
  const document = core as unknown as JsonObject;
  return { pair: PAIR_PREFIX + base64urlEncode(sha256(canonicalBytes(document))), genesis: hashOf(document) };
}

/** The id of an entry: its place under its writer's journal endpoint. */
export function entryId(core: AgreementCore, pair: string, author: Party, epoch: number, seq: number): string {
  return `${core.parties[author].journal}/${pair.slice(PAIR_PREFIX.length)}/${epoch}/${seq}`;
}

/** The wire form of an entry, without its proof. */
export function encodeEntry(core: AgreementCore, pair: string, draft: Draft): JsonObject {
  const { author, epoch, seq, prev, ack, body } = draft;
  const { kind, recoveryVerified: _local, ...fields } = body as Body & { recoveryVerified?: boolean };
  return {
    '@context': [...CONTEXT],
    id: entryId(core, pair, author, epoch, seq),
    type: [...TYPES[kind]],
    actor: core.parties[author].bank,
    pair,
    epoch,
    seq,
    prev,
    ack: { epoch: ack.epoch, seq: ack.seq, hash: ack.hash },
    ...(fields as unknown as JsonObject),
  };
}

/** The function that `write` needs to chain entries of this agreement. */
export function draftHasher(core: AgreementCore, pair: string): HashDraft {
  return (draft) => hashOf(encodeEntry(core, pair, draft));
}

/**
 * Reads an entry of this pair from its wire form. Its hash is `hashOf(document)`; the proof is not
 * checked here.
 *
 * Refuses `schema_mismatch`, `foreign_pair`, `foreign_origin`.
 */
export function decodeEntry(core: AgreementCore, pair: string, document: JsonObject): Outcome<{ draft: Draft }> {
  const type = document['type'];
  const kind = Array.isArray(type) ? type[1] : undefined;
  if (typeof kind !== 'string' || !Object.hasOwn(entrySchemas, kind))
    return refuse('schema_mismatch', { path: 'type' });
  const parsed = entrySchemas[kind as Kind].safeParse(document);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    return refuse('schema_mismatch', { path: issue?.path.join('.') ?? '', problem: issue?.code ?? '' });
  }
  const {
    '@context': _context,
    id,
    type: _type,
    actor,
    pair: named,
    epoch,
    seq,
    prev,
    ack,
    proof: _proof,
    ...fields
  } = parsed.data;
  if (named !== pair) return refuse('foreign_pair', { pair: named });
  const author = core.parties.findIndex((party) => party.bank === actor);
  if (author !== 0 && author !== 1) return refuse('foreign_origin', { actor });
  if (id !== entryId(core, pair, author, epoch, seq)) return refuse('foreign_origin', { id });
  const body = { kind: kind as Kind, ...fields } as Body;
  if (body.kind === 'Hold' && originOf(body.transfer) !== originOf(actor))
    return refuse('foreign_origin', { transfer: body.transfer });
  return { ok: true, draft: { author, epoch, seq, prev, ack, body } };
}
