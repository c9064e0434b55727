/**
 * Lets banks sign what they compute, so that both sides of a pair can compare: after enough entries, when
 * a pair has become quiet, and once a night.
 *
 * Promises: a pair in which nothing happened is not written to. The clock is never part of a rule: a
 * statement that comes late changes nothing, and two processes of one node write one between them.
 *
 * @module
 */
import { createHash } from 'node:crypto';
import { greetTheSilent } from '../agreement/silence.ts';
import { writeStatementIfDue, writeStatementIfNews } from '../journal/statements.ts';
import type { NodeContext } from '../node/env.ts';
import { logger } from '../node/log.ts';
import { Refused } from '../node/refused.ts';

const TICK_MS = 5 * 60_000;
/** The hour of the night, in the bank's own time zone. Banks of one node spread over it. */
const NIGHT_HOUR = 3;

export class StatementClock {
  readonly #context: NodeContext;
  /** When each pair was last heard of, and the one timer that waits for it to be quiet. */
  readonly #heard = new Map<string, number>();
  readonly #timers = new Map<string, NodeJS.Timeout>();
  readonly #writing = new Map<string, Promise<void>>();
  /** The last night of each bank that is done. */
  readonly #nights = new Map<string, string>();
  readonly #tick: NodeJS.Timeout;
  readonly #off: () => void;
  #stopped = false;

  constructor(context: NodeContext) {
    this.#context = context;
    this.#off = context.signals.on((signal) => {
      if (signal.kind === 'pair') this.#hear(signal.bankId, signal.pairId);
      else if (signal.kind === 'statement') void this.#write(writeStatementIfDue, signal.bankId, signal.pairId);
    });
    this.#tick = setInterval(() => void this.tick(), TICK_MS);
    this.#tick.unref();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#off();
    clearInterval(this.#tick);
    for (const timer of this.#timers.values()) clearTimeout(timer);
    this.#timers.clear();
    await Promise.all(this.#writing.values());
  }

  /** Writes the statements of the night for each bank whose hour has come, and greets whom it has not heard. */
  async tick(now: Date = new Date()): Promise<void> {
    for (const bank of this.#context.banks.all()) {
      const { id, settings } = bank;
      const night = nightOf(now, settings.timeZone, id);
      if (night === null || this.#nights.get(id) === night) continue;
      this.#nights.set(id, night);
      for (const { bankId, pairId } of this.#context.partners.all())
        if (bankId === id) await this.#write(writeStatementIfNews, bankId, pairId);
      await this.#context.signals.commit((tx, after) => greetTheSilent(tx, bank, after));
    }
  }

  #hear(bankId: string, pairId: string): void {
    const key = `${bankId} ${pairId}`;
    this.#heard.set(key, Date.now());
    if (!this.#timers.has(key)) this.#await(key, bankId, pairId, this.#context.config.statementQuietMs);
  }

  #await(key: string, bankId: string, pairId: string, ms: number): void {
    if (this.#stopped) return;
    const timer = setTimeout(() => {
      const left = (this.#heard.get(key) ?? 0) + this.#context.config.statementQuietMs - Date.now();
      if (left > 0) return this.#await(key, bankId, pairId, left);
      this.#timers.delete(key);
      this.#heard.delete(key);
      void this.#write(writeStatementIfNews, bankId, pairId);
    }, ms);
    timer.unref();
    this.#timers.set(key, timer);
  }

  async #write(write: typeof writeStatementIfDue, bankId: string, pairId: string): Promise<void> {
    const bank = this.#context.banks.byId(bankId);
    const key = `${bankId} ${pairId}`;
    if (bank === undefined || this.#stopped || this.#writing.has(key)) return;
    const writing = this.#context.signals
      .commit((tx, after) => write(tx, bank, pairId, after))
      .catch((error: unknown) => {
        if (!(error instanceof Refused)) logger('statements').error('A statement could not be written.', { error });
      })
      .then(() => void this.#writing.delete(key));
    this.#writing.set(key, writing);
    await writing;
  }
}

/**
 * The date of the night whose statements a bank should have written by now, as `2026-11-23`; `null` on a day
 * on which its minute has not come yet. A time zone that is not known counts as UTC.
 */
export function nightOf(now: Date, timeZone: string, bankId: string): string | null {
  const minute = (createHash('sha256').update(bankId).digest()[0] ?? 0) % 60;
  const local = localTime(now, timeZone);
  return local.slice(11) >= `0${NIGHT_HOUR}:${String(minute).padStart(2, '0')}` ? local.slice(0, 10) : null;
}

/** As `2026-11-23 03:00`. */
function localTime(now: Date, timeZone: string): string {
  const options = { dateStyle: 'short', timeStyle: 'short' } as const;
  try {
    return now.toLocaleString('sv-SE', { ...options, timeZone });
  } catch {
    return now.toLocaleString('sv-SE', { ...options, timeZone: 'UTC' });
  }
}
