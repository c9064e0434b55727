/**
 * Agreements: two yeses, or a no, or an offer that is taken back.
 *
 * Promises: nothing is active without both signatures and a bridge builder at each bank; what the
 * second bank signs is word for word what the first one proposed; keys come from the other bank's
 * own origin and are pinned from then on. An offer that is taken back and a yes that cross end the
 * agreement at both banks. Spec: agreement.
 *
 * @module
 */

import { randomBytes } from 'node:crypto';

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
import { canonical, decodeHonour, encodeHonour, type JsonObject, pairOf } from '@evenhour/protocol/wire';
import { and, eq, sql } from 'drizzle-orm';

import type { Bank } from '../bank/bank.ts';
import type { Queries } from '../db/database.ts';
import { newId } from '../db/id.ts';
import { account, bank as bankTable, invitation, pair as pairTable } from '../db/schema.ts';
import type { Signal } from '../delivery/signals.ts';
import { type PairRow, pairColumns } from '../journal/pair-store.ts';
import { Refused } from '../node/refused.ts';
import {
  findInvitation,
  hashOfLink,
  type InvitationDraft,
  NOTICE_DAYS,
  ownParty,
  useInvitation,
} from './invitations.ts';
import { lockAgreement } from './lock.ts';
import { mustFollow } from './successor.ts';

const VERSION = 'https://w3id.org/evenhour/v1';

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
  if (draft.predecessor !== undefined)
    await mustFollow(tx, bank, draft.party.bank, draft.predecessor, draft.opening ?? null);
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
    ...(draft.predecessor !== undefined && { predecessor: draft.predecessor }),
    ...(draft.opening !== undefined && { opening: draft.opening }),
  };
  const checked = checkCore(core);
  if (!checked.ok) throw new Refused(checked.refusal);
  const { pair } = pairOf(core);
  const secret = link.split('/').at(-1) ?? '';
  const offer = await sign(
    bank,
    pair,
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

/** An offer whose proof and parties stand. */
export interface CheckedOffer {
  readonly pair: string;
  readonly core: AgreementCore;
  readonly me: Party;
  readonly peer: AgreementParty;
  readonly key: VerifyingKey;
  readonly invitation: string;
}

/** Checks what an offer that arrived says and who signed it, from the offer alone. */
export async function checkOffer(bank: Bank, document: JsonObject): Promise<CheckedOffer> {
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
  return { pair, core, me, peer, key, invitation: message.invitation };
}

/** `false` when we have the offer already. Refuses one that is new and does not answer an open invitation of ours. */
export async function isNewOffer(tx: Queries, bank: Bank, offer: CheckedOffer): Promise<boolean> {
  return (await proposalOf(tx, bank, offer)) !== null;
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
  // Nothing may stand in what we sign that our link did not show: no other opening, no end, no feature.
  const shown =
    core.end === undefined &&
    core.features.length === 0 &&
    (core.predecessor ?? null) === link.predecessor &&
    same(core.opening ?? null, link.opening);
  if (
    !shown ||
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
    .where(and(eq(invitation.bankId, bank.id), eq(invitation.tokenHash, hashOfLink(offer.invitation))))
    .for('no key update');
  const link = await proposalOf(tx, bank, offer);
  if (link === null) return answerAgain(tx, bank, offer.pair, after);
  await refuseSecond(tx, bank, offer.peer.bank, offer.pair);
  await insertPair(tx, bank, offer.core, offer.me, {
    status: 'offered',
    offer: document,
    accept: null,
    honourPending: null,
    invitationId: await useInvitation(tx, bank, offer.invitation),
  });
  after.push({ kind: 'partners' });
}

/** Whoever offers the same again has lost our answer. A pair that is over has a sender until that is taken. */
async function answerAgain(tx: Queries, bank: Bank, pairId: string, after: Signal[]): Promise<void> {
  const [row] = await tx
    .select()
    .from(pairTable)
    .where(and(eq(pairTable.bankId, bank.id), eq(pairTable.id, pairId)))
    .for('no key update');
  if (row === undefined || row.invitationId === null || row.honourPending !== null) return;
  const no = row.status === 'declined' || row.status === 'withdrawn';
  const honourPending = no ? await noTo(bank, row) : row.accept;
  if (honourPending !== null) await change(tx, row, { honourPending }, after);
}

/** The second yes, or a no, by the bank that made the link. */
export async function answerAgreement(
  tx: Queries,
  bank: Bank,
  agreementId: string,
  yes: boolean,
  after: Signal[],
): Promise<void> {
  const row = await lockAgreement(tx, bank, agreementId);
  if (row.invitationId === null) throw new Refused('not_your_turn', { status: row.status });
  const step = nextStatus(row.status as AgreementStatus, yes ? 'accept' : 'decline');
  if (!step.ok) throw new Refused(step.refusal);
  const no = yes ? null : await noTo(bank, row);
  const accept = yes ? await yesTo(bank, row) : null;
  await change(tx, row, { status: step.status, honourPending: accept ?? no, accept }, after);
}

/**
 * Takes back our own offer, and tells the other bank.
 *
 * Refuses `not_your_turn` when the offer is the other bank's, `agreement_not_active` when it was answered.
 */
export async function withdrawOffer(tx: Queries, bank: Bank, agreementId: string, after: Signal[]): Promise<void> {
  const row = await lockAgreement(tx, bank, agreementId);
  if (row.invitationId !== null) throw new Refused('not_your_turn', { status: row.status });
  // The step from `active` that the table has is for the other bank, whose yes crossed this.
  if (row.status !== 'offered') throw new Refused('agreement_not_active', { status: row.status, act: 'withdraw' });
  await change(tx, row, { status: 'withdrawn', honourPending: await noTo(bank, row) }, after);
}

function yesTo(bank: Bank, row: PairRow): Promise<string> {
  const id = `${bank.origin}/ap/agreements/${row.id.slice(18)}#accept`;
  const core = row.core as AgreementCore;
  return sign(bank, row.id, encodeHonour({ kind: 'HonourAccept', id, actor: bank.actor, pair: row.id, core }));
}

function noTo(bank: Bank, row: PairRow): Promise<string> {
  const id = `${bank.origin}/ap/agreements/${row.id.slice(18)}#reject`;
  return sign(bank, row.id, encodeHonour({ kind: 'HonourReject', id, actor: bank.actor, pair: row.id }));
}

async function change(
  tx: Queries,
  { bankId, id }: PairRow,
  values: Partial<Pick<PairRow, 'status' | 'honourPending' | 'accept'>>,
  after: Signal[],
): Promise<void> {
  await tx
    .update(pairTable)
    .set(values)
    .where(and(eq(pairTable.bankId, bankId), eq(pairTable.id, id)));
  after.push({ kind: 'pair', bankId, pairId: id }, { kind: 'partners' });
}

/** The other bank's yes or no to our offer, or its word that it takes its own back. The same twice is one. */
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
  const offered = row.invitationId === null;
  const status = row.status as AgreementStatus;
  if (message.kind === 'HonourAccept') {
    if (!offered) throw new Refused('not_your_turn');
    if (row.accept !== null) return;
    // Our word that we take it back and this yes have crossed. Ours counts, and is said again.
    if (status === 'withdrawn') return change(tx, row, { honourPending: await noTo(bank, row) }, after);
    const step = nextStatus(status, 'accept');
    if (!step.ok) throw new Refused(step.refusal);
    return change(tx, row, { status: step.status, accept: JSON.stringify(document) }, after);
  }
  if (status === 'declined' || status === 'withdrawn') return;
  const step = nextStatus(status, offered ? 'decline' : 'withdraw');
  if (!step.ok) throw new Refused(step.refusal);
  // A bank that has greeted us had our yes, and with it the agreement.
  if (status === 'active' && row.peerSession !== '')
    throw new Refused('agreement_not_active', { status, act: 'withdraw' });
  await change(tx, row, { status: step.status, honourPending: null }, after);
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
 * our own unanswered offer gives way to a lower one. Whoever begins an agreement waits for who began before, so that
 * none of two is overlooked.
 */
async function refuseSecond(tx: Queries, bank: Bank, peer: string, incoming?: string): Promise<void> {
  await tx.select({ id: bankTable.id }).from(bankTable).where(eq(bankTable.id, bank.id)).for('no key update');
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

/** Begins a pair with empty journals. Refuses `agreement_exists` when there is another with this bank. */
export async function insertPair(
  tx: Queries,
  bank: Bank,
  core: AgreementCore,
  me: Party,
  values: Pick<PairRow, 'status' | 'offer' | 'accept' | 'honourPending' | 'invitationId'> &
    Partial<Pick<PairRow, 'presented' | 'ownKey'>>,
): Promise<PairRow> {
  const { pair, genesis } = pairOf(core);
  const peer = core.parties[me === 0 ? 1 : 0];
  const agreementId = newId();
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

async function sign(bank: Bank, pair: string, document: JsonObject): Promise<string> {
  return JSON.stringify(await completeProof(prepareProof(document, bank.keyFor(pair), new Date().toISOString())));
}
