/**
 * Ends what a program started, in reverse order.
 *
 * Promises: each thing is ended once, also when an earlier one fails to end; on SIGINT, SIGTERM and SIGHUP
 * everything is ended and the process leaves with the code that shells expect.
 *
 * @module
 */
import { constants } from 'node:os';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

export class Cleanup {
  readonly #steps: (() => Promise<void> | void)[] = [];
  readonly #onSignal = (signal: NodeJS.Signals): void => {
    void this.run().finally(() => process.exit(128 + constants.signals[signal]));
  };
  #running: Promise<void> | undefined;

  constructor() {
    for (const signal of SIGNALS) process.on(signal, this.#onSignal);
  }

  add(step: () => Promise<void> | void): void {
    this.#steps.push(step);
  }

  /** May be called more than once; everybody waits for the same end. */
  run(): Promise<void> {
    this.#running ??= this.#all();
    return this.#running;
  }

  async #all(): Promise<void> {
    for (let step = this.#steps.pop(); step !== undefined; step = this.#steps.pop()) {
      try {
        await step();
      } catch (error) {
        process.stderr.write(`something could not be ended: ${String(error)}\n`);
      }
    }
    for (const signal of SIGNALS) process.off(signal, this.#onSignal);
  }
}
