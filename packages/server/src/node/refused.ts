/**
 * A refusal on its way out of a transaction.
 *
 * Promises: throwing it rolls the transaction back, so a refusal changes nothing; the routes turn
 * it into the answer. It is for refusals only: a bug stays an ordinary error.
 *
 * @module
 */
import { type Facts, type Refusal, type RefusalCode, refusal } from '@evenhour/protocol';
import { sqlState } from '../db/database.ts';

export class Refused extends Error {
  override readonly name = 'Refused';
  readonly refusal: Refusal;

  constructor(codeOrRefusal: RefusalCode | Refusal, facts: Facts = {}) {
    const value = typeof codeOrRefusal === 'string' ? refusal(codeOrRefusal, facts) : codeOrRefusal;
    super(value.code);
    this.refusal = value;
  }
}

/** What the database refuses: its guards do, and it keeps no text with a NUL, which an address can bring. */
const RAISED: Readonly<Record<string, RefusalCode>> = {
  EH003: 'not_enough_hours',
  EH004: 'account_full',
  EH006: 'limit_reached',
  '22021': 'invalid_request',
};

/** The refusal that an error stands for: thrown by us, or raised by the database. */
export function refusalOf(error: unknown): Refusal | null {
  if (error instanceof Refused) return error.refusal;
  const code = RAISED[sqlState(error) ?? ''];
  return code === undefined ? null : refusal(code);
}
