/**
 * Gatherings: a meeting, class, choir or shift with seats.
 *
 * @module
 */
import { type Listing, type ListOptions, listing, paging } from './listing.ts';
import type { CallOptions, DoOptions, Transport } from './transport.ts';
import type {
  Calendar,
  Gathering,
  GatheringCredit,
  GatheringSummary,
  NewGathering,
  Presence,
  SignUp,
  Withdrawal,
} from './types.ts';

export interface GatheringListOptions extends ListOptions {
  /** What comes, soonest first; or what I host, or go and went to, latest first. Default `coming`. */
  readonly which?: 'coming' | 'hosted' | 'attended' | undefined;
}

/** What the operator says; a member leaves it out. */
export interface GatheringDoOptions extends DoOptions {
  /** Why the desk does it, for the slip that the host gets. */
  readonly reason?: string | undefined;
  /** The coordinator who does it, by their id. */
  readonly by?: string | undefined;
}

export interface Gatherings {
  /** Calls people together; the operator does for the town. */
  create(gathering: NewGathering, options?: DoOptions): Promise<Gathering>;
  /** Says all of it anew; guests hear of another time or place. */
  update(id: string, gathering: NewGathering, options?: GatheringDoOptions): Promise<Gathering>;
  /** Calls it off: guests are told, and hours are free again. */
  cancel(id: string, options?: GatheringDoOptions): Promise<Gathering>;
  list(options?: GatheringListOptions): Listing<GatheringSummary>;
  get(id: string, options?: CallOptions): Promise<Gathering>;
  /** Takes a seat, or a place on the waiting list. */
  signUp(id: string, seat?: SignUp, options?: DoOptions): Promise<Gathering>;
  /** Gives a seat back; who waits moves up. */
  withdraw(id: string, whose?: Withdrawal, options?: DoOptions): Promise<Gathering>;
  /** Says that I am here, with the code of the poster. */
  signIn(id: string, code: string, options?: DoOptions): Promise<Gathering>;
  /** Says who came, those unannounced too. */
  markPresent(id: string, who: Presence, options?: DoOptions): Promise<Gathering>;
  /** Writes down the hours of everybody who came. */
  credit(id: string, lines: GatheringCredit['lines'], options?: GatheringDoOptions): Promise<Gathering>;
  /** My gatherings as a calendar, and its secret address. */
  calendar(options?: CallOptions): Promise<Calendar>;
  /** Makes that address anew. */
  renewCalendar(options?: DoOptions): Promise<Calendar>;
}

export function gatheringsOf({ get, post }: Transport): Gatherings {
  return {
    create: (gathering, call) => post('/api/gatherings', '', gathering, call),
    update: (id, gathering, { reason, by, ...call } = {}) =>
      post('/api/gatherings/{id}', id, { ...gathering, reason, by }, call),
    cancel: (id, { reason, by, ...call } = {}) => post('/api/gatherings/{id}/cancel', id, { reason, by }, call),
    list: ({ which, ...o } = {}) =>
      listing((at) => get('/api/gatherings', '', { ...paging(at), which }, o), o.pageSize),
    get: (id, call) => get('/api/gatherings/{id}', id, {}, call),
    signUp: (id, seat = {}, call) => post('/api/gatherings/{id}/sign-up', id, seat, call),
    withdraw: (id, whose = {}, call) => post('/api/gatherings/{id}/withdraw', id, whose, call),
    signIn: (id, code, call) => post('/api/gatherings/{id}/sign-in', id, { code }, call),
    markPresent: (id, who, call) => post('/api/gatherings/{id}/present', id, who, call),
    credit: (id, lines, { reason, by, ...call } = {}) =>
      post('/api/gatherings/{id}/credit', id, { lines, reason, by }, call),
    calendar: (call) => get('/api/calendar', '', {}, call),
    renewCalendar: (call) => post('/api/calendar/renew', '', {}, call),
  };
}
