/** Offers that travel to partner towns, and those who may read them. */
import { randomBytes } from 'node:crypto';
import { signRequest } from '@evenhour/protocol/proof';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { OfferReader } from '../delivery/offer-reader.ts';
import { rowsOf } from '../ledger/ledger.ts';
import type { FakePartner } from '../testing/fake-partner.ts';
import { connect, startTowns, type Town } from '../testing/town.ts';
import { type Stage, said, setStage } from '../testing/watch.ts';
import { type PullState, peerPageSchema, takePage } from './peer-offers.ts';

let leith: Town;
let gracia: Town;
let agreement: { a: string; b: string };
let reader: OfferReader;
let stage: Stage;

beforeAll(async () => {
  [leith, gracia] = (await startTowns(['Leith', 'Gràcia'])) as [Town, Town];
  agreement = await connect(leith, gracia, 600, 600);
  await gracia.call('POST', '/api/members', { handle: 'rosa', name: 'Rosa Vidal' });
  reader = new OfferReader(leith.node.context);
  stage = await setStage(2);
  for (const partner of stage.partners) await partner.agree(stage.town);
});
afterAll(async () => {
  await reader?.stop();
  await Promise.all([leith?.stop(), gracia?.stop(), stage?.stop()]);
});

const read = async () => {
  for (const partner of leith.node.context.partners.all()) await reader.read(partner);
};
const write = async (title: string, more: object = {}) =>
  (
    await gracia.call('POST', '/api/offers', {
      member: 'rosa',
      kind: 'offer',
      category: 'languages',
      visibility: 'partners',
      title,
      ...more,
    })
  ).body;
const titles = async (query = ''): Promise<string[]> =>
  (await leith.call('GET', `/api/offers?q=${query}`)).body.items.map((item: { title: string }) => item.title);

test('what partners may see arrives, changes and goes', async () => {
  const { id } = await write('Catalan over the telephone', {
    minutes: 45,
    place: 'Gràcia',
    latitude: 41.4,
    longitude: -2.16,
    text: 'Slowly.\nWith <b>patience</b>.',
  });
  await write('Only for Gràcia', { visibility: 'bank' });
  await read();
  expect(await titles('catalna')).toEqual(['Catalan over the telephone']);
  const [item] = (await leith.call('GET', '/api/offers?q=catalan')).body.items;
  expect(item).toMatchObject({
    minutes: 45,
    town: gracia.host,
    byName: 'Rosa Vidal',
    text: 'Slowly.\nWith <b>patience</b>.',
  });
  const held = await leith.database.db.execute(sql`select latitude, longitude from peer_offer`);
  expect(rowsOf(held)).toEqual([{ latitude: 4140, longitude: -216 }]);
  expect((await leith.call('GET', `/api/offers/${item.id}`)).body.by.actor).toMatch(`${gracia.origin}/ap/`);
  await gracia.call('POST', `/api/offers/${id}`, {
    kind: 'offer',
    category: 'languages',
    visibility: 'partners',
    title: 'Catalan by post',
  });
  await read();
  expect(await titles('catalan')).toEqual(['Catalan by post']);
  await gracia.call('POST', `/api/offers/${id}/end`);
  await read();
  expect(await titles('catalan')).toEqual([]);
});

test('where a place is, is heard after its own desk has said so', async () => {
  await write('Vermut on the square', { place: 'Plaça del Sol' });
  await read();
  const held = async () =>
    rowsOf(await leith.database.db.execute(sql`select latitude, longitude from peer_offer where title like 'Vermut%'`));
  expect(await held()).toEqual([{ latitude: null, longitude: null }]);
  const coordinates = { latitude: 41.402, longitude: 2.156 };
  await gracia.call('POST', '/api/places', { name: 'plaça del  sol', coordinates });
  await read();
  expect(await held()).toEqual([{ latitude: 4140, longitude: 216 }]);
});

test('after a restart of the other bank all is read anew, and what it does not name goes', async () => {
  await write('Tortilla lesson');
  await read();
  await gracia.database.db.execute(sql`update bank set presence = gen_random_uuid()::text`);
  await gracia.database.db.execute(sql`delete from offer where title = 'Tortilla lesson'`);
  await write('Paella lesson');
  await read();
  expect(await titles('lesson')).toEqual(['Paella lesson']);
});

test('a partner that did not answer is asked again soon, and then less often', async () => {
  const { node, database } = stage.town;
  const [partner] = node.context.partners.all();
  const other = new OfferReader(node.context);
  const waits: number[] = [];
  for (let times = 0; times < 5; times++) {
    await other.read(partner as NonNullable<typeof partner>);
    const rows = await database.db.execute(sql`
      select extract(epoch from next_at - now())::float as wait from peer_offers where pair_id = ${partner?.pairId ?? ''}`);
    waits.push(Math.ceil(Number((rowsOf(rows) as { wait: number }[])[0]?.wait) / 10) * 10);
  }
  await other.stop();
  expect(waits).toEqual([20, 40, 80, 160, 240]);
});

test('the own town comes first, and pages go through both towns once', async () => {
  await leith.call('POST', '/api/members', { handle: 'moira', name: 'Moira Baird' });
  const ours = { member: 'moira', kind: 'offer', category: 'kitchen', visibility: 'bank' };
  for (const title of ['Almond bread', 'Almond cake']) await leith.call('POST', '/api/offers', { ...ours, title });
  await write('Almond milk');
  await read();
  const seen: string[] = [];
  for (let cursor = ''; ; ) {
    const { items, next } = (await leith.call('GET', `/api/offers?q=almond&limit=1${cursor}`)).body;
    seen.push(...items.map(({ title }: { title: string }) => title));
    if (next === null) break;
    cursor = `&cursor=${next}`;
  }
  expect(seen).toEqual(['Almond cake', 'Almond bread', 'Almond milk']);
  expect(await titles('almond')).toEqual(seen);
});

test('while the agreement rests nothing of the partner is shown', async () => {
  await leith.call('POST', `/api/agreements/${agreement.a}/change`, { suspended: true });
  expect(await titles('paella')).toEqual([]);
  await leith.call('POST', `/api/agreements/${agreement.a}/change`, { suspended: false });
  expect(await titles('paella')).toEqual(['Paella lesson']);
});

const pathOf = (partner: FakePartner, after = 0) => `/ap/offers/${partner.tail}?after=${after}`;

test('only the partner of the pair is answered, once for each request', async () => {
  const [partner, neighbour] = stage.partners as [FakePartner, FakePartner];
  const ask = (by: FakePartner, path: string, options = {}) =>
    by.send(path, '', { method: 'GET', session: '-', ...options });
  const good = await ask(partner, pathOf(partner));
  expect([said(good), good.signed, good.body.orderedItems]).toEqual(['200 ok', true, []]);
  expect(said(await ask(neighbour, pathOf(partner)))).toBe('403 foreign_pair');
  expect(said(await ask(partner, `/ap/offers/${partner.tail}?after=-1`))).toBe('400 invalid_request');
  // Somebody who has overheard a request and repeats it hears nothing.
  const url = `${stage.town.origin}${pathOf(partner)}`;
  const asked = { method: 'GET', url, headers: { 'evenhour-session': '-' }, body: new Uint8Array() };
  const nonce = randomBytes(16).toString('base64url');
  const signed = await signRequest(asked, partner.keys.signing, Math.floor(Date.now() / 1000), nonce);
  const repeat = async () => (await fetch(url, { headers: { ...asked.headers, ...signed } })).json();
  expect(await repeat()).toMatchObject({ pair: partner.pair });
  expect(await repeat()).toMatchObject({ code: 'known_already' });
  const bare = await fetch(`${stage.town.origin}${pathOf(partner)}`);
  expect([bare.status, (await bare.json()).code]).toEqual([401, 'missing_signature']);
});

test('what a partner says is text, cut to size, of its own members, in the order that was asked for', async () => {
  const { database, bank } = leith;
  const pair = { id: 'urn:evenhour:pair:hostile', origin: 'https://evil.example' };
  await database.db.execute(sql`insert into peer_offers (bank_id, pair_id, life) values (${bank.id}, ${pair.id}, 'l')`);
  const item = (id: string, more: object = {}) => ({
    type: ['Note', 'Proposal'],
    id: `${pair.origin}/offers/${id}`,
    purpose: 'offer',
    attributedTo: { id: `${pair.origin}/ap/eve`, name: '\u202eEve' },
    name: 'x'.repeat(5000),
    source: { content: '<script>alert(1)</script>\u0000\u2066' },
    contentMap: { en: '' },
    category: 'no such',
    published: '2026-01-01T00:00:00Z',
    endTime: '2999-01-01T00:00:00Z',
    publishes: { resourceQuantity: { hasUnit: 'hour', hasNumericalValue: '2' } },
    phone: '+44 131 496 0123',
    ...more,
  });
  const page = (orderedItems: unknown[], more: object = {}) =>
    peerPageSchema.parse({
      type: 'OrderedCollectionPage',
      pair: pair.id,
      after: 0,
      upTo: 3,
      more: true,
      life: 'l',
      orderedItems,
      ...more,
    });
  const asked: PullState = { after: 0, life: 'l', round: 0 };
  const take = (state: PullState, given: ReturnType<typeof page>) =>
    database.transaction((tx) => takePage(tx, bank.id, pair, state, given));
  const foreign = [
    item('2', { id: 'https://other.example/offers/1' }),
    item('3', { attributedTo: { id: 'https://other.example/ap/rosa', name: 'Rosa' } }),
    item('4', { endTime: 'never' }),
    'nonsense',
  ];
  expect(await take(asked, page([item('1'), ...foreign]))).toEqual({ after: 3, life: 'l', round: 0 });
  const held = rowsOf<Record<string, unknown>>(
    await database.db.execute(sql`select * from peer_offer where pair_id = ${pair.id}`),
  );
  expect(held).toHaveLength(1);
  expect(held[0]).toMatchObject({
    by_name: 'Eve',
    text: '<script>alert(1)</script>',
    category: 'company',
    minutes: 120,
  });
  expect(held[0]?.['title']).toHaveLength(100);
  expect(JSON.stringify(held)).not.toContain('496 0123');
  // The same answer once more comes too late: what was asked after has moved on.
  expect(await take(asked, page([item('9')]))).toBeNull();
  expect(() => page(Array.from({ length: 101 }, () => item('1')))).toThrow();
});
