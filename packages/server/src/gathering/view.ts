/**
 * A gathering as somebody sees it, for pages and programs.
 *
 * Promises: the host and the desk see everybody; members see how many come, and the names of those who want to be seen;
 * whoever is not signed in sees how many come and nobody's name; what became of somebody's hours is read from the
 * exchange or the transfer itself, and only by them, the host and the desk.
 *
 * @module
 */
import { and, eq, inArray } from 'drizzle-orm';
import type { Caller } from '../auth/tokens.ts';
import type { Bank } from '../bank/bank.ts';
import type { Queries } from '../db/database.ts';
import { exchange as exchangeTable, transfer } from '../db/schema.ts';
import {
  type GatheringRow,
  type GatheringStatus,
  type GuestRow,
  guestsOf,
  hostNames,
  mayRun,
  statusOf,
  triedUntil,
} from './store.ts';

/**
 * What became of what was written down: `credited`; `asked` waits for the guest's yes; `waits` finds no room yet, or is
 * on its way; `declined`: nothing came of it; `absent` did not come; `came` has no hours to move. `null`: nothing is written down.
 */
export type Outcome = 'credited' | 'asked' | 'waits' | 'declined' | 'absent' | 'came' | null;

export interface GuestView {
  readonly id: string;
  readonly memberId: string | null;
  readonly name: string;
  /** The host of the partner's address; empty for somebody here. */
  readonly town: string;
  readonly status: GuestRow['status'];
  readonly present: boolean;
  /** Whether they signed in themselves, so that the host cannot take it back. */
  readonly signedIn: boolean;
  /** False while the hours of the seat could not be put aside. */
  readonly reserved: boolean;
  readonly minutes: number | null;
  readonly outcome: Outcome;
  /** Why it waits, or why nothing came of it. */
  readonly code: string | null;
  readonly exchangeId: string | null;
}

export interface GatheringView {
  readonly row: GatheringRow;
  readonly status: GatheringStatus;
  readonly hostName: string;
  readonly free: number;
  readonly waiting: number;
  /** Whether whoever looks is the host, or the desk. */
  readonly mine: boolean;
  /** Whoever looks, as a guest. */
  readonly me: GuestView | null;
  /** For the host and the desk: everybody, also those who gave their seat back. */
  readonly guests: readonly GuestView[];
  /** For members and the desk: the names of those who come, or came, and want to be seen. */
  readonly names: readonly string[];
}

/** Whether somebody may see it at all. */
export function maySeeGathering({ visibility }: GatheringRow, caller: Caller | null | undefined): boolean {
  return visibility === 'public' || (caller !== null && caller !== undefined);
}

export async function gatheringView(
  tx: Queries,
  bank: Bank,
  row: GatheringRow,
  caller: Caller | null | undefined,
): Promise<GatheringView> {
  const mine = mayRun(row, caller);
  const rows = await guestsOf(tx, row);
  const own = caller?.role === 'member' ? rows.find(({ memberId }) => memberId === caller.memberId) : undefined;
  const known = await becameOf(tx, bank.id, mine ? rows : own === undefined ? [] : [own]);
  const over = row.startsAt <= new Date();
  const view = (guest: GuestRow): GuestView => guestView(row, guest, known);
  return {
    row,
    status: statusOf(row),
    hostName: (await hostNames(tx, bank, [row])).get(row.hostId) ?? '',
    free: Math.max(0, row.seats - row.taken),
    waiting: rows.filter(({ status }) => status === 'waiting').length,
    mine,
    me: own === undefined ? null : view(own),
    guests: mine ? rows.map(view) : [],
    names:
      caller === null || caller === undefined
        ? []
        : rows
            .filter((each) => each.shown && (over ? each.presentAt !== null : each.status === 'coming'))
            .map(({ name }) => name),
  };
}

/** What became of what was written down for these guests, by their ids. */
export async function outcomesOf(
  tx: Queries,
  bank: Bank,
  row: GatheringRow,
  guests: readonly GuestRow[],
): Promise<ReadonlyMap<string, Outcome>> {
  const known = await becameOf(tx, bank.id, guests);
  return new Map(guests.map((guest) => [guest.id, guestView(row, guest, known).outcome]));
}

interface Became {
  readonly exchanges: ReadonlyMap<
    string,
    Pick<typeof exchangeTable.$inferSelect, 'status' | 'reserved' | 'reservedCode'>
  >;
  readonly transfers: ReadonlyMap<string, Pick<typeof transfer.$inferSelect, 'status' | 'code'>>;
}

async function becameOf(tx: Queries, bankId: string, guests: readonly GuestRow[]): Promise<Became> {
  const [exchangeIds, transferIds] = [
    guests.flatMap(({ exchangeId }) => exchangeId ?? []),
    guests.flatMap(({ transferId }) => transferId ?? []),
  ];
  const { id, status, reserved, reservedCode } = exchangeTable;
  const exchanges =
    exchangeIds.length === 0
      ? []
      : await tx
          .select({ id, status, reserved, reservedCode })
          .from(exchangeTable)
          .where(and(eq(exchangeTable.bankId, bankId), inArray(exchangeTable.id, exchangeIds)));
  const transfers =
    transferIds.length === 0
      ? []
      : await tx
          .select({ id: transfer.id, status: transfer.status, code: transfer.code })
          .from(transfer)
          .where(and(eq(transfer.bankId, bankId), inArray(transfer.id, transferIds)));
  return {
    exchanges: new Map(exchanges.map((each) => [each.id, each])),
    transfers: new Map(transfers.map((each) => [each.id, each])),
  };
}

function guestView(row: GatheringRow, guest: GuestRow, { exchanges, transfers }: Became): GuestView {
  const exchange = guest.exchangeId === null ? undefined : exchanges.get(guest.exchangeId);
  const transferred = guest.transferId === null ? undefined : transfers.get(guest.transferId);
  const { id, memberId, name, status, minutes, exchangeId } = guest;
  return {
    ...{ id, memberId, name, status, minutes, exchangeId },
    town: townOf(guest.address),
    present: guest.presentAt !== null,
    signedIn: guest.presentBy === 'own',
    reserved: exchange?.reserved !== 'no',
    outcome: outcomeOf(row, guest, exchange, transferred?.status),
    code: guest.code ?? exchange?.reservedCode ?? transferred?.code ?? null,
  };
}

function outcomeOf(
  row: GatheringRow,
  guest: GuestRow,
  exchange: { readonly status: string; readonly reserved: string } | undefined,
  transferred: string | undefined,
): Outcome {
  if (guest.outcome === null) return null;
  if (guest.outcome !== 'done' && guest.minutes === 0) return 'absent';
  if (guest.outcome === 'refused' && new Date() >= triedUntil(row)) return 'declined';
  if (guest.outcome !== 'done') return 'waits';
  if (guest.minutes === 0) return guest.presentAt === null ? 'absent' : 'came';
  // A gift to somebody elsewhere is on its way; one to a member here waits for their yes.
  if (transferred === 'offered') return guest.memberId === null ? 'waits' : 'asked';
  if (transferred !== undefined) return TRANSFERRED[transferred] ?? 'declined';
  if (exchange === undefined || row.rule === 'none') return 'came';
  if (exchange.status === 'confirmed') return exchange.reserved === 'settled' ? 'credited' : 'waits';
  return exchange.status === 'cancelled' || exchange.status === 'declined' ? 'declined' : 'asked';
}

const TRANSFERRED: Readonly<Record<string, Outcome>> = {
  settled: 'credited',
  accepted: 'waits',
  held: 'waits',
  posted: 'waits',
};

/** The town's address of a partner's member. */
function townOf(address: string): string {
  if (URL.canParse(address) && /^https?:/.test(address)) return new URL(address).host;
  return address.split('@')[1] ?? '';
}
