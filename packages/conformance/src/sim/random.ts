/**
 * Chance that is none: numbers that follow from a seed.
 *
 * Promises: the same seed gives the same numbers on every machine. Streams of other names do not
 * disturb each other, so that leaving out one step of a script changes little else.
 *
 * @module
 */
export class Random {
  #a: number;
  #b: number;
  #c: number;
  #d = 1;

  /** @param stream names what the numbers are for */
  constructor(seed: number, stream: string) {
    let h = 0x811c9dc5 ^ seed;
    for (let i = 0; i < stream.length; i++) h = Math.imul(h ^ stream.charCodeAt(i), 0x01000193);
    this.#a = seed | 0;
    this.#b = h;
    this.#c = Math.imul(h, 0x9e3779b1) ^ seed;
    for (let i = 0; i < 12; i++) this.#next();
  }

  /** sfc32. */
  #next(): number {
    const t = (((this.#a + this.#b) | 0) + this.#d) | 0;
    this.#d = (this.#d + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = ((this.#c << 21) | (this.#c >>> 11)) + t;
    return t >>> 0;
  }

  /** A whole number from 0 to `below` − 1. */
  int(below: number): number {
    return this.#next() % below;
  }

  /** A whole number from `from` to `to`, both included. */
  between(from: number, to: number): number {
    return from + this.int(to - from + 1);
  }

  /** True in `permille` of a thousand cases. */
  chance(permille: number): boolean {
    return this.int(1000) < permille;
  }

  pick<T>(list: readonly T[]): T {
    return list[this.int(list.length)] as T;
  }
}
