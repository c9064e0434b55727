/**
 * One server of the bare-Fedify baseline: an actor with an RSA key, an inbox that counts, and a sender.
 *
 * As fast as it can fairly be made: no queue and so no polling, no linked-data signatures (`Context.sendActivity`
 * always makes one when it has an RSA key, so the activity is signed with `signRequest` and posted here), stores
 * in memory, keys remembered after the first fetch, JSON-LD written without compaction, connections kept open.
 * An activity counts when the inbox listener of the other server ran.
 *
 * @module
 */
import type { webcrypto } from 'node:crypto';
import type { Server } from 'node:http';
import http from 'node:http';
import { fromServer } from './borrowed.ts';
import { serveJobs } from './children.ts';

/** As much of Fedify's types as is used here: the bench has no dependency of its own on it. */
interface Context {
  readonly contextLoader: unknown;
  getActorUri(identifier: string): URL;
  getInboxUri(identifier?: string): URL;
  getActorKeyPairs(identifier: string): Promise<{ readonly cryptographicKey: object }[]>;
}
interface Federation {
  setActorDispatcher(
    path: string,
    dispatcher: (context: Context, identifier: string) => Promise<object>,
  ): { setKeyPairsDispatcher(dispatcher: () => webcrypto.CryptoKeyPair[]): unknown };
  setInboxListeners(path: string, shared: string): { on(type: unknown, listener: () => void): unknown };
  fetch(request: Request, options: { contextData: undefined }): Promise<Response>;
  createContext(origin: URL, data: undefined): Context;
}
interface FedifyModule {
  readonly MemoryKvStore: new () => object;
  createFederation(options: { kv: object; allowPrivateAddress: boolean }): Federation;
  generateCryptoKeyPair(algorithm: 'RSASSA-PKCS1-v1_5'): Promise<webcrypto.CryptoKeyPair>;
  signRequest(request: Request, key: webcrypto.CryptoKey, keyId: URL, options: { spec: 'rfc9421' }): Promise<Request>;
}
interface VocabObject {
  toJsonLd(options: { contextLoader: unknown }): Promise<unknown>;
}
type VocabModule = Readonly<Record<'Create' | 'Endpoints' | 'Note' | 'Person', new (values: object) => VocabObject>>;
interface NodeServerModule {
  serve(
    options: { fetch: (request: Request) => Promise<Response>; port: number; hostname: string },
    listening: () => void,
  ): Server;
}

const { createFederation, generateCryptoKeyPair, MemoryKvStore, signRequest } =
  fromServer<FedifyModule>('@fedify/fedify');
const { Create, Endpoints, Note, Person } = fromServer<VocabModule>('@fedify/vocab');
const { serve } = fromServer<NodeServerModule>('@hono/node-server');

export type PeerJob =
  | { readonly kind: 'listen' }
  | { readonly kind: 'send'; readonly to: string; readonly inFlight: number; readonly seconds: number }
  | { readonly kind: 'count' };

const NAME = 'bench';
const agent = new http.Agent({ keepAlive: true, maxSockets: 64 });

let origin = '';
let received = 0;
let sent = 0;

const rsa = await generateCryptoKeyPair('RSASSA-PKCS1-v1_5');
const federation = createFederation({ kv: new MemoryKvStore(), allowPrivateAddress: true });
federation
  .setActorDispatcher('/users/{identifier}', async (context, identifier) => {
    const [key] = await context.getActorKeyPairs(identifier);
    return new Person({
      id: context.getActorUri(identifier),
      preferredUsername: identifier,
      inbox: context.getInboxUri(identifier),
      endpoints: new Endpoints({ sharedInbox: context.getInboxUri() }),
      publicKey: key?.cryptographicKey ?? null,
    });
  })
  .setKeyPairsDispatcher(() => [rsa]);
federation.setInboxListeners('/users/{identifier}/inbox', '/inbox').on(Create, () => {
  received += 1;
});

async function listen(): Promise<{ origin: string }> {
  const fetch = (request: Request): Promise<Response> => federation.fetch(request, { contextData: undefined });
  const server = await new Promise<Server>((resolve) => {
    const listening = serve({ fetch, port: 0, hostname: '127.0.0.1' }, () => resolve(listening));
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  origin = `http://127.0.0.1:${address.port}`;
  return { origin };
}

/** Sends activities, `inFlight` at a time, and returns how many were taken. */
async function send(to: string, inFlight: number, seconds: number): Promise<{ taken: number }> {
  const end = performance.now() + seconds * 1000;
  const context = federation.createContext(new URL(origin), undefined);
  const actor = context.getActorUri(NAME);
  const keyId = new URL('#main-key', actor);
  const inbox = `${to}/users/${NAME}/inbox`;
  const recipient = new URL(`${to}/users/${NAME}`);
  let taken = 0;
  const lane = async (): Promise<void> => {
    while (performance.now() < end) {
      const number = ++sent;
      const note = new Note({
        id: new URL(`${origin}/notes/${number}`),
        attribution: actor,
        to: recipient,
        content: 'an hour of the bench',
      });
      const create = new Create({ id: new URL(`${origin}/creates/${number}`), actor, to: recipient, object: note });
      const body = JSON.stringify(await create.toJsonLd({ contextLoader: context.contextLoader }));
      const headers = { 'content-type': 'application/activity+json' };
      const signed = await signRequest(new Request(inbox, { method: 'POST', headers, body }), rsa.privateKey, keyId, {
        spec: 'rfc9421',
      });
      const status = await post(inbox, Object.fromEntries(signed.headers), body);
      if (status < 200 || status > 299) throw new Error(`the other Fedify answered ${status}`);
      taken += 1;
    }
  };
  await Promise.all(Array.from({ length: inFlight }, lane));
  // A connection that is kept over a pause may be closed by the server just when it is used again.
  agent.destroy();
  return { taken };
}

function post(url: string, headers: Record<string, string>, body: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const request = http.request(url, { method: 'POST', headers, agent }, (response) => {
      response.resume();
      response.on('end', () => resolve(response.statusCode ?? 0));
    });
    request.on('error', reject);
    request.end(body);
  });
}

serveJobs<PeerJob>(async (job) => {
  if (job.kind === 'listen') return listen();
  if (job.kind === 'count') return { received };
  return send(job.to, job.inFlight, job.seconds);
});
