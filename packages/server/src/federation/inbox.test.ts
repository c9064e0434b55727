import { CONTEXT } from '@evenhour/protocol/wire';
import { MemoryKvStore } from '@fedify/fedify/federation';
import { generateCryptoKeyPair, signObject } from '@fedify/fedify/sig';
import { Follow } from '@fedify/vocab';
import { exportMultibaseKey, exportSpki } from '@fedify/vocab-runtime';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createFederationApp, type FederationApp } from './federation.ts';
import { createOutgoing, type Outgoing } from './outgoing.ts';
import type { HostedBank } from './ports.ts';
import {
  addActor,
  fakeBank,
  post,
  type RemoteActor,
  type RemoteServer,
  raw,
  rsaKeys,
  type Spec,
  startRemote,
} from './testing.ts';

const ANA = { id: '01JAAAAAAAAAAAAAAAAAAAAAAA', handle: 'ana', name: 'Ana', about: '', status: 'active' };
const ROSA = { id: '01JBBBBBBBBBBBBBBBBBBBBBBB', handle: 'rosa', name: 'Rosa', about: '', status: 'active' };
const BANK_INBOX = 'https://leith.example/ap/bank/inbox';
const SHARED_INBOX = 'https://leith.example/ap/inbox';

let outgoing: Outgoing;
let leith: HostedBank;
let gracia: HostedBank;
/** An ordinary server with Bob, and one that wants to be taken for it. */
let honest: RemoteServer;
let hostile: RemoteServer;
let bob: RemoteActor;
let eve: RemoteActor;
let app: FederationApp;
let ignored: string[];
let clock: number;
let keyring: Record<'bob' | 'eve' | 'other', CryptoKeyPair>;

beforeAll(async () => {
  keyring = { bob: await rsaKeys(), eve: await rsaKeys(), other: await rsaKeys() };
  [honest, hostile] = [await startRemote(), await startRemote()];
  outgoing = createOutgoing({ allowedOrigins: [honest.origin, hostile.origin], userAgent: 'Evenhour-test' });
  leith = await fakeBank('https://leith.example', [ANA]);
  gracia = await fakeBank('https://gracia.example', [ROSA]);
});
afterAll(() => {
  outgoing.close();
  honest.close();
  hostile.close();
});
beforeEach(async () => {
  honest.documents.clear();
  hostile.documents.clear();
  honest.asked.length = hostile.asked.length = 0;
  bob = await addActor(honest, 'bob', keyring.bob);
  eve = await addActor(hostile, 'eve', keyring.eve);
  ignored = [];
  clock = 1_000_000;
  app = createFederationApp({
    outgoing,
    kv: () => new MemoryKvStore(),
    counters: { noteIgnored: (bank, type) => ignored.push(`${bank.id} ${type}`) },
    now: () => clock,
  });
});

const deliver = (request: Request, bank = leith) =>
  app.fetch(request, bank, () => new Response('fell through', { status: 299 }));
const statusOf = async (request: Request | Promise<Request>, bank?: HostedBank) =>
  (await deliver(await request, bank)).status;

let count = 0;
const follow = (by: RemoteActor, more: Record<string, unknown> = {}): Record<string, unknown> => ({
  '@context': 'https://www.w3.org/ns/activitystreams',
  id: `${by.id}/follows/${++count}`,
  type: 'Follow',
  actor: by.id,
  object: 'https://leith.example/ap/bank',
  ...more,
});

/** The same request with other headers or another body. */
async function changed(request: Request, headers: Record<string, string | null>, body?: string): Promise<Request> {
  const all = new Headers(request.headers);
  for (const [name, value] of Object.entries(headers)) {
    if (value === null) all.delete(name);
    else all.set(name, value);
  }
  return new Request(request.url, { method: 'POST', headers: all, body: body ?? (await request.text()) });
}

const SPECS: Spec[] = ['rfc9421', 'draft-cavage-http-signatures-12'];

describe.each(SPECS)('a message signed by %s', (spec) => {
  const sent = (more: Record<string, unknown> = {}) => post(BANK_INBOX, follow(bob, more), bob, { spec });

  it('is taken, counted and otherwise ignored', async () => {
    expect(await statusOf(sent())).toBe(202);
    expect(await statusOf(post(SHARED_INBOX, follow(bob), bob, { spec }))).toBe(202);
    const ana = `https://leith.example/ap/${ANA.id}`;
    expect(await statusOf(post(`${ana}/inbox`, follow(bob, { object: ana }), bob, { spec }))).toBe(202);
    expect(ignored).toEqual(['leith.example Follow', 'leith.example Follow', 'leith.example Follow']);
    expect(honest.asked).toEqual([{ path: '/users/bob', signed: 'rfc9421' }]);
  });

  it('is refused without its signature', async () => {
    const headers = { signature: null, 'signature-input': null };
    expect(await statusOf(changed(await sent(), headers))).toBe(401);
    expect(honest.asked).toEqual([]);
  });

  it('is refused with another body', async () => {
    const request = await sent();
    expect(await statusOf(changed(request, {}, JSON.stringify(follow(bob))))).toBe(401);
  });

  it('is refused at another inbox, host or bank', async () => {
    const request = await sent();
    const body = await request.clone().text();
    const elsewhere = (url: string) => new Request(url, { method: 'POST', headers: request.headers, body });
    expect(await statusOf(elsewhere(SHARED_INBOX))).toBe(401);
    expect(await statusOf(elsewhere('https://gracia.example/ap/bank/inbox'), gracia)).toBe(401);
    // The request goes on saying that it is for leith; that does not count.
    expect(request.headers.get('host')).toBe('leith.example');
    expect(await statusOf(elsewhere(BANK_INBOX))).toBe(202);
  });

  it('counts as signed for the configured host, whatever a proxy calls it', async () => {
    const request = await sent();
    const inside = new Request('http://10.0.0.7:3000/ap/bank/inbox', {
      method: 'POST',
      headers: { ...Object.fromEntries(request.headers), host: '10.0.0.7:3000', 'x-forwarded-host': 'evil.example' },
      body: await request.text(),
    });
    expect(await statusOf(inside)).toBe(202);
  });

  it('is refused when it is older than five minutes or from the future', async () => {
    // Date is all that a signature's time is made of here; the library reads both of these from it.
    for (const minutes of [-6, 6]) {
      const at = Date.now() + minutes * 60_000;
      const created = { epochMilliseconds: at, toString: () => new Date(at).toISOString() } as Temporal.Instant;
      expect(await statusOf(post(BANK_INBOX, follow(bob), bob, { spec, created }))).toBe(401);
    }
  });

  it('is refused by another key of the same server', async () => {
    const mallory = await addActor(honest, 'mallory', keyring.other);
    const { keys } = mallory;
    expect(await statusOf(post(BANK_INBOX, follow(bob), bob, { spec, keys }))).toBe(401);
    expect(await statusOf(post(BANK_INBOX, follow(bob), mallory, { spec }))).toBe(401);
    expect(ignored).toEqual([]);
  });

  it('is refused with a short key', async () => {
    const short = await rsaKeys(1024);
    const publicKey = { id: bob.keyId, owner: bob.id, publicKeyPem: await exportSpki(short.publicKey) };
    honest.documents.set('/users/bob', { ...bob.document, publicKey });
    expect(await statusOf(post(BANK_INBOX, follow(bob), bob, { spec, keys: short }))).toBe(401);
  });
});

describe('what a signature must say', () => {
  it.each([
    ['nothing of the body', /"content-digest"/, '"date"'],
    ['nothing of the method', /"@method"/, '"date"'],
    ['nothing of the target', /"@target-uri" "@authority"/, '"@authority" "date"'],
    ['two labels', /^(.*)$/, '$1, sig2=("@method");keyid="x";created=1'],
    ['a key twice', /;keyid=/, ';keyid="https://a.example/";keyid='],
    ['a component of something else', /"@method"/, '"@method";req'],
    ['not even a list', /^.*$/, 'sig1=?1'],
  ])('RFC 9421 with %s', async (_, from, to) => {
    const request = await post(BANK_INBOX, follow(bob), bob);
    const input = request.headers.get('signature-input') ?? '';
    expect(input).toMatch(from);
    expect(await statusOf(changed(request, { 'signature-input': input.replace(from, to) }))).toBe(401);
    expect(honest.asked).toEqual([]);
  });

  it.each([
    ['nothing of the body', / digest/, ''],
    ['nothing of the host', / host/, ''],
    ['nothing of the target', /\(request-target\) /, ''],
    ['a field twice', /keyId=/, 'keyId="https://a.example/",keyId='],
    ['nonsense', /^.*$/, 'nonsense'],
  ])('the draft with %s', async (_, from, to) => {
    const request = await post(BANK_INBOX, follow(bob), bob, { spec: 'draft-cavage-http-signatures-12' });
    const signature = request.headers.get('signature') ?? '';
    expect(signature).toMatch(from);
    expect(await statusOf(changed(request, { signature: signature.replace(from, to) }))).toBe(401);
    expect(honest.asked).toEqual([]);
  });

  it('must be base64, and a date a date: what makes Fedify throw is a bad signature', async () => {
    const spec = 'draft-cavage-http-signatures-12';
    const request = await post(BANK_INBOX, follow(bob), bob, { spec });
    const signature = request.headers.get('signature') ?? '';
    expect(
      await statusOf(
        changed(request.clone(), { signature: signature.replace(/signature="[^"]*"/, 'signature="%%%"') }),
      ),
    ).toBe(401);
    expect(await statusOf(changed(request, { date: 'yesterday' }))).toBe(401);
  });
});

describe('one origin for activity, actor and key', () => {
  const here = () => honest.origin;
  const there = () => hostile.origin;

  it('GHSA-4qhx-hhwf-8685: an id at another origin than the actor', async () => {
    const message = follow(eve, { id: `${here()}/users/bob/follows/1` });
    expect(await statusOf(post(BANK_INBOX, message, eve))).toBe(401);
    expect([honest.asked, hostile.asked, ignored]).toEqual([[], [], []]);
  });

  it('every mixture of origins is refused, and only all equal is taken', async () => {
    const taken: string[] = [];
    for (const mixture of ['hhh', 'hhx', 'hxh', 'hxx', 'xhh', 'xhx', 'xxh', 'xxx']) {
      clock += 2000;
      const [id, actor, key] = [...mixture].map((letter) => (letter === 'h' ? bob : eve)) as [
        RemoteActor,
        RemoteActor,
        RemoteActor,
      ];
      const message = follow(actor, { id: `${id.id}/follows/${++count}` });
      if ((await statusOf(post(BANK_INBOX, message, key))) === 202) taken.push(mixture);
    }
    expect(taken).toEqual(['hhh', 'xxx']);
  });

  it('nothing is read of whom an object is attributed to: what is taken has no effect', async () => {
    const object = { type: 'Note', id: `${there()}/notes/1`, attributedTo: eve.id, content: 'Hello' };
    expect(await statusOf(post(BANK_INBOX, follow(bob, { type: 'Create', object }), bob))).toBe(202);
    expect([hostile.asked, ignored]).toEqual([[], ['leith.example Create']]);
  });

  it('GHSA-8863-8468-7hq7: a foreign actor behind the address of an actor', async () => {
    // The victim's server redirects the actor's address, or answers with the attacker's document.
    const publicKey = { ...(eve.document['publicKey'] as object), id: bob.keyId, owner: bob.id };
    hostile.documents.set('/users/eve', { ...eve.document, id: bob.id, publicKey });
    const attacks: unknown[] = [
      raw({ status: 302, headers: { location: `${there()}/users/eve` } }),
      raw({ status: 302, headers: { location: '/users/mallory' } }),
      eve.document,
      { ...eve.document, publicKey },
    ];
    for (const attack of attacks) {
      clock += 10 * 60_000;
      honest.documents.set('/users/bob', attack);
      honest.documents.set('/users/mallory', { ...eve.document, id: bob.id, publicKey });
      expect(await statusOf(post(BANK_INBOX, follow(bob), bob, { keys: eve.keys }))).toBe(401);
    }
    expect(hostile.asked).toEqual([]);
    expect(ignored).toEqual([]);
  });

  it('GHSA-q9f8-5hc7-898f: a key that names a foreign owner, or an own one that does not know it', async () => {
    const publicKeyPem = await exportSpki(eve.keys.publicKey);
    const context = 'https://w3id.org/security/v1';
    const id = `${there()}/key`;
    hostile.documents.set('/key', { '@context': context, id, type: 'CryptographicKey', owner: bob.id, publicKeyPem });
    expect(await statusOf(post(BANK_INBOX, follow(bob), eve, { keyId: id }))).toBe(401);
    // At the victim's own origin, where anybody may have put a file.
    const upload = `${here()}/uploads/key`;
    honest.documents.set('/uploads/key', {
      '@context': context,
      id: upload,
      type: 'CryptographicKey',
      owner: bob.id,
      publicKeyPem,
    });
    expect(await statusOf(post(BANK_INBOX, follow(bob), eve, { keyId: upload }))).toBe(401);
    expect(honest.asked.map(({ path }) => path)).not.toContain('/uploads/key');
    expect(hostile.asked).toEqual([]);
  });

  it.each([
    ['no owner of its own', () => ({ owner: eve.id })],
    ['no PEM', () => ({ publicKeyPem: undefined })],
    ['a broken PEM', () => ({ publicKeyPem: 'x' })],
    ['another id', () => ({ id: `${bob.id}#other` })],
  ])('a key in the document with %s', async (_, change) => {
    honest.documents.set('/users/bob', {
      ...bob.document,
      publicKey: { ...(bob.document['publicKey'] as object), ...change() },
    });
    expect(await statusOf(post(BANK_INBOX, follow(bob), bob))).toBe(401);
  });

  it.each([
    [
      'a file that is not marked as an activity',
      () => raw({ status: 200, headers: { 'content-type': 'text/plain' }, body: JSON.stringify(bob.document) }),
    ],
    ['something that is no actor', () => ({ ...bob.document, type: 'Note' })],
    ['a document of another name', () => ({ ...bob.document, id: `${bob.id}/` })],
    [
      'an actor whose keys have one name',
      () => ({ ...bob.document, publicKey: [bob.document['publicKey'], bob.document['publicKey']] }),
    ],
  ])('%s', async (_, document) => {
    honest.documents.set('/users/bob', document());
    expect(await statusOf(post(BANK_INBOX, follow(bob), bob))).toBe(401);
  });

  it('a message that reads otherwise as linked data', async () => {
    const context = [
      'https://www.w3.org/ns/activitystreams',
      { shown: { '@id': 'as:actor', '@type': '@id' }, actor: 'https://example.com/#actor' },
    ];
    const message = follow(eve, { '@context': context, shown: bob.id });
    expect(await statusOf(post(BANK_INBOX, message, eve))).toBe(401);
    const twice = follow(eve, {
      '@context': [context[0], { shown: { '@id': 'as:actor', '@type': '@id' } }],
      shown: bob.id,
    });
    expect(await statusOf(post(BANK_INBOX, twice, eve))).toBe(401);
    const renamed = follow(eve, { '@context': [context[0], { name: '@id', id: 'as:name' }], name: `${bob.id}/1` });
    expect(await statusOf(post(BANK_INBOX, renamed, eve))).not.toBe(202);
    expect(ignored).toEqual([]);
  });

  it('our own bank does not write to itself', async () => {
    const self = {
      id: 'https://leith.example/ap/bank',
      keyId: 'https://leith.example/ap/bank#main-key',
      keys: await leith.rsa(),
      document: {},
    };
    const response = await deliver(await post(BANK_INBOX, follow(self), self));
    expect(response.status).toBe(401);
    // Refused before the bank asks itself for its own key.
    expect(await response.json()).toMatchObject({ detail: expect.stringContaining('themselves') });
  });
});

describe('other ways of proving', () => {
  it('a proof in the message is not one, not even a good one', async () => {
    const ed = await generateCryptoKeyPair('Ed25519');
    const method = {
      id: `${bob.id}#ed`,
      type: 'Multikey',
      controller: bob.id,
      publicKeyMultibase: await exportMultibaseKey(ed.publicKey),
    };
    honest.documents.set('/users/bob', {
      ...bob.document,
      '@context': [
        ...(bob.document['@context'] as string[]),
        'https://w3id.org/security/multikey/v1',
        'https://www.w3.org/ns/did/v1',
      ],
      assertionMethod: [method],
    });
    honest.documents.set('/users/bob#ed', method);
    const activity = new Follow({
      id: new URL(`${bob.id}/f/1`),
      actor: new URL(bob.id),
      object: new URL(leith.origin),
    });
    const message = await (await signObject(activity, ed.privateKey, new URL(`${bob.id}#ed`))).toJsonLd();
    expect(message).toHaveProperty('proof');
    const plain = new Request(BANK_INBOX, { method: 'POST', body: JSON.stringify(message) });
    expect(await statusOf(plain)).toBe(401);
    expect(await statusOf(post(BANK_INBOX, message, bob, { keys: eve.keys }))).toBe(401);
    // With a good signature over HTTP it is an ordinary message, and its proof is nobody's business here.
    expect(await statusOf(post(BANK_INBOX, message, bob))).toBe(202);
  });

  it('nor is a linked-data signature; neither is even looked at', async () => {
    const created = '2026-01-01T00:00:00Z';
    const creator = `${hostile.origin}/key`;
    const inside = {
      signature: { type: 'RsaSignature2017', creator, created, signatureValue: 'AAAA' },
      proof: {
        type: 'DataIntegrityProof',
        cryptosuite: 'eddsa-jcs-2022',
        verificationMethod: creator,
        proofPurpose: 'assertionMethod',
        proofValue: `z${'1'.repeat(64)}`,
        created,
      },
    };
    for (const more of [inside, { signature: inside.signature }, { proof: inside.proof }]) {
      const context = ['https://www.w3.org/ns/activitystreams', 'https://w3id.org/security/data-integrity/v1'];
      const message = follow(bob, { '@context': context, ...more });
      expect(await statusOf(new Request(BANK_INBOX, { method: 'POST', body: JSON.stringify(message) }))).toBe(401);
      expect(await statusOf(post(BANK_INBOX, message, bob))).toBe(202);
    }
    expect(hostile.asked).toEqual([]);
    expect(honest.asked).toHaveLength(1);
  });
});

describe('what cannot be read', () => {
  it.each([
    ['nothing', ''],
    ['no JSON', '{'],
    ['no object', '[]'],
    ['null', 'null'],
    ['a string', '"Follow"'],
    ['bytes that are not UTF-8', new Uint8Array([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d])],
    ['no actor', '{"type":"Follow","id":"https://a.example/1"}'],
    [
      'two actors',
      '{"type":"Follow","id":"https://a.example/1","actor":["https://a.example/a","https://a.example/b"]}',
    ],
    ['an actor that is no URL', '{"type":"Follow","id":"https://a.example/1","actor":"bob"}'],
    ['no id', '{"type":"Follow","actor":"https://a.example/a"}'],
    ['an id that is no URL', '{"type":"Follow","id":7,"actor":"https://a.example/a"}'],
  ])('%s: 400', async (_, body) => {
    const response = await deliver(new Request(BANK_INBOX, { method: 'POST', body }));
    expect(response.status).toBe(400);
    expect(response.headers.get('content-type')).toBe('application/problem+json');
  });

  it.each([
    ['no type', { type: undefined }],
    ['a type that is no activity', { type: 'Note' }],
    ['a date that is none', { published: 'yesterday' }],
    ['a context that is none', { '@context': 'nonsense' }],
    ['a context of another kind', { '@context': 7 }],
    ['no context', { '@context': undefined }],
    [
      'a context that is not there',
      { '@context': ['https://www.w3.org/ns/activitystreams', 'https://private.test/context'] },
    ],
  ])('%s, however well it is signed: 400', async (_, more) => {
    expect(await statusOf(post(BANK_INBOX, follow(bob, more), bob))).toBe(400);
    expect(ignored).toEqual([]);
  });

  it('a type that nobody knows is ignored like any other', async () => {
    expect(await statusOf(post(BANK_INBOX, follow(bob, { type: 'Frobnicate' }), bob))).toBe(202);
    expect(await statusOf(post(BANK_INBOX, follow(bob, { object: { type: 'Frobnicate' } }), bob))).toBe(202);
    expect(await statusOf(post(BANK_INBOX, follow(bob, { type: ['Note', 'Like'] }), bob))).toBe(202);
    expect(ignored).toEqual(['leith.example Activity', 'leith.example Follow', 'leith.example Like']);
  });

  it('too much: 413, and no more than that is read', async () => {
    let sent = 0;
    const endless = new ReadableStream<Uint8Array>({
      pull(controller) {
        sent += 16_384;
        controller.enqueue(new Uint8Array(16_384));
      },
    });
    const init = { method: 'POST', body: endless, duplex: 'half' } as RequestInit;
    expect(await statusOf(new Request(BANK_INBOX, init))).toBe(413);
    expect(sent).toBeLessThan(400_000);
  });

  it('a context of the sender is loaded, once', async () => {
    const url = `${honest.origin}/schemas/litepub-0.1.jsonld`;
    const body = JSON.stringify({ '@context': { directMessage: 'http://litepub.social/ns#directMessage' } });
    honest.documents.set(
      '/schemas/litepub-0.1.jsonld',
      raw({ status: 200, headers: { 'content-type': 'application/ld+json' }, body }),
    );
    const message = () => follow(bob, { '@context': ['https://www.w3.org/ns/activitystreams', url] });
    // The actor was asked for in this same second.
    const limited = await deliver(await post(BANK_INBOX, message(), bob));
    expect([limited.status, limited.headers.get('retry-after')]).toEqual([429, '1']);
    clock += 1000;
    expect(await statusOf(post(BANK_INBOX, message(), bob))).toBe(202);
    expect(await statusOf(post(BANK_INBOX, message(), bob))).toBe(202);
    expect(honest.asked.map(({ path }) => path)).toEqual(['/users/bob', '/schemas/litepub-0.1.jsonld']);
  });

  it("the network is not asked for Evenhour's context", async () => {
    expect(await statusOf(post(BANK_INBOX, follow(bob, { '@context': CONTEXT }), bob))).toBe(202);
    expect(honest.asked).toHaveLength(1);
  });
});

describe("Evenhour's own messages", () => {
  it.each([
    { type: ['Offer', 'Hold'] },
    { type: ['Activity', 'Post'] },
    { type: ['Offer', 'GiftOffer'] },
    { type: ['Offer', 'HonourOffer'] },
    { type: 'Amend' },
    { '@type': 'Receipt' },
    { type: 'evenhour:Hold' },
    { type: 'https://w3id.org/evenhour/v1#Anything' },
    { type: 'Create', object: { type: ['Object', 'Claim'] } },
    { type: 'Offer', object: [{ type: ['Object', 'Gift'] }] },
  ])('%j: 403, well signed or not, and without a fetch', async (more) => {
    expect(await statusOf(post(BANK_INBOX, follow(bob, more), bob))).toBe(403);
    const plain = new Request(SHARED_INBOX, { method: 'POST', body: JSON.stringify(follow(bob, more)) });
    expect(await statusOf(plain)).toBe(403);
    expect(honest.asked).toEqual([]);
  });
});

describe('whose inbox', () => {
  it.each([`/ap/${ROSA.id}/inbox`, '/ap/01JZZZZZZZZZZZZZZZZZZZZZZZ/inbox'])('%s is nobody here: 404', async (path) => {
    expect(await statusOf(post(`https://leith.example${path}`, follow(bob), bob))).toBe(404);
    expect(honest.asked).toEqual([]);
  });

  it('a member of one bank has no inbox at the other', async () => {
    const path = `/ap/${ROSA.id}/inbox`;
    expect(await statusOf(post(`https://gracia.example${path}`, follow(bob), bob), gracia)).toBe(202);
    expect(ignored).toEqual(['gracia.example Follow']);
    expect(await statusOf(post(`https://leith.example${path}`, follow(bob), bob), leith)).toBe(404);
  });

  it.each([
    '/ap/bank',
    '/ap/bank/outbox',
    '/ap/ana/inbox',
    '/ap/bank/inbox/',
    '/ap/inbox/inbox',
    '/ap/bank%2Finbox',
    '/.well-known/webfinger',
    '/nodeinfo/2.1',
    '/',
  ])('a POST to %s never reaches Fedify', async (path) => {
    expect(await statusOf(post(`https://leith.example${path}`, follow(bob), bob))).toBe(299);
  });
});

describe('fetching', () => {
  it('takes one document a second from an origin, and says when to come again', async () => {
    const carol = await addActor(honest, 'carol', keyring.other);
    expect(await statusOf(post(BANK_INBOX, follow(bob), bob))).toBe(202);
    const limited = await deliver(await post(BANK_INBOX, follow(carol), carol));
    expect([limited.status, limited.headers.get('retry-after')]).toEqual([429, '1']);
    // Another origin has a second of its own, and who is known already needs none.
    expect(await statusOf(post(BANK_INBOX, follow(eve), eve))).toBe(202);
    expect(await statusOf(post(BANK_INBOX, follow(bob), bob))).toBe(202);
    clock += 1000;
    expect(await statusOf(post(BANK_INBOX, follow(carol), carol))).toBe(202);
    expect(honest.asked.map(({ path }) => path)).toEqual(['/users/bob', '/users/carol']);
  });

  it('shares one request between many that come at once', async () => {
    const requests = await Promise.all(Array.from({ length: 10 }, () => post(BANK_INBOX, follow(bob), bob)));
    expect(await Promise.all(requests.map((request) => statusOf(request)))).toEqual(Array(10).fill(202));
    expect(honest.asked).toHaveLength(1);
  });

  it('does not ask again for five minutes for what is not there', async () => {
    honest.documents.delete('/users/bob');
    for (let i = 0; i < 5; i++, clock += 59_000) expect(await statusOf(post(BANK_INBOX, follow(bob), bob))).toBe(401);
    expect(honest.asked).toHaveLength(1);
    honest.documents.set('/users/bob', bob.document);
    expect(await statusOf(post(BANK_INBOX, follow(bob), bob))).toBe(401);
    clock += 10_000;
    expect(await statusOf(post(BANK_INBOX, follow(bob), bob))).toBe(202);
    expect(honest.asked).toHaveLength(2);
  });

  it('forgeries in the name of an actor take nothing from the actor', async () => {
    expect(await statusOf(post(BANK_INBOX, follow(bob), bob))).toBe(202);
    for (let i = 0; i < 20; i++, clock += 10_000) {
      expect([401, 429]).toContain(await statusOf(post(BANK_INBOX, follow(bob), bob, { keys: eve.keys })));
      expect(await statusOf(post(BANK_INBOX, follow(bob), bob))).toBe(202);
    }
    expect(honest.asked.length).toBeLessThanOrEqual(4);
    // Even while the actor's server is away.
    honest.documents.delete('/users/bob');
    clock += 100_000;
    expect(await statusOf(post(BANK_INBOX, follow(bob), bob, { keys: eve.keys }))).toBe(401);
    expect(await statusOf(post(BANK_INBOX, follow(bob), bob))).toBe(202);
  });

  it('follows a new key of an actor after a minute, and forgets the old one', async () => {
    expect(await statusOf(post(BANK_INBOX, follow(bob), bob))).toBe(202);
    const fresh = await addActor(honest, 'bob', keyring.other);
    expect(await statusOf(post(BANK_INBOX, follow(fresh), fresh))).toBe(401);
    clock += 61_000;
    expect(await statusOf(post(BANK_INBOX, follow(fresh), fresh))).toBe(202);
    expect(await statusOf(post(BANK_INBOX, follow(bob), bob))).toBe(401);
  });

  it('an actor whose key is gone is forgotten within the hour', async () => {
    expect(await statusOf(post(BANK_INBOX, follow(bob), bob))).toBe(202);
    honest.documents.set('/users/bob', raw({ status: 410 }));
    clock += 60 * 60_000 + 1;
    expect(await statusOf(post(BANK_INBOX, follow(bob), bob))).toBe(401);
  });

  it('knocks a second time with the older signature where the new one is not understood', async () => {
    honest.documents.set('/users/bob', raw({ status: 401 }));
    expect(await statusOf(post(BANK_INBOX, follow(bob), bob))).toBe(401);
    expect(honest.asked.map(({ signed }) => signed)).toEqual(['rfc9421', 'draft']);
  });

  it('asks for no address of endless length, and for nothing that is not on the web', async () => {
    const long = await addActor(honest, 'x'.repeat(3000), keyring.other);
    expect(await statusOf(post(BANK_INBOX, follow(long), long))).toBe(401);
    expect(honest.asked).toEqual([]);
    for (const id of ['urn:uuid:bob', 'data:text/plain,bob', 'did:web:bob']) {
      const odd = { ...bob, id, keyId: `${id}#main-key` };
      expect(await statusOf(post(BANK_INBOX, follow(odd), odd))).toBe(400);
    }
  });

  it('does not keep a context that is too large', async () => {
    const body = JSON.stringify({ '@context': { x: `https://x.example/${'x'.repeat(140_000)}` } });
    honest.documents.set('/c', raw({ status: 200, headers: { 'content-type': 'application/ld+json' }, body }));
    expect(await statusOf(post(BANK_INBOX, follow(bob), bob))).toBe(202);
    clock += 1000;
    const message = follow(bob, { '@context': ['https://www.w3.org/ns/activitystreams', `${honest.origin}/c`] });
    expect(await statusOf(post(BANK_INBOX, message, bob))).toBe(400);
  });

  it('never leaves for an address that is not public', async () => {
    const private_ = { ...bob, id: 'https://10.0.0.1/users/bob', keyId: 'https://10.0.0.1/users/bob#main-key' };
    expect(await statusOf(post(BANK_INBOX, follow(private_), private_))).toBe(401);
    const plain = { ...bob, id: 'http://localhost:1/users/bob', keyId: 'http://localhost:1/users/bob#main-key' };
    expect(await statusOf(post(BANK_INBOX, follow(plain), plain))).toBe(401);
  });
});
