/** Two banks that offer each other an agreement at once. */
import { randomBytes } from 'node:crypto';
import { pairOf } from '@evenhour/protocol/wire';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { pair as pairTable } from '../db/schema.ts';
import type { FakePartner, SignedAnswer } from '../testing/fake-partner.ts';
import { hasTestPostgres, testDatabase } from '../testing/postgres.ts';
import { startTowns, type Town, until } from '../testing/town.ts';
import { said, setStage } from '../testing/watch.ts';
import { offerAgreement } from './service.ts';

describe.skipIf(!hasTestPostgres())('two offers that cross', () => {
  let towns: [Town, Town];
  beforeAll(async () => {
    const urls = await Promise.all([testDatabase(), testDatabase()]);
    towns = (await startTowns(['Leith', 'Gràcia'], { urls })) as [Town, Town];
  });
  afterAll(() => Promise.all(towns?.map((town) => town.stop()) ?? []));

  test('leave one agreement, the one with the lower id, at both banks', async () => {
    const links = await Promise.all(
      towns.map((town) => town.call('POST', '/api/invitations', { grantsMinutes: 600, bridgeBuilder: 'Fiona' })),
    );
    const offers = await Promise.all(
      towns.map((town, index) =>
        town.call('POST', '/api/agreements', {
          link: links[1 - index]?.body.link,
          grantsMinutes: 600,
          bridgeBuilder: 'Rosa',
        }),
      ),
    );
    expect(offers.map(({ status }) => status)).toEqual([201, 201]);
    const lower = offers.map(({ body }) => body.pair as string).sort()[0];
    const standing = async (town: Town): Promise<string[]> => {
      const { items } = (await town.call('GET', '/api/agreements')).body;
      const live = items.filter(({ status }: { status: string }) => status === 'offered' || status === 'active');
      return live.map((item: { pair: string }) => item.pair);
    };
    await until(async () => (await Promise.all(towns.map(standing))).every((pairs) => pairs.join() === lower));
    // The one who was asked says yes, and hours can cross.
    for (const town of towns)
      for (const item of (await town.call('GET', '/api/agreements')).body.items)
        if (item.ourTurn) expect((await town.call('POST', `/api/agreements/${item.id}/accept`)).status).toBe(200);
    await until(async () => {
      const both = await Promise.all(towns.map(async (town) => (await town.call('GET', '/api/agreements')).body.items));
      return both.every((items) =>
        items.some((item: { status: string; tested: boolean }) => item.status === 'active' && item.tested),
      );
    });
  });

  test('leave the one with the lower id also when they are made at the same moment', async () => {
    const stage = await setStage(1);
    const [town, bank] = [stage.town, stage.partners[0] as FakePartner];
    const { core, invitation } = await bank.draft(town, { town: 600, own: 600 });
    const { words, public: isPublic, noticeDays } = core;
    const draft = { party: bank.party(600), words, public: isPublic, noticeDays, expiresAt: '2030-01-01T00:00:00Z' };
    const terms = { grantsMinutes: 600, bridgeBuilder: 'Fiona' };
    let theirs: Promise<SignedAnswer> | undefined;
    const ours = await town.database.transaction(async (tx) => {
      const row = await offerAgreement(tx, town.bank, `${bank.origin}/invitations/x`, draft, terms, []);
      let lower = core;
      while (pairOf(lower).pair > row.id) lower = { ...lower, nonce: randomBytes(32).toString('base64url') };
      theirs = bank.send('/ap/agreements', await bank.honourOffer(lower, invitation), { session: '-' });
      // It has come and ours is not kept yet.
      await new Promise((resolve) => setTimeout(resolve, 500));
      return row.id;
    });
    expect(said(await (theirs as Promise<SignedAnswer>))).toBe('200 ok');
    const rows = await town.database.db.select({ id: pairTable.id, status: pairTable.status }).from(pairTable);
    expect(rows.map(({ id, status }) => [id === ours, status]).sort()).toEqual([
      [false, 'offered'],
      [true, 'withdrawn'],
    ]);
    await stage.stop();
  });
});
