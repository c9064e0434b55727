/**
 * The way in for partners: what is checked before anything of a request is believed.
 *
 * Promises: rate, size, known key, signature, in this order, before the body is parsed; no key is
 * fetched and no row is written for a request that fails; every answer to a partner that was
 * recognised is signed and bound to its request. Spec: the way in.
 *
 * @module
 */
import { type Refusal, type RefusalCode, refusal } from '@evenhour/protocol';
import { type SigningKey, signResponse, type VerifyingKey, verifyRequest } from '@evenhour/protocol/proof';
import { type JsonObject, parseStrict } from '@evenhour/protocol/wire';
import type { Bank } from '../bank/bank.ts';
import { problemOf, problemResponse } from '../node/problem.ts';
import type { RefusedRates } from '../node/rate.ts';
import { refusalOf } from '../node/refused.ts';
import { seconds } from './partner-client.ts';
import type { Partner, Partners } from './partners.ts';
import { underAccepted } from './verified.ts';

export const MAX_RUN_BYTES = 1024 * 1024;
/** What the name of a pair begins with. */
export const PAIR = 'urn:evenhour:pair:';

export interface Incoming {
  readonly bank: Bank;
  readonly partner: Partner;
  /** The Multikey that the request was signed with. */
  readonly key: string;
  readonly session: string;
  readonly nonce: string;
  readonly body: Uint8Array;
  /** Signs an answer that is bound to this request. */
  answer(status: number, value: unknown): Promise<Response>;
  refuse(refused: Refusal): Promise<Response>;
}

/** Checks a partner's request. Returns the answer to give when something is wrong. */
export async function wayIn(
  request: Request,
  bank: Bank,
  partners: Partners,
  rates: RefusedRates,
  source: string,
): Promise<{ ok: true; incoming: Incoming } | { ok: false; response: Response }> {
  const fail = (refused: Refusal): { ok: false; response: Response } => {
    rates.byAddress.take(source);
    return { ok: false, response: problemResponse(refused, { date: new Date().toUTCString() }) };
  };
  if (rates.byAddress.over(source)) return fail(refusal('too_many_requests'));
  const body = await readBody(request, MAX_RUN_BYTES);
  if (body === null) return fail(refusal('too_large', { maxBytes: MAX_RUN_BYTES }));

  const headers = Object.fromEntries(request.headers);
  const url = new URL(request.url);
  const signed = { method: request.method, url: `${bank.origin}${url.pathname}${url.search}`, headers, body };
  let pairs: readonly Partner[] = [];
  let keys: readonly VerifyingKey[] = [];
  const find = (keyid: string): void => {
    pairs = partners.byKey(bank.id, keyid);
    const accepted = pairs.flatMap((partner) => partner.accepted);
    keys = [...new Map(accepted.map((key) => [key.publicMultikey, key])).values()];
  };
  const verified = await underAccepted(
    (nth) =>
      verifyRequest(
        signed,
        (keyid) => {
          find(keyid);
          return keys[nth];
        },
        seconds(),
      ),
    () => keys.length,
  );
  if (!verified.ok) return fail(verified.refusal);
  const key = keys[verified.nth]?.publicMultikey;
  const its = pairs.filter(({ accepted }) => accepted.some(({ publicMultikey }) => publicMultikey === key));
  // A bank that ended a pair and began another asks about both.
  const named = its.length > 1 ? pairNamed(url.pathname, body) : undefined;
  const known = its.find(({ pairId }) => pairId === named) ?? its[0];
  if (key === undefined || known === undefined) return fail(refusal('unknown_partner'));
  if (key !== known.used) await known.note(key);
  const own = bank.keyFor(known.pairId);
  const bound = boundTo(headers);
  const name = `${bank.id} ${known.pairId}`;
  const refuse = (refused: Refusal): Promise<Response> => {
    if (!refused.retryable) rates.byPartner.take(name);
    return signedRefusal(own, bound, refused);
  };
  if (rates.byPartner.over(name)) return { ok: false, response: await refuse(refusal('too_many_requests')) };
  return {
    ok: true,
    incoming: {
      bank,
      partner: known,
      key,
      session: headers['evenhour-session'] ?? '-',
      nonce: verified.nonce,
      body,
      answer: (status, value) => signedAnswer(own, bound, status, value),
      refuse,
    },
  };
}

/** The pair that a request is about, by its path, or else by its body; it is checked where it is read. */
function pairNamed(path: string, body: Uint8Array): string | undefined {
  const [, tail] = /^\/ap\/(?:journals|agreements|offers)\/([\w-]{43})(?:\/|$)/.exec(path) ?? [];
  if (tail !== undefined) return `${PAIR}${tail}`;
  const parsed = parseObject(body, MAX_RUN_BYTES);
  if (!parsed.ok) return undefined;
  const { pair, partOf } = parsed.value;
  if (typeof pair === 'string') return pair;
  return typeof partOf === 'string' ? `${PAIR}${partOf.slice(partOf.lastIndexOf('/') + 1)}` : undefined;
}

/** Answers what `work` refuses with `refuse`. Throws whatever else goes wrong. */
export async function orRefuse(
  work: () => Promise<Response>,
  refuse: (refused: Refusal) => Response | Promise<Response>,
): Promise<Response> {
  try {
    return await work();
  } catch (error) {
    const refused = refusalOf(error);
    if (refused === null) throw error;
    return refuse(refused);
  }
}

/** The signature headers of a request, which its answer is bound to. */
type Bound = { readonly signatureInput: string; readonly signature: string };

export function boundTo(headers: Readonly<Record<string, string>>): Bound {
  return { signatureInput: headers['signature-input'] ?? '', signature: headers['signature'] ?? '' };
}

export function signedRefusal(key: SigningKey, bound: Bound, refused: Refusal): Promise<Response> {
  const problem = problemOf(refused);
  return signedAnswer(key, bound, problem.status, problem, {
    'content-type': 'application/problem+json',
    ...(refused.retryable && { 'retry-after': '1' }),
  });
}

/** An answer that is signed and bound to the request whose signature headers are given. */
export async function signedAnswer(
  key: SigningKey,
  bound: Bound,
  status: number,
  value: unknown,
  headers: Readonly<Record<string, string>> = {},
): Promise<Response> {
  const bytes = new TextEncoder().encode(JSON.stringify(value));
  const signed = await signResponse({ status, headers: {}, body: bytes }, bound, key, seconds());
  return new Response(bytes, {
    status,
    headers: { 'content-type': 'application/activity+json', ...headers, ...signed, 'cache-control': 'no-store' },
  });
}

/** Reads a body of at most `limit` bytes; `null` when there is more. */
export async function readBody(request: Request, limit: number): Promise<Uint8Array | null> {
  if (Number(request.headers.get('content-length') ?? 0) > limit) return null;
  if (request.body === null) return new Uint8Array();
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of request.body) {
    size += part.length;
    if (size > limit) return null;
    parts.push(part);
  }
  return parts.length === 1 && parts[0] !== undefined ? parts[0] : Buffer.concat(parts);
}

/** A JSON object from bytes, read strictly; else the refusal. */
export function parseObject(
  bytes: Uint8Array,
  maxBytes: number,
): { ok: true; value: JsonObject } | { ok: false; refusal: Refusal } {
  const parsed = parseStrict(bytes, { maxBytes });
  if (!parsed.ok) return parsed;
  if (typeof parsed.value !== 'object' || parsed.value === null || Array.isArray(parsed.value))
    return { ok: false, refusal: refusal('schema_mismatch' satisfies RefusalCode, { path: '' }) };
  return { ok: true, value: parsed.value as JsonObject };
}
