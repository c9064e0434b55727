/** The desk adds members, writes their cards, and stops new hours with a town, through the pages alone. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Streets, startStreets } from '../testing/streets.ts';
import { until } from '../testing/town.ts';
import type { Visitor } from '../testing/visitor.ts';

let streets: Streets;
let desk: Visitor;
beforeAll(async () => {
  streets = await startStreets();
  desk = await streets.visitor('leith').signIn(streets.leith.token);
});
afterAll(() => streets?.stop());

const add = (fields: Record<string, string>) => desk.fill('/console/members', '/console/members', fields);
const wordsOf = (html: string) => [...html.matchAll(/<li>([a-z]+)<\/li>/g)].map(([, word]) => word).join(' ');
const members = async () => (await streets.leith.call('GET', '/api/members')).body.items.length;

test('a card of an organisation names all of it, also when it is made anew', async () => {
  await add({ name: 'Leith Shed', kind: 'organisation', handle: 'shed' });
  expect((await desk.get('/console/card')).html).toContain('A card for Leith Shed');
  const id = (await streets.leith.call('GET', '/api/members/shed')).body.id;
  await desk.fill(`/console/members/${id}`, `/console/members/${id}/card`, {});
  expect((await desk.get('/console/card')).html).toContain('A card for Leith Shed');
});

test('somebody new has a card that opens the door, is shown once, and stops when there is another', async () => {
  expect(await add({ name: ' Davie Muir ', handle: 'davie' })).toMatchObject({ status: 303, to: '/console/card' });
  const made = (await desk.get('/console/card')).html;
  expect(made).toContain('A card for Davie');
  const words = wordsOf(made);
  expect(words.split(' ')).toHaveLength(4);
  expect((await desk.get('/console/card')).to).toBe('/console/members');
  const comeIn = (who: string) => streets.visitor('leith').post('/sign-in', { who });
  const davie = streets.visitor('leith');
  expect((await davie.post('/sign-in', { who: words })).to).toBe('/me');
  expect((await davie.get('/me')).html).toContain('Hours of Davie Muir');

  const id = (await streets.leith.call('GET', '/api/members/davie')).body.id;
  await desk.fill(`/console/members/${id}`, `/console/members/${id}/card`, {});
  const another = wordsOf((await desk.get('/console/card')).html);
  expect((await davie.get('/me')).to).toMatch(/^\/sign-in/);
  expect((await comeIn(words)).status).toBe(400);
  expect((await comeIn(another)).to).toBe('/me');
  await desk.fill(`/console/members/${id}`, `/console/members/${id}/card/end`, {});
  expect((await comeIn(another)).status).toBe(400);
});

test.each([
  [{ name: 'Ann', handle: 'Ann' }, 422, 'Only small letters, figures'],
  [{ name: '', handle: 'ann' }, 422, 'Write a name'],
  [{ name: 'Ann', handle: 'moira' }, 409, 'Somebody has this short name already'],
])('%j makes nobody, and is kept', async (fields, status, text) => {
  const before = await members();
  const seen = await add(fields);
  expect([seen.status, await members()]).toEqual([status, before]);
  expect(seen.html).toContain(text);
  for (const value of Object.values(fields)) expect(seen.html).toContain(`value="${value}"`);
});

test('nobody but the desk, from its own page, adds a member or writes a card', async () => {
  const before = await members();
  const moira = await streets.visitor('leith').signIn(streets.tokens.moira);
  const fields = { name: 'Eve', handle: 'eve' };
  expect((await moira.get('/console/members')).status).toBe(403);
  expect((await moira.post('/console/members', { ...fields, csrf: await moira.csrf() })).status).toBe(403);
  expect((await desk.post('/console/members', fields)).status).toBe(403);
  expect((await streets.visitor('leith').post('/console/members', fields)).status).toBe(403);
  const { id } = (await streets.leith.call('GET', '/api/members/bank')).body;
  const fund = await desk.post(`/console/members/${id}/card`, { csrf: await desk.csrf() });
  expect([fund.status, await members()]).toEqual([404, before]);
});

test('the desk stops new hours, changes its figure and lets hours in again', async () => {
  const page = `/agreements/${streets.agreement.leith}`;
  const change = (fields: Record<string, string>) => desk.fill(page, `${page}/change`, fields);
  const heard = (status: string, limitMinutes: number) =>
    until(async () => {
      const { body } = await streets.gracia.call('GET', `/api/agreements/${streets.agreement.gracia}`);
      return body.status === status && body.position.limitMinutes === limitMinutes;
    });
  expect(await change({ change: 'suspend' })).toMatchObject({ status: 303, to: page });
  await heard('suspended', 600);
  expect((await desk.get(page)).html).toContain('Let new hours in again');
  expect((await change({ change: 'limit', hours: '4' })).status).toBe(303);
  await heard('suspended', 240);
  expect((await change({ change: 'resume' })).status).toBe(303);
  await heard('active', 240);
  for (const wrong of [{ change: 'limit', hours: '-1' }, { change: 'limit', hours: '1000001' }, { change: 'end' }])
    expect((await change(wrong)).status).toBe(400);
  await heard('active', 240);

  const moira = await streets.visitor('leith').signIn(streets.tokens.moira);
  expect((await moira.get(page)).html).not.toContain('name="change"');
  expect((await moira.post(`${page}/change`, { change: 'suspend', csrf: await moira.csrf() })).status).toBe(403);
});

test('the first page says who waits for the desk, and how many', async () => {
  const people = async () => {
    const { status, html } = await desk.get('/console');
    expect(status).toBe(200);
    return /id="people".*?<\/ul>/s.exec(html)?.[0] ?? '';
  };
  expect(await people()).toBe('');
  const token = { token: streets.tokens.agnes };
  for (const content of ['Soup', 'Bread'])
    expect(await streets.leith.call('POST', '/api/fund/requests', { minutes: 30, content }, token)).toMatchObject({
      status: 201,
    });
  const seen = await people();
  expect(seen).toContain('Two members ask the fund for hours');
  expect(seen).toContain('href="/console/fund"');
  expect((await desk.get('/console')).html).toMatch(/(One thing needs|\w+ things need) you/);
  const moira = streets.tokens.moira;
  const to = { to: 'agnes', side: 'giver', minutes: 10, content: 'Tea' };
  const { body } = await streets.leith.call('POST', '/api/exchanges', to, { token: moira });
  const act = (word: string, fields: object, who: string) =>
    streets.leith.call('POST', `/api/exchanges/${body.id}/${word}`, fields, { token: who });
  await act('accept', { answers: { side: 'giver', n: 1 } }, streets.tokens.agnes);
  await act('record', { minutes: 10 }, moira);
  await act('contest', { answers: { side: 'giver', n: 2 }, because: 'Less' }, streets.tokens.agnes);
  expect(await people()).toContain('One exchange on which two do not agree');
});
