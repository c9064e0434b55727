/**
 * Lets two towns agree to honour each other's hours, through their public API.
 *
 * Promises: an invitation, an offer, a second yes, and a test hour there and back, as two operators
 * would do it; the pair is ready when both say so.
 *
 * @module
 */
import type { Agreement } from '@evenhour/client';
import { until } from './api.ts';
import type { Town } from './towns.ts';

/** @param aMayOwe what `b` lets `a` be ahead by, in minutes; and the other way round */
export async function connect(a: Town, b: Town, aMayOwe: number, bMayOwe: number): Promise<void> {
  const { link } = await a.api.invitations.make({ grantsMinutes: bMayOwe, bridgeBuilder: a.plan.bridgeBuilder });
  const offered = await b.api.agreements.offer({ link, grantsMinutes: aMayOwe, bridgeBuilder: b.plan.bridgeBuilder });
  const arrived = await until(`the offer of ${b.name} reaches ${a.name}`, async () =>
    (await a.api.agreements.list().all()).find((each) => each.pair === offered.pair),
  );
  await a.api.agreements.accept(arrived.id);
  await until(`the test hour of ${a.name} and ${b.name} goes there and back`, async () => {
    const both = await Promise.all([a.api.agreements.get(arrived.id), b.api.agreements.get(offered.id)]);
    return both.every((each) => isReady(each) && each.tested);
  });
}

/** The live agreement of one town with another. */
export async function agreementWith(town: Town, partner: Town): Promise<Agreement> {
  const found = (await town.api.agreements.list().all()).find(
    (each) => each.origin === partner.origin && each.status === 'active',
  );
  if (found === undefined) throw new Error(`${town.name} has no agreement with ${partner.name}`);
  return found;
}

/** Waits until two towns have greeted each other, as after a start. */
export async function greeted(a: Town, b: Town): Promise<void> {
  await until(`${a.name} and ${b.name} greet each other`, async () => {
    const both = await Promise.all([agreementWith(a, b), agreementWith(b, a)]);
    return both.every(isReady);
  });
}

function isReady(agreement: Agreement): boolean {
  return agreement.status === 'active' && agreement.mode === 'open' && agreement.delivery.attempts === 0;
}
