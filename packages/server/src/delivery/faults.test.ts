/** What goes wrong between two honest banks, and what is left of it afterwards: nothing. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hashOf, type JsonObject } from '@evenhour/protocol/wire';
import { eq, sql } from 'drizzle-orm';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { pair as pairTable, transfer } from '../db/schema.ts';
import { recompute, rowsOf, totals } from '../ledger/ledger.ts';
import type { FakePartner } from '../testing/fake-partner.ts';
import { itemsOf } from '../testing/fake-server.ts';
import { hasTestPostgres, testDatabase } from '../testing/postgres.ts';
import { connect, freePort, startTown, type Town, until } from '../testing/town.ts';
import { type Stage, setStage } from '../testing/watch.ts';

describe.skipIf(!hasTestPostgres())('two towns', () => {
  const folders = ['leith', 'gracia'].map((name) => mkdtempSync(join(tmpdir(), `evenhour-${name}-`)));
  let urls: string[];
  let ports: number[];
  let leith: Town;
  let gracia: Town;
  let ids: { a: string; b: string };

  const start = (index: 0 | 1): Promise<Town> =>
    startTown({
      name: index === 0 ? 'Leith' : 'Gràcia',
      port: ports[index] as number,
      allow: ports.map((port) => `http://127.0.0.1:${port}`),
      databaseUrl: urls[index] as string,
      folder: folders[index] as string,
    });

  beforeAll(async () => {
    urls = await Promise.all([testDatabase(), testDatabase()]);
    ports = await Promise.all([freePort(), freePort()]);
    [leith, gracia] = await Promise.all([start(0), start(1)]);
    ids = await connect(leith, gracia, 6000, 6000);
    await leith.call('POST', '/api/members', { handle: 'moira', name: 'Moira' });
    await gracia.call('POST', '/api/members', { handle: 'rosa', name: 'Rosa' });
  });
  afterAll(async () => {
    await Promise.all([leith?.stop(), gracia?.stop()]);
    for (const folder of folders) rmSync(folder, { recursive: true, force: true });
  });

  const give = (minutes: number) =>
    leith.call('POST', '/api/transfers', { from: 'moira', to: `rosa@${gracia.host}`, minutes });
  const statusOf = async (id: string): Promise<string> => (await leith.call('GET', `/api/transfers/${id}`)).body.status;
  const settled = (id: string) => until(async () => (await statusOf(id)) === 'settled', 20_000);
  const balances = async () => {
    const [moira, rosa] = await Promise.all([
      leith.call('GET', '/api/members/moira'),
      gracia.call('GET', '/api/members/rosa'),
    ]);
    return [moira.body.balance.balanceMinutes, moira.body.balance.heldMinutes, rosa.body.balance.balanceMinutes];
  };

  /** The books are whole, and the two say the same of each other. */
  async function sound(): Promise<void> {
    for (const { database, bank } of [leith, gracia]) {
      expect((await totals(database.db, bank.id)).sum).toBe(0);
      expect(await recompute(database.db, bank.id)).toEqual([]);
    }
    await until(async () => {
      const [ours, theirs] = await Promise.all([
        leith.call('GET', `/api/agreements/${ids.a}`),
        gracia.call('GET', `/api/agreements/${ids.b}`),
      ]);
      return ours.body.position.owesMinutes === 0 - theirs.body.position.owesMinutes;
    });
    for (const { database } of [leith, gracia]) {
      const twice = await database.db.execute(sql`select url from transfer group by url having count(*) > 1`);
      expect(rowsOf(twice)).toEqual([]);
    }
  }

  test('an hour that is given while the partner is down arrives when it is back, once', async () => {
    await gracia.stop();
    const given = await give(60);
    expect(given.status).toBe(202);
    await until(async () => (await leith.call('GET', `/api/agreements/${ids.a}`)).body.delivery.attempts > 0);
    expect(await statusOf(given.body.id)).toBe('offered');
    expect((await leith.call('GET', '/api/members/moira')).body.balance).toMatchObject({
      balanceMinutes: 0,
      heldMinutes: 60,
    });
    gracia = await start(1);
    await settled(given.body.id);
    expect(await balances()).toEqual([-60, 0, 60]);
    await sound();
  });

  test('a partner that restarts in the middle of twenty payments loses none', async () => {
    const before = await balances();
    const given = Promise.all(Array.from({ length: 20 }, () => give(3)));
    await until(
      async () => (await gracia.database.db.select().from(transfer).where(eq(transfer.minutes, 3))).length > 2,
    );
    await gracia.stop();
    gracia = await start(1);
    for (const { status, body } of await given) {
      expect(status).toBe(202);
      await settled(body.id);
    }
    const after = await balances();
    expect(after.map((minutes, index) => minutes - before[index])).toEqual([-60, 0, 60]);
    await sound();
  });

  test('a giver that restarts in the middle of twenty payments loses none', async () => {
    const before = await balances();
    const given = await Promise.all(Array.from({ length: 20 }, () => give(3)));
    await leith.stop();
    leith = await start(0);
    for (const { body } of given) await settled(body.id);
    const after = await balances();
    expect(after.map((minutes, index) => minutes - before[index])).toEqual([-60, 0, 60]);
    await sound();
  });

  test('connections that the database drops are made again', async () => {
    const admin = new pg.Client({ connectionString: urls[0] as string });
    await admin.connect();
    await admin.query(
      `select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()`,
    );
    await admin.end();
    const given = await until(async () => {
      const answer = await give(1);
      return answer.status === 202 ? answer : null;
    });
    await settled(given.body.id);
    await sound();
  });
});

describe('a town and a partner', () => {
  let stage: Stage;
  let partner: FakePartner;
  let other: FakePartner;

  beforeAll(async () => {
    stage = await setStage(2);
    [partner, other] = stage.partners as [FakePartner, FakePartner];
    await partner.agree(stage.town);
    await other.agree(stage.town);
    for (const fake of [partner, other]) sayYes(fake);
  });
  afterAll(() => stage?.stop());

  function sayYes(fake: FakePartner): void {
    fake.replies.messages = async (seen) => {
      const yes = { kind: 'GiftAccept' as const, payeeRef: 'loki', payeeName: 'Loki' };
      const messages = await Promise.all(itemsOf(seen).map((item) => fake.answerGift(item, yes)));
      return { body: { pair: fake.pair, results: [], messages } };
    };
  }

  const give = (fake: FakePartner, minutes: number) =>
    stage.town.call('POST', '/api/transfers', { from: 'moira', to: `loki@${fake.host}`, minutes });
  const runs = (fake: FakePartner) => fake.seen.filter(({ route }) => route === 'run');

  test('an answer that is lost after the commit: the town sends again, and it is counted once', async () => {
    let lost = 0;
    partner.replies.run = async (_seen, usual) => ({ ...(await usual()), drop: lost++ === 0 });
    const before = runs(partner).length;
    const given = await give(partner, 10);
    await until(async () => runs(partner).length >= before + 2);
    await partner.quiet();
    const [first, second] = runs(partner)
      .slice(before)
      .map((seen) => JSON.stringify(seen.json));
    expect(second).toBe(first);
    // The partner had it: it answers, and the hour is posted once.
    await partner.run([await partner.write({ kind: 'HoldAccept', transfer: given.body.transfer })]);
    await partner.run([await partner.write({ kind: 'Receipt', transfer: given.body.transfer, unclaimed: false })]);
    const rows = await stage.town.database.db.execute(
      sql`select kind from posting where transfer_id = ${given.body.id} order by id`,
    );
    expect(rowsOf<{ kind: string }>(rows).map(({ kind }) => kind)).toEqual(['hold', 'post']);
    delete partner.replies.run;
  });

  test('the answer to a yes is lost: the partner says it again, and one hold is written', async () => {
    const answers: JsonObject[] = [];
    partner.replies.messages = async (seen) => {
      const offer = itemsOf(seen)[0] as JsonObject;
      answers.push(await partner.answerGift(offer, { kind: 'GiftAccept', payeeRef: 'loki', payeeName: 'Loki' }));
      return { body: { pair: partner.pair, results: [], messages: answers.slice(0, 1) }, drop: answers.length === 1 };
    };
    const given = await give(partner, 10);
    await until(async () => partner.townEntries.some((entry) => entry['transfer'] === given.body.transfer));
    await partner.messages(answers.slice(0, 1));
    await partner.quiet();
    const holds = partner.townEntries.filter((entry) => entry['transfer'] === given.body.transfer);
    expect(holds).toHaveLength(1);
    await partner.run([
      await partner.write({ kind: 'HoldDecline', transfer: given.body.transfer, code: 'payee_unavailable' }),
    ]);
    sayYes(partner);
  });

  test('a partner that answers after three seconds delays nobody else', async () => {
    partner.replies.messages = async (_seen, usual) => ({ ...(await usual()), delayMs: 3000 });
    const asked = partner.seen.length;
    await give(partner, 5);
    await until(async () => partner.seen.length > asked);
    const before = Date.now();
    const given = await give(other, 5);
    await until(async () => other.townEntries.some((entry) => entry['transfer'] === given.body.transfer));
    expect(Date.now() - before).toBeLessThan(1500);
    sayYes(partner);
  });

  test('a partner that begins again from a head that we know is sent the rest', async () => {
    await other.quiet();
    const { townHead, townEntries } = other;
    const last = townEntries.pop() as JsonObject;
    // It lost the last entry of ours, and says so when it is greeted.
    other.townHead = { epoch: 0, seq: (last['seq'] as number) - 1, hash: String(last['prev']) };
    await stage.town.database.db.update(pairTable).set({ mode: 'waiting' }).where(eq(pairTable.id, other.pair));
    stage.town.node.context.senders.get(stage.town.bank.id, other.pair)?.wake();
    await until(async () => other.townHead.seq >= townHead.seq);
    const sent = townEntries.find((entry) => entry['seq'] === last['seq']);
    expect(hashOf(sent as JsonObject)).toBe(hashOf(last));
  });

  test('a partner that does not answer does not keep a node from stopping', async () => {
    const lone = await setStage(1);
    const [silent] = lone.partners as [FakePartner];
    await silent.agree(lone.town);
    silent.replies.messages = () => ({ delayMs: 9000 });
    const asked = silent.seen.length;
    await lone.town.call('POST', '/api/transfers', { from: 'moira', to: `loki@${silent.host}`, minutes: 5 });
    await until(async () => silent.seen.length > asked);
    const before = Date.now();
    await lone.town.stop();
    expect(Date.now() - before).toBeLessThan(4000);
    await silent.stop();
  });
});
