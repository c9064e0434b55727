/** The words of a card are in the language of whoever is to read them, whichever way it is made. */
import { wordlist as spanish } from '@scure/bip39/wordlists/spanish.js';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { plain } from '../auth/cards.ts';
import { startTowns, type Town } from '../testing/town.ts';

let leith: Town;
beforeAll(async () => {
  [leith] = (await startTowns(['Leith'])) as [Town];
});
afterAll(() => leith?.stop());

const known = new Set(spanish.map(plain));
const areSpanish = (words: readonly string[]) => words.map((word) => known.has(plain(word)));
const all = [true, true, true, true];

test('of somebody whom the desk takes in, and of their next card', async () => {
  const { status, body } = await leith.call('POST', '/api/newcomers', { name: 'Rosa', phone: '1', language: 'es' });
  expect([status, areSpanish(body.cardWords)]).toEqual([201, all]);
  const next = await leith.call('POST', `/api/members/${body.member.id}/card`, {});
  expect([next.status, areSpanish(next.body.words)]).toEqual([201, all]);
});

test('of somebody who asked to join', async () => {
  await leith.call('POST', '/api/join', { name: 'Pilar', phone: '1', language: 'es' }, { token: null });
  const [asked] = (await leith.call('GET', '/api/applications')).body.items;
  const { status, body } = await leith.call('POST', `/api/applications/${asked.id}/decide`, { yes: true });
  expect([status, areSpanish(body.cardWords)]).toEqual([200, all]);
});
