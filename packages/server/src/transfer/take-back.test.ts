/** A gift that the giver takes back before it was answered. */
import type { JsonObject } from '@evenhour/protocol/wire';
import { eq } from 'drizzle-orm';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { exchangeMessage } from '../db/schema.ts';
import type { FakePartner } from '../testing/fake-partner.ts';
import { itemsOf } from '../testing/fake-server.ts';
import { connect, startTowns, type Town, until } from '../testing/town.ts';
import { type Stage, said, setStage, unchanged } from '../testing/watch.ts';

let stage: Stage;
let partner: FakePartner;

beforeAll(async () => {
  stage = await setStage(1);
  [partner] = stage.partners as [FakePartner];
  await partner.agree(stage.town);
  await stage.town.call('POST', '/api/members', { handle: 'rosa', name: 'Rosa' });
});
afterAll(() => stage?.stop());
afterEach(() => {
  delete partner.replies.messages;
});

const takeBack = (id: string, options?: { token: string }) =>
  stage.town.call('POST', `/api/transfers/${id}/take-back`, {}, options);
const transfer = async (id: string) => (await stage.town.call('GET', `/api/transfers/${id}`)).body;
const balance = async () => (await stage.town.call('GET', '/api/members/moira')).body.balance;
const tokenOf = async (handle: string): Promise<string> =>
  (await stage.town.call('POST', `/api/members/${handle}/tokens`)).body.token;

/** A gift that the partner has taken note of and not answered. */
async function unanswered(): Promise<{ id: string; offer: JsonObject }> {
  const seen: JsonObject[] = [];
  partner.replies.messages = (message) => {
    seen.push(...itemsOf(message));
    const results = itemsOf(message).map((item) => ({ id: item['id'], applied: true, known: false }));
    return { body: { pair: partner.pair, results, messages: [] } };
  };
  const gift = { from: 'moira', to: `anna@${partner.host}`, minutes: 60 };
  const { id } = (await stage.town.call('POST', '/api/transfers', gift)).body;
  const offer = await until(async () => seen.find((item) => String(item['exchange']).endsWith(id)));
  return { id, offer };
}

const pending = async () =>
  (await stage.town.database.db.select().from(exchangeMessage).where(eq(exchangeMessage.pending, true))).length;
const cancels = (id: string) =>
  partner.seen
    .filter(({ route }) => route === 'messages')
    .flatMap(itemsOf)
    .filter((item) => String(item['exchange']).endsWith(id) && (item['type'] as string[])[1] === 'GiftCancel');

describe('a gift that was not answered', () => {
  test('is the giver’s again at once, and the other bank hears of it once', async () => {
    const before = await balance();
    const { id } = await unanswered();
    expect((await balance()).heldMinutes).toBe(before.heldMinutes + 60);
    const answer = await takeBack(id, { token: await tokenOf('moira') });
    expect([answer.status, answer.body.status, answer.body.code]).toEqual([200, 'returned', 'taken_back']);
    expect(await balance()).toEqual(before);
    await until(async () => (await pending()) === 0);
    expect(cancels(id)).toEqual([expect.objectContaining({ n: 2, seen: 0, code: 'taken_back' })]);
  });

  test('stays taken back when the yes crosses: no hold is written', async () => {
    const { id, offer } = await unanswered();
    await takeBack(id);
    await until(async () => (await pending()) === 0);
    const yes = await partner.answerGift(offer, { kind: 'GiftAccept', payeeRef: 'theirs', payeeName: 'Anna' });
    const heads = async () =>
      (await stage.town.call('GET', `/api/agreements/${partner.agreementId}`)).body.journal.ours;
    const before = [await balance(), await heads()];
    // The partner hears why no hold will follow, and nothing is noted.
    expect(said(await unchanged(stage.town, () => partner.messages([yes])))).toBe('200 taken_back');
    expect([await balance(), await heads()]).toEqual(before);
    expect(await transfer(id)).toMatchObject({ status: 'returned', code: 'taken_back' });
  });

  test('cannot be taken back twice', async () => {
    const { id } = await unanswered();
    await takeBack(id);
    await until(async () => (await pending()) === 0);
    expect(said(await unchanged(stage.town, () => takeBack(id)))).toBe('409 already_answered');
  });

  test('is not another member’s to take back, nor known to them', async () => {
    const { id } = await unanswered();
    const token = await tokenOf('rosa');
    expect(said(await unchanged(stage.town, () => takeBack(id, { token })))).toBe('404 not_found');
    await takeBack(id);
  });
});

test('a gift that was answered stays as it is', async () => {
  const gift = { from: 'moira', to: `anna@${partner.host}`, minutes: 60 };
  const { id } = (await stage.town.call('POST', '/api/transfers', gift)).body;
  await until(async () => (await transfer(id)).status === 'declined');
  expect(said(await unchanged(stage.town, () => takeBack(id)))).toBe('409 already_answered');
});

test('a gift to a neighbour was given at once', async () => {
  const gift = { from: 'moira', to: 'rosa', minutes: 5 };
  const { id } = (await stage.town.call('POST', '/api/transfers', gift)).body;
  expect(said(await unchanged(stage.town, () => takeBack(id)))).toBe('409 already_answered');
});

describe('between two towns', () => {
  let towns: [Town, Town];
  beforeAll(async () => {
    towns = (await startTowns(['Leith', 'Gràcia'])) as [Town, Town];
    await connect(towns[0], towns[1], 600, 600);
  });
  afterAll(() => Promise.all(towns?.map((town) => town.stop()) ?? []));

  test('both say that it came back, whatever had been said when it was taken back', async () => {
    const [leith, gracia] = towns;
    await leith.call('POST', '/api/members', { handle: 'moira', name: 'Moira' });
    await gracia.call('POST', '/api/members', { handle: 'rosa', name: 'Rosa' });
    const ends = await Promise.all(
      Array.from({ length: 12 }, async () => {
        const gift = { from: 'moira', to: `rosa@${gracia.host}`, minutes: 1 };
        const { id } = (await leith.call('POST', '/api/transfers', gift)).body;
        const back = await leith.call('POST', `/api/transfers/${id}/take-back`);
        if (back.status === 409) expect(back.body.code).toBe('already_answered');
        return until(async () => {
          const { status, code } = (await leith.call('GET', `/api/transfers/${id}`)).body;
          return status === 'settled' || status === 'returned' ? `${status} ${code}` : null;
        });
      }),
    );
    const settled = ends.filter((end) => end === 'settled null').length;
    expect(ends.filter((end) => end === 'returned taken_back')).toHaveLength(12 - settled);
    await until(async () => {
      const { items } = (await gracia.call('GET', '/api/transfers?member=rosa')).body;
      const over = items.filter(({ status }: { status: string }) => status === 'settled').length;
      const open = items.some(({ status }: { status: string }) => !['settled', 'returned'].includes(status));
      return over === settled && !open;
    });
    const { balance } = (await gracia.call('GET', '/api/members/rosa')).body;
    expect(balance.balanceMinutes).toBe(settled);
  });
});
