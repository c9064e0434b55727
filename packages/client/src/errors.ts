/**
 * What a call throws: the bank said no, nobody answered, or somebody answered who is not a bank.
 *
 * Promises: every error has a `code` by which it can be told apart, so that `switch (error.code)` narrows
 * a {@link ClientError}. A call that its own signal stopped throws the signal's reason instead, as fetch does.
 *
 * @module
 */
import type { components } from './generated/api.ts';
import type { RefusalCode } from './generated/refusals.ts';

type Problem = components['schemas']['Problem'];

/** Plain values that belong to a refusal, such as `{ roomMinutes: 600 }`. */
export type Facts = Readonly<Record<string, string | number | boolean>>;

/** The bank refused, with a code from the closed list. A refusal has changed nothing. */
export class EvenhourError extends Error {
  override readonly name = 'EvenhourError' as const;
  /** The reason. */
  readonly code: RefusalCode;
  /** `local` when the asker's side has to change something, `peer` when the other bank has to. */
  readonly fault: 'local' | 'peer';
  /** Whether the same request may succeed later. */
  readonly retryable: boolean;
  /** What belongs to the reason, such as `roomMinutes` for `limit_reached`. */
  readonly facts: Facts;
  /** The HTTP status. */
  readonly status: number;
  /** What to do, in one English sentence. */
  readonly advice: string;
  /** How long the bank asks to wait before the next try; null when it did not say. */
  readonly retryAfterMs: number | null;

  constructor(problem: Omit<Problem, 'type'> & { readonly retryAfterMs?: number | null }) {
    super(`${problem.code}: ${problem.title}`);
    this.code = problem.code;
    this.fault = problem.fault;
    this.retryable = problem.retryable;
    this.facts = problem.facts;
    this.status = problem.status;
    this.advice = problem.title;
    this.retryAfterMs = problem.retryAfterMs ?? null;
  }
}

/** No answer came, or not in time. Whether the bank did what was asked is not known; repeat it with the same key. */
export class NetworkError extends Error {
  override readonly name = 'NetworkError' as const;
  readonly code = 'network' as const;
  /** The key that the request carried, to repeat it with; `null` for a read. */
  readonly idempotencyKey: string | null;

  constructor(origin: string, idempotencyKey: string | null, cause: unknown) {
    super(`No answer from ${origin}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
    this.idempotencyKey = idempotencyKey;
  }
}

/** An answer that is not a bank's: a proxy's page, or a failure of the bank's own program. */
export class AnswerError extends Error {
  override readonly name = 'AnswerError' as const;
  readonly code = 'unexpected_answer' as const;
  readonly status: number;
  /** The first thousand characters of the answer. */
  readonly body: string;
  /** The key that the request carried, to repeat it with; `null` for a read. */
  readonly idempotencyKey: string | null;

  constructor(origin: string, idempotencyKey: string | null, status: number, body: string) {
    super(`${origin} gave an answer that is not of the Evenhour API (status ${status})`);
    this.status = status;
    this.body = body.slice(0, 1000);
    this.idempotencyKey = idempotencyKey;
  }
}

/** Everything that a call throws by itself. */
export type ClientError = EvenhourError | NetworkError | AnswerError;

/** Whether something that was caught is one of ours, so that `switch (error.code)` narrows it. */
export function isClientError(error: unknown): error is ClientError {
  return error instanceof EvenhourError || error instanceof NetworkError || error instanceof AnswerError;
}

/** The problem in an answer, or null when it is none of Evenhour's. */
export function problemIn(answer: unknown): Problem | null {
  const value = answer as Partial<Problem> | null | undefined;
  const known =
    typeof value?.code === 'string' &&
    typeof value.title === 'string' &&
    typeof value.retryable === 'boolean' &&
    typeof value.facts === 'object' &&
    value.facts !== null;
  return known ? (value as Problem) : null;
}

/** JSON, or undefined. */
export function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
