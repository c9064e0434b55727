/**
 * Lists that come in pages.
 *
 * Promises: going through a listing asks for each page once, when it is needed; stopping early asks for no
 * more. Nothing is asked before the first item is wanted, and each walk begins anew.
 *
 * @module
 */
import type { CallOptions } from './transport.ts';

/** One page. `next` is the cursor of the page after it, or null when this is the last. */
export interface Page<T> {
  readonly items: T[];
  readonly next: string | null;
}

/** Which page, and how many items it has at most (1 to 200). */
export interface PageAt {
  readonly cursor?: string | undefined;
  readonly limit?: number | undefined;
}

/** All items, one after the other: `for await (const member of client.members.list())`. */
export interface Listing<T> extends AsyncIterable<T> {
  /** One page, for a list with a "more" button. Without a cursor, the first. */
  page(at?: PageAt): Promise<Page<T>>;
  /** All items in one array. */
  all(): Promise<T[]>;
}

export function listing<T>(page: (at: PageAt) => Promise<Page<T>>, limit: number | undefined): Listing<T> {
  async function* walk(): AsyncGenerator<T, void, undefined> {
    let cursor: string | undefined;
    do {
      const { items, next } = await page({ cursor, limit });
      yield* items;
      cursor = next ?? undefined;
    } while (cursor !== undefined);
  }
  return {
    page: (at = {}) => page({ limit, ...at }),
    [Symbol.asyncIterator]: walk,
    async all() {
      const items: T[] = [];
      for await (const item of walk()) items.push(item);
      return items;
    },
  };
}

/** How a list is read. */
export interface ListOptions extends CallOptions {
  /** How many items one request brings, 1 to 200. Default: the bank's, 50. */
  readonly pageSize?: number | undefined;
}

/** The page that is asked for, as a query says it. */
export function paging({ cursor, limit }: PageAt): { cursor?: string; limit?: number } {
  return { ...(cursor !== undefined && { cursor }), ...(limit !== undefined && { limit }) };
}
