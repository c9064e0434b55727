/**
 * Invitations: our links, and what the links of other banks propose.
 *
 * Promises: a link works once and runs out, and is kept as a hash; what another bank's link proposes
 * is read from that bank's own origin, with a key that its own actor publishes. Spec: agreement.
 *
 * @module
 */
import { createHash, randomBytes } from 'node:crypto';
import { type AgreementParty, type Opening, originOf } from '@evenhour/protocol';
import { coreSchema, type JsonObject, parseStrict } from '@evenhour/protocol/wire';
import { and, eq } from 'drizzle-orm';
import { z } from 'zod';
import type { Bank } from '../bank/bank.ts';
import type { Queries } from '../db/database.ts';
import { newId } from '../db/id.ts';
import { invitation } from '../db/schema.ts';
import { type Outgoing, OutgoingError } from '../federation/outgoing.ts';
import { Refused } from '../node/refused.ts';

const INVITATION_DAYS = 14;
export const NOTICE_DAYS = 30;

export interface NewInvitation {
  /** What we let the other bank owe. */
  readonly grantsMinutes: number;
  readonly bridgeBuilder: string;
  readonly words?: readonly string[];
  readonly public?: boolean;
  /** The closed pair that the new one follows, and what it carries over. */
  readonly follows?: { readonly predecessor: string; readonly opening: Opening | null };
}

/** What an invitation link shows to whoever opens it. */
export interface InvitationDraft {
  readonly party: AgreementParty;
  readonly words: readonly string[];
  readonly public: boolean;
  readonly noticeDays: number;
  readonly expiresAt: string;
  readonly predecessor?: string | undefined;
  readonly opening?: Opening | undefined;
}

const draftSchema = z.strictObject({
  party: coreSchema.shape.parties.def.items[0],
  words: coreSchema.shape.words,
  public: z.boolean(),
  noticeDays: z.int().min(0).max(366),
  expiresAt: z.iso.datetime(),
  predecessor: coreSchema.shape.predecessor,
  opening: coreSchema.shape.opening,
});

export const DEFAULT_WORDS: readonly string[] = [
  'We honour your members’ hours as our own. An hour is an hour, whoever gives it.',
  'Each of us says how many hours the other may be ahead, and nothing goes beyond that.',
  'Each of us keeps its own members, its own rules and its own books.',
  'If something does not add up, our two bridge builders talk before anything else happens.',
  'Either of us may end this with thirty days’ notice. What is owed is then given, settled or forgiven.',
];

export async function createInvitation(
  tx: Queries,
  bank: Bank,
  input: NewInvitation,
): Promise<{ id: string; link: string; expiresAt: Date }> {
  const secret = randomBytes(24).toString('base64url');
  const id = newId();
  const expiresAt = new Date(Date.now() + INVITATION_DAYS * 86_400_000);
  await tx.insert(invitation).values({
    bankId: bank.id,
    id,
    tokenHash: hashOfLink(secret),
    grantsMinutes: input.grantsMinutes,
    bridgeBuilder: input.bridgeBuilder,
    words: [...(input.words ?? DEFAULT_WORDS)],
    public: input.public ?? true,
    predecessor: input.follows?.predecessor ?? null,
    opening: input.follows?.opening ?? null,
    expiresAt,
  });
  return { id, link: `${bank.origin}/invitations/${secret}`, expiresAt };
}

/** What our link shows. Refuses `invitation_used` when it was used, withdrawn or is too old. */
export async function showInvitation(tx: Queries, bank: Bank, secret: string): Promise<InvitationDraft> {
  const row = await findInvitation(tx, bank, secret);
  return {
    party: ownParty(bank, row.bridgeBuilder, row.grantsMinutes),
    words: row.words,
    public: row.public,
    noticeDays: NOTICE_DAYS,
    expiresAt: row.expiresAt.toISOString(),
    ...(row.predecessor !== null && { predecessor: row.predecessor }),
    ...(row.opening !== null && { opening: row.opening }),
  };
}

export async function findInvitation(tx: Queries, bank: Bank, secret: string): Promise<typeof invitation.$inferSelect> {
  const [row] = await tx
    .select()
    .from(invitation)
    .where(and(eq(invitation.bankId, bank.id), eq(invitation.tokenHash, hashOfLink(secret))));
  if (row === undefined) throw new Refused('not_found');
  if (row.status !== 'open' || row.expiresAt.getTime() < Date.now()) throw new Refused('invitation_used');
  return row;
}

/** Makes a link one that was used, whatever it was before. Returns its id; for a link that is not known, its hash. */
export async function useInvitation(tx: Queries, bank: Bank, secret: string): Promise<string> {
  const hash = hashOfLink(secret);
  const [row] = await tx
    .update(invitation)
    .set({ status: 'used' })
    .where(and(eq(invitation.bankId, bank.id), eq(invitation.tokenHash, hash)))
    .returning({ id: invitation.id });
  return row?.id ?? hash;
}

export function ownParty(bank: Bank, bridgeBuilder: string, grantsMinutes: number): AgreementParty {
  return {
    bank: bank.actor,
    name: bank.settings.name,
    key: { id: bank.key.verificationMethod, publicKeyMultibase: bank.key.publicMultikey },
    recovery: bank.recovery,
    journal: bank.journalUrl,
    exchange: bank.exchangeUrl,
    bridgeBuilder,
    grantsMinutes,
  };
}

/** Reads what another bank's link proposes. The network is used; nothing is changed. */
export async function readInvitation(outgoing: Outgoing, bank: Bank, link: string): Promise<InvitationDraft> {
  const origin = originOf(link);
  if (origin === null || !/\/invitations\/[A-Za-z0-9_-]{20,64}$/.test(link))
    throw new Refused('invalid_request', { field: 'link', reason: 'not an invitation link' });
  if (origin === bank.origin)
    throw new Refused('invalid_request', { field: 'link', reason: 'this is our own link; give it to the other bank' });
  const value = await fetchJson(outgoing, link, 'application/json');
  const parsed = draftSchema.safeParse(value);
  if (!parsed.success) throw new Refused('schema_mismatch', { path: parsed.error.issues[0]?.path.join('.') ?? '' });
  const { party } = parsed.data;
  for (const url of [party.bank, party.key.id, party.journal, party.exchange])
    if (originOf(url) !== origin) throw new Refused('foreign_origin', { url });
  await checkPublishedKey(outgoing, party);
  return parsed.data as InvitationDraft;
}

/** The key that a bank proposes must be the one that its own actor publishes. */
export async function checkPublishedKey(outgoing: Outgoing, party: AgreementParty): Promise<void> {
  const actor = await fetchJson(outgoing, party.bank, 'application/activity+json');
  const methods = actor['assertionMethod'];
  const list = Array.isArray(methods) ? methods : [methods];
  const published = list.some((method) => {
    const item = method as JsonObject | null;
    return item?.['id'] === party.key.id && item['publicKeyMultibase'] === party.key.publicKeyMultibase;
  });
  if (actor['id'] !== party.bank || !published) throw new Refused('wrong_key', { key: party.key.id });
}

async function fetchJson(outgoing: Outgoing, url: string, accept: string): Promise<JsonObject> {
  let response: { status: number; body: Uint8Array };
  try {
    response = await outgoing.request({ method: 'GET', url, headers: { accept } });
  } catch (error) {
    const code =
      error instanceof OutgoingError && error.code === 'private_address' ? 'private_address' : 'partner_unreachable';
    throw new Refused(code, { host: originOf(url) ?? '' });
  }
  if (response.status === 404) throw new Refused('not_found', { url });
  if (response.status === 409) throw new Refused('invitation_used');
  const parsed = parseStrict(response.body, { maxBytes: 256 * 1024 });
  if (
    response.status !== 200 ||
    !parsed.ok ||
    typeof parsed.value !== 'object' ||
    parsed.value === null ||
    Array.isArray(parsed.value)
  )
    throw new Refused('partner_unreachable', { host: originOf(url) ?? '', status: response.status });
  return parsed.value as JsonObject;
}

/** As which a link's token is kept. */
export function hashOfLink(secret: string): string {
  return createHash('sha256').update(secret).digest('base64url');
}
