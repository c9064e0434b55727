/** Several processes on one database, and a database that is not the one it seems to be. */
import { and, eq } from 'drizzle-orm';
import pg from 'pg';
import { afterEach, describe, expect, test } from 'vitest';
import { pair as pairTable } from '../db/schema.ts';
import { hasTestPostgres, testDatabase } from '../testing/postgres.ts';
import { connect, freePort, startTown, startTowns, type Town, until } from '../testing/town.ts';

const env = { EVENHOUR_SECRET: 's'.repeat(32) };
const running: Town[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((town) => town.stop()));
});

async function twoTowns(): Promise<{ leith: Town; gracia: Town; url: string }> {
  const urls = [await testDatabase(), await testDatabase()];
  const towns = await startTowns(['Leith', 'Gràcia'], { urls, env });
  running.push(...towns);
  const [leith, gracia] = towns as [Town, Town];
  await connect(leith, gracia, 600, 600);
  return { leith, gracia, url: urls[0] as string };
}

/** Another process of a town: on its own port, with what answers at the town's port before it. */
async function another(town: Town, gracia: Town, databaseUrl: string, port?: number): Promise<Town> {
  const { origin } = town;
  const allow = [origin, gracia.origin];
  const made = await startTown({ port: port ?? (await freePort()), origin, env, databaseUrl, allow });
  running.push(made);
  return made;
}

async function stop(town: Town): Promise<void> {
  running.splice(running.indexOf(town), 1);
  await town.stop();
}

async function pairOf(town: Town): Promise<typeof pairTable.$inferSelect> {
  const where = and(eq(pairTable.bankId, town.bank.id), eq(pairTable.status, 'active'));
  const [row] = await town.database.db.select().from(pairTable).where(where);
  if (row === undefined) throw new Error('there is no pair');
  return row;
}

async function loseConnections(url: string, name: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(
    'select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and application_name = $1',
    [name],
  );
  await client.end();
}

describe.skipIf(!hasTestPostgres())('processes on one database', () => {
  test('do not disturb each other by starting or stopping; when all are gone, the pair is greeted anew', async () => {
    const { leith, gracia, url } = await twoTowns();
    const before = await pairOf(leith);
    expect(before.mode).toBe('open');
    const second = await another(leith, gracia, url);
    expect(second.node.context.presence.closed()).toEqual([]);
    const started = await pairOf(second);
    expect([started.mode, started.mySession]).toEqual(['open', before.mySession]);
    expect(started.senderId).toBe((await pairOf(leith)).senderId);

    // One of the two loses its connection: the other one shows that the database has stayed the same.
    await stop(second);
    const third = await another(leith, gracia, url);
    expect((await pairOf(third)).mySession).toBe(before.mySession);
    await stop(leith);
    const left = await pairOf(third);
    expect([left.mode, left.mySession]).toEqual(['open', before.mySession]);

    // With nobody left to show that, it could be another server, or a restored copy.
    await loseConnections(url, 'evenhour-place');
    const again = await until(async () => {
      const row = await pairOf(third);
      return row.mySession !== before.mySession && row.mode === 'open' ? row : null;
    });
    await stop(third);
    const fourth = await another(leith, gracia, url, Number(new URL(leith.origin).port));
    await until(async () => {
      const row = await pairOf(fourth);
      return row.mySession !== again.mySession && row.mode === 'open';
    });
  }, 60_000);
});

describe.skipIf(!hasTestPostgres())('a copy of a database, with its secret', () => {
  test('stays closed to partners and says so, until its origin leads to it', async () => {
    const { leith, gracia, url } = await twoTowns();
    await leith.call('POST', '/api/members', { handle: 'moira', name: 'Moira' });
    await until(
      async () =>
        (await pairOf(leith)).deliveredSeq ===
        (await leith.call('GET', '/api/agreements')).body.items[0].journal.ours.seq,
    );
    await stop(leith);
    const copyUrl = await copyOf(url);
    const port = Number(new URL(leith.origin).port);
    const real = await another(leith, gracia, url, port);
    await until(async () => (await pairOf(real)).mode === 'open');
    const greeted = (await pairOf(gracia)).peerSession;

    const copy = await another(leith, gracia, copyUrl);
    const says = `${leith.origin} leads to another program or another copy of this database. This one stays closed to partners.`;
    expect(copy.node.context.presence.closed()).toEqual([says]);
    const marked = await pairOf(copy);
    expect([marked.mode, marked.lastError]).toEqual(['waiting', says]);
    const ask = (path: string, init?: RequestInit): Promise<Response> =>
      copy.node.fetch(new Request(`${leith.origin}${path}`, { headers: { host: leith.host }, ...init }));
    expect(await (await ask('/readyz')).text()).toBe(`ok\n${says}\n`);
    for (const path of ['/ap/journals', '/ap/journals/open', '/ap/exchanges', '/ap/agreements', '/ap/agreements/x']) {
      const answer = await ask(path, { method: 'POST' });
      expect([answer.status, ((await answer.json()) as { code: string }).code]).toEqual([503, 'pair_waiting']);
      expect(answer.headers.get('signature')).toBeNull();
    }
    // It sends nothing either: the partner's session is still the real one's.
    copy.node.context.senders.sync();
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect((await pairOf(copy)).mode).toBe('waiting');
    expect((await pairOf(gracia)).peerSession).toBe(greeted);

    // The real one is open, and once it has gone and the copy answers at the origin, the copy is the bank.
    expect(real.node.context.presence.closed()).toEqual([]);
    await stop(real);
    await stop(copy);
    const moved = await another(leith, gracia, copyUrl, port);
    expect(moved.node.context.presence.closed()).toEqual([]);
    await until(async () => (await pairOf(moved)).mode === 'open');
  }, 60_000);
});

async function copyOf(url: string): Promise<string> {
  const admin = new URL(url);
  const from = admin.pathname.slice(1);
  admin.pathname = '/postgres';
  const client = new pg.Client({ connectionString: admin.href });
  await client.connect();
  await client.query(`create database ${from}_copy template ${from}`);
  await client.end();
  admin.pathname = `/${from}_copy`;
  return admin.href;
}
