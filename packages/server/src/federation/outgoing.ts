/**
 * The one way out: every request that a node sends leaves here.
 *
 * Promises: no request leaves for an address that is not public, save for the exact origins that
 * the configuration names; a name is resolved once for each connection, every answer is checked,
 * and the connection goes to an address that was checked; each redirect is checked anew, at most
 * three are followed, and none that answers a POST or a signed request; size and time are capped,
 * so a hostile server costs one bounded answer. Connections are kept and used again.
 *
 * @module
 */
import { lookup as systemLookup } from 'node:dns/promises';
import http, { type IncomingMessage } from 'node:http';
import https from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import { notPublic } from './addresses.ts';

export interface OutgoingOptions {
  /** Origins (scheme, host and port) that may be reached without TLS and at any address; for development. */
  readonly allowedOrigins: readonly string[];
  readonly userAgent: string;
  /** For the whole exchange, redirects and body included. Default 10 seconds. */
  readonly timeoutMs?: number;
  /** The largest body that is read. Default 1 MiB. */
  readonly maxBytes?: number;
  /** Connections to one origin at a time; further requests wait their turn. Default 8. */
  readonly connectionsPerOrigin?: number;
  /** All addresses of a name. Default: the system's resolver. */
  readonly resolve?: (hostname: string) => Promise<readonly string[]>;
}

export interface OutgoingRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Uint8Array | string;
}

export interface OutgoingResponse {
  readonly status: number;
  /** Names in lower case; a field that came more than once is joined with a comma. */
  readonly headers: Record<string, string>;
  readonly body: Uint8Array<ArrayBuffer>;
}

/** What `fetch` here takes of the standard function: no streams, no caches, no credentials. */
export type OutgoingFetch = (input: string | URL | Request, init?: RequestInit) => Promise<Response>;

export interface Outgoing {
  /** Sends one request. Any status is an answer; throws {@link OutgoingError} when there is none. */
  request(input: OutgoingRequest): Promise<OutgoingResponse>;
  /** The same with the face of the standard `fetch`, for libraries that want one. */
  readonly fetch: OutgoingFetch;
  /** Closes the connections that are kept open. */
  close(): void;
}

export type OutgoingErrorCode = 'private_address' | 'unreachable' | 'timeout' | 'too_large' | 'redirect' | 'bad_url';

/** Why a request got no answer, in a sentence for the operator. */
export class OutgoingError extends Error {
  readonly code: OutgoingErrorCode;
  constructor(code: OutgoingErrorCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'OutgoingError';
    this.code = code;
  }
}

const MAX_REDIRECTS = 3;
const IDLE_MS = 30_000;
const REDIRECTS = new Set([301, 302, 303, 307, 308]);
/** Set by this module alone: they say where a message ends and where it goes. */
const OWN_HEADERS = new Set(['host', 'connection', 'content-length', 'transfer-encoding', 'expect', 'upgrade']);
/** A request that carries one of these speaks for somebody, to the one server that it names. */
const SPEAKS_FOR_SOMEBODY = ['signature', 'signature-input', 'authorization', 'cookie'];

interface Sending extends OutgoingRequest {
  readonly redirect?: RequestRedirect;
  readonly signal?: AbortSignal;
}

export function createOutgoing(options: OutgoingOptions): Outgoing {
  const { userAgent, timeoutMs = 10_000, maxBytes = 1024 * 1024, connectionsPerOrigin = 8 } = options;
  const resolve = options.resolve ?? resolveWithSystem;
  const allowedOrigins = new Set(options.allowedOrigins.map((origin) => new URL(origin).origin));

  const agentOptions = {
    keepAlive: true,
    maxSockets: connectionsPerOrigin,
    maxFreeSockets: connectionsPerOrigin,
    timeout: IDLE_MS,
  };
  const agents = { 'http:': new http.Agent(agentOptions), 'https:': new https.Agent(agentOptions) };

  async function follow(sending: Sending): Promise<OutgoingResponse & { url: string }> {
    const deadline = Date.now() + timeoutMs;
    const method = sending.method.toUpperCase();
    const mayFollow = method === 'GET' && sending.redirect !== 'error' && !speaksForSomebody(sending.headers);
    let url = checkedUrl(sending.url, allowedOrigins);
    for (let redirects = 0; ; redirects++) {
      const answer = await exchange({ ...sending, method }, url, deadline);
      if (!REDIRECTS.has(answer.status) || sending.redirect === 'manual') return { ...answer, url: url.href };
      if (!mayFollow) {
        throw new OutgoingError(
          'redirect',
          `${url.origin} answered with a redirect, which is not followed for this request.`,
        );
      }
      if (redirects === MAX_REDIRECTS) {
        throw new OutgoingError('redirect', `${url.origin} redirects more than ${MAX_REDIRECTS} times.`);
      }
      const location = answer.headers['location'] ?? '';
      if (location === '' || !URL.canParse(location, url.href)) {
        throw new OutgoingError('redirect', `${url.origin} redirects to something that is not an address.`);
      }
      url = checkedUrl(new URL(location, url).href, allowedOrigins);
    }
  }

  function exchange(sending: Sending, url: URL, deadline: number): Promise<OutgoingResponse> {
    return new Promise((done, fail) => {
      const body = typeof sending.body === 'string' ? new TextEncoder().encode(sending.body) : sending.body;
      const headers: Record<string, string> = { 'user-agent': userAgent, 'accept-encoding': 'identity' };
      for (const [name, value] of Object.entries(sending.headers)) {
        if (!OWN_HEADERS.has(name.toLowerCase())) headers[name.toLowerCase()] = value;
      }
      if (body !== undefined) headers['content-length'] = String(body.byteLength);

      const secure = url.protocol === 'https:';
      const request = (secure ? https : http).request(url, {
        method: sending.method,
        headers,
        agent: agents[secure ? 'https:' : 'http:'],
        lookup: lookupFor(url),
      });

      // The first outcome counts; what the closing socket reports after it does not.
      const finish = (settle: () => void) => {
        clearTimeout(timer);
        sending.signal?.removeEventListener('abort', abort);
        settle();
      };
      const stop = (error: unknown) =>
        finish(() => {
          fail(error);
          request.destroy();
        });
      const abort = () => stop(sending.signal?.reason);
      const timer = setTimeout(
        () => stop(new OutgoingError('timeout', `${url.origin} did not answer within ${timeoutMs} ms.`)),
        Math.max(0, deadline - Date.now()),
      );
      request.on('error', (cause) => stop(asOutgoingError(url, cause)));
      request.on('response', (response) => {
        collect(response, url).then(
          (answer) => finish(() => done(answer)),
          (cause: unknown) => stop(asOutgoingError(url, cause)),
        );
      });
      if (sending.signal?.aborted) return abort();
      sending.signal?.addEventListener('abort', abort, { once: true });
      request.end(body);
    });
  }

  async function collect(response: IncomingMessage, url: URL): Promise<OutgoingResponse> {
    const status = response.statusCode ?? 0;
    if (status < 200 || status > 599) {
      throw new OutgoingError('unreachable', `${url.origin} answered with a status that does not exist: ${status}.`);
    }
    const tooLarge = () =>
      new OutgoingError('too_large', `The answer of ${url.origin} is larger than ${maxBytes} bytes.`);
    if (Number(response.headers['content-length'] ?? 0) > maxBytes) throw tooLarge();
    const chunks: Uint8Array[] = [];
    let size = 0;
    for await (const chunk of response as AsyncIterable<Uint8Array>) {
      size += chunk.byteLength;
      if (size > maxBytes) throw tooLarge();
      chunks.push(chunk);
    }
    return { status, headers: plainHeaders(response), body: new Uint8Array(Buffer.concat(chunks, size)) };
  }

  /**
   * The only resolution there is: Node calls it when it opens a connection, and connects to what it
   * returns. Connections are shared by host, port and scheme only, so by what is allowed as well.
   */
  function lookupFor(url: URL): LookupFunction {
    return (hostname, { all }, callback) => {
      const answer = async () => {
        const addresses = await resolve(hostname);
        if (addresses.length === 0) throw new OutgoingError('unreachable', `The name ${hostname} has no address.`);
        if (!allowedOrigins.has(url.origin)) for (const address of addresses) refuseIfNotPublic(address, hostname);
        return addresses.map((address) => ({ address, family: isIP(address) }));
      };
      answer().then(
        (found) => {
          const [first] = found;
          if (all || first === undefined) callback(null, found);
          else callback(null, first.address, first.family);
        },
        (error: Error) => callback(error, []),
      );
    };
  }

  return {
    request: async (input) => {
      const { status, headers, body } = await follow(input);
      return { status, headers, body };
    },
    fetch: async (input, init) => {
      const request = new Request(input, init);
      const { status, headers, body, url } = await follow({
        method: request.method,
        url: request.url,
        headers: Object.fromEntries(request.headers),
        redirect: request.redirect,
        signal: request.signal,
        ...(request.body !== null && { body: new Uint8Array(await request.arrayBuffer()) }),
      });
      const hasNoBody = status === 204 || status === 205 || status === 304;
      const response = new Response(hasNoBody ? null : body, { status, headers });
      // The standard class has no other way to say where an answer came from.
      Object.defineProperty(response, 'url', { value: url });
      return response;
    },
    close() {
      agents['http:'].destroy();
      agents['https:'].destroy();
    },
  };
}

/**
 * A URL that a request may go to as far as its text tells. Addresses in other notations come out of `URL` in the usual
 * one.
 */
function checkedUrl(text: string, allowedOrigins: ReadonlySet<string>): URL {
  if (!URL.canParse(text)) throw new OutgoingError('bad_url', 'This is not a web address.');
  const url = new URL(text);
  if (url.protocol !== 'https:' && url.protocol !== 'http:') {
    throw new OutgoingError('bad_url', `An address that begins with ${url.protocol} is not a web address.`);
  }
  if (url.username !== '' || url.password !== '') {
    throw new OutgoingError('bad_url', `The address of ${url.host} carries a user name or a password.`);
  }
  if (allowedOrigins.has(url.origin)) return url;
  if (url.protocol !== 'https:')
    throw new OutgoingError('bad_url', `${url.origin} has no https, which every server needs.`);
  // Node asks no resolver for a host that is an address already.
  const literal = url.hostname.replace(/^\[|\]$/g, '');
  if (isIP(literal) !== 0) refuseIfNotPublic(literal, url.hostname);
  return url;
}

function refuseIfNotPublic(address: string, hostname: string): void {
  const range = notPublic(address);
  if (range !== undefined) {
    throw new OutgoingError(
      'private_address',
      `${hostname} is at ${address}, which is not a public address (${range}).`,
    );
  }
}

function speaksForSomebody(headers: Readonly<Record<string, string>>): boolean {
  return Object.keys(headers).some((name) => SPEAKS_FOR_SOMEBODY.includes(name.toLowerCase()));
}

function plainHeaders(response: IncomingMessage): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(response.headers)) {
    if (value !== undefined) headers[name] = Array.isArray(value) ? value.join(', ') : value;
  }
  return headers;
}

function asOutgoingError(url: URL, cause: unknown): OutgoingError {
  if (cause instanceof OutgoingError) return cause;
  const reason =
    cause instanceof Error ? cause.message || ((cause as NodeJS.ErrnoException).code ?? cause.name) : 'unknown';
  return new OutgoingError('unreachable', `${url.origin} cannot be reached: ${reason}.`, cause);
}

async function resolveWithSystem(hostname: string): Promise<string[]> {
  return (await systemLookup(hostname, { all: true, order: 'verbatim' })).map(({ address }) => address);
}
