/**
 * Ed25519 keys: made, read from a Multikey, and kept.
 *
 * Promises: a Multikey is accepted only in its one spelling and never for a point of small order,
 * under which one signature fits many messages; a private key cannot be read out again unless
 * that was asked for when it came in; no key is fetched. Spec: identity, keys.
 *
 * @module
 */
import { type Outcome, refuse } from '../core/refusal.ts';
import { type Bytes, base58Decode, base58Encode, base64urlDecode } from '../wire/canonical.ts';

/** A key to sign with, and the name under which others find its public half. */
export interface SigningKey {
  /** The id of the key: a URL at its owner's origin, such as `https://town.example/ap/bank#key`. */
  readonly verificationMethod: string;
  /** The public half, as in {@link VerifyingKey}. */
  readonly publicMultikey: string;
  readonly privateKey: CryptoKey;
}

/** A key to check signatures with: what an agreement pins. */
export interface VerifyingKey {
  readonly verificationMethod: string;
  /** Multibase base58btc of `0xed 0x01` and the 32 bytes of the key: 48 characters, `z6Mk…`. */
  readonly publicMultikey: string;
  readonly publicKey: CryptoKey;
}

export interface KeyPair {
  readonly signing: SigningKey;
  readonly verifying: VerifyingKey;
}

/** A private key as JWK (RFC 8037), with no member that depends on the runtime. */
export interface PrivateJwk {
  readonly kty: 'OKP';
  readonly crv: 'Ed25519';
  /** The public half, 32 bytes in base64url. */
  readonly x: string;
  /** The seed, 32 bytes in base64url. */
  readonly d: string;
}

/** How a private key is held. */
export interface PrivateKeyOptions {
  /** Whether {@link exportPrivateJwk} and {@link exportSeed} may read it. Default false. */
  readonly extractable?: boolean;
}

/** Makes a new key pair. Ask for `extractable` to be able to store it. */
export async function generateKeyPair(verificationMethod: string, options: PrivateKeyOptions = {}): Promise<KeyPair> {
  const pair = (await subtle.generateKey(ALGORITHM, options.extractable ?? false, ['sign', 'verify'])) as CryptoKeyPair;
  const publicMultikey = encodeMultikey(new Uint8Array(await subtle.exportKey('raw', pair.publicKey)));
  return {
    signing: { verificationMethod, publicMultikey, privateKey: pair.privateKey },
    verifying: { verificationMethod, publicMultikey, publicKey: pair.publicKey },
  };
}

/** The Multikey of a public key of 32 bytes. Throws a RangeError on another length. */
export function encodeMultikey(publicKey: Uint8Array): string {
  if (publicKey.length !== 32) throw new RangeError('an Ed25519 public key has 32 bytes');
  const bytes = new Uint8Array(34);
  bytes[0] = 0xed;
  bytes[1] = 0x01;
  bytes.set(publicKey, 2);
  return `z${base58Encode(bytes)}`;
}

/**
 * The 32 bytes of a Multikey. Undefined if the text is not exactly one that {@link encodeMultikey}
 * gives, if its number is not reduced modulo the field's prime, or if the point has small order.
 */
export function decodeMultikey(multikey: string): Bytes | undefined {
  if (multikey.length !== 48 || !multikey.startsWith('z')) return undefined;
  const bytes = base58Decode(multikey.slice(1));
  if (bytes?.length !== 34 || bytes[0] !== 0xed || bytes[1] !== 0x01) return undefined;
  const key = bytes.slice(2);
  return isReduced(key) && !hasSmallOrder(key) ? key : undefined;
}

/**
 * The key that an agreement pins, ready to verify. Imports are cached by Multikey.
 *
 * Refuses `schema_mismatch` (fact `reason: 'multikey'`) on what {@link decodeMultikey} refuses.
 */
export async function importVerifyingKey(
  publicMultikey: string,
  verificationMethod: string,
): Promise<Outcome<{ key: VerifyingKey }>> {
  let imported = publicKeys.get(publicMultikey);
  if (imported === undefined) {
    const bytes = decodeMultikey(publicMultikey);
    if (bytes === undefined) return refuse('schema_mismatch', { reason: 'multikey' });
    imported = subtle.importKey('raw', bytes, ALGORITHM, true, ['verify']);
  }
  remember(publicMultikey, imported);
  return { ok: true, key: { verificationMethod, publicMultikey, publicKey: await imported } };
}

/**
 * A signing key from a JWK of our own. Throws a TypeError if it is not an Ed25519 private key or
 * if its public half belongs to another.
 */
export async function importPrivateJwk(
  jwk: PrivateJwk,
  verificationMethod: string,
  options: PrivateKeyOptions = {},
): Promise<SigningKey> {
  const { kty, crv, x, d } = jwk;
  const seed = base64urlDecode(d ?? '');
  if (kty !== 'OKP' || crv !== 'Ed25519' || seed?.length !== 32) throw new TypeError('not an Ed25519 private key');
  const key = await importSeed(seed, verificationMethod, options);
  const publicKey = base64urlDecode(x ?? '');
  if (publicKey?.length !== 32 || key.publicMultikey !== encodeMultikey(publicKey)) {
    throw new TypeError('the two halves of this key do not belong together');
  }
  return key;
}

/** A signing key from its seed of 32 bytes (RFC 8032). Throws a TypeError on another length. */
export async function importSeed(
  seed: Uint8Array,
  verificationMethod: string,
  options: PrivateKeyOptions = {},
): Promise<SigningKey> {
  if (seed.length !== 32) throw new TypeError('an Ed25519 seed has 32 bytes');
  const pkcs8 = new Uint8Array(48);
  pkcs8.set(PKCS8_PREFIX);
  pkcs8.set(seed, 16);
  // WebCrypto derives the public half only by way of a key that may be exported.
  const open = await subtle.importKey('pkcs8', pkcs8, ALGORITHM, true, ['sign']);
  const { x } = await subtle.exportKey('jwk', open);
  const publicMultikey = encodeMultikey(base64urlDecode(x ?? '') ?? new Uint8Array());
  const privateKey =
    options.extractable === true ? open : await subtle.importKey('pkcs8', pkcs8, ALGORITHM, false, ['sign']);
  return { verificationMethod, publicMultikey, privateKey };
}

/** The key as JWK, without `key_ops` and `ext`. Rejects if the key is not extractable. */
export async function exportPrivateJwk(key: SigningKey): Promise<PrivateJwk> {
  const { x, d } = await subtle.exportKey('jwk', key.privateKey);
  if (x === undefined || d === undefined) throw new TypeError('not an Ed25519 private key');
  return { kty: 'OKP', crv: 'Ed25519', x, d };
}

/** The seed of 32 bytes. Rejects if the key is not extractable. */
export async function exportSeed(key: SigningKey): Promise<Bytes> {
  const { d } = await exportPrivateJwk(key);
  return base64urlDecode(d) as Bytes;
}

/** Who computes Ed25519 signatures (RFC 8032, pure). Keys are those that this module made or read. */
export interface Signatures {
  sign(privateKey: CryptoKey, bytes: Bytes): Promise<Bytes>;
  verify(publicKey: CryptoKey, bytes: Bytes, signature: Bytes): Promise<boolean>;
}

const ALGORITHM = 'Ed25519';
const { subtle } = globalThis.crypto;

let signatures: Signatures = {
  sign: async (key, bytes) => new Uint8Array(await subtle.sign(ALGORITHM, key, bytes)),
  verify: (key, bytes, signature) => subtle.verify(ALGORITHM, key, signature, bytes),
};

/** Has signatures computed by something else than WebCrypto in this process, such as threads of one's own. */
export function useSignatures(other: Signatures): void {
  signatures = other;
}

/** Signs bytes: 64 bytes. */
export function signBytes(key: SigningKey, bytes: Bytes): Promise<Bytes> {
  return signatures.sign(key.privateKey, bytes);
}

/** Whether a signature of 64 bytes is this key's over these bytes. */
export function verifyBytes(key: VerifyingKey, bytes: Bytes, signature: Bytes): Promise<boolean> {
  return signatures.verify(key.publicKey, bytes, signature);
}

/** PKCS #8 of an Ed25519 key up to its seed (RFC 8410). */
const PKCS8_PREFIX = Uint8Array.of(0x30, 0x2e, 2, 1, 0, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 4, 0x22, 4, 0x20);

const MAX_CACHED = 256;
const publicKeys = new Map<string, Promise<CryptoKey>>();

/** Puts a key last, so that the first is the one that was not used for longest. */
function remember(multikey: string, key: Promise<CryptoKey>): void {
  publicKeys.delete(multikey);
  publicKeys.set(multikey, key);
  if (publicKeys.size <= MAX_CACHED) return;
  for (const oldest of publicKeys.keys()) {
    publicKeys.delete(oldest);
    return;
  }
}

/** Whether the number y is below the prime 2^255 - 19. The top bit is the sign of x. */
function isReduced(key: Uint8Array): boolean {
  if (((key[31] as number) & 0x7f) !== 0x7f || (key[0] as number) < 0xed) return true;
  for (let i = 1; i < 31; i++) if (key[i] !== 0xff) return true;
  return false;
}

/** The y of the eight points of small order; the sign of x makes no difference. */
const SMALL_ORDER: readonly string[] = [
  '0000000000000000000000000000000000000000000000000000000000000000',
  '0100000000000000000000000000000000000000000000000000000000000000',
  'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
  'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
];

function hasSmallOrder(key: Uint8Array): boolean {
  let hex = '';
  for (let i = 0; i < 32; i++) hex += ((key[i] as number) & (i === 31 ? 0x7f : 0xff)).toString(16).padStart(2, '0');
  return SMALL_ORDER.includes(hex);
}
