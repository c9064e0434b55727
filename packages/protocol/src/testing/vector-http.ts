/**
 * Vectors of signed requests and answers between partners, with the ways in which one can be bent.
 *
 * @module
 */
import { contentDigest, signatureBase, signRequest, signResponse } from '../proof/http-signature.ts';
import { type SigningKey, signBytes } from '../proof/key.ts';
import { base64Encode, base64urlEncode } from '../wire/canonical.ts';
import type { JsonObject } from '../wire/strict-json.ts';
import { bankKey, type VectorFile } from './vector-pair.ts';

type Headers = Readonly<Record<string, string>>;
interface Message extends JsonObject {
  readonly headers: JsonObject & Headers;
  readonly body: string;
}
interface Case {
  readonly name: string;
  /** `null` when it has to be taken. */
  readonly code: string | null;
  readonly flags: readonly string[];
  readonly request: Message;
  /** `null` when the request itself is what to check. */
  readonly response?: Message;
  readonly now?: number;
}

const NOW = 1_795_341_600;
const URL = 'https://gracia.example/ap/journals';
const SESSION = base64urlEncode(new Uint8Array(32).fill(5));
const BODY = '{"example":true}';
const ANSWER = '{"ok":true}';
const PARAMS = ';nonce="AAAAAAAAAAAAAAAAAAAAAA";tag="evenhour-v1"';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const lower = (headers: Headers): Headers =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));

/** A request of Leith's to Gràcia and the answer, then each of the two bent. */
export async function httpVectors(): Promise<VectorFile> {
  const [gracia, leith] = await Promise.all([bankKey(0), bankKey(1)]);
  const request = await requestBy(leith);
  const response = await answerTo(request, gracia);
  const cases: Case[] = [
    { name: 'a signed request', code: null, flags: [], request },
    ...(await bentRequests(request, leith)),
    { name: 'a signed answer', code: null, flags: [], request, response },
    ...(await bentAnswers(request, response, gracia, leith)),
  ];
  return {
    name: 'http-signatures.json',
    content: {
      about:
        'RFC 9421 between partners. Where `response` is null, be Gràcia and check the request; else be Leith, who sent the request, and check the answer to it. `now` is in seconds since 1970, and `url` is the address that Gràcia was called at.',
      keys: {
        [gracia.verificationMethod]: gracia.publicMultikey,
        [leith.verificationMethod]: leith.publicMultikey,
      },
      cases: cases.map((each) => ({
        name: each.name,
        valid: each.code === null,
        code: each.code,
        flags: [...each.flags],
        now: each.now ?? NOW,
        request: each.request,
        response: each.response ?? null,
      })),
    },
  };
}

async function requestBy(key: SigningKey, session = SESSION): Promise<Message> {
  const headers = { 'Evenhour-Session': session };
  const message = { method: 'POST', url: URL, headers, body: bytes(BODY) };
  const added = await signRequest(message, key, NOW, base64urlEncode(new Uint8Array(16)));
  return { method: 'POST', url: URL, headers: lower({ ...headers, ...added }), body: BODY };
}

async function answerTo(request: Message, key: SigningKey): Promise<Message> {
  const bound = { signatureInput: field(request, 'signature-input'), signature: field(request, 'signature') };
  const added = await signResponse({ status: 200, headers: {}, body: bytes(ANSWER) }, bound, key, NOW);
  return { status: 200, headers: lower(added), body: ANSWER };
}

async function bentRequests(request: Message, leith: SigningKey): Promise<Case[]> {
  const bent = (name: string, flag: string, changed: object, code = 'signature_mismatch'): Case => ({
    name,
    code,
    flags: [flag],
    request: { ...request, ...changed } as Message,
  });
  const withHeaders = (headers: Headers): object => ({ headers: { ...request.headers, ...headers } });
  const [input, signature] = [field(request, 'signature-input'), field(request, 'signature')];
  const bare = { headers: { 'evenhour-session': SESSION, 'content-digest': contentDigest(bytes(BODY)) } };
  const stranger = { ...leith, verificationMethod: 'https://stranger.example/ap/bank#key-1' };
  return [
    bent('no signature', 'unsigned', bare, 'missing_signature'),
    bent('a key that no agreement names', 'key', await requestBy(stranger), 'unknown_partner'),
    bent('another body', 'digest', { body: '{"example":false}' }),
    bent('another body, and its digest', 'digest', {
      ...withHeaders({ 'content-digest': contentDigest(bytes('{}')) }),
      body: '{}',
    }),
    bent('another method', 'target', { method: 'PUT' }),
    bent('another host', 'target', { url: URL.replace('gracia', 'galway') }),
    bent('another path', 'target', { url: `${URL}/open` }),
    bent('another session', 'session', withHeaders({ 'evenhour-session': '-' })),
    bent('signed well, with the digest uncovered', 'covered', await signedOver(request, leith, 'content-digest')),
    bent('signed well, with the session uncovered', 'covered', await signedOver(request, leith, 'evenhour-session')),
    bent(
      'two signatures',
      'oneSignature',
      withHeaders({
        'signature-input': `${input}, b=${input.slice(9)}`,
        signature: `${signature}, b=${signature.slice(9)}`,
      }),
    ),
    { name: 'five minutes and a second late', code: 'clock_skew', flags: ['clock'], request, now: NOW + 301 },
    { name: 'five minutes and a second early', code: 'clock_skew', flags: ['clock'], request, now: NOW - 301 },
    { name: 'five minutes late', code: null, flags: ['clock'], request, now: NOW + 300 },
  ];
}

async function bentAnswers(
  request: Message,
  response: Message,
  gracia: SigningKey,
  leith: SigningKey,
): Promise<Case[]> {
  const other = await requestBy(leith, '-');
  const unsigned = { ...response, headers: { 'content-digest': field(response, 'content-digest') } };
  const renamed = { ...gracia, verificationMethod: leith.verificationMethod };
  const bent = (name: string, flag: string, code: string, changed: Message, to = request): Case => ({
    name,
    code,
    flags: [flag],
    request: to,
    response: changed,
  });
  return [
    bent('the answer to another request', 'bound', 'signature_mismatch', response, other),
    bent('another status', 'bound', 'signature_mismatch', { ...response, status: 202 }),
    bent('an answer with another body', 'digest', 'signature_mismatch', { ...response, body: '{"ok":false}' }),
    bent('an answer without a signature', 'unsigned', 'missing_signature', unsigned),
    bent('an answer under the key of somebody else', 'key', 'wrong_key', await answerTo(request, renamed)),
    { name: 'an old answer', code: 'clock_skew', flags: ['clock'], request, response, now: NOW + 301 },
  ];
}

/** The request signed with a good key over all components but one. */
async function signedOver(request: Message, key: SigningKey, without: string): Promise<object> {
  const lines = [
    ['"@method"', 'POST'],
    ['"@target-uri"', URL],
    ['"content-digest"', field(request, 'content-digest')],
    ['"evenhour-session"', SESSION],
  ].filter(([component]) => component !== `"${without}"`) as [string, string][];
  const covered = lines.map(([component]) => component).join(' ');
  const params = `(${covered});created=${NOW};keyid="${key.verificationMethod}"${PARAMS};alg="ed25519"`;
  const signature = base64Encode(await signBytes(key, signatureBase(lines, params)));
  const headers = { ...request.headers, 'signature-input': `a=${params}`, signature: `a=:${signature}:` };
  return { headers };
}

function field(message: Message, name: string): string {
  return message.headers[name] as string;
}
