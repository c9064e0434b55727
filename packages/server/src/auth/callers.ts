/** Who asks the API, by the bearer token that came with the request. */
import type { Bank } from '../bank/bank.ts';
import type { Database } from '../db/database.ts';
import { findSessionCaller } from './sessions.ts';
import { type Caller, findCaller, hashToken } from './tokens.ts';

const FRESH_MS = 5_000;

/** Finds callers by their token, and remembers them for a few seconds. */
export class Callers {
  readonly #database: Database;
  readonly #known = new Map<string, { caller: Caller | null; until: number }>();

  constructor(database: Database) {
    this.#database = database;
  }

  async find(bank: Bank, secret: string): Promise<Caller | null> {
    const hash = hashToken(secret);
    const key = `${bank.id} ${hash}`;
    const known = this.#known.get(key);
    if (known !== undefined && known.until > Date.now()) return known.caller;
    const { db } = this.#database;
    const caller = (await findSessionCaller(db, bank.id, secret, 'app')) ?? (await findCaller(db, bank.id, hash));
    if (this.#known.size > 10_000) this.#known.clear();
    this.#known.set(key, { caller, until: Date.now() + FRESH_MS });
    return caller;
  }
}
