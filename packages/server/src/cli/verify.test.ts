/** Export, proof and the end of a pair, as an operator runs them. */
import { execFile } from 'node:child_process';
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from 'vitest';

const MAIN = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'evenhour-verify-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function evenhour(...args: string[]): Promise<{ code: number; out: string; said: string }> {
  const env = { PATH: process.env['PATH'] ?? '', EVENHOUR_ENV: 'development', EVENHOUR_DATA: join(folder, 'data') };
  return new Promise((resolve) => {
    execFile(process.execPath, [MAIN, ...args], { env }, (error, out, said) =>
      resolve({ code: error === null ? 0 : Number(error.code), out, said }),
    );
  });
}

test('evenhour export, verify and pair', async () => {
  await evenhour('bank', 'add', 'http://127.0.0.1:4998', 'Leith');
  const out = join(folder, 'export');
  const exported = await evenhour('export', out);
  expect([exported.code, exported.said]).toEqual([0, '']);
  expect(exported.out).toContain(`Prove them with: evenhour verify ${out}`);
  const proved = await evenhour('verify', out);
  expect([proved.code, proved.said]).toEqual([0, '']);
  expect(proved.out).toMatch(/^Leith \(http:\/\/127\.0\.0\.1:4998\): everything holds\.\n0 agreements/);

  const accounts = join(out, 'accounts.jsonl');
  const honest = readFileSync(accounts, 'utf8');
  writeFileSync(accounts, honest.replace('"balanceMinutes":0', '"balanceMinutes":60'));
  const changed = await evenhour('verify', out);
  expect(changed.code).toBe(1);
  expect(changed.out).toMatch(/^This does not hold:\naccounts\.jsonl, line 1: says 60 minutes/);
  writeFileSync(accounts, honest);
  appendFileSync(join(out, 'evidence.jsonl'), ' ');
  expect((await evenhour('verify', out)).out).toMatch(/evidence\.jsonl, line 1: is not strict JSON/);

  const full = await evenhour('export', out);
  expect([full.code, full.out]).toEqual([1, '']);
  expect(full.said).toBe(
    `evenhour: The folder ${out} has something in it. Name an empty one, or one that is not there yet.\n`,
  );
  for (const verb of ['export', 'verify'])
    expect((await evenhour(verb)).said).toContain(`use: evenhour ${verb} FOLDER`);

  expect(await evenhour('pair', 'list')).toEqual({ code: 0, out: '', said: '' });
  expect((await evenhour('pair', 'close', 'X', '--because', ' ')).said).toContain('use: evenhour pair list');
  const unknown = await evenhour('pair', 'close', 'X', '--because', 'They are gone.');
  expect([unknown.code, unknown.said]).toEqual([1, expect.stringMatching(/^evenhour: .*\(not_found\)\n$/)]);
  expect((await evenhour('pair', 'silence', '45')).out).toContain('45 days');
}, 120_000);
