/**
 * The baseline of a ledger: double entry in one statement, driven by pgbench.
 *
 * As fast as we can fairly make it: no node, no HTTP, prepared statements, the better of eight and 32 clients; but
 * what a ledger must hold is held by the database as it is at a node. Two accounts, locked in the order of their
 * ids; a floor and a ceiling; positive minutes; a cause that is posted once; rows that are never changed. The
 * database has the durability of the node's.
 *
 * @module
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Postgres } from '../../packages/server/dist/testing/postgres.js';
import { connectSql } from './borrowed.ts';
import type { Cleanup } from './cleanup.ts';
import { MEMBERS } from './towns.ts';
import { measure, openPgbench, type Rate } from './tpcb.ts';

const CLIENTS = [8, 32];

const TABLES = `
  create table account (
    id int primary key,
    balance bigint not null default 0,
    floor bigint not null,
    ceiling bigint not null,
    constraint within check (balance between floor and ceiling)
  );
  insert into account (id, floor, ceiling) select id, -1000000000, 1000000000 from generate_series(1, ${MEMBERS}) id;
  create table posting (
    id bigint generated always as identity primary key,
    debit int not null references account,
    credit int not null references account,
    minutes bigint not null check (minutes > 0),
    cause uuid not null unique,
    at timestamptz not null default now(),
    check (debit <> credit)
  );
  create function only_insert() returns trigger language plpgsql as
    $$ begin raise exception 'rows are never changed or removed'; end $$;
  create trigger immutable before update or delete on posting for each row execute function only_insert();
`;

const SCRIPT = `\\set debit random(1, ${MEMBERS})
\\set credit 1 + (:debit + random(0, ${MEMBERS - 2})) % ${MEMBERS}
\\set minutes random(1, 60)
with locked as materialized (select id from account where id in (:debit, :credit) order by id for no key update), moved as (update account a set balance = a.balance + case when a.id = :debit then - :minutes::bigint else :minutes::bigint end from locked l where a.id = l.id) insert into posting (debit, credit, minutes, cause) values (:debit, :credit, :minutes, gen_random_uuid());
`;

/** `null` where there is no pgbench. */
export async function prepareOneStatement(postgres: Postgres, cleanup: Cleanup): Promise<Rate | null> {
  const pgbench = await openPgbench(postgres);
  if (pgbench === null) return null;
  const sql = await connectSql(pgbench.url);
  await sql.query(TABLES);
  cleanup.add(() => sql.close());
  const folder = mkdtempSync(join(tmpdir(), 'evenhour-bench-'));
  cleanup.add(() => rmSync(folder, { recursive: true, force: true }));
  const script = join(folder, 'one-statement.sql');
  writeFileSync(script, SCRIPT);
  return {
    async measure(seconds) {
      const rates: number[] = [];
      for (const clients of CLIENTS) rates.push(await measure(pgbench, clients, seconds / 2, ['-f', script]));
      const [row] = await sql.query<{ sum: number; wrong: number }>(`select sum(balance)::float8 as sum,
        count(*) filter (where balance <> (select coalesce(sum(case when p.debit = a.id then -p.minutes else p.minutes end), 0)
          from posting p where a.id in (p.debit, p.credit)))::int as wrong from account a`);
      if (row?.sum !== 0 || row.wrong !== 0) throw new Error('the books of the baseline are wrong');
      return Math.max(...rates);
    },
  };
}
