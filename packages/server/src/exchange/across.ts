/**
 * An exchange across two banks: the steps and words of our side on their way to the partner.
 *
 * Promises: what is sent is signed once, and stored with what it does in one transaction; it is sent again until the
 * partner answers, always the same bytes. Spec: exchange, the logs.
 *
 * @module
 */
import { type AgreementCore, otherSide, type Party, type Side, type Step } from '@evenhour/protocol';
import { and, eq } from 'drizzle-orm';
import type { Bank } from '../bank/bank.ts';
import type { Queries } from '../db/database.ts';
import { pair as pairTable } from '../db/schema.ts';
import type { Signal } from '../delivery/signals.ts';
import { type MessagePair, signMessage } from '../transfer/sign-message.ts';
import { insertMessages } from '../transfer/transfer-store.ts';
import { type Exchange, type ExchangeRow, memberOn, nameOn, type TalkRow } from './exchange-store.ts';

/** Where the messages of our side of an exchange are. */
export function stepUrl(bank: Bank, exchangeId: string, n: number): string {
  return `${bank.origin}/ap/exchanges/${exchangeId}/${n}`;
}

export function refOn(row: Pick<ExchangeRow, 'giverRef' | 'receiverRef'>, side: Side): string | null {
  return side === 'giver' ? row.giverRef : row.receiverRef;
}

/** Signs a step of ours and lets it be sent. What it returns is kept with the step. */
export async function sendStep(
  tx: Queries,
  bank: Bank,
  exchange: Exchange,
  side: Side,
  step: Step,
  after: Signal[],
): Promise<{ hash: string; document: string }> {
  const signed = await signStep(tx, bank, exchange, side, step);
  await insertMessages(tx, bank.id, [signed]);
  after.push({ kind: 'pair', bankId: bank.id, pairId: signed.pairId });
  return signed;
}

/** The signed step, which nobody is told of yet. */
export async function signStep(tx: Queries, bank: Bank, { row, steps }: Exchange, side: Side, { n, seen, act }: Step) {
  const pair = await messagePair(tx, bank, row);
  const ref = refOn(row, side);
  if (row.salt === null || ref === null) throw new Error(`exchange ${row.id} has no salt or no reference`);
  const member = { id: `${bank.origin}/ap/${memberOn(row, side)}`, name: nameOn(row, side), ref };
  const begins = {
    side,
    with: side === 'giver' ? row.receiverAddress : row.giverAddress,
    salt: row.salt,
    ...(row.offerUrl !== null && { inReplyTo: row.offerUrl }),
  };
  return signMessage(
    bank,
    pair,
    {
      kind: 'Step',
      id: stepUrl(bank, row.id, n),
      exchange: row.url,
      n,
      seen,
      prev: steps[side].at(-1)?.hash ?? null,
      act,
      member: n === 1 ? member : null,
      beginning: act.kind === 'Offer' ? begins : null,
    },
    row.url,
  );
}

/** Lets words of our member be sent to the other. */
export async function sendTalk(
  tx: Queries,
  bank: Bank,
  { row }: Exchange,
  { id, kind, text }: TalkRow,
  after: Signal[],
): Promise<void> {
  const pair = await messagePair(tx, bank, row);
  const signed = await signMessage(
    bank,
    pair,
    {
      kind: kind === 'thanks' ? 'Thanks' : 'Message',
      id: `${bank.origin}/ap/exchanges/${row.id}/words/${id}`,
      exchange: row.url,
      content: text,
    },
    row.url,
  );
  await insertMessages(tx, bank.id, [signed]);
  after.push({ kind: 'pair', bankId: bank.id, pairId: pair.id });
}

/** The side of whoever is at the partner. */
export function theirSide({ ownSide }: Pick<ExchangeRow, 'ownSide'>): Side {
  return otherSide(ownSide as Side);
}

async function messagePair(tx: Queries, bank: Bank, { pairId, id }: ExchangeRow): Promise<MessagePair> {
  if (pairId === null) throw new Error(`exchange ${id} is inside this bank`);
  const [row] = await tx
    .select({ core: pairTable.core, me: pairTable.me })
    .from(pairTable)
    .where(and(eq(pairTable.bankId, bank.id), eq(pairTable.id, pairId)));
  if (row === undefined) throw new Error(`pair ${pairId} is gone`);
  return { id: pairId, core: row.core as AgreementCore, me: row.me as Party };
}
