import { describe, expect, test } from 'vitest';
import { base64Decode, base64Encode, base64urlEncode } from '../wire/canonical.ts';
import { contentDigest, type HttpRequest, signatureBase, signRequest, verifyRequest } from './http-signature.ts';
import { generateKeyPair, signBytes, verifyBytes } from './key.ts';

const utf8 = (text: string) => new TextEncoder().encode(text);

const NOW = 1795339800;
const LEITH = 'https://leith.example/ap/bank#key';
const GRACIA = 'https://gracia.example/ap/bank#key';
const leith = await generateKeyPair(LEITH);
const gracia = await generateKeyPair(GRACIA);
const pinned = new Map([[LEITH, leith.verifying]]);
const resolve = (keyid: string) => pinned.get(keyid);

const PLAIN: HttpRequest = {
  method: 'POST',
  url: 'https://gracia.example/ap/journal?after=1',
  headers: { 'Content-Type': 'application/activity+json', 'Evenhour-Session': 'ungWv48Bz-pBQUDeXa4iI7' },
  body: utf8('{"type":"OrderedCollectionPage"}'),
};
const added = await signRequest(PLAIN, leith.signing, NOW, 'nonce-1');
const SIGNED: HttpRequest = { ...PLAIN, headers: { ...PLAIN.headers, ...added } };

type Changes = { [K in keyof HttpRequest]?: HttpRequest[K] };
const withHeaders = (headers: Record<string, string>, request = SIGNED) => ({
  ...request,
  headers: { ...request.headers, ...headers },
});
const without = (...names: string[]) => ({
  ...SIGNED,
  headers: Object.fromEntries(Object.entries(SIGNED.headers).filter(([name]) => !names.includes(name))),
});

async function refusalOf(request: HttpRequest, now = NOW, by = resolve): Promise<string> {
  const outcome = await verifyRequest(request, by, now);
  if (outcome.ok) return 'ok';
  const { code, facts } = outcome.refusal;
  return facts.reason === undefined ? code : `${code} ${facts.reason}`;
}

/** Signs any list of components and any parameters with a good key: what our profile must refuse by itself. */
async function signFreely(
  lines: [string, string][],
  parameters: string,
  request: HttpRequest = PLAIN,
): Promise<HttpRequest> {
  const params = `(${lines.map(([component]) => component).join(' ')})${parameters}`;
  const signature = base64Encode(await signBytes(leith.signing, signatureBase(lines, params)));
  return withHeaders(
    { 'Content-Digest': contentDigest(request.body), 'Signature-Input': `a=${params}`, Signature: `a=:${signature}:` },
    request,
  );
}
const LINES: [string, string][] = [
  ['"@method"', 'POST'],
  ['"@target-uri"', PLAIN.url],
  ['"content-digest"', contentDigest(PLAIN.body)],
  ['"evenhour-session"', 'ungWv48Bz-pBQUDeXa4iI7'],
];
const PARAMS = `;created=${NOW};keyid="${LEITH}";nonce="n";tag="evenhour-v1";alg="ed25519"`;

describe('a request', () => {
  test('has these three headers', () => {
    expect(added).toEqual({
      'Content-Digest': contentDigest(PLAIN.body),
      'Signature-Input': `evenhour=("@method" "@target-uri" "content-digest" "evenhour-session");created=${NOW};keyid="${LEITH}";nonce="nonce-1";tag="evenhour-v1";alg="ed25519"`,
      Signature: expect.stringMatching(/^evenhour=:[A-Za-z0-9+/]{86}==:$/),
    });
  });

  test('verifies, and gives what the caller needs', async () => {
    expect(await verifyRequest(SIGNED, resolve, NOW)).toEqual({
      ok: true,
      keyid: LEITH,
      created: NOW,
      nonce: 'nonce-1',
      signature: added.Signature?.slice('evenhour=:'.length, -1),
    });
  });

  test('verifies with header names in any case', async () => {
    const lower = Object.fromEntries(
      Object.entries(SIGNED.headers).map(([name, value]) => [name.toLowerCase(), value]),
    );
    expect(await refusalOf({ ...SIGNED, headers: lower })).toBe('ok');
  });

  test('has a base that another program would build too', async () => {
    const base = [
      '"@method": POST',
      '"@target-uri": https://gracia.example/ap/journal?after=1',
      `"content-digest": ${added['Content-Digest']}`,
      '"evenhour-session": ungWv48Bz-pBQUDeXa4iI7',
      `"@signature-params": ${added['Signature-Input']?.slice('evenhour='.length)}`,
    ].join('\n');
    const signature = base64Decode(added.Signature?.slice('evenhour=:'.length, -1) ?? '');
    expect(await verifyBytes(leith.verifying, utf8(base), signature ?? new Uint8Array())).toBe(true);
  });

  test('may have its parameters in another order and another label', async () => {
    const turned = `;alg="ed25519";tag="evenhour-v1";keyid="${LEITH}";nonce="n";created=${NOW}`;
    expect(await refusalOf(await signFreely(LINES, turned))).toBe('ok');
  });

  test('may have an empty body and no session yet', async () => {
    const request = {
      method: 'GET',
      url: 'https://gracia.example/',
      headers: { 'evenhour-session': '-' },
      body: new Uint8Array(),
    };
    const headers = { ...request.headers, ...(await signRequest(request, leith.signing, NOW, 'n')) };
    expect(await refusalOf({ ...request, headers })).toBe('ok');
  });

  test('is signed for the address that clients send', async () => {
    const request = { ...PLAIN, url: 'HTTPS://Gracia.Example:443/ap/journal?after=1#part' };
    const headers = { ...PLAIN.headers, ...(await signRequest(request, leith.signing, NOW, 'n')) };
    expect(await refusalOf({ ...PLAIN, headers })).toBe('ok');
  });

  const faulty: [string, Changes, number, string][] = [
    ['without session', { headers: {} }, NOW, 'n'],
    ['with an empty session', { headers: { 'evenhour-session': '' } }, NOW, 'n'],
    ['with a session of two lines', { headers: { 'evenhour-session': 'a\n"@method": GET' } }, NOW, 'n'],
    ['with two sessions', { headers: { 'evenhour-session': 'a', 'Evenhour-Session': 'b' } }, NOW, 'n'],
    ['to a relative address', { url: '/ap/journal' }, NOW, 'n'],
    ['to a file', { url: 'file:///etc/passwd' }, NOW, 'n'],
    ['with a user', { url: 'https://a@gracia.example/' }, NOW, 'n'],
    ['with a password', { url: 'https://:b@gracia.example/' }, NOW, 'n'],
    ['with a method in lower case', { method: 'post' }, NOW, 'n'],
    ['with a quote in the nonce', {}, NOW, 'n";alg="none'],
    ['with no nonce', {}, NOW, ''],
    ['in milliseconds', {}, 1795339800000, 'n'],
    ['with a fraction of a second', {}, NOW + 0.5, 'n'],
    ['before 1970', {}, -1, 'n'],
  ];
  test.each(faulty)('%s is not signed', async (_name, changes, created, nonce) => {
    await expect(signRequest({ ...PLAIN, ...changes }, leith.signing, created, nonce)).rejects.toThrow(TypeError);
  });

  test('is not signed under a key id that could end its own quotes', async () => {
    const key = { ...leith.signing, verificationMethod: 'https://leith.example/";x="' };
    await expect(signRequest(PLAIN, key, NOW, 'n')).rejects.toThrow(TypeError);
  });
});

describe('a request is refused', () => {
  const cases: [string, HttpRequest, string][] = [
    ['without any signature', PLAIN, 'missing_signature'],
    ['without Signature', without('Signature'), 'missing_signature'],
    ['without Signature-Input', without('Signature-Input'), 'missing_signature'],
    ['without digest', without('Content-Digest'), 'signature_mismatch digest'],
    ['without session', without('Evenhour-Session'), 'signature_mismatch session'],
    ['with another body', { ...SIGNED, body: utf8('{}') }, 'signature_mismatch digest'],
    ['with no body', { ...SIGNED, body: new Uint8Array() }, 'signature_mismatch digest'],
    [
      'with another body and its digest',
      { ...withHeaders({ 'Content-Digest': contentDigest(utf8('{}')) }), body: utf8('{}') },
      'signature_mismatch signature',
    ],
    ['with another method', { ...SIGNED, method: 'PUT' }, 'signature_mismatch signature'],
    ['with the method in lower case', { ...SIGNED, method: 'post' }, 'signature_mismatch method'],
    ['at another path', { ...SIGNED, url: 'https://gracia.example/ap/inbox?after=1' }, 'signature_mismatch signature'],
    [
      'with another query',
      { ...SIGNED, url: 'https://gracia.example/ap/journal?after=2' },
      'signature_mismatch signature',
    ],
    ['at another host', { ...SIGNED, url: 'https://evil.example/ap/journal?after=1' }, 'signature_mismatch signature'],
    [
      'at another port',
      { ...SIGNED, url: 'https://gracia.example:8443/ap/journal?after=1' },
      'signature_mismatch signature',
    ],
    ['over http', { ...SIGNED, url: 'http://gracia.example/ap/journal?after=1' }, 'signature_mismatch signature'],
    [
      'at a path that normalises',
      { ...SIGNED, url: 'https://gracia.example/x/../ap/journal?after=1' },
      'signature_mismatch target_uri',
    ],
    [
      'at a host in capitals',
      { ...SIGNED, url: 'https://GRACIA.example/ap/journal?after=1' },
      'signature_mismatch target_uri',
    ],
    ['in another session', withHeaders({ 'Evenhour-Session': 'other' }), 'signature_mismatch signature'],
    ['with two sessions', withHeaders({ 'evenhour-session': 'other' }), 'signature_mismatch session'],
    [
      'with two digests',
      withHeaders({ 'content-digest': added['Content-Digest'] as string }),
      'signature_mismatch digest',
    ],
    ['with the digest in SHA-512', withHeaders({ 'Content-Digest': 'sha-512=:AAAA:' }), 'signature_mismatch digest'],
  ];
  test.each(cases)('%s', async (_name, request, expected) => {
    expect(await refusalOf(request)).toBe(expected);
  });

  test('by another node, even if a forwarding header names that one', async () => {
    const at = { ...SIGNED, url: 'https://third.example/ap/journal?after=1' };
    const forwarded = {
      'X-Forwarded-Host': 'gracia.example',
      Host: 'gracia.example',
      Forwarded: 'host=gracia.example',
    };
    expect(await refusalOf(withHeaders(forwarded, at))).toBe('signature_mismatch signature');
    expect(await refusalOf(withHeaders({ 'X-Forwarded-Host': 'third.example' }))).toBe('ok');
  });

  test('under a key that nobody pinned, without hashing the body', async () => {
    const headers = await signRequest(PLAIN, gracia.signing, NOW, 'n');
    expect(await refusalOf(withHeaders(headers))).toBe('unknown_partner');
    expect(await refusalOf({ ...SIGNED, body: utf8('x') }, NOW, () => undefined)).toBe('unknown_partner');
    // A resolver that answers with some other key is not believed.
    expect(await refusalOf(withHeaders(headers), NOW, () => leith.verifying)).toBe('unknown_partner');
  });

  test('signed by another under the name of a partner', async () => {
    const key = { ...gracia.signing, verificationMethod: LEITH };
    expect(await refusalOf(withHeaders(await signRequest(PLAIN, key, NOW, 'n')))).toBe('signature_mismatch signature');
  });

  test('outside of the window, either way, and says both dates', async () => {
    for (const now of [NOW + 300, NOW - 300]) expect(await refusalOf(SIGNED, now)).toBe('ok');
    for (const now of [NOW + 301, NOW - 301]) {
      expect(await verifyRequest(SIGNED, resolve, now)).toMatchObject({
        refusal: {
          code: 'clock_skew',
          facts: { ourDate: new Date(now * 1000).toISOString(), theirDate: new Date(NOW * 1000).toISOString() },
        },
      });
    }
    expect((await verifyRequest(SIGNED, resolve, NOW + 5, { windowSeconds: 4 })).ok).toBe(false);
    expect((await verifyRequest(SIGNED, resolve, NOW + 4, { windowSeconds: 4 })).ok).toBe(true);
  });

  test('as forged rather than as late, when it is both', async () => {
    expect(await refusalOf({ ...SIGNED, method: 'PUT' }, NOW + 9999)).toBe('signature_mismatch signature');
  });
});

describe('a request that is signed well, but not in our profile, is refused', () => {
  const drop = (component: string) => LINES.filter(([name]) => name !== component);
  const cases: [string, [string, string][], string][] = [
    ['an empty covered list', [], PARAMS],
    ['the method uncovered', drop('"@method"'), PARAMS],
    ['the target uncovered', drop('"@target-uri"'), PARAMS],
    ['the digest uncovered', drop('"content-digest"'), PARAMS],
    ['the session uncovered', drop('"evenhour-session"'), PARAMS],
    ['another order', LINES.toReversed(), PARAMS],
    ['a component twice', [...LINES, ['"@method"', 'POST']], PARAMS],
    ['one component more', [...LINES, ['"date"', 'today']], PARAMS],
    ['the path for the target', LINES.map(([name, value]) => [name.replace('target-uri', 'path'), value]), PARAMS],
    [
      'the request of a request',
      LINES.map(([name, value]) => [name.replace('"@method"', '"@method";req'), value]),
      PARAMS,
    ],
  ];
  test.each(cases)('%s', async (_name, lines, params) => {
    expect(await refusalOf(await signFreely(lines, params))).toBe('signature_mismatch components');
  });

  const part = (name: string) => PARAMS.split(';').filter((each) => each !== '' && !each.startsWith(`${name}=`));
  const lacking = (name: string) =>
    part(name)
      .map((each) => `;${each}`)
      .join('');
  const setting = (name: string, value: string) => `${lacking(name)};${name}=${value}`;
  test.each([
    ...['created', 'keyid', 'nonce', 'tag', 'alg'].map((name) => [`no ${name}`, lacking(name), 'parameters']),
    ['expires beside', `${PARAMS};expires=${NOW + 300}`, 'parameters'],
    ['expires instead of the nonce', `${lacking('nonce')};expires=${NOW + 300}`, 'parameters'],
    ['a parameter twice', `${PARAMS};nonce="m"`, 'parameters'],
    ['two times', `;created=1${PARAMS}`, 'parameters'],
    ['alg hmac-sha256', setting('alg', '"hmac-sha256"'), 'alg'],
    ['alg rsa-v1_5-sha256', setting('alg', '"rsa-v1_5-sha256"'), 'alg'],
    ['alg none', setting('alg', '"none"'), 'alg'],
    ['alg ED25519', setting('alg', '"ED25519"'), 'alg'],
    ['alg as a token', setting('alg', 'ed25519'), 'parameters'],
    ['another tag', setting('tag', '"evenhour-v2"'), 'tag'],
    ['created as text', setting('created', `"${NOW}"`), 'created'],
    ['created with a fraction', setting('created', `${NOW}.5`), 'parameters'],
    ['created before 1970', setting('created', '-1'), 'parameters'],
    ['created with a zero in front', setting('created', `0${NOW}`), 'parameters'],
    ['created far beyond every date', setting('created', '9'.repeat(15)), 'parameters'],
    ['an empty nonce', setting('nonce', '""'), 'nonce'],
    ['a nonce that is a number', setting('nonce', '1'), 'nonce'],
    ['a key id that is a number', setting('keyid', '1'), 'keyid'],
    ['an empty key id', setting('keyid', '""'), 'keyid'],
    ['an escape in a string', setting('nonce', '"a\\"b"'), 'parameters'],
    ['a space before a parameter', PARAMS.replace(';nonce', '; nonce'), 'parameters'],
    ['a second label behind', `${PARAMS}, b=()`, 'parameters'],
    ['a newline behind', `${PARAMS}\n`, 'parameters'],
  ])('%s', async (_name, params, reason) => {
    expect(await refusalOf(await signFreely(LINES, params as string))).toBe(`signature_mismatch ${reason}`);
  });

  const input = added['Signature-Input'] as string;
  const signature = added.Signature as string;
  const bytes = signature.slice('evenhour=:'.length, -1);
  test.each([
    [
      'two labels',
      { 'Signature-Input': `${input}, b=${input.slice(9)}`, Signature: `${signature}, b=:${bytes}:` },
      'parameters',
    ],
    ['two labels in Signature only', { Signature: `${signature}, b=:${bytes}:` }, 'signature_form'],
    [
      'the same label twice',
      { 'Signature-Input': `${input}, ${input}`, Signature: `${signature}, ${signature}` },
      'parameters',
    ],
    ['both headers in two cases', { 'signature-input': input, signature }, 'parameters'],
    ['Signature in two cases', { signature }, 'signature_form'],
    ['labels that differ by a letter', { Signature: signature.replace('evenhour', 'evenhous') }, 'signature_form'],
    ['no colon at the end', { Signature: `${signature.slice(0, -1)};` }, 'signature_form'],
    ['labels that differ', { Signature: signature.replace('evenhour', 'b') }, 'signature_form'],
    ['no label', { 'Signature-Input': input.slice(9), Signature: signature.slice(9) }, 'label'],
    [
      'a label in capitals',
      { 'Signature-Input': input.replace('evenhour', 'A'), Signature: signature.replace('evenhour', 'A') },
      'label',
    ],
    ['an empty Signature-Input', { 'Signature-Input': '' }, 'label'],
    ['an empty Signature', { Signature: '' }, 'signature_form'],
    ['a space between components', { 'Signature-Input': input.replace('" "', '"  "') }, 'components'],
    ['base64 without padding', { Signature: signature.replace('==', '') }, 'signature_form'],
    ['base64url', { Signature: `evenhour=:${base64urlEncode(base64Decode(bytes) as Uint8Array)}:` }, 'signature_form'],
    ['base64 with loose bits', { Signature: `evenhour=:${loose(bytes)}:` }, 'signature_form'],
    ['63 bytes', { Signature: `evenhour=:${base64Encode(new Uint8Array(63))}:` }, 'signature_form'],
    ['65 bytes', { Signature: `evenhour=:${base64Encode(new Uint8Array(65))}:` }, 'signature_form'],
    ['parameters behind the signature', { Signature: `${signature};a=1` }, 'signature_form'],
    ['64 zeros', { Signature: `evenhour=:${base64Encode(new Uint8Array(64))}:` }, 'signature'],
    ['endless headers', { 'Signature-Input': input + ';a=1'.repeat(20_000) }, 'too_long'],
    ['an endless signature', { Signature: `${signature}${' '.repeat(20_000)}` }, 'too_long'],
  ] as [string, Record<string, string>, string][])('%s', async (_name, headers, reason) => {
    expect(await refusalOf(withHeaders(headers))).toBe(`signature_mismatch ${reason}`);
  });

  /** The same bytes in another spelling: the last character before the padding carries four unused bits. */
  function loose(text: string): string {
    const last = text.charCodeAt(85);
    return `${text.slice(0, 85)}${String.fromCharCode(last + 1)}==`;
  }
});
