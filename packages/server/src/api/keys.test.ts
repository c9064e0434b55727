/** Idempotency-Key on every POST of the API, as its own OpenAPI document lists them. */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { rowsOf } from '../ledger/ledger.ts';
import type { FakePartner } from '../testing/fake-partner.ts';
import { snapshot, type Town, until } from '../testing/town.ts';
import { type Stage, said, setStage, unchanged } from '../testing/watch.ts';

interface Operation {
  readonly operationId: string;
  readonly parameters: readonly { name: string; in: string; required?: boolean }[];
}

let stage: Stage;
let posts: Map<string, { path: string; operation: Operation }>;
let host: FakePartner;
let neighbour: FakePartner;
let friend: FakePartner;

beforeAll(async () => {
  stage = await setStage(3);
  [host, neighbour, friend] = stage.partners as [FakePartner, FakePartner, FakePartner];
  const document = (await stage.town.call('GET', '/api/openapi.json')).body as {
    paths: Record<string, { post?: Operation }>;
  };
  posts = new Map(
    Object.entries(document.paths).flatMap(([path, { post }]) =>
      post === undefined ? [] : [[post.operationId, { path, operation: post }]],
    ),
  );
});
afterAll(() => stage?.stop());

async function post(path: string, body: unknown, key: string | null): ReturnType<Town['call']> {
  const response = await fetch(`${stage.town.origin}${path}`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${stage.town.token}`,
      'content-type': 'application/json',
      ...(key !== null && { 'idempotency-key': key }),
    },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
  return { status: response.status, body: await response.json() };
}

/** What a request needs to be done: the id in its path, its body, and another body that could be meant. */
interface Case {
  readonly id?: () => Promise<string> | string;
  readonly body: () => unknown;
  readonly other?: () => unknown;
  /** Waits until what it has set going is over. */
  readonly over?: () => Promise<void>;
}

/** The second bank's link works once, as links do. */
function oneLink(partner: FakePartner): string {
  const party = partner.party(600);
  const words = ['Our hours are yours.'];
  const draft = { party, words, public: true, noticeDays: 30, expiresAt: '2030-01-01T00:00:00Z' };
  let opened = 0;
  partner.town = stage.town;
  partner.replies.invitation = () =>
    opened++ === 0 ? { unsigned: true, body: draft } : { unsigned: true, status: 409 };
  return linkOf(partner);
}

/** An offer of ours that the other bank has and has not answered. */
async function ourOffer(partner: FakePartner): Promise<string> {
  const link = oneLink(partner);
  const made = await stage.town.call('POST', '/api/agreements', { link, grantsMinutes: 60, bridgeBuilder: 'Fiona' });
  return made.body.id;
}

/** An offer of another bank's that waits for our answer. */
async function theirOffer(partner: FakePartner): Promise<string> {
  await partner.offer(stage.town);
  return partner.agreementId;
}

const linkOf = (partner: FakePartner) => `${partner.origin}/invitations/${'s'.repeat(32)}`;
const CASES: Record<string, Case> = {
  addMember: { body: () => ({ handle: 'rosa', name: 'Rosa' }), other: () => ({ handle: 'rosa', name: 'Rosalia' }) },
  setMemberStatus: { id: () => 'rosa', body: () => ({ status: 'active' }), other: () => ({ status: 'suspended' }) },
  issueMemberToken: { id: () => 'rosa', body: () => ({}) },
  give: {
    body: () => ({ from: 'moira', to: 'rosa', minutes: 60 }),
    other: () => ({ from: 'moira', to: 'rosa', minutes: 61 }),
  },
  invite: {
    body: () => ({ grantsMinutes: 60, bridgeBuilder: 'Fiona' }),
    other: () => ({ grantsMinutes: 61, bridgeBuilder: 'Fiona' }),
  },
  readInvitation: { body: () => ({ link: oneLink(host) }), other: () => ({ link: `${linkOf(host)}x` }) },
  offerAgreement: {
    body: () => ({ link: oneLink(host), grantsMinutes: 60, bridgeBuilder: 'Fiona' }),
    other: () => ({ link: linkOf(host), grantsMinutes: 61, bridgeBuilder: 'Fiona' }),
  },
  withdrawAgreement: { id: () => ourOffer(neighbour), body: () => ({}) },
  declineAgreement: { id: () => theirOffer(neighbour), body: () => ({}) },
  acceptAgreement: {
    id: () => theirOffer(neighbour),
    body: () => ({}),
    over: async () => {
      await until(async () => (await neighbour.greet()).status === 200);
      await neighbour.quiet();
    },
  },
  changeAgreement: {
    id: async () => (await friend.agree(stage.town)).agreementId,
    body: () => ({ grantsMinutes: 660 }),
    other: () => ({ grantsMinutes: 720 }),
  },
  writeStatement: { id: () => friend.agreementId, body: () => ({}) },
  resend: {
    id: () => friend.agreementId,
    body: () => ({ afterSeq: 0 }),
    other: () => ({ afterSeq: 1 }),
  },
  takeBack: {
    id: async () => {
      friend.replies.messages = ({ json }) => {
        const items = json['orderedItems'] as unknown as { id: string }[];
        return { body: { pair: friend.pair, results: items.map(({ id }) => ({ id, applied: true })), messages: [] } };
      };
      const gift = { from: 'moira', to: `anna@${friend.host}`, minutes: 30 };
      return (await stage.town.call('POST', '/api/transfers', gift)).body.id;
    },
    body: () => ({}),
  },
  closeAgreement: {
    id: () => friend.agreementId,
    body: () => ({ because: 'The two books do not fit any more.' }),
    other: () => ({ because: 'They have gone.' }),
    over: async () => {
      friend.replies.other = ({ path }) => {
        const head = path.includes('/peer') ? friend.townHead : friend.head;
        return { body: { pair: friend.pair, head, entries: [] } };
      };
      await until(async () => {
        const { body } = await stage.town.call('GET', `/api/agreements/${friend.agreementId}`);
        return body.ending?.settlement;
      });
    },
  },
  inviteSuccessor: {
    id: () => friend.agreementId,
    body: () => ({ grantsMinutes: 60, bridgeBuilder: 'Fiona' }),
    other: () => ({ grantsMinutes: 61, bridgeBuilder: 'Fiona' }),
  },
};

/** Until what was set going is over: nothing waits to be sent to another bank, and the rows stand still. */
async function quiet(): Promise<void> {
  let before = '';
  await until(async () => {
    const rows = await snapshot(stage.town.database);
    const pending = rowsOf(
      await stage.town.database.db.execute('select 1 from pair where honour_pending is not null'),
    )[0];
    const now = JSON.stringify(rows);
    const still = pending === undefined && now === before;
    before = now;
    await sleep(60);
    return still;
  });
}

test('the document asks for a key at every POST, and every POST is tried here', () => {
  expect([...posts.keys()].sort()).toEqual(Object.keys(CASES).sort());
  for (const { operation } of posts.values())
    expect(operation.parameters).toContainEqual(
      expect.objectContaining({ in: 'header', name: 'idempotency-key', required: true }),
    );
});

describe.each(Object.entries(CASES))('%s', (name, { id, body, other, over }) => {
  let path: string;
  beforeAll(async () => {
    path = posts.get(name)?.path.replace('{id}', (await id?.()) ?? '') ?? '';
    await quiet();
  });

  test.each([
    ['without a key', null, 'is missing'],
    ['with a key that is too short', 'short', 'must be'],
    ['with a key that is too long', 'x'.repeat(201), 'must be'],
    ['with a key of other signs', 'with spaces in it', 'must be'],
  ])('is refused %s', async (_how, key, reason) => {
    const answer = await unchanged(stage.town, () => post(path, body(), key));
    expect(said(answer)).toBe('400 idempotency_key_missing');
    expect(answer.body.facts.reason).toContain(reason);
  });

  test('is done once for one key, answered the same, and refused for anything else', async () => {
    const key = crypto.randomUUID();
    const sent = JSON.stringify(body());
    const first = await until(async () => {
      const answer = await post(path, sent, key);
      return answer.status < 300 ? answer : null;
    }, 2_000);
    await over?.();
    await quiet();
    const [again, changed] = await unchanged(stage.town, async () => [
      await post(path, sent, key),
      await post(path, other?.() ?? `${sent} `, key),
    ]);
    expect(again).toEqual(first);
    expect(said(changed as never)).toBe('422 idempotency_key_reused');
  });
});

test('an answer that holds a token is kept sealed', async () => {
  const { body } = await post('/api/members/moira/tokens', {}, crypto.randomUUID());
  const rows = rowsOf<{ body: string }>(
    await stage.town.database.db.execute('select body from idempotency where body is not null'),
  );
  expect(body.token).toMatch(/^eh_/);
  expect(rows.map((row) => row.body).join()).not.toContain(body.token);
});
