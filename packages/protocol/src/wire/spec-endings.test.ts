/**
 * Page 9 of the specification: its table of modes is the code's, and its documents prove what the page
 * says they prove, under the agreement and with the entries of page 3.
 *
 * @module
 */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { AgreementCore } from '../core/agreement/agreement.ts';
import { PAIR_MODES, type PairAct, type PairMode, refusedIn } from '../core/delivery/greeting.ts';
import { verifyClose, verifyFork, verifyPresentation } from '../proof/endings.ts';
import { importVerifyingKey, type VerifyingKey } from '../proof/key.ts';
import { hashOf } from './canonical.ts';
import { pairOf } from './entry.ts';
import type { JsonObject } from './strict-json.ts';

const page = (name: string): string => readFileSync(new URL(`../../../../docs/spec/${name}`, import.meta.url), 'utf8');
const documentsOf = (text: string): JsonObject[] =>
  [...text.matchAll(/^```json\n([\s\S]*?)\n```$/gm)].map((found) => JSON.parse(found[1] as string));

const endings = page('09-restore-and-endings.md');
const documents = [...documentsOf(page('03-messages.md')), ...documentsOf(endings)];
const find = (kind: string, member = 'type'): JsonObject => {
  const found = documents.find(
    (document) => Array.isArray(document['type']) && document['type'][1] === kind && document[member] !== undefined,
  );
  if (found === undefined) throw new Error(`no ${kind}`);
  return found;
};
const core = find('HonourOffer')['core'] as unknown as AgreementCore;
const { pair } = pairOf(core);
const agreed = (party: 0 | 1): string => core.parties[party].key.publicKeyMultibase;
const newKey = String((find('Amend', 'keyChange')['keyChange'] as JsonObject)['newKey']);

async function leithKey(multikey: string): Promise<VerifyingKey> {
  const imported = await importVerifyingKey(multikey, core.parties[1].key.id);
  if (!imported.ok) throw new Error(imported.refusal.code);
  return imported.key;
}

test('the table of modes is PAIR_MODES, with the codes of refusedIn', () => {
  const acts: PairAct[] = ['greet', 'write', 'send', 'apply', 'close', 'answer_greeting', 'read'];
  const expected = (Object.keys(PAIR_MODES) as PairMode[]).map((mode) => {
    const refused = acts.map((act) => refusedIn(mode, act)?.code).find((code) => code !== undefined);
    return [`\`${mode}\``, PAIR_MODES[mode].join(', '), `\`${refused}\``];
  });
  const [, after = ''] = endings.split('| mode | when | allows | else |\n');
  const lines = after.split('\n').slice(1);
  const rows = lines.slice(0, lines.indexOf('')).map((line) => line.slice(2, -2).split(' | '));
  expect(rows.map(([mode, _when, allows, otherwise]) => [mode, allows, otherwise])).toEqual(expected);
});

test("the evidence proves a fork, by the agreement's key", async () => {
  expect(await verifyFork(find('Fork'))).toMatchObject({
    ok: true,
    fork: { pair, bank: core.parties[1].bank, agreedKey: agreed(1) },
  });
});

test('the presentation lets Gràcia find the pair again, with the keys of both', async () => {
  const presented = await verifyPresentation(find('Presentation'), core.parties[0].bank, [agreed(0)]);
  expect(presented.ok && presented.presented.keys.map((keys) => keys.map(({ key }) => key))).toEqual([
    [agreed(0)],
    [agreed(1), newKey],
  ]);
});

test('the Close names the last entries of page 3, under the key that holds then', async () => {
  const last = (kind: string): string => hashOf(find(kind));
  const closed = await verifyClose(core, pair, 1, find('Close'), await leithKey(newKey));
  expect(closed.ok && [closed.heads.own.hash, closed.heads.peer.hash]).toEqual([last('Resume'), last('Release')]);
  expect((await verifyClose(core, pair, 1, find('Close'), await leithKey(agreed(1)))).ok).toBe(false);
});
