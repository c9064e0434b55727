import { expect, it, vi } from 'vitest';
import { createRemoteKeys } from './remote-keys.ts';

const ACTOR = 'https://there.example/users/bob';
const key = (name: string) => ({ id: `${ACTOR}#${name}`, owner: ACTOR, publicKeyPem: name });
const document = { id: ACTOR, type: 'Person', publicKey: [key('a'), key('b')] };
const from = (documentUrl: string, served: unknown = document) =>
  vi.fn(async () => ({ contextUrl: null, document: served, documentUrl }));

it('finds a key by its own id among several', async () => {
  const keys = createRemoteKeys();
  expect(await keys.find(ACTOR, `${ACTOR}#b`, from(ACTOR))).toEqual(key('b'));
  expect(await keys.find(ACTOR, `${ACTOR}#c`, from(ACTOR))).toBeUndefined();
});

it('believes no document that came from another address, even one that says it is the actor', async () => {
  const evil = from('https://there.example/uploads/bob');
  expect(await createRemoteKeys().find(ACTOR, `${ACTOR}#a`, evil)).toBeUndefined();
});

it('keeps a document for an hour, and one without keys for five minutes', async () => {
  let clock = 0;
  const keys = createRemoteKeys(() => clock);
  const good = from(ACTOR);
  const bad = from(ACTOR, {});
  for (; clock < 60 * 60_000; clock += 60_000) {
    await keys.find(ACTOR, `${ACTOR}#a`, good);
    await keys.find('https://there.example/users/none', 'x', bad);
  }
  expect(good).toHaveBeenCalledTimes(1);
  expect(bad).toHaveBeenCalledTimes(10);
});

it('asks again for a newer document only after a minute', async () => {
  let clock = 0;
  const keys = createRemoteKeys(() => clock);
  const load = from(ACTOR);
  for (; clock <= 120_000; clock += 1000) await keys.find(ACTOR, `${ACTOR}#a`, load, true);
  expect(load).toHaveBeenCalledTimes(2);
});

it('remembers no key of endless length', async () => {
  const long = { ...key('a'), publicKeyPem: 'x'.repeat(10_000) };
  const load = from(ACTOR, { ...document, publicKey: [long, key('b')] });
  const keys = createRemoteKeys();
  expect(await keys.find(ACTOR, `${ACTOR}#a`, load)).toBeUndefined();
  expect(await keys.find(ACTOR, `${ACTOR}#b`, load)).toEqual(key('b'));
});
