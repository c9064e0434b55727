/** Members see what their community lost when an agreement ended, and with which town. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { FakePartner } from '../testing/fake-partner.ts';
import { another, holds } from '../testing/held-journals.ts';
import { until } from '../testing/town.ts';
import { Visitor } from '../testing/visitor.ts';
import { pay, type Stage, setStage } from '../testing/watch.ts';

let stage: Stage;

beforeAll(async () => {
  stage = await setStage(1);
});
afterAll(() => stage?.stop());

test('the hours that nobody owes any more stand on a page, and her own are untouched', async () => {
  const { town } = stage;
  const partner = await (stage.partners[0] as FakePartner).agree(town);
  const { id } = (await town.call('GET', '/api/members/moira')).body;
  const { token } = (await town.call('POST', `/api/members/${id}/tokens`)).body;
  const moira = await new Visitor(town.node, town.origin).signIn(token);
  const read = async (path: string) => (await moira.get(path)).html.replaceAll(/<[^>]+>/g, ' ').replaceAll(/\s+/g, ' ');
  await pay(partner, 'moira', 30);
  const confirmed = { own: partner.head, peer: partner.townHead };
  await pay(partner, 'moira', 45);
  expect(await read('/towns/ended')).toContain('Our community carries no lost hours');

  // The partner signed another entry in the place of its last hours.
  holds(partner, confirmed, await another(partner, confirmed.own));
  const closed = { because: 'Two messages came for one place.' };
  await town.call('POST', `/api/agreements/${partner.agreementId}/close`, closed);
  const page = await until(async () => {
    const text = await read('/towns/ended');
    return text.includes('was left with') ? text : null;
  });
  expect(page).toContain('Our community carries 45 min');
  expect(page).toContain('Fakeham');
  expect(page).toContain('Why: Two messages came for one place.');
  expect(page).toContain('Fakeham was left with time to give to Leith: 30 min.');
  expect(page).toContain('45 min had come to us that Fakeham does not count. Whoever received them keeps them');
  expect((await town.call('GET', '/api/members/moira')).body.balance.balanceMinutes).toBe(75);
});
