/**
 * Steps of `--ci` about towns that die in the middle of a transfer and come back.
 *
 * Promises: death is SIGKILL while hours are on their way; every hour that was accepted arrives, none
 * arrives twice, and a request without an answer may be repeated with its key.
 *
 * @module
 */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { NetworkError, type Transfer } from '@evenhour/client';
import { latestTransfers, until } from './api.ts';
import { agreementWith, greeted } from './connect.ts';
import { must, mustEqual, type Report } from './report.ts';
import type { Town } from './towns.ts';
import type { World } from './world.ts';

const MINUTES = 5;
const PACE_MS = 60;
const MOST = 100;
/** Gifts that are begun at once, and how long after that the plug is pulled. */
const TOGETHER = 8;
const HALFWAY_MS = 40;
const PLUG_WORDS = 'While the plug is pulled, gift';

export async function plugSteps(report: Report, { towns: [leith, gracia, galway] }: World): Promise<void> {
  await report.step('plug-receiver', async () => {
    const { all, settled, arrivedMs } = await killInTheMiddle(leith, gracia, gracia);
    return `${gracia.name} was killed when ${settled} of ${all} gifts from ${leith.name} had arrived; it came back, and ${arrivedMs} ms later every one had arrived once`;
  });
  await report.step('plug-giver', async () => {
    const { all, settled, arrivedMs } = await killInTheMiddle(galway, leith, galway);
    return `${galway.name} was killed when ${settled} of the ${all} gifts that it was giving had arrived; it came back, and ${arrivedMs} ms later every one had arrived once`;
  });
  await report.step('plug-waits', async () => {
    await galway.pull();
    const { id, status } = await gift(gracia, galway, 7, randomUUID());
    must(status !== 'settled', 'it cannot have arrived');
    const held = await agreementWith(gracia, galway);
    await galway.start();
    await greeted(gracia, galway);
    const done = await gracia.api.transfers.waitFor(id, { timeoutMs: 60_000 });
    mustEqual(done.status, 'settled', 'the gift');
    const now = await agreementWith(gracia, galway);
    mustEqual(now.position.owesMinutes - held.position.owesMinutes, MINUTES, `what ${gracia.name} owes more`);
    return `a gift to ${galway.name} while its plug was out waited and arrived when it was back`;
  });
}

/** Gives one after the other, kills one of the two towns as soon as the first has settled, and brings it back. */
async function killInTheMiddle(
  from: Town,
  to: Town,
  victim: Town,
): Promise<{ all: number; settled: number; arrivedMs: number }> {
  const receiver = to.plan.people[3]?.handle ?? '';
  const before = { owes: (await agreementWith(from, to)).position.owesMinutes, has: await balance(to, receiver) };
  const asked: { key: string; answer: Promise<Transfer | null> }[] = [];
  const begin = (): Promise<Transfer | null> => {
    const key = randomUUID();
    const answer = gift(from, to, asked.length, key).catch((error: unknown) => {
      if (error instanceof NetworkError) return null;
      throw error;
    });
    asked.push({ key, answer });
    return answer;
  };
  const first = await begin();
  must(first !== null, `${from.name} did not answer`);
  // Slowly, so that the first one has settled while the last ones have not.
  do {
    must(asked.length < MOST, 'nothing settled');
    await begin();
    await sleep(PACE_MS);
  } while ((await from.api.transfers.get(first.id)).status !== 'settled');
  for (let more = 0; more < TOGETHER; more++) void begin();
  await sleep(HALFWAY_MS);
  await victim.pull();
  const answers = await Promise.all(asked.map(({ answer }) => answer));

  await victim.start();
  const back = performance.now();
  const settled = await settledNow(victim === from ? from : to, from, to);
  await greeted(from, to);
  // Whoever got no answer asks again with the same key; whoever got one may do so too.
  const again = await Promise.all(asked.map(({ key }, index) => gift(from, to, index, key)));
  for (const [index, each] of answers.entries())
    if (each !== null) mustEqual(again[index]?.id, each.id, 'the repeated request');
  const ends = await Promise.all(again.map(({ id }) => from.api.transfers.waitFor(id, { timeoutMs: 60_000 })));
  for (const { status } of ends) mustEqual(status, 'settled', 'a gift');
  const arrivedMs = Math.round(performance.now() - back);

  const all = asked.length;
  mustEqual(new Set(again.map(({ id }) => id)).size, all, 'the number of gifts');
  await until(`${from.name} and ${to.name} say the same`, async () => {
    const [ours, theirs] = await Promise.all([agreementWith(from, to), agreementWith(to, from)]);
    return ours.position.owesMinutes === -theirs.position.owesMinutes;
  });
  const after = { owes: (await agreementWith(from, to)).position.owesMinutes, has: await balance(to, receiver) };
  mustEqual(after.owes - before.owes, all * MINUTES, `what ${from.name} owes more`);
  mustEqual(after.has - before.has, all * MINUTES, `what ${receiver} has more`);
  must(settled > 0 && settled < all, `it was not in the middle: ${settled} of ${all} had arrived`);
  return { all, settled, arrivedMs };
}

function gift(from: Town, to: Town, index: number, key: string): Promise<Transfer> {
  const giver = from.plan.people[index % from.plan.people.length]?.handle ?? '';
  const receiver = to.plan.people[3]?.handle ?? '';
  return from.api.give(
    { from: giver, to: `${receiver}@${to.host}`, minutes: MINUTES, content: `${PLUG_WORDS} ${index + 1}` },
    { idempotencyKey: key },
  );
}

/** How many of these gifts the town that was killed had settled when it died. */
async function settledNow(town: Town, from: Town, to: Town): Promise<number> {
  const direction = town === from ? 'out' : 'in';
  const partner = town === from ? to : from;
  return (await latestTransfers(town.api, 200)).filter(
    (each) =>
      each.direction === direction &&
      each.status === 'settled' &&
      each.content.startsWith(PLUG_WORDS) &&
      each.counterparty.endsWith(`@${partner.host}`),
  ).length;
}

async function balance(town: Town, handle: string): Promise<number> {
  return (await town.api.members.get(handle)).balance?.balanceMinutes ?? 0;
}
