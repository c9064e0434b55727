/**
 * The way in for partners: what is checked before anything of a request is believed.
 *
 * Promises: size, rate, known key, signature, in this order, before the body is parsed; no key is
 * fetched and no row is written for a request that fails; every answer to a partner that was
 * recognised is signed and bound to its request. Spec: the way in.
 *
 * @module
 */
import { type Refusal, type RefusalCode, refusal } from '@evenhour/protocol';
import { signResponse, verifyRequest } from '@evenhour/protocol/proof';
import { type JsonObject, parseStrict } from '@evenhour/protocol/wire';
import type { Bank } from '../bank/bank.ts';
import { problemOf, problemResponse } from '../node/problem.ts';
import type { Rate } from '../node/rate.ts';
import { seconds } from './partner-client.ts';
import type { Partner, Partners } from './partners.ts';

export const MAX_RUN_BYTES = 1024 * 1024;

export interface Incoming {
  readonly bank: Bank;
  readonly partner: Partner;
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
  refusedRate: Rate,
  source: string,
): Promise<{ ok: true; incoming: Incoming } | { ok: false; response: Response }> {
  const fail = (refused: Refusal): { ok: false; response: Response } => {
    refusedRate.take(source);
    return { ok: false, response: problemResponse(refused, { date: new Date().toUTCString() }) };
  };
  if (refusedRate.over(source)) return fail(refusal('too_many_requests'));
  const body = await readBody(request, MAX_RUN_BYTES);
  if (body === null) return fail(refusal('too_large', { maxBytes: MAX_RUN_BYTES }));

  let partner: Partner | undefined;
  const headers = Object.fromEntries(request.headers);
  const url = new URL(request.url);
  const verified = await verifyRequest(
    { method: request.method, url: `${bank.origin}${url.pathname}${url.search}`, headers, body },
    (keyid) => {
      partner = partners.byKey(bank.id, keyid);
      return partner?.key;
    },
    seconds(),
  );
  if (!verified.ok) return fail(verified.refusal);
  if (partner === undefined) return fail(refusal('unknown_partner'));
  const known = partner;
  const bound = { signatureInput: headers['signature-input'] ?? '', signature: headers['signature'] ?? '' };
  return {
    ok: true,
    incoming: {
      bank,
      partner: known,
      session: headers['evenhour-session'] ?? '-',
      nonce: verified.nonce,
      body,
      answer: (status, value) => signedAnswer(bank, bound, status, value),
      refuse: (refused) => {
        const problem = problemOf(refused);
        return signedAnswer(bank, bound, problem.status, problem, 'application/problem+json');
      },
    },
  };
}

/** An answer that is signed and bound to the request whose signature headers are given. */
export async function signedAnswer(
  bank: Bank,
  bound: { readonly signatureInput: string; readonly signature: string },
  status: number,
  value: unknown,
  type = 'application/activity+json',
): Promise<Response> {
  const bytes = new TextEncoder().encode(JSON.stringify(value));
  const signed = await signResponse({ status, headers: {}, body: bytes }, bound, bank.key, seconds());
  return new Response(bytes, { status, headers: { ...signed, 'content-type': type, 'cache-control': 'no-store' } });
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
