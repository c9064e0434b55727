/**
 * The client: one method for each operation of a bank's API, in plain words.
 *
 * Promises: every method's input and answer have the types of the bank's OpenAPI document; a method that
 * does something does it once, however often the network makes it repeat the request.
 *
 * @module
 */
import { type Listing, listing, type Page, type PageAt } from './listing.ts';
import { type CallOptions, type ClientOptions, createTransport, type DoOptions, type Transport } from './transport.ts';
import type {
  Agreement,
  AgreementChange,
  Bank,
  Check,
  Closing,
  Evidence,
  Invitation,
  InvitationDraft,
  JournalEntry,
  Member,
  NewAgreement,
  NewInvitation,
  NewMember,
  NewTransfer,
  Proof,
  Resent,
  StatementLine,
  Successor,
  Token,
  Transfer,
} from './types.ts';

/** How a list is read. */
export interface ListOptions extends CallOptions {
  /** How many items one request brings, 1 to 200. Default: the bank's, 50. */
  readonly pageSize?: number | undefined;
}

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

export interface Members {
  /** Members, oldest first. */
  list(options?: ListOptions): Listing<Member>;
  /** One member, by id or handle. */
  get(idOrHandle: string, options?: CallOptions): Promise<Member>;
  /** Adds a member. For the operator. */
  add(member: NewMember, options?: DoOptions): Promise<Member>;
  /** What moved on a member's account, newest first. */
  statement(idOrHandle: string, options?: ListOptions): Listing<StatementLine>;
  /** Makes a token for a member; it is shown once. For the operator. */
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

export interface Invitations {
  /** Makes a link that invites another bank. For the operator, as all that follows. */
  make(invitation: NewInvitation, options?: DoOptions): Promise<Invitation>;
  /** What another bank's link proposes. */
  read(link: string, options?: DoOptions): Promise<InvitationDraft>;
}

export interface Agreements {
  /** Says the first yes to another bank's invitation. */
  offer(agreement: NewAgreement, options?: DoOptions): Promise<Agreement>;
  /** All agreements, newest first. Any token of the bank may read them. */
  list(options?: CallOptions): Listing<Agreement>;
  /** One agreement. Any token of the bank may read it. */
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

export interface Client {
  /** The bank and its books. Needs no token. */
  bank(options?: CallOptions): Promise<Bank>;
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
    give: (gift, call) => post('/api/transfers', '', gift, call),
    doctor: async (call) => (await get('/api/doctor', '', {}, call)).items,
    members: {
      list: (o = {}) => listing((at) => get('/api/members', '', paging(at), o), o.pageSize),
      get: (id, call) => get('/api/members/{id}', id, {}, call),
      add: (member, call) => post('/api/members', '', member, call),
      statement: (id, o = {}) => listing((at) => get('/api/members/{id}/statement', id, paging(at), o), o.pageSize),
      issueToken: (id, call) => post('/api/members/{id}/tokens', id, {}, call),
      setStatus: (id, status, call) => post('/api/members/{id}/status', id, { status }, call),
    },
    transfers: transfersOf(transport),
    invitations: {
      make: (invitation, call) => post('/api/invitations', '', invitation, call),
      read: (link, call) => post('/api/invitations/read', '', { link }, call),
    },
    agreements: agreementsOf(transport),
  };
}

function transfersOf({ get, post, sleep, timeoutMs: tryMs }: Transport): Transfers {
  return {
    list: (o = {}) => {
      const { member, agreement } = o;
      return listing(
        (at) =>
          get('/api/transfers', '', { ...paging(at), ...(member && { member }), ...(agreement && { agreement }) }, o),
        o.pageSize,
      );
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
        get(
          '/api/agreements/{id}/journal',
          id,
          { author, cursor: Number(cursor ?? 0), ...(limit !== undefined && { limit }) },
          o,
        );
      return listing(page, o.pageSize);
    },
  };
}

/** Whether a transfer has come to its end: settled, declined or returned. */
export function isEnded(transfer: Pick<Transfer, 'status'>): boolean {
  return ['settled', 'declined', 'returned'].includes(transfer.status);
}

function paging({ cursor, limit }: PageAt): { cursor?: string; limit?: number } {
  return { ...(cursor !== undefined && { cursor }), ...(limit !== undefined && { limit }) };
}
