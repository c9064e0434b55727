/** The board: finding, writing, renewing, as pages. */
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { OfferReader } from '../delivery/offer-reader.ts';
import { rowsOf } from '../ledger/ledger.ts';
import { getOffer } from '../offer/offers.ts';
import { renewPath } from '../offer/renewals.ts';
import { type Streets, startStreets } from '../testing/streets.ts';
import type { Visitor } from '../testing/visitor.ts';

let streets: Streets;
let moira: Visitor;
let agnes: Visitor;

beforeAll(async () => {
  streets = await startStreets();
  moira = await streets.visitor('leith').signIn(streets.tokens.moira);
  agnes = await streets.visitor('leith').signIn(streets.tokens.agnes);
});
afterAll(() => streets?.stop());

const fields = { kind: 'offer', title: 'I mend bicycles with you', category: 'repairs', visibility: 'bank' };
const write = async (more: Record<string, string> = {}): Promise<string> => {
  const seen = await moira.fill('/offers/new', '/offers', { ...fields, ...more });
  expect(seen.status).toBe(303);
  return (seen.to ?? '').replace('/offers/', '');
};

test('one that is written in one page is found by a neighbour who mistypes it, and can be asked for', async () => {
  const id = await write({ when: 'Tuesdays <b>after</b> lunch', minutes: '90', seats: '3' });
  const board = await agnes.get('/find?q=bycicles');
  expect(board.html).toContain('I mend bicycles with you');
  expect(board.html).toContain('Tuesdays &lt;b&gt;after&lt;/b&gt; lunch');
  expect(board.html).toContain('3 places left');
  const page = await agnes.get(`/offers/${id}`);
  expect(page.html).toContain(`/exchanges/new?offer=${id}`);
  expect((await moira.get(`/offers/${id}`)).html).not.toContain('/exchanges/new');
});

test('a form that is sent twice writes once; one that is wrong keeps what was typed', async () => {
  const { html } = await moira.get('/offers/new');
  const key = /name="key" value="([^"]+)"/.exec(html)?.[1] ?? '';
  const csrf = /name="csrf" value="([^"]+)"/.exec(html)?.[1] ?? '';
  const sent = { ...fields, title: 'Sent twice', csrf, key };
  const first = await moira.post('/offers', sent);
  expect((await moira.post('/offers', sent)).to).toBe(first.to);
  const wrong = await moira.post('/offers', {
    ...sent,
    key: `${key}2`,
    title: '',
    category: 'health',
    text: 'Kept',
    seats: '0',
  });
  expect(wrong.status).toBe(422);
  expect(wrong.html).toContain('Kept');
  expect(wrong.html.match(/class="wrong"/g)).toHaveLength(3);
});

test("what is not public is not shown to guests, and somebody else's cannot be changed", async () => {
  const guest = streets.visitor('leith');
  const id = await write({ title: 'For neighbours' });
  expect((await guest.get(`/offers/${id}`)).status).toBe(303);
  expect((await guest.get('/offers/01JAAAAAAAAAAAAAAAAAAAAAAA')).status).toBe(303);
  expect((await guest.get('/find')).status).toBe(303);
  const csrf = await agnes.csrf();
  for (const act of ['renew', 'pause', 'end', 'change'])
    expect((await agnes.post(`/offers/${id}/${act}`, { ...fields, csrf })).status).toBe(404);
  const open = await write({ title: 'For all the world', visibility: 'public' });
  expect((await guest.get(`/offers/${open}`)).html).toContain('For all the world');
});

test('the link of a letter renews with one click, without signing in, and not by being looked at', async () => {
  const guest = streets.visitor('leith');
  const id = await write({ title: 'Soon over' });
  const { database, bank } = streets.leith;
  await database.db.execute(sql`update offer set expires_at = now() + interval '3 days' where id = ${id}`);
  const before = await getOffer(database.db, bank.id, id);
  if (before === undefined) throw new Error('it is gone');
  const path = renewPath(bank, before);
  expect((await guest.get(path)).html).toContain('Yes, six more months');
  expect((await getOffer(database.db, bank.id, id))?.expiresAt).toEqual(before.expiresAt);
  expect((await guest.post(path, {})).html).toContain('It stays until');
  expect((await getOffer(database.db, bank.id, id))?.expiresAt.getTime()).toBeGreaterThan(Date.now() + 1e10);
  expect((await guest.get(path)).status).toBe(404);
  expect((await guest.post(`${path.slice(0, -3)}abc`, {})).status).toBe(404);
});

test('mine can rest, come back and go', async () => {
  const id = await write({ title: 'Harmonica' });
  const csrf = await moira.csrf();
  await moira.post(`/offers/${id}/pause`, { csrf, paused: 'yes' });
  expect((await moira.get('/offers')).html).toContain('Resting.');
  expect((await agnes.get('/find?q=harmonica')).html).not.toContain(`/offers/${id}`);
  await moira.post(`/offers/${id}/pause`, { csrf, paused: 'no' });
  expect((await agnes.get('/find?q=harmonica')).html).toContain(`/offers/${id}`);
  await moira.post(`/offers/${id}/end`, { csrf });
  expect((await agnes.get(`/offers/${id}`)).status).toBe(404);
});

test('what partners offer stands under their town, with what it honours', async () => {
  await streets.gracia.call('POST', '/api/offers', {
    member: 'rosa',
    kind: 'offer',
    category: 'languages',
    visibility: 'partners',
    title: 'Catalan, slowly',
    minutes: 30,
  });
  const reader = new OfferReader(streets.leith.node.context);
  for (const partner of streets.leith.node.context.partners.all()) await reader.read(partner);
  await reader.stop();
  const board = await agnes.get('/find?q=catalan');
  expect(board.html).toContain('Gràcia honours 10 h more from us.');
  const [held] = rowsOf<{ id: string }>(await streets.leith.database.db.execute(sql`select id from peer_offer`));
  const page = (await agnes.get(`/offers/${held?.id}`)).html;
  expect(page).toContain(`/exchanges/new?offer=${held?.id}`);
  expect(page).toContain('<strong>Who:</strong> <span dir="auto">Rosa Vidal</span>');
});

test('where nothing is found it is said once, and gatherings are shown too', async () => {
  const { html } = await agnes.get('/find?q=zzzzqqq');
  expect(html.match(/Nobody yet\?/g)).toHaveLength(1);
  expect(html).toContain('<strong>Nothing found.</strong>');
  expect(html).toMatch(/href="\/gatherings">See what people do together too/);
});
