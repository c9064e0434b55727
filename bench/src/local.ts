/**
 * `bench -- local`: hours given to a neighbour at the same bank.
 *
 * `httpPerSec`: one client request a payment, to a real node with 200 members and its own database. `batchPerSec`:
 * the node's own path for many payments in one transaction, 64 at a time, in a process of its own without HTTP
 * (see batch.ts); under load the node itself takes what waits in this way. Both are counted as postings in the
 * database after the run. Against them stand double entry in one statement (see one-statement.ts) and pgbench's
 * TPC-B, all on one PostgreSQL with fsync and synchronous_commit on. The four alternate, and every figure is the
 * median of the rounds: `ratioHttp` is HTTP to one statement, `ratioBatchTpcb` batches to TPC-B.
 *
 * @module
 */
import { type Sql, startDurable } from './borrowed.ts';
import { freePort, startColleague } from './children.ts';
import type { Cleanup } from './cleanup.ts';
import type { LocalDriven } from './local-driver.ts';
import type { BenchOptions } from './main.ts';
import { prepareOneStatement } from './one-statement.ts';
import { QueryProfile } from './query-profile.ts';
import { type CommonFigures, commonFigures, round, say, table } from './report.ts';
import { median } from './stats.ts';
import { MEMBERS, prepareSite, startTown } from './towns.ts';
import { prepareTpcb } from './tpcb.ts';

export interface LocalFigures extends CommonFigures {
  readonly httpPerSec: number;
  readonly batchPerSec: number;
  readonly oneStatementPerSec: number | null;
  readonly tpcbPerSec: number | null;
  readonly ratioHttp: number | null;
  readonly ratioBatchTpcb: number | null;
  readonly fsync: string;
  readonly syncCommit: string;
}

const ROUNDS = 3;
const ROUND_SECONDS = 6;
const QUICK_SECONDS = 1;
const IN_FLIGHT = 64;
const TOGETHER = 64;

interface Round {
  readonly http: number;
  readonly batch: number;
  readonly oneStatement: number | null;
  readonly tpcb: number | null;
}

export async function measureLocal({ quick, profile }: BenchOptions, cleanup: Cleanup): Promise<LocalFigures> {
  const startedAt = Date.now();
  const failures: string[] = [];
  const seconds = quick ? QUICK_SECONDS : ROUND_SECONDS;
  const roundCount = quick ? 1 : ROUNDS;
  const settings = profile ? QueryProfile.settings : {};
  const { postgres, fsync, syncCommit } = await startDurable(settings, failures, cleanup);

  const options = { quick, profile };
  const [site, other] = await Promise.all([
    prepareSite(postgres, 'Leith', await freePort(), options, cleanup),
    prepareSite(postgres, 'Batch', await freePort(), {}, cleanup),
  ]);
  const town = await startTown(site, options, cleanup);
  const driver = startColleague(new URL('./local-driver.js', import.meta.url), cleanup);
  const batch = startColleague(new URL('./batch.js', import.meta.url), cleanup);
  await batch.ask({ kind: 'open', keys: other.keys, members: MEMBERS });
  const oneStatement = await prepareOneStatement(postgres, cleanup);
  const tpcb = await prepareTpcb(postgres, quick);
  if (tpcb === null) failures.push('there is no pgbench on this machine, so nothing can be set against it');

  /** Payments a second, counted in the database. */
  const rateOf = async (sql: Sql, given: () => Promise<number>): Promise<number> => {
    const before = await countPostings(sql);
    const began = performance.now();
    const said = await given();
    const took = (performance.now() - began) / 1000;
    const posted = (await countPostings(sql)) - before;
    if (posted !== said) failures.push(`${said} payments were taken and ${posted} posted`);
    return posted / took;
  };
  const { origin, host, token, memberIds, handles } = town;
  const side = { origin, host, token, memberIds, handles };
  const overHttp = async (): Promise<number> => {
    const { taken, wrong } = await driver.ask<LocalDriven>({ side, inFlight: IN_FLIGHT, seconds });
    for (const [kind, count] of Object.entries(wrong)) failures.push(`${count} payments were answered ${kind}`);
    return taken;
  };
  const inBatches = async (): Promise<number> =>
    (await batch.ask<{ given: number }>({ kind: 'give', together: TOGETHER, seconds })).given;

  // A node runs for months: its first second is not its speed, nor is a table that was never analyzed.
  await Promise.all([rateOf(town.sql, overHttp), rateOf(other.sql, inBatches)]);
  for (const { sql } of [town, other]) await sql.query('analyze');
  const queries = profile ? await QueryProfile.begin(postgres.url) : null;
  const profiledFrom = (await countPostings(town.sql)) + (await countPostings(other.sql));
  const rounds: Round[] = [];
  for (let number = 1; number <= roundCount; number++) {
    rounds.push({
      http: await rateOf(town.sql, overHttp),
      oneStatement: oneStatement === null ? null : await oneStatement.measure(seconds),
      batch: await rateOf(other.sql, inBatches),
      tpcb: tpcb === null ? null : await tpcb.measure(seconds),
    });
    say(`Round ${number} of ${roundCount} is done.`);
  }
  if (queries !== null)
    await queries.tell((await countPostings(town.sql)) + (await countPostings(other.sql)) - profiledFrom);
  for (const { name, sql } of [town, other]) failures.push(...(await wrongBooks(name, sql)));

  const rate = (of: (each: Round) => number | null): number | null =>
    tpcb === null ? null : round(median(rounds.map((each) => of(each) ?? 0)), 1);
  const ratio = (of: (each: Round) => number): number | null =>
    tpcb === null ? null : round(median(rounds.map(of)), 3);
  tell(rounds);
  return {
    ...commonFigures('local', startedAt, failures),
    httpPerSec: round(median(rounds.map(({ http }) => http)), 1),
    batchPerSec: round(median(rounds.map(({ batch }) => batch)), 1),
    oneStatementPerSec: rate(({ oneStatement }) => oneStatement),
    tpcbPerSec: rate(({ tpcb }) => tpcb),
    ratioHttp: ratio(({ http, oneStatement }) => http / (oneStatement ?? 1)),
    ratioBatchTpcb: ratio(({ batch, tpcb }) => batch / (tpcb ?? 1)),
    fsync,
    syncCommit,
  };
}

async function countPostings(sql: Sql): Promise<number> {
  const [row] = await sql.query<{ count: number }>(`select count(*)::int as count from posting where kind = 'direct'`);
  return row?.count ?? 0;
}

/** What is wrong with the books of a bank, in sentences. */
async function wrongBooks(name: string, sql: Sql): Promise<string[]> {
  const [row] = await sql.query<{ sum: number; off: number; unsettled: number }>(`
    with moved as (
      select account, sum(minutes) as minutes from (
        select credit as account, minutes from posting union all select debit, -minutes from posting) parts
      group by account)
    select sum(a.balance)::float8 as sum,
      (count(*) filter (where a.balance <> coalesce(m.minutes, 0)))::int as off,
      (select count(*)::int from transfer where status <> 'settled') as unsettled
    from account a left join moved m on m.account = a.id`);
  if (row === undefined) return [`the books of ${name} could not be read`];
  return [
    ...(row.sum === 0 ? [] : [`the balances at ${name} sum to ${row.sum} minutes`]),
    ...(row.off === 0 ? [] : [`${row.off} balances at ${name} are not what their postings make`]),
    ...(row.unsettled === 0 ? [] : [`${row.unsettled} gifts at ${name} are not settled`]),
  ];
}

function tell(rounds: readonly Round[]): void {
  const cell = (value: number | null): string => value?.toFixed(0) ?? '-';
  const share = (value: number, of: number | null): string => (of === null ? '-' : (value / of).toFixed(2));
  say(
    `\n${table([
      ['a second', 'HTTP', 'one statement', 'batches', 'TPC-B', 'HTTP of one', 'batches of TPC-B'],
      ...rounds.map(({ http, batch, oneStatement, tpcb }, index) => [
        `round ${index + 1}`,
        cell(http),
        cell(oneStatement),
        cell(batch),
        cell(tpcb),
        share(http, oneStatement),
        share(batch, tpcb),
      ]),
    ])}`,
  );
}
