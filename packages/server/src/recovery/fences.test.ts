/** What a start and a greeting put out of force, so that two lives of one bank do not meet. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { beginAnew } from '../node/node.ts';
import type { FakePartner } from '../testing/fake-partner.ts';
import { until } from '../testing/town.ts';
import { type Stage, said, setStage, strangeHold } from '../testing/watch.ts';

let stage: Stage;
let partner: FakePartner;

beforeAll(async () => {
  stage = await setStage(1);
  partner = await (stage.partners[0] as FakePartner).agree(stage.town);
});
afterAll(() => stage?.stop());

const agreement = async () => (await stage.town.call('GET', `/api/agreements/${partner.agreementId}`)).body;

test('after a start nothing of the session that was accepted before counts', async () => {
  expect((await partner.run([await partner.write(strangeHold(partner))])).body).toMatchObject({ applied: 1 });
  await partner.quiet();
  await beginAnew(stage.town.database.db);
  stage.town.node.context.signals.emit({ kind: 'everything' });
  await partner.quiet();
  const entry = await partner.write(strangeHold(partner));
  expect(said(await partner.run([entry]))).toBe('409 stale_session');
  await partner.greet();
  expect((await partner.run([entry])).body).toMatchObject({ applied: 1 });
  await partner.quiet();
});

test('who greets is sent again what it had taken and did not acknowledge', async () => {
  await partner.run([await partner.write(strangeHold(partner))]);
  await partner.quiet();
  const taken = partner.townEntries.length;
  expect((await agreement()).journal.deliveredSeq).toBe((await agreement()).journal.ours.seq);
  const runs = () => partner.seen.filter(({ route }) => route === 'run').length;
  const before = runs();
  await partner.greet();
  await until(async () => runs() > before);
  await partner.quiet();
  expect(partner.townEntries.length).toBe(taken);
});
