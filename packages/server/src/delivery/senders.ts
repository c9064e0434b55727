/**
 * One sender for each pair of each hosted bank.
 *
 * Promises: a sender exists for every live agreement; a signal wakes the right one; stopping waits
 * for what is under way.
 *
 * @module
 */
import type { SenderContext } from './line.ts';
import { Sender } from './sender.ts';

export class Senders {
  readonly #context: SenderContext;
  readonly #senders = new Map<string, Sender>();
  #sweep: NodeJS.Timeout | undefined;
  #off: (() => void) | undefined;
  #stopped = false;

  constructor(context: SenderContext) {
    this.#context = context;
  }

  start(): void {
    this.sync();
    this.#off = this.#context.signals.on((signal) => {
      if (signal.kind === 'pair') this.get(signal.bankId, signal.pairId)?.wake();
      else if (signal.kind === 'again') this.get(signal.bankId, signal.pairId)?.askAgain();
      else if (signal.kind === 'everything') for (const sender of this.#senders.values()) sender.wake();
    });
    // A process of this node that died with signals unsent is made up for by this.
    if (this.#context.database.kind === 'postgres') {
      this.#sweep = setInterval(() => {
        for (const sender of this.#senders.values()) sender.wake();
      }, 20_000);
      this.#sweep.unref();
    }
  }

  /** Makes senders for agreements that have none, and wakes all. */
  sync(): void {
    if (this.#stopped) return;
    for (const partner of this.#context.partners.all()) {
      const key = `${partner.bankId} ${partner.pairId}`;
      let sender = this.#senders.get(key);
      if (sender === undefined) {
        sender = new Sender(this.#context, partner);
        this.#senders.set(key, sender);
      }
      sender.wake();
    }
  }

  get(bankId: string, pairId: string): Sender | undefined {
    return this.#senders.get(`${bankId} ${pairId}`);
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#off?.();
    clearInterval(this.#sweep);
    await Promise.all([...this.#senders.values()].map((sender) => sender.stop()));
  }
}
