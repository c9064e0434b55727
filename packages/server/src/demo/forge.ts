/**
 * Forged hours: real entries with other minutes, signed with keys that are not the bank's.
 *
 * Promises: a forgery fits in every other way (place, chain, pair), so that only the signature can
 * give it away; it is sent to the partner's own endpoint as any stranger could send it.
 *
 * @module
 */
import { randomBytes } from 'node:crypto';
import type { Agreement } from '@evenhour/client';
import { generateKeyPair, type SigningKey, signDocument, signRequest } from '@evenhour/protocol/proof';
import { samePlace } from './acts.ts';
import { agreementWith } from './connect.ts';
import type { Town } from './towns.ts';

type Document = Record<string, unknown> & { proof: { verificationMethod: string } };

export interface Forgery {
  /** The partner's journal endpoint. */
  readonly url: string;
  readonly pair: string;
  /** The name of the bank's key. */
  readonly keyId: string;
  /** A next entry that the bank never wrote, signed by a stranger's key. */
  readonly invented: unknown;
  /** A true entry with its true proof, and other minutes. */
  readonly altered: unknown;
  readonly partOf: string;
}

export interface Answer {
  readonly status: number;
  readonly code: string;
  readonly body: Record<string, unknown>;
}

/** Makes an hour that `pretended` never gave to `to`, out of one that it did give. */
export async function forge(pretended: Town, to: Town): Promise<Forgery> {
  const agreement = await agreementWith(pretended, to);
  const entries = (
    await pretended.api.agreements
      .journal(agreement.id)
      .page({ cursor: String(Math.max(0, agreement.journal.ours.seq - 100)), limit: 200 })
  ).items;
  const real = entries.findLast((entry) => entry.kind === 'Post')?.document as Document | undefined;
  const last = entries.at(-1)?.document as Document | undefined;
  if (real === undefined || last === undefined)
    throw new Error(`${pretended.name} has not given ${to.name} an hour yet`);
  const keyId = real.proof.verificationMethod;
  const minutes = Number(real['minutes']) * 10;
  const { proof: _proof, ...body } = real;
  const seq = agreement.journal.ours.seq + 1;
  const id = String(last['id']).replace(/\d+$/, String(seq));
  const { signing } = await generateKeyPair(keyId);
  const invented = await signDocument(
    {
      ...body,
      minutes,
      id,
      seq,
      epoch: agreement.journal.ours.epoch,
      prev: agreement.journal.ours.hash,
      ack: agreement.journal.theirs,
    },
    signing,
    new Date().toISOString(),
  );
  const partOf = String(last['id']).split('/').slice(0, -2).join('/');
  return {
    url: `${to.origin}/ap/journals`,
    pair: agreement.pair,
    keyId,
    invented,
    altered: { ...real, minutes },
    partOf,
  };
}

/** Posts entries to a partner's journal endpoint. Without a key the request is not signed at all. */
export async function postEntries(
  forgery: Forgery,
  entries: readonly unknown[],
  key: SigningKey | null,
  session: string,
): Promise<Answer> {
  const page = {
    '@context': 'https://www.w3.org/ns/activitystreams',
    type: 'OrderedCollectionPage',
    partOf: forgery.partOf,
    orderedItems: entries,
  };
  return postSigned(forgery.url, JSON.stringify(page), key, session);
}

export async function postSigned(url: string, body: string, key: SigningKey | null, session: string): Promise<Answer> {
  const bytes = new TextEncoder().encode(body);
  const headers = { 'evenhour-session': session };
  const signature =
    key === null
      ? {}
      : await signRequest(
          { method: 'POST', url, headers, body: bytes },
          key,
          Math.floor(Date.now() / 1000),
          randomBytes(16).toString('base64url'),
        );
  const response = await fetch(url, {
    method: 'POST',
    headers: { ...headers, ...signature, 'content-type': 'application/activity+json' },
    body: bytes,
  });
  const value = JSON.parse(await response.text()) as Record<string, unknown>;
  return { status: response.status, code: String(value['code'] ?? ''), body: value };
}

export interface Forged {
  readonly pretended: Town;
  readonly to: Town;
  /** What the partner said to a request without a signature, and to one with a stranger's. */
  readonly unsigned: Answer;
  readonly signed: Answer;
  readonly unchanged: boolean;
}

/** Forges an hour in a town's name, as somebody who has read its public key and everything it ever sent. */
export async function tryForgery(pretended: Town, to: Town): Promise<Forged> {
  const before = await both(pretended, to);
  const forgery = await forge(pretended, to);
  const session = randomBytes(32).toString('base64url');
  const unsigned = await postEntries(forgery, [forgery.invented], null, session);
  const stranger = (await generateKeyPair(forgery.keyId)).signing;
  const signed = await postEntries(forgery, [forgery.invented], stranger, session);
  const after = await both(pretended, to);
  return {
    pretended,
    to,
    unsigned,
    signed,
    unchanged: after.every((each, index) => samePlace(each, before[index] ?? each)),
  };
}

async function both(a: Town, b: Town): Promise<Agreement[]> {
  return Promise.all([agreementWith(a, b), agreementWith(b, a)]);
}
