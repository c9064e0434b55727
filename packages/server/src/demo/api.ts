/**
 * A small hand for the JSON API of one town.
 *
 * Promises: speaks to the public HTTP and to nothing else; a refusal becomes an `ApiProblem` with the
 * bank's code and facts; a town that does not answer becomes a `TownSilent`. Every POST carries an
 * Idempotency-Key.
 *
 * @module
 */
import type { RefusalCode } from '@evenhour/protocol';
import type { z } from '@hono/zod-openapi';
import type {
  agreementSchema,
  bankSchema,
  checkSchema,
  invitationSchema,
  journalEntrySchema,
  memberSchema,
  proofSchema,
  resentSchema,
  transferSchema,
} from '../api/schemas.ts';

export type BankInfo = z.infer<typeof bankSchema>;
export type Member = z.infer<typeof memberSchema>;
export type Agreement = z.infer<typeof agreementSchema>;
export type Transfer = z.infer<typeof transferSchema>;
export type Proof = z.infer<typeof proofSchema>;
export type JournalEntry = z.infer<typeof journalEntrySchema>;
export type Check = z.infer<typeof checkSchema>;
type Resent = z.infer<typeof resentSchema>;
type Invitation = z.infer<typeof invitationSchema>;
type Facts = Readonly<Record<string, string | number | boolean>>;

/** What a bank answered instead of doing it. */
export class ApiProblem extends Error {
  override readonly name = 'ApiProblem';
  readonly status: number;
  readonly code: RefusalCode | 'unknown';
  readonly facts: Facts;

  constructor(status: number, body: unknown, asked: string) {
    const problem = (body ?? {}) as { code?: RefusalCode; title?: string; facts?: Facts };
    super(`${asked}: ${status} ${problem.code ?? ''} ${problem.title ?? ''}`.trim());
    this.status = status;
    this.code = problem.code ?? 'unknown';
    this.facts = problem.facts ?? {};
  }
}

/** The town is off, or went off while it was asked. */
export class TownSilent extends Error {
  override readonly name = 'TownSilent';
}

export interface Gift {
  readonly from: string;
  readonly to: string;
  readonly minutes: number;
  readonly content: string;
}

interface CallOptions {
  readonly body?: unknown;
  readonly key?: string;
  readonly timeoutMs?: number;
}

export class TownApi {
  readonly origin: string;
  readonly #token: string;

  constructor(origin: string, token: string) {
    this.origin = origin;
    this.#token = token;
  }

  async call<T>(method: 'GET' | 'POST', path: string, { body, key, timeoutMs = 20_000 }: CallOptions = {}): Promise<T> {
    let response: Response;
    let text: string;
    try {
      response = await fetch(`${this.origin}${path}`, {
        method,
        headers: {
          authorization: `Bearer ${this.#token}`,
          ...(method === 'POST' && {
            'content-type': 'application/json',
            'idempotency-key': key ?? crypto.randomUUID(),
          }),
        },
        ...(method === 'POST' && { body: JSON.stringify(body ?? {}) }),
        signal: AbortSignal.timeout(timeoutMs),
      });
      text = await response.text();
    } catch (cause) {
      throw new TownSilent(`${this.origin} does not answer`, { cause });
    }
    const value: unknown = text === '' ? null : JSON.parse(text);
    if (!response.ok) throw new ApiProblem(response.status, value, `${method} ${path}`);
    return value as T;
  }

  bank = () => this.call<BankInfo>('GET', '/api/bank');
  members = async () => (await this.call<{ items: Member[] }>('GET', '/api/members?limit=200')).items;
  member = (idOrHandle: string) => this.call<Member>('GET', `/api/members/${encodeURIComponent(idOrHandle)}`);
  agreements = async () => (await this.call<{ items: Agreement[] }>('GET', '/api/agreements')).items;
  agreement = (id: string) => this.call<Agreement>('GET', `/api/agreements/${id}`);
  transfers = async (limit = 60) =>
    (await this.call<{ items: Transfer[] }>('GET', `/api/transfers?limit=${limit}`)).items;
  transfer = (id: string, waitMs = 0) => this.call<Transfer>('GET', `/api/transfers/${id}?waitMs=${waitMs}`);
  proof = (id: string) => this.call<Proof>('GET', `/api/transfers/${id}/proof`);
  give = (gift: Gift, key?: string) =>
    this.call<Transfer>('POST', '/api/transfers', { body: gift, ...(key !== undefined && { key }) });
  invite = (grantsMinutes: number, bridgeBuilder: string) =>
    this.call<Invitation>('POST', '/api/invitations', { body: { grantsMinutes, bridgeBuilder } });
  offer = (link: string, grantsMinutes: number, bridgeBuilder: string) =>
    this.call<Agreement>('POST', '/api/agreements', { body: { link, grantsMinutes, bridgeBuilder } });
  accept = (id: string) => this.call<Agreement>('POST', `/api/agreements/${id}/accept`);
  state = (id: string) => this.call<Agreement>('POST', `/api/agreements/${id}/statement`);
  resend = (id: string, afterSeq: number) =>
    this.call<Resent>('POST', `/api/agreements/${id}/resend`, { body: { afterSeq } });
  /** Our own entries after `cursor`, at most 200. */
  journal = async (id: string, cursor = 0) =>
    (await this.call<{ items: JournalEntry[] }>('GET', `/api/agreements/${id}/journal?limit=200&cursor=${cursor}`))
      .items;
  doctor = async () => (await this.call<{ items: Check[] }>('GET', '/api/doctor')).items;
}

/** Asks until the answer is something. Throws an error that says what was waited for. */
export async function until<T>(
  what: string,
  ask: () => Promise<T>,
  timeoutMs = 20_000,
): Promise<NonNullable<T> & Exclude<T, false>> {
  const end = Date.now() + timeoutMs;
  while (true) {
    const value = await ask();
    if (value !== undefined && value !== null && value !== false) return value as NonNullable<T> & Exclude<T, false>;
    if (Date.now() > end) throw new Error(`this did not happen within ${timeoutMs / 1000} s: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}
