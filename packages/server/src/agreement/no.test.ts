/** A no to an offer, and an offer that is taken back: at both banks, twice, late, and across a yes. */
import { encodeHonour, hashOf, type JsonObject, pairOf } from '@evenhour/protocol/wire';
import { eq } from 'drizzle-orm';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { pair as pairTable } from '../db/schema.ts';
import { beginAnew } from '../node/node.ts';
import type { FakePartner, SignedAnswer } from '../testing/fake-partner.ts';
import { until } from '../testing/town.ts';
import { type Stage, said, setStage, unchanged } from '../testing/watch.ts';

let stage: Stage;
let bank: FakePartner;
let third: FakePartner;

beforeAll(async () => {
  stage = await setStage(2);
  [bank, third] = stage.partners as [FakePartner, FakePartner];
  await third.agree(stage.town);
});
afterAll(() => stage?.stop());
afterEach(async () => {
  for (const route of ['invitation', 'offer', 'answer', 'open'] as const) delete bank.replies[route];
  // What was made is over, so that the next test may begin anew.
  await stage.town.database.db.update(pairTable).set({ status: 'closed' }).where(eq(pairTable.peerBank, bank.actor));
  await stage.town.node.context.partners.reload();
  bank.seen.length = 0;
});

const rowOf = async (pair: string) =>
  (await stage.town.database.db.select().from(pairTable).where(eq(pairTable.id, pair)))[0];
const act = (id: string, word: 'accept' | 'decline' | 'withdraw') =>
  stage.town.call('POST', `/api/agreements/${id}/${word}`);
const statusOf = async (id: string): Promise<string> =>
  (await stage.town.call('GET', `/api/agreements/${id}`)).body.status;
/** What the town said about the agreement, by kind, in order. */
const heard = (): string[] =>
  bank.seen.filter(({ route }) => route === 'answer').map(({ json }) => (json['type'] as string[])[1] ?? '');
const settled = (pair: string) => until(async () => (await rowOf(pair))?.honourPending === null);

/** The town's own offer, which the bank has. */
async function ours(): Promise<{ id: string; pair: string; core: FakePartner['core'] }> {
  bank.town = stage.town;
  bank.replies.invitation = () => ({ unsigned: true, body: bank.shown() });
  const link = `${bank.origin}/invitations/${'s'.repeat(32)}`;
  const made = await stage.town.call('POST', '/api/agreements', { link, grantsMinutes: 600, bridgeBuilder: 'Fiona' });
  expect(said(made)).toBe('201 ok');
  const sent = await until(async () => bank.seen.find(({ route }) => route === 'offer'));
  return { id: made.body.id, pair: made.body.pair, core: sent.json['core'] as unknown as FakePartner['core'] };
}

/** The bank's offer, which waits for the town's answer. */
async function theirs(): Promise<{ id: string; pair: string }> {
  await bank.offer(stage.town);
  return { id: bank.agreementId, pair: bank.pair };
}

async function say(pair: string, kind: 'HonourReject' | 'HonourAccept', core?: FakePartner['core'], by = bank) {
  const id = `${by.origin}/ap/agreements/${pair.slice(18)}#${kind}`;
  const message = { kind, id, actor: by.actor, pair, ...(core !== undefined && { core }) };
  const document = await by.sign(encodeHonour(message as Parameters<typeof encodeHonour>[0]));
  return (): Promise<SignedAnswer> => by.send(`/ap/agreements/${pair.slice(18)}`, document, { session: '-' });
}

describe('our no', () => {
  test('reaches the other bank, also when that is away at first, and can be said once', async () => {
    const { id, pair } = await theirs();
    let away = 2;
    bank.replies.answer = () => (away-- > 0 ? { drop: true } : { body: { pair } });
    expect((await act(id, 'decline')).body.status).toBe('declined');
    await stage.town.node.context.partners.reload();
    await settled(pair);
    expect(heard()).toEqual(['HonourReject', 'HonourReject', 'HonourReject']);
    expect(said(await unchanged(stage.town, () => act(id, 'decline')))).toBe('409 agreement_not_active');
    expect(said(await unchanged(stage.town, () => act(id, 'accept')))).toBe('409 agreement_not_active');
    expect(said(await unchanged(stage.town, () => act(id, 'withdraw')))).toBe('409 not_your_turn');
  });

  test('that crosses their taking back is taken, and ends there', async () => {
    const { id, pair } = await theirs();
    await act(id, 'decline');
    await settled(pair);
    expect(said(await unchanged(stage.town, await say(pair, 'HonourReject')))).toBe('200 ok');
    expect(await statusOf(id)).toBe('declined');
  });

  test.each([
    ['was said', 'decline'],
    ['crossed its taking back', 'HonourReject'],
  ] as const)('that %s is said again to a bank that offers the same again', async (_when, over) => {
    const { core, invitation } = await bank.draft(stage.town, { town: 600, own: 600 });
    const { pair } = pairOf(core);
    bank.pair = pair;
    const document = await bank.honourOffer(core, invitation);
    const offer = () => bank.send('/ap/agreements', document, { session: '-' });
    expect(said(await offer())).toBe('200 ok');
    if (over === 'decline') await act((await rowOf(pair))?.agreementId ?? '', over);
    else await (await say(pair, over))();
    await settled(pair);
    const before = heard().length;
    expect(said(await offer())).toBe('200 ok');
    await until(async () => heard().length > before);
    await settled(pair);
    expect(heard().slice(before)).toEqual(['HonourReject']);
  });
});

describe('an offer that the other bank takes back', () => {
  test('is over, also when it hears so twice, and cannot be agreed to', async () => {
    const { id, pair } = await theirs();
    const back = await say(pair, 'HonourReject');
    expect(said(await back())).toBe('200 ok');
    expect(await statusOf(id)).toBe('withdrawn');
    expect(said(await unchanged(stage.town, back))).toBe('200 ok');
    expect(said(await unchanged(stage.town, () => act(id, 'accept')))).toBe('409 agreement_not_active');
  });

  test('is over when that crosses our yes', async () => {
    const { id, pair } = await theirs();
    // A bank that has taken its offer back greets nobody, and lets nobody greet.
    bank.replies.answer = () => ({ drop: true });
    bank.replies.open = () => ({ drop: true });
    await act(id, 'accept');
    expect(said(await (await say(pair, 'HonourReject'))())).toBe('200 ok');
    expect(await rowOf(pair)).toMatchObject({ status: 'withdrawn', honourPending: null });
    const count = heard().length;
    await stage.town.node.context.partners.reload();
    stage.town.node.context.senders.sync();
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(heard()).toHaveLength(count);
  });

  test('stands when it comes from a bank that has greeted us since our yes', async () => {
    const { id, pair } = await theirs();
    await act(id, 'accept');
    await until(async () => (await bank.greet()).status === 200);
    await bank.quiet();
    expect(said(await unchanged(stage.town, await say(pair, 'HonourReject')))).toBe('409 agreement_not_active');
    expect(await statusOf(id)).toBe('active');
  });

  test('can be taken back by nobody else', async () => {
    const { pair } = await theirs();
    const back = await say(pair, 'HonourReject', undefined, third);
    expect(said(await unchanged(stage.town, back))).toBe('403 foreign_pair');
  });

  test('leaves room for another one', async () => {
    const { pair } = await theirs();
    await (await say(pair, 'HonourReject'))();
    await theirs();
  });
});

describe('our offer', () => {
  test('is declined by the other bank once', async () => {
    const { id, pair } = await ours();
    const no = await say(pair, 'HonourReject');
    expect(said(await no())).toBe('200 ok');
    expect(await statusOf(id)).toBe('declined');
    expect(said(await unchanged(stage.town, no))).toBe('200 ok');
    expect(said(await unchanged(stage.town, () => act(id, 'withdraw')))).toBe('409 agreement_not_active');
  });

  test('can be taken back, and the other bank hears of it', async () => {
    const { id, pair } = await ours();
    expect(said(await unchanged(stage.town, () => act(id, 'decline')))).toBe('409 not_your_turn');
    await settled(pair);
    expect((await act(id, 'withdraw')).body.status).toBe('withdrawn');
    await settled(pair);
    expect(heard()).toEqual(['HonourReject']);
    expect(said(await unchanged(stage.town, () => act(id, 'withdraw')))).toBe('409 agreement_not_active');
    expect(said(await unchanged(stage.town, await say(pair, 'HonourReject')))).toBe('200 ok');
  });

  test('that was taken back is not agreed to by a late yes, and the other bank hears of it again', async () => {
    const { id, pair, core } = await ours();
    await act(id, 'withdraw');
    await settled(pair);
    const yes = await say(pair, 'HonourAccept', core);
    for (const times of [2, 3]) {
      expect(said(await yes())).toBe('200 ok');
      await until(async () => heard().length === times);
      await settled(pair);
    }
    expect(await rowOf(pair)).toMatchObject({ status: 'withdrawn', accept: null });
    expect(heard()).toEqual(['HonourReject', 'HonourReject', 'HonourReject']);
  });

  test('can be taken back when the other bank never had it', async () => {
    bank.replies.offer = () => ({ drop: true });
    bank.replies.answer = () => ({ status: 403, unsigned: true, body: { code: 'unknown_partner' } });
    const { id, pair } = await ours();
    await act(id, 'withdraw');
    await settled(pair);
    expect(heard()).toEqual(['HonourReject']);
    expect(await statusOf(id)).toBe('withdrawn');
  });

  test('that was agreed to cannot be taken back', async () => {
    const { id, pair, core } = await ours();
    Object.assign(bank, { pair, townHead: { epoch: 0, seq: 0, hash: hashOf(core as unknown as JsonObject) } });
    expect(said(await (await say(pair, 'HonourAccept', core))())).toBe('200 ok');
    await until(async () => (await rowOf(pair))?.mode === 'open');
    expect(said(await unchanged(stage.town, () => act(id, 'withdraw')))).toBe('409 agreement_not_active');
  });
});

describe('our offer, sent again at a start', () => {
  const start = async () => {
    await beginAnew(stage.town.database.db);
    stage.town.node.context.signals.emit({ kind: 'everything' });
  };

  test('stands whatever somebody without the key of the other bank says, and ends by its signed no', async () => {
    const { id, pair } = await ours();
    await settled(pair);
    let unsigned = true;
    bank.replies.offer = () => ({ status: 404, unsigned, body: { code: 'not_found' } });
    await start();
    await until(async () => ((await rowOf(pair))?.attempts ?? 0) > 1);
    expect((await rowOf(pair))?.honourPending).not.toBeNull();
    expect(await statusOf(id)).toBe('offered');
    unsigned = false;
    await until(async () => (await statusOf(id)) === 'declined');
    expect(await rowOf(pair)).toMatchObject({ honourPending: null, lastError: 'not_found' });
  });

  test('stays agreed to when a yes overtakes a no', async () => {
    const { id, pair, core } = await ours();
    await settled(pair);
    bank.replies.open = () => ({ drop: true });
    bank.replies.offer = async () => {
      await (await say(pair, 'HonourAccept', core))();
      return { status: 409, body: { code: 'invitation_used' } };
    };
    await start();
    await until(async () => (await statusOf(id)) !== 'offered');
    await settled(pair);
    expect(await statusOf(id)).toBe('active');
  });
});
