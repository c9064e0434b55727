/**
 * Towns whose databases can be copied and put back, on PostgreSQL or in folders.
 *
 * Promises: a copy can be put back more than once; a town keeps its port, its name and its secret.
 *
 * @module
 */
import { randomUUID } from 'node:crypto';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { sql } from 'drizzle-orm';
import pg from 'pg';

import { recompute, rowsOf, totals } from '../ledger/ledger.ts';
import { testDatabase } from './postgres.ts';
import { connect, evidenceOf, freePort, startTown, type Town, until } from './town.ts';

export type Storage = 'postgres' | 'pglite';

interface Place {
  readonly name: string;
  readonly port: number;
  /** Where the secret is. */
  readonly folder: string;
  /** A database's address, or a folder. */
  at: string;
  town: Town | null;
}

export class Restorable {
  readonly #storage: Storage;
  readonly #places = new Map<string, Place>();
  readonly #agreements = new Map<string, string>();

  private constructor(storage: Storage) {
    this.#storage = storage;
  }

  /** Starts towns with a member `m` each. */
  static async start(storage: Storage, names: readonly string[]): Promise<Restorable> {
    const towns = new Restorable(storage);
    for (const name of names) {
      const folder = mkdtempSync(join(tmpdir(), 'evenhour-restorable-'));
      const at = storage === 'postgres' ? await testDatabase() : join(folder, 'first');
      towns.#places.set(name, { name, port: await freePort(), folder, at, town: null });
    }
    await towns.up(...names);
    for (const name of names) await towns.of(name).call('POST', '/api/members', { handle: 'm', name: `M. of ${name}` });
    return towns;
  }

  #place(name: string): Place {
    const place = this.#places.get(name);
    if (place === undefined) throw new Error(`no town ${name}`);
    return place;
  }

  of(name: string): Town {
    const { town } = this.#place(name);
    if (town === null) throw new Error(`${name} is down`);
    return town;
  }

  async up(...names: string[]): Promise<void> {
    const allow = [...this.#places.values()].map(({ port }) => `http://127.0.0.1:${port}`);
    await Promise.all(
      names.map(async (name) => {
        const place = this.#place(name);
        const where = this.#storage === 'postgres' ? { databaseUrl: place.at } : { databaseFolder: place.at };
        place.town = await startTown({ name, port: place.port, allow, folder: place.folder, ...where });
      }),
    );
  }

  async down(...names: string[]): Promise<void> {
    for (const place of names.map((name) => this.#place(name))) {
      await place.town?.stop();
      place.town = null;
    }
  }

  /** Copies the database of a town, which is down meanwhile and up again afterwards. */
  async backUp(name: string): Promise<string> {
    const up = this.#place(name).town !== null;
    await this.down(name);
    const copy = await this.#copy(this.#place(name), this.#place(name).at);
    if (up) await this.up(name);
    return copy;
  }

  /** Puts a copy in the place of the database. A town that is up is down meanwhile. */
  async putBack(name: string, copy: string): Promise<void> {
    const place = this.#place(name);
    const up = place.town !== null;
    await this.down(name);
    place.at = await this.#copy(place, copy);
    if (up) await this.up(name);
  }

  async #copy({ folder }: Place, from: string): Promise<string> {
    const name = `copy_${randomUUID().replaceAll('-', '')}`;
    if (this.#storage === 'pglite') {
      const to = join(folder, name);
      cpSync(join(from, 'data'), join(to, 'data'), { recursive: true });
      return to;
    }
    const url = new URL(from);
    const client = new pg.Client({ connectionString: new URL('/postgres', url).href });
    await client.connect();
    await client.query(`create database ${name} template ${url.pathname.slice(1)}`);
    await client.end();
    url.pathname = `/${name}`;
    return url.href;
  }

  async connect(a: string, b: string): Promise<void> {
    const ids = await connect(this.of(a), this.of(b), 6000, 6000);
    this.#agreements.set(`${a} ${b}`, ids.a);
    this.#agreements.set(`${b} ${a}`, ids.b);
  }

  /** Waits until a town that was put back knows an agreement again, which has another name there now. */
  async find(at: string, other: string): Promise<void> {
    const origin = `http://127.0.0.1:${this.#place(other).port}`;
    const found = await until(async () => {
      const { body } = await this.of(at).call('GET', '/api/agreements');
      return body.items.find((item: { origin: string }) => item.origin === origin);
    }, 20_000);
    this.#agreements.set(`${at} ${other}`, found.id);
  }

  /** Begins a gift between the members of two towns and answers its id. */
  async give(from: string, to: string, minutes: number): Promise<string> {
    const given = await this.of(from).call('POST', '/api/transfers', {
      from: 'm',
      to: `m@127.0.0.1:${this.#place(to).port}`,
      minutes,
    });
    if (given.status !== 202) throw new Error(`gift: ${JSON.stringify(given.body)}`);
    return given.body.id;
  }

  async statusOf(at: string, id: string): Promise<string> {
    return (await this.of(at).call('GET', `/api/transfers/${id}`)).body.status;
  }

  /** Gives, and waits until it is settled. */
  async cross(from: string, to: string, minutes: number): Promise<void> {
    const id = await this.give(from, to, minutes);
    await until(async () => (await this.statusOf(from, id)) === 'settled', 20_000);
  }

  async agreement(at: string, other: string) {
    const id = this.#agreements.get(`${at} ${other}`);
    return (await this.of(at).call('GET', `/api/agreements/${id}`)).body;
  }

  async balance(at: string): Promise<number> {
    return (await this.of(at).call('GET', '/api/members/m')).body.balance.balanceMinutes;
  }

  /**
   * Waits until two towns are open, hold the same journals and have nothing under way, and says what is wrong
   * with the books of either: nothing, in words.
   */
  async settle(a: string, b: string): Promise<string[]> {
    const [ours, theirs] = await until(async () => {
      const both = await Promise.all([this.agreement(a, b), this.agreement(b, a)]);
      const [one, two] = both;
      const open = both.every(({ mode, underway }) => mode === 'open' && underway.length === 0);
      const { ours, theirs } = one.journal;
      const agreed = isDeepStrictEqual([ours, theirs], [two.journal.theirs, two.journal.ours]);
      return open && agreed ? both : null;
    }, 20_000);
    const wrong: string[] = [];
    if (ours.position.owesMinutes !== 0 - theirs.position.owesMinutes) wrong.push('the positions differ');
    for (const { database, bank } of [this.of(a), this.of(b)]) {
      const { sum, held } = await totals(database.db, bank.id);
      if (sum !== 0) wrong.push(`the sum is ${sum}`);
      if (held !== 0) wrong.push(`${held} are held`);
      if ((await recompute(database.db, bank.id)).length > 0) wrong.push('balances are not their postings');
      const mirrors = await database.db.execute(sql`
        select 1 from pair p join account a on a.bank_id = p.bank_id and a.id = p.mirror_id where a.balance <> p.debt_minutes`);
      if (rowsOf(mirrors).length > 0) wrong.push('the account of the partner is not the debt');
      wrong.push(...(await evidenceOf(database)));
    }
    return wrong;
  }

  async stop(): Promise<void> {
    await this.down(...this.#places.keys());
    for (const { folder } of this.#places.values()) rmSync(folder, { recursive: true, force: true });
  }
}
