/**
 * The one way in which a value becomes bytes, and bytes become a hash.
 *
 * Promises: equal values give equal bytes (RFC 8785) in every language; a value that JSON cannot
 * hold is never written as something else; each string of bytes has exactly one text in each of
 * the alphabets here, and any other text is refused. Synchronous, so that a journal can be
 * chained without waiting. Spec: wire forms, canonical form and hashes.
 *
 * @module
 */
import { sha256 as nobleSha256 } from '@noble/hashes/sha2.js';
import canonicalize from 'canonicalize';
import type { JsonObject, JsonValue } from './strict-json.ts';

/** Bytes that own their memory, as WebCrypto wants them. */
export type Bytes = Uint8Array<ArrayBuffer>;

/**
 * Writes a value in the canonical form of RFC 8785.
 *
 * Throws a TypeError on what is not JSON: undefined, a number that is not finite, a lone
 * surrogate, a function, an object that is not plain, a `toJSON` method, nesting beyond 512 or a
 * circle. Foreign input went through `parseStrict` and cannot contain any of these.
 */
export function canonical(value: JsonValue): string {
  assertJson(value, 0);
  return canonicalize(value) as string;
}

/** The canonical form in UTF-8. Throws as {@link canonical} does. */
export function canonicalBytes(value: JsonValue): Bytes {
  return encoder.encode(canonical(value));
}

/** The runtime's own synchronous hash (Node, Deno and Bun have one), which is several times as fast. */
const runtime = (globalThis as { process?: { getBuiltinModule?(name: string): unknown } }).process?.getBuiltinModule?.(
  'node:crypto',
) as { hash?(name: string, bytes: Uint8Array, encoding: 'buffer'): Uint8Array } | undefined;

/** The SHA-256 digest of some bytes: 32 bytes. */
export function sha256(bytes: Uint8Array): Bytes {
  const digest = runtime?.hash === undefined ? nobleSha256(bytes) : runtime.hash('sha256', bytes, 'buffer');
  return new Uint8Array(digest);
}

/**
 * The text form of the SHA-256 of some bytes: multibase base64url (`u`) over the multihash
 * `0x12 0x20` and the digest. 47 characters, always beginning with `uEi`.
 */
export function multihash(bytes: Uint8Array): string {
  return multihashOfDigest(sha256(bytes));
}

/** The text form of a SHA-256 digest that is already made. Throws a RangeError unless it has 32 bytes. */
export function multihashOfDigest(digest: Uint8Array): string {
  if (digest.length !== 32) throw new RangeError('a SHA-256 digest has 32 bytes');
  const bytes = new Uint8Array(34);
  bytes[0] = 0x12;
  bytes[1] = 0x20;
  bytes.set(digest, 2);
  return `u${base64urlEncode(bytes)}`;
}

/**
 * The hash that names a document in `prev`, `ack` and `head`: of its canonical form without its
 * `proof`, so that a second proof of the same content is the same entry.
 */
export function hashOf(document: JsonObject): string {
  return multihashOfDigest(digestOf(document));
}

/** The SHA-256 of the canonical form of a document without its `proof`. */
export function digestOf(document: JsonObject): Bytes {
  const { proof: _proof, ...content } = document;
  return sha256(canonicalBytes(content));
}

/** The multihash of a Multikey's text, by which an agreement names a recovery key unseen. */
export function hashOfKey(multikey: string): string {
  return multihash(encoder.encode(multikey));
}

const encoder = new TextEncoder();
const MAX_DEPTH = 512;

function assertJson(value: unknown, depth: number): void {
  if (typeof value === 'string' || typeof value === 'boolean' || value === null) return;
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw new TypeError(`not a JSON number: ${value}`);
    return;
  }
  if (typeof value !== 'object') throw new TypeError(`not a JSON value: ${typeof value}`);
  if (depth === MAX_DEPTH) throw new TypeError('nested too deeply, or in a circle');
  if (Array.isArray(value)) {
    for (let i = 0; i < value.length; i++) assertJson(value[i], depth + 1);
    return;
  }
  // A plain object of any realm: its prototype, if it has one, has none itself.
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== null && Object.getPrototypeOf(prototype) !== null) throw new TypeError('not a plain object');
  for (const key of Object.keys(value)) assertJson((value as Record<string, unknown>)[key], depth + 1);
}

const BASE64URL = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
const BASE64 = `${BASE64URL.slice(0, 62)}+/`;
const BASE58 = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz';

/** Base64url without padding (RFC 4648 §5). */
export function base64urlEncode(bytes: Uint8Array): string {
  return encode64(bytes, BASE64URL);
}

/** Base64 with padding (RFC 4648 §4), as structured header fields carry bytes. */
export function base64Encode(bytes: Uint8Array): string {
  return encode64(bytes, BASE64) + '='.repeat((3 - (bytes.length % 3)) % 3);
}

/** Undefined unless the text is exactly what {@link base64urlEncode} gives for some bytes. */
export function base64urlDecode(text: string): Bytes | undefined {
  return decode64(text, BASE64URL_VALUES);
}

/** Undefined unless the text is exactly what {@link base64Encode} gives for some bytes. */
export function base64Decode(text: string): Bytes | undefined {
  if (text.length % 4 !== 0) return undefined;
  const padding = text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0;
  return decode64(text.slice(0, text.length - padding), BASE64_VALUES);
}

function encode64(bytes: Uint8Array, alphabet: string): string {
  let text = '';
  let bits = 0;
  let count = 0;
  for (const byte of bytes) {
    bits = ((bits << 8) | byte) & 0xffff;
    count += 8;
    while (count >= 6) {
      count -= 6;
      text += alphabet[(bits >> count) & 63];
    }
  }
  return count === 0 ? text : text + alphabet[(bits << (6 - count)) & 63];
}

function decode64(text: string, values: Int8Array): Bytes | undefined {
  if (text.length % 4 === 1) return undefined;
  const bytes = new Uint8Array(Math.floor((text.length * 3) / 4));
  let bits = 0;
  let count = 0;
  let length = 0;
  for (let i = 0; i < text.length; i++) {
    const value = values[text.charCodeAt(i)] ?? -1;
    if (value < 0) return undefined;
    bits = ((bits << 6) | value) & 0xffff;
    count += 6;
    if (count >= 8) {
      count -= 8;
      bytes[length++] = bits >> count;
    }
  }
  // Bits that belong to no byte must be zero, or one value would have several texts.
  return (bits & ((1 << count) - 1)) === 0 ? bytes : undefined;
}

/** The longest input of the two functions below. Their cost grows with its square. */
const MAX_BASE58 = 128;
/** Four base58 digits, which with a limb of 24 bits stay far inside the safe integers. */
const BASE58_STEP = 58 ** 4;
const LIMB = 2 ** 24;

/** Base58btc, without a multibase prefix. Throws a RangeError on more than 128 bytes. */
export function base58Encode(bytes: Uint8Array): string {
  if (bytes.length > MAX_BASE58) throw new RangeError('too long for base58');
  let zeros = 0;
  while (zeros < bytes.length && bytes[zeros] === 0) zeros++;
  // Least significant first, four digits each.
  const groups: number[] = [];
  for (let i = zeros; i < bytes.length; ) {
    let carry = 0;
    let step = 1;
    for (const end = Math.min(i + 3, bytes.length); i < end; i++) {
      carry = carry * 256 + (bytes[i] as number);
      step *= 256;
    }
    for (let g = 0; g < groups.length; g++) {
      const sum = (groups[g] as number) * step + carry;
      carry = Math.floor(sum / BASE58_STEP);
      groups[g] = sum - carry * BASE58_STEP;
    }
    for (; carry > 0; carry = Math.floor(carry / BASE58_STEP)) groups.push(carry % BASE58_STEP);
  }
  let text = '';
  for (const group of groups) {
    for (let rest = group, digit = 0; digit < 4; digit++, rest = Math.floor(rest / 58)) text = BASE58[rest % 58] + text;
  }
  let padding = 0;
  while (text[padding] === '1') padding++;
  return '1'.repeat(zeros) + text.slice(padding);
}

/**
 * Undefined unless the text is exactly what {@link base58Encode} gives for some bytes; also for
 * more than 128 characters. Every text over the alphabet is that of exactly one string of bytes.
 */
export function base58Decode(text: string): Bytes | undefined {
  if (text.length > MAX_BASE58) return undefined;
  let zeros = 0;
  while (text.charCodeAt(zeros) === 0x31 /* 1 */) zeros++;
  // Least significant first, 24 bits each.
  const limbs: number[] = [];
  for (let i = zeros; i < text.length; ) {
    let carry = 0;
    let step = 1;
    for (const end = Math.min(i + 4, text.length); i < end; i++) {
      const value = BASE58_VALUES[text.charCodeAt(i)] ?? -1;
      if (value < 0) return undefined;
      carry = carry * 58 + value;
      step *= 58;
    }
    for (let l = 0; l < limbs.length; l++) {
      const sum = (limbs[l] as number) * step + carry;
      carry = Math.floor(sum / LIMB);
      limbs[l] = sum - carry * LIMB;
    }
    if (carry > 0) limbs.push(carry);
  }
  const little: number[] = [];
  for (const limb of limbs) little.push(limb & 0xff, (limb >> 8) & 0xff, limb >> 16);
  while (little.at(-1) === 0) little.pop();
  const bytes = new Uint8Array(zeros + little.length);
  bytes.set(little.reverse(), zeros);
  return bytes;
}

const BASE64URL_VALUES = valuesOf(BASE64URL);
const BASE64_VALUES = valuesOf(BASE64);
const BASE58_VALUES = valuesOf(BASE58);

function valuesOf(alphabet: string): Int8Array {
  const values = new Int8Array(128).fill(-1);
  for (let i = 0; i < alphabet.length; i++) values[alphabet.charCodeAt(i)] = i;
  return values;
}
