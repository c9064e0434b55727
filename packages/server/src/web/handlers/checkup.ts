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
import type { Words } from '../words.ts';

const FRESH_MS = 15_000;
const PATIENCE_MS = 2_000;

interface Round {
  readonly at: number;
  readonly checks: Promise<readonly Check[]>;
}

export class Checkup {
  readonly #rounds = new Map<string, Round>();
  readonly #last = new Map<string, readonly Check[]>();

  /** The latest checks in the reader's language; none when the first ones are not ready yet. */
  async of(node: NodeContext, bank: Bank, words: Words): Promise<readonly Check[]> {
    const key = `${bank.id} ${words.language}`;
    const known = this.#rounds.get(key);
    const round = known !== undefined && Date.now() - known.at < FRESH_MS ? known : this.#begin(key, node, bank, words);
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<readonly Check[]>((resolve) => {
      timer = setTimeout(() => resolve(this.#last.get(key) ?? []), PATIENCE_MS);
    });
    try {
      return await Promise.race([round.checks, late]);
    } finally {
      clearTimeout(timer);
    }
  }

  #begin(key: string, node: NodeContext, bank: Bank, words: Words): Round {
    const checks = examine(node, bank, { words }).then(
      (found) => {
        const shown = found.map(({ id, ok, says, fix }) => ({
          id,
          ok,
          sentence: says,
          ...(fix !== undefined && { fix }),
        }));
        this.#last.set(key, shown);
        return shown;
      },
      (error: unknown) => {
        logger('web').error('The checks of a bank could not be made.', { bank: bank.host, error });
        return this.#last.get(key) ?? [];
      },
    );
    const round = { at: Date.now(), checks };
    this.#rounds.set(key, round);
    return round;
  }
}
