/**
 * The client of the two nodes, in a process of its own: gives hours one at a time, or many at once.
 *
 * Promises: one POST a payment, each with its own Idempotency-Key. Under load a fixed number of POSTs is in
 * flight; a few watchers each follow one payment to its end with a waiting GET, and these payments are the
 * sample of latencies. Because a pair keeps at most 256 open holds, and gives back what goes beyond, no payment
 * is sent while more than `MAX_UNDERWAY` were sent after the newest one that a watcher saw settled.
 *
 * @module
 */
import { serveJobs } from './children.ts';
import { call, disconnect } from './http.ts';

export interface Side {
  readonly origin: string;
  readonly host: string;
  readonly token: string;
  readonly memberIds: readonly string[];
  readonly handles: readonly string[];
}

export interface Direction {
  readonly from: Side;
  readonly to: Side;
}

export type Job =
  | { readonly kind: 'alone'; readonly direction: Direction; readonly payments: number }
  | {
      readonly kind: 'load';
      readonly directions: readonly Direction[];
      readonly inFlight: number;
      readonly seconds: number;
    };

export interface Driven {
  /** Payments that a node took with 202. */
  readonly taken: number;
  /** From sending the POST until an answer said settled, in milliseconds, of the payments that were followed. */
  readonly latenciesMs: readonly number[];
  /** What went wrong, by kind: refusals of the POST and ends other than settled. */
  readonly wrong: Readonly<Record<string, number>>;
}

interface Transfer {
  readonly id: string;
  readonly status: string;
  readonly code: string | null;
}

const MAX_UNDERWAY = 160;
const WATCHERS = 6;
const WAIT_MS = 30_000;

class Tally {
  taken = 0;
  readonly latenciesMs: number[] = [];
  readonly #wrong: Record<string, number> = {};

  wrong(kind: string): void {
    this.#wrong[kind] = (this.#wrong[kind] ?? 0) + 1;
  }

  result(): Driven {
    return { taken: this.taken, latenciesMs: this.latenciesMs, wrong: this.#wrong };
  }
}

const pick = <T>(list: readonly T[]): T => list[Math.floor(Math.random() * list.length)] as T;

/** Sends one payment of up to an hour. `null` when it was refused. */
async function give({ from, to }: Direction, tally: Tally): Promise<Transfer | null> {
  const { status, body } = await call<Transfer>(from.origin, from.token, 'POST', '/api/transfers', {
    from: pick(from.memberIds),
    to: `${pick(to.handles)}@${to.host}`,
    minutes: 1 + Math.floor(Math.random() * 60),
    content: 'an hour of the bench',
  });
  if (status === 202) {
    tally.taken += 1;
    return body;
  }
  tally.wrong(`refused ${body.code ?? status}`);
  return null;
}

/** Waits until a payment has ended. Returns how long it took from `sentAt`, or `null` when it did not settle. */
async function follow({ from }: Direction, transfer: Transfer, sentAt: number, tally: Tally): Promise<number | null> {
  const path = `/api/transfers/${transfer.id}?waitMs=${WAIT_MS}`;
  const { body } = await call<Transfer>(from.origin, from.token, 'GET', path);
  if (body.status === 'settled') return performance.now() - sentAt;
  tally.wrong(`ended ${body.status} ${body.code ?? ''}`.trim());
  return null;
}

async function alone(direction: Direction, payments: number): Promise<Driven> {
  const tally = new Tally();
  for (let i = 0; i < payments; i++) {
    const sentAt = performance.now();
    const transfer = await give(direction, tally);
    const ms = transfer === null ? null : await follow(direction, transfer, sentAt, tally);
    if (ms !== null) tally.latenciesMs.push(ms);
  }
  return tally.result();
}

/** Gives in one direction for some seconds, and waits for the payments that are followed. */
async function load(direction: Direction, inFlight: number, seconds: number, tally: Tally): Promise<void> {
  const end = performance.now() + seconds * 1000;
  const watches = new Set<Promise<void>>();
  let sent = 0;
  let settledUpTo = 0;
  let newest: { readonly number: number; readonly transfer: Transfer } | undefined;

  /** Follows a payment. Only one that is followed from its beginning is part of the sample. */
  const watch = (number: number, transfer: Transfer, sentAt?: number): void => {
    const watching = follow(direction, transfer, sentAt ?? 0, tally).then((ms) => {
      watches.delete(watching);
      settledUpTo = Math.max(settledUpTo, number);
      if (ms !== null && sentAt !== undefined) tally.latenciesMs.push(ms);
    });
    watches.add(watching);
  };

  const lane = async (): Promise<void> => {
    while (performance.now() < end) {
      if (sent - settledUpTo >= MAX_UNDERWAY && newest !== undefined) {
        if (watches.size === 0) watch(newest.number, newest.transfer);
        await Promise.race(watches);
        continue;
      }
      const number = ++sent;
      const sentAt = performance.now();
      const transfer = await give(direction, tally);
      if (transfer === null) continue;
      if (number > (newest?.number ?? 0)) newest = { number, transfer };
      if (watches.size < WATCHERS) watch(number, transfer, sentAt);
    }
  };
  await Promise.all(Array.from({ length: inFlight }, lane));
  await Promise.all(watches);
}

async function drive(job: Job): Promise<Driven> {
  if (job.kind === 'alone') return alone(job.direction, job.payments);
  const tally = new Tally();
  const lanes = Math.ceil(job.inFlight / job.directions.length);
  await Promise.all(job.directions.map((direction) => load(direction, lanes, job.seconds, tally)));
  return tally.result();
}

serveJobs<Job>((job) => drive(job).finally(disconnect));
