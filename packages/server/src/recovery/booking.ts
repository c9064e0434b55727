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
import { account, pairTransfer, posting } from '../db/schema.ts';
import { agreedIn, partOf, partRow, partsOf } from '../exchange/across-holds.ts';
import { loadExchange, logsOf } from '../exchange/exchange-store.ts';
import { voidOf } from '../journal/desk.ts';
import { loadTransfers } from '../journal/pair-store.ts';
import type { PairWork } from '../journal/pair-work.ts';
import { CAUSES, rowsOf, textArray } from '../ledger/ledger.ts';
import { type MemberRow, membersByName } from '../member/members.ts';
import { signMessage } from '../transfer/sign-message.ts';
import { insertTransfers, type TransferAtDesk, type TransferRow, transfersOf } from '../transfer/transfer-store.ts';
import { languageOr, wordsOf } from '../web/words.ts';

type Stands = Extract<Recovered, { ok: true }>;

const UNRESOLVED_ACCOUNT = 'unresolved';

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
  const known = new Map<string, TransferAtDesk>();
  for (const each of await transfersOf(tx, bank.id, row.id, ids, details))
    known.set(each.row.transfer ?? each.row.detail ?? '', each);
  await moveBack(
    work,
    cases.flatMap(({ undone }) => undone ?? []),
  );
  await tx.insert(account).values({ bankId: bank.id, id: UNRESOLVED_ACCOUNT, kind: 'unclaimed' }).onConflictDoNothing();
  const knownOf = ({ id, now }: Case): TransferAtDesk | undefined => known.get(id) ?? known.get(now?.detail ?? '');
  const begun = await begin(
    work,
    cases.flatMap((each) => (knownOf(each) === undefined ? each : [])),
  );
  for (const each of cases) {
    const { now, out } = each;
    const atDesk = knownOf(each);
    const row = atDesk?.row ?? begun.get(each.id) ?? null;
    if (row?.exchangeId != null) work.exchanges.add(row.exchangeId);
    if (now === undefined) await bookGone(work, each, row);
    else if (now.holdCounts && out) bookOurs(work, each, now, row);
    else if (now.holdCounts) bookTheirs(work, each, now, row, atDesk?.memberActive ?? true);
  }
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
  for (const { debit, credit, minutes, cause, transferId } of rows)
    work.post({
      id: newId(),
      kind: 'direct',
      debit: credit,
      credit: debit,
      minutes,
      cause: `${CAUSES.dropped}${cause}`,
      ...(transferId !== null && { transferId }),
    });
}

/**
 * A hold that never stood: the giver has the minutes back; the receiver goes on waiting, and asks (spec: exchanges).
 */
async function bookGone(work: PairWork, { out }: Case, row: TransferRow | null): Promise<void> {
  if (row === null || row.status === 'returned' || row.status === 'declined') return;
  const { id, url } = row;
  if (!out) {
    // Of a gift whose words are lost, the yes is lost too: there is nothing to ask with.
    const asks = row.salt !== null && row.exchangeId === null;
    work.change(asks ? { id, status: 'accepted' } : { id, status: 'returned', code: 'terms_unknown' });
    return;
  }
  if (row.status === 'offered') return;
  if (row.status === 'held') work.post(voidOf(row, work.row.mirrorId));
  work.change({ id, status: 'returned', code: 'pair_recovering' });
  // What is agreed is held anew, and nobody is told otherwise.
  if (row.exchangeId !== null) return;
  const { bank, core, pair } = work;
  const cancel = { id: `${url}/2`, exchange: url, object: `${url}/1` };
  work.note([
    await signMessage(
      bank,
      { id: work.row.id, core, me: pair.me },
      { kind: 'GiftCancel', ...cancel, code: 'pair_recovering', answered: true },
      id,
    ),
  ]);
}

/** A member of ours gave. */
function bookOurs(work: PairWork, { before, undone, posted }: Case, now: Transfer, row: TransferRow | null): void {
  const moved = now.posted !== null;
  const open = !moved && now.declined === null && now.voided === null;
  const had = row?.status === 'offered' || row?.status === 'held';
  const went = before?.posted != null && undone === undefined;
  let holdId: string | undefined;
  if (moved && !went) move(work, now, row, had, posted);
  else if (had && !open && !moved && row !== null) work.post(voidOf(row, work.row.mirrorId));
  else if (open && !had && row !== null) {
    holdId = newId();
    work.post({
      id: holdId,
      kind: 'hold',
      debit: row.accountId,
      credit: work.row.mirrorId,
      minutes: now.minutes,
      cause: `${row.id} again ${holdId}`,
      transferId: row.id,
    });
  }
  if (row === null) return;
  const status = moved ? (now.receipted === null ? 'posted' : 'settled') : open ? 'held' : 'returned';
  const code = status === 'returned' ? (now.declineCode ?? row.code ?? 'pair_recovering') : undefined;
  const rest = {
    ...(code !== undefined && { code }),
    ...(holdId !== undefined && { holdId }),
    ...(moved && movedOf(row, now)),
  };
  work.change({ id: row.id, status, peerRef: now.payeeRef, ...rest });
  work.answered([`${row.url}/1`]);
}

function move(work: PairWork, now: Transfer, row: TransferRow | null, had: boolean, posted: string | undefined): void {
  work.post({
    id: newId(),
    kind: had ? 'post' : 'direct',
    debit: row?.accountId ?? UNRESOLVED_ACCOUNT,
    credit: work.row.mirrorId,
    minutes: now.postedMinutes ?? now.minutes,
    cause: mustBe(posted),
    ...(had && row?.holdId != null && { holdId: row.holdId, heldMinutes: row.minutes }),
    ...(row !== null && { transferId: row.id }),
  });
}

/** A member of ours was given to. */
function bookTheirs(
  work: PairWork,
  { before, undone, posted }: Case,
  now: Transfer,
  row: TransferRow | null,
  active: boolean,
): void {
  const came = before?.posted != null && undone === undefined;
  const unclaimed = now.receipted === null ? !active : now.unclaimed;
  if (now.posted !== null && !came)
    work.post({
      id: newId(),
      kind: 'direct',
      debit: work.row.mirrorId,
      credit: unclaimed ? UNCLAIMED_ACCOUNT : (row?.accountId ?? UNRESOLVED_ACCOUNT),
      minutes: now.postedMinutes ?? now.minutes,
      cause: mustBe(posted),
      ...(row !== null && { transferId: row.id }),
    });
  if (row === null) return;
  const { id } = row;
  const transfer = now.id;
  const code = row.code ?? now.declineCode;
  if (now.posted !== null)
    work.change({
      id,
      status: 'settled',
      transfer,
      ...movedOf(row, now),
      ...(unclaimed && { code: row.code ?? 'payee_unavailable' }),
    });
  else if (now.declined !== null || now.voided !== null)
    work.change({ id, status: 'returned', transfer, ...(code !== null && { code }) });
  else if (now.accepted !== null) work.change({ id, status: 'held', transfer });
  // A gift that was over stays over: its Hold is declined.
  else if (row.status !== 'returned') work.change({ id, status: 'accepted' });
}

/** Of a part of an exchange less may have been posted than was held. */
function movedOf({ exchangeId }: TransferRow, now: Transfer): { minutes?: number } {
  return exchangeId === null || now.postedMinutes === null ? {} : { minutes: now.postedMinutes };
}

/**
 * Begins the exchanges of transfers that the backup lacks, from what their Holds say. Those that name somebody here, by
 * transfer.
 */
async function begin(work: PairWork, cases: readonly Case[]): Promise<ReadonlyMap<string, TransferRow>> {
  const { tx, bank } = work;
  const named = cases.flatMap(({ id, out, now }) => {
    if (now === undefined || !now.holdCounts || now.declined !== null || now.voided !== null) return [];
    const reference = bank.references.read(out ? now.payerRef : now.payeeRef);
    return reference === null || (!out && now.accepted === null) ? [] : [{ id, out, now, reference }];
  });
  const ids = new Set(named.map(({ reference }) => reference.memberId));
  const members = await membersByName(tx, bank.id, [...ids]);
  const rows = new Map<string, TransferRow>();
  for (const { id, out, now, reference } of named) {
    const member = members.get(reference.memberId.toLowerCase());
    if (member === undefined) continue;
    const part = await lostPart(work, out, now, reference.exchangeId, member);
    rows.set(id, part ?? lostGift(work, out, now, reference.exchangeId, member));
  }
  const begun = await insertTransfers(tx, [...rows.values()]);
  for (const [id, { url }] of rows) if (!begun.has(url)) rows.delete(id);
  return rows;
}

/** The part of an exchange that a transfer is, if it is of one: its steps were fetched before. */
async function lostPart(
  { tx, bank }: PairWork,
  out: boolean,
  now: Transfer,
  exchangeId: string,
  member: MemberRow,
): Promise<TransferRow | null> {
  const exchange = await loadExchange(tx, bank.id, exchangeId, true);
  if (exchange === undefined) return null;
  const hold = { ...now, transfer: now.id };
  const part = partOf(exchange.row, hold, agreedIn(logsOf(exchange)), await partsOf(tx, exchange.row));
  const rest = { direction: out ? 'out' : 'in', status: 'accepted', transfer: now.id } as const;
  // Terms that nobody can prove any more prove nothing.
  const salt = part === null ? null : exchange.row.salt;
  return partRow(bank, exchange.row, hold, part, member.accountId, { ...rest, salt });
}

function lostGift(work: PairWork, out: boolean, now: Transfer, id: string, member: MemberRow): TransferRow {
  const { bank, row: pair } = work;
  const fund = member.handle === FUND_HANDLE;
  const at = new Date();
  return {
    bankId: bank.id,
    id,
    direction: out ? 'out' : 'in',
    pairId: pair.id,
    url: out ? `${bank.origin}/ap/exchanges/${id}` : now.id,
    memberId: member.id,
    accountId: member.accountId,
    counterparty: `${fund ? FUND_HANDLE : 'somebody'}@${new URL(pair.peerOrigin).host}`,
    counterpartyName: pair.peerName,
    minutes: now.minutes,
    content: wordsOf(languageOr(member.language, bank)).t('statement.lost'),
    status: 'accepted',
    code: null,
    facts: null,
    transfer: now.id,
    ownRef: out ? now.payerRef : now.payeeRef,
    peerRef: out ? now.payeeRef : now.payerRef,
    salt: null,
    detail: now.detail,
    reverses: now.reverses,
    holdId: null,
    unnamed: false,
    // Between two funds goes the test hour, and its way back names it.
    purpose: !fund ? 'gift' : now.reverses === null ? 'test' : 'test_back',
    exchangeId: null,
    part: null,
    createdAt: at,
    updatedAt: at,
  };
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
