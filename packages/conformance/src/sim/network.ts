/**
 * The simulated network: what becomes of a packet.
 *
 * Promises: each way between two banks has its own stream of chance, so that one packet less on one
 * way changes nothing on the others. After the heal every packet arrives, once and soon.
 *
 * @module
 */
import { type Coverage, kindOf } from './coverage.ts';
import { Random } from './random.ts';
import type { Noise } from './script.ts';
import type { Packet } from './wire.ts';

/** How many requests those who replay them can choose from. */
const HEARD = 40;

export class Network {
  /** The last requests that were sent. */
  readonly heard: Packet[] = [];
  readonly #seed: number;
  readonly #noise: Noise;
  readonly #coverage: Coverage;
  readonly #ways = new Map<string, Random>();
  readonly #cuts = new Map<string, number>();
  readonly #slow = new Map<string, { readonly until: number; readonly byMs: number }>();
  #healed = false;

  constructor(seed: number, noise: Noise, coverage: Coverage) {
    this.#seed = seed;
    this.#noise = noise;
    this.#coverage = coverage;
  }

  heal(): void {
    this.#healed = true;
  }

  /** Cuts the way from one bank to another until a time. */
  cut(from: number, to: number, until: number): void {
    this.#cuts.set(`${from} ${to}`, until);
  }

  /** What is sent from one bank to another until a time arrives that much later. */
  slow(from: number, to: number, until: number, byMs: number): void {
    this.#slow.set(`${from} ${to}`, { until, byMs });
  }

  /** How many milliseconds later each copy of the packet arrives. None when it is lost. */
  delays(packet: Packet, now: number): number[] {
    const { lose, repeat, late } = this.#noise;
    const kind = kindOf(packet);
    const way = `${packet.from} ${packet.to}`;
    const random = this.#ways.get(way) ?? new Random(this.#seed, way);
    this.#ways.set(way, random);
    if ('ask' in packet && this.heard.push(packet) > HEARD) this.heard.shift();
    const [lost, repeated, delayed, jitter] = [random.int(1000), random.int(1000), random.int(1000), random.int(40)];
    let delay = 5 + jitter;
    if (this.#healed) return [delay];
    if ((this.#cuts.get(way) ?? 0) > now) return this.#hit('cut', kind, []);
    if (lost < lose) return this.#hit('loss', kind, []);
    const slow = this.#slow.get(way);
    if (delayed < late) {
      // Some come when their signature is too old already.
      delay += delayed % 5 === 0 ? 400_000 : 500 + random.int(8_000);
      this.#hit('delay', kind, []);
    } else if (slow !== undefined && slow.until > now) {
      delay += slow.byMs;
      this.#hit('delay', kind, []);
    } else if (jitter > 32) this.#hit('reorder', kind, []);
    return repeated < repeat ? this.#hit('repeat', kind, [delay, delay + 5 + random.int(3_000)]) : [delay];
  }

  #hit(fault: string, kind: string, delays: number[]): number[] {
    this.#coverage.hit(fault, kind);
    return delays;
  }
}
