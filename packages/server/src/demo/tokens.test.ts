/** The tokens that a start leaves for programs. */
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { writeTokens } from './tokens.ts';
import type { World } from './world.ts';

test('one of a member of each town, for nobody else to read', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'evenhour-tokens-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const towns = ['leith', 'gracia', 'galway'].map((id) => ({
    plan: { id, people: [{ handle: `first-of-${id}` }] },
    origin: `http://${id}`,
    api: { members: { issueToken: async (handle: string) => ({ token: `of ${handle}` }) } },
  }));
  await writeTokens({ folder, towns: towns as unknown as World['towns'] });
  const file = join(folder, 'tokens.json');
  expect(statSync(file).mode & 0o777).toBe(0o600);
  const kept = JSON.parse(readFileSync(file, 'utf8'));
  expect(Object.keys(kept)).toEqual(['leith', 'gracia', 'galway']);
  expect(kept.galway).toEqual({
    ...{ baseUrl: 'http://galway', member: 'first-of-galway', token: 'of first-of-galway' },
  });
});
