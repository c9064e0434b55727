import { describe, expect, test } from 'vitest';
import { base58Encode, base64urlEncode } from '../wire/canonical.ts';
import {
  decodeMultikey,
  encodeMultikey,
  exportPrivateJwk,
  exportSeed,
  generateKeyPair,
  importPrivateJwk,
  importSeed,
  importVerifyingKey,
  type PrivateJwk,
  signBytes,
  verifyBytes,
} from './key.ts';

const ID = 'https://leith.example/ap/bank#key';
const unhex = (text: string) => Uint8Array.from(text.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
const multikeyOf = (...bytes: number[]) => `z${base58Encode(Uint8Array.from(bytes))}`;
const prefixed = (key: Uint8Array) => multikeyOf(0xed, 0x01, ...key);

// RFC 8032 §7.1, test 2.
const SEED = unhex('4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb');
const PUBLIC = unhex('3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c');
const MESSAGE = unhex('72');
const SIGNATURE = unhex(
  '92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00',
);

async function verifyingKey(multikey: string) {
  const outcome = await importVerifyingKey(multikey, ID);
  if (!outcome.ok) throw new Error('not imported');
  return outcome.key;
}

describe('Multikey', () => {
  test('the W3C example is read and written', () => {
    const text = 'z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ7XJPt4swbTQ2';
    const bytes = decodeMultikey(text);
    expect(bytes).toHaveLength(32);
    expect(encodeMultikey(bytes as Uint8Array)).toBe(text);
  });

  const good = prefixed(PUBLIC);
  const P = unhex(`ed${'ff'.repeat(30)}7f`);
  const withSign = (key: Uint8Array) => Uint8Array.from(key, (byte, i) => (i === 31 ? byte | 0x80 : byte));
  test.each<[string, string]>([
    ['nothing', ''],
    ['no multibase', good.slice(1)],
    ['base58 in lower case', good.toLowerCase()],
    ['another multibase', `u${good.slice(1)}`],
    ['a leading zero', `z1${good.slice(1)}`],
    ['a space behind', `${good} `],
    ['one character less', good.slice(0, -1)],
    ['one character more', `${good}1`],
    ['a character outside of the alphabet', `${good.slice(0, -1)}0`],
    ['X25519', multikeyOf(0xec, 0x01, ...PUBLIC)],
    ['P-256', multikeyOf(0x80, 0x24, 0x02, ...PUBLIC)],
    ['a private key', multikeyOf(0x80, 0x26, ...SEED)],
    ['another second byte', multikeyOf(0xed, 0x02, ...PUBLIC)],
    ['31 bytes', multikeyOf(0xed, 0x01, ...PUBLIC.slice(1))],
    ['33 bytes', multikeyOf(0xed, 0x01, ...PUBLIC, 0)],
    ['p itself, not reduced', prefixed(P)],
    ['p with the sign', prefixed(withSign(P))],
    ['2^255 - 1', prefixed(unhex(`${'ff'.repeat(31)}7f`))],
    ['p + 1, the identity not reduced', prefixed(unhex(`ee${'ff'.repeat(30)}7f`))],
  ])('refuses %s', async (_name, text) => {
    expect(decodeMultikey(text)).toBeUndefined();
    expect(await importVerifyingKey(text, ID)).toMatchObject({
      ok: false,
      refusal: { code: 'schema_mismatch', facts: { reason: 'multikey' } },
    });
  });

  test.each([
    '0000000000000000000000000000000000000000000000000000000000000000',
    '0100000000000000000000000000000000000000000000000000000000000000',
    'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
    '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
    'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
  ])('refuses the point of small order %s with either sign', (y) => {
    expect(decodeMultikey(prefixed(unhex(y)))).toBeUndefined();
    expect(decodeMultikey(prefixed(withSign(unhex(y))))).toBeUndefined();
  });

  test('accepts the largest reduced number but one', () => {
    expect(decodeMultikey(prefixed(unhex(`eb${'ff'.repeat(30)}7f`)))).toBeDefined();
  });

  test.each([
    ['a large number with one byte below the largest', `ff${'ff'.repeat(14)}fe${'ff'.repeat(15)}7f`],
    ['a large number with one byte below, at the end', `ff${'ff'.repeat(29)}fe7f`],
    ['a large number with one byte below, at the beginning', `fffe${'ff'.repeat(29)}7f`],
  ])('accepts %s', (_name, bytes) => {
    expect(decodeMultikey(prefixed(unhex(bytes)))).toBeDefined();
  });

  test('a public key has 32 bytes', () => {
    expect(() => encodeMultikey(new Uint8Array(31))).toThrow(RangeError);
  });
});

describe('keys', () => {
  test('RFC 8032 test 2: seed, public half, signature', async () => {
    const key = await importSeed(SEED, ID);
    expect(key.publicMultikey).toBe(encodeMultikey(PUBLIC));
    expect(key.verificationMethod).toBe(ID);
    expect(await signBytes(key, MESSAGE)).toEqual(SIGNATURE);
    const verifying = await verifyingKey(key.publicMultikey);
    expect(verifying).toMatchObject({ verificationMethod: ID, publicMultikey: key.publicMultikey });
    expect(await verifyBytes(verifying, MESSAGE, SIGNATURE)).toBe(true);
    expect(await verifyBytes(verifying, unhex('73'), SIGNATURE)).toBe(false);
  });

  test('the same signature with S + L is no signature', async () => {
    const order = 2n ** 252n + 27742317777372353535851937790883648493n;
    let s = order;
    for (let i = 63; i >= 32; i--) s += BigInt(SIGNATURE[i] as number) << BigInt(8 * (i - 32));
    const other = Uint8Array.from(SIGNATURE, (byte, i) =>
      i < 32 ? byte : Number((s >> BigInt(8 * (i - 32))) & 0xffn),
    );
    expect(await verifyBytes(await verifyingKey(encodeMultikey(PUBLIC)), MESSAGE, other)).toBe(false);
  });

  test('a generated pair fits together and cannot be read out', async () => {
    const { signing, verifying } = await generateKeyPair(ID);
    expect(signing.publicMultikey).toBe(verifying.publicMultikey);
    expect(signing.publicMultikey).toMatch(/^z6Mk[1-9A-HJ-NP-Za-km-z]{44}$/);
    expect(await verifyBytes(verifying, MESSAGE, await signBytes(signing, MESSAGE))).toBe(true);
    expect(signing.privateKey.extractable).toBe(false);
    await expect(exportPrivateJwk(signing)).rejects.toThrow();
    await expect(exportSeed(signing)).rejects.toThrow();
    expect((await generateKeyPair(ID)).signing.publicMultikey).not.toBe(signing.publicMultikey);
  });

  test('JWK and seed go out and in again', async () => {
    const { signing, verifying } = await generateKeyPair(ID, { extractable: true });
    const jwk = await exportPrivateJwk(signing);
    expect(Object.keys(jwk).sort()).toEqual(['crv', 'd', 'kty', 'x']);
    const fromJwk = await importPrivateJwk(JSON.parse(JSON.stringify(jwk)) as PrivateJwk, ID);
    const fromSeed = await importSeed(await exportSeed(signing), ID);
    for (const key of [fromJwk, fromSeed]) {
      expect(key.publicMultikey).toBe(signing.publicMultikey);
      expect(key.privateKey.extractable).toBe(false);
      await expect(exportPrivateJwk(key)).rejects.toThrow();
      expect(await verifyBytes(verifying, MESSAGE, await signBytes(key, MESSAGE))).toBe(true);
    }
    expect(await exportPrivateJwk(await importPrivateJwk(jwk, ID, { extractable: true }))).toEqual(jwk);
  });

  const jwk = { kty: 'OKP', crv: 'Ed25519', x: base64urlEncode(PUBLIC), d: base64urlEncode(SEED) };
  test.each<[string, object]>([
    ['another type', { ...jwk, kty: 'EC' }],
    ['another curve', { ...jwk, crv: 'X25519' }],
    ['no private half', { kty: 'OKP', crv: 'Ed25519', x: jwk.x }],
    ['no public half', { kty: 'OKP', crv: 'Ed25519', d: jwk.d }],
    ['the public half of another', { ...jwk, x: base64urlEncode(SEED) }],
    ['a short seed', { ...jwk, d: jwk.d.slice(0, -4) }],
    ['a padded seed', { ...jwk, d: `${jwk.d}=` }],
  ])('a JWK with %s throws', async (_name, value) => {
    await expect(importPrivateJwk(value as PrivateJwk, ID)).rejects.toThrow(TypeError);
  });

  test('a seed of another length throws', async () => {
    await expect(importSeed(new Uint8Array(31), ID)).rejects.toThrow(TypeError);
  });

  test('a public key is imported once and forgotten after 256 others', async () => {
    const multikey = encodeMultikey(PUBLIC);
    const first = await verifyingKey(multikey);
    const otherName = await importVerifyingKey(multikey, 'https://gracia.example/ap/bank#key');
    expect(otherName.ok && otherName.key.publicKey).toBe(first.publicKey);
    expect(otherName.ok && otherName.key.verificationMethod).toBe('https://gracia.example/ap/bank#key');

    const useOthers = async (from: number, to: number) => {
      for (let i = from; i < to; i++) {
        const bytes = Uint8Array.from(PUBLIC);
        bytes[0] = i & 0xff;
        bytes[1] = 1 + (i >> 8);
        await verifyingKey(encodeMultikey(bytes));
      }
    };
    await useOthers(0, 255);
    expect((await verifyingKey(multikey)).publicKey).toBe(first.publicKey);
    // It was used just now, so it stays longer than the others.
    await useOthers(300, 310);
    expect((await verifyingKey(multikey)).publicKey).toBe(first.publicKey);
    await useOthers(400, 657);
    expect((await verifyingKey(multikey)).publicKey).not.toBe(first.publicKey);
  });
});
