/** An agreement ends and is followed by another, through the pages alone; members read what became of it. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { pair as pairTable } from '../db/schema.ts';
import { type Streets, startStreets } from '../testing/streets.ts';
import { until } from '../testing/town.ts';
import type { Visitor } from '../testing/visitor.ts';

let streets: Streets;
let leith: Visitor;
let gracia: Visitor;
let moira: Visitor;
let link = '';

beforeAll(async () => {
  streets = await startStreets();
  leith = await streets.visitor('leith').signIn(streets.leith.token);
  gracia = await streets.visitor('gracia').signIn(streets.gracia.token);
  moira = await streets.visitor('leith').signIn(streets.tokens.moira);
  const { leith: from, gracia: to } = streets;
  const given = await from.call('POST', '/api/transfers', { from: 'moira', to: `rosa@${to.host}`, minutes: 90 });
  await until(async () => (await from.call('GET', `/api/transfers/${given.body.id}`)).body.status === 'settled');
});
afterAll(() => streets?.stop());

const page = () => `/agreements/${streets.agreement.leith}`;
const closing = () => `${page()}/close`;
const text = (html: string) => html.replaceAll(/<[^>]+>/g, ' ').replaceAll(/\s+/g, ' ');

test('an agreement that works is not offered to be ended, and nobody but the desk ends one', async () => {
  expect((await leith.get(page())).html).not.toContain(closing());
  expect(text((await moira.get('/towns/ended')).html)).toContain('Our community carries no lost hours');
  await streets.leith.database.db.update(pairTable).set({ mode: 'halted', haltedBecause: '{"code":"fork"}' });
  expect((await leith.get(page())).html).toContain(closing());
  expect((await moira.get(page())).html).not.toContain(closing());
  const csrf = await moira.csrf();
  expect((await moira.post(closing(), { csrf, because: 'No.' })).status).toBe(403);
  expect((await streets.visitor('leith').get('/towns/ended')).status).toBe(303);
});

test('the desk ends it with a sentence, and members read it', async () => {
  const wordless = await leith.fill(page(), closing(), { because: ' ' });
  expect(wordless.status).toBe(400);
  const ended = await leith.fill(page(), closing(), { because: 'Two messages came for one place.' });
  expect([ended.status, ended.to]).toEqual([303, page()]);
  await until(async () => (await leith.get(page())).html.includes(`${page()}/follow`));
  const read = text((await moira.get('/towns/ended')).html);
  expect(read).toContain('Leith ended it');
  expect(read).toContain('Why: Two messages came for one place.');
  expect(read).toContain('Leith was left with time to give to Gràcia: 1 h 30 min.');
  expect(text((await gracia.get('/towns/ended')).html)).toContain(
    'Leith was left with time to give to Gràcia: 1 h 30 min.',
  );
  expect(text((await moira.get(page())).html)).toContain('have ended their agreement');
});

test('the next one carries over what is left, and both read that before they sign', async () => {
  const follow = `${page()}/follow`;
  expect((await leith.fill(page(), follow, { hours: 'many', bridgeBuilder: 'Fiona Kerr' })).status).toBe(400);
  const made = await leith.fill(page(), follow, { hours: '20', bridgeBuilder: 'Fiona Kerr' });
  expect([made.status, made.to]).toEqual([303, '/console/invitations']);
  link = /value="(http[^"]+\/invitations\/[^"]+)"/.exec((await leith.get('/console/invitations')).html)?.[1] ?? '';
  await gracia.fill('/console/invitations', '/console/invitations/open', { link });
  const proposed = await gracia.get('/console/invitations/open');
  expect(text(proposed.html)).toContain('From before, Leith has 1 h 30 min to give to Gràcia.');
  const yes = await gracia.fill('/console/invitations/open', '/console/invitations/accept', {
    hours: '10',
    bridgeBuilder: 'Núria Soler',
    answer: 'yes',
  });
  expect(yes.status).toBe(303);
  const ours = await until(async () => {
    const { body } = await streets.leith.call('GET', '/api/agreements');
    return body.items.find(({ status }: { status: string }) => status === 'offered')?.id;
  });
  expect(text((await leith.get(`/agreements/${ours}`)).html)).toContain('From before, Leith has 1 h 30 min to give');
});
