/**
 * A pair that is suspended, changed and ended, and the agreement that follows it, from the command line beside two
 * running nodes.
 */
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

    // Private addresses are what a test on one machine needs: nothing is wrong with that.
    const well = await leith.evenhour('doctor');
    expect([well.code, well.said]).toEqual([0, '']);
    expect(well.out).toContain('well   Private addresses are open for');

    const terms = ['--hours', '20', '--bridge-builder', 'Rosa Vidal'];
    expect((await gracia.evenhour('pair', 'successor', ids.b, ...terms)).said).toContain('the pair is not ended');
    const because = ['--because', 'We begin again.'];
    const promised = await leith.evenhour('pair', 'close', ids.a, ...because);
    expect([promised.code, promised.out]).toEqual([2, '']);
    expect(promised.said).toMatch(/in force, and both banks signed that it ends with 30 days' notice.*--now\n$/);
    expect((await leith.evenhour('pair', 'list')).out).toContain('active, open  we owe 1 h 30 min\n');

    // Said at the command line, signed by the node's bank, heard by the other one.
    const heard = async (said: { status: string; limitMinutes: number }) =>
      until(async () => {
        const { status, position } = (await gracia.town.call('GET', `/api/agreements/${ids.b}`)).body;
        return status === said.status && position.limitMinutes === said.limitMinutes;
      });
    const suspended = await leith.evenhour('pair', 'suspend', ids.a);
    expect(suspended).toMatchObject({ code: 0, out: expect.stringContaining(`evenhour pair resume ${ids.a}`) });
    await heard({ status: 'suspended', limitMinutes: 600 });
    expect((await leith.evenhour('pair', 'limit', ids.a)).said).toContain('give --hours');
    expect(await leith.evenhour('pair', 'limit', ids.a, '--hours', '4')).toMatchObject({ code: 0 });
    await heard({ status: 'suspended', limitMinutes: 240 });
    expect((await leith.evenhour('pair', 'resume', ids.a)).out).toBe('New hours of Gràcia come in again.\n');
    await heard({ status: 'active', limitMinutes: 240 });

    const closed = await leith.evenhour('pair', 'close', ids.a, ...because, '--now');
    expect(closed).toMatchObject({ code: 0, out: expect.stringContaining('ended for good') });
    await until(async () =>
      (await gracia.evenhour('pair', 'list')).out.includes('closed, closed  they owe us 1 h 30 min\n'),
    );
    const invited = await gracia.evenhour('pair', 'successor', ids.b, ...terms);
    const link = invited.out.trim().split('\n').at(-1) ?? '';

    for (const [wrong, says] of [
      ['nonsense', 'This is not an invitation'],
      ['http://nowhere', 'This is not an invitation'],
      [link.replace(gracia.town.origin, leith.town.origin), 'This is our own link'],
      [`${link}x`, `${gracia.town.host} knows no such invitation`],
      [link.replace(gracia.town.host, 'nowhere.invalid'), 'Nobody answers at nowhere.invalid'],
    ] as const) {
      const refused = await leith.evenhour('pair', 'offer', wrong, ...terms);
      expect([refused.code, refused.out]).toEqual([2, '']);
      expect(refused.said).toContain(`evenhour: ${says}`);
    }
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
