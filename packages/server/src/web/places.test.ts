/** Places of the town, as pages: the desk says where they are, members write them, and find what is near. */
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { rowsOf } from '../ledger/ledger.ts';
import { coordinator } from '../testing/people.ts';
import { type Streets, startStreets } from '../testing/streets.ts';
import type { Visitor } from '../testing/visitor.ts';

let streets: Streets;
let moira: Visitor;
let agnes: Visitor;
let desk: Visitor;

beforeAll(async () => {
  streets = await startStreets();
  moira = await streets.visitor('leith').signIn(streets.tokens.moira);
  agnes = await streets.visitor('leith').signIn(streets.tokens.agnes);
  desk = await streets.visitor('leith').signIn(streets.leith.token);
});
afterAll(() => streets?.stop());

const PLACES = '/console/places';
const place = (name: string, where: string) => desk.fill(PLACES, PLACES, { name, where });
const write = async (title: string, where: string): Promise<void> => {
  const fields = { kind: 'offer', title, category: 'repairs', visibility: 'bank', place: where };
  expect((await moira.fill('/offers/new', '/offers', fields)).status).toBe(303);
};
/** The titles on a page of what was found, in their order. */
const titles = async (query: string): Promise<string[]> => {
  const { html } = await agnes.get(`/find?${query}`);
  return [...html.matchAll(/<h3><a href="\/offers\/[^>]*>([^<]*)</g)].map(([, title = '']) => title);
};

test('an empty list says where to begin, and the desk leads to it', async () => {
  expect((await desk.get('/console')).html).toContain(`href="${PLACES}"`);
  expect((await desk.get(PLACES)).html).toContain('Begin with the part of town where most of you live or meet');
  for (const visitor of [moira, agnes]) expect((await visitor.get(PLACES)).status).toBe(403);
  expect((await streets.visitor('leith').get(PLACES)).status).toBe(303);
  // Without places nobody is asked what is near.
  expect((await agnes.get('/find')).html).not.toContain('name="near"');
});

test('what is written on a page is found near its place, once the desk has said where that is', async () => {
  await write('Keys cut by the water', 'The Shore');
  await write('Bicycles on the hill', 'Calton Hill');
  await write('Clocks anywhere', '');
  expect(await titles('near=the+shore')).toEqual(['Clocks anywhere', 'Bicycles on the hill', 'Keys cut by the water']);
  const waiting = await desk.get(PLACES);
  expect(waiting.html).toContain('Members wrote these');
  expect(waiting.html).toContain(`href="${PLACES}?name=Calton%20Hill"`);
  expect((await desk.get(`${PLACES}?name=Calton%20Hill`)).html).toContain('value="Calton Hill"');

  expect((await place('The Shore', 'https://www.openstreetmap.org/#map=15/55.9761/-3.1699')).to).toContain('saved=');
  await place('Calton Hill', '55,955; -3,183');
  expect(await titles('near=The+Shore')).toEqual(['Keys cut by the water', 'Bicycles on the hill', 'Clocks anywhere']);
  expect(await titles('near=calton+hill')).toEqual([
    'Bicycles on the hill',
    'Keys cut by the water',
    'Clocks anywhere',
  ]);
  expect((await agnes.get('/find?near=calton+hill')).html).toContain('Nearest to Calton Hill first');
  const list = (await desk.get(PLACES)).html;
  expect(list).toContain('55.98, -3.17');
  expect(list).not.toContain('Members wrote these');
  for (const page of ['/offers/new', '/gatherings/new', '/me/profile'])
    expect((await moira.get(page)).html, page).toContain('<option value="Calton Hill"');
});

test('near me is there for whoever says on the own page where that is', async () => {
  const before = (await agnes.get('/find')).html;
  expect(before).not.toContain('Near me');
  expect(before).toContain('Say on your page where you are');
  const said = { name: 'Agnes', place: 'calton hill' };
  expect((await agnes.fill('/me/profile', '/me/profile', said)).to).toContain('saved');
  const after = (await agnes.get('/find?near=me')).html;
  expect(after).toContain('<option value="me" selected="">Near me</option>');
  expect(after).toContain('Nearest to you first');
  expect((await titles('near=me'))[0]).toBe('Bicycles on the hill');
});

test('what cannot be read as a place is said to be so, and is kept', async () => {
  for (const [where, why] of [
    ['', 'Say where it is'],
    ['by the harbour', 'We cannot read this as a place'],
    ['200, 300', 'There is no such place in the world'],
    ['-3.17, 55.98', 'stand the wrong way around'],
  ] as const) {
    const seen = await place('Leith Links', where);
    expect([seen.status, seen.html.includes(why)], where).toEqual([422, true]);
    expect(seen.html).toContain('value="Leith Links"');
    expect(seen.html).toContain(`value="${where}"`);
  }
  expect((await place('', '55.97, -3.16')).html).toContain('Write the name of the place.');
  expect((await place('x'.repeat(61), '55.97, -3.16')).html).toContain('at most 60 letters');
});

test('a name can be no place, asked for again, and a place can be taken away', async () => {
  await write('Reading aloud', 'By telephone');
  await desk.fill(PLACES, `${PLACES}/nowhere`, { name: 'By telephone' });
  expect((await desk.get(PLACES)).html).not.toContain('Members wrote these');
  await desk.fill(PLACES, `${PLACES}/end`, { name: 'By telephone' });
  expect((await desk.get(PLACES)).html).toContain('Members wrote these');
  await desk.fill(PLACES, `${PLACES}/end`, { name: 'The Shore' });
  await desk.fill(PLACES, `${PLACES}/end`, { name: 'The Shore' });
  expect((await titles('near=calton+hill')).at(-1)).toBe('Keys cut by the water');
});

test('what the desk writes down for a member can have a place', async () => {
  const { database, bank } = streets.leith;
  const [row] = rowsOf<{ id: string }>(
    await database.db.execute(sql`select id from member where bank_id = ${bank.id} and handle = 'agnes'`),
  );
  await coordinator(streets.leith);
  const { html } = await desk.get(`/console/slips/new?member=${row?.id}`);
  expect(html).toContain('<option value="Calton Hill"');
  expect(html).toContain('value="calton hill" id="place"');
});
