/**
 * Agreements as pages show them: towns, how it stands with them, and what stands between us.
 *
 * Promises: every figure has the sign that `models.ts` names: positive means that we have hours to
 * give. When a member of ours has given 90 minutes to one of theirs, our bank owes 90, and that is
 * +90 to give. Both figures of a comparison are in our direction.
 *
 * @module
 */
import { and, desc, eq, sql } from 'drizzle-orm';
import type { AgreementView } from '../../agreement/view.ts';
import type { Bank } from '../../bank/bank.ts';
import { isKeyOlder } from '../../bank/keys.ts';
import type { Queries } from '../../db/database.ts';
import { posting, standingEntry, transfer } from '../../db/schema.ts';
import { textArray, totals } from '../../ledger/ledger.ts';
import type {
  BankView,
  Books,
  Difference,
  PartnerBrief,
  Position,
  Standing,
  Theme,
  Town,
  Underway,
} from '../models.ts';

const THEMES: readonly Theme[] = ['leith', 'gracia', 'galway'];

/** The bank itself. A name that was never set is said in a general word. */
export function bankView(bank: Bank): BankView {
  const { name, theme, phone, bridgeBuilder, timeZone } = bank.settings;
  return {
    name,
    theme: THEMES.find((known) => known === theme) ?? 'plain',
    phone,
    bridgeBuilder,
    timeZone,
  };
}

/** Another town, by its name alone: agreements carry no colours. One without an emblem here gets the plain one. */
export function townOf(name: string): Town {
  const plain = name.normalize('NFD').replaceAll(/\p{M}/gu, '').toLowerCase();
  return { name, theme: THEMES.find((theme) => plain.split(/[^\p{L}]+/u).includes(theme)) ?? 'plain' };
}

type Facts = Pick<AgreementView, 'status' | 'mode' | 'haltedBecause' | 'delivery' | 'silent'> & {
  readonly position: Pick<AgreementView['position'], 'weSuspended' | 'theySuspended'>;
};

/** What matters most comes first: a halt is said before a computer that is off. */
export function standingOf({ status, mode, haltedBecause, delivery, silent, position }: Facts): Standing {
  if (status === 'draft' || status === 'offered') return { kind: 'agreeing' };
  if (status !== 'active' && status !== 'suspended') return { kind: 'ended' };
  if (mode === 'halted') return { kind: 'halted', because: codeOf(haltedBecause) };
  if (isKeyOlder(delivery.lastError)) return { kind: 'halted', because: 'older_key' };
  if (silent !== null)
    return {
      kind: 'silent',
      since: delivery.lastSeenAt === null ? null : new Date(delivery.lastSeenAt),
      gone: silent === 'orphaned',
    };
  if (position.theySuspended) return { kind: 'suspended', by: 'them' };
  if (position.weSuspended || status === 'suspended') return { kind: 'suspended', by: 'us' };
  if (delivery.nextAttemptAt !== null)
    return {
      kind: 'off',
      nextAttemptAt: new Date(delivery.nextAttemptAt),
      ...(delivery.lastSeenAt !== null && { since: new Date(delivery.lastSeenAt) }),
    };
  return mode === 'waiting' || mode === 'recovering' ? { kind: 'waiting' } : { kind: 'open' };
}

/** A halt is kept as a whole refusal, or as one word. */
function codeOf(because: string | null): string | null {
  try {
    const value: unknown = JSON.parse(because ?? 'null');
    return typeof value === 'object' && value !== null && 'code' in value ? String(value.code) : because;
  } catch {
    return because;
  }
}

/** In force: hours may cross, or wait to. */
export function isLive({ status }: Pick<AgreementView, 'status'>): boolean {
  return status === 'active' || status === 'suspended';
}

/** The figures of the latest statement, while they are not the same. */
export function differenceOf({ statement }: Pick<AgreementView, 'statement'>): Difference | null {
  if (statement === null || statement.agrees) return null;
  const { weSayMinutes, theySayMinutes, partsAtSeq } = statement;
  return { weSayMinutes, theySayMinutes, partsAtSeq };
}

export function partnerBrief(view: AgreementView, exact: boolean): PartnerBrief {
  return {
    town: townOf(view.town),
    standing: standingOf(view),
    ...(exact && { theyHonourMoreMinutes: view.position.roomMinutes }),
  };
}

export function positionOf(view: AgreementView, underway: readonly Underway[]): Position {
  const { position, statement } = view;
  return {
    agreementId: view.id,
    town: townOf(view.town),
    standing: standingOf(view),
    toGiveMinutes: position.owesMinutes,
    comparison:
      statement === null
        ? null
        : {
            weSayMinutes: statement.weSayMinutes,
            theySayMinutes: statement.theySayMinutes,
            at: new Date(statement.at),
          },
    theyHonourMinutes: position.limitMinutes,
    weHonourMinutes: position.grantsMinutes,
    theyHonourMoreMinutes: position.roomMinutes,
    weHonourMoreMinutes: position.theirRoomMinutes,
    underway,
    bridgeBuilders: { ours: view.ourBridgeBuilder, theirs: view.theirBridgeBuilder },
  };
}

/** Positions with every partner in force, and what is on its way to and from each. */
export async function positionsOf(db: Queries, bank: Bank, views: readonly AgreementView[]): Promise<Position[]> {
  return Promise.all(views.filter(isLive).map(async (view) => positionOf(view, await underwayOf(db, bank, view))));
}

/** Gifts that the partner has not heard of yet, then those that stand in the journals. */
async function underwayOf(db: Queries, bank: Bank, view: AgreementView): Promise<Underway[]> {
  const waiting = await db
    .select({ minutes: transfer.minutes, since: transfer.createdAt })
    .from(transfer)
    .where(
      and(
        eq(transfer.bankId, bank.id),
        eq(transfer.pairId, view.pair),
        eq(transfer.direction, 'out'),
        eq(transfer.status, sql`'offered'`),
      ),
    )
    .orderBy(transfer.id)
    .limit(20);
  const begun = await holdTimes(db, bank, view);
  return [
    ...waiting.map(({ minutes, since }) => ({ minutes, from: 'us' as const, step: 'asked' as const, since })),
    ...view.underway.slice(0, 20).map(({ id, minutes, from, posted }) => ({
      minutes,
      from,
      step: posted ? ('sent' as const) : ('asked' as const),
      since: begun.get(id) ?? new Date(),
    })),
  ];
}

async function holdTimes(db: Queries, bank: Bank, view: AgreementView): Promise<Map<string | null, Date>> {
  if (view.underway.length === 0) return new Map();
  const ids = view.underway.slice(0, 20).map(({ id }) => id);
  const rows = await db
    .select({ transfer: standingEntry.transfer, at: standingEntry.at })
    .from(standingEntry)
    .where(
      and(
        eq(standingEntry.bankId, bank.id),
        eq(standingEntry.pairId, view.pair),
        eq(standingEntry.kind, 'Hold'),
        sql`${standingEntry.transfer} = any(${textArray(ids)})`,
      ),
    );
  return new Map(rows.map(({ transfer, at }) => [transfer, at]));
}

/** What was added up last of each bank: after which line of its ledger, and when. */
const added = new WeakMap<
  Bank,
  { readonly line: string | undefined; readonly at: number; readonly books: Promise<Books> }
>();
const BOOKS_MS = 10_000;

/** All accounts, added up anew when something has moved, or after ten seconds. */
export async function booksOf(db: Queries, bank: Bank): Promise<Books> {
  const [last] = await db
    .select({ id: posting.id })
    .from(posting)
    .where(eq(posting.bankId, bank.id))
    .orderBy(desc(posting.id))
    .limit(1);
  const known = added.get(bank);
  if (known !== undefined && known.line === last?.id && Date.now() - known.at < BOOKS_MS) return known.books;
  const books = addUp(db, bank.id);
  added.set(bank, { line: last?.id, at: Date.now(), books });
  books.catch(() => added.delete(bank));
  return books;
}

async function addUp(db: Queries, bankId: string): Promise<Books> {
  const sums = await totals(db, bankId);
  return {
    membersMinutes: sums.members,
    fundsMinutes: sums.funds,
    partnersMinutes: sums.partners,
    otherMinutes: sums.unclaimed + sums.losses,
  };
}
