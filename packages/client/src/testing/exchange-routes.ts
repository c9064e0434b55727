/**
 * The operations of the fake node about exchanges inside the bank.
 *
 * @module
 */
import type { Exchange, ExchangeSide, ExchangeTerms, ExchangeVersion } from '../types.ts';
import type { Books } from './books.ts';
import { check, type Field, invalid, oneOf, optional, Refused, text, whole } from './checks.ts';
import {
  type Act,
  beginExchange,
  doInExchange,
  type ExchangeRow,
  exchangeView,
  sideOf,
  summaryOf,
} from './exchanges.ts';
import { isListed, seatsLeft } from './offers.ts';
import {
  type Asked,
  type Caller,
  get,
  mustBeSignedIn,
  NotHere,
  pageAt,
  pageOf,
  personOf,
  post,
  type Route,
} from './route.ts';

const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$/;
const when: Field = {
  ok: (value) => typeof value === 'string' && TIME.test(value) && !Number.isNaN(Date.parse(value)),
  says: 'a time such as 2026-11-23T15:00:00Z',
};
const day: Field = {
  ok: (value) => typeof value === 'string' && /^\d{4}-\d\d-\d\d$/.test(value) && !Number.isNaN(Date.parse(value)),
  says: 'a day such as 2026-11-23',
};
const version: Field = {
  ok: (value) => {
    const { side, n, ...more } = (value ?? {}) as Record<string, unknown>;
    return SIDE.ok(side) && whole(1, 10_000).ok(n) && Object.keys(more).length === 0;
  },
  says: 'what `open` of the exchange says',
};
const SIDE = oneOf('giver', 'receiver');
const side = optional(SIDE);
const because = optional(text(0, 500));
const terms = {
  minutes: whole(1, 600_000),
  content: text(1, 500),
  startTime: optional(when),
  place: optional(text(0, 200)),
};
/** What the desk says besides. */
const slip = { reason: optional(text(0, 300)), by: optional(text(0, 64)) };
const record = { side, minutes: whole(0, 600_000), doneOn: optional(day) };

/** What is sent with each act, and the part of the address that stands for it. */
const ACTS: readonly (readonly [
  path: string,
  act: Exchange['acts'][number],
  fields: Readonly<Record<string, Field>>,
])[] = [
  ['accept', 'accept', { side, answers: version }],
  ['decline', 'decline', { side, answers: version, because }],
  ['counter', 'counter', { side, ...terms }],
  ['withdraw', 'withdraw', { side, because }],
  ['cancel', 'cancel', { side, because }],
  ['record', 'record', record],
  ['record/change', 'change_record', record],
  ['confirm', 'confirm', { side, answers: version }],
  ['contest', 'contest', { side, answers: version, because: text(1, 500) }],
];

export const EXCHANGE_ROUTES: readonly Route[] = [
  post('/api/exchanges', 201, prepareAsk),
  get('/api/exchanges', ({ books, caller, query }) => {
    const at = pageAt(query);
    mustBeSignedIn(caller);
    const named = query.get('member');
    const which = query.get('which');
    const me = caller.role === 'member' ? caller.memberId : named === null ? null : personOf(books, named).id;
    return () => {
      // The desk looks at what is in dispute, oldest first.
      if (me === null) {
        const items = books.exchanges.filter(({ status }) => status === 'disputed').map((row) => summaryOf(row, null));
        return { items: items.slice(0, at.limit), next: null };
      }
      const found = books.exchanges.filter(
        (row) =>
          sideOf(row, me) !== null &&
          (which === null || (which === 'open') === isOpen(row)) &&
          (at.cursor === '' || row.id < at.cursor),
      );
      return pageOf(found.reverse(), at.limit, (row) => summaryOf(row, sideOf(row, me)));
    };
  }),
  get('/api/exchanges/{id}', (asked) => {
    const row = rowOf(asked);
    const wanted = asked.query.get('side') as ExchangeSide | null;
    return () => exchangeView(row, asked.caller?.role === 'member' ? sideOf(row, asked.caller.memberId) : wanted);
  }),
  ...ACTS.map(([path, act, fields]) =>
    post(`/api/exchanges/{id}/${path}`, 200, (asked) => {
      const input = check(asked.body, { ...fields, ...slip });
      const row = rowOf(asked);
      const { caller, books } = asked;
      const by = sideFor(row, caller, input['side']);
      mustSayWhy(caller, input);
      return () => exchangeView(doInExchange(books, row, by, actFrom(books, act, input), wroteBy(caller)), by);
    }),
  ),
  post('/api/exchanges/{id}/say', 200, (asked) => speak(asked, 'talk')),
  post('/api/exchanges/{id}/thanks', 200, (asked) => speak(asked, 'thanks')),
];

function prepareAsk({ books, caller, body }: Asked): () => Exchange {
  const input = check(body, {
    member: optional(text(0, 64)),
    offer: optional(text(0, 64)),
    to: optional(text(0, 300)),
    side,
    yesAhead: optional(oneOf(true, false)),
    ...terms,
    ...slip,
  });
  if ((input['offer'] === undefined) === (input['to'] === undefined)) throw invalid('to', 'say offer or to');
  mustBeSignedIn(caller);
  const me = personOf(books, caller.role === 'member' ? caller.memberId : input['member']);
  mustSayWhy(caller, input);
  return () => {
    if (me.status !== 'active') throw new Refused('member_inactive', { handle: me.handle });
    const { other, offer } = subjectOf(books, input);
    if (other === me) throw new Refused('same_account');
    const mine = offer === undefined ? input['side'] : offer.kind === 'offer' ? 'receiver' : 'giver';
    if (mine === undefined) throw invalid('side', 'say who gives');
    const said = termsFrom(books, input);
    const by = mine as ExchangeSide;
    const [giver, receiver] = by === 'giver' ? [me, other] : [other, me];
    const title = offer?.title ?? said.content.split('\n')[0] ?? '';
    const who = {
      giver,
      receiver,
      offerId: offer?.id ?? null,
      yesAhead: input['yesAhead'] === true ? by : null,
      title,
    };
    const row = beginExchange(books, who, by, said, wroteBy(caller));
    return exchangeView(row, caller.role === 'member' ? by : ((input['side'] as ExchangeSide | undefined) ?? null));
  };
}

/** Whom it is asked of, and from what. */
function subjectOf(books: Books, input: Record<string, unknown>) {
  const offer = books.offers.find(({ id }) => id === input['offer']);
  if (input['offer'] !== undefined) {
    if (offer === undefined || !isListed(books, offer)) throw new Refused('not_found');
    if (seatsLeft(books, offer) === 0) throw new Refused('already_answered', { field: 'seats' });
    return { other: personOf(books, offer.memberId), offer };
  }
  const address = String(input['to'])
    .replace(/^@/, '')
    .replace(/^acct:/, '')
    .toLowerCase();
  const [payee = '', host] = address.split('@');
  if (host !== undefined && host !== new URL(books.rules.origin).host) {
    if (books.partners.some((each) => each.host === host)) throw new NotHere();
    throw new Refused('not_partners', { town: host });
  }
  const other = books.members.find(({ handle, id }) => handle === payee || id.toLowerCase() === payee);
  if (other === undefined || other.kind === 'fund') throw new Refused('unknown_payee', { payee });
  if (other.status !== 'active') throw new Refused('payee_unavailable', { payee: other.handle });
  return { other, offer };
}

function actFrom<D extends Exchange['acts'][number]>(
  books: Books,
  act: D,
  input: Record<string, unknown>,
): Act & { do: D } {
  const {
    answers,
    minutes,
    doneOn,
    because: why,
  } = input as {
    answers?: ExchangeVersion;
    minutes?: number;
    doneOn?: string;
    because?: string;
  };
  if (act === 'counter') return { do: act, terms: termsFrom(books, input) };
  if (minutes !== undefined) mustBeWithinCap(books, minutes);
  return {
    do: act,
    ...(answers !== undefined && { answers }),
    ...(minutes !== undefined && { minutes }),
    ...(doneOn !== undefined && { doneOn }),
    ...(why !== undefined && why !== '' && { because: why }),
  };
}

function termsFrom(books: Books, input: Record<string, unknown>): ExchangeTerms {
  const { minutes, content, startTime, place } = input as ExchangeTerms;
  mustBeWithinCap(books, minutes);
  return { minutes, content, ...(startTime && { startTime }), ...(place && { place }) };
}

function mustBeWithinCap(books: Books, minutes: number): void {
  const { transferCapMinutes: capMinutes } = books.rules;
  if (minutes > capMinutes) throw new Refused('over_transfer_cap', { capMinutes });
}

/** Thanks are said once a side, after the hours were confirmed. */
function speak(asked: Asked, kind: 'talk' | 'thanks'): () => Exchange {
  const { books, caller } = asked;
  const input = check(asked.body, { side, text: text(1, 1000), ...slip });
  const row = rowOf(asked);
  const by = sideFor(row, caller, input['side']);
  mustSayWhy(caller, input);
  return () => {
    const { status, talk } = row;
    const over = status === 'declined' || status === 'cancelled';
    if (kind === 'thanks' ? status !== 'confirmed' : over) throw new Refused('already_answered', { status });
    if (kind === 'talk' && wroteBy(caller) === 'desk' && status !== 'disputed') throw new Refused('not_allowed');
    if (kind === 'talk' || !talk.some((each) => each.kind === 'thanks' && each.by === by)) {
      const at = books.rules.now().toISOString();
      const said = String(input['text']);
      talk.push({ id: books.nextId(), by, wroteBy: wroteBy(caller), kind, text: said, at, shown: false });
    }
    return exchangeView(row, by);
  };
}

/** Somebody else's exchange looks like none. */
function rowOf({ books, caller, id }: Asked): ExchangeRow {
  mustBeSignedIn(caller);
  const row = books.exchanges.find((each) => each.id === id);
  if (row === undefined || (caller.role === 'member' && sideOf(row, caller.memberId) === null))
    throw new Refused('not_found');
  return row;
}

function sideFor(row: ExchangeRow, caller: Caller | null, wanted: unknown): ExchangeSide {
  const own = caller?.role === 'member' ? sideOf(row, caller.memberId) : (wanted as ExchangeSide | undefined);
  if (own === undefined || own === null) throw invalid('side', 'say for whom');
  return own;
}

/** What the desk does stands on a slip, with a reason. Nobody is a coordinator here by name. */
function mustSayWhy(caller: Caller | null, { reason, by }: Record<string, unknown>): void {
  if (caller?.role === 'member') return;
  if (by !== undefined) throw new NotHere();
  if (String(reason ?? '').trim() === '') throw invalid('reason', 'say why');
}

function wroteBy(caller: Caller | null): 'member' | 'desk' {
  return caller?.role === 'member' ? 'member' : 'desk';
}

/** Whether something is still to come. */
function isOpen({ status, reserved }: ExchangeRow): boolean {
  return (
    ['proposed', 'agreed', 'claimed', 'disputed'].includes(status) || (status === 'confirmed' && reserved === 'no')
  );
}
