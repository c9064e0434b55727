/** A partner that is not heard of: from when on hours wait, and that quiet is not taken for gone. */
import { generateKeyPair } from '@evenhour/protocol/proof';
import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { pair as pairTable } from '../db/schema.ts';
import type { FakePartner } from '../testing/fake-partner.ts';
import type { Seen } from '../testing/fake-server.ts';
import { until } from '../testing/town.ts';
import { type Stage, said, setStage } from '../testing/watch.ts';
import { greetTheSilent, silenceOf } from './silence.ts';

const DAY_MS = 86_400_000;
const ago = (days: number) => new Date(Date.now() - days * DAY_MS);

test.each([
  [0, null],
  [29.9, null],
  [30.1, 'suspended'],
  [89.9, 'suspended'],
  [90.1, 'orphaned'],
])('after %d days without a word it is %s', (days, silence) => {
  expect(silenceOf({ lastSeenAt: ago(days), createdAt: ago(400) }, 30)).toBe(silence);
  expect(silenceOf({ lastSeenAt: null, createdAt: ago(days) }, 30)).toBe(silence);
});

let stage: Stage;
let partner: FakePartner;

beforeAll(async () => {
  stage = await setStage(3);
  partner = await (stage.partners[0] as FakePartner).agree(stage.town);
});
afterAll(() => stage?.stop());

const view = async () => (await stage.town.call('GET', `/api/agreements/${partner.agreementId}`)).body;
const lastSeen = (at: Date) =>
  stage.town.database.db.update(pairTable).set({ lastSeenAt: at }).where(eq(pairTable.id, partner.pair));
const give = () => stage.town.call('POST', '/api/transfers', { from: 'moira', to: `loki@${partner.host}`, minutes: 1 });

test('new hours wait, members are told, and the first signed word makes it good', async () => {
  await lastSeen(ago(31));
  expect((await view()).silent).toBe('suspended');
  const refused = await give();
  expect(refused.body).toMatchObject({ code: 'pair_suspended', facts: { reason: 'not_heard_of' } });
  await lastSeen(ago(91));
  expect((await view()).silent).toBe('orphaned');
  await partner.greet();
  expect((await view()).silent).toBeNull();
  expect((await give()).status).toBe(202);
});

test('a partner that is only quiet is asked after a day, and not before', async () => {
  const { context } = stage.town.node;
  const ask = () => context.signals.commit((tx, after) => greetTheSilent(tx, stage.town.bank, after));
  const greetings = () => partner.seen.filter(({ route }) => route === 'open').length;
  // Nothing is on its way any more that would be a word of the partner.
  await partner.quiet();
  const before = greetings();
  await lastSeen(ago(0.9));
  await ask();
  expect((await view()).mode).toBe('open');
  await lastSeen(ago(1.1));
  await ask();
  await until(async () => greetings() > before && (await view()).mode === 'open');
  expect(new Date((await view()).delivery.lastSeenAt).getTime()).toBeGreaterThan(Date.now() - 60_000);
});

describe('a partner that asks about a closed pair', () => {
  /** Ends a pair, and makes the next one under `key`. */
  async function follow(with_: FakePartner, key = with_.keys.signing) {
    const { town } = stage;
    await with_.agree(town);
    const old = { pair: with_.pair, id: with_.agreementId, key: with_.keys.signing };
    with_.replies.other = (seen: Seen) => {
      const url = new URL(seen.path, with_.origin);
      const head = url.pathname.endsWith('/peer') ? with_.townHead : with_.head;
      return { body: { pair: old.pair, head, entries: [] } };
    };
    await town.call('POST', `/api/agreements/${old.id}/close`, { because: 'We begin anew.' });
    await until(async () => (await town.call('GET', `/api/agreements/${old.id}`)).body.ending?.settlement);
    delete with_.replies.other;
    Object.assign(with_, { keys: { ...with_.keys, signing: key }, published: key.publicMultikey });
    await with_.agree(town);
    const greetings = () => with_.seen.filter(({ route }) => route === 'open').length;
    const ask = async () => {
      const session = 'A'.repeat(43);
      const body = { pair: old.pair, session, nonce: 'A'.repeat(43) };
      expect(said(await with_.send('/ap/journals/open', body, { session, key: old.key }))).toBe('200 ok');
    };
    return { greetings, ask };
  }
  const modeOf = async ({ pair }: FakePartner) =>
    (await stage.town.database.db.select().from(pairTable).where(eq(pairTable.id, pair)))[0]?.mode;

  test('is greeted on the one that followed, once a minute', async () => {
    const restored = stage.partners[1] as FakePartner;
    const { greetings, ask } = await follow(restored);
    const before = greetings();
    await ask();
    await until(async () => greetings() === before + 1);
    for (let times = 0; times < 3; times++) {
      await restored.quiet();
      await ask();
    }
    await restored.quiet();
    expect(greetings()).toBe(before + 1);
  });

  test('under a key that the next one never knew does not stop that', async () => {
    const stolen = stage.partners[2] as FakePartner;
    const next = (await generateKeyPair(stolen.keys.signing.verificationMethod)).signing;
    const { greetings, ask } = await follow(stolen, next);
    const before = greetings();
    await ask();
    expect(await modeOf(stolen)).toBe('open');
    expect(greetings()).toBe(before);
  });
});
