/**
 * The numbers on slips, and the links by which their holders read them.
 *
 * Promises: a number is given once at a bank, whether the bank counted it or somebody typed it from a paper pad; a
 * link opens its own slip and nothing else, and nobody can make one up.
 *
 * @module
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { and, desc, eq, isNotNull } from 'drizzle-orm';
import type { Bank } from '../bank/bank.ts';
import type { Queries } from '../db/database.ts';
import { bank as bankTable, brokerAct } from '../db/schema.ts';
import { Refused } from '../node/refused.ts';

/** Why a number is refused that stands on another slip. */
export const NUMBER_USED = 'used before';

const TYPED = /^[0-9A-Z](?:[0-9A-Z-]{0,11})$/;

/** A number as it is kept: capitals, and figures without zeros before them. `null` when it can be none. */
export function slipNumber(typed: string): string | null {
  const text = typed
    .trim()
    .toUpperCase()
    .replace(/^0+(?=[0-9])/, '');
  return TYPED.test(text) ? text : null;
}

export interface Slip {
  readonly slip: string;
  readonly counted: number | null;
}

/** A number for a new slip. Refuses `invalid_request` for a typed one that cannot be or was given before. */
export async function takeNumber(tx: Queries, bankId: string, typed: string | undefined): Promise<Slip> {
  // Two at once would count the same.
  await tx.select({ id: bankTable.id }).from(bankTable).where(eq(bankTable.id, bankId)).for('no key update');
  if (typed !== undefined && typed.trim() !== '') {
    const slip = slipNumber(typed);
    if (slip === null)
      throw new Refused('invalid_request', { field: 'slip', reason: 'not figures and letters, at most 12' });
    if (await isTaken(tx, bankId, slip)) throw new Refused('invalid_request', { field: 'slip', reason: NUMBER_USED });
    return { slip, counted: null };
  }
  const [last] = await tx
    .select({ counted: brokerAct.counted })
    .from(brokerAct)
    .where(and(eq(brokerAct.bankId, bankId), isNotNull(brokerAct.counted)))
    .orderBy(desc(brokerAct.counted))
    .limit(1);
  let counted = (last?.counted ?? 0) + 1;
  while (await isTaken(tx, bankId, String(counted))) counted += 1;
  return { slip: String(counted), counted };
}

async function isTaken(tx: Queries, bankId: string, slip: string): Promise<boolean> {
  const rows = await tx
    .select({ id: brokerAct.id })
    .from(brokerAct)
    .where(and(eq(brokerAct.bankId, bankId), eq(brokerAct.slip, slip)));
  return rows.length > 0;
}

/** What the link on a slip ends with. */
export function slipToken(bank: Pick<Bank, 'id' | 'seal'>, actId: string): string {
  return `${actId}${signed(bank, actId)}`;
}

/** The act that a token opens. Refuses `not_found`. */
export function actOfToken(bank: Pick<Bank, 'id' | 'seal'>, token: string): string {
  const actId = token.slice(0, 26);
  const [sent, meant] = [Buffer.from(token.slice(26)), Buffer.from(signed(bank, actId))];
  if (sent.length !== meant.length || !timingSafeEqual(sent, meant)) throw new Refused('not_found');
  return actId;
}

function signed(bank: Pick<Bank, 'id' | 'seal'>, actId: string): string {
  return createHmac('sha256', bank.seal.derive(`${bank.id} slip`))
    .update(actId)
    .digest('base64url')
    .slice(0, 24);
}
