/**
 * Links under which anybody can check one receipt.
 *
 * Promises: a link is made by the act of a member whose hours they are, opens this one receipt and nothing else, is the
 * same whichever part of an exchange is named, and ends when that member says so; names and words are behind it only
 * when they said so too. A copy of the database opens none.
 *
 * @module
 */
import { createHash, createHmac, randomBytes } from 'node:crypto';
import { and, eq, inArray } from 'drizzle-orm';
import type { Bank } from '../bank/bank.ts';
import type { Queries } from '../db/database.ts';
import { member, receiptLink, transfer } from '../db/schema.ts';
import { Refused } from '../node/refused.ts';
import type { Seal } from '../node/seal.ts';
import type { TransferRow } from '../transfer/transfer-store.ts';
import { type ReceiptDocuments, readReceipt } from './check.ts';
import { documentsBetween, documentsInside, partsWith } from './documents.ts';

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
  const [first] = await partsWith(tx, row);
  const before = await linkOf(tx, row, memberId);
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
    .values({ bankId: bank.id, transferId: before?.transferId ?? first.id, memberId, ...made })
    .onConflictDoUpdate({ target: [receiptLink.bankId, receiptLink.transferId, receiptLink.memberId], set: made })
    .returning();
  return shared(seal, link as LinkRow);
}

/** Ends the link. Twice changes nothing. */
export async function withdrawReceipt(tx: Queries, row: TransferRow, memberId: string): Promise<void> {
  await tx.delete(receiptLink).where(ofMember(tx, row, memberId));
}

/** The link that a member has made to a receipt, or `null`. */
export async function sharedBy(
  tx: Queries,
  seal: Seal,
  row: TransferRow,
  memberId: string,
): Promise<SharedReceipt | null> {
  const link = await linkOf(tx, row, memberId);
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
  const parts = await partsWith(tx, row);
  if (row.pairId !== null) return documentsBetween(tx, bank, parts, names);
  const [giver] = await tx
    .select({ name: member.name })
    .from(member)
    .where(and(eq(member.bankId, bank.id), eq(member.id, row.memberId)));
  const told = { payerName: giver?.name ?? '', payeeName: row.counterpartyName, content: row.content };
  return documentsInside(tx, bank, parts, told, names);
}

async function linkOf(tx: Queries, row: TransferRow, memberId: string): Promise<LinkRow | undefined> {
  const [link] = await tx
    .select()
    .from(receiptLink)
    .where(ofMember(tx, row, memberId));
  return link;
}

/** What a member's link is of: these hours, or any part of the exchange that they are of. */
function ofMember(tx: Queries, { bankId, id, exchangeId }: TransferRow, memberId: string) {
  const parts = tx
    .select({ id: transfer.id })
    .from(transfer)
    .where(and(eq(transfer.bankId, bankId), eq(transfer.exchangeId, exchangeId ?? '')));
  const these = exchangeId === null ? eq(receiptLink.transferId, id) : inArray(receiptLink.transferId, parts);
  return and(eq(receiptLink.bankId, bankId), these, eq(receiptLink.memberId, memberId));
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
