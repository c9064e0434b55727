/**
 * The actors that a bank publishes: itself and its members.
 *
 * Promises: a bank's document carries the RSA key and the Ed25519 Multikey and says which protocol it implements. A
 * member's says no more than the handle, and is not found by it, until the member has said something in public: then it
 * carries a key, the name and what people come to them for, and can be followed. Whoever has left is gone. What members
 * wrote leaves as text, never as markup.
 *
 * @module
 */

import { importVerifyingKey } from '@evenhour/protocol/proof';
import { EVENHOUR_CONTEXT_URL } from '@evenhour/protocol/wire';
import type { RequestContext } from '@fedify/fedify/federation';
import { Endpoints, Multikey, Organization, Person, Tombstone } from '@fedify/vocab';
import { asHtml } from './html.ts';
import type { FederationContext, HostedBank, HostedMember } from './ports.ts';

/** The identifier of the bank itself; every other one is a member's ULID. */
export const BANK = 'bank';

/** A member as the outside may know them, by id; null if there is none of this id in this bank. */
export async function findPublicMember(bank: HostedBank, id: string): Promise<HostedMember | null> {
  const member = await bank.findMember(id);
  return member !== null && member.id === id && isPublic(member) ? member : null;
}

/** Whether a member of this id was here and has left. */
export async function hasLeft(bank: HostedBank, id: string): Promise<boolean> {
  const member = await bank.findMember(id);
  return member !== null && member.id === id && member.status === 'left';
}

/**
 * The identifier that stands behind the first part of an address, or null. Case does not matter. Handles are easily
 * guessed, so a member is found by one only after having said something in public.
 */
export async function identifierOf(bank: HostedBank, handle: string): Promise<string | null> {
  const wanted = handle.toLowerCase();
  if (wanted === BANK) return BANK;
  const member = await bank.findMember(wanted);
  const known = member !== null && member.handle.toLowerCase() === wanted && isPublic(member);
  return known && (await bank.memberRsa(member.id)) !== null ? member.id : null;
}

/** Suspension is between the bank and the member: to the outside, the member is not there. */
function isPublic({ status }: HostedMember): boolean {
  return status !== 'suspended' && status !== 'left';
}

export async function bankActor(context: RequestContext<FederationContext>): Promise<Organization> {
  const { bank } = context.data;
  const id = context.getActorUri(BANK);
  const [rsa] = await context.getActorKeyPairs(BANK);
  const ed = await importVerifyingKey(bank.edMultikey, bank.edKeyId);
  if (rsa === undefined || !ed.ok) throw new Error(`Bank ${bank.id} has no usable keys.`);
  return new Organization({
    ...common(context, BANK),
    preferredUsername: BANK,
    name: bank.name,
    url: new URL('/', bank.origin),
    publicKey: rsa.cryptographicKey,
    assertionMethods: [new Multikey({ id: new URL(bank.edKeyId), controller: id, publicKey: ed.key.publicKey })],
  });
}

export async function memberActor(context: RequestContext<FederationContext>, member: HostedMember): Promise<Person> {
  const [rsa] = await context.getActorKeyPairs(member.id);
  const id = context.getActorUri(member.id);
  return new Person({
    ...common(context, member.id),
    preferredUsername: member.handle,
    ...(rsa !== undefined && {
      name: member.name,
      ...(member.about !== '' && { summary: asHtml(member.about) }),
      publicKey: rsa.cryptographicKey,
      followers: new URL(`${id.href}/followers`),
      manuallyApprovesFollowers: false,
    }),
  });
}

/** All that there is of a member who has left. */
export function goneActor(context: RequestContext<FederationContext>, id: string): Tombstone {
  return new Tombstone({ id: context.getActorUri(id) });
}

function common(context: RequestContext<FederationContext>, identifier: string) {
  return {
    id: context.getActorUri(identifier),
    inbox: context.getInboxUri(identifier),
    outbox: context.getOutboxUri(identifier),
    endpoints: new Endpoints({ sharedInbox: context.getInboxUri() }),
    // A follow of somebody who has said nothing in public is not answered, so it must not look as if it would be at
    // once.
    manuallyApprovesFollowers: true,
  };
}

const ACTOR_CONTEXT = [
  'https://www.w3.org/ns/activitystreams',
  'https://w3id.org/security/v1',
  // Verifiers look for assertionMethod by this one (FEP-521a).
  'https://www.w3.org/ns/cid/v1',
  {
    manuallyApprovesFollowers: 'as:manuallyApprovesFollowers',
    implements: { '@id': 'https://w3id.org/fep/844e/implements', '@type': '@id', '@container': '@list' },
  },
] as const;

/**
 * Adds to an actor's JSON what Fedify's vocabulary has no words for: the cid context, and which
 * protocol the node implements (FEP-844e). Every term that it writes is in {@link ACTOR_CONTEXT}.
 */
export function finishActor(json: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return {
    ...json,
    '@context': ACTOR_CONTEXT,
    generator: {
      type: 'Application',
      name: 'Evenhour',
      implements: [{ href: EVENHOUR_CONTEXT_URL, name: 'Evenhour 1' }],
    },
  };
}
