/**
 * Canonical form, hashes and signatures, a second time: for the auditor, which imports nothing of
 * Evenhour.
 *
 * @module
 */
import { createPublicKey, hash as digestOf, type KeyObject, verify } from 'node:crypto';

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
export type Document = { [key: string]: Json };

export interface Party {
  readonly bank: string;
  readonly key: { readonly id: string; readonly publicKeyMultibase: string };
  /** The hash of the key that allows the first key change. */
  readonly recovery: string;
  readonly grantsMinutes: number;
}

export interface KeyChange {
  readonly newKey: string;
  readonly recoveryKey: string;
  readonly nextRecovery: string;
  readonly recoverySignature: string;
}

const CONTEXT = JSON.stringify([
  'https://www.w3.org/ns/activitystreams',
  'https://w3id.org/security/data-integrity/v2',
  'https://w3id.org/evenhour/v1',
]);

/** What a document is known by, and whether its proof is by the key of a party. */
export interface Seal {
  readonly hash: string;
  readonly isSigned: boolean;
}

export function readSeal(document: Document, { key }: Party): Seal {
  const { proof, ...unsigned } = document;
  const digest = sha256(jcs(unsigned));
  return { hash: multihash(digest), isSigned: isProof(document, proof ?? null, digest, key) };
}

function isProof(document: Document, proof: Json, digest: Buffer, { id, publicKeyMultibase }: Party['key']): boolean {
  if (proof === null || typeof proof !== 'object' || Array.isArray(proof)) return false;
  const { proofValue, ...config } = proof;
  if (JSON.stringify(document['@context']) !== CONTEXT || JSON.stringify(config['@context']) !== CONTEXT) return false;
  if (
    Object.keys(proof).sort().join() !== '@context,created,cryptosuite,proofPurpose,proofValue,type,verificationMethod'
  )
    return false;
  if (config['verificationMethod'] !== id || config['cryptosuite'] !== 'eddsa-jcs-2022') return false;
  return isSignature(Buffer.concat([sha256(jcs(config)), digest]), publicKeyMultibase, String(proofValue));
}

/** Whether the recovery key of a change signed its new key and the next recovery key for this pair. */
export function isAllowed({ newKey, nextRecovery, recoveryKey, recoverySignature }: KeyChange, pair: string): boolean {
  return isSignature(Buffer.from(jcs({ newKey, nextRecovery, pair }), 'utf8'), recoveryKey, recoverySignature);
}

function isSignature(input: Buffer, multikey: string, signature: string): boolean {
  return verify(null, input, keyOf(multikey), base58(signature.slice(1)));
}

/** A journal has few keys and many signatures, so a key is read once. */
const keys = new Map<string, KeyObject>();
const MAX_KEYS = 256;

function keyOf(multikey: string): KeyObject {
  const known = keys.get(multikey);
  if (known !== undefined) return known;
  const raw = base58(multikey.slice(1)).subarray(2);
  const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: raw.toString('base64url') }, format: 'jwk' });
  if (keys.size >= MAX_KEYS) keys.clear();
  keys.set(multikey, key);
  return key;
}

/** RFC 8785 for what our messages hold: whole numbers, strings, booleans, lists and objects. */
export function jcs(value: Json): string {
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(jcs).join(',')}]`;
  let text = '';
  for (const key of Object.keys(value).sort())
    text += `${text === '' ? '' : ','}${JSON.stringify(key)}:${jcs(value[key] as Json)}`;
  return `{${text}}`;
}

export function sha256(text: string): Buffer {
  return digestOf('sha256', text, 'buffer');
}

export function multihash(digest: Buffer): string {
  return `u${Buffer.concat([Buffer.from([0x12, 0x20]), digest]).toString('base64url')}`;
}

export function hashOfKey(multikey: string): string {
  return multihash(sha256(multikey));
}

/** The hash of an entry: of everything but its proof. */
export function hashOf(document: Document): string {
  const { proof: _proof, ...unsigned } = document;
  return multihash(sha256(jcs(unsigned)));
}

const ALPHABET = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz';

function base58(text: string): Buffer {
  let value = 0n;
  for (const letter of text) {
    const digit = ALPHABET.indexOf(letter);
    if (digit === -1) throw new RangeError('not base58');
    value = value * 58n + BigInt(digit);
  }
  const hex = value === 0n ? '' : value.toString(16);
  const bytes = Buffer.from(hex.length % 2 === 1 ? `0${hex}` : hex, 'hex');
  const zeros = /^1*/.exec(text)?.[0].length ?? 0;
  return Buffer.concat([Buffer.alloc(zeros), bytes]);
}
