/**
 * `bench -- backlog`: what waited while many partners were away, until all of it has settled.
 *
 * What an operator meets: an umbrella's node, which hosts twenty banks, goes down. Members of a bank elsewhere go
 * on giving to people there; then that node comes back, with all of its banks at once. Gifts wait as offers, for
 * a bank promises nothing in its journal before its partner has said yes; each is four entries once it is
 * answered, and each pair has fewer waiting than the 256 holds that it may have open. `entries` are those that the
 * gifts need, `applied` those that are held with effect at the bank that did not write them, and `drainSeconds`
 * runs from the start of the program that was away until every gift is settled in both databases: greetings,
 * answers, entries and both ledgers.
 *
 * Banks have addresses of their own on loopback (127.0.1.1, 127.0.1.2, …), which Linux has without being told. A
 * forwarder of bytes stands for the reverse proxy in front of them.
 *
 * @module
 */
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { readBooks, untilQuiet } from './books.ts';
import { type Sql, startDurable } from './borrowed.ts';
import { endProgram, freePort } from './children.ts';
import type { Cleanup } from './cleanup.ts';
import { call, disconnect } from './http.ts';
import type { BenchOptions } from './main.ts';
import { type CommonFigures, commonFigures, round, say } from './report.ts';
import { addBank, addMembers, agree, type Office, prepareSite, serve, startTown, widen } from './towns.ts';

export interface BacklogFigures extends CommonFigures {
  readonly entries: number;
  readonly applied: number;
  readonly drainSeconds: number;
  readonly partners: number;
}

const SIZE = { partners: 20, giftsEach: 125 };
const QUICK_SIZE = { partners: 2, giftsEach: 20 };
const ENTRIES_A_GIFT = 4;
const IN_FLIGHT = 16;

interface Branch extends Office {
  readonly host: string;
}

export async function measureBacklog({ quick }: BenchOptions, cleanup: Cleanup): Promise<BacklogFigures> {
  const startedAt = Date.now();
  const failures: string[] = [];
  const { partners, giftsEach } = quick ? QUICK_SIZE : SIZE;
  const { postgres } = await startDurable({}, failures, cleanup);
  const [townPort, umbrellaPort, frontPort] = [await freePort(), await freePort(), await freePort()];
  const origins = Array.from({ length: partners }, (_, at) => `http://127.0.1.${at + 1}:${frontPort}`);
  const allow = [`http://127.0.0.1:${townPort}`, `http://127.0.0.1:${umbrellaPort}`, ...origins];

  const site = await prepareSite(postgres, 'Leith', townPort, { allow }, cleanup);
  const umbrella = await prepareSite(postgres, 'Umbrella', umbrellaPort, { allow }, cleanup);
  const branches: Branch[] = [];
  for (const origin of origins) {
    const token = await addBank(umbrella.env, origin, `Branch ${branches.length + 1}`);
    branches.push({ origin, host: new URL(origin).host, token });
    await forward(new URL(origin).hostname, frontPort, umbrellaPort, cleanup);
  }
  await widen(umbrella.sql);
  const town = await startTown(site, { quick }, cleanup);
  const running = await serve(umbrella, {}, cleanup);
  for (const branch of branches) {
    await addMembers(branch.origin, branch.token, 1);
    await agree(town, branch);
  }
  const sides = [town, { ...town, name: umbrella.name, sql: umbrella.sql }] as const;
  if (!(await untilQuiet(sides))) failures.push('the banks did not become quiet before the outage');
  const heldBefore = await countApplied(sides);
  say(`${partners} banks have agreements with one; their node goes down.`);

  await endProgram(running);
  // Until it was quiet and had ended, connections to the town were idle.
  disconnect();
  const gifts = partners * giftsEach;
  let given = 0;
  const lane = async (): Promise<void> => {
    for (let number = given++; number < gifts; number = given++) {
      const { status, body } = await call<{ code?: string }>(town.origin, town.token, 'POST', '/api/transfers', {
        from: town.memberIds[number % town.memberIds.length],
        to: `member1@${branches[number % partners]?.host}`,
        minutes: 1 + (number % 60),
        content: 'an hour that waits',
      });
      if (status !== 202) failures.push(`a gift was refused: ${body.code ?? status}`);
    }
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, lane));
  disconnect();
  const waiting = await countWaiting(town.sql);
  if (waiting !== gifts) failures.push(`${gifts} gifts were given and ${waiting} wait`);
  say(`${waiting} gifts wait; the node starts again.`);

  const began = performance.now();
  await serve(umbrella, {}, cleanup);
  if (!(await untilQuiet(sides))) failures.push('the banks did not become quiet within a minute');
  const drainSeconds = round((performance.now() - began) / 1000, 2);

  const entries = gifts * ENTRIES_A_GIFT;
  const applied = (await countApplied(sides)) - heldBefore;
  if (applied !== entries) failures.push(`the gifts need ${entries} entries and ${applied} were applied`);
  failures.push(...(await readBooks(sides)).wrong);
  return { ...commonFigures('backlog', startedAt, failures), entries, applied, drainSeconds, partners };
}

/** Passes bytes on from an address of its own. */
async function forward(host: string, port: number, to: number, cleanup: Cleanup): Promise<void> {
  const server = createServer((from) => {
    const node = connect(to, '127.0.0.1');
    for (const socket of [from, node]) {
      const peer = socket === from ? node : from;
      socket.on('error', () => peer.destroy());
      socket.on('close', () => peer.destroy());
      socket.pipe(peer);
    }
  });
  server.listen(port, host);
  await once(server, 'listening');
  cleanup.add(() => void server.close());
}

async function countWaiting(sql: Sql): Promise<number> {
  const [row] = await sql.query<{ count: number }>(
    `select count(*)::int as count from transfer where status = 'offered'`,
  );
  return row?.count ?? 0;
}

/** Entries of transfers that are held with effect at the bank that did not write them. */
async function countApplied(sides: readonly { readonly sql: Sql }[]): Promise<number> {
  const counts = sides.map(async ({ sql }) => {
    const [row] = await sql.query<{ count: number }>(`select count(*)::int as count from journal_entry j
      join pair p on p.bank_id = j.bank_id and p.id = j.pair_id
      where j.author <> p.me and j.transfer is not null and j.breach is null`);
    return row?.count ?? 0;
  });
  return (await Promise.all(counts)).reduce((total, count) => total + count, 0);
}
