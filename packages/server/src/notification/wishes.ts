/**
 * How members wish to be told by mail, and when that makes a mail go.
 *
 * Promises: hours are those of the bank's own clock. Who has never said is told at once, but not at night. Wishes are
 * the member's, or the desk's; of several who act for it, each says for themselves whether they are written to at all.
 *
 * @module
 */
import { and, eq, inArray, isNotNull } from 'drizzle-orm';
import type { Bank } from '../bank/bank.ts';
import { localTime, momentOf } from '../clock/zone.ts';
import type { Queries } from '../db/database.ts';
import { hat, notice, noticeWish } from '../db/schema.ts';
import { Refused } from '../node/refused.ts';
import { ALARMS, GROUPS, type Group, KINDS, type NoticeKind } from './kinds.ts';

export const MAIL_WISHES = ['at_once', 'daily', 'weekly', 'none'] as const;

export interface Wishes {
  readonly mail: (typeof MAIL_WISHES)[number];
  /** Of the day on which a digest goes, 0 to 23. */
  readonly hour: number;
  /** Of the week on which a weekly digest goes, 1 is Monday. */
  readonly weekday: number;
  /** No mail from this hour until that one; both the same for no quiet hours. */
  readonly quietFrom: number;
  readonly quietUntil: number;
  /** Groups that are shown at the bell only. */
  readonly muted: readonly Group[];
}

export const DEFAULT_WISHES: Wishes = {
  mail: 'at_once',
  hour: 9,
  weekday: 1,
  quietFrom: 21,
  quietUntil: 8,
  muted: [],
};

export async function wishesOf(tx: Queries, bankId: string, memberId: string): Promise<Wishes> {
  return (await wishesOfAll(tx, bankId, [memberId])).get(memberId) ?? DEFAULT_WISHES;
}

/** By member. Who has never said anything is not in it. */
export async function wishesOfAll(
  tx: Queries,
  bankId: string,
  memberIds: readonly string[],
): Promise<ReadonlyMap<string, Wishes>> {
  const rows = await tx
    .select()
    .from(noticeWish)
    .where(and(eq(noticeWish.bankId, bankId), inArray(noticeWish.memberId, [...memberIds])));
  return new Map(
    rows.map(({ bankId: _bank, memberId, ...wishes }) => [memberId, { ...wishes, muted: wishes.muted as Group[] }]),
  );
}

interface GivenWishes {
  readonly mail: string;
  readonly hour: number;
  readonly weekday: number;
  readonly quietFrom: number;
  readonly quietUntil: number;
  /** The groups that are mailed; the others are muted. */
  readonly mailed: readonly string[];
}

/** Wishes as a form gives them. Refuses `invalid_request` with the field. */
export function readWishes({ mailed, ...given }: GivenWishes): Wishes {
  const mail = MAIL_WISHES.find((each) => each === given.mail);
  if (mail === undefined) throw new Refused('invalid_request', { field: 'mail' });
  const within = (field: keyof typeof given, least: number, most: number): void => {
    const value = given[field];
    if (!(Number.isInteger(value) && Number(value) >= least && Number(value) <= most))
      throw new Refused('invalid_request', { field });
  };
  within('weekday', 1, 7);
  for (const field of ['hour', 'quietFrom', 'quietUntil'] as const) within(field, 0, 23);
  return { ...given, mail, muted: GROUPS.filter((group) => !mailed.includes(group)) };
}

/** Keeps them; what is left out stays. What waits already goes when it was to go, or never when no mail is wished. */
export async function setWishes(
  tx: Queries,
  bank: Pick<Bank, 'id'>,
  memberId: string,
  change: Partial<Wishes>,
): Promise<Wishes> {
  const wishes = { ...(await wishesOf(tx, bank.id, memberId)), ...change };
  const set = { ...wishes, muted: [...wishes.muted] };
  await tx
    .insert(noticeWish)
    .values({ bankId: bank.id, memberId, ...set })
    .onConflictDoUpdate({ target: [noticeWish.bankId, noticeWish.memberId], set });
  if (wishes.mail === 'none')
    await tx
      .update(notice)
      .set({ mailAt: null })
      .where(and(eq(notice.bankId, bank.id), eq(notice.memberId, memberId), isNotNull(notice.mailAt)));
  return wishes;
}

/** A person in one of their hats. */
export interface Wearer {
  readonly bankId: string;
  readonly personId: string;
  /** Empty for the desk. */
  readonly memberId: string;
}

const isWorn = ({ bankId, personId, memberId }: Wearer) =>
  and(eq(hat.bankId, bankId), eq(hat.personId, personId), eq(hat.memberId, memberId));

/** Whether a person is written to about what a member, or the desk, is told; `null` when that hat is not theirs. */
export async function isMailed(tx: Queries, wearer: Wearer): Promise<boolean | null> {
  const [row] = await tx.select({ mailed: hat.mailed }).from(hat).where(isWorn(wearer));
  return row?.mailed ?? null;
}

/** Begins or ends that, for this person and nobody else. */
export async function setMailed(tx: Queries, wearer: Wearer, mailed: boolean): Promise<void> {
  await tx.update(hat).set({ mailed }).where(isWorn(wearer));
}

/** When something that happens now is to go by mail; `null` for never. */
export function mailTime(now: Date, kind: NoticeKind, wishes: Wishes, timeZone: string): Date | null {
  if (ALARMS.has(kind)) return now;
  if (wishes.mail === 'none' || wishes.muted.includes(KINDS[kind].group)) return null;
  if (wishes.mail === 'at_once') return afterQuiet(now, wishes, timeZone);
  const digest = next(now, wishes.hour, wishes.mail === 'weekly' ? wishes.weekday : null, timeZone);
  return afterQuiet(digest, wishes, timeZone);
}

/** This moment, or the end of the quiet hours that it is in. */
function afterQuiet(at: Date, { quietFrom, quietUntil }: Wishes, timeZone: string): Date {
  const { hour } = localTime(at, timeZone);
  const quiet =
    quietFrom <= quietUntil ? hour >= quietFrom && hour < quietUntil : hour >= quietFrom || hour < quietUntil;
  return quiet ? next(at, quietUntil, null, timeZone) : at;
}

/** The next time after `now` at which the bank's clock shows this hour, on this day of the week if one is given. */
function next(now: Date, hour: number, weekday: number | null, timeZone: string): Date {
  const today = localTime(now, timeZone);
  const ahead = weekday === null ? 0 : (weekday - today.weekday + 7) % 7;
  const at = momentOf({ ...today, day: today.day + ahead, hour }, timeZone);
  if (at > now) return at;
  return momentOf({ ...today, day: today.day + ahead + (weekday === null ? 1 : 7), hour }, timeZone);
}
