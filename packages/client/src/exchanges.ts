/**
 * What two members do: ask, agree, do, record, confirm.
 *
 * @module
 */
import { type Listing, type ListOptions, listing, paging } from './listing.ts';
import type { CallOptions, DoOptions, Transport } from './transport.ts';
import type {
  Exchange,
  ExchangeSide,
  ExchangeSummary,
  ExchangeTerms,
  ExchangeVersion,
  NewExchange,
  NewHoursRecord,
  Settlement,
  Thanks,
  Transfer,
} from './types.ts';

/** What the operator says; a member leaves it out. */
export interface ExchangeDoOptions extends DoOptions {
  /** For which side. */
  readonly side?: ExchangeSide | undefined;
  /** Why the desk does it, for the slip that the member gets. */
  readonly reason?: string | undefined;
  /** The coordinator who does it, by their id. */
  readonly by?: string | undefined;
}

export interface ExchangeListOptions extends ListOptions {
  /** The operator says whose; without, those in dispute. */
  readonly member?: string | undefined;
  /** `open`: something is still to come. */
  readonly which?: 'open' | 'done' | undefined;
}

/** `answers` is the exchange's `open` as it was read: an answer never answers something newer. */
export interface Exchanges {
  /** Asks somebody, from an offer or directly. Nothing moves until both have said yes. */
  ask(exchange: NewExchange, options?: DoOptions): Promise<Exchange>;
  /** Newest first. */
  list(options?: ExchangeListOptions): Listing<ExchangeSummary>;
  /** With its story, and what may be done now in `acts`. */
  get(id: string, options?: CallOptions & { readonly side?: ExchangeSide | undefined }): Promise<Exchange>;
  accept(id: string, answers: ExchangeVersion, options?: ExchangeDoOptions): Promise<Exchange>;
  decline(id: string, answers: ExchangeVersion, because?: string, options?: ExchangeDoOptions): Promise<Exchange>;
  /** Proposes other terms; after a yes, what was agreed stands until the other says yes to the change. */
  counter(id: string, terms: ExchangeTerms, options?: ExchangeDoOptions): Promise<Exchange>;
  /** Takes back what one has proposed. */
  withdraw(id: string, because?: string, options?: ExchangeDoOptions): Promise<Exchange>;
  /** Cancels what was agreed, before hours are recorded. */
  cancel(id: string, because?: string, options?: ExchangeDoOptions): Promise<Exchange>;
  /** Records the hours; 0 minutes: it did not happen. */
  record(id: string, record: NewHoursRecord, options?: ExchangeDoOptions): Promise<Exchange>;
  /** Changes one's own record before it is confirmed. */
  changeRecord(id: string, record: NewHoursRecord, options?: ExchangeDoOptions): Promise<Exchange>;
  /** Says that a record is right; the hours move. */
  confirm(id: string, answers: ExchangeVersion, options?: ExchangeDoOptions): Promise<Exchange>;
  /** Says that it is not, and why. */
  contest(id: string, answers: ExchangeVersion, because: string, options?: ExchangeDoOptions): Promise<Exchange>;
  say(id: string, text: string, options?: ExchangeDoOptions): Promise<Exchange>;
  /** Gives the other one's own telephone number or address. For a member. */
  giveContact(id: string, what: 'phone' | 'email', options?: DoOptions): Promise<Exchange>;
  /** Once, after the hours were confirmed. */
  thank(id: string, text: string, options?: ExchangeDoOptions): Promise<Exchange>;
  /** Shows the thanks that one received to others, or no more. For a member. */
  showThanks(id: string, shown: boolean, options?: DoOptions): Promise<Exchange>;
  /** Writes down what a member of a dispute now stands by. For the operator. */
  settle(id: string, settlement: Settlement, options?: DoOptions): Promise<Exchange>;
  /** Puts right what was confirmed, by hours to the other that name the first. */
  putRight(id: string, minutes: number, content?: string, options?: ExchangeDoOptions): Promise<Transfer>;
  /** Thanks that a member received, newest first; of others those that they show. */
  thanks(idOrHandle: string, options?: ListOptions): Listing<Thanks>;
}

export function exchangesOf({ get, post }: Transport): Exchanges {
  return {
    ask: (exchange, call) => post('/api/exchanges', '', exchange, call),
    list: ({ member, which, ...o } = {}) =>
      listing((at) => get('/api/exchanges', '', { ...paging(at), member, which }, o), o.pageSize),
    get: (id, { side, ...call } = {}) => get('/api/exchanges/{id}', id, { side }, call),
    accept: (id, answers, { side, reason, by, ...call } = {}) =>
      post('/api/exchanges/{id}/accept', id, { side, reason, by, answers }, call),
    decline: (id, answers, because, { side, reason, by, ...call } = {}) =>
      post('/api/exchanges/{id}/decline', id, { side, reason, by, answers, because }, call),
    counter: (id, terms, { side, reason, by, ...call } = {}) =>
      post('/api/exchanges/{id}/counter', id, { side, reason, by, ...terms }, call),
    withdraw: (id, because, { side, reason, by, ...call } = {}) =>
      post('/api/exchanges/{id}/withdraw', id, { side, reason, by, because }, call),
    cancel: (id, because, { side, reason, by, ...call } = {}) =>
      post('/api/exchanges/{id}/cancel', id, { side, reason, by, because }, call),
    record: (id, record, { side, reason, by, ...call } = {}) =>
      post('/api/exchanges/{id}/record', id, { side, reason, by, ...record }, call),
    changeRecord: (id, record, { side, reason, by, ...call } = {}) =>
      post('/api/exchanges/{id}/record/change', id, { side, reason, by, ...record }, call),
    confirm: (id, answers, { side, reason, by, ...call } = {}) =>
      post('/api/exchanges/{id}/confirm', id, { side, reason, by, answers }, call),
    contest: (id, answers, because, { side, reason, by, ...call } = {}) =>
      post('/api/exchanges/{id}/contest', id, { side, reason, by, answers, because }, call),
    say: (id, text, { side, reason, by, ...call } = {}) =>
      post('/api/exchanges/{id}/say', id, { side, reason, by, text }, call),
    giveContact: (id, what, call) => post('/api/exchanges/{id}/contact', id, { what }, call),
    thank: (id, text, { side, reason, by, ...call } = {}) =>
      post('/api/exchanges/{id}/thanks', id, { side, reason, by, text }, call),
    showThanks: (id, shown, call) => post('/api/exchanges/{id}/thanks/shown', id, { shown }, call),
    settle: (id, settlement, call) => post('/api/exchanges/{id}/settle', id, settlement, call),
    putRight: (id, minutes, content, { side, reason, by, ...call } = {}) =>
      post('/api/exchanges/{id}/right', id, { side, reason, by, minutes, content }, call),
    thanks: (id, o = {}) => listing((at) => get('/api/members/{id}/thanks', id, paging(at), o), o.pageSize),
  };
}
