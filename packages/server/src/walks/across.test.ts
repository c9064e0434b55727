/** A first exchange between members of two towns, each a process with a database of its own. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hasChromium, openBrowser } from '../testing/browser.ts';
import { commandIn } from '../testing/command.ts';
import { hasTestPostgres, testDatabase } from '../testing/postgres.ts';
import { type Calls, connect, freePort, until } from '../testing/town.ts';
import { comeIn, firstExchange, leave, newcomer, picture, see, seeBalance, type Way, walkerAt } from './steps.ts';

const MAIN = fileURLToPath(new URL('../../dist/bin/evenhour.js', import.meta.url));

interface Plan {
  readonly way: Way;
  readonly title: string;
  readonly typed: string;
  readonly names: { readonly asker: string; readonly giver: string };
}

const plans: readonly (readonly [string, Plan])[] = [
  [
    'with script',
    { way: {}, title: 'Catalan conversation', typed: 'catalna', names: { asker: 'Moira', giver: 'Rosa' } },
  ],
  [
    'without script',
    {
      way: { script: false },
      title: 'Songs by telephone',
      typed: 'telefone',
      names: { asker: 'Agnes', giver: 'Jordi' },
    },
  ],
  [
    'with the keyboard alone',
    {
      way: { keyboard: true },
      title: 'Reading letters aloud',
      typed: 'leters',
      names: { asker: 'Effie', giver: 'Neus' },
    },
  ],
];

interface Apart extends Calls {
  readonly origin: string;
  readonly process: ChildProcess;
}

describe.skipIf(!hasChromium() || !hasTestPostgres())('across two towns', { timeout: 150_000 }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'evenhour-walk-'));
  let browser: Browser;
  let towns: readonly Apart[];
  let agreement: { a: string; b: string };
  const keys = new Map<string, string>();

  beforeAll(async () => {
    const ports = await Promise.all([freePort(), freePort()]);
    const allow = ports.map((port) => `http://127.0.0.1:${port}`).join(',');
    towns = await Promise.all(
      ['Leith', 'Gràcia'].map((name, n) => startApart(join(folder, String(n)), name, ports[n] ?? 0, allow)),
    );
    const [leith, gracia] = towns as [Apart, Apart];
    for (const [, { title, names }] of plans) {
      keys.set(names.asker, await newcomer(leith, names.asker.toLowerCase(), `${names.asker} Baird`));
      const token = await newcomer(gracia, names.giver.toLowerCase(), `${names.giver} Vidal`);
      keys.set(names.giver, token);
      const offer = { kind: 'offer', title, category: 'languages', language: 'en', visibility: 'partners' };
      const written = await gracia.call('POST', '/api/offers', offer, { token });
      expect([written.status, written.body]).toEqual([201, expect.anything()]);
    }
    // A partner's offers are read as soon as there is an agreement.
    agreement = await connect(leith, gracia, 600, 600);
    await until(async () => (await leith.call('GET', '/api/offers?q=catalan')).body.items.length > 0, 60_000);
    browser = await openBrowser();
  }, 180_000);
  afterAll(async () => {
    await browser?.close();
    for (const { process } of towns ?? []) process.kill('SIGTERM');
    await until(async () =>
      (towns ?? []).every(({ process: { exitCode, signalCode } }) => exitCode !== null || signalCode !== null),
    );
    rmSync(folder, { recursive: true, force: true });
  }, 30_000);

  /** What each town owes the other, in minutes. */
  async function standing(): Promise<number[]> {
    const [leith, gracia] = towns as [Apart, Apart];
    const both = await Promise.all([
      leith.call('GET', `/api/agreements/${agreement.a}`),
      gracia.call('GET', `/api/agreements/${agreement.b}`),
    ]);
    return both.map(({ body }) => body.position.owesMinutes);
  }

  test.each(plans)('%s: from finding it to a receipt that both banks signed', async (_, plan) => {
    const { way, title, typed, names } = plan;
    const [leith, gracia] = towns as [Apart, Apart];
    const asker = await walkerAt(browser, leith.origin, way);
    const giver = await walkerAt(browser, gracia.origin, way);
    const [before = 0] = await standing();
    await comeIn(asker, keys.get(names.asker) ?? '');
    await comeIn(giver, keys.get(names.giver) ?? '');
    const link = await firstExchange({ asker, giver, names, title, typed, content: `${title}, 1` });
    await seeBalance(asker, 0, 75);
    await seeBalance(giver, 75, 0);
    const guest = await walkerAt(browser, leith.origin, way);
    await guest.page.goto(link);
    await see(guest, guest.words.t('receipt.checked.between'));
    if (guest.script) {
      await guest.page.locator('#check[data-is="good"]').waitFor();
      await picture(guest, 'walk-receipt-across');
    } else expect(await guest.page.locator('.check__good:visible').count()).toBe(6);
    // Each town's figure of the pair is the other's with its sign turned round.
    expect(await standing()).toEqual([before + 75, -before - 75]);
    await leave(asker, giver, guest);
  });
});

/** A town that is served by the command, as an operator runs it. */
async function startApart(folder: string, name: string, port: number, allow: string): Promise<Apart> {
  const origin = `http://127.0.0.1:${port}`;
  const settings = {
    EVENHOUR_ENV: 'development',
    EVENHOUR_DATA: folder,
    EVENHOUR_ORIGIN: origin,
    EVENHOUR_BANK_NAME: name,
    EVENHOUR_PORT: String(port),
    EVENHOUR_LISTEN: '127.0.0.1',
    EVENHOUR_ALLOW_PRIVATE_ORIGINS: allow,
    EVENHOUR_LOG: 'warning',
    DATABASE_URL: await testDatabase(),
  };
  const env = { PATH: process.env['PATH'] ?? '', ...settings };
  const child = spawn(process.execPath, [MAIN, 'serve'], { env, stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  child.stderr.on('data', (data: Buffer) => {
    said += data.toString();
  });
  await until(async () => {
    if (child.exitCode !== null) throw new Error(`${name} ended: ${said}`);
    return fetch(origin).then(
      ({ ok }) => ok,
      () => false,
    );
  }, 60_000);
  const token = (await commandIn(folder, settings)('token', new URL(origin).host)).out.trim();
  return {
    origin,
    process: child,
    async call(method, path, body, { token: as = token, key = crypto.randomUUID() } = {}) {
      const answer = await fetch(`${origin}${path}`, {
        method,
        headers: { authorization: `Bearer ${as}`, 'content-type': 'application/json', 'idempotency-key': key },
        ...(method === 'POST' && { body: JSON.stringify(body ?? {}) }),
      });
      return { status: answer.status, body: await answer.json() };
    },
  };
}
