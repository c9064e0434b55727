/**
 * What coordinators write down for members who do not do it themselves.
 *
 * Promises: the thing and the note about it are one transaction; every act has a coordinator, a reason and a slip
 * number, and none is ever changed; the member is told and can object for a while; an objection undoes nothing by
 * itself, it is put right by a new line and what was done about it is written beside it.
 *
 * @module
 */
import { and, desc, eq, inArray, lt, sql } from 'drizzle-orm';
import { readAddress } from '../auth/codes.ts';
import type { Bank } from '../bank/bank.ts';
import type { Queries } from '../db/database.ts';
import { newId } from '../db/id.ts';
import { brokerAct, member } from '../db/schema.ts';
import type { Signal } from '../delivery/signals.ts';
import { balanceOf, findMember, type MemberRow } from '../member/members.ts';
import { addAddress } from '../member/people.ts';
import { type ProfileChange, updateProfile } from '../member/profile.ts';
import { Refused } from '../node/refused.ts';
import { DESK, notify } from '../notification/notify.ts';
import { createOffer, type OfferInput } from '../offer/offers.ts';
import { give } from '../transfer/giving.ts';
import { doInExchangeFor, type ExchangeDeed } from './exchange-deeds.ts';
import { type Broker, isOwn } from './own.ts';
import { takeNumber } from './slips.ts';

export type ActRow = typeof brokerAct.$inferSelect;

/** An act with the name of the member that it was for. */
export interface NamedAct {
  readonly row: ActRow;
  readonly memberName: string;
  readonly memberKind: MemberRow['kind'];
}

export interface Note {
  /** The member's id or handle. */
  readonly member: string;
  readonly reason: string;
  /** As it stands on a paper pad; without, the bank counts. */
  readonly slip?: string | undefined;
}

/** What is written down. */
export type Deed =
  | { readonly kind: 'gift'; readonly to: string; readonly minutes: number; readonly content: string }
  | { readonly kind: 'offer'; readonly offer: OfferInput }
  | { readonly kind: 'profile'; readonly profile: ProfileChange }
  /** By which somebody who acts for the member comes in from now on; of several, whom it is for. */
  | { readonly kind: 'address'; readonly email: string; readonly personId?: string | undefined }
  | ExchangeDeed;

/** What was done: its kind, what it was about, and what the slip says of it. */
export type Done = Pick<ActRow, 'kind' | 'subjectId' | 'what'>;

export const BROKER_LENGTHS = { reason: 300, objection: 500, settledHow: 300 } as const;

export const slipPath = (id: string): string => `/slips/${id}`;

/** Does something for a member and writes it down. Refuses what the deed refuses, and what {@link writeDown} does. */
export async function act(
  tx: Queries,
  bank: Bank,
  broker: Broker,
  note: Note,
  deed: Deed,
  after: Signal[],
): Promise<NamedAct> {
  return writeDown(tx, bank, broker, note, (row) => doFor(tx, bank, broker, row, deed, after));
}

/**
 * Writes down what `deed` does for a member, with the member's balance before and after it; nothing when `deed` found
 * nothing to do, which it says by `null`. Refuses `not_found`, `not_allowed` when coordinators act for themselves, and
 * `invalid_request` for a reason or a slip number that is none.
 */
export async function writeDown<D extends Done | null>(
  tx: Queries,
  bank: Bank,
  broker: Broker,
  { member: named, reason: given, slip }: Note,
  deed: (row: MemberRow) => Promise<D>,
): Promise<NamedAct | Extract<D, null>> {
  const row = await findMember(tx, bank.id, named);
  if (row === undefined || row.kind === 'fund') throw new Refused('not_found');
  if (await isOwn(tx, bank.id, broker.personId, row.id)) throw new Refused('not_allowed');
  const reason = given.trim();
  if (reason === '') throw new Refused('invalid_request', { field: 'reason', reason: 'say why' });
  const before = await balanceOf(tx, bank.id, row.accountId);
  const done = await deed(row);
  if (done === null) return done as Extract<D, null>;
  const { kind, subjectId, what } = done;
  const number = await takeNumber(tx, bank.id, slip);
  const now = await balanceOf(tx, bank.id, row.accountId);
  const at = new Date();
  const [written] = await tx
    .insert(brokerAct)
    .values({
      bankId: bank.id,
      id: newId(),
      personId: broker.personId,
      personName: broker.name,
      memberId: row.id,
      kind,
      subjectId,
      // Hours on their way have left the member's hand.
      what: {
        ...what,
        beforeMinutes: before.balanceMinutes - before.heldMinutes,
        afterMinutes: now.balanceMinutes - now.heldMinutes,
      },
      reason,
      ...number,
      at,
      objectBefore: new Date(at.getTime() + bank.settings.objectDays * 86_400_000),
    })
    .returning();
  const acted = written as ActRow;
  const facts = { name: broker.name || bank.settings.name };
  await notify(tx, bank, { memberId: row.id, kind: 'broker_acted', facts, href: slipPath(acted.id) });
  return { row: acted, memberName: row.name, memberKind: row.kind };
}

async function doFor(
  tx: Queries,
  bank: Bank,
  broker: Broker,
  row: MemberRow,
  deed: Deed,
  after: Signal[],
): Promise<Done> {
  switch (deed.kind) {
    case 'gift': {
      const { to, minutes, content } = deed;
      const { exchange, pairId } = await give(tx, bank, { from: row.id, to, minutes, content });
      const here = exchange.direction === 'local';
      if (here && (await isOwn(tx, bank.id, broker.personId, exchange.counterparty))) throw new Refused('not_allowed');
      if (pairId !== null) after.push({ kind: 'pair', bankId: bank.id, pairId });
      const what = { to: here ? exchange.counterpartyName : exchange.counterparty, minutes, content };
      return { kind: 'gift', subjectId: exchange.id, what };
    }
    case 'offer': {
      const made = await createOffer(tx, bank, row.id, deed.offer);
      return { kind: 'offer', subjectId: made.id, what: { title: made.title, of: made.kind } };
    }
    case 'profile': {
      const named = Object.entries(deed.profile).filter(([, value]) => value !== undefined);
      if (named.length === 0) throw new Refused('invalid_request', { field: 'profile', reason: 'nothing changes' });
      await updateProfile(tx, bank.id, row.id, deed.profile);
      return { kind: 'profile', subjectId: row.id, what: { fields: named.map(([name]) => name).join(' ') } };
    }
    case 'address': {
      const email = readAddress(deed.email);
      await addAddress(tx, bank.id, { memberId: row.id, name: row.name }, { email, personId: deed.personId });
      return { kind: 'address', subjectId: row.id, what: {} };
    }
    case 'ask':
    case 'step':
      return doInExchangeFor(tx, bank, broker, row, deed, after);
  }
}

/** One act. Refuses `not_found`; for a member, when it is somebody else's. */
export async function actById(tx: Queries, bankId: string, id: string, memberId?: string): Promise<NamedAct> {
  const [found] = await named(
    tx,
    and(
      eq(brokerAct.bankId, bankId),
      eq(brokerAct.id, id),
      memberId === undefined ? undefined : eq(brokerAct.memberId, memberId),
    ),
    1,
  );
  if (found === undefined) throw new Refused('not_found');
  return found;
}

/** Acts newest first: all of a bank's, or a member's. `before` is the id of the last one seen. */
export async function listActs(
  tx: Queries,
  bankId: string,
  { memberId, before, limit }: { memberId?: string | undefined; before?: string | undefined; limit: number },
): Promise<NamedAct[]> {
  return named(
    tx,
    and(
      eq(brokerAct.bankId, bankId),
      memberId === undefined ? undefined : eq(brokerAct.memberId, memberId),
      before === undefined ? undefined : lt(brokerAct.id, before),
    ),
    limit,
  );
}

/** Acts whose member has objected and that nobody has put right yet. */
export async function openObjections(tx: Queries, bankId: string, limit: number): Promise<NamedAct[]> {
  return named(
    tx,
    and(eq(brokerAct.bankId, bankId), sql`${brokerAct.objectedAt} is not null and ${brokerAct.settledAt} is null`),
    limit,
  );
}

/** What was written down about these transfers, offers or exchanges, oldest first. */
export async function actsAbout(tx: Queries, bankId: string, subjects: readonly string[]): Promise<NamedAct[]> {
  if (subjects.length === 0) return [];
  const found = await named(
    tx,
    and(eq(brokerAct.bankId, bankId), inArray(brokerAct.subjectId, [...subjects])),
    subjects.length * 20,
  );
  return found.reverse();
}

async function named(tx: Queries, where: ReturnType<typeof and>, limit: number): Promise<NamedAct[]> {
  return tx
    .select({ row: brokerAct, memberName: member.name, memberKind: member.kind })
    .from(brokerAct)
    .innerJoin(member, and(eq(member.bankId, brokerAct.bankId), eq(member.id, brokerAct.memberId)))
    .where(where)
    .orderBy(desc(brokerAct.id))
    .limit(limit);
}

/**
 * The member says that it is not right. Refuses `already_answered` the second time, `invalid_request` when it is too
 * late.
 */
export async function object(
  tx: Queries,
  bank: Bank,
  { row, memberName, memberKind }: NamedAct,
  { how, words, now = new Date() }: { how: 'page' | 'slip' | 'telephone'; words: string; now?: Date },
): Promise<NamedAct> {
  if (row.objectedAt !== null) throw new Refused('already_answered');
  if (now > row.objectBefore) throw new Refused('invalid_request', { field: 'at', reason: 'the time for it is over' });
  const changed = await change(tx, row, sql`${brokerAct.objectedAt} is null`, {
    objectedAt: now,
    objectedHow: how,
    objection: words.trim(),
  });
  const facts = { name: memberName, slip: row.slip };
  await notify(tx, bank, { memberId: DESK, kind: 'broker_objected', facts, href: slipPath(row.id) });
  return { row: changed, memberName, memberKind };
}

/** A coordinator says how an objection was put right. Refuses `already_answered`, also without an objection. */
export async function settle(
  tx: Queries,
  { row, memberName, memberKind }: NamedAct,
  broker: Broker,
  how: string,
): Promise<NamedAct> {
  if (row.objectedAt === null || row.settledAt !== null) throw new Refused('already_answered');
  const settledHow = how.trim();
  if (settledHow === '') throw new Refused('invalid_request', { field: 'how', reason: 'say what was done' });
  const changed = await change(tx, row, sql`${brokerAct.settledAt} is null`, {
    settledAt: new Date(),
    settledHow,
    settledBy: broker.name,
  });
  return { row: changed, memberName, memberKind };
}

async function change(tx: Queries, row: ActRow, still: ReturnType<typeof sql>, set: Partial<ActRow>): Promise<ActRow> {
  const [changed] = await tx
    .update(brokerAct)
    .set(set)
    .where(and(eq(brokerAct.bankId, row.bankId), eq(brokerAct.id, row.id), still))
    .returning();
  if (changed === undefined) throw new Refused('already_answered');
  return changed;
}
