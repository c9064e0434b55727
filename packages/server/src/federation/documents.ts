/**
 * Loads documents of other servers, for Fedify and for ourselves.
 *
 * Promises: every load goes out by the one dispatcher, at most one a second to an origin, and what
 * failed is not asked for again for five minutes, whoever asks; contexts that we know come from
 * this program and never from the network. An answer that is not marked as JSON is not read, so
 * a file that somebody uploaded somewhere is nobody's actor.
 *
 * @module
 */

import { EVENHOUR_CONTEXT_DOCUMENT, EVENHOUR_CONTEXT_URL } from '@evenhour/protocol/wire';
import { signRequest } from '@fedify/fedify/sig';
import { type DocumentLoader, preloadedContexts, type RemoteDocument } from '@fedify/vocab-runtime';
import { type Json, readJson } from './json.ts';
import type { Outgoing } from './outgoing.ts';
import { Recent } from './recent.ts';

/** Who asks, for servers that answer only those that they know. */
export interface Identity {
  readonly keyId: URL;
  readonly privateKey: CryptoKey;
}

export interface Documents {
  /** Contexts: our own and the well-known ones from here, others from where they are. */
  readonly contextLoader: DocumentLoader;
  /** Any ActivityPub document, without saying who asks. */
  readonly documentLoader: DocumentLoader;
  /** Any ActivityPub document, signed. Follows no redirect. */
  signedDocumentLoader(identity: Identity): DocumentLoader;
}

/** Why a document is not there: it was asked for too often, or it cannot be had. */
export class DocumentError extends Error {
  readonly code: 'limited' | 'unavailable';
  constructor(code: DocumentError['code'], message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'DocumentError';
    this.code = code;
  }
}

const INTERVAL_MS = 1000;
const NEGATIVE_MS = 5 * 60_000;
const CONTEXT_MS = 24 * 60 * 60_000;
const REMEMBERED = 10_000;
const CONTEXTS = 200;
const MAX_CONTEXT_BYTES = 128 * 1024;
const MAX_URL = 2048;

const ACTIVITY_TYPES =
  'application/activity+json, application/ld+json; profile="https://www.w3.org/ns/activitystreams"';
const isActivityType = (type: string) => type === 'application/activity+json' || type === 'application/ld+json';
const isJsonType = (type: string) => type === 'application/json' || type.endsWith('+json');

export function createDocuments(outgoing: Outgoing, now: () => number = Date.now): Documents {
  const askedAt = new Recent<number>(REMEMBERED);
  const failedAt = new Recent<number>(REMEMBERED);
  const contexts = new Recent<{ readonly at: number; readonly document: RemoteDocument }>(CONTEXTS);
  const underway = new Map<string, Promise<RemoteDocument>>();

  /** Two that want the same share one request. */
  async function load(url: string, fetch: (url: string) => Promise<RemoteDocument>): Promise<RemoteDocument> {
    // What is remembered has a bounded size, so its names have one too.
    if (url.length > MAX_URL) throw new DocumentError('unavailable', `An address has at most ${MAX_URL} characters.`);
    const same = underway.get(url);
    if (same !== undefined) return same;
    if (now() - (failedAt.get(url) ?? -Infinity) < NEGATIVE_MS) {
      throw new DocumentError('unavailable', `${url} could not be loaded a short time ago.`);
    }
    const origin = URL.canParse(url) ? new URL(url).origin : url;
    if (now() - (askedAt.get(origin) ?? -Infinity) < INTERVAL_MS) {
      throw new DocumentError('limited', `${origin} was asked for a document less than a second ago.`);
    }
    askedAt.set(origin, now());
    const loading = fetch(url).catch((cause: unknown) => {
      failedAt.set(url, now());
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw new DocumentError('unavailable', `${url} cannot be loaded: ${reason}`, cause);
    });
    underway.set(url, loading);
    try {
      return await loading;
    } finally {
      underway.delete(url);
    }
  }

  async function read(
    response: Response,
    url: string,
    isType: (type: string) => boolean,
    maxBytes = Infinity,
  ): Promise<RemoteDocument> {
    if (!response.ok) throw new Error(`its server answered ${response.status}.`);
    const type = (response.headers.get('content-type') ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
    if (!isType(type)) throw new Error(`it is of the type ${type || 'unknown'}.`);
    const bytes = new Uint8Array(await response.arrayBuffer());
    if (bytes.byteLength > maxBytes) throw new Error('it is too large.');
    const document = readJson(bytes);
    if (document === undefined) throw new Error('it is not JSON that may be read.');
    return { contextUrl: null, document, documentUrl: response.url || url };
  }

  const activityRequest = (url: string) => new Request(url, { headers: { accept: ACTIVITY_TYPES } });

  return {
    documentLoader: (url) =>
      load(url, async () => read(await outgoing.fetch(activityRequest(url)), url, isActivityType)),

    signedDocumentLoader:
      ({ keyId, privateKey }) =>
      (url) =>
        load(url, async () => {
          const knock = async (spec: 'rfc9421' | 'draft-cavage-http-signatures-12') =>
            outgoing.fetch(await signRequest(activityRequest(url), privateKey, keyId, { spec }));
          const response = await knock('rfc9421');
          // A server that does not know the standard calls a good signature a bad request.
          const again = [400, 401, 403].includes(response.status);
          return read(again ? await knock('draft-cavage-http-signatures-12') : response, url, isActivityType);
        }),

    contextLoader: async (url) => {
      const known = knownContext(url);
      if (known !== undefined) return { contextUrl: null, document: known, documentUrl: url };
      const kept = contexts.get(url);
      if (kept !== undefined && now() - kept.at < CONTEXT_MS) return kept.document;
      const document = await load(url, async () => {
        const request = new Request(url, { headers: { accept: 'application/ld+json, application/json' } });
        return read(await outgoing.fetch(request), url, isJsonType, MAX_CONTEXT_BYTES);
      });
      contexts.set(url, { at: now(), document });
      return document;
    },
  };
}

function knownContext(url: string): Json | undefined {
  if (url === EVENHOUR_CONTEXT_URL) return EVENHOUR_CONTEXT_DOCUMENT as Json;
  return Object.hasOwn(preloadedContexts, url) ? (preloadedContexts[url] as Json) : undefined;
}
