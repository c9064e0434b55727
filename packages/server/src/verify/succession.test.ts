/** A pair that follows an ended one begins with what that one left, and neither is left out. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { CAUSES } from '../ledger/ledger.ts';
import { ExportCopy, failure } from '../testing/export-copy.ts';
import { connect, startTowns, type Town, until } from '../testing/town.ts';
import { exportBank } from './export.ts';
import type { DoesNotHold } from './folder.ts';
import { verifyExport } from './verify.ts';

const folder = mkdtempSync(join(tmpdir(), 'evenhour-succession-'));
const honest = join(folder, 'honest');
let towns: Town[] = [];

beforeAll(async () => {
  towns = await startTowns(['Leith', 'Gràcia']);
  const [leith, gracia] = towns as [Town, Town];
  const ids = await connect(leith, gracia, 600, 600);
  await leith.call('POST', '/api/members', { handle: 'moira', name: 'Moira' });
  await gracia.call('POST', '/api/members', { handle: 'rosa', name: 'Rosa' });
  const gift = { from: 'moira', to: `rosa@${gracia.host}`, minutes: 300 };
  const { id } = (await leith.call('POST', '/api/transfers', gift)).body;
  await until(async () => (await leith.call('GET', `/api/transfers/${id}`)).body.status === 'settled');
  const view = async (town: Town, id: string) => (await town.call('GET', `/api/agreements/${id}`)).body;
  await leith.call('POST', `/api/agreements/${ids.a}/close`, { because: 'Their books and ours no longer fit.' });
  for (const [town, id] of [[leith, ids.a] as const, [gracia, ids.b] as const])
    await until(async () => (await view(town, id)).ending?.settlement);
  const terms = { grantsMinutes: 600, bridgeBuilder: 'Rosa Vidal' };
  const { link } = (await gracia.call('POST', `/api/agreements/${ids.b}/successor`, terms)).body;
  const offered = await leith.call('POST', '/api/agreements', { link, grantsMinutes: 600, bridgeBuilder: 'Fiona' });
  const taken = await until(async () => {
    const { items } = (await gracia.call('GET', '/api/agreements')).body;
    return items.find(({ pair }: { pair: string }) => pair === offered.body.pair)?.id;
  });
  await gracia.call('POST', `/api/agreements/${taken}/accept`);
  await until(async () => (await view(leith, offered.body.id)).mode === 'open');
  await exportBank(leith.database, leith.bank.settings, honest, false);
}, 60_000);

afterAll(async () => {
  await Promise.all(towns.map((town) => town.stop()));
  rmSync(folder, { recursive: true, force: true });
});

const lines = (root: string, file: string) => readFileSync(join(root, file), 'utf8').split('\n').slice(0, -1);

/** The folders of the ended pair and of the one that follows it. */
function pairsOf(root: string): { before: string; next: string } {
  const folders = readdirSync(join(root, 'pairs')).map((name) => `pairs/${name}`);
  const next = folders.find((name) => lines(root, `${name}/offer.json`)[0]?.includes('"predecessor"'));
  return { before: folders.find((name) => name !== next) ?? '', next: next ?? '' };
}

async function named(change: (root: string) => void): Promise<DoesNotHold> {
  const { root } = new ExportCopy(honest);
  change(root);
  return failure(root);
}

test('what the ended pair left is where the next one begins', async () => {
  const { pairs } = await verifyExport(honest);
  expect(pairs.map(({ owesMinutes, notProved }) => ({ owesMinutes, notProved }))).toEqual([
    { owesMinutes: 300, notProved: [] },
    { owesMinutes: 300, notProved: [] },
  ]);
});

test('the ended pair is not left out', async () => {
  const { before, next } = pairsOf(honest);
  const error = await named((root) => rmSync(join(root, before), { recursive: true }));
  const why = expect.stringMatching(/^follows the pair urn:\S+, which is not in this export$/);
  expect(error).toMatchObject({ file: `${next}/offer.json`, why });
});

test('the ended pair was settled at what is carried over', async () => {
  const { before } = pairsOf(honest);
  const file = `${before}/agreement.json`;
  const unsettled = await named((root) => {
    const { settlement: _, ...rest } = JSON.parse(lines(root, file)[0] ?? '');
    writeFileSync(join(root, file), `${JSON.stringify(rest)}\n`);
  });
  expect(unsettled).toMatchObject({
    file,
    why: expect.stringMatching(/^was settled at another position than pairs\//),
  });
});

test('each pair has an account of its own', async () => {
  const { before, next } = pairsOf(honest);
  const copy = new ExportCopy(honest);
  const [{ mirror }] = copy.read(`${before}/agreement.json`);
  copy.edit(`${next}/agreement.json`, (agreement) => {
    agreement.mirror = mirror;
  });
  expect((await copy.fails()).why).toBe(`shares the account ${mirror} with another pair`);
});

test('the position is carried over, and once', async () => {
  const file = 'postings.jsonl';
  const carried = lines(honest, file).findIndex((line) => line.includes(CAUSES.carried));
  const change = (to: (all: string[]) => string[]) => (root: string) =>
    writeFileSync(
      join(root, file),
      to(lines(root, file))
        .map((line) => `${line}\n`)
        .join(''),
    );
  const twice = await named(change((all) => [...all, JSON.stringify({ ...JSON.parse(all[carried] ?? ''), id: 'ZZ' })]));
  expect(twice).toMatchObject({ file, why: 'carries over a position for the second time' });
  const less = await named(change((all) => all.with(carried, (all[carried] ?? '').replace(':300', ':299'))));
  expect(less).toMatchObject({ file, line: carried + 1, why: expect.stringContaining('than the 300 minutes') });
});
