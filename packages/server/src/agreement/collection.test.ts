/** What anybody may see of a bank's partners. */
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { pair as pairTable } from '../db/schema.ts';
import type { FakePartner } from '../testing/fake-partner.ts';
import { pay, type Stage, setStage } from '../testing/watch.ts';

let stage: Stage;
let partner: FakePartner;

beforeAll(async () => {
  stage = await setStage(2);
  [partner] = stage.partners as [FakePartner, FakePartner];
  await partner.agree(stage.town, { town: 600, own: 300 });
});
afterAll(() => stage?.stop());

async function shown(): Promise<Record<string, unknown>[]> {
  const response = await fetch(`${stage.town.origin}/ap/partners`);
  expect(response.headers.get('content-type')).toBe('application/activity+json');
  const { type, totalItems, items } = (await response.json()) as { [name: string]: unknown };
  expect([type, totalItems]).toEqual(['Collection', (items as unknown[]).length]);
  return items as Record<string, unknown>[];
}
const change = (body: object) => stage.town.call('POST', `/api/agreements/${partner.agreementId}/change`, body);

test('both limits, and how far each is used in quarters', async () => {
  const both = { limitMinutes: 300, loadPercent: 0, grantsMinutes: 600, grantsLoadPercent: 0 };
  expect(await shown()).toEqual([
    {
      type: 'Relationship',
      subject: stage.town.bank.actor,
      object: partner.actor,
      name: 'Fakeham',
      status: 'active',
      ...both,
    },
  ]);
  await pay(partner, 'moira', 151);
  expect(await shown()).toEqual([expect.objectContaining({ ...both, grantsLoadPercent: 50 })]);
});

test('a higher limit once it was signed', async () => {
  expect((await change({ grantsMinutes: 1200 })).status).toBe(200);
  expect(await shown()).toEqual([
    expect.objectContaining({ limitMinutes: 300, grantsMinutes: 1200, status: 'active' }),
  ]);
});

test.each([
  ['us', change],
  [
    'them',
    async ({ suspended }: { suspended: boolean }) => partner.run([await partner.write({ kind: 'Amend', suspended })]),
  ],
])('a suspension by %s, until it is over', async (_who, amend) => {
  await amend({ suspended: true });
  expect(await shown()).toEqual([expect.objectContaining({ status: 'suspended' })]);
  const { body } = await stage.town.call('GET', `/api/agreements/${partner.agreementId}`);
  expect(body.status).toBe('suspended');
  await amend({ suspended: false });
  expect(await shown()).toEqual([expect.objectContaining({ status: 'active' })]);
});

test('no agreement that is not in force', async () => {
  await (stage.partners[1] as FakePartner).offer(stage.town);
  expect((await stage.town.call('GET', '/api/agreements')).body.items).toHaveLength(2);
  expect(await shown()).toHaveLength(1);
});

test('no agreement that is not public', async () => {
  await stage.town.database.db.update(pairTable).set({ core: sql`jsonb_set(core, '{public}', 'false')` });
  expect(await shown()).toEqual([]);
});
