/**
 * Exchanges of two members of the fake node: what each may do, and what follows.
 *
 * Promises: the same acts are open in the same states as at a real node, an answer names what it answers, and hours are
 * put aside and moved as there. One bank has them, so nothing ever crosses. No clock runs: nothing lapses or is
 * confirmed by silence, and hours that could not be put aside are tried again with the next act.
 *
 * @module
 */
import type { Exchange, ExchangeSide, ExchangeTerms, ExchangeVersion } from '../types.ts';
import type { Books, MemberRow } from './books.ts';
import { Refused } from './checks.ts';
import { type Part, putAside, release, settle } from './exchange-hours.ts';
import { seatsLeft } from './offers.ts';

type Wish = Exchange['acts'][number];

/** What somebody says, as it came in a request. */
export interface Act {
  readonly do: Wish | 'ask';
  readonly answers?: ExchangeVersion;
  readonly terms?: ExchangeTerms;
  readonly minutes?: number;
  readonly doneOn?: string;
  readonly because?: string;
}

interface Said extends ExchangeVersion {
  readonly terms: ExchangeTerms;
}

interface Recorded extends ExchangeVersion {
  readonly minutes: number;
  readonly doneOn: string | null;
}

export interface ExchangeRow {
  readonly id: string;
  readonly giver: MemberRow;
  readonly receiver: MemberRow;
  readonly offerId: string | null;
  /** Who said ahead that hours as agreed are right. */
  readonly yesAhead: ExchangeSide | null;
  readonly title: string;
  status: Exchange['status'];
  /** Terms that are on the table: the first ones, or other ones than are agreed. */
  proposal: Said | null;
  agreed: Said | null;
  record: Recorded | null;
  against: Recorded | null;
  because: string;
  endedBy: ExchangeSide | null;
  reserved: Exchange['reserved'];
  reservedCode: string | null;
  readonly parts: Part[];
  /** Of all its hours, oldest first. */
  readonly transferIds: string[];
  readonly steps: Record<ExchangeSide, number>;
  readonly story: Exchange['story'][number][];
  readonly talk: Exchange['talk'][number][];
  /** The last act as it came, to know it again. */
  last: string;
  updatedAt: Date;
}

const KINDS: Readonly<Record<Act['do'], string>> = {
  ask: 'Offer',
  accept: 'Accept',
  decline: 'Reject',
  counter: 'Counter',
  withdraw: 'Withdraw',
  cancel: 'Cancel',
  record: 'Claim',
  change_record: 'Update',
  confirm: 'AcceptClaim',
  contest: 'RejectClaim',
};
const DISPUTE_DAYS = 14;

/** Begins one with its first terms. */
export function beginExchange(
  books: Books,
  who: Pick<ExchangeRow, 'giver' | 'receiver' | 'offerId' | 'yesAhead' | 'title'>,
  by: ExchangeSide,
  terms: ExchangeTerms,
  wroteBy: 'member' | 'desk',
): ExchangeRow {
  const row: ExchangeRow = {
    id: books.nextId(),
    ...who,
    status: 'none',
    ...{ proposal: null, agreed: null, record: null, against: null, because: '', endedBy: null },
    ...{
      reserved: 'none',
      reservedCode: null,
      parts: [],
      transferIds: [],
      steps: { giver: 0, receiver: 0 },
      story: [],
      talk: [],
    },
    last: '',
    updatedAt: books.rules.now(),
  };
  books.exchanges.push(row);
  append(books, row, by, { do: 'ask', terms }, wroteBy);
  return row;
}

/** Refuses `already_answered` and `not_your_turn` as a real node. Pressed twice counts once. */
export function doInExchange(
  books: Books,
  row: ExchangeRow,
  by: ExchangeSide,
  act: Act & { readonly do: Wish },
  wroteBy: 'member' | 'desk',
): ExchangeRow {
  const { status } = row;
  if (row.story.at(-1)?.by === by && row.last === JSON.stringify(act)) return row;
  if (!actsFor(row, by).includes(act.do))
    throw new Refused(actsFor(row, otherSide(by)).includes(act.do) ? 'not_your_turn' : 'already_answered', { status });
  const open = openOf(row);
  if (act.answers !== undefined && (open?.side !== act.answers.side || open.n !== act.answers.n))
    throw new Refused('already_answered', { status });
  const offer = books.offers.find(({ id }) => id === row.offerId);
  if (act.do === 'accept' && status === 'proposed' && offer !== undefined && seatsLeft(books, offer) === 0)
    throw new Refused('already_answered', { field: 'seats' });
  append(books, row, by, act, wroteBy);
  return row;
}

/** What stands on the table, to be answered. */
function openOf({ status, proposal, record }: ExchangeRow): ExchangeVersion | null {
  return status === 'claimed' ? record : status === 'proposed' || status === 'agreed' ? proposal : null;
}

function actsFor(row: ExchangeRow, by: ExchangeSide): Wish[] {
  const open = openOf(row);
  const [mine, theirs] = [open?.side === by, open?.side === otherSide(by)];
  switch (row.status) {
    case 'proposed':
      return theirs ? ['accept', 'decline', 'counter'] : ['withdraw'];
    case 'agreed':
      if (mine) return ['cancel', 'record', 'withdraw'];
      return ['cancel', 'record', 'counter', ...(theirs ? (['accept', 'decline'] as const) : [])];
    case 'claimed':
      return theirs ? ['confirm', 'contest', 'record'] : ['change_record'];
    case 'disputed':
      return ['record'];
    default:
      return [];
  }
}

function append(books: Books, row: ExchangeRow, by: ExchangeSide, act: Act, wroteBy: 'member' | 'desk'): void {
  row.steps[by] += 1;
  const version = { side: by, n: row.steps[by] };
  const at = books.rules.now();
  const { terms = null, because = '' } = act;
  const minutes = act.minutes ?? terms?.minutes ?? null;
  const kind = KINDS[act.do];
  row.story.push({ by, n: version.n, kind, wroteBy, at: at.toISOString(), counted: true, minutes, terms, because });
  row.last = JSON.stringify(act);
  row.updatedAt = at;
  apply(row, version, act);
  if (row.status === 'confirmed') settle(books, row);
  else if (['agreed', 'claimed', 'disputed'].includes(row.status)) putAside(books, row, termsOf(row)?.minutes ?? 0);
  else release(books, row);
}

/** Whether what was recorded is as agreed, and whose turn it is said yes to that when asking. A day later it counts. */
function isSaidAhead({ status, record, agreed, yesAhead, story }: ExchangeRow): boolean {
  if (status !== 'claimed' || record === null || yesAhead !== otherSide(record.side)) return false;
  if (story.some(({ by, kind }) => by === yesAhead && kind === 'RejectClaim')) return false;
  const { minutes = 0 } = agreed?.terms ?? {};
  return yesAhead === 'receiver' ? record.minutes <= minutes : record.minutes >= minutes;
}

/** What an act that is open leads to. */
function apply(row: ExchangeRow, version: ExchangeVersion, act: Act): void {
  const { side } = version;
  const end = (status: 'declined' | 'cancelled') =>
    Object.assign(row, { status, endedBy: side, because: act.because ?? '' });
  switch (act.do) {
    case 'ask':
    case 'counter':
      row.proposal = { ...version, terms: act.terms as ExchangeTerms };
      if (row.agreed === null) row.status = 'proposed';
      return;
    case 'accept':
      Object.assign(row, { status: 'agreed', agreed: row.proposal, proposal: null });
      return;
    case 'decline':
    case 'withdraw':
      if (row.agreed === null) end(act.do === 'decline' ? 'declined' : 'cancelled');
      else row.proposal = null;
      return;
    case 'cancel':
      row.proposal = null;
      end('cancelled');
      return;
    case 'confirm':
      row.status = 'confirmed';
      return;
    case 'contest':
      Object.assign(row, { status: 'disputed', because: act.because ?? '' });
      return;
    default:
      recordHours(row, { ...version, minutes: act.minutes ?? 0, doneOn: act.doneOn ?? null });
  }
}

/** Where both have recorded, who pays consents to as much as they wrote down themselves. */
function recordHours(row: ExchangeRow, now: Recorded): void {
  const before = row.status === 'claimed' ? row.record : null;
  Object.assign(row, { status: 'claimed', record: now, against: null, proposal: null, because: '' });
  if (before === null || before.side === now.side) return;
  const [giver, receiver] = now.side === 'giver' ? [now, before] : [before, now];
  const agree = receiver.minutes >= giver.minutes;
  Object.assign(row, { status: agree ? 'confirmed' : 'disputed', record: giver, against: agree ? null : receiver });
}

function otherSide(side: ExchangeSide): ExchangeSide {
  return side === 'giver' ? 'receiver' : 'giver';
}

/** The side of a member, if they are one of the two. */
export function sideOf({ giver, receiver }: ExchangeRow, memberId: string): ExchangeSide | null {
  return giver.id === memberId ? 'giver' : receiver.id === memberId ? 'receiver' : null;
}

function termsOf({ agreed, proposal }: ExchangeRow): ExchangeTerms | null {
  return (agreed ?? proposal)?.terms ?? null;
}

function waitsFor(row: ExchangeRow): Exchange['waitsFor'] {
  if (row.status === 'disputed') return 'both';
  const open = openOf(row);
  return open === null ? null : otherSide(open.side);
}

export function summaryOf(row: ExchangeRow, side: ExchangeSide | null) {
  const { id, title, status, reserved, reservedCode, endedBy } = row;
  const on = ({ id: memberId, name, kind }: MemberRow) => ({ memberId, name, kind, town: null });
  const terms = termsOf(row);
  return {
    ...{ id, side, giver: on(row.giver), receiver: on(row.receiver), title, status, waitsFor: waitsFor(row) },
    minutes: row.record?.minutes ?? terms?.minutes ?? 0,
    startTime: terms?.startTime === undefined ? null : new Date(terms.startTime).toISOString(),
    ...{ reserved, reservedCode, endedBy, updatedAt: row.updatedAt.toISOString() },
  };
}

export function exchangeView(row: ExchangeRow, side: ExchangeSide | null): Exchange {
  const { status, proposal, agreed, because, story, talk } = row;
  const open = openOf(row);
  return {
    ...summaryOf(row, side),
    offerId: row.offerId,
    transferIds: [...row.transferIds],
    yesAhead: side !== null && row.yesAhead === side,
    countsByItself: side !== null && row.yesAhead === side && isSaidAhead(row),
    terms: termsOf(row),
    proposedBy: status === 'cancelled' ? null : ((agreed ?? proposal)?.side ?? null),
    change: status === 'agreed' && proposal !== null ? { by: proposal.side, terms: proposal.terms } : null,
    record: recordView(row.record),
    against: recordView(row.against),
    because,
    deadline:
      status === 'disputed' ? new Date(row.updatedAt.getTime() + DISPUTE_DAYS * 86_400_000).toISOString() : null,
    open: open === null ? null : { side: open.side, n: open.n },
    acts: side === null ? [] : actsFor(row, side),
    heard: true,
    story: [...story],
    talk: [...talk],
  };
}

function recordView(record: Recorded | null): Exchange['record'] {
  return record === null ? null : { by: record.side, minutes: record.minutes, doneOn: record.doneOn };
}
