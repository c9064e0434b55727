/**
 * Whether a bank's public origin leads to this database, and not to another copy of it.
 *
 * Promises: a bank speaks to partners, and hears them, only after its own origin has returned the word
 * that this database's processes wrote at their start; so a copy on another machine, even one that has
 * the secret, stays closed and says so. An origin that cannot be reached leaves a bank as it was: closed
 * after a start, open once it was proved. Spec: start, restore, copies.
 *
 * @module
 */
import { and, eq, sql } from 'drizzle-orm';
import type { Bank, Banks } from '../bank/bank.ts';
import type { Database, Queries } from '../db/database.ts';
import { bank as bankTable, pair as pairTable } from '../db/schema.ts';
import { createOutgoing } from '../federation/outgoing.ts';
import { type Words, wordsOf } from '../web/words.ts';
import { logger } from './log.ts';

/** Where an origin leads. `unreachable` also stands for answers that are not such a word. */
export type Leads = 'here' | 'elsewhere' | 'unreachable';

export interface PresenceOptions {
  /** Between two looks at an origin that was proved. Default ten minutes. */
  readonly everyMs?: number;
  /** Before the second try at one that was not; doubles up to half a minute. */
  readonly retryMs?: number;
}

const LONGEST_RETRY_MS = 30_000;

/** A new word for each bank, which no older copy of this database knows. */
export async function writePresence(db: Queries): Promise<void> {
  await db.update(bankTable).set({ presence: sql`gen_random_uuid()::text` });
}

/** Asks a bank's own origin for the word. Its address may be a private one: the operator named it. */
export async function whereLeads(db: Queries, origin: string, bankId: string): Promise<Leads> {
  const outgoing = createOutgoing({ allowedOrigins: [origin], userAgent: 'Evenhour', timeoutMs: 5_000 });
  try {
    const url = `${origin}/.well-known/evenhour-presence`;
    const answer = await outgoing.request({ method: 'GET', url, headers: { accept: 'text/plain' } });
    const said = new TextDecoder().decode(answer.body);
    if (answer.status !== 200 || !/^[0-9a-f-]{36}$/.test(said)) return 'unreachable';
    const [row] = await db.select({ presence: bankTable.presence }).from(bankTable).where(eq(bankTable.id, bankId));
    return said === row?.presence ? 'here' : 'elsewhere';
  } catch {
    return 'unreachable';
  } finally {
    outgoing.close();
  }
}

/** What the operator reads about a bank that is kept closed. */
export function saysOf({ t }: Words, leads: Leads, origin: string): string {
  return t(leads === 'elsewhere' ? 'doctor.originElsewhere' : 'doctor.originUnreachable', { origin });
}

export class Presence {
  readonly #database: Database;
  readonly #banks: Banks;
  readonly #opened: () => void;
  readonly #everyMs: number;
  readonly #retryMs: number;
  readonly #leads = new Map<string, Leads>();
  #misses = 0;
  #timer: NodeJS.Timeout | undefined;
  #stopped = false;

  /** `opened` is called when a bank was closed and is not any more. */
  constructor(database: Database, banks: Banks, opened: () => void, options: PresenceOptions = {}) {
    this.#database = database;
    this.#banks = banks;
    this.#opened = opened;
    this.#everyMs = options.everyMs ?? 600_000;
    this.#retryMs = options.retryMs ?? 500;
  }

  /** Whether a bank may speak to partners. */
  proved(bankId: string): boolean {
    return this.#leads.get(bankId) === 'here';
  }

  /** For each bank that is closed, a sentence that says why. */
  closed(): string[] {
    return this.#banks
      .all()
      .filter((bank) => !this.proved(bank.id))
      .map((bank) => saysOf(wordsOf('en'), this.#leads.get(bank.id) ?? 'unreachable', bank.origin));
  }

  /** Looks at all banks, and again later. Call it once the node listens, and when banks were added. */
  async look(): Promise<void> {
    if (this.#stopped) return;
    clearTimeout(this.#timer);
    const banks = this.#banks.all();
    await Promise.all(banks.map((bank) => this.#lookAt(bank)));
    if (this.#stopped) return;
    this.#misses = banks.every((bank) => this.proved(bank.id)) ? 0 : this.#misses + 1;
    const wait =
      this.#misses === 0 ? this.#everyMs : Math.min(LONGEST_RETRY_MS, this.#retryMs * 2 ** Math.min(this.#misses, 10));
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.look(), wait);
    this.#timer.unref();
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
  }

  async #lookAt(bank: Bank): Promise<void> {
    const { db } = this.#database;
    let leads = await whereLeads(db, bank.origin, bank.id);
    // Another process may have written a new word between the answer and our look at the row.
    if (leads === 'elsewhere') leads = await whereLeads(db, bank.origin, bank.id);
    const before = this.#leads.get(bank.id);
    if (this.#stopped || (leads === 'unreachable' && before === 'here') || leads === before) return;
    this.#leads.set(bank.id, leads);
    if (leads === 'here') {
      this.#opened();
      return;
    }
    const says = saysOf(wordsOf('en'), leads, bank.origin);
    logger('presence', { bank: bank.id }).warning(says);
    await this.#close(bank, leads, says).catch((error: unknown) =>
      logger('presence').error('A closed bank could not be marked.', { error }),
    );
  }

  /** The pairs wait, and their pages say why. A pair that another process has open is not touched without need. */
  async #close(bank: Bank, leads: Leads, says: string): Promise<void> {
    const live = sql`${pairTable.status} not in ('closed', 'declined', 'withdrawn')`;
    const which =
      leads === 'elsewhere'
        ? sql`${pairTable.mode} in ('open', 'recovering', 'waiting')`
        : eq(pairTable.mode, 'waiting');
    await this.#database.db
      .update(pairTable)
      .set({ mode: 'waiting', lastError: says })
      .where(and(eq(pairTable.bankId, bank.id), live, which));
  }
}
