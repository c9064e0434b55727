/**
 * What a recovery does to the ledger and to exchanges: each transfer is brought from how the backup has it to
 * how the journals have it.
 *
 * Promises: what moved moves once, and what no longer stands is moved back; a member's floor or ceiling stops
 * nothing, for it was asked when the entry was signed; minutes of a member whom the backup does not know stay
 * visible on an account of their own. Words of an exchange that the backup lacks are lost: no journal holds
 * them. Spec: recovery.
 *
 * @module
 */
import { type Recovered, type Transfer, transferKey } from '@evenhour/protocol';
import { and, eq, sql } from 'drizzle-orm';
import { FUND_HANDLE, UNCLAIMED_ACCOUNT } from '../bank/bank.ts';
import { newId } from '../db/id.ts';
import { account, exchange, pairTransfer, posting } from '../db/schema.ts';
import {
  type ExchangeAtDesk,
  type ExchangeRow,
  exchangesByDetail,
  exchangesByTransfer,
  insertExchanges,
} from '../exchange/exchange-store.ts';
import { signMessage } from '../exchange/sign-message.ts';
import { loadTransfers } from '../journal/pair-store.ts';
import type { PairWork } from '../journal/pair-work.ts';
import { voidOf } from '../journal/settle.ts';
import { CAUSES, rowsOf, textArray } from '../ledger/ledger.ts';
import { type MemberRow, membersByName } from '../member/members.ts';

type Stands = Extract<Recovered, { ok: true }>;

const UNRESOLVED_ACCOUNT = 'unresolved';
const WORDS = 'What this was for was lost when the bank was restored from a backup.';

/** A transfer as the backup has it and as it stands. */
interface Case {
  readonly id: string;
  /** Whether the payer is ours. */
  readonly out: boolean;
  readonly before: Transfer | undefined;
  readonly now: Transfer | undefined;
  /** The Post that was dropped, by its hash. */
  readonly undone: string | undefined;
  /** The Post that is applied again, by its hash. */
  readonly posted: string | undefined;
}

/** Books all transfers that changed. Returns their keys; the caller stores the pair, in the same transaction. */
export async function bookAgain(work: PairWork, result: Stands): Promise<string[]> {
  const { tx, bank, row } = work;
  const cases = await casesOf(work, result);
  const ids = cases.map(({ id }) => id);
  const details = cases.flatMap(({ out, now, before }) => (out ? [] : [(now ?? before)?.detail ?? '']));
  const known = new Map<string, ExchangeAtDesk>();
  for (const each of await exchangesByDetail(tx, bank.id, row.id, details))
    if (each.row.transfer === null && each.row.detail !== null) known.set(each.row.detail, each);
  for (const each of await exchangesByTransfer(tx, bank.id, row.id, ids)) known.set(each.row.transfer ?? '', each);
  await moveBack(
    work,
    cases.flatMap(({ undone }) => undone ?? []),
  );
  const clerk = await Clerk.open(work, cases);
  for (const each of cases) await clerk.book(each, known.get(each.id) ?? known.get(each.now?.detail ?? ''));
  const gone = cases.filter(({ now }) => now === undefined).map(({ id }) => id);
  if (gone.length > 0)
    await tx
      .delete(pairTransfer)
      .where(
        and(
          eq(pairTransfer.bankId, bank.id),
          eq(pairTransfer.pairId, row.id),
          sql`${pairTransfer.id} = any(${textArray(gone)})`,
        ),
      );
  return cases.flatMap(({ now }) => (now === undefined ? [] : [transferKey(now.debtor, now.id)]));
}

async function casesOf({ tx, bank, row, pair }: PairWork, result: Stands): Promise<Case[]> {
  const keys = new Map<string, string>();
  const posts = { applied: new Map<string, string>(), dropped: new Map<string, string>() };
  const note = ({ author, body, hash }: Stands['dropped'][0][number], list: Map<string, string>): void => {
    if (!('transfer' in body)) return;
    const byDebtor = body.kind === 'Hold' || body.kind === 'Post' || body.kind === 'Void';
    const key = transferKey(byDebtor ? author : author === 0 ? 1 : 0, body.transfer);
    keys.set(key, body.transfer);
    if (body.kind === 'Post') list.set(key, hash);
  };
  for (const { appended, breach } of result.reapplied) if (breach === null) note(appended.entry, posts.applied);
  for (const entry of [...result.dropped[0], ...result.dropped[1]]) note(entry, posts.dropped);
  const stored = await loadTransfers(tx, bank.id, row.id, [...keys.values()]);
  return [...keys].map(([key, id]) => {
    const before = stored.get(key);
    const now = result.transfers.get(key);
    const debtor = now?.debtor ?? before?.debtor;
    // A Post without effect moved nothing.
    const undone = before?.posted == null ? undefined : posts.dropped.get(key);
    return { id, out: debtor === pair.me, before, now, undone, posted: posts.applied.get(key) };
  });
}

/** Reverses the postings that dropped entries caused. */
async function moveBack(work: PairWork, hashes: readonly string[]): Promise<void> {
  const { tx, bank } = work;
  if (hashes.length === 0) return;
  const rows = await tx
    .select()
    .from(posting)
    .where(
      and(
        eq(posting.bankId, bank.id),
        sql`${posting.cause} = any(${textArray(hashes)}) and ${posting.kind} in ('direct', 'post')`,
      ),
    );
  for (const { debit, credit, minutes, cause, exchangeId } of rows)
    work.post({
      id: newId(),
      kind: 'direct',
      debit: credit,
      credit: debit,
      minutes,
      cause: `${CAUSES.dropped}${cause}`,
      ...(exchangeId !== null && { exchangeId }),
    });
}

/** Books one transfer after the other. */
class Clerk {
  readonly #work: PairWork;
  /** Members whom our references name, by their ids. */
  readonly #members: ReadonlyMap<string, MemberRow>;

  private constructor(work: PairWork, members: ReadonlyMap<string, MemberRow>) {
    this.#work = work;
    this.#members = members;
  }

  static async open(work: PairWork, cases: readonly Case[]): Promise<Clerk> {
    const { tx, bank } = work;
    const refs = cases.flatMap(({ out, now }) => (out ? now?.payerRef : now?.payeeRef) ?? []);
    const ids = refs.flatMap((ref) => bank.references.read(ref)?.memberId ?? []);
    await tx
      .insert(account)
      .values({ bankId: bank.id, id: UNRESOLVED_ACCOUNT, kind: 'unclaimed' })
      .onConflictDoNothing();
    return new Clerk(work, await membersByName(tx, bank.id, [...new Set(ids)]));
  }

  async book(each: Case, known: ExchangeAtDesk | undefined): Promise<void> {
    const { now } = each;
    if (now === undefined) return this.#gone(each, known?.row);
    if (!now.holdCounts) return;
    const row = known?.row ?? (await this.#begin(each, now));
    if (each.out) await this.#ours(each, now, row);
    else await this.#theirs(each, now, row, known?.memberActive ?? true);
  }

  /** A hold that never stood: the giver has the minutes back, or the receiver goes on waiting. */
  async #gone({ out }: Case, row: ExchangeRow | undefined): Promise<void> {
    if (row === undefined) return;
    if (!out) return this.#set(row, { status: 'accepted', transfer: null });
    if (row.status === 'held') this.#work.post(voidOf(row, this.#work.row.mirrorId));
    if (row.status !== 'held' && row.status !== 'posted' && row.status !== 'settled') return;
    await this.#set(row, { status: 'returned', code: 'pair_recovering' });
    const { bank, core, pair } = this.#work;
    const cancel = { id: `${row.url}/2`, exchange: row.url, object: `${row.url}/1` };
    this.#work.note([
      await signMessage(
        bank,
        { id: this.#work.row.id, core, me: pair.me },
        { kind: 'GiftCancel', ...cancel, code: 'pair_recovering', answered: true },
        row.id,
      ),
    ]);
  }

  /** A member of ours gave. */
  async #ours({ before, undone, posted }: Case, now: Transfer, row: ExchangeRow | null): Promise<void> {
    const moved = now.posted !== null;
    const open = !moved && now.declined === null && now.voided === null;
    const had = row?.status === 'offered' || row?.status === 'held';
    const went = before?.posted != null && undone === undefined;
    const status = moved ? (now.receipted === null ? 'posted' : 'settled') : open ? 'held' : 'returned';
    const change: Partial<ExchangeRow> = { status, peerRef: now.payeeRef };
    if (moved && !went) this.#move(now, row, had, posted);
    else if (had && !open && !moved && row !== null) this.#work.post(voidOf(row, this.#work.row.mirrorId));
    else if (open && !had && row !== null) {
      change.holdId = newId();
      this.#work.post({
        id: change.holdId,
        kind: 'hold',
        debit: row.accountId,
        credit: this.#work.row.mirrorId,
        minutes: now.minutes,
        cause: `${row.id} again ${change.holdId}`,
        exchangeId: row.id,
      });
    }
    if (row === null) return;
    if (status === 'returned') change.code = now.declineCode ?? row.code ?? 'pair_recovering';
    await this.#set(row, change);
    this.#work.answered([`${row.url}/1`]);
  }

  #move(now: Transfer, row: ExchangeRow | null, had: boolean, posted: string | undefined): void {
    this.#work.post({
      id: newId(),
      kind: had ? 'post' : 'direct',
      debit: row?.accountId ?? UNRESOLVED_ACCOUNT,
      credit: this.#work.row.mirrorId,
      minutes: now.postedMinutes ?? now.minutes,
      cause: mustBe(posted),
      ...(had && row?.holdId != null && { holdId: row.holdId, heldMinutes: row.minutes }),
      ...(row !== null && { exchangeId: row.id }),
    });
  }

  /** A member of ours was given to. */
  async #theirs(
    { before, undone, posted }: Case,
    now: Transfer,
    row: ExchangeRow | null,
    active: boolean,
  ): Promise<void> {
    const came = before?.posted != null && undone === undefined;
    const unclaimed = now.receipted === null ? !active : now.unclaimed;
    if (now.posted !== null && !came)
      this.#work.post({
        id: newId(),
        kind: 'direct',
        debit: this.#work.row.mirrorId,
        credit: unclaimed ? UNCLAIMED_ACCOUNT : (row?.accountId ?? UNRESOLVED_ACCOUNT),
        minutes: now.postedMinutes ?? now.minutes,
        cause: mustBe(posted),
        ...(row !== null && { exchangeId: row.id }),
      });
    if (row === null) return;
    const ended = now.declined !== null || now.voided !== null;
    const open = now.accepted === null ? ('accepted' as const) : ('held' as const);
    const status = now.posted !== null ? 'settled' : ended ? 'returned' : open;
    const code = now.posted !== null ? (unclaimed ? 'payee_unavailable' : null) : ended ? now.declineCode : null;
    await this.#set(row, { status, transfer: open === 'accepted' && !ended ? null : now.id, code: row.code ?? code });
  }

  /** The exchange of a transfer that the backup lacks, from what its Hold says; `null` if it names nobody here. */
  async #begin({ out }: Case, now: Transfer): Promise<ExchangeRow | null> {
    const { tx, bank, row: pair } = this.#work;
    const [ownRef, peerRef] = out ? [now.payerRef, now.payeeRef] : [now.payeeRef, now.payerRef];
    const named = bank.references.read(ownRef);
    const member = this.#members.get(named?.memberId.toLowerCase() ?? '');
    const ended = now.declined !== null || now.voided !== null;
    if (named === null || member === undefined || ended || (!out && now.accepted === null)) return null;
    const fund = member.handle === FUND_HANDLE;
    const at = new Date();
    const row: ExchangeRow = {
      bankId: bank.id,
      id: named.exchangeId,
      direction: out ? 'out' : 'in',
      pairId: pair.id,
      url: out ? `${bank.origin}/ap/exchanges/${named.exchangeId}` : now.id,
      memberId: member.id,
      accountId: member.accountId,
      counterparty: `${fund ? FUND_HANDLE : 'somebody'}@${new URL(pair.peerOrigin).host}`,
      counterpartyName: pair.peerName,
      minutes: now.minutes,
      content: WORDS,
      status: 'accepted',
      code: null,
      facts: null,
      transfer: now.id,
      ownRef,
      peerRef,
      salt: null,
      detail: now.detail,
      reverses: now.reverses,
      holdId: null,
      // Between two funds goes the test hour, and its way back names it.
      purpose: !fund ? 'gift' : now.reverses === null ? 'test' : 'test_back',
      createdAt: at,
      updatedAt: at,
    };
    return (await insertExchanges(tx, [row])).size === 0 ? null : row;
  }

  async #set(row: ExchangeRow, change: Partial<ExchangeRow>): Promise<void> {
    await this.#work.tx
      .update(exchange)
      .set({ ...change, updatedAt: new Date() })
      .where(and(eq(exchange.bankId, row.bankId), eq(exchange.id, row.id)));
  }
}

/** What moves now was signed in a Post that is applied now. */
function mustBe(posted: string | undefined): string {
  if (posted === undefined) throw new Error('minutes move and no Post says so');
  return posted;
}

/** The accounts that are below their floor or above their ceiling after a recovery: somebody has to talk to them. */
export async function outOfRange({ tx, bank }: PairWork): Promise<string[]> {
  const result = await tx.execute(sql`
    select id from account where bank_id = ${bank.id} and (balance - held < floor or balance > ceiling) order by id`);
  return rowsOf<{ id: string }>(result).map(({ id }) => id);
}
