import { readFileSync } from 'node:fs';
import { MemoryKvStore } from '@fedify/fedify/federation';
import { Organization, Person } from '@fedify/vocab';
import { exportMultibaseKey } from '@fedify/vocab-runtime';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDocuments } from './documents.ts';
import { createFederationApp, type FederationApp } from './federation.ts';
import { createOutgoing, type Outgoing } from './outgoing.ts';
import type { HostedBank } from './ports.ts';
import { all, fakeBank, rsaKeys } from './testing.ts';

const ANA = {
  id: '01JAAAAAAAAAAAAAAAAAAAAAAA',
  handle: 'ana',
  name: 'Ana <b>',
  about: 'Bikes & "bread"\n<script>alert(1)</script>\n\nAnd tea.',
  status: 'active',
};
const ROSA = { id: '01JBBBBBBBBBBBBBBBBBBBBBBB', handle: 'rosa', name: 'Rosa', about: '', status: 'active' };
/** Her handle is what could be the id of somebody else. */
const ODD = {
  id: '01JDDDDDDDDDDDDDDDDDDDDDDD',
  handle: '01jzzzzzzzzzzzzzzzzzzzzzzz',
  name: 'Odd Tulloch',
  about: 'Listening',
  status: 'active',
};
const GONE = { id: '01JCCCCCCCCCCCCCCCCCCCCCCC', handle: 'gone', name: 'Gone', about: '', status: 'suspended' };
const LEFT = { id: '01JEEEEEEEEEEEEEEEEEEEEEEE', handle: 'left', name: 'Left', about: 'Bread', status: 'left' };

let outgoing: Outgoing;
let app: FederationApp;
let leith: HostedBank;
let gracia: HostedBank;
const stores = new Map<string, MemoryKvStore>();

beforeAll(async () => {
  outgoing = createOutgoing({ allowedOrigins: [], userAgent: 'Evenhour-test' });
  const rsa = await rsaKeys();
  // All but one have said something in public.
  leith = {
    ...(await fakeBank('https://leith.example', [ANA, GONE, ODD, LEFT])),
    memberRsa: async (id) => (id === ODD.id ? null : rsa),
  };
  gracia = await fakeBank('https://gracia.example', [ROSA]);
  app = createFederationApp({
    outgoing,
    kv: (id) => {
      const store = stores.get(id) ?? new MemoryKvStore();
      stores.set(id, store);
      return store;
    },
    counters: { noteIgnored: () => {} },
  });
});
afterAll(() => outgoing.close());

const ACTIVITY = 'application/activity+json';
const get = async (url: string, bank: HostedBank = leith, headers: Record<string, string> = { accept: ACTIVITY }) =>
  app.fetch(new Request(url, { headers }), bank, () => new Response('fell through', { status: 299 }));
const json = async (url: string, bank?: HostedBank) => {
  const response = await get(url, bank);
  expect(response.status, url).toBe(200);
  return (await response.json()) as Record<string, unknown>;
};

describe('actors', () => {
  it('a bank publishes its inboxes, both keys and what it implements', async () => {
    const response = await get('https://leith.example/ap/bank');
    expect(response.headers.get('content-type')).toBe(ACTIVITY);
    expect(response.headers.get('vary')).toContain('Accept');
    const actor = (await response.json()) as Record<string, unknown>;
    expect(actor).toEqual({
      '@context': [
        'https://www.w3.org/ns/activitystreams',
        'https://w3id.org/security/v1',
        'https://www.w3.org/ns/cid/v1',
        expect.anything(),
      ],
      id: 'https://leith.example/ap/bank',
      type: 'Organization',
      preferredUsername: 'bank',
      name: 'Bank of https://leith.example',
      url: 'https://leith.example/',
      inbox: 'https://leith.example/ap/bank/inbox',
      outbox: 'https://leith.example/ap/bank/outbox',
      endpoints: { sharedInbox: 'https://leith.example/ap/inbox' },
      manuallyApprovesFollowers: true,
      publicKey: {
        id: 'https://leith.example/ap/bank#main-key',
        type: 'CryptographicKey',
        owner: 'https://leith.example/ap/bank',
        publicKeyPem: expect.stringContaining('BEGIN PUBLIC KEY'),
      },
      assertionMethod: [
        {
          id: leith.edKeyId,
          type: 'Multikey',
          controller: 'https://leith.example/ap/bank',
          publicKeyMultibase: leith.edMultikey,
        },
      ],
      generator: {
        type: 'Application',
        name: 'Evenhour',
        implements: [{ href: 'https://w3id.org/evenhour/v1', name: 'Evenhour 1' }],
      },
    });
  });

  it('reads the same as linked data, under the contexts that it names', async () => {
    const { contextLoader } = createDocuments(outgoing);
    const actor = await json('https://leith.example/ap/bank');
    const read = await Organization.fromJsonLd(actor, { contextLoader });
    expect(read.inboxId?.href).toBe('https://leith.example/ap/bank/inbox');
    expect(read.endpoints?.sharedInbox?.href).toBe('https://leith.example/ap/inbox');
    expect(read.manuallyApprovesFollowers).toBe(true);
    const key = await read.getPublicKey({ contextLoader });
    expect(key?.ownerId?.href).toBe('https://leith.example/ap/bank');
    expect(key?.publicKey?.algorithm.name).toBe('RSASSA-PKCS1-v1_5');
    const [multikey] = await all(read.getAssertionMethods({ contextLoader }));
    expect(multikey?.controllerId?.href).toBe('https://leith.example/ap/bank');
    expect(multikey?.publicKey && (await exportMultibaseKey(multikey.publicKey))).toBe(leith.edMultikey);
  });

  it('a member who has said something in public has a key and a name, and what she wrote is text', async () => {
    const url = `https://leith.example/ap/${ANA.id}`;
    const actor = await json(url);
    expect(actor).toMatchObject({
      id: url,
      type: 'Person',
      preferredUsername: 'ana',
      name: 'Ana <b>',
      inbox: `${url}/inbox`,
      outbox: `${url}/outbox`,
      summary: '<p>Bikes &#38; &#34;bread&#34;<br>&#60;script&#62;alert(1)&#60;/script&#62;</p><p>And tea.</p>',
    });
    expect(actor['publicKey']).toMatchObject({ owner: url });
    expect(actor).not.toHaveProperty('assertionMethod');
    await expect(Person.fromJsonLd(actor, createDocuments(outgoing))).resolves.toBeInstanceOf(Person);
  });

  it('a member who has said nothing in public has no key, no name and no words', async () => {
    const url = `https://leith.example/ap/${ODD.id}`;
    const { '@context': _, generator: __, ...actor } = await json(url);
    expect(actor).toEqual({
      id: url,
      type: 'Person',
      preferredUsername: ODD.handle,
      inbox: `${url}/inbox`,
      outbox: `${url}/outbox`,
      endpoints: { sharedInbox: 'https://leith.example/ap/inbox' },
      manuallyApprovesFollowers: true,
    });
  });

  it('of a member who has left there is nothing but that they are gone', async () => {
    const url = `https://leith.example/ap/${LEFT.id}`;
    const response = await get(url);
    expect(response.status).toBe(410);
    const { '@context': _, ...gone } = (await response.json()) as Record<string, unknown>;
    expect(gone).toEqual({ id: url, type: 'Tombstone' });
    for (const path of ['outbox', 'followers']) expect((await get(`${url}/${path}`)).status).toBe(404);
    expect((await get(url, leith, { accept: 'text/html' })).status).toBe(299);
  });

  it.each(['bank', ANA.id])('the outbox of %s is empty', async (id) => {
    expect(await json(`https://leith.example/ap/${id}/outbox`)).toMatchObject({
      type: 'OrderedCollection',
      totalItems: 0,
    });
  });

  it.each([
    `/ap/${ROSA.id}`,
    `/ap/${GONE.id}`,
    `/ap/${GONE.id}/outbox`,
    '/ap/01JZZZZZZZZZZZZZZZZZZZZZZZ',
    '/ap/01JZZZZZZZZZZZZZZZZZZZZZZZ/outbox',
  ])('%s is 404', async (path) => expect((await get(`https://leith.example${path}`)).status).toBe(404));

  it.each([
    '/ap/ana',
    '/ap/BANK',
    `/ap/${ANA.id.toLowerCase()}`,
    '/ap/bank/',
    '/ap/bank/journal',
    '/ap/%62ank',
    '/',
    '/ap/inbox',
    '/ap/bank/inbox',
    `/ap/${ANA.id}/inbox`,
  ])('%s is not of the fediverse', async (path) =>
    expect((await get(`https://leith.example${path}`)).status).toBe(299),
  );

  it('asked for as a page, is left to the pages', async () => {
    const response = await get('https://leith.example/ap/bank', leith, { accept: 'text/html' });
    expect(response.status).toBe(299);
  });

  it('two banks on one node know nothing of each other', async () => {
    expect((await get(`https://gracia.example/ap/${ROSA.id}`, gracia)).status).toBe(200);
    expect((await get(`https://gracia.example/ap/${ANA.id}`, gracia)).status).toBe(404);
    expect((await get(`https://leith.example/ap/${ROSA.id}`, leith)).status).toBe(404);
    const actor = await json('https://gracia.example/ap/bank', gracia);
    expect(JSON.stringify(actor)).not.toContain('leith');
    expect(actor['assertionMethod']).toMatchObject([{ publicKeyMultibase: gracia.edMultikey }]);
  });

  it('stands on the configured origin, whatever the request calls the host', async () => {
    for (const url of ['http://10.0.0.7:3000/ap/bank', 'https://gracia.example/ap/bank']) {
      const response = await get(url, leith, {
        accept: ACTIVITY,
        host: 'evil.example',
        'x-forwarded-host': 'evil.example',
      });
      const text = await response.text();
      expect(JSON.parse(text)).toMatchObject({ id: 'https://leith.example/ap/bank' });
      expect(text).not.toMatch(/evil|gracia|10\.0/);
    }
  });
});

describe('WebFinger', () => {
  const finger = (resource: string, bank: HostedBank = leith) =>
    get(`${bank.origin}/.well-known/webfinger?resource=${encodeURIComponent(resource)}`, bank, {});
  const selfOf = async (response: Response) => {
    const { links } = (await response.json()) as { links: { rel: string; href: string; type?: string }[] };
    return links.find(({ rel, type }) => rel === 'self' && type === ACTIVITY)?.href;
  };

  it.each([
    ['acct:bank@leith.example', '/ap/bank'],
    ['acct:Bank@LEITH.example', '/ap/bank'],
    ['https://leith.example/', '/ap/bank'],
    ['https://leith.example', '/ap/bank'],
    ['https://leith.example/ap/bank', '/ap/bank'],
    ['acct:ana@leith.example', `/ap/${ANA.id}`],
    [`https://leith.example/ap/${ANA.id}`, `/ap/${ANA.id}`],
  ])('%s leads to %s', async (resource, path) => {
    const response = await finger(resource);
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('application/jrd+json');
    expect(await selfOf(response)).toBe(`https://leith.example${path}`);
  });

  it.each([
    'acct:nobody@leith.example',
    'acct:rosa@leith.example',
    'acct:gone@leith.example',
    'acct:left@leith.example',
    `acct:${ODD.handle}@leith.example`,
    `acct:${ANA.id}@leith.example`,
    'acct:bank@www.leith.example',
    'acct:bank@leith.example:8443',
    'acct:bank@gracia.example',
    'acct:bank@leith.example.',
    'acct:bank@leith.example@gracia.example',
    'https://gracia.example/',
    'https://www.leith.example/',
    'http://leith.example/',
    'https://leith.example/?',
    'https://leith.example/#bank',
    'https://leith.example/ap/ana',
    'https://gracia.example/ap/bank',
    `https://leith.example/ap/${ROSA.id}`,
    'mailto:ana@leith.example',
  ])('%s is not here', async (resource) => expect((await finger(resource)).status).toBe(404));

  it('an address of whoever has left is gone, without a word', async () => {
    const response = await finger(`https://leith.example/ap/${LEFT.id}`);
    expect([response.status, await response.text()]).toEqual([410, '']);
  });

  it('a missing or broken resource is a bad request', async () => {
    expect((await get('https://leith.example/.well-known/webfinger', leith, {})).status).toBe(400);
    expect((await finger('not a url')).status).toBe(400);
  });

  it('the same handle at another bank is somebody else', async () => {
    expect(await selfOf(await finger('acct:bank@gracia.example', gracia))).toBe('https://gracia.example/ap/bank');
    expect((await finger('acct:ana@gracia.example', gracia)).status).toBe(404);
  });
});

describe('NodeInfo', () => {
  it('is found, and says no more than the number of members', async () => {
    const found = await get('https://leith.example/.well-known/nodeinfo', leith, {});
    expect(await found.json()).toEqual({
      links: [
        {
          rel: 'http://nodeinfo.diaspora.software/ns/schema/2.1',
          href: 'https://leith.example/nodeinfo/2.1',
          type: 'application/json; profile="http://nodeinfo.diaspora.software/ns/schema/2.1#"',
        },
      ],
    });
    const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
    const info = await get('https://leith.example/nodeinfo/2.1', leith, {});
    expect(await info.json()).toEqual({
      $schema: 'http://nodeinfo.diaspora.software/ns/schema/2.1#',
      version: '2.1',
      software: { name: 'evenhour', version },
      protocols: ['activitypub'],
      services: { inbound: [], outbound: [] },
      openRegistrations: false,
      usage: { users: { total: 4 }, localPosts: 0, localComments: 0 },
      metadata: {},
    });
  });
});

it('nothing of all this is kept in the store', async () => {
  expect([...stores.keys()].sort()).toEqual(['gracia.example', 'leith.example']);
  for (const store of stores.values()) expect(await all(store.list())).toEqual([]);
});
