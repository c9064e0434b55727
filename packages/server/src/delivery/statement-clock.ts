/**
 * Lets a pair that has become quiet sign what it computes, so that both sides can compare.
 *
 * Promises: a busy pair is left alone; a pair in which nothing happened is not written to. The
 * clock is never part of a rule: a statement that comes late changes nothing.
 *
 * @module
 */

import { writeStatementIfDue } from '../journal/statements.ts';
import type { NodeContext } from '../node/env.ts';
import { logger } from '../node/log.ts';
import { Refused } from '../node/refused.ts';

export class StatementClock {
  readonly #context: NodeContext;
  readonly #timers = new Map<string, NodeJS.Timeout>();
  readonly #off: () => void;
  #stopped = false;

  constructor(context: NodeContext) {
    this.#context = context;
    this.#off = context.signals.on((signal) => {
      if (signal.kind === 'pair') this.#restart(signal.bankId, signal.pairId);
    });
  }

  stop(): void {
    this.#stopped = true;
    this.#off();
    for (const timer of this.#timers.values()) clearTimeout(timer);
    this.#timers.clear();
  }

  #restart(bankId: string, pairId: string): void {
    if (this.#stopped) return;
    const key = `${bankId} ${pairId}`;
    clearTimeout(this.#timers.get(key));
    const timer = setTimeout(() => {
      this.#timers.delete(key);
      void this.#state(bankId, pairId);
    }, this.#context.config.statementQuietMs);
    timer.unref();
    this.#timers.set(key, timer);
  }

  async #state(bankId: string, pairId: string): Promise<void> {
    const bank = this.#context.banks.byId(bankId);
    if (bank === undefined || this.#stopped) return;
    try {
      await this.#context.signals.commit((tx, after) => writeStatementIfDue(tx, bank, pairId, after));
    } catch (error) {
      if (error instanceof Refused) return;
      logger('statements').error('A statement could not be written.', { error });
    }
  }
}
