/**
 * Signed requests to a partner bank, and its signed answers.
 *
 * Promises: an answer is believed only when the partner's pinned key signed it for this very
 * request; a redirect or an unsigned page is a failure like any other. Spec: transport.
 *
 * @module
 */
import { randomBytes } from 'node:crypto';
import { isRefusalCode, type Refusal, refusal, refuse } from '@evenhour/protocol';
import { type SigningKey, signRequest, verifyResponse } from '@evenhour/protocol/proof';
import { type JsonObject, parseStrict } from '@evenhour/protocol/wire';
import type { Bank } from '../bank/bank.ts';
import type { Outgoing } from '../federation/outgoing.ts';
import type { Partner } from './partners.ts';
import { underAccepted } from './verified.ts';

/** The partner could not be asked, or its answer cannot be believed. Worth another try later. */
export class PartnerError extends Error {
  override readonly name = 'PartnerError';
  readonly code: 'unreachable' | 'bad_answer' | 'refused';
  readonly refusal: Refusal | null;
  /** The HTTP status of a signed answer, else 0. */
  readonly status: number;
  readonly retryAfterMs: number | null;
  /** What a signed answer said. */
  readonly body: JsonObject;

  constructor(
    code: PartnerError['code'],
    message: string,
    options: { refusal?: Refusal; status?: number; body?: JsonObject; retryAfterMs?: number; cause?: unknown } = {},
  ) {
    super(message, { cause: options.cause });
    this.code = code;
    this.refusal = options.refusal ?? null;
    this.status = options.status ?? 0;
    this.retryAfterMs = options.retryAfterMs ?? null;
    this.body = options.body ?? {};
  }
}

const ANSWER_BYTES = 2 * 1024 * 1024;

/**
 * Sends a signed request and returns the answer's JSON. `session` is `-` before there is one. `key` is the one to sign
 * with, if not the one that this partner is known to know.
 */
export async function askPartner(
  outgoing: Outgoing,
  bank: Bank,
  partner: Partner,
  method: 'GET' | 'POST',
  url: string,
  body: string,
  session: string,
  key: SigningKey = bank.keyFor(partner.pairId),
): Promise<JsonObject> {
  const bytes = new TextEncoder().encode(body);
  const headers = { 'evenhour-session': session === '' ? '-' : session };
  const signed = await signRequest(
    { method, url, headers, body: bytes },
    key,
    seconds(),
    randomBytes(16).toString('base64url'),
  );
  let response: { status: number; headers: Record<string, string>; body: Uint8Array };
  try {
    response = await outgoing.request({
      method,
      url,
      headers: {
        ...headers,
        ...signed,
        accept: 'application/activity+json',
        ...(method === 'POST' && { 'content-type': 'application/activity+json' }),
      },
      ...(method === 'POST' && { body: bytes }),
    });
  } catch (cause) {
    throw new PartnerError(
      'unreachable',
      `${new URL(url).host} does not answer: ${cause instanceof Error ? cause.message : String(cause)}`,
      { cause },
    );
  }
  const request = { signatureInput: header(signed, 'signature-input'), signature: header(signed, 'signature') };
  const { accepted } = partner;
  const verified = await underAccepted(
    async (nth) => {
      const theirs = accepted[nth];
      return theirs === undefined ? refuse('unknown_partner') : verifyResponse(response, request, theirs, seconds());
    },
    () => accepted.length,
  );
  const parsed = parseStrict(response.body, { maxBytes: ANSWER_BYTES });
  const value =
    parsed.ok && typeof parsed.value === 'object' && parsed.value !== null && !Array.isArray(parsed.value)
      ? (parsed.value as JsonObject)
      : null;
  if (!verified.ok) {
    // Refusals before our key is known to them are unsigned. They are told to the operator, and never acted on.
    const said = value === null ? null : readRefusal(value);
    throw new PartnerError(
      'bad_answer',
      `${new URL(url).host} gave no signed answer (status ${response.status}${said === null ? '' : `, it says ${said.code}`})`,
      {
        ...(said !== null && { refusal: said }),
        ...retryAfter(response.headers),
      },
    );
  }
  const theirKey = accepted[verified.nth]?.publicMultikey;
  if (theirKey !== undefined && theirKey !== partner.used) await partner.note(theirKey);
  if (value === null)
    throw new PartnerError('bad_answer', `${new URL(url).host} answered with something that is not JSON`);
  if (response.status >= 400) {
    const said = readRefusal(value);
    throw new PartnerError('refused', `${new URL(url).host} refused: ${said?.code ?? response.status}`, {
      status: response.status,
      body: value,
      ...(said !== null && { refusal: said }),
      ...retryAfter(response.headers),
    });
  }
  return value;
}

function readRefusal(value: JsonObject): Refusal | null {
  const code = value['code'];
  return isRefusalCode(code) ? refusal(code) : null;
}

function retryAfter(headers: Record<string, string>): { retryAfterMs?: number } {
  const value = Number(headers['retry-after']);
  return Number.isFinite(value) && value > 0 ? { retryAfterMs: Math.min(value, 3600) * 1000 } : {};
}

function header(headers: Record<string, string>, name: string): string {
  const found = Object.entries(headers).find(([key]) => key.toLowerCase() === name);
  if (found === undefined) throw new Error(`a signed request has no ${name}`);
  return found[1];
}

export function seconds(): number {
  return Math.floor(Date.now() / 1000);
}
