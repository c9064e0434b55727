/**
 * The node's face to the fediverse: actors, WebFinger, NodeInfo and the public inboxes.
 *
 * Promises: every answer is about the bank that was asked and on its configured origin, whatever
 * the request calls the host; no message reaches Fedify that {@link checkMessage} has not let
 * through; nothing changes but a counter and who follows a member.
 *
 * Fedify is set up once for all banks and built once for each, so that its origin and its store
 * are the bank's own.
 *
 * @module
 */
import { readFileSync } from 'node:fs';
import { createFederationBuilder, type Federation, type KvStore } from '@fedify/fedify/federation';
import { Activity, Follow, Undo } from '@fedify/vocab';
import {
  BANK,
  bankActor,
  findPublicMember,
  finishActor,
  goneActor,
  hasLeft,
  identifierOf,
  memberActor,
} from './actor.ts';
import { createDocuments, type Documents } from './documents.ts';
import { checkMessage, type InboxTools } from './inbox.ts';
import type { Outgoing } from './outgoing.ts';
import type { FederationContext, FederationCounters, HostedBank } from './ports.ts';
import { problem } from './problem.ts';
import { createRemoteKeys, type RemoteKeys } from './remote-keys.ts';

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
/** What members say in public, which Fedify would write in other words: it drops the second type of a post. */
const MARKET_PATH = /^\/ap\/([0-9A-HJKMNP-TV-Z]{26})\/(outbox|followers)$/;
const OFFER_PATH = /^\/offers\/([0-9A-HJKMNP-TV-Z]{26})$/;
const OTHER_PATHS = /^\/(?:ap\/bank\/outbox|nodeinfo\/2\.1|\.well-known\/(?:webfinger|nodeinfo))$/;

export function createFederationApp(options: FederationAppOptions): FederationApp {
  const documents = createDocuments(options.outgoing, options.now);
  const keys = createRemoteKeys(options.now);
  const builder = createBuilder(options.counters, keys);
  const built = new Map<string, Promise<Federation<FederationContext>>>();
  const federationOf = (bank: HostedBank) => {
    const ready = built.get(bank.id) ?? builder.build(buildOptions(bank, options.kv(bank.id), documents));
    built.set(bank.id, ready);
    return ready;
  };

  const tools: InboxTools = {
    keys,
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
      const [, offerId] = OFFER_PATH.exec(url.pathname) ?? [];
      if (offerId !== undefined)
        return (wantsActivity(request) ? await postedOffer(bank, offerId, url) : null) ?? fallThrough();
      const [, memberId, which] = MARKET_PATH.exec(url.pathname) ?? [];
      if (memberId !== undefined) return collection(bank, memberId, which === 'outbox');
      const isActor = ACTOR_PATH.test(url.pathname);
      if (!isActor && !OTHER_PATHS.test(url.pathname)) return fallThrough();
      const response = await answer(new Request(url, { headers: request.headers }));
      return isActor && isActivity(response) ? finished(response) : response;
    },
  };
}

/** Whether a program of the fediverse asks, and not a browser. */
function wantsActivity(request: Request): boolean {
  return /application\/(?:activity|ld)\+json/.test(request.headers.get('accept') ?? '');
}

async function postedOffer(bank: HostedBank, id: string, url: URL): Promise<Response | null> {
  const again = /^[1-9]\d{0,3}$/.exec(url.searchParams.get('again') ?? '1')?.[0] ?? '0';
  const posted = await bank.postedAt(id, Number(again));
  return posted === null ? null : activityJson(posted.document, posted.gone ? 410 : 200);
}

/** Posts are told; followers are only counted. */
async function collection(bank: HostedBank, memberId: string, outbox: boolean): Promise<Response> {
  if ((await findPublicMember(bank, memberId)) === null) return problem(404, 'There is nobody here by this id.');
  const { total, items } = outbox
    ? await bank.outboxOf(memberId)
    : { total: await bank.followersOf(memberId), items: [] };
  return activityJson({
    '@context': 'https://www.w3.org/ns/activitystreams',
    id: `${bank.origin}/ap/${memberId}/${outbox ? 'outbox' : 'followers'}`,
    type: 'OrderedCollection',
    totalItems: total,
    ...(outbox && { orderedItems: items }),
  });
}

function activityJson(document: object, status = 200): Response {
  const headers = { 'content-type': 'application/activity+json', vary: 'accept' };
  return new Response(JSON.stringify(document), { status, headers });
}

function createBuilder(counters: FederationCounters, keys: RemoteKeys) {
  const builder = createFederationBuilder<FederationContext>();

  builder
    .setActorDispatcher('/ap/{identifier}', async (context, identifier) => {
      if (identifier === BANK) return bankActor(context);
      const { bank } = context.data;
      const member = await findPublicMember(bank, identifier);
      if (member !== null) return memberActor(context, member);
      return (await hasLeft(bank, identifier)) ? goneActor(context, identifier) : null;
    })
    .setKeyPairsDispatcher(async (context, identifier) => {
      const { bank } = context.data;
      const key = identifier === BANK ? await bank.rsa() : await bank.memberRsa(identifier);
      return key === null ? [] : [key];
    })
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
    .on(Follow, async (context, follow) => {
      const { bank } = context.data;
      const about = context.parseUri(follow.objectId);
      const inboxes = follow.actorId === null ? undefined : keys.inboxesOf(follow.actorId.href);
      const memberId = about?.type === 'actor' ? about.identifier : BANK;
      const member = memberId === BANK ? null : await findPublicMember(bank, memberId);
      if (member === null || inboxes === undefined || follow.id === null || (await bank.memberRsa(member.id)) === null)
        return counters.noteIgnored(bank, 'Follow');
      const actor = follow.actorId?.href ?? '';
      return bank.follow({ memberId: member.id, actor, follow: follow.id.href, ...inboxes });
    })
    .on(Undo, async (context, undo) => {
      const { bank } = context.data;
      if (undo.actorId === null || undo.objectId === null) return counters.noteIgnored(bank, 'Undo');
      return bank.unfollow({ actor: undo.actorId.href, follow: undo.objectId.href });
    })
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
