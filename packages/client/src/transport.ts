/**
 * One request to a bank, with its tries.
 *
 * Promises: all tries of one POST carry the same Idempotency-Key, so a thing is done once however often an
 * answer is lost. Only what can help is tried again: a lost answer, a busy proxy, and a refusal that is
 * retryable and says 429 or 503. Retry-After is honoured; where it asks for more than {@link MAX_WAIT_MS},
 * the error is thrown at once. The token goes to the bank's own address only: redirects are not followed.
 *
 * @module
 */
import { AnswerError, type ClientError, EvenhourError, NetworkError, parsed, problemIn } from './errors.ts';
import type { paths } from './generated/api.ts';

type Method = 'get' | 'post';

/** The paths of the API that know a method. */
export type PathOf<M extends Method> = {
  [P in keyof paths]: paths[P][M] extends { responses: object } ? P : never;
}[keyof paths];

/** The answer of an operation when it succeeds. */
export type AnswerOf<M extends Method, P extends keyof paths> = paths[P][M] extends { responses: infer R }
  ? R[keyof R & (200 | 201 | 202)] extends { content: { 'application/json': infer A } }
    ? A
    : never
  : never;

/** What a POST takes. */
export type BodyOf<P extends keyof paths> = paths[P]['post'] extends {
  requestBody: { content: { 'application/json': infer B } };
}
  ? B
  : never;

/** What a GET can be asked with. */
export type QueryOf<P extends keyof paths> = paths[P]['get'] extends { parameters: { query?: infer Q } }
  ? [Q] extends [undefined]
    ? Record<string, never>
    : Exclude<Q, undefined>
  : Record<string, never>;

/** What may be left out may also be `undefined`, which is not sent. */
export type Loose<T> = T extends unknown
  ? { [K in keyof T]: Record<never, never> extends Pick<T, K> ? T[K] | undefined : T[K] }
  : never;

/** How one call is made. */
export interface CallOptions {
  /** Stops the call, also between two tries. The call then throws the signal's reason. */
  readonly signal?: AbortSignal | undefined;
  /** How long one try may take. Default: that of the client. */
  readonly timeoutMs?: number | undefined;
}

/** How one call that does something is made. */
export interface DoOptions extends CallOptions {
  /** Your own key, 8 to 200 visible ASCII characters: new for each thing you want done, the same to repeat it. */
  readonly idempotencyKey?: string | undefined;
}

/** Where the bank is, and how to ask it. */
export interface ClientOptions {
  /** The bank's address, such as `https://leith.example`. */
  readonly baseUrl: string;
  /** A token of that bank: a member's, or the operator's. Without one only what is public can be read. */
  readonly token?: string | undefined;
  /** What to ask with instead of the global fetch. */
  readonly fetch?: ((url: string, init: RequestInit) => Promise<Response>) | undefined;
  /** How long one try may take. Default 30 seconds. */
  readonly timeoutMs?: number | undefined;
  /** How often a request is tried in all. Default 3. */
  readonly tries?: number | undefined;
  /** Waits between two tries. Replace it in tests. */
  readonly sleep?: ((ms: number, signal: AbortSignal | undefined) => Promise<void>) | undefined;
}

/** What {@link createTransport} makes. */
export interface Transport {
  readonly timeoutMs: number;
  readonly sleep: (ms: number, signal: AbortSignal | undefined) => Promise<void>;
  get<P extends PathOf<'get'>>(
    path: P,
    id: string,
    query: Loose<QueryOf<P>>,
    options?: CallOptions,
  ): Promise<AnswerOf<'get', P>>;
  post<P extends PathOf<'post'>>(
    path: P,
    id: string,
    body: Loose<BodyOf<P>>,
    options?: DoOptions,
  ): Promise<AnswerOf<'post', P>>;
  /** A POST of a file as it is. */
  send<P extends PathOf<'post'>>(
    path: P,
    id: string,
    query: Readonly<Record<string, string>>,
    file: Bytes,
    options?: DoOptions,
  ): Promise<AnswerOf<'post', P>>;
}

/** A file, or what is in it. */
export type Bytes = Blob | Uint8Array<ArrayBuffer>;

/** The longest Retry-After that a client honours by itself. */
const MAX_WAIT_MS = 10_000;

/** What one try came to. `retryAfterMs` is null when another try cannot help. */
type Result = { readonly answer: unknown } | { readonly error: ClientError; readonly retryAfterMs: number | null };

/** One request, the same in all its tries. */
interface Question extends CallOptions {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly key: string | null;
  /** Text is JSON. */
  readonly body: string | Bytes | null;
}

export function createTransport(options: ClientOptions): Transport {
  const base = options.baseUrl.replace(/\/+$/, '');
  const { token, tries = 3, timeoutMs = 30_000, sleep = pause } = options;
  const ask = options.fetch ?? ((url: string, init: RequestInit) => fetch(url, init));

  async function send(question: Question): Promise<unknown> {
    const { signal } = question;
    for (let attempt = 1; ; attempt += 1) {
      signal?.throwIfAborted();
      const result = await tryOnce(question);
      if ('answer' in result) return result.answer;
      const { error, retryAfterMs } = result;
      if (attempt >= tries || retryAfterMs === null || retryAfterMs > MAX_WAIT_MS) throw error;
      // Each pause is longer than the one before, and no two clients wait equally long.
      await sleep(retryAfterMs + 250 * 2 ** (attempt - 1) * (0.5 + Math.random() / 2), signal);
    }
  }

  async function tryOnce({
    method,
    path,
    key,
    body,
    signal,
    timeoutMs: limitMs = timeoutMs,
  }: Question): Promise<Result> {
    const stop = new AbortController();
    const onAbort = () => stop.abort(signal?.reason);
    const onTime = () => stop.abort(new DOMException(`not within ${limitMs} ms`, 'TimeoutError'));
    const timer = setTimeout(onTime, limitMs);
    signal?.addEventListener('abort', onAbort);
    try {
      const response = await ask(`${base}${path}`, {
        method,
        redirect: 'manual',
        headers: {
          accept: 'application/json',
          ...(token !== undefined && { authorization: `Bearer ${token}` }),
          ...(key !== null && {
            'content-type': `application/${typeof body === 'string' ? 'json' : 'octet-stream'}`,
            'idempotency-key': key,
          }),
        },
        ...(body !== null && { body }),
        signal: stop.signal,
      });
      return read(base, key, response, await response.text());
    } catch (cause) {
      signal?.throwIfAborted();
      return { error: new NetworkError(base, key, stop.signal.aborted ? stop.signal.reason : cause), retryAfterMs: 0 };
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
    }
  }

  return {
    timeoutMs,
    sleep,
    get: (path, id, query, call) =>
      send({ ...call, method: 'GET', path: filled(path, id) + search(query), key: null, body: null }) as Promise<never>,
    post: (path, id, body, call) => done(filled(path, id), JSON.stringify(body), call),
    send: (path, id, query, file, call) => done(filled(path, id) + search(query), file, call),
  };

  function done(path: string, body: string | Bytes, call: DoOptions = {}): Promise<never> {
    const key = call.idempotencyKey ?? newKey();
    return send({ ...call, method: 'POST', path, key, body }) as Promise<never>;
  }
}

/** What an answer says: the value, a refusal, or nothing that a bank would say. */
function read(base: string, key: string | null, { ok, status, headers }: Response, text: string): Result {
  const value = parsed(text);
  if (ok && typeof value === 'object' && value !== null) return { answer: value };
  const retryAfterMs = retryAfter(headers.get('retry-after'));
  const problem = ok ? null : problemIn(value);
  if (problem === null) {
    const busy = [429, 502, 503, 504].includes(status);
    return { error: new AnswerError(base, key, status, text), retryAfterMs: busy ? (retryAfterMs ?? 0) : null };
  }
  const again = problem.retryable && (status === 429 || status === 503);
  return { error: new EvenhourError({ ...problem, retryAfterMs }), retryAfterMs: again ? (retryAfterMs ?? 0) : null };
}

function filled(path: string, id: string): string {
  return path.replace('{id}', encodeURIComponent(id));
}

function search(query: unknown): string {
  const set = Object.entries(query as object).filter(([, value]) => value !== undefined);
  return set.length === 0 ? '' : `?${new URLSearchParams(set.map(([name, value]) => [name, String(value)]))}`;
}

/** Browsers have no randomUUID on pages that came by plain HTTP, as in a town hall's own network. */
function newKey(): string {
  if (typeof crypto.randomUUID === 'function') return crypto.randomUUID();
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** Retry-After in milliseconds, from seconds or a date; null when it is absent or makes no sense. */
function retryAfter(header: string | null): number | null {
  if (header === null) return null;
  const ms = /^\d+$/.test(header) ? Number(header) * 1000 : Date.parse(header) - Date.now();
  return Number.isNaN(ms) ? null : Math.max(0, ms);
}

async function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  signal?.throwIfAborted();
  await new Promise<void>((resolve, reject) => {
    const timer = setTimeout(done, ms);
    function done(): void {
      signal?.removeEventListener('abort', stopped);
      resolve();
    }
    function stopped(): void {
      clearTimeout(timer);
      reject(signal?.reason);
    }
    signal?.addEventListener('abort', stopped, { once: true });
  });
}
