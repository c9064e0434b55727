/** Where a bank's origin leads, as the node sees it from time to time. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Banks, createBank } from '../bank/bank.ts';
import { type Database, openMemory } from '../db/database.ts';
import { bank as bankTable } from '../db/schema.ts';
import { until } from '../testing/town.ts';
import { Presence } from './presence.ts';
import { createSeal } from './seal.ts';

let server: Server;
let database: Database;
let banks: Banks;
let id: string;
let origin: string;
/** What the origin answers. */
let status = 502;
let says = '';

beforeAll(async () => {
  server = createServer((_request, response) => response.writeHead(status).end(says));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  database = await openMemory();
  const seal = createSeal('s'.repeat(32));
  id = await createBank(database, seal, { origin, name: 'Leith' });
  banks = new Banks(database, seal);
  await banks.reload();
});
afterAll(async () => {
  await database?.close();
  server?.close();
});

test('a bank opens when its origin leads here, stays open while that cannot be seen, and closes when it leads elsewhere', async () => {
  const [row] = await database.db.select().from(bankTable).where(eq(bankTable.id, id));
  const word = row?.presence ?? '';
  expect(word).toMatch(/^[0-9a-f-]{36}$/);
  let opened = 0;
  const presence = new Presence(database, banks, () => (opened += 1), { everyMs: 20, retryMs: 5 });
  const closed = (): string => presence.closed().join();
  try {
    expect(closed()).toContain('could not be reached');
    await presence.look();
    expect([presence.proved(id), opened]).toEqual([false, 0]);
    // A page that is no word, as a proxy's own, proves nothing either way.
    [status, says] = [200, '<html>It works!</html>'];
    await presence.look();
    expect(closed()).toBe(
      `${origin} could not be reached from here yet. Until it leads here, this bank stays closed to partners.`,
    );
    // The proxy comes up; nobody has to ask again.
    says = word;
    await until(async () => presence.proved(id));
    expect([opened, presence.closed()]).toEqual([1, []]);
    [status, says] = [502, ''];
    await presence.look();
    expect(presence.proved(id)).toBe(true);
    [status, says] = [200, word.replace(/^./, (first) => (first === '0' ? '1' : '0'))];
    await until(async () => !presence.proved(id));
    expect(closed()).toContain(`${origin} leads to another program or another copy of this database.`);
    says = word;
    await until(async () => presence.proved(id));
    expect(opened).toBe(2);
  } finally {
    presence.stop();
  }
});
