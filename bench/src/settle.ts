/**
 * `bench -- settle`: how many hours two real nodes settle a second, and how long one takes.
 *
 * Two node processes with 200 members each, a database each on one PostgreSQL with fsync and
 * synchronous_commit on, and a driver in a third process. One client request a payment. A payment counts when
 * it is settled in both databases after the run (see books.ts), and the time runs until both are quiet. Each
 * round is half in one direction and half in both. The rounds alternate with the two baselines, and every
 * figure that is a rate or a ratio is the median of the rounds.
 *
 * `bytesPerTransfer` is the size of the signed documents that the banks have from each other (four journal
 * entries, an offer and its acceptance), without HTTP, its signatures and the envelopes of runs.
 * `cpuMsPerTransfer` is the user and system time of both node processes, without PostgreSQL's. `verified`
 * counts the entries of the other bank that are held on either side.
 *
 * @module
 */
import { countFalseProofs, countSettled, readBooks, untilQuiet } from './books.ts';
import { startDurable } from './borrowed.ts';
import { type Colleague, cpuMsOf, startColleague } from './children.ts';
import type { Cleanup } from './cleanup.ts';
import type { Direction, Driven, Side } from './driver.ts';
import { startBareFedify } from './fedify.ts';
import type { BenchOptions } from './main.ts';
import { QueryProfile } from './query-profile.ts';
import { type CommonFigures, commonFigures, round, say, table } from './report.ts';
import { median, percentile } from './stats.ts';
import { startTowns, type Town } from './towns.ts';
import { prepareTpcb } from './tpcb.ts';

export interface SettleFigures extends CommonFigures {
  readonly settledPerSec: number;
  readonly settled: number;
  readonly verified: number;
  readonly aloneP50Ms: number;
  readonly aloneP99Ms: number;
  readonly loadP50Ms: number;
  readonly loadP99Ms: number;
  readonly cpuMsPerTransfer: number | null;
  readonly bytesPerTransfer: number;
  readonly tpcbPerSec: number | null;
  readonly bareFedifyPerSec: number;
  readonly ratioTpcb: number | null;
  readonly ratioFedify: number;
  readonly fsync: string;
  readonly syncCommit: string;
}

const ROUNDS = 3;
const ROUND_SECONDS = 8;
const QUICK_SECONDS = 1;
const IN_FLIGHT = 48;
const ALONE = 150;
const QUICK_ALONE = 10;
/**
 * Payments before the first that is measured, and a round of load: a node runs for months, its first seconds are not
 * its speed.
 */
const WARM_UP = 30;

interface Round {
  readonly settledPerSec: number;
  readonly oneWayPerSec: number;
  readonly bothWaysPerSec: number;
  readonly tpcbPerSec: number | null;
  readonly fedifyPerSec: number;
}

export async function measureSettle({ quick, profile }: BenchOptions, cleanup: Cleanup): Promise<SettleFigures> {
  const startedAt = Date.now();
  const failures: string[] = [];
  const seconds = quick ? QUICK_SECONDS : ROUND_SECONDS;
  const roundCount = quick ? 1 : ROUNDS;

  const { postgres, fsync, syncCommit } = await startDurable(profile ? QueryProfile.settings : {}, failures, cleanup);

  const towns = await startTowns(postgres, { quick, profile }, cleanup);
  const driver = startColleague(new URL('./driver.js', import.meta.url), cleanup);
  const fedify = await startBareFedify(cleanup);
  const tpcb = await prepareTpcb(postgres, quick);
  if (tpcb === null) failures.push('there is no pgbench on this machine, so nothing can be set against it');

  const bench = new Load(towns, driver, failures);
  const there = [directionOf(towns[0], towns[1])];
  const both = [...there, directionOf(towns[1], towns[0])];
  await fedify.measure(seconds / 2);
  await bench.alone(quick ? 1 : WARM_UP);
  await bench.warmUp(both, seconds);
  // What autovacuum does for a node within its first minutes, and pgbench for its own tables when it makes them.
  for (const { sql } of towns) await sql.query('analyze');
  const alone = await bench.alone(quick ? QUICK_ALONE : ALONE);
  const cpuBefore = cpuOf(towns);
  const settledBefore = await countSettled(towns);
  const booksBefore = await readBooks(towns);
  const queries = profile ? await QueryProfile.begin(postgres.url) : null;

  const rounds: Round[] = [];
  let cpuMs = 0;
  for (let number = 1; number <= roundCount; number++) {
    const cpuAt = cpuOf(towns);
    const oneWay = await bench.load(there, seconds / 2);
    const bothWays = await bench.load(both, seconds / 2);
    cpuMs += cpuOf(towns) - cpuAt;
    rounds.push({
      settledPerSec: (oneWay.settled + bothWays.settled) / (oneWay.seconds + bothWays.seconds),
      oneWayPerSec: oneWay.settled / oneWay.seconds,
      bothWaysPerSec: bothWays.settled / bothWays.seconds,
      tpcbPerSec: tpcb === null ? null : await tpcb.measure(seconds),
      fedifyPerSec: await fedify.measure(seconds),
    });
    say(`Round ${number} of ${roundCount} is done.`);
  }

  const settled = (await countSettled(towns)) - settledBefore;
  const books = await readBooks(towns);
  failures.push(...books.wrong);
  for (const town of towns) {
    const count = await countFalseProofs(town);
    if (count > 0) failures.push(`${town.name} holds entries whose proof does not verify: ${count} of those looked at`);
  }
  if (settled !== bench.taken) failures.push(`${bench.taken} payments were taken and ${settled} settled`);
  if (queries !== null) await queries.tell(settled);

  const ratioFedify = median(rounds.map((each) => each.settledPerSec / each.fedifyPerSec));
  const figures: SettleFigures = {
    ...commonFigures('settle', startedAt, failures),
    settledPerSec: round(median(rounds.map((each) => each.settledPerSec)), 1),
    settled,
    verified: books.verified - booksBefore.verified,
    aloneP50Ms: round(median(alone), 1),
    aloneP99Ms: round(percentile(alone, 99), 1),
    loadP50Ms: round(median(bench.latenciesMs), 1),
    loadP99Ms: round(percentile(bench.latenciesMs, 99), 1),
    cpuMsPerTransfer: Number.isNaN(cpuBefore) ? null : round(cpuMs / settled, 2),
    bytesPerTransfer: Math.round((books.bytes - booksBefore.bytes) / settled),
    tpcbPerSec: tpcb === null ? null : round(median(rounds.map((each) => each.tpcbPerSec ?? 0)), 1),
    bareFedifyPerSec: round(median(rounds.map((each) => each.fedifyPerSec)), 1),
    ratioTpcb:
      tpcb === null ? null : round(median(rounds.map((each) => each.settledPerSec / (each.tpcbPerSec ?? 1))), 4),
    ratioFedify: round(ratioFedify, 3),
    fsync,
    syncCommit,
  };
  tell(figures, rounds);
  return figures;
}

/** Runs payments through the driver, waits until the banks are quiet, and gathers what it saw. */
export class Load {
  readonly latenciesMs: number[] = [];
  /** Payments that the nodes took in rounds of load. */
  taken = 0;
  readonly #towns: readonly [Town, Town];
  readonly #driver: Colleague;
  readonly #failures: string[];

  constructor(towns: readonly [Town, Town], driver: Colleague, failures: string[]) {
    this.#towns = towns;
    this.#driver = driver;
    this.#failures = failures;
  }

  async alone(payments: number): Promise<readonly number[]> {
    const direction = directionOf(this.#towns[0], this.#towns[1]);
    const driven = await this.#driver.ask<Driven>({ kind: 'alone', direction, payments });
    await this.#quiet(driven);
    return driven.latenciesMs;
  }

  /** Load that counts for nothing. */
  async warmUp(directions: readonly Direction[], seconds: number): Promise<void> {
    await this.#quiet(await this.#driver.ask<Driven>({ kind: 'load', directions, inFlight: IN_FLIGHT, seconds }));
  }

  async load(directions: readonly Direction[], seconds: number): Promise<{ settled: number; seconds: number }> {
    const before = await countSettled(this.#towns);
    const startedAt = performance.now();
    const driven = await this.#driver.ask<Driven>({ kind: 'load', directions, inFlight: IN_FLIGHT, seconds });
    await this.#quiet(driven);
    const took = (performance.now() - startedAt) / 1000;
    this.taken += driven.taken;
    this.latenciesMs.push(...driven.latenciesMs);
    return { settled: (await countSettled(this.#towns)) - before, seconds: took };
  }

  async #quiet(driven: Driven): Promise<void> {
    for (const [kind, count] of Object.entries(driven.wrong)) this.#failures.push(`${count} payments ${kind}`);
    if (!(await untilQuiet(this.#towns))) this.#failures.push('the banks did not become quiet within a minute');
  }
}

export function directionOf(from: Town, to: Town): Direction {
  return { from: sideOf(from), to: sideOf(to) };
}

/** The part of a town that can be told to another process. */
function sideOf({ origin, host, token, memberIds, handles }: Town): Side {
  return { origin, host, token, memberIds, handles };
}

/** The processor time of both nodes. NaN where the machine does not tell. */
function cpuOf(towns: readonly Town[]): number {
  return towns.reduce((total, { pid }) => total + (cpuMsOf(pid) ?? Number.NaN), 0);
}

function tell(figures: SettleFigures, rounds: readonly Round[]): void {
  const cell = (value: number | null, digits = 0): string => value?.toFixed(digits) ?? '-';
  const share = (value: number, of: number | null): string => (of === null ? '-' : (value / of).toFixed(3));
  say(
    `\n${table([
      ['a second', 'settled', 'one way', 'both ways', 'TPC-B', 'bare Fedify', 'of TPC-B', 'of Fedify'],
      ...rounds.map((each, index) => [
        `round ${index + 1}`,
        cell(each.settledPerSec),
        cell(each.oneWayPerSec),
        cell(each.bothWaysPerSec),
        cell(each.tpcbPerSec),
        cell(each.fedifyPerSec),
        share(each.settledPerSec, each.tpcbPerSec),
        share(each.settledPerSec, each.fedifyPerSec),
      ]),
      [
        'median',
        cell(figures.settledPerSec),
        cell(median(rounds.map((each) => each.oneWayPerSec))),
        cell(median(rounds.map((each) => each.bothWaysPerSec))),
        cell(figures.tpcbPerSec),
        cell(figures.bareFedifyPerSec),
        cell(figures.ratioTpcb, 3),
        cell(figures.ratioFedify, 3),
      ],
    ])}\n`,
  );
  say(`alone  ${figures.aloneP50Ms} ms, 99 of 100 within ${figures.aloneP99Ms} ms`);
  say(`loaded ${figures.loadP50Ms} ms, 99 of 100 within ${figures.loadP99Ms} ms`);
  say(
    `each   ${figures.cpuMsPerTransfer ?? '-'} ms of the nodes' processor time, ${figures.bytesPerTransfer} bytes signed`,
  );
  say(`books  ${figures.settled} settled, ${figures.verified} entries of the other bank verified`);
}
