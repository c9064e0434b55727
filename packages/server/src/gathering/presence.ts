/**
 * Who is here: guests sign in by the code on the poster, the host and the desk tick names.
 *
 * Promises: the link of the poster is a secret of this gathering and counts from an hour before it begins until three
 * hours after; signing in twice counts once; whoever comes unannounced is written down too, and takes nobody's seat.
 *
 * @module
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { and, eq } from 'drizzle-orm';
import type { Caller } from '../auth/tokens.ts';
import type { Bank } from '../bank/bank.ts';
import { isOwn } from '../broker/own.ts';
import type { Queries } from '../db/database.ts';
import { member } from '../db/schema.ts';
import { findMember, nameKey } from '../member/members.ts';
import { Refused } from '../node/refused.ts';
import { addGuest } from './seats.ts';
import {
  type GatheringRow,
  type GuestRow,
  guestByMember,
  guestsOf,
  lockGathering,
  lockOwn,
  SIGN_IN,
  storeGuest,
} from './store.ts';

/** The most characters of a name that is written down. */
export const NAME_LENGTH = 100;
const ADDRESS = /^@?(?:acct:)?([a-z0-9](?:[a-z0-9_.-]{0,62}[a-z0-9])?)@([a-z0-9.:-]{1,200})$/i;

/** The secret on the poster and the sheet. */
export function hereCode({ id, seal }: Pick<Bank, 'id' | 'seal'>, gatheringId: string): string {
  return createHmac('sha256', seal.derive(`${id} gathering`))
    .update(gatheringId)
    .digest('base64url')
    .slice(0, 22);
}

export function isHereCode(bank: Pick<Bank, 'id' | 'seal'>, gatheringId: string, code: string): boolean {
  const [meant, given] = [Buffer.from(hereCode(bank, gatheringId)), Buffer.from(code)];
  return meant.length === given.length && timingSafeEqual(meant, given);
}

/** Whether guests can sign in now. */
export function isSignInTime({ startsAt, status }: GatheringRow, now: Date = new Date()): boolean {
  const since = now.getTime() - startsAt.getTime();
  return status !== 'cancelled' && since >= -SIGN_IN.before && since <= SIGN_IN.after;
}

/**
 * A member is here. Refuses `not_found` for another code, `not_allowed` for whoever is no member, `same_account` for
 * the host, `member_inactive`, and `already_answered` outside of its time.
 */
export async function signIn(
  tx: Queries,
  bank: Bank,
  caller: Caller,
  id: string,
  code: string,
  now: Date = new Date(),
): Promise<GuestRow> {
  if (!isHereCode(bank, id, code)) throw new Refused('not_found');
  if (caller.role !== 'member') throw new Refused('not_allowed');
  const row = await lockGathering(tx, bank.id, id);
  if (!isSignInTime(row, now)) throw new Refused('already_answered', { field: 'time' });
  const who = await findMember(tx, bank.id, caller.memberId);
  if (who === undefined || who.kind === 'fund') throw new Refused('not_found');
  if (who.status !== 'active') throw new Refused('member_inactive', { handle: who.handle });
  if (who.id === row.hostId) throw new Refused('same_account');
  const here = { presentAt: now, presentBy: 'own' } as const;
  const guest = await guestByMember(tx, row, who.id);
  if (guest === undefined)
    return addGuest(tx, row, { memberId: who.id, name: who.name, status: 'walk_in', ownAct: true, ...here });
  if (guest.presentBy === 'own' || guest.outcome !== null) return guest;
  return storeGuest(tx, guest, { ...here, ...(guest.status !== 'coming' && { status: 'walk_in', ownAct: true }) });
}

export interface Presence {
  /** The ids of the guests who are ticked; the others are not here. Those who signed in themselves stay. */
  readonly here: readonly string[];
  /** Whoever came unannounced: a name, a handle, or an address such as `rosa@gracia.example`. */
  readonly more?: readonly string[] | undefined;
}

/** The host, or the desk, says who came. Refuses `not_found`, and `already_answered` before its time. */
export async function markPresent(
  tx: Queries,
  bank: Bank,
  caller: Caller,
  id: string,
  { here, more = [] }: Presence,
  now: Date = new Date(),
): Promise<GatheringRow> {
  const row = await lockOwn(tx, bank, caller, id);
  if (row.status === 'cancelled') throw new Refused('already_answered', { status: row.status });
  if (now.getTime() < row.startsAt.getTime() - SIGN_IN.before) throw new Refused('already_answered', { field: 'time' });
  const by = await tickerOf(tx, bank, row, caller);
  const guests = await guestsOf(tx, row);
  if (here.some((wanted) => !guests.some((each) => each.id === wanted))) throw new Refused('not_found');
  for (const guest of guests) {
    const ticked = here.includes(guest.id);
    if (guest.outcome !== null || guest.presentBy === 'own' || ticked === (guest.presentAt !== null)) continue;
    const came = guest.status === 'coming' ? {} : { status: 'walk_in' as const };
    await storeGuest(
      tx,
      guest,
      ticked ? { presentAt: now, presentBy: by, ...came } : { presentAt: null, presentBy: null },
    );
  }
  for (const name of more)
    await addByName(tx, bank, row, name.trim().slice(0, NAME_LENGTH), { presentAt: now, presentBy: by });
  return row;
}

/** As whom somebody ticks: a coordinator who acts for the host is no third person. */
export async function tickerOf(
  tx: Queries,
  bank: Bank,
  { hostId }: GatheringRow,
  caller: Caller,
): Promise<'host' | 'desk'> {
  if (caller.role !== 'operator') return 'host';
  const own = caller.personId !== undefined && (await isOwn(tx, bank.id, caller.personId, hostId));
  return own ? 'host' : 'desk';
}

async function addByName(
  tx: Queries,
  bank: Bank,
  row: GatheringRow,
  text: string,
  here: Pick<GuestRow, 'presentAt' | 'presentBy'>,
): Promise<void> {
  if (text === '') return;
  const [, handle = '', host = ''] = ADDRESS.exec(text) ?? [];
  const elsewhere = host !== '' && host.toLowerCase() !== bank.host;
  const who = elsewhere ? undefined : await memberNamed(tx, bank, handle || text);
  if (who !== undefined && (who.kind === 'fund' || who.id === row.hostId)) return;
  const came = { status: 'walk_in', ownAct: false, ...here } as const;
  if (who === undefined) {
    const address = elsewhere ? `${handle}@${host}`.toLowerCase() : '';
    const known = (await guestsOf(tx, row)).find((each) =>
      address === '' ? each.memberId === null && each.name === text : each.address === address,
    );
    await addOrTick(tx, row, known, { memberId: null, name: elsewhere ? handle : text, address, ...came });
    return;
  }
  await addOrTick(tx, row, await guestByMember(tx, row, who.id), { memberId: who.id, name: who.name, ...came });
}

/** Writes down somebody who came, or ticks the guest that they are. */
async function addOrTick(
  tx: Queries,
  row: GatheringRow,
  known: GuestRow | undefined,
  came: Parameters<typeof addGuest>[2] & Pick<GuestRow, 'presentAt' | 'presentBy'>,
): Promise<void> {
  if (known === undefined) await addGuest(tx, row, came);
  else if (known.presentAt === null)
    await storeGuest(tx, known, {
      presentAt: came.presentAt,
      presentBy: came.presentBy,
      ...(known.status !== 'coming' && { status: 'walk_in' }),
    });
}

/** A member by handle, or by a name that only one of them has. */
async function memberNamed(tx: Queries, bank: Bank, text: string) {
  const byHandle = await findMember(tx, bank.id, text.toLowerCase());
  if (byHandle !== undefined) return byHandle;
  const rows = await tx
    .select()
    .from(member)
    .where(and(eq(member.bankId, bank.id), eq(member.nameKey, nameKey(text))))
    .limit(2);
  return rows.length === 1 ? rows[0] : undefined;
}
