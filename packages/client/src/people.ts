/** The methods of the client about people: signing in, hats, one's own sessions and passkeys, cards, and joining. */
import { type Listing, type ListOptions, listing, paging } from './listing.ts';
import type { CallOptions, DoOptions, Transport } from './transport.ts';
import type {
  Application,
  Card,
  CodeSent,
  Decided,
  Entered,
  Hat,
  Inviter,
  Joined,
  JoinLink,
  MadeJoinLink,
  Newcomer,
  NewHat,
  NewJoinLink,
  Passkey,
  Session,
} from './types.ts';

/** Coming in as a person. None of these needs a token. */
export interface SignIn {
  /** Sends six figures to an address. The answer is the same for an address that nobody has. */
  requestCode(email: string, options?: DoOptions & { language?: 'en' | 'es' | 'ar' }): Promise<CodeSent>;
  /** Exchanges the figures for a token; `memberId` is the hat to wear. */
  byCode(request: string, code: string, options?: DoOptions & { memberId?: string }): Promise<Entered>;
  /** Exchanges the words of a card for a token. */
  byCard(words: string, options?: DoOptions & { memberId?: string }): Promise<Entered>;
}

export interface Hats {
  /** For whom the caller may act. */
  list(options?: CallOptions): Promise<Hat[]>;
  /** Who may act for a member, or for the `desk`. For the desk, as giving and taking. */
  of(member: string, options?: CallOptions): Promise<Hat[]>;
  give(hat: NewHat, options?: DoOptions): Promise<Hat[]>;
  take(personId: string, memberId: string, options?: DoOptions): Promise<Hat[]>;
  /** A token with another of the caller's hats. */
  wear(memberId: string, options?: DoOptions): Promise<Entered>;
}

export interface Sessions {
  list(options?: CallOptions): Promise<Session[]>;
  end(id: string, options?: DoOptions): Promise<Session>;
  /** Ends all but the one that asks, and says how many. */
  endOthers(options?: DoOptions): Promise<number>;
}

export interface Passkeys {
  list(options?: CallOptions): Promise<Passkey[]>;
  rename(id: string, name: string, options?: DoOptions): Promise<Passkey>;
  remove(id: string, options?: DoOptions): Promise<Passkey>;
}

export interface Cards {
  /** Issues a card for a member; the one before it stops. `personId` says which of several who act for them. */
  issue(idOrHandle: string, options?: DoOptions & { personId?: string }): Promise<Card>;
  /** Ends the cards of a member. Returns whether there were any. */
  revoke(idOrHandle: string, options?: DoOptions & { personId?: string }): Promise<boolean>;
}

export interface JoinLinks {
  make(link?: NewJoinLink, options?: DoOptions): Promise<MadeJoinLink>;
  /** The caller's own that are open. */
  list(options?: CallOptions): Promise<JoinLink[]>;
  revoke(id: string, options?: DoOptions): Promise<JoinLink>;
  /** Who invites by a link. Needs no token. */
  read(link: string, options?: DoOptions): Promise<Inviter>;
}

export interface Applications {
  list(options?: ListOptions): Listing<Application>;
  decide(id: string, yes: boolean, options?: DoOptions & { sentence?: string }): Promise<Decided>;
}

export interface People {
  readonly signIn: SignIn;
  readonly hats: Hats;
  readonly sessions: Sessions;
  readonly passkeys: Passkeys;
  readonly cards: Cards;
  readonly joinLinks: JoinLinks;
  /** Joins by an invitation, or asks the desk. Needs no token. */
  join(newcomer: Newcomer, options?: DoOptions): Promise<Joined>;
  readonly applications: Applications;
}

export function peopleOf({ get, post }: Transport): People {
  return {
    signIn: {
      requestCode: (email, { language, ...call } = {}) =>
        post('/api/sign-in/codes', '', { email, ...(language && { language }) }, call),
      byCode: (request, code, { memberId, ...call } = {}) =>
        post('/api/sign-in/code', '', { request, code, ...(memberId !== undefined && { memberId }) }, call),
      byCard: (words, { memberId, ...call } = {}) =>
        post('/api/sign-in/card', '', { words, ...(memberId !== undefined && { memberId }) }, call),
    },
    hats: {
      list: async (call) => (await get('/api/hats', '', {}, call)).items,
      of: async (member, call) => (await get('/api/hats', '', { member }, call)).items,
      give: async (hat, call) => (await post('/api/hats', '', hat, call)).items,
      take: async (personId, memberId, call) => (await post('/api/hats/take', '', { personId, memberId }, call)).items,
      wear: (memberId, call) => post('/api/hats/wear', '', { memberId }, call),
    },
    sessions: {
      list: async (call) => (await get('/api/sessions', '', {}, call)).items,
      end: (id, call) => post('/api/sessions/{id}/end', id, {}, call),
      endOthers: async (call) => (await post('/api/sessions/end-others', '', {}, call)).ended,
    },
    passkeys: {
      list: async (call) => (await get('/api/passkeys', '', {}, call)).items,
      rename: (id, name, call) => post('/api/passkeys/{id}/name', id, { name }, call),
      remove: (id, call) => post('/api/passkeys/{id}/remove', id, {}, call),
    },
    cards: {
      issue: (id, { personId, ...call } = {}) =>
        post('/api/members/{id}/card', id, personId === undefined ? {} : { personId }, call),
      revoke: async (id, { personId, ...call } = {}) =>
        (await post('/api/members/{id}/card/revoke', id, personId === undefined ? {} : { personId }, call)).revoked,
    },
    joinLinks: {
      make: (link = {}, call) => post('/api/join-links', '', link, call),
      list: async (call) => (await get('/api/join-links', '', {}, call)).items,
      revoke: (id, call) => post('/api/join-links/{id}/revoke', id, {}, call),
      read: (link, call) => post('/api/join-links/read', '', { link }, call),
    },
    join: (newcomer, call) => post('/api/join', '', newcomer, call),
    applications: {
      list: (o = {}) => listing((at) => get('/api/applications', '', paging(at), o), o.pageSize),
      decide: (id, yes, { sentence, ...call } = {}) =>
        post('/api/applications/{id}/decide', id, { yes, ...(sentence !== undefined && { sentence }) }, call),
    },
  };
}
