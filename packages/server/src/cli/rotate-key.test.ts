/** The command that gives a bank a new key, as an operator runs it. */
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { commandIn } from '../testing/command.ts';

const folder = mkdtempSync(join(tmpdir(), 'evenhour-rotate-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const evenhour = commandIn(join(folder, 'data'));

test('evenhour bank rotate-key', async () => {
  const added = await evenhour('bank', 'add', 'http://127.0.0.1:4999', 'Leith');
  const first = /Its keys are in (.*)\. Move/.exec(added.out)?.[1] ?? '';
  expect(statSync(first).mode & 0o777).toBe(0o600);
  const second = join(folder, 'second.json');
  const rotated = await evenhour('bank', 'rotate-key', first, second);
  expect([rotated.code, rotated.said]).toEqual([0, '']);
  expect(rotated.out).toMatch(/^Leith has a new key\. Partners told: 0; to be told when they are back: 0\./);
  const keys = readFileSync(second, 'utf8');
  expect(JSON.parse(keys)).toMatchObject({ bank: 'http://127.0.0.1:4999' });

  // The same again, as after a crash: the keys that were written are the keys.
  const again = await evenhour('bank', 'rotate-key', first, second);
  expect(again).toEqual({ code: 0, out: 'Leith has this key already.\n', said: '' });
  expect(readFileSync(second, 'utf8')).toBe(keys);

  const third = join(folder, 'third.json');
  const spent = await evenhour('bank', 'rotate-key', first, third);
  expect(spent.code).toBe(1);
  expect(spent.said).toBe(
    'evenhour: The recovery key is not the present one of this bank. Take the newest file; after a restore, all files since then in their order.\n',
  );
  const none = await evenhour('bank', 'rotate-key', join(folder, 'none.json'), third);
  expect(none.said).toBe(`evenhour: ${join(folder, 'none.json')} is not a file with the keys of a bank.\n`);
  expect((await evenhour('bank', 'rotate-key')).said).toContain('use: evenhour bank rotate-key');
  expect(existsSync(third)).toBe(false);
}, 60_000);
