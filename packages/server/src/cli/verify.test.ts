/** Export, proof and the end of a pair, as an operator runs them. */
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { commandIn } from '../testing/command.ts';

const folder = mkdtempSync(join(tmpdir(), 'evenhour-verify-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const evenhour = commandIn(join(folder, 'data'));

test('evenhour export, verify and pair', async () => {
  await evenhour('bank', 'add', 'http://127.0.0.1:4998', 'Leith');
  const out = join(folder, 'export');
  const exported = await evenhour('export', out);
  expect([exported.code, exported.said]).toEqual([0, '']);
  expect(exported.out).toContain(`Prove them with: evenhour verify ${out}`);
  const proved = await evenhour('verify', out);
  expect([proved.code, proved.said]).toEqual([0, '']);
  expect(proved.out).toMatch(
    /^http:\/\/127\.0\.0\.1:4998, whose name no agreement signs: all that signatures can show holds\.\n0 agreements/,
  );

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
  const unknown = await evenhour('pair', 'close', 'X', '--because', 'They are gone.');
  expect([unknown.code, unknown.said]).toEqual([
    1,
    'evenhour: this bank has no such agreement; see: evenhour pair list\n',
  ]);
  expect((await evenhour('pair', 'silence', '45')).out).toContain('45 days');
}, 120_000);

test('a file that is no receipt does not hold, and says so', async () => {
  const file = join(folder, 'letter');
  writeFileSync(file, 'Dear Moira');
  expect(await evenhour('verify', file)).toEqual({
    code: 1,
    out: 'This does not hold: it is no receipt, or not in the form of one.\n',
    said: '',
  });
});

test('what is typed wrong gets a sentence and no stack', async () => {
  const file = join(folder, 'file');
  writeFileSync(file, '');
  const hours = 'give --hours from 1 to 999999 and --bridge-builder with a name of at most 100 letters';
  const because = 'give --because with a sentence of at most 300 letters, which members will read';
  for (const [args, says] of [
    [['verify', join(folder, 'none')], `There is no folder ${join(folder, 'none')}.`],
    [['verify', tmpdir()], `${tmpdir()} is no export: it has no manifest.json.`],
    [['verify', '--deep'], 'there is no option --deep here; see: evenhour help'],
    [['export', '--frob'], 'there is no option --frob here; see: evenhour help'],
    [['export', file], `${file} is a file. Name a folder that is not there yet.`],
    [['export', join(file, 'x')], `${join(file, 'x')} goes through something that is a file and no folder (ENOTDIR)`],
    [['bank', 'rotate-key', folder, file], `${folder} is not a file with the keys of a bank.`],
    [['bank', 'add', 'https://a..b/', 'Leith'], '"https://a..b/" is not an origin such as https://town.example'],
    [['bank', 'add', 'https://a.example', ' '], 'a bank has a name of 1 to 100 letters'],
    [['token', 'nowhere.example'], 'this node hosts no bank nowhere.example; see: evenhour bank list'],
    [['token', '127.0.0.1:4998', 'x'], 'Leith has no member x; see: evenhour member list 127.0.0.1:4998'],
    [['member', 'add', '127.0.0.1:4998', 'Moira', 'Moira'], /^"Moira" cannot be a handle: small letters/],
    [['bank', 'set', '127.0.0.1:4998', 'floor', 'much'], /^"much" cannot be the floor\. Give how many hours/],
    [['pair', 'silence', 'x'], 'give DAYS from 1 to 999999; "x" is none of them'],
    [['pair', 'silence', '0'], 'give DAYS from 1 to 999999; "0" is none of them'],
    [['pair', 'suspend', 'X'], /^a data folder belongs to the running node alone.*the page of the agreement/],
    [['doctor', 'one', 'two'], 'use: evenhour doctor [BANK] [--token TOKEN]'],
    [['pair', 'close', 'X', '--because', ' '], because],
    [['pair', 'successor', 'X', '--hours', '0', '--bridge-builder', 'Fiona'], hours],
    [['pair', 'successor', 'X', '--hours', '20', '--bridge-builder', ' '], hours],
    [['pair', 'successor', 'X', '--hours', '20', '--bridge-builder', 'x'.repeat(101)], hours],
  ] as const) {
    const { code, out, said } = await evenhour(...args);
    expect([code === 0, out]).toEqual([false, '']);
    expect(said).toMatch(/^evenhour: .+\n$/);
    expect(said.slice('evenhour: '.length, -1)).toEqual(typeof says === 'string' ? says : expect.stringMatching(says));
  }
  expect(await evenhour('verify', '--help')).toMatchObject({
    code: 0,
    out: expect.stringContaining('evenhour verify FOLDER'),
  });
}, 120_000);
