/**
 * Offers and needs of the fake node's members.
 *
 * Promises: they are made, changed, found and ended as at a real node, but a search is for a piece of the words as they
 * were written: nothing mistyped is found, nothing is nearer, and partner towns have none. Nor has any a picture.
 *
 * @module
 */
import type { FoundOffer, NewOffer, Offer } from '../types.ts';
import type { Books } from './books.ts';
import { check, type Field, oneOf, optional, Refused, text, whole } from './checks.ts';
import {
  type Asked,
  get,
  memberOf,
  mustBeSignedIn,
  NotHere,
  pageAt,
  pageOf,
  personOf,
  post,
  type Route,
} from './route.ts';

export interface OfferRow
  extends Required<Pick<NewOffer, 'kind' | 'title' | 'text' | 'language' | 'category' | 'place' | 'when'>> {
  readonly id: string;
  readonly memberId: string;
  minutes: number | null;
  seats: number | null;
  visibility: Offer['visibility'];
  status: Offer['status'];
  expiresAt: string;
  readonly createdAt: string;
}

/** By name, so that the compiler misses none. */
const CATEGORIES: Readonly<Record<NewOffer['category'], true>> = {
  ...{ repairs: true, garden: true, kitchen: true, needlework: true, screens: true, languages: true, lessons: true },
  ...{ music: true, papers: true, errands: true, rides: true, company: true, animals: true, outings: true },
};
const SIX_MONTHS_MS = 183 * 86_400_000;

const orNull = (field: Field): Field => optional({ ...field, ok: (value) => value === null || field.ok(value) });
const degrees = (most: number): Field => ({
  ok: (value) => typeof value === 'number' && Math.abs(value) <= most,
  says: `degrees up to ${most}`,
});
const fields = {
  kind: oneOf('offer', 'need'),
  title: text(1, 100),
  text: optional(text(0, 2000)),
  language: optional(text(2, 12)),
  category: oneOf(...Object.keys(CATEGORIES)),
  place: optional(text(0, 80)),
  latitude: optional(degrees(90)),
  longitude: optional(degrees(180)),
  when: optional(text(0, 200)),
  minutes: orNull(whole(1, 6000)),
  seats: orNull(whole(1, 1000)),
  visibility: optional(oneOf('bank', 'partners', 'public')),
};

export const OFFER_ROUTES: readonly Route[] = [
  post('/api/offers', 201, ({ books, caller, body }) => {
    const { member, ...input } = check(body, { member: optional(text(0, 64)), ...fields });
    mustBeSignedIn(caller);
    const author = personOf(books, caller.role === 'member' ? caller.memberId : member);
    return () => {
      if (author.status !== 'active') throw new Refused('member_inactive');
      const createdAt = books.rules.now().toISOString();
      const row = { id: books.nextId(), memberId: author.id, status: 'open' as const, createdAt, expiresAt: '' };
      const made: OfferRow = { ...row, ...said(input as NewOffer) };
      renew(books, made);
      books.offers.push(made);
      return viewOf(books, made);
    };
  }),
  get('/api/offers', ({ books, caller, query }) => {
    const at = pageAt(query);
    mustBeSignedIn(caller);
    if (query.has('near')) throw new NotHere();
    const words = (query.get('q') ?? '').toLowerCase();
    const [kind, category, town] = [query.get('kind'), query.get('category'), query.get('town')];
    return () => {
      const found = books.offers.filter(
        (row) =>
          isListed(books, row) &&
          `${row.title}\n${row.text}`.toLowerCase().includes(words) &&
          (kind === null || row.kind === kind) &&
          (category === null || row.category === category) &&
          (town === null || town === new URL(books.rules.origin).host) &&
          (at.cursor === '' || row.id < at.cursor),
      );
      return pageOf(found.reverse(), at.limit, (row): FoundOffer => {
        const { by, visibility: _, status: __, createdAt: ___, ...shown } = viewOf(books, row);
        return { ...shown, byName: by.name, exact: true };
      });
    };
  }),
  get('/api/members/{id}/offers', ({ books, caller, id }) => {
    mustBeSignedIn(caller);
    const author = memberOf(books, id);
    const mine = caller.role === 'operator' || caller.memberId === author.id;
    return () => {
      const rows = books.offers.filter((row) => row.memberId === author.id && (mine || isListed(books, row)));
      return { items: rows.reverse().map((row) => viewOf(books, row)) };
    };
  }),
  get('/api/offers/{id}', (asked) => {
    const row = rowOf(asked, (each) => isListed(asked.books, each));
    return () => viewOf(asked.books, row);
  }),
  post('/api/offers/{id}', 200, (asked) => {
    const input = check(asked.body, fields);
    return change(asked, (row) => Object.assign(row, said(input as NewOffer)));
  }),
  post('/api/offers/{id}/pause', 200, (asked) => {
    const { paused } = check(asked.body, { paused: oneOf(true, false) });
    return change(asked, (row) => Object.assign(row, { status: paused ? 'paused' : 'open' }));
  }),
  post('/api/offers/{id}/renew', 200, (asked) => {
    check(asked.body, {});
    return change(asked, (row) => renew(asked.books, Object.assign(row, { status: 'open' })));
  }),
  post('/api/offers/{id}/end', 200, (asked) => {
    check(asked.body, {});
    const row = rowOf(asked);
    return () => viewOf(asked.books, Object.assign(row, { status: 'ended' }));
  }),
];

/** Whether it can be found. */
export function isListed(books: Books, { status, expiresAt, memberId }: OfferRow): boolean {
  return (
    status === 'open' &&
    Date.parse(expiresAt) > books.rules.now().getTime() &&
    books.find(memberId)?.status === 'active'
  );
}

/** Places that no exchange has; `null` when there is nothing to count. */
export function seatsLeft(books: Books, { id, seats }: OfferRow): number | null {
  if (seats === null) return null;
  const taken = books.exchanges.filter(
    ({ offerId, status, record }) =>
      offerId === id &&
      (['agreed', 'claimed', 'disputed'].includes(status) || (status === 'confirmed' && record?.minutes !== 0)),
  );
  return Math.max(0, seats - taken.length);
}

function change(asked: Asked, how: (row: OfferRow) => unknown): () => Offer {
  const row = rowOf(asked);
  return () => {
    if (row.status === 'ended') throw new Refused('already_answered');
    how(row);
    return viewOf(asked.books, row);
  };
}

/** An offer of the caller's, or one that others may see too; what they may not looks like none. */
function rowOf({ books, caller, id }: Asked, others: (row: OfferRow) => boolean = () => false): OfferRow {
  mustBeSignedIn(caller);
  const row = books.offers.find((each) => each.id === id);
  if (row === undefined || !(caller.role === 'operator' || caller.memberId === row.memberId || others(row)))
    throw new Refused('not_found');
  return row;
}

function renew({ rules }: Books, row: OfferRow): void {
  row.expiresAt = new Date(rules.now().getTime() + SIX_MONTHS_MS).toISOString();
}

function said(input: NewOffer) {
  const { kind, title, category, text: words = '', language = 'en', place = '', when = '' } = input;
  const { minutes = null, seats = null, visibility = 'bank' } = input;
  return { kind, title, category, text: words, language, place, when, minutes, seats, visibility };
}

function viewOf(books: Books, row: OfferRow): Offer {
  const { seats: _, memberId, ...rest } = row;
  const { origin } = books.rules;
  return {
    ...rest,
    by: { name: books.find(memberId)?.name ?? '', memberId, actor: `${origin}/ap/${memberId}` },
    town: new URL(origin).host,
    agreementId: null,
    seatsLeft: seatsLeft(books, row),
    picture: null,
  };
}
