/**
 * The node's face to the fediverse: actors, WebFinger, NodeInfo and the public inboxes.
 *
 * Promises: every answer is about the bank that was asked and on its configured origin, whatever
 * the request calls the host; no message reaches Fedify that {@link checkMessage} has not let
 * through; nothing is sent and nothing changes but a counter.
 *
 * Fedify is set up once for all banks and built once for each, so that its origin and its store
 * are the bank's own.
 *
 * @module
 */
import { readFileSync } from 'node:fs';
import { createFederationBuilder, type Federation, type KvStore } from '@fedify/fedify/federation';
import { Activity } from '@fedify/vocab';
import { BANK, bankActor, findPublicMember, finishActor, identifierOf, memberActor } from './actor.ts';
import { createDocuments, type Documents } from './documents.ts';
import { checkMessage, type InboxTools } from './inbox.ts';
import type { Outgoing } from './outgoing.ts';
import type { FederationContext, FederationCounters, HostedBank } from './ports.ts';
import { problem } from './problem.ts';
import { createRemoteKeys } from './remote-keys.ts';

export interface FederationAppOptions {
  readonly outgoing: Outgoing;
  /** The store of one bank: `createKv` in a node. */
  kv(bankId: string): KvStore;
  readonly counters: FederationCounters;
  /** Milliseconds, for caches and limits. Default `Date.now`. */
  readonly now?: () => number;
}

export interface FederationApp {
  /** Answers for the bank, or calls `fallThrough` for whatever is not of the fediverse. */
  fetch(request: Request, bank: HostedBank, fallThrough: () => Response | Promise<Response>): Promise<Response>;
}

const ACTOR_PATH = /^\/ap\/(bank|[0-9A-HJKMNP-TV-Z]{26})$/;
const INBOX_PATH = /^\/ap\/(?:(bank|[0-9A-HJKMNP-TV-Z]{26})\/)?inbox$/;
const OTHER_PATHS =
  /^\/(?:ap\/(?:bank|[0-9A-HJKMNP-TV-Z]{26})\/outbox|nodeinfo\/2\.1|\.well-known\/(?:webfinger|nodeinfo))$/;

export function createFederationApp(options: FederationAppOptions): FederationApp {
  const documents = createDocuments(options.outgoing, options.now);
  const builder = createBuilder(options.counters);
  const built = new Map<string, Promise<Federation<FederationContext>>>();
  const federationOf = (bank: HostedBank) => {
    const ready = built.get(bank.id) ?? builder.build(buildOptions(bank, options.kv(bank.id), documents));
    built.set(bank.id, ready);
    return ready;
  };

  const tools: InboxTools = {
    keys: createRemoteKeys(options.now),
    contextLoader: documents.contextLoader,
    load: async (bank) =>
      documents.signedDocumentLoader({
        keyId: new URL(`${bank.origin}/ap/${BANK}#main-key`),
        privateKey: (await bank.rsa()).privateKey,
      }),
  };

  return {
    async fetch(request, bank, fallThrough) {
      const asked = new URL(request.url);
      const url = new URL(asked.pathname + asked.search, bank.origin);
      const answer = async (onBank: Request) =>
        (await federationOf(bank)).fetch(onBank, {
          contextData: { bank },
          onNotFound: () => problem(404, 'There is nothing here.'),
          onNotAcceptable: fallThrough,
        });

      if (request.method === 'POST') {
        const [path, recipient = BANK] = INBOX_PATH.exec(url.pathname) ?? [];
        if (path === undefined) return fallThrough();
        if (recipient !== BANK && (await findPublicMember(bank, recipient)) === null) {
          return problem(404, 'There is nobody here by this id.');
        }
        const checked = await checkMessage(request, url, bank, tools);
        return checked.ok ? answer(checked.request) : checked.response;
      }

      if (request.method !== 'GET' && request.method !== 'HEAD') return fallThrough();
      const isActor = ACTOR_PATH.test(url.pathname);
      if (!isActor && !OTHER_PATHS.test(url.pathname)) return fallThrough();
      const response = await answer(new Request(url, { headers: request.headers }));
      return isActor && isActivity(response) ? finished(response) : response;
    },
  };
}

function createBuilder(counters: FederationCounters) {
  const builder = createFederationBuilder<FederationContext>();

  builder
    .setActorDispatcher('/ap/{identifier}', async (context, identifier) => {
      if (identifier === BANK) return bankActor(context);
      const member = await findPublicMember(context.data.bank, identifier);
      return member === null ? null : memberActor(context, member);
    })
    .setKeyPairsDispatcher(async (context, identifier) => (identifier === BANK ? [await context.data.bank.rsa()] : []))
    .mapHandle((context, handle) => identifierOf(context.data.bank, handle))
    // FEP-d556: the bare origin stands for the bank.
    .mapAlias((context, resource) => (resource.href === `${context.data.bank.origin}/` ? { identifier: BANK } : null));

  builder
    .setOutboxDispatcher('/ap/{identifier}/outbox', async (context, identifier) => {
      const { bank } = context.data;
      const exists = identifier === BANK || (await findPublicMember(bank, identifier)) !== null;
      return exists ? { items: [] } : null;
    })
    .setCounter(() => 0);

  builder
    .setInboxListeners('/ap/{identifier}/inbox', '/ap/inbox')
    .on(Activity, (context, activity) => counters.noteIgnored(context.data.bank, activity.constructor.name))
    // Fedify's own memory of what came is neither atomic nor for ever; what counts is made unique where it is kept.
    .withIdempotency(() => null);

  builder.setNodeInfoDispatcher('/nodeinfo/2.1', async (context) => ({
    software: { name: 'evenhour', version: VERSION },
    protocols: ['activitypub'],
    services: { inbound: [], outbound: [] },
    openRegistrations: false,
    usage: {
      users: { total: (await context.data.bank.statistics()).members },
      localPosts: 0,
      localComments: 0,
    },
  }));

  return builder;
}

function buildOptions(bank: HostedBank, kv: KvStore, documents: Documents) {
  return {
    kv,
    origin: { handleHost: bank.host, webOrigin: bank.origin },
    documentLoaderFactory: () => documents.documentLoader,
    contextLoaderFactory: () => documents.contextLoader,
    authenticatedDocumentLoaderFactory: documents.signedDocumentLoader,
    // `checkMessage` has verified, and the only way to an inbox is through it. Fedify's own check
    // would take a proof or a linked-data signature in the place of the HTTP signature.
    skipSignatureVerification: true,
  };
}

function isActivity(response: Response): boolean {
  return response.status === 200 && response.headers.get('content-type') === 'application/activity+json';
}

async function finished(response: Response): Promise<Response> {
  const actor = finishActor((await response.json()) as Record<string, unknown>);
  return new Response(JSON.stringify(actor), { status: response.status, headers: response.headers });
}

const VERSION = (
  JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as { readonly version: string }
).version;
