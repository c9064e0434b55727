/**
 * Keys of actors at other servers, for HTTP signatures.
 *
 * Promises: a key belongs to an actor because the actor's own document, asked for at the actor's
 * own address and answered there without a redirect, carries it. The address of a key is never
 * fetched, and nothing that a key says of its owner is believed. So neither a key that names a
 * foreign owner (GHSA-q9f8-5hc7-898f) nor a foreign document behind an actor's address
 * (GHSA-8863-8468-7hq7) makes a signer out of somebody else. Keys are kept for an hour.
 *
 * @module
 */
import type { DocumentLoader } from '@fedify/vocab-runtime';
import { isObject, type Json, many } from './json.ts';
import { Recent } from './recent.ts';

export interface RemoteKey {
  readonly id: string;
  readonly owner: string;
  readonly publicKeyPem: string;
}

/** Where an actor takes messages. */
export interface RemoteInboxes {
  readonly inbox: string;
  readonly sharedInbox: string | null;
}

export interface RemoteKeys {
  /** The inboxes of an actor whose document was read for a key; undefined if it names none at its own origin. */
  inboxesOf(actor: string): RemoteInboxes | undefined;
  /**
   * The key of this actor that has this id, or undefined if the actor has no such key. Throws a
   * {@link DocumentError} if the actor's document cannot be had. With `renew`, a document that was
   * kept for more than a minute is asked for again: the actor may have a new key.
   */
  find(actor: string, keyId: string, load: DocumentLoader, renew?: boolean): Promise<RemoteKey | undefined>;
}

const KEEP_MS = 60 * 60_000;
const KEEP_NONE_MS = 5 * 60_000;
const RENEW_MS = 60_000;
const REMEMBERED = 10_000;
const MAX_KEYS = 8;
const MAX_KEY_CHARACTERS = 8192;
const ACTOR_TYPES = ['Application', 'Group', 'Organization', 'Person', 'Service'];

export function createRemoteKeys(now: () => number = Date.now): RemoteKeys {
  const kept = new Recent<{
    readonly at: number;
    readonly keys: readonly RemoteKey[];
    readonly inboxes: RemoteInboxes | undefined;
  }>(REMEMBERED);

  return {
    inboxesOf: (actor) => kept.get(actor)?.inboxes,
    async find(actor, keyId, load, renew = false) {
      let known = kept.get(actor);
      const age = known === undefined ? Infinity : now() - known.at;
      const keep = known?.keys.length === 0 ? KEEP_NONE_MS : renew ? RENEW_MS : KEEP_MS;
      if (known === undefined || age > keep) {
        const { document, documentUrl } = await load(actor);
        const own = documentUrl === actor;
        known = {
          at: now(),
          keys: own ? keysIn(document, actor) : [],
          inboxes: own ? inboxesIn(document, actor) : undefined,
        };
        kept.set(actor, known);
      }
      return known.keys.find(({ id }) => id === keyId);
    },
  };
}

/** The keys that an actor's document carries, if it is this actor's. */
function keysIn(document: unknown, actor: string): RemoteKey[] {
  if (!isObject(document) || document['id'] !== actor) return [];
  if (!many(document['type']).some((type) => ACTOR_TYPES.includes(type as string))) return [];
  const keys: RemoteKey[] = [];
  for (const key of many(document['publicKey']).filter(isObject).slice(0, MAX_KEYS)) {
    const { id, owner, publicKeyPem } = key as Json;
    if (typeof id !== 'string' || typeof publicKeyPem !== 'string') continue;
    if (id.length + publicKeyPem.length > MAX_KEY_CHARACTERS) continue;
    if (owner !== undefined && owner !== actor) continue;
    // Of two keys by one name, nobody can say which was meant.
    if (keys.some((other) => other.id === id)) return [];
    keys.push({ id, owner: actor, publicKeyPem });
  }
  return keys;
}

/**
 * The inboxes that an actor's document names; only at the actor's own origin, so that nobody is made to knock
 * elsewhere.
 */
function inboxesIn(document: unknown, actor: string): RemoteInboxes | undefined {
  if (!isObject(document) || document['id'] !== actor) return undefined;
  const { origin } = new URL(actor);
  const at = (value: unknown): string | null =>
    typeof value === 'string' &&
    value.length <= MAX_KEY_CHARACTERS &&
    URL.canParse(value) &&
    new URL(value).origin === origin
      ? value
      : null;
  const inbox = at(document['inbox']);
  const endpoints = document['endpoints'];
  return inbox === null ? undefined : { inbox, sharedInbox: isObject(endpoints) ? at(endpoints['sharedInbox']) : null };
}
