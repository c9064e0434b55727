/** Which offer a partner's member can name in an ask, and what a gathering makes of it. */
import { randomBytes } from 'node:crypto';
import { encodeExchangeMessage } from '@evenhour/protocol/wire';
import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { due } from '../db/schema.ts';
import { createGathering } from '../gathering/gatherings.ts';
import { guestsOf } from '../gathering/store.ts';
import { soup } from '../gathering/testing.ts';
import { createOffer, type OfferInput, pauseOffer } from '../offer/offers.ts';
import type { FakePartner } from '../testing/fake-partner.ts';
import { type Town, until } from '../testing/town.ts';
import { type Stage, setStage } from '../testing/watch.ts';
import { type Exchange, exchangeByUrl } from './exchange-store.ts';
import { callerOf } from './testing.ts';

let stage: Stage;
let town: Town;
let fake: FakePartner;
let rosa = '';
let bea = '';

beforeAll(async () => {
  stage = await setStage(1);
  town = stage.town;
  fake = stage.partners[0] as FakePartner;
  await fake.agree(town);
  rosa = (await town.call('POST', '/api/members', { handle: 'rosa', name: 'Rosa' })).body.id;
  bea = (await town.call('POST', '/api/members', { handle: 'bea', name: 'Bea' })).body.id;
}, 60_000);
afterAll(() => stage?.stop());

const GATES: OfferInput = {
  ...{ kind: 'offer', title: 'Gates', text: '', language: 'en', category: 'company', place: { name: '' } },
  ...{ when: '', minutes: 60, seats: 3, visibility: 'partners' },
};
const offerOf = (memberId: string, change: Partial<OfferInput> = {}) =>
  town.node.context.signals.commit((tx) => createOffer(tx, town.bank, memberId, { ...GATES, ...change }));
const gatheringOf = (memberId: string) =>
  town.node.context.signals.commit((tx) =>
    createGathering(tx, town.bank, callerOf({ id: memberId }), { ...soup(), visibility: 'partners' }),
  );

const exchangeAt = (url: string) => exchangeByUrl(town.database.db, town.bank.id, url);

/** Loki asks Rosa for half an hour, and names an offer. */
async function ask(offerId: string): Promise<Exchange> {
  const url = `${fake.origin}/ap/exchanges/${randomBytes(8).toString('hex')}`;
  const inReplyTo = `${town.origin}/offers/${offerId}`;
  const salt = randomBytes(32).toString('base64url');
  const document = await fake.sign(
    encodeExchangeMessage(fake.core, fake.pair, fake.me, {
      ...{ kind: 'Step', id: `${url}/1`, exchange: url, n: 1, seen: 0, prev: null },
      act: { kind: 'Offer', terms: { minutes: 30, content: 'The gate squeaks' } },
      member: { id: `${fake.origin}/ap/loki`, name: 'Loki', ref: 'ref-of-loki' },
      beginning: { side: 'receiver', with: `acct:rosa@${town.host}`, salt, inReplyTo },
    }),
  );
  const { body } = await fake.messages([document]);
  expect(body.results).toMatchObject([{ applied: true, n: 1 }]);
  return (await exchangeAt(url)) as Exchange;
}

test('an offer of the member who is asked is taken', async () => {
  const { id } = await offerOf(rosa);
  expect((await ask(id)).row).toMatchObject({ offerId: id, title: 'Gates' });
});

test.each<[string, () => Promise<{ id: string }>]>([
  ['somebody else’s', () => offerOf(bea)],
  ['one for members here only', () => offerOf(rosa, { visibility: 'bank' })],
  ['a need, by whoever would receive', () => offerOf(rosa, { kind: 'need' })],
  [
    'one that rests',
    async () => {
      const { id } = await offerOf(rosa);
      return town.node.context.signals.commit((tx) => pauseOffer(tx, town.bank, id, true));
    },
  ],
])('%s: an ask without an offer', async (_name, make) => {
  expect((await ask((await make()).id)).row).toMatchObject({ offerId: null, title: 'The gate squeaks' });
});

test('a gathering answers for its host and for nobody else', async () => {
  const row = await gatheringOf(bea);
  const { row: asked } = await ask(row.offerId ?? '');
  const waiting = () => town.database.db.select().from(due).where(eq(due.kind, 'gathering_ask'));
  await until(async () => (await waiting()).length === 0);
  expect((await exchangeAt(asked.url))?.row).toMatchObject({ status: 'proposed', giverId: rosa });
  expect(await guestsOf(town.database.db, row)).toEqual([]);
});

test('one member of a partner who asks twice at once has one seat', async () => {
  const row = await gatheringOf(rosa);
  const asked = await Promise.all([ask(row.offerId ?? ''), ask(row.offerId ?? '')]);
  const states = await until(async () => {
    const found = await Promise.all(asked.map(async (each) => (await exchangeAt(each.row.url))?.row.status));
    return found.includes('proposed') ? null : found.sort();
  });
  expect(states).toEqual(['agreed', 'declined']);
  const guests = await guestsOf(town.database.db, row);
  expect(guests).toMatchObject([{ address: `loki@${fake.host}`, status: 'coming', name: 'Loki' }]);
});
