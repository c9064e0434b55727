/**
 * What every operation of the fake node is made of: a request that was read, who asks, pages.
 *
 * @module
 */
import type { Books, MemberRow } from './books.ts';
import { invalid, Refused, whole } from './checks.ts';

export type Caller = { readonly role: 'operator' } | { readonly role: 'member'; readonly memberId: string };
/** Thrown for what only a real node does. */
export class NotHere extends Error {}

export type Wait = (ms: number, signal: AbortSignal) => Promise<void>;

/** One request, read. */
export interface Asked {
  readonly books: Books;
  readonly caller: Caller | null;
  readonly id: string;
  readonly body: unknown;
  readonly query: URLSearchParams;
  readonly issue: (memberId: string) => string;
  readonly wait: Wait;
  readonly signal: AbortSignal;
}

export type Prepare = (asked: Asked) => (() => object) | Promise<() => object>;

export interface Route {
  readonly method: string;
  readonly path: RegExp;
  readonly status: number;
  readonly prepare: Prepare;
}

export const get = (path: string, prepare: Prepare): Route => ({
  method: 'GET',
  path: pattern(path),
  status: 200,
  prepare,
});
export const post = (path: string, status: number, prepare: Prepare): Route => ({
  method: 'POST',
  path: pattern(path),
  status,
  prepare,
});

export function memberOf(books: Books, idOrHandle: string): MemberRow {
  const row = books.find(idOrHandle);
  if (row === undefined) throw new Refused('not_found');
  return row;
}

/** The person, household or organisation that is meant; whoever acts for somebody has to say for whom. */
export function personOf(books: Books, member: unknown): MemberRow {
  if (member === undefined) throw invalid('member', 'say whose it is');
  const row = memberOf(books, String(member));
  if (row.kind === 'fund') throw new Refused('not_found');
  return row;
}

/** Like {@link memberOf}, for a name that is not the one in the path: the refusal says which. */
export function ownerOf(books: Books, member: string): MemberRow {
  const row = books.find(member);
  if (row === undefined) throw new Refused('not_found', { member });
  return row;
}

export function mustBeSignedIn(caller: Caller | null): asserts caller is Caller {
  if (caller === null) throw new Refused('not_signed_in');
}

export function mustOperate(caller: Caller | null): void {
  mustBeSignedIn(caller);
  if (caller.role !== 'operator') throw new Refused('not_allowed');
}

export function mustBe(caller: Caller | null, memberId: string): void {
  mustBeSignedIn(caller);
  if (caller.role === 'member' && caller.memberId !== memberId) throw new Refused('not_allowed');
}

export function pageAt(query: URLSearchParams): { cursor: string; limit: number } {
  return { cursor: query.get('cursor') ?? '', limit: numberIn(query, 'limit', 50, 1, 200) };
}

export function numberIn(query: URLSearchParams, name: string, absent: number, min: number, max: number): number {
  const value = query.get(name);
  if (value === null) return absent;
  const number = Number(value);
  if (!whole(min, max).ok(number)) throw invalid(name, whole(min, max).says);
  return number;
}

export function pageOf<R extends { readonly id: string }, T>(
  rows: readonly R[],
  limit: number,
  view: (row: R) => T,
): { items: T[]; next: string | null } {
  const shown = rows.slice(0, limit);
  return { items: shown.map(view), next: shown.length === limit ? (shown.at(-1)?.id ?? null) : null };
}

function pattern(path: string): RegExp {
  return new RegExp(`^${path.replaceAll('/', '\\/').replace('{id}', '([^/]+)')}$`);
}
