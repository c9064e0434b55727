import { describe, expect, test } from 'vitest';
import { base64Decode, base64Encode, base64urlDecode } from '../wire/canonical.ts';
import {
  contentDigest,
  type HttpResponse,
  type RequestSignature,
  signatureBase,
  signRequest,
  signResponse,
  verifyRequest,
  verifyResponse,
} from './http-signature.ts';
import {
  encodeMultikey,
  generateKeyPair,
  importPrivateJwk,
  importVerifyingKey,
  signBytes,
  verifyBytes,
} from './key.ts';

const utf8 = (text: string) => new TextEncoder().encode(text);

const NOW = 1795339800;
const GRACIA = 'https://gracia.example/ap/bank#key';
const leith = await generateKeyPair('https://leith.example/ap/bank#key');
const gracia = await generateKeyPair(GRACIA);

const request = {
  method: 'POST',
  url: 'https://gracia.example/ap/journal',
  headers: { 'Evenhour-Session': 's' },
  body: utf8('{}'),
};
async function signedRequest(nonce: string, label = 'evenhour'): Promise<RequestSignature> {
  const headers = await signRequest(request, leith.signing, NOW, nonce);
  const named = (name: string) => (headers[name] as string).replace(/^evenhour=/, `${label}=`);
  return { signatureInput: named('Signature-Input'), signature: named('Signature') };
}
const bound = await signedRequest('nonce-1');

describe('a response', () => {
  const plain: HttpResponse = {
    status: 200,
    headers: { 'Content-Type': 'application/json' },
    body: utf8('{"head":1}'),
  };
  const answer = async (
    response = plain,
    request = bound,
    key = gracia.signing,
    created = NOW,
  ): Promise<HttpResponse> => ({
    ...response,
    headers: { ...response.headers, ...(await signResponse(response, request, key, created)) },
  });
  const codeOf = async (response: HttpResponse, request = bound, key = gracia.verifying, now = NOW) => {
    const outcome = await verifyResponse(response, request, key, now);
    if (outcome.ok) return 'ok';
    return [outcome.refusal.code, outcome.refusal.facts.reason].filter((each) => each !== undefined).join(' ');
  };

  test('is bound to its request', async () => {
    const signed = await answer();
    expect(signed.headers['Signature-Input']).toBe(
      `evenhour=("@status" "content-digest" "signature";req;key="evenhour");created=${NOW};keyid="${GRACIA}";tag="evenhour-v1";alg="ed25519"`,
    );
    expect(await verifyResponse(signed, bound, gracia.verifying, NOW)).toEqual({ ok: true, created: NOW });
    const base = [
      '"@status": 200',
      `"content-digest": ${contentDigest(plain.body)}`,
      `"signature";req;key="evenhour": ${bound.signature.slice('evenhour='.length)}`,
      `"@signature-params": ${signed.headers['Signature-Input']?.slice('evenhour='.length)}`,
    ].join('\n');
    const signature = base64Decode(signed.headers.Signature?.slice('evenhour=:'.length, -1) ?? '');
    expect(await verifyBytes(gracia.verifying, utf8(base), signature ?? new Uint8Array())).toBe(true);
  });

  test('names the label that the request had', async () => {
    const request = await signedRequest('n', 'a');
    const signed = await answer(plain, request);
    expect(signed.headers['Signature-Input']).toContain('"signature";req;key="a"');
    expect(await codeOf(signed, request)).toBe('ok');
    expect(await codeOf(signed)).toBe('signature_mismatch components');
  });

  test('shown with another request fails', async () => {
    const other = await signedRequest('nonce-2');
    expect(await codeOf(await answer(), other)).toBe('signature_mismatch signature');
    expect(await codeOf(await answer(plain, other), other)).toBe('ok');
  });

  test('fails when anything is changed', async () => {
    const signed = await answer();
    const set = (headers: Record<string, string>) => ({ ...signed, headers: { ...signed.headers, ...headers } });
    expect(await codeOf({ ...signed, status: 409 })).toBe('signature_mismatch signature');
    expect(await codeOf({ ...signed, status: 99 })).toBe('signature_mismatch status');
    expect(await codeOf({ ...signed, body: utf8('{"head":2}') })).toBe('signature_mismatch digest');
    const digest = contentDigest(utf8('{"head":2}'));
    expect(await codeOf({ ...set({ 'Content-Digest': digest }), body: utf8('{"head":2}') })).toBe(
      'signature_mismatch signature',
    );
    expect(await codeOf(plain)).toBe('missing_signature');
    expect(await codeOf(set({ signature: signed.headers.Signature as string }))).toBe(
      'signature_mismatch signature_form',
    );
    const unbound = signed.headers['Signature-Input']?.replace(' "signature";req;key="evenhour"', '') as string;
    expect(await codeOf(set({ 'Signature-Input': unbound }))).toBe('signature_mismatch components');
    expect(await codeOf(set({ 'Signature-Input': `${signed.headers['Signature-Input']};nonce="n"` }))).toBe(
      'signature_mismatch parameters',
    );
  });

  test('counts only under the pinned key', async () => {
    expect(await codeOf(await answer(plain, bound, leith.signing))).toBe('wrong_key');
    const pretender = { ...leith.signing, verificationMethod: GRACIA };
    expect(await codeOf(await answer(plain, bound, pretender))).toBe('signature_mismatch signature');
  });

  test('outside of the window is refused', async () => {
    expect(await codeOf(await answer(), bound, gracia.verifying, NOW + 301)).toBe('clock_skew');
    expect(await codeOf(await answer(), bound, gracia.verifying, NOW - 301)).toBe('clock_skew');
  });

  test('is no request, and a request is no response', async () => {
    const signed = await answer();
    const asRequest = { ...request, headers: { ...request.headers, ...signed.headers } };
    expect(await verifyRequest(asRequest, () => gracia.verifying, NOW)).toMatchObject({
      refusal: { code: 'signature_mismatch', facts: { reason: 'components' } },
    });
    const headers = { 'Signature-Input': bound.signatureInput, Signature: bound.signature };
    expect(await codeOf({ ...plain, headers })).toBe('signature_mismatch components');
  });

  test.each([100, 599])('may have the status %d', async (status) => {
    expect(await codeOf(await answer({ ...plain, status }))).toBe('ok');
  });

  test('to an unsigned request, or with an odd status, throws', async () => {
    const none = { signatureInput: '', signature: '' };
    await expect(signResponse(plain, none, gracia.signing, NOW)).rejects.toThrow(TypeError);
    await expect(verifyResponse(plain, none, gracia.verifying, NOW)).rejects.toThrow(TypeError);
    for (const status of [99, 600, 200.5])
      await expect(signResponse({ ...plain, status }, bound, gracia.signing, NOW)).rejects.toThrow(TypeError);
  });
});

describe('RFC 9421 and RFC 9530', () => {
  test('appendix B.2.6: the base, and its signature with test-key-ed25519', async () => {
    const jwk = {
      kty: 'OKP',
      crv: 'Ed25519',
      d: 'n4Ni-HpISpVObnQMW0wOhCKROaIKqKtW_2ZYb2p9KcU',
      x: 'JrQLj5P_89iXES9-vFgrIy29clF9CC_oPPsw3c5D0bs',
    } as const;
    const key = await importPrivateJwk(jwk, 'test-key-ed25519');
    const params =
      '("date" "@method" "@path" "@authority" "content-type" "content-length");created=1618884473;keyid="test-key-ed25519"';
    const base = signatureBase(
      [
        ['"date"', 'Tue, 20 Apr 2021 02:07:55 GMT'],
        ['"@method"', 'POST'],
        ['"@path"', '/foo'],
        ['"@authority"', 'example.com'],
        ['"content-type"', 'application/json'],
        ['"content-length"', '18'],
      ],
      params,
    );
    const expected = 'wqcAqbmYJ2ji2glfAMaRy4gruYYnx2nEFN2HN6jrnDnQCK1u02Gb04v9EDgwUPiu4A0w6vuQv5lIp5WPpBKRCw==';
    expect(base64Encode(await signBytes(key, base))).toBe(expected);
    const multikey = encodeMultikey(base64urlDecode(jwk.x) as Uint8Array);
    const publicKey = await importVerifyingKey(multikey, 'test-key-ed25519');
    if (!publicKey.ok) throw new Error('not imported');
    expect(await verifyBytes(publicKey.key, base, base64Decode(expected) as Uint8Array<ArrayBuffer>)).toBe(true);
  });

  test('RFC 9530 appendix D: the digest of the same body', () => {
    expect(contentDigest(utf8('{"hello": "world"}'))).toBe('sha-256=:X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE=:');
    expect(contentDigest(new Uint8Array())).toBe('sha-256=:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=:');
  });
});
