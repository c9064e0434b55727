/**
 * Agreements: an invitation link, two yeses, and what may be changed afterwards.
 *
 * Promises: nothing is active without both signatures and a bridge builder at each bank; a link
 * works once; what the second bank signs is word for word what the first one proposed; keys come
 * from the other bank's own origin and are pinned from then on. Spec: agreement.
 *
 * @module
 */
import { createHash, randomBytes } from 'node:crypto';
import {
  type AgreementCore,
  type AgreementParty,
  type AgreementStatus,
  checkCore,
  nextStatus,
  originOf,
  type Party,
  startPair,
  termsOf,
} from '@evenhour/protocol';
import {
  completeProof,
  importVerifyingKey,
  prepareProof,
  type VerifyingKey,
  verifyDocument,
} from '@evenhour/protocol/proof';
import {
  canonical,
  coreSchema,
  decodeHonour,
  encodeHonour,
  type JsonObject,
  pairOf,
  parseStrict,
} from '@evenhour/protocol/wire';
import { and, eq, sql } from 'drizzle-orm';
import { ulid } from 'ulid';
import { z } from 'zod';
import type { Bank } from '../bank/bank.ts';
import type { Queries } from '../db/database.ts';
import { account, invitation, pair as pairTable } from '../db/schema.ts';
import type { Signal } from '../delivery/signals.ts';
import { type Outgoing, OutgoingError } from '../federation/outgoing.ts';
import { type PairRow, pairColumns } from '../journal/pair-store.ts';
import { Refused } from '../node/refused.ts';

const VERSION = 'https://w3id.org/evenhour/v1';
const INVITATION_DAYS = 14;
const NOTICE_DAYS = 30;

export interface NewInvitation {
  /** What we let the other bank owe. */
  readonly grantsMinutes: number;
  readonly bridgeBuilder: string;
  readonly words?: readonly string[];
  readonly public?: boolean;
}

/** What an invitation link shows to whoever opens it. */
export interface InvitationDraft {
  readonly party: AgreementParty;
  readonly words: readonly string[];
  readonly public: boolean;
  readonly noticeDays: number;
  readonly expiresAt: string;
}

const draftSchema = z.strictObject({
  party: coreSchema.shape.parties.def.items[0],
  words: coreSchema.shape.words,
  public: z.boolean(),
  noticeDays: z.int().min(0).max(366),
  expiresAt: z.iso.datetime(),
});

export const DEFAULT_WORDS: readonly string[] = [
  "We honour your members' hours as our own. An hour is an hour, whoever gives it.",
  'Each of us says how many hours the other may be ahead, and nothing goes beyond that.',
  'Each of us keeps its own members, its own rules and its own books.',
  'If something does not add up, our two bridge builders talk before anything else happens.',
  "Either of us may end this with thirty days' notice. What is owed is then given, settled or forgiven.",
];

export async function createInvitation(
  tx: Queries,
  bank: Bank,
  input: NewInvitation,
): Promise<{ id: string; link: string; expiresAt: Date }> {
  const secret = randomBytes(24).toString('base64url');
  const id = ulid();
  const expiresAt = new Date(Date.now() + INVITATION_DAYS * 86_400_000);
  await tx.insert(invitation).values({
    bankId: bank.id,
    id,
    tokenHash: hash(secret),
    grantsMinutes: input.grantsMinutes,
    bridgeBuilder: input.bridgeBuilder,
    words: [...(input.words ?? DEFAULT_WORDS)],
    public: input.public ?? true,
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
  };
}

async function findInvitation(tx: Queries, bank: Bank, secret: string): Promise<typeof invitation.$inferSelect> {
  const [row] = await tx
    .select()
    .from(invitation)
    .where(and(eq(invitation.bankId, bank.id), eq(invitation.tokenHash, hash(secret))));
  if (row === undefined) throw new Refused('not_found');
  if (row.status !== 'open' || row.expiresAt.getTime() < Date.now()) throw new Refused('invitation_used');
  return row;
}

function ownParty(bank: Bank, bridgeBuilder: string, grantsMinutes: number): AgreementParty {
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

/** The first yes: signs the whole agreement and hands it to the sender. */
export async function offerAgreement(
  tx: Queries,
  bank: Bank,
  link: string,
  draft: InvitationDraft,
  input: { readonly grantsMinutes: number; readonly bridgeBuilder: string },
  after: Signal[],
): Promise<PairRow> {
  await refuseSecond(tx, bank, draft.party.bank);
  const own = ownParty(bank, input.bridgeBuilder, input.grantsMinutes);
  const parties: [AgreementParty, AgreementParty] =
    own.bank < draft.party.bank ? [own, draft.party] : [draft.party, own];
  const core: AgreementCore = {
    version: VERSION,
    features: [],
    parties,
    start: new Date().toISOString().slice(0, 10),
    noticeDays: draft.noticeDays,
    public: draft.public,
    words: draft.words,
    nonce: randomBytes(32).toString('base64url'),
  };
  const checked = checkCore(core);
  if (!checked.ok) throw new Refused(checked.refusal);
  const { pair } = pairOf(core);
  const secret = link.split('/').at(-1) ?? '';
  const offer = await sign(
    bank,
    encodeHonour({
      kind: 'HonourOffer',
      id: `${bank.origin}/ap/agreements/${pair.slice(18)}#offer`,
      actor: bank.actor,
      pair,
      core,
      invitation: secret,
    }),
  );
  const row = await insertPair(tx, bank, core, own.bank === parties[0].bank ? 0 : 1, {
    status: 'offered',
    offer,
    accept: null,
    honourPending: offer,
    invitationId: null,
  });
  after.push({ kind: 'partners' });
  return row;
}

/** An offer whose proof, parties and invitation stand. */
export interface CheckedOffer {
  readonly pair: string;
  readonly core: AgreementCore;
  readonly me: Party;
  readonly peer: AgreementParty;
  readonly key: VerifyingKey;
  readonly invitation: string;
}

/** Checks an offer that arrived, without the network and without changing anything. */
export async function checkOffer(tx: Queries, bank: Bank, document: JsonObject): Promise<CheckedOffer> {
  const decoded = decodeHonour(document);
  if (!decoded.ok) throw new Refused(decoded.refusal);
  const { message } = decoded;
  if (message.kind !== 'HonourOffer') throw new Refused('schema_mismatch', { path: 'type' });
  const core = message.core;
  const checked = checkCore(core);
  if (!checked.ok) throw new Refused(checked.refusal);
  const { pair } = pairOf(core);
  if (pair !== message.pair) throw new Refused('foreign_pair', { pair: message.pair });
  const me = core.parties.findIndex((party) => party.bank === bank.actor);
  if (me !== 0 && me !== 1) throw new Refused('foreign_pair', { pair });
  const peer = core.parties[me === 0 ? 1 : 0];
  if (message.actor !== peer.bank) throw new Refused('foreign_origin', { actor: message.actor });
  const key = await verifyYes(document, peer);
  const checkedOffer: CheckedOffer = { pair, core, me, peer, key, invitation: message.invitation };
  await proposalOf(tx, bank, checkedOffer);
  return checkedOffer;
}

async function isKnown(tx: Queries, bank: Bank, pair: string): Promise<boolean> {
  const [known] = await tx
    .select({ id: pairTable.id })
    .from(pairTable)
    .where(and(eq(pairTable.bankId, bank.id), eq(pairTable.id, pair)));
  return known !== undefined;
}

/** The invitation that an offer answers; `null` when the offer is known, and be it since a moment ago. */
async function proposalOf(
  tx: Queries,
  bank: Bank,
  offer: CheckedOffer,
): Promise<typeof invitation.$inferSelect | null> {
  if (await isKnown(tx, bank, offer.pair)) return null;
  try {
    return await findProposal(tx, bank, offer);
  } catch (error) {
    if (await isKnown(tx, bank, offer.pair)) return null;
    throw error;
  }
}

/** The invitation that an offer answers, if it says of us exactly what we proposed. */
async function findProposal(tx: Queries, bank: Bank, offer: CheckedOffer): Promise<typeof invitation.$inferSelect> {
  const link = await findInvitation(tx, bank, offer.invitation);
  const proposed = ownParty(bank, link.bridgeBuilder, link.grantsMinutes);
  const same = (a: unknown, b: unknown): boolean => canonical(a as JsonObject) === canonical(b as JsonObject);
  const { core } = offer;
  // Nothing may stand in what we sign that our link did not show: no opening debt, no end, no feature.
  const plain =
    core.end === undefined &&
    core.opening === undefined &&
    core.predecessor === undefined &&
    core.features.length === 0;
  if (
    !plain ||
    !same(core.parties[offer.me], proposed) ||
    !same(core.words, link.words) ||
    core.public !== link.public ||
    core.noticeDays !== NOTICE_DAYS
  )
    throw new Refused('invalid_request', { reason: 'this is not what we proposed' });
  return link;
}

/** Keeps a checked offer. A person here says the second yes later. The same offer twice is one. */
export async function receiveOffer(
  tx: Queries,
  bank: Bank,
  offer: CheckedOffer,
  document: string,
  after: Signal[],
): Promise<void> {
  // Offers under one link take turns: it works once, and an offer that comes twice finds itself.
  await tx
    .select({ id: invitation.id })
    .from(invitation)
    .where(and(eq(invitation.bankId, bank.id), eq(invitation.tokenHash, hash(offer.invitation))))
    .for('no key update');
  const link = await proposalOf(tx, bank, offer);
  if (link === null) return;
  await refuseSecond(tx, bank, offer.peer.bank, offer.pair);
  await tx
    .update(invitation)
    .set({ status: 'used' })
    .where(and(eq(invitation.bankId, bank.id), eq(invitation.id, link.id)));
  await insertPair(tx, bank, offer.core, offer.me, {
    status: 'offered',
    offer: document,
    accept: null,
    honourPending: null,
    invitationId: link.id,
  });
  after.push({ kind: 'partners' });
}

/** The second yes, or a no, by the bank that made the link. */
export async function answerAgreement(
  tx: Queries,
  bank: Bank,
  agreementId: string,
  yes: boolean,
  after: Signal[],
): Promise<PairRow> {
  const row = await lockAgreement(tx, bank, agreementId);
  if (row.invitationId === null) throw new Refused('not_your_turn', { status: row.status });
  const step = nextStatus(row.status as AgreementStatus, yes ? 'accept' : 'decline');
  if (!step.ok) throw new Refused(step.refusal);
  const id = `${bank.origin}/ap/agreements/${row.id.slice(18)}#${yes ? 'accept' : 'reject'}`;
  const document = yes
    ? encodeHonour({ kind: 'HonourAccept', id, actor: bank.actor, pair: row.id, core: row.core as AgreementCore })
    : encodeHonour({ kind: 'HonourReject', id, actor: bank.actor, pair: row.id });
  const signed = await sign(bank, document);
  const [updated] = await tx
    .update(pairTable)
    .set({ status: step.status, honourPending: signed, ...(yes && { accept: signed }) })
    .where(and(eq(pairTable.bankId, bank.id), eq(pairTable.id, row.id)))
    .returning();
  after.push({ kind: 'pair', bankId: bank.id, pairId: row.id });
  return updated as PairRow;
}

/** The other bank's answer to our offer. The same answer twice is one. */
export async function receiveAnswer(
  tx: Queries,
  bank: Bank,
  pairId: string,
  document: JsonObject,
  after: Signal[],
): Promise<void> {
  const decoded = decodeHonour(document);
  if (!decoded.ok) throw new Refused(decoded.refusal);
  const { message } = decoded;
  const [row] = await tx
    .select()
    .from(pairTable)
    .where(and(eq(pairTable.bankId, bank.id), eq(pairTable.id, pairId)))
    .for('no key update');
  if (row === undefined) throw new Refused('not_found');
  const core = row.core as AgreementCore;
  const peer = core.parties[row.me === 0 ? 1 : 0];
  if (message.kind === 'HonourOffer' || message.pair !== pairId || message.actor !== peer.bank)
    throw new Refused('foreign_pair');
  await verifyYes(document, peer);
  if (message.kind === 'HonourAccept' && pairOf(message.core).pair !== pairId) throw new Refused('foreign_pair');
  if (row.invitationId !== null) throw new Refused('not_your_turn');
  const done = message.kind === 'HonourAccept' ? row.accept !== null : row.status === 'declined';
  if (done) return;
  const step = nextStatus(row.status as AgreementStatus, message.kind === 'HonourAccept' ? 'accept' : 'decline');
  if (!step.ok) throw new Refused(step.refusal);
  await tx
    .update(pairTable)
    .set({ status: step.status, ...(message.kind === 'HonourAccept' && { accept: JSON.stringify(document) }) })
    .where(and(eq(pairTable.bankId, bank.id), eq(pairTable.id, pairId)));
  after.push({ kind: 'pair', bankId: bank.id, pairId }, { kind: 'partners' });
}

async function verifyYes(document: JsonObject, party: AgreementParty): Promise<VerifyingKey> {
  const imported = await importVerifyingKey(party.key.publicKeyMultibase, party.key.id);
  if (!imported.ok) throw new Refused(imported.refusal);
  const verified = await verifyDocument(document, imported.key);
  if (!verified.ok) throw new Refused(verified.refusal);
  return imported.key;
}

/**
 * At most one agreement with a bank. Of two offers that cross, the one with the lower id stands:
 * our own unanswered offer gives way to a lower one.
 */
async function refuseSecond(tx: Queries, bank: Bank, peer: string, incoming?: string): Promise<void> {
  const [existing] = await tx
    .select({ id: pairTable.id, status: pairTable.status, invitationId: pairTable.invitationId })
    .from(pairTable)
    .where(
      and(
        eq(pairTable.bankId, bank.id),
        eq(pairTable.peerBank, peer),
        sql`${pairTable.status} not in ('closed', 'declined', 'withdrawn')`,
      ),
    );
  if (existing === undefined) return;
  const crossing = incoming !== undefined && existing.status === 'offered' && existing.invitationId === null;
  if (!crossing || existing.id < incoming) throw new Refused('agreement_exists', { bank: peer });
  await tx
    .update(pairTable)
    .set({ status: 'withdrawn', honourPending: null })
    .where(and(eq(pairTable.bankId, bank.id), eq(pairTable.id, existing.id)));
}

async function insertPair(
  tx: Queries,
  bank: Bank,
  core: AgreementCore,
  me: Party,
  values: Pick<PairRow, 'status' | 'offer' | 'accept' | 'honourPending' | 'invitationId'>,
): Promise<PairRow> {
  const { pair, genesis } = pairOf(core);
  const peer = core.parties[me === 0 ? 1 : 0];
  const agreementId = ulid();
  const mirrorId = `partner:${agreementId}`;
  await tx.insert(account).values({ bankId: bank.id, id: mirrorId, kind: 'mirror' });
  const start = pairColumns(startPair(termsOf(core, pair, genesis), me));
  const [row] = await tx
    .insert(pairTable)
    .values({
      bankId: bank.id,
      id: pair,
      agreementId,
      peerBank: peer.bank,
      peerOrigin: originOf(peer.bank) ?? '',
      peerName: peer.name,
      me,
      core,
      genesis,
      mirrorId,
      ...start,
      ...values,
    })
    .onConflictDoNothing()
    .returning();
  if (row === undefined) throw new Refused('agreement_exists', { bank: peer.bank });
  return row;
}

export async function lockAgreement(tx: Queries, bank: Bank, agreementId: string): Promise<PairRow> {
  const [row] = await tx
    .select()
    .from(pairTable)
    .where(and(eq(pairTable.bankId, bank.id), eq(pairTable.agreementId, agreementId)))
    .for('no key update');
  if (row === undefined) throw new Refused('not_found');
  return row;
}

async function sign(bank: Bank, document: JsonObject): Promise<string> {
  return JSON.stringify(await completeProof(prepareProof(document, bank.key, new Date().toISOString())));
}

function hash(secret: string): string {
  return createHash('sha256').update(secret).digest('base64url');
}
