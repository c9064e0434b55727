/** How often a request may be refused before whoever sends it is slowed down. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { FakePartner } from '../testing/fake-partner.ts';
import { type Stage, said, setStage, strangeHold, unchanged } from '../testing/watch.ts';

let stage: Stage;
let partner: FakePartner;
let neighbour: FakePartner;

beforeAll(async () => {
  const env = {
    EVENHOUR_REFUSED_PER_ADDRESS: '5',
    EVENHOUR_REFUSED_PER_PARTNER: '3',
    EVENHOUR_TRUSTED_PROXIES: '127.0.0.1',
  };
  stage = await setStage(2, { env });
  [partner, neighbour] = stage.partners as [FakePartner, FakePartner];
  await partner.agree(stage.town);
  await neighbour.agree(stage.town);
});
afterAll(() => stage?.stop());

const from = (address: string, signed = true) => ({
  headers: (list: readonly (readonly [string, string])[]) => [
    ...list.filter(([name]) => signed || name.toLowerCase() !== 'signature'),
    ['x-forwarded-for', address] as const,
  ],
});

test('a partner that is refused for good too often hears so, signed, and its neighbour notices nothing', async () => {
  const bad = partner.page([await neighbour.sign(partner.draftEntry(strangeHold(partner)))]);
  const tries: string[] = [];
  for (let time = 0; time < 4; time++) tries.push(said(await partner.send('/ap/journals', bad)));
  expect(tries).toEqual([...Array(3).fill('200 wrong_key'), '429 too_many_requests']);
  const answer = await unchanged(stage.town, async () =>
    partner.send('/ap/journals', partner.page([await partner.sign(partner.draftEntry(strangeHold(partner)))])),
  );
  expect([said(answer), answer.signed, answer.headers['retry-after']]).toEqual(['429 too_many_requests', true, '1']);
  expect((await neighbour.run([await neighbour.write(strangeHold(neighbour))])).body).toMatchObject({ applied: 1 });
});

test('an address that sends what nobody signed is cut off, and partners at other addresses are not', async () => {
  const { byAddress } = stage.town.node.context.refused;
  const greet = (address: string, signed = true) =>
    neighbour.send('/ap/journals', neighbour.page([]), from(address, signed));
  const tries: string[] = [];
  for (let time = 0; time < 6; time++) tries.push(said(await greet('192.0.2.1', false)));
  expect(tries).toEqual([...Array(5).fill('401 missing_signature'), '429 too_many_requests']);
  // Also what is signed well, if it comes from there: it is not looked at.
  const over = await greet('192.0.2.1');
  expect([said(over), over.signed, over.headers['retry-after']]).toEqual(['429 too_many_requests', false, '1']);
  expect(said(await greet('192.0.2.2'))).not.toContain('429');
  // A minute later it counts anew.
  expect(byAddress.over('192.0.2.1')).toBe(true);
  expect(byAddress.over('192.0.2.1', Date.now() + 60_000)).toBe(false);
});
