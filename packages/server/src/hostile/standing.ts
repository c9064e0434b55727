/**
 * Whether anything in a bank's books has changed, when the node goes on with its own work meanwhile.
 *
 * @module
 */
import { isDeepStrictEqual } from 'node:util';
import { expect } from 'vitest';
import { snapshot, type Town, until } from '../testing/town.ts';

/** Tables in which the node writes at its own time: what was read of partners, and when letters go. */
const ITS_OWN = ['peer_offers', 'mail', 'due'];

export class Standing {
  readonly #town: Town;
  readonly #left: readonly string[];
  #rows: Record<string, string[]> = {};

  /** `besides` are tables that what is tried may change. */
  constructor(town: Town, besides: readonly string[] = []) {
    this.#town = town;
    this.#left = [...ITS_OWN, ...besides];
  }

  /** Waits until what was set going has come to its end. */
  async settle(): Promise<void> {
    await until(async () => {
      const before = this.#rows;
      this.#rows = await this.#read();
      return isDeepStrictEqual(before, this.#rows);
    });
  }

  /** Does it, and expects every row to be as it was at last. `what` is said when one is not. */
  async unchanged<T>(work: () => Promise<T>, what?: string): Promise<T> {
    const before = this.#rows;
    const done = await work();
    this.#rows = await this.#read();
    expect(this.#rows, what).toEqual(before);
    return done;
  }

  async #read(): Promise<Record<string, string[]>> {
    const all = await snapshot(this.#town.database);
    const kept = Object.entries(all).filter(([table]) => !this.#left.includes(table));
    return Object.fromEntries(
      kept.map(([table, rows]) => [table, rows.map((row) => row.replace(/"mail_at": (?:null|"[^"]*"),? ?/, ''))]),
    );
  }
}
