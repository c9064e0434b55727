/**
 * The documents of a receipt, gathered from what this bank holds.
 *
 * Promises: only hours that are settled have one, and of an exchange it is one for all its settled parts; only entries
 * that stand and that broke no rule are in it; names and words are in it when they are asked for and not otherwise.
 *
 * @module
 */
import { randomBytes } from 'node:crypto';
import type { Gift, Party } from '@evenhour/protocol';
import { signDocument } from '@evenhour/protocol/proof';
import { CONTEXT, detailOf, type JsonObject } from '@evenhour/protocol/wire';
import { and, eq, inArray, isNull, sql } from 'drizzle-orm';
import type { Bank } from '../bank/bank.ts';
import type { Queries } from '../db/database.ts';
import { exchangeMessage, pair as pairTable, posting, standingEntry } from '../db/schema.ts';
import { heldFor, partsOf } from '../exchange/across-holds.ts';
import { Refused } from '../node/refused.ts';
import type { TransferRow } from '../transfer/transfer-store.ts';
import { FORMAT, type PartDocuments, type ReceiptDocuments, type TownReceipt } from './check.ts';

/** Whether there is a receipt: the hours have moved, and between two banks both have signed it. */
export function hasReceipt({ status, purpose }: Pick<TransferRow, 'status' | 'purpose'>): boolean {
  return status === 'settled' && purpose !== 'test' && purpose !== 'test_back';
}

/** What one receipt is of: the hours, or of an exchange all its settled parts in their order. At least one. */
export type Parts = readonly [TransferRow, ...TransferRow[]];

/** The same parts, whichever of them is named. Refuses `not_found` when nothing is settled. */
export async function partsWith(tx: Queries, row: TransferRow): Promise<Parts> {
  const { bankId, exchangeId } = row;
  const rows = exchangeId === null ? [row] : await partsOf(tx, { bankId, id: exchangeId });
  const [first, ...more] = rows.filter(hasReceipt);
  if (first === undefined) throw new Refused('not_found');
  return [first, ...more];
}

/** The documents of hours between two banks. Refuses `not_found` when one of them is not here, as after a restore. */
export async function documentsBetween(
  tx: Queries,
  bank: Pick<Bank, 'id'>,
  parts: Parts,
  names: boolean,
): Promise<ReceiptDocuments> {
  const [{ pairId, direction }] = parts;
  const [agreement] = await tx
    .select({ offer: pairTable.offer, accept: pairTable.accept, me: pairTable.me })
    .from(pairTable)
    .where(and(eq(pairTable.bankId, bank.id), eq(pairTable.id, pairId ?? '')));
  if (agreement?.offer == null || agreement.accept === null) throw new Refused('not_found');
  const debtor = (direction === 'in' ? 1 - agreement.me : agreement.me) as Party;
  const of = (...kinds: string[]) =>
    and(
      eq(standingEntry.bankId, bank.id),
      eq(standingEntry.pairId, pairId ?? ''),
      isNull(standingEntry.breach),
      sql`${standingEntry.kind} in ${kinds}`,
    );
  const transfers = parts.flatMap(({ transfer }) => transfer ?? []);
  const [entries, amends] = await Promise.all([
    tx
      .select()
      .from(standingEntry)
      .where(and(of('Hold', 'HoldAccept', 'Post', 'Receipt'), inArray(standingEntry.transfer, transfers))),
    tx
      .select({ document: standingEntry.document })
      .from(standingEntry)
      .where(of('Amend'))
      .orderBy(standingEntry.author, standingEntry.seq),
  ]);
  const entriesOf = ({ transfer }: TransferRow): PartDocuments => {
    const entry = (kind: string, author: number): JsonObject => {
      const found = entries.find((each) => each.transfer === transfer && each.kind === kind && each.author === author);
      if (found === undefined) throw new Refused('not_found');
      return parsed(found.document);
    };
    return {
      hold: entry('Hold', debtor),
      holdAccept: entry('HoldAccept', 1 - debtor),
      post: entry('Post', debtor),
      receipt: entry('Receipt', 1 - debtor),
    };
  };
  const told = names ? await Promise.all(parts.map((row) => detailsOf(tx, bank, row))) : [];
  // What is told of a receipt is told of the whole of it.
  const whole = told.every((each) => each !== null);
  const [first, ...more] = parts.map((row, n): PartDocuments => {
    const details = told[n];
    return { ...entriesOf(row), ...(whole && details != null && { details }) };
  }) as [PartDocuments, ...PartDocuments[]];
  return {
    format: FORMAT,
    kind: 'between',
    offer: parsed(agreement.offer),
    accept: parsed(agreement.accept),
    keyChanges: amends.map(({ document }) => parsed(document)).filter((each) => each['keyChange'] !== undefined),
    ...first,
    ...(more.length > 0 && { more }),
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

/**
 * What a bank signs of hours inside its own town: that its books have them. `told` is in it as a digest, and as it is
 * with `names`.
 */
export async function documentsInside(
  tx: Queries,
  bank: Bank,
  rows: Parts,
  told: TownDetails,
  names: boolean,
): Promise<ReceiptDocuments> {
  const ids = rows.map(({ id }) => id);
  const lines = await tx
    .select({ id: posting.transferId, at: posting.at, minutes: posting.minutes })
    .from(posting)
    .where(
      and(eq(posting.bankId, bank.id), inArray(posting.transferId, ids), sql`${posting.kind} in ('direct', 'post')`),
    );
  const parts = rows.map(({ id, url }) => {
    const line = lines.find((each) => each.id === id);
    if (line === undefined) throw new Refused('not_found');
    return { id: url, minutes: line.minutes, at: line.at.toISOString() };
  });
  const salt = randomBytes(32).toString('base64url');
  const receipt: TownReceipt = {
    '@context': [...CONTEXT],
    id: rows[0].url,
    type: ['Object', 'TownReceipt'],
    actor: bank.actor,
    name: bank.settings.name,
    minutes: parts.reduce((sum, { minutes }) => sum + minutes, 0),
    at: parts.at(-1)?.at ?? '',
    ...(parts.length > 1 && { parts }),
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
