/**
 * Proofs inside our messages: FEP-8b32 with the suite `eddsa-jcs-2022`, narrowed.
 *
 * Promises: a verified document is exactly what the pinned key signed, and so is every member of
 * its proof. Stricter than the suite in two places: both contexts equal the pinned array (the
 * suite lets the proof's be a prefix, so that anybody could append one to a signed entry and
 * forge a fork), and the proof has exactly seven members (verifiers differ about the others).
 * Cheap checks come before any cryptography. Spec: integrity.
 *
 * @module
 */
import { type Outcome, refuse } from '../core/refusal.ts';
import {
  type Bytes,
  base58Decode,
  base58Encode,
  canonicalBytes,
  digestOf,
  multihashOfDigest,
  sha256,
} from '../wire/canonical.ts';
import { CONTEXT, isPinnedContext } from '../wire/context.ts';
import type { JsonObject, JsonValue } from '../wire/strict-json.ts';
import { type SigningKey, signBytes, type VerifyingKey, verifyBytes } from './key.ts';

/** Everything in a proof but its value: what is signed together with the document. */
export type ProofConfig = {
  readonly '@context': readonly string[];
  readonly type: 'DataIntegrityProof';
  readonly cryptosuite: 'eddsa-jcs-2022';
  /** When it was signed, such as `2026-11-22T09:30:00Z`. Never used for anything. */
  readonly created: string;
  /** The id of the key. */
  readonly verificationMethod: string;
  readonly proofPurpose: 'assertionMethod';
};

/** A proof as it stands in a document. (A type and no interface, so that it is a JsonObject too.) */
export type Proof = ProofConfig & {
  /** Multibase base58btc (`z`) of the 64 bytes of the signature. */
  readonly proofValue: string;
};

/** A document that is hashed and waits for its signature. */
export interface PreparedProof<T extends object> {
  readonly document: T;
  /** What `prev`, `ack` and `head` name the document by; see `hashOf`. */
  readonly hash: string;
  readonly config: ProofConfig;
  /** What is signed: the hash of the proof's config, then that of the document, 64 bytes. */
  readonly input: Bytes;
  readonly key: SigningKey;
}

/**
 * Signs a document.
 *
 * `created` is RFC 3339 in UTC, such as `2026-11-22T09:30:00Z`. Throws a TypeError if it is not,
 * or if the document has a proof already or not the pinned context: these are faults of the caller.
 */
export function signDocument<T extends object>(
  document: T,
  key: SigningKey,
  created: string,
): Promise<T & { proof: Proof }> {
  return completeProof(prepareProof(document, key, created));
}

/**
 * The first half of {@link signDocument}, without waiting. The hash is known here, so a run of
 * entries can be chained first and then signed in parallel:
 *
 * ```ts
 * const prepared = drafts.map((draft) => prepareProof(draft, key, created)); // each names the hash before it
 * const signed = await Promise.all(prepared.map(completeProof));
 * ```
 */
export function prepareProof<T extends object>(document: T, key: SigningKey, created: string): PreparedProof<T> {
  const content = document as unknown as JsonObject;
  if (Object.hasOwn(content, 'proof')) throw new TypeError('the document has a proof already');
  if (!isPinnedContext(content['@context'])) throw new TypeError('the document has not the pinned @context');
  if (!CREATED.test(created)) throw new TypeError(`not a time in UTC: ${created}`);
  const { verificationMethod } = key;
  const digest = digestOf(content);
  const input = join(configDigest(verificationMethod, created), digest);
  return { document, hash: multihashOfDigest(digest), config: configOf(verificationMethod, created), input, key };
}

/** The second half of {@link signDocument}: the signature. */
export async function completeProof<T extends object>(prepared: PreparedProof<T>): Promise<T & { proof: Proof }> {
  const { document, config, input, key } = prepared;
  const signature = await signBytes(key, input);
  return { ...document, proof: { ...config, proofValue: `z${base58Encode(signature)}` } };
}

/**
 * Checks that a document is exactly what the pinned key signed. The answer carries the
 * document's hash, which is made on the way.
 *
 * Refuses, in this order: `context_mismatch` (fact `in`: document or proof), `proof_malformed`
 * (fact `reason`), `wrong_key` (facts `ours`, `theirs`), `proof_mismatch`.
 */
export async function verifyDocument(document: JsonObject, key: VerifyingKey): Promise<Outcome<{ hash: string }>> {
  if (!isPinnedContext(document['@context'])) return refuse('context_mismatch', { in: 'document' });
  const proof = document.proof;
  if (!isObject(proof))
    return refuse('proof_malformed', { reason: proof === undefined ? 'missing' : 'not_one_object' });
  if (!isPinnedContext(proof['@context'])) return refuse('context_mismatch', { in: 'proof' });

  const { created, verificationMethod } = proof;
  const reason = faultOf(proof);
  if (reason !== undefined) return refuse('proof_malformed', { reason });
  const signature = decodeProofValue(proof.proofValue as string);
  if (signature === undefined) return refuse('proof_malformed', { reason: 'proofValue' });
  if (verificationMethod !== key.verificationMethod) {
    return refuse('wrong_key', { ours: key.verificationMethod, theirs: verificationMethod as string });
  }

  // Every member of the config was compared with a constant above, or is one of these two.
  const digest = digestOf(document);
  const input = join(configDigest(key.verificationMethod, created as string), digest);
  if (!(await verifyBytes(key, input, signature))) return refuse('proof_mismatch');
  return { ok: true, hash: multihashOfDigest(digest) };
}

/**
 * The 64 bytes that `eddsa-jcs-2022` signs for any config and any document without proof
 * (vc-di-eddsa §3.3.4). The functions above are this with our narrower config.
 */
export function signingInput(config: JsonObject, document: JsonObject): Bytes {
  return join(sha256(canonicalBytes(config)), digestOf(document));
}

/** RFC 3339 in UTC, with at most nine digits of a second and no leap second. */
const CREATED = /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{1,9})?Z$/;

/** 64 bytes need 86 to 88 base58 digits, or fewer when they begin with zeros: never under 64. */
const MIN_PROOF_VALUE = 1 + 64;
const MAX_PROOF_VALUE = 1 + 88;

/** The members of a proof beside `@context`, each with what it must be: a constant or a shape. */
const MEMBERS: Readonly<Record<string, string | ((text: string) => boolean)>> = {
  type: 'DataIntegrityProof',
  cryptosuite: 'eddsa-jcs-2022',
  created: (text) => CREATED.test(text),
  verificationMethod: (text) => text.length > 0,
  proofPurpose: 'assertionMethod',
  proofValue: (text) => text.length >= MIN_PROOF_VALUE && text.length <= MAX_PROOF_VALUE && text.startsWith('z'),
};
const MEMBER_NAMES = Object.keys(MEMBERS);

/** The name of the first member that is missing or wrong, `members` if there are others, or undefined. */
function faultOf(proof: JsonObject): string | undefined {
  for (const name of MEMBER_NAMES) {
    const value = Object.hasOwn(proof, name) ? proof[name] : undefined;
    const expected = MEMBERS[name];
    if (typeof value !== 'string') return name;
    if (typeof expected === 'function' ? !expected(value) : value !== expected) return name;
  }
  return Object.keys(proof).length === MEMBER_NAMES.length + 1 ? undefined : 'members';
}

function decodeProofValue(text: string): Bytes | undefined {
  const signature = base58Decode(text.slice(1));
  return signature?.length === 64 ? signature : undefined;
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function configOf(verificationMethod: string, created: string): ProofConfig {
  return {
    '@context': [...CONTEXT],
    type: 'DataIntegrityProof',
    cryptosuite: 'eddsa-jcs-2022',
    created,
    verificationMethod,
    proofPurpose: 'assertionMethod',
  };
}

const MAX_CACHED = 64;
const configDigests = new Map<string, Bytes>();

/** A run shares one config, so its hash is kept. A time has no spaces: the two cannot run together. */
function configDigest(verificationMethod: string, created: string): Bytes {
  const name = `${created} ${verificationMethod}`;
  const known = configDigests.get(name);
  if (known !== undefined) return known;
  if (configDigests.size >= MAX_CACHED) configDigests.clear();
  const digest = sha256(canonicalBytes(configOf(verificationMethod, created)));
  configDigests.set(name, digest);
  return digest;
}

function join(first: Bytes, second: Bytes): Bytes {
  const both = new Uint8Array(64);
  both.set(first);
  both.set(second, 32);
  return both;
}
