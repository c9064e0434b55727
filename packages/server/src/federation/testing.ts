/**
 * A hosted bank out of nothing and a foreign server on loopback, for the tests of this folder.
 *
 * @module
 */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { generateKeyPair } from '@evenhour/protocol/proof';
import { signRequest } from '@fedify/fedify/sig';
import { exportSpki } from '@fedify/vocab-runtime';
import { readAll } from '../testing/http.ts';
import type { HostedBank, HostedMember } from './ports.ts';

export async function fakeBank(origin: string, members: readonly HostedMember[]): Promise<HostedBank> {
  const edKeyId = `${origin}/ap/bank#ed25519-key`;
  const rsa = await rsaKeys();
  const ed = await generateKeyPair(edKeyId);
  return {
    id: new URL(origin).hostname,
    origin,
    host: new URL(origin).host,
    name: `Bank of ${origin}`,
    createdAt: new Date(0),
    edKeyId,
    edMultikey: ed.verifying.publicMultikey,
    rsa: async () => rsa,
    // As forgiving as a database may be: the callers check what they get.
    findMember: async (wanted) =>
      members.find(({ id, handle }) => [id, handle].some((name) => name.toLowerCase() === wanted.toLowerCase())) ??
      null,
    memberRsa: async () => null,
    follow: async () => {},
    unfollow: async () => {},
    outboxOf: async () => ({ total: 0, items: [] }),
    followersOf: async () => 0,
    postedAt: async () => null,
    statistics: async () => ({ members: members.length, partners: 2 }),
  };
}

export async function rsaKeys(modulusLength = 2048): Promise<CryptoKeyPair> {
  const publicExponent = new Uint8Array([1, 0, 1]);
  const algorithm = { name: 'RSASSA-PKCS1-v1_5', modulusLength, publicExponent, hash: 'SHA-256' };
  return crypto.subtle.generateKey(algorithm, true, ['sign', 'verify']) as Promise<CryptoKeyPair>;
}

export async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const item of items) found.push(item);
  return found;
}

/** A server of the ordinary fediverse, with documents that a test may replace. */
export interface RemoteServer {
  readonly origin: string;
  /** By path: JSON, or an answer of another kind. */
  readonly documents: Map<string, unknown>;
  /** Paths that were asked for, in order. */
  readonly asked: { readonly path: string; readonly signed: string | undefined }[];
  /** What was posted, in order. A path with a document of its own is answered with that, others with 202. */
  readonly posted: { readonly path: string; readonly headers: Headers; readonly body: string }[];
  close(): void;
}

export interface RawAnswer {
  readonly status: number;
  readonly headers?: Record<string, string>;
  readonly body?: string;
}

export function raw(answer: RawAnswer): { readonly raw: RawAnswer } {
  return { raw: answer };
}

export async function startRemote(): Promise<RemoteServer> {
  const documents = new Map<string, unknown>();
  const asked: { path: string; signed: string | undefined }[] = [];
  const posted: { path: string; headers: Headers; body: string }[] = [];
  const server = createServer(async (request, response) => {
    const path = request.url ?? '';
    const spec = request.headers['signature-input'] === undefined ? 'draft' : 'rfc9421';
    asked.push({ path, signed: request.headers['signature'] === undefined ? undefined : spec });
    const found = documents.get(path);
    if (request.method === 'POST') {
      const body = (await readAll(request)).toString();
      posted.push({ path, headers: new Headers(request.headers as Record<string, string>), body });
      if (found === undefined) return void response.writeHead(202).end();
    }
    if (typeof found === 'object' && found !== null && 'raw' in found) {
      const { status, headers, body } = found.raw as RawAnswer;
      response.writeHead(status, headers).end(body);
    } else if (found === undefined) {
      response.writeHead(404).end();
    } else {
      response.writeHead(200, { 'content-type': 'application/activity+json' }).end(JSON.stringify(found));
    }
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    documents,
    asked,
    posted,
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}

export interface RemoteActor {
  readonly id: string;
  readonly keyId: string;
  readonly keys: CryptoKeyPair;
  readonly document: Record<string, unknown>;
}

/** Adds an actor with an RSA key to a server. */
export async function addActor(server: RemoteServer, name: string, keys: CryptoKeyPair): Promise<RemoteActor> {
  const id = `${server.origin}/users/${name}`;
  const keyId = `${id}#main-key`;
  const document = {
    '@context': ['https://www.w3.org/ns/activitystreams', 'https://w3id.org/security/v1'],
    id,
    type: 'Person',
    inbox: `${id}/inbox`,
    outbox: `${id}/outbox`,
    preferredUsername: name,
    publicKey: { id: keyId, owner: id, publicKeyPem: await exportSpki(keys.publicKey) },
  };
  server.documents.set(`/users/${name}`, document);
  return { id, keyId, keys, document };
}

export type Spec = 'rfc9421' | 'draft-cavage-http-signatures-12';

export interface Posting {
  readonly spec?: Spec;
  readonly keyId?: string;
  readonly keys?: CryptoKeyPair;
  readonly headers?: Record<string, string>;
  readonly created?: Temporal.Instant;
}

/** A request that carries `message`, signed by an actor. */
export async function post(url: string, message: unknown, by: RemoteActor, posting: Posting = {}): Promise<Request> {
  const { spec = 'rfc9421', keyId = by.keyId, keys = by.keys, headers = {}, created } = posting;
  const body = typeof message === 'string' ? message : JSON.stringify(message);
  const request = new Request(url, {
    method: 'POST',
    headers: { 'content-type': 'application/activity+json', ...headers },
    body,
  });
  return signRequest(request, keys.privateKey, new URL(keyId), { spec, ...(created && { currentTime: created }) });
}
