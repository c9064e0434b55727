/**
 * Steps of `--ci` about hours that go as they should: sent, settled, compared, counted once.
 *
 * @module
 */
import { randomUUID } from 'node:crypto';
import { EvenhourError } from '@evenhour/client';
import { say as sayMinutes } from '@evenhour/protocol';
import { sendHour } from './acts.ts';
import { latestTransfers, until } from './api.ts';
import { agreementWith } from './connect.ts';
import { must, mustEqual, type Report } from './report.ts';
import { sumUp } from './sums.ts';
import type { Town } from './towns.ts';
import type { Watch } from './watch.ts';
import type { World } from './world.ts';

/** The three pairs, each once. */
export function pairs({ towns: [leith, gracia, galway] }: World): readonly (readonly [Town, Town])[] {
  return [
    [leith, gracia],
    [gracia, galway],
    [galway, leith],
  ];
}

export async function agreementSteps(report: Report, world: World): Promise<void> {
  for (const [a, b] of pairs(world)) {
    await report.step(`agreement-${a.plan.id}-${b.plan.id}`, async () => {
      const [ours, theirs] = await Promise.all([agreementWith(a, b), agreementWith(b, a)]);
      for (const side of [ours, theirs]) {
        mustEqual(
          [side.status, side.mode, side.tested],
          ['active', 'open', true],
          `the agreement at ${side === ours ? a.name : b.name}`,
        );
        mustEqual(side.position.owesMinutes, 0, 'what stands after the test hour there and back');
      }
      mustEqual(
        [ours.position.limitMinutes, ours.position.grantsMinutes],
        [theirs.position.grantsMinutes, theirs.position.limitMinutes],
        'the limits',
      );
      return `${a.name} and ${b.name}: two yeses, an hour there and back; ${b.name} honours ${sayMinutes(ours.position.limitMinutes)}, ${a.name} ${sayMinutes(ours.position.grantsMinutes)}`;
    });
  }
}

export async function sendSteps(report: Report, world: World): Promise<void> {
  for (const [first, second] of pairs(world)) {
    for (const [from, to, minutes] of [
      [first, second, 60],
      [second, first, 90],
      [first, second, 45],
    ] as const) {
      await report.step(`send-${from.plan.id}-${to.plan.id}-${minutes}`, async () => {
        const began = performance.now();
        const { transfer } = await sendHour({ from, to, minutes, luck: () => 0 });
        const done = await from.api.transfers.waitFor(transfer.id, { timeoutMs: 60_000 });
        const tookMs = Math.round(performance.now() - began);
        mustEqual([done.status, done.code, done.minutes], ['settled', null, minutes], 'the transfer');
        const there = (await latestTransfers(to.api, 20)).find((each) => each.transfer === done.transfer);
        mustEqual(
          [there?.status, there?.direction, there?.minutes],
          ['settled', 'in', minutes],
          `the transfer at ${to.name}`,
        );
        return `${sayMinutes(minutes)} from ${from.name} to ${to.name} settled in ${tookMs} ms`;
      });
    }
  }
}

/** Both banks of each pair say the same, first as figures and then as signed statements. */
export async function sameFigureSteps(report: Report, world: World, when: string): Promise<void> {
  for (const [a, b] of pairs(world)) {
    await report.step(`statement-${when}-${a.plan.id}-${b.plan.id}`, async () => {
      const [ours, theirs] = await until(`${a.name} and ${b.name} sign the same figure`, async () => {
        const both = await Promise.all([agreementWith(a, b), agreementWith(b, a)]);
        return (
          both.every(
            ({ statement, position }) => statement?.agrees === true && statement.weSayMinutes === position.owesMinutes,
          ) && both
        );
      });
      mustEqual(ours.position.owesMinutes, -theirs.position.owesMinutes || 0, `what ${a.name} and ${b.name} say`);
      for (const { statement } of [ours, theirs])
        mustEqual(statement?.theySayMinutes, statement?.weSayMinutes, 'the two statements');
      const figure = sayMinutes(ours.position.owesMinutes);
      return `${a.name} says ${figure}, ${b.name} says ${figure}, both signed`;
    });
  }
}

export async function sumStep(report: Report, world: World, watch: Watch, when: string): Promise<void> {
  await report.step(`sum-${when}`, async () => {
    const look = await until('a moment in which nothing moves', async () => {
      const seen = await watch.now();
      return seen.steady && seen.towns.every((town) => town?.fresh === true) && seen;
    });
    const { membersMinutes, fundsMinutes, underwayMinutes, sumMinutes } = sumUp(look.towns);
    mustEqual(sumMinutes, 0, 'members + pots + on the way');
    for (const [index, town] of look.towns.entries())
      mustEqual(town?.bank.books.sumMinutes, 0, `the books of ${world.towns[index]?.name}`);
    return `members ${membersMinutes} + pots ${fundsMinutes} + on the way ${underwayMinutes} = 0 minutes`;
  });
}

export async function proofStep(report: Report, { towns: [from, , to] }: World): Promise<void> {
  await report.step('proof', async () => {
    const { transfer } = await sendHour({ from, to, luck: () => 0 });
    const done = await from.api.transfers.waitFor(transfer.id, { timeoutMs: 60_000 });
    const there = (await latestTransfers(to.api, 20)).find((each) => each.transfer === done.transfer);
    const proofs = await Promise.all([from.api.transfers.proof(done.id), to.api.transfers.proof(there?.id ?? '')]);
    for (const proof of proofs) {
      mustEqual(proof.checked, true, 'every signature');
      mustEqual(proof.entries.map(({ kind }) => kind).sort(), ['Hold', 'HoldAccept', 'Post', 'Receipt'], 'the entries');
    }
    const hashes = proofs.map(({ entries }) => entries.map(({ hash }) => hash).sort());
    mustEqual(hashes[0], hashes[1], 'the entries at both banks');
    return `the same four signed entries prove an hour at ${from.name} and at ${to.name}`;
  });
}

export async function idempotencyStep(report: Report, { towns: [from, to] }: World): Promise<void> {
  await report.step('idempotency', async () => {
    const giver = from.plan.people[1]?.handle ?? '';
    const gift = { from: giver, to: `${to.plan.people[1]?.handle}@${to.host}`, minutes: 30, content: 'Pressed twice' };
    const before = (await from.api.members.get(giver)).balance?.balanceMinutes ?? 0;
    const key = randomUUID();
    const [first, second] = await Promise.all([
      from.api.give(gift, { idempotencyKey: key }),
      from.api.give(gift, { idempotencyKey: key }),
    ]);
    mustEqual(second.id, first.id, 'the second answer');
    await from.api.transfers.waitFor(first.id, { timeoutMs: 60_000 });
    mustEqual((await from.api.give(gift, { idempotencyKey: key })).id, first.id, 'the third answer');
    mustEqual((await from.api.members.get(giver)).balance?.balanceMinutes, before - 30, `the balance of ${giver}`);
    const code = await from.api.give({ ...gift, minutes: 31 }, { idempotencyKey: key }).then(
      () => 'done',
      (error: unknown) => (error instanceof EvenhourError ? error.code : String(error)),
    );
    mustEqual(code, 'idempotency_key_reused', 'the same key for something else');
    must(
      (await latestTransfers(from.api, 20)).filter(({ content }) => content === gift.content).length === 1,
      'the gift was given more than once',
    );
    return 'the same Idempotency-Key three times gave one half hour';
  });
}
