/** What is found by which words, over all that the demo's three towns offer and need. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { TOWNS } from '../demo/people.ts';
import { addMember } from '../member/members.ts';
import { startTowns, type Town } from '../testing/town.ts';
import { meaningOf } from './meanings.ts';
import { createOffer } from './offers.ts';
import { searchOffers } from './search.ts';
import { isAlike } from './words.ts';

let leith: Town;
let everybody: string;

beforeAll(async () => {
  [leith] = (await startTowns(['Leith'])) as [Town];
  const { bank, database } = leith;
  await database.transaction(async (tx) => {
    ({ id: everybody } = await addMember(tx, bank, { handle: 'everybody', name: 'Everybody' }));
    for (const { wishes } of TOWNS)
      for (const { kind, title, text, category, when = '' } of wishes)
        await createOffer(tx, bank, everybody, {
          ...{ kind, title, text, category, when, language: 'en', place: { name: '' } },
          ...{ minutes: 60, seats: null, visibility: 'bank' },
        });
  });
}, 60_000);
afterAll(() => leith?.stop());

async function found(query: string): Promise<{ title: string; category: string; exact: boolean }[]> {
  const asked = { query, home: true, pairs: [], limit: 24 };
  const { items } = await searchOffers(leith.database, leith.bank.id, asked);
  return items.map(({ title, category, exact }) => ({ title, category, exact }));
}

const BICYCLES = ['Bicycles', 'Kitchen taps and bicycle brakes'];
const TAPS = ['Kitchen taps and bicycle brakes', 'A tap that drips only at night'];

describe('what says it, in whatever language and with a slip, comes first', () => {
  test.each([
    ['bicycle', BICYCLES],
    ['bike', BICYCLES],
    ['bicicle', BICYCLES],
    ['bicicleta', BICYCLES],
    ['دراجة', BICYCLES],
    ['plumber', TAPS],
    ['plumbing', TAPS],
    ['plumer', TAPS],
    ['fontanero', TAPS],
    ['سباك', TAPS],
    ['carpintería', ['Shelves, hinges, shutters', 'A shelf that stays up']],
  ])('%s', async (query, titles) => {
    const first = (await found(query)).slice(0, titles.length);
    expect(first.map(({ title }) => title)).toEqual(titles);
  });
});

test('nobody is led to buses by a bicycle, nor to tomatoes by a plumber', async () => {
  for (const query of ['bicycle', 'bicicle', 'bicicleta'])
    expect((await found(query)).map(({ category }) => category)).not.toContain('rides');
  for (const query of ['plumber', 'plumbing', 'plumer'])
    expect(new Set((await found(query)).map(({ category }) => category))).toEqual(new Set(['repairs']));
});

test.each(['gardning', 'gardening', 'gardener', 'jardinería', 'بستنة'])('%s finds the garden', async (query) => {
  const categories = (await found(query)).map(({ category }) => category);
  expect(categories.filter((category) => category === 'garden').length).toBeGreaterThan(5);
});

test('what says the word itself stands before what only its category says, and only that is exact', async () => {
  const all = await found('garden');
  const own = all.filter(({ exact }) => exact).map(({ title }) => title);
  expect(own).toContain('Seats on the minibus to the botanic garden');
  expect(all.slice(0, own.length).every(({ exact }) => exact)).toBe(true);
  expect(all.slice(own.length).map(({ category }) => category)).toContain('garden');
});

test('a short word is not the beginning of another one: who looks for a mat is not led to a match first', async () => {
  const { bank, database } = leith;
  const write = (title: string): Promise<unknown> =>
    database.transaction((tx) =>
      createOffer(tx, bank, everybody, {
        ...{ kind: 'offer', title, text: '', category: 'needlework', when: '', language: 'en', place: { name: '' } },
        ...{ minutes: 60, seats: null, visibility: 'bank' },
      }),
    );
  for (const title of ['Woven mats', 'A mat by the door', 'Matches at chess']) await write(title);
  const all = await found('mat');
  expect(all.slice(0, 3).map(({ title, exact }) => [title, exact])).toEqual([
    ['A mat by the door', true],
    ['Woven mats', true],
    ['Matches at chess', false],
  ]);
});

test('two slips need the same first letter', () => {
  expect(isAlike('plumber', 'number')).toBe(false);
  expect(isAlike('gardning', 'gardening')).toBe(true);
  expect(isAlike('bycicle', 'bicycle')).toBe(true);
  expect(isAlike('lumber', 'plumber')).toBe(true);
});

test('a word that is written at the bank is not taken for another one', () => {
  expect(meaningOf('plumer', false).categories).toEqual(['repairs']);
  expect(meaningOf('plumer', true).categories).toEqual([]);
});
