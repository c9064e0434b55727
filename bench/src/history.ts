/**
 * `bench -- history`: a long history, and what it costs to read it, and not to read it.
 *
 * A partner bank of the bench makes an agreement with a real node. With the node stopped, both journals are written
 * with the real keys (see history-writer.ts): 300,000 entries, or a million with `--million`. Then
 *
 * - another process verifies and folds them from the beginning (see history-reader.ts). `points` are sums up to so
 *   many entries. `slopeRatio` is what an entry of the last stretch costs beside one of the first: about 1 when the
 *   line is straight. The fold must come out as the one that the node keeps.
 * - the node starts. `restartMs` runs until it is ready and the pair is open: the partner was greeted and said how
 *   far it has our journal. `restartEntriesRead` counts the rows of journal entries that the database gave out from
 *   before that start until after the stop that follows.
 *
 * @module
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { AgreementCore, Party } from '@evenhour/protocol';
import { type Sql, startDurable } from './borrowed.ts';
import { endProgram, freePort, startColleague } from './children.ts';
import type { Cleanup } from './cleanup.ts';
import type { Point, Reading } from './history-reader.ts';
import type { Written } from './history-writer.ts';
import { call, disconnect } from './http.ts';
import type { BenchOptions } from './main.ts';
import { type CommonFigures, commonFigures, round, say, table } from './report.ts';
import { prepareSite, type Site, serve } from './towns.ts';

export interface HistoryFigures extends CommonFigures {
  readonly points: readonly Point[];
  readonly slopeRatio: number;
  readonly restartMs: number;
  readonly restartEntriesRead: number;
}

const ENTRIES = 300_000;
const MILLION = 1_000_000;
const QUICK_ENTRIES = 6_400;
/** A history is a whole number of commits of the writer (ten rounds of eighty) and of the reader's double pages. */
const STEP = 800;
const SHARES = [1 / 8, 1 / 4, 1 / 2, 1];
const RESTART_MS = 60_000;
const LOOK_MS = 10;

export async function measureHistory({ quick, million }: BenchOptions, cleanup: Cleanup): Promise<HistoryFigures> {
  const startedAt = Date.now();
  const failures: string[] = [];
  const entries = quick ? QUICK_ENTRIES : million ? MILLION : ENTRIES;
  const points = SHARES.map((share) => Math.ceil((entries * share) / STEP) * STEP);
  const { postgres } = await startDurable({ max_wal_size: '4GB' }, failures, cleanup);
  const writer = startColleague(new URL('./history-writer.js', import.meta.url), cleanup);
  const { origin } = await writer.ask<{ origin: string }>({ kind: 'listen' });
  const port = await freePort();
  const allow = [`http://127.0.0.1:${port}`, origin];
  const site = await prepareSite(postgres, 'Leith', port, { allow }, cleanup);
  const { sql, keys } = site;

  const first = await serve(site, {}, cleanup);
  const { agreementId, pairId } = await writer.ask<{ agreementId: string; pairId: string }>({
    kind: 'agree',
    office: { origin: site.origin, token: site.token },
    keys,
  });
  disconnect();
  await endProgram(first);
  const written = await writer.ask<Written>({ kind: 'write', keys, entries: points.at(-1) ?? 0 });
  await sql.query(
    `update pair set state = $2, debt_minutes = $3, open_minutes = $4, limit_minutes = $5, version = $6,
       delivered_seq = $7, send_after_seq = $8, stated_seqs = $9, tested_at = now() where id = $1`,
    [
      pairId,
      JSON.stringify(written.state),
      written.debtMinutes,
      written.openMinutes,
      written.limitMinutes,
      written.version,
      written.deliveredSeq,
      written.sendAfterSeq,
      written.statedSeqs,
    ],
  );
  await sql.query('vacuum (analyze) journal_entry');
  say(`${points.at(-1)} entries are written and signed, after ${Math.round((Date.now() - startedAt) / 1000)} s.`);

  const [pair] = await sql.query<{ core: AgreementCore; genesis: string; me: Party; state: unknown }>(
    'select core, genesis, me, state from pair where id = $1',
    [pairId],
  );
  const reader = startColleague(new URL('./history-reader.js', import.meta.url), cleanup);
  const read = await reader.ask<Reading>({ ...pair, pair: pairId, keys, points });
  if (!read.agrees) failures.push('the fold from the beginning is not the one that the node keeps');

  const rowsBefore = await entriesRead(sql);
  const began = performance.now();
  const second = await serve(site, {}, cleanup);
  await untilOpen(site, agreementId);
  const restartMs = Math.round(performance.now() - began);
  disconnect();
  await endProgram(second);
  const restartEntriesRead = (await entriesRead(sql)) - rowsBefore;

  tell(read.points);
  return {
    ...commonFigures('history', startedAt, failures),
    points: read.points,
    slopeRatio: round(costOf(read.points, read.points.length - 1) / costOf(read.points, 0), 3),
    restartMs,
    restartEntriesRead,
  };
}

/** Microseconds an entry, verified and folded, on the stretch that ends at this point. */
function costOf(points: readonly Point[], index: number): number {
  const none: Point = { entries: 0, verifySeconds: 0, foldSeconds: 0, rssMb: 0 };
  const [from, to] = [points[index - 1] ?? none, points[index] ?? none];
  const seconds = to.verifySeconds + to.foldSeconds - from.verifySeconds - from.foldSeconds;
  return (seconds * 1e6) / (to.entries - from.entries);
}

/** Rows of journal entries that the database has given out. A connection says so at the latest when it has ended. */
async function entriesRead(sql: Sql): Promise<number> {
  const others = `select 1 from pg_stat_activity where backend_type = 'client backend' and pid <> pg_backend_pid()`;
  while ((await sql.query(others)).length > 0) await sleep(LOOK_MS);
  const [row] = await sql.query<{ read: number }>(
    `select (seq_tup_read + coalesce(idx_tup_fetch, 0))::float8 as read from pg_stat_user_tables where relname = 'journal_entry'`,
  );
  return row?.read ?? 0;
}

/** Waits until the node says that it is ready and that the pair is open. */
async function untilOpen({ origin, token }: Site, agreementId: string): Promise<void> {
  const end = Date.now() + RESTART_MS;
  while (Date.now() < end) {
    const ready = await fetch(`${origin}/readyz`);
    const said = await ready.text();
    const { body } = await call<{ mode: string }>(origin, token, 'GET', `/api/agreements/${agreementId}`);
    if (ready.ok && said === 'ok\n' && body.mode === 'open') return;
    await sleep(LOOK_MS);
  }
  throw new Error('the pair was not open again within a minute');
}

function tell(points: readonly Point[]): void {
  say(
    `\n${table([
      ['entries', 'verified in', 'folded in', 'an entry', 'memory'],
      ...points.map(({ entries, verifySeconds, foldSeconds, rssMb }, index) => [
        String(entries),
        `${verifySeconds.toFixed(1)} s`,
        `${foldSeconds.toFixed(1)} s`,
        `${costOf(points, index).toFixed(0)} us`,
        `${rssMb} MB`,
      ]),
    ])}`,
  );
}
