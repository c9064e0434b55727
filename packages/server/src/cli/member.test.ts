/** Members and settings from the command line, beside a running node. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { commandIn } from '../testing/command.ts';
import { hasTestPostgres, testDatabase } from '../testing/postgres.ts';
import { freePort, startTown, until } from '../testing/town.ts';

test.skipIf(!hasTestPostgres())(
  'a member who is added can sign in, and settings are on the pages at once',
  async () => {
    const folder = mkdtempSync(join(tmpdir(), 'evenhour-member-'));
    const databaseUrl = await testDatabase();
    const town = await startTown({ name: 'Leith', port: await freePort(), allow: [], folder, databaseUrl });
    onTestFinished(async () => {
      await town.stop();
      rmSync(folder, { recursive: true, force: true });
    });
    const evenhour = commandIn(folder, { DATABASE_URL: databaseUrl });

    const added = await evenhour('member', 'add', town.host, 'moira', 'Moira', 'Baird');
    expect(added).toMatchObject({ code: 0, out: expect.stringContaining(`evenhour token ${town.host} moira`) });
    expect(await evenhour('member', 'add', town.host, 'moira', 'Moira Muir')).toMatchObject({ code: 1, out: '' });
    expect((await evenhour('member', 'list', town.host)).out).toBe('bank  Leith community fund\nmoira  Moira Baird\n');
    const token = (await evenhour('token', town.host, 'moira')).out.trim();
    expect((await town.call('GET', '/api/members/moira', null, { token })).body.balance.floorMinutes).toBe(-600);

    const ask = (at: string, words: string) => evenhour('doctor', at, '--token', words);
    expect((await ask(town.origin, town.token)).out).toMatch(/^well /);
    for (const words of [token, 'nonsense'])
      expect(await ask(town.origin, words)).toMatchObject({
        code: 2,
        said: expect.stringMatching(/does not know this token as its operator's.*evenhour token/),
      });
    expect(await ask('http://127.0.0.1:1', token)).toMatchObject({
      code: 2,
      said: expect.stringMatching(/^evenhour: http:\/\/127\.0\.0\.1:1 does not answer \(.+\)\. Look whether/),
    });

    const source = 'WRONG  Where people get the source of this program is not named.';
    const everybody = { DATABASE_URL: databaseUrl, EVENHOUR_ENV: 'production' };
    expect((await commandIn(folder, everybody)('doctor')).out).toContain(source);
    const named = { ...everybody, EVENHOUR_SOURCE_URL: 'https://town.example/source' };
    expect((await commandIn(folder, named)('doctor')).out).not.toContain(source);

    const page = async () => (await fetch(town.origin, { headers: { accept: 'text/html' } })).text();
    expect(await page()).not.toMatch(/Ring the office|by telephone/);
    for (const [name, value] of [
      ['phone', '0131 496 0123'],
      ['person', 'Fiona Kerr'],
      ['floor', '4'],
    ] as const)
      expect(await evenhour('bank', 'set', town.host, name, value)).toMatchObject({ code: 0, said: '' });
    await until(async () => (await page()).includes('Ring the office and Fiona does it with you.'));
    expect(await page()).toContain('<a class="tel" href="tel:01314960123">0131 496 0123</a>');
    await until(async () => town.node.context.banks.byId(town.bank.id)?.settings.floorMinutes === -240);
    await evenhour('member', 'add', town.host, 'agnes', 'Agnes Tulloch');
    expect((await town.call('GET', '/api/members/agnes')).body.balance.floorMinutes).toBe(-240);
  },
  60_000,
);
