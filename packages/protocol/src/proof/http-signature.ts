/**
 * Signatures around HTTP messages between partners: one narrow profile of RFC 9421.
 *
 * Promises: a verified request is this method, this address, this body and this session, signed
 * by a key that was known beforehand, within the window; a verified response is this status and
 * this body, in answer to that very request. There is one signature, one algorithm and one list
 * of covered components. Nothing is fetched, and nothing is taken from forwarding headers.
 *
 * Written out here instead of taken from a library: with a fixed list the signature base is a
 * fixed template, and demanding the exact text of the two headers leaves nothing to interpret
 * (a general parser lets the last of two equal labels win). Bodies travel without
 * Content-Encoding, which would change them after the digest. Spec: transport between partners.
 *
 * @module
 */
import { type Outcome, refuse } from '../core/refusal.ts';
import { type Bytes, base64Decode, base64Encode, sha256 } from '../wire/canonical.ts';
import { type SigningKey, signBytes, type VerifyingKey, verifyBytes } from './key.ts';

/**
 * Header fields by name, in any case. Several of one name are joined by a comma and white space
 * around a value is gone, as every HTTP library does it.
 */
export type HttpHeaders = Readonly<Record<string, string>>;

export interface HttpRequest {
  /** In capitals. */
  readonly method: string;
  /** Absolute. A server passes its configured origin and the path, never a forwarded host. */
  readonly url: string;
  /** Must hold an Evenhour-Session, `-` before there is one. */
  readonly headers: HttpHeaders;
  /** Empty if there is none: the digest is always covered. */
  readonly body: Uint8Array;
}

export interface HttpResponse {
  readonly status: number;
  readonly headers: HttpHeaders;
  readonly body: Uint8Array;
}

/** The two header values of a signed request: what an answer is bound to. */
export interface RequestSignature {
  readonly signatureInput: string;
  readonly signature: string;
}

export interface VerifiedRequest {
  readonly keyid: string;
  /** Seconds since 1970. */
  readonly created: number;
  readonly nonce: string;
  /** The 64 bytes in base64, without label and colons: the same request has the same. */
  readonly signature: string;
}

/** Names this profile inside the signature, so that no signature made for another use fits. */
export const SIGNATURE_TAG = 'evenhour-v1';
export const SESSION_HEADER = 'Evenhour-Session';
/** How far two clocks may be apart, either way. */
export const WINDOW_SECONDS = 300;

/**
 * The headers to add to a request: Content-Digest, Signature-Input, Signature.
 *
 * `created` is in seconds since 1970; `nonce` is 1 to 128 of `A-Z a-z 0-9 - _`. Throws a
 * TypeError if the request does not fit the profile.
 */
export async function signRequest(
  request: HttpRequest,
  key: SigningKey,
  created: number,
  nonce: string,
): Promise<Record<string, string>> {
  const { session } = fieldsOf(request.headers);
  const url = targetUri(request.url);
  if (!METHOD.test(request.method)) throw new TypeError(`not a method: ${request.method}`);
  if (url === undefined) throw new TypeError(`not an absolute URL of a server: ${request.url}`);
  if (session === undefined || !SESSION.test(session)) throw new TypeError('Evenhour-Session is missing or malformed');
  if (!NONCE.test(nonce)) throw new TypeError('the nonce is malformed');
  const digest = contentDigest(request.body);
  const params = `${REQUEST_COMPONENTS};${paramsText(created, key.verificationMethod, nonce)}`;
  const base = requestBase(request.method, url, digest, session, params);
  return headersFor(digest, LABEL, params, await signBytes(key, base));
}

/**
 * Checks a request from a partner. `resolve` gives the key that an agreement pins under a keyid;
 * `now` is in seconds since 1970.
 *
 * Refuses `missing_signature`; `signature_mismatch` (fact `reason`) for everything about its
 * form; `unknown_partner`; `signature_mismatch` for the digest, then for the signature itself;
 * and last, when it is certain whose clock it is, `clock_skew` (facts `ourDate`, `theirDate`).
 * The body is hashed for known keys only.
 */
export async function verifyRequest(
  request: HttpRequest,
  resolve: (keyid: string) => VerifyingKey | undefined,
  now: number,
  options: { readonly windowSeconds?: number } = {},
): Promise<Outcome<VerifiedRequest>> {
  const fields = fieldsOf(request.headers);
  const read = readSignature(fields, REQUEST_COMPONENTS, REQUEST_PARAMS);
  if (!read.ok) return read;
  const { params, keyid, created, nonce, signature, text } = read;
  const { session } = fields;
  if (session === undefined || !SESSION.test(session)) return mismatch('session');
  if (!METHOD.test(request.method)) return mismatch('method');
  // A signer's client sends the normal form, so any other was not what it signed.
  if (targetUri(request.url) !== request.url) return mismatch('target_uri');

  const key = resolve(keyid);
  if (key === undefined || key.verificationMethod !== keyid) return refuse('unknown_partner', { keyid });
  const digest = contentDigest(request.body);
  if (fields.digest !== digest) return mismatch('digest');
  const base = requestBase(request.method, request.url, digest, session, params);
  if (!(await verifyBytes(key, base, signature))) return mismatch('signature');
  const skew = skewOf(created, now, options.windowSeconds);
  return skew ?? { ok: true, keyid, created, nonce, signature: text };
}

/**
 * The headers to add to an answer, signed over the request's signature: Content-Digest,
 * Signature-Input, Signature. The request's signature must be verified already. Throws a
 * TypeError if it is not of our profile, or on a status outside 100 to 599.
 */
export async function signResponse(
  response: HttpResponse,
  request: RequestSignature,
  key: SigningKey,
  created: number,
): Promise<Record<string, string>> {
  const bound = readSignature(
    { input: request.signatureInput, signature: request.signature },
    REQUEST_COMPONENTS,
    REQUEST_PARAMS,
  );
  if (!bound.ok) throw new TypeError('the answered request is not signed in our profile');
  if (!isStatus(response.status)) throw new TypeError(`not a status: ${response.status}`);
  const digest = contentDigest(response.body);
  const params = `${responseComponents(bound.label)};${paramsText(created, key.verificationMethod)}`;
  const base = responseBase(response.status, digest, bound.label, bound.text, params);
  return headersFor(digest, LABEL, params, await signBytes(key, base));
}

/**
 * Checks the answer to a request of ours; `request` holds the headers that {@link signRequest}
 * gave, `key` is the one that the agreement pins.
 *
 * Refuses `missing_signature`, `signature_mismatch`, `wrong_key` if another key is named, and
 * `clock_skew`, in the same order as {@link verifyRequest}.
 */
export async function verifyResponse(
  response: HttpResponse,
  request: RequestSignature,
  key: VerifyingKey,
  now: number,
  options: { readonly windowSeconds?: number } = {},
): Promise<Outcome<{ created: number }>> {
  const bound = readSignature(
    { input: request.signatureInput, signature: request.signature },
    REQUEST_COMPONENTS,
    REQUEST_PARAMS,
  );
  if (!bound.ok) throw new TypeError('the answered request is not signed in our profile');
  const fields = fieldsOf(response.headers);
  const read = readSignature(fields, responseComponents(bound.label), RESPONSE_PARAMS);
  if (!read.ok) return read;
  const { params, keyid, created, signature } = read;
  if (!isStatus(response.status)) return mismatch('status');

  if (keyid !== key.verificationMethod) return refuse('wrong_key', { ours: key.verificationMethod, theirs: keyid });
  const digest = contentDigest(response.body);
  if (fields.digest !== digest) return mismatch('digest');
  const base = responseBase(response.status, digest, bound.label, bound.text, params);
  if (!(await verifyBytes(key, base, signature))) return mismatch('signature');
  return skewOf(created, now, options.windowSeconds) ?? { ok: true, created };
}

/** The only form of Content-Digest (RFC 9530) that the profile knows: SHA-256 and nothing beside it. */
export function contentDigest(body: Uint8Array): string {
  return `sha-256=:${base64Encode(sha256(body))}:`;
}

/**
 * The signature base of RFC 9421 §2.5: a line for each component with its value, and the line of
 * parameters. `params` is the inner list as it stands in Signature-Input, without the label.
 */
export function signatureBase(lines: readonly (readonly [component: string, value: string])[], params: string): Bytes {
  let text = '';
  for (const [component, value] of lines) text += `${component}: ${value}\n`;
  return encoder.encode(`${text}"@signature-params": ${params}`);
}

const encoder = new TextEncoder();

/** Our own label. A partner may use any other: it stands in what an answer signs. */
const LABEL = 'evenhour';
const REQUEST_COMPONENTS = '("@method" "@target-uri" "content-digest" "evenhour-session")';
const REQUEST_PARAMS: readonly string[] = ['created', 'keyid', 'nonce', 'tag', 'alg'];
const RESPONSE_PARAMS: readonly string[] = ['created', 'keyid', 'tag', 'alg'];

const METHOD = /^[A-Z]{1,16}$/;
const SESSION = /^[A-Za-z0-9._~:-]{1,128}$/;
const NONCE = /^[A-Za-z0-9_-]{1,128}$/;
const KEYID = /^[\x21\x23-\x5b\x5d-\x7e]{1,512}$/;
const SECONDS = /^(?:0|[1-9]\d{0,11})$/;
/** The key of a structured dictionary (RFC 9651 §3.2). */
const LABELLED = /^([a-z*][a-z0-9_.*-]{0,63})=/;
/** One parameter: a string without escapes, or digits. */
const PARAM = /;([a-z]+)=(?:"([\x20\x21\x23-\x5b\x5d-\x7e]*)"|(\d+))/y;
const MAX_HEADER = 2048;

function responseComponents(label: string): string {
  return `("@status" "content-digest" "signature";req;key="${label}")`;
}

function paramsText(created: number, keyid: string, nonce?: string): string {
  if (!SECONDS.test(String(created))) throw new TypeError(`not a time in seconds: ${created}`);
  if (!KEYID.test(keyid)) throw new TypeError(`not a key id: ${keyid}`);
  const once = nonce === undefined ? '' : `;nonce="${nonce}"`;
  return `created=${created};keyid="${keyid}"${once};tag="${SIGNATURE_TAG}";alg="ed25519"`;
}

function requestBase(method: string, url: string, digest: string, session: string, params: string): Bytes {
  return signatureBase(
    [
      ['"@method"', method],
      ['"@target-uri"', url],
      ['"content-digest"', digest],
      ['"evenhour-session"', session],
    ],
    params,
  );
}

function responseBase(status: number, digest: string, label: string, requestSignature: string, params: string): Bytes {
  return signatureBase(
    [
      ['"@status"', String(status)],
      ['"content-digest"', digest],
      [`"signature";req;key="${label}"`, `:${requestSignature}:`],
    ],
    params,
  );
}

function headersFor(digest: string, label: string, params: string, signature: Bytes): Record<string, string> {
  return {
    'Content-Digest': digest,
    'Signature-Input': `${label}=${params}`,
    Signature: `${label}=:${base64Encode(signature)}:`,
  };
}

/** The normal form that every client sends, without fragment. Undefined for what no bank answers at. */
function targetUri(text: string): string | undefined {
  if (!URL.canParse(text)) return undefined;
  const url = new URL(text);
  if ((url.protocol !== 'https:' && url.protocol !== 'http:') || url.username !== '' || url.password !== '')
    return undefined;
  url.hash = '';
  return url.href;
}

function isStatus(status: number): boolean {
  return Number.isInteger(status) && status >= 100 && status <= 599;
}

interface Fields {
  digest?: string;
  input?: string;
  signature?: string;
  session?: string;
}

const FIELD_NAMES: Readonly<Record<string, keyof Fields>> = {
  'content-digest': 'digest',
  'signature-input': 'input',
  signature: 'signature',
  'evenhour-session': 'session',
};

/** The four fields that matter. Two of one name are joined, and then fit no form below. */
function fieldsOf(headers: HttpHeaders): Fields {
  const fields: Fields = {};
  for (const [name, value] of Object.entries(headers)) {
    const lower = name.toLowerCase();
    const field = Object.hasOwn(FIELD_NAMES, lower) ? FIELD_NAMES[lower] : undefined;
    if (field === undefined) continue;
    const before = fields[field];
    fields[field] = before === undefined ? value : `${before}, ${value}`;
  }
  return fields;
}

/** What stands in the two signature headers, its form checked completely. */
interface ReadSignature {
  readonly label: string;
  /** The inner list with its parameters, in the writer's own order. */
  readonly params: string;
  readonly created: number;
  readonly keyid: string;
  readonly nonce: string;
  readonly signature: Bytes;
  /** The signature in base64. */
  readonly text: string;
}

function readSignature(fields: Fields, components: string, names: readonly string[]): Outcome<ReadSignature> {
  const { input, signature: field } = fields;
  if (input === undefined || field === undefined) return refuse('missing_signature');
  if (input.length > MAX_HEADER || field.length > MAX_HEADER) return mismatch('too_long');

  const label = LABELLED.exec(input)?.[1];
  if (label === undefined) return mismatch('label');
  const params = input.slice(label.length + 1);
  if (!params.startsWith(components)) return mismatch('components');
  const values = readParams(params, components.length);
  if (values === undefined) return mismatch('parameters');
  for (const name of names) if (!values.has(name)) return mismatch('parameters');
  if (values.size !== names.length) return mismatch('parameters');
  const created = values.get('created') as string | number;
  const keyid = values.get('keyid') as string | number;
  const nonce = values.get('nonce') ?? '-';
  if (values.get('alg') !== 'ed25519') return mismatch('alg');
  if (values.get('tag') !== SIGNATURE_TAG) return mismatch('tag');
  if (typeof created !== 'number') return mismatch('created');
  if (typeof keyid !== 'string' || !KEYID.test(keyid)) return mismatch('keyid');
  if (typeof nonce !== 'string' || !NONCE.test(nonce)) return mismatch('nonce');

  // The same single label, and base64 in its one spelling.
  const begin = `${label}=:`;
  if (!field.startsWith(begin) || !field.endsWith(':')) return mismatch('signature_form');
  const text = field.slice(begin.length, -1);
  const signature = base64Decode(text);
  if (signature?.length !== 64) return mismatch('signature_form');
  return { ok: true, label, params, created, keyid, nonce, signature, text };
}

/** Parameters from `start` to the very end. Undefined on anything else, a name twice, or a leading zero. */
function readParams(params: string, start: number): Map<string, string | number> | undefined {
  const values = new Map<string, string | number>();
  let at = start;
  while (at < params.length) {
    PARAM.lastIndex = at;
    const match = PARAM.exec(params);
    if (match === null) return undefined;
    const [all, name, text, digits] = match as unknown as [string, string, string | undefined, string | undefined];
    if (values.has(name) || (digits !== undefined && !SECONDS.test(digits))) return undefined;
    values.set(name, text ?? Number(digits));
    at += all.length;
  }
  return values;
}

function mismatch(reason: string): ReturnType<typeof refuse> {
  return refuse('signature_mismatch', { reason });
}

function skewOf(
  created: number,
  now: number,
  windowSeconds: number = WINDOW_SECONDS,
): ReturnType<typeof refuse> | undefined {
  if (Math.abs(now - created) <= windowSeconds) return undefined;
  return refuse('clock_skew', { ourDate: isoDate(now), theirDate: isoDate(created) });
}

function isoDate(seconds: number): string {
  return new Date(seconds * 1000).toISOString();
}
