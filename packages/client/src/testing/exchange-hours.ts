/**
 * The hours of an exchange at the fake node: put aside when it is agreed, moved when it is confirmed.
 *
 * Promises: what was confirmed moves whole or not yet; the row says how far it has come, and why not further.
 *
 * @module
 */
import type { Transfer } from '../types.ts';
import { accountOf, type Books } from './books.ts';
import type { ExchangeRow } from './exchanges.ts';

/** Hours that are put aside for one exchange. One that wants more has several. */
export interface Part {
  readonly transfer: Transfer;
}

/** Puts so many minutes aside in all. */
export function putAside(books: Books, row: ExchangeRow, wanted: number): void {
  const held = sumOf(row.parts);
  const fewer = held > wanted;
  // Fewer than before: all of it anew, which always fits. More: the difference beside it.
  const missing = fewer ? wanted : wanted - held;
  const code = held === wanted ? null : refused(row, fewer ? 0 : missing, missing);
  Object.assign(row, { reserved: code === null ? 'yes' : 'no', reservedCode: code });
  if (held === wanted || code !== null) return;
  if (fewer) end(books, row, 0);
  row.receiver.account.held += missing;
  row.parts.push({ transfer: begin(books, row, missing, 'held') });
}

/** Moves what was recorded. */
export function settle(books: Books, row: ExchangeRow): void {
  if (row.reserved === 'settled') return;
  const minutes = row.record?.minutes ?? 0;
  const more = Math.max(0, minutes - sumOf(row.parts));
  const code = minutes === 0 ? null : refused(row, more, minutes);
  Object.assign(row, { reserved: code === null ? 'settled' : 'no', reservedCode: code });
  if (code !== null) return;
  if (more > 0) {
    move(row, more);
    begin(books, row, more, 'settled');
  }
  end(books, row, minutes - more);
}

/** Gives back what is put aside. */
export function release(books: Books, row: ExchangeRow): void {
  end(books, row, 0);
  Object.assign(row, { reserved: 'none', reservedCode: null });
}

/** Ends what is put aside, by moving so many minutes of it. */
function end(books: Books, row: ExchangeRow, minutes: number): void {
  let rest = minutes;
  for (const { transfer } of row.parts.splice(0)) {
    const part = Math.min(rest, transfer.minutes);
    row.receiver.account.held -= transfer.minutes;
    move(row, part);
    write(books, row, part === 0 ? 'void' : 'post', part, transfer.id);
    Object.assign(transfer, {
      ...(part === 0 ? { status: 'returned' } : { status: 'settled', minutes: part }),
      updatedAt: books.rules.now().toISOString(),
    });
    rest -= part;
  }
}

function move({ giver, receiver }: ExchangeRow, minutes: number): void {
  receiver.account.balance -= minutes;
  giver.account.balance += minutes;
}

function begin(books: Books, row: ExchangeRow, minutes: number, status: 'held' | 'settled'): Transfer {
  const at = books.rules.now().toISOString();
  const transfer: Transfer = {
    id: books.nextId(),
    ...{ direction: 'local', status, code: null, facts: null, memberId: row.receiver.id, counterparty: row.giver.id },
    ...{
      counterpartyName: row.giver.name,
      agreementId: null,
      exchangeId: row.id,
      minutes,
      content: row.title,
      transfer: null,
    },
    ...{ purpose: 'exchange', createdAt: at, updatedAt: at },
  };
  books.transfers.push(transfer);
  row.transferIds.push(transfer.id);
  write(books, row, status === 'held' ? 'hold' : 'direct', minutes, transfer.id);
  return transfer;
}

function write(
  books: Books,
  { giver, receiver }: ExchangeRow,
  kind: Books['lines'][number]['kind'],
  minutes: number,
  transferId: string,
): void {
  const at = books.rules.now().toISOString();
  const [from, to] = [accountOf(receiver), accountOf(giver)];
  books.lines.push({ id: books.nextId(), kind, from, to, minutes, at, transferId });
}

/** Why so many minutes cannot come out of the one account, or go into the other. */
function refused({ giver, receiver }: ExchangeRow, out: number, into: number): string | null {
  const { balance, held, floor } = receiver.account;
  if (floor !== null && out > 0 && balance - held - floor < out) return 'not_enough_hours';
  const { ceiling } = giver.account;
  return ceiling !== null && giver.account.balance + into > ceiling ? 'account_full' : null;
}

function sumOf(parts: readonly Part[]): number {
  return parts.reduce((sum, { transfer }) => sum + transfer.minutes, 0);
}
