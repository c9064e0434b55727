/**
 * Beginning gifts: to somebody here, or to somebody at a partner bank.
 *
 * Promises: the giver's minutes are put aside before anything is sent, so what was promised is
 * there; gifts that begin together are decided one after the other, each as if those before it were
 * done; one that is refused changes nothing, and its neighbours go on. What is held in the ledger
 * always covers what is held in the journals. Spec: gift.
 *
 * @module
 */
import { randomBytes } from 'node:crypto';
import {
  type Facts,
  type Gift,
  type GiftOffer,
  type Refusal,
  type RefusalCode,
  refusal,
  roomOf,
} from '@evenhour/protocol';
import { detailOf } from '@evenhour/protocol/wire';
import { and, eq, sql } from 'drizzle-orm';
import { silenceOf } from '../agreement/silence.ts';
import { type Bank, FUND_HANDLE } from '../bank/bank.ts';
import type { Queries } from '../db/database.ts';
import { newId } from '../db/id.ts';
import { pair as pairTable } from '../db/schema.ts';
import { type LoadedPair, loadPair, pairLine } from '../journal/pair-store.ts';
import { type Account, available, lockAccounts, type NewPosting, textArray } from '../ledger/ledger.ts';
import { type MemberRow, membersByName } from '../member/members.ts';
import { Refused } from '../node/refused.ts';
import { notifyAll } from '../notification/notify.ts';
import { askReceiver, hoursCame } from './gift-answers.ts';
import { givenLately, latelyKey } from './given-before.ts';
import { type MessagePair, signMessage } from './sign-message.ts';
import { beginGifts, type NewMessage, type TransferRow, unheldMinutes } from './transfer-store.ts';

export interface NewGift {
  /** The giver: a member's id or handle. */
  readonly from: string;
  /** `rosa@gracia.example`, or a handle alone for somebody at this bank. */
  readonly to: string;
  readonly minutes: number;
  readonly content: string;
  readonly reverses?: string;
  readonly purpose?: TransferRow['purpose'];
  /** What a gift inside the bank follows from. */
  readonly follows?: 'dispute' | 'gathering' | 'leaving';
  /** Not to be named to other members where it comes to the community fund. */
  readonly unnamed?: boolean;
  /** Whoever receives it is told in other words. */
  readonly toldElsewhere?: boolean;
  /** The only member who may be the giver; nobody else's minutes are touched. */
  readonly onlyFrom?: string;
}

export interface Given {
  readonly exchange: TransferRow;
  /** The pair to wake and its agreement, if the gift goes to another bank. */
  readonly pairId: string | null;
  readonly agreementId: string | null;
}

export type GiveResult =
  | { readonly ok: true; readonly given: Given }
  | { readonly ok: false; readonly refusal: Refusal };

/** Begins one gift; see {@link giveAll} for what it refuses. Throws {@link Refused}. */
export async function give(tx: Queries, bank: Bank, gift: NewGift): Promise<Given> {
  const [result] = await giveAll(tx, bank, [gift]);
  if (result === undefined) throw new Error('a gift has no result');
  if (!result.ok) throw new Refused(result.refusal);
  return result.given;
}

/**
 * Begins gifts, and gives each its result in their order. The caller commits.
 *
 * Refuses `not_found`, `not_allowed`, `unknown_payee`, `payee_unavailable`, `not_partners`,
 * `same_account`, `account_full`, `not_enough_hours`, `member_inactive`, `over_transfer_cap`,
 * `over_member_cap`, `agreement_not_active`, `pair_halted`, `pair_reconciling`, `pair_suspended`, `limit_reached` (with
 * `roomMinutes`).
 */
export async function giveAll(tx: Queries, bank: Bank, gifts: readonly NewGift[]): Promise<GiveResult[]> {
  const counter = await Counter.open(tx, bank, gifts);
  const results = gifts.map((gift): GiveResult => {
    try {
      return { ok: true, given: counter.give(gift) };
    } catch (error) {
      if (error instanceof Refused) return { ok: false, refusal: error.refusal };
      throw error;
    }
  });
  await counter.close();
  return results;
}

interface OpenPair extends LoadedPair {
  /** What is still honoured, less what was given and no hold covers yet. */
  room: number;
}

/** The bank's counter while gifts begin: what it needs is read once, what follows is written once. */
class Counter {
  readonly #tx: Queries;
  readonly #bank: Bank;
  readonly #members: ReadonlyMap<string, MemberRow>;
  readonly #pairs: ReadonlyMap<string, OpenPair>;
  readonly #accounts: Map<string, Account>;
  /** Minutes given lately, by member and pair. */
  readonly #lately: Map<string, number>;
  readonly #exchanges: TransferRow[] = [];
  readonly #offers: { readonly to: MessagePair; readonly offer: GiftOffer; readonly id: string }[] = [];
  readonly #postings: NewPosting[] = [];
  /** Gifts inside the bank that wait for their receivers' yes. */
  readonly #asked: TransferRow[] = [];
  /** Those that their receivers have now, and hear of. */
  readonly #came: TransferRow[] = [];

  private constructor(
    tx: Queries,
    bank: Bank,
    members: ReadonlyMap<string, MemberRow>,
    pairs: ReadonlyMap<string, OpenPair>,
    accounts: Map<string, Account>,
    lately: Map<string, number>,
  ) {
    this.#tx = tx;
    this.#bank = bank;
    this.#members = members;
    this.#pairs = pairs;
    this.#accounts = accounts;
    this.#lately = lately;
  }

  static async open(tx: Queries, bank: Bank, gifts: readonly NewGift[]): Promise<Counter> {
    const names = new Set(gifts.map((gift) => gift.from));
    const hosts = new Set<string>();
    for (const { to } of gifts) {
      const [handle, host] = splitAddress(to);
      if (host === undefined || host === bank.host) names.add(handle);
      else hosts.add(host);
    }
    const [members, pairs] = await Promise.all([
      membersByName(tx, bank.id, [...names]),
      pairsByHost(tx, bank.id, [...hosts]),
    ]);
    const givers = new Set(gifts.map((gift) => members.get(gift.from)?.id).filter((id) => id !== undefined));
    const [accounts, lately] = await Promise.all([
      lockAccounts(tx, bank.id, [...new Set([...members.values()].map((row) => row.accountId))]),
      hosts.size === 0 ? new Map<string, number>() : givenLately(tx, bank.id, [...givers]),
    ]);
    return new Counter(tx, bank, members, pairs, accounts, lately);
  }

  give(gift: NewGift): Given {
    const giver = this.#members.get(gift.from);
    if (giver === undefined) refuse('not_found', { member: gift.from });
    if (gift.onlyFrom !== undefined && giver.id !== gift.onlyFrom) refuse('not_allowed');
    if (giver.status !== 'active' && gift.follows !== 'leaving') refuse('member_inactive', { handle: giver.handle });
    const [handle, host] = splitAddress(gift.to);
    if (host === undefined || host === this.#bank.host) return this.#here(giver, handle, gift);
    return this.#across(giver, handle, host, gift);
  }

  #here(giver: MemberRow, handle: string, gift: NewGift): Given {
    const receiver = this.#members.get(handle);
    if (receiver === undefined || receiver.handle !== handle) refuse('unknown_payee', { payee: handle });
    if (receiver.id === giver.id) refuse('same_account');
    if (receiver.status !== 'active' && gift.follows !== 'leaving') refuse('payee_unavailable', { payee: handle });
    this.#mustBeWithinTransferCap(gift);
    const from = this.#accountOf(giver);
    const to = this.#accountOf(receiver);
    this.#mustHave(giver, from, gift);
    if (to.ceiling !== null && to.balance + gift.minutes > to.ceiling)
      refuse('account_full', { roomMinutes: Math.max(0, to.ceiling - to.balance) });

    const id = newId();
    // What the fund grants was asked for.
    const asks = receiver.asksGifts && giver.kind !== 'fund';
    const posting: NewPosting = {
      id: newId(),
      kind: asks ? 'hold' : 'direct',
      debit: from.id,
      credit: to.id,
      minutes: gift.minutes,
      cause: id,
      transferId: id,
    };
    if (asks) this.#accounts.set(from.id, { ...from, held: from.held + gift.minutes });
    else {
      this.#accounts.set(from.id, { ...from, balance: from.balance - gift.minutes });
      this.#accounts.set(to.id, { ...to, balance: to.balance + gift.minutes });
    }
    this.#postings.push(posting);
    const row = this.#begin(id, giver, gift, {
      direction: 'local',
      counterparty: receiver.id,
      counterpartyName: receiver.name,
      ownRef: this.#bank.references.make(giver.id, id),
      ...(gift.follows !== undefined && { purpose: gift.follows }),
      ...(asks ? { status: 'offered', holdId: posting.id } : { status: 'settled' }),
    });
    if (asks) this.#asked.push(row);
    else if (receiver.kind !== 'fund' && gift.toldElsewhere !== true) this.#came.push(row);
    return { exchange: row, pairId: null, agreementId: null };
  }

  #across(giver: MemberRow, handle: string, host: string, gift: NewGift): Given {
    const { settings } = this.#bank;
    const pair = this.#pairs.get(host);
    if (pair === undefined) refuse('not_partners', { town: host });
    const { row } = pair;
    const { me } = pair.pair;
    const town = row.peerName;
    if (row.status !== 'active') refuse('agreement_not_active', { town, status: row.status });
    if (row.mode === 'halted') refuse('pair_halted', { town });
    if (pair.pair.differs !== undefined) refuse('pair_reconciling', { town });
    const view = pair.pair.views[me];
    if (view.suspended[me]) refuse('pair_suspended', { town });
    if (silenceOf(row, settings.silentDays) !== null) refuse('pair_suspended', { town, reason: 'not_heard_of' });
    // The test hour of two banks is bounded by the agreement alone.
    if (gift.purpose === undefined) this.#mustBeWithinTransferCap(gift);
    if (gift.minutes > pair.room)
      refuse('limit_reached', {
        town,
        roomMinutes: Math.max(0, pair.room),
        limitMinutes: view.limits[me],
        ourTown: settings.name,
      });
    const account = this.#accountOf(giver);
    this.#mustHave(giver, account, gift);
    const given = latelyKey(giver.id, row.id);
    const lately = this.#lately.get(given) ?? 0;
    if (giver.kind !== 'fund' && lately + gift.minutes > settings.memberCapMinutes)
      refuse('over_member_cap', {
        capMinutes: settings.memberCapMinutes,
        leftMinutes: Math.max(0, settings.memberCapMinutes - lately),
      });

    pair.room -= gift.minutes;
    this.#lately.set(given, lately + gift.minutes);
    this.#accounts.set(account.id, { ...account, held: account.held + gift.minutes });
    const id = newId();
    const holdId = newId();
    const url = this.#urlOf(id);
    const ownRef = this.#bank.references.make(giver.id, id);
    const salt = randomBytes(32).toString('base64url');
    const wish: Gift = {
      payer: giver.kind === 'fund' ? this.#bank.actor : `${this.#bank.origin}/ap/${giver.id}`,
      payerName: giver.name,
      payee: `acct:${handle}@${host}`,
      minutes: gift.minutes,
      content: gift.content,
      payerRef: ownRef,
      ...(gift.reverses !== undefined && { reverses: gift.reverses }),
    };
    const to = { id: row.id, core: pair.core, me };
    this.#offers.push({ to, id, offer: { kind: 'GiftOffer', id: `${url}/1`, exchange: url, salt, gift: wish } });
    this.#postings.push({
      id: holdId,
      kind: 'hold',
      debit: account.id,
      credit: row.mirrorId,
      minutes: gift.minutes,
      cause: id,
      transferId: id,
    });
    const begun = this.#begin(id, giver, gift, {
      direction: 'out',
      pairId: row.id,
      counterparty: `${handle}@${host}`,
      counterpartyName: handle === FUND_HANDLE ? row.peerName : handle,
      status: 'offered',
      transfer: `${this.#bank.origin}/ap/transfers/${id}`,
      ownRef,
      salt,
      detail: detailOf(salt, wish),
      holdId,
    });
    return { exchange: begun, pairId: row.id, agreementId: row.agreementId };
  }

  #begin(
    id: string,
    giver: MemberRow,
    gift: NewGift,
    rest: Pick<TransferRow, 'direction' | 'counterparty' | 'counterpartyName' | 'status' | 'ownRef'> &
      Partial<TransferRow>,
  ): TransferRow {
    const now = new Date();
    const row: TransferRow = {
      bankId: this.#bank.id,
      id,
      pairId: null,
      url: this.#urlOf(id),
      memberId: giver.id,
      accountId: giver.accountId,
      minutes: gift.minutes,
      content: gift.content,
      code: null,
      facts: null,
      transfer: null,
      peerRef: null,
      salt: null,
      detail: null,
      reverses: gift.reverses ?? null,
      holdId: null,
      unnamed: gift.unnamed ?? false,
      purpose: gift.purpose ?? 'gift',
      exchangeId: null,
      part: null,
      createdAt: now,
      updatedAt: now,
      ...rest,
    };
    this.#exchanges.push(row);
    return row;
  }

  #urlOf(id: string): string {
    return `${this.#bank.origin}/ap/exchanges/${id}`;
  }

  #mustBeWithinTransferCap(gift: NewGift): void {
    const { transferCapMinutes } = this.#bank.settings;
    if (gift.minutes > transferCapMinutes) refuse('over_transfer_cap', { capMinutes: transferCapMinutes });
  }

  #mustHave(giver: MemberRow, account: Account, gift: NewGift): void {
    // Below the bank's own floor the fund has a little for the test hour of two banks, which comes back.
    const bounded = giver.kind === 'fund' && gift.purpose === undefined;
    const left = available(bounded ? { ...account, floor: this.#bank.settings.fundFloorMinutes } : account);
    if (left !== null && left < gift.minutes) refuse('not_enough_hours', { availableMinutes: Math.max(0, left) });
  }

  #accountOf(row: MemberRow): Account {
    const account = this.#accounts.get(row.accountId);
    if (account === undefined) throw new Error(`member ${row.id} has no account`);
    return account;
  }

  /** Signs the offers and writes everything. */
  async close(): Promise<void> {
    const messages = await Promise.all(
      this.#offers.map(({ to, offer, id }): Promise<NewMessage> => signMessage(this.#bank, to, offer, id)),
    );
    await beginGifts(this.#tx, this.#bank.id, this.#exchanges, messages, this.#postings);
    await notifyAll(
      this.#tx,
      this.#bank,
      this.#came.map(({ id, memberId, counterparty, minutes }) =>
        hoursCame(counterparty, this.#members.get(memberId)?.name ?? '', minutes, id),
      ),
    );
    for (const row of this.#asked)
      await askReceiver(this.#tx, this.#bank, row.counterparty, {
        ...row,
        counterpartyName: this.#members.get(row.memberId)?.name ?? '',
      });
  }
}

function refuse(code: RefusalCode, facts: Facts = {}): never {
  throw new Refused(refusal(code, facts));
}

/** `@rosa@town`, `rosa@town` and `rosa` are all understood; handles are in small letters. */
function splitAddress(to: string): [string, string | undefined] {
  const parts = to
    .trim()
    .replace(/^@/, '')
    .replace(/^acct:/, '')
    .toLowerCase()
    .split('@');
  return [parts[0] ?? '', parts[1]];
}

async function pairsByHost(tx: Queries, bankId: string, hosts: readonly string[]): Promise<Map<string, OpenPair>> {
  if (hosts.length === 0) return new Map();
  const origins = hosts.flatMap((host) => [`https://${host}`, `http://${host}`]);
  const rows = await tx
    .select({ ...pairLine, unheld: unheldMinutes })
    .from(pairTable)
    .where(
      and(
        eq(pairTable.bankId, bankId),
        sql`${pairTable.peerOrigin} = any(${textArray(origins)})`,
        sql`${pairTable.status} not in ('closed', 'declined', 'withdrawn')`,
      ),
    );
  const found = await Promise.all(
    rows.map(async ({ unheld, ...row }): Promise<[string, OpenPair]> => {
      const loaded = await loadPair(tx, row);
      const { pair } = loaded;
      return [new URL(row.peerOrigin).host, { ...loaded, room: roomOf(pair.views[pair.me], pair.me) - Number(unheld) }];
    }),
  );
  return new Map(found);
}
