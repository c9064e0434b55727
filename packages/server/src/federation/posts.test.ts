/** Public offers as posts: what a server elsewhere in the fediverse is sent when somebody there follows a member. */
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { rowsOf } from '../ledger/ledger.ts';
import { freePort, startTown, type Town, until } from '../testing/town.ts';
import { createDocuments } from './documents.ts';
import { isSignedWith } from './signature.ts';
import { addActor, post, type RemoteActor, type RemoteServer, raw, rsaKeys, startRemote } from './testing.ts';

let remote: RemoteServer;
let leith: Town;
let bob: RemoteActor;
let moira: string;
let agnes: string;

beforeAll(async () => {
  remote = await startRemote();
  const port = await freePort();
  leith = await startTown({ name: 'Leith', port, allow: [`http://127.0.0.1:${port}`, remote.origin] });
  bob = await addActor(remote, 'bob', await rsaKeys());
  moira = (await leith.call('POST', '/api/members', { handle: 'moira', name: 'Moira Baird' })).body.id;
  await leith.call('POST', '/api/members/moira', { about: 'Seedlings' });
  agnes = (await leith.call('POST', '/api/members', { handle: 'agnes', name: 'Agnes' })).body.id;
});
afterAll(async () => {
  await leith?.stop();
  remote?.close();
});

const read = async (path: string, accept = 'application/activity+json') => {
  const answer = await fetch(`${leith.origin}${path}`, { headers: { accept }, redirect: 'manual' });
  const body = (answer.headers.get('content-type') ?? '').includes('json') ? await answer.json() : await answer.text();
  return { status: answer.status, body };
};
const write = async (title: string, more: object = {}) => {
  const body = { member: 'moira', kind: 'offer', category: 'garden', visibility: 'public', title, ...more };
  return (await leith.call('POST', '/api/offers', body)).body.id as string;
};
let follows = 0;
const say = async (message: Record<string, unknown>) => {
  const body = { '@context': 'https://www.w3.org/ns/activitystreams', actor: bob.id, ...message };
  const url = `${leith.origin}/ap/${moira}/inbox`;
  return (await fetch(await post(url, body, bob))).status;
};
const follow = (whom: string) => ({
  id: `${bob.id}/follows/${++follows}`,
  type: 'Follow',
  object: `${leith.origin}/ap/${whom}`,
});
const sent = (type: string) =>
  remote.posted.filter(({ body }) => JSON.parse(body).type === type).map(({ body }) => JSON.parse(body));
const followers = async () =>
  rowsOf<{ actor: string }>(await leith.database.db.execute(sql`select actor from follower`)).map(({ actor }) => actor);

test('a member has a key and can be followed from the first public offer on', async () => {
  const id = await write('Only here', { visibility: 'bank' });
  const before = await read(`/ap/${moira}`);
  expect([before.status, before.body.preferredUsername]).toEqual([200, 'moira']);
  for (const member of ['publicKey', 'name', 'summary']) expect(before.body).not.toHaveProperty(member);
  const finger = async () => (await read(`/.well-known/webfinger?resource=acct:moira@${leith.host}`)).status;
  expect(await finger()).toBe(404);
  expect((await read(`/offers/${id}`)).status).not.toBe(200);
  await write('Seedlings <b>&</b> advice', { text: 'Come & see.\n<script>alert(1)</script>', minutes: 45 });
  const { body } = await read(`/ap/${moira}`);
  expect(body.publicKey.publicKeyPem).toContain('BEGIN PUBLIC KEY');
  expect(body).toMatchObject({ name: 'Moira Baird', summary: '<p>Seedlings</p>' });
  expect(await finger()).toBe(200);
  expect(body.manuallyApprovesFollowers).toBe(false);
  expect((await read(`/ap/${agnes}`)).body).not.toHaveProperty('publicKey');
  const outbox = (await read(`/ap/${moira}/outbox`)).body;
  expect([outbox.totalItems, outbox.orderedItems[0].type]).toEqual([1, 'Create']);
  const { object } = outbox.orderedItems[0];
  expect(object.type).toEqual(['Note', 'Proposal']);
  expect(object.content).toBe(
    '<p><strong>Seedlings &#60;b&#62;&#38;&#60;/b&#62; advice</strong></p><p>Come &#38; see.<br>&#60;script&#62;alert(1)&#60;/script&#62;</p>',
  );
  expect(object.publishes.resourceQuantity).toEqual({ hasUnit: 'minute', hasNumericalValue: '45' });
  const path = new URL(object.id).pathname;
  expect((await read(path)).body.name).toBe('Seedlings <b>&</b> advice');
  expect((await read(path, 'text/html')).body).toContain('<!doctype html>');
});

test('who follows is answered, and hears of what is new, changed and gone, signed as the member', async () => {
  expect(await say(follow(moira))).toBe(202);
  await until(async () => sent('Accept').length === 1);
  expect(sent('Accept')[0]).toMatchObject({ actor: `${leith.origin}/ap/${moira}`, object: { actor: bob.id } });
  expect((await read(`/ap/${moira}/followers`)).body).toMatchObject({ totalItems: 1 });
  expect(JSON.stringify((await read(`/ap/${moira}/followers`)).body)).not.toContain('bob');
  const id = await write('Compost');
  await until(async () => sent('Create').length === 1);
  const body = { kind: 'offer', category: 'garden', visibility: 'public', title: 'Compost and leaf mould' };
  await leith.call('POST', `/api/offers/${id}`, body);
  await until(async () => sent('Update').length === 1);
  await leith.call('POST', `/api/offers/${id}/pause`, { paused: true });
  await until(async () => sent('Delete').length === 1);
  expect((await read(`/offers/${id}`)).status).toBe(410);
  // Servers remember what was deleted, so what comes back has another name.
  await leith.call('POST', `/api/offers/${id}/pause`, { paused: false });
  await until(async () => sent('Create').length === 2);
  const names = sent('Create').map(({ object }) => object.id);
  expect(names).toEqual([`${leith.origin}/offers/${id}`, `${leith.origin}/offers/${id}?again=2`]);
  expect((await read(`/offers/${id}?again=2`)).body.id).toBe(names[1]);

  const { publicKey } = (await read(`/ap/${moira}`)).body;
  const { contextLoader } = createDocuments(leith.node.context.outgoing);
  for (const { path, headers, body } of remote.posted) {
    const request = new Request(`${remote.origin}${path}`, { method: 'POST', headers, body });
    expect(await isSignedWith(request, { ...publicKey }, contextLoader)).toBe(true);
  }
});

test('nobody follows a member who says nothing in public, nor by the word of somebody else', async () => {
  expect(await say(follow(agnes))).toBe(202);
  const eve = { ...follow(moira), actor: `${remote.origin}/users/eve` };
  // Refused at once, or because its server was asked for a document a moment ago.
  expect([401, 429]).toContain(await say(eve));
  expect(await followers()).toEqual([bob.id]);
});

test('a server that fails is asked again later, one that says gone is not', async () => {
  remote.documents.set('/users/bob/inbox', raw({ status: 500 }));
  await write('Later');
  const waits = async () =>
    rowsOf<{ attempts: number; later: boolean }>(
      await leith.database.db.execute(
        sql`select attempts, next_attempt_at > now() + interval '1 minute' as later from outbox_post`,
      ),
    );
  await until(async () => (await waits())[0]?.attempts === 1);
  expect(await waits()).toEqual([{ attempts: 1, later: true }]);
  remote.documents.set('/users/bob/inbox', raw({ status: 410 }));
  await leith.database.db.execute(sql`update outbox_post set next_attempt_at = now()`);
  await until(async () => (await waits()).length === 0);
  expect(await followers()).toEqual([]);
  remote.documents.delete('/users/bob/inbox');
});

test('who takes the follow back hears nothing more', async () => {
  const following = follow(moira);
  await say(following);
  await until(async () => (await followers()).length === 1);
  await say({ id: `${bob.id}/undo/1`, type: 'Undo', object: { ...following, actor: bob.id } });
  await until(async () => (await followers()).length === 0);
  const before = sent('Create').length;
  await write('In silence');
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect(sent('Create')).toHaveLength(before);
});
