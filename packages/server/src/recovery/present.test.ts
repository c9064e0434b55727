/** Presentations of a pair that is known: what was shown once stays. */
import { generateKeyPair, type SigningKey } from '@evenhour/protocol/proof';
import { type JsonObject, makePresentation } from '@evenhour/protocol/wire';
import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { pair as pairTable } from '../db/schema.ts';
import type { FakePartner, SignedAnswer } from '../testing/fake-partner.ts';
import { keyChange, nextKeys, rotate } from '../testing/keys.ts';
import { hasTestPostgres } from '../testing/postgres.ts';
import { until } from '../testing/town.ts';
import { type Stage, said, setStage } from '../testing/watch.ts';

let stage: Stage;
const db = () => stage.town.database.db;

beforeAll(async () => {
  stage = await setStage(3);
});
afterAll(() => stage?.stop());

const rowOf = async ({ pair }: FakePartner) => (await db().select().from(pairTable).where(eq(pairTable.id, pair)))[0];

/** Presents the pair with these changes of keys, in a request under `key`. */
async function present(partner: FakePartner, changes: JsonObject[], key = partner.keys.signing): Promise<SignedAnswer> {
  const { offer, accept } = (await rowOf(partner)) ?? {};
  const yes = (document?: string | null): JsonObject => JSON.parse(document ?? '') as JsonObject;
  const presentation = makePresentation(partner.pair, yes(offer), yes(accept), changes);
  return partner.send('/ap/journals/present', presentation, { session: '-', key });
}

/** A key change that the partner has written and the town does not hold, and the key. */
async function changed(partner: FakePartner): Promise<{ change: JsonObject; fresh: SigningKey }> {
  const id = partner.keys.signing.verificationMethod;
  const next = {
    signing: (await generateKeyPair(id)).signing,
    recovery: (await generateKeyPair(`${id}-next`)).signing,
  };
  const change = await partner.write(await keyChange(partner, next, partner.keys.recovery));
  return { change, fresh: next.signing };
}

test('a key that a partner has shown is not taken back by a shorter presentation', async () => {
  const partner = await (stage.partners[0] as FakePartner).agree(stage.town);
  const { change, fresh } = await changed(partner);
  const old = partner.keys.signing;
  expect(said(await present(partner, [change], old))).toBe('401 signature_mismatch');
  expect(said(await present(partner, [change], fresh))).toBe('200 ok');
  expect(said(await present(partner, [], old))).toBe('200 ok');
  expect((await rowOf(partner))?.presented).toHaveLength(2);
  partner.keys.signing = fresh;
  await until(async () => (await partner.greet()).status === 200);
});

test.skipIf(!hasTestPostgres())('nor by one that comes at the same moment', async () => {
  const partner = await (stage.partners[1] as FakePartner).agree(stage.town);
  const { change, fresh } = await changed(partner);
  await partner.quiet();
  const pause = () => new Promise((resolve) => setTimeout(resolve, 300));
  const both: Promise<SignedAnswer>[] = [];
  // Both have come before the first of them is kept, and take their turns in this order.
  await stage.town.database.transaction(async (tx) => {
    await tx.select({ id: pairTable.id }).from(pairTable).where(eq(pairTable.id, partner.pair)).for('update');
    both.push(present(partner, [change], fresh));
    await pause();
    both.push(present(partner, []));
    await pause();
  });
  expect((await Promise.all(both)).map(said)).toEqual(['200 ok', '200 ok']);
  expect((await rowOf(partner))?.presented).toHaveLength(2);
});

test('a key of ours that the partner has shown is not taken back either', async () => {
  const { town } = stage;
  const partner = await (stage.partners[2] as FakePartner).agree(town);
  const next = await nextKeys(town);
  await rotate(town, next);
  const isChange = (entry: JsonObject) => entry['keyChange'] !== undefined;
  const change = await until(async () => partner.townEntries.find(isChange));
  expect(said(await present(partner, [change]))).toBe('200 ok');
  expect((await rowOf(partner))?.ownKey).toBe(next.signing.publicKey);
  expect(said(await present(partner, []))).toBe('200 ok');
  expect((await rowOf(partner))?.ownKey).toBe(next.signing.publicKey);
});
