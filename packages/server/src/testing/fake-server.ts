/**
 * The server side of a partner in tests: what the town asked, and an answer of any kind.
 *
 * @module
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { type RequestSignature, type SigningKey, signResponse } from '@evenhour/protocol/proof';
import type { JsonObject } from '@evenhour/protocol/wire';
import { readAll } from './http.ts';

/** A request of the town's, as it came. */
export interface Seen {
  readonly route: Route;
  readonly method: string;
  readonly path: string;
  readonly headers: Record<string, string>;
  readonly json: JsonObject;
}

export type Route =
  | 'actor'
  | 'invitation'
  | 'offer'
  | 'answer'
  | 'open'
  | 'run'
  | 'messages'
  | 'logs'
  | 'offers'
  | 'other';

/** How the partner answers: signed by its key and bound to the request, unless it says otherwise. */
export interface Reply {
  readonly status?: number;
  readonly body?: unknown;
  /** Bytes in place of a body that is JSON. */
  readonly text?: string;
  readonly unsigned?: boolean;
  readonly key?: SigningKey;
  readonly boundTo?: RequestSignature;
  readonly headers?: Record<string, string>;
  readonly delayMs?: number;
  /** When it was signed, in seconds from now. */
  readonly ageSeconds?: number;
  /** Closes the connection without a word, after everything was done. */
  readonly drop?: boolean;
}

/** Reads a request of the town's. */
export async function read(request: IncomingMessage): Promise<Seen> {
  const bytes = await readAll(request);
  const path = request.url ?? '/';
  const headers = request.headers as Record<string, string>;
  const json = bytes.length === 0 ? {} : (JSON.parse(bytes.toString()) as JsonObject);
  return { route: routeOf(path), method: request.method ?? '', path, headers, json };
}

/** Gives an answer, signed by `key` unless it says otherwise. */
export async function answer(seen: Seen, reply: Reply, key: SigningKey, response: ServerResponse): Promise<void> {
  if (reply.delayMs !== undefined) await new Promise((resolve) => setTimeout(resolve, reply.delayMs));
  if (reply.drop === true) return void response.socket?.destroy();
  const { status = 200, boundTo = boundOf(seen), ageSeconds = 0 } = reply;
  const body = Buffer.from(reply.text ?? JSON.stringify(reply.body ?? {}));
  const created = Math.floor(Date.now() / 1000) - ageSeconds;
  const signed =
    reply.unsigned === true
      ? {}
      : await signResponse({ status, headers: {}, body }, boundTo, reply.key ?? key, created);
  response.writeHead(status, { 'content-type': 'application/activity+json', ...signed, ...reply.headers }).end(body);
}

function routeOf(path: string): Route {
  if (path === '/ap/bank') return 'actor';
  if (path.startsWith('/invitations/')) return 'invitation';
  if (path === '/ap/agreements') return 'offer';
  if (path.startsWith('/ap/agreements/')) return 'answer';
  if (path === '/ap/journals/open') return 'open';
  if (path === '/ap/journals') return 'run';
  if (path.startsWith('/ap/exchanges/')) return 'logs';
  // A town asks for them at its own time, whatever a test is about.
  if (path.startsWith('/ap/offers/')) return 'offers';
  return path === '/ap/exchanges' ? 'messages' : 'other';
}

function boundOf(seen: Seen): RequestSignature {
  return { signatureInput: seen.headers['signature-input'] ?? '', signature: seen.headers['signature'] ?? '' };
}

/** The items of a posted page. */
export function itemsOf(seen: Seen): JsonObject[] {
  return seen.json['orderedItems'] as unknown as JsonObject[];
}
