import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import pg from 'pg';
import { describe, expect, it } from 'vitest';
import { hasTestPostgres, startPostgres, testDatabase } from './postgres.ts';

const run = promisify(execFile);

async function ask(url: string, sql: string): Promise<string> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rows } = await client.query({ text: sql, rowMode: 'array' });
    return String(rows[0]?.[0]);
  } finally {
    await client.end();
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

async function untilGone(pid: number, folder: string): Promise<void> {
  await expect.poll(() => isAlive(pid) || existsSync(folder), { timeout: 15_000, interval: 100 }).toBe(false);
}

describe.skipIf(!hasTestPostgres())('a throw-away PostgreSQL', () => {
  it('gives each caller an empty database', async () => {
    const [one, two] = await Promise.all([testDatabase(), testDatabase()]);
    await ask(one, 'CREATE TABLE hours (minutes integer)');
    expect(await ask(two, "SELECT count(*) FROM pg_tables WHERE tablename = 'hours'")).toBe('0');
  });

  it('is gone after stop, process and folder, even with an open connection', async () => {
    const postgres = await startPostgres();
    const folder = await ask(postgres.url, 'SHOW data_directory');
    const idle = new pg.Client({ connectionString: postgres.url });
    idle.on('error', () => undefined);
    await idle.connect();
    expect(isAlive(postgres.pid)).toBe(true);
    await postgres.stop();
    await postgres.stop();
    expect(isAlive(postgres.pid)).toBe(false);
    expect(existsSync(folder)).toBe(false);
    await idle.end().catch(() => undefined);
  });

  it('is ended at once and started again, with what was committed', async () => {
    const postgres = await startPostgres({ settings: { synchronous_commit: 'on' }, walSegmentMb: 1 });
    try {
      expect(await ask(postgres.url, 'SHOW wal_segment_size')).toBe('1MB');
      await ask(postgres.url, 'CREATE TABLE hours AS SELECT 60 AS minutes');
      const before = postgres.pid;
      await postgres.quit();
      expect(isAlive(before)).toBe(false);
      await expect(ask(postgres.url, 'SELECT 1')).rejects.toThrow(/ECONNREFUSED/);
      await postgres.start();
      await postgres.start();
      expect(await ask(postgres.url, 'SELECT minutes FROM hours')).toBe('60');
      expect(postgres.pid).not.toBe(before);
    } finally {
      await postgres.stop();
    }
    expect(isAlive(postgres.pid)).toBe(false);
  });

  it('refuses a wrong password', async () => {
    const url = new URL(await testDatabase());
    url.password = 'guess';
    await expect(ask(url.href, 'SELECT 1')).rejects.toThrow(/password/);
  });

  it('writes through to the disk when asked to, and not otherwise', async () => {
    const settings =
      "SELECT string_agg(setting, ' ' ORDER BY name) FROM pg_settings WHERE name IN ('fsync', 'synchronous_commit')";
    const durable = await startPostgres({ durable: true });
    try {
      expect(await ask(durable.url, settings)).toBe('on on');
    } finally {
      await durable.stop();
    }
    expect(await ask(await testDatabase(), settings)).toBe('off off');
  });

  it('goes when the process that started it is killed', async () => {
    const module = fileURLToPath(new URL('./postgres.ts', import.meta.url));
    const script = `
      const { startPostgres } = await import(${JSON.stringify(module)});
      const { url, pid } = await startPostgres();
      console.log(JSON.stringify({ url, pid }));
      setInterval(() => {}, 1000);`;
    const owner = spawn(process.execPath, ['--input-type=module', '-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [line] = (await once(owner.stdout, 'data')) as [Buffer];
    const { url, pid } = JSON.parse(line.toString()) as { url: string; pid: number };
    const folder = await ask(url, 'SHOW data_directory');
    owner.kill('SIGKILL');
    await untilGone(pid, folder);
  });

  it('does not keep the process that started it alive', async () => {
    const module = fileURLToPath(new URL('./postgres.ts', import.meta.url));
    const script = `
      const { startPostgres } = await import(${JSON.stringify(module)});
      const { pid } = await startPostgres();
      console.log(pid);`;
    const { stdout } = await run(process.execPath, ['--input-type=module', '-e', script]);
    await untilGone(Number(stdout), '');
  });
});
