/**
 * The way in for the fediverse at large: everything that is checked before Fedify sees a message.
 *
 * Promises: what goes on to Fedify was signed over HTTP, within five minutes, by a key that the
 * activity's one actor publishes; activity, actor and key share one origin that is not ours
 * (GHSA-4qhx-hhwf-8685), as read raw and as read by Fedify; signatures inside of the message are
 * taken out, so no other way of proving anything is left. What is refused leaves no trace and costs
 * at most one fetch. Evenhour's own messages are refused: they have their own endpoints.
 *
 * @module
 */

import { EVENHOUR_CONTEXT_DOCUMENT, EVENHOUR_NAMESPACE } from '@evenhour/protocol/wire';
import { Activity } from '@fedify/vocab';
import type { DocumentLoader } from '@fedify/vocab-runtime';
import { DocumentError } from './documents.ts';
import { isObject, type Json, many, readJson } from './json.ts';
import type { HostedBank } from './ports.ts';
import { problem } from './problem.ts';
import type { RemoteKeys } from './remote-keys.ts';
import { isSignedWith, signingKeyId } from './signature.ts';

/** The largest message of a stranger that is read: 256 KiB. */
export const MAX_MESSAGE_BYTES: number = 256 * 1024;

export interface InboxTools {
  readonly keys: RemoteKeys;
  readonly contextLoader: DocumentLoader;
  /** Loads an actor's document, in the name of the bank. */
  load(bank: HostedBank): Promise<DocumentLoader>;
}

export type CheckedMessage =
  | { readonly ok: true; readonly request: Request }
  | { readonly ok: false; readonly response: Response };

/** `url` is where the request goes, on the bank's own origin; what the request says of it does not count. */
export async function checkMessage(
  request: Request,
  url: URL,
  bank: HostedBank,
  tools: InboxTools,
): Promise<CheckedMessage> {
  const bytes = await readBody(request);
  if (bytes === undefined) return refuse(413, `A message here has at most ${MAX_MESSAGE_BYTES} bytes.`);
  const message = readJson(bytes);
  if (message === undefined) return refuse(400, 'This is not a JSON object that can be read safely.');
  if (isOurs(message)) {
    return refuse(403, "Evenhour's own messages are taken at the endpoints that the agreement names, not here.");
  }

  const actor = actorOf(message);
  if (actor === undefined) return refuse(400, 'An activity here has exactly one actor, named by its web address.');
  if (typeof message['id'] !== 'string' || !URL.canParse(message['id'])) {
    return refuse(400, 'An activity here has an id that is a URL.');
  }
  if (!typesOf(message).some((type) => typeof type === 'string')) return refuse(400, 'An activity here has a type.');
  const keyId = signingKeyId(request.headers);
  if (keyId === undefined) {
    return refuse(401, 'Sign the request once, over method, target, host and a SHA-256 or SHA-512 digest of the body.');
  }
  const origins = new Set([actor, message['id'], keyId].map((url) => new URL(url).origin));
  if (origins.size !== 1)
    return refuse(401, 'The activity, its actor and the key of the signature are not at one origin.');
  if (origins.has(bank.origin)) return refuse(401, 'Nobody here sends messages to themselves over HTTP.');

  const headers = new Headers(request.headers);
  headers.set('host', url.host);
  const signed = new Request(url, { method: 'POST', headers, body: bytes });
  try {
    if (!(await isFrom(actor, keyId, signed, bank, tools))) {
      return refuse(401, 'The signature is not a good one by a key that the actor publishes.');
    }
  } catch (error) {
    if (error instanceof DocumentError) return refuseWithout(error, 401);
    throw error;
  }

  const { proof: _proof, signature: _signature, ...bare } = message;
  const parsed = await parse(bare, tools.contextLoader);
  if (parsed instanceof DocumentError) return refuseWithout(parsed, 400);
  if (parsed === undefined) return refuse(400, 'This is not an activity that can be read.');
  const { id, actorIds } = parsed;
  if (id === null || actorIds.length === 0)
    return refuse(400, 'Read as linked data, this activity has no id or actor.');
  if (id.href !== new URL(message['id']).href || actorIds.length !== 1 || actorIds[0]?.href !== actor) {
    return refuse(401, 'Read as linked data, this activity has another id or actor than it shows.');
  }
  const clean = { 'content-type': 'application/activity+json' };
  return { ok: true, request: new Request(url, { method: 'POST', headers: clean, body: JSON.stringify(bare) }) };
}

async function isFrom(
  actor: string,
  keyId: string,
  signed: Request,
  bank: HostedBank,
  tools: InboxTools,
): Promise<boolean> {
  const load = await tools.load(bank);
  const known = await tools.keys.find(actor, keyId, load);
  if (known !== undefined && (await isSignedWith(signed, known, tools.contextLoader))) return true;
  const renewed = await tools.keys.find(actor, keyId, load, true);
  if (renewed === undefined || renewed.publicKeyPem === known?.publicKeyPem) return false;
  return isSignedWith(signed, renewed, tools.contextLoader);
}

/** Undefined if it cannot be read, an error if that is for want of a context. */
async function parse(message: Json, contextLoader: DocumentLoader): Promise<Activity | DocumentError | undefined> {
  let missing: DocumentError | undefined;
  try {
    return await Activity.fromJsonLd(message, {
      contextLoader: async (url, options) => {
        try {
          return await contextLoader(url, options);
        } catch (error) {
          if (error instanceof DocumentError) missing = error;
          throw error;
        }
      },
      documentLoader: () => Promise.reject(new Error('Nothing is loaded in order to read a message.')),
    });
  } catch {
    return missing;
  }
}

async function readBody(request: Request): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of request.body ?? []) {
    size += chunk.byteLength;
    if (size > MAX_MESSAGE_BYTES) return undefined;
    chunks.push(chunk);
  }
  return new Uint8Array(Buffer.concat(chunks, size));
}

function actorOf(message: Json): string | undefined {
  const [actor, ...others] = many(message['actor']);
  const id = isObject(actor) ? actor['id'] : actor;
  if (others.length > 0 || typeof id !== 'string' || !URL.canParse(id)) return undefined;
  const { protocol, href } = new URL(id);
  return protocol === 'https:' || protocol === 'http:' ? href : undefined;
}

function typesOf(message: Json): unknown[] {
  return [...many(message['type']), ...many(message['@type'])];
}

/** Our types, as the context that we serve names them. */
const OUR_TYPES: ReadonlySet<string> = new Set(
  Object.entries(EVENHOUR_CONTEXT_DOCUMENT['@context'] as Json)
    .filter(([term, definition]) => definition === `evenhour:${term}` && /^[A-Z]/.test(term))
    .map(([term]) => term),
);

function isOurs(message: Json): boolean {
  return [message, ...many(message['object'])]
    .filter(isObject)
    .some((each) =>
      typesOf(each).some(
        (type) =>
          typeof type === 'string' &&
          (OUR_TYPES.has(type) || type.startsWith(EVENHOUR_NAMESPACE) || type.startsWith('evenhour:')),
      ),
    );
}

function refuse(status: number, detail: string, headers: Record<string, string> = {}): CheckedMessage {
  return { ok: false, response: problem(status, detail, headers) };
}

function refuseWithout(error: DocumentError, status: number): CheckedMessage {
  if (error.code === 'limited')
    return refuse(429, 'Your server was asked for a document a moment ago. Send this again.', { 'retry-after': '1' });
  return refuse(status, 'A document of your server that is needed to read this cannot be loaded.');
}
