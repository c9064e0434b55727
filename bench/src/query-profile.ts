/**
 * What the nodes asked their databases during a run, from pg_stat_statements: for `--profile` only.
 *
 * @module
 */
import { connectSql, type Sql } from './borrowed.ts';
import { say, table } from './report.ts';

const SHOWN = 40;

export class QueryProfile {
  static readonly settings: Record<string, string> = {
    shared_preload_libraries: 'pg_stat_statements',
    'pg_stat_statements.max': '2000',
    'pg_stat_statements.track': 'all',
  };
  readonly #sql: Sql;

  private constructor(sql: Sql) {
    this.#sql = sql;
  }

  static async begin(url: string): Promise<QueryProfile> {
    const sql = await connectSql(url);
    await sql.query('create extension if not exists pg_stat_statements');
    await sql.query('select pg_stat_statements_reset()');
    return new QueryProfile(sql);
  }

  /** Prints statements by the time that they took, each set against one settled transfer. */
  async tell(settled: number): Promise<void> {
    const rows = await this.#sql.query<{
      query: string;
      top: boolean;
      calls: number;
      ms: number;
      mean: number;
      rows: number;
    }>(`
      select regexp_replace(query, '\\s+', ' ', 'g') as query, toplevel as top, sum(calls)::float8 as calls,
        sum(total_exec_time)::float8 as ms, (sum(total_exec_time) / sum(calls))::float8 as mean, sum(rows)::float8 as rows
      from pg_stat_statements s join pg_database d on d.oid = s.dbid
      where not query like '%pgbench%' and d.datname <> 'postgres' group by 1, 2 order by 4 desc`);
    await this.#sql.close();
    const own = rows.filter(({ query }) => !/^(set|show|vacuum|truncate|copy)\b/i.test(query));
    const outer = own.filter(({ top }) => top);
    const calls = outer.reduce((total, row) => total + row.calls, 0);
    const ms = outer.reduce((total, row) => total + row.ms, 0);
    say(
      `\nThe database ran ${(calls / settled).toFixed(1)} statements and ${(ms / settled).toFixed(2)} ms a settled transfer.`,
    );
    say(
      table([
        ['statement', 'level', 'calls each', 'ms each', 'mean ms', 'rows each'],
        ...own
          .slice(0, SHOWN)
          .map((row) => [
            row.query.slice(0, 150),
            row.top ? 'top' : 'in',
            (row.calls / settled).toFixed(3),
            (row.ms / settled).toFixed(4),
            row.mean.toFixed(4),
            (row.rows / settled).toFixed(2),
          ]),
      ]),
    );
  }
}
