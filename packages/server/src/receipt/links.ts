/**
 * Links under which anybody can check one receipt.
 *
 * Promises: a link is made by the act of a member whose hours they are, opens this one receipt and nothing else, and
 * ends when that member says so; names and words are behind it only when they said so too. A copy of the database
 * opens none.
 *
 * @module
 */
import { createHash, createHmac, randomBytes } from 'node:crypto';
import { and, eq } from 'drizzle-orm';
import type { Bank } from '../bank/bank.ts';
import type { Queries } from '../db/database.ts';
import { member, receiptLink, transfer } from '../db/schema.ts';
import { Refused } from '../node/refused.ts';
import type { Seal } from '../node/seal.ts';
import type { TransferRow } from '../transfer/transfer-store.ts';
import { type ReceiptDocuments, readReceipt } from './check.ts';
import { documentsBetween, documentsInside, hasReceipt } from './documents.ts';

export interface SharedReceipt {
  /** The end of the link: 20 signs. */
  readonly token: string;
  readonly names: boolean;
  readonly sharedAt: Date;
}

type LinkRow = typeof receiptLink.$inferSelect;

/** Where the link leads, at the bank's own origin. */
export const receiptPath = (token: string) => `/r/${encodeURIComponent(token)}`;

/**
 * Makes the link, or gives the one that there is. Said with another `names`, the old link ends.
 * Refuses `not_found` while there is no receipt.
 */
export async function shareReceipt(
  tx: Queries,
  { bank, seal }: { bank: Bank; seal: Seal },
  row: TransferRow,
  memberId: string,
  names: boolean,
): Promise<SharedReceipt> {
  if (!hasReceipt(row)) throw new Refused('not_found');
  const before = await linkOf(tx, bank, row.id, memberId);
  if (before?.names === names) return shared(seal, before);
  const seed = randomBytes(16).toString('base64url');
  const documents = await documentsOf(tx, bank, row, names);
  const made = {
    seed,
    hash: hashOf(tokenOf(seal, bank, seed)),
    names,
    document: documents.kind === 'inside' ? JSON.stringify(documents) : '',
    createdAt: new Date(),
  };
  const [link] = await tx
    .insert(receiptLink)
    .values({ bankId: bank.id, transferId: row.id, memberId, ...made })
    .onConflictDoUpdate({ target: [receiptLink.bankId, receiptLink.transferId, receiptLink.memberId], set: made })
    .returning();
  return shared(seal, link as LinkRow);
}

/** Ends the link. Twice changes nothing. */
export async function withdrawReceipt(
  tx: Queries,
  bank: Pick<Bank, 'id'>,
  id: string,
  memberId: string,
): Promise<void> {
  await tx.delete(receiptLink).where(ofMember(bank, id, memberId));
}

/** The link that a member has made to a receipt, or `null`. */
export async function sharedBy(
  tx: Queries,
  { bank, seal }: { bank: Pick<Bank, 'id'>; seal: Seal },
  id: string,
  memberId: string,
): Promise<SharedReceipt | null> {
  const link = await linkOf(tx, bank, id, memberId);
  return link === undefined ? null : shared(seal, link);
}

export interface OpenReceipt {
  readonly row: TransferRow;
  readonly names: boolean;
  readonly documents: ReceiptDocuments;
}

/** The receipt behind a link. Refuses `not_found` when there is none, or no longer. */
export async function openReceipt(tx: Queries, bank: Bank, token: string): Promise<OpenReceipt> {
  const [found] = await tx
    .select({ link: receiptLink, row: transfer })
    .from(receiptLink)
    .innerJoin(transfer, and(eq(transfer.bankId, receiptLink.bankId), eq(transfer.id, receiptLink.transferId)))
    .where(and(eq(receiptLink.bankId, bank.id), eq(receiptLink.hash, hashOf(token))));
  if (found === undefined) throw new Refused('not_found');
  const { link, row } = found;
  const documents = link.document === '' ? await documentsOf(tx, bank, row, link.names) : readReceipt(link.document);
  if (documents === null) throw new Refused('not_found');
  return { row, names: link.names, documents };
}

/** The documents of a receipt, as its own member has them. Refuses `not_found`. */
export async function documentsOf(
  tx: Queries,
  bank: Bank,
  row: TransferRow,
  names: boolean,
): Promise<ReceiptDocuments> {
  if (!hasReceipt(row)) throw new Refused('not_found');
  if (row.pairId !== null) return documentsBetween(tx, bank, row, names);
  const [giver] = await tx
    .select({ name: member.name })
    .from(member)
    .where(and(eq(member.bankId, bank.id), eq(member.id, row.memberId)));
  const told = { payerName: giver?.name ?? '', payeeName: row.counterpartyName, content: row.content };
  return documentsInside(tx, bank, row, told, names);
}

async function linkOf(tx: Queries, bank: Pick<Bank, 'id'>, id: string, memberId: string): Promise<LinkRow | undefined> {
  const [row] = await tx
    .select()
    .from(receiptLink)
    .where(ofMember(bank, id, memberId));
  return row;
}

function ofMember(bank: Pick<Bank, 'id'>, id: string, memberId: string) {
  return and(eq(receiptLink.bankId, bank.id), eq(receiptLink.transferId, id), eq(receiptLink.memberId, memberId));
}

function shared(seal: Seal, { bankId, seed, names, createdAt }: LinkRow): SharedReceipt {
  return { token: tokenOf(seal, { id: bankId }, seed), names, sharedAt: createdAt };
}

/** Made anew whenever its member asks, and kept nowhere. */
function tokenOf(seal: Seal, { id }: Pick<Bank, 'id'>, seed: string): string {
  const mac = createHmac('sha256', seal.derive('receipt')).update(`${id} ${seed}`).digest();
  return mac.subarray(0, 15).toString('base64url');
}

function hashOf(token: string): string {
  return createHash('sha256').update(token).digest('base64url');
}
