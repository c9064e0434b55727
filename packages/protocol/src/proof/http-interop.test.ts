import { httpbis, type Request } from 'http-message-signatures';
import { expect, test } from 'vitest';
import { contentDigest, signRequest, signResponse, verifyRequest, verifyResponse } from './http-signature.ts';
import { generateKeyPair, type KeyPair, signBytes, verifyBytes } from './key.ts';

/** The other implementation, with our WebCrypto keys. Its clock is the machine's. */
const signer = ({ signing }: KeyPair) => ({
  id: signing.verificationMethod,
  alg: 'ed25519',
  sign: async (data: Buffer) => Buffer.from(await signBytes(signing, Uint8Array.from(data))),
});
const lookup = ({ verifying }: KeyPair) => ({
  keyLookup: async () => ({
    id: verifying.verificationMethod,
    algs: ['ed25519'],
    verify: (data: Buffer, signature: Buffer) =>
      verifyBytes(verifying, Uint8Array.from(data), Uint8Array.from(signature)),
  }),
});

const now = Math.floor(Date.now() / 1000);
const created = new Date(now * 1000);
const leith = await generateKeyPair('https://leith.example/ap/bank#key');
const gracia = await generateKeyPair('https://gracia.example/ap/bank#key');

const body = new TextEncoder().encode('{}');
const request = {
  method: 'POST',
  url: 'https://gracia.example/ap/journal?a=1',
  headers: { 'Evenhour-Session': 's' },
  body,
};
const response = { status: 200, headers: {}, body };
const covered = ['@method', '@target-uri', 'content-digest', 'evenhour-session'];

/** Requests signed by either side. */
async function signedRequests(): Promise<Request[]> {
  const { method, url } = request;
  const ours = { ...request.headers, ...(await signRequest(request, leith.signing, now, 'n')) };
  const theirs = await httpbis.signMessage(
    {
      key: signer(leith),
      name: 'sig1',
      fields: covered,
      params: ['alg', 'created', 'keyid', 'nonce', 'tag'],
      paramValues: { created, nonce: 'n', tag: 'evenhour-v1' },
    },
    { method, url, headers: { ...request.headers, 'Content-Digest': contentDigest(body) } },
  );
  return [{ method, url, headers: ours }, theirs];
}

test('http-message-signatures and we verify the same requests and answers', async () => {
  for (const signed of await signedRequests()) {
    expect(await httpbis.verifyMessage({ ...lookup(leith), requiredFields: covered }, signed)).toBe(true);
    const headers = signed.headers as Record<string, string>;
    expect((await verifyRequest({ ...request, headers }, () => leith.verifying, now)).ok).toBe(true);

    const bound = { signatureInput: headers['Signature-Input'] as string, signature: headers.Signature as string };
    const label = bound.signature.split('=')[0] as string;
    const ours = { status: 200, headers: await signResponse(response, bound, gracia.signing, now) };
    const theirs = await httpbis.signMessage(
      {
        key: signer(gracia),
        name: 'answer',
        fields: ['@status', 'content-digest', `"signature";req;key="${label}"`],
        params: ['created', 'keyid', 'tag', 'alg'],
        paramValues: { created, tag: 'evenhour-v1' },
      },
      { status: 200, headers: { 'Content-Digest': contentDigest(body) } },
      signed,
    );
    for (const answer of [ours, theirs]) {
      expect(await httpbis.verifyMessage(lookup(gracia), answer, signed)).toBe(true);
      const shown = { ...response, headers: answer.headers as Record<string, string> };
      expect((await verifyResponse(shown, bound, gracia.verifying, now)).ok).toBe(true);
    }
  }
});
