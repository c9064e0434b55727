/**
 * A full disk, for one PostgreSQL.
 *
 * No volume is made, since that takes rights that few have. Every process of the server gets a limit on how far
 * into a file it may write (RLIMIT_FSIZE). PostgreSQL then fails where it fails on a full disk: first no table
 * grows beyond the limit, and statements fail; then the write-ahead log cannot be written, and the server stops
 * and does not come back before there is room. The error is EFBIG instead of ENOSPC, and blocks that exist
 * beyond the limit cannot be written either, so it is a little harder than a full disk is.
 *
 * @module
 */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { connectSql, type Postgres } from '@evenhour/bench/borrowed';
import { run } from '@evenhour/bench/children';

/** The size of a file of the write-ahead log: so a limit of as much leaves the log alone. */
export const WAL_SEGMENT_MB = 1;
const TABLES_FULL = WAL_SEGMENT_MB * 1024 * 1024;

/** A table that is as large as tables may become, to see that the disk is full. */
export async function prepareDisk(postgres: Postgres): Promise<void> {
  const sql = await connectSql(postgres.url);
  try {
    await sql.query(`create table filler (bytes text);
      alter table filler alter column bytes set storage plain;
      insert into filler select repeat('x', 7000) from generate_series(1, 200)`);
  } finally {
    await sql.close();
  }
}

/** No table grows any more. Returns whether PostgreSQL said so. */
export async function fillTables(postgres: Postgres): Promise<boolean> {
  await limit(postgres, String(TABLES_FULL));
  const sql = await connectSql(postgres.url).catch(() => null);
  if (sql === null) return false;
  try {
    await sql.query(`insert into filler select repeat('x', 7000) from generate_series(1, 20)`);
    return false;
  } catch (error) {
    return /could not extend file/.test(String(error));
  } finally {
    await sql.close().catch(() => {});
  }
}

/** Nothing can be written, the log neither: the server goes down with the next commit. */
export function fillLog(postgres: Postgres): Promise<void> {
  return limit(postgres, '0');
}

/** There is room again. A server that went down has to be started. */
export function makeRoom(postgres: Postgres): Promise<void> {
  return limit(postgres, 'unlimited');
}

async function limit({ pid }: Postgres, bytes: string): Promise<void> {
  // The first process before the others: whatever it starts from here on has the limit.
  await limitOne(pid, bytes);
  const children = readdirSync('/proc').filter((name) => parentOf(name) === pid);
  await Promise.all(children.map((child) => limitOne(Number(child), bytes)));
}

function parentOf(process: string): number | undefined {
  try {
    return Number(readFileSync(`/proc/${process}/stat`, 'utf8').split(') ').at(-1)?.split(' ')[1]);
  } catch {
    // Not a process, or one that ended while we looked.
    return undefined;
  }
}

async function limitOne(process: number, bytes: string): Promise<void> {
  try {
    // As the user of the server: a limit of somebody else's process takes a right that containers do not give.
    const { uid, gid } = statSync(`/proc/${process}`);
    await run('prlimit', ['--pid', String(process), `--fsize=${bytes}:`], { uid, gid });
  } catch (error) {
    if (existsSync(`/proc/${process}`)) throw error;
  }
}
