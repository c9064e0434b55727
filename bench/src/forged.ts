/**
 * `bench -- forged`: what forged messages cost a node, and what they leave of its honest work.
 *
 * Two towns settle hours with each other, as in `settle`. A third process sends the first town forgeries of four
 * kinds in equal parts (see forger.ts) to the endpoints that partners write to. The limit on refused requests is
 * lifted, so each of them is looked at to the end: the case of an attacker with many addresses.
 *
 * - Cost: forgeries alone, as fast as the node refuses them. `cpuMsPerForged` is the processor time of the node
 *   for each, without what it uses when nothing happens. `cpuMsByKind` has each kind by itself and, as `proof`, a
 *   bad entry in a request that a real partner signed: that one is let in, and refused one step later.
 * - `fetches` are requests of the node's for a key or an actor, `rows` the rows that its database has more.
 * - Harm: rounds of honest load alternate between without forgeries and with 2,000 a second. `honestBasePerSec` and
 *   `honestUnderPerSec` are hours settled in both databases, medians; `honestRatio` is the median of the rounds'
 *   ratios. `forgedPerSec` is how many forgeries the node was in fact sent. The forger runs on the same machine.
 *
 * @module
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { readBooks } from './books.ts';
import { type Sql, startDurable } from './borrowed.ts';
import { type Colleague, cpuMsOf, startColleague } from './children.ts';
import type { Cleanup } from './cleanup.ts';
import type { Forged, Kind } from './forger.ts';
import type { BenchOptions } from './main.ts';
import { type CommonFigures, commonFigures, round, say, table } from './report.ts';
import { directionOf, Load } from './settle.ts';
import { median } from './stats.ts';
import { startTowns, type Town } from './towns.ts';

export interface ForgedFigures extends CommonFigures {
  readonly sent: number;
  readonly cpuMsPerForged: number | null;
  readonly cpuMsByKind: Readonly<Record<string, number | null>>;
  readonly fetches: number;
  readonly rows: number;
  readonly forgedPerSec: number;
  readonly honestBasePerSec: number;
  readonly honestUnderPerSec: number;
  readonly honestRatio: number;
}

const KINDS: readonly Kind[] = ['signature', 'body', 'stranger', 'unsigned'];
const PER_SECOND = 2000;
const ROUNDS = 3;
const SECONDS = { honest: 8, cost: 4, kind: 2 };
const QUICK_SECONDS = { honest: 1, cost: 0.5, kind: 0.2 };
const WARM_UP_SECONDS = 1;

export async function measureForged({ quick }: BenchOptions, cleanup: Cleanup): Promise<ForgedFigures> {
  const startedAt = Date.now();
  const failures: string[] = [];
  const seconds = quick ? QUICK_SECONDS : SECONDS;
  const { postgres } = await startDurable({}, failures, cleanup);
  const forger = startColleague(new URL('./forger.js', import.meta.url), cleanup);
  const { origins } = await forger.ask<{ origins: string[] }>({ kind: 'listen' });
  const env = {
    EVENHOUR_REFUSED_PER_ADDRESS: '100000000',
    EVENHOUR_REFUSED_PER_PARTNER: '100000000',
    // A statement in the middle of the bench would be a row of the node's own.
    EVENHOUR_STATEMENT_QUIET_MS: '3600000',
  };
  const towns = await startTowns(postgres, { quick, env, allow: origins }, cleanup);
  const [town] = towns;
  const driver = startColleague(new URL('./driver.js', import.meta.url), cleanup);
  await forger.ask({ kind: 'agree', office: { origin: town.origin, token: town.token }, keys: town.keys });
  const load = new Load(towns, driver, failures);
  const both = [directionOf(towns[0], towns[1]), directionOf(towns[1], towns[0])];
  const honestPerSec = async (lasting: number): Promise<number> => {
    const { settled, seconds: took } = await load.load(both, lasting);
    return settled / took;
  };
  const forge = async (kinds: readonly Kind[], lasting: number, perSec?: number): Promise<number> => {
    const { sent, answers } = await forger.ask<Forged>({ kind: 'send', kinds, perSec, seconds: lasting });
    for (const [status, count] of Object.entries(answers)) {
      const refused = status.startsWith('4') && status !== '429';
      // A run whose first entry is bad is answered: how far the journal was taken, and why no further.
      if (!refused && !(status === '200' && kinds.includes('proof')))
        failures.push(`${count} forgeries were answered with ${status}`);
    }
    return sent;
  };

  await honestPerSec(WARM_UP_SECONDS);
  await forge([...KINDS, 'proof'], WARM_UP_SECONDS);
  for (const { sql } of towns) await sql.query('analyze');

  await sleep(500);
  const asked = await fetchesOf(forger);
  const rowsBefore = await countRows(town.sql);
  const idlePerMs = await idleOf(town, seconds.kind);
  let sent = 0;
  const costOf = async (kinds: readonly Kind[], lasting: number): Promise<number | null> => {
    const [began, before] = [performance.now(), cpuMsOf(town.pid)];
    const count = await forge(kinds, lasting);
    const after = cpuMsOf(town.pid);
    if (!kinds.includes('proof')) sent += count;
    if (before === null || after === null) return null;
    return round((after - before - idlePerMs * (performance.now() - began)) / count, 3);
  };
  const cpuMsPerForged = await costOf(KINDS, seconds.cost);
  const cpuMsByKind: Record<string, number | null> = {};
  for (const kind of [...KINDS, 'proof'] as const) cpuMsByKind[kind] = await costOf([kind], seconds.kind);
  const rows = (await countRows(town.sql)) - rowsBefore;

  const rounds: { base: number; under: number; forged: number }[] = [];
  for (let number = 1; number <= (quick ? 1 : ROUNDS); number++) {
    const base = await honestPerSec(seconds.honest);
    const began = performance.now();
    const attack = forge(KINDS, seconds.honest, PER_SECOND).then((count) => {
      sent += count;
      return (count * 1000) / (performance.now() - began);
    });
    const under = await honestPerSec(seconds.honest);
    rounds.push({ base, under, forged: await attack });
    say(`Round ${number} is done.`);
  }
  failures.push(...(await readBooks(towns)).wrong);

  tell(rounds, cpuMsByKind);
  return {
    ...commonFigures('forged', startedAt, failures),
    sent,
    cpuMsPerForged,
    cpuMsByKind,
    fetches: (await fetchesOf(forger)) - asked,
    rows,
    forgedPerSec: round(median(rounds.map(({ forged }) => forged)), 0),
    honestBasePerSec: round(median(rounds.map(({ base }) => base)), 1),
    honestUnderPerSec: round(median(rounds.map(({ under }) => under)), 1),
    honestRatio: round(median(rounds.map(({ base, under }) => under / base)), 3),
  };
}

async function fetchesOf(forger: Colleague): Promise<number> {
  return (await forger.ask<{ fetches: number }>({ kind: 'asked' })).fetches;
}

/** Processor time of a node that has nothing to do, for each millisecond. */
async function idleOf({ pid }: Town, seconds: number): Promise<number> {
  const [began, before] = [performance.now(), cpuMsOf(pid) ?? 0];
  await sleep(seconds * 1000);
  return ((cpuMsOf(pid) ?? 0) - before) / (performance.now() - began);
}

/** Rows of all tables. */
async function countRows(sql: Sql): Promise<number> {
  const tables = await sql.query<{ name: string }>(
    `select quote_ident(tablename) as name from pg_tables where schemaname = 'public'`,
  );
  const counts = tables.map(({ name }) => `(select count(*) from ${name})`);
  const [row] = await sql.query<{ count: number }>(`select (${counts.join(' + ')})::float8 as count`);
  return row?.count ?? 0;
}

function tell(
  rounds: readonly { base: number; under: number; forged: number }[],
  costs: Readonly<Record<string, number | null>>,
): void {
  say(
    `\n${table([
      ['a second', 'honest', 'under attack', 'ratio', 'forged'],
      ...rounds.map(({ base, under, forged }, index) => [
        `round ${index + 1}`,
        base.toFixed(1),
        under.toFixed(1),
        (under / base).toFixed(2),
        forged.toFixed(0),
      ]),
    ])}\n`,
  );
  say(table([['kind', 'ms'], ...Object.entries(costs).map(([kind, ms]) => [kind, ms?.toFixed(3) ?? '-'])]));
}
