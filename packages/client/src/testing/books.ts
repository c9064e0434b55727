/**
 * The books of the fake node: members, their accounts, gifts and partner towns, in memory.
 *
 * Promises: all accounts always sum to zero; a gift refuses what a real bank refuses, in the same order and
 * with the same facts; minutes for a partner town are put aside until the gift has arrived or come back.
 *
 * @module
 */
import type { Agreement, Member, StatementLine, Transfer } from '../types.ts';
import { Refused } from './checks.ts';
import type { ExchangeRow } from './exchanges.ts';
import type { OfferRow } from './offers.ts';
import type { FakeMember, FakePartner } from './options.ts';

/** A member's row with the account. The bank's own fund is one. */
export interface MemberRow extends Omit<Member, 'balance'> {
  status: Member['status'];
  readonly account: Account;
}

interface Account {
  balance: number;
  held: number;
  readonly floor: number | null;
  readonly ceiling: number | null;
}

interface PartnerRow {
  readonly id: string;
  readonly host: string;
  readonly town: string;
  /** Handle to name; null when everybody is a member there. */
  readonly people: ReadonlyMap<string, string> | null;
  readonly suspendsUs: boolean;
  readonly limit: number;
  /** What we owe them. */
  owes: number;
  grants: number;
  weSuspended: boolean;
}

interface Line {
  readonly id: string;
  readonly kind: 'direct' | 'hold' | 'post' | 'void';
  /** An account: `member:…`, `fund` or `mirror:…`. */
  readonly from: string;
  readonly to: string;
  readonly minutes: number;
  readonly at: string;
  readonly transferId: string | null;
}

/** The rules of the bank; a partner's are in {@link FakePartner}. */
export interface Rules {
  readonly origin: string;
  readonly name: string;
  readonly floorMinutes: number | null;
  readonly ceilingMinutes: number | null;
  readonly transferCapMinutes: number;
  readonly memberCapMinutes: number;
  readonly now: () => Date;
}

export interface Gift {
  readonly from: MemberRow;
  readonly to: string;
  readonly minutes: number;
  readonly content: string;
}

const FUND_FLOOR = -600;
const MONTH_MS = 30 * 24 * 60 * 60 * 1000;

export class Books {
  readonly rules: Rules;
  readonly members: MemberRow[] = [];
  readonly partners: PartnerRow[] = [];
  readonly transfers: Transfer[] = [];
  readonly lines: Line[] = [];
  readonly offers: OfferRow[] = [];
  readonly exchanges: ExchangeRow[] = [];
  #count = 0;

  constructor(rules: Rules, members: readonly (string | FakeMember)[], partners: readonly FakePartner[]) {
    this.rules = rules;
    const fund = this.#insert('bank', `${rules.name} community fund`, 'fund', '', FUND_FLOOR, null);
    for (const each of members) {
      const { handle, name = named(handle), kind, about, balanceMinutes = 0 } = asMember(each);
      const row = this.add(handle, name, kind ?? 'person', about ?? '');
      // The fund gives the opening balance, so that the books still sum to zero.
      if (balanceMinutes !== 0)
        this.#move(balanceMinutes > 0 ? fund : row, balanceMinutes > 0 ? row : fund, balanceMinutes);
    }
    for (const each of partners) {
      const people = each.members?.map(asMember).map(({ handle, name = named(handle) }) => [handle, name] as const);
      this.partners.push({
        id: this.nextId(),
        host: each.host,
        town: each.town ?? named(each.host.split('.')[0] ?? each.host),
        people: people === undefined ? null : new Map(people),
        suspendsUs: each.suspended ?? false,
        limit: each.limitMinutes ?? 600,
        owes: 0,
        grants: each.grantsMinutes ?? 600,
        weSuspended: false,
      });
    }
  }

  /** Ids look like a bank's and sort in the order in which they were made. */
  nextId(): string {
    this.#count += 1;
    return String(this.#count).padStart(26, '0');
  }

  add(handle: string, name: string, kind: Member['kind'], about: string): MemberRow {
    if (this.find(handle) !== undefined) throw new Refused('handle_taken', { handle });
    return this.#insert(handle, name, kind, about, this.rules.floorMinutes, this.rules.ceilingMinutes);
  }

  find(idOrHandle: string): MemberRow | undefined {
    return this.members.find(({ id, handle }) => id === idOrHandle || handle === idOrHandle);
  }

  /** Begins a gift; one inside the bank is settled at once. */
  give(gift: Gift): Transfer {
    const { from, minutes } = gift;
    if (from.status !== 'active') throw new Refused('member_inactive', { handle: from.handle });
    const address = gift.to
      .trim()
      .replace(/^@/, '')
      .replace(/^acct:/, '')
      .toLowerCase();
    const [handle = '', host] = address.split('@');
    if (host === undefined || host === new URL(this.rules.origin).host) return this.#giveHere(gift, handle);
    const partner = this.partners.find((each) => each.host === host);
    if (partner === undefined) throw new Refused('not_partners', { town: host });
    this.#checkPartner(partner, gift);
    const transfer = this.#record(
      from,
      'out',
      'offered',
      handle === 'bank' ? partner.town : handle,
      gift,
      `${handle}@${host}`,
      partner.id,
    );
    from.account.held += minutes;
    this.#line('hold', from, `mirror:${partner.id}`, minutes, transfer.id);
    return transfer;
  }

  /** Lets one gift that is under way arrive, or come back when the partner knows nobody of that name. */
  arrive(transfer: Transfer): void {
    const partner = this.partners.find(({ id }) => id === transfer.agreementId);
    const from = this.find(transfer.memberId);
    if (partner === undefined || from === undefined || transfer.status !== 'offered') return;
    const handle = transfer.counterparty.split('@')[0] ?? '';
    const name =
      handle === 'bank' ? partner.town : partner.people === null ? named(handle) : partner.people.get(handle);
    transfer.updatedAt = this.rules.now().toISOString();
    from.account.held -= transfer.minutes;
    if (name === undefined) {
      Object.assign(transfer, { status: 'declined', code: 'unknown_payee' });
      this.#line('void', from, `mirror:${partner.id}`, 0, transfer.id);
      return;
    }
    Object.assign(transfer, { status: 'settled', counterpartyName: name });
    from.account.balance -= transfer.minutes;
    partner.owes += transfer.minutes;
    this.#line('post', from, `mirror:${partner.id}`, transfer.minutes, transfer.id);
  }

  /** Gives the giver back what the partner has not answered. */
  takeBack(transfer: Transfer): Transfer {
    const from = this.find(transfer.memberId);
    if (from === undefined || transfer.direction !== 'out' || transfer.status !== 'offered')
      throw new Refused('already_answered', transfer.direction === 'out' ? { status: transfer.status } : {});
    from.account.held -= transfer.minutes;
    Object.assign(transfer, { status: 'returned', code: 'taken_back', updatedAt: this.rules.now().toISOString() });
    this.#line('void', from, `mirror:${transfer.agreementId}`, 0, transfer.id);
    return transfer;
  }

  /** Hours that somebody at a partner gave to a member here. */
  receive(
    from: { host: string; handle: string; name: string },
    to: MemberRow,
    minutes: number,
    content: string,
  ): Transfer {
    const partner = this.partners.find(({ host }) => host === from.host);
    if (partner === undefined) throw new Refused('not_partners', { town: from.host });
    const transfer = this.#record(
      to,
      'in',
      'settled',
      from.name,
      { minutes, content },
      `${from.handle}@${from.host}`,
      partner.id,
    );
    to.account.balance += minutes;
    partner.owes -= minutes;
    this.lines.push({
      ...this.#blank(transfer.id),
      kind: 'post',
      from: `mirror:${partner.id}`,
      to: accountOf(to),
      minutes,
    });
    return transfer;
  }

  /** What moved on a member's account, newest first. */
  statementOf(row: MemberRow): StatementLine[] {
    const own = accountOf(row);
    return this.lines
      .filter(({ kind, from, to }) => (kind === 'direct' || kind === 'post') && (from === own || to === own))
      .map(({ id, at, minutes, from, transferId }): StatementLine => {
        const direction = from === own ? 'given' : 'came';
        const transfer = this.transfers.find((each) => each.id === transferId);
        const giver =
          transfer?.direction === 'local' && direction === 'came' ? this.find(transfer.memberId)?.name : undefined;
        const counterpartyName = giver ?? transfer?.counterpartyName ?? '';
        const town = this.partners.find((each) => each.id === transfer?.agreementId)?.town ?? null;
        return { id, at, minutes, direction, counterpartyName, town, content: transfer?.content ?? '', transferId };
      })
      .reverse();
  }

  /** Room, debt and limits with one partner, as the bank shows them. */
  positionOf(partner: PartnerRow): Agreement['position'] {
    return {
      owesMinutes: partner.owes,
      openMinutes: 0,
      limitMinutes: partner.limit,
      roomMinutes: Math.max(0, this.#room(partner)),
      grantsMinutes: partner.grants,
      theirRoomMinutes: partner.grants + partner.owes,
      theirOpenMinutes: 0,
      weSuspended: partner.weSuspended,
      theySuspended: partner.suspendsUs,
    };
  }

  /** Partners are reached as this bank is: by https, or by http in a test. */
  originOf(partner: PartnerRow): string {
    return `${new URL(this.rules.origin).protocol}//${partner.host}`;
  }

  #giveHere(gift: Gift, handle: string): Transfer {
    const { from, minutes } = gift;
    const to = this.members.find((each) => each.handle === handle);
    if (to === undefined) throw new Refused('unknown_payee', { payee: handle });
    if (to === from) throw new Refused('same_account');
    if (to.status !== 'active') throw new Refused('payee_unavailable', { payee: handle });
    this.#checkCap(minutes);
    checkFunds(from.account, minutes);
    const { balance, ceiling } = to.account;
    if (ceiling !== null && balance + minutes > ceiling)
      throw new Refused('account_full', { roomMinutes: Math.max(0, ceiling - balance) });
    const transfer = this.#record(from, 'local', 'settled', to.name, gift, to.id, null);
    this.#move(from, to, minutes, transfer.id);
    return transfer;
  }

  #checkPartner(partner: PartnerRow, { from, minutes }: Gift): void {
    const { town, limit } = partner;
    if (partner.suspendsUs) throw new Refused('pair_suspended', { town });
    this.#checkCap(minutes);
    const room = this.#room(partner);
    if (minutes > room) {
      throw new Refused('limit_reached', {
        town,
        roomMinutes: Math.max(0, room),
        limitMinutes: limit,
        ourTown: this.rules.name,
      });
    }
    checkFunds(from.account, minutes);
    const recent = this.#out(partner)
      .filter((each) => each.memberId === from.id && this.rules.now().getTime() - Date.parse(each.createdAt) < MONTH_MS)
      .reduce((sum, each) => sum + each.minutes, 0);
    const cap = this.rules.memberCapMinutes;
    if (from.kind !== 'fund' && recent + minutes > cap) {
      throw new Refused('over_member_cap', { capMinutes: cap, leftMinutes: Math.max(0, cap - recent) });
    }
  }

  #checkCap(minutes: number): void {
    const { transferCapMinutes: capMinutes } = this.rules;
    if (minutes > capMinutes) throw new Refused('over_transfer_cap', { capMinutes });
  }

  /** Gifts to a partner that were not given back. */
  #out(partner: PartnerRow): Transfer[] {
    return this.transfers.filter(
      ({ direction, agreementId, status }) =>
        direction === 'out' && agreementId === partner.id && status !== 'declined' && status !== 'returned',
    );
  }

  #room(partner: PartnerRow): number {
    const promised = this.#out(partner).filter(({ status }) => status === 'offered');
    return partner.limit - partner.owes - promised.reduce((sum, { minutes }) => sum + minutes, 0);
  }

  #insert(
    handle: string,
    name: string,
    kind: Member['kind'],
    about: string,
    floor: number | null,
    ceiling: number | null,
  ): MemberRow {
    const createdAt = this.rules.now().toISOString();
    const account: Account = { balance: 0, held: 0, floor, ceiling };
    const row: MemberRow = { id: this.nextId(), handle, name, kind, status: 'active', about, createdAt, account };
    this.members.push(row);
    return row;
  }

  #record(
    member: MemberRow,
    direction: Transfer['direction'],
    status: Transfer['status'],
    counterpartyName: string,
    { minutes, content }: Pick<Gift, 'minutes' | 'content'>,
    counterparty: string,
    agreementId: string | null,
  ): Transfer {
    const id = this.nextId();
    const at = this.rules.now().toISOString();
    const partner = this.partners.find((each) => each.id === agreementId);
    const author = direction === 'in' && partner !== undefined ? this.originOf(partner) : this.rules.origin;
    const transfer: Transfer = {
      id,
      direction,
      status,
      code: null,
      facts: null,
      memberId: member.id,
      counterparty,
      counterpartyName,
      agreementId,
      exchangeId: null,
      minutes,
      content,
      transfer: agreementId === null ? null : `${author}/ap/transfers/${id}`,
      purpose: 'gift',
      createdAt: at,
      updatedAt: at,
    };
    this.transfers.push(transfer);
    return transfer;
  }

  #move(from: MemberRow, to: MemberRow, minutes: number, transferId: string | null = null): void {
    const size = Math.abs(minutes);
    from.account.balance -= size;
    to.account.balance += size;
    this.#line('direct', from, accountOf(to), size, transferId);
  }

  #line(kind: Line['kind'], from: MemberRow, to: string, minutes: number, transferId: string | null): void {
    this.lines.push({ ...this.#blank(transferId), kind, from: accountOf(from), to, minutes });
  }

  #blank(transferId: string | null): Pick<Line, 'id' | 'at' | 'transferId'> {
    return { id: this.nextId(), at: this.rules.now().toISOString(), transferId };
  }
}

function checkFunds({ balance, held, floor }: Account, minutes: number): void {
  if (floor === null) return;
  const left = balance - held - floor;
  if (left < minutes) throw new Refused('not_enough_hours', { availableMinutes: Math.max(0, left) });
}

export function accountOf(row: MemberRow): string {
  return row.kind === 'fund' ? 'fund' : `member:${row.id}`;
}

function asMember(member: string | FakeMember): FakeMember {
  return typeof member === 'string' ? { handle: member } : member;
}

/** `rosa` is called Rosa unless she is given another name. */
function named(handle: string): string {
  return handle.charAt(0).toUpperCase() + handle.slice(1);
}
