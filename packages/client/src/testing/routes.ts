/**
 * The operations that the fake node knows, one entry each.
 *
 * Promises: `prepare` looks at the request and refuses in the order of a real node; the action that it
 * returns is what an Idempotency-Key does once. Answers are typed as the API's.
 *
 * @module
 */
import type { Agreement, Bank, Check, Member, Proof, StatementLine, Transfer } from '../types.ts';
import type { Books, MemberRow } from './books.ts';
import { check, handle, invalid, oneOf, optional, Refused, text, url, whole } from './checks.ts';
import { EXCHANGE_ROUTES } from './exchange-routes.ts';
import { OFFER_ROUTES } from './offers.ts';
import {
  type Asked,
  type Caller,
  get,
  memberOf,
  mustBe,
  mustBeSignedIn,
  mustOperate,
  NotHere,
  numberIn,
  ownerOf,
  type Prepare,
  pageAt,
  pageOf,
  post,
  type Route,
} from './route.ts';

const ROUTES: readonly Route[] = [
  get(
    '/api/bank',
    ({ books }) =>
      () =>
        bankView(books),
  ),
  get('/api/members', ({ books, caller, query }) => {
    const at = pageAt(query);
    mustBeSignedIn(caller);
    if (query.has('search')) throw new NotHere();
    return () =>
      pageOf(
        books.members.filter(({ id }) => id > at.cursor),
        at.limit,
        (row) => memberView(row, caller),
      );
  }),
  post('/api/members', 201, ({ books, caller, body }) => {
    const kind = optional(oneOf('person', 'household', 'organisation'));
    const input = check(body, { handle, name: text(1, 100), kind, about: optional(text(0, 500)) });
    mustOperate(caller);
    return () => {
      const row = books.add(
        String(input['handle']),
        String(input['name']),
        (input['kind'] ?? 'person') as Member['kind'],
        String(input['about'] ?? ''),
      );
      return memberView(row, null);
    };
  }),
  get('/api/members/{id}', ({ books, caller, id }) => {
    mustBeSignedIn(caller);
    const row = memberOf(books, id);
    return () => ({ ...memberView(row, caller), profile: profileFor(row, caller) });
  }),
  post('/api/members/{id}/status', 200, ({ books, caller, id, body }) => {
    const input = check(body, { status: oneOf('active', 'suspended') });
    mustOperate(caller);
    const row = memberOf(books, id);
    if (row.kind === 'fund') throw new Refused('not_allowed');
    return () => {
      row.status = input['status'] as Member['status'];
      return memberView(row, null);
    };
  }),
  post('/api/members/{id}/tokens', 201, ({ books, caller, id, body, issue }) => {
    check(body, {});
    mustOperate(caller);
    const row = memberOf(books, id);
    return () => ({ token: issue(row.id), memberId: row.id });
  }),
  get('/api/members/{id}/statement', ({ books, caller, id, query }) => {
    const at = pageAt(query);
    const row = memberOf(books, id);
    mustBe(caller, row.id);
    return () => {
      const lines = books.statementOf(row).filter((line) => at.cursor === '' || line.id < at.cursor);
      return pageOf<StatementLine, StatementLine>(lines, at.limit, (line) => line);
    };
  }),
  post('/api/transfers', 202, prepareGift),
  get('/api/transfers', ({ books, caller, query }) => {
    const at = pageAt(query);
    mustBeSignedIn(caller);
    const named = query.get('member');
    const memberId = caller.role === 'member' ? caller.memberId : named === null ? null : ownerOf(books, named).id;
    const agreementId = query.get('agreement');
    if (agreementId !== null) partnerOf(books, agreementId);
    return () => {
      const found = books.transfers.filter(
        (each) =>
          (memberId === null || each.memberId === memberId) &&
          (agreementId === null || each.agreementId === agreementId) &&
          (at.cursor === '' || each.id < at.cursor),
      );
      return pageOf<Transfer, Transfer>(found.reverse(), at.limit, (each) => each);
    };
  }),
  get('/api/transfers/{id}', async ({ books, caller, id, query, wait, signal }) => {
    const waitMs = numberIn(query, 'waitMs', 0, 0, 30_000);
    const transfer = transferFor(books, caller, id);
    const end = Date.now() + waitMs;
    while (!['settled', 'declined', 'returned'].includes(transfer.status) && Date.now() < end && !signal.aborted) {
      await wait(end - Date.now(), signal);
    }
    return () => transfer;
  }),
  post('/api/transfers/{id}/take-back', 200, ({ books, caller, id, body }) => {
    check(body, {});
    const transfer = transferFor(books, caller, id);
    mustBe(caller, transfer.memberId);
    return () => books.takeBack(transfer);
  }),
  get('/api/transfers/{id}/proof', ({ books, caller, id }) => {
    const transfer = transferFor(books, caller, id);
    return (): Proof => ({
      transfer,
      checked: false,
      entries: [],
      postings: books.lines.filter((line) => line.transferId === id).map(({ transferId: _, ...line }) => line),
    });
  }),
  get('/api/agreements', ({ books, caller }) => {
    mustBeSignedIn(caller);
    return () => ({ items: books.partners.map((each) => agreementView(books, each)).reverse() });
  }),
  get('/api/agreements/{id}', ({ books, caller, id }) => {
    mustBeSignedIn(caller);
    const partner = partnerOf(books, id);
    return () => agreementView(books, partner);
  }),
  post('/api/agreements/{id}/change', 200, ({ books, caller, id, body }) => {
    const input = check(body, {
      grantsMinutes: optional(whole(0, 60_000_000)),
      suspended: optional(oneOf(true, false)),
    });
    if (Object.keys(input).length === 0) throw invalid('', 'name what to change');
    mustOperate(caller);
    return () => {
      const partner = partnerOf(books, id);
      const { grantsMinutes, suspended } = input as { grantsMinutes?: number; suspended?: boolean };
      partner.grants = grantsMinutes ?? partner.grants;
      partner.weSuspended = suspended ?? partner.weSuspended;
      return agreementView(books, partner);
    };
  }),
  get('/api/doctor', ({ books, caller }) => {
    mustOperate(caller);
    return () => {
      const { sumMinutes } = bankView(books).books;
      const items: Check[] = [
        {
          id: 'sum',
          ok: sumMinutes === 0,
          says: `All accounts of this bank sum to ${sumMinutes === 0 ? 'zero' : sumMinutes}.`,
        },
      ];
      return { items };
    };
  }),
  // Nobody is told anything here.
  get('/api/notices', ({ caller, query }) => {
    pageAt(query);
    mustBeSignedIn(caller);
    return () => ({ items: [], next: null });
  }),
  ...OFFER_ROUTES,
  ...EXCHANGE_ROUTES,
];

/** What a real node does and the fake one does not. */
const REAL_NODE_ONLY = new RegExp(
  `^/api/(${[
    ...['acts', 'agreements', 'applications', 'calendar', 'exchanges', 'fund', 'gatherings', 'gifts', 'hats'],
    ...['invitations', 'join', 'join-links', 'leaving', 'mail', 'members', 'newcomers', 'notices', 'offers'],
    ...['openapi.json', 'passkeys', 'person', 'places', 'receipts', 'sessions', 'sign-in', 'slips', 'towns'],
    ...['transfers', 'wishes'],
  ].join('|')})(/|$)`,
);

export function findRoute(
  method: string,
  path: string,
): { readonly id: string; readonly status: number; readonly prepare: Prepare } | 'unknown' | 'real node only' {
  for (const route of ROUTES) {
    const match = route.method === method ? route.path.exec(path) : null;
    if (match !== null) return { id: decodeURIComponent(match[1] ?? ''), status: route.status, prepare: route.prepare };
  }
  return REAL_NODE_ONLY.test(path) ? 'real node only' : 'unknown';
}

function prepareGift({ books, caller, body }: Asked): () => Transfer {
  const input = check(body, {
    from: optional(text(0, 64)),
    to: text(1, 300),
    minutes: whole(1, 600_000),
    content: optional(text(0, 500)),
    reverses: optional(url),
  });
  mustBeSignedIn(caller);
  const given = input['from'] ?? (caller.role === 'member' ? caller.memberId : undefined);
  if (given === undefined) throw invalid('from', 'say who gives');
  const from = ownerOf(books, String(given));
  mustBe(caller, from.id);
  return () =>
    books.give({
      from,
      to: String(input['to']),
      minutes: Number(input['minutes']),
      content: String(input['content'] ?? ''),
    });
}

/** Somebody else's transfer looks like none. */
function transferFor(books: Books, caller: Caller | null, id: string): Transfer {
  mustBeSignedIn(caller);
  const found = books.transfers.find((each) => each.id === id);
  const mine =
    caller.role === 'operator' ||
    found?.memberId === caller.memberId ||
    (found?.direction === 'local' && found.counterparty === caller.memberId);
  if (found === undefined || !mine) throw new Refused('not_found');
  return found;
}

function partnerOf(books: Books, id: string): Books['partners'][number] {
  const partner = books.partners.find((each) => each.id === id);
  if (partner === undefined) throw new Refused('not_found');
  return partner;
}

/** With the balance for the operator and the member; the fund's is public. `null` leaves it out. */
function memberView({ account, ...row }: MemberRow, caller: Caller | null): Member {
  const mine = caller?.role === 'operator' || (caller?.role === 'member' && caller.memberId === row.id);
  if (!mine && (row.kind !== 'fund' || caller === null)) return row;
  const { balance, held, floor, ceiling } = account;
  return {
    ...row,
    balance: { balanceMinutes: balance, heldMinutes: held, floorMinutes: floor, ceilingMinutes: ceiling },
  };
}

/** Nobody has said anything about themselves yet. */
function profileFor({ id }: MemberRow, caller: Caller | null): NonNullable<Member['profile']> {
  const mine = caller?.role === 'operator' || (caller?.role === 'member' && caller.memberId === id);
  return {
    speaks: '',
    howFar: '',
    whenFree: '',
    place: '',
    coordinates: null,
    askFor: '',
    website: '',
    reach: mine ? { email: '', phone: '', words: '' } : null,
    reachShown: false,
    language: '',
  };
}

function bankView(books: Books): Bank {
  const { origin, name } = books.rules;
  const sum = (rows: readonly MemberRow[]) => rows.reduce((total, { account }) => total + account.balance, 0);
  const people = books.members.filter(({ kind }) => kind !== 'fund');
  const membersMinutes = sum(people);
  const fundsMinutes = sum(books.members) - membersMinutes;
  const partnersMinutes = books.partners.reduce((total, { owes }) => total + owes, 0);
  return {
    name,
    origin,
    actor: `${origin}/ap/bank`,
    theme: 'plain',
    phone: '',
    timeZone: 'UTC',
    bridgeBuilder: '',
    members: people.length,
    books: {
      membersMinutes,
      fundsMinutes,
      partnersMinutes,
      unclaimedMinutes: 0,
      lossesMinutes: 0,
      heldMinutes: books.members.reduce((total, { account }) => total + account.held, 0),
      sumMinutes: membersMinutes + fundsMinutes + partnersMinutes,
    },
  };
}

function agreementView(books: Books, partner: Books['partners'][number]): Agreement {
  const { id, town } = partner;
  const head = { epoch: 1, seq: 0, hash: '' };
  return {
    id,
    pair: id,
    status: 'active',
    mode: 'open',
    haltedBecause: null,
    town,
    partner: `${books.originOf(partner)}/ap/bank`,
    origin: books.originOf(partner),
    public: false,
    words: [],
    ourBridgeBuilder: '',
    theirBridgeBuilder: '',
    ourTurn: false,
    ourYesAt: null,
    theirYesAt: null,
    position: books.positionOf(partner),
    statement: null,
    journal: { ours: head, theirs: head, deliveredSeq: 0 },
    tested: true,
    delivery: { attempts: 0, nextAttemptAt: null, lastError: null, lastSeenAt: null },
    underway: [],
    openingMinutes: 0,
    silent: null,
    ending: null,
  };
}
