/**
 * The client: one method for each operation of a bank's API, in plain words.
 *
 * Promises: every method's input and answer have the types of the bank's OpenAPI document; a method that
 * does something does it once, however often the network makes it repeat the request.
 *
 * @module
 */
import { type Exchanges, exchangesOf } from './exchanges.ts';
import { type Gatherings, gatheringsOf } from './gatherings.ts';
import { type Listing, type ListOptions, listing, type Page, type PageAt, paging } from './listing.ts';
import { type Offers, offersOf, type Places, placesOf } from './offers.ts';
import { type Leave, leaveOf, type Receipts, receiptsOf } from './own.ts';
import { type People, peopleOf } from './people.ts';
import { type CallOptions, type ClientOptions, createTransport, type DoOptions, type Transport } from './transport.ts';
import type {
  Act,
  Agreement,
  AgreementChange,
  Bank,
  Check,
  Closing,
  Evidence,
  Fund,
  FundAnswer,
  FundRequest,
  GiftRule,
  Invitation,
  InvitationDraft,
  JournalEntry,
  Member,
  NewAct,
  NewAgreement,
  NewFundRequest,
  NewInvitation,
  NewMember,
  NewTransfer,
  Notice,
  NoticesRead,
  ProfileChange,
  Proof,
  Resent,
  Settling,
  StatementFile,
  StatementLine,
  Successor,
  TakenIn,
  Token,
  Town,
  Transfer,
  WaitingGifts,
  Welcomed,
  Wishes,
  WishesChange,
} from './types.ts';

export interface TransferListOptions extends ListOptions {
  /** A member's id or handle; a member's own token needs none. */
  readonly member?: string | undefined;
  /** The id of an agreement: only hours that crossed by it. */
  readonly agreement?: string | undefined;
}

export interface JournalOptions extends ListOptions {
  /** Whose journal. Default `us`. */
  readonly author?: 'us' | 'them' | undefined;
}

/** Days such as `2026-11-22`, both counting. */
export interface StatementOptions extends ListOptions {
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}

export interface StatementFileOptions extends CallOptions, Pick<StatementOptions, 'from' | 'to'> {
  readonly language?: 'en' | 'es' | 'ar' | undefined;
}

export interface Members {
  /** Members, oldest first. */
  list(options?: ListOptions): Listing<Member>;
  /** One member, by id or handle. */
  get(idOrHandle: string, options?: CallOptions): Promise<Member>;
  /** Changes what a member says about themselves; what is left out stays. */
  update(idOrHandle: string, change: ProfileChange, options?: DoOptions): Promise<Member>;
  /** Members whose names begin so, by name. */
  named(search: string, options?: ListOptions): Listing<Member>;
  /** Adds a member. For the operator. */
  add(member: NewMember, options?: DoOptions): Promise<Member>;
  /** What moved on a member's account, newest first. */
  statement(idOrHandle: string, options?: StatementOptions): Listing<StatementLine>;
  /** The same of a stretch of days, a year at most, as CSV; headed in English unless `language` says otherwise. */
  statementFile(idOrHandle: string, options?: StatementFileOptions): Promise<StatementFile>;
  /** Takes somebody in, with a first way to come in: a letter, or a card. For the operator. */
  takeIn(newcomer: TakenIn, options?: DoOptions): Promise<Welcomed>;
  /** Makes a token for a member; it is shown once. With the bank's own token: coordinators who signed in may not. */
  issueToken(idOrHandle: string, options?: DoOptions): Promise<Token>;
  /** Suspends a member, or lets them in again. For the operator. */
  setStatus(idOrHandle: string, status: 'active' | 'suspended', options?: DoOptions): Promise<Member>;
}

export interface Transfers {
  /** Hours given and received, newest first. */
  list(options?: TransferListOptions): Listing<Transfer>;
  /** One transfer as it stands. */
  get(id: string, options?: CallOptions): Promise<Transfer>;
  /**
   * Waits for the end of a transfer for up to `timeoutMs` (default 30 seconds) and gives the transfer as it
   * then stands. A partner town may take days, so look at `status`; being under way is no error.
   */
  waitFor(id: string, options?: CallOptions): Promise<Transfer>;
  /** Takes back hours that the partner town has not answered. Refuses `already_answered`. */
  takeBack(id: string, options?: DoOptions): Promise<Transfer>;
  /** The signed entries and the ledger lines of one transfer. */
  proof(id: string, options?: CallOptions): Promise<Proof>;
}

export interface Gifts {
  /** Gifts that wait for my yes, and whether gifts wait at all. For a member, as all of this. */
  waiting(options?: CallOptions): Promise<WaitingGifts>;
  /** Says yes or no. Refuses `already_answered`, and `account_full` for a yes. */
  answer(id: string, yes: boolean, options?: DoOptions): Promise<Transfer>;
  /** Says whether gifts wait for my yes. */
  setRule(asks: boolean, options?: DoOptions): Promise<GiftRule>;
}

export interface CommunityFund {
  /** The fund as everybody may see it. Needs no token. */
  get(options?: CallOptions): Promise<Fund>;
  /** My own requests, newest first; for the operator those that wait, oldest first. */
  requests(options?: ListOptions): Listing<FundRequest>;
  /** Asks for hours, in a sentence. For a member. */
  ask(request: NewFundRequest, options?: DoOptions): Promise<FundRequest>;
  /** Grants hours, or does not, and says why. For the operator. */
  answer(id: string, answer: FundAnswer, options?: DoOptions): Promise<FundRequest>;
  /** Takes a request of mine back. */
  withdraw(id: string, options?: DoOptions): Promise<FundRequest>;
}

export interface Acts {
  /** Does something for a member who does not do it themselves. For the operator. */
  writeDown(act: NewAct, options?: DoOptions): Promise<Act>;
  /** What was written down, newest first: for me, or for the operator all of it. */
  list(options?: ListOptions & { readonly member?: string | undefined }): Listing<Act>;
  /** Objections that nobody has put right yet, newest first, 200 at most. For the operator. */
  open(options?: CallOptions): Promise<Act[]>;
  get(id: string, options?: CallOptions): Promise<Act>;
  /** Says that it is not right, once, and before its day. */
  object(id: string, words?: string, options?: DoOptions): Promise<Act>;
  /** Says how an objection was put right. For the operator. */
  settle(id: string, settling: Settling, options?: DoOptions): Promise<Act>;
  /** The slip of a link on paper, by what the link ends with. Needs no token. */
  readSlip(token: string, options?: CallOptions): Promise<Act>;
  /** Says that what is on the slip is not right. Needs no token. */
  objectBySlip(token: string, words?: string, options?: DoOptions): Promise<Act>;
}

export interface Invitations {
  /** Makes a link that invites another bank. For the operator, as all that follows. */
  make(invitation: NewInvitation, options?: DoOptions): Promise<Invitation>;
  /** What another bank's link proposes. */
  read(link: string, options?: DoOptions): Promise<InvitationDraft>;
}

export interface Agreements {
  /** Says the first yes to another bank's invitation. */
  offer(agreement: NewAgreement, options?: DoOptions): Promise<Agreement>;
  /** All agreements, newest first. For members those that both banks have signed. */
  list(options?: CallOptions): Listing<Agreement>;
  /** One agreement. For members, once both banks have signed it. */
  get(id: string, options?: CallOptions): Promise<Agreement>;
  /** Says the second yes. */
  accept(id: string, options?: DoOptions): Promise<Agreement>;
  /** Says no; the other bank is told. */
  decline(id: string, options?: DoOptions): Promise<Agreement>;
  /** Takes back an offer of ours that was not answered; the other bank is told. */
  withdraw(id: string, options?: DoOptions): Promise<Agreement>;
  /** Changes what we let the partner owe, or stops and resumes new hours. */
  change(id: string, change: AgreementChange, options?: DoOptions): Promise<Agreement>;
  /** Ends it for good; the other bank is told. `ending.settlement` says what it came to, once that is known. */
  close(id: string, closing: Closing, options?: DoOptions): Promise<Agreement>;
  /** Makes a link for the agreement that follows a closed one and carries over what is left. */
  inviteSuccessor(id: string, terms: Successor, options?: DoOptions): Promise<Invitation>;
  /** Signs what we compute, so that the partner can compare. */
  writeStatement(id: string, options?: DoOptions): Promise<Agreement>;
  /** Sends our journal again from a place; the partner counts nothing twice. */
  resend(id: string, afterSeq: number, options?: DoOptions): Promise<Resent>;
  /** What was kept for people to look at. Anybody can check the proof of a fork. */
  evidence(id: string, options?: ListOptions): Listing<Evidence>;
  /** Signed entries as they are held here, oldest first. */
  journal(id: string, options?: JournalOptions): Listing<JournalEntry>;
}

export interface Notices {
  /** What the one whose token it is was told, newest first; with an operator's token, what the desk was. */
  list(options?: ListOptions): Listing<Notice>;
  /** Marks these as read; without ids, all. */
  read(ids?: readonly string[], options?: DoOptions): Promise<NoticesRead>;
  /** How they wish to be told by mail. */
  wishes(options?: CallOptions): Promise<Wishes>;
  /** Changes that; what is left out stays. */
  setWishes(change: WishesChange, options?: DoOptions): Promise<Wishes>;
  /** Ends mail about notices by the link at the foot of one, and says of which towns. Needs no token. */
  stopMail(link: string, options?: DoOptions): Promise<string[]>;
}

export interface Client extends People {
  /** The bank and its books. Needs no token. */
  bank(options?: CallOptions): Promise<Bank>;
  /** The towns whose agreement with us is public. Needs no token. */
  towns(options?: CallOptions): Promise<Town[]>;
  /**
   * Gives hours to somebody here (`to: 'rosa'`) or in a partner town (`to: 'rosa@gracia.example'`). Inside the
   * bank the transfer is settled at once; otherwise its `status` is `offered`: see `transfers.waitFor`.
   *
   * Refuses, among others, `not_enough_hours` (with `availableMinutes`), `limit_reached` (with `roomMinutes`),
   * `unknown_payee`, `not_partners`.
   */
  give(gift: NewTransfer, options?: DoOptions): Promise<Transfer>;
  /** The promises that the bank can check of itself. For the operator. */
  doctor(options?: CallOptions): Promise<Check[]>;
  readonly members: Members;
  readonly transfers: Transfers;
  readonly offers: Offers;
  readonly places: Places;
  readonly gatherings: Gatherings;
  readonly exchanges: Exchanges;
  readonly notices: Notices;
  readonly gifts: Gifts;
  readonly fund: CommunityFund;
  readonly acts: Acts;
  readonly receipts: Receipts;
  readonly leave: Leave;
  readonly invitations: Invitations;
  readonly agreements: Agreements;
}

/** How long a bank lets one request wait for the end of a transfer. */
const LONGEST_WAIT_MS = 20_000;

/**
 * A client of one bank.
 *
 * @example
 * const client = createClient({ baseUrl: 'https://leith.example', token });
 * await client.give({ to: 'rosa@gracia.example', minutes: hours(1.5), content: 'Catalan lessons' });
 */
export function createClient(options: ClientOptions): Client {
  const transport = createTransport(options);
  const { get, post } = transport;
  return {
    bank: (call) => get('/api/bank', '', {}, call),
    towns: async (call) => (await get('/api/towns', '', {}, call)).items,
    give: (gift, call) => post('/api/transfers', '', gift, call),
    doctor: async (call) => (await get('/api/doctor', '', {}, call)).items,
    members: {
      list: (o = {}) => listing((at) => get('/api/members', '', paging(at), o), o.pageSize),
      get: (id, call) => get('/api/members/{id}', id, {}, call),
      update: (id, change, call) => post('/api/members/{id}', id, change, call),
      named: (search, o = {}) => listing((at) => get('/api/members', '', { ...paging(at), search }, o), o.pageSize),
      add: (member, call) => post('/api/members', '', member, call),
      statement: (id, o = {}) =>
        listing(
          (at) => get('/api/members/{id}/statement', id, { ...paging(at), from: o.from, to: o.to }, o),
          o.pageSize,
        ),
      statementFile: (id, o = {}) =>
        get('/api/members/{id}/statement/file', id, { from: o.from, to: o.to, language: o.language }, o),
      takeIn: (newcomer, call) => post('/api/newcomers', '', newcomer, call),
      issueToken: (id, call) => post('/api/members/{id}/tokens', id, {}, call),
      setStatus: (id, status, call) => post('/api/members/{id}/status', id, { status }, call),
    },
    transfers: transfersOf(transport),
    offers: offersOf(transport),
    places: placesOf(transport),
    gatherings: gatheringsOf(transport),
    exchanges: exchangesOf(transport),
    gifts: {
      waiting: (call) => get('/api/gifts', '', {}, call),
      answer: (id, yes, call) => post('/api/gifts/{id}/answer', id, { yes }, call),
      setRule: (asks, call) => post('/api/gifts/rule', '', { asks }, call),
    },
    fund: {
      get: (call) => get('/api/fund', '', {}, call),
      requests: (o = {}) => listing((at) => get('/api/fund/requests', '', paging(at), o), o.pageSize),
      ask: (request, call) => post('/api/fund/requests', '', request, call),
      answer: (id, answer, call) => post('/api/fund/requests/{id}/answer', id, answer, call),
      withdraw: (id, call) => post('/api/fund/requests/{id}/withdraw', id, {}, call),
    },
    acts: actsOf(transport),
    receipts: receiptsOf(transport),
    leave: leaveOf(transport),
    notices: {
      list: (o = {}) => listing((at) => get('/api/notices', '', paging(at), o), o.pageSize),
      read: (ids, call) => post('/api/notices/read', '', ids === undefined ? {} : { ids: [...ids] }, call),
      wishes: (call) => get('/api/wishes', '', {}, call),
      setWishes: (change, call) => post('/api/wishes', '', change, call),
      stopMail: async (link, call) => (await post('/api/mail/stop', '', { link }, call)).towns,
    },
    invitations: {
      make: (invitation, call) => post('/api/invitations', '', invitation, call),
      read: (link, call) => post('/api/invitations/read', '', { link }, call),
    },
    agreements: agreementsOf(transport),
    ...peopleOf(transport),
  };
}

function transfersOf({ get, post, sleep, timeoutMs: tryMs }: Transport): Transfers {
  return {
    list: (o = {}) => {
      const { member, agreement } = o;
      return listing((at) => get('/api/transfers', '', { ...paging(at), member, agreement }, o), o.pageSize);
    },
    get: (id, call) => get('/api/transfers/{id}', id, {}, call),
    async waitFor(id, { signal, timeoutMs = 30_000 } = {}) {
      const end = Date.now() + timeoutMs;
      while (true) {
        const waitMs = Math.min(LONGEST_WAIT_MS, Math.max(0, Math.ceil(end - Date.now())));
        const transfer = await get('/api/transfers/{id}', id, { waitMs }, { signal, timeoutMs: tryMs + waitMs });
        if (isEnded(transfer) || Date.now() >= end) return transfer;
        await sleep(Math.min(100, end - Date.now()), signal);
      }
    },
    takeBack: (id, call) => post('/api/transfers/{id}/take-back', id, {}, call),
    proof: (id, call) => get('/api/transfers/{id}/proof', id, {}, call),
  };
}

function actsOf({ get, post }: Transport): Acts {
  return {
    writeDown: (act, call) => post('/api/acts', '', act, call),
    list: (o = {}) => listing((at) => get('/api/acts', '', { ...paging(at), member: o.member }, o), o.pageSize),
    open: async (call) => (await get('/api/acts', '', { which: 'open', limit: 200 }, call)).items,
    get: (id, call) => get('/api/acts/{id}', id, {}, call),
    object: (id, words, call) => post('/api/acts/{id}/objection', id, { words }, call),
    settle: (id, settling, call) => post('/api/acts/{id}/settle', id, settling, call),
    readSlip: (token, call) => get('/api/slips/{id}', token, {}, call),
    objectBySlip: (token, words, call) => post('/api/slips/{id}/objection', token, { words }, call),
  };
}

function agreementsOf({ get, post }: Transport): Agreements {
  return {
    offer: (agreement, call) => post('/api/agreements', '', agreement, call),
    // The bank gives all of them at once.
    list: (call) => listing(async () => ({ ...(await get('/api/agreements', '', {}, call)), next: null }), undefined),
    get: (id, call) => get('/api/agreements/{id}', id, {}, call),
    accept: (id, call) => post('/api/agreements/{id}/accept', id, {}, call),
    decline: (id, call) => post('/api/agreements/{id}/decline', id, {}, call),
    withdraw: (id, call) => post('/api/agreements/{id}/withdraw', id, {}, call),
    change: (id, change, call) => post('/api/agreements/{id}/change', id, change, call),
    close: (id, closing, call) => post('/api/agreements/{id}/close', id, closing, call),
    inviteSuccessor: (id, terms, call) => post('/api/agreements/{id}/successor', id, terms, call),
    writeStatement: (id, call) => post('/api/agreements/{id}/statement', id, {}, call),
    resend: (id, afterSeq, call) => post('/api/agreements/{id}/resend', id, { afterSeq }, call),
    evidence: (id, o = {}) => listing((at) => get('/api/agreements/{id}/evidence', id, paging(at), o), o.pageSize),
    journal: (id, o = {}) => {
      const { author = 'us' } = o;
      const page = ({ cursor, limit }: PageAt): Promise<Page<JournalEntry>> =>
        get('/api/agreements/{id}/journal', id, { author, cursor: Number(cursor ?? 0), limit }, o);
      return listing(page, o.pageSize);
    },
  };
}

/** Whether a transfer has come to its end: settled, declined or returned. */
export function isEnded(transfer: Pick<Transfer, 'status'>): boolean {
  return ['settled', 'declined', 'returned'].includes(transfer.status);
}
