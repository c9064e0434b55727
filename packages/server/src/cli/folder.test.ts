/** A data folder that is not the right one, or that nobody may write to. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { commandIn } from '../testing/command.ts';

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'evenhour-folder-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

test('a slip in the name of the folder is told, and makes nothing', async () => {
  const slip = join(newFolder(), 'slip');
  for (const args of [['doctor'], ['bank', 'list'], ['token'], ['export', 'out'], ['pair', 'list'], ['member', 'list']])
    expect(await commandIn(slip)(...args)).toEqual({
      code: 1,
      out: '',
      said: expect.stringContaining(`EVENHOUR_DATA: there is no database in ${slip}.`),
    });
  expect(existsSync(slip)).toBe(false);
}, 60_000);

test('a folder that cannot be made ends the start with the variable and the fix', async () => {
  const file = join(newFolder(), 'file');
  writeFileSync(file, '');
  // Nobody may make a folder in /proc, not even root.
  for (const folder of [join(file, 'data'), ...(existsSync('/proc/self') ? ['/proc/evenhour'] : [])])
    expect(await commandIn(folder)('serve')).toEqual({
      code: 1,
      out: '',
      said: expect.stringMatching(/^evenhour: EVENHOUR_DATA: the folder .* cannot be made or written to \(E[A-Z]+\)/),
    });
}, 60_000);

test('a node without a bank says what to do, and one for everybody that its source is not named', async () => {
  const main = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));
  const env = { PATH: process.env['PATH'] ?? '', EVENHOUR_DATA: newFolder(), EVENHOUR_PORT: '0' };
  const child = spawn(process.execPath, [main, 'serve'], { env });
  let said = '';
  child.stderr.on('data', (text) => {
    said += String(text);
  });
  await once(child.stdout, 'data');
  child.kill('SIGTERM');
  await once(child, 'close');
  expect(said).toMatch(/"WARN[^\n]*This node hosts no bank[^\n]*evenhour bank add/);
  expect(said).toMatch(/"WARN[^\n]*EVENHOUR_SOURCE_URL is not set/);
}, 60_000);
