/** Who is told that hours have come: whoever has them now, and nobody else. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { FakePartner } from '../testing/fake-partner.ts';
import { pay, type Stage, setStage } from '../testing/watch.ts';

let stage: Stage;
let partner: FakePartner;
const tokens: Record<string, string> = {};

beforeAll(async () => {
  stage = await setStage(1);
  partner = stage.partners[0] as FakePartner;
  await partner.agree(stage.town);
  await stage.town.call('POST', '/api/members', { handle: 'agnes', name: 'Agnes Tulloch' });
  for (const handle of ['moira', 'agnes'])
    tokens[handle] = (await stage.town.call('POST', `/api/members/${handle}/tokens`)).body.token;
});
afterAll(() => stage?.stop());

const give = (from: string, to: string, minutes: number) =>
  stage.town.call('POST', '/api/transfers', { to, minutes, content: 'Tea' }, { token: tokens[from] ?? '' });
const told = async (handle: string) =>
  (await stage.town.call('GET', '/api/notices', undefined, { token: tokens[handle] ?? '' })).body.items.map(
    ({ kind, facts, href }: { kind: string; facts: object; href: string }) => ({ kind, facts, href }),
  );

test('a member here, once, by what leads to the receipt', async () => {
  const key = crypto.randomUUID();
  const gift = { to: 'agnes', minutes: 45, content: 'Tea' };
  const options = { token: tokens['moira'] ?? '', key };
  const given = await stage.town.call('POST', '/api/transfers', gift, options);
  await stage.town.call('POST', '/api/transfers', gift, options);
  expect(given.status).toBe(202);
  expect(await told('agnes')).toEqual([
    { kind: 'hours_came', facts: { name: 'Moira', minutes: 45 }, href: `/receipt/${given.body.id}` },
  ]);
  expect(await told('moira')).toEqual([]);
});

test('nobody of what was refused, or of what the community fund has', async () => {
  expect((await give('moira', 'agnes', 60_000)).body.code).toBe('over_transfer_cap');
  expect((await give('moira', 'bank', 15)).status).toBe(202);
  expect((await told('agnes')).length).toBe(1);
  const fund = await stage.town.call('GET', '/api/notices');
  expect(fund.body.items.filter(({ kind }: { kind: string }) => kind === 'hours_came')).toEqual([]);
});

test('a member to whom hours came from another town', async () => {
  await pay(partner, 'agnes', 30);
  const [newest] = await told('agnes');
  expect(newest).toMatchObject({ kind: 'hours_came', facts: { minutes: 30 } });
  await pay(partner, 'bank', 30);
  expect((await told('agnes')).length).toBe(2);
});
