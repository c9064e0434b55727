/**
 * A run: towns, clients and faults; then quiet, and the verdict.
 *
 * Promises: rounds of faults, each followed by a heal after which everything must come to rest; the verdict is
 * given on the databases and the journals at the end. Everything that was started is ended by `cleanup`.
 *
 * @module
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Sql } from '@evenhour/bench/borrowed';
import { freePort } from '@evenhour/bench/children';
import type { Cleanup } from '@evenhour/bench/cleanup';
import { say } from '@evenhour/bench/report';
import { addMembers, agree } from '@evenhour/bench/towns';
import { Random } from '../sim/random.ts';
import { type Books, isQuiet, readBooks, unrestOf } from './books.ts';
import { Clients, type Operation } from './clients.ts';
import { Faults, kindsOf } from './faults.ts';
import { judge, type Verdict } from './judge.ts';
import { Links } from './links.ts';
import { Bag, type Fault, planRound, type Step } from './plan.ts';
import { MEMBERS, originOf, type Place, Town } from './town.ts';

export interface ChaosOptions {
  readonly seed: number;
  readonly towns: number;
  /** Processes of the first town, on one database. */
  readonly replicas: number;
  readonly minutes: number;
  readonly restore: boolean;
  /** How long faults begin in each round, and how long one lasts at most. */
  readonly faultsMs: number;
  readonly longestMs: number;
}

export interface Outcome {
  readonly operations: readonly Operation[];
  readonly books: readonly Books[];
  readonly verdict: Verdict;
  readonly counts: Readonly<Record<Fault, number>>;
  readonly fewer: readonly Fault[];
  /** From each heal until nothing was under way. */
  readonly quietsMs: readonly number[];
  readonly restartsMs: readonly number[];
}

const NAMES = ['Leith', 'Gracia', 'Galway', 'Porto', 'Turku', 'Zadar', 'Lublin', 'Ghent'];
export const MAX_TOWNS: number = NAMES.length;
const LIMIT_MINUTES = 600;
/** The town with several processes. */
const REPLICATED = 0;
const QUIET_MS = 120_000;
const LOOK_MS = 25;
/** Each kind of fault has to take effect so often. */
export const TIMES = 3;

/** @param keep where plan, logs and books go when something is wrong */
export async function runChaos(options: ChaosOptions, keep: string, cleanup: Cleanup): Promise<Outcome> {
  const folder = mkdtempSync(join(tmpdir(), 'evenhour-chaos-'));
  cleanup.add(() => rmSync(folder, { recursive: true, force: true }));
  rmSync(keep, { recursive: true, force: true });
  const random = (stream: string): Random => new Random(options.seed, stream);
  const towns = await openTowns(options, folder, cleanup);
  const links = new Links(
    random('links'),
    towns.map(({ origin }) => origin),
  );
  for (const [number, town] of towns.entries()) {
    const proxy = await links.listen(number, town);
    cleanup.add(() => proxy.close());
  }
  await connectTowns(towns);
  say(`chaos: ${towns.map(({ name, origin }) => `${name} at ${origin}`).join(', ')} are connected`);

  const kinds = kindsOf(options);
  const faults = new Faults(towns, links, [...kinds.town, ...kinds.link]);
  const clients = new Clients(towns, random('clients'));
  const plan = random('plan');
  const bags = { town: new Bag(kinds.town, plan), link: new Bag(kinds.link, plan) };
  const shape = { ...options, replicated: REPLICATED };
  const end = Date.now() + options.minutes * 60_000;
  const quietsMs: number[] = [];
  const unrest: string[] = [];
  const steps: Step[][] = [];
  do {
    steps.push(planRound(plan, bags, shape));
    if (options.restore) await Promise.all(towns.map((town) => town.backUp()));
    clients.begin();
    await faults.run(steps.at(-1) as Step[]);
    const healedAt = performance.now();
    await clients.pause();
    await links.rest();
    clients.doubt(links.doubled);
    links.doubled.clear();
    clients.forget();
    await clients.resolve();
    unrest.push(...(await untilQuiet(towns)));
    quietsMs.push(Math.round(performance.now() - healedAt));
    faults.note(`quiet after ${quietsMs.at(-1)} ms`);
    say(`chaos: round ${quietsMs.length}, ${clients.operations.length} operations, quiet after ${quietsMs.at(-1)} ms`);
  } while (Date.now() < end && unrest.length === 0);

  const books = await eachDatabase(towns, (town, sql) => readBooks(town, sql));
  const restored = towns.filter(({ restores }) => restores.length > 0).map(({ origin }) => origin);
  const verdict = judge(clients.operations, books, restored);
  verdict.says.push(...unrest, ...fallen(towns));
  if (verdict.says.length > 0) {
    mkdirSync(keep, { recursive: true });
    const write = (name: string, value: unknown): void =>
      writeFileSync(join(keep, name), `${JSON.stringify(value, null, 1)}\n`);
    write('plan.json', { options, steps });
    write('schedule.json', faults.log);
    write('operations.json', clients.operations);
    write('verdict.json', verdict);
    for (const each of books) write(`${each.name}.json`, each);
    for (const town of towns) town.keepLogs(keep);
  }
  return {
    ...{ operations: clients.operations, books, verdict, quietsMs },
    ...{ counts: faults.counts, fewer: faults.fewerThan(TIMES), restartsMs: faults.restartsMs },
  };
}

async function openTowns(options: ChaosOptions, folder: string, cleanup: Cleanup): Promise<Town[]> {
  const places: Omit<Place, 'allow'>[] = [];
  for (const [number, name] of NAMES.slice(0, options.towns).entries()) {
    const processes = number === REPLICATED ? options.replicas : 1;
    places.push({
      address: `127.0.0.${number + 2}`,
      port: await freePort(),
      name,
      processes,
      folder: join(folder, name),
    });
  }
  const allow = places.map(originOf);
  return Promise.all(places.map((place) => Town.open({ ...place, allow }, cleanup)));
}

/** Everybody has an agreement with everybody. */
async function connectTowns(towns: readonly Town[]): Promise<void> {
  await Promise.all(towns.map(({ origin, token }) => addMembers(origin, token, MEMBERS)));
  for (const [number, town] of towns.entries())
    for (const other of towns.slice(number + 1)) {
      const [here, there] = await agree(town, other, LIMIT_MINUTES);
      town.agreements.set(other.origin, here);
      other.agreements.set(town.origin, there);
    }
}

/** Waits for rest. Returns what keeps it off, when it does not come. */
async function untilQuiet(towns: readonly Town[]): Promise<string[]> {
  const end = Date.now() + QUIET_MS;
  const databases = await Promise.all(towns.map((town) => town.connect()));
  try {
    while (Date.now() < end) {
      if (await isQuiet(databases)) return [];
      await sleep(LOOK_MS);
    }
    const unrest = await Promise.all(databases.map(unrestOf));
    return unrest.flatMap((says, number) => says.map((one) => `no rest at ${towns[number]?.name}: ${one}`));
  } finally {
    await Promise.all(databases.map((sql) => sql.close()));
  }
}

async function eachDatabase<T>(towns: readonly Town[], work: (town: Town, sql: Sql) => Promise<T>): Promise<T[]> {
  return Promise.all(
    towns.map(async (town) => {
      const sql = await town.connect();
      try {
        return await work(town, sql);
      } finally {
        await sql.close();
      }
    }),
  );
}

function fallen(towns: readonly Town[]): string[] {
  return towns.flatMap(({ name, processes }) =>
    processes.flatMap(({ fell }) => fell.map((code) => `a process of ${name} ended by itself with ${code}`)),
  );
}
