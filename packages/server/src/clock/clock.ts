/**
 * The clock of a process: it looks at once when something was committed that is due, and every few seconds otherwise.
 *
 * Promises: one look is bounded and the next one follows; a job that fails is asked again at the next look and keeps
 * no other from its turn; stopping waits for what is under way.
 *
 * @module
 */
import type { Signals } from '../delivery/signals.ts';
import { logger } from '../node/log.ts';

/** Does a bounded part of what is due at `now`, and says whether there may be more. */
export type Job = (now: Date) => Promise<boolean>;

const LOOK_MS = 2_000;

export class Clock {
  readonly #jobs: Readonly<Record<string, Job>>;
  readonly #timer: NodeJS.Timeout;
  readonly #off: () => void;
  #running: Promise<void> | null = null;
  #wanted = false;
  #stopped = false;

  /** `jobs` are run in their order, so that one may leave work for the next. */
  constructor(signals: Signals, jobs: Readonly<Record<string, Job>>) {
    this.#jobs = jobs;
    this.#off = signals.on(({ kind }) => {
      if (kind === 'due' || kind === 'everything') this.wake();
    });
    this.#timer = setInterval(() => this.wake(), LOOK_MS);
    this.#timer.unref();
    this.wake();
  }

  wake(): void {
    if (this.#stopped) return;
    this.#wanted = true;
    this.#running ??= this.#loop().finally(() => {
      this.#running = null;
      if (this.#wanted) this.wake();
    });
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#off();
    clearInterval(this.#timer);
    await this.#running;
  }

  async #loop(): Promise<void> {
    while (this.#wanted && !this.#stopped) {
      this.#wanted = false;
      for (const [name, job] of Object.entries(this.#jobs)) {
        if (this.#stopped) return;
        try {
          if (await job(new Date())) this.#wanted = true;
        } catch (error) {
          logger('clock').error('What is due could not be done.', { job: name, error });
        }
      }
    }
  }
}
