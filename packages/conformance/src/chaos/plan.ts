/**
 * What goes wrong, where and when: a schedule that follows from a seed.
 *
 * Promises: the same seed gives the same schedule; every kind comes up once before any comes up again. What the
 * processes make of it is not the same twice: they have clocks of their own.
 *
 * @module
 */
import type { Random } from '../sim/random.ts';

/** Faults of a town: of its processes, its database, its keys. */
export const TOWN_FAULTS = [
  'kill',
  'replicaKilled',
  'pause',
  'databaseStopped',
  'connectionsKilled',
  'diskFull',
  'keyRotation',
  'restore',
] as const;
/** Faults of the way from one town to another, or from the clients to a town. */
export const LINK_FAULTS = ['delay', 'slow', 'drop', 'cut', 'duplicate', 'oneWay'] as const;

export type TownFault = (typeof TOWN_FAULTS)[number];
export type LinkFault = (typeof LINK_FAULTS)[number];
export type Fault = TownFault | LinkFault;

/** The clients, where a link needs two ends. */
export const CLIENTS = -1;

export interface TownStep {
  readonly atMs: number;
  readonly fault: TownFault;
  /** The town's number. */
  readonly town: number;
  readonly forMs: number;
}

export interface LinkStep {
  readonly atMs: number;
  readonly fault: LinkFault;
  readonly from: number;
  readonly to: number;
  readonly forMs: number;
}

export type Step = TownStep | LinkStep;

export interface Shape {
  readonly towns: number;
  /** The town that has two processes on one database. */
  readonly replicated: number;
  /** How long faults begin. */
  readonly faultsMs: number;
  /** How long any fault lasts at most. */
  readonly longestMs: number;
}

const BETWEEN_TOWN_FAULTS_MS = 1_800;
const BETWEEN_LINK_FAULTS_MS = 1_100;
/** In every so many pauses one is longer than the lease of a sender, so that the other process takes over. */
const LONG_PAUSE_OF = 4;
const LONG_PAUSE_MS = 7_500;

/** Deals every kind once, in an order of its own, before it deals any again. */
export class Bag<T> {
  readonly #kinds: readonly T[];
  readonly #random: Random;
  #left: T[] = [];

  constructor(kinds: readonly T[], random: Random) {
    this.#kinds = kinds;
    this.#random = random;
  }

  deal(): T {
    if (this.#left.length === 0) this.#left = [...this.#kinds];
    return this.#left.splice(this.#random.int(this.#left.length), 1)[0] as T;
  }
}

export interface Bags {
  readonly town: Bag<TownFault>;
  readonly link: Bag<LinkFault>;
}

/** The faults of one round, in their order. Towns heal by themselves when `forMs` is over. */
export function planRound(random: Random, bags: Bags, shape: Shape): Step[] {
  const steps: Step[] = [];
  for (let atMs = 300; atMs < shape.faultsMs; atMs += random.between(1, 2 * BETWEEN_TOWN_FAULTS_MS))
    steps.push(townStep(random, bags.town.deal(), atMs, shape));
  for (let atMs = 100; atMs < shape.faultsMs; atMs += random.between(1, 2 * BETWEEN_LINK_FAULTS_MS)) {
    const from = random.between(CLIENTS, shape.towns - 1);
    const others = Array.from({ length: shape.towns }, (_, town) => town).filter((town) => town !== from);
    const forMs = random.between(1_000, Math.min(5_000, shape.longestMs));
    steps.push({ atMs, fault: bags.link.deal(), from, to: random.pick(others), forMs });
  }
  return steps.sort((a, b) => a.atMs - b.atMs);
}

function townStep(random: Random, fault: TownFault, atMs: number, shape: Shape): TownStep {
  const town = fault === 'replicaKilled' ? shape.replicated : random.int(shape.towns);
  const upTo = (most: number): number => Math.min(shape.longestMs, random.between(200, most));
  const forMs: Readonly<Partial<Record<TownFault, () => number>>> = {
    pause: () => (random.int(LONG_PAUSE_OF) === 0 ? Math.min(shape.longestMs, LONG_PAUSE_MS) : upTo(3_000)),
    databaseStopped: () => upTo(2_500),
    diskFull: () => upTo(3_000),
  };
  return { atMs, fault, town, forMs: forMs[fault]?.() ?? 0 };
}
