/**
 * The documents of a receipt, gathered from what this bank holds.
 *
 * Promises: only hours that are settled have one; only entries that stand and that broke no rule are in it; names and
 * words are in it when they are asked for and not otherwise.
 *
 * @module
 */
import { randomBytes } from 'node:crypto';
import type { Gift, Party } from '@evenhour/protocol';
import { signDocument } from '@evenhour/protocol/proof';
import { CONTEXT, detailOf, type JsonObject } from '@evenhour/protocol/wire';
import { and, eq, isNull, sql } from 'drizzle-orm';
import type { Bank } from '../bank/bank.ts';
import type { Queries } from '../db/database.ts';
import { exchangeMessage, pair as pairTable, posting, standingEntry } from '../db/schema.ts';
import { heldFor } from '../exchange/across-holds.ts';
import { Refused } from '../node/refused.ts';
import type { TransferRow } from '../transfer/transfer-store.ts';
import { FORMAT, type ReceiptDocuments, type TownReceipt } from './check.ts';

/** Whether there is a receipt: the hours have moved, and between two banks both have signed it. */
export function hasReceipt({ status, purpose }: Pick<TransferRow, 'status' | 'purpose'>): boolean {
  return status === 'settled' && purpose !== 'test' && purpose !== 'test_back';
}

/** The documents of hours between two banks. Refuses `not_found` when one of them is not here, as after a restore. */
export async function documentsBetween(
  tx: Queries,
  bank: Pick<Bank, 'id'>,
  row: TransferRow,
  names: boolean,
): Promise<ReceiptDocuments> {
  const pairId = row.pairId ?? '';
  const [agreement] = await tx
    .select({ offer: pairTable.offer, accept: pairTable.accept, me: pairTable.me })
    .from(pairTable)
    .where(and(eq(pairTable.bankId, bank.id), eq(pairTable.id, pairId)));
  if (agreement?.offer == null || agreement.accept === null || row.transfer === null) throw new Refused('not_found');
  const debtor = (row.direction === 'in' ? 1 - agreement.me : agreement.me) as Party;
  const of = (...kinds: string[]) =>
    and(
      eq(standingEntry.bankId, bank.id),
      eq(standingEntry.pairId, pairId),
      isNull(standingEntry.breach),
      sql`${standingEntry.kind} in ${kinds}`,
    );
  const [entries, amends] = await Promise.all([
    tx
      .select()
      .from(standingEntry)
      .where(and(of('Hold', 'HoldAccept', 'Post', 'Receipt'), eq(standingEntry.transfer, row.transfer))),
    tx
      .select({ document: standingEntry.document })
      .from(standingEntry)
      .where(of('Amend'))
      .orderBy(standingEntry.author, standingEntry.seq),
  ]);
  const entry = (kind: string, author: number): JsonObject => {
    const found = entries.find((each) => each.kind === kind && each.author === author);
    if (found === undefined) throw new Refused('not_found');
    return parsed(found.document);
  };
  const details = names ? await detailsOf(tx, bank, row) : null;
  return {
    format: FORMAT,
    kind: 'between',
    offer: parsed(agreement.offer),
    accept: parsed(agreement.accept),
    keyChanges: amends.map(({ document }) => parsed(document)).filter((each) => each['keyChange'] !== undefined),
    hold: entry('Hold', debtor),
    holdAccept: entry('HoldAccept', 1 - debtor),
    post: entry('Post', debtor),
    receipt: entry('Receipt', 1 - debtor),
    ...(details !== null && { details }),
  };
}

/** What the Hold's digest was made of: the gift, or the terms that were agreed. Nothing once it was erased. */
async function detailsOf(tx: Queries, bank: Pick<Bank, 'id'>, row: TransferRow) {
  if (row.exchangeId !== null) {
    const held = await heldFor(tx, row);
    return held && { salt: held.salt, object: held.details as unknown as JsonObject };
  }
  const { pairId, url } = row;
  const [message] = await tx
    .select({ document: exchangeMessage.document })
    .from(exchangeMessage)
    .where(
      and(
        eq(exchangeMessage.bankId, bank.id),
        eq(exchangeMessage.pairId, pairId ?? ''),
        eq(exchangeMessage.id, `${url}/1`),
      ),
    );
  if (message === undefined || message.document === '') return null;
  const { salt, object } = parsed(message.document) as { salt?: unknown; object?: JsonObject };
  if (typeof salt !== 'string' || object === undefined) return null;
  const { type: _type, ...gift } = object;
  return { salt, object: gift };
}

/** Names and words of hours inside a town. */
export interface TownDetails {
  readonly payerName: string;
  readonly payeeName: string;
  readonly content: string;
}

/** What a bank signs of hours inside its own town: that its books have them. `told` is in it as a digest, and as it is with `names`. */
export async function documentsInside(
  tx: Queries,
  bank: Bank,
  row: TransferRow,
  told: TownDetails,
  names: boolean,
): Promise<ReceiptDocuments> {
  const [line] = await tx
    .select({ at: posting.at, minutes: posting.minutes })
    .from(posting)
    .where(
      and(eq(posting.bankId, bank.id), eq(posting.transferId, row.id), sql`${posting.kind} in ('direct', 'post')`),
    );
  if (line === undefined) throw new Refused('not_found');
  const salt = randomBytes(32).toString('base64url');
  const receipt: TownReceipt = {
    '@context': [...CONTEXT],
    id: row.url,
    type: ['Object', 'TownReceipt'],
    actor: bank.actor,
    name: bank.settings.name,
    minutes: line.minutes,
    at: line.at.toISOString(),
    detail: detailOf(salt, told as unknown as Gift),
  };
  const town = await signDocument(receipt, bank.key, new Date().toISOString());
  const details = names ? { details: { salt, object: { ...told } } } : {};
  return {
    format: FORMAT,
    kind: 'inside',
    key: bank.key.publicMultikey,
    town: { ...town } as unknown as JsonObject,
    ...details,
  };
}

function parsed(document: string): JsonObject {
  return JSON.parse(document) as JsonObject;
}
