/** The end of a pair and the agreement that follows it, from the command line beside two running nodes. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { commandIn } from '../testing/command.ts';
import { hasTestPostgres, testDatabase } from '../testing/postgres.ts';
import { connect, freePort, startTown, type Town, until } from '../testing/town.ts';

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

interface Place {
  readonly town: Town;
  readonly evenhour: ReturnType<typeof commandIn>;
}

async function place(name: string, port: number, allow: readonly string[]): Promise<Place> {
  const folder = mkdtempSync(join(tmpdir(), 'evenhour-pair-'));
  const databaseUrl = await testDatabase();
  const town = await startTown({ name, port, allow, folder, databaseUrl });
  ends.push(async () => {
    await town.stop();
    rmSync(folder, { recursive: true, force: true });
  });
  const settings = { EVENHOUR_ALLOW_PRIVATE_ORIGINS: allow.join(','), DATABASE_URL: databaseUrl };
  return { town, evenhour: commandIn(folder, settings) };
}

test.skipIf(!hasTestPostgres())(
  'a pair is closed, settled and followed by another one',
  async () => {
    const ports = [await freePort(), await freePort()] as const;
    const allow = ports.map((port) => `http://127.0.0.1:${port}`);
    const leith = await place('Leith', ports[0], allow);
    const gracia = await place('Gràcia', ports[1], allow);
    const ids = await connect(leith.town, gracia.town, 600, 600);
    for (const { town } of [leith, gracia]) await town.call('POST', '/api/members', { handle: 'm', name: 'Moira' });
    const to = `m@${gracia.town.host}`;
    const given = await leith.town.call('POST', '/api/transfers', { from: 'm', to, minutes: 90, content: 'Soup' });
    await until(
      async () => (await leith.town.call('GET', `/api/transfers/${given.body.id}`)).body.status === 'settled',
    );

    const terms = ['--hours', '20', '--bridge-builder', 'Rosa Vidal'];
    expect((await gracia.evenhour('pair', 'successor', ids.b, ...terms)).said).toContain('the pair is not ended');
    const closed = await leith.evenhour('pair', 'close', ids.a, '--because', 'We begin again.');
    expect(closed).toMatchObject({ code: 0, out: expect.stringContaining('ended for good') });
    await until(async () =>
      (await gracia.evenhour('pair', 'list')).out.includes('closed, closed  they owe us 1 h 30 min\n'),
    );
    const invited = await gracia.evenhour('pair', 'successor', ids.b, ...terms);
    const link = invited.out.trim().split('\n').at(-1) ?? '';

    expect((await leith.evenhour('pair', 'offer', 'nonsense', ...terms)).said).toMatch(/^evenhour: .+\n$/);
    const offered = await leith.evenhour('pair', 'offer', link, '--hours', '10', '--bridge-builder', 'Fiona Reid');
    expect(offered.out).toMatch(
      /^Offered, as \w+\. Gràcia honours 20 h of our hours, we honour 10 h of theirs\. We begin owing 1 h 30 min\./,
    );
    const id = await until(async () => {
      const { body } = await gracia.town.call('GET', '/api/agreements');
      return body.items.find(({ status }: { status: string }) => status === 'offered')?.id;
    });
    expect((await leith.evenhour('pair', 'accept', 'X')).said).toContain('no such agreement');
    const accepted = await gracia.evenhour('pair', 'accept', id);
    expect(accepted.out).toMatch(/^Accepted\. The agreement with Leith is in force/);
    expect((await gracia.evenhour('pair', 'accept', id)).code).toBe(1);
    await until(async () => (await leith.evenhour('pair', 'list')).out.includes('active, open  we owe 1 h 30 min\n'));
  },
  120_000,
);
