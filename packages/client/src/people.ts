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
  Person,
  Session,
  WaitingHat,
  WebAuthn,
} from './types.ts';

/** Coming in as a person. None of these needs a token. */
export interface SignIn {
  /** Sends six figures to an address. The answer is the same for an address that nobody has. */
  requestCode(email: string, options?: DoOptions & { language?: 'en' | 'es' | 'ar' }): Promise<CodeSent>;
  /** Exchanges the figures for a token; `memberId` is the hat to wear. */
  byCode(request: string, code: string, options?: DoOptions & { memberId?: string }): Promise<Entered>;
  /** Exchanges the link of a letter, or its last part, for a token. It counts once. */
  byLink(link: string, options?: DoOptions & { memberId?: string }): Promise<Entered>;
  /** What `PublicKeyCredential.parseRequestOptionsFromJSON` of a browser needs, for a passkey of this bank. */
  passkeyOptions(options?: DoOptions): Promise<WebAuthn>;
  /** Exchanges what the passkey has signed, as `credential.toJSON()` says it, for a token. */
  byPasskey(answer: WebAuthn, options?: DoOptions & { memberId?: string }): Promise<Entered>;
  /** Exchanges the words of a card for a token. */
  byCard(words: string, options?: DoOptions & { memberId?: string }): Promise<Entered>;
}

export interface Hats {
  /** For whom the caller may act. */
  list(options?: CallOptions): Promise<Hat[]>;
  /** Who may act for a member, or for the `desk`; members ask for themselves. */
  of(member: string, options?: CallOptions): Promise<Hat[]>;
  /** For the desk. A member for whom somebody acts already hears of it. */
  give(hat: NewHat, options?: DoOptions): Promise<Hat[]>;
  /** For the desk. */
  take(personId: string, memberId: string, options?: DoOptions): Promise<Hat[]>;
  /** Addresses whose owners get a hat of this member, or of the `desk`, once they come in. */
  waiting(member: string, options?: CallOptions): Promise<WaitingHat[]>;
  /** Takes such a hat back. For the desk. */
  drop(email: string, memberId: string, options?: DoOptions): Promise<WaitingHat[]>;
  /** A token with another of the caller's hats. It ends when the caller's does. */
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
  /** What `PublicKeyCredential.parseCreationOptionsFromJSON` of a browser needs to make one. */
  options(options?: DoOptions): Promise<WebAuthn>;
  /** Keeps the one that the browser has made, as `credential.toJSON()` says it. */
  add(answer: WebAuthn, name: string, options?: DoOptions): Promise<Passkey>;
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
  /** Who the caller is, by which ways they come in, and their other banks. For somebody who signed in as a person. */
  person(options?: CallOptions): Promise<Person>;
  /**
   * Sends six figures to an address by which the caller wants to come in from now on. The answer is the same when
   * somebody else has it.
   */
  requestAddress(email: string, options?: DoOptions & { language?: 'en' | 'es' | 'ar' }): Promise<CodeSent>;
  /** Comes in by that address from now on, with the figures. Sessions stay; the address before hears of it. */
  changeAddress(
    request: string,
    code: string,
    options?: DoOptions & { language?: 'en' | 'es' | 'ar' },
  ): Promise<Person>;
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
    person: (call) => get('/api/person', '', {}, call),
    requestAddress: (email, { language, ...call } = {}) => post('/api/person/address', '', { email, language }, call),
    changeAddress: (request, code, { language, ...call } = {}) =>
      post('/api/person/address/confirm', '', { request, code, language }, call),
    signIn: {
      requestCode: (email, { language, ...call } = {}) => post('/api/sign-in/codes', '', { email, language }, call),
      byCode: (request, code, { memberId, ...call } = {}) =>
        post('/api/sign-in/code', '', { request, code, memberId }, call),
      byLink: (link, { memberId, ...call } = {}) => post('/api/sign-in/link', '', { link, memberId }, call),
      passkeyOptions: async (call) => (await post('/api/sign-in/passkey/options', '', {}, call)).options,
      byPasskey: (answer, { memberId, ...call } = {}) => post('/api/sign-in/passkey', '', { answer, memberId }, call),
      byCard: (words, { memberId, ...call } = {}) => post('/api/sign-in/card', '', { words, memberId }, call),
    },
    hats: {
      list: async (call) => (await get('/api/hats', '', {}, call)).items,
      of: async (member, call) => (await get('/api/hats', '', { member }, call)).items,
      give: async (hat, call) => (await post('/api/hats', '', hat, call)).items,
      take: async (personId, memberId, call) => (await post('/api/hats/take', '', { personId, memberId }, call)).items,
      waiting: async (member, call) => (await get('/api/hats', '', { member }, call)).waiting ?? [],
      drop: async (email, memberId, call) => (await post('/api/hats/drop', '', { email, memberId }, call)).waiting,
      wear: (memberId, call) => post('/api/hats/wear', '', { memberId }, call),
    },
    sessions: {
      list: async (call) => (await get('/api/sessions', '', {}, call)).items,
      end: (id, call) => post('/api/sessions/{id}/end', id, {}, call),
      endOthers: async (call) => (await post('/api/sessions/end-others', '', {}, call)).ended,
    },
    passkeys: {
      list: async (call) => (await get('/api/passkeys', '', {}, call)).items,
      options: async (call) => (await post('/api/passkeys/options', '', {}, call)).options,
      add: (answer, name, call) => post('/api/passkeys', '', { answer, name }, call),
      rename: (id, name, call) => post('/api/passkeys/{id}/name', id, { name }, call),
      remove: (id, call) => post('/api/passkeys/{id}/remove', id, {}, call),
    },
    cards: {
      issue: (id, { personId, ...call } = {}) => post('/api/members/{id}/card', id, { personId }, call),
      revoke: async (id, { personId, ...call } = {}) =>
        (await post('/api/members/{id}/card/revoke', id, { personId }, call)).revoked,
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
        post('/api/applications/{id}/decide', id, { yes, sentence }, call),
    },
  };
}
