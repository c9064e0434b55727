/** The board: finding, writing, renewing, as pages. */
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { OfferReader } from '../delivery/offer-reader.ts';
import { rowsOf } from '../ledger/ledger.ts';
import { createOffer, endOffer, getOffer } from '../offer/offers.ts';
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

/** Sends the form that changes one, and finds what stands beside a field and at the head of the page. */
async function change(id: string, more: Record<string, string>) {
  const path = `/offers/${id}/change`;
  const seen = await moira.fill(path, path, { ...fields, title: 'Dance with us', ...more });
  const head = /role="alert">(.*?)<\/div>/s.exec(seen.html)?.[1]?.replaceAll(/<[^>]+>/g, '') ?? '';
  return { ...seen, head, wrong: /class="wrong" id="([^"]+)">([^<]+)/.exec(seen.html)?.slice(1) };
}

test('fewer places than are taken are refused at their field, and what was typed stays', async () => {
  const id = await write({ title: 'Dance with us', seats: '8' });
  const { database, bank } = streets.leith;
  await database.db.execute(sql`update offer set seats_taken = 5 where id = ${id}`);
  const refused = await change(id, { seats: '4', text: 'Rewritten at length', when: 'Mondays' });
  expect(refused.status).toBe(422);
  expect(refused.html).toMatch(/>Rewritten at length<\/textarea>/);
  expect(refused.html).toContain('value="Mondays"');
  expect(refused.html).toMatch(/<input[^>]*value="4"[^>]*name="seats"[^>]*aria-invalid="true"/);
  expect(refused.wrong).toEqual(['seats-error', '5 places are taken already: write as many or more.']);
  expect(await getOffer(database.db, bank.id, id)).toMatchObject({ text: '', seats: 8 });
  expect((await change(id, { seats: '5', text: 'Rewritten at length' })).status).toBe(303);
});

test('one that was taken away meanwhile is not changed, and the words are there to copy', async () => {
  const id = await write({ title: 'Dance with us' });
  const { database, bank } = streets.leith;
  await database.transaction((tx) => endOffer(tx, bank, id));
  const refused = await change(id, { text: 'Rewritten at length' });
  expect(refused.status).toBe(409);
  expect(refused.head).toContain('This was taken away for good');
  expect(refused.html).toContain('Rewritten at length</textarea>');
});

test('one more than a member may have is refused at the head of the form, and can be sent again', async () => {
  const { database, bank, call } = streets.leith;
  const memberId = (await call('POST', '/api/members', { handle: 'davie', name: 'Davie Rennie' })).body.id as string;
  const { token } = (await call('POST', `/api/members/${memberId}/tokens`, {})).body as { token: string };
  const davie = await streets.visitor('leith').signIn(token);
  const said = {
    title: 'One of many',
    text: '',
    language: 'en',
    place: { name: '' },
    when: '',
    minutes: null,
    seats: null,
  };
  const input = { ...said, kind: 'offer', category: 'repairs', visibility: 'bank' } as const;
  const first = await database.transaction(async (tx) => {
    for (let n = 1; n < 100; n++) await createOffer(tx, bank, memberId, input);
    return createOffer(tx, bank, memberId, input);
  });
  const sent = { ...fields, title: 'The last one', text: 'Kept as it was' };
  const refused = await davie.fill('/offers/new', '/offers', sent);
  expect(refused.status).toBe(400);
  expect(refused.html).toContain('as many offers and needs on the board as one member may');
  expect(refused.html).toContain('Kept as it was</textarea>');
  await database.transaction((tx) => endOffer(tx, bank, first.id));
  const hidden = (name: string) => new RegExp(`name="${name}" value="([^"]+)"`).exec(refused.html)?.[1] ?? '';
  const again = await davie.post('/offers', { ...sent, csrf: hidden('csrf'), key: hidden('key') });
  expect(again.status).toBe(303);
});

test('one for partner towns stays so while there is none', async () => {
  const away = await streets.visitor('corner').signIn(streets.tokens.callum);
  const { database } = streets.leith;
  const { bank } = streets.corner;
  const { to } = await away.fill('/offers/new', '/offers', { ...fields, visibility: 'partners' });
  const id = (to ?? '').replace('/offers/', '');
  const path = `/offers/${id}/change`;
  const { html } = await away.get(path);
  expect(html).toMatch(/value="partners" checked/);
  expect(html).toContain('No town is our partner just now.');
  expect((await away.get('/offers/new')).html).not.toContain('value="partners"');
  const chosen = /name="visibility" value="([^"]+)" checked/.exec(html)?.[1] ?? '';
  await away.fill(path, path, { ...fields, title: 'In other words', visibility: chosen });
  expect(await getOffer(database.db, bank.id, id)).toMatchObject({ title: 'In other words', visibility: 'partners' });
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
