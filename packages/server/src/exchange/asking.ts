/**
 * Beginning an exchange: from an offer or a need, or with a member directly, here or at a partner.
 *
 * Promises: whoever asks is one side and the other is somebody else; the same ask twice begins one. Nothing moves and
 * nothing is put aside until both have said yes.
 *
 * @module
 */
import { randomBytes } from 'node:crypto';
import { otherSide, type Side, type Terms } from '@evenhour/protocol';
import { and, desc, eq, sql } from 'drizzle-orm';
import type { Bank } from '../bank/bank.ts';
import type { Queries } from '../db/database.ts';
import { newId } from '../db/id.ts';
import { exchange as exchangeTable, pair as pairTable, peerOffer } from '../db/schema.ts';
import type { Signal } from '../delivery/signals.ts';
import { textArray } from '../ledger/ledger.ts';
import { findMember, HANDLE, type MemberKind, type MemberRow, membersByName } from '../member/members.ts';
import { Refused } from '../node/refused.ts';
import { getOffer } from '../offer/offers.ts';
import { memberUrl, offerUrl } from '../offer/proposal.ts';
import { isListed, seatsLeft } from '../offer/row.ts';
import { type By, type Exchange, loadExchange, memberOn, SIDES } from './exchange-store.ts';
import { writeStep } from './steps.ts';

/** The most characters of each text. */
export const LENGTHS = { content: 500, place: 200, because: 500, talk: 1000, title: 100 } as const;

/** Terms as they come from a form or a program. */
export interface NewTerms {
  readonly minutes: number;
  readonly content: string;
  readonly startTime?: string | undefined;
  readonly place?: string | undefined;
}

/** What was left out is not said. */
export function termsFrom({ minutes, content, startTime, place }: NewTerms): Terms {
  return { minutes, content, ...(startTime && { startTime }), ...(place && { place }) };
}

export interface Ask {
  /** Chosen by whoever asks, so that asking twice begins one. */
  readonly id?: string | undefined;
  readonly by: By;
  /** The member here who asks. */
  readonly memberId: string;
  /** An offer or need of a member here or at a partner; or {@link to} and {@link side}. */
  readonly offerId?: string | undefined;
  /** `rosa@gracia.example`, or the handle or id of a member here. */
  readonly to?: string | undefined;
  /** What whoever asks would do. From an offer it follows by itself. */
  readonly side?: Side | undefined;
  readonly terms: NewTerms;
  /** Whether hours that the other one records afterwards, up to what is agreed, count without a further yes. */
  readonly yesAhead?: boolean | undefined;
}

/** Somebody whom one can ask. */
export interface Other {
  /** `null` for a member here. */
  readonly memberId: string | null;
  readonly pairId: string | null;
  readonly town: string | null;
  readonly name: string;
  /** `null` for somebody at a partner: of them no more than the name is known. */
  readonly kind: MemberKind | null;
  readonly address: string;
}

/** What an ask is about, as a form shows it before it is sent. */
export interface Subject {
  readonly other: Other;
  /** What whoever asks would do; `null` when they say. */
  readonly side: Side | null;
  readonly offer: {
    readonly id: string;
    readonly url: string;
    readonly title: string;
    readonly minutes: number | null;
    readonly when: string;
    readonly place: string;
    /** Whether it has seats or places: then many come, and one act records all of them. */
    readonly seats: boolean;
  } | null;
}

/**
 * Begins an exchange. Refuses `not_found`, `unknown_payee`, `same_account`, `member_inactive`, `payee_unavailable`,
 * `not_partners`, `agreement_not_active`, `over_transfer_cap`, and `already_answered` when all places are taken.
 */
export async function askExchange(tx: Queries, bank: Bank, ask: Ask, after: Signal[]): Promise<Exchange> {
  const me = await findMember(tx, bank.id, ask.memberId);
  if (me === undefined || me.kind === 'fund') throw new Refused('not_found');
  const id = ask.id ?? newId();
  const known = ask.id === undefined ? undefined : await loadExchange(tx, bank.id, id, true);
  if (known !== undefined) return knownTo(known, me);
  if (me.status !== 'active') throw new Refused('member_inactive', { handle: me.handle });
  const { other, offer, ...subject } = await subjectOf(tx, bank, me, ask);
  const side = subject.side ?? ask.side;
  if (side === undefined) throw new Refused('invalid_request', { field: 'side', reason: 'say who gives' });
  mustBeWithinCap(bank, ask.terms.minutes);
  mustBeMeant(ask.terms);
  const giver = side === 'giver' ? own(bank, me) : other;
  const receiver = side === 'giver' ? other : own(bank, me);
  const [row] = await tx
    .insert(exchangeTable)
    .values({
      bankId: bank.id,
      id,
      url: `${bank.origin}/ap/exchanges/${id}`,
      pairId: other.pairId,
      ownSide: other.pairId === null ? 'both' : side,
      giverId: giver.memberId,
      receiverId: receiver.memberId,
      giverName: giver.name,
      receiverName: receiver.name,
      giverAddress: giver.address,
      receiverAddress: receiver.address,
      offerId: offer?.id ?? null,
      offerUrl: offer?.url ?? null,
      title: offer?.title ?? titleOf(ask.terms.content),
      salt: other.pairId === null ? null : randomBytes(32).toString('base64url'),
      [side === 'giver' ? 'giverRef' : 'receiverRef']: bank.references.make(me.id, id),
      state: { status: 'none' },
      status: 'none',
      minutes: ask.terms.minutes,
      yesAhead: ask.yesAhead === true ? side : null,
    })
    .onConflictDoNothing()
    .returning();
  // The same ask at the same moment.
  if (row === undefined) return knownTo(await loadExchange(tx, bank.id, id, true), me);
  const begun: Exchange = { row, steps: { giver: [], receiver: [] } };
  return writeStep(tx, bank, begun, side, { kind: 'Offer', terms: termsFrom(ask.terms) }, ask.by, after);
}

/** What a member has begun already. Refuses `not_found` for whoever is no side of it. */
function knownTo(known: Exchange | undefined, me: MemberRow): Exchange {
  if (known === undefined || !SIDES.some((side) => memberOn(known.row, side) === me.id)) throw new Refused('not_found');
  return known;
}

/** What an ask would be about. Refuses as {@link askExchange}. */
export async function subjectOf(
  tx: Queries,
  bank: Bank,
  me: MemberRow,
  { offerId, to }: Pick<Ask, 'offerId' | 'to'>,
): Promise<Subject> {
  const subject =
    offerId === undefined
      ? { other: await otherOf(tx, bank, to ?? ''), side: null, offer: null }
      : ((await offerHere(tx, bank, offerId)) ?? (await offerOfPartner(tx, bank.id, offerId)));
  if (subject === null) throw new Refused('not_found');
  if (subject.other.memberId === me.id) throw new Refused('same_account');
  return subject;
}

async function offerHere(tx: Queries, bank: Bank, id: string): Promise<Subject | null> {
  const row = await getOffer(tx, bank.id, id);
  if (row === undefined || !isListed(row)) return null;
  if (seatsLeft(row) === 0) throw new Refused('already_answered', { field: 'seats' });
  const { title, minutes, when, place } = row;
  const seats = row.seats !== null;
  return {
    other: await otherOf(tx, bank, row.memberId),
    side: row.kind === 'offer' ? 'receiver' : 'giver',
    offer: { id, url: offerUrl(bank, row), title, minutes, when, place, seats },
  };
}

async function offerOfPartner(tx: Queries, bankId: string, id: string): Promise<Subject | null> {
  const [row] = await tx
    .select({ offer: peerOffer, town: pairTable.peerName, status: pairTable.status })
    .from(peerOffer)
    .innerJoin(pairTable, and(eq(pairTable.bankId, peerOffer.bankId), eq(pairTable.id, peerOffer.pairId)))
    .where(and(eq(peerOffer.bankId, bankId), eq(peerOffer.id, id)));
  if (row === undefined || row.offer.expiresAt.getTime() <= Date.now()) return null;
  if (row.status !== 'active') throw new Refused('agreement_not_active', { town: row.town });
  const { url, title, minutes, when, place, kind, by, byName, pairId } = row.offer;
  return {
    other: { memberId: null, pairId, town: row.town, name: byName, kind: null, address: acctOf(by) },
    side: kind === 'offer' ? 'receiver' : 'giver',
    offer: { id, url, title, minutes, when, place, seats: row.offer.seats !== null },
  };
}

async function otherOf(tx: Queries, bank: Bank, to: string): Promise<Other> {
  const [name = '', host] = to
    .trim()
    .replace(/^@/, '')
    .replace(/^acct:/, '')
    .toLowerCase()
    .split('@');
  if (host === undefined || host === bank.host) {
    const found = (await membersByName(tx, bank.id, [name])).get(name);
    if (found === undefined || found.kind === 'fund') throw new Refused('unknown_payee', { payee: name });
    if (found.status !== 'active') throw new Refused('payee_unavailable', { payee: found.handle });
    return own(bank, found);
  }
  if (!HANDLE.test(name)) throw new Refused('unknown_payee', { payee: name });
  const origins = textArray([`https://${host}`, `http://${host}`]);
  const [pair] = await tx
    .select({ id: pairTable.id, town: pairTable.peerName, status: pairTable.status })
    .from(pairTable)
    .where(and(eq(pairTable.bankId, bank.id), sql`${pairTable.peerOrigin} = any(${origins})`))
    .orderBy(desc(sql`${pairTable.status} = 'active'`))
    .limit(1);
  if (pair === undefined) throw new Refused('not_partners', { town: host });
  if (pair.status !== 'active') throw new Refused('agreement_not_active', { town: pair.town });
  return { memberId: null, pairId: pair.id, town: pair.town, name, kind: null, address: `acct:${name}@${host}` };
}

function own(bank: Bank, { id, name, kind }: MemberRow): Other {
  return { memberId: id, pairId: null, town: null, name, kind, address: memberUrl(bank, id) };
}

/** A member's own URL as an address that everybody can write: the id counts as a handle. */
function acctOf(actor: string): string {
  if (!URL.canParse(actor)) return actor;
  const { host, pathname } = new URL(actor);
  return `acct:${(pathname.split('/').at(-1) ?? '').toLowerCase()}@${host}`;
}

const DAY_MS = 86_400_000;
const MOST_DAYS_AGO = 60;
const MOST_DAYS_AHEAD = 730;

/** Whether a time may be meant: what was done lately is agreed on as well, and another year is a slip of the pen. */
export function isMeant(startTime: string, now: Date = new Date()): boolean {
  const days = (Date.parse(startTime) - now.getTime()) / DAY_MS;
  return days >= -MOST_DAYS_AGO && days <= MOST_DAYS_AHEAD;
}

/** Refuses `invalid_request` for a time that cannot be meant. */
export function mustBeMeant({ startTime }: NewTerms): void {
  if (startTime && !isMeant(startTime))
    throw new Refused('invalid_request', { field: 'startTime', reason: 'is long ago or far away' });
}

/** Refuses `over_transfer_cap`: what could never be given is not agreed on. */
export function mustBeWithinCap({ settings }: Pick<Bank, 'settings'>, minutes: number): void {
  const { transferCapMinutes } = settings;
  if (minutes > transferCapMinutes) throw new Refused('over_transfer_cap', { capMinutes: transferCapMinutes });
}

/** The first line of what is asked, to call it by. */
export function titleOf(content: string): string {
  const line = content.split('\n')[0]?.trim() ?? '';
  const letters = [...line];
  return letters.length <= LENGTHS.title ? line : `${letters.slice(0, LENGTHS.title - 1).join('')}…`;
}

/** The other side of whoever asks, for addresses of gifts. */
export function addressOf(row: Exchange['row'], side: Side): string {
  const other = otherSide(side);
  const memberId = memberOn(row, other);
  if (memberId !== null) return memberId;
  const address = other === 'giver' ? row.giverAddress : row.receiverAddress;
  return address.startsWith('acct:') ? address : acctOf(address);
}
