/**
 * The checks that the desk shows, made now and then.
 *
 * Promises: the whole ledger is not read again for every look at the desk; a check that takes long, for
 * it asks whether our own address leads here, does not hold up the page.
 *
 * @module
 */
import type { Bank } from '../../bank/bank.ts';
import { examine } from '../../node/doctor.ts';
import type { NodeContext } from '../../node/env.ts';
import { logger } from '../../node/log.ts';
import type { Check } from '../models.ts';

const FRESH_MS = 15_000;
const PATIENCE_MS = 2_000;

interface Round {
  readonly at: number;
  readonly checks: Promise<readonly Check[]>;
}

export class Checkup {
  readonly #rounds = new Map<string, Round>();
  readonly #last = new Map<string, readonly Check[]>();

  /** The latest checks; none when the first ones are not ready yet. */
  async of(node: NodeContext, bank: Bank): Promise<readonly Check[]> {
    const known = this.#rounds.get(bank.id);
    const round = known !== undefined && Date.now() - known.at < FRESH_MS ? known : this.#begin(node, bank);
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<readonly Check[]>((resolve) => {
      timer = setTimeout(() => resolve(this.#last.get(bank.id) ?? []), PATIENCE_MS);
    });
    try {
      return await Promise.race([round.checks, late]);
    } finally {
      clearTimeout(timer);
    }
  }

  #begin(node: NodeContext, bank: Bank): Round {
    const checks = examine(node, bank).then(
      (found) => {
        const shown = found.map(({ id, ok, says, fix }) => ({
          id,
          ok,
          sentence: says,
          ...(fix !== undefined && { fix }),
        }));
        this.#last.set(bank.id, shown);
        return shown;
      },
      (error: unknown) => {
        logger('web').error('The checks of a bank could not be made.', { bank: bank.host, error });
        return this.#last.get(bank.id) ?? [];
      },
    );
    const round = { at: Date.now(), checks };
    this.#rounds.set(bank.id, round);
    return round;
  }
}
