/** A partner that is greeted says that the pair is over: it counts only with a signature of one of the two banks. */
import { generateKeyPair, type SigningKey } from '@evenhour/protocol/proof';
import { encodeClose, type JsonObject } from '@evenhour/protocol/wire';
import { eq } from 'drizzle-orm';
import { afterAll, beforeEach, expect, test } from 'vitest';
import { pairEnd, pair as pairTable } from '../db/schema.ts';
import type { FakePartner } from '../testing/fake-partner.ts';
import { holds } from '../testing/held-journals.ts';
import { type Town, until } from '../testing/town.ts';
import { type Stage, setStage } from '../testing/watch.ts';

let stage: Stage;
let town: Town;
let partner: FakePartner;
const stages: Stage[] = [];

beforeEach(async () => {
  stage = await setStage(1);
  stages.push(stage);
  town = stage.town;
  partner = await (stage.partners[0] as FakePartner).agree(town);
});
afterAll(() => Promise.all(stages.map((each) => each.stop())));

const db = () => town.database.db;
const row = async () => (await db().select().from(pairTable).where(eq(pairTable.id, partner.pair)))[0];
const stored = async () => (await db().select().from(pairEnd))[0] ?? null;

/** The Close of the partner or of the town, not signed. */
function close(by: 'partner' | 'town' = 'partner', more: JsonObject = {}): JsonObject {
  const { me, core, pair, head, townHead } = partner;
  const [author, heads] =
    by === 'partner' ? [me, { own: head, peer: townHead }] : [me === 0 ? 1 : 0, { own: townHead, peer: head }];
  return { ...encodeClose(core, pair, author as 0 | 1, heads as never), ...more };
}

/** As after a restart: the town greets, and hears these beside the head that it has. */
async function hears(...closes: readonly JsonObject[]): Promise<void> {
  partner.replies.open = async (_seen, usual) => {
    const reply = await usual();
    return { ...reply, body: { ...(reply.body as JsonObject), closes } };
  };
  await db().update(pairTable).set({ mode: 'waiting', attempts: 0, lastError: null });
  town.node.context.senders.get(town.bank.id, partner.pair)?.wake();
}

const start: JsonObject = { epoch: 0, seq: 0, hash: `uEiA${'A'.repeat(43)}` };
const townKey = (): SigningKey => town.bank.keyFor(partner.pair);
const stranger = async (id: string) => (await generateKeyPair(id)).signing;

test.each<[string, () => Promise<JsonObject>]>([
  ['without a signature', async () => close()],
  [
    'by a stranger under its name',
    async () => partner.sign(close(), await stranger(partner.keys.signing.verificationMethod)),
  ],
  ['under its recovery key', () => partner.sign(close(), partner.keys.recovery)],
  ['of another pair', () => partner.sign(close('partner', { pair: partner.pair.replace(/.$/, '_') }))],
  [
    'changed after it was signed',
    async () => ({ ...(await partner.sign(close())), heads: { own: start, peer: start } }),
  ],
  ['in our name, by its own key', () => partner.sign(close('town'))],
  [
    'in our name, by a key that it made',
    async () => partner.sign(close('town'), await stranger(townKey().verificationMethod)),
  ],
  ['in our name, without a signature', async () => close('town')],
])('a Close %s ends nothing', async (_name, make) => {
  await hears(await make());
  await until(async () => (await row())?.lastError?.includes('does not prove it'));
  expect(await row()).toMatchObject({ status: 'active', mode: 'waiting' });
  expect(await stored()).toBeNull();
  // Nor does it keep a good greeting from being believed.
  delete partner.replies.open;
  await db().update(pairTable).set({ attempts: 0 });
  town.node.context.senders.get(town.bank.id, partner.pair)?.wake();
  await until(async () => (await row())?.mode === 'open');
});

test('a good Close beside a bad one ends nothing either', async () => {
  await hears(await partner.sign(close()), close('town'));
  await until(async () => (await row())?.lastError?.includes('does not prove it'));
  expect(await stored()).toBeNull();
});

test('a Close that the partner signed ends the pair, and so does one of our own that we had lost', async () => {
  const [theirs, own] = [await partner.sign(close()), await partner.sign(close('town'), townKey())];
  await hears(theirs, own);
  // It has to show both journals first: a bank that was restored may lack some of them.
  await until(async () => (await row())?.lastError?.includes('404'));
  expect(await row()).toMatchObject({ status: 'active', mode: 'waiting' });
  holds(partner);
  await until(async () => (await row())?.status === 'closed');
  expect(await stored()).toMatchObject({ theirs: JSON.stringify(theirs), own: JSON.stringify(own) });
});
