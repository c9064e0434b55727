/**
 * What happened, in order, for the live page and the terminal.
 *
 * Promises: every event is told once to whoever listens; the last ones are kept for the page.
 *
 * @module
 */
import type { LiveEvent } from '../web/live-models.ts';

const KEPT = 60;

/** An event without what is added here. */
export type News = LiveEvent extends infer E
  ? E extends LiveEvent
    ? Omit<E, 'id' | 'at'> & { readonly at?: Date }
    : never
  : never;

export class Events {
  readonly #listeners = new Set<(event: LiveEvent, more: string) => void>();
  #kept: LiveEvent[] = [];
  #count = 0;

  /** @param more what a terminal says beside it, such as a code or a figure */
  tell(news: News, more = ''): void {
    this.#count += 1;
    const event = { at: new Date(), ...news, id: String(this.#count) } as LiveEvent;
    this.#kept = [event, ...this.#kept].slice(0, KEPT);
    for (const listener of this.#listeners) listener(event, more);
  }

  on(listener: (event: LiveEvent, more: string) => void): void {
    this.#listeners.add(listener);
  }

  /** Newest first. */
  latest(count: number): readonly LiveEvent[] {
    return this.#kept.slice(0, count);
  }
}
