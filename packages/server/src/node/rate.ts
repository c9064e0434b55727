/**
 * Counts attempts by source within a minute, to slow down whoever guesses.
 *
 * Promises: memory stays bounded; a source that was refused too often hears so cheaply.
 *
 * @module
 */

/** Refused requests from partners' endpoints, counted in two ways: nobody can use up what is counted for another. */
export interface RefusedRates {
  /** Strangers, and whoever cannot show that they are not. */
  readonly byAddress: Rate;
  /** Partners, by the pair that their key belongs to. */
  readonly byPartner: Rate;
}

export class Rate {
  readonly #limit: number;
  readonly #counts = new Map<string, number>();
  #minute = 0;

  constructor(perMinute: number) {
    this.#limit = perMinute;
  }

  /** Counts one and says whether the source may go on. */
  take(source: string, now = Date.now()): boolean {
    this.#turn(now);
    const count = (this.#counts.get(source) ?? 0) + 1;
    if (this.#counts.size < 50_000 || this.#counts.has(source)) this.#counts.set(source, count);
    return count <= this.#limit;
  }

  /** Whether the source is over the limit already. Counts nothing. */
  over(source: string, now = Date.now()): boolean {
    this.#turn(now);
    return (this.#counts.get(source) ?? 0) >= this.#limit;
  }

  #turn(now: number): void {
    const minute = Math.floor(now / 60_000);
    if (minute === this.#minute) return;
    this.#minute = minute;
    this.#counts.clear();
  }
}
